#include "bench/timing/sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/worker/quiet.h"
#include "parsers/input/input.h"
#include "parsers/process/cpu_time.h"
#include "parsers/util/clock.h"

static double number(const json_t *answer, const char *key)
{
    return (double)json_integer_value(json_object_get(answer, key));
}

/* Ask the worker; on failure the cell fails. Returns a new reference. */
static json_t *ask(const sample_plan *p, json_t *request)
{
    json_t *answer = client_ask(p->worker, request, p->seconds);
    if (!answer)
        cell_fail(p->cell, p->worker->status, p->worker->reason);
    return answer;
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
    times->peak_rss = (uint64_t)number(answer, "peak_rss_bytes");
}

/* Start the child that does the runs. Returns its pid; 0: the cell failed. */
static pid_t child_start(const sample_plan *p, sample_times *times)
{
    json_t *request = request_of(p);
    if (p->column < PKT_COLUMN_COUNT)
        json_object_set_new(request, "column", json_string(pkt_column_at(p->column)->name));
    if (p->first)
        json_object_set_new(request, "first", json_string(p->first));
    cell_sink_ask(p->cell, request);
    json_t *answer = ask(p, request);
    if (!answer)
        return 0;
    const pid_t child = (pid_t)json_integer_value(json_object_get(answer, "pid"));
    times->first_ns = number(answer, "first_ns");
    json_decref(answer);
    if (child <= 0)
        cell_fail(p->cell, STATUS_FAILED, "the worker named no process for its runs");
    return child > 0 ? child : 0;
}

/* No code of the backend may run while the slice is changed. */
static bool is_quiet(const sample_plan *p, pid_t child)
{
    char reason[QUIET_REASON];
    if (quiet_worker(p->worker->process.pid, child, reason))
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
    json_t *answer = ask(p, json_pack("{s:s}", "op", "prepare"));
    if (!answer)
        return false;
    json_decref(answer);
    if (proof)
        altered_canaries(proof->altered, p->cell->level, proof->fixed);
    return is_quiet(p, child);
}

/* The digest that the run must have returned. false: unknown, the cell failed. */
static bool digest_wanted(const sample_plan *p, uint64_t *wanted)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    *wanted = p->cell->check.digest[p->column];
    if (!p->cell->proof || proof_digest(p->cell->proof, p->column, wanted, &err) == 0)
        return true;
    cell_fail(p->cell, STATUS_FAILED, err.msg);
    return false;
}

/* Copy the slice as it is now, to a name that no run has seen. The caller frees the name. NULL: it
 * failed. */
static char *slice_copy(const suite_slice *slice)
{
    pkt_err err;
    char *copy = suite_text("%s.XXXXXX", slice->path);
    const int fd = copy ? mkstemp(copy) : -1;
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && pkt_input_save(slice->path, copy, &err) == 0)
        return copy;
    if (fd >= 0)
        unlink(copy);
    free(copy);
    return NULL;
}

/* The digest of the column when another process verifies a copy of the slice as it is now. */
static bool digest_honest(const sample_plan *p, uint64_t *digest)
{
    client worker;
    suite_slice slice = *p->cell->slice;
    slice.path = slice_copy(p->cell->slice);
    if (!slice.path)
        return false;
    json_t *answer = NULL;
    if (client_open_loaded(&worker, &p->cell->backend->id, p->seconds, NULL)) {
        answer = client_ask(&worker, run_request("verify", &slice, p->cell->level), p->seconds);
        (void)client_close(&worker);
    }
    const char *hex = json_string_value(
        json_object_get(json_object_get(answer, "digests"), pkt_column_at(p->column)->name));
    const bool good = hex != NULL;
    if (hex)
        *digest = strtoull(hex, NULL, 16);
    json_decref(answer);
    unlink(slice.path);
    free(slice.path);
    return good;
}

/* A run returned other cells than the changed slice has. `wrong`: so does another process that is
 * not timed; the backend is then wrong about the changed packets. Otherwise it did not read them.
 */
