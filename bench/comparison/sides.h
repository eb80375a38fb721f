/* The values of one side of a comparison, from the JSON of its results. */
#ifndef PKT_SIDES_H
#define PKT_SIDES_H

#include <jansson.h>

#include "bench/statistics/statistics.h"

/* One side of a comparison: results of one or more bench runs, pooled. */
typedef struct comparison_side {
    json_t *const *results; /* each with `slices` and `runs` */
    size_t count;
} comparison_side;

/* Key of a cell: backend, slice, level, sink and threads. The names belong to the results. */
typedef struct cell_key {
    const char *backend, *slice, *level, *sink;
    unsigned threads;
} cell_key;

cell_key key_of(const json_t *run);
bool key_equal(const cell_key *one, const cell_key *other);

/* Of the runs with that key on the side, the one with the worst status; NULL if there is none. A
 * borrowed reference. */
const json_t *side_run(const comparison_side *side, const cell_key *key);
/* The first number of instructions that was counted; NULL: none. A borrowed reference. */
json_t *side_instructions(const comparison_side *side, const cell_key *key);

/* The packets of the prefix that the timed runs of the side read; 0: the whole slice. */
#define PREFIX_NONE (-1)  /* no timed run */
#define PREFIX_MIXED (-2) /* not the same in all its results */
json_int_t side_prefix(const comparison_side *side, const cell_key *key);
/* The packets that the first runs of the processes read; 0: not known, or not the same in all. */
double side_first_packets(const comparison_side *side, const cell_key *key);

typedef enum value_kind {
    VALUE_WALL,  /* wall time of a sample, ns per packet */
    VALUE_CPU,   /* CPU time of a sample, ns per packet */
    VALUE_FIRST, /* first run of the process of a sample, ns */
    VALUE_LOAD,  /* load time of a process, ns */
    VALUE_RSS    /* peak memory of a process, bytes */
} value_kind;

/* Upper bound of what side_values() gives. */
size_t side_values_count(const comparison_side *side, const cell_key *key);
/* Values above 0 of a cell, ordered by block. `out` NULL: they are only counted. Returns their
 * number. */
size_t side_values(const comparison_side *side, const cell_key *key, value_kind kind,
                   observation *out);

#endif
