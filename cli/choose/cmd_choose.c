/* `pktbench choose`: results and requests in, a recommendation out. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/choose/choose_traffic.h"
#include "cli/choose/confirm.h"
#include "cli/message.h"
#include "cli/shared_options.h"
#include "parsers/util/error.h"
#include "parsers/util/parse.h"
#include "report/choose/choose.h"
#include "report/choose/traffic_mix.h"
#include "results/escaped.h"
#include "results/load.h"
#include "results/reader.h"

#define MOST_BYTES UINT64_C(1000000000000000000)

typedef struct unit {
    const char *name;
    double factor;
} unit;

static const unit rates[] = {{"Mpps", 1e6}, {"kpps", 1e3}, {"pps", 1}, {NULL, 0}};
static const unit bit_rates[] = {{"Gbps", 1e9},   {"Mbps", 1e6},   {"kbps", 1e3},
                                 {"Gbit/s", 1e9}, {"Mbit/s", 1e6}, {NULL, 0}};

/* "10Gbps" in the unit's base, above 0; false: not that. */
static bool quantity_read(const char *text, const unit *units, double *value)
{
    const char *end = pkt_parse_number(text, value);
    for (; end && units->name; units++)
        if (strcmp(end, units->name) == 0) {
            *value *= units->factor;
            return *value > 0 && *value < 1e18;
        }
    return false;
}

/* A volume may take longer than option_seconds() allows. Stays as it is if not given. */
static bool deadline_option(const arguments *a, double *seconds)
{
    const char *text = option_value(a, "deadline");
    if (!text || pkt_parse_duration(text, seconds))
        return true;
    message_error("--deadline %s: must be a duration such as 90m, 2h or 1d", text);
    return false;
}

static bool speed_options(const arguments *a, choose_request *w)
{
    const char *rate = option_value(a, "rate");
    uint64_t volume, rss, cores;
    if (rate && !quantity_read(rate, rates, &w->packets_per_s) &&
        !quantity_read(rate, bit_rates, &w->bits_per_s)) {
        message_error("--rate %s: must be such as 1.5Mpps, 800kpps, 10Gbps or 100Mbps", rate);
        return false;
    }
    if (!option_bytes(a, "volume", 1, MOST_BYTES, 0, &volume) ||
        !deadline_option(a, &w->deadline_s) ||
        !option_bytes(a, "max-rss", 1, MOST_BYTES, 0, &rss) ||
        !option_number(a, "cores", 1, 65536, 0, &cores))
        return false;
    w->volume_bytes = (double)volume;
    w->max_rss_bytes = (double)rss;
    w->cores = (double)cores;
    if (rate && w->volume_bytes > 0) {
        message_error("choose: --rate and --volume ask for different things: give one of them");
        return false;
    }
    if (w->live && w->volume_bytes > 0) {
        message_error("choose: --volume is about capture files: it cannot be combined with --live");
        return false;
    }
    if (w->deadline_s > 0 && !(w->volume_bytes > 0)) {
        message_error("choose: --deadline needs a --volume");
        return false;
    }
    return true;
}

static bool requirements_option(const arguments *a, const json_t *results, choose_request *w)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    const char *text = option_value(a, "need");
    if (requirements_read(results, text ? text : "headers", &w->needs, &err) == 0)
        return true;
    message_failure("--need", &err);
    return false;
}

/* What rows are encoded as to see how many bytes they take. */
static const pkt_encoder *format_of(const choose_request *w)
{
    return w->sink ? pkt_encoder_find(w->sink) : pkt_encoder_at(0);
}

/* The columns that are asked for; all of the level headers if none is named. */
static pkt_column_set columns_of(const choose_request *w)
{
    const pkt_column_set none = {{0}}, columns = requirements_columns(&w->needs);
    return memcmp(&columns, &none, sizeof none) ? columns : pkt_level_columns(PKT_LEVEL_HEADERS);
}

