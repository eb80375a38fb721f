/* The largest rate without loss, by binary search, after RFC 2544 section 26.1. */
#ifndef PKT_LIVE_SEARCH_H
#define PKT_LIVE_SEARCH_H

#include "bench/live/trial.h"

/* The search ends when the lowest rate that failed is so close above the highest one that did not:
 * a part of it. */
#define LIVE_RESOLUTION 0.02
/* Trials of a search, at most. */
enum { LIVE_TRIALS_MAX = 40 };
/* A sender that reaches less than this part of the rate that was asked for is the limit. */
#define LIVE_REACHED 0.98

typedef struct live_rate {
    double rate;   /* packets per second, of the highest trial without loss; 0: there is none */
    bool at_least; /* the sender goes no faster: no loss was found */
    double failed; /* the lowest rate above it with loss; 0: none was found */
    double sender; /* the highest rate of the sender in any trial */
    live_trial trials[LIVE_TRIALS_MAX];
    size_t count;
} live_rate;

/* Make a trial at the rate, 0: as fast as it goes. 0, or -1 and *err. */
typedef int live_try(void *self, double rate, live_trial *trial, pkt_err *err);

/* Search. The first trial is as fast as the sender goes. A rate fails if two trials at it do. 0, or
 * -1 and *err of a trial that could not be made; the trials before it are in *found. */
int live_search(live_try *try, void *self, live_rate *found, pkt_err *err);

#endif
