#include "bench/agreement/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/core/undecoded.h"
#include "parsers/util/error.h"

#define TRUTH "truth"
#define INDEPENDENT "wireshark"
#define OURS "raw"

json_t *run_request(const char *what, const suite_slice *slice, pkt_level level)
{
    json_t *request = json_pack("{s:s, s:s, s:s}", "op", what, "slice", slice->path, "level",
                                pkt_level_name(level));
    if (level == PKT_LEVEL_FLOWS) {
        json_object_set_new(request, "flow_rule",
                            json_string(pkt_flow_rule_name(slice->flows.rule)));
        json_object_set_new(request, "max_flows", json_integer(slice->flows.max));
    }
    return request;
}

/* Read rows and checksums from a worker's answer. */
static void answer_take(const json_t *answer, check *out)
{
    const char *checksum = json_string_value(json_object_get(answer, "checksum"));
    const char *columns = json_string_value(json_object_get(answer, "columns_checksum"));
    out->rows = (uint64_t)json_integer_value(json_object_get(answer, "rows"));
    (void)snprintf(out->checksum, sizeof out->checksum, "%s", checksum ? checksum : "");
    (void)snprintf(out->columns_checksum, sizeof out->columns_checksum, "%s",
                   columns ? columns : "");
}

/* Does the CSV have all columns of the level's description? Otherwise they would be compared as
 * cells that are 0. false: worker->status and reason are set. */
static bool columns_given(client *worker, const backend *c, pkt_level level, const rowset *rows)
{
    pkt_column_set missing = pkt_set_minus(c->columns[level], rows->columns);
    for (size_t i = 0; i < PKT_COLUMN_COUNT; i++)
        if (i != PKT_COL_present && pkt_set_has(&missing, i)) {
            worker->status = STATUS_FAILED;
            (void)snprintf(worker->reason, sizeof worker->reason,
                           "its rows lack the column %s, which its description names",
                           pkt_column_at(i)->name);
            return false;
        }
    return true;
}

/* Get the rows of the backend's loaded worker through a CSV file. *out takes the row count and the
 * checksums of its answer; it may be NULL. false: worker->status and reason are set. */
static bool rows_ask(const checker *k, client *worker, const backend *c, pkt_level level,
                     rowset *rows, check *out)
{
    char *csv = scratch_path(&k->suite->scratch, "rows.csv");
    json_t *request = run_request("rows", k->slice, level);
    json_object_set_new(request, "to", json_string(csv));
    json_t *answer = client_ask(worker, request, k->seconds);
    pkt_err err = {.pos = PKT_POS_NONE};
    bool good = answer != NULL;
    if (good && out)
        answer_take(answer, out);
    if (good && rowset_read_csv(rows, csv, k->slice->packets + ROWS_INVENTED_MAX, &err) != 0) {
        const bool invented = err.code == PKT_ERR_LIMIT;
        worker->status = invented ? STATUS_DISAGREES : STATUS_FAILED;
        (void)snprintf(worker->reason, sizeof worker->reason, "%s", err.msg);
        if (invented)
            (void)snprintf(worker->reason, sizeof worker->reason, "%s, the capture has %" PRIu64,
                           err.msg, k->slice->packets);
        rowset_free(rows);
        good = false;
    }
    if (good && !columns_given(worker, c, level, rows)) {
        rowset_free(rows);
        good = false;
    }
    rows->wireshark = good && strcmp(c->decoder, INDEPENDENT) == 0;
    json_decref(answer);
    if (csv)
        unlink(csv);
    free(csv);
    return good;
}

/* The levels whose columns no other level has. */
static const pkt_level apart[] = {PKT_LEVEL_APP, PKT_LEVEL_INNER};

static bool is_apart(pkt_level level)
{
    return level == apart[0] || level == apart[1];
}

/* The level with the most columns, of those whose columns others have too. */
static pkt_level reference_level(const backend *c)
{
    pkt_level best = PKT_LEVEL_FRAMES;
    for (unsigned i = 0; i < PKT_LEVEL_COUNT; i++)
        if (c->offers[i] && !is_apart((pkt_level)i) &&
            pkt_set_count(&c->columns[i]) > pkt_set_count(&c->columns[best]))
            best = (pkt_level)i;
    return best;
}

