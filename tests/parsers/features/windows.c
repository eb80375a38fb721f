#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "tests/parsers/features/windows.h"

windows out;
pkt_features *features;
pkt_sink sink;
pkt_batch packets;
static const pkt_feature_set *set;

static int rows_take(void *self, const pkt_batch *rows, const double *values, pkt_err *err)
{
    (void)self;
    (void)err;
    assert_in_range(rows->rows, 1, PKT_BATCH_ROWS);
    out.keys[out.pushes++] = *rows;
    for (size_t row = 0; row < rows->rows; row++) {
        for (size_t i = 0; i < set->count; i++)
            out.values[out.rows][i] = values[i * PKT_BATCH_ROWS + row];
        out.numbers[out.rows++] = pkt_features_row_number(features);
    }
    return 0;
}

void begin(pkt_features_request request)
{
    request.max_flows = request.max_flows ? request.max_flows : 100;
    set = request.set;
    features = pkt_features_open(&request, NULL);
    assert_non_null(features);
    pkt_features_set_output(features, rows_take, NULL);
    sink = pkt_features_sink(features);
    memset(&packets, 0, sizeof packets);
    out.rows = out.pushes = 0;
}

void flush(void)
{
    assert_int_equal(sink.push(sink.self, &packets, NULL), 0);
    memset(&packets, 0, sizeof packets);
}

void finish(void)
{
    flush();
    assert_int_equal(sink.finish(sink.self, NULL), 0);
}

double cell(size_t row, const char *name)
{
    assert_in_range(row, 0, out.rows - 1);
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->columns[i].name, name) == 0)
            return out.values[row][i];
    fail_msg("no column %s", name);
    return NAN;
}

size_t frame_add(int64_t ts_ns)
{
    if (packets.rows == PKT_BATCH_ROWS)
        flush();
    const size_t row = packets.rows++;
    packets.ts_ns[row] = ts_ns;
    packets.cap_len[row] = packets.wire_len[row] = 60;
    packets.link_type[row] = 1;
    packets.present[row] = PKT_HAS_LINK;
    return row;
}

size_t arp_add(int64_t ts_ns)
{
    const size_t row = frame_add(ts_ns);
    packets.eth_type[row] = 0x0806;
    return row;
}

size_t ip_add(int64_t ts_ns, unsigned protocol, uint64_t src, uint64_t dst)
{
    const size_t row = frame_add(ts_ns);
    const size_t header = protocol == PROTO_TCP ? 20 : 8;
    packets.present[row] |= PKT_HAS_IP | PKT_HAS_FRAG | PKT_HAS_L4;
    packets.eth_type[row] = 0x0800;
    packets.ip_version[row] = 4;
    packets.ip_proto[row] = (uint8_t)protocol;
    packets.ip_ttl[row] = 64;
    packets.ip_len[row] = (uint32_t)(20 + header);
    packets.src_lo[row] = 0x0a000000 + src;
    packets.dst_lo[row] = 0x0a000000 + dst;
    packets.l4_hlen[row] = (uint8_t)header;
    return row;
}

size_t tcp_add(int64_t ts_ns, uint64_t src, uint64_t dst, unsigned flags)
{
    const size_t row = ip_add(ts_ns, PROTO_TCP, src, dst);
    packets.present[row] |= PKT_HAS_PORTS | PKT_HAS_TCP;
    packets.src_port[row] = (uint16_t)(1000 + src);
    packets.dst_port[row] = (uint16_t)(1000 + dst);
    packets.tcp_flags[row] = (uint16_t)flags;
    return row;
}
