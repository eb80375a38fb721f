/* Which outcomes make the exit status 1. */
#ifndef PKT_GATE_H
#define PKT_GATE_H

#include "bench/worker/client.h"

typedef struct gate {
    bool fails[STATUS_COUNT];
    bool slower, lost, instructions; /* of a comparison */
    double slower_threshold;         /* a part: 0.05 is 5 % */
    double instructions_threshold;
} gate;

/* A list with commas of status names, and of slower[:P%], lost, instructions[:P%].
 * false: a message was printed. */
bool gate_parse(gate *gate, const char *list);
/* Does it hold something that only a comparison can tell? */
bool gate_compares(const gate *gate);
bool gate_fails(const gate *gate, run_status status);

#endif
