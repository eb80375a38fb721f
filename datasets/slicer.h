/* Cuts parts out of a capture, always between records. */
#ifndef PKT_SLICER_H
#define PKT_SLICER_H

#include "pktbench.h"

typedef enum slice_where { SLICE_START, SLICE_MIDDLE, SLICE_END } slice_where;

/* Copy as many records as fit into `limit` bytes (file header included) from the start, the middle
 * or the end of the capture, in the capture's format. A pcapng slice begins with the section and
 * interface blocks that its packets need. Of a truncated capture, only complete records are used.
 * `end`: byte offset where the last complete record ends; 0 if unknown, then the capture is read
 * once more where the value is needed. 0, or -1 and *err; no output file is left after an error. */
int slice_capture(const char *path, const char *out, uint64_t limit, slice_where where,
                  uint64_t end, pkt_err *err);

/* Split the whole capture as `tcpdump -C` does: the size is checked before a record is written, and
 * the last record of a piece may therefore exceed `limit`. The files are named OUT, OUT1, OUT2, ...
 * *pieces: their number. 0, or -1 and *err. */
int slice_pieces(const char *path, const char *out, uint64_t limit, uint64_t *pieces, pkt_err *err);
/* How many pieces that gives. 0, or -1 and *err. */
int slice_count(const char *path, uint64_t limit, uint64_t *pieces, pkt_err *err);

#endif
