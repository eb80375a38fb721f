#include "bench/outcome/cell_json.h"

#include <stdlib.h>
#include <string.h>

#include "bench/statistics/statistics.h"
#include "results/json_values.h"
#include "results/reader.h"

typedef enum time_kind { TIME_WALL, TIME_CPU } time_kind;

static json_t *difference_json(const difference *first, bool show_values)
{
    if (!first->found)
        return json_null();
    bool shown = show_values || !difference_is_private(first);
    return json_pack("{s:o, s:s, s:o, s:o}", "packet", json_count(first->packet), "column",
                     pkt_column_at(first->column)->name, "value",
                     shown ? json_words(first->value) : json_null(), "expected",
                     shown ? json_words(first->expected) : json_null());
}

/* Number of differences per column name; empty if no column differs. */
static json_t *columns_json(const agreement *a)
{
    json_t *out = json_object();
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (a->different[c])
            json_object_set_new(out, pkt_column_at(c)->name, json_count(a->different[c]));
    return out;
}

json_t *agreement_json(const check *check, bool show_values)
{
    const agreement *a = &check->agreement;
    if (!a->reference)
        return json_null();
    return json_pack("{s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "reference",
                     a->reference, "independent", (int)a->independent, "rows_compared",
                     json_count(a->rows_compared), "cells_compared", json_count(a->cells_compared),
                     "cells_different", json_count(a->cells_different), "malformed_rows",
                     json_count(a->malformed_rows), "malformed_cells_different",
                     json_count(a->malformed_cells_different), "listed",
                     json_count(a->cells_listed), "columns_different", columns_json(a),
                     "first_difference", difference_json(&a->first, show_values));
}

json_t *slice_prefix_json(const suite_slice *slice)
{
    return slice->whole ? json_count(slice->packets) : json_null();
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
                     interval_json(&s), "min", s.min, "max", s.max, "n", json_count(s.count),
                     "outliers", json_count(s.outliers));
}

static const load_times *loads_of(const schedule *s, const backend *backend)
{
    for (size_t i = 0; i < s->load_count; i++)
        if (s->loads[i].backend == backend)
            return &s->loads[i];
    return NULL;
}

json_t *load_json(const bench_record *record, const backend *backend)
{
    const load_times *loads = loads_of(record->schedule, backend);
    return loads ? summary_json(loads->list.values, loads->list.count, record->seed) : json_null();
}

/* A summary of the cell's times, each multiplied by `scale`. */
static json_t *times_json(const bench_record *record, const bench_cell *cell, time_kind kind,
                          double scale)
{
    observation *observations = calloc(cell->sample_count + 1, sizeof *observations);
    for (size_t i = 0; observations && i < cell->sample_count; i++) {
        const timing_sample *s = &cell->samples[i];
        observations[i] =
            (observation){s->block, scale * (kind == TIME_CPU ? s->cpu_ns : s->wall_ns)};
    }
    json_t *out =
        observations ? summary_json(observations, cell->sample_count, record->seed) : json_null();
    free(observations);
    return out;
}

json_t *cell_slice_seconds(const bench_record *record, const bench_cell *cell)
{
    const double whole = (double)suite_whole(cell->slice)->packets;
    return times_json(record, cell, TIME_WALL, 1e-9 * whole / (double)cell->slice->packets);
}

/* Is sample a from an earlier round than sample b? */
static bool is_earlier(const timing_sample *a, const timing_sample *b)
{
    return a->block < b->block || (a->block == b->block && a->round < b->round);
}

/* Find the next round, from *i and *j on, of which both cells have a sample. Samples are sorted by
 * round. false: no more pairs. */
static bool pair_next(const bench_cell *one, size_t *i, const bench_cell *other, size_t *j)
{
    while (*i < one->sample_count && *j < other->sample_count) {
        if (is_earlier(&one->samples[*i], &other->samples[*j]))
            ++*i;
        else if (is_earlier(&other->samples[*j], &one->samples[*i]))
            ++*j;
        else
            return true;
    }
    return false;
}

