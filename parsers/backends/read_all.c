/* read-all: reads every record and XORs all 8-byte words of every packet: the cost of reading all
 * bytes of the file, as a baseline for the other backends. It is not a lower bound, because a
 * parser may skip the payload. */
#include "pktbench.h"

#include <stdlib.h>

#include "parsers/decode/decode.h"
#include "parsers/source/source.h"

typedef struct read_all_state {
    pkt_source *source;
    uint64_t sum; /* XOR of all words; it keeps the compiler from removing the loads */
} read_all_state;

static const char *read_all_version(void)
{
    return pkt_version();
}

static int read_all_open(void *context, void **state, const pkt_capture *capture,
                         const pkt_request *request, pkt_err *err)
{
    (void)context;
    (void)request;
    read_all_state *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a run");
    s->source = pkt_source_open(capture->path, err);
    if (!s->source) {
        free(s);
        return -1;
    }
    *state = s;
    return 0;
}

static uint64_t words_xor(const uint8_t *bytes, size_t count)
{
    uint64_t sum = 0, word;
    size_t at = 0;
    for (; count - at >= sizeof word; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        sum ^= word;
    }
    word = 0;
    memcpy(&word, bytes + at, count - at);
    return sum ^ word;
}

static int read_all_next(void *state, pkt_batch *batch, pkt_err *err)
{
    read_all_state *s = state;
    pkt_record records[PKT_BATCH_ROWS];
    int got = pkt_source_read(s->source, records, PKT_BATCH_ROWS, err);
    if (got <= 0)
        return got;
    for (int i = 0; i < got; i++)
        s->sum ^= words_xor(records[i].data, records[i].cap_len);
    pkt_decode_frames(records, (size_t)got, batch, 0);
    return got;
}

static void read_all_close(void *state)
{
    read_all_state *s = state;
    /* Uses the sum; the compiler must compute it. */
    __asm__ volatile("" : : "r"(s->sum));
    pkt_source_close(s->source);
    free(s);
}

static const pkt_feature features[] = {{"pcapng", "tested"}, {NULL, NULL}};

static const pkt_level_work levels[] = {
    {PKT_LEVEL_FRAMES, "record headers read, all packet bytes XORed by 8-byte words",
     PKT_FRAMES_COLUMNS},
    {.work = NULL}};

const pkt_backend pkt_backend_read_all = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "read-all",
    .summary = "no parser: reads every byte once; a parser that skips payload can be faster",
    .license = "MIT",
    .origin = "ours",
    .decoder = "none",
    .levels = levels,
    .features = features,
    .version = read_all_version,
    .open = read_all_open,
    .next = read_all_next,
    .close = read_all_close,
};
