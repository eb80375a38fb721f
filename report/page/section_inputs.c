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

bool has_inputs(const json_t *results)
{
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
}
