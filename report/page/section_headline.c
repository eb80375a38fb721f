/* One sentence and one picture: what each backend costs, beside what it gives. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/findings/headline.h"
#include "report/page/html.h"
#include "report/page/picture.h"
#include "results/reader.h"

enum { LINES_MAX = 64, FEATURES = 6 };

static const struct {
    const char *name, *title;
} features[FEATURES] = {
    {"pcapng", "pcapng"},
    {"live", "live capture"},
    {"stream-numbers", "stream numbers"},
    {"reassembly", "reassembly"},
    {"application-layers", "application layers"},
    {"makes-packets", "makes packets"},
};

static bool is_tested(const char *how)
{
    return strncmp(how, "tested", strlen("tested")) == 0;
}

/* A line of the picture: a backend at a level, over the slices. */
typedef struct line {
    const json_t *backend;
    size_t level;
    double sum_log; /* for the order */
    size_t slices;
    bool differs;
} line;

static bool has_level(const line *lines, size_t n, size_t level)
{
    for (size_t y = 0; y < n; y++)
        if (lines[y].level == level)
            return true;
    return false;
}

static void line_fill(const json_t *results, const json_t *backend, size_t level, line *l)
{
    size_t i;
    json_t *slice;
    *l = (line){.backend = backend, .level = level};
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        const json_t *run =
            run_of(results, text_of(backend, "name"), text_of(slice, "name"), levels[level]);
        if (!is_timed(run))
            continue;
        l->sum_log += log(number_of(run, "ns_per_packet"));
        l->slices++;
        l->differs = l->differs || has_status(run, "differs");
    }
}

/* Dearest first: the first line is at the bottom of the picture... and the cheapest on top. */
static int line_order(const void *one, const void *other)
{
    const line *a = one, *b = other;
    double x = a->sum_log / (double)a->slices, y = b->sum_log / (double)b->slices;
    return (x < y) - (x > y);
}

static size_t lines_collect(const json_t *results, line lines[LINES_MAX])
{
    size_t i, n = 0;
    json_t *backend;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        for (size_t level = 0; level < LEVELS && n < LINES_MAX; level++) {
            line_fill(results, backend, level, &lines[n]);
            n += lines[n].slices > 0;
        }
    }
    qsort(lines, n, sizeof lines[0], line_order);
    return n;
}

/* Dots of one level: a slice each. Grows the range. */
static void dots_write(const json_t *results, const line *lines, size_t n, size_t level,
                       FILE *script, double *low, double *high)
{
    size_t i;
    json_t *slice;
    fprintf(script, "$l%zu << EOD\n", level);
    for (size_t y = 0; y < n; y++) {
        if (lines[y].level != level)
            continue;
        json_array_foreach(json_object_get(results, "slices"), i, slice)
        {
            const json_t *run = run_of(results, text_of(lines[y].backend, "name"),
                                       text_of(slice, "name"), levels[level]);
            double ns = number_of(run, "ns_per_packet");
            if (!is_timed(run))
                continue;
            *low = fmin(*low, ns);
            *high = fmax(*high, ns);
            fprintf(script, "%.9g %zu\n", ns, y);
        }
        fputc('\n', script); /* a line joins the dots of a backend, not those of two */
    }
    fputs("EOD\n", script);
}

static void costs_plot(const line *lines, size_t n, FILE *script)
{
    const char *join = "plot ";
    fputs("set ytics (", script);
    for (size_t y = 0; y < n; y++) {
        char label[128];
        (void)snprintf(label, sizeof label, "%s%s  %s%s", text_of(lines[y].backend, "name"),
                       is_ours(lines[y].backend) ? " (ours)" : "", levels[lines[y].level],
                       lines[y].differs ? " *" : "");
        fputs(y ? ", " : "", script);
        picture_text(script, label);
        fprintf(script, " %zu", y);
    }
    fprintf(script, ")\nset yrange [-0.7:%.1f]\n", (double)n - 0.3);
    for (size_t level = 0; level < LEVELS; level++) {
        if (!has_level(lines, n, level))
            continue;
        fprintf(script,
                "%s$l%zu using 1:2 with lines lw 2 lc rgb \"%s\" notitle, "
                "$l%zu using 1:2 with points pt 7 ps 0.7 lc rgb \"%s\" notitle",
                join, level, picture_colour(level), level, picture_colour(level));
        join = ", ";
    }
    fputc('\n', script);
}

