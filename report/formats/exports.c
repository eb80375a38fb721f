#include "report/formats/exports.h"

#include <string.h>

#include "results/escaped.h"
#include "results/reader.h"

static int json_write(json_t *json, FILE *out)
{
    const int status = json_print(json, out, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    json_decref(json);
    return status;
}

static json_t *run_name(const json_t *run)
{
    const char *sink = sink_of(run);
    bool has_sink = strcmp(sink, NULL_SINK) != 0;
    if (has_sink && threads_of(run) > 1)
        return json_sprintf("%s/%s/%s/%s/threads:%u", text_of(run, "backend"),
                            text_of(run, "slice"), text_of(run, "level"), sink, threads_of(run));
    return json_sprintf("%s/%s/%s%s%s", text_of(run, "backend"), text_of(run, "slice"),
                        text_of(run, "level"), has_sink ? "/" : "", has_sink ? sink : "");
}

/* Nanoseconds a packet at an end of the interval; the median where there is none. */
static double bound_of(const json_t *results, const json_t *run, size_t end)
{
    const json_t *ci = at(run, "wall_ns", "ci95");
    double ns = json_number_value(json_array_get(ci, end)), packets = packets_read(results, run);
    return json_is_array(ci) && packets > 0 ? ns / packets : number_of(run, "ns_per_packet");
}

/* github-action-benchmark, tool customSmallerIsBetter: a list of {name, unit, value, range, extra}.
 */
int report_github_action(const json_t *results, FILE *out)
{
    json_t *list = json_array(), *run;
    for (size_t i = 0; (run = exported_run(results, i)); i++) {
        if (!is_timed(run))
            continue;
        double half = (bound_of(results, run, 1) - bound_of(results, run, 0)) / 2;
        json_array_append_new(
            list, json_pack("{s:o, s:s, s:f, s:o, s:o}", "name", run_name(run), "unit", "ns/packet",
                            "value", number_of(run, "ns_per_packet"), "range",
                            json_sprintf("± %.3g", half), "extra",
                            json_sprintf("status %s\n%.0f packets", text_of(run, "status"),
                                         packets_read(results, run))));
    }
    return json_write(list, out);
}

static json_t *measure(double value, double low, double high)
{
    return json_pack("{s:f, s:f, s:f}", "value", value, "lower_value", low, "upper_value", high);
}

/* Bencher Metric Format: {benchmark: {measure: {value, lower_value, upper_value}}}; latency is in
 * nanoseconds, throughput in operations (packets) a second. */
int report_bmf(const json_t *results, FILE *out)
{
    json_t *all = json_object(), *run;
    for (size_t i = 0; (run = exported_run(results, i)); i++) {
        if (!is_timed(run))
            continue;
        double ns = number_of(run, "ns_per_packet");
        double low = bound_of(results, run, 0), high = bound_of(results, run, 1);
        json_t *measures = json_pack("{s:o, s:o}", "latency", measure(ns, low, high), "throughput",
                                     measure(1e9 / ns, 1e9 / high, 1e9 / low));
        double instructions = number_of(run, "instructions");
        if (instructions > 0)
            json_object_set_new(measures, "instructions",
                                json_pack("{s:f}", "value", instructions));
        json_t *name = run_name(run);
        json_object_set_new(all, json_string_value(name), measures);
        json_decref(name);
    }
    return json_write(all, out);
}

static json_t *gbench_context(const json_t *results)
{
    const json_t *context = json_object_get(results, "context");
    const json_t *cpu = json_object_get(context, "cpu");
    json_t *load = json_object_get(context, "load_average");
    return json_pack(
        "{s:s, s:s, s:i, s:i, s:b, s:[], s:o, s:s}", "date", text_of(context, "date"), "executable",
        "pktbench", "num_cpus", (int)number_of(cpu, "cores"), "mhz_per_cpu", 0,
        "cpu_scaling_enabled",
        (int)(*text_of(cpu, "governor") && strcmp(text_of(cpu, "governor"), "performance") != 0),
        "caches", "load_avg", load ? json_incref(load) : json_array(), "library_build_type",
        "release");
}

/* google/benchmark's JSON: every sample is a repetition, so that its compare.py can test them. */
int report_gbench(const json_t *results, FILE *out)
{
    json_t *list = json_array(), *run, *sample;
    size_t j;
    int family = 0;
    for (size_t i = 0; (run = exported_run(results, i)); i++) {
        const json_t *samples = json_object_get(run, "samples");
        double packets = packets_read(results, run);
        if (!is_timed(run))
            continue;
        json_array_foreach(samples, j, sample)
        {
            double wall = number_of(sample, "wall_ns");
            json_array_append_new(
                list,
                json_pack("{s:o, s:i, s:i, s:o, s:s, s:i, s:i, s:i, s:i, s:f, s:f, s:s, s:f}",
                          "name", run_name(run), "family_index", family,
                          "per_family_instance_index", 0, "run_name", run_name(run), "run_type",
                          "iteration", "repetitions", (int)json_array_size(samples),
                          "repetition_index", (int)j, "threads", (int)threads_of(run), "iterations",
                          (int)number_of(run, "runs"), "real_time", wall, "cpu_time",
                          number_of(sample, "cpu_ns"), "time_unit", "ns", "items_per_second",
                          wall > 0 ? packets * 1e9 / wall : 0));
        }
        family++;
    }
    return json_write(
        json_pack("{s:o, s:o}", "context", gbench_context(results), "benchmarks", list), out);
}

/* Text inside XML; characters that XML does not allow are left out. */
static void xml_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '<')
            fputs("&lt;", out);
        else if (c == '>')
            fputs("&gt;", out);
        else if (c == '&')
            fputs("&amp;", out);
        else if (c == '"')
            fputs("&quot;", out);
        else if (c >= 0x20 || c == '\t')
            fputc(c, out);
    }
}

