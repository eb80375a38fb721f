/* The parsers when memory runs out: in every run, one more allocation succeeds before all others
 * fail. A run then ends with an error, or with the same rows; with sanitizers, nothing leaks. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "datasets/generate.h"
#include "parsers/encode/writer.h"
#include "parsers/features/features.h"
#include "parsers/input/input.h"
#include "parsers/input/join.h"
#include "parsers/sink/sink.h"
#include "parsers/source/filter.h"
#include "parsers/source/mapping.h"
#include "parsers/source/source.h"
#include "tests/level_request.h"
#include "tests/parsers/memory/refusal.h"

/* No run needs more. */
enum { ALLOCATIONS_MAX = 3000, CAPTURE_BYTES = 60000 };

extern const pkt_backend pkt_backend_raw, pkt_backend_libpcap, pkt_backend_read_all,
    pkt_backend_raw_mapped;

static char capture_path[64], labels_path[64], packed_path[72];

/* A run over the capture: 0 and its rows, or -1 and *err. */
typedef int scenario(uint64_t *rows, pkt_err *err);

/* Until no allocation fails: without memory, there is an error and it says so. */
static void check_scenario(scenario *run)
{
    uint64_t wanted = 0;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (run(&wanted, &err) != 0)
        fail_msg("with memory: %s", err.msg);
    assert_true(wanted > 0);
    for (long n = 0; n < ALLOCATIONS_MAX; n++) {
        uint64_t rows = 0;
        err = (pkt_err){.pos = PKT_POS_NONE};
        atomic_store(&refusal_after, n);
        const int bad = run(&rows, &err);
        const bool used = atomic_exchange(&refusal_after, LONG_MAX) < 0;
        if (bad && (err.code != PKT_ERR_MEMORY || !err.msg[0]))
            fail_msg("%ld allocations: code %d, '%s'", n, (int)err.code, err.msg);
        if (!bad && rows != wanted)
            fail_msg("%ld allocations: %lu rows without an error", n, (unsigned long)rows);
        if (!used) {
            assert_false(bad);
            return;
        }
    }
    fail_msg("more than %d allocations in a run", ALLOCATIONS_MAX);
}

/* A backend at a level, into the sink. */
static int backend_run(const pkt_backend *backend, pkt_level level, const pkt_sink *sink,
                       uint64_t *rows, pkt_err *err)
{
    pkt_capture capture = PKT_INIT(pkt_capture);
    const pkt_request request = level_request(level);
    pkt_batch *batch = pkt_batch_new(err);
    const int bad = !batch || pkt_capture_open(capture_path, &capture, err) != 0 ||
                    pkt_run(backend, NULL, &capture, &request, batch, sink, rows, err) != 0;
    pkt_batch_free(batch);
    return bad ? -1 : 0;
}

static int counted(const pkt_backend *backend, pkt_level level, uint64_t *rows, pkt_err *err)
{
    pkt_null_sink null = {.columns = level_columns(backend, level)};
    const pkt_sink sink = pkt_null_sink_open(&null);
    return backend_run(backend, level, &sink, rows, err);
}

static int run_raw(uint64_t *rows, pkt_err *err)
{
    return counted(&pkt_backend_raw, PKT_LEVEL_HEADERS, rows, err);
}

static int run_flows(uint64_t *rows, pkt_err *err)
{
    return counted(&pkt_backend_raw, PKT_LEVEL_FLOWS, rows, err);
}

static int run_mapped(uint64_t *rows, pkt_err *err)
{
    return counted(&pkt_backend_raw_mapped, PKT_LEVEL_FLOWS, rows, err);
}

static int run_app(uint64_t *rows, pkt_err *err)
{
    return counted(&pkt_backend_raw, PKT_LEVEL_APP, rows, err);
}

static int run_inner(uint64_t *rows, pkt_err *err)
{
    return counted(&pkt_backend_raw, PKT_LEVEL_INNER, rows, err);
}

