/* A veth pair between two network namespaces that nobody else sees: what is sent at its far end,
 * the kernel receives at its near end. Both vanish with the processes that are in them. */
#ifndef PKT_LIVE_WIRE_H
#define PKT_LIVE_WIRE_H

#include "pktbench.h"

/* Name of the near end. */
#define LIVE_INTERFACE "pktbench0"

typedef struct live_wire {
    int sender;  /* packet socket of the far end */
    int control; /* netlink socket of the near end's namespace */
    int index;   /* of the near end */
} live_wire;

/* Create the pair, and move this process, which must have one thread, into the namespace of the
 * near end, in a user namespace if there can be one; the process is user 0 there. 0, or -1 and
 * *err, which says what to do; then there is nothing to close. */
int live_wire_open(live_wire *wire, pkt_err *err);
/* Packets that the near end has received since it was created. 0, or -1 and *err. */
int live_wire_received(const live_wire *wire, uint64_t *packets, pkt_err *err);
void live_wire_close(live_wire *wire);

#endif
