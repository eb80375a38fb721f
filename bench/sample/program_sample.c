#include "bench/sample/program_sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "bench/sample/proofs.h"
#include "bench/worker/run.h"
#include "parsers/process/tree.h"
#include "parsers/util/clock.h"

/* Exchanges without work before a sample. No more than EXCHANGE_NS and this part of a run is taken
 * off: a driver that is slow at `empty` would gain by it. */
enum { EXCHANGES = 3 };
#define EXCHANGE_NS 200e3
#define EXCHANGE_PART 0.03
/* What a digest, and the driver's work between requests, take beyond this part of the run, and this
 * time for each row, is added to the run: a driver that decodes then gains no more. No run is
 * repeated for it: a driver could be late whenever it has not decoded the column that is named. */
#define DIGEST_FREE 0.25
#define DIGEST_FREE_ROW_NS 30
typedef struct exchange {
    double wall_ns, cpu_ns;
    double cpu_before_ns, cpu_after_ns; /* of the driver until then */
} exchange;

/* Ask, and measure how long the answer takes. Returns a new reference; NULL: the cell failed. */
static json_t *ask_timed(const sample_plan *p, json_t *request, exchange *took)
{
    const double cpu = pkt_tree_cpu_ns(p->worker->process.pid);
    const int64_t from = pkt_clock_ns(CLOCK_MONOTONIC);
    json_t *answer = sample_ask(p, request);
    took->wall_ns = (double)(pkt_clock_ns(CLOCK_MONOTONIC) - from);
    took->cpu_before_ns = cpu;
    took->cpu_after_ns = answer ? pkt_tree_cpu_ns(p->worker->process.pid) : cpu;
    took->cpu_ns = took->cpu_after_ns - cpu;
    if (took->cpu_ns < 0) /* a child took its time with it */
        took->cpu_ns = took->wall_ns;
    return answer;
}

static bool exchange_measure(const sample_plan *p)
{
    for (int i = 0; i < EXCHANGES; i++) {
        exchange took;
        json_t *answer = ask_timed(p, json_pack("{s:s}", "op", "empty"), &took);
        if (!answer)
            return false;
        json_decref(answer);
        taken_off_add(&p->cell->exchange, took.wall_ns, took.cpu_ns);
    }
    return true;
}

/* The time without that of an exchange; above 0. */
static double without_exchange(double took_ns, double exchange_ns)
{
    const double most = fmin(EXCHANGE_NS, EXCHANGE_PART * took_ns);
    return fmax(took_ns - fmin(exchange_ns, most), 1);
}

