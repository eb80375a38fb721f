/* `pktbench compare`: results of two builds, or of two days, run by run. */
#include <stdlib.h>
#include <string.h>

#include "bench/comparison/comparison.h"
#include "bench/outcome/results.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "parsers/util/atomic_file.h"
#include "report/formats/change.h"
#include "results/load.h"
#include "results/reader.h"

/* Files of results on one side, at most. */
#define FILES_MAX 64

typedef struct loaded_side {
    json_t *results[FILES_MAX];
    size_t count;
} loaded_side;

static void side_free(loaded_side *side)
{
    for (size_t i = 0; i < side->count; i++)
        json_decref(side->results[i]);
    side->count = 0;
}

/* false: a message was printed. */
static bool file_add(loaded_side *side, const char *path)
{
    results_file file;
    char why[LOAD_WORDS], partial[PARTIAL_TEXT];
    if (side->count == FILES_MAX) {
        message_error("compare: more than %d files on one side", FILES_MAX);
        return false;
    }
    if (!results_load(&file, path, why)) {
        message_error("%s: %s", path, why);
        return false;
    }
    side->results[side->count++] = json_incref(file.json);
    if (partial_text(file.json, partial))
        message_warning("%s: %s", path, partial);
    results_close(&file);
    return true;
}

/* Files with commas between them. */
static bool side_load(loaded_side *side, const char *list)
{
    char *copy = strdup(list), *rest = copy;
    bool good = copy != NULL;
    for (char *item; good && (item = strsep(&rest, ",")) != NULL;)
        good = !*item || file_add(side, item);
    free(copy);
    if (good && side->count == 0) {
        message_error("compare: '%s' names no file", list);
        good = false;
    }
    return good;
}

