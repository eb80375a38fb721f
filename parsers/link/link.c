/* One decoder per link type, except Ethernet. */
#include "parsers/decode/link.h"

#include "parsers/link/atm.h"
#include "parsers/link/capture.h"
#include "parsers/link/dsa.h"
#include "parsers/link/ieee80211.h"
#include "parsers/link/juniper.h"
#include "parsers/link/lan.h"
#include "parsers/link/slip.h"
#include "parsers/link/sll.h"

/* Links of which captures are rare. */
static pkt_verdict decode_rare_link(cursor c, row *r, uint32_t link_type)
{
    enum { MARVELL = 1, TAG = 4, ETHERTYPE_TAG = 8, ARCNET_OFFSET = 2 };
    switch (link_type) {
    case LINKTYPE_TOKEN_RING:
        return decode_token_ring(c, r);
    case LINKTYPE_ARCNET_BSD:
        return decode_arcnet(c, r, 0);
    case LINKTYPE_ARCNET_LINUX:
        return decode_arcnet(c, r, ARCNET_OFFSET);
    case LINKTYPE_SLIP:
        return decode_slip(c, r);
    case LINKTYPE_FDDI:
        return decode_fddi(c, r);
    case LINKTYPE_ATM_RFC1483:
    case LINKTYPE_ATM_RFC1483_OLD:
        return decode_atm_llc(c, r);
    case LINKTYPE_SUNATM:
        return decode_sunatm(c, r);
    case LINKTYPE_MULTILINK_FRAME_RELAY:
        return decode_multilink(c, r);
    case LINKTYPE_IPOIB:
        return decode_ipoib(c, r);
    case LINKTYPE_DSA_TAG_BRCM:
        return decode_switch(c, r, TAG, !MARVELL);
    case LINKTYPE_DSA_TAG_BRCM_PREPEND:
        return decode_prepended(c, r);
    case LINKTYPE_DSA_TAG_DSA:
        return decode_switch(c, r, TAG, MARVELL);
    case LINKTYPE_DSA_TAG_EDSA:
        return decode_switch(c, r, ETHERTYPE_TAG, MARVELL);
    default:
        return PKT_UNSUPPORTED;
    }
}

/* Link types without a capture system's header before them. */
static pkt_verdict decode_plain_link(cursor c, row *r, uint32_t link_type)
{
    enum { DLT_RAW = 12, DLT_RAW_OPENBSD = 14 };
    switch (link_type) {
    case LINKTYPE_ETHERNET:
        return decode_inner_ethernet(c, r);
    case LINKTYPE_NULL:
        return decode_null(c, r);
    case LINKTYPE_LOOP:
        return decode_loop(c, r);
    case DLT_RAW:
    case DLT_RAW_OPENBSD:
    case LINKTYPE_RAW:
        return decode_ip_by_version(c, r, PKT_BAD_VALUE); /* no link header */
    case LINKTYPE_PPP:
    case LINKTYPE_PPP_HDLC:
        return decode_ppp_hdlc(c, r);
    case LINKTYPE_CISCO_HDLC:
        return decode_cisco_hdlc(c, r);
    case LINKTYPE_FRAME_RELAY:
        return decode_frame_relay(c, r);
    case LINKTYPE_IEEE802_11:
        return decode_ieee80211(c, r, (wlan_frame){false, false});
    case LINKTYPE_IPV4:
        return decode_ipv4(c, r);
    case LINKTYPE_IPV6:
        return decode_ipv6(c, r);
    default:
        return decode_rare_link(c, r, link_type);
    }
}

static pkt_verdict decode_erf(cursor c, row *r)
{
    const pkt_verdict verdict = erf_step(&c);
    return verdict == PKT_OK ? decode_inner_ethernet(c, r) : verdict;
}

