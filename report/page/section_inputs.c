/* Runs over other files, into rows of features, and into data frames. */
#include <string.h>

#include "report/formats/inputs.h"
#include "report/html/html.h"
#include "report/page/part.h"
#include "results/reader.h"

enum { COLUMNS = 14, SECOND = 1, LAST = 11 };

/* The place of the number of packets that the run read, and that number. */
static double packets_place(const part *p, const json_t *input, const char *base,
                            char over[PLACE_BYTES])
{
    const json_t *run = json_object_get(input, "run");
    const json_t *slices = json_object_get(p->results, "slices");
    size_t i = 0;
    if (json_object_get(input, "packets")) {
        (void)snprintf(over, PLACE_BYTES, "%s/packets", base);
        return number_of(input, "packets");
    }
    if (number_of(run, "prefix_packets") > 0)
        (void)snprintf(over, PLACE_BYTES, "%s/run/prefix_packets", base);
    else {
        while (i < json_array_size(slices) &&
               strcmp(text_of(json_array_get(slices, i), "name"), text_of(run, "slice")) != 0)
            i++;
        (void)snprintf(over, PLACE_BYTES, "/slices/%zu/packets", i);
    }
    return packets_read(p->results, run);
}

static void time_cells(part *p, const json_t *input, const char *base)
{
    const json_t *run = json_object_get(input, "run");
    char place[PLACE_BYTES], over[PLACE_BYTES];
    const double packets = packets_place(p, input, base, over);
    (void)snprintf(place, sizeof place, "%s/run/wall_ns", base);
    html_summary(p->out, json_object_get(run, "wall_ns"), 1, packets, place, over);
    (void)snprintf(place, sizeof place, "%s/run/cpu_ns", base);
    html_summary(p->out, json_object_get(run, "cpu_ns"), 1, packets, place, over);
    (void)snprintf(place, sizeof place, "%s/run/ns_per_packet", base);
    if (is_timed(run))
        html_quotient(p->out, 1e3, number_of(run, "ns_per_packet"), place);
    else
        html_empty(p->out);
    (void)snprintf(place, sizeof place, "%s/run/ratio", base);
    html_summary(p->out, json_object_get(run, "ratio"), 1, 1, place, NULL);
    (void)snprintf(place, sizeof place, "%s/to_base", base);
    html_summary(p->out, json_object_get(input, "to_base"), 1, 1, place, NULL);
}

static void row_show(part *p, const json_t *input, const char *base)
{
    const json_t *run = json_object_get(input, "run");
    char what[INPUT_TEXT];
    input_text(input, what);
    html_put(p->out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td>",
             text_of(input, "slice"), what, text_of(run, "backend"), text_of(run, "level"));
    time_cells(p, input, base);
    html_put(p->out, "<td>%s%s%s</td></tr>\n", text_of(run, "status"),
             *text_of(run, "reason") ? ": " : "", text_of(run, "reason"));
}

static void table_show(part *p, const input_words *words)
{
    html_head heads[COLUMNS] = {{"file", false},         {"", false},         {"backend", false},
                                {"level", false},        {"ns/packet", true}, {"95 %", false},
                                {"CPU ns/packet", true}, {"95 %", false},     {"Mpkt/s", true},
                                {"x raw", true},         {"95 %", false},     {"", true},
                                {"95 %", false},         {"status", false}};
    const json_t *list = json_object_get(p->results, words->list);
    size_t i;
    json_t *input;
    if (json_array_size(list) == 0)
        return;
    heads[SECOND].text = words->second;
    heads[LAST].text = words->last;
    html_put(p->out, "<h4>%s</h4>\n<p>%s</p>\n", words->title, words->note);
    html_table_begin(p->out, words->title, heads, COLUMNS);
    json_array_foreach(list, i, input)
    {
        char base[PLACE_BYTES / 2];
        (void)snprintf(base, sizeof base, "/%s/%zu", words->list, i);
        row_show(p, input, base);
    }
    html_table_end(p->out);
}

/* A cell with that member of a run, which may not be there. */
static void member_show(part *p, const json_t *run, const char *base, const char *name,
                        double factor)
{
    char place[PLACE_BYTES];
    (void)snprintf(place, sizeof place, "%s/%s", base, name);
    if (json_is_number(json_object_get(run, name)))
        html_figure(p->out, number_of(run, name), factor, place, NULL);
    else
        html_empty(p->out);
}

/* "direction: 2, flags: 30", or why there is nothing. */
static void differences_show(part *p, const json_t *run)
{
    size_t i;
    json_t *class;
    html_put(p->out, "<td>%s", text_of(run, "reason"));
    json_array_foreach(json_object_get(run, "classes"), i, class)
    {
        html_put(p->out, "%s%s: %zu", i ? ", " : "", text_of(class, "name"),
                 (size_t)number_of(class, "records"));
    }
    html_put(p->out, "</td></tr>\n");
}

static void records_show(part *p)
{
    static const html_head heads[] = {
        {"file", false},   {"program", false},      {"version", false}, {"status", false},
        {"records", true}, {"equal", true},         {"ms", true},       {"CPU ms", true},
        {"ours ms", true}, {"other records", false}};
    static const struct {
        const char *name;
        double factor;
    } members[] = {
        {"records", 1}, {"equal", 1}, {"net_s", 1e3}, {"net_cpu_s", 1e3}, {"net_s_ours", 1e3}};
    const json_t *list = json_object_get(p->results, record_words.list);
    size_t i;
    json_t *run;
    if (json_array_size(list) == 0)
        return;
    html_put(p->out, "<h4>%s</h4>\n<p>%s</p>\n", record_words.title, record_words.note);
    html_table_begin(p->out, record_words.title, heads, sizeof heads / sizeof heads[0]);
    json_array_foreach(list, i, run)
    {
        char base[PLACE_BYTES / 2];
        (void)snprintf(base, sizeof base, "/%s/%zu", record_words.list, i);
        html_put(p->out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td>",
                 text_of(run, "slice"), text_of(run, "program"), text_of(run, "version"),
                 text_of(run, "status"));
        for (size_t m = 0; m < sizeof members / sizeof members[0]; m++)
            member_show(p, run, base, members[m].name, members[m].factor);
        differences_show(p, run);
    }
    html_table_end(p->out);
}

bool has_inputs(const json_t *results)
{
    if (json_array_size(json_object_get(results, record_words.list)) > 0)
        return true;
    for (size_t i = 0; i < INPUT_TABLES; i++)
        if (json_array_size(json_object_get(results, input_tables[i].list)) > 0)
            return true;
    return false;
}

void section_inputs(part *p)
{
    if (!has_inputs(p->results))
        return;
    html_put(p->out, "<h3 id=\"inputs-%zu\">Other files, rows of features, data frames</h3>\n",
             p->index);
    for (size_t i = 0; i < INPUT_TABLES; i++)
        table_show(p, &input_tables[i]);
    records_show(p);
}
