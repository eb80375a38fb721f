/* Runs the backend over the captures, one after another. */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "cli/extract/extract.h"
#include "cli/message.h"
#include "parsers/input/input.h"
#include "parsers/input/join.h"
#include "parsers/util/error.h"

const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Name of the folder that holds the capture; "" if it is unknown. */
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

/* Warn about effects that are not visible in the stream numbers. */
static void flows_report(const extraction *x, const char *name, const pkt_flow_report *flows)
{
    if (flows->evicted)
        message_warning(
            "%s: %" PRIu64 " flows were evicted, least recently used first, to keep the limit of "
            "%" PRIu32 " (--max-flows); if such a flow continues, it gets a new stream number",
            name, flows->evicted, x->flows.max);
    if (flows->inner)
        message_warning("%s: %" PRIu64
                        " packets may contain an inner IP header (tunnel, ICMP error); Wireshark "
                        "also numbers inner streams, and its numbers may therefore be higher",
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

const char *progress_text(const extraction *x)
{
    return x->features ? "packets before it were counted" : "rows before it were written";
}

/* Print how a run ended. Returns the exit status. Rows before an error remain valid. */
static int capture_end(const extraction *x, const char *name, int bad, uint64_t rows,
                       const pkt_err *err)
{
    char text[PKT_ERR_TEXT];
    const char *kept = progress_text(x);
    if (!bad)
        return EXIT_DONE;
    pkt_err_text(err, text);
    if (err->code == PKT_ERR_TRUNCATED && !x->strict) {
        message_warning("%s: %s: %" PRIu64 " %s", name, text, rows, kept);
        return EXIT_DONE;
    }
    if (pkt_err_rows_stand(err))
        message_error("%s: %s: %" PRIu64 " %s", name, text, rows, kept);
    else if (err->code != PKT_ERR_WRITE)
        message_failure(name, err);
    return EXIT_ERROR;
}

/* Passes rows to another sink and counts those with time 0. */
typedef struct zero_time_sink {
    const pkt_sink *next;
    uint64_t zero_times;
} zero_time_sink;

static int zero_time_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    zero_time_sink *counter = self;
    for (size_t i = 0; i < batch->rows; i++)
        counter->zero_times += batch->ts_ns[i] == 0;
    return counter->next->push(counter->next->self, batch, err);
}

static int zero_time_finish(void *self, pkt_err *err)
{
    const zero_time_sink *counter = self;
    return counter->next->finish(counter->next->self, err);
}

/* Features would use 0 as a time. */
static void zero_times_report(const char *name, uint64_t packets)
{
    if (packets)
        message_warning("%s: %" PRIu64
                        " packets have time 0, for example because simple packet blocks have no "
                        "time stamp",
                        name, packets);
}

static int capture_run(const extraction *x, const char *path, const pkt_sink *sink,
                       bool *output_valid, pkt_err *err)
{
    uint64_t rows = 0;
    const char *name = pkt_input_shown(path);
    pkt_input *input = pkt_input_open(path, err);
    if (!input) {
        message_failure(name, err);
        *output_valid = false;
        return EXIT_ERROR;
    }
    const pkt_capture *capture = pkt_input_capture(input);
    const bool count_zero_times =
        capture->format == PKT_FORMAT_PCAPNG && pkt_set_has(&x->columns, PKT_COL_ts_ns);
    zero_time_sink counter = {.next = sink};
    const pkt_sink counting_sink = pkt_sink_make(&counter, zero_time_push, zero_time_finish);
    int bad = capture_rows(x, name, capture, count_zero_times ? &counting_sink : sink, &rows, err);
    bad = pkt_input_end(input, bad, err);
    pkt_input_close(input);
    zero_times_report(name, counter.zero_times);
    *output_valid = !bad || pkt_err_rows_stand(err);
    return capture_end(x, name, bad, rows, err);
}

/* With a filter, packets keep their numbers in the capture. `join` NULL: count packets. */
static void packet_numbers_set(const extraction *x, pkt_writer *writer, pkt_join *join)
{
    uint64_t (*next)(void *) = join && x->filter ? pkt_join_number : NULL;
    if (x->features)
        pkt_features_set_numbers(x->features, next, join);
    else if (writer)
        pkt_writer_number(writer, next, join);
}

/* Run over captures that are joined or filtered. */
static int join_run(const extraction *x, char *const *paths, size_t count, const pkt_sink *sink,
                    pkt_writer *writer, bool *output_valid, pkt_err *err)
{
    uint64_t rows = 0;
    pkt_join *join = pkt_join_open(paths, count, x->filter, x->features || writer, err);
    if (!join) {
        message_failure(pkt_input_shown(paths[0]), err);
        *output_valid = false;
        return EXIT_ERROR;
    }
    packet_numbers_set(x, writer, join);
    int bad = capture_rows(x, pkt_input_shown(paths[0]), pkt_join_capture(join), sink, &rows, err);
    bad = pkt_join_end(join, bad, err);
    zero_times_report(count > 1 ? "of all captures" : pkt_input_shown(paths[0]),
                      pkt_join_timeless(join));
    *output_valid = !bad || pkt_err_rows_stand(err);
    int status = capture_end(x, pkt_input_shown(pkt_join_path(join)), bad, rows, err);
    packet_numbers_set(x, writer, NULL);
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
                 pkt_writer *writer, bool *output_valid, pkt_err *err)
{
    int status = EXIT_DONE;
    *output_valid = true;
    const size_t step = x->join ? x->capture_count : 1;
    size_t i = 0;
    for (; i < x->capture_count && status == EXIT_DONE; i += step) {
        *err = (pkt_err){.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
        if (writer && pkt_writer_capture(writer, base_name(x->captures[i]), labels[i], err) != 0) {
            *output_valid = false;
            status = EXIT_ERROR;
            break;
        }
        status = x->join || x->filter
                     ? join_run(x, x->captures + i, step, sink, writer, output_valid, err)
                     : capture_run(x, x->captures[i], sink, output_valid, err);
    }
    if (status != EXIT_DONE && i < x->capture_count && err->code != PKT_ERR_WRITE)
        message_warning("%zu of %zu captures were not read, from %s on", x->capture_count - i,
                        x->capture_count, pkt_input_shown(x->captures[i]));
    if (writer && *output_valid && pkt_writer_end(writer, err) != 0) {
        *output_valid = false;
        status = EXIT_ERROR;
    }
    return status;
}
