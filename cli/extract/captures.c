/* Runs the backend over the captures, one after another. */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "cli/extract/extract.h"
#include "cli/mapped/mapped.h"
#include "cli/message.h"
#include "parsers/input/input.h"
#include "parsers/input/join.h"
#include "parsers/query/watch.h"
#include "parsers/util/error.h"

const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool request_refused(const query_request *request, const pkt_err *err)
{
    message_error("%s%s", request->before, err->msg);
    return false;
}

/* Print a warning, or a note where nothing can be done about it. */
static void warning_print(void *self, const pkt_warning *warning)
{
    (void)self;
    (warning->code == PKT_WARN_NO_ADDRESS ? message_note : message_warning)("%s", warning->text);
}

const pkt_warnings printed_warnings = {.take = warning_print, .max_flows = "--max-flows"};

int capture_rows(const extraction *x, const char *name, const pkt_capture *opened,
                 pkt_parallel_job *job, const pkt_sink *sink, uint64_t *rows, pkt_err *err)
{
    pkt_capture capture = *opened;
    pkt_flow_report flows = PKT_INIT(pkt_flow_report);
    pkt_request request = PKT_INIT(pkt_request);
    request.level = x->request.level;
    request.columns = x->request.columns;
    capture.flow_rule = x->request.flows.rule;
    capture.max_flows = x->request.flows.max;
    capture.flow_report = &flows;
    int bad = job ? pkt_parallel_run(job, &capture, &request, sink, rows, err)
                  : pkt_run(x->request.backend, x->context, &capture, &request, x->batch, sink,
                            rows, err);
    pkt_warn_flows(&printed_warnings, name, &flows, x->request.flows.max);
    return bad;
}

const char *progress_text(const extraction *x)
{
    return x->features ? "packets before it were counted" : "rows before it were written";
}

/* Print why a capture could not be read, or keep it for the list at the end. `rest` may be NULL. */
static void capture_bad(const extraction *x, const char *name, const pkt_err *err, const char *rest)
{
    char text[PKT_ERR_TEXT];
    if (x->keep_going)
        failures_add(x->bad, name, err, rest);
    else
        message_error("%s: %s%s%s", name, pkt_err_text(err, text), rest ? ": " : "",
                      rest ? rest : "");
}

/* Report how a run ended. Rows before an error remain valid. *err: of the capture, also of one that
 * is cut; of others that were read it has no code. */
static capture_status capture_end(const extraction *x, const char *name, int bad, uint64_t rows,
                                  pkt_err *err)
{
    char kept[64];
    if (!bad) {
        err->code = PKT_ERR_NONE;
        return CAPTURE_READ;
    }
    (void)snprintf(kept, sizeof kept, "%" PRIu64 " %s", rows, progress_text(x));
    if (err->code == PKT_ERR_WRITE)
        return OUTPUT_FAILED;
    if (err->code == PKT_ERR_TRUNCATED && !x->strict) {
        pkt_warn_truncated(&printed_warnings, name, err, rows, progress_text(x));
        return CAPTURE_READ;
    }
    const bool stand = rows > 0 || pkt_err_rows_stand(err);
    capture_bad(x, name, err, stand ? kept : NULL);
    return stand ? CAPTURE_PARTLY : CAPTURE_BAD;
}

/* The rows of the capture through a watch. `--format none` only parses, to measure the parser. */
static int watched_rows(const extraction *x, const char *name, const pkt_capture *capture,
                        pkt_parallel_job *job, const pkt_sink *sink, row_watch *watch,
                        uint64_t *rows, pkt_err *err)
{
    if (!x->encoder && !watch->limit && !(x->features && x->request.inner))
        return capture_rows(x, name, capture, job, sink, rows, err);
    watch->next = sink;
    watch->columns = x->request.columns;
    watch->inner = x->features && x->request.inner;
    const pkt_sink watched = pkt_watch_sink(watch);
    int bad = capture_rows(x, name, capture, job, &watched, rows, err);
    if (watch->full && err->code == PKT_ERR_NONE)
        bad = sink->finish(sink->self, err);
    else if (bad && !pkt_err_rows_stand(err) && err->code != PKT_ERR_WRITE && x->features) {
        pkt_err ignored; /* windows end with their capture */
        (void)sink->finish(sink->self, &ignored);
    }
    return bad;
}

