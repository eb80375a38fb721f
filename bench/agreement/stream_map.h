/* Comparison of stream numbers. Two backends may decode different parts of a malformed packet. Such
 * a packet can start a stream in one backend only, which shifts all later stream numbers. */
#ifndef PKT_RENUMBER_H
#define PKT_RENUMBER_H

#include "bench/agreement/rowset.h"

enum { STREAM_ALIKE = 1, DIRECTION_ALIKE = 2, STREAM_LISTED = 4 };

/* Returns one byte per row, with STREAM_ALIKE and DIRECTION_ALIKE set where both sides agree.
 * Streams are renumbered without the malformed packets that have a stream on one side only;
 * directions are relative to the first remaining packet of the stream. If a side does not number a
 * stream in order of appearance, the original values are compared. If a side is Wireshark's,
 * streams that its application dissectors began count as the stream that they continue;
 * STREAM_LISTED is set in rows of such a stream that are alike. `verdicts` as for rowset_compare().
 * The caller frees the array; NULL if memory is exhausted. */
uint8_t *streams_compare(const rowset *got, const rowset *expected, const rowset *verdicts,
                         uint64_t rows);

#endif
