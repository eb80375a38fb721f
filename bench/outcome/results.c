#include "bench/outcome/results.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "bench/statistics/statistics.h"
#include "bench/timing/output_cells.h"

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

static json_t *count(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static bool is_address(size_t column)
{
    pkt_format_as show = pkt_column_at(column)->format_as;
    return show == PKT_AS_ADDRESS || show == PKT_AS_MAC;
}

static json_t *difference_json(const difference *first, bool show_values)
{
    if (!first->found)
        return json_null();
    bool shown = show_values || !is_address(first->column);
    return json_pack("{s:o, s:s, s:o, s:o}", "packet", count(first->packet), "column",
                     pkt_column_at(first->column)->name, "value",
                     shown ? json_string(first->value) : json_null(), "expected",
                     shown ? json_string(first->expected) : json_null());
}

/* Counts of the columns that differ, by name; empty if none does. */
static json_t *columns_json(const agreement *a)
{
    json_t *out = json_object();
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (a->different[c])
            json_object_set_new(out, pkt_column_at(c)->name, count(a->different[c]));
    return out;
}

json_t *agreement_json(const check *check, bool show_values)
{
    const agreement *a = &check->agreement;
    if (!a->reference)
        return json_null();
    return json_pack("{s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "reference",
                     a->reference, "independent", (int)a->independent, "rows_compared",
                     count(a->rows_compared), "cells_compared", count(a->cells_compared),
                     "cells_different", count(a->cells_different), "malformed_rows",
                     count(a->malformed_rows), "malformed_cells_different",
                     count(a->malformed_cells_different), "listed", count(0), "columns_different",
                     columns_json(a), "first_difference", difference_json(&a->first, show_values));
}

/* XXH3-64 of the file; null if it cannot be read. */
static json_t *file_hash(const char *path)
{
    FILE *file = fopen(path, "rb");
    XXH3_state_t *state = XXH3_createState();
    char buffer[65536], text[17];
    size_t got = 0;
    bool good = file && state && XXH3_64bits_reset(state) == XXH_OK;
    while (good && (got = fread(buffer, 1, sizeof buffer, file)) > 0)
        XXH3_64bits_update(state, buffer, got);
    good = good && !ferror(file);
    if (good)
        (void)snprintf(text, sizeof text, "%016" PRIx64, XXH3_64bits_digest(state));
    XXH3_freeState(state);
    if (file)
        fclose(file);
    return good ? json_string(text) : json_null();
}

json_t *slice_json(const suite_slice *slice, const char *filter)
{
    json_t *origin = slice->scenario
                         ? json_pack("{s:s, s:s, s:o}", "kind", "generated", "scenario",
                                     slice->scenario, "seed", count(slice->seed))
                         : json_pack("{s:s, s:s}", "kind", "capture", "part", slice->part);
    double mean = (double)slice->wire_bytes / (double)slice->packets;
    json_t *out = json_pack("{s:s, s:o, s:o, s:o, s:f, s:s, s:o, s:o}", "name", slice->name,
                            "bytes", count(slice->bytes), "packets", count(slice->packets),
                            "well_formed_packets", count(slice->well_formed_packets), "mean_frame",
                            mean, "format", slice->format == PKT_FORMAT_PCAP ? "pcap" : "pcapng",
                            "xxh3", file_hash(slice->path), "origin", origin);
    if (filter)
        json_object_set_new(out, "filter",
                            json_pack("{s:s, s:o, s:o}", "expression", filter, "kept",
                                      count(slice->filtered), "of", count(slice->unfiltered)));
    return out;
}

static json_t *interval_json(const summary *s)
{
    return s->has_interval ? json_pack("[f, f]", s->low, s->high) : json_null();
}

static json_t *summary_json(const observation *observations, size_t n, uint64_t seed)
{
    summary s;
    if (n == 0 || summarize(observations, n, seed, &s) != 0)
        return json_null();
    return json_pack("{s:f, s:o, s:f, s:f, s:o, s:o}", "median", s.median, "ci95",
                     interval_json(&s), "min", s.min, "max", s.max, "n", count(s.count), "outliers",
                     count(s.outliers));
}

static json_t *load_json(const schedule *schedule, const backend *backend, uint64_t seed)
{
    for (size_t i = 0; i < schedule->load_count; i++) {
        const load_times *loads = &schedule->loads[i];
        observation observations[sizeof loads->ns / sizeof loads->ns[0]];
        if (loads->backend != backend)
            continue;
        for (size_t j = 0; j < loads->count; j++)
            observations[j] = (observation){(unsigned)j, loads->ns[j]};
        return summary_json(observations, loads->count, seed);
    }
    return json_null();
}

static json_t *described(const json_t *description, const char *key)
{
    json_t *value = json_object_get(description, key);
    return value ? json_incref(value) : json_null();
}

static json_t *described_or(const json_t *description, const char *key, json_t *empty)
{
    json_t *value = json_object_get(description, key);
    if (value)
        json_decref(empty);
    return value ? json_incref(value) : empty;
}

static json_t *backend_json(const bench_record *record, const backend *c)
{
    const json_t *d = c->description;
    return json_pack("{s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
                     c->name, "summary", described(d, "summary"), "available", (int)c->available,
                     "reason", text_or_null(c->available ? NULL : c->reason), "version",
                     described(d, "version"), "origin", described(d, "origin"), "license",
                     described(d, "license"), "decoder", described(d, "decoder"), "fork_each_run",
                     described(d, "fork_each_run"), "levels",
                     described_or(d, "levels", json_object()), "features",
                     described_or(d, "features", json_array()), "load_ns",
                     load_json(record->schedule, c, record->seed));
}

/* How many packets, if only the slice's first ones were read. */
json_t *slice_prefix_json(const suite_slice *slice)
{
    return slice->whole ? count(slice->packets) : json_null();
}

/* Times of a cell as observations; the caller frees them. */
static observation *observations_of(const bench_cell *cell, bool cpu)
{
    observation *out = calloc(cell->sample_count + 1, sizeof *out);
    for (size_t i = 0; out && i < cell->sample_count; i++)
        out[i] = (observation){cell->samples[i].block,
                               cpu ? cell->samples[i].cpu_ns : cell->samples[i].wall_ns};
    return out;
}

static json_t *times_json(const bench_cell *cell, bool cpu, uint64_t seed)
{
    observation *observations = observations_of(cell, cpu);
    json_t *out = observations ? summary_json(observations, cell->sample_count, seed) : json_null();
    free(observations);
    return out;
}

static const timing_sample *sample_of(const bench_cell *cell, unsigned block, unsigned round)
{
    for (size_t i = 0; i < cell->sample_count; i++)
        if (cell->samples[i].block == block && cell->samples[i].round == round)
            return &cell->samples[i];
    return NULL;
}

/* The median of one / other, paired by round. false: there are no pairs. */
static bool ratio_of(const bench_cell *one, const bench_cell *other, bool cpu, uint64_t seed,
                     summary *out)
{
    observation *ratios = calloc(one->sample_count + 1, sizeof *ratios);
    /* Of a packet each: one of them may have seen only the first packets of the slice. */
    double scale = (double)other->slice->packets / (double)one->slice->packets;
    size_t n = 0;
    for (size_t i = 0; ratios && i < one->sample_count; i++) {
        const timing_sample *a = &one->samples[i];
        const timing_sample *b = sample_of(other, a->block, a->round);
        double above = cpu ? a->cpu_ns : a->wall_ns, below = b ? cpu ? b->cpu_ns : b->wall_ns : 0;
        if (above > 0 && below > 0)
            ratios[n++] = (observation){a->block, above / below * scale};
    }
    bool good = n > 0 && summarize(ratios, n, seed, out) == 0;
    free(ratios);
    return good;
}

/* Against whom a cell is held: raw at the same level, its rows thrown away; where raw does not work
 * there, or the cell does not parse at all, raw at `headers`. NULL for that one itself. */
static const bench_cell *baseline_of(const schedule *s, const bench_cell *cell)
{
    const bench_cell *found = NULL;
    bool parses = strcmp(cell->backend->decoder, "none") != 0;
    for (size_t i = 0; i < s->cell_count; i++) {
        const bench_cell *c = &s->cells[i];
        if (c->aa_of || c->columns_of || c->sink || !c->old_of != !cell->old_of ||
            c->slice != suite_whole(cell->slice) || strcmp(c->backend->name, "raw") != 0 ||
            c == cell || (c->backend == cell->backend && !cell->sink))
            continue;
        if (c->level == cell->level && parses)
            return c;
        if (c->level == PKT_LEVEL_HEADERS)
            found = c;
    }
    return found;
}

json_t *cells_ratio(const bench_cell *cell, const bench_cell *other, bool cpu, uint64_t seed)
{
    summary r;
    if (!ratio_of(cell, other, cpu, seed, &r))
        return json_null();
    return json_pack("{s:s, s:s, s:f, s:o, s:o}", "backend", other->backend->name, "level",
                     pkt_level_name(other->level), "median", r.median, "ci95", interval_json(&r),
                     "n", count(r.count));
}

json_t *cell_slice_seconds(const bench_cell *cell, uint64_t seed)
{
    observation *observations = observations_of(cell, false);
    double scale = 1e-9 * (double)suite_whole(cell->slice)->packets / (double)cell->slice->packets;
    for (size_t i = 0; observations && i < cell->sample_count; i++)
        observations[i].value *= scale;
    json_t *out = observations ? summary_json(observations, cell->sample_count, seed) : json_null();
    free(observations);
    return out;
}

static json_t *ratio_json(const schedule *s, const bench_cell *cell, bool cpu, uint64_t seed)
{
    const bench_cell *base = baseline_of(s, cell);
    return base ? cells_ratio(cell, base, cpu, seed) : json_null();
}

static json_t *samples_json(const bench_cell *cell)
{
    json_t *list = json_array();
    for (size_t i = 0; i < cell->sample_count; i++) {
        const timing_sample *s = &cell->samples[i];
        json_t *sample = json_pack("{s:i, s:i, s:f, s:f}", "block", (int)s->block, "round",
                                   (int)s->round, "wall_ns", s->wall_ns, "cpu_ns", s->cpu_ns);
        if (s->start_ns > 0)
            json_object_set_new(sample, "start_ns", json_real(s->start_ns));
        json_array_append_new(list, sample);
    }
    return list;
}

static json_t *over_or_null(double above, double below)
{
    return below > 0 && above > 0 ? json_real(above / below) : json_null();
}

/* The times of the cell in which the same program builds the columns too. */
static json_t *columns_times(const schedule *s, const bench_cell *cell, uint64_t seed)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].columns_of == cell)
            return times_json(&s->cells[i], false, seed);
    return json_null();
}

