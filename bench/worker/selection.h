/* The selection: backends and levels of a run, with the description that each worker returns. */
#ifndef PKT_SELECTION_H
#define PKT_SELECTION_H

#include "bench/external/command.h"
#include "bench/worker/client.h"
#include "pktbench.h"

/* Maximum number of backends in a run. */
#define SELECTION_MAX 64

typedef struct backend {
    backend_id id;        /* owned strings */
    json_t *description;  /* see describe_backend(); name and summary only if unavailable */
    json_t *tool;         /* name, version and revision of the program that runs it; may be NULL */
    const char *name;     /* in description */
    const char *decoder;  /* in description; NULL if unavailable */
    const char *language; /* of the registry; NULL: its description says, or it is not known */
    bool chosen;          /* selected; other backends may still be references */
    bool available;
    unsigned warm_up;          /* unranked runs of an external program in each process */
    bool parses_alone;         /* an external program that can run without building columns */
    char reason[REASON_BYTES]; /* why it is unavailable */
    client worker;             /* open until it has described itself */
    pkt_column_set columns[PKT_LEVEL_COUNT];
    bool offers[PKT_LEVEL_COUNT];
} backend;

typedef struct selection {
    backend *backends[SELECTION_MAX];
    size_t count;
    bool levels[PKT_LEVEL_COUNT]; /* requested levels */
    backend *old[SELECTION_MAX];  /* old[i]: baseline of backends[i]; NULL: none */
    const char *baseline;         /* path of the baseline; NULL: none */
    double end_s;                 /* of each backend_id */
} selection;

/* Comma-separated lists; NULL: not given. */
typedef struct selection_request {
    const char *backends; /* names, or "all"; NULL: all except opt-in backends */
    const char *also;     /* names of more; NULL: none */
    const char *plugins;  /* paths of shared objects; always selected */
    const char *levels;   /* NULL: all */
    const char *baseline; /* another build of this program, or a shared object; NULL: none */
    const external_list *externals; /* commands, always selected; NULL: none */
    double end_s;                   /* of each backend_id */
} selection_request;

/* The list that selects every backend. */
#define EVERY_BACKEND "all"

/* Describe and select the backends of the registry, the plug-ins and the commands. Opt-in backends
 * are left out unless they are listed. 0, or -1 and *err; then there is nothing to close. */
int selection_open(selection *selection, const selection_request *request, pkt_err *err);
/* Find a backend by name. NULL: not found. */
backend *selection_find(const selection *selection, const char *name);
/* Find the backend that is used as the reference. NULL and *err if it is unknown, unavailable, or
 * has no header columns. */
const backend *selection_reference(const selection *selection, const char *name, pkt_err *err);
/* True if the backend is selected, available and offers the level, and the level is requested. */
bool selection_runs(const selection *selection, const backend *backend, pkt_level level);
/* 0 if any backend runs at any level; else -1 and *err: why nothing does. */
int selection_check(const selection *selection, pkt_err *err);
void selection_close(selection *selection);

/* Make and describe a backend that is in no selection, by copies of the texts of `id`, which has no
 * command. It may be unavailable. NULL and *err if memory is exhausted. */
backend *backend_make(const backend_id *id, const char *summary, pkt_err *err);
/* NULL: no effect. */
void backend_free(backend *c);

#endif
