/* A label for each packet, from a file. */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/extract/extract.h"
#include "cli/extract/stream_labels.h"
#include "cli/message.h"
#include "cli/shared_options.h"
#include "parsers/input/input.h"
#include "parsers/input/join.h"
#include "parsers/mix/truth.h"

/* Different labels in a file, at most: more are values of a measurement, not labels. */
enum { MOST_LABELS = 4096 };

struct packet_labels {
    const extraction *x;
    pkt_truth *truth;
    pkt_truth_row row; /* read and not used yet, if `pending` */
    bool pending, ended;
    char **names; /* different labels so far, owned */
    uint32_t count;
    uint32_t current;          /* label of `row` */
    stream_labels *streams;    /* NULL: each packet has its own label */
    uint64_t packets, without; /* packets; those without a label */
    uint64_t changed;          /* packets whose stream has another label */
    pkt_err fault;             /* of the first reading */
};

/* Number of the label among the different ones; -1 and *err. */
static int label_find(packet_labels *l, const char *label, uint32_t *number, pkt_err *err)
{
    if (l->count && strcmp(l->names[l->current], label) == 0) {
        *number = l->current;
        return 0;
    }
    for (*number = 0; *number < l->count; ++*number)
        if (strcmp(l->names[*number], label) == 0)
            return 0;
    if (l->count == MOST_LABELS)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "%s: has more than %d different labels",
                        l->x->labels, MOST_LABELS);
    char *copy = strdup(label), **more = realloc(l->names, (l->count + 1) * sizeof *more);
    if (more)
        l->names = more;
    if (!copy || !more) {
        free(copy);
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for labels");
    }
    l->names[l->count++] = copy;
    return 0;
}

/* Is there a label of the packet, whose numbers rise? 1: l->current; 0: none; -1 and *err. */
static int label_of(packet_labels *l, uint64_t packet, pkt_err *err)
{
    while (!l->ended && (!l->pending || l->row.packet < packet)) {
        const int got = pkt_truth_next(l->truth, &l->row, err);
        if (got < 0)
            return -1;
        l->ended = got == 0;
        l->pending = !l->ended;
        if (l->pending && label_find(l, l->row.label, &l->current, err) != 0)
            return -1;
    }
    return l->pending && l->row.packet == packet && *l->names[l->current];
}

static stream_key key_of(const pkt_batch *batch, size_t row)
{
    return (stream_key){.has = (batch->present[row] & PKT_HAS_STREAM) != 0,
                        .protocol = batch->ip_proto[row],
                        .number = batch->stream[row]};
}

int packet_labels_next(void *self, const pkt_batch *batch, size_t row, uint64_t number,
                       const char **label, pkt_err *err)
{
    packet_labels *l = self;
    const int got = label_of(l, number, err);
    if (got < 0) { /* the output is removed */
        err->code = PKT_ERR_WRITE;
        err->sys = 0;
        return -1;
    }
    uint32_t name = l->current;
    const bool shared = l->streams && stream_labels_get(l->streams, key_of(batch, row), &name);
    l->packets++;
    l->without += !got && !shared;
    l->changed += got && shared && name != l->current;
    *label = got || shared ? l->names[name] : "";
    return 0;
}

/* The first reading: count the labels of each stream. */
static int rows_count(void *self, const pkt_batch *batch, pkt_err *err)
{
    packet_labels *l = self;
    for (size_t row = 0; row < batch->rows; row++) {
        const int got = label_of(l, ++l->packets, &l->fault);
        const stream_key key = key_of(batch, row);
        if (got < 0 || (got && stream_labels_add(l->streams, key, l->current, &l->fault) != 0)) {
            *err = l->fault;
            return -1;
        }
    }
    return 0;
}

static int rows_end(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

static void capture_run(const extraction *x, const pkt_capture *opened, const pkt_sink *sink,
                        pkt_err *err)
{
    pkt_capture capture = *opened;
    pkt_flow_report report = PKT_INIT(pkt_flow_report);
    pkt_request request = PKT_INIT(pkt_request);
    uint64_t rows = 0;
    request.level = x->request.level;
    request.columns = x->request.columns;
    capture.flow_rule = x->request.flows.rule;
    capture.max_flows = x->request.flows.max;
    capture.flow_report = &report;
    (void)pkt_run(x->request.backend, x->context, &capture, &request, x->batch, sink, &rows, err);
}

/* Faults of the capture are those of the second reading, which prints them. */
static void streams_read(const extraction *x, const pkt_sink *sink)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (x->join) {
        pkt_join *join = pkt_join_open(x->captures, x->capture_count, NULL, 0, &err);
        if (join) {
            capture_run(x, pkt_join_capture(join), sink, &err);
            (void)pkt_join_end(join, 0, &err);
        }
        pkt_join_close(join);
        return;
    }
    pkt_input *input = pkt_input_open(x->captures[0], &err);
    if (input) {
        capture_run(x, pkt_input_capture(input), sink, &err);
        (void)pkt_input_end(input, 0, &err);
    }
    pkt_input_close(input);
}

