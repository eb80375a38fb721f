/* Network interfaces by rtnetlink(7): a veth pair, its settings, its counters. */
#ifndef PKT_LIVE_NETLINK_H
#define PKT_LIVE_NETLINK_H

#include "pktbench.h"

/* A socket for the functions below, in the network namespace of the process. -1 and *err. */
int netlink_open(pkt_err *err);
/* Create a veth pair: `here` in the namespace of the socket, `there` in that of the descriptor.
 * Both take packets of up to `mtu` bytes. 0, or -1, *err and its `sys`. */
int netlink_veth_create(int netlink, const char *here, const char *there, int there_namespace,
                        uint32_t mtu, pkt_err *err);
/* Give the interface no IPv6 address, so that the kernel sends nothing by itself. A kernel without
 * IPv6 sends nothing anyway: that is no error. */
void netlink_ipv6_silence(int netlink, int index);
/* 0, or -1 and *err. */
int netlink_up(int netlink, int index, pkt_err *err);
/* Packets that the interface has received. 0, or -1 and *err. */
int netlink_received(int netlink, int index, uint64_t *packets, pkt_err *err);

#endif