/* With a filter, packets keep their numbers in the capture. `next` NULL: count packets. */
static void packet_numbers_set(const extraction *x, const row_output *out,
                               uint64_t (*next)(void *self), void *self)
{
    if (x->features)
        pkt_features_set_numbers(x->features, next, self);
    else if (out->parts)
        split_number(out->parts, next, self);
    else if (out->writer)
        pkt_writer_number(out->writer, next, self);
}

/* Run over a capture as it is, or over what matches the filter, by the threads of the job. */
static capture_status input_run(const extraction *x, const char *name, pkt_input *input,
                                pkt_parallel_job *job, const pkt_sink *sink, pkt_err *err)
{
    uint64_t rows = 0;
    const pkt_capture *capture = pkt_input_capture(input);
    row_watch watch = {.limit = x->live.packets,
                       .zero_is_none = x->filter || capture->format == PKT_FORMAT_PCAPNG};
    int bad = watched_rows(x, name, capture, job, sink, &watch, &rows, err);
    if (!watch.full) /* what comes after the limit of -c may be damaged */
        bad = pkt_input_end(input, bad, err);
    if (x->filter && job) /* with a filter there is a job, which knows which times are none */
        watch.zero_times = job->timeless;
    if (!bad || err->code != PKT_ERR_WRITE)
        pkt_watch_report(&watch, name, &printed_warnings);
    return capture_end(x, name, bad, rows, err);
}

/* Is the capture decoded by several threads? -c ends at a packet, and the next ones would have been
 * read for nothing. */
static bool is_parallel(const extraction *x, const pkt_capture *capture)
{
    return !x->live.packets && pkt_parallel_possible(x->pool, x->request.backend, capture);
}

static capture_status capture_run(const extraction *x, const char *path, const pkt_sink *sink,
                                  const row_output *out, pkt_err *err)
{
    const char *name = pkt_input_shown(path);
    pkt_input *input = pkt_input_open(path, err);
    if (!input) {
        capture_bad(x, name, err, NULL);
        return CAPTURE_BAD;
    }
    const pkt_capture *capture = pkt_input_capture(input);
    if (x->mapped)
        mapped_note(capture, name);
    pkt_parallel_job job = {.pool = x->pool, .filter = x->filter};
    if (out->writer && !x->features)
        job.direct = pkt_writer_direct(out->writer);
    if (x->filter)
        packet_numbers_set(x, out, pkt_parallel_number, &job);
    const bool parallel = x->filter || is_parallel(x, capture);
    const capture_status status = input_run(x, name, input, parallel ? &job : NULL, sink, err);
    if (x->filter)
        packet_numbers_set(x, out, NULL, NULL);
    pkt_input_close(input);
    return status;
}

/* Captures that ended inside a packet. Of those behind the limit of -c, no row is missing. Returns
 * the error of the last one; NULL: there is none. */
static const pkt_err *cuts_warn(const extraction *x, const pkt_join *join, const row_watch *watch)
{
    const pkt_join_cut *cut;
    const pkt_err *last = NULL;
    for (size_t i = 0; (cut = pkt_join_cut_at(join, i)) != NULL; i++)
        if (!watch->full || cut->packets < watch->limit) {
            pkt_warn_truncated(&printed_warnings, pkt_input_shown(cut->path), &cut->err,
                               cut->packets, progress_text(x));
            last = &cut->err;
        }
    return last;
}

/* Run over captures that are joined or filtered. `captures`: how many were read, of so many. */
static capture_status join_run(const extraction *x, char *const *paths, size_t *captures,
                               const pkt_sink *sink, const row_output *out, pkt_err *err)
{
    const bool numbered = x->features || out->writer || out->parts;
    const unsigned flags = (numbered ? PKT_JOIN_NUMBERED : 0) | (x->strict ? PKT_JOIN_STRICT : 0);
    const size_t count = *captures;
    uint64_t rows = 0;
    const char *name = pkt_input_shown(paths[0]);
    pkt_join *join = pkt_join_open(paths, count, x->filter, flags, err);
    if (!join) {
        *captures = 1;
        capture_bad(x, name, err, NULL);
        return CAPTURE_BAD;
    }
    if (x->filter)
        packet_numbers_set(x, out, pkt_join_number, join);
    row_watch watch = {.limit = x->live.packets, .zero_is_none = true};
    int bad = watched_rows(x, name, pkt_join_capture(join), NULL, sink, &watch, &rows, err);
    pkt_err unread = {.pos = PKT_POS_NONE}; /* of what comes after the limit of -c */
    const int ended = pkt_join_end(join, bad, watch.full ? &unread : err);
    bad = watch.full ? bad : ended;
    watch.zero_times = pkt_join_timeless(join); /* it knows which times are none */
    if (!bad || err->code != PKT_ERR_WRITE)
        pkt_watch_report(&watch, count > 1 ? "of all captures" : name, &printed_warnings);
    const pkt_err *cut = !bad || err->code != PKT_ERR_WRITE ? cuts_warn(x, join, &watch) : NULL;
    *captures = bad ? pkt_join_count(join) : count;
    const capture_status status =
        capture_end(x, pkt_input_shown(pkt_join_path(join)), bad, rows, err);
    if (status == CAPTURE_READ && cut)
        *err = *cut;
    packet_numbers_set(x, out, NULL, NULL);
    pkt_join_close(join);
    return status;
}

