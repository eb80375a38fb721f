/* Conformance, environment and method. */
#include <string.h>

#include "report/html/html.h"
#include "report/page/part.h"
#include "results/reader.h"

enum { HEADS_MAX = 16 };

static void scalar_cell(part *p, const json_t *value)
{
    if (json_is_number(value)) {
        fprintf(p->out, "<td class=\"n\" data-sort=\"%.9g\">%.9g</td>", json_number_value(value),
                json_number_value(value));
    } else if (json_is_string(value)) {
        html_cell(p->out, json_string_value(value));
    } else if (json_is_boolean(value)) {
        html_cell(p->out, json_is_true(value) ? "yes" : "no");
    } else {
        html_empty(p->out);
    }
}

void section_conformance(part *p)
{
    const json_t *rows = at(p->results, "conformance", "backends");
    html_head heads[HEADS_MAX];
    char words[HEADS_MAX][64];
    size_t i, n = 0;
    const char *key;
    json_t *row, *value;
    if (json_array_size(rows) == 0)
        return;
    json_object_foreach(json_array_get(rows, 0), key, value)
    {
        if (n < HEADS_MAX && !json_is_object(value) && !json_is_array(value)) {
            (void)snprintf(words[n], sizeof words[n], "%s", key);
            heads[n] = (html_head){words[n], json_is_number(value)};
            n++;
        }
    }
    html_put(p->out, "<h3 id=\"conformance-%zu\">Malformed and edge captures</h3>\n", p->index);
    html_table_begin(p->out, "Results of captures with deliberate defects", heads, n);
    json_array_foreach(rows, i, row)
    {
        fputs("<tr>", p->out);
        for (size_t c = 0; c < n; c++)
            scalar_cell(p, json_object_get(row, words[c]));
        fputs("</tr>\n", p->out);
    }
    html_table_end(p->out);
}

static void fact(part *p, const char *name, const json_t *value)
{
    html_put(p->out, "<tr><th scope=\"row\">%s</th><td class=\"w\">", name);
    if (json_is_string(value))
        html_text(p->out, json_string_value(value));
    else if (json_is_number(value))
        fprintf(p->out, "%.9g", json_number_value(value));
    else if (json_is_boolean(value))
        fputs(json_is_true(value) ? "yes" : "no", p->out);
    else
        fputs("not known", p->out);
    fputs("</td></tr>\n", p->out);
}

/* A fact by its place, "cpu l2 bytes"; of a list its first element. */
static void fact_of(part *p, const char *prefix, const char *key, const json_t *value)
{
    char name[128];
    (void)snprintf(name, sizeof name, "%.60s%s%.60s", prefix, *prefix ? " " : "", key);
    for (char *c = name; *c; c++)
        if (*c == '_')
            *c = ' ';
    fact(p, name, json_is_array(value) ? json_array_get(value, 0) : value);
}

static void facts(part *p, json_t *object)
{
    const char *key, *inner;
    json_t *value, *part_value;
    json_object_foreach(object, key, value)
    {
        if (!json_is_object(value)) {
            fact_of(p, "", key, value);
            continue;
        }
        json_object_foreach(value, inner, part_value)
        {
            fact_of(p, key, inner, part_value);
        }
    }
}

static void environment(part *p)
{
    static const html_head heads[] = {{"what", false}, {"value", false}};
    html_put(p->out, "<h3 id=\"environment-%zu\">Environment</h3>\n", p->index);
    html_table_begin(p->out, "Machine and program", heads, 2);
    facts(p, json_object_get(p->results, "context"));
    html_table_end(p->out);
}

static void plan_text(part *p)
{
    const json_t *plan = json_object_get(p->results, "plan");
    fprintf(
        p->out,
        "<li>Every backend ran in %.0f processes, %.0f rounds in each (runs above %.0f ms: %.0f "
        "processes with one round). The order was random, so that changes of the machine affect "
        "all backends alike.</li>\n",
        number_of(plan, "blocks"), number_of(plan, "rounds"), plan_slow_ms(plan),
        number_of(plan, "slow_blocks"));
    fprintf(
        p->out,
        "<li>The file is in the page cache. Before every timed run, %.1f MB of other memory are "
        "read to evict the CPU caches: %s.</li>\n",
        number_of(plan, "evict_bytes") / 1e6,
        emptied_all_caches(p->results)
            ? "no cache holds any part of the file"
            : "the private caches hold no part of the file, the last-level cache may");
}

void section_method(part *p)
{
    environment(p);
    html_put(p->out, "<h3 id=\"method-%zu\">Method</h3>\n<ul>\n", p->index);
    fputs(
        "<li>Before anything was timed, every cell of every packet was compared with a reference: "
        "the golden rows of generated captures, an independent decoder for other captures. A "
        "backend that lost rows, or differed in more than 1 % of the cells of a column, has no "
        "time.</li>\n"
        "<li>A level is a set of columns. Backends are compared at the same level, where they "
        "fill the same columns.</li>\n"
        "<li>The time of a run starts before the file is opened and ends when the sink has "
        "counted the last row. Loading a library is not included; it is shown "
        "separately.</li>\n",
        p->out);
    plan_text(p);
    fputs(
        "<li>A time is a median. In brackets is its 95 % interval, from resampling processes and "
        "then rounds; with fewer than 6 processes there is none. A ratio is the median of the "
        "ratios within rounds.</li>\n"
        "<li>A backend is fastest only if its whole interval is below those of the others on every "
        "slice, and the difference is larger than the A/A control shows there; otherwise it is a "
        "tie. Level dissect is not ranked: it shows what decoding the whole tree takes.</li>\n"
        "<li>Peak memory with * is that of a run over the first packets; that of the slice is not "
        "known. CPU time is that of all threads and processes of a backend.</li>\n"
        "<li>Every number is in the results, which are embedded in this page with all samples; "
        "the last column of a table says where.</li>\n</ul>\n",
        p->out);
}
