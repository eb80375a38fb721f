/* raw: pktbench's own file reader and decoders. */
#include "pktbench.h"

#include <stdbool.h>
#include <stdlib.h>

#include "parsers/app/app.h"
#include "parsers/backends/raw.h"
#include "parsers/core/run.h"
#include "parsers/decode/decode.h"
#include "parsers/flow/streams.h"
#include "parsers/live/follow.h"
#include "parsers/live/packet_ring.h"
#include "parsers/source/source.h"
#include "parsers/tunnel/tunnel.h"

typedef struct raw_state {
    pkt_source *source;
    pkt_ring *ring;       /* for an interface, instead of `source` */
    const pkt_live *live; /* NULL: a complete file */
    pkt_follow follow;    /* of a file that grows */
    pkt_level depth;      /* how much of a packet is decoded */
    bool app;             /* application protocols too */
    pkt_clear_plan clear; /* with `app`: the columns for these that the run does not have */
    pkt_streams *streams; /* at depth flows */
    pkt_batch *scratch;   /* of tunnels; NULL: these are not decoded */
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
    pkt_batch_free(s->scratch);
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
    s->depth = pkt_request_depth(request);
    s->app = pkt_request_has_app(request);
    const pkt_column_set left = pkt_app_columns_left(request);
    pkt_clear_plan_make(&s->clear, &left);
    s->live = capture->live;
    if (capture->format == PKT_FORMAT_LIVE)
        s->ring = pkt_ring_open(capture, err);
    else
        s->source = source ? source : pkt_source_open(capture->path, err);
    const int opened = s->source || s->ring;
    const int inner = pkt_request_needs(request, PKT_LEVEL_INNER);
    if (opened && s->depth == PKT_LEVEL_FLOWS)
        s->streams = pkt_streams_open(capture, &request->columns, err);
    if (opened && inner)
        s->scratch = pkt_batch_new(err);
    if (!opened || (s->depth == PKT_LEVEL_FLOWS && !s->streams) || (inner && !s->scratch)) {
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

/* Records per read. While the headers of the last ones are read, the cache lines of the first
 * packets are loaded; 32 records still fit the L1 cache. */
enum { RECORDS_PER_READ = 32 };

/* With application protocols. */
static void app_rows_write(const raw_state *s, const pkt_record *records, size_t count,
                           pkt_batch *batch, size_t row, pkt_stream_hint *hints)
{
    pkt_payload payloads[RECORDS_PER_READ];
    if (s->depth == PKT_LEVEL_FLOWS || s->scratch)
        pkt_decode_all(records, count, batch, row, hints + row, payloads);
    else
        pkt_decode_payloads(records, count, batch, row, payloads);
    pkt_app_rows(payloads, count, batch, row);
}

static void rows_write(const raw_state *s, const pkt_record *records, size_t count,
                       pkt_batch *batch, size_t row, pkt_stream_hint *hints)
{
    if (s->app)
        app_rows_write(s, records, count, batch, row, hints);
    else if (s->depth == PKT_LEVEL_FLOWS || s->scratch)
        pkt_decode_flows(records, count, batch, row, hints + row);
    else if (s->depth == PKT_LEVEL_FRAMES)
        pkt_decode_frames(records, count, batch, row);
    else
        pkt_decode_headers(records, count, batch, row);
    if (s->scratch)
        pkt_decode_inner(hints + row, count, batch, row, s->scratch);
}

/* Number the streams of the complete batch. Returns the number of rows, or -1 and *err. */
static int batch_finish(raw_state *s, pkt_batch *batch, size_t rows, const pkt_stream_hint *hints,
                        pkt_err *err)
{
    if (s->streams && pkt_streams_number(s->streams, batch, rows, hints, err) != 0)
        return -1;
    return (int)rows;
}

/* Read records of a live capture. Waits only if the batch has no rows yet. */
static int live_read(raw_state *s, pkt_record *records, size_t most, size_t rows, pkt_err *err)
{
    return s->ring ? pkt_ring_read(s->ring, records, most, rows == 0, err)
                   : pkt_follow_read(&s->follow, records, most, rows == 0, err);
}

/* How many records may be read next: the text of their rows must fit. */
static size_t records_fit(const raw_state *s, const pkt_batch *batch)
{
    const size_t fit = s->app ? pkt_app_rows_fit(batch) : RECORDS_PER_READ;
    return fit < RECORDS_PER_READ ? fit : RECORDS_PER_READ;
}

int pkt_raw_next(void *state, pkt_batch *batch, pkt_err *err)
{
    raw_state *s = state;
    pkt_stream_hint hints[PKT_BATCH_ROWS];
    pkt_record records[RECORDS_PER_READ];
    size_t rows = 0;
    if (s->app && pkt_app_room_check(batch, err) != 0)
        return -1;
    if (s->app)
        pkt_clear_plan_apply(&s->clear, batch);
    if (s->streams)
        pkt_streams_clear(s->streams, batch);
    while (rows + RECORDS_PER_READ <= PKT_BATCH_ROWS) {
        const size_t most = records_fit(s, batch);
        if (most == 0)
            break;
        int got = s->live ? live_read(s, records, most, rows, err)
                          : pkt_source_read(s->source, records, most, err);
        if (got <= 0 && rows == 0)
            return got;
        if (got <= 0)
            break; /* the next call gets the same result again */
        rows_write(s, records, (size_t)got, batch, rows, hints);
        rows += (size_t)got;
    }
    return batch_finish(s, batch, rows, hints, err);
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
