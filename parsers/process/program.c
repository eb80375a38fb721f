#include "parsers/process/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Exit status of a child of posix_spawn() that could not start the program. */
enum { NOT_STARTED = 127 };

int pkt_program_run(char *const *argv, char *const *environment, const char *output,
                    const char *messages)
{
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_t actions;
    pid_t pid, ended;
    int status = 0;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, flags, 0600);
    if (strcmp(output, messages) == 0)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, messages, flags, 0600);
    const int bad = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    if (bad)
        return -1;
    while ((ended = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
        ;
    const bool exited = ended == pid && WIFEXITED(status);
    return exited && WEXITSTATUS(status) != NOT_STARTED ? WEXITSTATUS(status) : -1;
}
