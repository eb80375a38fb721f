#include "parsers/encode/csv.h"

#include <stdbool.h>
#include <time.h>

#include "parsers/rows/digits.h"
#include "parsers/rows/escape.h"
#include "parsers/rows/rows.h"
#include "parsers/rows/text.h"
#include "parsers/util/output_text.h"

/* One field of one row, decided once: what to read, and how to show it. */
typedef enum shape {
    SHAPE_U8,
    SHAPE_U16,
    SHAPE_U32,
    SHAPE_U64,
    SHAPE_TIME,  /* ts_ns, and other numbers with a sign */
    SHAPE_STAMP, /* ts */
    SHAPE_MAC,
    SHAPE_ADDRESS,
    SHAPE_IPV4,
    SHAPE_NAME,
    SHAPE_FILE,
    SHAPE_LABEL,
    SHAPE_VALUE,
    SHAPE_WORD,
    SHAPE_TEXT
} shape;

enum { NAMES_MAX = 16 };
_Static_assert((int)PKT_VERDICT_COUNT <= (int)NAMES_MAX && (int)PKT_APP_COUNT <= (int)NAMES_MAX,
               "room for names");

/* A name that a number stands for. */
typedef struct csv_name {
    char text[16];
    size_t size;
} csv_name;

typedef struct csv_field {
    shape shape;
    const csv_name *names;    /* of SHAPE_NAME, NAMES_MAX of them */
    const char *const *words; /* of SHAPE_WORD */
    uint64_t present;         /* 0: the row always has it, or the value has a null of its own */
    uint8_t column;
    bool packet; /* the packet's number, not a column */
    bool value;  /* one of the row's values, not a column */
} csv_field;

typedef struct csv_encoder {
    size_t count, texts; /* fields, and those of text columns */
    bool no_formula;     /* pkt_fields.no_formula */
    csv_field fields[PKT_MAX_FIELDS];
    /* Numbers below 256: three digits at most, and how many. Random ones, as in the addresses of a
     * flood, would make every branch on their length a guess. */
    char octets[256][4];
    csv_name verdicts[NAMES_MAX], apps[NAMES_MAX];
} csv_encoder;

static shape shape_of(const pkt_field *field)
{
    if (field->kind == PKT_FIELD_PACKET)
        return SHAPE_U64;
    if (pkt_field_is_value(field))
        return field->kind == PKT_FIELD_VALUE     ? SHAPE_VALUE
               : field->kind == PKT_FIELD_INTEGER ? SHAPE_TIME
                                                  : SHAPE_WORD;
    if (field->kind == PKT_FIELD_TIME)
        return SHAPE_STAMP;
    if (field->kind == PKT_FIELD_TEXT)
        return SHAPE_TEXT;
    if (field->kind != PKT_FIELD_CELL)
        return field->kind == PKT_FIELD_FILE ? SHAPE_FILE : SHAPE_LABEL;
    const pkt_column_info *info = pkt_column_at(field->column);
    if (info->format_as == PKT_AS_MAC)
        return SHAPE_MAC;
    if (info->format_as == PKT_AS_ADDRESS)
        return SHAPE_ADDRESS;
    if (info->format_as == PKT_AS_IPV4)
        return SHAPE_IPV4;
    if (info->format_as == PKT_AS_VERDICT || info->format_as == PKT_AS_APP)
        return SHAPE_NAME;
    if (field->column == PKT_COL_ts_ns)
        return SHAPE_TIME;
    return info->size == 8   ? SHAPE_U64
           : info->size == 4 ? SHAPE_U32
           : info->size == 2 ? SHAPE_U16
                             : SHAPE_U8;
}

static void name_set(csv_name *to, const char *name)
{
    to->size = strlen(name);
    memcpy(to->text, name, to->size);
}

