/* Queries by the public interface: rows, numbers of packets, errors, warnings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/core/containers.h"
#include "pktbench.h"
#include "tests/parsers/decode/rows.h"

/* Packets of a capture: their IP protocols are 6 and 17 in turn, their sizes 34, 35, ... */
enum { PACKETS = 1000, FRAME = 34 };

static char folder[] = "/tmp/pktbench-query.XXXXXX";
static char whole[64], cut[64], empty[64], labels[64];

static size_t packet_write(uint8_t *bytes, size_t room, uint32_t i)
{
    const uint32_t length = FRAME + i % 7;
    const uint32_t head[] = {i + 1, 0, length, length};
    memcpy(bytes, head, sizeof head);
    memset(bytes + sizeof head, 0, length);
    (void)hex_bytes(
        "020000000001 020000000002 0800 4500 0014 0000 0000 40 06 0000 0a000001 0a000002",
        bytes + sizeof head, room);
    if (i % 2)
        bytes[sizeof head + 23] = 17;
    return sizeof head + length;
}

static void file_write(const char *path, uint32_t packets, size_t less)
{
    static uint8_t bytes[PCAP_FILE_HEADER + PACKETS * (PCAP_RECORD_HEADER + FRAME + 7) + 64];
    size_t size =
        hex_bytes("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000", bytes, sizeof bytes);
    for (uint32_t i = 0; i < packets; i++)
        size += packet_write(bytes + size, sizeof bytes - size, i);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size - less), size - less);
    close(fd);
}

static int captures_make(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(whole, sizeof whole, "%s/a.pcap", folder);
    (void)snprintf(cut, sizeof cut, "%s/b.pcap", folder);
    (void)snprintf(empty, sizeof empty, "%s/c.pcap", folder);
    (void)snprintf(labels, sizeof labels, "%s/labels.csv", folder);
    file_write(whole, PACKETS, 0);
    file_write(cut, 10, 5);
    file_write(empty, 0, 0);
    return 0;
}

static int captures_remove(void **state)
{
    (void)state;
    (void)unlink(whole);
    (void)unlink(cut);
    (void)unlink(empty);
    (void)unlink(labels);
    return rmdir(folder);
}

static const char *const paths[] = {whole, cut, empty};

/* The first of `paths`, as many as wanted. */
static pkt_query query_of(size_t count)
{
    pkt_query query = PKT_INIT(pkt_query);
    query.captures = paths;
    query.capture_count = count;
    return query;
}

/* Rows of the whole query, and the sum of the column, which is the first and has 64 bits. */
typedef struct total {
    int64_t rows, batches, sum;
    int end; /* 0 or -1 */
} total;

static total read_all(pkt_reader *reader, pkt_err *err)
{
    struct ArrowArray array;
    total t = {.rows = 0};
    while ((t.end = pkt_reader_next(reader, -1, &array, err)) == 1) {
        t.batches++;
        t.rows += array.length;
        for (int64_t i = 0; i < array.length; i++)
            t.sum += ((const int64_t *)array.children[0]->buffers[1])[i];
        array.release(&array);
    }
    return t;
}

static total query_read(const pkt_query *query, pkt_err *err)
{
    pkt_reader *reader = pkt_reader_open(query, err);
    assert_non_null(reader);
    const total t = read_all(reader, err);
    assert_int_equal(read_all(reader, err).end, t.end);
    pkt_reader_close(reader);
    return t;
}

static void test_rows(void **state)
{
    (void)state;
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_query query = query_of(1);
    query.columns = "packet,src";
    total t = query_read(&query, &err);
    assert_int_equal(t.end, 0);
    assert_int_equal(t.rows, PACKETS);
    assert_int_equal(t.batches, 1);
    assert_int_equal(t.sum, PACKETS * (PACKETS + 1) / 2);
    query.batch_rows = 100;
    t = query_read(&query, &err);
    assert_int_equal(t.rows, PACKETS);
    assert_int_equal(t.batches, 10);
    query.count = 15;
    t = query_read(&query, &err);
    assert_int_equal(t.rows, 15);
    assert_int_equal(t.end, 0);
}

static void test_filter_keeps_numbers(void **state)
{
    (void)state;
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_query query = query_of(1);
    query.columns = "packet";
    query.filter = "udp";
    const total t = query_read(&query, &err);
    assert_int_equal(t.rows, PACKETS / 2);
    assert_int_equal(t.sum, PACKETS / 2 * (PACKETS / 2 + 1)); /* 2 + 4 + ... */
    query.filter = "wlan type mgt";
    assert_int_equal(query_read(&query, &err).end, -1);
    assert_int_equal(err.code, PKT_ERR_USAGE);
}

