/* The state of a reader, and what its parts do for one another. */
#ifndef PKT_QUERY_STATE_H
#define PKT_QUERY_STATE_H

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "parsers/core/run.h"
#include "parsers/input/input.h"
#include "parsers/input/join.h"
#include "parsers/input/part.h"
#include "parsers/input/paths.h"
#include "parsers/parallel/parallel.h"
#include "parsers/query/request.h"
#include "parsers/query/watch.h"
#include "parsers/rows/block_ring.h"

/* Texts of a query that the reader copies. */
enum { QUERY_TEXTS = 17 };

/* Record batches and warnings that nobody has taken yet. In a live capture, and with several
 * threads, others add them. */
typedef struct reader_queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct queued_batch *first, **last;
    size_t batches;
    pkt_warning *warnings; /* owned */
    size_t warned, given, room;
    bool ended;
    pkt_err err; /* what it ended with */
} reader_queue;

/* The state of a live capture; its thread runs the backend. */
typedef struct reader_live {
    pkt_live live;
    pkt_capture capture; /* with `live` */
    pthread_t thread;
    bool running;
    atomic_bool stop;
    int64_t until, flush; /* deadlines, ns of CLOCK_MONOTONIC */
    uint64_t dropped;     /* by the kernel */
    pkt_err err;          /* of the thread, where the backend does not report it */
} reader_live;

struct pkt_reader {
    pkt_query query;
    char *texts[QUERY_TEXTS]; /* owned: the query's */
    uint8_t *preface;         /* owned: of the part */
    pkt_part part_copy;       /* the query's, with its own preface */
    char **operands;          /* owned: its captures, NULL-terminated */
    pid_t owner;
    query_request request;
    pkt_paths paths;
    size_t current; /* of the paths: the one that is read, or is next */
    const char *path;
    bool started, taken; /* `taken`: the backend's context */
    void *context;
    pkt_features *features; /* NULL: one row per packet */
    pkt_batch *batch;
    size_t block_rows;         /* of a record batch, at most, */
    size_t capture_rows;       /* and with the names of the capture */
    pkt_pool *pool;            /* from the start on */
    pkt_block_ring *ring;      /* of rows that become record batches */
    struct ArrowArray *arrays; /* owned: of each block of the ring, on its way to the queue */
    pkt_labels *labels;        /* of packets; NULL: none */
    pkt_warnings warnings;     /* into the queue */
    /* Of the capture that is open: */
    pkt_input *input; /* one of these, */
    pkt_join *join;
    char *part_path;      /* of the pipe of `part` */
    pkt_part_input *part; /* or none of an interface */
    pkt_run_plan plan;
    bool opened;              /* a capture is open: */
    void *state;              /* of the backend, */
    pkt_parallel *parallel;   /* or several threads */
    pkt_parallel_job job;     /* with a filter, if these apply it */
    const char *file, *label; /* of the rows */
    pkt_flow_report flows;
    pkt_sink rows, watched; /* the last, and the first that takes a batch of packets */
    row_watch watch;
    uint64_t number; /* of the last packet */
    uint64_t read;   /* packets, also those that the filter drops; known at the end */
    char folder[PATH_MAX];
    reader_live live;
    reader_queue queue;
};

/* The label of a packet, as pkt_features_label has it. */
int pkt_reader_label_find(void *self, const pkt_batch *batch, size_t row, uint64_t number,
                          uint32_t *label, pkt_err *err);
/* An error of the labels: the reader names no capture for it. Returns -1. */
int pkt_reader_labels_failed(pkt_reader *reader, const pkt_err *err);
/* Open the next capture. 0, or -1 and *err. */
int pkt_reader_capture_begin(pkt_reader *reader, pkt_err *err);
/* Read on: a batch of packets, or to the next capture. 1; 0: everything was read; -1 and *err. */
int pkt_reader_step(pkt_reader *reader, pkt_err *err);
/* Features: rows go into the block. */
void pkt_reader_features_connect(pkt_reader *reader);
/* Rows that are in no record batch yet. */
size_t pkt_reader_rows_waiting(const pkt_reader *reader);
/* Make a record batch of the rows at hand. 0, or -1 and *err. */
int pkt_reader_flush(pkt_reader *reader, pkt_err *err);

/* The threads, and the blocks that they make record batches of. 0, or -1 and *err. */
int pkt_reader_pool_open(pkt_reader *reader, pkt_err *err);
void pkt_reader_pool_close(pkt_reader *reader);

/* 0, or -1 and *err. */
int pkt_reader_queue_open(reader_queue *queue, pkt_err *err);
/* The array is the queue's from here. 0, or -1 and *err without memory; then it is released. */
int pkt_reader_queue_add(reader_queue *queue, struct ArrowArray *array, pkt_err *err);
/* Is there a record batch? */
bool pkt_reader_queue_has(reader_queue *queue);
/* 1, or 0: there is none. The lock is held. */
int pkt_reader_queue_take(reader_queue *queue, struct ArrowArray *out);
/* pkt_warnings.take() of a queue. Without memory, the warning is lost. */
void pkt_reader_queue_warn(void *self, const pkt_warning *warning);
void pkt_reader_queue_close(reader_queue *queue);

/* Make the capture of an interface: live.capture. */
void pkt_reader_live_capture(pkt_reader *reader);
/* Start the thread, after the interface was opened. 0, or -1 and *err. */
int pkt_reader_live_start(pkt_reader *reader, pkt_err *err);
/* The monotonic time in so many ns; below 0: never. */
int64_t pkt_reader_deadline(int64_t wait);
/* As pkt_reader_next(). */
int pkt_reader_live_next(pkt_reader *reader, int64_t wait, struct ArrowArray *out, pkt_err *err);
/* End the thread. */
void pkt_reader_live_stop(pkt_reader *reader);

#endif
