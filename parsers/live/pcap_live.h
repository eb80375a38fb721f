/* Packets of an interface, by libpcap. */
#ifndef PKT_LIVE_PCAP_LIVE_H
#define PKT_LIVE_PCAP_LIVE_H

#include <pcap/pcap.h>

#include "pktbench.h"

typedef struct pkt_pcap_live pkt_pcap_live;

/* capture->path is the interface; capture->live must outlive it. The handle never waits, its times
 * are in nanoseconds; it is the caller's to close, last. NULL and *err. */
pkt_pcap_live *pkt_pcap_live_open(const pkt_capture *capture, pcap_t **pcap, pkt_err *err);
/* To be called once a batch: is it to end? */
void pkt_pcap_live_look(pkt_pcap_live *live);
/* The handle has no packet now: 1: read again, 0: there will be none. */
int pkt_pcap_live_wait(pkt_pcap_live *live);
void pkt_pcap_live_close(pkt_pcap_live *live);

#endif
