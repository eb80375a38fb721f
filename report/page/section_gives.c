/* What every level of every backend can do. */
#include <string.h>

#include "report/html/html.h"
#include "report/page/part.h"
#include "results/reader.h"

const capability capabilities[CAPABILITIES] = {
    {"pcapng", "pcapng"},
    {"live", "live capture"},
    {"stream-numbers", "stream numbers"},
    {"reassembly", "reassembly"},
    {"application-layers", "application layers"},
};

static void evidence_cell(part *p, const char *evidence)
{
    bool is_tested = strncmp(evidence, "tested", strlen("tested")) == 0;
    html_put(p->out, "<td class=\"%s\">%s</td>",
             !*evidence  ? "no"
             : is_tested ? "ok"
                         : "stated",
             *evidence ? evidence : "–");
}

static void level_row(part *p, const json_t *backend, const char *level)
{
    const char *name = text_of(backend, "name");
    const json_t *offered = json_object_get(json_object_get(backend, "levels"), level);
    size_t columns = columns_given(p->results, name, level);
    if (!offered)
        return;
    html_put(p->out, "<tr><th scope=\"row\">%s%s</th><td>%s</td>", name,
             is_ours(backend) ? " (ours)" : "", level);
    html_put(p->out, "<td class=\"n\" data-sort=\"%zu\">%zu</td>", columns, columns);
    for (size_t f = 0; f < CAPABILITIES; f++)
        evidence_cell(p, feature_at(backend, level, capabilities[f].name));
    html_put(p->out, "<td class=\"w\">%s</td></tr>\n", text_of(offered, "work"));
}

static void levels_table(part *p)
{
    html_head heads[CAPABILITIES + 4] = {{"backend", false}, {"level", false}, {"columns", true}};
    size_t i, n = 3;
    json_t *backend;
    for (size_t f = 0; f < CAPABILITIES; f++)
        heads[n++] = (html_head){capabilities[f].title, false};
    heads[n++] = (html_head){"work", false};
    html_table_begin(p->out,
                     "What each level does. tested: by the tests of this project; stated: by its "
                     "authors, and where",
                     heads, n);
    json_array_foreach(json_object_get(p->results, "backends"), i, backend)
    {
        for (size_t level = 0; level < LEVELS; level++)
            level_row(p, backend, levels[level]);
    }
    html_table_end(p->out);
}

/* Features of the library that no level here uses. */
static void unused_cell(part *p, const json_t *backend)
{
    size_t i, said = 0;
    json_t *feature;
    fputs("<td class=\"w\">", p->out);
    json_array_foreach(json_object_get(backend, "features"), i, feature)
    {
        const char *name = text_of(feature, "name");
        bool is_used = false;
        for (size_t level = 0; level < LEVELS; level++)
            is_used =
                is_used || (json_object_get(json_object_get(backend, "levels"), levels[level]) &&
                            *feature_at(backend, levels[level], name));
        if (!is_used)
            html_put(p->out, "%s%s (%s)", said++ ? ", " : "", name, text_of(feature, "evidence"));
    }
    fputs("</td>", p->out);
}

static void backend_row(part *p, const json_t *backend)
{
    html_put(p->out, "<tr><th scope=\"row\">%s%s</th>", text_of(backend, "name"),
             is_ours(backend) ? " (ours)" : "");
    if (json_is_true(json_object_get(backend, "available"))) {
        html_put(p->out, "<td class=\"w\">%s</td>", text_of(backend, "summary"));
        unused_cell(p, backend);
    } else {
        html_put(p->out, "<td class=\"w\">unavailable: %s</td>", text_of(backend, "reason"));
        html_empty(p->out);
    }
    const char *const texts[] = {backend_language(backend), text_of(backend, "license"),
                                 text_of(backend, "version"), backend_flags(p->results, backend)};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        html_cell(p->out, *texts[i] ? texts[i] : "–");
    fputs("</tr>\n", p->out);
}

void section_gives(part *p)
{
    static const html_head heads[] = {{"backend", false},
                                      {"description", false},
                                      {"its other features, not measured here", false},
                                      {"language", false},
                                      {"licence", false},
                                      {"version", false},
                                      {"flags", false}};
    size_t i;
    json_t *backend;
    html_put(p->out, "<h3 id=\"gives-%zu\">Capabilities of each level</h3>\n", p->index);
    levels_table(p);
    html_table_begin(p->out,
                     "Backends. flags: how an external program was built, as it says; ours: like "
                     "pktbench",
                     heads, sizeof heads / sizeof heads[0]);
    json_array_foreach(json_object_get(p->results, "backends"), i, backend)
    {
        backend_row(p, backend);
    }
    html_table_end(p->out);
}
