/* Differences by column: backend by column. */
#include <stdlib.h>
#include <string.h>

#include "report/html/html.h"
#include "report/page/part.h"
#include "results/reader.h"

/* Columns of all backends and levels, each as often as it is there. */
static size_t names_count(const json_t *results)
{
    size_t i, n = 0;
    const char *level_name;
    json_t *backend, *level;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        json_object_foreach(json_object_get(backend, "levels"), level_name, level)
        {
            n += json_array_size(json_object_get(level, "columns"));
        }
    }
    return n;
}

static void name_collect(const char *name, const char **columns, size_t *n)
{
    size_t at = 0;
    while (name && at < *n && strcmp(columns[at], name) != 0)
        at++;
    if (name && at == *n && is_column(name))
        columns[(*n)++] = name;
}

/* Every column that some backend gives at some level, in their own order; the caller frees the
 * list. NULL without memory. */
static const char **columns_collect(const json_t *results, size_t *n)
{
    size_t i, c;
    const char *level_name, **columns = calloc(names_count(results) + 1, sizeof *columns);
    json_t *backend, *level, *column;
    *n = 0;
    json_array_foreach(json_object_get(columns ? results : NULL, "backends"), i, backend)
    {
        json_object_foreach(json_object_get(backend, "levels"), level_name, level)
        {
            json_array_foreach(json_object_get(level, "columns"), c, column)
            {
                name_collect(json_string_value(column), columns, n);
            }
        }
    }
    return columns;
}

/* Agreement of a column, over the runs of a backend at a level. */
typedef struct cell {
    double different;
    bool is_counted; /* the results count by column */
    bool is_least;   /* of results that count no columns: one that is known of */
    const json_t *first, *agreement;
    const char *slice;
} cell;

static void cell_add(cell *c, const json_t *run, const char *column)
{
    const json_t *agreement = json_object_get(run, "agreement");
    const json_t *first = json_object_get(agreement, "first_difference");
    const json_t *by_column = json_object_get(agreement, "columns_different");
    double total = number_of(agreement, "cells_different");
    bool is_first = strcmp(text_of(first, "column"), column) == 0;
    if (total <= 0)
        return;
    if (json_is_object(by_column)) {
        c->different += number_of(by_column, column);
    } else {
        c->is_least = c->is_least || total > 1;
        c->different += is_first ? 1 : 0;
    }
    if (is_first && !c->first) {
        c->first = first;
        c->agreement = agreement;
        c->slice = text_of(run, "slice");
    }
}

/* One pass over the runs: files with many would take long by slice. */
static cell cell_of(const json_t *results, const char *backend, const char *level,
                    const char *column)
{
    cell c = {0};
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (strcmp(text_of(run, "backend"), backend) != 0 ||
            strcmp(text_of(run, "level"), level) != 0 || strcmp(sink_of(run), NULL_SINK) != 0)
            continue;
        c.is_counted = c.is_counted || json_is_object(json_object_get(run, "agreement"));
        cell_add(&c, run, column);
    }
    return c;
}

static void first_text(const cell *c, char *text, size_t size)
{
    const char *value = text_of(c->first, "value"), *expected = text_of(c->first, "expected");
    bool hidden = json_is_null(json_object_get(c->first, "value"));
    (void)snprintf(text, size, "first in packet %.0f of %.64s: %.64s, %.32s has %.64s",
                   number_of(c->first, "packet"), c->slice,
                   hidden   ? "(address not kept)"
                   : *value ? value
                            : "nothing",
                   text_of(c->agreement, "reference"),
                   hidden      ? "another value"
                   : *expected ? expected
                               : "nothing");
}

static void cell_show(part *p, const cell *c, bool given)
{
    char words[320], count[32];
    if (!given) {
        fputs("<td title=\"not given\"></td>", p->out);
        return;
    }
    if (!c->is_counted) {
        fputs("<td title=\"not compared\">?</td>", p->out);
        return;
    }
    if (c->different <= 0) {
        fprintf(p->out, c->is_least ? "<td title=\"not known: other columns differ\">?</td>"
                                    : "<td class=\"ok\">0</td>");
        return;
    }
    (void)snprintf(count, sizeof count, "%s%.0f", c->is_least ? "≥ " : "", c->different);
    if (!c->first) {
        html_put(p->out, "<td class=\"bad\">%s</td>", count);
        return;
    }
    first_text(c, words, sizeof words);
    html_put(p->out,
             "<td class=\"bad\" title=\"%s\"><details><summary>%s</summary>%s</details></td>",
             words, count, words);
}

static bool was_run(const json_t *results, const char *backend, const char *level)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (strcmp(text_of(run, "backend"), backend) == 0 &&
            strcmp(text_of(run, "level"), level) == 0 &&
            json_is_object(json_object_get(run, "agreement")))
            return true;
    }
    return false;
}

static void row_show(part *p, const json_t *backend, const char *level, const char *const *columns,
                     size_t n)
{
    const char *name = text_of(backend, "name");
    html_put(p->out, "<tr><th scope=\"row\">%s %s</th>", name, level);
    for (size_t c = 0; c < n; c++) {
        cell cell = cell_of(p->results, name, level, columns[c]);
        cell_show(p, &cell, column_given(backend, level, columns[c]));
    }
    fputs("</tr>\n", p->out);
}

/* A matrix's frame: it scrolls, and its heads stand upright. */
static void matrix_begin(part *p, const char *caption, const char *const *columns, size_t n)
{
    html_put(p->out,
             "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
             "<table class=\"matrix\"><caption><span>%s</span></caption><thead><tr><th "
             "scope=\"col\">backend</th>",
             caption, caption);
    for (size_t c = 0; c < n; c++) {
        /* An address is one column of two halves. */
        size_t length = strlen(columns[c]);
        bool is_half = length > 3 && strcmp(columns[c] + length - 3, "_hi") == 0;
        char name[64];
        (void)snprintf(name, sizeof name, "%.*s", (int)(is_half ? length - 3 : length), columns[c]);
        html_put(p->out, "<th scope=\"col\" class=\"c\">%s</th>", name);
    }
    fputs("</tr></thead><tbody>\n", p->out);
}

void section_agreement(part *p)
{
    size_t i, n;
    const char **columns = columns_collect(p->results, &n);
    json_t *backend;
    if (!columns)
        return;
    html_put(p->out, "<h3 id=\"agreement-%zu\">Differences by column</h3>\n", p->index);
    fputs("<p>Cells of well-formed packets that differ from the reference, over all slices. Empty: "
          "the backend does not give the column. Open a cell to see its first "
          "difference.</p>\n",
          p->out);
    matrix_begin(p, "Cells different, by backend and column", columns, n);
    json_array_foreach(json_object_get(p->results, "backends"), i, backend)
    {
        for (size_t level = 0; level < LEVELS; level++)
            if (was_run(p->results, text_of(backend, "name"), levels[level]))
                row_show(p, backend, levels[level], columns, n);
    }
    html_table_end(p->out);
    free(columns);
}
