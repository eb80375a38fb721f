/* Bytes behind an IPv4 header as a tunnel: no read past the captured bytes, the columns in_ agree
 * with their present bits, other columns do not change, and a longer capture only adds columns.
 *
 *   protocol(1) UDP port(2, big-endian; 0: no UDP) snaplen to compare with(1) bytes
 */
#include <stdlib.h>

#include "parsers/decode/decode.h"
#include "parsers/source/limits.h"
#include "parsers/tunnel/tunnel.h"
#include "tests/fuzz/fuzz.h"
#include "tests/row_clear.h"

enum { HEAD = 4, ROW = 7, IPV4_BYTES = 20, UDP_BYTES = 8, MOST = 2048, RAW_IP = 101, UDP = 17 };

static pkt_batch scratch;

static void put16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* The packet of the input; returns its size. */
static size_t packet_make(const uint8_t *data, size_t size, uint8_t packet[MOST])
{
    static const uint8_t ipv4[IPV4_BYTES] = {0x45, 0, 0,  0, 0, 1, 0,  0, 64, 0,
                                             0,    0, 10, 0, 0, 1, 10, 0, 0,  2};
    const size_t udp = data[1] | data[2] ? UDP_BYTES : 0, start = IPV4_BYTES + udp;
    const size_t total = start + size - HEAD;
    memset(packet, 0, start);
    memcpy(packet, ipv4, IPV4_BYTES);
    put16(packet + 2, total);
    packet[9] = udp ? UDP : data[0];
    if (udp) {
        put16(packet + IPV4_BYTES, 54321);
        memcpy(packet + IPV4_BYTES + 2, data + 1, 2);
        put16(packet + IPV4_BYTES + 4, total - IPV4_BYTES);
    }
    memcpy(packet + start, data + HEAD, size - HEAD);
    return total;
}

/* `with_inner`: fill the columns in_ too. */
static void decode(const uint8_t *packet, size_t captured, size_t wire, bool with_inner,
                   pkt_batch *batch)
{
    pkt_stream_hint hint;
    uint8_t *copy = malloc(captured ? captured : 1);
    must(copy != NULL, "memory is available for the packet");
    memcpy(copy, packet, captured);
    const pkt_record record = {.data = copy,
                               .cap_len = (uint32_t)captured,
                               .wire_len = (uint32_t)wire,
                               .link_type = RAW_IP};
    row_clear(batch, ROW);
    pkt_decode_flows(&record, 1, batch, ROW, &hint);
    if (with_inner)
        pkt_decode_inner(&hint, 1, batch, ROW, &scratch);
    free(copy);
}

static bool cell_is_zero(const pkt_batch *batch, size_t column)
{
    static const uint8_t zeros[8];
    return memcmp(cell_at(batch, ROW, column), zeros, pkt_column_at(column)->size) == 0;
}

static void check_row(const pkt_batch *b, const pkt_batch *plain)
{
    const uint64_t has = b->present[ROW];
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        if (info->level == PKT_LEVEL_INNER)
            must(has & info->present || cell_is_zero(b, c), "a column that is not present is 0");
        else if (c != PKT_COL_present)
            must(same_cell(b, ROW, plain, ROW, c), "other columns do not change");
    }
    must(!(has & (PKT_HAS_IN_L4 | PKT_HAS_IN_PORTS | PKT_HAS_IN_TCP | PKT_HAS_IN_KEY)) ||
             has & PKT_HAS_IN_IP,
         "inner columns need an inner IP header");
    must(!(has & PKT_HAS_IN_TCP) || has & PKT_HAS_IN_PORTS, "TCP has ports");
    must(!(has & PKT_HAS_IN_IP) || b->in_ip_version[ROW] == 4 || b->in_ip_version[ROW] == 6,
         "the IP version is 4 or 6");
    must(b->in_ip_version[ROW] != 4 || !(b->in_src_hi[ROW] | b->in_dst_hi[ROW] |
                                         b->in_src_lo[ROW] >> 32 | b->in_dst_lo[ROW] >> 32),
         "an IPv4 address has 32 bits");
    must(b->in_payload_len[ROW] <= MOST, "the payload does not exceed the packet");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pkt_batch whole, plain, cut;
    uint8_t packet[MOST];
    if (size < HEAD || size > HEAD + MOST - IPV4_BYTES - UDP_BYTES)
        return 0;
    const size_t total = packet_make(data, size, packet), snaplen = data[3];
    memset(&scratch, data[0], sizeof scratch); /* what is left of other rows does not matter */
    decode(packet, total, total, true, &whole);
    decode(packet, total, total, false, &plain);
    check_row(&whole, &plain);
    if (snaplen < total) {
        decode(packet, snaplen, total, true, &cut);
        decode(packet, snaplen, total, false, &plain);
        check_row(&cut, &plain);
        must(!(cut.present[ROW] & PKT_HAS_IN_IP) || whole.present[ROW] & PKT_HAS_IN_IP,
             "more bytes remove no column");
    }
    return 0;
}