/* The time of a run, with that of the digest after it as far as it is too long. */
static double run_charge(const sample_plan *p, double run_ns, double digest_ns)
{
    const double unpaid = DIGEST_FREE * run_ns + DIGEST_FREE_ROW_NS * (double)p->cell->check.rows;
    return run_ns + fmax(digest_ns - unpaid, 0);
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

/* Have the driver evict its processor's caches, then change the slice: what it has read before is
 * of no use. The change brings the slice into the caches that processors share: they are evicted
 * after it, as those of a native backend are. `memory`: to read for it, or NULL. *cpu_ns: the
 * driver's processor time until then. */
static bool program_prepare(const sample_plan *p, const uint8_t *memory, double *cpu_ns)
{
    const proof *proof = p->cell->proof;
    json_t *answer = sample_ask(p, prepare_request(p, p->path));
    if (!answer)
        return false;
    json_decref(answer);
    *cpu_ns = pkt_tree_cpu_ns(p->worker->process.pid);
    if (proof)
        altered_key(proof->altered, proof->fixed);
    caches_evict(memory, p->evict_bytes);
    if (proof)
        altered_canaries(proof->altered, p->cell->level, proof->fixed);
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

/* A column that nothing of this program's arguments and requests foretells. */
static size_t column_draw(const bench_cell *cell)
{
    struct {
        uint64_t seed;
        unsigned round;
    } drawn = {0};
    if (getrandom(&drawn, sizeof drawn, 0) < 0)
        drawn.seed = (uint64_t)pkt_clock_ns(CLOCK_MONOTONIC);
    return proofs_draw(cell, drawn.seed, 0, drawn.round);
}

/* Compare the column with what it must be. `kept`: the slice as the run found it. */
static bool column_compare(const sample_plan *p, const json_t *answer, uint32_t wanted,
                           const slice_bytes *kept)
{
    const uint64_t returned = crc_of(answer);
    if (!answer || returned == wanted)
        return answer != NULL;
    uint64_t honest;
    char *copy = sample_slice_write(p->cell->slice, kept);
    sample_mismatch(p, p->column, copy && program_honest(p, copy, &honest) && honest == returned);
    if (copy)
        unlink(copy);
    free(copy);
    return false;
}

/* Overwrite the slice, then name a column: only what the run has kept can answer. The harness keeps
 * the slice in its own memory. `digest`: how long it took. */
static bool program_column_verified(const sample_plan *run, exchange *digest)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    uint32_t wanted;
    sample_plan own = *run;
    const sample_plan *p = &own;
    own.column = column_draw(p->cell);
    slice_bytes kept = sample_slice_read(p->cell->slice);
    if (!kept.bytes || proof_crc32(p->cell->proof, p->column, &wanted, &err) != 0) {
        cell_fail(p->cell, STATUS_FAILED, kept.bytes ? err.msg : "the slice cannot be kept");
        free(kept.bytes);
        return false;
    }
    altered_restore(p->cell->proof->altered);
    json_t *answer = ask_timed(p, digest_request(p->column), digest);
    const bool good = column_compare(p, answer, wanted, &kept);
    json_decref(answer);
    free(kept.bytes);
    return good;
}

/* What a process that has left the driver does would be in no CPU time. */
static bool program_is_whole(const sample_plan *p)
{
    if (client_is_whole(p->worker))
        return true;
    cell_fail(p->cell, p->worker->status, p->worker->reason);
    return false;
}

/* One run, and the digest of a column after it; digest->wall_ns is 0 if none was asked for.
 * *beside_ns: processor time of the driver between the requests, when nothing was asked of it. */
static bool program_try(const sample_plan *p, const uint8_t *memory, exchange *run,
                        exchange *digest, double *beside_ns, sample_times *times)
{
    double prepared = 0;
    json_t *answer = NULL;
    if (program_prepare(p, memory, &prepared))
        answer = ask_timed(p, json_pack("{s:s}", "op", "go"), run);
    if (!answer)
        return false;
    *beside_ns = fmax(run->cpu_before_ns - prepared, 0);
    run->wall_ns = without_exchange(run->wall_ns, p->cell->exchange.wall_ns);
    run->cpu_ns = without_exchange(run->cpu_ns, p->cell->exchange.cpu_ns);
    const json_t *peak = json_object_get(answer, "peak_rss_bytes");
    times->peak_rss =
        (uint64_t)fmax((double)json_integer_value(peak), (double)client_peak_rss(p->worker));
    const bool own = p->path == p->cell->slice->path;
    bool good = !own || (program_rows_verified(p, answer) &&
                         sample_time_possible(p, run->wall_ns, run->cpu_ns));
    *digest = (exchange){0};
    if (good && own && p->cell->proof && p->column < PKT_COLUMN_COUNT) {
        good = program_column_verified(p, digest);
        *beside_ns += fmax(digest->cpu_before_ns - run->cpu_after_ns, 0);
    }
    json_decref(answer);
    return good && program_is_whole(p);
}

static bool program_run(const sample_plan *p, const uint8_t *memory, sample_times *times)
{
    exchange run, digest;
    double beside = 0;
    if (!program_try(p, memory, &run, &digest, &beside, times))
        return false;
    times->wall_ns += run_charge(p, run.wall_ns, digest.wall_ns + beside);
    times->cpu_ns += run_charge(p, run.cpu_ns, digest.cpu_ns + beside);
    return true;
}

/* The unranked runs that the program asks for, once in a process. Their cells are compared too. */
static bool program_warm_up(const sample_plan *p, const uint8_t *memory, sample_times *times)
{
    if (p->cell->warm == p->worker->process.pid || p->path != p->cell->slice->path)
        return true;
    for (unsigned i = 0; i < p->cell->backend->warm_up; i++) {
        sample_times one = {0};
        if (!program_run(p, memory, &one))
            return false;
        times->first_ns = i == 0 ? one.wall_ns : times->first_ns;
    }
    p->cell->warm = p->worker->process.pid;
    return true;
}

bool program_take(const sample_plan *p, sample_times *times)
{
    uint8_t *memory = caches_memory(p->evict_bytes);
    bool good = exchange_measure(p) && program_warm_up(p, memory, times);
    for (unsigned i = 0; good && i < p->runs; i++)
        good = program_run(p, memory, times);
    free(memory);
    return good;
}
