/* The ports of application protocols. */
#ifndef PKT_APP_PORTS_H
#define PKT_APP_PORTS_H

#include "pktbench.h"

/* The protocol that owns the port, of TCP if `is_stream`, else of UDP; PKT_APP_NONE: none. */
pkt_app pkt_app_of_port(unsigned port, int is_stream);

#endif
