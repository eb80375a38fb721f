#include "report/findings/headline.h"

#include <string.h>

#include "report/findings/aa.h"
#include "report/findings/ranking.h"
#include "report/findings/withheld.h"
#include "results/reader.h"

/* What most programs need comes first. */
static const struct {
    const char *level, *words;
} questions[] = {
    {"headers", "header fields"},
    {"flows", "header fields and stream numbers"},
    {"frames", "times and lengths of packets"},
};

static void percent_text(double share, char *text, size_t size)
{
    char number[32];
    number_text(100 * share, number, sizeof number);
    (void)snprintf(text, size, "%s %%", number);
}

static void leaders_text(const ranking *r, const char *join, FILE *out)
{
    size_t said = 0;
    for (size_t i = 0; i < r->complete; i++) {
        if (!is_leader(r, &r->list[i]))
            continue;
        fprintf(out, "%s%s",
                said == 0                ? ""
                : said + 1 == r->leaders ? join
                                         : ", ",
                r->list[i].backend);
        said++;
    }
}

static void times_text(const ranked *entry, FILE *out)
{
    char text[80];
    range_text(entry->low, entry->high, text, sizeof text);
    fprintf(out, "%s ns/packet", text);
}

/* "; libpcap, the next, takes 2.48 to 2.91 times as long" */
static void next_text(const ranking *r, FILE *out)
{
    for (size_t i = 0; i < r->complete; i++) {
        char text[80];
        if (is_leader(r, &r->list[i]))
            continue;
        range_text(r->list[i].ratio_low, r->list[i].ratio_high, text, sizeof text);
        fprintf(out, "; %s, the next, takes %s times as long", r->list[i].backend, text);
        return;
    }
}

/* Is some other leader faster than the first on a slice? */
static bool is_mixed(const ranking *r)
{
    for (size_t i = 1; i < r->complete; i++)
        if (r->list[i].faster > 0)
            return true;
    return false;
}

static void recommend(const ranking *r, const char *words, double width, FILE *out)
{
    char noise[48];
    fprintf(out, "For %s, %sship ", words, width > AA_UNCERTAIN || width < 0 ? "probably " : "");
    leaders_text(r, " or ", out);
    if (r->leaders == 1)
        fputs(": ", out);
    else if (is_mixed(r))
        fprintf(out, ", depending on the traffic: the fastest is not the same on every slice; %s ",
                r->list[0].backend);
    else
        fprintf(out, ", a tie (intervals that are not apart): %s ", r->list[0].backend);
    times_text(&r->list[0], out);
    next_text(r, out);
    percent_text(width, noise, sizeof noise);
    if (width < 0)
        fputs("; there was no A/A control to tell differences from noise", out);
    else if (width > AA_UNCERTAIN)
        fprintf(out, "; differences up to %s may be noise (A/A control)", noise);
    fputc('.', out);
}

static void withhold_intervals(const ranking *r, const char *words, const char *why, FILE *out)
{
    fprintf(out, "No recommendation yet for %s: %s; the lowest median is that of %s, ", words, why,
            r->list[0].backend);
    times_text(&r->list[0], out);
    fputc('.', out);
}

void report_headline(const json_t *results, FILE *out)
{
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        ranking r;
        rank_level(results, questions[i].level, &r);
        if (r.complete == 0)
            continue;
        double width = aa_width_of_level(results, NULL, questions[i].level);
        char why[WITHHELD_TEXT];
        const bool withheld = withheld_text(results, r.has_intervals, width, why);
        if (!r.has_intervals)
            withhold_intervals(&r, questions[i].words, why, out);
        else if (withheld)
            fprintf(out, "No recommendation: %s.", why);
        else
            recommend(&r, questions[i].words, width, out);
        return;
    }
    fputs("No recommendation: no backend agrees on every slice.", out);
}
