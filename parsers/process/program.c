#include "parsers/process/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/process/child.h"
#include "parsers/process/memory.h"
#include "parsers/util/clock.h"

/* Exit status of a child that could not start the program. */
enum { NOT_STARTED = 127 };

/* In the child: put a file in the place of a descriptor. */
static bool redirect(int to, const char *path, int flags)
{
    const int fd = open(path, flags | O_CLOEXEC, 0600);
    return fd >= 0 && dup2(fd, to) >= 0;
}

static void program_execute(const pkt_program *p)
{
    const bool ready = redirect(STDIN_FILENO, "/dev/null", O_RDONLY) &&
                       (p->output ? redirect(STDOUT_FILENO, p->output, O_WRONLY | O_CREAT | O_TRUNC)
                                  : dup2(STDERR_FILENO, STDOUT_FILENO) >= 0);
    if (ready)
        (void)execvpe(p->argv[0], p->argv, p->environment);
    _exit(NOT_STARTED);
}

static void last_take(const pkt_child *child, pkt_child_event event, char *last, size_t size)
{
    if (size == 0)
        return;
    if (event == PKT_CHILD_LATE)
        (void)snprintf(last, size, "it took longer than its time limit");
    else if (event == PKT_CHILD_MEMORY)
        (void)snprintf(last, size, "out of memory: its limit is %.1f GiB",
                       (double)child->memory_limit / (double)(1 << 30));
    else
        pkt_tail_line(&child->tail, last, size);
}

int pkt_program_run(const pkt_program *program, char *last, size_t size)
{
    pkt_child child;
    int status = 0;
    if (size)
        last[0] = '\0';
    const pid_t pid = pkt_child_start(&child, pkt_memory_limit());
    if (pid < 0)
        return -1;
    if (pid == 0)
        program_execute(program);
    const pkt_child_event event = pkt_child_wait(&child, -1, pkt_seconds_now() + program->seconds);
    pkt_child_end(&child, &status, NULL);
    last_take(&child, event, last, size);
    pkt_child_free(&child);
    const bool exited = event == PKT_CHILD_ENDED && WIFEXITED(status);
    return exited && WEXITSTATUS(status) != NOT_STARTED ? WEXITSTATUS(status) : -1;
}
