/* The processor's own counters, where the machine lets a program read them. */
#ifndef PKT_COUNTERS_H
#define PKT_COUNTERS_H

#include <stdint.h>

enum { COUNTER_INSTRUCTIONS, COUNTER_CYCLES, COUNTERS };

/* Counters of this process in user mode; -1: not there. */
typedef struct counters {
    int fd[COUNTERS];
} counters;

/* Open them, counting nothing yet. What cannot be had is left out. */
void counters_open(counters *c);
void counters_start(const counters *c);
/* Stop, read, and close; 0 where there is no counter. */
void counters_stop(counters *c, uint64_t values[COUNTERS]);

#endif