/* Get the columns of such a level too, if it is compared. */
static bool reference_apart(const checker *k, const backend *c, client *worker, pkt_level level,
                            rowset *rows)
{
    rowset more = {0};
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!c->offers[level] || !k->selection->levels[level])
        return true;
    if (!rows_ask(k, worker, c, level, &more, NULL))
        return false;
    const bool good = rowset_join(rows, &more, &err) == 0;
    if (!good)
        (void)snprintf(worker->reason, sizeof worker->reason, "%s", err.msg);
    rowset_free(&more);
    return good;
}

/* Use the rows of a backend as a reference. 0, or -1 and *err. */
static int reference_fetch(const checker *k, const backend *c, reference *out, pkt_err *err)
{
    client worker;
    *out = (reference){0};
    bool good = client_open_loaded(&worker, &c->id, k->seconds, NULL);
    if (good) {
        good = rows_ask(k, &worker, c, reference_level(c), &out->rows, NULL);
        for (size_t i = 0; good && i < sizeof apart / sizeof apart[0]; i++)
            if (!(good = reference_apart(k, c, &worker, apart[i], &out->rows)))
                rowset_free(&out->rows);
        (void)client_close(&worker);
    }
    if (!good)
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "%s cannot be the reference for %s: %s",
                        c->name, k->slice->name, worker.reason);
    out->name = c->name;
    out->decoder = c->decoder;
    return 0;
}

/* As reference_fetch(), but a failure is only a warning. */
static bool reference_try(const checker *k, const backend *c, reference *out)
{
    pkt_err err;
    if (reference_fetch(k, c, out, &err) == 0)
        return true;
    pkt_notice(k->suite->notices, PKT_NOTICE_WARNING, "%s", err.msg);
    return false;
}

static int truth_fetch(checker *k, pkt_err *err)
{
    if (rowset_read_csv(&k->main.rows, k->slice->truth, UINT64_MAX, err) != 0)
        return pkt_err_about(err, k->slice->truth);
    k->main.name = TRUTH;
    k->main.decoder = "generator";
    k->verdicts = &k->main.rows;
    return 0;
}

/* Get the verdicts of raw. They separate well-formed packets from malformed ones. */
static void verdicts_fetch(checker *k)
{
    const reference *both[] = {&k->main, &k->other};
    for (size_t i = 0; i < 2; i++)
        if (both[i]->name && strcmp(both[i]->name, OURS) == 0) {
            k->verdicts = &both[i]->rows;
            return;
        }
    reference ours;
    if (reference_try(k, selection_find(k->selection, OURS), &ours)) {
        k->own = ours.rows;
        k->verdicts = &k->own;
    }
}

/* Get a second reference with another decoder: the main reference is compared with it. */
static void other_fetch(checker *k)
{
    const char *const names[] = {INDEPENDENT, OURS};
    for (size_t i = 0; i < 2 && !k->other.name; i++) {
        const backend *c = selection_find(k->selection, names[i]);
        if (c && c->available && (!k->main.name || strcmp(c->decoder, k->main.decoder) != 0))
            (void)reference_try(k, c, &k->other);
    }
}

static void well_formed_count(checker *k)
{
    k->slice->well_formed_packets = 0;
    for (size_t i = 0; k->verdicts && i < k->verdicts->count; i++)
        for (size_t row = 0; row < k->verdicts->batches[i]->rows; row++)
            k->slice->well_formed_packets +=
                verdict_is_well_formed(k->verdicts->batches[i]->verdict[row]);
}

/* Say which packets of a capture have no IP columns. */
static void undecoded_warn(const checker *k)
{
    char text[PKT_UNDECODED_TEXT];
    pkt_undecoded undecoded = {.count = 0};
    if (!k->verdicts || k->slice->scenario || !suite_is_main(k->slice) ||
        !pkt_undecoded_applies(&k->verdicts->columns))
        return;
    for (size_t i = 0; i < k->verdicts->count; i++)
        pkt_undecoded_count(&undecoded, k->verdicts->batches[i]);
    pkt_undecoded_sort(&undecoded);
    for (size_t i = 0; pkt_undecoded_text(&undecoded, i, text); i++)
        pkt_notice(k->suite->notices, PKT_NOTICE_WARNING, "%s: %s", k->slice->name, text);
}

