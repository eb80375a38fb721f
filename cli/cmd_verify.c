/* `pktbench verify`: do the backends agree about a capture? */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/agreement/check.h"
#include "bench/agreement/conformance.h"
#include "bench/comparison/gate.h"
#include "bench/input/build.h"
#include "bench/outcome/cell_json.h"
#include "bench/outcome/results.h"
#include "bench/timing/machine.h"
#include "cli/message.h"
#include "cli/progress.h"
#include "cli/shared_options.h"
#include "parsers/util/error.h"
#include "report/formats/conformance.h"
#include "results/escaped.h"

/* Seconds that one run may take, unless --timeout says otherwise. */
#define RUN_SECONDS 120.0
/* What --fail-on has by default. */
#define VERIFY_FAILS "differs,disagrees,unchecked,failed,crashed,timed-out"
#define MALFORMED_FAILS "crashed,timed-out"

typedef struct verification {
    selection selection;
    suite suite;
    gate gate;
    const char *reference;
    double seconds;
    bool show_values, json;
    difference *firsts; /* with --explain: one for each column; else NULL */
    json_t *slices;     /* with --format json */
    progress progress;
    pkt_notices notices; /* printed by `progress` */
    left_out left_out;
    bool unchecked; /* a slice could not be compared at all: a message was printed */
    int status;
} verification;

/* Both halves of an address are shown as one column. */
static int name_length(const pkt_column_info *info)
{
    return (int)strlen(info->name) - (info->format_as == PKT_AS_ADDRESS ? (int)strlen("_hi") : 0);
}

static void print_malformed(const agreement *a)
{
    for (unsigned v = 0; v < PKT_VERDICT_COUNT; v++) {
        const char *separator = "";
        for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
            if (!a->malformed[v][c])
                continue;
            if (!*separator)
                printf("    in packets that are %s: ", pkt_verdict_name((pkt_verdict)v));
            const pkt_column_info *info = pkt_column_at(c);
            printf("%s%.*s %" PRIu64, separator, name_length(info), info->name, a->malformed[v][c]);
            separator = ", ";
        }
        if (*separator)
            putchar('\n');
    }
}

/* "packet 3, column ip_ttl: mine has 63, truth has 64" */
static void print_difference(const check *c, const char *backend, const difference *first,
                             bool show)
{
    const pkt_column_info *info = pkt_column_at(first->column);
    printf("packet %" PRIu64 "%s, column %.*s: ", first->packet,
           first->malformed ? " (malformed)" : "", name_length(info), info->name);
    if (difference_is_private(first) && !show)
        printf("values hidden (--show-values shows them)\n");
    else
        message_output("%s has %s, %s has %s", backend, *first->value ? first->value : "nothing",
                       c->agreement.reference, *first->expected ? first->expected : "nothing");
}

static void print_first(const check *c, const char *backend, bool show)
{
    if (!c->agreement.first.found)
        return;
    printf("    first difference: ");
    print_difference(c, backend, &c->agreement.first, show);
}

/* --explain: the first different cell of each column. */
static void print_explanation(const verification *v, const check *c, const char *backend)
{
    for (size_t i = 0; v->firsts && i < PKT_COLUMN_COUNT; i++)
        if (v->firsts[i].found) {
            printf("    ");
            print_difference(c, backend, &v->firsts[i], v->show_values);
        }
}

/* "columns: ip_proto 3, src 1": cells of well-formed packets that differ. */
static void print_columns(const agreement *a)
{
    const char *separator = "    columns: ";
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        if (!a->different[c])
            continue;
        const pkt_column_info *info = pkt_column_at(c);
        printf("%s%.*s %" PRIu64, separator, name_length(info), info->name, a->different[c]);
        separator = ", ";
    }
    if (a->cells_different)
        putchar('\n');
}

/* Cells that differ in a known way, one line for each kind. */
static void print_listed(const agreement *a)
{
    const uint64_t streams = a->listed[PKT_COL_stream];
    const char *separator = "    not compared: ";
    if (streams)
        printf("%sstream %" PRIu64 ", of streams that Wireshark's application dissectors begin\n",
               separator, streams);
    if (a->times_replaced)
        printf("%sts_ns %" PRIu64 ", of times outside of 1677 to 2262\n", separator,
               a->times_replaced);
    if (a->cells_listed == streams + a->times_replaced)
        return;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const uint64_t cells = a->listed[c] - (c == PKT_COL_ts_ns ? a->times_replaced : 0);
        if (c == PKT_COL_stream || !cells)
            continue;
        printf("%s%s %" PRIu64, separator, pkt_column_at(c)->name, cells);
        separator = ", ";
    }
    printf(", of records whose pseudo header Wireshark takes off\n");
}

