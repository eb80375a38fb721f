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
    [WS_TCP_STREAM] = "tcp.stream",
    [WS_UDP_STREAM] = "udp.stream",
    [WS_GRE_KEY] = "gre.key",
    [WS_GRE_CALL] = "gre.key.call_id",
    [WS_VXLAN_VNI] = "vxlan.vni",
    [WS_GENEVE_VNI] = "geneve.vni",
    [WS_GTP_TEID] = "gtp.teid",
};

int ws_fields_init(ws_fields *fields, pkt_err *err)
{
    for (size_t i = 0; i < WS_FIELD_COUNT; i++) {
        fields->id[i] = proto_registrar_get_id_byname(names[i]);
        const bool optional = (i >= WS_CMD_TYPE && i <= WS_MACSEC_SL) || i >= WS_FLOWS_COUNT;
        if (fields->id[i] == -1 && !optional)
            return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "libwireshark %s has no field %s",
                            epan_get_version(), names[i]);
    }
    return 0;
}

void ws_fields_prime(const ws_fields *fields, epan_dissect_t *dissection, ws_field first,
                     ws_field end)
{
    for (size_t i = first; i < (size_t)end; i++)
        if (fields->id[i] != -1)
            epan_dissect_prime_with_hfid(dissection, fields->id[i]);
}

/* NULL: none. */
static const GPtrArray *items_of(const ws_packet *packet, ws_field field)
{
    const int id = packet->fields->id[field];
    return id == -1 ? NULL : proto_get_finfo_ptr_array(packet->tree, id);
}

bool ws_first_at(const ws_packet *packet, ws_field field, size_t *offset)
{
    const GPtrArray *items = items_of(packet, field);
    for (guint i = 0; items && i < items->len; i++) {
        const field_info *item = items->pdata[i];
        if (item->ds_tvb == packet->frame && item->start >= 0) {
            *offset = (size_t)item->start;
            return true;
        }
    }
    return false;
}

bool ws_first_from(const ws_packet *packet, ws_field field, size_t from, size_t *offset)
{
    const GPtrArray *items = items_of(packet, field);
    bool found = false;
    for (guint i = 0; items && i < items->len; i++) {
        const field_info *item = items->pdata[i];
        if (item->ds_tvb != packet->frame || item->start < 0 || (size_t)item->start < from ||
            (found && (size_t)item->start >= *offset))
            continue;
        *offset = (size_t)item->start;
        found = true;
    }
    return found;
}

static field_info *item_at(const ws_packet *packet, ws_field field, size_t offset)
{
    const GPtrArray *items = items_of(packet, field);
    if (!items)
        return NULL;
    for (guint i = 0; i < items->len; i++) {
        field_info *item = items->pdata[i];
        if (item->ds_tvb == packet->frame && item->start >= 0 && (size_t)item->start == offset)
            return item;
    }
    return NULL;
}

bool ws_number_at(const ws_packet *packet, ws_field field, size_t offset, uint32_t *value)
{
    field_info *item = item_at(packet, field, offset);
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
    const field_info *item = item_at(packet, field, offset);
    if (!item || item->length < 0 || (size_t)item->length < size)
        return NULL;
    return packet->data + offset;
}
