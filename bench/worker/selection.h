/* The backends that take part in a run, as their own workers describe them. */
#ifndef PKT_SELECTION_H
#define PKT_SELECTION_H

#include "bench/worker/client.h"
#include "pktbench.h"

/* Backends in one run, at most. */
#define SELECTION_MAX 64

typedef struct backend {
    backend_id id;       /* owned strings */
    json_t *description; /* as describe_backend() gives it; for one that is unavailable: name and
                          * summary only */
    json_t *tool;        /* name, version and revision of the program that runs it; may be NULL */
    const char *name;    /* in description */
    const char *decoder; /* in description; NULL if unavailable */
    bool chosen;         /* takes part; the others may still be references */
    bool available;
    char reason[REASON_BYTES]; /* why it is not */
    pkt_column_set columns[PKT_LEVEL_COUNT];
    bool offers[PKT_LEVEL_COUNT];
} backend;

typedef struct selection {
    backend *backends[SELECTION_MAX];
    size_t count;
    bool levels[PKT_LEVEL_COUNT]; /* that were asked for */
    backend *old[SELECTION_MAX];  /* those of another build that they are compared with, by index */
    const char *baseline;         /* file of that build; NULL: none */
} selection;

/* Lists with commas; NULL: not given. */
typedef struct selection_request {
    const char *backends; /* names that take part, or "all"; NULL: those that need no request */
    const char *plugins;  /* paths of shared objects; they always take part */
    const char *levels;   /* NULL: all */
    const char *baseline; /* another build of this program, or a shared object; NULL: none */
} selection_request;

/* The word for every backend that there is. */
#define EVERY_BACKEND "all"

/* The registry, without what must be asked for and was not, and the plug-ins are described. 0, or
 * -1 and *err with nothing to close. */
int selection_open(selection *selection, const selection_request *request, pkt_err *err);
/* By name; NULL if there is none. */
backend *selection_find(const selection *selection, const char *name);
/* The backend of that name, which the others are to be compared with: it is there, and gives header
 * columns. NULL and *err otherwise. */
const backend *selection_reference(const selection *selection, const char *name, pkt_err *err);
/* Does it take part, offer the level, and was the level asked for? */
bool selection_runs(const selection *selection, const backend *backend, pkt_level level);
void selection_close(selection *selection);

#endif
