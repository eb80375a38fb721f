/* Writes the rows of captures as a dataset: files by partition, a manifest, several captures at a
 * time. */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "cli/dataset/jobs.h"
#include "cli/dataset/manifest.h"
#include "cli/extract/extract.h"
#include "cli/message.h"
#include "parsers/input/input.h"
#include "parsers/util/error.h"

/* Bytes of "NAME: MESSAGE". */
enum { LINE_BYTES = PATH_MAX + 2 * PKT_ERR_TEXT };

typedef struct dataset {
    const extraction *x;
    const char *const *labels;
    manifest manifest;
    char **names; /* of captures in the dataset, owned */
    size_t *todo; /* captures to read; owned */
    size_t todo_count;
    char **bad; /* by capture: what is wrong with it, owned */
    pkt_features_report features;
    bool stopped;
    int status;
} dataset;

/* How a capture ended, in the process that read it. */
typedef struct capture_result {
    bool done;
    bool unreadable; /* the file is there, and what it has cannot be read as a capture */
    capture_status status;
    pkt_err fault; /* of the capture, as in captures_end */
    pkt_features_report features;
    char line[LINE_BYTES]; /* "NAME: MESSAGE"; "" if there is nothing to say */
} capture_result;

static int values_push(void *parts, const pkt_batch *rows, const double *values, pkt_err *err)
{
    return split_push(parts, rows, values, err);
}

static pkt_sink sink_open(const extraction *x, split *parts)
{
    if (!x->features)
        return split_sink(parts);
    pkt_features_set_output(x->features, values_push, parts);
    split_number(parts, pkt_features_row_number, x->features);
    return pkt_features_sink(x->features);
}

static void result_say(capture_result *result, capture_status status, const char *name,
                       const pkt_err *err)
{
    char text[PKT_ERR_TEXT];
    result->status = status;
    (void)snprintf(result->line, sizeof result->line, "%s: %s", name, pkt_err_text(err, text));
}

/* Is the fault in the bytes of the capture? Otherwise it may be gone when it is read again. */
static bool is_in_bytes(const pkt_err *fault)
{
    return fault->code == PKT_ERR_FORMAT || pkt_err_rows_stand(fault);
}

/* Which rows before the fault of a capture are kept? Not those before a fault of this machine: what
 * an earlier run wrote may be more. */
static bool rows_stay(const captures_end *end)
{
    return end->kept && end->fault.code != PKT_ERR_IO && end->fault.code != PKT_ERR_MEMORY;
}

/* The output did not take the rows: it failed, or it refuses the capture. */
static void fault_say(const extraction *x, size_t index, const split *parts, const pkt_err *err,
                      capture_result *result)
{
    if (parts->fault.code == PKT_ERR_LIMIT)
        result_say(result, CAPTURE_BAD, x->captures[index], err);
    else
        result_say(result, OUTPUT_FAILED, x->path, err);
}

/* The rows of the capture into files that are not yet placed. false: the capture is bad, or the
 * output failed; *result says so. */
static bool rows_write(const extraction *x, size_t index, const char *const *labels, split *parts,
                       capture_result *result)
{
    failures bad = {.count = 0};
    extraction own = *x;
    captures_end end;
    own.pool = parts->pool;
    pkt_err err = {.pos = PKT_POS_NONE};
    const pkt_sink sink = sink_open(x, parts);
    const row_output out = {.parts = parts};
    own.keep_going = true; /* what is wrong goes to the list */
    own.bad = &bad;
    const capture_span span = {index, index + 1};
    (void)captures_run(&own, span, labels, &sink, &out, &end, &err);
    const bool kept = rows_stay(&end);
    result->status = CAPTURE_READ;
    result->fault = end.fault;
    if (bad.count) {
        result->status = kept ? CAPTURE_PARTLY : CAPTURE_BAD;
        (void)snprintf(result->line, sizeof result->line, "%s", bad.lines[0]);
        if (end.kept && !kept) /* the line says how many rows stand */
            result_say(result, CAPTURE_BAD, x->captures[index], &end.fault);
    }
    for (size_t i = 0; i < bad.count; i++)
        free(bad.lines[i]);
    free(bad.lines);
    if (parts->fault.code != PKT_ERR_NONE)
        err = parts->fault; /* it may have been taken for one of the capture */
    if (err.code != PKT_ERR_NONE)
        fault_say(x, index, parts, &err, result);
    return kept && err.code == PKT_ERR_NONE;
}

/* The file must be one and the same from the first packet to the digest. */
static int input_complete(const char *path, input_state *input, pkt_err *err)
{
    input_state now;
    if (input_state_digest(input, path, err) != 0 || input_state_look(&now, path, err) != 0)
        return -1;
    return input_state_same(input, &now)
               ? 0
               : pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE,
                          "was changed while it was read: its rows are not kept");
}

