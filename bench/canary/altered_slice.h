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

#include "bench/canary/altered_changes.h"
#include "bench/canary/altered_rows.h"
#include "bench/input/suite.h"

/* Maximum size of a slice that is changed: its original bytes are kept in memory. */
#define ALTERED_BYTES_MAX ((uint64_t)64 << 20)

/* Open the slice for changes. Its file must belong to the harness. NULL and *err on failure. */
altered_slice *altered_open(const suite_slice *slice, pkt_err *err);
/* Restore the original bytes and free all. NULL: no effect. */
void altered_close(altered_slice *altered);

/* Columns that the changes reach at a level: their digests differ from those of the original. */
pkt_column_set altered_reach(const altered_slice *altered, pkt_level level);
/* raw's digest of a column of the level over the original slice, as in pkt_digest_sink. */
uint64_t altered_original_digest(const altered_slice *altered, pkt_level level, size_t column);
/* CPU time to read one byte of each packet through a mapping, in nanoseconds: no run can take much
 * less. */
double altered_walk_ns(const altered_slice *altered);
/* Number of packets. */
uint64_t altered_packets(const altered_slice *altered);

#endif
