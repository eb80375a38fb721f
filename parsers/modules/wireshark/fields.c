/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parsers/modules/wireshark/fields.h"

static const char *const names[WS_FIELD_COUNT] = {
    [WS_ETH_DST] = "eth.dst",
    [WS_ETH_SRC] = "eth.src",
    [WS_ETH_TYPE] = "eth.type",
    [WS_SLL_ETYPE] = "sll.etype",
    [WS_SLL_GRETYPE] = "sll.gretype",
    [WS_VLAN_ID] = "vlan.id",
    [WS_VLAN_ETYPE] = "vlan.etype",
    [WS_AD_ID] = "ieee8021ad.id",
    [WS_AD_SVID] = "ieee8021ad.svid",
    [WS_AD_CVID] = "ieee8021ad.cvid",
    [WS_AH_ETYPE] = "ieee8021ah.etype",
    [WS_AH_ISID] = "ieee8021ah.isid",
    [WS_CMD_TYPE] = "cmd.type",
    [WS_VN_TYPE] = "vntag.etype",
    [WS_VN_LENGTH] = "vntag.len",
    [WS_HBBAK_TYPE] = "hbbak.etype",
    [WS_AVSP_64] = "avsp.64sec",
    [WS_AVSP_48] = "avsp.48sec",
    [WS_GIGAMON_TYPE] = "gmhdr.etype",
    [WS_GIGAMON_LENGTH] = "gmhdr.len",
    [WS_ETAG_TYPE] = "etag.etype",
    [WS_RTAG_TYPE] = "ieee8021cb.etype",
    [WS_HSR_TYPE] = "hsr.type",
    [WS_MACSEC_TYPE] = "macsec.etype",
    [WS_MACSEC_SL] = "macsec.SL",
    [WS_WLAN_DA] = "wlan.da",
    [WS_WLAN_SA] = "wlan.sa",
    [WS_WLAN_FCS] = "wlan.fcs",
    [WS_SLL_LTYPE] = "sll.ltype",
    [WS_NULL_FAMILY] = "null.family",
    [WS_NULL_TYPE] = "null.type",
    [WS_LLC_OUI] = "llc.oui",
    [WS_LLC_TYPE] = "llc.type",
    [WS_MPLS_BOTTOM] = "mpls.bottom",
    [WS_PPPOE_LENGTH] = "pppoe.payload_length",
    [WS_PPP_PROTOCOL] = "ppp.protocol",
    [WS_IP_HDR_LEN] = "ip.hdr_len",
    [WS_IP_DSFIELD] = "ip.dsfield",
    [WS_IP_LEN] = "ip.len",
    [WS_IP_ID] = "ip.id",
    [WS_IP_FLAGS] = "ip.flags",
    [WS_IP_FRAG_OFFSET] = "ip.frag_offset",
    [WS_IP_TTL] = "ip.ttl",
    [WS_IP_PROTO] = "ip.proto",
    [WS_IP_SRC] = "ip.src",
    [WS_IP_DST] = "ip.dst",
    [WS_IP_CUR_RT] = "ip.cur_rt",
    [WS_IPV6_TCLASS] = "ipv6.tclass",
    [WS_IPV6_PLEN] = "ipv6.plen",
    [WS_IPV6_NXT] = "ipv6.nxt",
    [WS_IPV6_HLIM] = "ipv6.hlim",
    [WS_IPV6_SRC] = "ipv6.src",
    [WS_IPV6_DST] = "ipv6.dst",
    [WS_HOPOPTS_NXT] = "ipv6.hopopts.nxt",
    [WS_HOPOPTS_LEN] = "ipv6.hopopts.len",
    [WS_ROUTING_NXT] = "ipv6.routing.nxt",
    [WS_ROUTING_LEN] = "ipv6.routing.len",
    [WS_DSTOPTS_NXT] = "ipv6.dstopts.nxt",
    [WS_DSTOPTS_LEN] = "ipv6.dstopts.len",
    [WS_FRAGHDR_NXT] = "ipv6.fraghdr.nxt",
    [WS_FRAGHDR_OFFSET] = "ipv6.fraghdr.offset",
    [WS_FRAGHDR_MORE] = "ipv6.fraghdr.more",
    [WS_FRAGHDR_IDENT] = "ipv6.fraghdr.ident",
    [WS_AH_NEXT] = "ah.next_header",
    [WS_AH_LENGTH] = "ah.length",
    [WS_TCP_SRCPORT] = "tcp.srcport",
    [WS_TCP_DSTPORT] = "tcp.dstport",
    [WS_TCP_SEQ] = "tcp.seq_raw",
    [WS_TCP_ACK] = "tcp.ack_raw",
    [WS_TCP_HDR_LEN] = "tcp.hdr_len",
    [WS_TCP_FLAGS] = "tcp.flags",
    [WS_TCP_WINDOW] = "tcp.window_size_value",
    [WS_UDP_SRCPORT] = "udp.srcport",
    [WS_UDP_DSTPORT] = "udp.dstport",
    [WS_ICMP_TYPE] = "icmp.type",
    [WS_ICMP_CODE] = "icmp.code",
    [WS_ICMPV6_TYPE] = "icmpv6.type",
    [WS_ICMPV6_CODE] = "icmpv6.code",
    [WS_ARP_OP] = "arp.opcode",
    [WS_ARP_SRC_IP] = "arp.src.proto_ipv4",
    [WS_ARP_DST_IP] = "arp.dst.proto_ipv4",
    [WS_TCP_STREAM] = "tcp.stream",
    [WS_UDP_STREAM] = "udp.stream",
    [WS_GRE_KEY] = "gre.key",
    [WS_GRE_CALL] = "gre.key.call_id",
    [WS_VXLAN_VNI] = "vxlan.vni",
    [WS_GENEVE_VNI] = "geneve.vni",
    [WS_GTP_TEID] = "gtp.teid",
    [WS_DNS_RESPONSE] = "dns.flags.response",
    [WS_DNS_RCODE] = "dns.flags.rcode",
    [WS_DNS_QRY_NAME] = "dns.qry.name",
    [WS_DNS_QRY_TYPE] = "dns.qry.type",
    [WS_DNS_A] = "dns.a",
    [WS_TLS_HS_TYPE] = "tls.handshake.type",
    [WS_TLS_SNI] = "tls.handshake.extensions_server_name",
    [WS_TLS_VERSION] = "tls.handshake.version",
    [WS_TLS_SUPPORTED] = "tls.handshake.extensions.supported_version",
    [WS_TLS_ALPN] = "tls.handshake.extensions_alpn_str",
    [WS_HTTP_METHOD] = "http.request.method",
    [WS_HTTP_STATUS] = "http.response.code",
    [WS_HTTP_HOST] = "http.host",
    [WS_MQTT_TYPE] = "mqtt.msgtype",
    [WS_MQTT_TOPIC] = "mqtt.topic",
    [WS_DHCP_HOSTNAME] = "dhcp.option.hostname",
    [WS_COAP_CODE] = "coap.code",
    [WS_COAP_URI_PATH] = "coap.opt.uri_path",
};