static void capture_write(const dataset *d, size_t index, split *parts, capture_result *result)
{
    const char *path = d->x->captures[index];
    char cut[PKT_ERR_TEXT];
    pkt_err err = {.pos = PKT_POS_NONE};
    manifest_entry entry = {.name = d->names[index], .path = path, .label = d->labels[index]};
    if (input_state_look(&entry.input, path, &err) != 0) {
        result_say(result, CAPTURE_BAD, path, &err);
        return;
    }
    if (!rows_write(d->x, index, d->labels, parts, result)) {
        const bool is_its_own =
            parts->fault.code == PKT_ERR_LIMIT /* too many files for its times */ ||
            (parts->fault.code == PKT_ERR_NONE && is_in_bytes(&result->fault));
        result->unreadable = is_its_own && input_complete(path, &entry.input, &err) == 0;
        return;
    }
    entry.damage = *result->line ? result->line : NULL;
    if (!entry.damage && result->fault.code == PKT_ERR_TRUNCATED)
        entry.cut = pkt_err_text(&result->fault, cut);
    if (input_complete(path, &entry.input, &err) != 0)
        result_say(result, CAPTURE_BAD, path, &err);
    else if (manifest_put(&d->manifest, &entry, parts, &err) != 0)
        result_say(result, OUTPUT_FAILED, d->x->path, &err);
}

/* In a process of its own. */
static void item_run(void *self, size_t item, void *shared)
{
    const dataset *d = self;
    const extraction *x = d->x;
    const size_t index = d->todo[item];
    capture_result *result = shared;
    char *marker = partition_escape(d->labels[index] ? d->labels[index] : "");
    split parts = {.keys = &x->dataset.keys,
                   .encoder = x->encoder,
                   .fields = &x->request.fields,
                   .root = d->manifest.root,
                   .stage = d->manifest.stage,
                   .name = d->names[index],
                   .marker = marker};
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!marker)
        return;
    parts.pool = pkt_pool_open(x->threads, &err);
    if (parts.pool)
        capture_write(d, index, &parts, result);
    else
        result_say(result, OUTPUT_FAILED, x->path, &err);
    split_close(&parts);
    pkt_pool_close(parts.pool);
    if (x->features)
        result->features = pkt_features_get_report(x->features);
    free(marker);
    result->done = true;
}

/* The process did not come to its end. */
static void crash_say(const dataset *d, size_t index, int status, capture_result *result)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (WIFSIGNALED(status))
        pkt_fail(&err, PKT_ERR_IO, PKT_POS_NONE,
                 "the process that read it was ended by signal %d (%s): no row of it is kept",
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        pkt_fail(&err, PKT_ERR_MEMORY, PKT_POS_NONE,
                 "the process that read it ended early: no row of it is kept");
    result_say(result, CAPTURE_BAD, d->x->captures[index], &err);
}

/* Rows that an earlier run wrote do not stand for a capture with other bytes, that is none any
 * more. They stay if it is only not there, or if reading it failed for another reason: it may come
 * back. */
static void earlier_drop(const dataset *d, size_t index, capture_result *result)
{
    const size_t length = strlen(result->line);
    if (manifest_drop(&d->manifest, d->names[index]))
        (void)snprintf(result->line + length, sizeof result->line - length,
                       "; its rows of an earlier run were removed");
}

/* A bad capture ends the run, or is listed at the end. */
static bool bad_take(dataset *d, size_t index, const capture_result *result)
{
    d->status = EXIT_ERROR;
    if (result->status != OUTPUT_FAILED && d->x->keep_going &&
        (d->bad[index] = strdup(result->line)) != NULL)
        return true;
    message_error("%s", result->line);
    if (result->status == OUTPUT_FAILED && !d->stopped)
        message_note("captures that are finished stay in the dataset; --resume goes on with it");
    d->stopped = d->stopped || result->status == OUTPUT_FAILED || !d->x->keep_going;
    return !d->stopped;
}

static bool item_ended(void *self, size_t item, const void *shared, int status)
{
    dataset *d = self;
    const size_t index = d->todo[item];
    capture_result result = *(const capture_result *)shared;
    if (!result.done)
        crash_say(d, index, status, &result);
    if (result.status == CAPTURE_BAD && result.unreadable)
        earlier_drop(d, index, &result);
    d->features.evicted += result.features.evicted;
    d->features.without_address += result.features.without_address;
    d->features.late += result.features.late;
    return !*result.line || bad_take(d, index, &result);
}

/* Captures that are skipped, and of which it was said only in the run that read them that they are
 * cut. */
static void cuts_say(const dataset *d, size_t count, size_t first)
{
    if (count)
        message_warning("%zu of them ended inside a packet when %s read, the first one %s: %s",
                        count, count > 1 ? "they were" : "it was", d->x->captures[first],
                        manifest_cut(&d->manifest, d->names[first]));
}

