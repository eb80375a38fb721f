#include "cli/choose/confirm.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/input/scratch.h"
#include "bench/statistics/statistics.h"
#include "cli/choose/choose_traffic.h"
#include "cli/choose/command_run.h"
#include "cli/message.h"
#include "parsers/util/clock.h"
#include "report/choose/extract_words.h"
#include "results/escaped.h"
#include "results/json_values.h"
#include "results/reader.h"

enum { RUNS_MAX = 7, RUNS_MIN = 3, WORDS_MAX = 30 };

/* Runs are repeated for about this time. */
#define RUNS_SECONDS 10.0

/* The start-up must be at most this part of a run's time, or the difference means nothing. */
#define STARTUP_PART 0.5
/* Fewer packets take less time than two starts of a program differ by. */
#define PACKETS_MIN 10000

/* Medians of several runs. */
typedef struct runs {
    double wall_s, cpu_s, peak_rss_bytes;
    size_t count;
} runs;

typedef struct confirming {
    const json_t *choice, *fit;
    const char *capture; /* path of the user's capture */
    char *empty;         /* path of a capture without packets */
    char *output;        /* path of the rows */
    runs startup, work;
    command_run printed; /* the command as printed */
    traffic traffic;
    json_t *written; /* names of the columns in the output */
} confirming;

/* Words that replace those of the printed command; NULL: as printed. */
typedef struct replacement {
    const char *capture, *format, *output;
} replacement;

static const char *word_after(const char *previous, const char *word, const replacement *r)
{
    if (strcmp(word, CAPTURE_WORD) == 0)
        return r->capture;
    if (strcmp(previous, "--format") == 0 && r->format)
        return r->format;
    return strcmp(previous, "-o") == 0 ? r->output : word;
}

/* The words of the command with others in their places, and a NULL. */
static void words_get(const json_t *command, const replacement *r, const char *out[WORDS_MAX + 1])
{
    size_t i;
    json_t *word;
    const char *previous = "";
    json_array_foreach(command, i, word)
    {
        if (i >= WORDS_MAX)
            break;
        out[i] = word_after(previous, json_string_value(word), r);
        previous = json_string_value(word);
    }
    out[i] = NULL;
}

/* false: a message was printed. */
static bool run_once(const confirming *c, const replacement *r, bool quiet, command_run *run)
{
    const char *words[WORDS_MAX + 1];
    words_get(json_object_get(c->fit, "command_words"), r, words);
    if (!command_execute(words, quiet, run)) {
        message_error("--confirm: the command cannot be started: %s", strerror(errno));
        return false;
    }
    if (run->status == 0)
        return true;
    message_error("--confirm: `%s` failed with exit status %d", text_of(c->fit, "command"),
                  run->status);
    return false;
}

/* Run several times and take medians. */
static bool run_several(const confirming *c, const replacement *r, runs *out)
{
    double wall[RUNS_MAX], cpu[RUNS_MAX], rss[RUNS_MAX];
    const double end = pkt_seconds_now() + RUNS_SECONDS;
    size_t n = 0;
    while (n < RUNS_MIN || (n < RUNS_MAX && pkt_seconds_now() < end)) {
        command_run run;
        if (!run_once(c, r, true, &run))
            return false;
        wall[n] = run.wall_s;
        cpu[n] = run.cpu_s;
        rss[n++] = run.peak_rss_bytes;
    }
    *out = (runs){.wall_s = median_of(wall, n),
                  .cpu_s = median_of(cpu, n),
                  .peak_rss_bytes = median_of(rss, n),
                  .count = n};
    return true;
}

/* A pcap file without packets: little-endian, microseconds, snaplen 65535, Ethernet. */
static bool empty_write(const char *path)
{
    static const unsigned char header[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2,    0,    4, 0, 0, 0, 0, 0,
                                             0,    0,    0,    0,    0xff, 0xff, 0, 0, 1, 0, 0, 0};
    FILE *out = fopen(path, "wb");
    if (!out)
        return false;
    bool good = fwrite(header, sizeof header, 1, out) == 1;
    return fclose(out) == 0 && good;
}

/* The first line of the CSV file, divided at commas. */
static json_t *columns_read(const char *path)
{
    char *line = NULL;
    size_t room = 0;
    json_t *names = json_array();
    FILE *in = fopen(path, "r");
    if (in && getline(&line, &room, in) > 0)
        for (char *rest = line, *name; (name = strsep(&rest, ",\n"));)
            if (*name)
                json_array_append_new(names, json_words(name));
    if (in)
        (void)fclose(in);
    free(line);
    return names;
}

/* Did the results have the cost of writing rows? Then the promise includes it. */
static bool promise_writes(const confirming *c)
{
    return json_is_true(json_object_get(c->choice, "sink_measured"));
}

