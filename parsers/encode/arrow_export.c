#include "parsers/encode/arrow_export.h"

#include <stdatomic.h>

#include "parsers/encode/arrow_columns.h"
#include "parsers/util/error.h"

/* One piece of memory for a schema, its children and their names. A consumer may move children out
 * and release them after their parent: the last one frees it. Consumers release in any thread. */
typedef struct schema_memory {
    atomic_size_t users;
    struct ArrowSchema *pointers[PKT_MAX_FIELDS];
    struct ArrowSchema children[PKT_MAX_FIELDS];
    char names[PKT_MAX_FIELDS][32];
} schema_memory;

/* The same for an array, its children and all their buffers. */
typedef struct array_memory {
    atomic_size_t users;
    struct ArrowArray *pointers[PKT_MAX_FIELDS];
    struct ArrowArray children[PKT_MAX_FIELDS];
    const void *buffers[PKT_MAX_FIELDS][ARROW_MAX_BUFFERS];
    const void *none; /* the struct's own validity: everything is there */
    pkt_buffer body;
} array_memory;

static void schema_release(struct ArrowSchema *schema)
{
    schema_memory *m = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
    schema->release = NULL;
    if (atomic_fetch_sub(&m->users, 1) == 1)
        free(m);
}

static void array_release(struct ArrowArray *array)
{
    array_memory *m = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
    array->release = NULL;
    if (atomic_fetch_sub(&m->users, 1) == 1) {
        pkt_buffer_free(&m->body);
        free(m);
    }
}

static const char *format_of(const pkt_field *field)
{
    static const char *const formats[] = {[PKT_TYPED_I16] = "s",
                                          [PKT_TYPED_I32] = "i",
                                          [PKT_TYPED_I64] = "l",
                                          [PKT_TYPED_F64] = "g",
                                          [PKT_TYPED_TEXT] = "u"};
    return field->kind == PKT_FIELD_TIME ? "tsu:UTC" : formats[pkt_column_type_of(field)];
}

int pkt_arrow_schema(const pkt_fields *fields, struct ArrowSchema *out, pkt_err *err)
{
    schema_memory *m = calloc(1, sizeof *m);
    if (!m)
        return pkt_fail_memory(err, "a schema");
    atomic_init(&m->users, fields->count + 1);
    for (size_t i = 0; i < fields->count; i++) {
        const pkt_field *field = &fields->at[i];
        memcpy(m->names[i], field->name, field->name_size);
        m->pointers[i] = &m->children[i];
        m->children[i] = (struct ArrowSchema){.format = format_of(field),
                                              .name = m->names[i],
                                              .flags = field->present ? ARROW_FLAG_NULLABLE : 0,
                                              .release = schema_release,
                                              .private_data = m};
    }
    *out = (struct ArrowSchema){.format = "+s",
                                .name = "",
                                .n_children = (int64_t)fields->count,
                                .children = m->pointers,
                                .release = schema_release,
                                .private_data = m};
    return 0;
}

static int array_build(const pkt_rows *rows, const pkt_fields *fields, array_memory *m,
                       pkt_err *err)
{
    arrow_column columns[PKT_MAX_FIELDS];
    const size_t count = fields->count;
    for (size_t i = 0; i < count; i++)
        if (pkt_arrow_column_build(rows, &fields->at[i], 0, &m->body, &columns[i], err) != 0)
            return -1;
    atomic_init(&m->users, count + 1);
    for (size_t i = 0; i < count; i++) {
        const arrow_column *c = &columns[i];
        for (size_t b = 0; b < c->buffer_count; b++)
            m->buffers[i][b] =
                b == 0 && c->buffers[b].size == 0 ? NULL : m->body.at + c->buffers[b].offset;
        m->pointers[i] = &m->children[i];
        m->children[i] = (struct ArrowArray){.length = (int64_t)rows->count,
                                             .null_count = (int64_t)c->nulls,
                                             .n_buffers = (int64_t)c->buffer_count,
                                             .buffers = m->buffers[i],
                                             .release = array_release,
                                             .private_data = m};
    }
    return 0;
}

int pkt_arrow_array(const pkt_rows *rows, const pkt_fields *fields, struct ArrowArray *out,
                    pkt_err *err)
{
    array_memory *m = calloc(1, sizeof *m);
    if (!m)
        return pkt_fail_memory(err, "a record batch");
    if (array_build(rows, fields, m, err) != 0) {
        pkt_buffer_free(&m->body);
        free(m);
        return -1;
    }
    *out = (struct ArrowArray){.length = (int64_t)rows->count,
                               .n_buffers = 1,
                               .n_children = (int64_t)fields->count,
                               .buffers = &m->none,
                               .children = m->pointers,
                               .release = array_release,
                               .private_data = m};
    return 0;
}
