/* A query whose texts were read and checked. */
#ifndef PKT_QUERY_REQUEST_H
#define PKT_QUERY_REQUEST_H

#include "parsers/features/features.h"
#include "parsers/util/parse.h"
#include "pktbench.h"

typedef struct query_request {
    const pkt_backend *backend;
    pkt_level level;
    pkt_column_set columns; /* filled by the backend at this level */
    pkt_fields fields;
    pkt_features_request features; /* set NULL: one row per packet */
    pkt_flow_choice flows;
} query_request;

/* Loads nothing but the backend's shared object. 0, or -1 and *err. */
int pkt_query_request_make(query_request *request, const pkt_query *query, pkt_err *err);

/* The context of a backend, which is loaded once a process. A backend with a context serves one
 * reader at a time: PKT_ERR_USAGE while another one has it. 0, or -1 and *err. */
int pkt_query_backend_take(const pkt_backend *backend, void **context, pkt_err *err);
void pkt_query_backend_give_back(const pkt_backend *backend);

#endif
