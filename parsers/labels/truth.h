/* A file that says for each packet of a capture what it is: the truth that mix writes, or any CSV
 * with the columns `packet` and `label`. */
#ifndef PKT_TRUTH_H
#define PKT_TRUTH_H

#include <stdbool.h>

#include "pktbench.h"

/* The first line of what mix writes. */
#define PKT_TRUTH_HEAD "packet,origin,origin_packet,label\n"

typedef struct pkt_truth pkt_truth;

typedef struct pkt_truth_row {
    uint64_t packet, origin_packet; /* from 1 */
    const char *origin, *label;     /* valid until the next row is read */
} pkt_truth_row;

/* `origins`: the columns `origin` and `origin_packet` are needed too; else they are not read. NULL
 * and *err, which names the file. */
pkt_truth *pkt_truth_open(const char *path, bool origins, pkt_err *err);
/* The next row: 1, 0 at the end, -1 and *err, which names the file and the line. Numbers of packets
 * must rise. */
int pkt_truth_next(pkt_truth *truth, pkt_truth_row *row, pkt_err *err);
void pkt_truth_close(pkt_truth *truth);

#endif
