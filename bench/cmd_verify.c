/* `pktbench verify`: do the backends agree about a capture? */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "command.h"
#include "gate.h"
#include "progress.h"
#include "results.h"
#include "say.h"

/* Seconds that one run may take, unless --timeout says otherwise. */
#define RUN_SECONDS 120.0

typedef struct verification {
    lineup lineup;
    suite suite;
    gate gate;
    const char *reference;
    double seconds;
    bool show_values, json;
    json_t *slices; /* with --format json */
    progress progress;
    int status;
} verification;

static void print_broken(const agreement *a)
{
    for (unsigned v = 0; v < PKT_VERDICT_COUNT; v++) {
        const char *separator = "";
        for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
            if (!a->broken[v][c])
                continue;
            if (!*separator)
                printf("    in packets that are %s: ", pkt_verdict_name((pkt_verdict)v));
            printf("%s%s %" PRIu64, separator, pkt_column_at(c)->name, a->broken[v][c]);
            separator = ", ";
        }
        if (*separator)
            putchar('\n');
    }
}

static void print_first(const check *c, const char *backend, bool show)
{
    const difference *first = &c->agreement.first;
    if (!first->found)
        return;
    const pkt_column_info *info = pkt_column_at(first->column);
    bool address = info->show == PKT_SHOW_ADDRESS || info->show == PKT_SHOW_MAC;
    int name = (int)strlen(info->name) - (info->show == PKT_SHOW_ADDRESS ? 3 : 0);
    printf("    first difference: packet %" PRIu64 ", column %.*s: ", first->packet, name,
           info->name);
    if (address && !show)
        printf("values hidden (--show-values shows them)\n");
    else
        printf("%s has %s, %s has %s\n", backend, *first->value ? first->value : "nothing",
               c->agreement.reference, *first->expected ? first->expected : "nothing");
}

static void print_check(const verification *v, const candidate *candidate, pkt_level level,
                        const check *c)
{
    const agreement *a = &c->agreement;
    printf("  %-12s %-8s %-11s", candidate->name, pkt_level_name(level), status_name(c->status));
    if (a->reference)
        printf(" %-10s %9" PRIu64 " %11" PRIu64 " %9" PRIu64 " %9" PRIu64, a->reference,
               a->rows_compared, a->cells_compared, a->cells_different, a->broken_cells_different);
    putchar('\n');
    if (*c->reason)
        printf("    %s\n", c->reason);
    if (a->reference) {
        print_first(c, candidate->name, v->show_values);
        print_broken(a);
    }
}

static json_t *check_json(const verification *v, const candidate *candidate, pkt_level level,
                          const check *c)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "backend", candidate->name, "level",
                     pkt_level_name(level), "status", status_name(c->status), "reason",
                     *c->reason ? json_string(c->reason) : json_null(), "agreement",
                     agreement_json(c, v->show_values));
}

static void verify_candidate(verification *v, checker *k, const candidate *candidate,
                             json_t *checks)
{
    for (unsigned i = 0; i < PKT_LEVEL_COUNT; i++) {
        check c;
        if (!lineup_runs(&v->lineup, candidate, (pkt_level)i))
            continue;
        progress_say(&v->progress, "%s: %s %s", k->slice->name, candidate->name,
                     pkt_level_name((pkt_level)i));
        checker_run(k, candidate, (pkt_level)i, &c);
        progress_close(&v->progress);
        if (gate_fails(&v->gate, c.status))
            v->status = EXIT_GATE;
        if (v->json)
            json_array_append_new(checks, check_json(v, candidate, (pkt_level)i, &c));
        else
            print_check(v, candidate, (pkt_level)i, &c);
    }
}

