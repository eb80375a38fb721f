#include "parsers/labels/labels.h"

#include <stdlib.h>

#include "parsers/labels/streams.h"
#include "parsers/labels/truth.h"
#include "parsers/util/error.h"

/* Different labels in a file, at most: more are values of a measurement, not labels. */
enum { MOST_LABELS = 4096 };

struct pkt_labels {
    char *path; /* owned */
    pkt_truth *truth;
    pkt_truth_row row; /* read and not used yet, if `pending` */
    bool pending, ended;
    char **names; /* owned: different labels so far; the first is that of PKT_NO_LABEL */
    uint32_t count;
    uint32_t current;           /* label of `row` */
    pkt_stream_labels *streams; /* NULL: each packet has its own label */
    uint64_t last;              /* number of the last packet */
    pkt_labels_report report;
    pkt_err fault; /* of the first reading */
};

static int name_add(pkt_labels *l, const char *label, pkt_err *err)
{
    char *copy = strdup(label), **more = realloc(l->names, (l->count + 1) * sizeof *more);
    if (more)
        l->names = more;
    if (!copy || !more) {
        free(copy);
        return pkt_fail_memory(err, "labels");
    }
    l->names[l->count++] = copy;
    return 0;
}

/* The number of the label: l->current. 0, or -1 and *err. */
static int label_number(pkt_labels *l, const char *label, pkt_err *err)
{
    if (strcmp(l->names[l->current], label) == 0)
        return 0;
    for (uint32_t i = 0; i < l->count; i++)
        if (strcmp(l->names[i], label) == 0) {
            l->current = i;
            return 0;
        }
    if (l->count > MOST_LABELS) {
        pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "has more than %d different labels",
                 MOST_LABELS);
        return pkt_err_about(err, l->path);
    }
    l->current = l->count;
    return name_add(l, label, err);
}

/* Read on to the packet's row, if there is one. 0, or -1 and *err. */
static int row_seek(pkt_labels *l, uint64_t packet, pkt_err *err)
{
    while (!l->ended && (!l->pending || l->row.packet < packet)) {
        const int got = pkt_truth_next(l->truth, &l->row, err);
        if (got < 0)
            return -1;
        l->ended = got == 0;
        l->pending = !l->ended;
        if (l->pending && label_number(l, l->row.label, err) != 0)
            return -1;
    }
    return 0;
}

static int own_label(pkt_labels *l, uint64_t packet, uint32_t *label, pkt_err *err)
{
    if (row_seek(l, packet, err) != 0)
        return -1;
    *label = l->pending && l->row.packet == packet ? l->current : PKT_NO_LABEL;
    return 0;
}

static pkt_stream_key key_of(const pkt_batch *batch, size_t row)
{
    return (pkt_stream_key){.has = (batch->present[row] & PKT_HAS_STREAM) != 0,
                            .protocol = batch->ip_proto[row],
                            .number = batch->stream[row]};
}

int pkt_labels_find(pkt_labels *l, const pkt_batch *batch, size_t row, uint64_t number,
                    uint32_t *label, pkt_err *err)
{
    uint32_t own;
    if (own_label(l, number, &own, err) != 0)
        return -1;
    *label = own;
    if (l->streams)
        (void)pkt_stream_labels_get(l->streams, key_of(batch, row), label);
    l->last = number;
    l->report.packets++;
    l->report.without += *label == PKT_NO_LABEL;
    l->report.changed += own != PKT_NO_LABEL && own != *label;
    return 0;
}

/* From the beginning of the file. 0, or -1 and *err. */
static int truth_open(pkt_labels *l, pkt_err *err)
{
    pkt_truth_close(l->truth);
    l->truth = pkt_truth_open(l->path, false, err);
    l->pending = l->ended = false;
    l->last = 0;
    return l->truth ? 0 : -1;
}

static int streams_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    pkt_labels *l = self;
    for (size_t row = 0; row < batch->rows; row++) {
        uint32_t label;
        if (own_label(l, ++l->last, &label, &l->fault) != 0 ||
            (label != PKT_NO_LABEL &&
             pkt_stream_labels_add(l->streams, key_of(batch, row), label, &l->fault) != 0)) {
            *err = l->fault;
            return -1;
        }
    }
    return 0;
}

static int streams_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

int pkt_labels_streams_begin(pkt_labels *l, pkt_sink *sink, pkt_err *err)
{
    *sink = pkt_sink_make(l, streams_push, streams_finish);
    l->streams = pkt_stream_labels_open();
    l->report.by_stream = true;
    return l->streams ? 0 : pkt_fail_memory(err, "labels of streams");
}

int pkt_labels_streams_end(pkt_labels *l, pkt_err *err)
{
    if (l->fault.code != PKT_ERR_NONE) {
        *err = l->fault;
        return -1;
    }
    pkt_stream_labels_count(l->streams, &l->report.streams, &l->report.several);
    return truth_open(l, err);
}

static int labels_begin(pkt_labels *l, const char *path, pkt_err *err)
{
    l->fault.pos = PKT_POS_NONE;
    l->path = strdup(path);
    if (!l->path)
        return pkt_fail_memory(err, "labels");
    return name_add(l, "", err) == 0 ? truth_open(l, err) : -1;
}

pkt_labels *pkt_labels_open(const char *path, pkt_err *err)
{
    pkt_labels *l = calloc(1, sizeof *l);
    if (!l)
        (void)pkt_fail_memory(err, "labels");
    else if (labels_begin(l, path, err) == 0)
        return l;
    pkt_labels_close(l);
    return NULL;
}

const char *pkt_labels_path(const pkt_labels *labels)
{
    return labels->path;
}

const char *pkt_labels_name(const pkt_labels *labels, uint32_t label)
{
    return labels->names[label];
}

pkt_labels_report pkt_labels_get_report(pkt_labels *l, bool whole)
{
    pkt_err unread = {.pos = PKT_POS_NONE};
    l->report.behind = 0;
    if (whole && row_seek(l, l->last + 1, &unread) == 0 && l->pending && l->row.packet > l->last)
        l->report.behind = l->last;
    return l->report;
}

void pkt_labels_close(pkt_labels *l)
{
    if (!l)
        return;
    pkt_stream_labels_close(l->streams);
    for (uint32_t i = 0; i < l->count; i++)
        free(l->names[i]);
    free(l->names);
    free(l->path);
    pkt_truth_close(l->truth);
    free(l);
}
