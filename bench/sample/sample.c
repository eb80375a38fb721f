#include "bench/sample/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "bench/sample/program_sample.h"
#include "bench/worker/quiet.h"
#include "parsers/util/clock.h"

static double number(const json_t *answer, const char *key)
{
    return (double)json_integer_value(json_object_get(answer, key));
}

static json_t *request_of(const sample_plan *p)
{
    suite_slice slice = *p->cell->slice;
    slice.path = (char *)p->path;
    json_t *request = run_request("sample", &slice, p->cell->level);
    json_object_set_new(request, "evict_bytes", json_integer((json_int_t)p->evict_bytes));
    return request;
}

static void times_add(sample_times *times, const json_t *answer)
{
    times->wall_ns += number(answer, "wall_ns");
    times->cpu_ns += number(answer, "cpu_ns");
    times->counted[COUNTER_INSTRUCTIONS] += number(answer, "counted_instructions");
    times->counted[COUNTER_CYCLES] += number(answer, "counted_cycles");
}

/* Cells of which columns the runs of the cell hash. Where the slice is not changed, only the
 * digests of whole columns are known. */
static pkt_mosaic mosaic_of(const sample_plan *p)
{
    const pkt_column_set none = {{0}};
    pkt_column_set one = none;
    if (p->column < PKT_COLUMN_COUNT)
        pkt_set_add(&one, p->column);
    return p->column < PKT_COLUMN_COUNT && p->cell->proof ? proof_mosaic(p->cell->proof)
                                                          : pkt_mosaic_make(none, one);
}

static void names_add(json_t *names, const pkt_mosaic_columns *set)
{
    for (size_t i = 0; i < set->count; i++)
        json_array_append_new(names, json_string(pkt_column_at(set->columns[i])->name));
}

/* "often" and "columns" of the request. */
static void mosaic_ask(json_t *request, const pkt_mosaic *mosaic)
{
    json_t *often = json_array(), *columns = json_array();
    names_add(often, &mosaic->often);
    names_add(columns, &mosaic->numbers);
    names_add(columns, &mosaic->texts);
    json_object_set_new(request, "often", often);
    json_object_set_new(request, "columns", columns);
}

/* Start the child that does the runs. Returns its pid; 0: the cell failed. */
static pid_t child_start(const sample_plan *p, const pkt_mosaic *mosaic, sample_times *times)
{
    json_t *request = request_of(p);
    mosaic_ask(request, mosaic);
    if (p->first)
        json_object_set_new(request, "first", json_string(p->first));
    cell_sink_ask(p->cell, request);
    json_t *answer = sample_ask(p, request);
    if (!answer)
        return 0;
    const pid_t child = (pid_t)json_integer_value(json_object_get(answer, "pid"));
    times->first_ns = number(answer, "first_ns");
    times->peak_rss = (uint64_t)number(answer, "peak_rss_bytes");
    json_decref(answer);
    if (child <= 0)
        cell_fail(p->cell, STATUS_FAILED, "the worker named no process for its runs");
    return child > 0 ? child : 0;
}

/* No code of the backend may run while the slice is changed. */
static bool is_quiet(const sample_plan *p, pid_t child)
{
    char reason[QUIET_REASON];
    if (quiet_worker(&p->worker->process, child, reason) && quiet_released(child, p->path, reason))
        return true;
    cell_fail(p->cell, STATUS_UNFAITHFUL, reason);
    return false;
}

/* Change the slice, have the caches evicted, change a few packets more. */
static bool run_prepare(const sample_plan *p, pid_t child)
{
    const proof *proof = p->cell->proof;
    if (!is_quiet(p, child))
        return false;
    if (proof)
        altered_key(proof->altered, proof->fixed);
    json_t *answer = sample_ask(p, json_pack("{s:s}", "op", "prepare"));
    if (!answer)
        return false;
    json_decref(answer);
    if (proof)
        altered_canaries(proof->altered, p->cell->level, proof->fixed);
    return is_quiet(p, child);
}

