#include "report/choose/choose_print.h"

#include <string.h>

#include "results/escaped.h"
#include "results/reader.h"

/* The number between words, if it is known. */
static void figure(FILE *out, const json_t *object, const char *key, double factor,
                   const char *before, const char *after)
{
    char text[48];
    if (!json_is_number(json_object_get(object, key)))
        return;
    number_text(number_of(object, key) * factor, text, sizeof text);
    fprintf(out, "%s%s%s", before, text, after);
}

/* Seconds, minutes or hours on one core; nothing for 0. */
static void duration(FILE *out, double seconds)
{
    enum { MINUTE = 60, HOUR = 3600 };
    const char *unit = seconds < 2 * MINUTE ? "s" : seconds < 2 * HOUR ? "min" : "h";
    double length = seconds < 2 * MINUTE ? 1 : seconds < 2 * HOUR ? MINUTE : HOUR;
    char text[48];
    if (seconds <= 0)
        return;
    number_text(seconds / length, text, sizeof text);
    fprintf(out, ", %s %s on one core", text, unit);
}

static void cost_text(const json_t *fit, FILE *out)
{
    double cores = number_of(fit, "cores_at_least");
    figure(out, fit, "ns_per_packet", 1, "", " ns/packet");
    figure(out, fit, "peak_rss_bytes", 1e-6, ", peak ", " MB");
    if (cores > 0)
        fprintf(out, ", at least %.0f core%s", cores, cores > 1 ? "s" : "");
    figure(out, fit, "cores_busy", 1, " (busy: ", ")");
    duration(out, number_of(fit, "seconds_on_one_core"));
    figure(out, fit, "output_bytes", 1e-9, ", output ", " GB");
}

static void lines_text(const json_t *list, const char *before, FILE *out)
{
    size_t i;
    json_t *line;
    json_array_foreach(list, i, line)
    {
        fprintf(out, "  %s%s\n", before, json_string_value(line));
    }
}

static void threads_text(const json_t *list, FILE *out)
{
    size_t i;
    json_t *more;
    json_array_foreach(list, i, more)
    {
        fprintf(out, "  with --threads %.0f", number_of(more, "threads"));
        figure(out, more, "ns_per_packet", 1, ": ", " ns/packet\n");
    }
}

static void winner_text(const json_t *fit, FILE *out)
{
    fprintf(out, "%s, level %s: ", text_of(fit, "backend"), text_of(fit, "level"));
    cost_text(fit, out);
    fprintf(out, ", licence %s\n", text_of(fit, "license"));
    lines_text(json_object_get(fit, "stated"), "not tested here: ", out);
    if (json_is_number(json_object_get(fit, "disk_read_bytes_per_s"))) {
        figure(out, fit, "disk_read_bytes_per_s", 1e-6,
               "  the disk limits the speed if it reads less than ", " MB/s");
        figure(out, fit, "disk_write_bytes_per_s", 1e-6, " or writes less than ", " MB/s");
        fputs(" (not measured)\n", out);
    }
    threads_text(json_object_get(fit, "with_threads"), out);
    if (*text_of(fit, "command"))
        fprintf(out, "  %s\n", text_of(fit, "command"));
    if (*text_of(fit, "command_note"))
        fprintf(out, "  %s\n", text_of(fit, "command_note"));
}

static void rejected_text(const json_t *rejected, FILE *out)
{
    size_t i, j;
    json_t *one, *reason;
    if (json_array_size(rejected))
        fputs("\nThese do not:\n", out);
    json_array_foreach(rejected, i, one)
    {
        fprintf(out, "  %-13s ", text_of(one, "backend"));
        json_array_foreach(json_object_get(one, "reasons"), j, reason)
        {
            fprintf(out, "%s%s", j ? "; " : "", json_string_value(reason));
        }
        fputc('\n', out);
    }
}

static void list_text(const char *title, const json_t *list, FILE *out)
{
    if (json_array_size(list))
        fprintf(out, "\n%s\n", title);
    lines_text(list, "", out);
}

static void choice_write(const json_t *choice, FILE *out)
{
    const json_t *fits = json_object_get(choice, "fits");
    size_t i;
    json_t *fit;
    if (json_array_size(fits) == 0)
        fputs("No backend meets the requirements.\n", out);
    json_array_foreach(fits, i, fit)
    {
        if (i == 1)
            fputs("\nThese also meet the requirements:\n", out);
        if (i == 0) {
            winner_text(fit, out);
            continue;
        }
        fprintf(out, "  %-13s level %s: ", text_of(fit, "backend"), text_of(fit, "level"));
        cost_text(fit, out);
        if (json_is_true(json_object_get(fit, "tied")))
            fputs(": a tie, the intervals overlap", out);
        fputc('\n', out);
    }
    rejected_text(json_object_get(choice, "rejected"), out);
    list_text("Requirements to relax:", json_object_get(choice, "relaxations"), out);
    list_text("Assumptions:", json_object_get(choice, "assumptions"), out);
    if (json_is_string(json_object_get(choice, "main_assumption")))
        fprintf(out, "\nMain assumption: %s.\n", text_of(choice, "main_assumption"));
}

void choose_print(const json_t *choice, FILE *out)
{
    json_t *shown = json_escaped(choice, pkt_text_terminal);
    choice_write(shown, out);
    json_decref(shown);
}