/* Run all that is needed. false: a message was printed. */
static bool runs_make(confirming *c)
{
    command_run first;
    const bool writes = promise_writes(c);
    const char *format = writes ? NULL : "none", *null = writes ? "/dev/null" : "-";
    const replacement printed = {c->capture, NULL, c->output}, names = {c->empty, "csv", c->output},
                      work = {c->capture, format, null}, startup = {c->empty, format, null};
    struct stat status;
    if (!run_once(c, &names, false, &first))
        return false;
    c->written = columns_read(c->output);
    if (!run_once(c, &printed, false, &c->printed) || !run_several(c, &startup, &c->startup) ||
        !run_several(c, &work, &c->work))
        return false;
    return stat(c->output, &status) == 0;
}

/* ns per packet without start-up; NAN if the start-up is too large a part of the time, or if there
 * are so few packets that the difference would be noise. */
static double per_packet(const confirming *c, double work_s, double startup_s)
{
    return c->traffic.packets >= PACKETS_MIN && startup_s <= STARTUP_PART * work_s
               ? (work_s - startup_s) * 1e9 / c->traffic.packets
               : NAN;
}

/* {promised, measured, ratio}, with null for what is unknown. */
static json_t *compared(double promised, double measured)
{
    bool known = promised > 0 && measured > 0;
    return json_pack("{s:o, s:o, s:o}", "promised", json_real_or_null(promised > 0, promised),
                     "measured", json_real_or_null(measured > 0, measured), "ratio",
                     json_real_or_null(known, measured / promised));
}

/* Append what does not hold with the measured values. */
static void requirements_check(const confirming *c, double wall_ns, double cpu_ns, json_t *failures)
{
    const bool known = !isnan(wall_ns) && !isnan(cpu_ns);
    const double measured = known ? fmax(wall_ns, cpu_ns) : NAN,
                 scale = measured / number_of(c->fit, "core_ns_per_packet"),
                 promised = number_of(c->fit, "cores_busy"),
                 busy = promised > 0 ? promised * scale : 0,
                 there = json_is_true(json_object_get(c->fit, "sequential"))
                             ? 1
                             : number_of(c->choice, "cores_available"),
                 limit = number_of(c->choice, "max_rss_bytes");
    if (isnan(busy))
        json_array_append_new(failures,
                              json_string("the capture is too small to check the required speed"));
    else if (busy > 0 && ceil(busy) > there)
        json_array_append_new(failures, json_string("too slow for the required speed"));
    /* The printed command can write rows where the promise is without them. */
    if (limit > 0 && fmax(c->work.peak_rss_bytes, c->printed.peak_rss_bytes) > limit)
        json_array_append_new(failures, json_string("the peak memory is above the limit"));
    if (!json_equal(c->written, json_object_get(c->fit, "columns")))
        json_array_append_new(failures,
                              json_string("the columns are not those of the requirements"));
}

static json_t *confirmation_json(const confirming *c)
{
    const double wall = per_packet(c, c->work.wall_s, c->startup.wall_s),
                 cpu = per_packet(c, c->work.cpu_s, c->startup.cpu_s);
    json_t *failures = json_array();
    struct stat status = {.st_size = 0};
    (void)stat(c->output, &status);
    requirements_check(c, wall, cpu, failures);
    return json_pack(
        "{s:o, s:s, s:f, s:i, s:f, s:f, s:o, s:o, s:o, s:O, s:O, s:f, s:f, s:f, s:o}", "capture",
        json_words(c->capture), "compared",
        promise_writes(c) ? "rows written to /dev/null" : "rows counted (--format none)", "packets",
        c->traffic.packets, "runs", (int)c->work.count, "startup_s", c->startup.wall_s, "run_s",
        c->work.wall_s, "ns_per_packet", compared(number_of(c->fit, "ns_per_packet"), wall),
        "cpu_ns_per_packet", compared(number_of(c->fit, "cpu_ns_per_packet"), cpu),
        "peak_rss_bytes", compared(number_of(c->fit, "peak_rss_bytes"), c->work.peak_rss_bytes),
        "columns_promised", json_object_get(c->fit, "columns"), "columns", c->written, "command_s",
        c->printed.wall_s, "command_peak_rss_bytes", c->printed.peak_rss_bytes, "output_bytes",
        (double)status.st_size, "failures", failures);
}

static bool fit_find(confirming *c)
{
    c->fit = json_array_get(json_object_get(c->choice, "fits"), 0);
    if (json_is_array(json_object_get(c->fit, "command_words")))
        return true;
    if (c->fit)
        message_error("--confirm: there is no command for %s: %s; `pktbench bench %s --backends %s "
                      "--levels %s` measures it",
                      text_of(c->fit, "backend"), text_of(c->fit, "command_note"), c->capture,
                      text_of(c->fit, "backend"), text_of(c->fit, "level"));
    else
        message_error("--confirm: no backend meets the requirements");
    return false;
}

