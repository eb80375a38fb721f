/* Bytes as a packet: no read past the captured bytes, columns agree with the present bits, and a
 * longer capture only adds columns.
 *
 *   link type(1) wire length beyond the captured one(2, big-endian) snaplen to compare with(1)
 * packet
 */
#include <stdlib.h>

#include "parsers/decode/decode.h"
#include "parsers/source/limits.h"
#include "tests/fuzz/fuzz.h"
#include "tests/row_clear.h"

enum { HEAD = 4, ROW = 7 };

static const uint16_t link_types[] = {1,   101, 113, 228, 229, 0,   105, 276, 108, 127,
                                      192, 119, 163, 9,   50,  104, 107, 117, 239, 258,
                                      149, 197, 6,   7,   8,   10,  100, 123, 129, 178,
                                      179, 180, 181, 182, 242, 281, 282, 284, 285};

typedef struct packet {
    uint16_t link_type;
    const uint8_t *bytes;
    size_t captured, wire;
} packet;

static void decode(const packet *p, size_t captured, pkt_batch *batch)
{
    /* A copy of exactly the captured bytes: a sanitizer then detects a read past the end. */
    uint8_t *copy = malloc(captured);
    must(copy || !captured, "memory is available for the packet");
    if (captured)
        memcpy(copy, p->bytes, captured);
    pkt_record record = {.data = copy,
                         .ts_ns = -1,
                         .cap_len = (uint32_t)captured,
                         .wire_len = (uint32_t)p->wire,
                         .link_type = p->link_type};
    row_clear(batch, ROW);
    pkt_decode_headers(&record, 1, batch, ROW);
    free(copy);
}

static bool cell_is_zero(const pkt_batch *batch, size_t column)
{
    static const uint8_t zeros[8];
    return memcmp(cell_at(batch, ROW, column), zeros, pkt_column_at(column)->size) == 0;
}

/* Ranges of columns, and columns that depend on each other. */
static void check_row(const packet *p, const pkt_batch *b)
{
    const unsigned verdict = b->verdict[ROW];
    const uint64_t present = b->present[ROW];
    const uint64_t l4 = present & (PKT_HAS_PORTS | PKT_HAS_ICMP | PKT_HAS_TCP);
    must(verdict < PKT_VERDICT_COUNT, "the verdict is known");
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        must(!info->present || present & info->present || cell_is_zero(b, c),
             "a column that is not present is 0");
        must(info->level != PKT_LEVEL_FLOWS || cell_is_zero(b, c), "decoders number no streams");
    }
    must(verdict != PKT_CUT_BY_SNAPLEN || p->captured < p->wire,
         "cut-by-snaplen means that not all bytes are captured");
    must(!l4 || present & PKT_HAS_L4, "ports, TCP and ICMP need a transport header");
    must(!(present & PKT_HAS_L4) || l4, "a transport header has ports or is ICMP");
    must(!(present & PKT_HAS_TCP) || present & PKT_HAS_PORTS, "TCP has ports");
    must(!(present & PKT_HAS_ICMP) || l4 == PKT_HAS_ICMP, "ICMP has no ports");
    must(!(present & (PKT_HAS_L4 | PKT_HAS_FRAG)) || present & PKT_HAS_IP,
         "a transport header needs an IP header");
    must(verdict != PKT_FRAGMENT || b->frag_off[ROW], "a later fragment has an offset");
    must(!b->frag_off[ROW] || !(present & PKT_HAS_L4), "a later fragment has no transport header");
    must(verdict != PKT_UNSUPPORTED || !(present & PKT_HAS_L4),
         "an unsupported packet has no transport header");
    must(b->payload_len[ROW] <= p->wire, "the payload does not exceed the packet");
    must(b->frag_off[ROW] % 8 == 0 && b->ip_flags[ROW] < 4,
         "fragment fields have the width of the header's");
    must(b->vlan_id[ROW] < 4096 && b->tcp_flags[ROW] < 4096, "VLAN id and TCP flags have 12 bits");
    must(b->eth_src[ROW] >> 48 == 0 && b->eth_dst[ROW] >> 48 == 0, "a MAC address has 48 bits");
    must(!(present & PKT_HAS_IP) || b->ip_version[ROW] == 4 || b->ip_version[ROW] == 6,
         "the IP version is 4 or 6");
    must(b->ip_version[ROW] != 4 ||
             !(b->src_hi[ROW] | b->dst_hi[ROW] | b->src_lo[ROW] >> 32 | b->dst_lo[ROW] >> 32),
         "an IPv4 address has 32 bits");
}

/* The decoder writes one row. */
static void check_alone(const pkt_batch *batch)
{
    static const pkt_batch none;
    static pkt_batch rest;
    rest = *batch;
#define PKT_X(name, type, level, has, format_as, doc)                                              \
    memset(&rest.name[ROW], 0, sizeof rest.name[ROW]);
    PKT_COLUMNS(PKT_X)
#undef PKT_X
    must(memcmp(&rest, &none, sizeof rest) == 0, "other rows do not change");
}

/* Columns that the next header of a chain overwrites. An Ethernet header in another link has MAC
 * addresses of its own. */
static bool may_move(const pkt_batch *b, size_t column)
{
    return column == PKT_COL_eth_src || column == PKT_COL_eth_dst || column == PKT_COL_eth_type ||
           column == PKT_COL_ip_proto || column == PKT_COL_cap_len || column == PKT_COL_verdict ||
           column == PKT_COL_present ||
           (pkt_column_at(column)->present == PKT_HAS_FRAG && b->ip_version[ROW] == 6);
}

/* More captured bytes only add columns; after the verdict is no longer `cut-by-snaplen`, they
 * change nothing. */
static void check_growth(const pkt_batch *shorter, const pkt_batch *longer)
{
    const bool settled = shorter->verdict[ROW] != PKT_CUT_BY_SNAPLEN;
    must(!(shorter->present[ROW] & ~longer->present[ROW]), "more bytes remove no column");
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const uint64_t needs = pkt_column_at(c)->present;
        const bool fixed = settled
                               ? c != PKT_COL_cap_len
                               : !may_move(longer, c) && (!needs || shorter->present[ROW] & needs);
        must(!fixed || same_cell(shorter, ROW, longer, ROW, c), "more bytes change no value");
    }
}

static void check_refused(const packet *p, const pkt_batch *batch)
{
    must(batch->verdict[ROW] == PKT_BAD_LENGTH && !batch->present[ROW],
         "a packet with a captured length above its original length is not decoded");
    must(batch->cap_len[ROW] == p->captured && batch->wire_len[ROW] == p->wire,
         "lengths do not change");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pkt_batch whole, cut;
    if (size < HEAD || size > HEAD + PKT_MAX_RECORD)
        return 0;
    const size_t beyond = (size_t)data[1] << 8 | data[2], snaplen = data[3];
    packet p = {.link_type = link_types[data[0] % (sizeof link_types / sizeof link_types[0])],
                .bytes = data + HEAD,
                .captured = size - HEAD};
    p.wire = p.captured + beyond;
    if (beyond == 0xffff) /* invalid lengths in the record */
        p.wire = p.captured ? p.captured - 1 : 0;
    decode(&p, p.captured, &whole);
    check_alone(&whole);
    if (p.captured > p.wire) {
        check_refused(&p, &whole);
        return 0;
    }
    check_row(&p, &whole);
    if (snaplen < p.captured) {
        decode(&p, snaplen, &cut);
        check_growth(&cut, &whole);
        p.captured = snaplen;
        check_row(&p, &cut);
    }
    return 0;
}
