/* Stream numbers of two backends that differ in how much of broken packets they show: each such
 * packet may have taken a number in one of them only, and moved all that follow. */
#ifndef PKT_RENUMBER_H
#define PKT_RENUMBER_H

#include "bench/agreement/rowset.h"

enum { STREAM_ALIKE = 1, DIRECTION_ALIKE = 2 };

/* For each row both of these bits, or not: numbers are compared as counted without the broken
 * packets that one side alone numbers, directions from the first packet that is left. A side that
 * does not count its own streams in order of appearance is taken as it is. `verdicts` as for
 * rowset_compare(). The caller frees it; NULL without memory. */
uint8_t *streams_compare(const rowset *got, const rowset *expected, const rowset *verdicts,
                         uint64_t rows);

#endif