static bool truth_open(packet_labels *l)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_truth_close(l->truth);
    l->truth = pkt_truth_open(l->x->labels, false, &err);
    l->pending = l->ended = false;
    l->packets = 0;
    if (!l->truth)
        message_error("--labels: %s", err.msg);
    return l->truth != NULL;
}

static bool streams_open(packet_labels *l)
{
    const pkt_sink sink = pkt_sink_make(l, rows_count, rows_end);
    l->streams = stream_labels_open();
    if (!l->streams) {
        message_error("no memory for labels");
        return false;
    }
    streams_read(l->x, &sink);
    if (l->fault.code == PKT_ERR_NONE)
        return truth_open(l);
    message_error("--labels: %s", l->fault.msg);
    return false;
}

packet_labels *packet_labels_open(const extraction *x)
{
    packet_labels *l = calloc(1, sizeof *l);
    if (!l) {
        message_error("no memory for labels");
        return NULL;
    }
    l->x = x;
    if (truth_open(l) && (!x->label_by_stream || streams_open(l)))
        return l;
    packet_labels_close(l);
    return NULL;
}

void packet_labels_report(packet_labels *l)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    const extraction *x = l->x;
    if (l->without)
        message_warning("--labels %s: %" PRIu64 " of %" PRIu64 " packets have no label", x->labels,
                        l->without, l->packets);
    if (!x->filter && !x->live.packets && !l->ended && label_of(l, l->packets + 1, &err) >= 0 &&
        l->pending && l->row.packet > l->packets)
        message_warning("--labels %s: has labels of packets behind the last one, %" PRIu64
                        ": is it of another capture?",
                        x->labels, l->packets);
    if (!l->streams)
        return;
    uint64_t streams, several;
    stream_labels_count(l->streams, &streams, &several);
    if (several)
        message_warning("--label-by stream: %" PRIu64 " of %" PRIu64
                        " streams have packets of several labels: each has the label of most of "
                        "its packets, so that %" PRIu64 " packets have another one than in %s",
                        several, streams, l->changed, x->labels);
}

void packet_labels_close(packet_labels *l)
{
    if (!l)
        return;
    stream_labels_close(l->streams);
    for (uint32_t i = 0; i < l->count; i++)
        free(l->names[i]);
    free(l->names);
    pkt_truth_close(l->truth);
    free(l);
}

bool packet_labels_columns(extraction *x)
{
    static const size_t needed[] = {PKT_COL_ip_proto, PKT_COL_stream};
    for (size_t i = 0; x->label_by_stream && i < sizeof needed / sizeof needed[0]; i++) {
        if (!pkt_set_has(&x->request.known, needed[i])) {
            message_error("--label-by stream: backend %s gives no stream numbers at level %s; use "
                          "--level flows",
                          x->request.backend->name, pkt_level_name(x->request.level));
            return false;
        }
        pkt_set_add(&x->request.columns, needed[i]);
    }
    return true;
}

/* The captures of --label-by stream are read twice. */
static bool captures_valid(const extraction *x)
{
    struct stat st;
    if (x->filter) {
        message_error("--label-by stream goes with no -f: streams have all of their packets");
        return false;
    }
    for (size_t i = 0; i < x->capture_count; i++)
        if (strcmp(x->captures[i], "-") == 0 ||
            (stat(x->captures[i], &st) == 0 && !S_ISREG(st.st_mode))) {
            message_error("%s: --label-by stream reads it twice: it must be a file",
                          pkt_input_shown(x->captures[i]));
            return false;
        }
    return true;
}

bool packet_labels_read(extraction *x, const arguments *arguments)
{
    const char *by = option_value(arguments, "label-by");
    size_t index = 0;
    x->labels = option_value(arguments, "labels");
    if (by && !word_find("value of --label-by", by, "packet|stream", &index))
        return false;
    x->label_by_stream = index == 1;
    if (by && !x->labels) {
        message_error("--label-by needs --labels FILE");
        return false;
    }
    if (!x->labels)
        return true;
    if (x->label || x->request.features.set || !x->encoder) {
        message_error("--labels cannot be combined with %s", x->label ? "--label"
                                                             : x->request.features.set
                                                                 ? "--features"
                                                                 : "--format none");
        return false;
    }
    if (x->capture_count > 1 && !x->join) {
        message_error("--labels numbers the packets of one capture; several need --join");
        return false;
    }
    x->label = ""; /* the column is there */
    return !x->label_by_stream || captures_valid(x);
}
