#include "results/reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

json_t *at(const json_t *object, const char *key, const char *inner)
{
    return json_object_get(json_object_get(object, key), inner);
}

json_t *named(const json_t *array, const char *name)
{
    size_t i;
    json_t *element;
    json_array_foreach(array, i, element)
    {
        if (strcmp(text_of(element, "name"), name) == 0)
            return element;
    }
    return NULL;
}

const char *const levels[LEVELS] = {"frames", "headers", "flows", "app", "inner", "dissect"};

size_t level_rank(const char *level)
{
    size_t rank = 0;
    while (rank < LEVELS && strcmp(levels[rank], level) != 0)
        rank++;
    return rank;
}

bool column_given(const json_t *backend, const char *level, const char *column)
{
    size_t i;
    json_t *given;
    json_array_foreach(at(json_object_get(backend, "levels"), level, "columns"), i, given)
    {
        if (json_is_string(given) && strcmp(json_string_value(given), column) == 0)
            return true;
    }
    return false;
}

const char *feature_evidence(const json_t *backend, const char *feature)
{
    return text_of(named(json_object_get(backend, "features"), feature), "evidence");
}

const char *feature_at(const json_t *backend, const char *level, const char *feature)
{
    static const char in_no_level[] = "stated, in no level";
    static const char *const dissecting[] = {"reassembly", "application-layers", "stream-numbers"};
    const char *evidence = feature_evidence(backend, feature);
    bool is_numbering = strcmp(feature, "stream-numbers") == 0;
    if (strncmp(evidence, in_no_level, strlen(in_no_level)) == 0 ||
        strcmp(feature, "makes-packets") == 0)
        return "";
    if (strcmp(level, "dissect") == 0 || (is_numbering && column_given(backend, level, "stream")))
        return evidence;
    for (size_t i = 0; i < sizeof dissecting / sizeof dissecting[0]; i++)
        if (strcmp(feature, dissecting[i]) == 0)
            return "";
    return evidence;
}

const char *sink_of(const json_t *run)
{
    const char *sink = text_of(run, "sink");
    return *sink ? sink : NULL_SINK;
}

bool is_parse_alone(const json_t *run)
{
    return strcmp(sink_of(run), PARSE_ALONE) == 0;
}

unsigned threads_of(const json_t *run)
{
    double threads = number_of(run, "threads");
    return threads >= 1 && threads < 1e6 ? (unsigned)threads : 1;
}

const char *work_text(const json_t *run, char text[WORK_TEXT])
{
    const char *level = text_of(run, "level"), *sink = sink_of(run);
    if (strcmp(sink, NULL_SINK) == 0)
        (void)snprintf(text, WORK_TEXT, "%.16s", level);
    else if (is_parse_alone(run))
        (void)snprintf(text, WORK_TEXT, "%.16s, parse alone", level);
    else if (threads_of(run) == 1)
        (void)snprintf(text, WORK_TEXT, "%.16s > %.12s", level, sink);
    else
        (void)snprintf(text, WORK_TEXT, "%.16s > %.12s x%u", level, sink, threads_of(run));
    return text;
}

json_t *run_of(const json_t *results, const char *backend, const char *slice, const char *level)
{
    return run_into(results, backend, slice, level, NULL_SINK, 1);
}

static bool is_run(const json_t *run, const char *backend, const char *slice, const char *level,
                   const char *sink, unsigned threads)
{
    return strcmp(text_of(run, "backend"), backend) == 0 &&
           strcmp(text_of(run, "slice"), slice) == 0 && strcmp(text_of(run, "level"), level) == 0 &&
           strcmp(sink_of(run), sink) == 0 && threads_of(run) == threads;
}

json_t *run_into(const json_t *results, const char *backend, const char *slice, const char *level,
                 const char *sink, unsigned threads)
{
    /* Most are asked for in the order in which they stand: look behind the last one first. With
     * thousands of runs, and a search for each of them, that is much faster. */
    static _Thread_local size_t last;
    const json_t *runs = json_object_get(results, "runs");
    const size_t n = json_array_size(runs);
    for (size_t i = 0; i < n; i++) {
        const size_t index = (last + i) % n;
        json_t *run = json_array_get(runs, index);
        if (is_run(run, backend, slice, level, sink, threads)) {
            last = index;
            return run;
        }
    }
    return NULL;
}

json_t *run_of_study(const json_t *results, const json_t *row)
{
    const char *library = text_of(row, "library"), *slice = text_of(row, "slice");
    json_t *alone = strcmp(text_of(row, "reading"), "as-published") == 0
                        ? run_into(results, library, slice, text_of(row, "level"), PARSE_ALONE, 1)
                        : NULL;
    return alone ? alone : run_of(results, library, slice, text_of(row, "level"));
}

json_t *exported_run(const json_t *results, size_t index)
{
    const json_t *runs = json_object_get(results, "runs");
    const size_t count = json_array_size(runs);
    if (index < count)
        return json_array_get(runs, index);
    const json_t *input =
        json_array_get(json_object_get(results, "data_frame_runs"), index - count);
    return json_object_get(input, "run");
}

bool is_column(const char *name)
{
    const char *low = strrchr(name, '_');
    return strcmp(name, "present") != 0 && strcmp(name, "verdict") != 0 &&
           !(low && strcmp(low, "_lo") == 0);
}

size_t columns_given(const json_t *results, const char *backend, const char *level)
{
    const json_t *found = named(json_object_get(results, "backends"), backend);
    const json_t *columns = at(json_object_get(found, "levels"), level, "columns");
    size_t i, count = 0;
    json_t *column;
    json_array_foreach(columns, i, column)
    {
        const char *name = json_string_value(column);
        count += name && is_column(name);
    }
    return count;
}

