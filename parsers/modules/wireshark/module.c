/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * wireshark: libwireshark's dissectors behind pktbench's interface, on records that wiretap read.
 */
#include "pktbench.h"

#include <limits.h>
#include <stdlib.h>

#include "parsers/modules/wireshark/fields.h"
#include "parsers/modules/wireshark/library.h"
#include "parsers/modules/wireshark/reader.h"

/* libwireshark leaves this type to its user: what dissectors may ask about other packets. */
struct packet_provider_data {
    GArray *times; /* nstime_t of each frame so far */
};

typedef struct context {
    ws_fields fields;
    ws_link_types link_types;
    struct packet_provider_data provider;
    epan_t *session;
    bool used; /* the session has seen packets */
} context;

typedef struct run {
    context *context;
    ws_reader reader;
    pkt_level level;
    epan_dissect_t *dissection; /* NULL at the level `frames` */
    uint32_t frames;            /* dissected so far */
    uint32_t bytes;             /* on the wire so far; libwireshark counts in 32 bits */
    frame_data first, previous; /* packets that times are relative to */
    const frame_data *reference;
    nstime_t elapsed;
    ws_streams streams; /* at the level `flows` */
    pkt_err fault;      /* returned after the rows before it */
} run;

static const nstime_t *frame_time(struct packet_provider_data *provider, guint32 number)
{
    if (number == 0 || number > provider->times->len)
        return NULL;
    return &g_array_index(provider->times, nstime_t, number - 1);
}

static const struct packet_provider_funcs provider_functions = {.get_frame_ts = frame_time};

static const char *wireshark_version(void)
{
    return epan_get_version();
}

static void wireshark_unload(void *state)
{
    context *c = state;
    if (c->session)
        epan_free(c->session);
    if (c->provider.times)
        g_array_free(c->provider.times, TRUE);
    ws_link_types_free(&c->link_types);
    free(c);
}

static int wireshark_load(void **state, pkt_err *err)
{
    if (ws_library_init(err) != 0)
        return -1;
    context *c = calloc(1, sizeof *c);
    if (!c)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for libwireshark's context");
    if (ws_fields_init(&c->fields, err) != 0 || ws_link_types_init(&c->link_types, err) != 0) {
        wireshark_unload(c);
        return -1;
    }
    c->provider.times = g_array_new(FALSE, FALSE, sizeof(nstime_t));
    c->session = epan_new(&c->provider, &provider_functions);
    *state = c;
    return 0;
}

/* Forget the conversations of the runs so far: about 30 ms. It leaks some 8 MB within libwireshark
 * 4.0: hence fork_each_run. */
static int wireshark_reset(void *state, pkt_err *err)
{
    context *c = state;
    (void)err;
    if (c->used) {
        epan_free(c->session);
        c->session = epan_new(&c->provider, &provider_functions);
        c->used = false;
    }
    return 0;
}

/* A run needs a session without conversations, also where nobody calls reset(). */
static void session_begin(context *c)
{
    (void)wireshark_reset(c, NULL);
    g_array_set_size(c->provider.times, 0);
    c->used = true;
}

static int wireshark_open(void *state, void **out, const pkt_capture *capture,
                          const pkt_request *request, pkt_err *err)
{
    const pkt_level level = request->level;
    run *r = calloc(1, sizeof *r);
    if (!r)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a run");
    r->context = state;
    r->level = level;
    if (ws_reader_open(&r->reader, capture->path, err) != 0) {
        free(r);
        return -1;
    }
    if (level != PKT_LEVEL_FRAMES && !ws_reader_is_dissected(&r->reader)) {
        ws_reader_close(&r->reader);
        free(r);
        return pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE,
                        "libwireshark %s has no dissector for the link type", epan_get_version());
    }
    if (level != PKT_LEVEL_FRAMES) {
        session_begin(r->context);
        r->dissection = epan_dissect_new(r->context->session, TRUE, level == PKT_LEVEL_DISSECT);
    }
    if (level == PKT_LEVEL_FLOWS) {
        r->streams.tcp = g_array_new(FALSE, TRUE, sizeof(ws_stream));
        r->streams.udp = g_array_new(FALSE, TRUE, sizeof(ws_stream));
    }
    *out = r;
    return 0;
}

/* Tell libwireshark about the frame: its number, and the packets before it. */
static void frame_begin(run *r, frame_data *frame)
{
    const wtap_rec *rec = &r->reader.record.rec;
    g_array_append_val(r->context->provider.times, rec->ts);
    frame_data_init(frame, ++r->frames, rec, 0, r->bytes);
    frame_data_set_before_dissect(frame, &r->elapsed, &r->reference,
                                  r->frames > 1 ? &r->previous : NULL);
    if (r->reference == frame) { /* the first one; it must outlive its dissection */
        r->first = *frame;
        r->reference = &r->first;
    }
}

static void frame_end(run *r, frame_data *frame)
{
    frame_data_set_after_dissect(frame, &r->bytes);
    r->previous = *frame;
    frame_data_destroy(frame);
}

