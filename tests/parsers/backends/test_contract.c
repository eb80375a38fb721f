/* Contract tests of every backend in the registry: its table is valid, and its rows equal the truth
 * of the generator in every container. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/agreement/agreement.h"
#include "datasets/generate.h"
#include "parsers/process/fault.h"
#include "parsers/sink/sink.h"
#include "parsers/source/mapping.h"
#include "pktbench.h"
#include "tests/level_request.h"

enum { CAPTURE_BYTES = 80000 };

static const struct container {
    const char *name;
    pkt_format format;
    bool nanoseconds, big_endian;
    unsigned interfaces;
    uint32_t snaplen;
} containers[] = {
    {"pcap", PKT_FORMAT_PCAP, false, false, 1, 0},
    {"pcap, big-endian", PKT_FORMAT_PCAP, false, true, 1, 0},
    {"pcap, nanoseconds", PKT_FORMAT_PCAP, true, false, 1, 0},
    {"pcap, nanoseconds, big-endian", PKT_FORMAT_PCAP, true, true, 1, 0},
    {"pcapng", PKT_FORMAT_PCAPNG, false, false, 1, 0},
    {"pcapng, big-endian, three interfaces", PKT_FORMAT_PCAPNG, false, true, 3, 0},
    {"pcapng, nanoseconds, two interfaces", PKT_FORMAT_PCAPNG, true, false, 2, 0},
    {"pcap, 68 bytes captured", PKT_FORMAT_PCAP, false, false, 1, 68},
    {"pcapng, 40 bytes captured", PKT_FORMAT_PCAPNG, false, false, 1, 40},
};
enum { CONTAINER_CUT = 7 };

/* From the command line: the only backend to check, or the one to leave out; NULL: all. */
static const char *only, *without;

static char folder[] = "/tmp/pktbench-contract.XXXXXX";
static char capture_path[64], truth_csv[64], other[64];

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(folder) || pkt_fault_guard(pkt_mapping_repair, NULL) != 0)
        return -1;
    pkt_mapping_allow();
    (void)snprintf(capture_path, sizeof capture_path, "%s/capture", folder);
    (void)snprintf(truth_csv, sizeof truth_csv, "%s/truth.csv", folder);
    (void)snprintf(other, sizeof other, "%s/other", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(capture_path);
    unlink(truth_csv);
    unlink(other);
    return rmdir(folder);
}

static void capture_make(const dataset_scenario *scenario, const struct container *c)
{
    dataset_options options = dataset_defaults(scenario);
    pkt_err err = {.pos = PKT_POS_NONE};
    options.format = c->format;
    options.nanoseconds = c->nanoseconds;
    options.big_endian = c->big_endian;
    options.interfaces = c->interfaces;
    options.snaplen = c->snaplen;
    options.size = CAPTURE_BYTES;
    if (dataset_write(scenario, &options, capture_path, truth_csv, NULL, &err) != 0)
        fail_msg("%s: %s", scenario->name, err.msg);
}

/* Read the backend's rows of `path`. PKT_ERR_TRUNCATED for a truncated file. */
static pkt_errcode rows_take(const pkt_backend *backend, void *context, const char *path,
                             pkt_level level, rowset *rows)
{
    pkt_batch *batch = pkt_batch_new(NULL);
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_err err = {.pos = PKT_POS_NONE};
    uint64_t count = 0;
    const pkt_request request = level_request(level);
    assert_non_null(batch);
    *rows = (rowset){.columns = level_columns(backend, level)};
    if (pkt_capture_open(path, &capture, &err) != 0)
        fail_msg("%s: %s", path, err.msg);
    pkt_sink sink = rowset_sink(rows);
    int bad = pkt_run(backend, context, &capture, &request, batch, &sink, &count, &err);
    pkt_batch_free(batch);
    assert_int_equal(count, rows->rows);
    assert_true(bad == 0 ? err.code == PKT_ERR_NONE : err.msg[0] != '\0');
    return err.code;
}

