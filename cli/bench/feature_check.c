/* `pktbench bench --features`: are the rows of features right? Those of the first backend are
 * compared with a plain computation that shares no code with the engine, those of the others by
 * digest. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/features/feature_rows.h"
#include "bench/worker/python.h"
#include "cli/bench/benchmark.h"
#include "cli/message.h"
#include "parsers/process/program.h"

#define PLAIN_PROGRAM "plain_features.py"
/* Seconds after its own time limit: it says by itself that it is over. */
#define PLAIN_GRACE_S 2.0

bool features_option(benchmark *b)
{
    const char *set = option_value(b->arguments, "features"),
               *by = option_value(b->arguments, "by");
    pkt_err err = {.pos = PKT_POS_NONE};
    if (by && !set) {
        message_error("--by requires --features");
        return false;
    }
    if (set && feature_request_make(&b->schedule.features, set, by, &err) != 0) {
        message_failure("--features", &err);
        return false;
    }
    return true;
}

/* Compare the cell's values with the plain computation. */
static void plain_compare(const benchmark *b, bench_cell *cell, const char *values)
{
    static const pkt_entry plain = {.struct_size = sizeof(pkt_entry),
                                    .driver = PLAIN_PROGRAM,
                                    .install = "build pktbench again"};
    char program[PATH_MAX], python[PATH_MAX], script[2 * PATH_MAX], line[REASON_BYTES / 2],
        seconds[32];
    pkt_err err = {.pos = PKT_POS_NONE};
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    if (pkt_entry_file(&plain, script, sizeof script, &err) != 0) {
        cell_fail(cell, STATUS_UNCHECKED, err.msg);
        return;
    }
    python_path(python, sizeof python);
    (void)snprintf(seconds, sizeof seconds, "%g", b->schedule.request_s);
    char *argv[] = {python,
                    script,
                    program,
                    (char *)cell->features->set->name,
                    (char *)feature_by_name(cell->features->by),
                    cell->slice->path,
                    (char *)values,
                    seconds,
                    NULL};
    const pkt_program compute = {
        .argv = argv, .environment = environ, .seconds = b->schedule.request_s + PLAIN_GRACE_S};
    const int status = pkt_program_run(&compute, line, sizeof line);
    if (status == 0)
        cell->feature_cells = strtoull(line, NULL, 10);
    else if (status == 1 && strncmp(line, "row ", 4) == 0)
        cell_fail(cell, STATUS_DISAGREES, line);
    else
        cell_fail(cell, STATUS_UNCHECKED, *line ? line : "no plain computation: no python3");
}

/* The first cell of the same slice whose rows of features are known. */
static const bench_cell *first_known(const schedule *s, const bench_cell *cell)
{
    for (const bench_cell *other = s->cells; other < cell; other++)
        if (other->role == ROLE_FEATURES && other->slice == cell->slice && other->feature_rows)
            return other;
    return NULL;
}

static void answer_check(const benchmark *b, bench_cell *cell, const json_t *answer,
                         const char *values)
{
    const bench_cell *first = first_known(&b->schedule, cell);
    const char *digest = json_string_value(json_object_get(answer, "checksum"));
    (void)snprintf(cell->check.checksum, sizeof cell->check.checksum, "%s", digest ? digest : "");
    cell->feature_rows = (uint64_t)json_integer_value(json_object_get(answer, "feature_rows"));
    if (!first) {
        plain_compare(b, cell, values);
        return;
    }
    cell->feature_cells = first->feature_cells;
    if (strcmp(first->check.checksum, cell->check.checksum) != 0)
        cell_fail(cell, STATUS_DISAGREES,
                  "its rows of features are not those of the first backend");
    else if (first->check.status != STATUS_OK)
        cell_fail(cell, first->check.status, first->check.reason);
}

void feature_check(const benchmark *b, bench_cell *cell)
{
    client worker;
    cell->check = cell->base->check;
    if (!cell_is_timed(cell))
        return;
    cell->check.status = STATUS_OK;
    cell->check.reason[0] = '\0';
    char *values = scratch_path(&b->suite.scratch, "values.csv");
    if (!values || !client_open_loaded(&worker, &cell->backend->id, b->schedule.request_s, NULL)) {
        cell_fail(cell, STATUS_FAILED, values ? worker.reason : "no memory for a path");
        free(values);
        return;
    }
    json_t *request = run_request("feature_rows", cell->slice, cell->level);
    json_object_set_new(request, "to", json_string(values));
    cell_sink_ask(cell, request);
    json_t *answer = client_ask(&worker, request, b->schedule.request_s);
    if (answer)
        answer_check(b, cell, answer, values);
    else
        cell_fail(cell, worker.status, worker.reason);
    json_decref(answer);
    if (!client_close(&worker) && cell_is_timed(cell))
        cell_fail(cell, worker.status, worker.reason);
    (void)unlink(values);
    free(values);
}
