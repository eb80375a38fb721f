/* The table of the published study, in three readings. */
#include <string.h>

#include "report/html/html.h"
#include "report/page/part.h"
#include "results/reader.h"

static const html_head heads[] = {
    {"library", false}, {"slice", false},   {"level", false}, {"published s", true},
    {"here s", true},   {"95 %", false},    {"CPU s", true},  {"x dpkt", true},
    {"95 %", false},    {"x native", true}, {"95 %", false},  {"native", false},
    {"read", false},    {"row", true},
};

static const struct {
    const char *name, *title, *words;
} readings[] = {
    {"as-published", "As published: dpkt only reads",
     "dpkt returns packet bytes and decodes nothing; Scapy and PyShark dissect. The published "
     "ratios "
     "1 : 102 : 1179 are close to these."},
    {"like-for-like", "Like for like: all three decode",
     "dpkt decodes the headers too, as a program that needs them would."},
    {"names", "Names out of packets: all three read application protocols",
     "Names of DNS, TLS and HTTP hosts, topics of MQTT, host names of DHCP, as far as each library "
     "has classes for them: what PyShark is mostly used for."},
};

static void ratio_cells(part *p, const json_t *ratio, size_t row, const char *key)
{
    char place[PLACE_BYTES];
    (void)snprintf(place, sizeof place, "/study/%zu/%s", row, key);
    html_summary(p->out, ratio, 1, 1, place, NULL);
}

/* CPU seconds for the whole slice, scaled as the wall time is. */
static void cpu_cell(part *p, const json_t *row)
{
    const json_t *slices = json_object_get(p->results, "slices");
    const json_t *runs = json_object_get(p->results, "runs");
    const json_t *run = run_of_study(p->results, row);
    char place[PLACE_BYTES], over[PLACE_BYTES];
    double whole = number_of(named(slices, text_of(row, "slice")), "packets");
    size_t i = 0;
    while (i < json_array_size(runs) && json_array_get(runs, i) != run)
        i++;
    if (!is_timed(run)) {
        html_empty(p->out);
        return;
    }
    (void)snprintf(place, sizeof place, "/runs/%zu/cpu_ns/median", i);
    (void)snprintf(over, sizeof over, "/runs/%zu/prefix_packets", i);
    bool is_prefix = number_of(run, "prefix_packets") > 0;
    html_figure(p->out,
                number_of(json_object_get(run, "cpu_ns"), "median") /
                    (is_prefix ? packets_read(p->results, run) : 1),
                1e-9 * (is_prefix ? whole : 1), place, is_prefix ? over : NULL);
}

static void row_show(part *p, const json_t *row, size_t i)
{
    char place[PLACE_BYTES];
    const json_t *native = json_object_get(row, "to_native");
    html_put(p->out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td>", text_of(row, "library"),
             text_of(row, "slice"), text_of(row, "level"));
    (void)snprintf(place, sizeof place, "/study/%zu/published_s", i);
    html_figure(p->out, number_of(row, "published_s"), 1, place, NULL);
    ratio_cells(p, json_object_get(row, "slice_s"), i, "slice_s");
    cpu_cell(p, row);
    ratio_cells(p, json_object_get(row, "to_dpkt"), i, "to_dpkt");
    ratio_cells(p, native, i, "to_native");
    html_put(p->out, "<td>%s %s</td>", text_of(native, "backend"), text_of(native, "level"));
    if (number_of(row, "prefix_packets") > 0)
        fprintf(p->out, "<td>first %.0f packets</td>", number_of(row, "prefix_packets"));
    else
        html_cell(p->out, "all packets");
    html_put(p->out, "<td class=\"n\" data-sort=\"%zu\">study[%zu]</td></tr>\n", i, i);
}

static bool has_reading(const json_t *study, const char *name)
{
    size_t i;
    json_t *row;
    json_array_foreach(study, i, row)
    {
        if (strcmp(text_of(row, "reading"), name) == 0)
            return true;
    }
    return false;
}

void section_study(part *p)
{
    const json_t *study = json_object_get(p->results, "study");
    size_t i;
    json_t *row;
    if (json_array_size(study) == 0 || has_captures(p->results))
        return; /* the study is of other traffic than the user's */
    html_put(
        p->out,
        "<h3 id=\"study-%zu\">Libraries of the published study, compared in several ways</h3>\n",
        p->index);
    fputs("<p>A study of CIC-IoT-2023 traffic timed three Python libraries on 10 MB. These are the "
          "same libraries on the slices here: seconds for the whole slice, divided by the time of "
          "dpkt in the same table, and divided by the time of the native backend that does "
          "comparable work.</p>\n",
          p->out);
    for (size_t r = 0; r < sizeof readings / sizeof readings[0]; r++) {
        if (!has_reading(study, readings[r].name))
            continue; /* results of an older version have two */
        html_put(p->out, "<h4>%s</h4>\n<p>%s</p>\n", readings[r].title, readings[r].words);
        html_table_begin(p->out, readings[r].title, heads, sizeof heads / sizeof heads[0]);
        json_array_foreach(study, i, row)
        {
            if (strcmp(text_of(row, "reading"), readings[r].name) == 0)
                row_show(p, row, i);
        }
        html_table_end(p->out);
    }
}
