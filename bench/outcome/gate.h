/* Conditions that make the exit status 1. */
#ifndef PKT_GATE_H
#define PKT_GATE_H

#include <stdbool.h>

#include "bench/worker/status.h"
#include "pktbench.h"

/* A run is reported as slower or faster if its time changed by more than this fraction, unless
 * slower:P sets another one. */
#define CHANGE_LEAST 0.01

typedef struct gate {
    bool fails[STATUS_COUNT];
    bool slower, lost, instructions; /* conditions of a comparison */
    double slower_threshold;         /* a fraction: 0.05 is 5 % */
    double instructions_threshold;
} gate;

/* Parse a comma-separated list of status names, slower[:P%], lost, instructions[:P%]. 0, or -1 and
 * *err. */
int gate_parse(gate *gate, const char *list, pkt_err *err);
/* Does the gate have a condition that needs a comparison? */
bool gate_compares(const gate *gate);
bool gate_fails(const gate *gate, run_status status);

#endif
