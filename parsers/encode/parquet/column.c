#include "parsers/encode/parquet/column.h"

#include <endian.h>
#ifdef PKTBENCH_ZSTD
#include <zstd.h>
#endif

#include "parsers/encode/parquet/statistics.h"
#include "parsers/encode/parquet/thrift.h"

enum { DATA_PAGE = 0, DICTIONARY_PAGE = 2 };
#ifdef PKTBENCH_ZSTD
enum { ZSTD_LEVEL = 1 };
#endif

unsigned pkt_parquet_type(const pkt_field *field)
{
    switch (pkt_column_type_of(field)) {
    case PKT_TYPED_TEXT:
        return PARQUET_BYTES;
    case PKT_TYPED_F64:
        return PARQUET_DOUBLE;
    case PKT_TYPED_I64:
        return PARQUET_INT64;
    default:
        return PARQUET_INT32;
    }
}

unsigned pkt_parquet_codec(void)
{
#ifdef PKTBENCH_ZSTD
    return PARQUET_ZSTD;
#else
    return PARQUET_NOT_PACKED;
#endif
}

/* Four bytes in which a size will be written. */
static int size_add(pkt_buffer *out, pkt_err *err)
{
    return pkt_buffer_add(out, &(uint32_t){0}, sizeof(uint32_t), err);
}

/* Write the size of what follows these four bytes into them. */
static void size_patch(pkt_buffer *out, size_t at)
{
    const uint32_t size = htole32((uint32_t)(out->size - at - sizeof size));
    memcpy(out->at + at, &size, sizeof size);
}

/* Definition levels of one bit: one run of packed bits, those of a validity bitmap, with its length
 * in groups of 8; or one run of equal bits. A column that is never null has none. */
static int levels_fill(pkt_buffer *levels, const pkt_rows *rows, const pkt_field *field,
                       size_t *nulls, pkt_err *err)
{
    thrift t = {.out = levels, .err = err};
    levels->size = *nulls = 0;
    if (!field->present)
        return 0;
    if (size_add(levels, err) != 0)
        return -1;
    thrift_varint(&t, (rows->count + 7) / 8 << 1 | 1);
    if (t.bad || pkt_column_type_valid(rows, field, levels, nulls, err) != 0)
        return -1;
    if (*nulls == 0 || *nulls == rows->count) {
        levels->size = sizeof(uint32_t);
        thrift_varint(&t, rows->count << 1);
        thrift_add(&t, &(uint8_t){*nulls == 0}, 1);
    }
    size_patch(levels, 0);
    return t.bad ? -1 : 0;
}

/* Each text behind its length. */
static int texts_add(const pkt_rows *rows, const pkt_field *field, pkt_buffer *out, pkt_err *err)
{
    for (size_t row = 0; row < rows->count; row++) {
        if (!pkt_rows_has(rows, field, row))
            continue;
        const size_t at = out->size;
        if (size_add(out, err) != 0 || pkt_column_type_text(rows, field, row, out, err) != 0)
            return -1;
        size_patch(out, at);
    }
    return 0;
}

static int values_fill(pkt_buffer *values, const pkt_rows *rows, const pkt_field *field,
                       size_t width, pkt_err *err)
{
    values->size = 0;
    return width ? pkt_column_type_numbers(rows, field, width, 1, values, err)
                 : texts_add(rows, field, values, err);
}

/* Pack the page into *packed. 0, or -1 and *err. */
static int page_pack(const pkt_buffer *page, pkt_buffer *packed, pkt_err *err)
{
    packed->size = 0;
#ifdef PKTBENCH_ZSTD
    if (pkt_buffer_reserve(packed, ZSTD_compressBound(page->size), err) != 0)
        return -1;
    size_t size = ZSTD_compress(packed->at, packed->room, page->at, page->size, ZSTD_LEVEL);
    if (ZSTD_isError(size))
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "zstd: %s", ZSTD_getErrorName(size));
    packed->size = size;
    return 0;
#else
    return pkt_buffer_add(packed, page->at, page->size, err);
#endif
}