const char **labels_open(const extraction *x)
{
    const char **labels = calloc(x->capture_count, sizeof *labels);
    bool from_folder = x->label && strcmp(x->label, "from-folder") == 0;
    for (size_t i = 0; labels && i < x->capture_count; i++) {
        char name[PATH_MAX];
        if (from_folder)
            pkt_path_folder(x->captures[i], name);
        labels[i] = from_folder ? strdup(name) : x->label;
        if (from_folder && !labels[i]) {
            labels_close(x, labels);
            return NULL;
        }
    }
    return labels;
}

void labels_close(const extraction *x, const char **labels)
{
    for (size_t i = 0; labels && i < x->capture_count; i++)
        if (labels[i] != x->label)
            free((void *)(uintptr_t)labels[i]);
    free(labels);
}

/* The rows that come next are of this capture. 0, or -1 and *err. */
static int output_capture(const row_output *out, const char *file, const char *label, pkt_err *err)
{
    if (out->parts)
        return split_capture(out->parts, file, label, err);
    return out->writer ? pkt_writer_capture(out->writer, file, label, err) : 0;
}

/* All rows were written. 0, or -1 and *err. */
static int output_end(const row_output *out, pkt_err *err)
{
    if (out->parts)
        return split_end(out->parts, err);
    return out->writer ? pkt_writer_end(out->writer, err) : 0;
}

/* Does a thread have to copy what matches the filter, or all captures that are joined? */
static bool is_joined(const extraction *x, const char *path)
{
    const pkt_capture plain = {.size = 1};
    if (x->join || !x->filter)
        return x->join;
    /* A pipe must not be opened twice; what cannot be opened is found out by either way. */
    return !is_parallel(x, &plain) || !pkt_input_is_file(path);
}

/* `count`: of captures that are joined; then how many of them were read. */
static capture_status step_run(const extraction *x, size_t first, size_t *count,
                               const char *const *labels, const pkt_sink *sink,
                               const row_output *out, pkt_err *err)
{
    *err = (pkt_err){.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    if (output_capture(out, base_name(x->captures[first]), labels[first], err) != 0)
        return OUTPUT_FAILED;
    return is_joined(x, x->captures[first])
               ? join_run(x, x->captures + first, count, sink, out, err)
               : capture_run(x, x->captures[first], sink, out, err);
}

/* Say which captures are not in the output after a run that ended at a bad one. */
static void rest_report(const extraction *x, size_t next, bool kept)
{
    if (next < x->capture_count)
        message_warning("%zu of %zu captures were not read, from %s on%s%s",
                        x->capture_count - next, x->capture_count,
                        pkt_input_shown(x->captures[next]),
                        kept ? "; the rows of those before it are kept" : "",
                        x->join ? "" : "; --keep-going reads on");
}

int captures_run(const extraction *x, capture_span span, const char *const *labels,
                 const pkt_sink *sink, const row_output *out, captures_end *end, pkt_err *err)
{
    const size_t step = x->join ? x->capture_count : 1;
    int status = EXIT_DONE;
    *end = (captures_end){.fault = {.code = PKT_ERR_NONE}};
    for (size_t i = span.first; i < span.end; i += step) {
        size_t read = step;
        const capture_status got = step_run(x, i, &read, labels, sink, out, err);
        if (got == OUTPUT_FAILED) {
            end->kept = false;
            return status;
        }
        end->fault = *err;
        end->kept = end->kept || got != CAPTURE_BAD;
        if (got == CAPTURE_READ)
            continue;
        status = EXIT_ERROR;
        if (x->keep_going)
            continue;
        rest_report(x, i + read, end->kept || span.first > 0);
        break;
    }
    err->code = PKT_ERR_NONE; /* those of captures are printed */
    if (end->kept && output_end(out, err) != 0)
        end->kept = false;
    return status;
}
