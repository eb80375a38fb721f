/* The parts of `pktbench extract`. */
#ifndef PKT_EXTRACT_H
#define PKT_EXTRACT_H

#include <stdbool.h>

#include "cli/command.h"
#include "parsers/encode/writer.h"
#include "parsers/features/features.h"
#include "parsers/process/rights.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/parse.h"

/* Options of a live capture. 0: no limit. */
typedef struct live_request {
    const char *interface; /* NULL: follow a capture file */
    bool other_user;       /* continue as `user` when the interface is open */
    pkt_user user;
    uint64_t packets;
    int64_t duration, flush_every, rotate_every; /* ns */
    uint64_t rotate_size;                        /* bytes */
    uint32_t snaplen, buffer;
    bool immediate;
} live_request;

/* The request of the command line, and the state of its execution. */
typedef struct extraction {
    const pkt_backend *backend;
    void *context; /* of the loaded backend */
    pkt_level level;
    pkt_column_set columns;     /* filled by the backend at this level */
    const pkt_encoder *encoder; /* NULL: no output */
    pkt_fields fields;
    pkt_features_request request; /* of features; set NULL: one row per packet */
    pkt_features *features;       /* NULL: one row per packet */
    const char *path;             /* of the output */
    const char *label;            /* NULL: none */
    char *const *captures;
    size_t capture_count;
    unsigned threads;
    const char *filter; /* NULL: all packets */
    bool strict, join;
    pkt_flow_choice flows; /* of the level `flows` */
    bool follow;           /* the capture grows */
    live_request live;
    pkt_batch *batch; /* scratch space */
} extraction;

/* Functions that return bool print an error message and return false if an option is wrong. */

/* Fill *x from the command line. */
bool request_read(extraction *x, const arguments *arguments);

/* The part of the path after the last slash. */
const char *base_name(const char *path);
/* Read the options of features. Without --features, request.set stays NULL. */
bool features_read(extraction *x, const arguments *arguments);
/* Print warnings about evicted flows and packets that were not counted. */
void features_report(const pkt_features *features);

/* The label of each capture. It must outlive the writer. NULL if memory is exhausted. */
const char **labels_open(const extraction *x);
void labels_close(const extraction *x, const char **labels);

/* End of the message "N rows before it were written" after an error. */
const char *progress_text(const extraction *x);
/* Run the backend over one capture and print warnings about its flows. `name`: of the capture, for
 * messages. Returns like pkt_run(). */
int capture_rows(const extraction *x, const char *name, const pkt_capture *opened,
                 const pkt_sink *sink, uint64_t *rows, pkt_err *err);
/* Push the rows of all captures, in order. `writer` is called at the start of each capture; it may
 * be NULL. Returns the exit status. *output_valid: false if the output must be removed. *err: the
 * error of the writer, not yet printed. */
int captures_run(const extraction *x, const char *const *labels, const pkt_sink *sink,
                 pkt_writer *writer, bool *output_valid, pkt_err *err);

/* Write the rows of all captures to the output file. Returns the exit status. */
int output_run(const extraction *x);

/* True with -i or --follow. */
bool is_live(const extraction *x);
/* Without -i: give up the rights of the process. With it: check -Z, and that no code is loaded with
 * rights that the program's file gave. Call it first. */
bool rights_option(const arguments *arguments, live_request *live);
/* Give up the rights of the process when the interface is open, and refuse system calls that no
 * parser needs. 0, or -1 and *err. */
int live_rights_drop(const extraction *x, pkt_err *err);
/* Read the options of a live capture into x->live. */
bool live_request_read(extraction *x, const arguments *arguments);
/* Write rows until the limit of packets or time, or a signal. Returns the exit status. */
int live_run(const extraction *x);

#endif