static void mismatch(const sample_plan *p, bool wrong)
{
    char reason[REASON_BYTES];
    const char *column = pkt_column_at(p->column)->name;
    (void)snprintf(reason, sizeof reason,
                   wrong ? "column %s is wrong in packets whose addresses, times or numbers were "
                           "changed"
                         : "a timed run did not return the column %s of the packets that it was "
                           "given: no time counts",
                   column);
    cell_fail(p->cell, wrong ? STATUS_DISAGREES : STATUS_UNFAITHFUL, reason);
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

static bool time_possible(const sample_plan *p, double wall_ns, double cpu_ns)
{
    if (wall_ns >= p->floor_ns || cpu_ns >= p->floor_ns)
        return true;
    cell_fail(p->cell, STATUS_UNFAITHFUL,
              "a timed run was faster than reading one byte of each packet");
    return false;
}

/* Compare row count, column and time of a run with what they must be. */
static bool run_verified(const sample_plan *p, const json_t *answer)
{
    const char *hex = json_string_value(json_object_get(answer, "digest"));
    uint64_t wanted;
    if (p->path != p->cell->slice->path)
        return true; /* a capture without packets */
    if ((uint64_t)json_integer_value(json_object_get(answer, "rows")) != p->cell->check.rows) {
        cell_fail(p->cell, STATUS_UNFAITHFUL, "a timed run gave fewer or more rows");
        return false;
    }
    if (!time_possible(p, number(answer, "wall_ns"), number(answer, "cpu_ns")))
        return false;
    if (p->cell->features)
        return features_verified(p, answer);
    if (p->column == PKT_COLUMN_COUNT)
        return true;
    if (!hex) {
        cell_fail(p->cell, STATUS_FAILED, "the worker answered without a digest");
        return false;
    }
    if (!digest_wanted(p, &wanted))
        return false;
    if (strtoull(hex, NULL, 16) == wanted)
        return true;
    uint64_t honest = 0;
    mismatch(p, p->cell->proof && digest_honest(p, &honest) && honest == strtoull(hex, NULL, 16));
    return false;
}

static bool run_take(const sample_plan *p, pid_t child, sample_times *times)
{
    json_t *answer = run_prepare(p, child) ? ask(p, json_pack("{s:s}", "op", "go")) : NULL;
    if (!answer)
        return false;
    times_add(times, answer);
    const bool good = run_verified(p, answer) && is_quiet(p, child);
    json_decref(answer);
    return good;
}

/* All columns of the original slice, in a process that has made other runs before. */
static bool columns_verified(const sample_plan *p)
{
    if (p->cell->proof)
        altered_restore(p->cell->proof->altered);
    json_t *answer = ask(p, json_pack("{s:s}", "op", "check"));
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

/* External programs: the harness's clock, from `go` to the answer, less an exchange. */

/* Exchanges without work before a sample; the least counts, but no more than EXCHANGE_NS is taken
 * off: a driver that is slow at `empty` would gain by it. */
enum { EXCHANGES = 3 };
#define EXCHANGE_NS 200e3
/* After a run, its cells are at hand: to add up one column takes at most this part of the time of
 * the run and DIGEST_NS; of processor time DIGEST_CPU_NS, and DIGEST_ROW_NS for each row. */
#define DIGEST_PART 0.5
#define DIGEST_NS 50e6
#define DIGEST_CPU_NS 25e6
#define DIGEST_ROW_NS 100
/* A busy machine delays an answer: such a run counts only if it is repeated with one in time. An
 * answer of DIGEST_LONG_NS counts as two tries. */
#define DIGEST_TRIES 12
#define DIGEST_LONG_NS 1e9
#define DIGEST_LATE                                                                                \
    "after a timed run, the digest of a column took more than half the time of the run"

typedef struct exchange {
    double wall_ns, cpu_ns;
} exchange;

/* Ask, and measure how long the answer takes. Returns a new reference; NULL: the cell failed. */
static json_t *ask_timed(const sample_plan *p, json_t *request, exchange *took)
{
    const double cpu = pkt_cpu_time_ns(p->worker->process.pid);
    const int64_t from = pkt_clock_ns(CLOCK_MONOTONIC);
    json_t *answer = ask(p, request);
    took->wall_ns = (double)(pkt_clock_ns(CLOCK_MONOTONIC) - from);
    took->cpu_ns = answer ? pkt_cpu_time_ns(p->worker->process.pid) - cpu : 0;
    return answer;
}

static bool exchange_measure(const sample_plan *p, exchange *least)
{
    for (int i = 0; i < EXCHANGES; i++) {
        exchange took;
        json_t *answer = ask_timed(p, json_pack("{s:s}", "op", "empty"), &took);
        if (!answer)
            return false;
        json_decref(answer);
        if (i == 0 || took.wall_ns < least->wall_ns)
            *least = took;
    }
    return true;
}

static json_t *prepare_request(const sample_plan *p, const char *path)
{
    suite_slice slice = *p->cell->slice;
    slice.path = (char *)path;
    json_t *request = run_request("prepare", &slice, p->cell->level);
    json_object_set_new(request, "evict_bytes", json_integer((json_int_t)p->evict_bytes));
    json_object_set_new(request, "columns", json_boolean(cell_builds_columns(p->cell)));
    return request;
}

static json_t *digest_request(size_t column)
{
    const pkt_column_info *info = pkt_column_at(column);
    return json_pack("{s:s, s:s, s:i}", "op", "digest", "column", info->name, "bytes",
                     (int)info->size);
}

/* Have the driver evict the caches, then change the slice: what it reads before `go` is of no use.
 */
static bool program_prepare(const sample_plan *p)
{
    const proof *proof = p->cell->proof;
    json_t *answer = ask(p, prepare_request(p, p->path));
    if (!answer)
        return false;
    json_decref(answer);
    if (proof) {
        altered_key(proof->altered, proof->fixed);
        altered_canaries(proof->altered, p->cell->level, proof->fixed);
    }
    return true;
}

/* Compare row count and, if the slice was not changed, the checksum with the verified run. */
static bool program_rows_verified(const sample_plan *p, const json_t *answer)
{
    const char *checksum = json_string_value(json_object_get(answer, "checksum"));
    if ((uint64_t)json_integer_value(json_object_get(answer, "rows")) == p->cell->check.rows &&
        (p->cell->proof || strcmp(checksum ? checksum : "", cell_checksum(p->cell)) == 0))
        return true;
    cell_fail(p->cell, STATUS_UNFAITHFUL, "a timed run gave other rows than the verified one");
    return false;
}

static uint64_t crc_of(const json_t *answer)
{
    const char *hex = json_string_value(json_object_get(answer, "crc32"));
    return hex ? strtoull(hex, NULL, 16) : UINT64_MAX;
}

/* CRC-32 of the column when another process runs over `copy`, without the clock. */
static bool program_honest(const sample_plan *p, const char *copy, uint64_t *crc)
{
    client worker;
    json_t *answer = NULL;
    if (!client_open_loaded(&worker, &p->cell->backend->id, p->seconds, NULL))
        return false;
    json_t *requests[] = {prepare_request(p, copy), json_pack("{s:s}", "op", "go"),
                          digest_request(p->column)};
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        json_decref(answer);
        answer = client_ask(&worker, requests[i], p->seconds);
    }
    *crc = crc_of(answer);
    (void)client_close(&worker);
    json_decref(answer);
    return *crc != UINT64_MAX;
}

static bool digest_in_time(const sample_plan *p, const exchange *run, const exchange *digest)
{
    const double rows_ns = DIGEST_ROW_NS * (double)p->cell->check.rows;
    return digest->wall_ns <= DIGEST_PART * run->wall_ns + DIGEST_NS &&
           digest->cpu_ns <= DIGEST_PART * run->cpu_ns + DIGEST_CPU_NS + rows_ns;
}

/* Overwrite the slice, then name the column: only what the run has kept can answer. `digest`: how
 * long it took. */
static bool program_column_verified(const sample_plan *p, exchange *digest)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    uint32_t wanted;
    char *copy = slice_copy(p->cell->slice);
    if (!copy || proof_crc32(p->cell->proof, p->column, &wanted, &err) != 0) {
        cell_fail(p->cell, STATUS_FAILED, copy ? err.msg : "the slice cannot be copied");
        if (copy)
            (void)unlink(copy);
        free(copy);
        return false;
    }
    altered_restore(p->cell->proof->altered);
    json_t *answer = ask_timed(p, digest_request(p->column), digest);
    const uint64_t returned = crc_of(answer);
    bool good = answer != NULL;
    if (good && returned != wanted) {
        uint64_t honest;
        mismatch(p, program_honest(p, copy, &honest) && honest == returned);
        good = false;
    }
    json_decref(answer);
    unlink(copy);
    free(copy);
    return good;
}

