/* Copies the packets that match a filter into a new capture. */
#ifndef PKT_FILTER_COPY_H
#define PKT_FILTER_COPY_H

#include "pktbench.h"

typedef struct filter_counts {
    uint64_t kept; /* packets that match the filter */
    uint64_t of;   /* packets read */
} filter_counts;

/* Copy the records whose packets match the expression (pcap-filter(7)). The output has the input's
 * format, and every header and block before and between the records is copied too. 0, or -1 and
 * *err. If the capture is truncated (PKT_ERR_TRUNCATED), `out` holds the records before the end;
 * after any other error there is no output file. */
int filter_copy(const char *path, const char *out, const char *expression, filter_counts *counts,
                pkt_err *err);

#endif
