/* Parts of a capture by the public interface: which queries may read them, and packets read; and
 * truncated captures as parts of a joined one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/core/containers.h"
#include "pktbench.h"
#include "tests/parsers/decode/rows.h"

enum { PACKETS = 1000, FRAME = 34, CUT = 5 };

static char path[] = "/tmp/pktbench-parts.XXXXXX";
static const char *const paths[] = {path};

/* Their IP protocols are 6 and 17 in turn; of the last packet some bytes are missing. */
static int capture_make(void **state)
{
    static uint8_t bytes[PCAP_FILE_HEADER + PACKETS * (PCAP_RECORD_HEADER + FRAME) + 64];
    size_t size =
        hex_bytes("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000", bytes, sizeof bytes);
    (void)state;
    for (uint32_t i = 0; i < PACKETS; i++) {
        const uint32_t head[] = {i + 1, 0, FRAME, FRAME};
        memcpy(bytes + size, head, sizeof head);
        (void)hex_bytes(
            "020000000001 020000000002 0800 4500 0014 0000 0000 40 06 0000 0a000001 0a000002",
            bytes + size + sizeof head, sizeof bytes - size - sizeof head);
        bytes[size + sizeof head + 23] = i % 2 ? 17 : 6;
        size += sizeof head + FRAME;
    }
    const int fd = mkstemp(path);
    const ssize_t written = fd < 0 ? -1 : write(fd, bytes, size - CUT);
    close(fd);
    return written == (ssize_t)(size - CUT) ? 0 : -1;
}

static int capture_remove(void **state)
{
    (void)state;
    return unlink(path);
}

static pkt_query query_of(const char *features)
{
    pkt_query query = PKT_INIT(pkt_query);
    query.captures = paths;
    query.capture_count = 1;
    query.features = features;
    return query;
}

/* The rows of a query; *err: what ended them. */
static uint64_t rows_of(const pkt_query *query, uint64_t *packets, pkt_err *err)
{
    struct ArrowArray array;
    uint64_t rows = 0;
    pkt_reader *reader = pkt_reader_open(query, err);
    assert_non_null(reader);
    while (pkt_reader_next(reader, -1, &array, err) == 1) {
        rows += (uint64_t)array.length;
        array.release(&array);
    }
    *packets = pkt_reader_packets(reader);
    pkt_reader_close(reader);
    return rows;
}

static void refuse(const pkt_query *query, const char *words)
{
    pkt_err err = {.code = PKT_ERR_NONE};
    assert_null(pkt_reader_open(query, &err));
    assert_int_equal(err.code, PKT_ERR_USAGE);
    assert_non_null(strstr(err.msg, words));
}

/* What parts of a plan are read with. */
typedef struct use {
    pkt_query query;
    uint64_t parts, rows;
    const char *refused; /* NULL: no part is */
} use;

static int part_use(void *self, const pkt_part *part, pkt_err *err)
{
    use *u = self;
    pkt_err own = {.code = PKT_ERR_NONE};
    uint64_t packets;
    (void)err;
    u->parts++;
    u->query.part = part;
    if (u->refused && part->packets)
        refuse(&u->query, u->refused);
    else
        u->rows += rows_of(&u->query, &packets, &own);
    assert_int_equal(own.code, PKT_ERR_NONE);
    return 0;
}

/* Use all parts of the plan of a query. */
static use parts_use(const pkt_query *plan, const pkt_query *query, const char *refused)
{
    pkt_err err = {.code = PKT_ERR_NONE};
    use u = {.query = *query, .refused = refused};
    assert_int_equal(pkt_query_plan(plan, 5000, part_use, &u, &err), -1);
    assert_int_equal(err.code, PKT_ERR_TRUNCATED);
    assert_true(u.parts > 3);
    return u;
}