/* Median of the ratio one / other, paired by round. false: no pairs, or no memory. */
static bool ratio_of(const bench_record *record, const bench_cell *one, const bench_cell *other,
                     time_kind kind, summary *out)
{
    observation *ratios = calloc(one->sample_count + 1, sizeof *ratios);
    /* Ratio per packet: one cell may have read only a prefix of the slice. */
    double scale = (double)other->slice->packets / (double)one->slice->packets;
    size_t n = 0;
    for (size_t i = 0, j = 0; ratios && pair_next(one, &i, other, &j); i++, j++) {
        const timing_sample *a = &one->samples[i], *b = &other->samples[j];
        const double above = kind == TIME_CPU ? a->cpu_ns : a->wall_ns;
        const double below = kind == TIME_CPU ? b->cpu_ns : b->wall_ns;
        if (above > 0 && below > 0)
            ratios[n++] = (observation){a->block, above / below * scale};
    }
    bool good = n > 0 && summarize(ratios, n, record->seed, out) == 0;
    free(ratios);
    return good;
}

static json_t *ratio_json(const bench_record *record, const bench_cell *cell,
                          const bench_cell *other, time_kind kind)
{
    summary r;
    if (!other || !ratio_of(record, cell, other, kind, &r))
        return json_null();
    return json_pack("{s:s, s:s, s:f, s:o, s:o}", "backend", other->backend->name, "level",
                     pkt_level_name(other->level), "median", r.median, "ci95", interval_json(&r),
                     "n", json_count(r.count));
}

json_t *cells_ratio(const bench_record *record, const bench_cell *cell, const bench_cell *other)
{
    return ratio_json(record, cell, other, TIME_WALL);
}

json_t *aa_json(const bench_record *record, const bench_cell *control)
{
    summary r;
    if (!ratio_of(record, control, control->base, TIME_WALL, &r))
        return NULL;
    return json_pack("{s:s, s:s, s:s, s:f, s:o, s:o}", "backend", control->backend->name, "slice",
                     suite_whole(control->slice)->name, "level", pkt_level_name(control->level),
                     "median", r.median, "ci95", interval_json(&r), "n", json_count(r.count));
}

/* Does `other` discard its rows, and belong to the build of `cell`? */
static bool is_reference_candidate(const bench_cell *other, const bench_cell *cell)
{
    const bool own =
        cell->role == ROLE_BASELINE || cell->role == ROLE_INPUT || cell->role == ROLE_FEATURES;
    return other->role == (own ? cell->role : ROLE_MAIN) && !other->sink &&
           other->cold == cell->cold;
}

/* The reference cell of the ratios: raw at the same level, rows discarded. If raw does not offer
 * that level, or the backend does not parse, raw at `headers`. NULL if there is none, as for raw
 * itself. */
static const bench_cell *compared_with(const schedule *s, const bench_cell *cell)
{
    const bench_cell *found = NULL;
    bool parses = cell->backend->decoder && strcmp(cell->backend->decoder, "none") != 0;
    for (size_t i = 0; i < s->cell_count; i++) {
        const bench_cell *c = &s->cells[i];
        if (!is_reference_candidate(c, cell) || c->slice != suite_whole(cell->slice) ||
            strcmp(c->backend->name, "raw") != 0 || c == cell ||
            (c->backend == cell->backend && !cell->sink))
            continue;
        if (c->level == cell->level && parses)
            return c;
        if (c->level == PKT_LEVEL_HEADERS)
            found = c;
    }
    return found;
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
        if (s->first_ns > 0)
            json_object_set_new(sample, "first_ns", json_real(s->first_ns));
        json_array_append_new(list, sample);
    }
    return list;
}

