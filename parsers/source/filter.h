/* The one place where packets are chosen by an expression: libpcap's compiler and interpreter. */
#ifndef PKT_FILTER_H
#define PKT_FILTER_H

#include "source/source.h"

/* Link types that one run may meet, at most. */
#define PKT_MAX_FILTER_LINKS 16u

typedef struct pkt_filter pkt_filter;

/* `text` (pcap-filter(7)) must outlive the filter. NULL without memory. */
pkt_filter *pkt_filter_open(const char *text, pkt_err *err);
/* 1: the packet is wanted, 0: not; -1 and *err if the expression makes no sense for its link. */
int pkt_filter_match(pkt_filter *filter, const pkt_record *record, pkt_err *err);
void pkt_filter_close(pkt_filter *filter);

#endif
