/* raw-mapped: the decoders of raw over a mapping of the file instead of read().
 *
 * The bytes of a mapping can change at any time, and a decoder that reads a length twice would then
 * read past the end of the packet. So decoders only see copies: up to the level flows of pcap the
 * first PKT_SOURCE_HEAD bytes of a packet, and all of it where these are not enough; of everything
 * else, all bytes of the file. Rows are given away when the file was found unchanged after them. */
#include "pktbench.h"

#include <stdbool.h>
#include <stdlib.h>

#include "parsers/backends/raw.h"
#include "parsers/core/numbers.h"
#include "parsers/core/run.h"
#include "parsers/decode/decode.h"
#include "parsers/flow/streams.h"
#include "parsers/source/limits.h"
#include "parsers/source/mapping.h"
#include "parsers/source/source.h"

typedef struct mapped_state {
    void *raw; /* of raw, over copies of the whole file; or NULL, and the rest: */
    pkt_source *source;
    pkt_level depth;
    pkt_streams *streams;   /* at depth flows */
    pkt_column_set decoded; /* that decoders set */
    uint8_t *packet;        /* all bytes of one; PKT_MAX_RECORD */
} mapped_state;

enum { RECORDS_PER_READ = PKT_SOURCE_HEADS_AT_ONCE };

/* The longest TCP header, and one byte more than the payload that stream numbers look at: with so
 * many bytes of a datagram, it does not matter that the rest is not there. */
enum { DATAGRAM_HEAD = 60 + 12 + 1 };

static const char *mapped_version(void)
{
    return pkt_version();
}

static void mapped_close(void *state)
{
    mapped_state *s = state;
    if (s->raw)
        pkt_raw_close(s->raw);
    pkt_source_close(s->source);
    pkt_streams_close(s->streams);
    free(s->packet);
    free(s);
}

static int direct_open(mapped_state *s, const pkt_capture *capture, const pkt_request *request,
                       pkt_err *err)
{
    s->packet = malloc(PKT_MAX_RECORD);
    if (!s->packet)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a packet");
    if (s->depth == PKT_LEVEL_FLOWS &&
        !(s->streams = pkt_streams_open(capture, &request->columns, err)))
        return -1;
    const pkt_column_set headers = PKT_HEADERS_COLUMNS, frames = PKT_FRAMES_COLUMNS;
    s->decoded = pkt_set_minus(headers, frames);
    return 0;
}

static int source_open(mapped_state *s, const pkt_capture *capture, const pkt_request *request,
                       pkt_err *err)
{
    s->depth = pkt_request_depth(request);
    const bool whole = pkt_request_has_app(request) || pkt_request_needs(request, PKT_LEVEL_INNER);
    const pkt_source_way way = whole                          ? PKT_SOURCE_COPIES
                               : s->depth == PKT_LEVEL_FRAMES ? PKT_SOURCE_RECORDS
                                                              : PKT_SOURCE_HEADS;
    pkt_source *source = pkt_source_open_mapped(capture->path, way, PKT_MAPPING_BYTES, err);
    if (!source)
        return -1;
    if (pkt_source_way_of(source) == PKT_SOURCE_COPIES)
        return pkt_raw_open(&s->raw, capture, request, source, err);
    s->source = source;
    return direct_open(s, capture, request, err);
}

static int mapped_open(void *context, void **state, const pkt_capture *capture,
                       const pkt_request *request, pkt_err *err)
{
    (void)context;
    if (capture->live)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "only complete files are read by a mapping: use backend raw");
    mapped_state *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a run");
    if (source_open(s, capture, request, err) != 0) {
        mapped_close(s);
        return -1;
    }
    *state = s;
    return 0;
}

static void decode(const mapped_state *s, const pkt_record *records, size_t count, pkt_batch *batch,
                   size_t row, pkt_stream_hint *hints)
{
    if (s->depth == PKT_LEVEL_FLOWS)
        pkt_decode_flows(records, count, batch, row, hints);
    else
        pkt_decode_headers(records, count, batch, row);
}

/* Did the end of the head change the row, or could it have? Every decoder that misses bytes gives
 * another verdict than PKT_OK; hints are of the datagram. */
static bool head_is_short(const mapped_state *s, const pkt_batch *batch, size_t row,
                          const pkt_stream_hint *hint)
{
    if (batch->verdict[row] != PKT_OK || batch->link_type[row] != LINKTYPE_ETHERNET)
        return true;
    return s->depth == PKT_LEVEL_FLOWS && hint->transport.at &&
           hint->transport.captured < DATAGRAM_HEAD;
}