static void strip_data(const json_t *results, const line *lines, size_t n, FILE *script)
{
    for (int tested = 1; tested >= 0; tested--) {
        fprintf(script, "$t%d << EOD\n-9 -9\n", tested);
        for (size_t y = 0; y < n; y++)
            for (size_t f = 0; f < FEATURES; f++) {
                const char *how = feature_evidence(lines[y].backend, features[f].name);
                if (*how && is_tested(how) == (tested == 1))
                    fprintf(script, "%zu %zu\n", f + 1, y);
            }
        fputs("EOD\n", script);
    }
    fputs("$columns << EOD\n", script);
    for (size_t y = 0; y < n; y++)
        fprintf(script, "0 %zu %zu\n", y,
                columns_given(results, text_of(lines[y].backend, "name"), levels[lines[y].level]));
    fputs("EOD\n", script);
}

static void strip_plot(size_t n, FILE *script)
{
    fprintf(
        script,
        "unset logscale\nset xrange [-0.6:%.1f]\nset yrange [-0.7:%.1f]\nunset xlabel\n"
        "set format y \"\"\nset ytics 1 scale 0\n"
        "set x2range [-0.6:%.1f]\nunset xtics\nset x2tics rotate by 55 left scale 0 offset -0.4,0 "
        "(\"columns\" 0",
        FEATURES + 0.6, (double)n - 0.3, FEATURES + 0.6);
    for (size_t f = 0; f < FEATURES; f++)
        fprintf(script, ", \"%s\" %zu", features[f].title, f + 1);
    fputs(")\nplot $t1 using 1:2 with points pt 7 ps 0.9 lc rgb \"black\" notitle, "
          "$t0 using 1:2 with points pt 6 ps 0.9 lc rgb \"black\" notitle, "
          "$columns using 1:2:3 with labels notitle\n",
          script);
}

/* Names of the levels in their colours, and what the marks of the strip mean. */
static void legend_write(const line *lines, size_t n, unsigned height, FILE *script)
{
    double top = 1 - 98.0 / height, x = 0.218;
    for (size_t level = 0; level < LEVELS; level++) {
        if (!has_level(lines, n, level))
            continue;
        fprintf(script, "set label %zu \"%s\" at screen %.3f, screen %.4f textcolor rgb \"%s\"\n",
                level + 1, levels[level], x, top, picture_colour(level));
        x += 0.085;
    }
    fprintf(script,
            "set label 9 \"filled: tested here, open: stated by its authors\" at screen 0.995, "
            "screen %.4f right\n",
            22.0 / height);
}

