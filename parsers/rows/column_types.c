#include "parsers/rows/column_types.h"

#include <endian.h>

#include "parsers/core/numbers.h"
#include "parsers/rows/digits.h"
#include "parsers/rows/escape.h"
#include "parsers/util/utf8.h"

pkt_column_type pkt_column_type_of(const pkt_field *field)
{
    if (field->kind == PKT_FIELD_FILE || field->kind == PKT_FIELD_LABEL ||
        field->kind == PKT_FIELD_TEXT || field->kind == PKT_FIELD_WORD)
        return PKT_TYPED_TEXT;
    if (field->kind == PKT_FIELD_VALUE)
        return PKT_TYPED_F64;
    if (field->kind != PKT_FIELD_CELL)
        return PKT_TYPED_I64;
    const pkt_column_info *info = pkt_column_at(field->column);
    if (info->format_as != PKT_AS_NUMBER)
        return PKT_TYPED_TEXT;
    return info->size == 1 ? PKT_TYPED_I16 : info->size == 2 ? PKT_TYPED_I32 : PKT_TYPED_I64;
}

int64_t pkt_column_type_number(const pkt_rows *rows, const pkt_field *field, size_t row)
{
    if (field->kind == PKT_FIELD_PACKET)
        return (int64_t)rows->numbers[row];
    if (pkt_field_is_value(field))
        return pkt_rows_has(rows, field, row) ? pkt_rows_integer(rows, field->column, row) : 0;
    int64_t value = (int64_t)pkt_rows_bits(rows, field->column, row);
    if (field->kind != PKT_FIELD_TIME)
        return value;
    return value / NS_PER_US - (value % NS_PER_US < 0); /* down, also before 1970 */
}

static char *cell_put(const pkt_rows *rows, const pkt_field *field, size_t row, char *text)
{
    uint64_t bits = pkt_rows_bits(rows, field->column, row);
    const char *name;
    switch (pkt_column_at(field->column)->format_as) {
    case PKT_AS_MAC:
        return put_mac(text, bits);
    case PKT_AS_ADDRESS: {
        uint64_t low = pkt_rows_bits(rows, field->column + 1u, row);
        if (pkt_rows_bits(rows, pkt_version_column(field->column), row) == 6)
            return pkt_put_ipv6(text, bits, low);
        return put_ipv4(text, (uint32_t)low);
    }
    case PKT_AS_IPV4:
        return put_ipv4(text, (uint32_t)bits);
    default:
        name = pkt_column_at(field->column)->format_as == PKT_AS_APP
                   ? pkt_app_name((pkt_app)bits)
                   : pkt_verdict_name((pkt_verdict)bits);
        return stpcpy(text, name ? name : "");
    }
}

static int text_add(const pkt_rows *rows, const pkt_field *field, size_t row, pkt_buffer *out,
                    pkt_err *err)
{
    const pkt_text cell = ((const pkt_text *)rows->cells[field->column])[row];
    if (pkt_buffer_reserve(out, (size_t)PKT_ESCAPE_MOST * cell.length + 1, err) != 0)
        return -1;
    char *text = (char *)out->at + out->size;
    out->size += (size_t)(pkt_escape(text, rows->text + cell.offset, cell.length) - text);
    return 0;
}

static bool is_ascii(const char *text, size_t size)
{
    uint64_t all = 0, eight;
    size_t i = 0;
    for (; i + sizeof eight <= size; i += sizeof eight) {
        memcpy(&eight, text + i, sizeof eight);
        all |= eight;
    }
    for (; i < size; i++)
        all |= (uint8_t)text[i];
    return (all & UINT64_C(0x8080808080808080)) == 0;
}

/* A name that need not be UTF-8, as such. */
static int name_add(const char *name, pkt_buffer *out, pkt_err *err)
{
    static const char replacement[PKT_UTF8_MOST] = {'\xef', '\xbf', '\xbd'};
    size_t left = strlen(name);
    if (is_ascii(name, left))
        return pkt_buffer_add(out, name, left, err);
    while (left > 0) {
        const size_t length = pkt_utf8_length((const uint8_t *)name, left);
        if ((length ? pkt_buffer_add(out, name, length, err)
                    : pkt_buffer_add(out, replacement, sizeof replacement, err)) != 0)
            return -1;
        name += length ? length : 1;
        left -= length ? length : 1;
    }
    return 0;
}

