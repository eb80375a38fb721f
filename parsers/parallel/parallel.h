/* A capture decoded by several threads: the rows are those of backend raw, in their order.
 *
 * The threads of a pool read pieces of the file. One after another they find the records of their
 * pieces, because only the records before it say where one begins; that is the least part of the
 * work. Then they decode at the same time. Whoever asks for rows gets the batches in order, and
 * numbers their streams, which depend on all packets before. */
#ifndef PKT_PARALLEL_H
#define PKT_PARALLEL_H

#include <stdbool.h>

#include "parsers/core/direct.h"
#include "parsers/core/pool.h"
#include "parsers/core/run.h"

/* What is decoded with which threads; it stays where it is until the run has ended. */
typedef struct pkt_parallel_job {
    pkt_pool *pool;
    const char *filter;   /* NULL: all packets */
    const pkt_part *part; /* of the capture; NULL: all of it */
    /* What is made of rows before they are given, except of those with stream numbers; NULL:
     * nothing. */
    const pkt_direct *direct;
    /* Of the rows given so far: */
    uint64_t timeless;       /* packets without a time; counted with a filter */
    const uint64_t *numbers; /* in the capture, of the packets that come next */
    uint64_t packets;        /* read, also those that the filter drops; known at the end */
} pkt_parallel_job;

typedef struct pkt_parallel pkt_parallel;

/* Can the rows of the backend be made by the threads of the pool? Only those of raw, of a plain
 * file; NULL: no pool. */
bool pkt_parallel_possible(const pkt_pool *pool, const pkt_backend *backend,
                           const pkt_capture *capture);
/* As pkt_backend.open(), of a plan that was made for raw. NULL and *err. */
pkt_parallel *pkt_parallel_open(pkt_parallel_job *job, const pkt_run_plan *plan, pkt_err *err);
/* The next batch, which is the run's until the next call: its rows; 0 at the end; -1 and *err,
 * after all rows before the fault, and at every later call. */
int pkt_parallel_next(pkt_parallel *parallel, pkt_batch **batch, pkt_err *err);
/* NULL: nothing. */
void pkt_parallel_close(pkt_parallel *parallel);

/* With a filter: the number of the packet of the next row, called once a row. `job`: a
 * pkt_parallel_job. */
uint64_t pkt_parallel_number(void *job);

/* As pkt_run() of backend raw. */
int pkt_parallel_run(pkt_parallel_job *job, const pkt_capture *capture, const pkt_request *request,
                     const pkt_sink *sink, uint64_t *rows, pkt_err *err);

#endif
