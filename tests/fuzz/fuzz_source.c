/* Bytes as a capture file: records are inside the file and in order, and do not depend on the
 * number of records per read or on the size of the window. */
#include <stdlib.h>

#include "parsers/core/containers.h"
#include "parsers/decode/decode.h"
#include "parsers/source/limits.h"
#include "parsers/source/source.h"
#include "parsers/source/window.h"
#include "tests/fuzz/fuzz.h"

enum {
    RECORDS_AT_ONCE = 32,
    SMALL_WINDOW = 64, /* bytes; it moves and grows within a few records */
    ENHANCED_DATA = 28,
    SIMPLE_DATA = 12
};

typedef struct input {
    const uint8_t *bytes;
    size_t size;
    const char *path;
    pkt_format format;
} input;

/* How a file is read. */
typedef struct reader {
    size_t window; /* bytes; of a mapping: of a piece */
    size_t max;    /* records at once */
    bool mapped;
    pkt_source_way way; /* of a mapping */
} reader;

typedef struct reading {
    pkt_record *records;
    size_t count;
    pkt_err err;
} reading;

static const reader readers[] = {
    {PKT_WINDOW_BYTES, 1, false, 0},
    {PKT_WINDOW_BYTES, RECORDS_AT_ONCE, false, 0},
    {SMALL_WINDOW, 3, false, 0},
    {SMALL_WINDOW, RECORDS_AT_ONCE, true, PKT_SOURCE_COPIES},
    {SMALL_WINDOW, RECORDS_AT_ONCE, true, PKT_SOURCE_HEADS},
    {PKT_MAPPING_BYTES, 5, true, PKT_SOURCE_RECORDS},
};

static size_t data_offset(const input *in, const pkt_record *record)
{
    if (in->format == PKT_FORMAT_PCAP)
        return in->bytes[0] == 0x34 || in->bytes[3] == 0x34 ? PCAP_MODIFIED_RECORD_HEADER
                                                            : PCAP_RECORD_HEADER;
    /* The simple packet block's type is 3 in either byte order. */
    const uint8_t *type = in->bytes + record->start;
    return (type[0] | type[3]) == 3 ? SIMPLE_DATA : ENHANCED_DATA;
}

/* The bytes of the record; of one out of a mapping, copied. */
static const uint8_t *data_get(const pkt_source *source, const pkt_record *record)
{
    static uint8_t whole[PKT_MAX_RECORD];
    const pkt_source_way way = pkt_source_way_of(source);
    if (way == PKT_SOURCE_COPIES)
        return record->data;
    if (way == PKT_SOURCE_HEADS)
        memcpy(whole, record->data,
               record->cap_len < PKT_SOURCE_HEAD ? record->cap_len : PKT_SOURCE_HEAD);
    pkt_source_rest(source, record, whole);
    return way == PKT_SOURCE_HEADS ? whole : NULL;
}

static void check_record(const input *in, const pkt_source *source, const pkt_record *record,
                         uint64_t from)
{
    const uint8_t *data = data_get(source, record);
    must(record->start >= from && record->start < record->end, "records are in file order");
    must(record->end <= in->size, "a record ends within the file");
    must(record->cap_len <= PKT_MAX_RECORD, "a record does not exceed the limit");
    size_t offset = data_offset(in, record);
    must(record->end - record->start >= offset + record->cap_len, "the data are inside the record");
    must(!data || memcmp(data, in->bytes + record->start + offset, record->cap_len) == 0,
         "the data are those of the file");
}

static void check_frame(const pkt_record *record)
{
    static pkt_batch batch;
    batch.verdict[0] = 0;
    pkt_decode_frames(record, 1, &batch, 0);
    must(batch.ts_ns[0] == record->ts_ns && batch.cap_len[0] == record->cap_len &&
             batch.wire_len[0] == record->wire_len && batch.link_type[0] == record->link_type,
         "the frames columns equal the record's fields");
    must(batch.verdict[0] == (record->cap_len > record->wire_len ? PKT_BAD_LENGTH : PKT_OK),
         "at level frames the verdict is ok or bad-length");
}

/* Read to the end. False: the file was refused. */
static bool read_all(const input *in, const reader *r, reading *out)
{
    pkt_record records[RECORDS_AT_ONCE];
    uint64_t from = 0;
    int got;
    out->count = 0;
    out->err = (pkt_err){.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    pkt_source *source = r->mapped ? pkt_source_open_mapped(in->path, r->way, r->window, &out->err)
                                   : pkt_source_open_window(in->path, r->window, &out->err);
    if (!source)
        return false;
    while ((got = pkt_source_read(source, records, r->max, &out->err)) > 0) {
        must((size_t)got <= r->max, "no more records than requested");
        for (size_t i = 0; i < (size_t)got; i++) {
            check_record(in, source, &records[i], from);
            check_frame(&records[i]);
            from = records[i].end;
            out->records[out->count++] = records[i];
        }
    }
    must((got < 0) == (out->err.code != PKT_ERR_NONE), "an error is returned exactly at a failure");
    must(got == 0 || (out->err.pos >= from && out->err.pos <= in->size),
         "the offset of an error is after the records before it");
    must(pkt_source_read(source, records, r->max, &out->err) == got,
         "later reads return the same end");
    pkt_source_close(source);
    return true;
}

static void check_same(const reading *a, const reading *b)
{
    must(a->count == b->count, "every way of reading has the same number of records");
    must(a->err.code == b->err.code && a->err.pos == b->err.pos,
         "every way of reading has the same end");
    for (size_t i = 0; i < a->count; i++) {
        const pkt_record *x = &a->records[i], *y = &b->records[i];
        must(x->ts_ns == y->ts_ns && x->cap_len == y->cap_len && x->wire_len == y->wire_len &&
                 x->link_type == y->link_type && x->start == y->start && x->end == y->end,
             "every way of reading has the same records");
    }
}

static void check_open(input *in)
{
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_err err = {.code = PKT_ERR_NONE};
    if (pkt_capture_open(in->path, &capture, &err) != 0) {
        must(err.code != PKT_ERR_NONE && err.msg[0], "an error has a message");
        return;
    }
    must(capture.size == in->size, "the capture has the size of the file");
    in->format = capture.format;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { READERS = sizeof readers / sizeof readers[0] };
    input in = {.bytes = data, .size = size, .path = memory_file(data, size)};
    reading first = {0}, other = {0};
    check_open(&in);
    pkt_mapping_allow(); /* nobody makes the file shorter */
    first.records = calloc(size / PCAP_RECORD_HEADER + 1, sizeof *first.records);
    other.records = calloc(size / PCAP_RECORD_HEADER + 1, sizeof *other.records);
    must(first.records && other.records, "memory is available for the records");
    bool opened = read_all(&in, &readers[0], &first);
    for (size_t i = 1; i < READERS; i++) {
        must(read_all(&in, &readers[i], &other) == opened,
             "every way of reading opens the file, or none");
        check_same(&first, &other);
    }
    must(opened || first.err.msg[0], "an error has a message");
    free(first.records);
    free(other.records);
    return 0;
}
