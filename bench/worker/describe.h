/* The JSON description of a backend, in the worker's answer, in `list` and in results. */
#ifndef PKT_DESCRIBE_H
#define PKT_DESCRIBE_H

#include <jansson.h>

#include "pktbench.h"

/* {name, summary, version, origin, license, decoder, fork_each_run,
 *  levels: {NAME: {work, columns[]}}, features: [{name, evidence}]}; a new JSON reference. */
json_t *describe_backend(const pkt_backend *backend);
/* The reason why a backend is unavailable, for results: without the folders of this machine that
 * were searched. `size`: bytes of `out`. */
void describe_reason(const char *reason, char *out, size_t size);

#endif