static void *csv_open(const pkt_fields *fields, pkt_buffer *out, pkt_err *err)
{
    csv_encoder *csv = calloc(1, sizeof *csv);
    if (!csv) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for CSV");
        return NULL;
    }
    csv->count = fields->count;
    csv->no_formula = fields->no_formula;
    for (uint32_t i = 0; i < 256; i++)
        csv->octets[i][3] = (char)(put_short(csv->octets[i], i) - csv->octets[i]);
    for (size_t i = 0; i < PKT_VERDICT_COUNT; i++)
        name_set(&csv->verdicts[i], pkt_verdict_name((pkt_verdict)i));
    for (size_t i = 0; i < PKT_APP_COUNT; i++)
        name_set(&csv->apps[i], pkt_app_name((pkt_app)i));
    for (size_t i = 0; i < fields->count; i++) {
        const pkt_field *f = &fields->at[i];
        const int own_null = f->kind == PKT_FIELD_VALUE || f->kind == PKT_FIELD_TEXT;
        const bool is_app =
            f->kind == PKT_FIELD_CELL && pkt_column_at(f->column)->format_as == PKT_AS_APP;
        csv->fields[i] = (csv_field){.shape = shape_of(f),
                                     .names = is_app ? csv->apps : csv->verdicts,
                                     .words = f->words,
                                     .present = own_null ? 0 : f->present,
                                     .column = f->column,
                                     .packet = f->kind == PKT_FIELD_PACKET,
                                     .value = pkt_field_is_value(f)};
        csv->texts += f->kind == PKT_FIELD_TEXT;
        if (pkt_buffer_add(out, f->name, f->name_size, err) != 0 ||
            pkt_buffer_add(out, i + 1 < fields->count ? "," : "\n", 1, err) != 0) {
            free(csv);
            return NULL;
        }
    }
    return csv;
}

/* The cells that are the same in all rows of a block, as they are written. */
typedef struct block_texts {
    pkt_buffer room;
    const char *file, *label;
    size_t file_size, label_size;
} block_texts;

/* Free with pkt_buffer_free(&texts->room). 0, or -1 and *err. */
static int block_texts_make(const csv_encoder *csv, const pkt_rows *rows, block_texts *texts,
                            pkt_err *err)
{
    pkt_text_form *form = csv->no_formula ? pkt_text_csv_no_formula : pkt_text_csv;
    const char *file = rows->file ? rows->file : "", *label = rows->label ? rows->label : "";
    *texts = (block_texts){.file = NULL};
    if (pkt_buffer_reserve(&texts->room,
                           PKT_FORM_BYTES(strlen(file)) + PKT_FORM_BYTES(strlen(label)), err) != 0)
        return -1;
    char *at = (char *)texts->room.at, *end = form(at, file);
    texts->file = at;
    texts->file_size = (size_t)(end - at);
    texts->label = end + 1;
    texts->label_size = (size_t)(form(end + 1, label) - texts->label);
    return 0;
}

/* A text cell: `""` if it is empty, nothing if it is null. */
static char *put_text_cell(const csv_encoder *csv, char *text, const pkt_rows *rows,
                           const pkt_text *cell)
{
    if (cell->offset == PKT_TEXT_NULL)
        return text;
    char *start = text, *from = text + PKT_ESCAPE_MOST * (size_t)cell->length + 3;
    char *end = pkt_escape(from, rows->text + cell->offset, cell->length);
    const size_t size = (size_t)(end - from);
    const bool formula = csv->no_formula && size && pkt_begins_formula(*from);
    if (size && !formula && !memchr(from, '"', size) && !memchr(from, ',', size)) {
        memmove(start, from, size);
        return start + size;
    }
    *text++ = '"';
    if (formula)
        *text++ = '\'';
    for (; from < end; from++) {
        if (*from == '"')
            *text++ = '"';
        *text++ = *from;
    }
    *text++ = '"';
    return text;
}

static inline char *put_octet(const csv_encoder *csv, char *text, unsigned octet)
{
    const char *digits = csv->octets[octet & 255];
    memcpy(text, digits, sizeof csv->octets[0]);
    return text + digits[3];
}

static inline char *put_address4(const csv_encoder *csv, char *text, uint32_t address)
{
    text = put_octet(csv, text, address >> 24);
    *text++ = '.';
    text = put_octet(csv, text, address >> 16);
    *text++ = '.';
    text = put_octet(csv, text, address >> 8);
    *text++ = '.';
    return put_octet(csv, text, address);
}

static inline char *put_address(const csv_encoder *csv, char *text, const pkt_rows *rows,
                                size_t column, size_t row)
{
    const uint64_t *high = rows->cells[column], *low = rows->cells[column + 1];
    const uint8_t *version = rows->cells[pkt_version_column(column)];
    return version[row] == 6 ? pkt_put_ipv6(text, high[row], low[row])
                             : put_address4(csv, text, (uint32_t)low[row]);
}

