/* libpcap: libpcap's savefile reader with our decoders. It measures the library's file reader.
 * Where its rows equal those of raw, only the file reading is confirmed, not the decoding. */
#include "pktbench.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/core/run.h"
#include "parsers/decode/decode.h"
#include "parsers/flow/streams.h"
#include "parsers/live/pcap_live.h"
#include "parsers/source/link_type.h"

typedef struct libpcap_state {
    pcap_t *pcap;
    pkt_pcap_live *live; /* NULL: a file */
    pkt_level depth;     /* how much of a packet is decoded */
    uint16_t link_type;
    int unsigned_seconds;  /* classic pcap: seconds are unsigned 32-bit numbers */
    pkt_err pending_error; /* returned after the rows before it */
    pkt_streams *streams;  /* at depth flows */
} libpcap_state;

static const char *libpcap_version(void)
{
    static const char prefix[] = "libpcap version ";
    const char *version = pcap_lib_version();
    return strncmp(version, prefix, sizeof prefix - 1) == 0 ? version + sizeof prefix - 1 : version;
}

static int handle_open(libpcap_state *s, const pkt_capture *capture, pkt_err *err)
{
    char message[PCAP_ERRBUF_SIZE];
    if (capture->format == PKT_FORMAT_LIVE) {
        s->live = pkt_pcap_live_open(capture, &s->pcap, err);
        return s->live ? 0 : -1;
    }
    s->pcap =
        pcap_open_offline_with_tstamp_precision(capture->path, PCAP_TSTAMP_PRECISION_NANO, message);
    return s->pcap ? 0 : pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "libpcap: %s", message);
}

static int libpcap_open(void *context, void **state, const pkt_capture *capture,
                        const pkt_request *request, pkt_err *err)
{
    (void)context;
    libpcap_state *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a run");
    if (handle_open(s, capture, err) != 0) {
        free(s);
        return -1;
    }
    s->depth = pkt_request_depth(request);
    if (s->depth == PKT_LEVEL_FLOWS && !(s->streams = pkt_streams_open(capture, err))) {
        pkt_pcap_live_close(s->live);
        pcap_close(s->pcap);
        free(s);
        return -1;
    }
    s->link_type = pkt_link_type_of_dlt(pcap_datalink(s->pcap));
    s->unsigned_seconds = capture->format == PKT_FORMAT_PCAP;
    *state = s;
    return 0;
}

static void row_write(const libpcap_state *s, const struct pcap_pkthdr *header, const uint8_t *data,
                      pkt_batch *batch, size_t row, pkt_stream_hint *hint)
{
    /* pcap_pkthdr has negative seconds for times after 2038 in classic pcap files. */
    const int64_t seconds = s->unsigned_seconds ? (uint32_t)header->ts.tv_sec : header->ts.tv_sec;
    pkt_record record = {
        .data = data,
        .ts_ns = pkt_time_ns(seconds, header->ts.tv_usec),
        .cap_len = header->caplen,
        .wire_len = header->len,
        .link_type = s->link_type,
    };
    if (s->depth == PKT_LEVEL_HEADERS)
        pkt_decode_headers(&record, 1, batch, row);
    else if (s->depth == PKT_LEVEL_FRAMES)
        pkt_decode_frames(&record, 1, batch, row);
    else
        pkt_decode_flows(&record, 1, batch, row, hint);
}

/* libpcap has no error code for a truncated file, only its message. */
static void read_error(pcap_t *pcap, pkt_err *err)
{
    const char *message = pcap_geterr(pcap);
    pkt_errcode code = strstr(message, "truncated") ? PKT_ERR_TRUNCATED : PKT_ERR_CORRUPT;
    pkt_fail(err, code, PKT_POS_NONE, "libpcap: %s", message);
}

static int libpcap_next(void *state, pkt_batch *batch, pkt_err *err)
{
    libpcap_state *s = state;
    pkt_stream_hint hints[PKT_BATCH_ROWS];
    int rows = 0, end = 0;
    if (s->live)
        pkt_pcap_live_check(s->live);
    while (rows < (int)PKT_BATCH_ROWS && !end && s->pending_error.code == PKT_ERR_NONE) {
        struct pcap_pkthdr *header;
        const uint8_t *data;
        int got = pcap_next_ex(s->pcap, &header, &data);
        if (got == 1) {
            row_write(s, header, data, batch, (size_t)rows, &hints[rows]);
            rows++;
        } else if (got == PCAP_ERROR_BREAK ||
                   (got == 0 && (rows > 0 || !pkt_pcap_live_wait(s->live)))) {
            end = 1;
        } else if (got != 0) {
            read_error(s->pcap, &s->pending_error);
        }
    }
    if (s->streams && pkt_streams_number(s->streams, batch, (size_t)rows, hints, err) != 0)
        return -1;
    if (rows > 0 || s->pending_error.code == PKT_ERR_NONE)
        return rows;
    *err = s->pending_error;
    return -1;
}

static void libpcap_close(void *state)
{
    libpcap_state *s = state;
    pkt_pcap_live_close(s->live);
    pcap_close(s->pcap);
    pkt_streams_close(s->streams);
    free(s);
}

static const pkt_feature features[] = {
    {"pcapng", "tested"},
    {"stream-numbers", "tested"},
    {"live", "tested"},
    {NULL, NULL},
};

static const pkt_level_work levels[] = {
    {PKT_LEVEL_FRAMES, "pcap_next_ex() for every packet, packet bytes not touched",
     PKT_FRAMES_COLUMNS},
    {PKT_LEVEL_HEADERS, "pcap_next_ex() for every packet, headers decoded as by raw",
     PKT_HEADERS_COLUMNS},
    {PKT_LEVEL_FLOWS, "as headers, then each packet's flow looked up as by raw", PKT_FLOWS_COLUMNS},
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
