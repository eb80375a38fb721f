/* Which backend is fastest at a level, over the slices of the results. */
#ifndef PKT_RANKING_H
#define PKT_RANKING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { RANKED_MAX = 64 };

/* A backend beside the first of the ranking. */
typedef struct ranked {
    const char *backend;
    size_t slices;                /* where it is ok and timed */
    double sum;                   /* of the times per packet over these */
    double low, high;             /* nanoseconds per packet: the least and the most of them */
    double ratio_low, ratio_high; /* how many times as long as the first it takes */
    size_t slower, faster, tied;  /* slices on which its whole interval is above that of the first,
                                     below it, or neither */
} ranked;

/* Those that give every column of the level: the complete ones by their sum, then the others. */
typedef struct ranking {
    ranked list[RANKED_MAX];
    size_t count;
    size_t complete;    /* of them, timed on every slice: only these can be first */
    size_t leaders;     /* the first, and complete ones that it is not faster than on every slice */
    bool has_intervals; /* every run that was compared has one, but for those that are far apart */
} ranking;

/* A 95 % interval of a time. */
typedef struct time_interval {
    bool known;
    double low, high;
} time_interval;

/* A time beside that of the first. */
typedef enum apart {
    APART_SLOWER,
    APART_FASTER,
    APART_TIED,
    APART_UNKNOWN /* an interval is missing */
} apart;

/* Without an interval of its own, a time is longer all the same if its median is this many times
 * that of the first: slow backends have the fewest processes. */
#define FAR_APART 5

/* `ratio`: of the medians, to the first; `noise`: what the A/A control differs by, 0 without one.
 */
apart apart_of(const time_interval *first, const time_interval *other, double ratio, double noise);

/* Does it parse, and give every column that others give at the level? Only such backends are
 * ranked. */
bool is_candidate(const json_t *results, const json_t *backend, const char *level);

/* Runs differ if their whole intervals are apart, and the medians by more than the A/A control of
 * the slice does, or if one without an interval takes several times as long; otherwise it is a tie.
 */
void rank_level(const json_t *results, const char *level, ranking *r);
/* Is the entry one of the leaders? */
bool is_leader(const ranking *r, const ranked *entry);
/* "20.1", "20.1 to 80.6": three digits. */
void range_text(double low, double high, char *text, size_t size);

#endif
