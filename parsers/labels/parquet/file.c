#include "parsers/labels/parquet/file.h"

#include <endian.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/labels/parquet/thrift.h"
#include "parsers/util/error.h"

enum { TAIL = 8 }; /* the size of the metadata, and the magic */
enum { DEPTH_MOST = 32 };
enum { REPEATED = 2 };

int pkt_parquet_damaged(pkt_err *err, const char *where)
{
    return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE, "the Parquet file is damaged: %s", where);
}

int pkt_parquet_read(const parquet_file *p, uint64_t offset, void *bytes, size_t size, pkt_err *err)
{
    uint8_t *at = bytes;
    while (size) {
        const ssize_t got = pread(fileno(p->file), at, size, (off_t)offset);
        if (got < 0)
            return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot read: %s", strerror(errno));
        if (got == 0)
            return pkt_parquet_damaged(err, "it ends too early");
        at += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return 0;
}

static bool is_text(thrift_text text, const char *name)
{
    return text.size == strlen(name) && memcmp(text.at, name, text.size) == 0;
}

/* A node of the schema: a column, or what contains some. */
typedef struct schema_node {
    unsigned type; /* 0: none */
    int64_t children, repetition;
    thrift_text name;
} schema_node;

static schema_node node_read(thrift_reader *r)
{
    schema_node node = {.type = 0};
    int id = 0;
    for (unsigned type; (type = pkt_thrift_field(r, &id)) != THRIFT_STOP;) {
        if (id == 1 && type == THRIFT_I32)
            node.type = (unsigned)pkt_thrift_number(r) + 1; /* BOOLEAN is 0 */
        else if (id == 3 && type == THRIFT_I32)
            node.repetition = pkt_thrift_number(r);
        else if (id == 4 && type == THRIFT_TEXT)
            node.name = pkt_thrift_text(r);
        else if (id == 5 && type == THRIFT_I32)
            node.children = pkt_thrift_number(r);
        else
            pkt_thrift_pass(r, type);
    }
    return node;
}

/* A column of the table itself. */
static void column_note(parquet_file *p, const schema_node *node)
{
    for (size_t i = 0; i < p->column_count && node->type && node->repetition != REPEATED; i++)
        if (is_text(node->name, p->columns[i].name)) {
            p->columns[i].type = node->type - 1;
            p->columns[i].optional = node->repetition != 0;
        }
}

/* The tree of the schema, depth first. */
static void schema_read(parquet_file *p, thrift_reader *r)
{
    int64_t left[DEPTH_MOST]; /* children that are still to come, by depth */
    size_t depth = 0;
    unsigned type;
    const size_t count = pkt_thrift_list(r, &type);
    for (size_t i = 0; i < count && !r->bad; i++) {
        const schema_node node = node_read(r);
        if (depth == 1 && !node.children)
            column_note(p, &node);
        if (depth)
            left[depth - 1]--;
        if (node.children) {
            r->bad = r->bad || depth == DEPTH_MOST || node.children < 0;
            if (r->bad)
                return;
            left[depth++] = node.children;
        }
        while (depth && left[depth - 1] == 0)
            depth--;
    }
}

/* The name of a column that is not nested; else empty. */
static thrift_text path_read(thrift_reader *r)
{
    thrift_text name = {"", 0};
    unsigned type;
    const size_t count = pkt_thrift_list(r, &type);
    for (size_t i = 0; i < count && !r->bad; i++)
        name = pkt_thrift_text(r);
    return count == 1 ? name : (thrift_text){"", 0};
}

/* ColumnMetaData: the chunk, and the name of its column. */
static thrift_text chunk_metadata(thrift_reader *r, parquet_part *chunk)
{
    thrift_text name = {"", 0};
    int64_t values = 0, size = 0, data = 0, dictionary = 0;
    int id = 0;
    for (unsigned type; (type = pkt_thrift_field(r, &id)) != THRIFT_STOP;) {
        int64_t *number = id == 5    ? &values
                          : id == 7  ? &size
                          : id == 9  ? &data
                          : id == 11 ? &dictionary
                                     : NULL;
        if (id == 3 && type == THRIFT_LIST)
            name = path_read(r);
        else if (id == 4 && type == THRIFT_I32)
            chunk->codec = (unsigned)pkt_thrift_number(r);
        else if (number && type == THRIFT_I64)
            *number = pkt_thrift_number(r);
        else
            pkt_thrift_pass(r, type);
    }
    if (values < 0 || size < 0 || data < 0 || dictionary < 0)
        r->bad = true;
    chunk->values = (uint64_t)values;
    chunk->offset = (uint64_t)(dictionary && dictionary < data ? dictionary : data);
    r->bad = __builtin_add_overflow(chunk->offset, (uint64_t)size, &chunk->end) || r->bad;
    return name;
}

static void chunk_read(parquet_file *p, thrift_reader *r, parquet_part *chunks)
{
    parquet_part chunk = {.codec = 0};
    thrift_text name = {"", 0};
    int id = 0;
    for (unsigned type; (type = pkt_thrift_field(r, &id)) != THRIFT_STOP;)
        if (id == 3 && type == THRIFT_STRUCT)
            name = chunk_metadata(r, &chunk);
        else
            pkt_thrift_pass(r, type);
    for (size_t i = 0; i < p->column_count; i++)
        if (name.size && is_text(name, p->columns[i].name))
            chunks[i] = chunk;
}

static void group_read(parquet_file *p, thrift_reader *r, parquet_part *chunks)
{
    int id = 0;
    for (unsigned type, element; (type = pkt_thrift_field(r, &id)) != THRIFT_STOP;) {
        if (id != 1 || type != THRIFT_LIST) {
            pkt_thrift_pass(r, type);
            continue;
        }
        const size_t count = pkt_thrift_list(r, &element);
        for (size_t i = 0; i < count && !r->bad; i++)
            chunk_read(p, r, chunks);
    }
}

static int groups_read(parquet_file *p, thrift_reader *r, pkt_err *err)
{
    unsigned type;
    const size_t count = pkt_thrift_list(r, &type);
    free(p->chunks);
    p->chunks = calloc(count * p->column_count + 1, sizeof *p->chunks);
    p->group_count = 0;
    if (!p->chunks)
        return pkt_fail_memory(err, "row groups");
    for (; p->group_count < count && !r->bad; p->group_count++)
        group_read(p, r, p->chunks + p->group_count * p->column_count);
    return 0;
}

/* FileMetaData. */
static int metadata_read(parquet_file *p, thrift_reader *r, pkt_err *err)
{
    int id = 0;
    for (unsigned type; (type = pkt_thrift_field(r, &id)) != THRIFT_STOP;) {
        if (id == 2 && type == THRIFT_LIST)
            schema_read(p, r);
        else if (id == 4 && type == THRIFT_LIST) {
            if (groups_read(p, r, err) != 0)
                return -1;
        } else
            pkt_thrift_pass(r, type);
    }
    return r->bad ? pkt_parquet_damaged(err, "its metadata") : 0;
}

static int columns_check(const parquet_file *p, pkt_err *err)
{
    for (size_t i = 0; i < p->column_count; i++)
        if (!p->columns[i].type)
            return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE,
                            "the Parquet file has no column %s of numbers or text",
                            p->columns[i].name);
    for (size_t g = 0; g < p->group_count; g++) {
        const parquet_part *chunks = p->chunks + g * p->column_count;
        for (size_t i = 0; i < p->column_count; i++)
            if (chunks[i].values != chunks[0].values)
                return pkt_parquet_damaged(err, "a column has no values, or more than another");
    }
    return 0;
}