size_t columns_most(const json_t *results, const char *level)
{
    size_t i, most = 0;
    json_t *backend;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        size_t given = columns_given(results, text_of(backend, "name"), level);
        most = given > most ? given : most;
    }
    return most;
}

bool has_status(const json_t *run, const char *status)
{
    return strcmp(text_of(run, "status"), status) == 0;
}

bool is_timed(const json_t *run)
{
    return (has_status(run, "ok") || has_status(run, "differs") || has_status(run, "unchecked")) &&
           json_is_object(json_object_get(run, "wall_ns")) &&
           json_is_number(json_object_get(run, "ns_per_packet"));
}

double packets_read(const json_t *results, const json_t *run)
{
    double prefix = number_of(run, "prefix_packets");
    const json_t *slice = named(json_object_get(results, "slices"), text_of(run, "slice"));
    return prefix > 0 ? prefix : number_of(slice, "packets");
}

bool run_interval(const json_t *run, double *low, double *high)
{
    const json_t *wall = json_object_get(run, "wall_ns"), *ci = json_object_get(wall, "ci95");
    double median = number_of(wall, "median");
    if (!json_is_array(ci) || !(median > 0))
        return false;
    double scale = number_of(run, "ns_per_packet") / median;
    *low = json_number_value(json_array_get(ci, 0)) * scale;
    *high = json_number_value(json_array_get(ci, 1)) * scale;
    return true;
}

double ethernet_bytes(double wire_len)
{
    enum { FCS = 4, AROUND = 20, LEAST = 64 };
    return fmax(wire_len + FCS, LEAST) + AROUND;
}

double wire_bits(const json_t *slice)
{
    double frame = number_of(slice, "mean_frame");
    return frame > 0 ? 8 * ethernet_bytes(frame) : 0;
}

bool has_captures(const json_t *results)
{
    size_t i;
    json_t *slice;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        if (strcmp(text_of(json_object_get(slice, "origin"), "kind"), "capture") == 0)
            return true;
    }
    return false;
}

/* Digits in groups of three. */
static void grouped(double value, char *text, size_t size)
{
    char plain[48];
    int length = snprintf(plain, sizeof plain, "%.0f", value);
    size_t n = 0;
    for (int i = 0; i < length && n + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0 && plain[i - 1] != '-')
            text[n++] = ',';
        text[n++] = plain[i];
    }
    text[n] = '\0';
}

void number_text(double value, char *text, size_t size)
{
    double size_of = fabs(value);
    if (!isfinite(value)) { /* a ratio to a median of 0, in a file from another program */
        (void)snprintf(text, size, "?");
    } else if (size_of >= 99.95) {
        double unit = pow(10, floor(log10(size_of)) - 2);
        grouped(unit > 1 ? round(value / unit) * unit : value, text, size);
    } else if (size_of < 1e-9) {
        (void)snprintf(text, size, "0");
    } else {
        /* A value that rounds up to the next power of ten gets one decimal less. */
        int magnitude = (int)floor(log10(size_of * 1.0005));
        (void)snprintf(text, size, "%.*f", 2 - magnitude, value);
    }
}

void interval_text(const json_t *summary, double scale, char *text, size_t size)
{
    const json_t *ci = json_object_get(summary, "ci95");
    char low[32], high[32];
    text[0] = '\0';
    if (!json_is_array(ci))
        return;
    number_text(json_number_value(json_array_get(ci, 0)) * scale, low, sizeof low);
    number_text(json_number_value(json_array_get(ci, 1)) * scale, high, sizeof high);
    (void)snprintf(text, size, "[%s, %s]", low, high);
}

/* Number of blocks with samples in any run. */
static json_int_t blocks_done(const json_t *results)
{
    json_int_t done = 0;
    size_t i, j;
    json_t *run, *sample;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        json_array_foreach(json_object_get(run, "samples"), j, sample)
        {
            const json_int_t block = json_integer_value(json_object_get(sample, "block"));
            done = block >= done ? block + 1 : done;
        }
    }
    return done;
}

const char *partial_text(const json_t *results, char text[PARTIAL_TEXT])
{
    if (!json_is_true(json_object_get(results, "partial")))
        return NULL;
    (void)snprintf(text, PARTIAL_TEXT, "partial results: %lld of %lld blocks",
                   (long long)blocks_done(results),
                   (long long)json_integer_value(at(results, "plan", "blocks")));
    return text;
}

bool is_above_one(const json_t *ratio)
{
    return json_number_value(json_array_get(json_object_get(ratio, "ci95"), 0)) > 1;
}

double plan_slow_ms(const json_t *plan)
{
    double ns = number_of(plan, "slow_ns");
    return (ns > 0 ? ns : number_of(plan, "sample_ns")) / 1e6;
}

bool emptied_all_caches(const json_t *results)
{
    double last = number_of(at(results, "context", "cpu"), "l3_bytes");
    return last > 0 && number_of(json_object_get(results, "plan"), "evict_bytes") > last;
}

bool is_ours(const json_t *backend)
{
    return strcmp(text_of(backend, "origin"), "ours") == 0 &&
           strcmp(text_of(backend, "decoder"), "none") != 0;
}

const char *backend_language(const json_t *backend)
{
    const char *language = text_of(backend, "language");
    return *language ? language : is_ours(backend) ? "C" : "";
}

const char *backend_flags(const json_t *results, const json_t *backend)
{
    const char *flags = text_of(backend, "flags");
    return *flags || !is_ours(backend) ? flags : text_of(at(results, "context", "tool"), "flags");
}
