/* `pktbench worker`: what its requests share. */
#ifndef PKTBENCH_WORKER_H
#define PKTBENCH_WORKER_H

#include <jansson.h>
#include <signal.h>
#include <stdio.h>

#include "bench/worker/run.h"

typedef struct worker {
    const pkt_backend *backend;
    void *context;
    bool loaded;
    bool used; /* a run has begun since the last reset */
    pkt_batch *batch;
    uint8_t *evict;
    size_t evict_bytes;
    FILE *in, *out;
    sigset_t signals; /* mask of the runs of a sample */
} worker;

/* Answers. Each returns a new reference; NULL if memory is exhausted. */
json_t *worker_refusal(const char *reason);
json_t *worker_failure(const run_outcome *outcome);
json_t *worker_hex64(uint64_t value);
/* Rows, checksum and digests of a verified run. */
json_t *worker_verified(const run_outcome *verified);
/* Write an answer and drop its reference. NULL is written as a lack of memory. 0, or -1. */
int worker_answer(worker *w, json_t *reply);
/* From now on, memory of requests is cleared when it is freed: a backend gets it again from
 * malloc(), and would learn which cells are compared. */
void worker_memory_wipe(void);
/* Read the next request: a new reference; *done is set at the end of the input. NULL: no JSON
 * object. */
json_t *worker_request(worker *w, bool *done);

/* Reset the backend if a run has used it. false: *outcome has the error. */
bool worker_reset(worker *w, run_outcome *outcome);
/* One run, after a reset. */
void worker_run_once(worker *w, const run_job *job, run_outcome *outcome);

/* A sample, in a forked child: see worker_sample.c. `request` has its parameters. Answers itself.
 * 0, or -1 if no answer can be written. */
int worker_sample(worker *w, run_job *job, const json_t *request);

#endif
