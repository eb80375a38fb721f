#include "bench/agreement/conformance.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/agreement/check.h"
#include "bench/agreement/golden_rows.h"
#include "datasets/malformed/malformed.h"
#include "parsers/util/error.h"
#include "parsers/util/utf8.h"
#include "results/json_values.h"

/* Maximum number of cases in a run. */
enum { CASES_MAX = 4096 };

typedef struct conformance_case {
    char *name, *path, *rows; /* owned; path: the capture; rows: its golden rows as CSV */
    const char *wrong, *spec;
    bool generated; /* cases_close() removes both files */
    bool app;       /* its golden rows have columns of level app */
    text_table expected;
} conformance_case;

typedef struct case_list {
    conformance_case *all;
    size_t count;
} case_list;

/* Sums over all cases of a backend. */
typedef struct tally {
    json_int_t cases, survived, rows_expected, rows_lost, rows_invented, cells_compared,
        cells_wrong, crashes, hangs;
} tally;

/* Append a zeroed case to the list. NULL and *err on failure. */
static conformance_case *case_new(case_list *list, pkt_err *err)
{
    if (list->count == CASES_MAX) {
        pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "more than %d cases", CASES_MAX);
        return NULL;
    }
    conformance_case *more = realloc(list->all, (list->count + 1) * sizeof *more);
    if (!more) {
        pkt_fail_memory(err, "cases");
        return NULL;
    }
    list->all = more;
    list->all[list->count] = (conformance_case){0};
    return &list->all[list->count++];
}

static int golden_rows_read(conformance_case *c, pkt_err *err)
{
    if (text_table_read(&c->expected, c->rows))
        return 0;
    pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE, "is no CSV with a header line and a line a packet");
    return pkt_err_about(err, c->rows);
}

static int generated_add(case_list *list, const suite *suite, const malformed_case *from,
                         pkt_err *err)
{
    conformance_case *c = case_new(list, err);
    char file[128];
    if (!c)
        return -1;
    *c = (conformance_case){.name = strdup(from->name),
                            .wrong = from->wrong,
                            .spec = from->spec,
                            .generated = true,
                            .app = from->port != 0};
    (void)snprintf(file, sizeof file, "%s.pcap", from->name);
    c->path = scratch_path(&suite->scratch, file);
    (void)snprintf(file, sizeof file, "%s.csv", from->name);
    c->rows = scratch_path(&suite->scratch, file);
    if (!c->name || !c->path || !c->rows)
        return pkt_fail_memory(err, "cases");
    if (malformed_write(from, c->path, c->rows, err) != 0)
        return pkt_err_about(err, c->path);
    return golden_rows_read(c, err);
}

/* Workers are asked in JSON, which holds no other texts. */
static bool is_utf8(const char *text)
{
    size_t length = 1;
    for (size_t left = strlen(text); left > 0 && length > 0; text += length, left -= length)
        length = pkt_utf8_length((const uint8_t *)text, left);
    return length > 0;
}

/* Add a capture NAME or NAME.pcap of the folder if its golden rows NAME.csv exist; ignore it
 * otherwise. */
static int outside_add(case_list *list, const char *folder, const char *file, pkt_err *err)
{
    const char *dot = strrchr(file, '.');
    if (dot && strcmp(dot, ".csv") == 0)
        return 0;
    char *rows =
        suite_text("%s/%.*s.csv", folder, (int)(dot ? (size_t)(dot - file) : strlen(file)), file);
    if (rows && access(rows, R_OK) != 0) {
        free(rows);
        return 0;
    }
    conformance_case *c = rows ? case_new(list, err) : NULL;
    if (!c) {
        free(rows);
        return rows ? -1 : pkt_fail_memory(err, "cases");
    }
    *c = (conformance_case){.name = strdup(file),
                            .path = suite_text("%s/%s", folder, file),
                            .rows = rows,
                            .wrong = "a case from outside",
                            .spec = ""};
    if (!c->name || !c->path)
        return pkt_fail_memory(err, "cases");
    if (is_utf8(c->path))
        return golden_rows_read(c, err);
    pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "its path is not UTF-8: rename it");
    return pkt_err_about(err, c->path);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int folder_add(case_list *list, const char *folder, pkt_err *err)
{
    struct dirent **entries;
    const int count = scandir(folder, &entries, NULL, by_name);
    const size_t before = list->count;
    int bad = 0;
    if (count < 0) {
        pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s", strerror(errno));
        return pkt_err_about(err, folder);
    }
    for (int i = 0; i < count; i++) {
        if (!bad && entries[i]->d_name[0] != '.')
            bad = outside_add(list, folder, entries[i]->d_name, err);
        free(entries[i]);
    }
    free((void *)entries);
    if (bad || list->count > before)
        return bad;
    pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "has no capture with a .csv of its rows beside it");
    return pkt_err_about(err, folder);
}