/* Of the rows that the sink writes, and of the packets of a capture; what is not known stays 0. */
static bool traffic_option(const arguments *a, const json_t *results, choose_request *w,
                           char words[512])
{
    const char *given = option_value(a, "traffic"),
               *text = given ? given : option_value(a, "confirm");
    pkt_err err = {.pos = PKT_POS_NONE};
    w->traffic_text = words;
    if (!text) {
        traffic_mix_even(results, w);
        w->traffic_assumed = true;
        (void)snprintf(words, 512, "traffic: equal shares of packets of all slices");
    } else if (given && strchr(text, '=')) {
        (void)snprintf(words, 512, "traffic: shares of packets as given");
        if (traffic_mix_read(results, text, w, &err) != 0) {
            message_failure("--traffic", &err);
            return false;
        }
    } else {
        traffic t;
        if (traffic_measure(text, format_of(w), columns_of(w), &t, &err) != 0) {
            message_failure(given ? "--traffic" : "--confirm", &err);
            return false;
        }
        w->mean_frame = t.mean_frame;
        w->ethernet_bytes = t.ethernet_bytes;
        w->file_bytes = t.file_bytes;
        w->row_bytes = t.row_bytes;
        w->traffic_by_frame = true;
        traffic_mix_by_frame(results, t.mean_frame, w);
        (void)snprintf(
            words, 512,
            "traffic: interpolated between the slices whose mean frame lengths are nearest to "
            "the capture's (%.1f bytes)",
            t.mean_frame);
    }
    return true;
}

/* Bytes of a row over the traffic, where all its slices are generated. */
static double rows_measure(const choose_request *w)
{
    double bytes = 0;
    for (size_t i = 0; i < w->share_count; i++) {
        double row =
            traffic_row_bytes(json_string_value(json_object_get(
                                  json_object_get(w->shares[i].slice, "origin"), "scenario")),
                              format_of(w), columns_of(w));
        if (row <= 0)
            return 0;
        bytes += w->shares[i].part * row;
    }
    return bytes;
}

static bool sink_option(const arguments *a, choose_request *w)
{
    w->sink = option_value(a, "sink");
    if (!w->sink || pkt_encoder_find(w->sink))
        return true;
    pkt_names known = {.size = 0};
    pkt_err err;
    for (size_t i = 0; pkt_encoder_at(i); i++)
        pkt_names_add(&known, pkt_encoder_at(i)->name);
    pkt_fail_unknown(&err, "sink", w->sink, &known);
    message_err(&err);
    return false;
}

static bool license_option(const arguments *a, choose_request *w)
{
    const char *license = option_value(a, "license");
    w->permissive = license != NULL;
    if (!license || strcmp(license, "permissive") == 0)
        return true;
    message_error("--license %s: only `permissive` can be asked for", license);
    return false;
}

static extracts extracts_of(const char *backend)
{
    pkt_entry entry = PKT_INIT(pkt_entry);
    if (pkt_registry_find(backend, &entry) != 0 || entry.driver)
        return EXTRACTS_NOT;
    return entry.backend && entry.backend->combines_levels ? EXTRACTS_COLUMNS : EXTRACTS_LEVEL;
}

/* NULL: a message was printed. */
static json_t *choice_make(const arguments *a, const results_file *file)
{
    choose_request w = {.live = option_given(a, "live")};
    char words[512];
    char partial[PARTIAL_TEXT];
    if (partial_text(file->json, partial))
        message_warning("%s: %s", file->name, partial);
    if (results_timed(file->json) == 0) {
        message_error("%s: no run has a time, so nothing can be chosen by it: %s", file->name,
                      results_first_reason(file->json));
        return NULL;
    }
    if (!requirements_option(a, file->json, &w) || !speed_options(a, &w) ||
        !license_option(a, &w) || !sink_option(a, &w) || !traffic_option(a, file->json, &w, words))
        return NULL;
    if (w.volume_bytes > 0 && w.row_bytes <= 0)
        w.row_bytes = rows_measure(&w);
    json_t *choice = choose(file->json, &w, extracts_of);
    if (!choice)
        message_error("no memory for the choice");
    return choice;
}

/* From the file that is the operand. NULL: a message was printed. */
static json_t *choice_of(const arguments *a)
{
    results_file file;
    char why[LOAD_WORDS];
    if (!results_load(&file, a->operands[0], why)) {
        message_error("%s: %s", a->operands[0], why);
        return NULL;
    }
    json_t *choice = choice_make(a, &file);
    results_close(&file);
    return choice;
}

/* The same in a child process, which sends the choice. A process that is started has at least the
 * peak memory of the one that starts it: this one stays small. */
