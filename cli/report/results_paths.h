/* Results files that a command line names, one by one or by their folder. */
#ifndef PKT_RESULTS_PATHS_H
#define PKT_RESULTS_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "parsers/util/error.h"

typedef struct results_paths {
    char **at;   /* owned */
    bool *found; /* in a folder, not named; owned */
    size_t count, room;
} results_paths;

/* The files that are named, and of a folder those whose name ends in .json and does not begin with
 * a dot, by name. 0; or -1 and *err, which names the operand: a folder without such files, or one
 * that cannot be read. results_paths_close() in both cases. */
int results_paths_find(results_paths *paths, char *const *operands, size_t count, pkt_err *err);
void results_paths_close(results_paths *paths);

#endif
