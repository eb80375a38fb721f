/* Every frame of the generator, and every packet of the corpus, cut at every snaplen: the row of a
 * generated frame equals its truth, and a longer capture never changes a column that was set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "datasets/scenario.h"
#include "parsers/decode/decode.h"
#include "parsers/source/source.h"
#include "tests/parsers/decode/rows.h"

enum { SNAPLEN_MAX = 96, FRAMES = 4000, APP_STEP = 8 };

/* True if all cells are equal, except cap_len. */
static bool same_row(const pkt_batch *a, const pkt_batch *b)
{
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        if (c != PKT_COL_cap_len && memcmp((const uint8_t *)a + info->offset,
                                           (const uint8_t *)b + info->offset, info->size) != 0)
            return false;
    }
    return true;
}

static void truth_store(const truth_row *row, pkt_batch *batch)
{
#define PKT_X(name, type, level, has, format_as, doc) batch->name[0] = row->name;
    PKT_COLUMNS(PKT_X)
#undef PKT_X
}

static bool same_text(const pkt_batch *a, const pkt_batch *b, size_t offset)
{
    pkt_text one, other;
    memcpy(&one, (const uint8_t *)a + offset, sizeof one);
    memcpy(&other, (const uint8_t *)b + offset, sizeof other);
    if (one.offset == PKT_TEXT_NULL || other.offset == PKT_TEXT_NULL)
        return one.offset == other.offset;
    return one.length == other.length &&
           memcmp(a->text + one.offset, b->text + other.offset, one.length) == 0;
}

/* Cuts of the complete frame: every one up to SNAPLEN_MAX, then one in STEP. */
static void check_app(const char *scenario, size_t number, const frame *f, pkt_batch *got)
{
    enum { STEP = 11 };
    static pkt_batch wanted;
    for (size_t captured = 0;; captured += captured < SNAPLEN_MAX ? 1 : STEP) {
        const size_t size = captured < f->size ? captured : f->size;
        decode_app_row(f->bytes, size, f->size, got);
        truth_row truth = frame_truth(f, size);
        frame_app_truth(f, size, &truth);
        truth_store(&truth, &wanted);
        wanted.text = (char *)f->app.text;
        for (size_t c = PKT_COL_arp_op; c <= PKT_COL_coap_uri_path; c++) {
            const pkt_column_info *info = pkt_column_at(c);
            if (info->format_as == PKT_AS_TEXT
                    ? !same_text(got, &wanted, info->offset)
                    : memcmp((const uint8_t *)got + info->offset,
                             (const uint8_t *)&wanted + info->offset, info->size) != 0)
                fail_msg("%s, frame %zu, %zu of %zu bytes: %s differs", scenario, number, size,
                         f->size, info->name);
        }
        assert_int_equal(got->present[0], wanted.present[0]);
        if (captured >= f->size)
            break;
    }
}

static void check_frame(const char *scenario, size_t number, const frame *f)
{
    static pkt_batch got, wanted;
    char got_text[ROW_TEXT], wanted_text[ROW_TEXT];
    assert_null(f->defect);
    for (size_t snaplen = 0; snaplen <= SNAPLEN_MAX; snaplen++) {
        size_t captured = snaplen < f->size ? snaplen : f->size;
        decode_row(1, f->bytes, captured, f->size, &got);
        truth_row truth = frame_truth(f, snaplen);
        truth.link_type = 1;
        truth.ts_ns = 0;
        truth_store(&truth, &wanted);
        if (same_row(&got, &wanted) && got.cap_len[0] == wanted.cap_len[0])
            continue;
        row_text(&got, got_text);
        row_text(&wanted, wanted_text);
        fail_msg("%s, frame %zu, snaplen %zu:\n   got %s\nwanted %s", scenario, number, snaplen,
                 got_text, wanted_text);
    }
}

static void test_truth(void **state)
{
    (void)state;
    const dataset_scenario *scenario;
    frame *f = malloc(sizeof *f);
    pkt_batch *batch = pkt_batch_new(NULL);
    assert_true(f && batch);
    for (size_t i = 0; (scenario = dataset_scenario_at(i)) != NULL; i++) {
        frame_generator generator;
        assert_int_equal(scenario->open(&generator, scenario->seed, NULL), 0);
        for (size_t n = 0; n < FRAMES; n++) {
            generator.next(generator.state, f);
            check_frame(scenario->name, n, f);
            if (n % APP_STEP == 0)
                check_app(scenario->name, n, f, batch);
        }
        generator.close(generator.state);
    }
    free(f);
    pkt_batch_free(batch);
}

/* Once the verdict is not `cut-by-snaplen`, more captured bytes change neither it nor any header
 * column.
 */
static void check_monotone(const char *path, uint64_t number, const pkt_record *record)
{
    static pkt_batch rows[2];
    bool settled = false;
    for (size_t snaplen = 0; snaplen <= SNAPLEN_MAX && snaplen <= record->cap_len; snaplen++) {
        pkt_batch *now = &rows[snaplen % 2], *before = &rows[(snaplen + 1) % 2];
        decode_row(record->link_type, record->data, snaplen, record->wire_len, now);
        if (settled && !same_row(now, before))
            fail_msg("%s, packet %llu: the row changes again at snaplen %zu", path,
                     (unsigned long long)number, snaplen);
        if (snaplen < record->wire_len)
            settled = now->verdict[0] != PKT_CUT_BY_SNAPLEN;
    }
}

static void check_file(const char *path)
{
    pkt_record record;
    uint64_t number = 0;
    pkt_source *source = pkt_source_open(path, NULL);
    while (source && pkt_source_next(source, &record, NULL) == 1)
        if (record.cap_len <= record.wire_len)
            check_monotone(path, ++number, &record);
    pkt_source_close(source);
}

static void test_corpus(void **state)
{
    (void)state;
    const char *corpus = getenv("PKTBENCH_CORPUS");
    char path[4096];
    size_t files = 0;
    if (!corpus || !*corpus) {
        print_message("SKIP: captures of the corpus: PKTBENCH_CORPUS is not set\n");
        skip();
        return;
    }
    (void)snprintf(path, sizeof path, "%s/edge", corpus);
    DIR *folder = opendir(path);
    if (!folder) {
        fail_msg("PKTBENCH_CORPUS is %s, which has no folder edge", corpus);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        (void)snprintf(path, sizeof path, "%s/edge/%s", corpus, entry->d_name);
        if (entry->d_name[0] != '.') {
            check_file(path);
            files++;
        }
    }
    closedir(folder);
    print_message("%zu files\n", files);
    assert_true(files > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_truth),
        cmocka_unit_test(test_corpus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
