/* What a run asks of a backend, made complete; and clearing a batch for it. */
#ifndef PKT_CORE_RUN_H
#define PKT_CORE_RUN_H

#include "pktbench.h"

/* Copy a struct that starts with its size: what the caller does not know is 0. 0, or -1 without a
 * size. */
int pkt_sized_copy(void *to, size_t to_size, const void *from);

/* Adjacent arrays of a batch that are cleared by one memset(). */
typedef struct pkt_clear_range {
    size_t offset, size; /* bytes in the batch */
    int byte;
} pkt_clear_range;

typedef struct pkt_clear_plan {
    size_t count;
    pkt_clear_range ranges[PKT_COLUMN_COUNT];
} pkt_clear_plan;

void pkt_clear_plan_make(pkt_clear_plan *plan, const pkt_column_set *columns);
/* All rows and text of the batch are forgotten. */
void pkt_clear_plan_apply(const pkt_clear_plan *plan, pkt_batch *batch);

/* A run with its arguments complete, whatever size the caller's structs have. */
typedef struct pkt_run_plan {
    pkt_capture capture;
    pkt_request request; /* the columns are not empty */
    pkt_clear_plan clear;
} pkt_run_plan;

/* Does the backend offer the level and the columns? 0, or -1 and *err (PKT_ERR_USAGE). */
int pkt_run_plan_make(pkt_run_plan *plan, const pkt_backend *backend, const pkt_capture *capture,
                      const pkt_request *request, pkt_err *err);
/* Clear the batch and ask the backend for rows: as pkt_backend.next(), its result checked, and
 * batch->rows set. */
int pkt_run_next(const pkt_run_plan *plan, const pkt_backend *backend, void *state,
                 pkt_batch *batch, pkt_err *err);

/* The least of the levels up to `flows` that has the work which the request needs, apart from
 * application protocols and tunnels. */
static inline pkt_level pkt_request_depth(const pkt_request *request)
{
    pkt_level depth = request->level <= PKT_LEVEL_FLOWS ? request->level : PKT_LEVEL_HEADERS;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_level level = pkt_column_at(c)->level;
        if (pkt_set_has(&request->columns, c) && level <= PKT_LEVEL_FLOWS && level > depth)
            depth = level;
    }
    return depth;
}

/* Does the request need the work of this level, one of those that add columns to `headers`? */
static inline int pkt_request_needs(const pkt_request *request, pkt_level level)
{
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&request->columns, c) && pkt_column_at(c)->level == level)
            return 1;
    return request->level == level;
}

/* Does the request need application protocols? */
static inline int pkt_request_has_app(const pkt_request *request)
{
    return pkt_request_needs(request, PKT_LEVEL_APP);
}

#endif
