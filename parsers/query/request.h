/* A query whose texts were read and checked. */
#ifndef PKT_QUERY_REQUEST_H
#define PKT_QUERY_REQUEST_H

#include <stdbool.h>

#include "parsers/features/features.h"
#include "parsers/labels/labels.h"
#include "parsers/util/parse.h"
#include "pktbench.h"

/* What messages call the members of a query. */
typedef struct query_words {
    const char *dashes;      /* in front of a name: "--", "" */
    const char *reset_every; /* "reset-every" */
    const char *label_by;    /* "label-by" */
    const char *filter;      /* "-f" */
    const char *interface;   /* "-i" */
    const char *levels;      /* what follows an unknown level: where to look */
} query_words;

typedef struct query_request {
    const query_words *words;
    const pkt_backend *backend;
    pkt_level level;
    pkt_column_set columns; /* of the run: those of the level, and what is named beyond them */
    pkt_column_set known;   /* that may be named */
    pkt_fields fields;
    pkt_features_request features; /* set NULL: one row per packet */
    pkt_flow_choice flows;
    const char *labels;   /* the query's: file with the label of each packet; NULL: none */
    bool label_by_stream; /* packets of a stream have one label */
    bool inner;           /* with the columns of tunnels; features are of these headers */
    char before[256];     /* what the message of an error begins with */
} query_request;

/* Loads nothing but the backend's shared object. 0, or -1 and *err, as all of these. */
int pkt_query_request_make(query_request *request, const pkt_query *query, pkt_err *err);

/* The parts of it, in this order, of a request that is zeroed, with its words. If one fails, the
 * message is request->before and err->msg. */
int pkt_query_backend_find(query_request *request, const pkt_query *query, pkt_err *err);
/* The level, and with query->inner the columns of tunnels. */
int pkt_query_level_find(query_request *request, const pkt_query *query, pkt_err *err);
int pkt_query_features_find(query_request *request, const pkt_query *query, pkt_err *err);
/* *offered: all that query->columns may name. */
int pkt_query_fields_find(query_request *request, const pkt_query *query, pkt_fields *offered,
                          pkt_err *err);
int pkt_query_join_check(const query_request *request, const pkt_query *query, pkt_err *err);
int pkt_query_label_check(const query_request *request, const pkt_query *query, pkt_err *err);
/* labels and label_by, after the fields, and columns that they need. */
int pkt_query_labels_find(query_request *request, const pkt_query *query, pkt_err *err);
/* Does the backend capture live? */
int pkt_query_live_check(const query_request *request, pkt_err *err);

/* The captures that were found, and with what they are read. */
typedef struct query_captures {
    char *const *paths;
    size_t count;
    bool join;
    void *context; /* of the backend */
    pkt_batch *batch;
} query_captures;

/* Open the labels of a request that has some; the captures are read once if their streams have
 * labels. NULL and *err, as pkt_query_labels_error() makes it. */
pkt_labels *pkt_query_labels_open(const query_request *request, const query_captures *captures,
                                  pkt_err *err);
/* Name the option in an error of pkt_labels_find(). Its code is not that of a damaged capture. */
void pkt_query_labels_error(const query_request *request, pkt_err *err);

/* Is the feature ("live", "follow") of the backend tested? */
bool pkt_query_backend_is_tested(const pkt_backend *backend, const char *feature);
/* Do rows have numbers of streams, which depend on all packets before? */
bool pkt_query_is_numbered(const query_request *request);

/* Defaults of a live capture, bytes. */
enum { PKT_LIVE_SNAPLEN = 65535, PKT_LIVE_BUFFER = 32000000 };
/* Longest wait for packets; a request to stop that came just before the wait is noticed after it.
 */
enum { PKT_LIVE_POLL_MS = 100 };
/* If no packet is available, all packets received before this time have been delivered. */
#define PKT_LIVE_DELIVERY_NS INT64_C(100000000)

/* The context of a backend, which is loaded once a process. A backend with a context serves one
 * reader at a time: PKT_ERR_USAGE while another one has it. 0, or -1 and *err. */
int pkt_query_backend_take(const pkt_backend *backend, void **context, pkt_err *err);
void pkt_query_backend_give_back(const pkt_backend *backend);

#endif
