/* The rows of one capture on their way into files by partition.
 *
 * The files are written below the folder of the manifest, and placed when all of them are whole. A
 * partition of which the file was closed, to bound the memory, gets another one when rows for it
 * come again. */
#ifndef PKT_SPLIT_H
#define PKT_SPLIT_H

#include "cli/dataset/partition.h"
#include "parsers/encode/writer.h"

/* Files that are open at once; each has a block of rows in memory, and with Parquet that is a row
 * group. Captures whose times rise need one. */
enum { SPLIT_OPEN = 8 };
/* Files of a capture, at most. */
enum { SPLIT_FILES = 10000 };

/* A file that is whole. */
typedef struct split_file {
    char *path;   /* owned; in the dataset, relative to its folder */
    char *staged; /* owned; where it is written; NULL: it was placed */
    uint64_t rows, bytes;
} split_file;

/* A file that is being written. */
typedef struct split_part {
    pkt_writer *writer; /* NULL: free */
    FILE *file;
    size_t index; /* in split.files */
    int64_t hour;
    uint64_t used; /* when rows last came, as a number of pushes */
} split_part;

typedef struct split {
    /* Set by the caller; must outlive it. */
    const partition *keys;
    const pkt_encoder *encoder;
    const pkt_fields *fields;
    pkt_pool *pool;
    const char *root;   /* folder of the dataset */
    const char *stage;  /* folder for files that are not yet whole */
    const char *name;   /* of the capture, escaped */
    const char *marker; /* value of the partition `label`, escaped */
    /* Initially 0. */
    const char *file, *label; /* values of these columns */
    uint64_t (*next)(void *self);
    void *next_self;
    uint64_t number, pushes;
    split_part open[SPLIT_OPEN];
    split_part *last; /* that got rows */
    split_file *files;
    size_t count, room;
    /* Why rows could not be taken, or a file not be completed: nothing is to be placed then. With
     * PKT_ERR_LIMIT it is the capture that is refused, otherwise the output failed. Code
     * PKT_ERR_NONE: neither. */
    pkt_err fault;
} split;

/* As those of pkt_writer. After a fault, they give it again. */
pkt_sink split_sink(split *s);
int split_push(split *s, const pkt_batch *batch, const double *values, pkt_err *err);
int split_capture(split *s, const char *file, const char *label, pkt_err *err);
void split_number(split *s, uint64_t (*next)(void *self), void *self);
/* All rows were pushed: complete the files and have the disk keep them. Without rows, and without
 * partitions by time, there is one file. 0, or -1 and *err. */
int split_end(split *s, pkt_err *err);
/* Of all files. */
uint64_t split_rows(const split *s);
/* Move the files to their places. 0, or -1 and *err. */
int split_place(split *s, pkt_err *err);
/* Free everything; remove what was not placed. */
void split_close(split *s);

#endif