/* One run, and the digest of a column after it; digest->wall_ns is 0 if none was asked for. */
static bool program_try(const sample_plan *p, const exchange *empty, exchange *run,
                        exchange *digest, sample_times *times)
{
    json_t *answer = program_prepare(p) ? ask_timed(p, json_pack("{s:s}", "op", "go"), run) : NULL;
    if (!answer)
        return false;
    /* On a busy machine an exchange can take longer than a short run; a time is above 0. */
    run->wall_ns = fmax(run->wall_ns - fmin(empty->wall_ns, EXCHANGE_NS), 1);
    run->cpu_ns = fmax(run->cpu_ns - fmin(empty->cpu_ns, EXCHANGE_NS), 0);
    const json_t *peak = json_object_get(answer, "peak_rss_bytes");
    times->peak_rss =
        (uint64_t)fmax((double)json_integer_value(peak), (double)client_peak_rss(p->worker));
    const bool own = p->path == p->cell->slice->path;
    bool good =
        !own || (program_rows_verified(p, answer) && time_possible(p, run->wall_ns, run->cpu_ns));
    *digest = (exchange){0};
    if (good && own && p->cell->proof && p->column < PKT_COLUMN_COUNT)
        good = program_column_verified(p, digest);
    json_decref(answer);
    return good;
}

