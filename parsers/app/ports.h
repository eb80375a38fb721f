/* The ports of application protocols. */
#ifndef PKT_APP_PORTS_H
#define PKT_APP_PORTS_H

#include "pktbench.h"

typedef struct pkt_port_owner {
    uint16_t port;
    uint8_t tcp, udp; /* a pkt_app */
} pkt_port_owner;

/* A port is at its remainder; what is there may be another one. */
enum { PKT_PORT_SLOTS = 283 };
extern const pkt_port_owner pkt_port_owners[PKT_PORT_SLOTS];

/* The protocol that owns the port, of TCP if `is_stream`, else of UDP; PKT_APP_NONE: none. Inline:
 * it is asked twice for every payload. */
static inline pkt_app pkt_app_of_port(unsigned port, int is_stream)
{
    const pkt_port_owner *owner = &pkt_port_owners[port % PKT_PORT_SLOTS];
    if (owner->port != port)
        return PKT_APP_NONE;
    return (pkt_app)(is_stream ? owner->tcp : owner->udp);
}

#endif