/* Most times share their second with the row before: its digits, and its date. */
typedef struct second {
    uint64_t value;
    size_t size;
    char text[24];
    int64_t dated;
    char date[24];
} second;

/* 2026-12-31T23:59:59.000000Z: ISO 8601, whole microseconds, down also before 1970. */
static __attribute__((noinline)) char *put_stamp(char *text, int64_t ts_ns, second *last)
{
    const int64_t unit = (int64_t)PKT_NS_PER_S, rest = ts_ns % unit;
    const int64_t value = ts_ns / unit - (rest < 0);
    const uint32_t micros = (uint32_t)((rest < 0 ? rest + unit : rest) / 1000);
    if (value != last->dated) {
        const time_t whole = (time_t)value;
        struct tm utc = {0};
        (void)gmtime_r(&whole, &utc);
        (void)strftime(last->date, sizeof last->date, "%Y-%m-%dT%H:%M:%S.", &utc);
        last->dated = value;
    }
    text = stpcpy(text, last->date);
    text = put_pair(text, micros / 10000);
    text = put_four(text, micros % 10000);
    *text++ = 'Z';
    return text;
}

static inline char *put_time(char *text, int64_t ts_ns, second *last)
{
    if (ts_ns < (int64_t)PKT_NS_PER_S)
        return put_i64(text, ts_ns);
    uint64_t seconds = (uint64_t)ts_ns / PKT_NS_PER_S;
    uint32_t rest = (uint32_t)((uint64_t)ts_ns % PKT_NS_PER_S);
    if (seconds != last->value) {
        last->value = seconds;
        last->size = (size_t)(put_u64(last->text, seconds) - last->text);
    }
    memcpy(text, last->text, sizeof last->text);
    text += last->size;
    *text++ = (char)('0' + rest / 100000000);
    rest %= 100000000;
    return put_four(put_four(text, rest / 10000), rest % 10000);
}

static inline char *put_field(const csv_encoder *csv, char *text, const csv_field *field,
                              const void *cells, const pkt_rows *rows, const block_texts *texts,
                              size_t row, second *last)
{
    switch (field->shape) {
    case SHAPE_U8:
        return put_octet(csv, text, ((const uint8_t *)cells)[row]);
    case SHAPE_U16:
        return put_u32(text, ((const uint16_t *)cells)[row]);
    case SHAPE_U32:
        return put_u32(text, ((const uint32_t *)cells)[row]);
    case SHAPE_U64:
        return put_u64(text, ((const uint64_t *)cells)[row]);
    case SHAPE_TIME:
        return put_time(text, ((const int64_t *)cells)[row], last);
    case SHAPE_STAMP:
        return put_stamp(text, ((const int64_t *)cells)[row], last);
    case SHAPE_MAC:
        return put_mac(text, ((const uint64_t *)cells)[row]);
    case SHAPE_ADDRESS:
        return put_address(csv, text, rows, field->column, row);
    case SHAPE_IPV4:
        return put_address4(csv, text, ((const uint32_t *)cells)[row]);
    case SHAPE_NAME: {
        const unsigned number = ((const uint8_t *)cells)[row];
        if (number >= NAMES_MAX)
            return text;
        memcpy(text, field->names[number].text, sizeof field->names[number].text);
        return text + field->names[number].size;
    }
    case SHAPE_VALUE:
        return pkt_put_double(text, ((const double *)cells)[row]);
    case SHAPE_WORD:
        return stpcpy(text, field->words[((const int64_t *)cells)[row]]);
    case SHAPE_FILE:
        memcpy(text, texts->file, texts->file_size);
        return text + texts->file_size;
    case SHAPE_TEXT:
        return put_text_cell(csv, text, rows, &((const pkt_text *)cells)[row]);
    default:
        if (rows->labels)
            return (csv->no_formula ? pkt_text_csv_no_formula : pkt_text_csv)(text,
                                                                              rows->labels[row]);
        memcpy(text, texts->label, texts->label_size);
        return text + texts->label_size;
    }
}

/* The most bytes that a row can have. */
static size_t row_size(const csv_encoder *csv, const block_texts *texts)
{
    return csv->count * PKT_CELL_TEXT + texts->file_size + texts->label_size + 8;
}

