/* Output to one file, or to several complete files in turn (rotation). */
#ifndef PKT_ROTATE_H
#define PKT_ROTATE_H

#include <stdbool.h>
#include <time.h>

#include "parsers/encode/writer.h"
#include "parsers/util/atomic_file.h"

typedef struct rotation {
    /* Set by the caller; must outlive the rotation. */
    const pkt_encoder *encoder; /* NULL: no output */
    const pkt_fields *fields;
    unsigned threads;
    const char *path;         /* of the output; "-": standard output */
    bool rotating;            /* several files; time and number are added to their names, and none
                               * replaces what is there */
    uint64_t size_limit;      /* bytes: a file that has reached it is closed; 0: none */
    const char *file, *label; /* values of these columns */
    /* Packet number of the next row; called once per row, across files. */
    uint64_t (*packet_number)(void *self);
    void *number_self;
    /* Initially 0. */
    uint64_t rows;       /* in closed files */
    time_t opened;       /* the open file; a part of its name */
    unsigned count;      /* number in its name */
    unsigned closed;     /* files closed, which are complete */
    uint64_t pushed;     /* rows pushed to the open file */
    double bytes_of_row; /* in the output so far, to estimate what was pushed but not encoded */
    pkt_atomic_file out;
    pkt_writer *writer; /* NULL: no open file */
} rotation;

/* Open the next file, unless one is open. 0, or -1 and *err, as all of these. */
int rotation_open(rotation *p, pkt_err *err);
/* Push rows to the open file, or to a new one; close the file if it has reached the limit: a file
 * is larger than it by less than these rows and the end of the format. */
int rotation_push(rotation *p, const pkt_batch *batch, const double *values, pkt_err *err);
/* Write all pushed rows to the file. Has no effect for Parquet, whose index is at the end: nobody
 * can read the file before it is closed. */
int rotation_flush(rotation *p, pkt_err *err);
/* Complete and close the open file, if any. */
int rotation_close(rotation *p, pkt_err *err);
/* Remove the open file, if any; closed files remain. */
void rotation_abandon(rotation *p);
/* Rows written to all files, also to an incomplete one. */
uint64_t rotation_rows(const rotation *p);
/* Descriptor of the open file, to poll for a reader that closes the pipe; -1: no open file. */
int rotation_descriptor(const rotation *p);

#endif
