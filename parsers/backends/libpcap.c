/* libpcap: libpcap's savefile reader with our decoders. It measures the library's file reader.
 * Where its rows equal those of raw, only the file reading is confirmed, not the decoding. */
#include "pktbench.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/app/app.h"
#include "parsers/core/run.h"
#include "parsers/decode/decode.h"
#include "parsers/decode/frame.h"
#include "parsers/flow/streams.h"
#include "parsers/live/pcap_live.h"
#include "parsers/source/link_type.h"
#include "parsers/tunnel/tunnel.h"

/* Buffer of the stream that libpcap reads a file from. Variants are compared in doc/method.md. */
enum { STREAM_BYTES = 1 << 20 };

typedef struct libpcap_state {
    /* What the callbacks need, in one cache line. */
    pkt_batch *batch; /* that libpcap_next() fills */
    size_t rows;      /* in the batch */
    pkt_stream_hint *hints;
    int unsigned_seconds; /* classic pcap: seconds are unsigned 32-bit numbers */
    uint16_t link_type;

    pcap_t *pcap;
    bool app;              /* application protocols are decoded */
    pkt_clear_plan clear;  /* with `app`: the columns for these that the run does not have */
    char *stream_buffer;   /* owned; NULL: not a file */
    pkt_pcap_live *live;   /* NULL: a file */
    pcap_handler take;     /* writes a packet's row; depends on how much of it is decoded */
    pkt_err pending_error; /* returned after the rows before it */
    pkt_streams *streams;  /* at depth flows */
    pkt_batch *scratch;    /* of tunnels; NULL: these are not decoded */
} libpcap_state;

static const char *libpcap_version(void)
{
    static const char prefix[] = "libpcap version ";
    const char *version = pcap_lib_version();
    return strncmp(version, prefix, sizeof prefix - 1) == 0 ? version + sizeof prefix - 1 : version;
}

static inline pkt_record record_of(const libpcap_state *s, const struct pcap_pkthdr *header,
                                   const u_char *data)
{
    /* pcap_pkthdr has negative seconds for times after 2038 in classic pcap files. */
    const int64_t seconds = s->unsigned_seconds ? (uint32_t)header->ts.tv_sec : header->ts.tv_sec;
    return (pkt_record){
        .data = data,
        .ts_ns = pkt_time_ns(seconds, header->ts.tv_usec),
        .cap_len = header->caplen,
        .wire_len = header->len,
        .link_type = s->link_type,
    };
}

static void frames_take(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    libpcap_state *s = (void *)user;
    const pkt_record record = record_of(s, header, data);
    pkt_decode_frame(&record, s->batch, s->rows++);
}

static void headers_take(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    libpcap_state *s = (void *)user;
    const pkt_record record = record_of(s, header, data);
    pkt_decode_headers(&record, 1, s->batch, s->rows++);
}

static void flows_take(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    libpcap_state *s = (void *)user;
    const pkt_record record = record_of(s, header, data);
    pkt_decode_flows(&record, 1, s->batch, s->rows, &s->hints[s->rows]);
    s->rows++;
}

static void app_take(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    libpcap_state *s = (void *)user;
    pkt_payload payload;
    const pkt_record record = record_of(s, header, data);
    if (s->streams || s->scratch)
        pkt_decode_all(&record, 1, s->batch, s->rows, &s->hints[s->rows], &payload);
    else
        pkt_decode_payloads(&record, 1, s->batch, s->rows, &payload);
    pkt_app_rows(&payload, 1, s->batch, s->rows++);
}

/* As app_take() or flows_take(), then the headers in tunnels. */
static void inner_take(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    libpcap_state *s = (void *)user;
    const size_t row = s->rows;
    (s->app ? app_take : flows_take)(user, header, data);
    pkt_decode_inner(&s->hints[row], 1, s->batch, row, s->scratch);
}

static int file_open(libpcap_state *s, const char *path, pkt_err *err)
{
    char message[PCAP_ERRBUF_SIZE];
    s->stream_buffer = malloc(STREAM_BYTES);
    if (!s->stream_buffer)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a run");
    FILE *file = fopen(path, "rbe");
    if (!file)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s", strerror(errno));
    (void)setvbuf(file, s->stream_buffer, _IOFBF, STREAM_BYTES);
    s->pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, message);
    if (s->pcap)
        return 0;
    fclose(file);
    return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "libpcap: %s", message);
}

static int handle_open(libpcap_state *s, const pkt_capture *capture, pkt_err *err)
{
    if (capture->format != PKT_FORMAT_LIVE)
        return file_open(s, capture->path, err);
    s->live = pkt_pcap_live_open(capture, &s->pcap, err);
    return s->live ? 0 : -1;
}

static void libpcap_close(void *state)
{
    libpcap_state *s = state;
    pkt_pcap_live_close(s->live);
    if (s->pcap)
        pcap_close(s->pcap);
    free(s->stream_buffer);
    pkt_streams_close(s->streams);
    pkt_batch_free(s->scratch);
    free(s);
}

