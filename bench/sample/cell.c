#include "bench/sample/cell.h"

#include <math.h>
#include <stdlib.h>

#include "bench/features/feature_rows.h"

const char *cell_name(const bench_cell *cell, char name[CELL_NAME])
{
    const char *level = pkt_level_name(cell->level);
    if (cell->features)
        (void)snprintf(name, CELL_NAME, "%.60s %s > %s", cell->backend->name, level,
                       cell->features->set->name);
    else if (cell->sink && cell->threads > 1)
        (void)snprintf(name, CELL_NAME, "%.60s %s > %s x%u", cell->backend->name, level,
                       cell->sink->name, cell->threads);
    else
        (void)snprintf(name, CELL_NAME, "%.60s %s%s%s%s", cell->backend->name, level,
                       cell->sink ? " > " : "", cell->sink ? cell->sink->name : "",
                       cell_builds_columns(cell) ? "" : ", parse alone");
    return name;
}

bool cell_builds_columns(const bench_cell *cell)
{
    return cell->role != ROLE_PARSE;
}

const char *cell_checksum(const bench_cell *cell)
{
    return backend_is_external(&cell->backend->id) && cell_builds_columns(cell)
               ? cell->check.columns_checksum
               : cell->check.checksum;
}

bool cell_is_timed(const bench_cell *cell)
{
    run_status status = cell->check.status;
    return status == STATUS_OK || status == STATUS_DIFFERS || status == STATUS_UNCHECKED;
}

void cell_fail(bench_cell *cell, run_status status, const char *reason)
{
    cell->check.status = status;
    (void)snprintf(cell->check.reason, sizeof cell->check.reason, "%s", reason);
    cell->sample_count = 0;
    cell->peaks.count = 0;
}

double cell_charge(const bench_cell *cell, double run_ns, double start_ns)
{
    const double part = (double)cell->slice->packets / (double)suite_whole(cell->slice)->packets;
    return fmax(run_ns - start_ns, 0) + start_ns * part;
}

void taken_off_add(taken_off *least, double wall_ns, double cpu_ns)
{
    const bool known = least->wall_ns > 0; /* the CPU time may be 0 */
    least->wall_ns = known ? fmin(least->wall_ns, wall_ns) : wall_ns;
    least->cpu_ns = known ? fmin(least->cpu_ns, cpu_ns) : cpu_ns;
}

/* The cell that this one is compared with, in the same array; NULL: none, or one has no time. */
static bench_cell *compared_with(bench_cell *cells, const bench_cell *cell)
{
    const bool compared = cell->role == ROLE_AA_CONTROL || cell->role == ROLE_BASELINE;
    bench_cell *base = compared ? &cells[cell->base - cells] : NULL;
    return base && cell_is_timed(base) && cell_is_timed(cell) ? base : NULL;
}

void cells_even(bench_cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bench_cell *base = compared_with(cells, &cells[i]);
        if (base)
            base->run_ns = fmax(base->run_ns, cells[i].run_ns);
    }
    for (size_t i = 0; i < count; i++) {
        const bench_cell *base = compared_with(cells, &cells[i]);
        if (base)
            cells[i].run_ns = base->run_ns;
    }
}

void cell_sample_add(bench_cell *cell, const timing_sample *sample)
{
    if (cell->sample_count == cell->sample_room) {
        size_t room = cell->sample_room ? 2 * cell->sample_room : 16;
        timing_sample *more = realloc(cell->samples, room * sizeof *more);
        if (!more) {
            cell_fail(cell, STATUS_FAILED, "no memory for samples");
            return;
        }
        cell->samples = more;
        cell->sample_room = room;
    }
    cell->samples[cell->sample_count++] = *sample;
}

void cell_sink_ask(const bench_cell *cell, json_t *request)
{
    if (cell->features) {
        json_object_set_new(request, "features", json_string(cell->features->set->name));
        json_object_set_new(request, "by", json_string(feature_by_name(cell->features->by)));
    }
    if (cell->cold)
        json_object_set_new(request, "cold", json_true());
    if (!cell->sink)
        return;
    json_object_set_new(request, "sink", json_string(cell->sink->name));
    json_object_set_new(request, "threads", json_integer((json_int_t)cell->threads));
}

const suite_slice *cell_position_slice(const bench_cell *cell)
{
    return cell->position_slice ? cell->position_slice : cell->slice;
}

/* Runs of a quick cell per part; the median is reported. */
enum { POSITION_RUNS = 5 };

void cell_positions(bench_cell *cell, client *worker, double request_s)
{
    double parts[POSITION_PARTS][POSITION_RUNS];
    size_t runs = cell->run_ns > SLOW_NS ? 1 : POSITION_RUNS;
    const suite_slice *slice = cell_position_slice(cell);
    for (size_t run = 0; run < runs; run++) {
        json_t *request = run_request("positions", slice, cell->level);
        json_object_set_new(request, "packets", json_integer((json_int_t)slice->packets));
        json_object_set_new(request, "parts", json_integer(POSITION_PARTS));
        json_t *answer = client_ask(worker, request, request_s);
        const json_t *list = json_object_get(answer, "part_ns");
        bool good = json_array_size(list) == POSITION_PARTS;
        for (size_t i = 0; good && i < POSITION_PARTS; i++)
            parts[i][run] = json_number_value(json_array_get(list, i));
        json_decref(answer);
        if (!good)
            return;
    }
    for (size_t i = 0; i < POSITION_PARTS; i++)
        cell->part_ns[i] = median_of(parts[i], runs);
}

void cell_free(bench_cell *cell)
{
    free(cell->samples);
    free(cell->peaks.values);
    *cell = (bench_cell){.samples = NULL};
}
