/* The backends that take part in a run, as their own workers describe them. */
#ifndef PKT_SELECTION_H
#define PKT_SELECTION_H

#include "bench/worker/client.h"
#include "cli/command.h"

/* Backends in one run, at most. */
#define SELECTION_MAX 64

typedef struct backend {
    backend_id id;       /* owned strings */
    json_t *description; /* as describe_backend() gives it; for one that is unavailable: name and
                          * summary only */
    json_t *tool;        /* name, version and revision of the program that runs it; may be NULL */
    const char *name;    /* in description */
    const char *decoder; /* in description; NULL if unavailable */
    bool chosen;         /* takes part; the others may still serve as references */
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

/* What selection_request_of() reads. */
#define SELECTION_OPTIONS                                                                          \
    {"backends", "BACKEND,...",                                                                    \
     "Backends to run. `all` includes the opt-in backends: libtins, libtrace and the external "    \
     "programs. Default: the others."},                                                            \
        {"levels", "LEVEL,...", "Levels to run: frames, headers, flows, dissect. Default: all."},  \
    {                                                                                              \
        "plugin", "FILE,...",                                                                      \
            "Shared objects with further backends (plug-ins), which always take part."             \
    }

/* Lists with commas; NULL: not given. */
typedef struct selection_request {
    const char *backends; /* names that take part, or "all"; NULL: those that need no request */
    const char *plugins;  /* paths of shared objects; they always take part */
    const char *levels;   /* NULL: all */
    const char *baseline; /* another build of this program, or a shared object; NULL: none */
} selection_request;

/* The word for every backend that there is. */
#define EVERY_BACKEND "all"

/* The options --backends, --plugin and --levels of a command that has them all; --baseline if it
 * has that. */
selection_request selection_request_of(const arguments *arguments);
/* The registry, without what must be asked for and was not, and the plug-ins are described.
 * false: a message was printed. */
bool selection_open(selection *selection, const selection_request *request);
/* By name; NULL if there is none. */
backend *selection_find(const selection *selection, const char *name);
/* Does it take part, offer the level, and was the level asked for? */
bool selection_runs(const selection *selection, const backend *backend, pkt_level level);
void selection_close(selection *selection);

/* Seconds that a worker may take to describe itself. */
#define DESCRIBE_SECONDS 30.0

#endif
