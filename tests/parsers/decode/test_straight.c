/* The common shapes over Ethernet have a decoder of their own: the same packets without the
 * Ethernet header, which go through the decoders of the layers, must give the same cells, hints and
 * payload, also where headers are wrong and where bytes are missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "parsers/decode/decode.h"
#include "parsers/source/link_type.h"

enum { IPV4 = 228, ETH = 14, PACKETS = 300000, PACKET_BYTES = 90 };

typedef struct decoded {
    pkt_batch *batch;
    pkt_stream_hint hint;
    pkt_payload payload;
} decoded;

static uint32_t number(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

/* Ethernet, IPv4, TCP or UDP, and noise; then some changes, most of them in fields that say a
 * length or a kind. Returns the packet's bytes. */
static size_t packet_make(uint8_t bytes[PACKET_BYTES], uint32_t *seed)
{
    static const uint8_t lengths[] = {ETH,     ETH + 2,  ETH + 3,  ETH + 6, ETH + 7,
                                      ETH + 9, ETH + 24, ETH + 25, ETH + 32};
    const int is_tcp = number(seed, 2) == 0;
    const size_t size = ETH + 20 + (is_tcp ? 20U : 8U) + number(seed, 30);
    for (size_t i = 0; i < PACKET_BYTES; i++)
        bytes[i] = (uint8_t)number(seed, 256);
    bytes[12] = 8;
    bytes[13] = 0;
    uint8_t *ip = bytes + ETH, *l4 = ip + 20;
    ip[0] = 0x45;
    ip[2] = 0;
    ip[3] = (uint8_t)(size - ETH - (number(seed, 2) ? number(seed, 4) : 0));
    ip[6] = (uint8_t)(number(seed, 2) << 6);
    ip[7] = 0;
    ip[9] = is_tcp ? 6 : 17;
    l4[4] = is_tcp ? l4[4] : 0;
    l4[5] = is_tcp ? l4[5] : (uint8_t)(ip[3] - 20);
    l4[12] = is_tcp ? (uint8_t)((5 + number(seed, 3)) << 4) : l4[12];
    for (uint32_t i = number(seed, 3); i > 0; i--) {
        uint8_t *byte = &bytes[lengths[number(seed, sizeof lengths)]];
        *byte = (uint8_t)(number(seed, 2) ? *byte + number(seed, 9) + 252 : number(seed, 256));
    }
    return size;
}

static const pkt_column_set columns = PKT_HEADERS_COLUMNS;

/* From a copy of exactly the captured bytes: a sanitizer then detects a read past the end. The hint
 * and the payload point into it; it is the caller's to free. */
static uint8_t *decode(decoded *d, uint16_t link_type, const uint8_t *bytes, size_t captured,
                       size_t wire)
{
    uint8_t *copy = malloc(captured);
    assert_non_null(copy);
    memcpy(copy, bytes, captured);
    const pkt_record record = {.data = copy,
                               .cap_len = (uint32_t)captured,
                               .wire_len = (uint32_t)wire,
                               .link_type = link_type};
    pkt_batch_clear(d->batch, &columns);
    d->batch->verdict[0] = d->batch->verdict[1] = PKT_UNSUPPORTED; /* it is set, too */
    d->hint = (pkt_stream_hint){0};
    d->payload = (pkt_payload){0};
    pkt_decode_all(&record, 1, d->batch, 0, &d->hint, &d->payload);
    /* Row 1 by the decoder that makes no hints. */
    pkt_decode_headers(&record, 1, d->batch, 1);
    return copy;
}

/* All cells but those of the record and of Ethernet. `a`: Ethernet. */
static void rows_match(const pkt_batch *a, size_t row_a, const pkt_batch *b, size_t row_b)
{
    assert_int_equal(a->present[row_a] & ~PKT_HAS_LINK, b->present[row_b] & ~PKT_HAS_LINK);
    assert_int_equal(a->verdict[row_a], b->verdict[row_b]);
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        if (info->level == PKT_LEVEL_HEADERS && info->present != PKT_HAS_LINK &&
            strcmp(info->name, "present") != 0)
            assert_memory_equal((const char *)a + info->offset + row_a * info->size,
                                (const char *)b + info->offset + row_b * info->size, info->size);
    }
}

static void hints_match(const decoded *a, const uint8_t *a_bytes, const decoded *b,
                        const uint8_t *b_bytes)
{
    assert_int_equal(a->payload.wire, b->payload.wire);
    if (a->payload.wire) {
        assert_int_equal(a->payload.at - a_bytes, b->payload.at - b_bytes + ETH);
        assert_int_equal(a->payload.captured, b->payload.captured);
        assert_int_equal(a->payload.is_stream, b->payload.is_stream);
    }
    const pkt_stream_hint *x = &a->hint, *y = &b->hint;
    assert_int_equal(!x->transport.at, !y->transport.at);
    if (x->transport.at)
        assert_int_equal(x->transport.at - a_bytes, y->transport.at - b_bytes + ETH);
    assert_int_equal(x->transport.captured, y->transport.captured);
    assert_int_equal(x->transport.wire, y->transport.wire);
    assert_memory_equal(x, y, offsetof(pkt_stream_hint, transport));
}

static void as_by_layers(void **unused)
{
    (void)unused;
    pkt_err err;
    decoded ethernet = {.batch = pkt_batch_new(&err)}, layers = {.batch = pkt_batch_new(&err)};
    assert_true(ethernet.batch && layers.batch);
    size_t good = 0;
    uint32_t seed = 1;
    for (size_t i = 0; i < PACKETS; i++) {
        uint8_t bytes[PACKET_BYTES];
        const size_t wire = packet_make(bytes, &seed);
        const size_t cut = number(&seed, 3) ? 0 : number(&seed, (uint32_t)(wire - ETH - 1));
        uint8_t *a = decode(&ethernet, LINKTYPE_ETHERNET, bytes, wire - cut, wire);
        uint8_t *b = decode(&layers, IPV4, bytes + ETH, wire - cut - ETH, wire - ETH);
        if (ethernet.batch->eth_type[0] == 0x0800) {
            rows_match(ethernet.batch, 0, layers.batch, 0);
            rows_match(ethernet.batch, 1, layers.batch, 1);
            rows_match(ethernet.batch, 0, ethernet.batch, 1);
            hints_match(&ethernet, a, &layers, b);
        }
        good += ethernet.batch->verdict[0] == PKT_OK && ethernet.payload.wire;
        free(a);
        free(b);
    }
    assert_true(good > PACKETS / 8 && good < PACKETS * 3 / 4);
    pkt_batch_free(ethernet.batch);
    pkt_batch_free(layers.batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_by_layers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
