/* CSV as csv.c writes it -> rows. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>

#include "parsers/rows/escape.h"
#include "parsers/sink/sink.h"

/* Longest line, bytes: far more than the longest text cells of a row take. */
#define LINE_MAX_BYTES (1 << 20)

struct pkt_csv_reader {
    FILE *file;
    uint64_t line_number; /* of the line in `line`, from 1 */
    size_t count;         /* of columns in the file */
    uint8_t order[PKT_COLUMN_COUNT];
    pkt_column_set columns, all; /* of the file; of a batch */
    int texts;                   /* 1: some of them are text */
    char *line;                  /* owned; LINE_MAX_BYTES and a NUL */
    size_t line_length;
    int pending; /* the line is the next row: the batch had no room for its text */
};

/* 1: a line without its end is in reader->line; 0: the file has ended; -1: *err. */
static int line_read(pkt_csv_reader *reader, pkt_err *err)
{
    reader->line_number++;
    if (!fgets(reader->line, LINE_MAX_BYTES + 1, reader->file)) {
        if (!feof(reader->file))
            return pkt_fail(err, PKT_ERR_IO, reader->line_number, "cannot read: %s",
                            strerror(errno));
        return 0;
    }
    const size_t length = strlen(reader->line); /* up to a NUL: then it has no line end */
    if (length == 0 || reader->line[length - 1] != '\n')
        return pkt_fail(err, PKT_ERR_CORRUPT, reader->line_number,
                        "CSV line %llu is truncated or too long",
                        (unsigned long long)reader->line_number);
    reader->line[length - 1] = '\0';
    reader->line_length = length - 1;
    return 1;
}

/* Cut the line behind its next cell, and take quotes off it (RFC 4180), in place. *quoted: it had
 * some. NULL when there is no further cell, or its quotes are wrong. */
static char *cell_next(char **rest, int *quoted)
{
    char *cell = *rest, *at = cell, *out = cell;
    if (!cell)
        return NULL;
    *quoted = *cell == '"';
    if (!*quoted) {
        char *comma = strchr(cell, ',');
        if (comma)
            *comma = '\0';
        *rest = comma ? comma + 1 : NULL;
        return cell;
    }
    for (at++; *at && (at[0] != '"' || at[1] == '"'); at++) {
        at += *at == '"';
        *out++ = *at;
    }
    if (*at != '"' || (at[1] && at[1] != ','))
        return NULL;
    *rest = at[1] ? at + 2 : NULL;
    *out = '\0';
    return cell;
}

/* The column that a header cell names; PKT_COLUMN_COUNT if none is. */
static size_t column_named(const char *cell)
{
    size_t length = strlen(cell);
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        size_t shown = strlen(info->name);
        if (info->format_as == PKT_AS_HIDDEN)
            continue;
        if (info->format_as == PKT_AS_ADDRESS)
            shown -= strlen("_hi");
        if (shown == length && memcmp(info->name, cell, length) == 0)
            return c;
    }
    return PKT_COLUMN_COUNT;
}

static int header_read(pkt_csv_reader *reader, pkt_err *err)
{
    int got = line_read(reader, err);
    if (got <= 0)
        return got < 0 ? -1 : pkt_fail(err, PKT_ERR_FORMAT, 1, "CSV has no header line");
    char *rest = reader->line;
    int quoted;
    for (char *cell; (cell = cell_next(&rest, &quoted)) != NULL;) {
        size_t column = column_named(cell);
        if (column == PKT_COLUMN_COUNT || pkt_set_has(&reader->columns, column))
            return pkt_fail(err, PKT_ERR_FORMAT, 1, "CSV names the column '%.40s' %s", cell,
                            column == PKT_COLUMN_COUNT ? "that is none of ours" : "twice");
        reader->order[reader->count++] = (uint8_t)column;
        pkt_set_add(&reader->columns, column);
        reader->texts |= pkt_column_at(column)->format_as == PKT_AS_TEXT;
        if (pkt_column_at(column)->format_as == PKT_AS_ADDRESS)
            pkt_set_add(&reader->columns, column + 1);
        if (pkt_column_at(column)->present)
            pkt_set_add(&reader->columns, PKT_COL_present);
    }
    return 0;
}

pkt_csv_reader *pkt_csv_reader_open(FILE *file, pkt_err *err)
{
    pkt_csv_reader *reader = calloc(1, sizeof *reader);
    if (reader)
        reader->line = malloc(LINE_MAX_BYTES + 1);
    if (!reader || !reader->line) {
        free(reader);
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for CSV");
        return NULL;
    }
    reader->file = file;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        pkt_set_add(&reader->all, c);
    if (header_read(reader, err) != 0) {
        pkt_csv_reader_close(reader);
        return NULL;
    }
    return reader;
}

pkt_column_set pkt_csv_reader_columns(const pkt_csv_reader *reader)
{
    return reader->columns;
}

static void cell_store(pkt_batch *batch, size_t row, size_t column, uint64_t value)
{
    const pkt_column_info *info = pkt_column_at(column);
    uint8_t *at = (uint8_t *)batch + info->offset + row * info->size;
    const uint32_t u32 = (uint32_t)value;
    const uint16_t u16 = (uint16_t)value;
    switch (info->size) {
    case 8:
        memcpy(at, &value, sizeof value);
        break;
    case 4:
        memcpy(at, &u32, sizeof u32);
        break;
    case 2:
        memcpy(at, &u16, sizeof u16);
        break;
    default:
        *at = (uint8_t)value;
    }
}

