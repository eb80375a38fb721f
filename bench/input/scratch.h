/* The scratch folder of a run, gone with the process that made it. */
#ifndef PKT_SCRATCH_H
#define PKT_SCRATCH_H

#include "bench/input/suite.h"

/* Where scratch folders are made: TMPDIR, or /tmp. */
const char *scratch_parent(void);
/* Set suite->folder. false: a message was printed. */
bool scratch_open(suite *suite);
/* Remove it with what is in it. */
void scratch_close(suite *suite);

#endif