static void print_check(const verification *v, const backend *backend, pkt_level level,
                        const check *c)
{
    const agreement *a = &c->agreement;
    printf("  %-12s %-8s %-11s", backend->name, pkt_level_name(level), status_name(c->status));
    if (a->reference)
        printf(" %-10s %9" PRIu64 " %11" PRIu64 " %9" PRIu64 " %9" PRIu64, a->reference,
               a->rows_compared, a->cells_compared, a->cells_different,
               a->malformed_cells_different);
    putchar('\n');
    if (*c->reason)
        message_output("    %s", c->reason);
    if (a->reference) {
        print_first(c, backend->name, v->show_values);
        print_columns(a);
        print_listed(a);
        print_malformed(a);
        print_explanation(v, c, backend->name);
    }
}

static json_t *check_json(const verification *v, const backend *backend, pkt_level level,
                          const check *c)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "backend", backend->name, "level",
                     pkt_level_name(level), "status", status_name(c->status), "reason",
                     *c->reason ? json_string(c->reason) : json_null(), "agreement",
                     agreement_json(c, v->show_values));
}

static void print_unavailable(const backend *backend)
{
    message_output("  %-12s %-8s unavailable", backend->name, "");
    message_output("    %s", backend->reason);
}

static void verify_backend(verification *v, checker *k, const backend *backend, json_t *checks)
{
    for (unsigned i = 0; i < PKT_LEVEL_COUNT; i++) {
        check c;
        if (!selection_runs(&v->selection, backend, (pkt_level)i))
            continue;
        progress_show(&v->progress, "%s: %s %s", k->slice->name, backend->name,
                      pkt_level_name((pkt_level)i));
        checker_run(k, backend, (pkt_level)i, &c);
        progress_close(&v->progress);
        if (gate_fails(&v->gate, c.status))
            v->status = EXIT_CHECK_FAILED;
        if (v->json)
            json_array_append_new(checks, check_json(v, backend, (pkt_level)i, &c));
        else
            print_check(v, backend, (pkt_level)i, &c);
    }
}

static bool verify_slice(verification *v, suite_slice *slice)
{
    checker k;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (checker_open(&k, &v->suite, slice, &v->selection, v->reference, v->seconds, &err) != 0) {
        progress_close(&v->progress);
        message_err(&err);
        return false;
    }
    k.firsts = v->firsts;
    if (!v->json && slice->unfiltered)
        message_output("filter '%s': %" PRIu64 " of %" PRIu64 " packets match", v->suite.filter,
                       slice->filtered, slice->unfiltered);
    if (!v->json) {
        message_output("%s: %" PRIu64 " packets, %" PRIu64 " of them well-formed", slice->name,
                       slice->packets, slice->well_formed_packets);
        printf("  %-12s %-8s %-11s %-10s %9s %11s %9s %9s\n", "backend", "level", "status",
               "reference", "packets", "cells", "different", "malformed");
    }
    json_t *checks = json_array();
    for (size_t i = 0; i < v->selection.count; i++) {
        const backend *backend = v->selection.backends[i];
        const bool missing = backend->chosen && !backend->available;
        if (missing && gate_fails(&v->gate, STATUS_UNAVAILABLE))
            v->status = EXIT_CHECK_FAILED;
        if (missing && !v->json)
            print_unavailable(backend);
        verify_backend(v, &k, backend, checks);
    }
    const int bad = checker_close(&k, &err);
    if (v->json)
        json_array_append_new(
            v->slices,
            json_pack("{s:o, s:o}", "slice", slice_json(slice, v->suite.filter), "runs", checks));
    else
        json_decref(checks);
    if (bad)
        message_err(&err);
    return !bad;
}

