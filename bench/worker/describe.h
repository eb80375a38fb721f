/* The JSON description of a backend, in the worker's answer, in `list` and in results. */
#ifndef PKT_DESCRIBE_H
#define PKT_DESCRIBE_H

#include <jansson.h>

#include "pktbench.h"

/* {name, summary, version, origin, license, decoder, fork_each_run,
 *  levels: {NAME: {work, columns[]}}, features: [{name, evidence}]}; a new JSON reference. */
json_t *describe_backend(const pkt_backend *backend);

#endif