static bool positions_known(const bench_cell *cell)
{
    double sum = 0;
    for (size_t i = 0; i < POSITION_PARTS; i++)
        sum += cell->part_ns[i];
    return sum > 0;
}

static json_t *positions_json(const bench_cell *cell)
{
    double packets = (double)cell_position_slice(cell)->packets / POSITION_PARTS;
    if (!positions_known(cell))
        return json_null();
    json_t *list = json_array();
    for (size_t i = 0; i < POSITION_PARTS; i++)
        json_array_append_new(list, json_real(cell->part_ns[i] / packets));
    return list;
}

/* Median over samples of what the processor counted in a run; null where it does not. */
static json_t *counted_json(const bench_cell *cell, int counter)
{
    double *values = calloc(cell->sample_count + 1, sizeof *values);
    size_t n = 0;
    for (size_t i = 0; values && i < cell->sample_count; i++)
        if (cell->samples[i].counted[counter] > 0)
            values[n++] = cell->samples[i].counted[counter];
    json_t *out = n ? json_real(median_of(values, n)) : json_null();
    free(values);
    return out;
}

static json_t *run_json(const bench_record *record, const bench_cell *cell)
{
    const schedule *s = record->schedule;
    json_t *wall = times_json(cell, false, record->seed);
    double median = json_number_value(json_object_get(wall, "median"));
    json_t *load = load_json(s, cell->backend, record->seed);
    json_t *load_median = described(load, "median");
    json_decref(load);
    json_t *run = json_pack(
        "{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
        "s:o, s:o, s:o, s:o, s:o, s:o}",
        "backend", cell->backend->name, "slice", suite_whole(cell->slice)->name, "level",
        pkt_level_name(cell->level), "prefix_packets", slice_prefix_json(cell->slice), "status",
        status_name(cell->check.status), "reason", text_or_null(cell->check.reason), "agreement",
        agreement_json(&cell->check, record->show_values), "samples", samples_json(cell), "runs",
        (int)cell->runs, "wall_ns", wall, "cpu_ns", times_json(cell, true, record->seed),
        "ns_per_packet", over_or_null(median, (double)cell->slice->packets), "mb_per_s",
        over_or_null((double)cell->slice->bytes * 1e3, median), "ratio",
        ratio_json(s, cell, false, record->seed), "cpu_ratio",
        ratio_json(s, cell, true, record->seed), "load_ns", load_median, "peak_rss_bytes",
        cell->peak_rss ? count(cell->peak_rss) : json_null(), "columns_wall_ns",
        columns_times(s, cell, record->seed), "position_ns_per_packet", positions_json(cell),
        "position_packets",
        positions_known(cell) ? count(cell_position_slice(cell)->packets) : json_null(),
        "instructions", cell->instructions ? count(cell->instructions) : json_null(),
        "counted_instructions", counted_json(cell, COUNTER_INSTRUCTIONS), "counted_cycles",
        counted_json(cell, COUNTER_CYCLES));
    output_describe(cell, run);
    return run;
}