static void agree(const pkt_backend *backend, pkt_level level, const rowset *rows,
                  const rowset *truth, const char *what)
{
    agreement a = {0};
    const pkt_column_set given = level_columns(backend, level);
    pkt_column_set shared = columns_shared(given, truth->columns, level);
    rowset_compare(rows, truth, NULL, shared, &a);
    /* A backend without verdicts may fill more or fewer columns of a malformed packet. */
    if (a.status != STATUS_OK && level != PKT_LEVEL_FRAMES &&
        !pkt_set_has(&given, PKT_COL_verdict)) {
        a = (agreement){0};
        rowset_compare(rows, truth, truth, shared, &a);
        if (rows->rows == truth->rows && a.cells_compared == 0)
            return; /* with this snaplen no packet is well-formed */
    }
    if (a.status != STATUS_OK && !(a.first.found && truth->rows == rows->rows))
        fail_msg("%s, %s, %s: %s", backend->name, pkt_level_name(level), what, a.reason);
    if (a.status != STATUS_OK)
        fail_msg("%s, %s, %s: packet %llu, %s: has '%s', truth is '%s'", backend->name,
                 pkt_level_name(level), what, (unsigned long long)a.first.packet,
                 pkt_column_at(a.first.column)->name, a.first.value, a.first.expected);
    assert_true(a.cells_compared > 0);
}

/* True if the backend states that it reads pcapng only in microseconds. */
static bool keeps_microseconds(const pkt_backend *backend)
{
    for (const pkt_feature *f = backend->features; f && f->name; f++)
        if (strcmp(f->name, "pcapng") == 0)
            return strstr(f->evidence, "microsecond") != NULL;
    return false;
}

/* A backend of another library must return a row with the frames columns for every packet. `verify`
 * reports differences in headers; in plain TCP over IPv4 there must be none. */
static void agree_mostly(const pkt_backend *backend, pkt_level level, const rowset *rows,
                         const rowset *truth, const dataset_scenario *scenario,
                         const struct container *c)
{
    agreement a = {0};
    const pkt_column_set given = level_columns(backend, level);
    pkt_column_set shared = columns_shared(given, truth->columns, level);
    bool plain = scenario == &scenario_tcp_flood && !c->snaplen;
    if (c->nanoseconds && c->format == PKT_FORMAT_PCAPNG && keeps_microseconds(backend))
        pkt_set_remove(&shared, PKT_COL_ts_ns);
    rowset_compare(rows, truth, NULL,
                   plain ? shared : pkt_set_and(shared, pkt_level_columns(PKT_LEVEL_FRAMES)), &a);
    if (a.status != STATUS_OK)
        fail_msg("%s, %s, %s, %s: packet %llu, %s: has '%s', truth is '%s'; %s", backend->name,
                 pkt_level_name(level), scenario->name, c->name, (unsigned long long)a.first.packet,
                 pkt_column_at(a.first.column)->name, a.first.value, a.first.expected, a.reason);
}

static void check_container(const pkt_backend *backend, void *context, bool of_others,
                            const dataset_scenario *scenario, const struct container *c)
{
    rowset truth, rows;
    pkt_err err = {.pos = PKT_POS_NONE};
    capture_make(scenario, c);
    assert_int_equal(rowset_read_csv(&truth, truth_csv, UINT64_MAX, &err), 0);
    for (unsigned level = 0; level < PKT_LEVEL_COUNT; level++) {
        if (!pkt_backend_level(backend, (pkt_level)level))
            continue;
        assert_int_equal(rows_take(backend, context, capture_path, (pkt_level)level, &rows),
                         PKT_ERR_NONE);
        if (of_others)
            agree_mostly(backend, (pkt_level)level, &rows, &truth, scenario, c);
        else
            agree(backend, (pkt_level)level, &rows, &truth, c->name);
        rowset_free(&rows);
    }
    rowset_free(&truth);
}

/* Copy the first `size` bytes of the capture. */
static void cut(size_t size)
{
    FILE *in = fopen(capture_path, "rb"), *out = fopen(other, "wb");
    char *bytes = malloc(size);
    assert_true(in && out && bytes);
    assert_int_equal(fread(bytes, 1, size, in), size);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
    fclose(in);
    free(bytes);
}

