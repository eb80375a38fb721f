/* Captures, one after the other, into a sink. */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "bench/worker/describe.h"
#include "cli/extract/extract.h"
#include "cli/message.h"
#include "parsers/input/input.h"
#include "parsers/input/join.h"

const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Name of the folder that holds the capture; "" if it cannot be told. */
static void folder_name(const char *path, char name[PATH_MAX])
{
    char whole[PATH_MAX];
    name[0] = '\0';
    if (!realpath(path, whole))
        return;
    char *slash = strrchr(whole, '/');
    if (!slash)
        return;
    *slash = '\0';
    (void)snprintf(name, PATH_MAX, "%s", base_name(whole));
}

/* What the stream numbers do not show. */
static void flows_report(const extraction *x, const char *name, const pkt_flow_report *flows)
{
    if (flows->evicted)
        message_warning(
            "%s: %" PRIu64 " flows were forgotten, least recently used first, to hold no "
            "more than %" PRIu32 " (--max-flows): those that came again have new streams",
            name, flows->evicted, x->flows.max);
    if (flows->inner)
        message_warning("%s: %" PRIu64
                        " packets may carry a further IP header (tunnel, ICMP error): "
                        "Wireshark numbers streams in those too, so its numbers may be higher",
                        name, flows->inner);
}

int capture_rows(const extraction *x, const char *name, const pkt_capture *opened,
                 const pkt_sink *sink, uint64_t *rows, pkt_err *err)
{
    pkt_capture capture = *opened;
    pkt_flow_report flows = PKT_INIT(pkt_flow_report);
    pkt_request request = PKT_INIT(pkt_request);
    request.level = x->level;
    capture.flow_rule = x->flows.rule;
    capture.max_flows = x->flows.max;
    capture.flow_report = &flows;
    int bad = pkt_run(x->backend, x->context, &capture, &request, x->batch, sink, rows, err);
    flows_report(x, name, &flows);
    return bad;
}

const char *rows_kept(const extraction *x)
{
    return x->features ? "packets before it were counted" : "rows before it were written";
}

/* How a run ended: what is said, and the exit status. Rows before a fault stand. */
static int ended(const extraction *x, const char *name, int bad, uint64_t rows, const pkt_err *err)
{
    char words[sizeof err->msg + 40];
    const char *kept = rows_kept(x);
    if (!bad)
        return EXIT_DONE;
    error_text(err, words, sizeof words);
    if (err->code == PKT_ERR_TRUNCATED && !x->strict) {
        message_warning("%s: %s: %" PRIu64 " %s", name, words, rows, kept);
        return EXIT_DONE;
    }
    if (pkt_err_rows_stand(err))
        message_error("%s: %s: %" PRIu64 " %s", name, words, rows, kept);
    else if (err->code != PKT_ERR_WRITE)
        message_failure(name, err);
    return EXIT_ERROR;
}

/* Rows on their way to `to`: how many have no time. */
typedef struct time_watch {
    const pkt_sink *to;
    uint64_t timeless;
} time_watch;

static int time_watch_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    time_watch *watch = self;
    for (size_t i = 0; i < batch->rows; i++)
        watch->timeless += batch->ts_ns[i] == 0;
    return watch->to->push(watch->to->self, batch, err);
}

static int time_watch_finish(void *self, pkt_err *err)
{
    const time_watch *watch = self;
    return watch->to->finish(watch->to->self, err);
}

/* Features take it for a time. */
static void timeless_report(const char *name, uint64_t packets)
{
    if (packets)
        message_warning("%s: %" PRIu64
                        " packets have the time 0, as those of simple packet blocks, "
                        "which hold none",
                        name, packets);
}

static int capture_run(const extraction *x, const char *path, const pkt_sink *sink, bool *kept,
                       pkt_err *err)
{
    uint64_t rows = 0;
    const char *name = pkt_input_shown(path);
    pkt_input *input = pkt_input_open(path, err);
    if (!input) {
        message_failure(name, err);
        *kept = false;
        return EXIT_ERROR;
    }
    const pkt_capture *capture = pkt_input_capture(input);
    const bool watching =
        capture->format == PKT_FORMAT_PCAPNG && pkt_set_has(&x->columns, PKT_COL_ts_ns);
    time_watch watch = {.to = sink};
    const pkt_sink watched = pkt_sink_make(&watch, time_watch_push, time_watch_finish);
    int bad = capture_rows(x, name, capture, watching ? &watched : sink, &rows, err);
    bad = pkt_input_end(input, bad, err);
    pkt_input_close(input);
    timeless_report(name, watch.timeless);
    *kept = !bad || pkt_err_rows_stand(err);
    return ended(x, name, bad, rows, err);
}

/* Packets that are chosen keep their numbers; join NULL: they are counted. */
static void numbers_from(const extraction *x, pkt_writer *writer, pkt_join *join)
{
    uint64_t (*next)(void *) = join && x->filter ? pkt_join_number : NULL;
    if (x->features)
        pkt_features_set_numbers(x->features, next, join);
    else if (writer)
        pkt_writer_number(writer, next, join);
}

/* Captures that are joined, or whose packets are chosen. */
static int join_run(const extraction *x, char *const *paths, size_t count, const pkt_sink *sink,
                    pkt_writer *writer, bool *kept, pkt_err *err)
{
    uint64_t rows = 0;
    pkt_join *join = pkt_join_open(paths, count, x->filter, x->features || writer, err);
    if (!join) {
        message_failure(pkt_input_shown(paths[0]), err);
        *kept = false;
        return EXIT_ERROR;
    }
    numbers_from(x, writer, join);
    int bad = capture_rows(x, pkt_input_shown(paths[0]), pkt_join_capture(join), sink, &rows, err);
    bad = pkt_join_end(join, bad, err);
    timeless_report(count > 1 ? "of all captures" : pkt_input_shown(paths[0]),
                    pkt_join_timeless(join));
    *kept = !bad || pkt_err_rows_stand(err);
    int status = ended(x, pkt_input_shown(pkt_join_path(join)), bad, rows, err);
    numbers_from(x, writer, NULL);
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
            folder_name(x->captures[i], name);
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

int captures_run(const extraction *x, const char *const *labels, const pkt_sink *sink,
                 pkt_writer *writer, bool *kept, pkt_err *err)
{
    int status = EXIT_DONE;
    *kept = true;
    const size_t step = x->join ? x->capture_count : 1;
    size_t i = 0;
    for (; i < x->capture_count && status == EXIT_DONE; i += step) {
        *err = (pkt_err){.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
        if (writer && pkt_writer_capture(writer, base_name(x->captures[i]), labels[i], err) != 0) {
            *kept = false;
            status = EXIT_ERROR;
            break;
        }
        status = x->join || x->filter ? join_run(x, x->captures + i, step, sink, writer, kept, err)
                                      : capture_run(x, x->captures[i], sink, kept, err);
    }
    if (status != EXIT_DONE && i < x->capture_count && err->code != PKT_ERR_WRITE)
        message_warning("not read after it: %zu of %zu captures, from %s on", x->capture_count - i,
                        x->capture_count, pkt_input_shown(x->captures[i]));
    if (writer && *kept && pkt_writer_end(writer, err) != 0) {
        *kept = false;
        status = EXIT_ERROR;
    }
    return status;
}
