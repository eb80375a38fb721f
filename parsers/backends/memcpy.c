/* memcpy: copies every byte of the file out of a mapping with memcpy(), and reads the record
 * headers from the copies: what a read() without the kernel would cost, as a baseline beside
 * read-all. */
#include "pktbench.h"

#include "parsers/decode/decode.h"
#include "parsers/source/mapping.h"
#include "parsers/source/source.h"

static const char *memcpy_version(void)
{
    return pkt_version();
}

static int memcpy_open(void *context, void **state, const pkt_capture *capture,
                       const pkt_request *request, pkt_err *err)
{
    (void)context;
    (void)request;
    *state = pkt_source_open_mapped(capture->path, PKT_SOURCE_COPIES, PKT_MAPPING_BYTES, err);
    return *state ? 0 : -1;
}

static int memcpy_next(void *state, pkt_batch *batch, pkt_err *err)
{
    pkt_record records[PKT_BATCH_ROWS];
    const int got = pkt_source_read(state, records, PKT_BATCH_ROWS, err);
    if (got > 0)
        pkt_decode_frames(records, (size_t)got, batch, 0);
    return got;
}

static void memcpy_close(void *state)
{
    pkt_source_close(state);
}

static const pkt_feature features[] = {{"pcapng", "tested"}, {"mapped", "tested"}, {NULL, NULL}};

static const pkt_level_work levels[] = {
    {PKT_LEVEL_FRAMES, "every byte copied once by memcpy(), record headers read from the copy",
     PKT_FRAMES_COLUMNS},
    {.work = NULL}};

const pkt_backend pkt_backend_memcpy = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "memcpy",
    .summary = "no parser: copies every byte once out of a mapping of the file",
    .license = "MIT",
    .origin = "ours",
    .decoder = "none",
    .levels = levels,
    .features = features,
    .version = memcpy_version,
    .open = memcpy_open,
    .next = memcpy_next,
    .close = memcpy_close,
};