static void test_join(void **state)
{
    (void)state;
    pkt_err err = {.code = PKT_ERR_NONE};
    static const char *const twice[] = {whole, whole};
    pkt_query query = query_of(2);
    query.captures = twice;
    query.columns = "packet";
    assert_int_equal(query_read(&query, &err).sum, PACKETS * (PACKETS + 1));
    query.join = 1;
    assert_int_equal(query_read(&query, &err).sum, PACKETS * (2 * PACKETS + 1));
}

static void test_features(void **state)
{
    (void)state;
    pkt_err err = {.code = PKT_ERR_NONE};
    struct ArrowSchema schema;
    pkt_query query = PKT_INIT(pkt_query);
    query.features = "ciciot46";
    query.label = "home";
    assert_int_equal(pkt_query_schema(&query, &schema, &err), 0);
    assert_int_equal(schema.n_children, 46 + 1);
    assert_string_equal(schema.children[46]->name, "label");
    schema.release(&schema);
    query = query_of(1);
    query.features = "ciciot-fixed";
    query.columns = "packet";
    query.window = "15";
    const total t = query_read(&query, &err);
    assert_int_equal(t.rows, (PACKETS + 14) / 15);
    assert_int_equal(t.sum, 67 + 15 * (66 * 67 / 2)); /* 1 + 16 + 31 + ... */
}

static void test_records(void **state)
{
    (void)state;
    pkt_err err = {.code = PKT_ERR_NONE};
    struct ArrowSchema schema;
    pkt_query query = PKT_INIT(pkt_query);
    query.features = "records";
    query.columns = "src,last_ns,end_reason";
    query.idle = "1.5";
    query.active = "none";
    assert_int_equal(pkt_query_schema(&query, &schema, &err), 0);
    assert_int_equal(schema.n_children, 3);
    assert_string_equal(schema.children[0]->format, "u");
    assert_string_equal(schema.children[1]->format, "l");
    assert_string_equal(schema.children[2]->format, "u");
    assert_int_equal(schema.children[2]->flags & ARROW_FLAG_NULLABLE, 0);
    schema.release(&schema);
}

