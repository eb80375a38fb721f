#include "parsers/labels/parquet/page.h"

#ifdef PKTBENCH_ZLIB
#include <zlib.h>
#endif
#ifdef PKTBENCH_ZSTD
#include <zstd.h>
#endif

#include "parsers/labels/parquet/snappy.h"
#include "parsers/labels/parquet/thrift.h"

/* Bytes of the header of a page, with its statistics, and of a page, at most. */
enum { HEADER_MOST = 1 << 16, PAGE_MOST = 1 << 28 };
/* Compressions. */
enum { PLAIN = 0, SNAPPY = 1, GZIP = 2, ZSTD = 6 };

/* What is in the header of a page. */
typedef struct page_header {
    int64_t kind, unpacked, packed;
    int64_t values, encoding, levels, repeats;
    bool packed_values;
} page_header;

/* The header of one kind of pages. Fields have other numbers in PARQUET_DATA_V2. */
static void details_read(thrift_reader *r, page_header *h, bool second)
{
    int id = 0;
    for (unsigned type; (type = pkt_thrift_field(r, &id)) != THRIFT_STOP;) {
        int64_t *number = id == 1                  ? &h->values
                          : id == (second ? 4 : 2) ? &h->encoding
                          : second && id == 5      ? &h->levels
                          : second && id == 6      ? &h->repeats
                                                   : NULL;
        if (number && type == THRIFT_I32)
            *number = pkt_thrift_number(r);
        else if (second && id == 7 && (type == THRIFT_TRUE || type == THRIFT_FALSE))
            h->packed_values = type == THRIFT_TRUE;
        else
            pkt_thrift_pass(r, type);
    }
}

static page_header header_read(thrift_reader *r)
{
    page_header h = {.kind = -1, .packed_values = true};
    int id = 0;
    for (unsigned type; (type = pkt_thrift_field(r, &id)) != THRIFT_STOP;) {
        int64_t *number = id == 1 ? &h.kind : id == 2 ? &h.unpacked : id == 3 ? &h.packed : NULL;
        if (number && type == THRIFT_I32)
            *number = pkt_thrift_number(r);
        else if ((id == 5 || id == 7 || id == 8) && type == THRIFT_STRUCT)
            details_read(r, &h, id == 8);
        else
            pkt_thrift_pass(r, type);
    }
    if (h.kind < 0 || h.unpacked < 0 || h.unpacked > PAGE_MOST || h.packed < 0 ||
        h.packed > PAGE_MOST || h.values < 0 || h.encoding < 0 || h.levels < 0 || h.repeats < 0 ||
        h.levels > h.unpacked || h.repeats > h.unpacked - h.levels)
        r->bad = true;
    return h;
}

#ifdef PKTBENCH_ZLIB
static bool gzip_unpack(const uint8_t *in, size_t size, uint8_t *out, size_t out_size)
{
    enum { ANY_HEADER = 15 + 32 };
    z_stream z = {.next_in = (uint8_t *)(uintptr_t)in,
                  .avail_in = (uInt)size,
                  .next_out = out,
                  .avail_out = (uInt)out_size};
    if (inflateInit2(&z, ANY_HEADER) != Z_OK)
        return false;
    const bool good = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_out == 0;
    (void)inflateEnd(&z);
    return good;
}
#endif

/* Unpack into exactly `out_size` bytes. 0, or -1 and *err. */
static int unpack(unsigned codec, const uint8_t *in, size_t size, uint8_t *out, size_t out_size,
                  pkt_err *err)
{
    bool good = false;
    switch (codec) {
    case SNAPPY:
        good = pkt_snappy_unpack(in, size, out, out_size);
        break;
#ifdef PKTBENCH_ZLIB
    case GZIP:
        good = gzip_unpack(in, size, out, out_size);
        break;
#endif
#ifdef PKTBENCH_ZSTD
    case ZSTD:
        good = ZSTD_decompress(out, out_size, in, size) == out_size;
        break;
#endif
    default:
        return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE,
                        "compression %u of Parquet is not read here; write it with zstd, snappy, "
                        "or none",
                        codec);
    }
    return good ? 0 : pkt_parquet_damaged(err, "a page cannot be unpacked");
}

/* The page's bytes. The levels of PARQUET_DATA_V2 are never packed. */
static int bytes_unpack(const parquet_part *chunk, const page_header *h, parquet_page *page,
                        pkt_err *err)
{
    const size_t before = page->kind == PARQUET_DATA_V2 ? (size_t)(h->levels + h->repeats) : 0;
    const bool packed =
        chunk->codec != PLAIN && (page->kind != PARQUET_DATA_V2 || h->packed_values);
    const size_t in = page->packed.size, out = (size_t)h->unpacked;
    page->bytes.size = 0;
    if (before > in || before > out || (!packed && in != out))
        return pkt_parquet_damaged(err, "the size of a page");
    if (pkt_buffer_reserve(&page->bytes, out + 1, err) != 0)
        return -1;
    page->bytes.size = out;
    if (!packed) {
        if (out)
            memcpy(page->bytes.at, page->packed.at, out);
        return 0;
    }
    if (before)
        memcpy(page->bytes.at, page->packed.at, before);
    if (out == before) /* all are null */
        return 0;
    return unpack(chunk->codec, page->packed.at + before, in - before, page->bytes.at + before,
                  out - before, err);
}

int pkt_parquet_page_read(const parquet_file *p, const parquet_part *chunk, uint64_t *offset,
                          parquet_page *page, pkt_err *err)
{
    uint8_t header[HEADER_MOST];
    const uint64_t left = chunk->end - *offset;
    const size_t size = left < sizeof header ? (size_t)left : sizeof header;
    if (*offset >= chunk->end)
        return pkt_parquet_damaged(err, "a page is missing");
    if (pkt_parquet_read(p, *offset, header, size, err) != 0)
        return -1;
    thrift_reader r = {.at = header, .end = header + size};
    const page_header h = header_read(&r);
    const size_t head = (size_t)(r.at - header);
    if (r.bad || (uint64_t)h.packed > left - head)
        return pkt_parquet_damaged(err, "the header of a page");
    page->kind = (unsigned)h.kind;
    page->encoding = (unsigned)h.encoding;
    page->values = (uint64_t)h.values;
    page->levels_size = (size_t)h.levels;
    page->repeats_size = (size_t)h.repeats;
    page->packed.size = 0;
    if (pkt_buffer_reserve(&page->packed, (size_t)h.packed + 1, err) != 0 ||
        pkt_parquet_read(p, *offset + head, page->packed.at, (size_t)h.packed, err) != 0)
        return -1;
    page->packed.size = (size_t)h.packed;
    *offset += head + (uint64_t)h.packed;
    return bytes_unpack(chunk, &h, page, err);
}

void pkt_parquet_page_free(parquet_page *page)
{
    pkt_buffer_free(&page->bytes);
    pkt_buffer_free(&page->packed);
}