static void verify_slices(verification *v)
{
    v->slices = json_array();
    for (size_t i = 0; i < v->suite.count; i++)
        if (!verify_slice(v, &v->suite.slices[i])) {
            v->unchecked = true;
            if (!v->left_out.keep_going)
                break;
        }
    progress_close(&v->progress);
    if (v->json && (!v->unchecked || v->left_out.keep_going))
        (void)json_print(v->slices, stdout, JSON_INDENT(2));
    json_decref(v->slices);
}

/* The suite `malformed`. */
static int verify_malformed(verification *v, const arguments *arguments)
{
    conformance c = {.suite = &v->suite,
                     .selection = &v->selection,
                     .folder = option_value(arguments, "cases"),
                     .seconds = v->seconds,
                     .show_values = v->show_values};
    pkt_err err = {.pos = PKT_POS_NONE};
    json_t *found = NULL;
    v->suite.notices = &v->notices;
    if (scratch_open(&v->suite.scratch, &err) == 0)
        found = conformance_run(&c, &err);
    suite_close(&v->suite);
    progress_close(&v->progress);
    if (!found) {
        message_err(&err);
        return EXIT_ERROR;
    }
    if (v->json) {
        json_t *out = json_pack("{s:i, s:o, s:O}", "schema_version", RESULTS_SCHEMA_VERSION,
                                "context", machine_describe(), "conformance", found);
        (void)json_print(out, stdout, JSON_INDENT(1));
        json_decref(out);
    } else {
        json_t *shown = json_escaped(found, pkt_text_terminal);
        report_conformance(shown, false, true, stdout);
        json_decref(shown);
    }
    json_decref(found);
    for (unsigned status = 0; status < STATUS_COUNT; status++)
        if (c.ended[status] && gate_fails(&v->gate, (run_status)status))
            return EXIT_CHECK_FAILED;
    return EXIT_DONE;
}

static bool suite_wanted(const arguments *arguments, bool *malformed)
{
    const char *name = option_value(arguments, "suite");
    size_t index;
    *malformed = name != NULL;
    if (name && !word_find("suite", name, "malformed", &index))
        return false;
    if (option_given(arguments, "cases") && !*malformed) {
        message_error("--cases belongs to --suite malformed");
        return false;
    }
    if (*malformed && arguments->operand_count) {
        message_error(
            "--suite malformed makes its own captures: --cases DIR adds those of a folder");
        return false;
    }
    if (*malformed && option_given(arguments, "f")) {
        message_error("-f chooses packets of captures, and --suite malformed takes its own whole");
        return false;
    }
    return true;
}

static bool options_read(verification *v, const arguments *arguments, bool malformed)
{
    const char *fails = option_value(arguments, "fail-on");
    pkt_err err = {.pos = PKT_POS_NONE};
    v->show_values = option_given(arguments, "show-values") || isatty(STDOUT_FILENO);
    if (!json_option(arguments, &v->json) ||
        !option_seconds(arguments, "timeout", malformed ? CONFORMANCE_SECONDS : RUN_SECONDS,
                        &v->seconds))
        return false;
    if (!fails)
        fails = malformed ? MALFORMED_FAILS : VERIFY_FAILS;
    if (gate_parse(&v->gate, fails, &err) != 0) {
        message_failure("--fail-on", &err);
        return false;
    }
    if (option_given(arguments, "explain") && (v->json || malformed)) {
        message_error("--explain prints text about captures: it goes with neither --format json "
                      "nor --suite malformed");
        return false;
    }
    if (gate_compares(&v->gate)) {
        message_error("--fail-on: slower, first, load, rss, lost and instructions belong to "
                      "`pktbench bench --baseline` and `pktbench compare`");
        return false;
    }
    return true;
}

/* The captures, or the headline scenarios. */
static int verify_captures(verification *v, const arguments *arguments,
                           const pkt_flow_choice *flows)
{
    const suite_request request = {.filter = option_value(arguments, "f")};
    if (!captures_open(&v->suite, arguments, &request, &v->notices, &v->left_out))
        return EXIT_ERROR;
    suite_flows(&v->suite, flows);
    verify_slices(v);
    suite_close(&v->suite);
    return left_out_end(&v->left_out, v->unchecked ? EXIT_ERROR : v->status);
}

