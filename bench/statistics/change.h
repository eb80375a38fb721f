/* Change between two sides, old and new, each with one value per process. */
#ifndef PKT_CHANGE_H
#define PKT_CHANGE_H

#include "bench/statistics/statistics.h"

/* Quantile of the rounds of a process that is its time. Noise only makes a run longer. The lower
 * decile estimates the time without noise, and depends less on a single sample than the minimum.
 * Measured on a virtual machine with noisy neighbours, for unchanged programs: medians over 8
 * processes vary by 0.3 %, medians of paired rounds by 0.8 %. */
#define QUIET_PART 0.1
/* A process is slow if it takes at least this many times as long as the other side's process of its
 * block, beyond the threshold, and differs from it by more than noise does. */
#define SLOW_RATIO 1.2

/* An interval is narrow enough if it is not wider than this part of the threshold. An unchanged
 * program then has its interval inside the threshold on both sides, unless its estimate is off by
 * four standard errors. */
#define NARROW_PART (2.0 / 3)

/* Values of both sides, in order of their blocks, one per block (a process). Values are > 0. */
typedef struct two_sides {
    const observation *before, *after;
    size_t before_count, after_count;
    bool paired; /* processes of one block ran in turns, and are compared with each other */
} two_sides;

typedef struct change {
    double old, fresh;   /* value of each side; fresh / old is the ratio */
    summary ratio;       /* count == 0: nothing to compare; interval and error as of summarize() */
    size_t above, pairs; /* paired: pairs above the limit, of all pairs */
} change;

/* Replace the observations of each block by their quantile `part`. Returns the number of blocks.
 * `scratch`: room for all observations. */
size_t blocks_quantile(observation *observations, size_t count, double part, double *scratch);

/* Ratio new / old with a bootstrap interval: paired, the median of the ratios of the blocks;
 * otherwise the ratio of two medians. 0, or -1 if memory runs out. */
int change_measure(const two_sides *sides, change *out);
/* What is no change: an increase up to `threshold`, a fraction, plus `least`. */
typedef struct change_limit {
    double threshold, least;
} change_limit;

/* As change_measure(), but for paired sides an interval of the sign test (without error and
 * freedom), and the number of pairs above the limit. The sign test makes no assumption about the
 * noise. */
int change_signs(const two_sides *sides, change_limit limit, change *out);

/* P value of "the ratio is at most 1 + threshold": of Student's t for change_measure(). direction
 * -1: of "at least 1 / (1 + threshold)". */
double change_p(const summary *ratio, double threshold, int direction);
/* P value of "the increase is at most the limit" for change_signs(): exact if the sides are paired.
 */
double change_p_signs(const change *change, change_limit limit);

/* Share of slow processes on each side. */
typedef struct slow_share {
    double old, fresh;
    size_t count; /* pairs, or processes of the side with fewer; 0: nothing to compare */
    double p;     /* of "the new side has no more slow processes than the old one" */
} slow_share;

/* Paired: a process is slow if it is compared with the other one of its block, and the test is the
 * sign test. Otherwise it is compared with the median of its side, and the test is that of Fisher.
 * 0, or -1 if memory runs out. */
int slow_share_measure(const two_sides *sides, double threshold, slow_share *out);

/* P(X >= k) for X of n trials with probability p in (0, 1). */
double binomial_tail(size_t k, size_t n, double p);
/* Number of blocks in which the sign test at level `error` finds a share of slow processes with
 * probability `power`, if no process of the old side is slow. */
unsigned blocks_for_share(double share, double power, double error);
/* The smallest share that is found in this many blocks; above 1: none. */
double share_for_blocks(size_t blocks, double power, double error);

#endif
