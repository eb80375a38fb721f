/* A slice whose packets are changed before each timed run, so that no run can use what an earlier
 * one has read.
 *
 * Two kinds of changes are made, always to the original bytes. The key changes free fields of all
 * packets (see free_fields.h): addresses and ports alike, so that streams stay, the other fields at
 * random. No result of an earlier run fits. The canaries change a few packets more, in all free
 * fields, and exchange a few neighbouring packets, so that what is right for most packets is wrong
 * for them. What a backend must return then is known from raw's rows over the changed slice. */
#ifndef PKT_ALTERED_SLICE_H
#define PKT_ALTERED_SLICE_H

#include "bench/input/suite.h"
#include "datasets/random.h"

/* Canaries per run; fewer if the slice has fewer packets. */
#define CANARIES 64
/* Pairs of neighbouring packets per run that change places; fewer in small slices. */
#define SWAPS 32
/* Maximum size of a slice that is changed: its original bytes are kept in memory. */
#define ALTERED_BYTES_MAX ((uint64_t)64 << 20)

typedef struct altered_slice altered_slice;

/* Open the slice for changes. Its file must belong to the harness. NULL and *err on failure. */
altered_slice *altered_open(const suite_slice *slice, pkt_err *err);
/* Restore the original bytes and free all. NULL: no effect. */
void altered_close(altered_slice *altered);

/* Start from the original bytes and change all packets with a new key. `fixed`: one bit per packet
 * that must stay as it is; NULL: none. Streams stay the same. */
void altered_key(altered_slice *altered, random_state *random, const uint8_t *fixed);
/* Add canaries. Below level flows they change addresses and ports too; at flows one packet is moved
 * to the stream of an earlier one. */
void altered_canaries(altered_slice *altered, random_state *random, pkt_level level,
                      const uint8_t *fixed);
/* Restore the original bytes. */
void altered_restore(altered_slice *altered);

/* Columns that the changes reach at a level: their digests differ from those of the original. */
pkt_column_set altered_reach(const altered_slice *altered, pkt_level level);
/* raw's digest of a column of the level over the original slice, as in pkt_digest_sink. */
uint64_t altered_original_digest(const altered_slice *altered, pkt_level level, size_t column);
/* Time to read one byte of each packet through a mapping, in nanoseconds: no run can be much
 * faster. */
double altered_walk_ns(const altered_slice *altered);
/* Number of packets. */
uint64_t altered_packets(const altered_slice *altered);
/* Read a column of the level over the slice, as it is now, with raw: the cells in row order, of the
 * column's size. They stay valid until the next call. NULL and *err on failure, and for text
 * columns. */
uint8_t *altered_column(altered_slice *altered, pkt_level level, size_t column, pkt_err *err);

#endif
