/* Whole records of a capture, up to a size. */
#ifndef PKT_SLICER_H
#define PKT_SLICER_H

#include "pktbench.h"

typedef enum slice_where { SLICE_START, SLICE_MIDDLE, SLICE_END } slice_where;

/* Copy records from the start, the middle or the end of the capture, in its own format: as many as
 * fit into `limit` bytes, file header included. In pcapng the section and interface blocks that
 * they need come first. A capture that ends inside a record is taken up to there. `end` is where
 * its last whole record ends, a byte offset; 0: not known, and found out where that is needed, by
 * one more walk over the capture. 0; or -1 and *err with no file left behind. */
int slice_capture(const char *path, const char *out, uint64_t limit, slice_where where,
                  uint64_t end, pkt_err *err);

/* Cut as `tcpdump -C` does: the size is checked before a record is written, so that a piece may
 * pass `limit` by its last record. Pieces are named OUT, OUT1, OUT2, ... *pieces counts them. */
int slice_pieces(const char *path, const char *out, uint64_t limit, uint64_t *pieces, pkt_err *err);

#endif