/* The digest that the run must have returned. false: unknown, the cell failed. */
static bool digest_wanted(const sample_plan *p, const pkt_mosaic *mosaic, uint64_t *wanted)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    *wanted = p->cell->check.digest[p->column];
    if (!p->cell->proof || proof_mosaic_digest(p->cell->proof, mosaic, wanted, &err) == 0)
        return true;
    cell_fail(p->cell, STATUS_FAILED, err.msg);
    return false;
}

/* Digests of all columns when another process verifies a copy of the slice as it is now: a new
 * reference; NULL: it failed. */
static json_t *digests_honest(const sample_plan *p)
{
    client worker;
    suite_slice slice = *p->cell->slice;
    slice_bytes now = sample_slice_read(p->cell->slice);
    slice.path = sample_slice_write(p->cell->slice, &now);
    free(now.bytes);
    if (!slice.path)
        return NULL;
    json_t *answer = NULL;
    if (client_open_loaded(&worker, &p->cell->backend->id, p->seconds, NULL)) {
        answer = client_ask(&worker, run_request("verify", &slice, p->cell->level), p->seconds);
        (void)client_close(&worker);
    }
    unlink(slice.path);
    free(slice.path);
    json_t *digests = json_incref(json_object_get(answer, "digests"));
    json_decref(answer);
    return digests;
}

/* Is the column another one in these digests than the slice as it is now has? */
static bool is_wrong(const sample_plan *p, const json_t *digests, size_t column)
{
    const char *hex = json_string_value(json_object_get(digests, pkt_column_at(column)->name));
    pkt_err err = {.pos = PKT_POS_NONE};
    uint64_t wanted;
    return hex && proof_digest(p->cell->proof, column, &wanted, &err) == 0 &&
           strtoull(hex, NULL, 16) != wanted;
}

/* A column that another process gets wrong, too, in the slice as it is now; PKT_COLUMN_COUNT: none,
 * so that the run did not do its work. */
static size_t column_wrong(const sample_plan *p, const pkt_mosaic *mosaic)
{
    const pkt_mosaic_columns *const sets[] = {&mosaic->numbers, &mosaic->texts};
    json_t *digests = p->cell->proof ? digests_honest(p) : NULL;
    size_t wrong = PKT_COLUMN_COUNT;
    for (size_t s = 0; digests && s < 2; s++)
        for (size_t i = 0; wrong == PKT_COLUMN_COUNT && i < sets[s]->count; i++)
            if (is_wrong(p, digests, sets[s]->columns[i]))
                wrong = sets[s]->columns[i];
    json_decref(digests);
    return wrong;
}

/* Compare the digest of the rows of features with the verified run. */
static bool features_verified(const sample_plan *p, const json_t *answer)
{
    const char *checksum = json_string_value(json_object_get(answer, "checksum"));
    if (checksum && strcmp(checksum, p->cell->check.checksum) == 0)
        return true;
    cell_fail(p->cell, STATUS_UNFAITHFUL, "a timed run gave other rows of features");
    return false;
}

/* Compare row count, cells and time of a run with what they must be. */
static bool run_verified(const sample_plan *p, const pkt_mosaic *mosaic, const json_t *answer)
{
    const char *hex = json_string_value(json_object_get(answer, "digest"));
    uint64_t wanted;
    if (p->path != p->cell->slice->path)
        return true; /* a capture without packets */
    if ((uint64_t)json_integer_value(json_object_get(answer, "rows")) != p->cell->check.rows) {
        cell_fail(p->cell, STATUS_UNFAITHFUL, "a timed run gave fewer or more rows");
        return false;
    }
    if (!sample_time_possible(p, number(answer, "wall_ns"), number(answer, "cpu_ns")))
        return false;
    if (p->cell->features)
        return features_verified(p, answer);
    if (p->column == PKT_COLUMN_COUNT)
        return true;
    if (!hex) {
        cell_fail(p->cell, STATUS_FAILED, "the worker answered without a digest");
        return false;
    }
    if (!digest_wanted(p, mosaic, &wanted))
        return false;
    if (strtoull(hex, NULL, 16) == wanted)
        return true;
    const size_t column = column_wrong(p, mosaic);
    sample_mismatch(p, column, column < PKT_COLUMN_COUNT);
    return false;
}