static int cases_open(case_list *list, const conformance *c, pkt_err *err)
{
    const malformed_case *from;
    for (size_t i = 0; (from = malformed_case_at(i)) != NULL; i++)
        if (generated_add(list, c->suite, from, err) != 0)
            return -1;
    return c->folder ? folder_add(list, c->folder, err) : 0;
}

static void cases_close(case_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        conformance_case *c = &list->all[i];
        if (c->generated && c->path && c->rows) {
            unlink(c->path);
            unlink(c->rows);
        }
        text_table_free(&c->expected);
        free(c->name);
        free(c->path);
        free(c->rows);
    }
    free(list->all);
}

/* State while one backend runs the cases. */
typedef struct examination {
    const conformance *conformance;
    const backend *backend;
    pkt_level level, app_level; /* of most cases, and of those of application protocols */
    client worker;              /* started again for the next case after a failure */
    bool open;
    char *got; /* path of its rows */
    tally tally;
    json_t *wrong; /* cases whose status is not ok */
} examination;

/* Write the rows of the case to e->got. If the backend reports an error, the file has the rows
 * before the failure. */
static run_status case_ask(examination *e, const conformance_case *c, char reason[REASON_BYTES])
{
    const double seconds = e->conformance->seconds;
    reason[0] = '\0';
    if (!e->open && !client_open_loaded(&e->worker, &e->backend->id, DESCRIBE_SECONDS, NULL)) {
        (void)snprintf(reason, REASON_BYTES, "%s", e->worker.reason);
        return e->worker.status;
    }
    e->open = true;
    json_t *request =
        json_pack("{s:s, s:s, s:s, s:s, s:b}", "op", "rows", "slice", c->path, "level",
                  pkt_level_name(c->app ? e->app_level : e->level), "to", e->got, "keep", 1);
    json_t *answer = client_ask(&e->worker, request, seconds);
    run_status status = answer ? STATUS_OK : e->worker.status;
    if (!answer) {
        (void)snprintf(reason, REASON_BYTES, "%s", e->worker.reason);
        (void)client_close(&e->worker);
        e->open = false;
    }
    json_decref(answer);
    return status;
}

static bool is_address(const char *text)
{
    return strchr(text, ':') || strchr(text, '.');
}

static json_t *value_json(bool hides, const char *text)
{
    return hides && is_address(text) ? json_null() : json_words(text);
}

static json_t *first_json(const examination *e, const conformance_case *c, const text_agreement *a)
{
    const bool hides = !c->generated && !e->conformance->show_values;
    if (!a->packet)
        return json_null();
    return json_pack("{s:I, s:s, s:o, s:o}", "packet", (json_int_t)a->packet, "column", a->column,
                     "value", value_json(hides, a->value), "expected",
                     value_json(hides, a->expected));
}

static void tally_add(tally *t, run_status status, const conformance_case *c,
                      const text_agreement *a)
{
    t->cases++;
    t->rows_expected += (json_int_t)c->expected.rows;
    t->rows_lost += (json_int_t)a->rows_lost;
    t->rows_invented += (json_int_t)a->rows_invented;
    t->cells_compared += (json_int_t)a->cells_compared;
    t->cells_wrong += (json_int_t)a->cells_wrong;
    t->crashes += status == STATUS_CRASHED;
    t->hangs += status == STATUS_TIMED_OUT;
    t->survived += status != STATUS_CRASHED && status != STATUS_TIMED_OUT && a->rows_lost == 0;
}

/* A reported error is correct for a malformed file: the status depends on the rows only. */
static run_status judged(run_status status, const text_agreement *a)
{
    if (status == STATUS_CRASHED || status == STATUS_TIMED_OUT)
        return status;
    if (a->rows_lost || a->rows_invented)
        return status == STATUS_OK ? STATUS_DISAGREES : status;
    return a->cells_wrong ? STATUS_DIFFERS : STATUS_OK;
}

