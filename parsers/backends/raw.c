/* raw: our own reader and decoders. */
#include "pktbench.h"

#include <stdlib.h>

#include "decode/decode.h"
#include "source/source.h"

typedef struct raw_state {
    pkt_source *source;
    pkt_level level;
} raw_state;

static const char *raw_version(void)
{
    return pkt_version();
}

static int raw_open(void *context, void **state, const pkt_slice *slice, pkt_level level,
                    pkt_err *err)
{
    (void)context;
    raw_state *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a run");
    s->level = level;
    s->source = pkt_source_open(slice->path, err);
    if (!s->source) {
        free(s);
        return -1;
    }
    *state = s;
    return 0;
}

/* Records are read a few at a time: by the time the last one's header has been walked over, the
 * lines of the first one's packet have arrived, and both still fit the first-level cache. */
enum { RECORDS_AT_ONCE = 32 };

static int raw_next(void *state, pkt_batch *batch, pkt_err *err)
{
    raw_state *s = state;
    pkt_record records[RECORDS_AT_ONCE];
    size_t rows = 0;
    while (rows + RECORDS_AT_ONCE <= PKT_BATCH_ROWS) {
        int got = pkt_source_read(s->source, records, RECORDS_AT_ONCE, err);
        if (got <= 0)
            return rows ? (int)rows : got; /* the source says it again at the next call */
        if (s->level == PKT_LEVEL_FRAMES)
            for (size_t i = 0; i < (size_t)got; i++)
                pkt_decode_frame(&records[i], batch, rows + i);
        else
            for (size_t i = 0; i < (size_t)got; i++)
                pkt_decode_headers(&records[i], batch, rows + i);
        rows += (size_t)got;
    }
    return (int)rows;
}

static void raw_close(void *state)
{
    raw_state *s = state;
    pkt_source_close(s->source);
    free(s);
}

static const pkt_feature features[] = {{"pcapng", "tested"}, {NULL, NULL}};

const pkt_backend pkt_backend_raw = {
    .abi = PKT_ABI,
    .name = "raw",
    .summary = "hand-rolled: reads through a window, one bounds check a header",
    .license = "MIT",
    .origin = "ours",
    .decoder = "pktbench",
    .work = {[PKT_LEVEL_FRAMES] = "record headers read, packet bytes not touched",
             [PKT_LEVEL_HEADERS] = "record headers read, link to transport headers decoded"},
    .columns = {[PKT_LEVEL_FRAMES] = PKT_FRAMES_COLUMNS, [PKT_LEVEL_HEADERS] = PKT_HEADERS_COLUMNS},
    .features = features,
    .version = raw_version,
    .open = raw_open,
    .next = raw_next,
    .close = raw_close,
};
