/* Captures from an interface by libpcap. */
#ifndef PKT_LIVE_PCAP_LIVE_H
#define PKT_LIVE_PCAP_LIVE_H

#include <pcap/pcap.h>
#include <stdbool.h>

#include "pktbench.h"

typedef struct pkt_pcap_live pkt_pcap_live;

/* capture->path is the interface's name; capture->live must outlive the result. *pcap is a
 * non-blocking handle with nanosecond time stamps; the caller closes it after
 * pkt_pcap_live_close(). NULL and *err; *pcap is then NULL. */
pkt_pcap_live *pkt_pcap_live_open(const pkt_capture *capture, pcap_t **pcap, pkt_err *err);
/* Call once per batch: checks for a stop request and updates the counters. */
void pkt_pcap_live_check(pkt_pcap_live *live);
/* Call once per batch: so many packets were read. */
void pkt_pcap_live_count(pkt_pcap_live *live, size_t packets);
/* Wait when no packet is available, or after libpcap has returned an error (`read_failed`). 1: try
 * again; 0: end of the capture; -1 and *err: the capture failed, and all packets were read. */
int pkt_pcap_live_wait(pkt_pcap_live *live, bool read_failed, pkt_err *err);
void pkt_pcap_live_close(pkt_pcap_live *live);

#endif