/* A new seed for each run: nothing that was learnt in another run, or by another worker, fits. */
static json_t *go_request(pkt_mosaic *mosaic)
{
    char seed[17];
    if (getrandom(&mosaic->seed, sizeof mosaic->seed, 0) < 0)
        mosaic->seed = (uint64_t)pkt_clock_ns(CLOCK_MONOTONIC);
    (void)snprintf(seed, sizeof seed, "%016" PRIx64, mosaic->seed);
    return json_pack("{s:s, s:s}", "op", "go", "seed", seed);
}

static bool run_take(const sample_plan *p, pid_t child, pkt_mosaic *mosaic, sample_times *times)
{
    json_t *answer = run_prepare(p, child) ? sample_ask(p, go_request(mosaic)) : NULL;
    if (!answer)
        return false;
    times_add(times, answer);
    const bool good = run_verified(p, mosaic, answer) && is_quiet(p, child);
    json_decref(answer);
    return good;
}

/* All columns of the original slice, in a process that has made other runs before. */
static bool columns_verified(const sample_plan *p)
{
    if (p->cell->proof)
        altered_restore(p->cell->proof->altered);
    json_t *answer = sample_ask(p, json_pack("{s:s}", "op", "check"));
    const json_t *digests = json_object_get(answer, "digests");
    bool good = answer != NULL;
    for (size_t c = 0; good && c < PKT_COLUMN_COUNT; c++) {
        const char *hex = json_string_value(json_object_get(digests, pkt_column_at(c)->name));
        if (!pkt_set_has(&p->cell->check.columns, c) ||
            (hex && strtoull(hex, NULL, 16) == p->cell->check.digest[c]))
            continue;
        char reason[REASON_BYTES];
        (void)snprintf(reason, sizeof reason, "a later run of a process gave another column %s",
                       pkt_column_at(c)->name);
        cell_fail(p->cell, STATUS_UNFAITHFUL, reason);
        good = false;
    }
    json_decref(answer);
    return good;
}

static bool native_take(const sample_plan *p, sample_times *times)
{
    const int64_t from = pkt_clock_ns(CLOCK_MONOTONIC);
    pkt_mosaic mosaic = mosaic_of(p);
    const pid_t child = child_start(p, &mosaic, times);
    bool good = child != 0;
    for (unsigned i = 0; good && i < p->runs; i++)
        good = run_take(p, child, &mosaic, times);
    times->change_ns =
        (double)(pkt_clock_ns(CLOCK_MONOTONIC) - from) - times->first_ns - times->wall_ns;
    if (good && times->wall_ns < p->check_below_ns)
        good = columns_verified(p);
    if (child != 0 && p->worker->process.pid) {
        /* After a failure too: the worker serves other cells. */
        json_t *answer = client_ask(p->worker, json_pack("{s:s}", "op", "end"), p->seconds);
        if (!answer && good) {
            cell_fail(p->cell, p->worker->status, p->worker->reason);
            good = false;
        }
        json_decref(answer);
    }
    return good;
}

bool sample_take(const sample_plan *p, sample_times *times)
{
    *times = (sample_times){0};
    const bool good =
        (backend_is_external(&p->cell->backend->id) ? program_take : native_take)(p, times);
    if (!good) /* what it has left would disturb others */
        (void)client_is_whole(p->worker);
    if (p->cell->proof) /* other cells may have no proof */
        altered_restore(p->cell->proof->altered);
    return good;
}
