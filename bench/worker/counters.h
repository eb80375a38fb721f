/* Hardware performance counters, where perf_event_open() makes them available. */
#ifndef PKT_COUNTERS_H
#define PKT_COUNTERS_H

#include <stdint.h>

enum { COUNTER_INSTRUCTIONS, COUNTER_CYCLES, COUNTERS };

/* File descriptors of the counters of this process, user mode only; -1: unavailable. */
typedef struct counters {
    int fd[COUNTERS];
} counters;

/* Open the counters, stopped. Unavailable counters are skipped. */
void counters_open(counters *c);
void counters_start(const counters *c);
/* Stop, read and close the counters. The value of an unavailable counter is 0. */
void counters_stop(counters *c, uint64_t values[COUNTERS]);

#endif