static int run_mapped_app(uint64_t *rows, pkt_err *err)
{
    return counted(&pkt_backend_raw_mapped, PKT_LEVEL_APP, rows, err);
}

static int run_libpcap(uint64_t *rows, pkt_err *err)
{
    return counted(&pkt_backend_libpcap, PKT_LEVEL_FLOWS, rows, err);
}

static int run_read_all(uint64_t *rows, pkt_err *err)
{
    return counted(&pkt_backend_read_all, PKT_LEVEL_FRAMES, rows, err);
}

static int run_digest(uint64_t *rows, pkt_err *err)
{
    pkt_sink sink;
    pkt_digest_sink *digest =
        pkt_digest_sink_open(level_columns(&pkt_backend_raw, PKT_LEVEL_HEADERS), &sink, err);
    const int bad =
        digest ? backend_run(&pkt_backend_raw, PKT_LEVEL_HEADERS, &sink, rows, err) : -1;
    pkt_digest_sink_close(digest);
    return bad;
}

/* Every packet through a filter. */
static int run_filter(uint64_t *rows, pkt_err *err)
{
    pkt_record record;
    int got = -1;
    pkt_source *source = pkt_source_open(capture_path, err);
    pkt_filter *filter = source ? pkt_filter_open("ip or ip6 or arp", err) : NULL;
    while (filter && (got = pkt_source_next(source, &record, err)) == 1) {
        const int match = pkt_filter_match(filter, &record, err);
        if (match < 0) {
            got = -1;
            break;
        }
        *rows += (uint64_t)match;
    }
    pkt_filter_close(filter);
    pkt_source_close(source);
    return got;
}

static int values_push(void *writer, const pkt_batch *rows, const double *values, pkt_err *err)
{
    return pkt_writer_push(writer, rows, values, err);
}

/* Rows in a format; of features if `features` is not NULL. */
static int written(const char *format, const pkt_features_request *request, uint64_t *rows,
                   pkt_err *err)
{
    pkt_fields fields = {.count = 0};
    pkt_features *features = NULL;
    FILE *file = fopen("/dev/null", "wb");
    int bad = -1;
    assert_non_null(file);
    if (request)
        pkt_features_fields(&fields, request->set, request->by);
    else
        pkt_fields_all(&fields, level_columns(&pkt_backend_raw, PKT_LEVEL_FLOWS));
    pkt_fields_add(&fields, PKT_FIELD_FILE);
    pkt_writer *writer = pkt_writer_open(pkt_encoder_find(format), &fields, file, 2, err);
    if (writer && request)
        features = pkt_features_open(request, err);
    if (writer && (features || !request)) {
        pkt_sink sink = pkt_writer_sink(writer);
        if (features) {
            pkt_features_set_output(features, values_push, writer);
            sink = pkt_features_sink(features);
        }
        bad = pkt_writer_capture(writer, "a,b", "", err) != 0 ||
              backend_run(&pkt_backend_raw, PKT_LEVEL_FLOWS, &sink, rows, err) != 0 ||
              pkt_writer_end(writer, err) != 0;
    }
    pkt_writer_close(writer);
    pkt_features_close(features);
    assert_int_equal(fclose(file), 0);
    return bad ? -1 : 0;
}

static int run_csv(uint64_t *rows, pkt_err *err)
{
    return written("csv", NULL, rows, err);
}

static int run_arrow(uint64_t *rows, pkt_err *err)
{
    return written("arrow", NULL, rows, err);
}

static int run_parquet(uint64_t *rows, pkt_err *err)
{
    return written("parquet", NULL, rows, err);
}

/* Each set of features, by flow where it can. */
static int run_features(uint64_t *rows, pkt_err *err)
{
    for (size_t i = 0; pkt_feature_set_at(i); i++) {
        const bool published = pkt_feature_set_at(i)->kind == PKT_SET_PUBLISHED;
        const pkt_features_request request = {.set = pkt_feature_set_at(i),
                                              .by = published ? PKT_BY_ALL : PKT_BY_FLOW,
                                              .packets = 5,
                                              .idle = 1000000,
                                              .max_flows = 64};
        uint64_t some = 0;
        if (written("csv", &request, &some, err) != 0)
            return -1;
        *rows += some;
    }
    return 0;
}

