/* Rows handed over as `pktbench extract` does it: every column of the level through its writer. */
#ifndef PKT_HANDOVER_H
#define PKT_HANDOVER_H

#include "parsers/encode/writer.h"

typedef struct handover {
    const pkt_encoder *encoder;
    pkt_fields fields;
    FILE *file;
    pkt_writer *writer;
    void *hash;
} handover;

/* Set up what `extract` has before it begins: the fields, and a file. The file is /dev/null: rows
 * are encoded, and every byte is handed to the kernel, which keeps none. With `hashed` it is one
 * that hashes what is written. 0; or -1 and *err with nothing to close. */
int handover_open(handover *h, const pkt_encoder *encoder, pkt_column_set columns, int hashed,
                  pkt_err *err);
/* Start the writer, so that rows can be pushed into *sink. */
int handover_begin(handover *h, unsigned threads, pkt_sink *sink, pkt_err *err);
/* All rows were pushed: every byte is written. */
int handover_end(handover *h, pkt_err *err);
/* Bytes written, and XXH3-64 of them (0 unless they are hashed). */
uint64_t handover_bytes(const handover *h);
uint64_t handover_digest(const handover *h);
void handover_close(handover *h);

#endif
