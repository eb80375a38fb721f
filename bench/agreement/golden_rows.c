#include "bench/agreement/golden_rows.h"

#include <stdlib.h>

/* Maximum size of a CSV file, in bytes. */
enum { TEXT_MAX = 1 << 26 };

static char *file_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long end = -1;
    if (file && fseek(file, 0, SEEK_END) == 0)
        end = ftell(file);
    if (end > 0 && end < TEXT_MAX && fseek(file, 0, SEEK_SET) == 0)
        text = malloc((size_t)end + 1);
    if (text && fread(text, 1, (size_t)end, file) != (size_t)end) {
        free(text);
        text = NULL;
    }
    if (file)
        fclose(file);
    *size = text ? (size_t)end : 0;
    if (text)
        text[*size] = '\0';
    return text;
}

static size_t count_of(const char *text, char wanted)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == wanted;
    return count;
}

/* Split the line into table->cells, from index `at`. false: its number of cells is not
 * table->columns. */
static bool line_cut(text_table *table, char *line, size_t at)
{
    for (size_t c = 0; c < table->columns; c++) {
        table->cells[at + c] = line;
        line = strchr(line, ',');
        if ((line == NULL) != (c + 1 == table->columns))
            return false;
        if (line)
            *line++ = '\0';
    }
    return true;
}

bool text_table_read(text_table *table, const char *path)
{
    size_t size;
    *table = (text_table){.text = file_read(path, &size)};
    if (!table->text || size == 0 || table->text[size - 1] != '\n' || strlen(table->text) != size)
        return false;
    size_t lines = count_of(table->text, '\n');
    *strchr(table->text, '\n') = '\0';
    table->columns = count_of(table->text, ',') + 1;
    table->text[strlen(table->text)] = '\n';
    table->cells = calloc(lines * table->columns, sizeof(char *));
    table->rows = lines - 1;
    char *line = table->text;
    for (size_t i = 0; table->cells && i < lines; i++) {
        char *end = strchr(line, '\n');
        *end = '\0';
        if (!line_cut(table, line, i * table->columns))
            return false;
        line = end + 1;
    }
    return table->cells != NULL;
}

static size_t column_named(const text_table *table, const char *name)
{
    size_t c = 0;
    while (c < table->columns && strcmp(table->cells[c], name) != 0)
        c++;
    return c;
}

static void column_compare(const text_table *got, size_t from, const text_table *expected,
                           size_t column, text_agreement *out)
{
    size_t rows = got->rows < expected->rows ? got->rows : expected->rows;
    for (size_t row = 1; row <= rows; row++) {
        const char *value = got->cells[row * got->columns + from];
        const char *wanted = expected->cells[row * expected->columns + column];
        if (strcmp(wanted, "*") == 0)
            continue;
        out->cells_compared++;
        if (strcmp(value, wanted) == 0)
            continue;
        out->cells_wrong++;
        if (out->packet == 0 || row < out->packet) {
            out->packet = row;
            out->column = expected->cells[column];
            out->value = value;
            out->expected = wanted;
        }
    }
}

text_agreement text_table_compare(const text_table *got, const text_table *expected)
{
    text_agreement out = {
        .rows_lost = expected->rows > got->rows ? expected->rows - got->rows : 0,
        .rows_invented = got->rows > expected->rows ? got->rows - expected->rows : 0,
    };
    for (size_t c = 0; c < expected->columns; c++) {
        size_t from = column_named(got, expected->cells[c]);
        if (from < got->columns && strcmp(expected->cells[c], "verdict") != 0)
            column_compare(got, from, expected, c, &out);
    }
    return out;
}

void text_table_free(text_table *table)
{
    free((void *)table->cells);
    free(table->text);
    *table = (text_table){0};
}