/* A capture without packets, and a truncated capture, of which all complete records are read. */
static void check_ends(const pkt_backend *backend, void *context)
{
    rowset rows, truth;
    pkt_err err = {.pos = PKT_POS_NONE};
    capture_make(&scenario_tcp_flood, &containers[0]);
    assert_int_equal(rowset_read_csv(&truth, truth_csv, UINT64_MAX, &err), 0);
    for (unsigned level = 0; level < PKT_LEVEL_COUNT; level++) {
        if (!pkt_backend_level(backend, (pkt_level)level))
            continue;
        cut(24);
        assert_int_equal(rows_take(backend, context, other, (pkt_level)level, &rows), PKT_ERR_NONE);
        assert_int_equal(rows.rows, 0);
        rowset_free(&rows);
        /* 600 complete packets, which are more than two batches, and half a packet. */
        size_t size = 24;
        for (uint64_t row = 0; row < 600; row++) {
            size_t index;
            const pkt_batch *batch = rowset_at(&truth, row, &index);
            size += 16 + batch->cap_len[index];
        }
        cut(size + 30);
        assert_int_equal(rows_take(backend, context, other, (pkt_level)level, &rows),
                         PKT_ERR_TRUNCATED);
        assert_int_equal(rows.rows, 600);
        rowset_free(&rows);
    }
    rowset_free(&truth);
}

