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

static char *address_put(const pkt_rows *rows, size_t column, size_t row, char *text)
{
    const uint64_t high = ((const uint64_t *)rows->cells[column])[row];
    const uint64_t low = ((const uint64_t *)rows->cells[column + 1])[row];
    if (((const uint8_t *)rows->cells[pkt_version_column(column)])[row] == 6)
        return pkt_put_ipv6(text, high, low);
    return put_ipv4(text, (uint32_t)low);
}

static char *cell_put(const pkt_rows *rows, size_t column, size_t row, char *text)
{
    const char *name;
    switch (pkt_column_at(column)->format_as) {
    case PKT_AS_MAC:
        return put_mac(text, ((const uint64_t *)rows->cells[column])[row]);
    case PKT_AS_ADDRESS:
        return address_put(rows, column, row, text);
    case PKT_AS_IPV4:
        return put_ipv4(text, ((const uint32_t *)rows->cells[column])[row]);
    case PKT_AS_APP:
        name = pkt_app_name((pkt_app)pkt_rows_bits(rows, column, row));
        break;
    default:
        name = pkt_verdict_name((pkt_verdict)pkt_rows_bits(rows, column, row));
    }
    return stpcpy(text, name ? name : "");
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
    out->size += (size_t)(cell_put(rows, field->column, row, text) - text);
    return 0;
}

/* Bit i: row first + i has a value. At most 64 rows. */
static uint64_t has_bits(const pkt_rows *rows, const pkt_field *field, size_t first, size_t count)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++)
        bits |= (uint64_t)pkt_rows_has(rows, field, first + i) << i;
    return bits;
}

/* The same for 64 rows of a column without a null of its own, which are most columns: no branch. */
static uint64_t present_bits(const uint64_t *present, uint64_t wanted)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < 64; i += 8) {
        unsigned eight = 0;
        for (size_t k = 0; k < 8; k++)
            eight |= (unsigned)((present[i + k] & wanted) != 0) << k;
        bits |= (uint64_t)eight << i;
    }
    return bits;
}

int pkt_column_type_valid(const pkt_rows *rows, const pkt_field *field, pkt_buffer *out,
                          size_t *nulls, pkt_err *err)
{
    const uint64_t *present = rows->cells[PKT_COL_present];
    const int own_null = field->kind == PKT_FIELD_VALUE || field->kind == PKT_FIELD_TEXT;
    size_t valid = 0;
    if (pkt_buffer_reserve(out, (rows->count + 7) / 8, err) != 0)
        return -1;
    for (size_t row = 0; row < rows->count; row += 64) {
        const size_t count = rows->count - row < 64 ? rows->count - row : 64;
        const uint64_t bits = own_null || !field->present || count < 64
                                  ? has_bits(rows, field, row, count)
                                  : present_bits(present + row, field->present);
        const uint64_t little = htole64(bits);
        memcpy(out->at + out->size, &little, (count + 7) / 8);
        out->size += (count + 7) / 8;
        valid += (size_t)__builtin_popcountll(bits);
    }
    *nulls = rows->count - valid;
    return 0;
}

static inline void little_put(uint8_t *at, uint64_t value, size_t size)
{
    value = htole64(value);
    memcpy(at, &value, size); /* one store where the size is known */
}

/* Cells of a column, their sizes known to the compiler: most of the work. The next place moves on
 * only behind a row whose bits in `present` are wanted; `present` NULL: behind every row. A null
 * that is written is 0 in its array as it must be; it is within the rows' room. Returns the end. */
static inline uint8_t *cells_widen(const void *cells, size_t from, size_t to, const pkt_rows *rows,
                                   const uint64_t *present, uint64_t wanted, uint8_t *at)
{
    for (size_t i = 0; i < rows->count; i++) {
        uint64_t value = from == 1   ? ((const uint8_t *)cells)[i]
                         : from == 2 ? ((const uint16_t *)cells)[i]
                         : from == 4 ? ((const uint32_t *)cells)[i]
                                     : ((const uint64_t *)cells)[i];
        little_put(at, value, to);
        at += !present || (present[i] & wanted) ? to : 0;
    }
    return at;
}

/* All rows' cells, or those that are not null. NULL: the sizes are none of these. */
static uint8_t *cells_put(const pkt_rows *rows, const pkt_field *field, size_t to, int dense,
                          uint8_t *at)
{
    const void *cells = rows->cells[field->column];
    const size_t from = pkt_column_at(field->column)->size;
    const uint64_t *const present = rows->cells[PKT_COL_present];
#define CASE(FROM, TO)                                                                             \
    case (FROM) << 4 | (TO):                                                                       \
        return dense ? cells_widen(cells, FROM, TO, rows, present, field->present, at)             \
                     : cells_widen(cells, FROM, TO, rows, NULL, 0, at)
    switch (from << 4 | to) {
        CASE(1, 2);
        CASE(1, 4);
        CASE(2, 4);
        CASE(4, 8);
        CASE(8, 8);
    default:
        return NULL;
    }
#undef CASE
}

int pkt_column_type_numbers(const pkt_rows *rows, const pkt_field *field, size_t size, int dense,
                            pkt_buffer *out, pkt_err *err)
{
    if (pkt_buffer_reserve(out, rows->count * size, err) != 0)
        return -1;
    uint8_t *at = out->at + out->size;
    dense = dense && field->present;
    uint8_t *end = field->kind == PKT_FIELD_CELL ? cells_put(rows, field, size, dense, at) : NULL;
    for (size_t row = 0; !end && row < rows->count; row++) {
        if (dense && !pkt_rows_has(rows, field, row))
            continue;
        little_put(at, (uint64_t)pkt_column_type_number(rows, field, row), size);
        at += size;
    }
    out->size = (size_t)((end ? end : at) - out->at);
    return 0;
}
