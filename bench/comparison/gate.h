/* Conditions that make the exit status 1. */
#ifndef PKT_GATE_H
#define PKT_GATE_H

#include <stdbool.h>

#include "bench/worker/status.h"
#include "pktbench.h"

/* A run is reported as slower or faster if its time changed by more than this fraction, unless
 * slower:P sets another one. Of 110 comparisons of a program with itself on a quiet machine, 71 had
 * their whole interval inside +-1 %, all inside +-5 %. */
#define CHANGE_LEAST 0.05

/* Maximum probability that a gate reports any run of unchanged programs as slower. */
#define GATE_ERROR 0.01
/* Statistical power: the smallest detectable change is detected with this probability. */
#define GATE_POWER 0.8

/* What a run is compared by, beside the time of its undisturbed rounds. */
typedef enum statistic {
    STATISTIC_MEDIAN,         /* median of the rounds of a process */
    STATISTIC_P90,            /* 90th percentile of them */
    STATISTIC_SLOW_PROCESSES, /* share of slow processes */
    STATISTIC_FIRST,          /* first run of a process */
    STATISTIC_LOAD,           /* load time of the backend */
    STATISTIC_RSS,            /* peak memory */
    STATISTIC_COUNT
} statistic;

/* Do `slower` and its threshold apply to the statistic? The first run has a threshold of its own,
 * but is a time that `slower` asks for. */
bool statistic_is_time(statistic statistic);

typedef struct gate {
    bool fails[STATUS_COUNT];
    bool slower, lost, instructions; /* conditions of a comparison */
    bool asked[STATISTIC_COUNT];     /* first, load, rss by themselves */
    bool allow_inconclusive;         /* `slower` passes what cannot be decided */
    double slower_threshold;         /* a fraction: 0.05 is 5 % */
    double thresholds[STATISTIC_COUNT];
    double instructions_threshold;
} gate;

/* Parse a comma-separated list of status names, slower[:P%], first[:P%], load[:P%], rss[:P%], lost,
 * instructions[:P%]. 0, or -1 and *err. */
int gate_parse(gate *gate, const char *list, pkt_err *err);
/* Does the gate have a condition that needs a comparison? */
bool gate_compares(const gate *gate);
bool gate_fails(const gate *gate, run_status status);
/* Does a significant increase of the statistic fail the gate? */
bool gate_judges(const gate *gate, statistic statistic);

#endif