static void check_table(const pkt_backend *backend)
{
    assert_int_equal(backend->abi, PKT_ABI);
    assert_int_equal(backend->struct_size, sizeof *backend);
    assert_true(backend->name[0] != '\0');
    assert_int_equal(strspn(backend->name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
                     strlen(backend->name));
    assert_true(backend->version() && backend->version()[0] != '\0');
    assert_true(strcmp(backend->origin, "ours") == 0 ||
                strcmp(backend->origin, "distribution") == 0 ||
                strcmp(backend->origin, "upstream") == 0);
    for (unsigned level = 0; level < PKT_LEVEL_COUNT; level++) {
        const pkt_column_set columns = level_columns(backend, (pkt_level)level);
        const pkt_column_set beyond = pkt_set_minus(columns, pkt_level_columns((pkt_level)level));
        assert_int_equal(pkt_set_count(&beyond), 0);
        assert_int_equal(pkt_backend_level(backend, (pkt_level)level) != NULL,
                         pkt_set_count(&columns) != 0);
    }
    for (const pkt_feature *f = backend->features; f && f->name; f++)
        assert_true(strncmp(f->evidence, "tested", 6) == 0 ||
                    strncmp(f->evidence, "stated", 6) == 0);
}

/* In a separate process, because a library may have global state. */
static void check_backend(const pkt_backend *backend, bool of_others)
{
    void *context = NULL;
    pkt_err err = {.pos = PKT_POS_NONE};
    check_table(backend);
    if (backend->load && backend->load(&context, &err) != 0)
        fail_msg("%s: load: %s", backend->name, err.msg);
    /* Containers test readers, scenarios test decoders: not every combination is needed. */
    const dataset_scenario *scenario;
    for (size_t c = 0; c < sizeof containers / sizeof containers[0]; c++)
        check_container(backend, context, of_others, &scenario_benign_iot, &containers[c]);
    for (size_t i = 0; (scenario = dataset_scenario_at(i)) != NULL; i++) {
        check_container(backend, context, of_others, scenario, &containers[0]);
        check_container(backend, context, of_others, scenario, &containers[CONTAINER_CUT]);
    }
    check_ends(backend, context);
    if (backend->unload)
        backend->unload(context);
}

static void test_every_backend(void **state)
{
    (void)state;
    pkt_entry entry = PKT_INIT(pkt_entry);
    size_t checked = 0, left_out = 0;
    for (size_t i = 0; pkt_registry_at(i, &entry) == 0; i++) {
        pkt_err err = {.pos = PKT_POS_NONE};
        if ((only && strcmp(entry.name, only) != 0) ||
            (without && strcmp(entry.name, without) == 0))
            continue;
        const pkt_backend *backend = pkt_entry_backend(&entry, &err);
        char path[4096];
        if (!backend) {
            assert_true(entry.module || entry.driver);
            assert_true(err.msg[0] != '\0');
            if (entry.module && pkt_entry_file(&entry, path, sizeof path, NULL) == 0)
                fail_msg("%s does not load: %s", path, err.msg);
            if (entry.module)
                print_message("SKIP: backend %s: %s\n", entry.name, err.msg);
            left_out++;
            continue;
        }
        assert_string_equal(backend->name, entry.name);
        check_backend(backend, entry.opt_in && strcmp(backend->origin, "ours") != 0);
        checked++;
    }
    assert_true(only ? checked + left_out == 1 : checked >= 3);
}

static void test_registry(void **state)
{
    (void)state;
    pkt_entry entry = PKT_INIT(pkt_entry), again = PKT_INIT(pkt_entry);
    for (size_t i = 0; pkt_registry_at(i, &entry) == 0; i++) {
        assert_int_equal(pkt_registry_find(entry.name, &again), 0);
        assert_string_equal(entry.name, again.name);
        assert_int_equal((entry.backend != NULL) + (entry.module != NULL) + (entry.driver != NULL),
                         1);
        for (size_t j = 0; j < i; j++) {
            assert_int_equal(pkt_registry_at(j, &again), 0);
            assert_string_not_equal(entry.name, again.name);
        }
    }
    assert_int_equal(pkt_registry_find("nobody", &again), -1);
}

static void test_level_not_offered(void **state)
{
    (void)state;
    static pkt_batch batch;
    pkt_entry entry = PKT_INIT(pkt_entry);
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_null_sink null = {.columns = PKT_FRAMES_COLUMNS};
    pkt_sink sink = pkt_null_sink_open(&null);
    const pkt_request request = level_request(PKT_LEVEL_HEADERS);
    uint64_t rows = 1;
    capture_make(&scenario_tcp_flood, &containers[0]);
    assert_int_equal(pkt_capture_open(capture_path, &capture, &err), 0);
    assert_int_equal(pkt_registry_find("read-all", &entry), 0);
    assert_int_equal(pkt_run(entry.backend, NULL, &capture, &request, &batch, &sink, &rows, &err),
                     -1);
    assert_int_equal(err.code, PKT_ERR_USAGE);
    assert_int_equal(rows, 0);
}

/* The entry of a module has no backend before pkt_entry_backend(): an error, not a crash. */
static void test_no_backend(void **state)
{
    (void)state;
    static pkt_batch batch;
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_null_sink null = {.columns = PKT_FRAMES_COLUMNS};
    pkt_sink sink = pkt_null_sink_open(&null);
    struct ArrowArrayStream stream;
    const pkt_request request = level_request(PKT_LEVEL_HEADERS);
    uint64_t rows = 1;
    capture_make(&scenario_tcp_flood, &containers[0]);
    assert_int_equal(pkt_capture_open(capture_path, &capture, &err), 0);
    assert_int_equal(pkt_run(NULL, NULL, &capture, &request, &batch, &sink, &rows, &err), -1);
    assert_int_equal(err.code, PKT_ERR_USAGE);
    assert_non_null(strstr(err.msg, "pkt_entry_backend()"));
    assert_int_equal(rows, 0);
    err.code = PKT_ERR_NONE;
    assert_int_equal(pkt_arrow_stream(NULL, NULL, &capture, PKT_LEVEL_HEADERS, NULL, &stream, &err),
                     -1);
    assert_int_equal(err.code, PKT_ERR_USAGE);
}

/* Columns of another level: stream numbers at level headers if the backend supports it, otherwise
 * an error. */
static void test_columns_across_levels(void **state)
{
    (void)state;
    static const char *const names[] = {"raw", "raw-mapped", "libpcap", "read-all"};
    static pkt_batch batch;
    capture_make(&scenario_tcp_flood, &containers[0]);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        pkt_entry entry = PKT_INIT(pkt_entry);
        pkt_capture capture = PKT_INIT(pkt_capture);
        pkt_err err = {.pos = PKT_POS_NONE};
        rowset flows, some = {.rows = 0};
        uint64_t rows;
        assert_int_equal(pkt_registry_find(names[i], &entry), 0);
        assert_int_equal(pkt_capture_open(capture_path, &capture, &err), 0);
        pkt_request request = level_request(PKT_LEVEL_FRAMES);
        pkt_set_add(&request.columns, PKT_COL_present);
        pkt_set_add(&request.columns, PKT_COL_stream);
        pkt_set_add(&request.columns, PKT_COL_dst_port);
        some.columns = request.columns;
        const pkt_sink sink = rowset_sink(&some);
        const int bad =
            pkt_run(entry.backend, NULL, &capture, &request, &batch, &sink, &rows, &err);
        assert_int_equal(bad, entry.backend->combines_levels ? 0 : -1);
        if (bad) {
            assert_int_equal(err.code, PKT_ERR_USAGE);
            continue;
        }
        assert_int_equal(rows_take(entry.backend, NULL, capture_path, PKT_LEVEL_FLOWS, &flows),
                         PKT_ERR_NONE);
        agreement a = {0};
        rowset_compare(&some, &flows, NULL, some.columns, &a);
        assert_int_equal(a.status, STATUS_OK);
        assert_true(a.cells_compared == 2 * rows && rows > 0);
        rowset_free(&flows);
        rowset_free(&some);
    }
}