static int state_open(libpcap_state *s, const pkt_capture *capture, const pkt_request *request,
                      pkt_err *err)
{
    const pkt_level depth = pkt_request_depth(request);
    if (handle_open(s, capture, err) != 0)
        return -1;
    s->app = pkt_request_has_app(request);
    const pkt_column_set left = pkt_app_columns_left(request);
    pkt_clear_plan_make(&s->clear, &left);
    const bool inner = pkt_request_needs(request, PKT_LEVEL_INNER);
    s->take = inner                        ? inner_take
              : s->app                     ? app_take
              : depth == PKT_LEVEL_FRAMES  ? frames_take
              : depth == PKT_LEVEL_HEADERS ? headers_take
                                           : flows_take;
    s->link_type = pkt_link_type_of_dlt(pcap_datalink(s->pcap));
    s->unsigned_seconds = capture->format == PKT_FORMAT_PCAP;
    if (depth == PKT_LEVEL_FLOWS)
        s->streams = pkt_streams_open(capture, &request->columns, err);
    if (inner)
        s->scratch = pkt_batch_new(err);
    return (depth == PKT_LEVEL_FLOWS && !s->streams) || (inner && !s->scratch) ? -1 : 0;
}

static int libpcap_open(void *context, void **state, const pkt_capture *capture,
                        const pkt_request *request, pkt_err *err)
{
    (void)context;
    libpcap_state *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a run");
    if (state_open(s, capture, request, err) != 0) {
        libpcap_close(s);
        return -1;
    }
    *state = s;
    return 0;
}

/* libpcap has no error code for a truncated file, only its message. */
static void read_error(pcap_t *pcap, pkt_err *err)
{
    const char *message = pcap_geterr(pcap);
    pkt_errcode code = strstr(message, "truncated") ? PKT_ERR_TRUNCATED : PKT_ERR_CORRUPT;
    pkt_fail(err, code, PKT_POS_NONE, "libpcap: %s", message);
}

/* Nothing was read. True: try again. */
static bool read_again(libpcap_state *s, bool failed)
{
    if (s->live)
        return s->rows == 0 && pkt_pcap_live_wait(s->live, failed, &s->pending_error) > 0;
    if (failed)
        read_error(s->pcap, &s->pending_error);
    return false;
}

/* How many rows more the batch certainly has room for. */
static size_t rows_fit(const libpcap_state *s)
{
    const size_t left = PKT_BATCH_ROWS - s->rows,
                 texts = s->app ? pkt_app_rows_fit(s->batch) : left;
    return texts < left ? texts : left;
}

/* Write rows until the batch is full, no packet is there, or an error is pending. */
static void batch_fill(libpcap_state *s)
{
    int got = 1;
    size_t most;
    while ((most = rows_fit(s)) > 0 && (got > 0 || read_again(s, got < 0)))
        got = pcap_dispatch(s->pcap, (int)most, s->take, (u_char *)s);
}

static int libpcap_next(void *state, pkt_batch *batch, pkt_err *err)
{
    libpcap_state *s = state;
    pkt_stream_hint hints[PKT_BATCH_ROWS];
    s->batch = batch;
    s->hints = hints;
    s->rows = 0;
    if (s->app && pkt_app_room_check(batch, err) != 0)
        return -1;
    if (s->app)
        pkt_clear_plan_apply(&s->clear, batch);
    if (s->streams)
        pkt_streams_clear(s->streams, batch);
    if (s->live)
        pkt_pcap_live_check(s->live);
    if (s->pending_error.code == PKT_ERR_NONE)
        batch_fill(s);
    if (s->live)
        pkt_pcap_live_count(s->live, s->rows);
    if (s->streams && pkt_streams_number(s->streams, batch, 0, s->rows, hints, err) != 0)
        return -1;
    if (s->rows > 0 || s->pending_error.code == PKT_ERR_NONE)
        return (int)s->rows;
    *err = s->pending_error;
    return -1;
}

static const pkt_feature features[] = {
    {"pcapng", "tested"},
    {"stream-numbers", "tested"},
    {"live", "tested"},
    {NULL, NULL},
};

static const pkt_level_work levels[] = {
    {PKT_LEVEL_FRAMES,
     "pcap_dispatch() of a batch on a stream with a buffer of 1 MiB, packet bytes not touched",
     PKT_FRAMES_COLUMNS},
    {PKT_LEVEL_HEADERS,
     "pcap_dispatch() of a batch on a stream with a buffer of 1 MiB, headers decoded as by raw",
     PKT_HEADERS_COLUMNS},
    {PKT_LEVEL_FLOWS, "as headers, then each packet's flow looked up as by raw", PKT_FLOWS_COLUMNS},
    {PKT_LEVEL_APP, "as headers, then application protocols decoded as by raw", PKT_APP_COLUMNS},
    {PKT_LEVEL_INNER, "as headers, then tunnels entered as by raw", PKT_INNER_COLUMNS},
    {.work = NULL}};

const pkt_backend pkt_backend_libpcap = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "libpcap",
    .summary = "libpcap's file reader with raw's decoders: measures the library's file reader",
    .license = "MIT AND BSD-3-Clause",
    .origin = "distribution",
    .decoder = "pktbench",
    .levels = levels,
    .features = features,
    .combines_levels = 1,
    .version = libpcap_version,
    .open = libpcap_open,
    .next = libpcap_next,
    .close = libpcap_close,
};