static void test_features(void **state)
{
    static const char *const sets[] = {"ciciot46", "ciciot-fixed", "records"};
    (void)state;
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        pkt_query query = query_of(sets[i]), plan = query_of(NULL);
        pkt_err err = {.code = PKT_ERR_NONE};
        uint64_t packets;
        (void)parts_use(&plan, &query, "features and reset_every");
        query.reset_every = "7000";
        (void)parts_use(&plan, &query, "features and reset_every");
        plan = query;
        const use read = parts_use(&plan, &query, NULL);
        assert_int_equal(read.rows, rows_of(&query, &packets, &err));
        query.reset_every = "8000";
        (void)parts_use(&plan, &query, "features and reset_every");
        query = plan;
        query.filter = "tcp";
        (void)parts_use(&plan, &query, "with a filter");
    }
}

/* A caller whose part has no reset_every yet. */
static void test_older_part(void **state)
{
    const pkt_part part = {.struct_size = offsetof(pkt_part, reset_every),
                           .start = PCAP_FILE_HEADER,
                           .stop = PCAP_FILE_HEADER + PCAP_RECORD_HEADER + FRAME,
                           .packets = 1,
                           .reset_every = 7000};
    pkt_query query = query_of("ciciot46");
    (void)state;
    query.reset_every = "7000";
    query.part = &part;
    refuse(&query, "features and reset_every");
}

/* Those that the filter drops are read too. */
static void test_packets_read(void **state)
{
    (void)state;
    pkt_query query = query_of(NULL);
    query.strict = 1;
    query.filter = "udp";
    for (int i = 0; i < 4; i++) {
        pkt_err err = {.code = PKT_ERR_NONE};
        uint64_t packets;
        query.threads = i % 2 ? 3 : 1;
        query.join = i / 2;
        assert_int_equal(rows_of(&query, &packets, &err), (PACKETS - 1) / 2);
        assert_int_equal(err.code, PKT_ERR_TRUNCATED);
        assert_int_equal(packets, PACKETS - 1);
    }
}

static void test_syntax_of_a_filter(void **state)
{
    (void)state;
    pkt_query query = query_of(NULL);
    query.filter = "tcp prt 80";
    refuse(&query, "filter 'tcp prt 80': ");
    refuse(&query, "see pcap-filter(7), for example 'tcp port 80'");
    query.filter = "wlan type mgt"; /* no error of syntax: it is valid for some link types */
    pkt_reader *reader = pkt_reader_open(&query, NULL);
    assert_non_null(reader);
    pkt_reader_close(reader);
}

/* Behind a truncated capture the next one is read, unless the query is strict. */
static void test_joined(void **state)
{
    enum { WHOLE = PACKETS - 1, COUNT = 3 };
    static const char *const joined[] = {path, path, path};
    struct ArrowArray array;
    pkt_warning warning = PKT_INIT(pkt_warning);
    pkt_err err = {.code = PKT_ERR_NONE};
    uint64_t packets, truncated = 0;
    (void)state;
    pkt_query query = query_of(NULL);
    query.captures = joined;
    query.capture_count = COUNT;
    query.join = 1;
    assert_int_equal(rows_of(&query, &packets, &err), COUNT * WHOLE);
    assert_int_equal(err.code, PKT_ERR_NONE);
    pkt_reader *reader = pkt_reader_open(&query, &err);
    while (pkt_reader_next(reader, -1, &array, &err) == 1)
        array.release(&array);
    while (pkt_reader_warning(reader, &warning) == 1)
        if (warning.code == PKT_WARN_TRUNCATED)
            assert_int_equal(warning.count, ++truncated * WHOLE);
    assert_int_equal(truncated, COUNT);
    pkt_reader_close(reader);
    query.strict = 1;
    assert_int_equal(rows_of(&query, &packets, &err), WHOLE);
    assert_int_equal(err.code, PKT_ERR_TRUNCATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_joined),
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_older_part),
        cmocka_unit_test(test_packets_read),
        cmocka_unit_test(test_syntax_of_a_filter),
    };
    return cmocka_run_group_tests_name("parts", tests, capture_make, capture_remove);
}
