/* Time stamps of generated packets, in nanoseconds. The machine's clock is not used. */
#ifndef PKT_DATASET_CLOCK_H
#define PKT_DATASET_CLOCK_H

#include "datasets/random.h"

#include "parsers/core/numbers.h"

/* 2022-11-01 00:00:00 UTC */
#define DATASET_EPOCH_NS (INT64_C(1667260800) * NS_PER_S)

/* Advance by a random gap, uniform between 0 and 2 * mean_ns. Returns the new time. */
static inline int64_t clock_advance(int64_t *now, random_state *random, uint64_t mean_ns)
{
    *now += (int64_t)random_below(random, 2 * mean_ns);
    return *now;
}

#endif
