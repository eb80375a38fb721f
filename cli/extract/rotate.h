/* Output that may be cut into several files, each of them complete by itself. */
#ifndef PKT_ROTATE_H
#define PKT_ROTATE_H

#include <stdbool.h>

#include "parsers/encode/writer.h"
#include "parsers/util/atomic_file.h"

typedef struct rotation {
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
    pkt_atomic_file out;
    pkt_writer *writer; /* NULL: no file is open */
} rotation;

/* Open the file that rows go to next, unless one is. 0, or -1 and *err. */
int rotation_open(rotation *p, pkt_err *err);
/* As pkt_writer_push(). */
int rotation_push(rotation *p, const pkt_batch *batch, const double *values, pkt_err *err);
/* Write out what was pushed. A format with its index at the end has no reader before that: rows
 * stay until a block is full. */
int rotation_flush(rotation *p, pkt_err *err);
/* Finish the file that is open, if any. */
int rotation_close(rotation *p, pkt_err *err);
/* Give it up; those before stay. */
void rotation_abandon(rotation *p);
/* Bytes in the open file so far. */
uint64_t rotation_bytes(const rotation *p);
/* Rows that were written to any file. */
uint64_t rotation_rows(const rotation *p);
/* What can be polled for a reader that has gone; -1: no file is open. */
int rotation_descriptor(const rotation *p);

#endif
