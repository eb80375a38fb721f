/* What the backends raw and raw-mapped share. */
#ifndef PKT_BACKEND_RAW_H
#define PKT_BACKEND_RAW_H

#include "parsers/source/source.h"
#include "pktbench.h"

extern const pkt_backend pkt_backend_raw;

/* As pkt_backend.open(), over a source that is taken over, also on failure; NULL: one is opened. */
int pkt_raw_open(void **state, const pkt_capture *capture, const pkt_request *request,
                 pkt_source *source, pkt_err *err);
int pkt_raw_next(void *state, pkt_batch *batch, pkt_err *err);
void pkt_raw_close(void *state);

#endif
