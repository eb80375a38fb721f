/* Which fields an output has. */
#include "parsers/rows/rows.h"
#include "parsers/util/field_names.h"
#include "parsers/util/nearest.h"

/* Names of the fields that are no column; columns have none. */
static const char *const other_names[] = {
    [PKT_FIELD_CELL] = "",         [PKT_FIELD_TEXT] = "",     [PKT_FIELD_TIME] = "ts",
    [PKT_FIELD_PACKET] = "packet", [PKT_FIELD_FILE] = "file", [PKT_FIELD_LABEL] = "label",
    [PKT_FIELD_VALUE] = "",        [PKT_FIELD_INTEGER] = "",  [PKT_FIELD_WORD] = ""};

static pkt_field field_cell(size_t column)
{
    const pkt_column_info *info = pkt_column_at(column);
    size_t size = strlen(info->name);
    if (info->format_as == PKT_AS_ADDRESS)
        size -= strlen("_hi");
    if (info->format_as == PKT_AS_TEXT)
        return (pkt_field){PKT_FIELD_TEXT, (uint8_t)column, UINT64_MAX, info->name, size, NULL};
    return (pkt_field){PKT_FIELD_CELL, (uint8_t)column, info->present, info->name, size, NULL};
}

static pkt_field field_other(pkt_field_kind kind)
{
    const char *name = other_names[kind];
    return (pkt_field){kind, PKT_COL_ts_ns, 0, name, strlen(name), NULL};
}

static int same_name(const pkt_field *field, const char *name, size_t size)
{
    return field->name_size == size && memcmp(field->name, name, size) == 0;
}

static int is_there(const pkt_fields *fields, const pkt_field *field)
{
    for (size_t i = 0; i < fields->count; i++)
        if (same_name(&fields->at[i], field->name, field->name_size))
            return 1;
    return 0;
}

static void requirements_find(pkt_fields *fields)
{
    fields->needs = (pkt_column_set){{0}};
    pkt_set_add(&fields->needs, PKT_COL_present);
    for (size_t i = 0; i < fields->count; i++) {
        size_t column = fields->at[i].column;
        if (fields->at[i].kind > PKT_FIELD_TIME)
            continue;
        pkt_set_add(&fields->needs, column);
        if (pkt_column_at(column)->format_as == PKT_AS_ADDRESS) {
            pkt_set_add(&fields->needs, column + 1);
            pkt_set_add(&fields->needs, pkt_version_column(column));
        }
    }
}

static int is_shown(const pkt_column_set *columns, size_t column)
{
    return pkt_set_has(columns, column) && pkt_column_at(column)->format_as != PKT_AS_HIDDEN;
}

void pkt_fields_all(pkt_fields *fields, pkt_column_set columns)
{
    fields->count = 0;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (is_shown(&columns, c))
            fields->at[fields->count++] = field_cell(c);
    requirements_find(fields);
}

void pkt_fields_add(pkt_fields *fields, pkt_field_kind kind)
{
    pkt_field field = field_other(kind);
    if (fields->count < PKT_MAX_FIELDS && !is_there(fields, &field))
        fields->at[fields->count++] = field;
}

void pkt_fields_value(pkt_fields *fields, pkt_field_kind kind, size_t index, const char *name,
                      const char *const *words)
{
    const uint64_t present = kind == PKT_FIELD_VALUE ? UINT64_MAX : 0;
    const pkt_field field = {kind, (uint8_t)index, present, name, strlen(name), words};
    if (fields->count < PKT_MAX_FIELDS && !is_there(fields, &field))
        fields->at[fields->count++] = field;
}

void pkt_fields_cell(pkt_fields *fields, size_t column)
{
    if (fields->count < PKT_MAX_FIELDS)
        fields->at[fields->count++] = field_cell(column);
    requirements_find(fields);
}

void pkt_fields_offer(pkt_fields *fields)
{
    const pkt_field ts_ns = field_cell(PKT_COL_ts_ns);
    if (is_there(fields, &ts_ns))
        pkt_fields_add(fields, PKT_FIELD_TIME);
    pkt_fields_add(fields, PKT_FIELD_PACKET);
    pkt_fields_add(fields, PKT_FIELD_FILE);
}

void pkt_fields_names(const pkt_fields *fields, const char *between, char *text, size_t size)
{
    size_t n = 0;
    text[0] = '\0';
    for (size_t i = 0; i < fields->count && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, "%s%.*s", i ? between : "",
                              (int)fields->at[i].name_size, fields->at[i].name);
}

int pkt_fields_named(pkt_fields *fields, const char *list, pkt_column_set columns, pkt_err *err)
{
    pkt_fields all;
    pkt_fields_all(&all, columns);
    pkt_fields_offer(&all);
    return pkt_fields_chosen(fields, list, &all, err);
}

/* The field of that name, ours or Wireshark's; NULL if there is none. */
static const pkt_field *field_find(const pkt_fields *fields, const char *name, size_t size)
{
    char field[PKT_NEAREST_TEXT];
    for (size_t i = 0; i < fields->count; i++)
        if (same_name(&fields->at[i], name, size))
            return &fields->at[i];
    (void)snprintf(field, sizeof field, "%.*s", (int)(size < sizeof field ? size : 0), name);
    const size_t column = pkt_column_of_field(field);
    for (size_t i = 0; column < PKT_COLUMN_COUNT && i < fields->count; i++)
        if (fields->at[i].kind <= PKT_FIELD_TEXT && fields->at[i].column == column)
            return &fields->at[i];
    return NULL;
}

/* Compare with Wireshark's names of these fields. */
static void field_names_try(const pkt_fields *from, pkt_nearest *nearest)
{
    const pkt_field_name *known;
    for (size_t n = 0; (known = pkt_field_name_at(n)) != NULL; n++)
        for (size_t i = 0; i < from->count; i++)
            if (from->at[i].kind <= PKT_FIELD_TEXT && from->at[i].column == known->column)
                pkt_nearest_try(nearest, known->field);
}

/* "unknown column 'x'", with the name that is most like it. Returns -1. */
static int column_unknown(pkt_fields *fields, const pkt_fields *from, const char *name, size_t size,
                          pkt_err *err)
{
    char word[PKT_NEAREST_TEXT], known[PKT_NEAREST_TEXT];
    pkt_nearest nearest = {.word = word};
    (void)snprintf(word, sizeof word, "%.*s", (int)(size < 40 ? size : 40), name);
    for (size_t i = 0; i < from->count; i++) {
        (void)snprintf(known, sizeof known, "%.*s", (int)from->at[i].name_size, from->at[i].name);
        pkt_nearest_try(&nearest, known);
    }
    field_names_try(from, &nearest);
    fields->unlike = !*nearest.found;
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "unknown column '%s'%s%s", word,
                    *nearest.found ? "; did you mean " : "", nearest.found);
}

int pkt_fields_chosen(pkt_fields *fields, const char *list, const pkt_fields *from, pkt_err *err)
{
    fields->count = 0;
    fields->unlike = false;
    for (;;) {
        size_t size = strcspn(list, ",");
        const pkt_field *field = field_find(from, list, size);
        if (!field)
            return column_unknown(fields, from, list, size, err);
        if (is_there(fields, field))
            return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "the column %.*s is named twice",
                            (int)size, list);
        fields->at[fields->count++] = *field;
        if (list[size] == '\0')
            break;
        list += size + 1;
    }
    requirements_find(fields);
    return 0;
}
