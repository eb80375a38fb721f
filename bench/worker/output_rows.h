/* Write rows as `pktbench extract` does: all columns of the level, with the same writer. */
#ifndef PKT_OUTPUT_ROWS_H
#define PKT_OUTPUT_ROWS_H

#include <stdbool.h>

#include "parsers/encode/writer.h"

typedef struct output_rows {
    const pkt_encoder *encoder;
    pkt_fields fields;
    FILE *file;
    pkt_pool *pool;
    pkt_writer *writer;
    void *hash;
} output_rows;

/* Prepare the fields and the output file, as `extract` does before it starts. The file is
 * /dev/null: rows are encoded and passed to write(), but not stored. If `hashed`, the bytes are
 * hashed instead. 0, or -1 and *err; then there is nothing to close. */
int output_rows_open(output_rows *h, const pkt_encoder *encoder, pkt_column_set columns,
                     bool hashed, pkt_err *err);
/* Start the writer, with so many threads in h->pool. *sink takes the rows. */
int output_rows_begin(output_rows *h, unsigned threads, pkt_sink *sink, pkt_err *err);
/* Write all remaining bytes. Call it after the last row. */
int output_rows_end(output_rows *h, pkt_err *err);
/* Bytes written, and their XXH3-64 (0 unless `hashed`). */
uint64_t output_rows_bytes(const output_rows *h);
uint64_t output_rows_digest(const output_rows *h);
void output_rows_close(output_rows *h);

#endif
