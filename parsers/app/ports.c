/* The ports of application protocols: those of Wireshark 4.0 for the same protocols. */
#include "parsers/app/ports.h"

enum { SLOTS = 283 }; /* without collisions, which -Woverride-init would report */

typedef struct port_owner {
    uint16_t port;
    uint8_t tcp, udp; /* pkt_app */
} port_owner;

#define OWNER(port, tcp, udp) [(port) % SLOTS] = {(port), PKT_APP_##tcp, PKT_APP_##udp}

/* https://www.iana.org/assignments/service-names-port-numbers */
static const port_owner owners[SLOTS] = {
    OWNER(53, DNS, DNS),      OWNER(5353, DNS, MDNS),  OWNER(5355, NONE, LLMNR),
    OWNER(1900, HTTP, SSDP),  OWNER(67, NONE, DHCP),   OWNER(68, NONE, DHCP),
    OWNER(5683, NONE, COAP),  OWNER(1883, MQTT, NONE), OWNER(80, HTTP, NONE),
    OWNER(631, HTTP, NONE),   OWNER(2710, HTTP, NONE), OWNER(2869, HTTP, NONE),
    OWNER(3128, HTTP, NONE),  OWNER(3132, HTTP, NONE), OWNER(3689, HTTP, NONE),
    OWNER(5985, HTTP, NONE),  OWNER(8080, HTTP, NONE), OWNER(8088, HTTP, NONE),
    OWNER(11371, HTTP, NONE), OWNER(324, TLS, NONE),   OWNER(443, TLS, NONE),
    OWNER(465, TLS, NONE),    OWNER(636, TLS, NONE),   OWNER(802, TLS, NONE),
    OWNER(853, TLS, NONE),    OWNER(993, TLS, NONE),   OWNER(995, TLS, NONE),
    OWNER(1300, TLS, NONE),   OWNER(2221, TLS, NONE),  OWNER(2443, TLS, NONE),
    OWNER(3249, TLS, NONE),   OWNER(3250, TLS, NONE),  OWNER(3251, TLS, NONE),
    OWNER(3252, TLS, NONE),   OWNER(3496, TLS, NONE),  OWNER(5061, TLS, NONE),
    OWNER(5671, TLS, NONE),   OWNER(5684, TLS, NONE),  OWNER(5868, TLS, NONE),
    OWNER(8883, TLS, NONE),   OWNER(11207, TLS, NONE), OWNER(19999, TLS, NONE),
    OWNER(27017, TLS, NONE),
};

pkt_app pkt_app_of_port(unsigned port, int is_stream)
{
    const port_owner *owner = &owners[port % SLOTS];
    if (owner->port != port)
        return PKT_APP_NONE;
    return (pkt_app)(is_stream ? owner->tcp : owner->udp);
}
