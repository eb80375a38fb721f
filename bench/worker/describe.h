/* Backends and levels as words: what the worker tells, `list` shows and results keep. */
#ifndef PKT_DESCRIBE_H
#define PKT_DESCRIBE_H

#include <jansson.h>

#include "pktbench.h"

/* Level by its name: 0, or -1. */
int level_find(const char *name, pkt_level *level);
/* Column by its name: its number, or PKT_COLUMN_COUNT. */
size_t column_find(const char *name);
/* {name, summary, version, origin, license, decoder, fork_each_run,
 *  levels: {NAME: {work, columns[]}}, features: [{name, how}]}; a new reference. */
json_t *describe_backend(const pkt_backend *backend);
/* The error as one sentence, with its offset. */
void error_text(const pkt_err *err, char *words, size_t size);

#endif
