#include "report/findings/findings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/findings/aa.h"
#include "report/findings/ranking.h"
#include "report/findings/remarks.h"
#include "results/reader.h"

/* "libpcap takes 1.5 to 2.2 times as long", "libpcap ties with it (0.99 to 1.02 times)" */
static void entry_text(const ranked *e, bool has_intervals, size_t slices, FILE *out)
{
    char text[80];
    range_text(e->ratio_low, e->ratio_high, text, sizeof text);
    if (!has_intervals)
        fprintf(out, "%s takes %s times as long (no interval: too few processes)", e->backend,
                text);
    else if (e->tied == e->slices)
        fprintf(out, "%s ties with it (%s times)", e->backend, text);
    else
        fprintf(out, "%s takes %s times as long", e->backend, text);
    if (has_intervals && e->tied > 0 && e->tied < e->slices)
        fprintf(out, ", a tie on %zu of %zu slices", e->tied, e->slices);
    if (e->faster > 0)
        fprintf(out, ", faster on %zu of %zu slices", e->faster, e->slices);
    if (e->slices < slices)
        fputs(" where it agrees", out);
}

static bool is_timed_at(const json_t *results, const char *backend, const char *level)
{
    size_t i;
    json_t *slice;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        if (is_timed(run_of(results, backend, text_of(slice, "name"), level)))
            return true;
    }
    return false;
}

/* "; with fewer columns, not ranked: dpkt, tshark" */
static void fewer_columns(const json_t *results, const char *level, FILE *out)
{
    size_t i, said = 0;
    json_t *backend;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        const char *name = text_of(backend, "name");
        if (is_timed_at(results, name, level) &&
            columns_given(results, name, level) < columns_most(results, level))
            fprintf(out, "%s%s", said++ ? ", " : "; with fewer columns, not ranked: ", name);
    }
}

/* "At level headers, raw is fastest (20.1 to 80.6 ns/packet); libpcap takes ..." */
static void level_sentence(const json_t *results, const char *level, FILE *out)
{
    ranking r;
    char text[80];
    size_t slices = json_array_size(json_object_get(results, "slices"));
    rank_level(results, level, &r);
    if (r.complete == 0)
        return;
    range_text(r.list[0].low, r.list[0].high, text, sizeof text);
    fprintf(out, "At level %s, %s %s (%s ns/packet)", level, r.list[0].backend,
            r.count == 1 ? "is the only backend that agrees on every slice"
            : r.has_intervals && r.leaders == 1
                ? "is fastest"
                : "has the lowest median, but is not clearly fastest",
            text);
    for (size_t i = 1; i < r.count; i++) {
        fputs(i > 1 ? ", " : "; ", out);
        entry_text(&r.list[i], r.has_intervals, slices, out);
    }
    fewer_columns(results, level, out);
    fputs(".\n", out);
}

/* Time of the whole tree, and divided by that of the same backend's headers, over the slices. */
static void tree_text(const json_t *results, const char *backend, size_t said, FILE *out)
{
    double low = INFINITY, high = 0, ratio_low = INFINITY, ratio_high = 0;
    size_t i;
    json_t *slice;
    char times[80], ratios[80];
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        const json_t *tree = run_of(results, backend, text_of(slice, "name"), "dissect");
        const json_t *headers = run_of(results, backend, text_of(slice, "name"), "headers");
        double ns = number_of(tree, "ns_per_packet");
        if (!is_timed(tree))
            continue;
        low = fmin(low, ns);
        high = fmax(high, ns);
        if (is_timed(headers)) {
            ratio_low = fmin(ratio_low, ns / number_of(headers, "ns_per_packet"));
            ratio_high = fmax(ratio_high, ns / number_of(headers, "ns_per_packet"));
        }
    }
    range_text(low, high, times, sizeof times);
    range_text(ratio_low, ratio_high, ratios, sizeof ratios);
    fprintf(out, "%s%s %s ns/packet",
            said ? ", " : "Cost of the whole tree (level dissect, not ranked): ", backend, times);
    if (ratio_high > 0)
        fprintf(out, " (%s times its level headers)", ratios);
}

static void dissect_sentence(const json_t *results, FILE *out)
{
    size_t i, said = 0;
    json_t *backend;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        if (is_timed_at(results, text_of(backend, "name"), "dissect"))
            tree_text(results, text_of(backend, "name"), said++, out);
    }
    if (said)
        fputs(".\n", out);
}

/* Runs whose numbers contradict each other, or whose processes do. */
static void doubt_sentences(const json_t *results, FILE *out)
{
    size_t i;
    json_t *run;
    char text[REMARK], work[WORK_TEXT];
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (remark_order(results, run, text))
            fprintf(out, "%s %s on %s: %s.\n", text_of(run, "backend"), work_text(run, work),
                    text_of(run, "slice"), text);
        if (remark_modes(run, text))
            fprintf(out, "%s %s on %s: %s.\n", text_of(run, "backend"), work_text(run, work),
                    text_of(run, "slice"), text);
    }
}

