/* Load a results file: its bytes and its parsed JSON. */
#ifndef PKT_LOAD_H
#define PKT_LOAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "pktbench.h"

/* The version of results/schema.json that can be read. */
#define REPORT_SCHEMA_VERSION 2

typedef struct results_file {
    const char *name; /* without folders; points into the path */
    char *bytes;
    size_t size;
    json_t *json;
} results_file;

enum { LOAD_WORDS = 384 };

/* Do the results fit results/schema.json, which bounds every number, text and list? What reads
 * results relies on it. On error false: `why` has the place, what is wrong and what to do. */
bool results_check(const json_t *results, char why[LOAD_WORDS]);
/* Load and check a file. `path` must outlive it. On error false: `why` has the error and what to
 * do; nothing to close. */
bool results_load(results_file *file, const char *path, char why[LOAD_WORDS]);
void results_close(results_file *file);
/* Load and check several. *loaded counts those that are to be closed, also after an error. 0, or -1
 * and *err, with the path. */
int results_load_all(results_file *files, char *const *paths, size_t count, size_t *loaded,
                     pkt_err *err);
/* Number of timed runs: see is_timed(). */
size_t results_timed(const json_t *results);
/* The first reason of a run that is not timed; "" if there is none. */
const char *results_first_reason(const json_t *results);
/* Were both measured on the same machine? Compares processor, hypervisor and kernel. */
bool results_same_machine(const json_t *one, const json_t *other);

#endif
