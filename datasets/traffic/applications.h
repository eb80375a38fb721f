/* Application payloads: as much of each protocol as a dissector reads. */
#ifndef PKT_APPLICATIONS_H
#define PKT_APPLICATIONS_H

#include "datasets/frame.h"

/* TLS 1.2/1.3 records, RFC 8446 sections 4.1.2, 4.1.3 and 5.1. */
/* `modern`: TLS 1.3, and ALPN. */
void tls_client_hello(frame *f, random_state *random, bool modern);
void tls_server_hello(frame *f, random_state *random, bool modern);
/* A hello with a post-quantum key share, which is longer than a segment: its first `room` bytes,
 * and the rest of it. */
void tls_long_hello(frame *f, random_state *random, size_t room);
void tls_long_hello_rest(frame *f, random_state *random, size_t room);
/* One application data record of `size` bytes, header included; size >= 6. */
void tls_data(frame *f, random_state *random, size_t size);

/* MQTT 3.1.1, OASIS standard: control packets. */
void mqtt_connect(frame *f, unsigned device);
void mqtt_connack(frame *f);
void mqtt_publish(frame *f, random_state *random, unsigned device);
void mqtt_subscribe(frame *f, unsigned device, unsigned topics); /* 1 to 3 topics */
void mqtt_ping(frame *f, bool response);

/* HTTP/1.1, RFC 9112. */
/* A request up to its host; its other headers follow. */
void http_begin(frame *f, const char *method, const char *target, const char *host);
void http_request(frame *f, unsigned device);
/* Two requests in one segment. */
void http_pipeline(frame *f, unsigned device);
/* A status line, without its reason, and all of what follows: the reason, headers. */
void http_status(frame *f, unsigned status, const char *rest);
void http_response(frame *f, random_state *random, size_t body);

/* DNS, RFC 1035; `name`: number of a host name. */
void dns_query(frame *f, unsigned id, unsigned name);
void dns_answer(frame *f, unsigned id, unsigned name);
/* Multicast DNS, RFC 6762. */
void mdns_query(frame *f);
void mdns_answer(frame *f, unsigned device);
/* LLMNR, RFC 4795. */
void llmnr_query(frame *f, unsigned device);
/* CoAP, RFC 7252; `token`: 16 bits. */
void coap_get(frame *f, unsigned id, unsigned token);
void coap_content(frame *f, unsigned id, unsigned token);
/* SSDP, UPnP Device Architecture 2.0. */
void ssdp_search(frame *f);
void ssdp_notify(frame *f, unsigned device);
/* NTPv4, RFC 5905: client (mode 3) or server (mode 4). */
void ntp(frame *f, random_state *random, bool server);
/* DHCP, RFC 2131; `type`: DISCOVER 1, OFFER 2, REQUEST 3, ACK 5. `host_name` may be NULL. */
void dhcp(frame *f, unsigned type, uint32_t transaction, uint64_t mac, uint32_t offered,
          const char *host_name);

#endif
