/* The answer in one sentence, how far it can be trusted, and one picture of every backend and
 * level. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/findings/findings.h"
#include "report/findings/headline.h"
#include "report/html/dot_chart.h"
#include "report/html/html.h"
#include "report/page/picture.h"
#include "results/reader.h"

static char evidence_mark(const char *evidence)
{
    if (!*evidence)
        return 0;
    return strncmp(evidence, "tested", strlen("tested")) == 0 ? 'f' : 'o';
}

/* A row of the picture: a backend at a level, a dot for each slice. false: it has no time. */
static bool row_fill(const json_t *results, const json_t *backend, size_t level, dot_row *row)
{
    const char *name = text_of(backend, "name");
    size_t i;
    json_t *slice;
    *row = (dot_row){.colour = level, .low = INFINITY};
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        const json_t *run = run_of(results, name, text_of(slice, "name"), levels[level]);
        double ns = number_of(run, "ns_per_packet");
        if (!is_timed(run) || row->count == DOTS_MAX)
            continue;
        row->low = fmin(row->low, ns);
        row->high = fmax(row->high, ns);
        row->dots[row->count++] = (dot){ns, has_status(run, "ok") ? MARK_DOT : MARK_OPEN};
    }
    (void)snprintf(row->label, LABEL, "%.40s%s  %.16s", name, is_ours(backend) ? " (ours)" : "",
                   levels[level]);
    row->number = columns_given(results, name, levels[level]);
    for (size_t f = 0; f < CAPABILITIES; f++)
        row->flags[f] = evidence_mark(feature_at(backend, levels[level], capabilities[f].name));
    return row->count > 0;
}

/* Cheapest on top, by the middle of its times. */
static int row_order(const void *one, const void *other)
{
    const dot_row *a = one, *b = other;
    double x = a->low * a->high, y = b->low * b->high;
    return (x > y) - (x < y);
}

static void rows_fill(const json_t *results, dot_chart *c)
{
    size_t i;
    json_t *backend;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        for (size_t level = 0; level < LEVELS && c->count < DOT_ROWS_MAX; level++) {
            dot_row *row = &c->rows[c->count];
            if (!row_fill(results, backend, level, row))
                continue;
            c->low = fmin(c->low, row->low);
            c->high = fmax(c->high, row->high);
            c->count++;
        }
    }
    qsort(c->rows, c->count, sizeof c->rows[0], row_order);
}

/* The levels that have a row, in their colours. */
static void legend_fill(dot_chart *c)
{
    for (size_t level = 0; level < LEVELS; level++)
        for (size_t i = 0; i < c->count; i++)
            if (c->rows[i].colour == level) {
                c->legend[c->legend_count].text = levels[level];
                c->legend[c->legend_count++].colour = level;
                break;
            }
}

static void headline_picture(part *p)
{
    dot_chart c = {.rows = calloc(DOT_ROWS_MAX, sizeof(dot_row)),
                   .low = INFINITY,
                   .axis = "wall time per packet (log scale)",
                   .number = "columns",
                   .flag_count = CAPABILITIES};
    for (size_t f = 0; f < CAPABILITIES; f++)
        c.flags[f] = capabilities[f].title;
    if (c.rows)
        rows_fill(p->results, &c);
    legend_fill(&c);
    if (c.count > 0)
        p->headline_drawn = picture_put(
            p, &(picture){"headline",
                          "Time per packet of each backend and level, and its capabilities; the "
                          "tables below have the same numbers",
                          "Each dot is a slice; open: some cells differ from the reference. Beside "
                          "the times, where there is room: columns that the level gives, and what "
                          "it can do; filled: tested here, open: stated by its authors.",
                          dot_chart_draw, &c});
    free(c.rows);
}

/* Every line that the function writes, as an element of a list. */
static void lines_list(part *p, void (*write)(const json_t *, FILE *), const char *class)
{
    char *text = NULL, *rest = NULL;
    size_t size;
    FILE *words = open_memstream(&text, &size);
    if (!words)
        return;
    write(p->results, words);
    html_put(p->out, "<ul class=\"%s\">\n", class);
    if (fclose(words) == 0)
        for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
            html_put(p->out, "<li>%s</li>\n", line);
    fputs("</ul>\n", p->out);
    free(text);
}

void section_headline(part *p)
{
    char *sentence = NULL;
    size_t size;
    FILE *words = open_memstream(&sentence, &size);
    if (!words)
        return;
    report_headline(p->results, words);
    if (fclose(words) == 0)
        html_put(p->out, "<p class=\"sentence\">%s</p>\n", sentence);
    free(sentence);
    lines_list(p, report_quality, "quality");
}

void section_overview(part *p)
{
    html_put(p->out, "<h3 id=\"overview-%zu\">All backends and levels</h3>\n", p->index);
    headline_picture(p);
    lines_list(p, report_findings, "findings");
}
