/* The scratch folder of a run, gone with the process that made it. */
#include "bench/input/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/message.h"

static int entry_remove(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    return remove(path);
}

/* In the child: when the other end of the pipe closes, the run is over, and the folder goes. */
static void keeper_wait(int pipe_end, const char *folder)
{
    char byte;
    (void)setsid(); /* an interrupt from the terminal is not meant for it */
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    while (read(pipe_end, &byte, 1) < 0 && errno == EINTR)
        ;
    _exit(nftw(folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : 1);
}

/* A process that removes the scratch folder however this one ends. */
static bool keeper_start(suite *suite)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    suite->keeper = fork();
    if (suite->keeper == 0) {
        close(ends[1]);
        keeper_wait(ends[0], suite->folder);
    }
    close(ends[0]);
    suite->keeper_pipe = ends[1];
    if (suite->keeper > 0)
        return true;
    close(ends[1]);
    return false;
}

const char *scratch_parent(void)
{
    const char *tmp = getenv("TMPDIR");
    return tmp && *tmp ? tmp : "/tmp";
}

bool scratch_open(suite *suite)
{
    if (asprintf(&suite->folder, "%s/pktbench.XXXXXX", scratch_parent()) < 0)
        suite->folder = NULL;
    bool made = suite->folder && mkdtemp(suite->folder);
    if (made && keeper_start(suite))
        return true;
    message_error("cannot make a scratch folder: %s", strerror(errno));
    if (made)
        (void)rmdir(suite->folder);
    free(suite->folder);
    suite->folder = NULL;
    return false;
}

void scratch_close(suite *suite)
{
    if (suite->folder) {
        close(suite->keeper_pipe);
        while (waitpid(suite->keeper, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    free(suite->folder);
    suite->folder = NULL;
}