static void headline_picture(part *p)
{
    line lines[LINES_MAX] = {{0}};
    char *script = NULL;
    size_t size, n = lines_collect(p->results, lines);
    unsigned height = 190 + 22 * (unsigned)n;
    double low = INFINITY, high = 0;
    FILE *out = n ? open_memstream(&script, &size) : NULL;
    if (!out)
        return;
    for (size_t level = 0; level < LEVELS; level++)
        dots_write(p->results, lines, n, level, out, &low, &high);
    strip_data(p->results, lines, n, out);
    fprintf(out,
            "set multiplot\nset tmargin at screen %.4f\nset bmargin at screen %.4f\n"
            "set lmargin at screen 0.215\nset rmargin at screen 0.70\n"
            "set border lc rgb \"gray\"\nset tics textcolor rgb \"black\" nomirror\n"
            "set grid x y lc rgb \"gray\" lw 0.5\n"
            "set xlabel \"wall time per packet (log scale), one dot for each slice\"\n",
            1 - 115.0 / height, 75.0 / height);
    legend_write(lines, n, height, out);
    picture_time_tics(out, "x", low, high);
    costs_plot(lines, n, out);
    fputs("set lmargin at screen 0.715\nset rmargin at screen 0.945\nunset label\n", out);
    strip_plot(n, out);
    fputs("unset multiplot\n", out);
    if (fclose(out) == 0)
        p->headline_drawn = picture_put(
            p,
            &(picture){"headline",
                       "Time per packet of each backend and level, and its features; the tables "
                       "below have the same numbers",
                       960, height, true},
            script);
    free(script);
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
    headline_picture(p);
}

static void levels_cell(part *p, const json_t *backend)
{
    const json_t *offered = json_object_get(backend, "levels");
    const char *join = "";
    fputs("<td>", p->out);
    for (size_t level = 0; level < LEVELS; level++) {
        const json_t *l = json_object_get(offered, levels[level]);
        if (!l)
            continue;
        html_put(p->out, "%s<span title=\"%s\">%s</span>", join, text_of(l, "work"), levels[level]);
        join = ", ";
    }
    fputs("</td>", p->out);
}

static size_t columns_of(const json_t *results, const char *backend)
{
    size_t most = 0;
    for (size_t level = 0; level < LEVELS; level++) {
        size_t given = columns_given(results, backend, levels[level]);
        most = given > most ? given : most;
    }
    return most;
}

static void gives_row(part *p, const json_t *backend)
{
    FILE *out = p->out;
    const char *name = text_of(backend, "name");
    html_put(out, "<tr><th scope=\"row\">%s%s</th>", name, is_ours(backend) ? " (ours)" : "");
    if (!json_is_true(json_object_get(backend, "available"))) {
        html_put(out, "<td class=\"w\">unavailable: %s</td>", text_of(backend, "reason"));
        for (size_t f = 0; f < FEATURES + 3; f++)
            html_empty(out);
        html_put(out, "<td class=\"w\">%s</td></tr>\n", text_of(backend, "summary"));
        return;
    }
    levels_cell(p, backend);
    html_put(out, "<td class=\"n\" data-sort=\"%zu\">%zu</td>", columns_of(p->results, name),
             columns_of(p->results, name));
    for (size_t f = 0; f < FEATURES; f++) {
        const char *how = feature_evidence(backend, features[f].name);
        html_put(out, "<td class=\"%s\" title=\"%s\">%s</td>",
                 !*how            ? "no"
                 : is_tested(how) ? "ok"
                                  : "stated",
                 how,
                 !*how            ? "–"
                 : is_tested(how) ? "tested"
                                  : "stated");
    }
    html_put(out, "<td>%s</td><td>%s</td><td class=\"w\">%s</td></tr>\n",
             text_of(backend, "license"), text_of(backend, "version"), text_of(backend, "summary"));
}

void section_gives(part *p)
{
    html_head heads[FEATURES + 6] = {{"backend", false}, {"levels", false}, {"columns", true}};
    size_t i, n = 3;
    json_t *backend;
    for (size_t f = 0; f < FEATURES; f++)
        heads[n++] = (html_head){features[f].title, false};
    heads[n++] = (html_head){"licence", false};
    heads[n++] = (html_head){"version", false};
    heads[n++] = (html_head){"description", false};
    html_put(p->out, "<h3 id=\"gives-%zu\">Features</h3>\n", p->index);
    html_table_begin(
        p->out,
        "tested: by the tests of this project; stated: by its authors, where the title "
        "of the cell says",
        heads, n);
    json_array_foreach(json_object_get(p->results, "backends"), i, backend)
    {
        gives_row(p, backend);
    }
    html_table_end(p->out);
}