/* The same for the row's text cells: the escaped text, and behind it the room to quote it in. */
static size_t texts_size(const csv_encoder *csv, const void *const *cells, size_t row)
{
    size_t size = 0;
    for (size_t i = 0; csv->texts && i < csv->count; i++) {
        const pkt_text *cell = csv->fields[i].shape == SHAPE_TEXT ? cells[i] : NULL;
        if (cell && cell[row].offset != PKT_TEXT_NULL)
            size += 2 * (PKT_ESCAPE_MOST * (size_t)cell[row].length + 3);
    }
    return size;
}

static int rows_put(const csv_encoder *csv, const pkt_rows *rows, const block_texts *texts,
                    pkt_buffer *out, pkt_err *err)
{
    const uint64_t *present = rows->cells[PKT_COL_present];
    const size_t most = row_size(csv, texts);
    const void *cells[PKT_MAX_FIELDS];
    second last = {.value = UINT64_MAX, .dated = INT64_MIN};
    for (size_t i = 0; i < csv->count; i++)
        cells[i] = csv->fields[i].packet  ? (const void *)rows->numbers
                   : csv->fields[i].value ? (const void *)rows->values[csv->fields[i].column]
                                          : rows->cells[csv->fields[i].column];
    for (size_t row = 0; row < rows->count; row++) {
        const size_t label = rows->labels ? PKT_FORM_BYTES(strlen(rows->labels[row])) : 0;
        if (pkt_buffer_reserve(out, most + label + texts_size(csv, cells, row), err) != 0)
            return -1;
        char *text = (char *)out->at + out->size;
        for (size_t i = 0; i < csv->count; i++) {
            const csv_field *field = &csv->fields[i];
            if (!field->present || present[row] & field->present)
                text = put_field(csv, text, field, cells[i], rows, texts, row, &last);
            *text++ = ',';
        }
        text[-1] = '\n';
        out->size = (size_t)((uint8_t *)text - out->at);
    }
    return 0;
}

static int lines_add(const csv_encoder *csv, const pkt_rows *rows, pkt_buffer *out, pkt_err *err)
{
    block_texts texts;
    if (block_texts_make(csv, rows, &texts, err) != 0)
        return -1;
    const int bad = rows_put(csv, rows, &texts, out, err);
    pkt_buffer_free(&texts.room);
    return bad;
}

static int csv_rows(void *self, const pkt_rows *rows, size_t part, pkt_encoded *out, pkt_err *err)
{
    (void)part;
    return lines_add(self, rows, &out->bytes, err);
}

const pkt_encoder pkt_encoder_csv = {
    .name = "csv",
    .block_rows = 2048,
    .seamless = true,
    .open = csv_open,
    .rows = csv_rows,
    .close = free,
};

/* The same as a sink of single batches, each written at once. */
struct pkt_csv_sink {
    FILE *file;
    pkt_fields fields;
    csv_encoder *encoder;
    pkt_buffer out;
};

static int out_write(pkt_csv_sink *csv, pkt_err *err)
{
    size_t size = csv->out.size;
    csv->out.size = 0;
    if (fwrite(csv->out.at, 1, size, csv->file) != size)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    return 0;
}

static int sink_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    pkt_csv_sink *csv = self;
    const pkt_rows rows = pkt_rows_of_batch(batch);
    return lines_add(csv->encoder, &rows, &csv->out, err) != 0 ? -1 : out_write(csv, err);
}

static int sink_finish(void *self, pkt_err *err)
{
    pkt_csv_sink *csv = self;
    if (fflush(csv->file) != 0)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    return 0;
}

pkt_csv_sink *pkt_csv_sink_open(FILE *file, pkt_column_set columns, pkt_sink *sink, pkt_err *err)
{
    pkt_csv_sink *csv = calloc(1, sizeof *csv);
    if (!csv) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for CSV");
        return NULL;
    }
    csv->file = file;
    pkt_fields_all(&csv->fields, columns);
    if (csv->fields.count == 0)
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "no column to write");
    else
        csv->encoder = csv_open(&csv->fields, &csv->out, err);
    if (!csv->encoder || out_write(csv, err) != 0) {
        pkt_csv_sink_close(csv);
        return NULL;
    }
    *sink = pkt_sink_make(csv, sink_push, sink_finish);
    return csv;
}

void pkt_csv_sink_close(pkt_csv_sink *csv)
{
    if (!csv)
        return;
    free(csv->encoder);
    pkt_buffer_free(&csv->out);
    free(csv);
}