static int input_of(const char *path, uint64_t *rows, pkt_err *err)
{
    pkt_null_sink null = {.columns = level_columns(&pkt_backend_raw, PKT_LEVEL_HEADERS)};
    const pkt_sink sink = pkt_null_sink_open(&null);
    const pkt_request request = level_request(PKT_LEVEL_HEADERS);
    pkt_batch *batch = pkt_batch_new(err);
    pkt_input *input = batch ? pkt_input_open(path, err) : NULL;
    int bad = -1;
    if (input) {
        bad = pkt_run(&pkt_backend_raw, NULL, pkt_input_capture(input), &request, batch, &sink,
                      rows, err);
        bad = pkt_input_end(input, bad, err);
    }
    pkt_input_close(input);
    pkt_batch_free(batch);
    return bad;
}

static int run_input(uint64_t *rows, pkt_err *err)
{
    return input_of(capture_path, rows, err);
}

static int run_packed(uint64_t *rows, pkt_err *err)
{
    return input_of(packed_path, rows, err);
}

/* Two captures as one, the second of them compressed, through a filter. */
static int run_join(uint64_t *rows, pkt_err *err)
{
    char *const paths[] = {capture_path, packed_path};
    pkt_null_sink null = {.columns = level_columns(&pkt_backend_raw, PKT_LEVEL_FLOWS)};
    const pkt_sink sink = pkt_null_sink_open(&null);
    const pkt_request request = level_request(PKT_LEVEL_FLOWS);
    pkt_batch *batch = pkt_batch_new(err);
    pkt_join *join = batch ? pkt_join_open(paths, 2, "ip or ip6 or arp", 1, err) : NULL;
    int bad = -1;
    if (join) {
        bad = pkt_run(&pkt_backend_raw, NULL, pkt_join_capture(join), &request, batch, &sink, rows,
                      err);
        bad = pkt_join_end(join, bad, err);
    }
    pkt_join_close(join);
    pkt_batch_free(batch);
    return bad;
}

/* The rows of a query of the capture; with labels, the bytes of these: they are the column behind
 * the first one. */
static int queried(pkt_query *query, uint64_t *rows, pkt_err *err)
{
    struct ArrowArray array;
    const char *const captures[] = {capture_path};
    query->captures = captures;
    query->capture_count = 1;
    query->batch_rows = 100;
    pkt_reader *reader = pkt_reader_open(query, err);
    int got = reader ? 1 : -1;
    while (got > 0 && (got = pkt_reader_next(reader, -1, &array, err)) > 0) {
        *rows += (uint64_t)array.length;
        if (query->labels)
            *rows += (uint64_t)((const int32_t *)array.children[1]->buffers[1])[array.length];
        array.release(&array);
    }
    pkt_reader_close(reader);
    query->captures = NULL;
    return got;
}

static int run_query(uint64_t *rows, pkt_err *err)
{
    pkt_query query = PKT_INIT(pkt_query);
    query.label = "from-folder";
    return queried(&query, rows, err);
}

static int run_query_features(uint64_t *rows, pkt_err *err)
{
    pkt_query query = PKT_INIT(pkt_query);
    query.features = "ciciot-fixed";
    query.by = "pair";
    return queried(&query, rows, err);
}

static int run_query_labels(uint64_t *rows, pkt_err *err)
{
    pkt_query query = PKT_INIT(pkt_query);
    query.columns = "packet";
    query.labels = labels_path;
    query.label_by = "stream";
    query.threads = 2;
    return queried(&query, rows, err);
}

static int run_query_window_labels(uint64_t *rows, pkt_err *err)
{
    pkt_query query = PKT_INIT(pkt_query);
    query.features = "records";
    query.columns = "packet";
    query.labels = labels_path;
    return queried(&query, rows, err);
}