/* References from backends: the main one is `wanted`, else wireshark if it is available. */
static int backends_fetch(checker *k, const char *wanted, pkt_err *err)
{
    const backend *named = wanted ? selection_reference(k->selection, wanted, err)
                                  : selection_find(k->selection, INDEPENDENT);
    if (wanted && (!named || reference_fetch(k, named, &k->main, err) != 0))
        return -1;
    if (!wanted && named && named->available)
        (void)reference_try(k, named, &k->main);
    other_fetch(k);
    verdicts_fetch(k);
    return 0;
}

/* Was the slice changed by the backend that has just run? Its folder is writable for workers. true:
 * it was, and by none before. */
static bool slice_watch(checker *k, const char *backend)
{
    struct stat now;
    const bool same = stat(k->slice->path, &now) == 0 && now.st_size == k->file.st_size &&
                      now.st_mtim.tv_sec == k->file.st_mtim.tv_sec &&
                      now.st_mtim.tv_nsec == k->file.st_mtim.tv_nsec;
    if (same || k->changed_by)
        return false;
    k->changed_by = backend ? backend : "another process";
    return true;
}

int checker_open(checker *k, const suite *suite, suite_slice *slice, const selection *selection,
                 const char *wanted, double seconds, pkt_err *err)
{
    *k = (checker){.suite = suite,
                   .slice = slice,
                   .selection = selection,
                   .seconds = seconds,
                   .wanted = wanted != NULL};
    (void)stat(slice->path, &k->file);
    if (slice->unverified) {
        slice->well_formed_packets = slice->packets; /* all, see the truth of the 10 MB slice */
        return 0;
    }
    if ((slice->truth && !wanted ? truth_fetch(k, err) : backends_fetch(k, wanted, err)) != 0) {
        (void)checker_close(k, NULL);
        return -1;
    }
    (void)slice_watch(k, k->main.name);
    well_formed_count(k);
    undecoded_warn(k);
    return 0;
}

/* The reference for the backend: the one that the user named, else one with another decoder, else
 * any other backend. NULL: none. */
static const reference *comparison_reference(const checker *k, const backend *c, bool *independent)
{
    const reference *both[] = {&k->main, &k->other};
    *independent = true;
    if (k->wanted && k->main.name && strcmp(k->main.name, c->name) != 0) {
        *independent = strcmp(k->main.decoder, c->decoder) != 0;
        return &k->main;
    }
    for (size_t i = 0; i < 2; i++)
        if (both[i]->name && strcmp(both[i]->decoder, c->decoder) != 0)
            return both[i];
    *independent = false;
    for (size_t i = 0; i < 2; i++)
        if (both[i]->name && strcmp(both[i]->name, c->name) != 0)
            return both[i];
    return NULL;
}

static void digests_read(const json_t *answer, pkt_level level, check *out)
{
    const json_t *digests = json_object_get(answer, "digests");
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const char *hex = json_string_value(json_object_get(digests, pkt_column_at(c)->name));
        out->digest[c] = hex ? strtoull(hex, NULL, 16) : 0;
        if (hex)
            pkt_set_add(&out->columns, c);
    }
    out->columns = columns_shared(out->columns, out->columns, level);
}

static void not_compared(check *out)
{
    out->status = STATUS_UNCHECKED;
    (void)snprintf(out->reason, sizeof out->reason, "no independent decoder is available");
}

/* Level frames needs no verdicts: times and lengths are compared in malformed packets too. */
static const rowset *verdicts_at(const checker *k, pkt_level level)
{
    return level == PKT_LEVEL_FRAMES ? NULL : k->verdicts;
}

/* Get the rows and compare every cell. */
static bool compare_cells(const checker *k, client *worker, const backend *c, pkt_level level,
                          const rowset *with, pkt_column_set shared, check *out)
{
    rowset rows = {0};
    if (!rows_ask(k, worker, c, level, &rows, NULL))
        return false;
    rowset_compare(&rows, with, verdicts_at(k, level), shared, &out->agreement);
    rowset_free(&rows);
    return true;
}

