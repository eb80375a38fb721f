/* The scratch folder of a run, gone with the process that made it. */
#ifndef PKT_SCRATCH_H
#define PKT_SCRATCH_H

#include <sys/types.h>

#include "pktbench.h"

typedef struct scratch {
    char *folder; /* owned; NULL: there is none */
    pid_t keeper; /* the process that removes it, when the pipe to it closes */
    int keeper_pipe;
} scratch;

/* Where scratch folders are made: TMPDIR, or /tmp. */
const char *scratch_parent(void);
/* Make the folder. 0, or -1 and *err with nothing to close. */
int scratch_open(scratch *scratch, pkt_err *err);
/* The path of a file of that name in the folder; the caller frees it. NULL without memory. */
char *scratch_path(const scratch *scratch, const char *name);
/* Remove the folder with what is in it; nothing if there is none. */
void scratch_close(scratch *scratch);

#endif