static bool verify_slice(verification *v, suite_slice *slice)
{
    checker k;
    if (!checker_open(&k, &v->suite, slice, &v->lineup, v->reference, v->seconds))
        return false;
    if (!v->json)
        printf("%s: %" PRIu64 " packets, %" PRIu64 " of them sound\n"
               "  %-12s %-8s %-11s %-10s %9s %11s %9s %9s\n",
               slice->name, slice->packets, slice->sound_packets, "backend", "level", "status",
               "against", "packets", "cells", "different", "in broken");
    json_t *checks = json_array();
    for (size_t i = 0; i < v->lineup.count; i++) {
        const candidate *candidate = v->lineup.candidates[i];
        if (candidate->chosen && !candidate->available && !v->json)
            printf("  %-12s %-8s unavailable\n    %s\n", candidate->name, "", candidate->reason);
        verify_candidate(v, &k, candidate, checks);
    }
    checker_close(&k);
    if (v->json)
        json_array_append_new(v->slices,
                              json_pack("{s:o, s:o}", "slice", slice_json(slice), "runs", checks));
    else
        json_decref(checks);
    return true;
}

static void verify_slices(verification *v)
{
    v->slices = json_array();
    progress_open(&v->progress);
    for (size_t i = 0; i < v->suite.count; i++)
        if (!verify_slice(v, &v->suite.slices[i])) {
            v->status = EXIT_TROUBLE;
            break;
        }
    progress_close(&v->progress);
    if (v->json && v->status != EXIT_TROUBLE) {
        json_dumpf(v->slices, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    json_decref(v->slices);
}

static int verify_run(const arguments *arguments)
{
    verification v = {.reference = option_value(arguments, "reference"), .status = EXIT_DONE};
    const char *format = option_value(arguments, "format");
    const lineup_wish wish = lineup_wish_of(arguments);
    v.json = format && strcmp(format, "json") == 0;
    v.show_values = option_given(arguments, "show-values") || isatty(STDOUT_FILENO);
    if (format && !v.json && strcmp(format, "table") != 0) {
        say_error("no format has the name '%s': table and json do", format);
        return EXIT_TROUBLE;
    }
    if (!option_seconds(arguments, "timeout", RUN_SECONDS, &v.seconds) ||
        !gate_parse(&v.gate, option_given(arguments, "fail-on")
                                 ? option_value(arguments, "fail-on")
                                 : "differs,disagrees,unchecked,failed,crashed,timed-out") ||
        !lineup_open(&v.lineup, &wish))
        return EXIT_TROUBLE;
    if (suite_open(&v.suite, NULL, arguments->operands, arguments->operand_count)) {
        verify_slices(&v);
        suite_close(&v.suite);
    } else {
        v.status = EXIT_TROUBLE;
    }
    lineup_close(&v.lineup);
    return v.status;
}

static const option_spec options[] = {
    {"backends", "LIST",
     "Only these backends, separated by commas; `all` with those that are measured on request."},
    {"levels", "LIST", "Only these levels: frames, headers, flows, dissect; default all."},
    {"plugin", "LIST", "Shared objects that carry further backends."},
    {"reference", "NAME",
     "Hold the others against this backend; default the generator's own knowledge for generated "
     "slices, wireshark for captures."},
    {"timeout", "TIME", "How long one run may take; default 120s."},
    {"fail-on", "LIST",
     "Statuses that make the exit status 1, of ok, differs, disagrees, unchecked, failed, crashed, "
     "timed-out, unavailable, not-offered; default differs, disagrees, unchecked, failed, crashed, "
     "timed-out."},
    {"show-values", NULL,
     "Show the addresses in a difference also when the output is no terminal."},
    {"format", "FORMAT", "table or json; default table."},
    {NULL, NULL, NULL},
};

const command verify_command = {
    .name = "verify",
    .operands = "[CAPTURE...]",
    .summary = "prove that the backends agree about a capture",
    .details =
        "Every cell of every packet is compared with an independent decoder. Without CAPTURE: the "
        "generated headline slices. A capture larger than 10,000,000 bytes is compared in three "
        "slices: its start, middle and end.\n\n"
        "Cells of packets that are cut or malformed are counted apart: parsers rightly differ in "
        "how much of a broken header they show.",
    .options = options,
    .operands_min = 0,
    .operands_max = SUITE_MAX,
    .run = verify_run,
};