/* Which captures are to be read? */
static void todo_find(dataset *d)
{
    const extraction *x = d->x;
    size_t finished = 0, known = 0, cuts = 0, cut_first = 0;
    for (size_t i = 0; i < x->capture_count; i++) {
        const char *why = NULL;
        pkt_err unread;
        manifest_entry capture = {d->names[i], x->captures[i], d->labels[i], .damage = NULL};
        (void)input_state_look(&capture.input, capture.path, &unread);
        const manifest_status status = manifest_find(&d->manifest, &capture, &why);
        known += manifest_has(&d->manifest, capture.name);
        finished += status == MANIFEST_FINISHED;
        if (status == MANIFEST_FINISHED && manifest_cut(&d->manifest, capture.name)) {
            cut_first = cuts ? cut_first : i;
            cuts++;
        }
        if (status == MANIFEST_AGAIN)
            message_note("%s: is read again: %s", capture.path, why);
        if (status != MANIFEST_FINISHED)
            d->todo[d->todo_count++] = i;
    }
    if (finished)
        message_note("%zu of %zu captures are finished and are skipped", finished,
                     x->capture_count);
    cuts_say(d, cuts, cut_first);
    if (known < manifest_count(&d->manifest))
        message_note("%zu captures of the dataset are not named: their rows stay in it",
                     manifest_count(&d->manifest) - known);
}

static const char *twin_of(const dataset *d, size_t index, const json_t *others)
{
    pkt_err unread;
    manifest_entry capture = {d->names[index], d->x->captures[index], .damage = NULL};
    if (manifest_has(&d->manifest, capture.name) ||
        input_state_look(&capture.input, capture.path, &unread) != 0)
        return NULL;
    return manifest_twin(&d->manifest, &capture, others);
}

/* Rows of a capture that is there under another name would be there twice. Where a run names both,
 * which may be links, it has done so from the beginning. */
static bool twins_refused(const dataset *d)
{
    const extraction *x = d->x;
    const char *twin = NULL;
    json_t *named = json_object();
    for (size_t i = 0; i < x->capture_count; i++)
        (void)json_object_set_new(named, d->names[i], json_true());
    json_t *others = manifest_others(&d->manifest, named);
    for (size_t i = 0; i < x->capture_count && !twin; i++) {
        twin = twin_of(d, i, others);
        if (twin)
            message_error("%s: is in the dataset already, as %s (it was %s): its rows would be "
                          "there twice; name the files and folders as before, or write to another "
                          "folder",
                          x->captures[i], twin, manifest_path(&d->manifest, twin));
    }
    json_decref(others);
    json_decref(named);
    return twin != NULL;
}

static void rest_report(const dataset *d, size_t begun)
{
    if (begun < d->todo_count)
        message_warning("%zu of %zu captures were not read, from %s on; %s--resume goes on later",
                        d->todo_count - begun, d->x->capture_count,
                        pkt_input_shown(d->x->captures[d->todo[begun]]),
                        d->x->keep_going ? "" : "--keep-going reads on, ");
}

static void todo_run(dataset *d)
{
    int error = 0;
    const jobs work = {.count = d->todo_count,
                       .at_once = d->x->dataset.jobs,
                       .result_size = sizeof(capture_result),
                       .self = d,
                       .run = item_run,
                       .ended = item_ended};
    const size_t begun = jobs_run(&work, &error);
    if (error) {
        message_error("no process to read a capture: %s", strerror(error));
        d->status = EXIT_ERROR;
    }
    for (size_t i = 0; i < d->x->capture_count; i++)
        if (d->bad[i])
            failures_add_line(d->x->bad, d->bad[i]);
    rest_report(d, begun);
    pkt_warn_features_report(&printed_warnings, &d->features);
}

/* Names of the captures. false: no memory. */
static bool tables_open(dataset *d)
{
    const size_t count = d->x->capture_count;
    d->names = calloc(count, sizeof *d->names);
    d->bad = calloc(count, sizeof *d->bad);
    d->todo = calloc(count, sizeof *d->todo);
    bool good = d->names && d->bad && d->todo;
    for (size_t i = 0; good && i < count; i++)
        good = (d->names[i] = dataset_name(d->x, i)) != NULL;
    return good;
}

static void tables_close(dataset *d)
{
    for (size_t i = 0; i < d->x->capture_count; i++) {
        if (d->names)
            free(d->names[i]);
        if (d->bad)
            free(d->bad[i]);
    }
    free(d->names);
    free(d->bad);
    free(d->todo);
}

int dataset_run(const extraction *x, const char *const *labels)
{
    dataset d = {.x = x, .labels = labels, .status = EXIT_DONE};
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!tables_open(&d)) {
        message_error("no memory for the names of captures");
        d.status = EXIT_ERROR;
    } else if (manifest_open(&d.manifest, x->path, x->dataset.resume, dataset_options(x), &err) !=
               0) {
        message_failure(x->path, &err);
        d.status = EXIT_ERROR;
    } else {
        if (twins_refused(&d)) {
            d.status = EXIT_ERROR;
        } else {
            todo_find(&d);
            todo_run(&d);
        }
        manifest_close(&d.manifest);
    }
    tables_close(&d);
    return d.status;
}
