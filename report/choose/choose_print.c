#include <string.h>

#include "report/choose/choose.h"
#include "results/escaped.h"
#include "results/reader.h"

/* Write the number between two texts, if it is known. */
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

static void live_text(const json_t *live, FILE *out)
{
    if (!json_is_object(live))
        return;
    fprintf(out, ", live without loss: %s",
            json_is_true(json_object_get(live, "at_least")) ? "at least " : "");
    if (!json_is_number(json_object_get(live, "packets_per_s")))
        fputs("no rate", out);
    figure(out, live, "packets_per_s", 1e-6, "", " Mpps");
    fprintf(out, " (%s)", text_of(live, "slice"));
}

static void cost_text(const json_t *fit, FILE *out)
{
    double cores = number_of(fit, "cores_at_least");
    bool of_prefix = json_object_size(json_object_get(fit, "prefix_packets")) > 0;
    fprintf(out, "%s, level %s: ", text_of(fit, "backend"), text_of(fit, "level"));
    figure(out, fit, "ns_per_packet", 1,
           strcmp(text_of(fit, "level"), "dissect") == 0 ? "whole tree " : "", " ns/packet");
    figure(out, fit, "cpu_ns_per_packet", 1, ", CPU ", " ns");
    figure(out, fit, "peak_rss_bytes", 1e-6, ", peak ", of_prefix ? " MB*" : " MB");
    if (cores > 0)
        fprintf(out, cores > 1 ? ", %.0f cores by extrapolation" : ", %.0f core", cores);
    figure(out, fit, "cores_busy", 1, " (busy: ", ")");
    duration(out, number_of(fit, "seconds_on_one_core"));
    figure(out, fit, "output_bytes", 1e-9, ", output ", " GB");
    live_text(json_object_get(fit, "live"), out);
    fprintf(out, ", licence %s", text_of(fit, "license"));
    if (json_is_true(json_object_get(fit, "tied")))
        fputs(json_is_array(json_object_get(fit, "core_ns_per_packet_ci95"))
                  ? "; a tie, intervals that are not apart"
                  : "; a tie, no interval",
              out);
    fputc('\n', out);
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

static void disk_text(const json_t *fit, bool deadline, FILE *out)
{
    if (!json_is_number(json_object_get(fit, "disk_read_bytes_per_s")))
        return;
    figure(out, fit, "disk_read_bytes_per_s", 1e-6,
           deadline ? "  for the deadline the disk must read " : "  one core reads ", " MB/s");
    figure(out, fit, "disk_write_bytes_per_s", 1e-6, deadline ? " and write " : " and writes ",
           " MB/s");
    fputs(deadline ? " (the disk was not measured)\n"
                   : ": a slower disk sets the time (it was not measured)\n",
          out);
}

static void details_text(const json_t *fit, bool deadline, FILE *out)
{
    disk_text(fit, deadline, out);
    threads_text(json_object_get(fit, "with_threads"), out);
    if (*text_of(fit, "command"))
        fprintf(out, "  %s\n", text_of(fit, "command"));
    if (*text_of(fit, "command_note"))
        fprintf(out, "  %s\n", text_of(fit, "command_note"));
}

/* The first one in full, the others in a line. `withheld`: why none of them is recommended; NULL:
 * the first is. */
static void ranked_text(const json_t *fits, const char *withheld, bool deadline, FILE *out)
{
    size_t i;
    json_t *fit;
    if (withheld)
        fprintf(out, "No winner: %s.\nThese meet the requirements, the lowest median first:\n",
                withheld);
    json_array_foreach(fits, i, fit)
    {
        if (!is_ranked(fit))
            break;
        if (i == 1 && !withheld)
            fputs("\nThese also meet the requirements:\n", out);
        fputs(i || withheld ? "  " : "", out);
        cost_text(fit, out);
        if (i == 0)
            details_text(fit, deadline, out);
    }
}

static void stated_text(const json_t *fits, bool deadline, FILE *out)
{
    size_t i, shown = 0;
    json_t *fit;
    json_array_foreach(fits, i, fit)
    {
        if (is_ranked(fit))
            continue;
        if (shown++ == 0)
            fprintf(out, "%s\n",
                    i ? "\nNot ranked, because not all of it was compared or tested here:"
                      : "No ranking: these meet the requirements, but not all of it was compared "
                        "or tested here:");
        fputs("  ", out);
        cost_text(fit, out);
        lines_text(json_object_get(fit, "stated"), "    not covered: ", out);
        if (i == 0)
            details_text(fit, deadline, out);
    }
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

static void extrapolation_text(const json_t *list, const char *whose, FILE *out)
{
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one)
    {
        fprintf(out, "  %s%s%s%s: %s; measured: %s\n", text_of(one, "what"), *whose ? " (" : "",
                whose, *whose ? ")" : "", text_of(one, "asked"), text_of(one, "measured"));
    }
}

static void extrapolations_text(const json_t *choice, FILE *out)
{
    const json_t *all = json_object_get(choice, "extrapolations");
    const json_t *fits = json_object_get(choice, "fits");
    size_t i, count = json_array_size(all);
    json_t *fit;
    json_array_foreach(fits, i, fit)
    {
        count += json_array_size(json_object_get(fit, "extrapolations"));
    }
    if (count > 0)
        fputs("\nExtrapolated, not measured:\n", out);
    extrapolation_text(all, "", out);
    json_array_foreach(fits, i, fit)
    {
        extrapolation_text(json_object_get(fit, "extrapolations"), text_of(fit, "backend"), out);
    }
}

/* Levels are measured one by one, columns of several of them together are not. */
static void unmeasured_text(const json_t *unmeasured, FILE *out)
{
    size_t i;
    json_t *one;
    if (json_array_size(unmeasured))
        fputs("\nThese commands give it as columns of several levels together, of which time and "
              "memory were not measured:\n",
              out);
    json_array_foreach(unmeasured, i, one)
    {
        fprintf(out, "  %s\n", text_of(one, "command"));
    }
}

static void choice_write(const json_t *choice, FILE *out)
{
    const json_t *fits = json_object_get(choice, "fits");
    const json_t *unmeasured = json_object_get(choice, "unmeasured");
    const bool deadline = json_is_number(json_object_get(choice, "deadline_s"));
    if (json_array_size(fits) == 0)
        fprintf(out, "No %s meets the requirements.\n",
                json_array_size(unmeasured) ? "measured level of a backend" : "backend");
    lines_text(json_object_get(choice, "conflicts"), "", out);
    ranked_text(fits, json_string_value(json_object_get(choice, "withheld")), deadline, out);
    stated_text(fits, deadline, out);
    unmeasured_text(unmeasured, out);
    rejected_text(json_object_get(choice, "rejected"), out);
    list_text("Requirements to relax:", json_object_get(choice, "relaxations"), out);
    extrapolations_text(choice, out);
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
