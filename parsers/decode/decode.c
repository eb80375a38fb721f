/* One decoder per link type. Each layer is an inline function in its own header file; the compiler
 * makes one function without calls from them. */
#include "parsers/decode/decode.h"

#include "parsers/decode/capture.h"
#include "parsers/decode/ethernet.h"
#include "parsers/decode/frame.h"
#include "parsers/decode/frame_relay.h"
#include "parsers/decode/ieee80211.h"
#include "parsers/decode/sll.h"

/* Link types without a capture system's header before them. */
static pkt_verdict decode_plain_link(cursor c, row *r, uint32_t link_type)
{
    enum { DLT_RAW = 12, DLT_RAW_OPENBSD = 14 };
    switch (link_type) {
    case LINKTYPE_ETHERNET:
        return decode_inner_ethernet(c, r);
    case LINKTYPE_NULL:
        return decode_null(c, r, 1);
    case LINKTYPE_LOOP:
        return decode_null(c, r, 0);
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
        return PKT_UNSUPPORTED;
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
    return decode_plain_link(c, r, link_type);
}

static pkt_verdict decode_pktap(cursor c, row *r)
{
    uint32_t link_type = PKT_NO_LINK;
    const pkt_verdict verdict = pktap_step(&c, &link_type);
    if (verdict != PKT_OK)
        return verdict;
    return link_type == PKT_NO_LINK ? PKT_OK : decode_plain_link(c, r, link_type);
}

static pkt_verdict decode_erf(cursor c, row *r)
{
    const pkt_verdict verdict = erf_step(&c);
    return verdict == PKT_OK ? decode_inner_ethernet(c, r) : verdict;
}

static pkt_verdict decode_link(cursor c, row *r, uint16_t link_type)
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
    case LINKTYPE_PPI:
        return decode_ppi(c, r);
    case LINKTYPE_PFLOG:
        return decode_pflog(c, r);
    case LINKTYPE_NFLOG:
        return decode_nflog(c, r);
    case LINKTYPE_PKTAP_OLD:
    case LINKTYPE_PKTAP:
        return decode_pktap(c, r);
    case LINKTYPE_ERF:
        return decode_erf(c, r);
    default:
        return decode_plain_link(c, r, link_type);
    }
}

/* Any link type except Ethernet. */
static __attribute__((noinline)) decode_result decode_other_link(cursor c, row r,
                                                                 uint16_t link_type)
{
    const pkt_verdict verdict = decode_link(c, &r, link_type);
    return (decode_result){verdict, r.present};
}

/* Inlined for every combination of NULL and not NULL, to keep tests of `hint` and `payload` out of
 * the level headers. */
ALWAYS_INLINE void decode_record(const pkt_record *record, pkt_batch *batch, size_t index,
                                 pkt_stream_hint *hint, pkt_payload *payload)
{
    pkt_decode_frame(record, batch, index);
    if (record->cap_len > record->wire_len)
        return; /* invalid lengths: which of the bytes belong to the packet is unknown */
    cursor c = {record->data, record->cap_len, record->wire_len};
    row r = {batch, index, 0, hint, payload};
    decode_result end;
    if (record->link_type == LINKTYPE_ETHERNET) {
        end.verdict = decode_ethernet(c, &r);
        end.present = r.present;
    } else {
        end = decode_other_link(c, r, record->link_type);
    }
    batch->verdict[index] = (uint8_t)end.verdict;
    batch->present[index] = end.present;
}

void pkt_decode_frames(const pkt_record *records, size_t count, pkt_batch *batch, size_t first)
{
    for (size_t i = 0; i < count; i++)
        pkt_decode_frame(&records[i], batch, first + i);
}

void pkt_decode_headers(const pkt_record *records, size_t count, pkt_batch *batch, size_t first)
{
    for (size_t i = 0; i < count; i++)
        decode_record(&records[i], batch, first + i, NULL, NULL);
}

void pkt_decode_flows(const pkt_record *records, size_t count, pkt_batch *batch, size_t first,
                      pkt_stream_hint *hints)
{
    for (size_t i = 0; i < count; i++) {
        hints[i] = (pkt_stream_hint){0};
        decode_record(&records[i], batch, first + i, &hints[i], NULL);
    }
}

void pkt_decode_payloads(const pkt_record *records, size_t count, pkt_batch *batch, size_t first,
                         pkt_payload *payloads)
{
    for (size_t i = 0; i < count; i++) {
        payloads[i] = (pkt_payload){0};
        decode_record(&records[i], batch, first + i, NULL, &payloads[i]);
    }
}

void pkt_decode_all(const pkt_record *records, size_t count, pkt_batch *batch, size_t first,
                    pkt_stream_hint *hints, pkt_payload *payloads)
{
    for (size_t i = 0; i < count; i++) {
        hints[i] = (pkt_stream_hint){0};
        payloads[i] = (pkt_payload){0};
        decode_record(&records[i], batch, first + i, &hints[i], &payloads[i]);
    }
}