/* Load time and peak memory of the processes of a comparison, by block. */
static json_t *processes_json(const bench_record *record, const bench_cell *cell)
{
    const load_times *loads = loads_of(record->schedule, cell->backend);
    json_t *list = json_array();
    for (size_t i = 0, j = 0; i < cell->peaks.count; i++) {
        const observation *peak = &cell->peaks.values[i];
        json_t *one = json_pack("{s:i, s:o}", "block", (int)peak->block, "peak_rss_bytes",
                                json_count_or_null((uint64_t)peak->value));
        while (loads && j < loads->list.count && loads->list.values[j].block < peak->block)
            j++;
        if (loads && j < loads->list.count && loads->list.values[j].block == peak->block)
            json_object_set_new(one, "load_ns", json_real(loads->list.values[j].value));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *quotient_or_null(double above, double below)
{
    return below > 0 && above > 0 ? json_real(above / below) : json_null();
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

/* Median over samples of a hardware counter, per run; null if not available. */
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

/* Median of the backend's load times; null if the level is not offered. */
static json_t *load_median(const bench_record *record, const bench_cell *cell)
{
    if (cell->check.status == STATUS_NOT_OFFERED)
        return json_null();
    json_t *load = load_json(record, cell->backend);
    json_t *median = json_member_or_null(load, "median");
    json_decref(load);
    return median;
}

/* How the work of the timed runs was proven. NULL: there was none. */
static const char *proof_name(const bench_cell *cell)
{
    if (cell->sample_count == 0)
        return NULL;
    if (cell->features)
        return "features compared";
    if (!cell->proof)
        return backend_is_external(&cell->backend->id) ? "rows counted" : "column compared";
    const pkt_column_set reach = proof_reach(cell->proof);
    return pkt_set_count(&reach) > 0 ? "packets changed" : "column compared";
}

/* Add the columns that no timed run was compared in, if there are any. */
static void not_proven_add(const bench_cell *cell, json_t *run)
{
    json_t *names = json_array();
    for (size_t c = 0; cell->proof && cell->sample_count > 0 && c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&cell->proof->left, c))
            json_array_append_new(names, json_string(pkt_column_at(c)->name));
    if (json_array_size(names) > 0)
        json_object_set(run, "not_proven", names);
    json_decref(names);
}

/* Add times, ratios and memory of the run. */
static void times_add(const bench_record *record, const bench_cell *cell, json_t *run)
{
    const bench_cell *other = compared_with(record->schedule, cell);
    json_t *wall = times_json(record, cell, TIME_WALL, 1);
    const double median = json_number_value(json_object_get(wall, "median"));
    json_object_set_new(run, "samples", samples_json(cell));
    json_object_set_new(run, "runs", json_integer((json_int_t)cell->runs));
    json_object_set_new(run, "wall_ns", wall);
    json_object_set_new(run, "cpu_ns", times_json(record, cell, TIME_CPU, 1));
    json_object_set_new(run, "ns_per_packet",
                        quotient_or_null(median, (double)cell->slice->packets));
    json_object_set_new(run, "mb_per_s",
                        quotient_or_null((double)cell->slice->bytes * 1e3, median));
    json_object_set_new(run, "ratio", ratio_json(record, cell, other, TIME_WALL));
    json_object_set_new(run, "cpu_ratio", ratio_json(record, cell, other, TIME_CPU));
    json_object_set_new(run, "first_run_ns",
                        json_real_or_null(cell->first_ns > 0,
                                          cell_charge(cell, cell->first_ns, cell->start.wall_ns)));
    if (cell->sample_count && cell->samples[0].first_ns > 0)
        json_object_set_new(run, "first_packets", json_count(cell->first_packets));
    json_object_set_new(run, "load_ns", load_median(record, cell));
    json_object_set_new(run, "peak_rss_bytes", json_count_or_null(cell->peak_rss));
    json_object_set_new(run, "proof", json_text_or_null(proof_name(cell)));
    not_proven_add(cell, run);
    if (record->schedule->compares)
        json_object_set_new(run, "processes", processes_json(record, cell));
}

/* Add cost by position, instruction counts and output of the run. */
static void details_add(const bench_cell *cell, json_t *run)
{
    json_object_set_new(run, "position_ns_per_packet", positions_json(cell));
    json_object_set_new(
        run, "position_packets",
        json_count_or_null(positions_known(cell) ? cell_position_slice(cell)->packets : 0));
    json_object_set_new(run, "instructions", json_count_or_null(cell->instructions));
    json_object_set_new(run, "counted_instructions", counted_json(cell, COUNTER_INSTRUCTIONS));
    json_object_set_new(run, "counted_cycles", counted_json(cell, COUNTER_CYCLES));
    if (!cell_builds_columns(cell))
        json_object_set_new(run, "sink", json_string(PARSE_ALONE));
    if (!cell->sink)
        return;
    json_object_set_new(run, "sink", json_string(cell->sink->name));
    json_object_set_new(run, "threads", json_integer((json_int_t)cell->threads));
    json_object_set_new(run, "output_bytes", json_count_or_null(cell->output_bytes));
}

json_t *run_json(const bench_record *record, const bench_cell *cell)
{
    json_t *run =
        json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:o}", "backend", cell->backend->name, "slice",
                  suite_whole(cell->slice)->name, "level", pkt_level_name(cell->level),
                  "prefix_packets", slice_prefix_json(cell->slice), "status",
                  status_name(cell->check.status), "reason", json_text_or_null(cell->check.reason),
                  "agreement", agreement_json(&cell->check, record->show_values));
    times_add(record, cell, run);
    details_add(cell, run);
    return run;
}
