/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Dissected fields by position: a field is what the columns mean only if an item of it starts
 * exactly where the header stands in the frame itself. Tunnels and quoted packets repeat every
 * field elsewhere; reassembled data is another buffer.
 */
#ifndef PKT_WIRESHARK_FIELDS_H
#define PKT_WIRESHARK_FIELDS_H

#include "parsers/modules/wireshark/compat.h"
#include "pktbench.h"

typedef enum ws_field {
    WS_ETH_DST,
    WS_ETH_SRC,
    WS_ETH_TYPE,
    WS_SLL_ETYPE,
    WS_SLL_GRETYPE,
    WS_VLAN_ID,
    WS_VLAN_ETYPE,
    WS_AD_ID,
    WS_AD_SVID,
    WS_AD_CVID,
    WS_AH_ETYPE,
    WS_AH_ISID,
    WS_CMD_TYPE, /* the fields from here to the last tag's may be missing in a version */
    WS_VN_TYPE,
    WS_VN_LENGTH,
    WS_HBBAK_TYPE,
    WS_AVSP_64,
    WS_AVSP_48,
    WS_GIGAMON_TYPE,
    WS_GIGAMON_LENGTH,
    WS_ETAG_TYPE,
    WS_RTAG_TYPE,
    WS_HSR_TYPE,
    WS_MACSEC_TYPE,
    WS_MACSEC_SL,
    WS_WLAN_DA,
    WS_WLAN_SA,
    WS_WLAN_FCS,
    WS_SLL_LTYPE,
    WS_NULL_FAMILY,
    WS_NULL_TYPE,
    WS_LLC_OUI,
    WS_LLC_TYPE,
    WS_MPLS_BOTTOM,
    WS_PPPOE_LENGTH,
    WS_PPP_PROTOCOL,
    WS_IP_HDR_LEN,
    WS_IP_DSFIELD,
    WS_IP_LEN,
    WS_IP_ID,
    WS_IP_FLAGS,
    WS_IP_FRAG_OFFSET,
    WS_IP_TTL,
    WS_IP_PROTO,
    WS_IP_SRC,
    WS_IP_DST,
    WS_IP_CUR_RT,
    WS_IPV6_TCLASS,
    WS_IPV6_PLEN,
    WS_IPV6_NXT,
    WS_IPV6_HLIM,
    WS_IPV6_SRC,
    WS_IPV6_DST,
    WS_HOPOPTS_NXT,
    WS_HOPOPTS_LEN,
    WS_ROUTING_NXT,
    WS_ROUTING_LEN,
    WS_DSTOPTS_NXT,
    WS_DSTOPTS_LEN,
    WS_FRAGHDR_NXT,
    WS_FRAGHDR_OFFSET,
    WS_FRAGHDR_MORE,
    WS_FRAGHDR_IDENT,
    WS_AH_NEXT,
    WS_AH_LENGTH,
    WS_TCP_SRCPORT,
    WS_TCP_DSTPORT,
    WS_TCP_SEQ,
    WS_TCP_ACK,
    WS_TCP_HDR_LEN,
    WS_TCP_FLAGS,
    WS_TCP_WINDOW,
    WS_UDP_SRCPORT,
    WS_UDP_DSTPORT,
    WS_ICMP_TYPE,
    WS_ICMP_CODE,
    WS_ICMPV6_TYPE,
    WS_ICMPV6_CODE,
    WS_ARP_OP,
    WS_ARP_SRC_IP,
    WS_ARP_DST_IP,
    WS_HEADERS_COUNT, /* the fields above are all that the level `headers` asks for */
    WS_TCP_STREAM = WS_HEADERS_COUNT,
    WS_UDP_STREAM,
    WS_FLOWS_COUNT, /* those above are all of `flows`; those of `inner` follow */
    WS_GRE_KEY = WS_FLOWS_COUNT,
    WS_GRE_CALL,
    WS_VXLAN_VNI,
    WS_GENEVE_VNI,
    WS_GTP_TEID,
    WS_INNER_COUNT, /* those of `app` follow */
    WS_DNS_RESPONSE = WS_INNER_COUNT,
    WS_DNS_RCODE,
    WS_DNS_QRY_NAME,
    WS_DNS_QRY_TYPE,
    WS_DNS_A,
    WS_TLS_HS_TYPE,
    WS_TLS_SNI,
    WS_TLS_VERSION,
    WS_TLS_SUPPORTED,
    WS_TLS_ALPN,
    WS_HTTP_METHOD,
    WS_HTTP_STATUS,
    WS_HTTP_HOST,
    WS_MQTT_TYPE,
    WS_MQTT_TOPIC,
    WS_DHCP_HOSTNAME,
    WS_COAP_CODE,
    WS_COAP_URI_PATH,
    WS_FIELD_COUNT
} ws_field;

/* Fields of the running libwireshark: the first of those with the name. NULL: this version has
 * none. */
typedef struct ws_fields {
    const header_field_info *first[WS_FIELD_COUNT];
} ws_fields;

/* Look all names up. 0, or -1 and *err with the name that is not there. */
int ws_fields_init(ws_fields *fields, pkt_err *err);
/* Ask for the fields that the level needs in the packet that is dissected next. */
void ws_fields_prime(const ws_fields *fields, epan_dissect_t *dissection, pkt_level level);

/* Wireshark also numbers streams inside tunnels and of quoted headers. Here they are counted
 * without those, in order of first appearance. By Wireshark's number: 0, or the dense number + 1,
 * and whether the stream's first packet came from the larger end. */
typedef struct ws_stream {
    guint32 number;
    guint32 from_larger;
} ws_stream;

typedef struct ws_streams {
    GArray *tcp, *udp; /* of ws_stream */
    guint32 tcp_count, udp_count;
} ws_streams;

/* A dissected packet. */
typedef struct ws_packet {
    const ws_fields *fields;
    const proto_tree *tree;
    const tvbuff_t *frame;
    const uint8_t *data; /* `captured` bytes */
    size_t captured;
    size_t wire;
    ws_streams *streams; /* NULL: stream numbers are not asked for */
    bool inner;          /* the columns of tunnels are asked for */
} ws_packet;

/* The field's value, if it stands at this offset in the frame. */
bool ws_number_at(const ws_packet *packet, ws_field field, size_t offset, uint32_t *value);
/* Where the field's first item in the frame stands. False: there is none. */
bool ws_first_at(const ws_packet *packet, ws_field field, size_t *offset);
/* Where that item stands which is the next at or behind `from`. */
bool ws_first_from(const ws_packet *packet, ws_field field, size_t from, size_t *offset);
/* The packet's own bytes there, if the field stands there and covers them all; or NULL. */
const uint8_t *ws_bytes_at(const ws_packet *packet, ws_field field, size_t offset, size_t size);

/* The captured bytes that the field's item at this offset covers, and how many: at most those that
 * are there. NULL: no item is there. */
const uint8_t *ws_item_bytes(const ws_packet *packet, ws_field field, size_t offset, size_t *size);
/* The text of a field of a text type, as libwireshark shows it; owned by the dissection. NULL: no
 * item is there. */
const char *ws_text_at(const ws_packet *packet, ws_field field, size_t offset);

/* Write the headers columns of the packet into the row, whose link_type has been set. */
void ws_header_columns(const ws_packet *packet, pkt_batch *batch, size_t index);

#endif
