#include "bench/input/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/process/group.h"

static int entry_remove(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    return remove(path);
}

/* In the child: remove the folder when the other end of the pipe is closed. All other descriptors
 * are closed, because one may be the pipe of another scratch folder. */
static void keeper_wait(int pipe_end, const char *folder)
{
    char byte;
    (void)setsid(); /* SIGINT from the terminal must not reach it */
    if (dup2(pipe_end, STDIN_FILENO) < 0)
        _exit(1);
    pkt_descriptors_close(STDOUT_FILENO);
    while (read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR)
        ;
    _exit(nftw(folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : 1);
}

/* Start a process that removes the scratch folder, even if this process is killed. */
static bool keeper_start(scratch *s)
{
    int ends[2];
    sigset_t all, before;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    sigfillset(&all); /* a signal ends all children that are not spared */
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    s->keeper = fork();
    if (s->keeper == 0) {
        (void)sigprocmask(SIG_SETMASK, &before, NULL);
        keeper_wait(ends[0], s->folder);
    }
    const bool good = s->keeper > 0 && pkt_group_spare(s->keeper) == 0;
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[0]);
    s->keeper_pipe = ends[1];
    if (!good)
        close(ends[1]);
    return good;
}

const char *scratch_parent(void)
{
    const char *tmp = getenv("TMPDIR");
    return tmp && *tmp ? tmp : "/tmp";
}

int scratch_open(scratch *s, pkt_err *err)
{
    *s = (scratch){.folder = NULL};
    if (asprintf(&s->folder, "%s/pktbench.XXXXXX", scratch_parent()) < 0)
        s->folder = NULL;
    bool made = s->folder && mkdtemp(s->folder);
    if (made && keeper_start(s))
        return 0;
    pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot make a scratch folder: %s", strerror(errno));
    (void)scratch_failed(err);
    if (made)
        (void)rmdir(s->folder);
    free(s->folder);
    s->folder = NULL;
    return -1;
}

int scratch_failed(pkt_err *err)
{
    const size_t size = strlen(err->msg);
    if (err->code == PKT_ERR_WRITE)
        (void)snprintf(err->msg + size, sizeof err->msg - size,
                       "; copies are made in %.60s: TMPDIR=FOLDER chooses another folder",
                       scratch_parent());
    return -1;
}

char *scratch_path(const scratch *s, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", s->folder, name) < 0 ? NULL : path;
}

void scratch_close(scratch *s)
{
    if (!s->folder)
        return;
    close(s->keeper_pipe);
    while (waitpid(s->keeper, NULL, 0) < 0 && errno == EINTR)
        ;
    pkt_group_forget(s->keeper);
    free(s->folder);
    s->folder = NULL;
}