static void packet_dissect(run *r, pkt_batch *batch, size_t row)
{
    wtap_packet_header *header = &r->reader.record.rec.rec_header.packet_header;
    if (header->len > INT_MAX) /* lengths are `int` inside: more would abort the process */
        header->len = INT_MAX;
    frame_data frame;
    frame_begin(r, &frame);
    const bool flows = r->level == PKT_LEVEL_FLOWS;
    ws_fields_prime(&r->context->fields, r->dissection, WS_ETH_DST,
                    flows ? WS_FLOWS_COUNT : WS_HEADERS_COUNT);
    const bool inner = r->level == PKT_LEVEL_INNER;
    if (inner)
        ws_fields_prime(&r->context->fields, r->dissection, WS_FLOWS_COUNT, WS_FIELD_COUNT);
    compat_dissect(r->dissection, r->reader.file_type, &r->reader.record, &frame);
    const ws_packet packet = {&r->context->fields,
                              r->dissection->tree,
                              r->dissection->tvb,
                              compat_data(&r->reader.record),
                              header->caplen,
                              header->len,
                              flows ? &r->streams : NULL,
                              inner};
    ws_header_columns(&packet, batch, row);
    frame_end(r, &frame);
    epan_dissect_reset(r->dissection);
}

static int wireshark_next(void *state, pkt_batch *batch, pkt_err *err)
{
    run *r = state;
    size_t rows = 0;
    while (rows < PKT_BATCH_ROWS && r->fault.code == PKT_ERR_NONE) {
        int got = ws_reader_next(&r->reader, &r->fault);
        if (got == 0)
            return (int)rows;
        if (got < 0)
            break;
        ws_frame_columns(&r->reader, &r->context->link_types, batch, rows);
        if (r->dissection)
            packet_dissect(r, batch, rows);
        ws_reader_release(&r->reader);
        rows++;
    }
    if (rows > 0)
        return (int)rows;
    *err = r->fault;
    return -1;
}

static void wireshark_close(void *state)
{
    run *r = state;
    if (r->dissection)
        epan_dissect_free(r->dissection);
    if (r->streams.tcp) {
        g_array_free(r->streams.tcp, TRUE);
        g_array_free(r->streams.udp, TRUE);
    }
    ws_reader_close(&r->reader);
    free(r);
}

static const pkt_feature features[] = {
    {"pcapng", "tested"},
    {"application-layers", "stated: Wireshark Display Filter Reference"},
    {"reassembly", "stated: Wireshark User's Guide, Packet Reassembly"},
    {"stream-numbers", "tested"},
    {"live", "stated: Wireshark User's Guide, Capturing Live Network Data"},
    {NULL, NULL},
};

#define FRAMES_WORD(w) (PKT_FRAMES_WORD(w) & ~PKT_IN_WORD(w, verdict) & ~PKT_IN_WORD(w, present))
#define ARP_WORD(w)                                                                                \
    (PKT_IN_WORD(w, arp_op) | PKT_IN_WORD(w, arp_src_ip) | PKT_IN_WORD(w, arp_dst_ip))
#define HEADERS_WORD(w) (PKT_HEADERS_WORD(w) & ~PKT_IN_WORD(w, verdict) & ~ARP_WORD(w))
#define FLOWS_WORD(w) (PKT_FLOWS_WORD(w) & ~PKT_IN_WORD(w, verdict) & ~ARP_WORD(w))
#define INNER_WORD(w) (PKT_INNER_WORD(w) & ~PKT_IN_WORD(w, verdict) & ~ARP_WORD(w))

static const pkt_level_work levels[] = {
    {PKT_LEVEL_FRAMES, "wtap_read() for every packet, no dissection", PKT_SET(FRAMES_WORD)},
    {PKT_LEVEL_HEADERS, "every layer dissected, tree of the header fields only",
     PKT_SET(HEADERS_WORD)},
    {PKT_LEVEL_FLOWS,
     "the same, with tcp.stream and udp.stream; tunnelled and quoted headers' numbers left out",
     PKT_SET(FLOWS_WORD)},
    {PKT_LEVEL_INNER, "as headers, with the fields of all IP headers and the keys of tunnels",
     PKT_SET(INNER_WORD)},
    {PKT_LEVEL_DISSECT, "every layer dissected, whole protocol tree built", PKT_SET(HEADERS_WORD)},
    {.work = NULL}};

static const pkt_backend backend = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "wireshark",
    .summary = "libwireshark's dissectors, the code below tshark and PyShark",
    .license = "GPL-2.0-or-later",
    .origin = "distribution",
    .decoder = "wireshark",
    .levels = levels,
    .features = features,
    .fork_each_run = 1,
    .version = wireshark_version,
    .load = wireshark_load,
    .unload = wireshark_unload,
    .open = wireshark_open,
    .next = wireshark_next,
    .close = wireshark_close,
    .reset = wireshark_reset,
};

const pkt_backend *pkt_module(void)
{
    return &backend;
}