static void labels_write(const char *text)
{
    FILE *file = fopen(labels, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

/* The text of the row in a column of text. */
static void expect_text(const struct ArrowArray *column, int64_t row, const char *text)
{
    const int32_t *offsets = column->buffers[1];
    const char *bytes = column->buffers[2];
    assert_int_equal(offsets[row + 1] - offsets[row], strlen(text));
    assert_memory_equal(bytes + offsets[row], text, strlen(text));
}

static void check_labels(uint32_t threads)
{
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_warning warning = PKT_INIT(pkt_warning);
    struct ArrowArray array;
    pkt_query query = query_of(1);
    labels_write("packet,label\n1,a\n2,b\n3,b\n4,c\n2000,d\n");
    query.labels = labels;
    query.columns = "packet";
    query.threads = threads;
    pkt_reader *reader = pkt_reader_open(&query, &err);
    assert_int_equal(pkt_reader_next(reader, -1, &array, &err), 1);
    assert_int_equal(array.n_children, 2);
    expect_text(array.children[1], 0, "a");
    expect_text(array.children[1], 2, "b");
    expect_text(array.children[1], 999, "");
    array.release(&array);
    assert_int_equal(pkt_reader_next(reader, -1, &array, &err), 0);
    assert_int_equal(pkt_reader_warning(reader, &warning), 1);
    assert_int_equal(warning.code, PKT_WARN_NO_LABEL);
    assert_int_equal(warning.count, PACKETS - 4);
    assert_int_equal(pkt_reader_warning(reader, &warning), 1);
    assert_int_equal(warning.code, PKT_WARN_LABELS_BEHIND);
    assert_int_equal(pkt_reader_warning(reader, &warning), 0);
    pkt_reader_close(reader);
    query.features = "ciciot39";
    query.window = "4";
    query.batch_rows = 3;
    reader = pkt_reader_open(&query, &err);
    assert_int_equal(pkt_reader_next(reader, -1, &array, &err), 1);
    assert_int_equal(array.n_children, 3);
    assert_int_equal(array.length, 3);
    expect_text(array.children[1], 0, "b");
    expect_text(array.children[1], 1, "");
    const double *shares = array.children[2]->buffers[1];
    assert_true(shares[0] == 0.5 && shares[1] == 1);
    array.release(&array);
    assert_int_equal(read_all(reader, &err).rows, PACKETS / 4 - 3);
    pkt_reader_close(reader);
}

static void test_labels(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 3; threads++)
        check_labels(threads);
}

/* What is wrong with labels is no fault of a capture. */
static void test_bad_labels(void **state)
{
    (void)state;
    static const char *const twice[] = {whole, whole};
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_query query = query_of(1);
    labels_write("packet,label\n1,a\n500,b\n400,c\n");
    query.labels = labels;
    query.columns = "packet";
    query.batch_rows = 100;
    pkt_reader *reader = pkt_reader_open(&query, &err);
    assert_int_equal(read_all(reader, &err).end, -1);
    assert_int_equal(err.code, PKT_ERR_USAGE);
    assert_non_null(strstr(err.msg, "labels.csv: line 4: the number of the packet does not rise"));
    assert_string_equal(pkt_reader_path(reader), "");
    pkt_reader_close(reader);
    query.captures = twice;
    query.capture_count = 2;
    assert_int_equal(query_read(&query, &err).end, -1);
    assert_int_equal(err.code, PKT_ERR_USAGE);
    assert_non_null(strstr(err.msg, "several need join"));
    query = query_of(1);
    query.labels = "/no/such.csv";
    reader = pkt_reader_open(&query, &err);
    assert_int_equal(read_all(reader, &err).end, -1);
    assert_int_equal(err.code, PKT_ERR_IO);
    assert_int_equal(err.sys, ENOENT);
    assert_string_equal(pkt_reader_path(reader), "/no/such.csv");
    pkt_reader_close(reader);
}

static void test_truncated(void **state)
{
    (void)state;
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_warning warning = PKT_INIT(pkt_warning);
    pkt_query query = query_of(3);
    query.columns = "packet";
    pkt_reader *reader = pkt_reader_open(&query, &err);
    total t = read_all(reader, &err);
    assert_int_equal(t.end, 0);
    assert_int_equal(t.rows, PACKETS + 9);
    assert_int_equal(pkt_reader_warning(reader, &warning), 1);
    assert_int_equal(warning.code, PKT_WARN_TRUNCATED);
    assert_int_equal(warning.count, 9);
    assert_int_equal(warning.pos,
                     PCAP_FILE_HEADER + 9 * (PCAP_RECORD_HEADER + FRAME) + 6 * 7 / 2 + 1);
    assert_string_equal(warning.path, cut);
    assert_non_null(strstr(warning.text, cut));
    assert_int_equal(pkt_reader_warning(reader, &warning), 0);
    pkt_reader_close(reader);
    query.strict = 1;
    reader = pkt_reader_open(&query, &err);
    t = read_all(reader, &err);
    assert_int_equal(t.end, -1);
    assert_int_equal(t.rows, PACKETS + 9);
    assert_int_equal(err.code, PKT_ERR_TRUNCATED);
    assert_string_equal(pkt_reader_path(reader), cut);
    assert_int_equal(pkt_reader_packets(reader), 9);
    pkt_reader_close(reader);
}

static void test_missing(void **state)
{
    (void)state;
    pkt_err err = {.code = PKT_ERR_NONE};
    static const char *const missing[] = {whole, "/no/such.pcap"};
    struct ArrowArray array;
    pkt_query query = query_of(2);
    query.captures = missing;
    pkt_reader *reader = pkt_reader_open(&query, &err);
    assert_non_null(reader);
    assert_string_equal(pkt_reader_path(reader), "");
    assert_int_equal(pkt_reader_next(reader, -1, &array, &err), -1);
    assert_int_equal(err.code, PKT_ERR_IO);
    assert_int_equal(err.sys, ENOENT);
    assert_string_equal(pkt_reader_path(reader), "/no/such.pcap");
    assert_null(strstr(err.msg, "such.pcap"));
    pkt_reader_close(reader);
}

static void refuse(const pkt_query *query, const char *part)
{
    pkt_err err = {.code = PKT_ERR_NONE};
    assert_null(pkt_reader_open(query, &err));
    assert_int_equal(err.code, PKT_ERR_USAGE);
    if (!strstr(err.msg, part))
        fail_msg("'%s' is not in '%s'", part, err.msg);
}

#define REFUSE(member, value, part)                                                                \
    do {                                                                                           \
        pkt_query query = query_of(1);                                                             \
        query.member = value;                                                                      \
        refuse(&query, part);                                                                      \
    } while (0)

static void test_wrong_queries(void **state)
{
    (void)state;
    REFUSE(struct_size, 0, "struct_size");
    REFUSE(capture_count, 0, "no capture");
    REFUSE(backend, "rwa", "did you mean raw");
    REFUSE(backend, "dpkt", "dpkt");
    REFUSE(level, "header", "headers");
    REFUSE(level, "dissect", "does not support level dissect");
    REFUSE(columns, "ts_ns,scr", "did you mean src");
    REFUSE(window, "10", "window requires features");
    REFUSE(idle, "10", "idle requires features");
    REFUSE(active, "10", "active requires features");
    REFUSE(features, "ciciot47", "ciciot46");
    REFUSE(flow_rule, "wireshark-5", "wireshark-4.0");
    REFUSE(max_flows, UINT64_C(1) << 40, "max_flows");
    REFUSE(interface, "lo", "captures");
    REFUSE(duration, 1, "interface");
    REFUSE(label_by, "stream", "label_by needs labels");
    REFUSE(label_by, "flow", "unknown value of label_by");
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_query query = query_of(1);
    query.plugin = "/no/such.so";
    assert_null(pkt_reader_open(&query, &err));
    assert_non_null(strstr(err.msg, "plug-in /no/such.so"));
    query = query_of(1);
    query.features = "ciciot46";
    query.window = "1s";
    refuse(&query, "window 1s: windows of ciciot46 are a number of packets");
    query.window = NULL;
    query.by = "pair";
    refuse(&query, "use ciciot-fixed");
    query.by = NULL;
    query.reset_every = "much";
    refuse(&query, "reset_every much: must be a size");
    query.reset_every = NULL;
    query.active = "10";
    refuse(&query, "active is of features records");
    query.features = "records";
    query.idle = "0";
    refuse(&query, "idle 0: must be a time");
    query = query_of(1);
    query.join = 1;
    query.columns = "file";
    refuse(&query, "join");
}

/* A batch outlives its reader; a reader may be closed before its end, also with its thread. */
static void test_early_end(void **state)
{
    (void)state;
    pkt_err err = {.code = PKT_ERR_NONE};
    struct ArrowArray array;
    pkt_query query = query_of(1);
    query.batch_rows = 10;
    query.filter = "ip";
    pkt_reader *reader = pkt_reader_open(&query, &err);
    assert_int_equal(pkt_reader_next(reader, -1, &array, &err), 1);
    pkt_reader_close(reader);
    assert_int_equal(array.length, 10);
    array.release(&array);
    pkt_reader_close(NULL);
}

/* Several threads give the rows and the end of one, and may be given up. */
static void test_threads(void **state)
{
    (void)state;
    pkt_err err = {.code = PKT_ERR_NONE}, err_of_one = err;
    struct ArrowArray array;
    pkt_query query = query_of(3);
    query.batch_rows = 10;
    query.columns = "ts_ns,packet";
    for (int i = 0; i < 4; i++) {
        query.filter = i % 2 ? "tcp" : NULL;
        query.strict = i / 2;
        query.threads = 1;
        const total one = query_read(&query, &err_of_one);
        query.threads = 3;
        const total many = query_read(&query, &err);
        assert_int_equal(one.rows, many.rows);
        assert_int_equal(one.batches, many.batches);
        assert_int_equal(one.sum, many.sum);
        assert_int_equal(one.end, many.end);
        assert_int_equal(one.end, query.strict ? -1 : 0);
        assert_true(one.end == 0 || (err.pos == err_of_one.pos && err.code == err_of_one.code));
    }
    pkt_reader *reader = pkt_reader_open(&query, &err);
    assert_int_equal(pkt_reader_next(reader, -1, &array, &err), 1);
    pkt_reader_close(reader);
    array.release(&array);
    query.threads = 65;
    refuse(&query, "threads: must be from 1 to 64, not 65");
}

static void test_fork(void **state)
{
    (void)state;
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_query query = query_of(1);
    query.filter = "ip";
    query.threads = 2;
    pkt_reader *reader = pkt_reader_open(&query, &err);
    assert_int_equal(pkt_reader_start(reader, &err), 0);
    const pid_t child = fork();
    if (child == 0) {
        struct ArrowArray array;
        const int refused = pkt_reader_next(reader, -1, &array, &err) == -1 &&
                            err.code == PKT_ERR_USAGE && strstr(err.msg, "fork") != NULL;
        pkt_reader_close(reader);
        _exit(refused ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read_all(reader, &err).rows, PACKETS);
    pkt_reader_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),      cmocka_unit_test(test_filter_keeps_numbers),
        cmocka_unit_test(test_labels),    cmocka_unit_test(test_bad_labels),
        cmocka_unit_test(test_join),      cmocka_unit_test(test_features),
        cmocka_unit_test(test_truncated), cmocka_unit_test(test_missing),
        cmocka_unit_test(test_fork),      cmocka_unit_test(test_wrong_queries),
        cmocka_unit_test(test_early_end), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_records),
    };
    return cmocka_run_group_tests(tests, captures_make, captures_remove);
}