/* The first registered field of the name; the others are in its list. */
static const header_field_info *field_first(const char *name)
{
    const header_field_info *field = proto_registrar_get_byname(name);
    while (field && field->same_name_prev_id != -1)
        field = proto_registrar_get_nth((guint)field->same_name_prev_id);
    return field;
}

int ws_fields_init(ws_fields *fields, pkt_err *err)
{
    for (size_t i = 0; i < WS_FIELD_COUNT; i++) {
        fields->first[i] = field_first(names[i]);
        const bool optional =
            (i >= WS_CMD_TYPE && i <= WS_MACSEC_SL) || (i >= WS_FLOWS_COUNT && i < WS_INNER_COUNT);
        if (!fields->first[i] && !optional)
            return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "libwireshark %s has no field %s",
                            epan_get_version(), names[i]);
    }
    return 0;
}

static void prime(const ws_fields *fields, epan_dissect_t *dissection, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        for (const header_field_info *f = fields->first[i]; f; f = f->same_name_next)
            epan_dissect_prime_with_hfid(dissection, f->id);
}

void ws_fields_prime(const ws_fields *fields, epan_dissect_t *dissection, pkt_level level)
{
    prime(fields, dissection, 0, WS_HEADERS_COUNT);
    if (level == PKT_LEVEL_FLOWS)
        prime(fields, dissection, WS_HEADERS_COUNT, WS_FLOWS_COUNT);
    else if (level == PKT_LEVEL_INNER)
        prime(fields, dissection, WS_FLOWS_COUNT, WS_INNER_COUNT);
    else if (level == PKT_LEVEL_APP)
        prime(fields, dissection, WS_INNER_COUNT, WS_FIELD_COUNT);
}

