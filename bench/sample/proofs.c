#include "bench/sample/proofs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/worker/run.h"
#include "datasets/random.h"

/* A run may not be faster than this part of the fastest walk: the clock is noisy. */
#define FLOOR_PART 0.8
/* Walks per slice and block; the fastest of all counts. */
enum { WALKS = 3 };
/* One round in so many may draw a column that the changes do not reach. */
enum { ANY_COLUMN_ROUND = 4 };

typedef struct slice_entry {
    const suite_slice *slice;
    altered_slice *altered; /* NULL: it cannot be changed */
    double floor_ns;        /* of the fastest walk so far */
} slice_entry;

typedef struct proof_entry {
    const backend *backend;
    const suite_slice *slice;
    pkt_level level;
    bool proven;
    proof proof;
} proof_entry;

struct proofs {
    const char *folder;
    const pkt_notices *notices;
    slice_entry *slices;
    size_t slice_count;
    proof_entry **entries; /* each allocated: cells point into them */
    size_t count;
};

proofs *proofs_new(const char *folder, const pkt_notices *notices)
{
    proofs *all = calloc(1, sizeof *all);
    if (all) {
        all->folder = folder;
        all->notices = notices;
    }
    return all;
}

/* Is the slice a file of the harness, and were its rows verified? */
static bool is_changeable(const proofs *all, const suite_slice *slice)
{
    const size_t length = strlen(all->folder);
    return !slice->unverified && strncmp(slice->path, all->folder, length) == 0 &&
           slice->path[length] == '/';
}

/* NULL: memory is exhausted. */
static slice_entry *slice_get(proofs *all, const suite_slice *slice)
{
    for (size_t i = 0; i < all->slice_count; i++)
        if (all->slices[i].slice == slice)
            return &all->slices[i];
    slice_entry *more = realloc(all->slices, (all->slice_count + 1) * sizeof *more);
    if (!more)
        return NULL;
    all->slices = more;
    slice_entry *entry = &more[all->slice_count++];
    *entry = (slice_entry){.slice = slice};
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!is_changeable(all, slice))
        return entry;
    entry->altered = altered_open(slice, &err);
    if (!entry->altered)
        pkt_notice_err(all->notices, slice->name, &err,
                       "its packets are not changed between runs, so its times are not proven");
    return entry;
}

static proof_entry *entry_find(const proofs *all, const bench_cell *cell)
{
    for (size_t i = 0; i < all->count; i++) {
        proof_entry *e = all->entries[i];
        if (e->backend == cell->backend && e->slice == cell->slice && e->level == cell->level)
            return e;
    }
    return NULL;
}

static proof_entry *entry_add(proofs *all, const bench_cell *cell)
{
    proof_entry **more = realloc(all->entries, (all->count + 1) * sizeof(proof_entry *));
    if (!more)
        return NULL;
    all->entries = more;
    proof_entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return NULL;
    *entry = (proof_entry){.backend = cell->backend, .slice = cell->slice, .level = cell->level};
    all->entries[all->count++] = entry;
    return entry;
}

static void proof_try(const proofs *all, proof_entry *entry, const bench_cell *cell,
                      altered_slice *altered, client *worker, double seconds)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    char name[CELL_NAME];
    if (proof_make(&entry->proof, altered, &cell->check, cell->slice, cell->level,
                   !backend_is_external(&cell->backend->id), worker, seconds, &err) != 0)
        pkt_notice_err(all->notices, cell_name(cell, name), &err, "its times are not proven");
    else
        entry->proven =
            pkt_set_count(&entry->proof.columns) > 0 || entry->proof.wrong < PKT_COLUMN_COUNT;
}

/* Is the slice changed before the cell's runs? A changed file can neither be the user's own nor be
 * out of the page cache, and the values of features are known of the original only. */
static bool cell_is_altered(const bench_cell *cell)
{
    return cell_builds_columns(cell) && cell->role != ROLE_INPUT && cell->role != ROLE_FEATURES;
}

const proof *proofs_get(proofs *all, const bench_cell *cell, client *worker, double seconds)
{
    if (!cell_is_altered(cell))
        return NULL;
    proof_entry *entry = entry_find(all, cell);
    if (!entry) {
        entry = entry_add(all, cell);
        const slice_entry *slice = entry ? slice_get(all, cell->slice) : NULL;
        if (slice && slice->altered)
            altered_restore(slice->altered);
        if (slice && slice->altered)
            proof_try(all, entry, cell, slice->altered, worker, seconds);
    }
    return entry && entry->proven ? &entry->proof : NULL;
}

size_t proofs_draw(const bench_cell *cell, uint64_t seed, unsigned block, unsigned round)
{
    size_t deck[PKT_COLUMN_COUNT];
    random_state random = random_seeded(seed ^ ((uint64_t)block << 32 | round));
    pkt_column_set set = cell->check.columns;
    if (cell->features)
        return PKT_COLUMN_COUNT; /* their rows have a digest of their own */
    if (cell->proof) {
        const pkt_column_set reach = proof_reach(cell->proof);
        set = cell->proof->columns;
        if (round % ANY_COLUMN_ROUND != ANY_COLUMN_ROUND - 1 && pkt_set_count(&reach) > 0)
            set = reach;
    }
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        deck[c] = c;
    random_shuffle(&random, deck, PKT_COLUMN_COUNT);
    for (size_t i = 0; i < PKT_COLUMN_COUNT; i++)
        if (pkt_set_has(&set, deck[i]))
            return deck[i];
    return PKT_COLUMN_COUNT;
}

void proofs_block(proofs *all, size_t evict_bytes)
{
    uint8_t *memory = all ? caches_memory(evict_bytes) : NULL;
    for (size_t i = 0; all && i < all->slice_count; i++) {
        slice_entry *entry = &all->slices[i];
        if (entry->altered)
            altered_restore(entry->altered); /* makes it whole, too */
        for (unsigned walk = 0; entry->altered && memory && walk < WALKS; walk++) {
            caches_evict(memory, evict_bytes);
            const double ns = altered_walk_ns(entry->altered);
            entry->floor_ns = entry->floor_ns > 0 ? fmin(entry->floor_ns, ns) : ns;
        }
    }
    free(memory);
}

double proofs_floor(const proofs *all, const bench_cell *cell)
{
    for (size_t i = 0; all && i < all->slice_count; i++)
        if (all->slices[i].slice == cell->slice)
            return FLOOR_PART * all->slices[i].floor_ns;
    return 0;
}

void proofs_free(proofs *all)
{
    if (!all)
        return;
    for (size_t i = 0; i < all->count; i++) {
        proof_free(&all->entries[i]->proof);
        free(all->entries[i]);
    }
    for (size_t i = 0; i < all->slice_count; i++)
        altered_close(all->slices[i].altered);
    free(all->entries);
    free(all->slices);
    free(all);
}