/* A backend that cannot run here, or does not offer a level that others do, has its rows too. */
static json_t *absent_json(const char *backend, const char *slice, pkt_level level,
                           run_status status, const char *reason)
{
    return json_pack("{s:s, s:s, s:s, s:n, s:s, s:o, s:n, s:[], s:i, s:n, s:n, s:n, s:n, s:n, s:n, "
                     "s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n}",
                     "backend", backend, "slice", slice, "level", pkt_level_name(level),
                     "prefix_packets", "status", status_name(status), "reason",
                     text_or_null(reason), "agreement", "samples", "runs", 0, "wall_ns", "cpu_ns",
                     "ns_per_packet", "mb_per_s", "ratio", "cpu_ratio", "load_ns", "peak_rss_bytes",
                     "columns_wall_ns", "position_ns_per_packet", "position_packets",
                     "instructions", "counted_instructions", "counted_cycles");
}

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
                continue; /* one row says it */
            json_array_append_new(
                runs, absent_json(c->name, slice->name, (pkt_level)v,
                                  c->available ? STATUS_NOT_OFFERED : STATUS_UNAVAILABLE,
                                  c->available ? NULL : c->reason));
        }
    }
}

static void slice_runs_add(const bench_record *record, const suite_slice *slice, json_t *runs,
                           json_t *aa)
{
    const schedule *s = record->schedule;
    for (size_t i = 0; i < s->cell_count; i++) {
        const bench_cell *cell = &s->cells[i];
        summary r;
        if (suite_whole(cell->slice) != slice || cell->columns_of || cell->old_of)
            continue;
        if (!cell->aa_of)
            json_array_append_new(runs, run_json(record, cell));
        else if (ratio_of(cell, cell->aa_of, false, record->seed, &r))
            json_array_append_new(aa, json_pack("{s:s, s:s, s:s, s:f, s:o, s:o}", "backend",
                                                cell->backend->name, "slice", slice->name, "level",
                                                pkt_level_name(cell->level), "median", r.median,
                                                "ci95", interval_json(&r), "n", count(r.count)));
    }
    absent_add(record, slice, runs);
}

json_t *old_runs_json(const bench_record *record)
{
    const schedule *s = record->schedule;
    json_t *runs = json_array();
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].old_of)
            json_array_append_new(runs, run_json(record, &s->cells[i]));
    return runs;
}

json_t *aa_runs_json(const bench_record *record)
{
    const schedule *s = record->schedule;
    json_t *runs = json_array();
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].aa_of)
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
                     "status", status_name(run->status), "reason", text_or_null(run->reason),
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
        if (record->suite->slices[i].whole)
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
                  count(s->evict_bytes), "sample_ns", s->sample_ns, "slow_ns", SLOW_NS);
    json_object_set(record->context, "options", record->options);
    json_object_set_new(record->context, "seed", count(record->seed));
    json_t *results = json_pack("{s:i, s:O, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema_version",
                                RESULTS_SCHEMA_VERSION, "context", record->context, "plan", plan,
                                "slices", slices, "backends", backends, "runs", runs, "aa", aa,
                                "process_runs", processes, "study", study_json(record));
    if (results && record->conformance)
        json_object_set(results, "conformance", record->conformance);
    return results;
}
