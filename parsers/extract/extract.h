/* The parts of `pktbench extract`. */
#ifndef PKT_EXTRACT_H
#define PKT_EXTRACT_H

#include <stdbool.h>

#include "bench/command.h"
#include "sink/outfile.h"
#include "sink/writer.h"

/* What the command line asks for. */
typedef struct extraction {
    const pkt_backend *backend;
    void *context; /* of the backend, once it is loaded */
    pkt_level level;
    const pkt_encoder *encoder; /* NULL: rows are thrown away */
    pkt_fields fields;
    const char *path;  /* of the output */
    const char *label; /* NULL: none */
    char *const *captures;
    size_t capture_count;
    unsigned threads;
    const char *filter; /* NULL: every packet */
    bool strict, join;
    flow_choice flows; /* of the level `flows` */
    pkt_batch *batch;  /* scratch space */
} extraction;

/* Fill *x from the command line. false: what is wrong was said. */
bool request_read(extraction *x, const arguments *arguments);

/* Every capture's label, which must outlive the writer; NULL without memory. */
const char **labels_open(const extraction *x);
void labels_close(const extraction *x, const char **labels);

/* The rows of every capture into the sink, in order. `writer` is told where a capture begins, or
 * NULL. The exit status; *kept is false if the rows before the trouble must not be kept, *err has
 * the writer's fault, which was not said yet. */
int captures_run(const extraction *x, const char *const *labels, const pkt_sink *sink,
                 pkt_writer *writer, bool *kept, pkt_err *err);

/* The same into the output file. The exit status. */
int output_run(const extraction *x);

#endif
