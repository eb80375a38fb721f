#include "parsers/parallel/parallel.h"

#include <stdlib.h>

#include "parsers/backends/raw.h"
#include "parsers/parallel/slot.h"
#include "parsers/util/error.h"

/* Pieces besides the one that each thread works on: one whose rows are taken, and one that waits.
 */
enum { PIECES_MORE = 2 };

typedef enum slot_state { SLOT_FREE, SLOT_BUSY, SLOT_DONE } slot_state;

struct pkt_parallel {
    pkt_parallel_job *job;
    pkt_work work;
    pkt_run_plan plan;
    pkt_slot_request request;
    pkt_streams *streams; /* of level flows; of whoever asks for rows */
    pkt_source *source;   /* of the thread that finds records */
    int fd;               /* its */
    uint64_t first, stop; /* offset of the first piece, and behind the last one */
    uint64_t packets;     /* found so far */
    /* The lock of the pool guards, by numbers of pieces: */
    uint64_t taken, walked, given; /* to be read next, whose records are to be found next, given */
    bool ended;                    /* no piece follows those that are walked */
    uint64_t end;                  /* then: their number */
    bool stopped;
    slot_state *states; /* owned */
    /* Of whoever asks for rows: */
    pkt_slot *current; /* NULL: the next one is waited for */
    size_t at;         /* its next batch */
    const uint64_t *numbers;
    size_t size;      /* slots */
    pkt_slot slots[]; /* piece i is in slot i % size */
};

bool pkt_parallel_possible(const pkt_pool *pool, const pkt_backend *backend,
                           const pkt_capture *capture)
{
    /* The size of a pipe is 0. */
    return pool && pkt_pool_threads(pool) > 1 && backend == &pkt_backend_raw && !capture->live &&
           capture->size > 0;
}

/* Wait until it is the piece's turn. false: none of its records are wanted. The lock is held. */
static bool turn_wait(pkt_parallel *p, uint64_t piece)
{
    while (p->walked != piece)
        pkt_pool_wait(p->job->pool);
    return !p->ended && !p->stopped;
}

/* Find the records of the piece. The lock is held, and released meanwhile. */
static void piece_walk(pkt_parallel *p, pkt_slot *slot)
{
    pkt_pool_unlock(p->job->pool);
    const bool more = pkt_source_walk(p->source, &slot->piece, p->job->filter != NULL);
    slot->first = p->packets;
    p->packets += slot->piece.count;
    pkt_pool_lock(p->job->pool);
    p->ended = !more;
    p->end = p->walked + 1;
}

/* Make the rows of the next piece, if there is a slot for them. The lock is held, and released
 * meanwhile. */
static bool piece_decode(void *self)
{
    pkt_parallel *p = self;
    if (p->ended || p->stopped || p->taken - p->given == p->size)
        return false;
    const uint64_t piece = p->taken++;
    pkt_slot *slot = &p->slots[piece % p->size];
    slot_state *state = &p->states[piece % p->size];
    *state = SLOT_BUSY;
    pkt_pool_unlock(p->job->pool);
    pkt_piece_read(&slot->piece, p->fd, p->first + piece * PKT_PIECE_BYTES, p->stop);
    pkt_pool_lock(p->job->pool);
    const bool wanted = turn_wait(p, piece);
    if (wanted)
        piece_walk(p, slot);
    p->walked++;
    pkt_pool_notify(p->job->pool);
    if (wanted) {
        pkt_pool_unlock(p->job->pool);
        pkt_slot_decode(slot, &p->request);
        pkt_pool_lock(p->job->pool);
    }
    *state = wanted ? SLOT_DONE : SLOT_FREE;
    pkt_pool_notify(p->job->pool);
    return true;
}

/* Wait for the rows of the next piece, and work meanwhile. NULL: there is none. */
static pkt_slot *slot_wait(pkt_parallel *p)
{
    const size_t index = p->given % p->size;
    pkt_pool_lock(p->job->pool);
    while (p->states[index] != SLOT_DONE && !(p->ended && p->given == p->end))
        if (!piece_decode(p))
            pkt_pool_help(p->job->pool);
    const bool done = p->states[index] == SLOT_DONE;
    pkt_pool_unlock(p->job->pool);
    return done ? &p->slots[index] : NULL;
}

/* All rows of the current slot were given. */
static void slot_free(pkt_parallel *p)
{
    pkt_pool_lock(p->job->pool);
    p->states[p->given % p->size] = SLOT_FREE;
    p->given++;
    /* A thread that waits for a slot is woken for several: waking one takes as long as it takes to
     * decode a piece. Until then the slots that are done keep whoever asks for rows busy. */
    if (2 * (p->taken - p->given) <= p->size)
        pkt_pool_notify(p->job->pool);
    pkt_pool_unlock(p->job->pool);
    p->current = NULL;
}

/* How the capture ended, after all pieces. */
static int capture_end(pkt_parallel *p, pkt_err *err)
{
    pkt_record none;
    p->job->packets = p->packets - (p->job->part ? p->job->part->packets : 0);
    return pkt_source_next(p->source, &none, err);
}