static json_t *choice_of_child(const arguments *a)
{
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        message_error("cannot make a pipe: %s", strerror(errno));
        return NULL;
    }
    const pid_t child = fork();
    if (child == 0) {
        json_t *choice = choice_of(a);
        _exit(choice && json_dumpfd(choice, ends[1], 0) == 0 ? EXIT_DONE : EXIT_ERROR);
    }
    close(ends[1]);
    json_t *choice = child > 0 ? json_loadfd(ends[0], 0, NULL) : NULL;
    close(ends[0]);
    if (child < 0)
        message_error("cannot start a process: %s", strerror(errno));
    else if (waitpid(child, &status, 0) == child && WIFSIGNALED(status))
        message_error("choosing ended by signal %d", WTERMSIG(status));
    return choice;
}

static void choice_show(const json_t *choice, bool as_json)
{
    const json_t *confirmation = json_object_get(choice, "confirmation");
    if (as_json) {
        (void)json_print(choice, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
        return;
    }
    choose_print(choice, stdout);
    if (confirmation)
        confirm_print(confirmation, stdout);
}

static int choose_run(const arguments *a)
{
    const char *capture = option_value(a, "confirm");
    bool as_json, confirmed = true, done = true;
    if (!json_option(a, &as_json))
        return EXIT_ERROR;
    if (capture && option_given(a, "live")) {
        message_error(
            "choose: --confirm runs on a capture file: it cannot be combined with --live");
        return EXIT_ERROR;
    }
    json_t *choice = capture ? choice_of_child(a) : choice_of(a);
    if (!choice)
        return EXIT_ERROR;
    bool any = json_array_size(json_object_get(choice, "fits")) > 0;
    if (capture && any)
        done = confirm(choice, capture, &confirmed);
    choice_show(choice, as_json);
    json_decref(choice);
    if (!done)
        return EXIT_ERROR;
    return any && confirmed ? EXIT_DONE : EXIT_CHECK_FAILED;
}

static const option_spec options[] = {
    {"need", "LIST",
     "What is required, separated by commas: levels; columns, by our names or Wireshark's, such as "
     "tcp.stream or dns.qry.name; and what a parser can do: pcapng, live, stream-numbers, "
     "reassembly, application-layers, makes-packets. Feature sets, such as ciciot46, are none of "
     "these. Default headers."},
    {"traffic", "CAPTURE|SLICE=SHARE,...",
     "Traffic mix: a capture, whose mean frame length selects among the measured slices, or the "
     "share of packets of each slice; the shares add up to 1 or 100%. Default: equal shares."},
    {"rate", "RATE",
     "Packets or bits per second that arrive, such as 1.5Mpps or 10Gbps. Bits are those of an "
     "Ethernet link, with 24 bytes around each packet."},
    {"volume", "SIZE", "Size of the captures to process, such as 500GB."},
    {"deadline", "TIME", "Time limit for the volume, such as 90m, 2h or 1d."},
    {"cores", "N", "Cores that may be used. Default: those of the measured machine."},
    {"sink", "csv|arrow|parquet",
     "Format that rows are written in. Its cost counts if the results have it (`pktbench bench "
     "--sink`)."},
    {"max-rss", "SIZE", "Limit of the peak memory, such as 200MB."},
    {"live", NULL,
     "Require live capture. With results of `pktbench bench --live`, the rates without packet loss "
     "that were measured count."},
    {"license", "permissive",
     "Required licence. permissive: no copyleft in the parser or its libraries."},
    {"confirm", "CAPTURE",
     "Run the recommended command on this capture, and compare its time per packet, peak memory "
     "and "
     "columns with the recommendation. Without --traffic, the recommendation is for its frames. "
     "The rows are written to a temporary file."},
    {"format", "table|json", "Format of standard output. Default table."},
    {NULL, NULL, NULL},
};

const command choose_command = {
    .name = "choose",
    .operands = "RESULTS.json",
    .summary = "recommend a backend for given requirements, with reasons",
    .details =
        "Ranks the backends that meet the requirements by the time of a packet on one core, and "
        "says why each other backend does not meet them. Only backends with the status ok on the "
        "given traffic are recommended. Cores are counted from CPU time; stream numbers depend on "
        "every packet before, so they are limited to one core. What was not measured, such as a "
        "rate that arrives or a volume on a disk, is listed as extrapolated.\n\nBackends whose "
        "required values were not compared (fields of application layers that are no column of "
        "level app, and the whole tree of the level dissect) or whose abilities are only stated "
        "are listed without a ranking.\n\nThe "
        "exit status is 1 if no backend meets the requirements, or if --confirm finds that the "
        "command does not meet them. The output then says which requirement to relax.",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = choose_run,
};
