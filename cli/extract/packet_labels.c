/* Labels of rows, from a file. */
#include <stdlib.h>

#include "cli/extract/extract.h"
#include "cli/message.h"

struct packet_labels {
    const extraction *x;
    pkt_labels *labels;
    bool failed;
};

static int label_find(void *self, const pkt_batch *batch, size_t row, uint64_t number,
                      uint32_t *label, pkt_err *err)
{
    packet_labels *l = self;
    if (pkt_labels_find(l->labels, batch, row, number, label, err) == 0)
        return 0;
    l->failed = true;
    pkt_query_labels_error(&l->x->request, err);
    err->code = PKT_ERR_WRITE; /* the output is removed */
    err->sys = 0;
    return -1;
}

int packet_labels_next(void *self, const pkt_batch *batch, size_t row, uint64_t number,
                       const char **label, pkt_err *err)
{
    const packet_labels *l = self;
    uint32_t found = PKT_NO_LABEL;
    if (l->x->features)
        found = pkt_features_row_label(l->x->features, row);
    else if (label_find(self, batch, row, number, &found, err) != 0)
        return -1;
    *label = pkt_labels_name(l->labels, found);
    return 0;
}

packet_labels *packet_labels_open(const extraction *x)
{
    packet_labels *l = calloc(1, sizeof *l);
    pkt_err err = {.pos = PKT_POS_NONE};
    const query_captures captures = {.paths = x->captures,
                                     .count = x->capture_count,
                                     .join = x->join,
                                     .context = x->context,
                                     .batch = x->batch};
    if (!l) {
        message_error("no memory for labels");
        return NULL;
    }
    l->x = x;
    l->labels = pkt_query_labels_open(&x->request, &captures, &err);
    if (!l->labels) {
        message_error("%s", err.msg);
        packet_labels_close(l);
        return NULL;
    }
    if (x->features)
        pkt_features_set_labels(x->features, label_find, l);
    return l;
}

bool packet_labels_failed(const packet_labels *l)
{
    return l && l->failed;
}

void packet_labels_report(packet_labels *l)
{
    const extraction *x = l->x;
    pkt_warn_labels(&printed_warnings, l->labels, !x->filter && !x->live.packets);
}

void packet_labels_close(packet_labels *l)
{
    if (!l)
        return;
    pkt_labels_close(l->labels);
    free(l);
}