/* The backends, and the one that the others are compared with. */
static bool selection_get(verification *v, const arguments *arguments)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    selection_request request = selection_request_of(arguments);
    request.end_s = v->seconds;
    if (!selection_of(arguments, request, false, &v->selection))
        return false;
    if (v->reference && !selection_reference(&v->selection, v->reference, &err)) {
        pkt_err_about(&err, v->reference);
        message_failure("--reference", &err);
    } else if (selection_check(&v->selection, &err) != 0) {
        message_err(&err);
    } else {
        return true;
    }
    selection_close(&v->selection);
    return false;
}

static int verify_run(const arguments *arguments)
{
    verification v = {.reference = option_value(arguments, "reference"), .status = EXIT_DONE};
    bool malformed;
    pkt_flow_choice flows;
    if (option_given(arguments, "mix"))
        return verify_mix(arguments);
    if (!suite_wanted(arguments, &malformed) || !flow_options(arguments, &flows) ||
        !options_read(&v, arguments, malformed) || !selection_get(&v, arguments))
        return EXIT_ERROR;
    progress_open(&v.progress);
    v.notices = progress_notices(&v.progress);
    difference firsts[PKT_COLUMN_COUNT];
    if (option_given(arguments, "explain"))
        v.firsts = firsts;
    const int status =
        malformed ? verify_malformed(&v, arguments) : verify_captures(&v, arguments, &flows);
    selection_close(&v.selection);
    return status;
}

static const option_spec options[] = {
    SELECTION_OPTIONS,
    EXTERNAL_OPTIONS,
    FLOW_OPTIONS,
    {"reference", "BACKEND",
     "Reference backend that the others are compared with. Default: the golden rows for generated "
     "captures, wireshark for other captures."},
    {"f", "FILTER",
     "Compare only packets that match this pcap-filter(7) expression. All backends read the same "
     "filtered copies, in which packets are numbered anew."},
    FOLDER_OPTION,
    KEEP_GOING_OPTION,
    {"suite", "malformed",
     "Run this suite: small captures with one defect each, and the rows that they must give. Those "
     "of application protocols run at the level app with this project's decoder, and at the level "
     "of the other cases with others."},
    {"cases", "DIR",
     "With --suite malformed: also the captures of this folder that have their expected rows "
     "beside them, as .csv. The cell * matches any value."},
    {"mix", "FILE",
     "CAPTURE is a mixture, a file, and this file its truth, both of `pktbench mix`: check that "
     "every packet of the captures that were mixed is there once, in order, as asked for, with "
     "its label."},
    {"timeout", "TIME", "Time limit of one run. Default 120s; 20s for the suite malformed."},
    {"fail-on", "STATUS,...",
     "Exit with status 1 if a run has one of these statuses: differs, disagrees, unchecked, "
     "failed, crashed, timed-out, unavailable, not-offered. Default: differs, disagrees, "
     "unchecked, failed, crashed, timed-out; for the suite malformed: crashed, timed-out."},
    {"explain", NULL,
     "Print the first different cell of each column: number of the packet, and both values. Not "
     "with --format json or --suite malformed."},
    {"show-values", NULL,
     "Print the addresses and names in differences even if standard output is not a "
     "terminal."},
    {"format", "table|json", "Format of standard output. Default table."},
    {NULL, NULL, NULL},
};

const command verify_command = {
    .name = "verify",
    .operands = "[CAPTURE...]",
    .summary = "compare the values of backends, cell by cell",
    .details =
        "Compares every cell of every packet with that of a reference: the golden rows of "
        "generated captures, an independent decoder for other captures. CAPTURE is a file, - for "
        "standard input, or a folder, whose captures are compared. Without CAPTURE, the "
        "generated headline captures are compared. A capture larger than 10,000,000 bytes is "
        "compared in three slices: its start, middle and end.\n\nCells of malformed packets, and "
        "of packets cut by snaplen, are counted apart, because parsers differ in how much of an "
        "incomplete header they show. It is an error if no run of the chosen backends and levels "
        "is "
        "possible.\n\n--suite malformed counts what every backend does with "
        "small captures that have one defect each. A backend survives a capture if it neither "
        "crashes nor hangs and gives every row. Cells that no specification determines are not "
        "compared; the column verdict never is.\n\n--mix runs no backend: it reads a mixture "
        "beside the captures "
        "that it is made of, and prints the first packet that is lost, added, changed or labelled "
        "wrongly.",
    .options = options,
    .operands_min = 0,
    .operands_max = SUITE_MAX,
    .run = verify_run,
};
