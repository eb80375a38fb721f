/* Network interfaces by name, and what is said when one cannot be captured from. */
#ifndef PKT_LIVE_INTERFACE_H
#define PKT_LIVE_INTERFACE_H

#include "pktbench.h"

/* Is there an interface of that name, and is it up? 0, or -1 and *err with those that there are.
 * "any" stands for all of them. */
int pkt_interface_check(const char *name, pkt_err *err);
/* Its hardware type (ARPHRD_). 0, or -1 and *err. */
int pkt_interface_hardware(const char *name, uint16_t *hardware, pkt_err *err);
/* -1 and *err: the process may not capture, and what to do about it. */
int pkt_interface_forbidden(pkt_err *err);
/* Packets that the interface itself has lost since it came up; 0 where it does not tell. */
uint64_t pkt_interface_missed(const char *name);

#endif