static pkt_verdict decode_juniper(cursor c, row *r, uint32_t link_type)
{
    bool has_link = false;
    const pkt_verdict verdict = juniper_step(&c, &has_link);
    if (verdict != PKT_OK)
        return verdict;
    return has_link ? decode_plain_link(c, r, link_type) : decode_ip_by_version(c, r, PKT_OK);
}

/* All link types but those whose header says the link type of the frame behind it. */
static pkt_verdict decode_one_link(cursor c, row *r, uint32_t link_type)
{
    switch (link_type) {
    case LINKTYPE_LINUX_SLL:
        return decode_sll(c, r);
    case LINKTYPE_LINUX_SLL2:
        return decode_sll2(c, r);
    case LINKTYPE_IEEE802_11_RADIOTAP:
        return decode_radiotap(c, r);
    case LINKTYPE_IEEE802_11_PRISM:
        return decode_prism(c, r);
    case LINKTYPE_IEEE802_11_AVS:
        return decode_avs(c, r);
    case LINKTYPE_PFLOG:
        return decode_pflog(c, r);
    case LINKTYPE_NFLOG:
        return decode_nflog(c, r);
    case LINKTYPE_ERF:
        return decode_erf(c, r);
    case LINKTYPE_JUNIPER_ETHERNET:
        return decode_juniper(c, r, LINKTYPE_ETHERNET);
    case LINKTYPE_JUNIPER_PPP:
        return decode_juniper(c, r, LINKTYPE_PPP);
    case LINKTYPE_JUNIPER_FRAME_RELAY:
        return decode_juniper(c, r, LINKTYPE_FRAME_RELAY);
    case LINKTYPE_JUNIPER_HDLC:
        return decode_juniper(c, r, LINKTYPE_CISCO_HDLC);
    default:
        return decode_plain_link(c, r, link_type);
    }
}

static pkt_verdict decode_ppi(cursor c, row *r)
{
    uint32_t link_type = PKT_NO_LINK;
    bool fcs = false;
    const pkt_verdict verdict = ppi_step(&c, &link_type, &fcs);
    if (verdict != PKT_OK)
        return verdict;
    if (link_type == LINKTYPE_IEEE802_11)
        return decode_ieee80211(c, r, (wlan_frame){fcs, false});
    return decode_one_link(c, r, link_type);
}

static pkt_verdict decode_pktap(cursor c, row *r)
{
    uint32_t link_type = PKT_NO_LINK;
    const pkt_verdict verdict = pktap_step(&c, &link_type);
    if (verdict != PKT_OK)
        return verdict;
    return link_type == PKT_NO_LINK ? PKT_OK : decode_one_link(c, r, link_type);
}

static pkt_verdict decode_link(cursor c, row *r, uint32_t link_type)
{
    switch (link_type) {
    case LINKTYPE_PPI:
        return decode_ppi(c, r);
    case LINKTYPE_PKTAP_OLD:
    case LINKTYPE_PKTAP:
        return decode_pktap(c, r);
    default:
        return decode_one_link(c, r, link_type);
    }
}

/* The most frequent of these links, at the level headers: without calls, its row stays in
 * registers. */
static __attribute__((noinline, flatten)) decode_result
radiotap_headers(const pkt_record *record, pkt_batch *batch, size_t index)
{
    const cursor c = {record->data, record->cap_len, record->wire_len};
    row r = {batch, index, 0, NULL, NULL};
    const pkt_verdict verdict = decode_radiotap(c, &r);
    return (decode_result){verdict, r.present};
}

decode_result pkt_decode_link(const pkt_record *record, pkt_batch *batch, size_t index,
                              pkt_stream_hint *hint, pkt_payload *payload)
{
    if (record->link_type == LINKTYPE_IEEE802_11_RADIOTAP && !hint && !payload)
        return radiotap_headers(record, batch, index);
    const cursor c = {record->data, record->cap_len, record->wire_len};
    row r = {batch, index, 0, hint, payload};
    const pkt_verdict verdict = decode_link(c, &r, record->link_type);
    return (decode_result){verdict, r.present};
}
