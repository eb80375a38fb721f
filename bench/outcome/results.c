#include "bench/outcome/results.h"

#include <stdlib.h>
#include <string.h>

#include "bench/data_frames/data_frames.h"
#include "bench/features/feature_rows.h"
#include "bench/input/layout.h"
#include "bench/outcome/cell_json.h"
#include "bench/outcome/study.h"
#include "bench/statistics/statistics.h"
#include "bench/worker/describe.h"
#include "results/json_values.h"

json_t *slice_json(const suite_slice *slice, const char *filter)
{
    json_t *origin = slice->scenario
                         ? json_pack("{s:s, s:s, s:o}", "kind", "generated", "scenario",
                                     slice->scenario, "seed", json_count(slice->seed))
                         : json_pack("{s:s, s:s}", "kind", "capture", "part", slice->part);
    double mean = (double)slice->wire_bytes / (double)slice->packets;
    json_t *out =
        json_pack("{s:s, s:o, s:o, s:o, s:f, s:s, s:o, s:o}", "name", slice->name, "bytes",
                  json_count(slice->bytes), "packets", json_count(slice->packets),
                  "well_formed_packets", json_count(slice->well_formed_packets), "mean_frame", mean,
                  "format", slice->format == PKT_FORMAT_PCAP ? "pcap" : "pcapng", "xxh3",
                  json_string(slice->xxh3), "origin", origin);
    if (slice->write_bytes)
        json_object_set_new(out, "write_bytes", json_count(slice->write_bytes));
    if (filter)
        json_object_set_new(out, "filter",
                            json_pack("{s:o, s:o, s:o}", "expression", json_words(filter), "kept",
                                      json_count(slice->filtered), "of",
                                      json_count(slice->unfiltered)));
    return out;
}

/* The member, or `empty` if it is missing. Takes the reference to `empty`; returns a new one. */
static json_t *member_or(const json_t *description, const char *key, json_t *empty)
{
    json_t *value = json_object_get(description, key);
    if (value)
        json_decref(empty);
    return value ? json_incref(value) : empty;
}

static json_t *backend_json(const bench_record *record, const backend *c)
{
    const json_t *d = c->description;
    char reason[REASON_BYTES];
    describe_reason(c->available ? "" : c->reason, reason, sizeof reason);
    json_t *out = json_pack(
        "{s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", c->name, "summary",
        json_member_or_null(d, "summary"), "available", (int)c->available, "reason",
        json_text_or_null(reason), "version", json_member_or_null(d, "version"), "origin",
        json_member_or_null(d, "origin"), "license", json_member_or_null(d, "license"), "decoder",
        json_member_or_null(d, "decoder"), "fork_each_run", json_member_or_null(d, "fork_each_run"),
        "levels", member_or(d, "levels", json_object()), "features",
        member_or(d, "features", json_array()), "load_ns", load_json(record, c));
    static const char *const external[] = {"language", "flags"};
    for (size_t i = 0; i < sizeof external / sizeof external[0]; i++)
        if (json_object_get(d, external[i]))
            json_object_set(out, external[i], json_object_get(d, external[i]));
    return out;
}

/* Add runs for backends that are unavailable, and for levels that only other backends offer. */
static void absent_add(const bench_record *record, const suite_slice *slice, json_t *runs)
{
    bool offered[PKT_LEVEL_COUNT] = {false};
    const selection *l = record->selection;
    for (size_t i = 0; i < l->count; i++)
        for (unsigned v = 0; v < PKT_LEVEL_COUNT; v++)
            offered[v] |= selection_runs(l, l->backends[i], (pkt_level)v);
    for (size_t i = 0; i < l->count; i++) {
        const backend *c = l->backends[i];
        for (unsigned v = 0; c->chosen && v < PKT_LEVEL_COUNT; v++) {
            if (!l->levels[v] || (c->available && (c->offers[v] || !offered[v])))
                continue;
            if (!c->available && v != PKT_LEVEL_HEADERS)
                continue; /* report an unavailable backend once */
            bench_cell absent = {.backend = c, .slice = slice, .level = (pkt_level)v};
            char reason[REASON_BYTES];
            describe_reason(c->available ? "" : c->reason, reason, sizeof reason);
            cell_fail(&absent, c->available ? STATUS_NOT_OFFERED : STATUS_UNAVAILABLE, reason);
            json_array_append_new(runs, run_json(record, &absent));
        }
    }
}

