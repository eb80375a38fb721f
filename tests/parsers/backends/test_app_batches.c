/* Batches of level app: what an earlier batch had is in no later one, whether most of its rows had
 * values, a few, or none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pktbench.h"

enum { PACKETS = 4000, FRAME = 71, NAME = 55, DNS_PORT = 36, NO_OWNER = 9999 };

/* Ethernet, IPv4, UDP, and a query for the name "AAAAAAAA". */
static const uint8_t query[FRAME] = {
    2, 0, 0,  0, 0, 2, 2,  0,   0,   0,   0,   1,    8,   0,   0x45, 0,  0, 57, 0, 1, 0, 0, 64, 17,
    0, 0, 10, 0, 0, 1, 10, 0,   0,   2,   4,   0x00, 0,   53,  0,    37, 0, 0,  1, 2, 1, 0, 0,  1,
    0, 0, 0,  0, 0, 0, 8,  'A', 'A', 'A', 'A', 'A',  'A', 'A', 'A',  0,  0, 1,  0, 1, 0, 0, 0};

/* Has packet number `index` a query? All, every 40th, none, in turns of more than a batch. */
static bool is_query(size_t index)
{
    const size_t turn = index / 700 % 3;
    return turn == 0 || (turn == 1 && index % 40 == 0);
}

static void packet_put(FILE *file, size_t index)
{
    const uint32_t head[4] = {1, 0, FRAME, FRAME};
    uint8_t bytes[FRAME];
    memcpy(bytes, query, FRAME);
    (void)snprintf((char *)bytes + NAME, 9, "%08u", (unsigned)(index % PACKETS));
    bytes[NAME + 8] = 0;
    if (!is_query(index)) {
        bytes[DNS_PORT] = NO_OWNER >> 8;
        bytes[DNS_PORT + 1] = NO_OWNER & 0xff;
    }
    assert_int_equal(fwrite(head, 1, sizeof head, file), sizeof head);
    assert_int_equal(fwrite(bytes, 1, FRAME, file), FRAME);
}

static void capture_make(const char *path)
{
    const uint32_t head[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1};
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(head, 1, sizeof head, file), sizeof head);
    for (size_t i = 0; i < PACKETS; i++)
        packet_put(file, i);
    assert_int_equal(fclose(file), 0);
}

/* No cell of level app is set. */
static void check_empty(const pkt_batch *batch, size_t row, size_t packet)
{
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        const uint8_t *cell = (const uint8_t *)batch + info->offset + row * info->size;
        if (info->level != PKT_LEVEL_APP)
            continue;
        for (size_t i = 0; i < info->size; i++)
            if (cell[i] != (info->format_as == PKT_AS_TEXT ? 0xff : 0))
                fail_msg("packet %zu: %s is left over", packet, info->name);
    }
    assert_false(batch->present[row] & PKT_HAS_APP);
}

static void check_query(const pkt_batch *batch, size_t row, size_t packet)
{
    char name[9];
    (void)snprintf(name, sizeof name, "%08u", (unsigned)(packet % PACKETS));
    assert_int_equal(batch->app_proto[row], PKT_APP_DNS);
    assert_int_equal(batch->dns_qry_type[row], 1);
    assert_int_equal(batch->dns_qry_name[row].length, 8);
    assert_memory_equal(batch->text + batch->dns_qry_name[row].offset, name, 8);
    assert_int_equal(batch->tls_sni[row].offset, PKT_TEXT_NULL);
}

static int rows_check(void *self, const pkt_batch *batch, pkt_err *err)
{
    size_t *packet = self;
    (void)err;
    for (size_t row = 0; row < batch->rows; row++, ++*packet)
        (is_query(*packet) ? check_query : check_empty)(batch, row, *packet);
    return 0;
}

static int nothing(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

static void check_backend(const char *name, const char *path)
{
    pkt_entry entry = {.struct_size = sizeof entry};
    pkt_capture capture = {.struct_size = sizeof capture, .path = path, .format = PKT_FORMAT_PCAP};
    pkt_request request = {.struct_size = sizeof request, .level = PKT_LEVEL_APP};
    pkt_batch *batch = pkt_batch_new(NULL);
    pkt_err err;
    uint64_t rows;
    size_t packets = 0;
    const pkt_sink sink = {
        .struct_size = sizeof sink, .self = &packets, .push = rows_check, .finish = nothing};
    assert_non_null(batch);
    assert_int_equal(pkt_registry_find(name, &entry), 0);
    for (int run = 0; run < 2; run++) { /* the second one with what the first left */
        packets = 0;
        assert_int_equal(
            pkt_run(entry.backend, NULL, &capture, &request, batch, &sink, &rows, &err), 0);
        assert_int_equal(packets, PACKETS);
    }
    pkt_batch_free(batch);
}

static void test_batches(void **state)
{
    (void)state;
    char path[] = "/tmp/pktbench-app-batches-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    (void)close(file);
    capture_make(path);
    check_backend("raw", path);
    check_backend("libpcap", path);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_batches)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