/* Rows of one column have the same cells as rows of all columns: what a backend reads itself must
 * not depend on what is requested. */
static void check_single_column(const pkt_backend *backend, const rowset *all, size_t column)
{
    static pkt_batch batch;
    const pkt_column_info *info = pkt_column_at(column);
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_request request = level_request(PKT_LEVEL_FLOWS);
    rowset one = {.rows = 0};
    uint64_t rows;
    pkt_set_add(&request.columns, column);
    one.columns = request.columns;
    const pkt_sink sink = rowset_sink(&one);
    assert_int_equal(pkt_capture_open(capture_path, &capture, &err), 0);
    assert_int_equal(pkt_run(backend, NULL, &capture, &request, &batch, &sink, &rows, &err), 0);
    assert_int_equal(rows, all->rows);
    for (uint64_t row = 0; row < rows; row++) {
        size_t i, j;
        const uint8_t *got = (const uint8_t *)rowset_at(&one, row, &i) + info->offset;
        const uint8_t *expected = (const uint8_t *)rowset_at(all, row, &j) + info->offset;
        if (memcmp(got + i * info->size, expected + j * info->size, info->size) != 0)
            fail_msg("%s: column %s alone, packet %llu", backend->name, info->name,
                     (unsigned long long)row + 1);
    }
    rowset_free(&one);
}

static void test_single_columns(void **state)
{
    (void)state;
    static const char *const names[] = {"raw", "raw-mapped", "libpcap"};
    capture_make(&scenario_benign_iot, &containers[0]); /* IPv4 and IPv6 */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        pkt_entry entry = PKT_INIT(pkt_entry);
        rowset all;
        assert_int_equal(pkt_registry_find(names[i], &entry), 0);
        assert_int_equal(rows_take(entry.backend, NULL, capture_path, PKT_LEVEL_FLOWS, &all),
                         PKT_ERR_NONE);
        for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
            if (pkt_set_has(&all.columns, c))
                check_single_column(entry.backend, &all, c);
        rowset_free(&all);
    }
}

/* Arguments: none, `only NAME` or `without NAME`, NAME being a backend. */
int main(int argc, char **argv)
{
    const struct CMUnitTest one[] = {cmocka_unit_test(test_every_backend)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_columns), cmocka_unit_test(test_columns_across_levels),
        cmocka_unit_test(test_registry),       cmocka_unit_test(test_level_not_offered),
        cmocka_unit_test(test_no_backend),     cmocka_unit_test(test_every_backend),
    };
    if (argc == 3 && strcmp(argv[1], "only") == 0)
        only = argv[2];
    else if (argc == 3 && strcmp(argv[1], "without") == 0)
        without = argv[2];
    else if (argc != 1)
        return 2;
    return only ? cmocka_run_group_tests(one, setup, teardown)
                : cmocka_run_group_tests(tests, setup, teardown);
}
