/* The ports of application protocols: those of Wireshark 4.0 for the same protocols. */
#include "parsers/app/ports.h"

/* Without collisions, which -Woverride-init would report. */
#define OWNER(port, tcp, udp) [(port) % PKT_PORT_SLOTS] = {(port), PKT_APP_##tcp, PKT_APP_##udp}

/* https://www.iana.org/assignments/service-names-port-numbers */
const pkt_port_owner pkt_port_owners[PKT_PORT_SLOTS] = {
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
    OWNER(27017, TLS, NONE),  OWNER(4011, NONE, DHCP),
};
