/* raw: pktbench's own file reader and decoders. */
#include "pktbench.h"

#include <stdbool.h>
#include <stdlib.h>

#include "parsers/backends/raw.h"
#include "parsers/backends/raw_rows.h"
#include "parsers/flow/streams.h"
#include "parsers/live/follow.h"
#include "parsers/live/packet_ring.h"
#include "parsers/source/source.h"

typedef struct raw_state {
    pkt_source *source;
    pkt_ring *ring;       /* for an interface, instead of `source` */
    const pkt_live *live; /* NULL: a complete file */
    pkt_follow follow;    /* of a file that grows */
    pkt_raw_rows rows;
    pkt_streams *streams; /* at depth flows */
} raw_state;

static const char *raw_version(void)
{
    return pkt_version();
}

void pkt_raw_close(void *state)
{
    raw_state *s = state;
    pkt_source_close(s->source);
    pkt_ring_close(s->ring);
    pkt_streams_close(s->streams);
    pkt_raw_rows_close(&s->rows);
    free(s);
}

int pkt_raw_open(void **state, const pkt_capture *capture, const pkt_request *request,
                 pkt_source *source, pkt_err *err)
{
    raw_state *s = calloc(1, sizeof *s);
    if (!s) {
        pkt_source_close(source);
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a run");
    }
    s->live = capture->live;
    if (capture->format == PKT_FORMAT_LIVE)
        s->ring = pkt_ring_open(capture, err);
    else
        s->source = source ? source : pkt_source_open(capture->path, err);
    const bool opened = (s->source || s->ring) && pkt_raw_rows_open(&s->rows, request, err) == 0;
    if (opened && s->rows.depth == PKT_LEVEL_FLOWS)
        s->streams = pkt_streams_open(capture, &request->columns, err);
    if (!opened || (s->rows.depth == PKT_LEVEL_FLOWS && !s->streams)) {
        pkt_raw_close(s);
        return -1;
    }
    if (s->live && s->source)
        s->follow = pkt_follow_of(s->source, s->live, capture->path);
    *state = s;
    return 0;
}

static int raw_open(void *context, void **state, const pkt_capture *capture,
                    const pkt_request *request, pkt_err *err)
{
    (void)context;
    return pkt_raw_open(state, capture, request, NULL, err);
}

/* Fill `count` rows from `row` on, and number their streams while they are in the caches. 0, or -1
 * and *err. */
static int rows_fill(raw_state *s, const pkt_record *records, size_t count, pkt_batch *batch,
                     size_t row, pkt_stream_hint *hints, pkt_err *err)
{
    pkt_raw_rows_add(&s->rows, records, count, batch, row, hints);
    return s->streams ? pkt_streams_number(s->streams, batch, row, count, hints + row, err) : 0;
}

/* Read records of a live capture. Waits only if the batch has no rows yet. */
static int live_read(raw_state *s, pkt_record *records, size_t most, size_t rows, pkt_err *err)
{
    return s->ring ? pkt_ring_read(s->ring, records, most, rows == 0, err)
                   : pkt_follow_read(&s->follow, records, most, rows == 0, err);
}

int pkt_raw_next(void *state, pkt_batch *batch, pkt_err *err)
{
    raw_state *s = state;
    pkt_stream_hint hints[PKT_BATCH_ROWS];
    pkt_record records[PKT_RAW_RECORDS];
    size_t rows = 0;
    if (pkt_raw_rows_begin(&s->rows, batch, err) != 0)
        return -1;
    if (s->streams)
        pkt_streams_clear(s->streams, batch);
    while (rows + PKT_RAW_RECORDS <= PKT_BATCH_ROWS) {
        const size_t most = pkt_raw_rows_fit(&s->rows, batch);
        if (most == 0)
            break;
        int got = s->live ? live_read(s, records, most, rows, err)
                          : pkt_source_read(s->source, records, most, err);
        if (got <= 0 && rows == 0)
            return got;
        if (got <= 0)
            break; /* the next call gets the same result again */
        if (rows_fill(s, records, (size_t)got, batch, rows, hints, err) != 0)
            return -1;
        rows += (size_t)got;
    }
    return (int)rows;
}

static const pkt_feature features[] = {{"pcapng", "tested"},
                                       {"stream-numbers", "tested"},
                                       {"live", "tested"},
                                       {"follow", "tested"},
                                       {NULL, NULL}};

static const pkt_level_work levels[] = {
    {PKT_LEVEL_FRAMES, "record headers read, packet bytes not touched", PKT_FRAMES_COLUMNS},
    {PKT_LEVEL_HEADERS, "record headers read, link to transport headers decoded",
     PKT_HEADERS_COLUMNS},
    {PKT_LEVEL_FLOWS, "as headers, then each packet's flow looked up in a hash table",
     PKT_FLOWS_COLUMNS},
    {PKT_LEVEL_APP, "as headers, then the first message of a known application protocol decoded",
     PKT_APP_COLUMNS},
    {PKT_LEVEL_INNER, "as headers, then tunnels entered to the innermost IP header",
     PKT_INNER_COLUMNS},
    {.work = NULL}};

const pkt_backend pkt_backend_raw = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "raw",
    .summary = "pktbench's own parser: one bounds check per header",
    .license = "MIT",
    .origin = "ours",
    .decoder = "pktbench",
    .levels = levels,
    .features = features,
    .combines_levels = 1,
    .version = raw_version,
    .open = raw_open,
    .next = pkt_raw_next,
    .close = pkt_raw_close,
};
