#include "bench/timing/workers.h"

#include <sched.h>
#include <string.h>

#include "bench/timing/machine.h"

bool cell_takes_part(const bench_cell *cell)
{
    return cell_is_timed(cell) && !cell->settled;
}

size_t worker_index(const schedule *s, const bench_cell *cell)
{
    if (cell->role == ROLE_AA_CONTROL)
        return s->load_count;
    for (size_t i = 0; i < s->load_count; i++)
        if (s->loads[i].backend == cell->backend)
            return i;
    return s->load_count;
}

static void worker_fail(schedule *s, size_t index, const client *worker)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (cell_is_timed(&s->cells[i]) && worker_index(s, &s->cells[i]) == index)
            cell_fail(&s->cells[i], worker->status, worker->reason);
}

static bool worker_needed(const schedule *s, size_t index)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (cell_takes_part(&s->cells[i]) && worker_index(s, &s->cells[i]) == index)
            return true;
    return false;
}

static const backend_id *worker_backend(const schedule *s, size_t index)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (worker_index(s, &s->cells[i]) == index)
            return &s->cells[i].backend->id;
    return NULL;
}

/* Start a worker on the block's processor: a worker inherits the CPU affinity of the harness.
 * Processors can differ in speed, for example if one shares its core with a busy sibling thread.
 * Without pinning, two compared processes differed by up to 40 % (measured). */
static bool worker_begin(const schedule *s, client *worker, const backend_id *id, uint64_t *load_ns)
{
    cpu_set_t allowed;
    bool pinned = s->compares && sched_getaffinity(0, sizeof allowed, &allowed) == 0;
    if (pinned) {
        cpu_set_t one = machine_block_cpus(&allowed, s->block);
        (void)sched_setaffinity(0, sizeof one, &one);
    }
    bool good = client_open_loaded(worker, id, s->request_s, load_ns);
    if (pinned)
        (void)sched_setaffinity(0, sizeof allowed, &allowed);
    return good;
}

static void worker_start(schedule *s, block_workers *w, size_t index)
{
    uint64_t load_ns = 0;
    w->open[index] = worker_begin(s, &w->workers[index], worker_backend(s, index), &load_ns);
    if (!w->open[index]) {
        worker_fail(s, index, &w->workers[index]);
        return;
    }
    if (index == s->load_count)
        return; /* the load time of the A/A control is not recorded */
    (void)observation_add(&s->loads[index].list, (observation){s->block, (double)load_ns});
}

void worker_renew(schedule *s, block_workers *w, size_t index)
{
    if (w->workers[index].process.pid)
        return;
    (void)client_close(&w->workers[index]);
    w->open[index] = false;
    if (worker_needed(s, index))
        worker_start(s, w, index);
}

void workers_start(schedule *s, block_workers *w)
{
    size_t order[SELECTION_MAX + 1];
    for (size_t i = 0; i <= s->load_count; i++) {
        order[i] = i;
        w->open[i] = false;
    }
    random_shuffle(&s->random, order, s->load_count + 1);
    for (size_t i = 0; i <= s->load_count; i++)
        if (worker_needed(s, order[i]))
            worker_start(s, w, order[i]);
}

size_t workers_foreign(const schedule *s, const block_workers *w)
{
    size_t foreign = 0;
    for (size_t i = 0; i <= s->load_count; i++)
        foreign += w->open[i] && backend_is_foreign(worker_backend(s, i));
    return foreign;
}

bool workers_whole(schedule *s, block_workers *w, size_t own)
{
    bool whole = true;
    for (size_t i = 0; i <= s->load_count; i++) {
        if (i == own || !w->open[i] || client_is_whole(&w->workers[i]))
            continue;
        worker_fail(s, i, &w->workers[i]);
        worker_renew(s, w, i);
        whole = false;
    }
    return whole;
}

void workers_stop(schedule *s, block_workers *w)
{
    for (size_t i = 0; i <= s->load_count; i++)
        if (w->open[i] && !client_close_whole(&w->workers[i]))
            worker_fail(s, i, &w->workers[i]);
    memset(w, 0, sizeof *w);
}
