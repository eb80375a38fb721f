/* The scratch folder of a run. It is removed when the process that created it ends. */
#ifndef PKT_SCRATCH_H
#define PKT_SCRATCH_H

#include <sys/types.h>

#include "pktbench.h"

typedef struct scratch {
    char *folder; /* owned; NULL: no folder */
    pid_t keeper; /* child process that removes the folder when its pipe is closed */
    int keeper_pipe;
} scratch;

/* Parent of scratch folders: TMPDIR, or /tmp. */
const char *scratch_parent(void);
/* Create the folder. 0, or -1 and *err; then there is nothing to close. */
int scratch_open(scratch *scratch, pkt_err *err);
/* A file of the scratch folder could not be made: if *err is that it could not be written, add
 * where the folder is, and how to choose another. Returns -1. */
int scratch_failed(pkt_err *err);
/* The path of file `name` in the folder; the caller frees it. NULL if memory is exhausted. */
char *scratch_path(const scratch *scratch, const char *name);
/* Remove the folder and its files. No effect if there is no folder. */
void scratch_close(scratch *scratch);

#endif