/* Pack the page of so many values and append it behind its header; the chunk grows. */
static int page_add(parquet_scratch *s, const pkt_buffer *page, int type, size_t count,
                    unsigned encoding, parquet_chunk *chunk, pkt_buffer *out, pkt_err *err)
{
    thrift t = {.out = out, .err = err};
    const size_t start = out->size;
    if (page->size > INT32_MAX)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                        "more than 2 GiB in a column of a row group");
    if (page_pack(page, &s->packed, err) != 0)
        return -1;
    thrift_number(&t, 1, THRIFT_I32, type);
    thrift_number(&t, 1, THRIFT_I32, (int64_t)page->size);
    thrift_number(&t, 1, THRIFT_I32, (int64_t)s->packed.size);
    thrift_field(&t, type == DATA_PAGE ? 2 : 4, THRIFT_STRUCT);
    thrift_number(&t, 1, THRIFT_I32, (int64_t)count);
    thrift_number(&t, 1, THRIFT_I32, encoding);
    if (type == DATA_PAGE) { /* the levels */
        thrift_number(&t, 1, THRIFT_I32, PARQUET_RLE);
        thrift_number(&t, 1, THRIFT_I32, PARQUET_RLE);
    }
    thrift_struct_end(&t);
    thrift_struct_end(&t);
    thrift_add(&t, s->packed.at, s->packed.size);
    chunk->size += out->size - start;
    chunk->plain_size += out->size - start - s->packed.size + page->size;
    return t.bad ? -1 : 0;
}

/* The page of the dictionary, and the data: indices. */
static int indexed_add(parquet_scratch *s, size_t rows, parquet_chunk *chunk, pkt_buffer *out,
                       pkt_err *err)
{
    const dictionary *d = &s->dictionary;
    if (page_add(s, &d->values, DICTIONARY_PAGE, d->count, PARQUET_PLAIN, chunk, out, err) != 0)
        return -1;
    chunk->dictionary_size = chunk->size;
    s->page.size = 0;
    if (pkt_buffer_add(&s->page, s->levels.at, s->levels.size, err) != 0 ||
        pkt_dictionary_indices_add(d, &s->page, err) != 0)
        return -1;
    return page_add(s, &s->page, DATA_PAGE, rows, PARQUET_DICTIONARY, chunk, out, err);
}

static int plain_add(parquet_scratch *s, size_t rows, parquet_chunk *chunk, pkt_buffer *out,
                     pkt_err *err)
{
    s->page.size = 0;
    if (pkt_buffer_add(&s->page, s->levels.at, s->levels.size, err) != 0 ||
        pkt_buffer_add(&s->page, s->values.at, s->values.size, err) != 0)
        return -1;
    return page_add(s, &s->page, DATA_PAGE, rows, PARQUET_PLAIN, chunk, out, err);
}

int pkt_parquet_column_add(parquet_scratch *s, const pkt_rows *rows, const pkt_field *field,
                           parquet_chunk *chunk, pkt_buffer *out, pkt_buffer *statistics,
                           pkt_err *err)
{
    const unsigned type = pkt_parquet_type(field);
    const size_t width = type == PARQUET_BYTES ? 0 : type == PARQUET_INT32 ? 4 : 8;
    const size_t before = statistics->size;
    size_t nulls;
    bool pays;
    *chunk = (parquet_chunk){.offset = out->size};
    if (levels_fill(&s->levels, rows, field, &nulls, err) != 0 ||
        values_fill(&s->values, rows, field, width, err) != 0)
        return -1;
    plain_values values = {s->values.at, s->values.size, rows->count - nulls, width};
    if (pkt_dictionary_build(&s->dictionary, &values, &pays, err) != 0 ||
        (pays ? indexed_add : plain_add)(s, rows->count, chunk, out, err) != 0)
        return -1;
    if (pays)
        values = pkt_dictionary_values(&s->dictionary, width);
    if (pkt_parquet_statistics_add(&values, type, nulls, statistics, err) != 0)
        return -1;
    chunk->statistics_size = statistics->size - before;
    return 0;
}

void pkt_parquet_scratch_free(parquet_scratch *scratch)
{
    pkt_buffer *const buffers[] = {&scratch->levels, &scratch->values, &scratch->page,
                                   &scratch->packed};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        pkt_buffer_free(buffers[i]);
    pkt_dictionary_free(&scratch->dictionary);
}