typedef enum outcome { PASSED, FAILED, SKIPPED } outcome;

static outcome run_outcome(const json_t *run)
{
    if (is_timed(run))
        return PASSED;
    return has_status(run, "unavailable") || has_status(run, "not-offered") ? SKIPPED : FAILED;
}

static size_t runs_with(const json_t *results, outcome wanted)
{
    size_t count = 0;
    const json_t *run;
    for (size_t i = 0; (run = exported_run(results, i)); i++)
        count += run_outcome(run) == wanted;
    return count;
}

static void junit_run(const json_t *run, FILE *out)
{
    char work[WORK_TEXT];
    outcome o = run_outcome(run);
    fputs("    <testcase classname=\"", out);
    xml_text(out, text_of(run, "slice"));
    fputs("\" name=\"", out);
    xml_text(out, text_of(run, "backend"));
    fputc(' ', out);
    xml_text(out, work_text(run, work));
    fprintf(out, "\" time=\"%.9f\">\n",
            number_of(json_object_get(run, "wall_ns"), "median") * 1e-9);
    if (o != PASSED) {
        fprintf(out, "      <%s message=\"", o == FAILED ? "failure" : "skipped");
        xml_text(out, text_of(run, "status"));
        if (*text_of(run, "reason")) {
            fputs(": ", out);
            xml_text(out, text_of(run, "reason"));
        }
        fputs(o == FAILED ? "\" type=\"agreement\"/>\n" : "\"/>\n", out);
    }
    fputs("    </testcase>\n", out);
}

/* One failed test for each failure of the gate; one passed test if there is none. */
static void junit_gate(const json_t *comparison, FILE *out)
{
    const json_t *failures = json_object_get(comparison, "failures");
    size_t i, count = json_array_size(failures);
    json_t *words;
    fprintf(out,
            "  <testsuite name=\"gate\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
            "skipped=\"0\">\n",
            count ? count : 1, count);
    if (!count)
        fputs("    <testcase classname=\"gate\" name=\"nothing got worse\"/>\n", out);
    json_array_foreach(failures, i, words)
    {
        fputs("    <testcase classname=\"gate\" name=\"", out);
        xml_text(out, json_string_value(words));
        fputs("\"><failure message=\"", out);
        xml_text(out, json_string_value(words));
        fputs("\" type=\"gate\"/></testcase>\n", out);
    }
    fputs("  </testsuite>\n", out);
}

/* JUnit's XML, as continuous integration reads it: a test for every run, and the gate's. */
int report_junit(const json_t *results, FILE *out)
{
    const json_t *comparison = json_object_get(results, "comparison"), *run;
    const size_t failed = runs_with(results, FAILED), skipped = runs_with(results, SKIPPED);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"pktbench\">\n", out);
    fprintf(out,
            "  <testsuite name=\"bench\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
            "skipped=\"%zu\">\n",
            runs_with(results, PASSED) + failed + skipped, failed, skipped);
    for (size_t i = 0; (run = exported_run(results, i)); i++)
        junit_run(run, out);
    fputs("  </testsuite>\n", out);
    if (comparison)
        junit_gate(comparison, out);
    fputs("</testsuites>\n", out);
    return ferror(out) ? -1 : 0;
}