static run_status case_run(examination *e, const conformance_case *c)
{
    char reason[REASON_BYTES];
    text_table got;
    unlink(e->got);
    run_status status = case_ask(e, c, reason);
    if (!text_table_read(&got, e->got)) {
        text_table_free(&got); /* missing or truncated: no rows */
        got = (text_table){0};
    }
    text_agreement a = text_table_compare(&got, &c->expected);
    tally_add(&e->tally, status, c, &a);
    status = judged(status, &a);
    if (status != STATUS_OK)
        json_array_append_new(
            e->wrong,
            json_pack("{s:o, s:s, s:o, s:I, s:I, s:I, s:o}", "case", json_words(c->name), "status",
                      status_name(status), "reason", json_text_or_null(reason), "rows_lost",
                      (json_int_t)a.rows_lost, "rows_invented", (json_int_t)a.rows_invented,
                      "cells_wrong", (json_int_t)a.cells_wrong, "first", first_json(e, c, &a)));
    text_table_free(&got);
    return status;
}

static json_t *examined_json(const examination *e)
{
    const json_t *version = json_object_get(e->backend->description, "version");
    const tally *t = &e->tally;
    return json_pack("{s:s, s:s, s:O, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:O}", "backend",
                     e->backend->name, "level", pkt_level_name(e->level), "version", version,
                     "cases", t->cases, "survived", t->survived, "rows_expected", t->rows_expected,
                     "rows_lost", t->rows_lost, "rows_invented", t->rows_invented, "cells_compared",
                     t->cells_compared, "cells_wrong", t->cells_wrong, "crashes", t->crashes,
                     "hangs", t->hangs, "wrong", e->wrong);
}

/* Select the level to run, headers first: higher levels add no columns that most cases compare.
 * false: the backend is not selected. */
static bool level_choose(const conformance *c, const backend *backend, pkt_level *level)
{
    static const pkt_level order[] = {PKT_LEVEL_HEADERS, PKT_LEVEL_DISSECT, PKT_LEVEL_APP,
                                      PKT_LEVEL_FRAMES};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (selection_runs(c->selection, backend, order[i])) {
            *level = order[i];
            return true;
        }
    return false;
}

/* The level at which cases of application protocols run: app for this project's decoder. What a
 * column of that level holds is this project's choice in places where others choose otherwise (text
 * that is longer than its cap, empty text, bytes that are no UTF-8): theirs would not be wrong. */
static pkt_level app_level_choose(const conformance *c, const backend *backend, pkt_level level)
{
    const bool ours = backend->decoder && strcmp(backend->decoder, "pktbench") == 0;
    return ours && selection_runs(c->selection, backend, PKT_LEVEL_APP) ? PKT_LEVEL_APP : level;
}

static json_t *backend_run(conformance *c, const backend *backend, pkt_level level,
                           const case_list *cases)
{
    examination e = {.conformance = c, .backend = backend, .level = level};
    e.app_level = app_level_choose(c, backend, level);
    e.got = scratch_path(&c->suite->scratch, "got.csv");
    e.wrong = json_array();
    for (size_t i = 0; e.got && i < cases->count; i++) {
        pkt_notice(c->suite->notices, PKT_NOTICE_PROGRESS, "malformed: %s, %s", backend->name,
                   cases->all[i].name);
        c->ended[case_run(&e, &cases->all[i])]++;
    }
    if (e.open)
        (void)client_close(&e.worker);
    if (e.got)
        unlink(e.got);
    json_t *out = e.got ? examined_json(&e) : NULL;
    json_decref(e.wrong);
    free(e.got);
    return out;
}

static json_t *cases_json(const case_list *cases)
{
    json_t *list = json_array();
    for (size_t i = 0; i < cases->count; i++) {
        const conformance_case *c = &cases->all[i];
        json_array_append_new(list,
                              json_pack("{s:o, s:s, s:s, s:b, s:I}", "name", json_words(c->name),
                                        "wrong", c->wrong, "spec", c->spec, "generated",
                                        (int)c->generated, "rows", (json_int_t)c->expected.rows));
    }
    return list;
}

/* NULL if memory is exhausted. */
static json_t *cases_run(conformance *c, const case_list *cases)
{
    json_t *backends = json_array();
    for (size_t i = 0; i < c->selection->count; i++) {
        pkt_level level;
        if (level_choose(c, c->selection->backends[i], &level))
            json_array_append_new(backends,
                                  backend_run(c, c->selection->backends[i], level, cases));
    }
    return json_pack("{s:s, s:o, s:o}", "suite", "malformed", "cases", cases_json(cases),
                     "backends", backends);
}

json_t *conformance_run(conformance *c, pkt_err *err)
{
    case_list cases = {0};
    json_t *out = NULL;
    memset(c->ended, 0, sizeof c->ended);
    if (cases_open(&cases, c, err) == 0) {
        out = cases_run(c, &cases);
        if (!out)
            pkt_fail_memory(err, "the counts");
    }
    cases_close(&cases);
    return out;
}