/* Place what was made of the slot's rows. If that fails, none of them are given. */
static void slot_place(const pkt_parallel *p, pkt_slot *slot)
{
    const pkt_direct *direct = p->request.direct;
    size_t rows = 0;
    for (size_t i = 0; i < slot->count; i++)
        rows += slot->at[i].batch->rows;
    if (direct && rows && direct->place(direct->self, &slot->made, rows, &slot->fault) != 0)
        slot->count = 0;
}

/* A slot with a batch that was not given yet. 1; 0 at the end, -1 and *err. */
static int slot_find(pkt_parallel *p, pkt_err *err)
{
    while (!p->current || p->at == p->current->count) {
        if (p->current && p->current->fault.code != PKT_ERR_NONE) {
            *err = p->current->fault;
            return -1;
        }
        if (p->current)
            slot_free(p);
        pkt_slot *const next = slot_wait(p);
        p->current = next;
        if (!next)
            return capture_end(p, err);
        p->at = 0;
        p->numbers = next->numbers;
        p->job->timeless += next->timeless;
        slot_place(p, next);
    }
    return 1;
}

int pkt_parallel_next(pkt_parallel *p, pkt_batch **batch, pkt_err *err)
{
    const int got = slot_find(p, err);
    if (got <= 0)
        return got;
    const slot_batch *next = &p->current->at[p->at++];
    *batch = next->batch;
    p->job->numbers = p->numbers;
    p->numbers += p->numbers ? next->batch->rows : 0;
    if (p->streams &&
        pkt_streams_number(p->streams, *batch, 0, (*batch)->rows, next->hints, err) != 0)
        return -1;
    return (int)(*batch)->rows;
}

uint64_t pkt_parallel_number(void *job)
{
    return *((pkt_parallel_job *)job)->numbers++;
}

static int slots_open(pkt_parallel *p, pkt_err *err)
{
    p->states = calloc(p->size, sizeof *p->states);
    if (!p->states)
        return pkt_fail_memory(err, "pieces of it");
    p->request = (pkt_slot_request){.plan = &p->plan,
                                    .filter = p->job->filter,
                                    .streams = p->streams,
                                    .direct = p->streams ? NULL : p->job->direct};
    for (size_t i = 0; i < p->size; i++)
        if (pkt_slot_open(&p->slots[i], &p->request, err) != 0)
            return -1;
    return 0;
}

static int parallel_begin(pkt_parallel *p, pkt_err *err)
{
    const pkt_part *part = p->job->part;
    p->source = pkt_source_open_pieces(p->plan.capture.path, part, err);
    if (!p->source)
        return -1;
    p->packets = part ? part->packets : 0;
    p->stop = part ? part->stop : UINT64_MAX;
    p->fd = pkt_source_descriptor(p->source);
    p->first = pkt_source_pieces(p->source);
    if (pkt_request_depth(&p->plan.request) == PKT_LEVEL_FLOWS &&
        !(p->streams = pkt_streams_open(&p->plan.capture, &p->plan.request.columns, err)))
        return -1;
    return slots_open(p, err);
}

pkt_parallel *pkt_parallel_open(pkt_parallel_job *job, const pkt_run_plan *plan, pkt_err *err)
{
    const size_t size = (size_t)PIECES_MORE + pkt_pool_threads(job->pool);
    pkt_parallel *p = calloc(1, sizeof *p + size * sizeof p->slots[0]);
    if (!p) {
        pkt_fail_memory(err, "pieces of it");
        return NULL;
    }
    p->job = job;
    p->plan = *plan;
    p->size = size;
    p->work = (pkt_work){.step = piece_decode, .self = p, .last = true};
    job->timeless = job->packets = 0;
    job->numbers = NULL;
    if (parallel_begin(p, err) != 0) {
        pkt_parallel_close(p);
        return NULL;
    }
    pkt_pool_add(job->pool, &p->work);
    return p;
}

void pkt_parallel_close(pkt_parallel *p)
{
    if (!p)
        return;
    pkt_pool_lock(p->job->pool);
    p->stopped = true;
    pkt_pool_unlock(p->job->pool);
    pkt_pool_remove(p->job->pool, &p->work);
    for (size_t i = 0; i < p->size; i++)
        pkt_slot_close(&p->slots[i]);
    free(p->states);
    pkt_streams_close(p->streams);
    pkt_source_close(p->source);
    free(p);
}

int pkt_parallel_run(pkt_parallel_job *job, const pkt_capture *capture, const pkt_request *request,
                     const pkt_sink *sink, uint64_t *rows, pkt_err *err)
{
    pkt_err own = {.pos = PKT_POS_NONE}, finished = {.code = PKT_ERR_NONE};
    pkt_run_plan plan;
    pkt_batch *batch = NULL;
    int got;
    err = err ? err : &own;
    err->code = PKT_ERR_NONE;
    *rows = 0;
    if (pkt_run_plan_make(&plan, &pkt_backend_raw, capture, request, err) != 0)
        return -1;
    pkt_parallel *p = pkt_parallel_open(job, &plan, err);
    if (!p)
        return -1;
    while ((got = pkt_parallel_next(p, &batch, err)) > 0) {
        if (sink->push(sink->self, batch, err) != 0) {
            pkt_parallel_close(p);
            return -1;
        }
        *rows += (uint64_t)got;
    }
    pkt_parallel_close(p);
    if ((got == 0 || pkt_err_rows_stand(err)) && sink->finish(sink->self, &finished) != 0) {
        *err = finished;
        return -1;
    }
    return got;
}