/* An external program runs once: row count, checksums and rows come from the same run. */
static bool external_rows(const checker *k, client *worker, const backend *c, pkt_level level,
                          const rowset *with, pkt_column_set shared, check *out)
{
    rowset rows = {0};
    if (!rows_ask(k, worker, c, level, &rows, out))
        return false;
    if (rows.rows == out->rows && with)
        rowset_compare(&rows, with, verdicts_at(k, level), shared, &out->agreement);
    bool whole = rows.rows == out->rows;
    pkt_err err;
    out->columns = columns_shared(rows.columns, rows.columns, level);
    pkt_set_remove(&out->columns, PKT_COL_present); /* made here, from which cells are empty */
    if (whole && rowset_digest(&rows, out->columns, out->digest, &err) != 0)
        out->columns = (pkt_column_set){{0}};
    if (!whole) {
        worker->status = STATUS_FAILED;
        (void)snprintf(worker->reason, sizeof worker->reason,
                       "reported %" PRIu64 " rows and wrote %" PRIu64, out->rows, rows.rows);
    }
    rowset_free(&rows);
    return whole;
}

/* Compare the digests; only if they differ, compare cell by cell. */
static bool native_rows(const checker *k, client *worker, const backend *c, pkt_level level,
                        const rowset *with, pkt_column_set shared, check *out)
{
    json_t *verified = client_ask(worker, run_request("verify", k->slice, level), k->seconds);
    if (!verified)
        return false;
    answer_take(verified, out);
    digests_read(verified, level, out);
    json_decref(verified);
    if (!with)
        return true;
    if (!digests_agree(with, shared, out->digest, out->rows))
        return compare_cells(k, worker, c, level, with, shared, out);
    agreement_whole(with, verdicts_at(k, level), shared, &out->agreement);
    return true;
}

static bool compare(const checker *k, client *worker, const backend *c, pkt_level level, check *out)
{
    bool independent;
    const reference *with = comparison_reference(k, c, &independent);
    const rowset *rows = with ? &with->rows : NULL;
    pkt_column_set shared =
        with ? columns_shared(c->columns[level], rows->columns, level) : (pkt_column_set){{0}};
    if (!(backend_is_external(&c->id) ? external_rows : native_rows)(k, worker, c, level, rows,
                                                                     shared, out))
        return false;
    if (!with) {
        not_compared(out);
        return true;
    }
    out->agreement.reference = with->name;
    out->agreement.independent = independent;
    out->status = out->agreement.status;
    (void)snprintf(out->reason, sizeof out->reason, "%s", out->agreement.reason);
    if (out->status == STATUS_OK && !independent)
        not_compared(out);
    return true;
}

void checker_run(checker *k, const backend *c, pkt_level level, check *out)
{
    *out = (check){.agreement.firsts = k->firsts};
    for (size_t column = 0; k->firsts && column < PKT_COLUMN_COUNT; column++)
        k->firsts[column] = (difference){.found = false};
    client worker;
    if (!client_open_loaded(&worker, &c->id, k->seconds, NULL)) {
        out->status = worker.status;
        (void)snprintf(out->reason, sizeof out->reason, "%s", worker.reason);
        return;
    }
    const bool compared = compare(k, &worker, c, level, out);
    if (!client_close(&worker) || !compared) {
        out->status = worker.status;
        (void)snprintf(out->reason, sizeof out->reason, "%s", worker.reason);
    }
    if (slice_watch(k, c->name)) {
        out->status = STATUS_UNFAITHFUL;
        (void)snprintf(out->reason, sizeof out->reason,
                       "it has changed the slice, which all backends read");
    }
}

int checker_close(checker *k, pkt_err *err)
{
    rowset_free(&k->main.rows);
    rowset_free(&k->other.rows);
    rowset_free(&k->own);
    if (!k->changed_by)
        return 0;
    return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE,
                    "%s has changed %s, which all backends read: leave it out", k->changed_by,
                    k->slice->name);
}
