/* Rates without packet loss. */
#include "report/html/html.h"
#include "report/live/rates.h"
#include "report/page/part.h"
#include "results/reader.h"

enum { COLUMNS = 8 };

/* A cell in millions, or an empty one. */
static void mega_cell(part *p, const json_t *run, const char *key, size_t index)
{
    char place[PLACE_BYTES];
    (void)snprintf(place, sizeof place, "/live/runs/%zu/%s", index, key);
    if (json_is_number(json_object_get(run, key)))
        html_figure(p->out, number_of(run, key), 1e-6, place, NULL);
    else
        html_empty(p->out);
}

static void row_show(part *p, const json_t *run, size_t index)
{
    char work[LIVE_TEXT];
    live_work_text(run, work);
    html_put(p->out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td>",
             text_of(run, "slice"), text_of(run, "backend"), work,
             json_is_true(json_object_get(run, "at_least")) ? "at least" : "");
    mega_cell(p, run, "packets_per_s", index);
    mega_cell(p, run, "failed_packets_per_s", index);
    mega_cell(p, run, "sender_packets_per_s", index);
    html_put(p->out, "<td>%s%s%s</td></tr>\n", text_of(run, "status"),
             *text_of(run, "reason") ? ": " : "", text_of(run, "reason"));
}

bool has_live(const json_t *results)
{
    return json_array_size(live_runs(results)) > 0;
}

void section_live(part *p)
{
    static const html_head heads[COLUMNS] = {{"slice", false},
                                             {"backend", false},
                                             {"work", false},
                                             {"bound", false},
                                             {"Mpps without loss", true},
                                             {"Mpps with loss", true},
                                             {"sender Mpps", true},
                                             {"status", false}};
    char method[LIVE_METHOD];
    size_t i;
    json_t *run;
    if (!has_live(p->results))
        return;
    live_method_text(p->results, method);
    html_put(p->out, "<h3 id=\"live-%zu\">%s</h3>\n<p>%s %s</p>\n", p->index, LIVE_TITLE, live_note,
             method);
    html_table_begin(p->out, LIVE_TITLE, heads, COLUMNS);
    json_array_foreach(live_runs(p->results), i, run)
    {
        row_show(p, run, i);
    }
    html_table_end(p->out);
}