/* By two threads, with a filter, which these apply too. */
static int run_query_threads(uint64_t *rows, pkt_err *err)
{
    pkt_query query = PKT_INIT(pkt_query);
    query.level = "flows";
    query.inner = 1;
    query.filter = "ip or ip6 or arp";
    query.threads = 2;
    return queried(&query, rows, err);
}

static int part_read(void *self, const pkt_part *part, pkt_err *err)
{
    pkt_query query = PKT_INIT(pkt_query);
    query.part = part;
    return queried(&query, self, err);
}

static int run_plan(uint64_t *rows, pkt_err *err)
{
    const char *const captures[] = {capture_path};
    pkt_query query = PKT_INIT(pkt_query);
    query.captures = captures;
    query.capture_count = 1;
    return pkt_query_plan(&query, CAPTURE_BYTES / 3, part_read, rows, err);
}

/* The same by an index, which is of no use to others. */
static int run_index(uint64_t *rows, pkt_err *err)
{
    char index[sizeof capture_path + sizeof PKT_INDEX_ENDING];
    (void)snprintf(index, sizeof index, "%s" PKT_INDEX_ENDING, capture_path);
    int bad = pkt_index_write(capture_path, err);
    if (!bad)
        bad = run_plan(rows, err);
    (void)unlink(index);
    return bad;
}

static void capture_pack(void)
{
    char *const command[] = {"gzip", "-kf", capture_path, NULL};
    int status;
    pid_t child;
    assert_int_equal(posix_spawnp(&child, command[0], NULL, NULL, command, environ), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* Every scenario over the capture in a container. */
static void check_container(const dataset_options *options)
{
    static const struct {
        const char *name;
        scenario *run;
    } scenarios[] = {
        {"raw", run_raw},
        {"flows", run_flows},
        {"app", run_app},
        {"inner", run_inner},
        {"libpcap", run_libpcap},
        {"read-all", run_read_all},
        {"digest", run_digest},
        {"filter", run_filter},
        {"csv", run_csv},
        {"arrow", run_arrow},
        {"parquet", run_parquet},
        {"features", run_features},
        {"input", run_input},
        {"compressed", run_packed},
        {"join", run_join},
        {"query", run_query},
        {"plan", run_plan},
        {"index", run_index},
        {"query of features", run_query_features},
        {"query of threads", run_query_threads},
        {"query of labels", run_query_labels},
        {"query of labels of windows", run_query_window_labels},
        {"mapped", run_mapped},
        {"mapped, app", run_mapped_app},
    };
    pkt_err err = {.pos = PKT_POS_NONE};
    if (dataset_write(dataset_scenario_find("benign-iot"), options, capture_path, NULL, NULL,
                      &err) != 0)
        fail_msg("%s", err.msg);
    capture_pack();
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        print_message("  %s\n", scenarios[i].name);
        check_scenario(scenarios[i].run);
    }
}

static void test_pcap(void **state)
{
    (void)state;
    dataset_options options = dataset_defaults(dataset_scenario_find("benign-iot"));
    options.size = CAPTURE_BYTES;
    options.labels = labels_path;
    check_container(&options);
}

static void test_pcapng(void **state)
{
    (void)state;
    dataset_options options = dataset_defaults(dataset_scenario_find("benign-iot"));
    options.size = CAPTURE_BYTES;
    options.labels = labels_path;
    options.format = PKT_FORMAT_PCAPNG;
    options.interfaces = 3;
    check_container(&options);
}

int main(void)
{
    (void)snprintf(capture_path, sizeof capture_path, "no-memory-%d.pcap", (int)getpid());
    (void)snprintf(labels_path, sizeof labels_path, "no-memory-%d.csv", (int)getpid());
    (void)snprintf(packed_path, sizeof packed_path, "%s.gz", capture_path);
    pkt_mapping_allow(); /* nobody makes the capture shorter */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pcap),
        cmocka_unit_test(test_pcapng),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(capture_path);
    (void)unlink(packed_path);
    (void)unlink(labels_path);
    return failed;
}
