/* Network interfaces: checks before a capture, and error messages. */
#ifndef PKT_LIVE_INTERFACE_H
#define PKT_LIVE_INTERFACE_H

#include "pktbench.h"

/* 0 if the interface exists and is up, or `name` is "any". Otherwise -1 and *err; for an unknown
 * name the message lists the interfaces. */
int pkt_interface_check(const char *name, pkt_err *err);
/* Get the hardware type (ARPHRD_). 0, or -1 and *err. */
int pkt_interface_hardware(const char *name, uint16_t *hardware, pkt_err *err);
/* Is the interface with this index up? `fd`: any socket. 0, or -1 and *err if it is down or was
 * removed. */
int pkt_interface_is_up(int index, int fd, pkt_err *err);
/* Set *err to "the interface was removed or is down". Always -1. */
int pkt_interface_lost(pkt_err *err);
/* Set *err to "not permitted to capture" with advice. Always -1. */
int pkt_interface_forbidden(pkt_err *err);
/* Packets dropped by the interface hardware since it came up; 0 if the driver has no counter. */
uint64_t pkt_interface_missed(const char *name);

#endif
