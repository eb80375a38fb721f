/* A row of a truth. */
#ifndef PKT_TRUTH_ROW_H
#define PKT_TRUTH_ROW_H

#include <stdint.h>

typedef struct pkt_truth_row {
    uint64_t packet, origin_packet; /* from 1 */
    const char *origin, *label;     /* valid until the next row is read */
} pkt_truth_row;

#endif