static int parse_number(const char *cell, const pkt_column_info *info, uint64_t *value)
{
    char *end;
    int is_signed = info->offset == offsetof(pkt_batch, ts_ns);
    int negative = is_signed && cell[0] == '-';
    if (cell[negative] < '0' || cell[negative] > '9')
        return -1;
    errno = 0;
    *value = is_signed ? (uint64_t)strtoll(cell, &end, 10) : strtoull(cell, &end, 10);
    if (errno || *end)
        return -1;
    return info->size < 8 && *value >> (8 * info->size) ? -1 : 0;
}

static int parse_mac(const char *cell, uint64_t *value)
{
    enum { TEXT = 17 };
    if (strlen(cell) != TEXT)
        return -1;
    *value = 0;
    for (size_t i = 0; i < TEXT; i += 3) {
        if (!isxdigit((unsigned char)cell[i]) || !isxdigit((unsigned char)cell[i + 1]) ||
            (cell[i + 2] != ':' && i + 2 != TEXT))
            return -1;
        *value = *value << 8 | strtoul(cell + i, NULL, 16);
    }
    return 0;
}

static int parse_address(const char *cell, uint64_t *high, uint64_t *low)
{
    uint8_t bytes[16] = {0};
    int version4 = strchr(cell, ':') == NULL;
    if (inet_pton(version4 ? AF_INET : AF_INET6, cell, version4 ? bytes + 12 : bytes) != 1)
        return -1;
    *high = *low = 0;
    for (size_t i = 0; i < 8; i++) {
        *high = *high << 8 | bytes[i];
        *low = *low << 8 | bytes[8 + i];
    }
    return 0;
}

static int parse_verdict(const char *cell, uint64_t *value)
{
    for (unsigned v = 0; v < PKT_VERDICT_COUNT; v++)
        if (strcmp(cell, pkt_verdict_name((pkt_verdict)v)) == 0) {
            *value = v;
            return 0;
        }
    return -1;
}

static int parse_app(const char *cell, uint64_t *value)
{
    for (unsigned a = PKT_APP_NONE + 1; a < PKT_APP_COUNT; a++)
        if (strcmp(cell, pkt_app_name((pkt_app)a)) == 0) {
            *value = a;
            return 0;
        }
    return -1;
}

static int parse_ipv4(const char *cell, uint64_t *value)
{
    struct in_addr address;
    if (inet_pton(AF_INET, cell, &address) != 1)
        return -1;
    *value = ntohl(address.s_addr);
    return 0;
}

static int parse_text(pkt_batch *batch, size_t row, const pkt_column_info *info, char *cell)
{
    pkt_text *texts = (pkt_text *)(void *)((uint8_t *)batch + info->offset);
    const int64_t size = pkt_unescape(cell, strlen(cell));
    return size < 0 ? -1 : pkt_batch_text(batch, &texts[row], cell, (size_t)size);
}

static int cell_parse(pkt_batch *batch, size_t row, size_t column, char *cell)
{
    const pkt_column_info *info = pkt_column_at(column);
    uint64_t value = 0, low = 0;
    int bad;
    switch (info->format_as) {
    case PKT_AS_TEXT:
        return parse_text(batch, row, info, cell);
    case PKT_AS_MAC:
        bad = parse_mac(cell, &value);
        break;
    case PKT_AS_VERDICT:
        bad = parse_verdict(cell, &value);
        break;
    case PKT_AS_APP:
        bad = parse_app(cell, &value);
        break;
    case PKT_AS_IPV4:
        bad = parse_ipv4(cell, &value);
        break;
    case PKT_AS_ADDRESS:
        bad = parse_address(cell, &value, &low);
        cell_store(batch, row, column + 1, low);
        break;
    default:
        bad = parse_number(cell, info, &value);
    }
    cell_store(batch, row, column, value);
    return bad;
}

static int row_parse(pkt_csv_reader *reader, pkt_batch *batch, size_t row, pkt_err *err)
{
    char *rest = reader->line;
    for (size_t i = 0; i < reader->count; i++) {
        const pkt_column_info *info = pkt_column_at(reader->order[i]);
        int quoted = 0;
        char *cell = cell_next(&rest, &quoted);
        const int text = info->format_as == PKT_AS_TEXT;
        if (!cell || (!*cell && !info->present && !text) || (quoted && !text))
            return pkt_fail(err, PKT_ERR_CORRUPT, reader->line_number,
                            "CSV line %llu has no value for %s",
                            (unsigned long long)reader->line_number, info->name);
        if (!*cell && !quoted)
            continue;
        if (cell_parse(batch, row, reader->order[i], cell) != 0)
            return pkt_fail(err, PKT_ERR_CORRUPT, reader->line_number,
                            "CSV line %llu: '%.40s' is no value of %s",
                            (unsigned long long)reader->line_number, cell, info->name);
        batch->present[row] |= info->present;
    }
    if (rest)
        return pkt_fail(err, PKT_ERR_CORRUPT, reader->line_number,
                        "CSV line %llu has more cells than the header names",
                        (unsigned long long)reader->line_number);
    return 0;
}

int pkt_csv_reader_next(pkt_csv_reader *reader, pkt_batch *batch, pkt_err *err)
{
    pkt_batch_clear(batch, &reader->all);
    while (batch->rows < PKT_BATCH_ROWS) {
        const int got = reader->pending ? 1 : line_read(reader, err);
        reader->pending = 0;
        if (got == 0)
            break;
        if (got > 0 && batch->rows > 0 && reader->texts &&
            reader->line_length > batch->text_room - batch->text_used) {
            reader->pending = 1;
            break;
        }
        if (got < 0 || row_parse(reader, batch, batch->rows, err) != 0)
            return -1;
        batch->rows++;
    }
    return (int)batch->rows;
}

void pkt_csv_reader_close(pkt_csv_reader *reader)
{
    if (reader)
        free(reader->line);
    free(reader);
}
