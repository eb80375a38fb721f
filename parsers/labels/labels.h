/* The label of each packet of a capture, from a file; or of each stream, by most of its packets. */
#ifndef PKT_LABELS_H
#define PKT_LABELS_H

#include <stdbool.h>

#include "pktbench.h"

typedef struct pkt_labels pkt_labels;

/* The number of a label; what is not labelled has PKT_NO_LABEL, whose name is "". */
#define PKT_NO_LABEL UINT32_C(0)

/* What became of the packets and streams. */
typedef struct pkt_labels_report {
    uint64_t packets, without; /* packets; those without a label */
    uint64_t behind;           /* the last packet, if the file has labels behind it; or 0 */
    bool by_stream;
    uint64_t streams, several; /* streams with a label; those with several */
    uint64_t changed;          /* packets whose stream has another label */
} pkt_labels_report;

/* The file, of which nothing but the names of columns is read. NULL and *err, which names it. */
pkt_labels *pkt_labels_open(const char *path, pkt_err *err);
const char *pkt_labels_path(const pkt_labels *labels);
/* Packets get the labels of their streams: *sink takes all packets of the capture, in batches with
 * stream numbers. 0, or -1 and *err. */
int pkt_labels_streams_begin(pkt_labels *labels, pkt_sink *sink, pkt_err *err);
/* No more packets come. The file is read from its beginning again. 0, or -1 and *err, also for what
 * made the sink fail. */
int pkt_labels_streams_end(pkt_labels *labels, pkt_err *err);
/* The label of the row's packet. Numbers of packets must rise. 0, or -1 and *err. */
int pkt_labels_find(pkt_labels *labels, const pkt_batch *batch, size_t row, uint64_t number,
                    uint32_t *label, pkt_err *err);
/* It lives as long as the labels. */
const char *pkt_labels_name(const pkt_labels *labels, uint32_t label);
/* After the last packet. `whole`: it was the last one of the capture. */
pkt_labels_report pkt_labels_get_report(pkt_labels *labels, bool whole);
void pkt_labels_close(pkt_labels *labels);

#endif
