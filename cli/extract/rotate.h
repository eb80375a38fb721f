/* Output that may be cut into several files, each of them complete by itself. */
#ifndef PKT_PIECES_H
#define PKT_PIECES_H

#include <stdbool.h>

#include "parsers/encode/writer.h"
#include "parsers/util/atomic_file.h"

typedef struct pieces {
    /* Set by the caller, and outliving it. */
    const pkt_encoder *encoder; /* NULL: rows are thrown away */
    const pkt_fields *fields;
    unsigned threads;
    const char *path;         /* of the output; "-": standard output */
    bool rotating;            /* names get a time and a number */
    const char *file, *label; /* of the rows */
    /* The number of each row's packet, called once a row; numbers go on from file to file. */
    uint64_t (*number_next)(void *self);
    void *number_self;
    /* 0 at first. */
    uint64_t rows;  /* in files that are closed */
    unsigned count; /* files opened */
    pkt_outfile out;
    pkt_writer *writer; /* NULL: no file is open */
} pieces;

/* Open the file that rows go to next, unless one is. 0, or -1 and *err. */
int pieces_open(pieces *p, pkt_err *err);
/* As pkt_writer_push(). */
int pieces_push(pieces *p, const pkt_batch *batch, const double *values, pkt_err *err);
/* Write out what was pushed. A format with its index at the end has no reader before that: rows
 * stay until a block is full. */
int pieces_flush(pieces *p, pkt_err *err);
/* Finish the file that is open, if any. */
int pieces_close(pieces *p, pkt_err *err);
/* Give it up; those before stay. */
void pieces_abandon(pieces *p);
/* Bytes in the open file so far. */
uint64_t pieces_bytes(const pieces *p);
/* Rows that were written to any file. */
uint64_t pieces_rows(const pieces *p);
/* What can be polled for a reader that has gone; -1: no file is open. */
int pieces_descriptor(const pieces *p);

#endif
