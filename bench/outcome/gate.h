/* Which outcomes make the exit status 1. */
#ifndef PKT_GATE_H
#define PKT_GATE_H

#include <stdbool.h>

#include "bench/worker/status.h"
#include "pktbench.h"

/* A run is called slower or faster if its time changed by more than this part, unless slower:P says
 * otherwise. */
#define CHANGE_LEAST 0.01

typedef struct gate {
    bool fails[STATUS_COUNT];
    bool slower, lost, instructions; /* of a comparison */
    double slower_threshold;         /* a part: 0.05 is 5 % */
    double instructions_threshold;
} gate;

/* A list with commas of status names, and of slower[:P%], lost, instructions[:P%]. 0, or -1 and
 * *err. */
int gate_parse(gate *gate, const char *list, pkt_err *err);
/* Does it hold something that only a comparison can tell? */
bool gate_compares(const gate *gate);
bool gate_fails(const gate *gate, run_status status);

#endif
