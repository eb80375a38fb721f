/* A capture without the packets that are not wanted. */
#ifndef PKT_SIEVE_H
#define PKT_SIEVE_H

#include "pktbench.h"

typedef struct filter_counts {
    uint64_t kept, of; /* packets */
} filter_counts;

/* Copy the records whose packets the expression (pcap-filter(7)) takes, in the capture's own
 * format, with everything that stands before and between records. 0; or -1 and *err: where the
 * capture ends inside a record (PKT_ERR_TRUNCATED) the file stands nevertheless, otherwise there is
 * none.
 */
int filter_copy(const char *path, const char *out, const char *expression, filter_counts *counts,
                pkt_err *err);

#endif