static int tail_read(parquet_file *p, uint64_t *offset, size_t *size, pkt_err *err)
{
    struct stat st;
    uint8_t tail[TAIL];
    uint32_t length;
    if (fstat(fileno(p->file), &st) != 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot read: %s", strerror(errno));
    if (st.st_size < TAIL + 4)
        return pkt_parquet_damaged(err, "it ends too early");
    const uint64_t end = (uint64_t)st.st_size - TAIL;
    if (pkt_parquet_read(p, end, tail, TAIL, err) != 0)
        return -1;
    memcpy(&length, tail, sizeof length);
    *size = le32toh(length);
    if (memcmp(tail + 4, "PAR1", 4) != 0 || *size > end - 4)
        return pkt_parquet_damaged(err, "it ends too early");
    *offset = end - *size;
    return 0;
}

int pkt_parquet_open(parquet_file *p, FILE *file, const char *const *names, size_t count,
                     pkt_err *err)
{
    uint64_t offset = 0;
    size_t size = 0;
    *p = (parquet_file){.file = file, .column_count = count};
    for (size_t i = 0; i < count; i++)
        p->columns[i].name = names[i];
    if (tail_read(p, &offset, &size, err) != 0)
        return -1;
    uint8_t *bytes = malloc(size + 1);
    if (!bytes)
        return pkt_fail_memory(err, "the metadata of a Parquet file");
    int bad = pkt_parquet_read(p, offset, bytes, size, err);
    thrift_reader r = {.at = bytes, .end = bytes + size};
    bad = bad || metadata_read(p, &r, err) != 0 || columns_check(p, err) != 0;
    free(bytes);
    return bad ? -1 : 0;
}

void pkt_parquet_close(parquet_file *p)
{
    fclose(p->file);
    free(p->chunks);
}
