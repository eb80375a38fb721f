/* The parts of `pktbench extract`. */
#ifndef PKT_EXTRACT_H
#define PKT_EXTRACT_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/command.h"
#include "cli/dataset/split.h"
#include "cli/failures.h"
#include "parsers/encode/writer.h"
#include "parsers/features/features.h"
#include "parsers/input/paths.h"
#include "parsers/parallel/parallel.h"
#include "parsers/process/rights.h"
#include "parsers/query/request.h"
#include "parsers/query/warnings.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/parse.h"

/* Options of a live capture. 0: no limit. */
typedef struct live_request {
    const char *interface; /* NULL: follow a capture file */
    bool other_user;       /* continue as `user` when the interface is open */
    pkt_user user;
    uint64_t packets;                            /* also of each file, or of all that are joined */
    int64_t duration, flush_every, rotate_every; /* ns */
    uint64_t rotate_size;                        /* bytes */
    uint32_t snaplen, buffer;
    bool immediate;
} live_request;

/* Options of a dataset: files by partition, a manifest of them. */
typedef struct dataset_request {
    partition keys; /* none: no dataset */
    bool resume;
    unsigned jobs; /* captures at a time */
} dataset_request;

/* The request of the command line, and the state of its execution. */
typedef struct extraction {
    query_request request;               /* rows of what, with which backend */
    void *context;                       /* of the loaded backend */
    bool mapped;                         /* it reads plain files by a mapping */
    bool confined;                       /* as a worker of `bench` */
    const pkt_encoder *encoder;          /* NULL: no output */
    pkt_features *features;              /* NULL: one row per packet */
    const char *path;                    /* of the output */
    const char *label;                   /* NULL: none */
    struct packet_labels *packet_labels; /* of the request's labels; NULL: none */
    bool folder;                         /* it is a folder: one file for each capture */
    pkt_paths paths;                     /* owned: */
    char *const *captures;               /* those of `paths` */
    size_t capture_count;
    bool keep_going; /* after a capture that cannot be read */
    failures *bad;   /* such captures, with `keep_going` */
    unsigned threads;
    pkt_pool *pool;     /* of so many threads, while captures are read; NULL: none */
    const char *filter; /* NULL: all packets */
    bool strict, join;
    bool follow; /* the capture grows */
    live_request live;
    dataset_request dataset;
    pkt_batch *batch; /* scratch space */
} extraction;

/* Warnings are printed. */
extern const pkt_warnings printed_warnings;

/* Functions that return bool print an error message and return false if an option is wrong. */

/* Fill *x from the command line. */
bool request_read(extraction *x, const arguments *arguments);

/* The part of the path after the last slash. */
const char *base_name(const char *path);
/* Choose x->encoder by --format, or by the name x->path, which must not say another format of ours.
 */
bool format_get(const arguments *arguments, extraction *x);
/* Is x->path, if it is a file, no name of a format that is not written? */
bool ending_valid(const extraction *x, const arguments *arguments);
/* Print why the library refuses the request. Returns false. */
bool request_refused(const query_request *request, const pkt_err *err);

/* The label of each capture. It must outlive the writer. NULL if memory is exhausted. */
const char **labels_open(const extraction *x);
void labels_close(const extraction *x, const char **labels);

/* The labels of the request, for the rows of a writer; those of x->features, if there are any, are
 * connected. */
typedef struct packet_labels packet_labels;
/* Open the file, and read the capture once if its streams have labels. NULL: a message was printed.
 */
packet_labels *packet_labels_open(const extraction *x);
/* For pkt_writer_labels(). */
int packet_labels_next(void *self, const pkt_batch *batch, size_t row, uint64_t number,
                       const char **label, pkt_err *err);
/* Did the file end the rows? Its error, which names it, is then what writing them failed with. */
bool packet_labels_failed(const packet_labels *labels);
/* Say how many packets have no label, and how many streams had several. */
void packet_labels_report(packet_labels *labels);
void packet_labels_close(packet_labels *labels);

/* End of the message "N rows before it were written" after an error. */
const char *progress_text(const extraction *x);
/* Run the backend over one capture and print warnings about its flows. `name`: of the capture, for
 * messages. `job`: with several threads; NULL: with this one. Returns like pkt_run(). */
int capture_rows(const extraction *x, const char *name, const pkt_capture *opened,
                 pkt_parallel_job *job, const pkt_sink *sink, uint64_t *rows, pkt_err *err);
/* How a capture, or those that are joined, ended. */
typedef enum capture_status {
    CAPTURE_READ,   /* a warning at most */
    CAPTURE_PARTLY, /* an error behind rows that stand */
    CAPTURE_BAD,    /* no row stands for sure */
    OUTPUT_FAILED   /* *err is the writer's, not yet printed */
} capture_status;

/* x->captures[first] to before x->captures[end]. */
typedef struct capture_span {
    size_t first, end;
} capture_span;

/* Where rows are written: to a file, or to files by partition. Both NULL: nowhere. */
typedef struct row_output {
    pkt_writer *writer;
    split *parts;
} row_output;

/* How captures ended. */
typedef struct captures_end {
    bool kept; /* false: the output must be removed: no capture gave rows that stand, or writing
                * failed */
    /* Of the capture that was read last, printed already: of a bad one, or, PKT_ERR_TRUNCATED, of
     * one that is cut, which is no error but with x->strict. Code PKT_ERR_NONE: none. */
    pkt_err fault;
} captures_end;

/* Push the rows of the captures, in order. The output gets to know the start of each capture, and
 * is completed. Returns the exit status as far as captures decide it. *err: the error of the
 * writer, not yet printed; or code PKT_ERR_NONE. */
int captures_run(const extraction *x, capture_span span, const char *const *labels,
                 const pkt_sink *sink, const row_output *out, captures_end *end, pkt_err *err);

/* With x->folder, the file for the rows of x->captures[index]; the caller frees it. NULL without
 * memory. */
char *output_path(const extraction *x, size_t index);
/* Write the rows of all captures to the output file, or files. Returns the exit status. */
int output_run(extraction *x);

/* Read and check the options of a dataset; the others were read. */
bool dataset_request_read(extraction *x, const arguments *arguments);
/* The options that decide which bytes the rows of a capture become. */
json_t *dataset_options(const extraction *x);
/* The capture's name in the dataset; the caller frees it. NULL without memory. */
char *dataset_name(const extraction *x, size_t index);
/* Write the rows of all captures to the dataset. Returns the exit status. */
int dataset_run(const extraction *x, const char *const *labels);

/* True with -i or --follow. */
bool is_live(const extraction *x);
/* Without -i: give up the rights of the process, and if `bench` runs it, confine it. With -i: check
 * -Z, and that no code is loaded with rights that the program's file gave. Call it first. */
bool rights_option(const arguments *arguments, live_request *live, bool *confined);
/* Give up the rights of the process when the interface is open, and refuse system calls that no
 * parser needs. 0, or -1 and *err. */
int live_rights_drop(const extraction *x, pkt_err *err);
/* Read the options of a live capture into x->live. */
bool live_request_read(extraction *x, const arguments *arguments, const pkt_query *query);
/* Write rows until the limit of packets or time, or a signal. Returns the exit status. */
int live_run(const extraction *x);

#endif
