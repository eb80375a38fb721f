/* `pktbench bench --features records --record-programs`: programs of others that write flow
 * records, beside ours. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/input/first_packets.h"
#include "bench/worker/python.h"
#include "cli/bench/benchmark.h"
#include "cli/message.h"
#include "parsers/process/program.h"
#include "parsers/util/error.h"
#include "parsers/util/parse.h"
#include "results/json_values.h"

#define COMPARING_PROGRAM "record_programs.py"
/* Seconds for the agreement, and for the end of a round, beside those of the rounds. */
#define GRACE_S 30.0
/* Part of the time left that the programs may take. */
#define PROGRAMS_SHARE 0.3

static const char *const programs[] = {"nfstream", "ndpireader"};
enum { PROGRAMS = sizeof programs / sizeof programs[0] };

static int program_find(void *self, const char *name, pkt_err *err)
{
    benchmark *b = self;
    pkt_names known = {.size = 0};
    for (size_t i = 0; i < PROGRAMS; i++) {
        pkt_names_add(&known, programs[i]);
        if (strcmp(programs[i], name) == 0) {
            b->record_programs |= 1u << i;
            return 0;
        }
    }
    return pkt_fail_unknown(err, "program", name, &known);
}

bool record_programs_option(benchmark *b)
{
    const char *list = option_value(b->arguments, "record-programs");
    const pkt_feature_set *set = b->schedule.features.set;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!list)
        return true;
    if (!set || set->kind != PKT_SET_RECORDS) {
        message_error("--record-programs requires --features records");
        return false;
    }
    if (pkt_parse_list(list, program_find, b, &err) == 0)
        return true;
    message_failure("--record-programs", &err);
    return false;
}

static json_t *failed(const char *name, const char *reason)
{
    return json_pack("{s:s, s:s, s:o}", "program", name, "status", "failed", "reason",
                     json_words(*reason ? reason : "no answer"));
}

/* The comparison with one program; a new reference. NULL without memory. */
static json_t *program_compare(const benchmark *b, const suite_slice *slice, const char *name,
                               char *paths[2], double seconds)
{
    static const pkt_entry entry = {.struct_size = sizeof(pkt_entry),
                                    .driver = COMPARING_PROGRAM,
                                    .install = "build pktbench again"};
    char program[PATH_MAX], python[PATH_MAX], script[2 * PATH_MAX], line[REASON_BYTES] = "",
                                                                    text[32];
    pkt_err err = {.pos = PKT_POS_NONE};
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    if (pkt_entry_file(&entry, script, sizeof script, &err) != 0)
        return failed(name, err.msg);
    python_path(python, sizeof python);
    (void)snprintf(text, sizeof text, "%g", seconds);
    char *argv[] = {python, script, program, (char *)name, slice->path, paths[0], text, NULL};
    const pkt_program compare = {.argv = argv,
                                 .environment = environ,
                                 .output = paths[1],
                                 .seconds = seconds + b->schedule.request_s + GRACE_S};
    if (pkt_program_run(&compare, line, sizeof line) != 0)
        return failed(name, line);
    json_t *found = json_load_file(paths[1], 0, NULL);
    return json_is_object(found) ? found : failed(name, "the comparison gave no result");
}

static int slice_compare(benchmark *b, const suite_slice *slice, double seconds, pkt_err *err)
{
    char *paths[2] = {empty_capture(&b->suite, slice, err),
                      scratch_path(&b->suite.scratch, "records.json")};
    int bad = !paths[0] ? -1 : !paths[1] ? pkt_fail_memory(err, "a path") : 0;
    for (size_t i = 0; paths[0] && paths[1] && i < PROGRAMS; i++) {
        if (!(b->record_programs >> i & 1))
            continue;
        progress_show(&b->progress, "flow records: %s, %s", programs[i], slice->name);
        json_t *found = program_compare(b, slice, programs[i], paths, seconds);
        if (!found) {
            bad = pkt_fail_memory(err, "a comparison");
            break;
        }
        json_object_set_new(found, "slice", json_string(slice->name));
        json_object_set_new(found, "packets", json_integer((json_int_t)slice->packets));
        json_array_append_new(b->record_runs, found);
        (void)unlink(paths[1]);
    }
    free(paths[0]);
    free(paths[1]);
    return bad;
}

/* Slices of the run, not layouts of them. */
static size_t slices_count(const benchmark *b)
{
    size_t count = 0;
    for (size_t i = 0; i < b->suite.count; i++)
        count += suite_is_main(&b->suite.slices[i]);
    return count;
}

int record_programs_run(benchmark *b, pkt_err *err)
{
    if (!b->record_programs)
        return 0;
    const double runs = (double)slices_count(b) * __builtin_popcount(b->record_programs);
    const double seconds = budget_left(b) * PROGRAMS_SHARE / (runs > 0 ? runs : 1);
    b->record_runs = json_array();
    for (size_t i = 0; i < b->suite.count; i++)
        if (suite_is_main(&b->suite.slices[i]) &&
            slice_compare(b, &b->suite.slices[i], seconds, err) != 0)
            return -1;
    return 0;
}
