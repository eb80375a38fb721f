/* The parts of `pktbench extract`. */
#ifndef PKT_EXTRACT_H
#define PKT_EXTRACT_H

#include <stdbool.h>

#include "cli/command.h"
#include "parsers/encode/writer.h"
#include "parsers/features/features.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/parse.h"

/* What is asked for of packets that are still coming. Times in ns; 0: no such limit. */
typedef struct live_request {
    const char *interface; /* NULL: the capture, which grows */
    uint64_t packets;
    int64_t duration, flush_every, rotate_every;
    uint64_t rotate_size; /* bytes */
    uint32_t snaplen, buffer;
    bool immediate;
} live_request;

/* What the command line asks for. */
typedef struct extraction {
    const pkt_backend *backend;
    void *context; /* of the backend, once it is loaded */
    pkt_level level;
    pkt_column_set columns;     /* that the backend fills at this level */
    const pkt_encoder *encoder; /* NULL: rows are thrown away */
    pkt_fields fields;
    pkt_features_request request; /* of features; set NULL: a row a packet */
    pkt_features *features;       /* NULL: a row a packet */
    const char *path;             /* of the output */
    const char *label;            /* NULL: none */
    char *const *captures;
    size_t capture_count;
    unsigned threads;
    const char *filter; /* NULL: every packet */
    bool strict, join;
    pkt_flow_choice flows; /* of the level `flows` */
    bool follow;           /* the capture grows */
    live_request live;
    pkt_batch *batch; /* scratch space */
} extraction;

/* Fill *x from the command line. false: what is wrong was said. */
bool request_read(extraction *x, const arguments *arguments);

/* Where a path's last name begins. */
const char *base_name(const char *path);
/* The options of rows of features; request.set stays NULL without --features. false: what is wrong
 * was said. */
bool features_read(extraction *x, const arguments *arguments);
/* The fields of their rows: all, or those of `list`. */
bool features_fields(extraction *x, const char *list);
/* What the user should know of the packets that were counted. */
void features_report(const pkt_features *features);

/* Every capture's label, which must outlive the writer; NULL without memory. */
const char **labels_open(const extraction *x);
void labels_close(const extraction *x, const char **labels);

/* What became of so many packets before a fault. */
const char *rows_kept(const extraction *x);
/* One run of the backend into the sink, and what is to be said of its flows. `name` is what to call
 * the capture. As pkt_run(). */
int capture_rows(const extraction *x, const char *name, const pkt_capture *opened,
                 const pkt_sink *sink, uint64_t *rows, pkt_err *err);
/* The rows of every capture into the sink, in order. `writer` is told where a capture begins, or
 * NULL. The exit status; *kept is false if the rows before the trouble must not be kept, *err has
 * the writer's fault, which was not said yet. */
int captures_run(const extraction *x, const char *const *labels, const pkt_sink *sink,
                 pkt_writer *writer, bool *kept, pkt_err *err);

/* The same into the output file. The exit status. */
int output_run(const extraction *x);

/* Are the packets still coming? */
bool is_live(const extraction *x);
/* Fill x->live. false: what is wrong was said. */
bool live_request_read(extraction *x, const arguments *arguments);
/* Rows of packets as they come, until there are enough, time is up, or a signal. The exit status.
 */
int live_run(const extraction *x);

#endif