/* The columns that decoders set, of one row, as before it was decoded. */
static void row_clear(const mapped_state *s, pkt_batch *batch, size_t row)
{
    for (size_t i = 0; i < PKT_COLUMN_COUNT; i++) {
        const pkt_column_info *info = pkt_column_at(i);
        if (pkt_set_has(&s->decoded, i))
            memset((uint8_t *)batch + info->offset + row * info->size, 0, info->size);
    }
}

/* Decode the row anew, from all bytes of the packet. */
static void row_again(const mapped_state *s, const pkt_record *record, pkt_batch *batch, size_t row,
                      pkt_stream_hint *hint)
{
    pkt_record whole = *record;
    memcpy(s->packet, record->data, PKT_SOURCE_HEAD);
    pkt_source_rest(s->source, record, s->packet);
    whole.data = s->packet;
    row_clear(s, batch, row);
    decode(s, &whole, 1, batch, row, hint);
}

/* Decode the records from their heads. One that is cut there must not look like one that was cut
 * when it was captured. */
static void heads_decode(const mapped_state *s, pkt_record *records, size_t count, pkt_batch *batch,
                         size_t row, pkt_stream_hint *hints)
{
    uint32_t cap_len[RECORDS_PER_READ];
    for (size_t i = 0; i < count; i++) {
        cap_len[i] = records[i].cap_len;
        if (cap_len[i] > PKT_SOURCE_HEAD && cap_len[i] <= records[i].wire_len)
            records[i].cap_len = PKT_SOURCE_HEAD;
    }
    decode(s, records, count, batch, row, hints);
    for (size_t i = 0; i < count; i++) {
        if (records[i].cap_len == cap_len[i])
            continue;
        records[i].cap_len = batch->cap_len[row + i] = cap_len[i];
        if (head_is_short(s, batch, row + i, &hints[i]))
            row_again(s, &records[i], batch, row + i, &hints[i]);
    }
}

static int direct_next(mapped_state *s, pkt_batch *batch, pkt_err *err)
{
    pkt_stream_hint hints[PKT_BATCH_ROWS];
    pkt_record records[RECORDS_PER_READ];
    const uint64_t from = pkt_source_position(s->source);
    size_t rows = 0;
    int got = 1;
    if (s->streams)
        pkt_streams_clear(s->streams, batch);
    while (rows + RECORDS_PER_READ <= PKT_BATCH_ROWS) {
        got = pkt_source_read(s->source, records, RECORDS_PER_READ, err);
        if (got <= 0)
            break;
        if (s->depth == PKT_LEVEL_FRAMES)
            pkt_decode_frames(records, (size_t)got, batch, rows);
        else
            heads_decode(s, records, (size_t)got, batch, rows, hints + rows);
        rows += (size_t)got;
    }
    if ((rows || got < 0) && pkt_source_check(s->source, from, err) != 0)
        return -1;
    if (rows && s->streams && pkt_streams_number(s->streams, batch, 0, rows, hints, err) != 0)
        return -1;
    return rows ? (int)rows : got; /* the next call gets the same result again */
}

static int mapped_next(void *state, pkt_batch *batch, pkt_err *err)
{
    mapped_state *s = state;
    return s->raw ? pkt_raw_next(s->raw, batch, err) : direct_next(s, batch, err);
}

static const pkt_feature features[] = {
    {"pcapng", "tested"}, {"stream-numbers", "tested"}, {"mapped", "tested"}, {NULL, NULL}};

static const pkt_level_work levels[] = {
    {PKT_LEVEL_FRAMES, "record headers read out of a mapping, packet bytes not touched",
     PKT_FRAMES_COLUMNS},
    {PKT_LEVEL_HEADERS,
     "the same, and 128 bytes of each packet copied, link to transport headers decoded",
     PKT_HEADERS_COLUMNS},
    {PKT_LEVEL_FLOWS, "as headers, then each packet's flow looked up in a hash table",
     PKT_FLOWS_COLUMNS},
    {PKT_LEVEL_APP, "all bytes copied out of a mapping, then as raw", PKT_APP_COLUMNS},
    {PKT_LEVEL_INNER, "all bytes copied out of a mapping, then as raw", PKT_INNER_COLUMNS},
    {.work = NULL}};

const pkt_backend pkt_backend_raw_mapped = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "raw-mapped",
    .summary = "raw, which reads the file by a mapping: extract --input mapped",
    .license = "MIT",
    .origin = "ours",
    .decoder = "pktbench",
    .levels = levels,
    .features = features,
    .combines_levels = 1,
    .version = mapped_version,
    .open = mapped_open,
    .next = mapped_next,
    .close = mapped_close,
};
