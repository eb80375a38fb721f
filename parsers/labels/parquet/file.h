/* A Parquet file: where the values of a few columns are. Columns of tables that are not nested:
 * https://parquet.apache.org/docs/file-format/metadata/ */
#ifndef PKT_PARQUET_FILE_H
#define PKT_PARQUET_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "pktbench.h"

/* Columns that can be asked for, at most. */
enum { PARQUET_COLUMNS = 4 };
/* Types of values that can be read. */
enum { PARQUET_INT32 = 1, PARQUET_INT64 = 2, PARQUET_BYTES = 6 };

/* The values of a column of a row group: pages, one after another. */
typedef struct parquet_part {
    uint64_t offset, end; /* in the file */
    uint64_t values;      /* rows */
    unsigned codec;
} parquet_part;

typedef struct parquet_column_info {
    const char *name; /* the caller's */
    unsigned type;    /* 0: there is no such column */
    bool optional;    /* it may have nulls */
} parquet_column_info;

typedef struct parquet_file {
    FILE *file; /* owned */
    size_t column_count;
    parquet_column_info columns[PARQUET_COLUMNS];
    size_t group_count;
    parquet_part *chunks; /* owned: those of the columns, for each row group */
} parquet_file;

/* Read the metadata. The file is *parquet's from here, also if it fails. 0, or -1 and *err. */
int pkt_parquet_open(parquet_file *parquet, FILE *file, const char *const *names, size_t count,
                     pkt_err *err);
void pkt_parquet_close(parquet_file *parquet);

/* Read so many bytes of the file at this place. 0, or -1 and *err. */
int pkt_parquet_read(const parquet_file *parquet, uint64_t offset, void *bytes, size_t size,
                     pkt_err *err);
/* *err: the file is damaged. Returns -1. */
int pkt_parquet_damaged(pkt_err *err, const char *where);

#endif