static void slice_runs_add(const bench_record *record, const suite_slice *slice, json_t *runs,
                           json_t *aa)
{
    const schedule *s = record->schedule;
    for (size_t i = 0; i < s->cell_count; i++) {
        const bench_cell *cell = &s->cells[i];
        if (suite_whole(cell->slice) != slice)
            continue;
        if (cell->role == ROLE_MAIN || cell->role == ROLE_PARSE || cell->role == ROLE_OUTPUT)
            json_array_append_new(runs, run_json(record, cell));
        json_t *line = cell->role == ROLE_AA_CONTROL ? aa_json(record, cell) : NULL;
        if (line)
            json_array_append_new(aa, line);
    }
    absent_add(record, slice, runs);
}

static const char *input_name(const suite_slice *slice)
{
    return slice->as_is                               ? "as is"
           : slice->write_bytes == LAYOUT_SMALL_BYTES ? "4 KiB writes"
                                                      : "1 MiB writes";
}

static json_t *input_run_json(const bench_record *record, const bench_cell *cell)
{
    const suite_slice *slice = cell->slice;
    return json_pack("{s:s, s:s, s:b, s:o, s:o, s:b, s:o, s:o}", "slice",
                     slice->copy_of ? slice->copy_of->name : slice->name, "input",
                     input_name(slice), "cold", (int)cell->cold, "packets",
                     json_count(slice->packets), "bytes", json_count(slice->bytes), "canaries", 0,
                     "to_base", cell->base ? cells_ratio(record, cell, cell->base) : json_null(),
                     "run", run_json(record, cell));
}

static json_t *input_runs_json(const bench_record *record)
{
    const schedule *s = record->schedule;
    json_t *runs = json_array();
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].role == ROLE_INPUT)
            json_array_append_new(runs, input_run_json(record, &s->cells[i]));
    return runs;
}

static json_t *feature_run_json(const bench_record *record, const bench_cell *cell)
{
    const pkt_features_request *features = cell->features;
    return json_pack("{s:s, s:s, s:s, s:I, s:o, s:o, s:b, s:o, s:o}", "slice", cell->slice->name,
                     "features", features->set->name, "by", feature_by_name(features->by),
                     "window_packets", (json_int_t)features->packets, "rows",
                     json_count(cell->feature_rows), "cells_compared",
                     json_count(cell->feature_cells), "canaries", 0, "to_base",
                     cells_ratio(record, cell, cell->base), "run", run_json(record, cell));
}

static json_t *feature_runs_json(const bench_record *record)
{
    const schedule *s = record->schedule;
    json_t *runs = json_array();
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].role == ROLE_FEATURES)
            json_array_append_new(runs, feature_run_json(record, &s->cells[i]));
    return runs;
}

/* Is it the way that the cell is compared with? */
static bool is_data_frame_base(const bench_cell *other, const bench_cell *cell)
{
    return other->role == ROLE_DATA_FRAME && other != cell && other->way->kind == cell->way->kind &&
           strcmp(other->way->way, DATA_FRAME_BASE) == 0 &&
           suite_whole(other->slice) == suite_whole(cell->slice);
}

static const bench_cell *data_frame_base(const schedule *s, const bench_cell *cell)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (is_data_frame_base(&s->cells[i], cell))
            return &s->cells[i];
    return NULL;
}

/* The columns as users know them: an address is one column. */
static json_t *shown_columns(const json_t *names)
{
    json_t *list = json_array();
    size_t i;
    json_t *name;
    json_array_foreach(names, i, name)
    {
        const char *text = json_string_value(name), *end = text ? strrchr(text, '_') : NULL;
        const bool high = end && strcmp(end, "_hi") == 0;
        if (text && !(end && strcmp(end, "_lo") == 0))
            json_array_append_new(list,
                                  json_stringn(text, high ? (size_t)(end - text) : strlen(text)));
    }
    return list;
}

static json_t *data_frame_run_json(const bench_record *record, const bench_cell *cell)
{
    const bench_cell *base = data_frame_base(record->schedule, cell);
    const json_t *description = cell->backend->description;
    const json_t *level =
        json_object_get(json_object_get(description, "levels"), pkt_level_name(cell->level));
    json_t *run = run_json(record, cell);
    const double ns = json_number_value(json_object_get(run, "ns_per_packet"));
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "slice", suite_whole(cell->slice)->name,
        "data_frame", data_frame_kind_name(cell->way->kind), "way", cell->way->way, "work",
        json_member_or_null(level, "work"), "version", json_member_or_null(description, "version"),
        "columns", shown_columns(json_object_get(level, "columns")), "rows_per_s",
        json_real_or_null(ns > 0, ns > 0 ? 1e9 / ns : 0), "to_base",
        base ? cells_ratio(record, cell, base) : json_null(), "run", run);
}

