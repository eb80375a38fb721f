/* Labels of the packets of a query, from a file. */
#include "parsers/input/input.h"
#include "parsers/input/join.h"
#include "parsers/query/request.h"
#include "parsers/util/error.h"

static int read_twice(const char *shown, pkt_err *err)
{
    pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
             "is read twice for labels by stream: it must be a file");
    return pkt_err_about(err, shown);
}

/* Labels of streams are known when all packets, and all of their labels, were read: both files are
 * read again then. */
static int files_check(const query_request *r, const query_captures *c, pkt_err *err)
{
    if (c->count > 1 && !c->join)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "numbers the packets of one capture; several need %sjoin",
                        r->words->dashes);
    if (!r->label_by_stream)
        return 0;
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->paths[i], "-") == 0 || !pkt_input_stays(c->paths[i]))
            return read_twice(pkt_input_shown(c->paths[i]), err);
    return pkt_input_stays(r->labels) ? 0 : read_twice(r->labels, err);
}

static void capture_run(const query_request *r, const query_captures *c, const pkt_capture *opened,
                        const pkt_sink *sink, pkt_err *err)
{
    pkt_capture capture = *opened;
    pkt_flow_report report = PKT_INIT(pkt_flow_report);
    pkt_request request = PKT_INIT(pkt_request);
    uint64_t rows = 0;
    request.level = r->level;
    request.columns = r->columns;
    capture.flow_rule = r->flows.rule;
    capture.max_flows = r->flows.max;
    capture.flow_report = &report;
    (void)pkt_run(r->backend, c->context, &capture, &request, c->batch, sink, &rows, err);
}

/* *err is 0, or what ended the reading. */
static void captures_read(const query_request *r, const query_captures *c, const pkt_sink *sink,
                          pkt_err *err)
{
    if (c->join) {
        pkt_join *join = pkt_join_open(c->paths, c->count, NULL, 0, err);
        if (join) {
            capture_run(r, c, pkt_join_capture(join), sink, err);
            (void)pkt_join_end(join, 0, err);
        }
        pkt_join_close(join);
        return;
    }
    pkt_input *input = pkt_input_open(c->paths[0], err);
    if (input) {
        capture_run(r, c, pkt_input_capture(input), sink, err);
        (void)pkt_input_end(input, 0, err);
    }
    pkt_input_close(input);
}

static int streams_find(pkt_labels *labels, const query_request *r, const query_captures *c,
                        pkt_err *err)
{
    pkt_sink sink;
    pkt_err read = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    if (pkt_labels_streams_begin(labels, &sink, err) != 0)
        return -1;
    captures_read(r, c, &sink, &read);
    if (pkt_labels_streams_end(labels, err) != 0)
        return -1;
    /* Faults of the capture are those of the second reading, which reports them; memory may be
     * there again. */
    if (read.code != PKT_ERR_MEMORY)
        return 0;
    *err = read;
    return -1;
}

void pkt_query_labels_error(const query_request *r, pkt_err *err)
{
    char about[16];
    (void)snprintf(about, sizeof about, "%slabels", r->words->dashes);
    (void)pkt_err_about(err, about);
    if (err->code == PKT_ERR_CORRUPT || err->code == PKT_ERR_LIMIT)
        err->code = PKT_ERR_USAGE; /* the capture is not at fault */
}

pkt_labels *pkt_query_labels_open(const query_request *r, const query_captures *c, pkt_err *err)
{
    pkt_labels *labels = files_check(r, c, err) == 0 ? pkt_labels_open(r->labels, err) : NULL;
    if (labels && (!r->label_by_stream || streams_find(labels, r, c, err) == 0))
        return labels;
    pkt_labels_close(labels);
    pkt_query_labels_error(r, err);
    return NULL;
}
