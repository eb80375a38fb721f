#include "report/formats/findings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/reader.h"

/* Does the backend give every column that others give at the level? */
static bool is_full(const json_t *results, const char *backend, const char *level)
{
    return columns_given(results, backend, level) == columns_most(results, level);
}

/* Is its interval against raw wholly below 1 on every slice? */
static bool is_clearly_faster(const json_t *results, const char *backend, const char *level)
{
    size_t i;
    json_t *slice;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        const json_t *run = run_of(results, backend, text_of(slice, "name"), level);
        const json_t *ci = json_object_get(json_object_get(run, "ratio"), "ci95");
        if (!json_is_array(ci) || json_number_value(json_array_get(ci, 1)) >= 1)
            return false;
    }
    return true;
}

/* The agreeing backend that takes least time per packet over all slices at the level: smallest sum
 * of medians, among those that are `ok` on every slice. NULL if there is none. */
static const char *fastest(const json_t *results, const char *level)
{
    const char *best = NULL;
    double least = INFINITY;
    size_t i, j;
    json_t *backend, *slice;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        const char *name = text_of(backend, "name");
        double sum = 0;
        json_array_foreach(json_object_get(results, "slices"), j, slice)
        {
            const json_t *run = run_of(results, name, text_of(slice, "name"), level);
            sum +=
                is_timed(run) && has_status(run, "ok") ? number_of(run, "ns_per_packet") : INFINITY;
        }
        if (!is_full(results, name, level))
            continue;
        if (best && strcmp(best, "raw") == 0 && !is_clearly_faster(results, name, level))
            continue; /* the difference may be noise */
        if (sum < least) {
            least = sum;
            best = name;
        }
    }
    return best;
}

typedef struct range {
    double low, high;
    size_t slices;
    bool clear;   /* every interval lies wholly above 1 */
    bool guessed; /* some slice has no interval */
} range;

/* How many times as long the backend takes as its baseline, over the slices. */
static range ratios(const json_t *results, const char *backend, const char *level,
                    const char *baseline)
{
    range r = {INFINITY, 0, 0, true, false};
    size_t i;
    json_t *slice;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        const json_t *run = run_of(results, backend, text_of(slice, "name"), level);
        const json_t *ratio = json_object_get(run, "ratio");
        if (!is_timed(run) || has_status(run, "differs") ||
            strcmp(text_of(ratio, "backend"), baseline) != 0)
            continue;
        double median = number_of(ratio, "median");
        r.low = fmin(r.low, median);
        r.high = fmax(r.high, median);
        r.clear = r.clear && is_above_one(ratio);
        r.guessed = r.guessed || !json_is_array(json_object_get(ratio, "ci95"));
        r.slices++;
    }
    return r;
}

static void range_text(range r, char *text, size_t size)
{
    char low[32], high[32];
    number_text(r.low, low, sizeof low);
    number_text(r.high, high, sizeof high);
    if (strcmp(low, high) == 0)
        (void)snprintf(text, size, "%s", low);
    else
        (void)snprintf(text, size, "%s to %s", low, high);
}

/* "At level headers, raw is the fastest ...; libpcap takes 1.5 to 2.2 times as long, ..." */
static void headers_sentence(const json_t *results, const char *bullet, FILE *out)
{
    const char *best = fastest(results, "headers");
    if (!best)
        return;
    fprintf(out, "%sAt level headers, %s is the fastest backend that agrees on every slice", bullet,
            best);
    size_t i, said = 0;
    json_t *backend;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        char text[80];
        const char *name = text_of(backend, "name");
        range r = ratios(results, name, "headers", best);
        if (strcmp(name, best) == 0 || !r.slices)
            continue;
        range_text(r, text, sizeof text);
        fputs(said++ ? ", " : "; ", out);
        if (r.clear || r.guessed)
            fprintf(out, "%s takes %s times as long", name, text);
        else
            fprintf(out, "%s is not significantly slower (%s times)", name, text);
        if (r.slices < json_array_size(json_object_get(results, "slices")))
            fputs(" where it agrees", out);
        if (r.guessed)
            fputs(" (no interval: too few processes)", out);
    }
    fputs(".\n", out);
}

/* Cost of the whole tree against the same backend's headers, over the slices. */
static range tree_cost(const json_t *results, const char *backend)
{
    range r = {INFINITY, 0, 0, true, false};
    size_t i;
    json_t *slice;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        const char *name = text_of(slice, "name");
        const json_t *tree = run_of(results, backend, name, "dissect");
        const json_t *headers = run_of(results, backend, name, "headers");
        if (!is_timed(tree) || !is_timed(headers))
            continue;
        double ratio = number_of(tree, "ns_per_packet") / number_of(headers, "ns_per_packet");
        r.low = fmin(r.low, ratio);
        r.high = fmax(r.high, ratio);
        r.slices++;
    }
    return r;
}

static void dissect_sentence(const json_t *results, const char *bullet, FILE *out)
{
    const char *best = fastest(results, "dissect");
    if (!best)
        return;
    char text[80];
    range cost = tree_cost(results, best), to_raw = ratios(results, best, "dissect", "raw");
    fprintf(out, "%sAt level dissect, %s is the fastest backend that agrees on every slice", bullet,
            best);
    if (cost.slices) {
        range_text(cost, text, sizeof text);
        fprintf(out, "; it takes %s times as long as at level headers", text);
    }
    if (to_raw.slices && (to_raw.clear || to_raw.guessed)) {
        range_text(to_raw, text, sizeof text);
        fprintf(out, ", %s times as long as raw at level headers", text);
    }
    fputs(".\n", out);
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

static void start_up_sentence(const json_t *results, const char *bullet, FILE *out)
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
            fprintf(out, "%sStart-up of a process, not included in the times: ", bullet);
        fprintf(out, "%s %s ms", text_of(backend, "name"), text);
    }
    if (said)
        fputs(" (hyperfine, on a capture without packets).\n", out);
}

/* The first sentence that there is. */
static char *first_sentence(const json_t *results)
{
    char *text = NULL;
    size_t size;
    FILE *words = open_memstream(&text, &size);
    if (!words)
        return NULL;
    headers_sentence(results, "", words);
    if (ftell(words) == 0)
        dissect_sentence(results, "", words);
    if (ftell(words) == 0)
        fputs("No backend agrees on every slice.", words);
    if (fclose(words) != 0) {
        free(text);
        return NULL;
    }
    text[strcspn(text, "\n")] = '\0';
    return text;
}

void report_headline(const json_t *results, FILE *out)
{
    char *text = first_sentence(results);
    if (text)
        fputs(text, out);
    free(text);
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

static void position_sentence(const json_t *results, const char *bullet, FILE *out)
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
            fprintf(out,
                    "%sTime per packet grows; last quarter of the packets compared with the first, "
                    "in one run: ",
                    bullet);
        fprintf(out, "%s %s on %s %s times", text_of(run, "backend"), text_of(run, "level"),
                text_of(run, "slice"), text);
    }
    if (shown)
        fprintf(out, "; all others less than %.2f times.\n", GROWTH_TOLD);
    else if (known)
        fprintf(out,
                "%sTime per packet is nearly constant: in the last quarter of a slice, less than "
                "%.2f times that in the first.\n",
                bullet, GROWTH_TOLD);
}

void report_text(const json_t *results, const char *bullet, FILE *out)
{
    headers_sentence(results, bullet, out);
    dissect_sentence(results, bullet, out);
    start_up_sentence(results, bullet, out);
    position_sentence(results, bullet, out);
}
