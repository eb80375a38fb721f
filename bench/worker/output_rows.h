/* Rows handed over as `pktbench extract` does it: every column of the level through its writer. */
#ifndef PKT_OUTPUT_ROWS_H
#define PKT_OUTPUT_ROWS_H

#include <stdbool.h>

#include "parsers/encode/writer.h"

typedef struct output_rows {
    const pkt_encoder *encoder;
    pkt_fields fields;
    FILE *file;
    pkt_writer *writer;
    void *hash;
} output_rows;

/* Set up what `extract` has before it begins: the fields, and a file. The file is /dev/null: rows
 * are encoded, and every byte is handed to the kernel, which keeps none. With `hashed` it is one
 * that hashes what is written. 0; or -1 and *err with nothing to close. */
int output_rows_open(output_rows *h, const pkt_encoder *encoder, pkt_column_set columns,
                     bool hashed, pkt_err *err);
/* Start the writer, so that rows can be pushed into *sink. */
int output_rows_begin(output_rows *h, unsigned threads, pkt_sink *sink, pkt_err *err);
/* All rows were pushed: every byte is written. */
int output_rows_end(output_rows *h, pkt_err *err);
/* Bytes written, and XXH3-64 of them (0 unless they are hashed). */
uint64_t output_rows_bytes(const output_rows *h);
uint64_t output_rows_digest(const output_rows *h);
void output_rows_close(output_rows *h);

#endif