/* A field that must be equal on both sides, and differs. */
static bool field_differs(const char *field, const json_t *a, const json_t *b, bool force)
{
    if (json_equal(a, b))
        return false;
    char *left = a ? json_dumps(a, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    char *right = b ? json_dumps(b, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    if (force)
        message_warning("%s differs: %s, %s", field, left ? left : "none", right ? right : "none");
    else
        message_error("%s differs: %s, %s: these results cannot be compared (--force does it "
                      "nevertheless)",
                      field, left ? left : "none", right ? right : "none");
    free(left);
    free(right);
    return true;
}

/* Slices of one name must be of one content. *shared counts them. */
static bool slices_differ(const json_t *a, const json_t *b, bool force, size_t *shared)
{
    size_t i, j;
    json_t *one, *other;
    char field[160];
    json_array_foreach(json_object_get(a, "slices"), i, one)
    {
        json_array_foreach(json_object_get(b, "slices"), j, other)
        {
            if (!json_equal(json_object_get(one, "name"), json_object_get(other, "name")))
                continue;
            ++*shared;
            (void)snprintf(field, sizeof field, "slices[].xxh3 of %.100s",
                           json_string_value(json_object_get(one, "name")));
            if (field_differs(field, json_object_get(one, "xxh3"), json_object_get(other, "xxh3"),
                              force) &&
                !force)
                return true;
        }
    }
    return false;
}

/* May the two be compared with each other? */
static bool is_comparable(const json_t *a, const json_t *b, bool force)
{
    size_t shared = 0;
    if (field_differs("context.cpu.model", json_object_get(at(a, "context", "cpu"), "model"),
                      json_object_get(at(b, "context", "cpu"), "model"), force) &&
        !force)
        return false;
    if (field_differs("plan.evict_bytes", at(a, "plan", "evict_bytes"),
                      at(b, "plan", "evict_bytes"), force) &&
        !force)
        return false;
    if (slices_differ(a, b, force, &shared))
        return false;
    if (shared == 0)
        message_error("slices[].name differs: the results have no slice in common");
    return shared > 0;
}

static bool all_comparable(const loaded_side *old, const loaded_side *fresh, bool force)
{
    const json_t *first = old->results[0];
    for (size_t i = 1; i < old->count; i++)
        if (!is_comparable(first, old->results[i], force))
            return false;
    for (size_t i = 0; i < fresh->count; i++)
        if (!is_comparable(first, fresh->results[i], force))
            return false;
    return true;
}

static bool comparison_write(const json_t *comparison, report_format format, const char *path)
{
    pkt_atomic_file out;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (pkt_atomic_file_open(&out, path, &err) != 0) {
        message_failure(path, &err);
        return false;
    }
    if (report_change(comparison, format, out.file) != 0) {
        pkt_atomic_file_abandon(&out);
        message_error("%s: cannot write the comparison", path);
        return false;
    }
    if (pkt_atomic_file_commit(&out, &err) == 0)
        return true;
    message_failure(path, &err);
    return false;
}

static int sides_compare(const loaded_side *old, const loaded_side *fresh, const gate *gate,
                         report_format format, const char *path)
{
    const comparison_side before = {old->results, old->count};
    const comparison_side after = {fresh->results, fresh->count};
    json_t *comparison = comparison_json(&before, &after, false, gate);
    if (!comparison) {
        message_error("no memory for the comparison");
        return EXIT_ERROR;
    }
    size_t failures = comparison_judge(comparison, gate);
    bool good = comparison_write(comparison, format, path);
    const char *unmeasured = comparison_unmeasured(comparison, gate);
    if (unmeasured && failures == 0) {
        message_error("--fail-on: %s: no run has it in both results", unmeasured);
        good = false;
    }
    json_decref(comparison);
    return !good ? EXIT_ERROR : failures ? EXIT_CHECK_FAILED : EXIT_DONE;
}

static int compare_run(const arguments *arguments)
{
    const char *format_name = option_value(arguments, "format"),
               *path = option_value(arguments, "o");
    const char *list = option_value(arguments, "fail-on");
    report_format format;
    gate gate;
    loaded_side old = {.count = 0}, fresh = {.count = 0};
    pkt_err err = {.pos = PKT_POS_NONE};
    if (report_format_find(format_name ? format_name : "table", REPORT_JSON, &format, &err) != 0) {
        message_err(&err);
        return EXIT_ERROR;
    }
    if (gate_parse(&gate, list ? list : "", &err) != 0) {
        message_failure("--fail-on", &err);
        return EXIT_ERROR;
    }
    if (path && output_is_operand(arguments, path, "one of the results"))
        return EXIT_ERROR;
    gate.allow_inconclusive = option_given(arguments, "allow-inconclusive");
    int status = EXIT_ERROR;
    if (side_load(&old, arguments->operands[0]) && side_load(&fresh, arguments->operands[1]) &&
        all_comparable(&old, &fresh, option_given(arguments, "force")))
        status = sides_compare(&old, &fresh, &gate, format, path ? path : "-");
    side_free(&old);
    side_free(&fresh);
    return status;
}

static const option_spec options[] = {
    {"fail-on", "STATUS,...",
     "Exit with status 1 in these cases: slower[:5%], first[:20%], load[:10%], rss[:10%], lost, "
     "instructions[:1%], differs, disagrees, unchecked, unfaithful, failed, crashed, timed-out, "
     "unavailable, "
     "not-offered. See `pktbench bench --help`."},
    {"allow-inconclusive", NULL,
     "Pass a comparison that is inconclusive or has too few samples or processes for --fail-on "
     "slower, first, load or rss; for slower, also a run that OLD.json has no time of."},
    {"force", NULL, "Compare results that would be refused."},
    {"format", "table|markdown|csv|json", "Format of the comparison. Default table."},
    {"o", "FILE", "Output file. Default - (standard output)."},
    {NULL, NULL, NULL},
};

const command compare_command = {
    .name = "compare",
    .operands = "OLD.json[,...] NEW.json[,...]",
    .summary = "compare two results of bench",
    .details =
        "Prints, for every backend, slice and level, the change with its 95 % interval, its "
        "p-value and a verdict: slower, faster, same, not-slower, inconclusive, incomparable, "
        "or too few samples. Several files of one side, separated by commas, are "
        "pooled; the status of a run is the worst one in them. Runs over different first packets "
        "of a slice are incomparable and pass; first runs over different packets are not "
        "compared.\n\nslower and faster mean by more than the threshold (5 %, or that of "
        "--fail-on slower), in wall time and in CPU time; slower also, that another statistic "
        "of the time grew: it is named. same means that the whole interval lies inside the "
        "threshold; not-slower, that it lies below its upper end. The chance of one false "
        "alarm or more over all runs and statistics is at most 1 % (Holm). Results of different "
        "inputs, processors or evicted caches are refused. On a machine whose speed changes, use "
        "`pktbench bench --baseline`, which runs both sides in turns.",
    .options = options,
    .operands_min = 2,
    .operands_max = 2,
    .run = compare_run,
};
