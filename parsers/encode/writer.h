/* A sink that gathers rows into blocks, has them encoded by several threads, and writes them in
 * their order. */
#ifndef PKT_WRITER_H
#define PKT_WRITER_H

#include <stdio.h>

#include "parsers/core/direct.h"
#include "parsers/core/pool.h"
#include "parsers/rows/rows.h"

typedef struct pkt_writer pkt_writer;

/* Rows of these fields (which must outlive the writer) to the file, which stays the caller's and
 * should have no buffer of its own. The threads of a pool, which outlives it, encode; NULL and
 * *err.
 */
pkt_writer *pkt_writer_open_in(pkt_pool *pool, const pkt_encoder *encoder, const pkt_fields *fields,
                               FILE *file, pkt_err *err);
/* The same with so many threads of its own; the one that pushes counts. */
pkt_writer *pkt_writer_open(const pkt_encoder *encoder, const pkt_fields *fields, FILE *file,
                            unsigned threads, pkt_err *err);
/* What pkt_run() needs; finish() does nothing, for other captures may follow. */
pkt_sink pkt_writer_sink(pkt_writer *writer);
/* What the sink does, with rows that have values: PKT_BATCH_ROWS of each, one value after the
 * other; NULL if no field shows one. */
int pkt_writer_push(pkt_writer *writer, const pkt_batch *batch, const double *values, pkt_err *err);
/* The same of the rows [from, from + more) of the batch. */
int pkt_writer_push_rows(pkt_writer *writer, const pkt_batch *batch, const double *values,
                         size_t from, size_t more, pkt_err *err);
/* The rows pushed from now on are of this capture; its packets are numbered from 1. `file` (its
 * name) and `label` must outlive the writer, or be NULL if no field shows them. */
int pkt_writer_capture(pkt_writer *writer, const char *file, const char *label, pkt_err *err);
/* Numbers of the packets that are pushed next, in place of counting: called once a row. NULL:
 * count.
 */
void pkt_writer_number(pkt_writer *writer, uint64_t (*next)(void *self), void *self);
/* The label of each row that is pushed from now on, in place of the capture's: `next` is called
 * once a row, and gives 0 and a label that outlives the writer, or -1 and *err. To be set before
 * the first row. 0, or -1 and *err. */
typedef int pkt_label_next(void *self, const pkt_batch *batch, size_t row, uint64_t number,
                           const char **label, pkt_err *err);
int pkt_writer_labels(pkt_writer *writer, pkt_label_next *next, void *self, pkt_err *err);
/* What threads that decode a capture can make of its rows, which saves their way through a block;
 * NULL: nothing. It is the writer's. Rows that it has placed are pushed too, and not written again.
 */
const pkt_direct *pkt_writer_direct(pkt_writer *writer);
/* Write out what was pushed, though its block is not full. */
int pkt_writer_flush(pkt_writer *writer, pkt_err *err);
/* All rows were pushed: write the rest. */
int pkt_writer_end(pkt_writer *writer, pkt_err *err);
/* Rows that were written, and the bytes that the file has of them. */
uint64_t pkt_writer_rows(const pkt_writer *writer);
uint64_t pkt_writer_bytes(pkt_writer *writer);
void pkt_writer_close(pkt_writer *writer);

#endif
