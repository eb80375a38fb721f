/* A results file: its bytes as they are, and what they say. */
#ifndef PKT_LOAD_H
#define PKT_LOAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The version of results/schema.json that is read. */
#define REPORT_SCHEMA_VERSION 2

typedef struct results_file {
    const char *name; /* without folders; points into the path */
    char *bytes;
    size_t size;
    json_t *json;
} results_file;

enum { LOAD_WORDS = 256 };

/* false, and in `why` what is wrong and what to do; nothing to close. `path` must outlive it. */
bool results_load(results_file *file, const char *path, char why[LOAD_WORDS]);
void results_close(results_file *file);
/* Runs whose time may be shown. */
size_t results_timed(const json_t *results);
/* The reason of the first run that has none, "" if there is none. */
const char *results_first_reason(const json_t *results);
/* Were both measured on the same machine? */
bool results_same_machine(const json_t *one, const json_t *other);

#endif
