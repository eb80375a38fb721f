/* The harness side of a worker process. */
#ifndef PKT_CLIENT_H
#define PKT_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bench/worker/status.h"
#include "parsers/process/child.h"

#define REASON_BYTES 512
/* Version of the requests and answers. Another build of pktbench must speak the same one. */
#define WORKER_PROTOCOL 3
/* What a worker writes last, when its backend is unloaded, if its answer to "load" has the key
 * WORKER_SAYS_END: an older build does not. */
#define WORKER_END "{\"unloaded\":true}\n"
#define WORKER_SAYS_END "says_end"

typedef struct client {
    pkt_child process; /* its pid is 0 if there is none */
    bool external;     /* its answers must fit results/protocol.json */
    bool says_end;     /* it writes WORKER_END last */
    int socket;        /* requests and answers; -1: closed */
    double limit_s;    /* time limit of the last request, in seconds */
    double end_s;      /* as in backend_id */
    char *buffer;      /* bytes of the answer so far */
    size_t filled, room;
    char not_started[REASON_BYTES / 2]; /* the reason if it cannot be executed */
    run_status status;                  /* STATUS_OK until a request fails */
    char reason[REASON_BYTES];
} client;

/* A client before client_open(): client_close() has no effect. */
#define CLIENT_CLOSED ((struct client){.socket = -1, .process = PKT_CHILD_NONE})

/* A backend: a registry name, a shared object, or a command. */
typedef struct backend_id {
    const char *name;
    const char *plugin;  /* path of the shared object; NULL: the backend is in the registry */
    const char *driver;  /* path of an external program's driver; NULL: `pktbench worker` runs it */
    const char *program; /* path of another build of pktbench that runs it; NULL: this build */
    char **command;      /* words of an external program's command; NULL: none */
    double end_s;        /* seconds that its process may take to end, if less than 10; 0: 10 */
} backend_id;

/* Is it an external program, which speaks the protocol of doc/external-parsers.md? */
static inline bool backend_is_external(const backend_id *id)
{
    return id->driver || id->command;
}

/* Can it run code that is not of this build? */
static inline bool backend_is_foreign(const backend_id *id)
{
    return backend_is_external(id) || id->plugin || id->program;
}

/* The reason for a process that runs beside the worker or driver. */
#define CLIENT_LEFT(whom) "a process that it has started runs beside the " whom

/* Time limit for the description of a backend, in seconds. */
#define DESCRIBE_SECONDS 30.0

/* Start a worker, in a process group of its own (parsers/process/group.h). false: client->status
 * and reason are set, and the client is closed. */
bool client_open(client *client, const backend_id *id);
/* As client_open(), and load the backend within `seconds`. *load_ns takes the load time in
 * nanoseconds, of its answer or by this process's clock; it may be NULL. */
bool client_open_loaded(client *client, const backend_id *id, double seconds, uint64_t *load_ns);
/* Send `request` (its reference is taken over) and wait at most `seconds` for the answer. Returns a
 * new reference, or NULL with client->status and reason set. After a crash, a timeout, or if it
 * took too much memory, the process and its group have ended. */
json_t *client_ask(client *client, json_t *request, double seconds);
/* Peak resident memory of the worker so far, in bytes; 0: unknown. */
uint64_t client_peak_rss(const client *client);
/* Is nothing running that the worker has started and left, as a daemon does? Otherwise all of it is
 * killed, and status and reason are set. */
bool client_is_whole(client *client);
/* As client_close(), after timed runs. false also if the worker was not whole. */
bool client_close_whole(client *client);
/* Stop the worker: it exits at the end of its input, or is killed, and its group with it. false: it
 * crashed or hung then; status and reason are set if nothing had failed before. Status and reason
 * stay valid. No effect on a closed client: true. */
bool client_close(client *client);

#endif