/* Start-up of a process at its highest level that was timed; negative if unknown. */
static double start_up_of(const json_t *results, const char *backend)
{
    double least = -1;
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "process_runs"), i, run)
    {
        const json_t *s = json_object_get(run, "start_up_s");
        if (strcmp(text_of(run, "backend"), backend) == 0 && json_is_number(s) &&
            (least < 0 || json_number_value(s) < least))
            least = json_number_value(s);
    }
    return least;
}

static void start_up_sentence(const json_t *results, FILE *out)
{
    size_t i, said = 0;
    json_t *backend;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        char text[32];
        double seconds = start_up_of(results, text_of(backend, "name"));
        if (seconds < 0)
            continue;
        number_text(seconds * 1e3, text, sizeof text);
        if (said++)
            fputs(", ", out);
        else
            fputs("Start-up of a process, not included in the times: ", out);
        fprintf(out, "%s %s ms", text_of(backend, "name"), text);
    }
    if (said)
        fputs(" (hyperfine, on a capture without packets).\n", out);
}

/* Cost of the last quarter of the packets over that of the first; 0 if it is not known. */
static double growth(const json_t *run)
{
    const json_t *parts = json_object_get(run, "position_ns_per_packet");
    size_t n = json_array_size(parts), i;
    double first = 0, last = 0;
    for (i = 0; i < n / 4; i++) {
        first += json_number_value(json_array_get(parts, i));
        last += json_number_value(json_array_get(parts, n - 1 - i));
    }
    return first > 0 ? last / first : 0;
}

/* Growth below this is not reported: it was measured once. */
#define GROWTH_TOLD 1.25

static void position_sentence(const json_t *results, FILE *out)
{
    size_t i, known = 0, shown = 0;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        char text[32];
        double grown = growth(run);
        known += grown > 0;
        if (grown < GROWTH_TOLD)
            continue;
        number_text(grown, text, sizeof text);
        if (shown++)
            fputs(", ", out);
        else
            fputs("Time per packet grows; last quarter of the packets compared with the first, in "
                  "one run: ",
                  out);
        fprintf(out, "%s %s on %s %s times", text_of(run, "backend"), text_of(run, "level"),
                text_of(run, "slice"), text);
    }
    if (shown)
        fprintf(out, "; all others less than %.2f times.\n", GROWTH_TOLD);
    else if (known)
        fprintf(out,
                "Time per packet is nearly constant: in the last quarter of a slice, less than "
                "%.2f times that in the first.\n",
                GROWTH_TOLD);
}

void report_findings(const json_t *results, FILE *out)
{
    level_sentence(results, "frames", out);
    level_sentence(results, "headers", out);
    level_sentence(results, "flows", out);
    dissect_sentence(results, out);
    doubt_sentences(results, out);
    start_up_sentence(results, out);
    position_sentence(results, out);
}

/* The control that deviates most. */
static const json_t *widest_control(const json_t *results, double width)
{
    size_t i;
    json_t *aa;
    json_array_foreach(json_object_get(results, "aa"), i, aa)
    {
        if (aa_width(results, text_of(aa, "slice"), text_of(aa, "level")) >= width)
            return aa;
    }
    return NULL;
}

static void aa_sentence(const json_t *results, FILE *out)
{
    double width = aa_width(results, NULL, NULL);
    const json_t *aa = width < 0 ? NULL : widest_control(results, width);
    char text[32];
    if (!aa) {
        fputs("A/A control: none with an interval, so the noise of this machine is not known.\n",
              out);
        return;
    }
    number_text(100 * width, text, sizeof text);
    fprintf(out,
            "A/A control: a backend differs from itself by up to %s %% (%s %s on %s); treat "
            "smaller differences as noise.\n",
            text, text_of(aa, "backend"), text_of(aa, "level"), text_of(aa, "slice"));
}

void report_quality(const json_t *results, FILE *out)
{
    const json_t *context = json_object_get(results, "context");
    const json_t *plan = json_object_get(results, "plan");
    const json_t *load = json_array_get(json_object_get(context, "load_average"), 0);
    size_t i;
    json_t *words;
    aa_sentence(results, out);
    if (json_is_number(load))
        fprintf(out, "Load average at the start: %.2f, on %.0f cores.\n", json_number_value(load),
                number_of(json_object_get(context, "cpu"), "cores"));
    fprintf(out, "%.0f processes of each backend, %.0f rounds in each.\n",
            number_of(plan, "blocks"), number_of(plan, "rounds"));
    json_array_foreach(json_object_get(results, "noise"), i, words)
    {
        if (json_is_string(words) && strncmp(json_string_value(words), "A/A", strlen("A/A")) != 0 &&
            strncmp(json_string_value(words), "load average", strlen("load average")) != 0)
            fprintf(out, "Noise: %s.\n", json_string_value(words));
    }
}