static bool confirm_in(confirming *c, const scratch *folder)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    c->empty = scratch_path(folder, "empty.pcap");
    c->output = scratch_path(folder, "rows");
    if (!c->empty || !c->output || !empty_write(c->empty)) {
        message_error("--confirm: cannot write to %s: %s", folder->folder, strerror(errno));
        return false;
    }
    if (!runs_make(c))
        return false;
    if (traffic_measure(c->capture, pkt_encoder_at(0), pkt_level_columns(PKT_LEVEL_FRAMES),
                        &c->traffic, &err) == 0)
        return true;
    message_failure("--confirm", &err);
    return false;
}

bool confirm(json_t *choice, const char *capture, bool *confirmed)
{
    confirming c = {.choice = choice, .capture = capture};
    scratch folder;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!fit_find(&c))
        return false;
    if (scratch_open(&folder, &err) != 0) {
        message_failure("--confirm", &err);
        return false;
    }
    bool good = confirm_in(&c, &folder);
    if (good) {
        json_t *confirmation = confirmation_json(&c);
        *confirmed = json_array_size(json_object_get(confirmation, "failures")) == 0;
        good = json_object_set_new(choice, "confirmation", confirmation) == 0;
        if (!good)
            message_error("--confirm: no memory for what was measured");
    }
    json_decref(c.written);
    free(c.empty);
    free(c.output);
    scratch_close(&folder);
    return good;
}

static void compared_print(const json_t *confirmation, const char *key, const char *title,
                           double factor, const char *unit, FILE *out)
{
    static const char *const cells[] = {"promised", "measured"};
    const json_t *values = json_object_get(confirmation, key);
    char text[48];
    fprintf(out, "  %-12s", title);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        number_text(number_of(values, cells[i]) * factor, text, sizeof text);
        fprintf(out, " %10s", json_is_number(json_object_get(values, cells[i])) ? text : "unknown");
    }
    fprintf(out, " %s", unit);
    if (json_is_number(json_object_get(values, "ratio"))) {
        number_text(number_of(values, "ratio"), text, sizeof text);
        fprintf(out, ", x %s", text);
    }
    fputc('\n', out);
}

static void columns_print(const json_t *confirmation, FILE *out)
{
    const json_t *promised = json_object_get(confirmation, "columns_promised"),
                 *written = json_object_get(confirmation, "columns");
    fprintf(out, "  %-12s %10zu %10zu %s\n", "columns", json_array_size(promised),
            json_array_size(written), json_equal(promised, written) ? "as asked" : "NOT as asked");
}

static void confirmation_print(const json_t *confirmation, FILE *out)
{
    char startup[48], seconds[48], memory[48], bytes[48];
    size_t i;
    json_t *failure;
    number_text(number_of(confirmation, "startup_s") * 1e3, startup, sizeof startup);
    number_text(number_of(confirmation, "command_s"), seconds, sizeof seconds);
    number_text(number_of(confirmation, "command_peak_rss_bytes") / 1e6, memory, sizeof memory);
    number_text(number_of(confirmation, "output_bytes") / 1e6, bytes, sizeof bytes);
    fprintf(out, "\nOn %s: %.0f packets, median of %.0f runs, without the start-up of %s ms\n",
            text_of(confirmation, "capture"), number_of(confirmation, "packets"),
            number_of(confirmation, "runs"), startup);
    fprintf(out, "  %-12s %10s %10s %s\n", "", "promised", "measured",
            text_of(confirmation, "compared"));
    compared_print(confirmation, "ns_per_packet", "time", 1, "ns/packet", out);
    compared_print(confirmation, "cpu_ns_per_packet", "CPU", 1, "ns/packet", out);
    compared_print(confirmation, "peak_rss_bytes", "peak memory", 1e-6, "MB", out);
    columns_print(confirmation, out);
    fprintf(
        out,
        "  the command as printed took %s s with its start-up and %s MB of memory, and wrote %s "
        "MB\n",
        seconds, memory, bytes);
    if (json_is_null(at(confirmation, "ns_per_packet", "measured")))
        fputs("  The capture is too small to compare the time: most of it is start-up, or noise.\n",
              out);
    json_array_foreach(json_object_get(confirmation, "failures"), i, failure)
    {
        fprintf(out, "  NOT confirmed: %s\n", json_string_value(failure));
    }
}

void confirm_print(const json_t *confirmation, FILE *out)
{
    json_t *shown = json_escaped(confirmation, pkt_text_terminal);
    confirmation_print(shown, out);
    json_decref(shown);
}
