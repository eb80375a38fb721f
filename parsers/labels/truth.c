#include "parsers/labels/truth.h"

#include <stdlib.h>

#include "parsers/util/buffer.h"
#include "parsers/util/error.h"

/* Columns, and bytes of a row, at most. */
enum { MOST_COLUMNS = 256, MOST_BYTES = 1 << 20 };
/* The columns that are used. */
enum { PACKET, LABEL, ORIGIN, ORIGIN_PACKET, USED };
static const char *const names[USED] = {"packet", "label", "origin", "origin_packet"};

struct pkt_truth {
    const char *path;
    FILE *file;
    uint64_t line;   /* where the row begins */
    uint64_t lines;  /* read */
    uint64_t packet; /* of the last row */
    size_t used;     /* of `names` */
    size_t places[USED];
    pkt_buffer text; /* the cells of the row, each with its 0 */
    size_t cells[MOST_COLUMNS], count;
};

static int truth_fail(const pkt_truth *t, const char *what, const char *more, pkt_err *err)
{
    pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE, "line %llu: %s%s", (unsigned long long)t->line,
             what, more);
    return pkt_err_about(err, t->path);
}

static int put(pkt_truth *t, int c, pkt_err *err)
{
    const char byte = (char)c;
    if (c == '\0') /* cells end with one: what follows it would be lost */
        return truth_fail(t, "has a NUL byte: save it as text without them, such as UTF-8", "",
                          err);
    if (t->text.size >= MOST_BYTES)
        return truth_fail(t, "is longer than a row can be: a quote may be missing", "", err);
    return pkt_buffer_add(&t->text, &byte, 1, err);
}

/* The rest of a quoted cell. RFC 4180: a quote in it is written twice. What follows it, or -2 and
 * *err. */
static int quoted_read(pkt_truth *t, pkt_err *err)
{
    for (;;) {
        int c = getc_unlocked(t->file);
        if (c == '"' && (c = getc_unlocked(t->file)) != '"')
            return c;
        if (c == EOF) {
            (void)truth_fail(t, "ends inside quotes", "", err);
            return -2;
        }
        t->lines += c == '\n';
        if (put(t, c, err) != 0)
            return -2;
    }
}

/* A cell; *end is what ended it: a comma, a line end, or EOF. 0, or -1 and *err. */
static int cell_read(pkt_truth *t, int *end, pkt_err *err)
{
    if (t->count == MOST_COLUMNS)
        return truth_fail(t, "has too many columns", "", err);
    t->cells[t->count++] = t->text.size;
    int c = getc_unlocked(t->file);
    if (c == '"') {
        c = quoted_read(t, err);
        if (c == -2)
            return -1;
        if (c == '\r')
            c = getc_unlocked(t->file);
        if (c != ',' && c != '\n' && c != EOF)
            return truth_fail(t, "has text behind a cell in quotes", "", err);
    }
    for (; c != ',' && c != '\n' && c != EOF; c = getc_unlocked(t->file))
        if (c != '\r' && put(t, c, err) != 0)
            return -1;
    *end = c;
    return pkt_buffer_add(&t->text, "", 1, err);
}

/* The cells of the next row: 1, 0 at the end, -1 and *err. */
static int cells_read(pkt_truth *t, pkt_err *err)
{
    t->text.size = t->count = 0;
    t->line = t->lines + 1;
    int end = getc_unlocked(t->file);
    if (end == EOF && !ferror(t->file))
        return 0;
    (void)ungetc(end, t->file);
    do {
        if (cell_read(t, &end, err) != 0)
            return -1;
    } while (end == ',');
    t->lines++;
    if (!ferror(t->file))
        return 1;
    pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot read: %s", strerror(errno));
    return pkt_err_about(err, t->path);
}

static const char *cell(const pkt_truth *t, size_t index)
{
    return (const char *)t->text.at + t->cells[index];
}

static int names_read(pkt_truth *t, pkt_err *err)
{
    const int got = cells_read(t, err);
    if (got < 0)
        return -1;
    for (size_t i = 0; i < t->used; i++) {
        size_t place = 0;
        while (place < t->count && strcmp(cell(t, place), names[i]) != 0)
            place++;
        if (place == t->count)
            return truth_fail(t, got ? "the CSV has no column " : "is empty; it needs the column ",
                              names[i], err);
        t->places[i] = place;
    }
    return 0;
}

pkt_truth *pkt_truth_open(const char *path, bool origins, pkt_err *err)
{
    pkt_truth *t = calloc(1, sizeof *t);
    if (!t) {
        (void)pkt_fail_memory(err, "the truth");
        return NULL;
    }
    t->path = path;
    t->used = origins ? USED : ORIGIN;
    t->file = fopen(path, "re");
    if (!t->file) {
        (void)pkt_fail_open(err, PKT_ERR_IO, "", path);
        (void)pkt_err_about(err, path);
    } else if (names_read(t, err) == 0) {
        return t;
    }
    pkt_truth_close(t);
    return NULL;
}

static int number_read(const pkt_truth *t, size_t which, uint64_t *number, pkt_err *err)
{
    const char *text = cell(t, t->places[which]);
    char *end = NULL;
    errno = 0;
    *number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || *number == 0)
        return truth_fail(t, "is no number from 1 on: the column ", names[which], err);
    return 0;
}

int pkt_truth_next(pkt_truth *t, pkt_truth_row *row, pkt_err *err)
{
    const int got = cells_read(t, err);
    if (got <= 0)
        return got;
    for (size_t i = 0; i < t->used; i++)
        if (t->places[i] >= t->count)
            return truth_fail(t, "has no cell of the column ", names[i], err);
    *row = (pkt_truth_row){.label = cell(t, t->places[LABEL])};
    if (number_read(t, PACKET, &row->packet, err) != 0)
        return -1;
    if (row->packet <= t->packet)
        return truth_fail(t, "the number of the packet does not rise", "", err);
    t->packet = row->packet;
    if (t->used == ORIGIN)
        return 1;
    row->origin = cell(t, t->places[ORIGIN]);
    return number_read(t, ORIGIN_PACKET, &row->origin_packet, err) == 0 ? 1 : -1;
}

void pkt_truth_close(pkt_truth *t)
{
    if (!t)
        return;
    if (t->file)
        fclose(t->file);
    pkt_buffer_free(&t->text);
    free(t);
}