int pkt_column_type_text(const pkt_rows *rows, const pkt_field *field, size_t row, pkt_buffer *out,
                         pkt_err *err)
{
    if (field->kind == PKT_FIELD_TEXT)
        return text_add(rows, field, row, out, err);
    if (field->kind != PKT_FIELD_CELL) {
        const char *text = field->kind == PKT_FIELD_FILE ? rows->file
                           : field->kind == PKT_FIELD_WORD
                               ? field->words[pkt_rows_integer(rows, field->column, row)]
                           : rows->labels ? rows->labels[row]
                                          : rows->label;
        return name_add(text, out, err);
    }
    if (pkt_buffer_reserve(out, PKT_CELL_MOST, err) != 0)
        return -1;
    char *text = (char *)out->at + out->size;
    out->size += (size_t)(cell_put(rows, field, row, text) - text);
    return 0;
}

int pkt_column_type_valid(const pkt_rows *rows, const pkt_field *field, pkt_buffer *out,
                          size_t *nulls, pkt_err *err)
{
    const size_t size = (rows->count + 7) / 8;
    size_t valid = 0;
    if (pkt_buffer_reserve(out, size, err) != 0)
        return -1;
    uint8_t *bits = out->at + out->size;
    memset(bits, 0, size);
    const uint64_t *present = rows->cells[PKT_COL_present], wanted = field->present;
    const int own_null = field->kind == PKT_FIELD_VALUE || field->kind == PKT_FIELD_TEXT;
    for (size_t row = 0; row < rows->count; row++) {
        unsigned has = own_null ? (unsigned)pkt_rows_has(rows, field, row)
                       : !wanted || (present[row] & wanted) ? 1
                                                            : 0;
        bits[row / 8] |= (uint8_t)(has << row % 8);
        valid += has;
    }
    out->size += size;
    *nulls = rows->count - valid;
    return 0;
}

static inline void little_put(uint8_t *at, uint64_t value, size_t size)
{
    value = htole64(value);
    memcpy(at, &value, size); /* one store where the size is known */
}

/* Cells without nulls between, their sizes known to the compiler: most of the work. */
static inline void cells_widen(const void *cells, size_t from, size_t to, size_t count, uint8_t *at)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = from == 1   ? ((const uint8_t *)cells)[i]
                         : from == 2 ? ((const uint16_t *)cells)[i]
                         : from == 4 ? ((const uint32_t *)cells)[i]
                                     : ((const uint64_t *)cells)[i];
        little_put(at + i * to, value, to);
    }
}

/* All rows' cells; a null is 0 in its array as it must be. 0: the sizes are none of these. */
static int cells_all(const void *cells, size_t from, size_t to, size_t count, uint8_t *at)
{
    switch (from << 4 | to) {
    case 1 << 4 | 2:
        cells_widen(cells, 1, 2, count, at);
        return 1;
    case 1 << 4 | 4:
        cells_widen(cells, 1, 4, count, at);
        return 1;
    case 2 << 4 | 4:
        cells_widen(cells, 2, 4, count, at);
        return 1;
    case 4 << 4 | 8:
        cells_widen(cells, 4, 8, count, at);
        return 1;
    case 8 << 4 | 8:
        cells_widen(cells, 8, 8, count, at);
        return 1;
    default:
        return 0;
    }
}

int pkt_column_type_numbers(const pkt_rows *rows, const pkt_field *field, size_t size, int dense,
                            pkt_buffer *out, pkt_err *err)
{
    if (pkt_buffer_reserve(out, rows->count * size, err) != 0)
        return -1;
    uint8_t *at = out->at + out->size;
    dense = dense && field->present;
    if (!dense && field->kind == PKT_FIELD_CELL &&
        cells_all(rows->cells[field->column], pkt_column_at(field->column)->size, size, rows->count,
                  at)) {
        out->size += rows->count * size;
        return 0;
    }
    for (size_t row = 0; row < rows->count; row++) {
        if (dense && !pkt_rows_has(rows, field, row))
            continue;
        little_put(at, (uint64_t)pkt_column_type_number(rows, field, row), size);
        at += size;
    }
    out->size = (size_t)(at - out->at);
    return 0;
}