static json_t *data_frame_runs_json(const bench_record *record)
{
    const schedule *s = record->schedule;
    json_t *runs = json_array();
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].role == ROLE_DATA_FRAME)
            json_array_append_new(runs, data_frame_run_json(record, &s->cells[i]));
    return runs;
}

/* Add a list to the results, unless it is empty. Takes the reference to it. */
static void list_add(json_t *results, const char *key, json_t *list)
{
    if (json_array_size(list) > 0)
        json_object_set(results, key, list);
    json_decref(list);
}

json_t *role_runs_json(const bench_record *record, cell_role role)
{
    const schedule *s = record->schedule;
    json_t *runs = json_array();
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].role == role)
            json_array_append_new(runs, run_json(record, &s->cells[i]));
    return runs;
}

static json_t *seconds_list(const double *seconds, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_real(seconds[i]));
    return list;
}

static json_t *process_json(const process_run *run)
{
    char command[256];
    double *scratch = calloc(run->count + 1, sizeof *scratch), whole = 0, empty = 0;
    if (scratch && run->count) {
        memcpy(scratch, run->wall_s, run->count * sizeof *scratch);
        whole = median_of(scratch, run->count);
        memcpy(scratch, run->empty_wall_s, run->count * sizeof *scratch);
        empty = median_of(scratch, run->count);
    }
    free(scratch);
    const char *driver = run->backend->id.driver;
    if (driver)
        (void)snprintf(command, sizeof command, "python3 %.60s run %.60s %s %.100s",
                       strrchr(driver, '/') + 1, run->backend->name, pkt_level_name(run->level),
                       run->slice->name);
    else
        (void)snprintf(command, sizeof command,
                       "pktbench extract --format none --backend %.60s --level %s %.100s",
                       run->backend->name, pkt_level_name(run->level), run->slice->name);
    bool there = run->count > 0;
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "backend",
                     run->backend->name, "slice", suite_whole(run->slice)->name, "level",
                     pkt_level_name(run->level), "prefix_packets", slice_prefix_json(run->slice),
                     "status", status_name(run->status), "reason", json_text_or_null(run->reason),
                     "command", command, "wall_s", seconds_list(run->wall_s, run->count),
                     "empty_wall_s", seconds_list(run->empty_wall_s, run->count), "median_s",
                     there ? json_real(whole) : json_null(), "start_up_s",
                     there ? json_real(empty) : json_null(), "net_s",
                     there ? json_real(whole - empty) : json_null());
}

json_t *results_json(const bench_record *record)
{
    const schedule *s = record->schedule;
    json_t *slices = json_array(), *backends = json_array(), *runs = json_array();
    json_t *aa = json_array(), *processes = json_array();
    for (size_t i = 0; i < record->suite->count; i++) {
        if (!suite_is_main(&record->suite->slices[i]))
            continue;
        json_array_append_new(slices, slice_json(&record->suite->slices[i], record->suite->filter));
        slice_runs_add(record, &record->suite->slices[i], runs, aa);
    }
    for (size_t i = 0; i < record->selection->count; i++)
        if (record->selection->backends[i]->chosen)
            json_array_append_new(backends, backend_json(record, record->selection->backends[i]));
    for (size_t i = 0; i < record->processes->count; i++)
        json_array_append_new(processes, process_json(&record->processes->runs[i]));
    json_t *plan =
        json_pack("{s:s, s:i, s:i, s:i, s:i, s:f, s:f, s:o, s:f, s:f}", "suite", record->suite_name,
                  "slow_blocks", (int)s->slow_blocks, "blocks", (int)s->blocks, "rounds",
                  (int)s->rounds, "process_rounds", (int)record->processes->rounds, "budget_s",
                  record->budget_s, "elapsed_s", record->elapsed_s, "evict_bytes",
                  json_count(s->evict_bytes), "sample_ns", s->sample_ns, "slow_ns", SLOW_NS);
    json_object_set(record->context, "options", record->options);
    json_object_set_new(record->context, "seed", json_count(record->seed));
    json_t *results = json_pack("{s:i, s:O, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema_version",
                                RESULTS_SCHEMA_VERSION, "context", record->context, "plan", plan,
                                "slices", slices, "backends", backends, "runs", runs, "aa", aa,
                                "process_runs", processes, "study", study_json(record));
    list_add(results, "input_runs", input_runs_json(record));
    list_add(results, "feature_runs", feature_runs_json(record));
    list_add(results, "data_frame_runs", data_frame_runs_json(record));
    if (record->record_runs)
        list_add(results, "record_runs", json_incref(record->record_runs));
    if (results && record->partial)
        json_object_set_new(results, "partial", json_true());
    if (results && record->conformance)
        json_object_set(results, "conformance", record->conformance);
    return results;
}
