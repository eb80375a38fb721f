#include "parsers/labels/parquet/values.h"

#include <endian.h>
#include <stdlib.h>

#include "parsers/labels/parquet/runs.h"
#include "parsers/util/error.h"

/* Encodings of values. */
enum { PLAIN = 0, PLAIN_DICTIONARY = 2, RLE_DICTIONARY = 8 };
enum { TEXT_HEAD = 4, WIDTH_MOST = 32 };

struct parquet_values {
    const parquet_file *file;
    size_t column;
    size_t group;                  /* of the chunk */
    uint64_t offset, left;         /* of the chunk: the next page; values that are not read yet */
    parquet_page page, dictionary; /* their bytes */
    size_t *entries, entry_count;  /* owned: places of the values of the dictionary */
    uint64_t page_left;            /* values of the page */
    parquet_runs levels;           /* 1: there is a value; not of columns without nulls */
    bool indexed;                  /* the page has indices of the dictionary */
    parquet_runs indices;
    const uint8_t *at, *end; /* plain values */
};

static const parquet_column_info *info(const parquet_values *v)
{
    return &v->file->columns[v->column];
}

static const parquet_part *chunk(const parquet_values *v)
{
    return &v->file->chunks[v->group * v->file->column_count + v->column];
}

/* Take a plain value. false: it does not fit. */
static bool plain_take(unsigned type, const uint8_t **at, const uint8_t *end, parquet_value *value)
{
    const size_t room = (size_t)(end - *at), head = type == PARQUET_INT64 ? 8 : TEXT_HEAD;
    uint32_t short_number = 0;
    uint64_t number;
    if (room < head)
        return false;
    if (type == PARQUET_INT64) {
        memcpy(&number, *at, sizeof number);
        value->number = (int64_t)le64toh(number);
    } else {
        memcpy(&short_number, *at, sizeof short_number);
        short_number = le32toh(short_number);
        value->number = (int32_t)short_number;
    }
    *at += head;
    if (type != PARQUET_BYTES)
        return true;
    if (short_number > room - head)
        return false;
    value->text = (const char *)*at;
    value->size = short_number;
    *at += short_number;
    return true;
}

/* The dictionary: where its values are. */
static int dictionary_index(parquet_values *v, pkt_err *err)
{
    const pkt_buffer *bytes = &v->dictionary.bytes;
    const uint8_t *at = bytes->at, *end = bytes->at + bytes->size;
    if (v->dictionary.values > bytes->size / TEXT_HEAD) /* each has as many bytes, or more */
        return pkt_parquet_damaged(err, "a dictionary");
    free(v->entries);
    v->entry_count = 0;
    v->entries = calloc((size_t)v->dictionary.values + 1, sizeof *v->entries);
    if (!v->entries)
        return pkt_fail_memory(err, "a dictionary");
    for (; v->entry_count < v->dictionary.values; v->entry_count++) {
        parquet_value value;
        v->entries[v->entry_count] = (size_t)(at - bytes->at);
        if (!plain_take(info(v)->type, &at, end, &value))
            return pkt_parquet_damaged(err, "a dictionary");
    }
    return 0;
}

/* The definition levels of the page, and its values behind them. */
static int levels_begin(parquet_values *v, const uint8_t *at, const uint8_t *end, pkt_err *err)
{
    size_t size = v->page.levels_size;
    if (v->page.kind == PARQUET_DATA_V2) {
        at += v->page.repeats_size;
    } else if (info(v)->optional) {
        uint32_t length = 0;
        if ((size_t)(end - at) < sizeof length)
            return pkt_parquet_damaged(err, "a page");
        memcpy(&length, at, sizeof length);
        at += sizeof length;
        size = le32toh(length);
    }
    if (size > (size_t)(end - at))
        return pkt_parquet_damaged(err, "a page");
    v->levels = (parquet_runs){.in = {.at = at, .end = at + size}, .width = 1};
    v->at = at + size;
    v->end = end;
    return 0;
}

/* The next page with values. */
static int page_begin(parquet_values *v, pkt_err *err)
{
    parquet_page *page = &v->page;
    do {
        if (pkt_parquet_page_read(v->file, chunk(v), &v->offset, page, err) != 0)
            return -1;
        if (page->kind == PARQUET_DICTIONARY) {
            const parquet_page read = *page;
            *page = v->dictionary;
            v->dictionary = read;
            if (dictionary_index(v, err) != 0)
                return -1;
            page->kind = PARQUET_DICTIONARY; /* read on */
        }
    } while (page->kind != PARQUET_DATA && page->kind != PARQUET_DATA_V2);
    v->page_left = page->values;
    v->indexed = page->encoding == PLAIN_DICTIONARY || page->encoding == RLE_DICTIONARY;
    if (!v->indexed && page->encoding != PLAIN)
        return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE,
                        "encoding %u of Parquet is not read here; write plain values or a "
                        "dictionary",
                        page->encoding);
    if (levels_begin(v, page->bytes.at, page->bytes.at + page->bytes.size, err) != 0)
        return -1;
    if (!v->indexed)
        return 0;
    const unsigned width = v->at < v->end ? *v->at++ : 0;
    v->indices = (parquet_runs){.in = {.at = v->at, .end = v->end}, .width = width};
    return width <= WIDTH_MOST ? 0 : pkt_parquet_damaged(err, "a page");
}

static int value_take(parquet_values *v, parquet_value *value, pkt_err *err)
{
    const uint8_t *at = v->at, *end = v->end;
    if (v->indexed) {
        const uint32_t index = parquet_runs_next(&v->indices);
        if (v->indices.in.bad || index >= v->entry_count)
            return pkt_parquet_damaged(err, "an index of a dictionary");
        at = v->dictionary.bytes.at + v->entries[index];
        end = v->dictionary.bytes.at + v->dictionary.bytes.size;
    }
    if (!plain_take(info(v)->type, &at, end, value))
        return pkt_parquet_damaged(err, "a value");
    if (!v->indexed)
        v->at = at;
    return 1;
}

/* A chunk with values; false: there is none any more. */
static bool chunk_begin(parquet_values *v)
{
    while (!v->left) {
        v->group++; /* from SIZE_MAX */
        if (v->group >= v->file->group_count) {
            v->group = v->file->group_count - 1;
            return false;
        }
        v->left = chunk(v)->values;
        v->offset = chunk(v)->offset;
        v->page_left = v->entry_count = 0;
    }
    return true;
}

int pkt_parquet_values_next(parquet_values *v, parquet_value *value, pkt_err *err)
{
    *value = (parquet_value){.text = ""};
    if (!chunk_begin(v))
        return 0;
    while (!v->page_left)
        if (page_begin(v, err) != 0)
            return -1;
    v->page_left--;
    v->left--;
    if (info(v)->optional) {
        value->is_null = parquet_runs_next(&v->levels) == 0;
        if (v->levels.in.bad)
            return pkt_parquet_damaged(err, "the nulls of a page");
    }
    return value->is_null ? 1 : value_take(v, value, err);
}

parquet_values *pkt_parquet_values_open(const parquet_file *parquet, size_t column, pkt_err *err)
{
    parquet_values *v = calloc(1, sizeof *v);
    if (!v) {
        (void)pkt_fail_memory(err, "a column");
        return NULL;
    }
    v->file = parquet;
    v->column = column;
    v->group = SIZE_MAX;
    return v;
}

void pkt_parquet_values_close(parquet_values *v)
{
    if (!v)
        return;
    pkt_parquet_page_free(&v->page);
    pkt_parquet_page_free(&v->dictionary);
    free(v->entries);
    free(v);
}