/* `ranked`: the digest must be in time. A compiler at run time is at work in the first runs: they
 * are not ranked, and a late digest is part of their time. */
static bool program_run(const sample_plan *p, const exchange *empty, bool ranked,
                        sample_times *times)
{
    exchange run, digest;
    bool late = true;
    for (int left = ranked ? DIGEST_TRIES : 1; late && left > 0;
         left -= digest.wall_ns < DIGEST_LONG_NS ? 1 : 2) {
        if (!program_try(p, empty, &run, &digest, times))
            return false;
        late = !digest_in_time(p, &run, &digest);
    }
    if (late && ranked) {
        cell_fail(p->cell, STATUS_UNFAITHFUL, DIGEST_LATE);
        return false;
    }
    times->wall_ns += run.wall_ns + (late ? digest.wall_ns : 0);
    times->cpu_ns += run.cpu_ns + (late ? digest.cpu_ns : 0);
    return true;
}

/* The unranked runs that the program asks for, once in a process. Their cells are compared too. */
static bool program_warm_up(const sample_plan *p, const exchange *empty, sample_times *times)
{
    if (p->cell->warm == p->worker->process.pid || p->path != p->cell->slice->path)
        return true;
    for (unsigned i = 0; i < p->cell->backend->warm_up; i++) {
        sample_times one = {0};
        if (!program_run(p, empty, false, &one))
            return false;
        times->first_ns = i == 0 ? one.wall_ns : times->first_ns;
    }
    p->cell->warm = p->worker->process.pid;
    return true;
}

static bool program_take(const sample_plan *p, sample_times *times)
{
    exchange empty;
    bool good = exchange_measure(p, &empty) && program_warm_up(p, &empty, times);
    for (unsigned i = 0; good && i < p->runs; i++)
        good = program_run(p, &empty, true, times);
    return good;
}

static bool native_take(const sample_plan *p, sample_times *times)
{
    const int64_t from = pkt_clock_ns(CLOCK_MONOTONIC);
    const pid_t child = child_start(p, times);
    bool good = child != 0;
    for (unsigned i = 0; good && i < p->runs; i++)
        good = run_take(p, child, times);
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
    if (p->cell->proof) /* other cells may have no proof */
        altered_restore(p->cell->proof->altered);
    return good;
}