/* The first item of the field in the frame, at this offset unless it is ANYWHERE. */
#define ANYWHERE SIZE_MAX
static field_info *item_find(const ws_packet *packet, ws_field field, size_t offset)
{
    for (const header_field_info *f = packet->fields->first[field]; f; f = f->same_name_next) {
        const GPtrArray *items = proto_get_finfo_ptr_array(packet->tree, f->id);
        for (guint i = 0; items && i < items->len; i++) {
            field_info *item = items->pdata[i];
            if (item->ds_tvb == packet->frame && item->start >= 0 &&
                (offset == ANYWHERE || (size_t)item->start == offset))
                return item;
        }
    }
    return NULL;
}

bool ws_first_from(const ws_packet *packet, ws_field field, size_t from, size_t *offset)
{
    bool found = false;
    for (const header_field_info *f = packet->fields->first[field]; f; f = f->same_name_next) {
        const GPtrArray *items = proto_get_finfo_ptr_array(packet->tree, f->id);
        for (guint i = 0; items && i < items->len; i++) {
            const field_info *item = items->pdata[i];
            if (item->ds_tvb != packet->frame || item->start < 0 || (size_t)item->start < from ||
                (found && (size_t)item->start >= *offset))
                continue;
            *offset = (size_t)item->start;
            found = true;
        }
    }
    return found;
}

bool ws_first_at(const ws_packet *packet, ws_field field, size_t *offset)
{
    const field_info *item = item_find(packet, field, ANYWHERE);
    if (item)
        *offset = (size_t)item->start;
    return item != NULL;
}

bool ws_number_at(const ws_packet *packet, ws_field field, size_t offset, uint32_t *value)
{
    field_info *item = item_find(packet, field, offset);
    if (!item)
        return false;
    fvalue_t *number = compat_value(item);
    *value = item->hfinfo->type == FT_BOOLEAN ? (uint32_t)fvalue_get_uinteger64(number)
                                              : fvalue_get_uinteger(number);
    return true;
}

const uint8_t *ws_bytes_at(const ws_packet *packet, ws_field field, size_t offset, size_t size)
{
    if (offset > packet->captured || size > packet->captured - offset)
        return NULL;
    const field_info *item = item_find(packet, field, offset);
    if (!item || item->length < 0 || (size_t)item->length < size)
        return NULL;
    return packet->data + offset;
}

const uint8_t *ws_item_bytes(const ws_packet *packet, ws_field field, size_t offset, size_t *size)
{
    const field_info *item = item_find(packet, field, offset);
    if (!item || item->length < 0 || offset > packet->captured)
        return NULL;
    const size_t left = packet->captured - offset;
    *size = (size_t)item->length < left ? (size_t)item->length : left;
    return packet->data + offset;
}

const char *ws_text_at(const ws_packet *packet, ws_field field, size_t offset)
{
    field_info *item = item_find(packet, field, offset);
    return item ? fvalue_get_string(compat_value(item)) : NULL;
}
