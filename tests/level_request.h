/* A request for all columns of a level. */
#ifndef PKT_TESTS_LEVEL_REQUEST_H
#define PKT_TESTS_LEVEL_REQUEST_H

#include "pktbench.h"

static inline pkt_request level_request(pkt_level level)
{
    pkt_request request = PKT_INIT(pkt_request);
    request.level = level;
    return request;
}

/* The columns that the backend fills at the level; none if it does not support the level. */
static inline pkt_column_set level_columns(const pkt_backend *backend, pkt_level level)
{
    const pkt_level_work *offer = pkt_backend_level(backend, level);
    return offer ? offer->columns : (pkt_column_set){{0}};
}

#endif
