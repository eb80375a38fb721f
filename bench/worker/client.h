/* The harness side of a worker process. */
#ifndef PKT_CLIENT_H
#define PKT_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/worker/status.h"

#define REASON_BYTES 512
/* Version of the requests and answers. Another build of pktbench must speak the same one. */
#define WORKER_PROTOCOL 2

typedef struct client {
    pid_t pid;     /* 0: no process */
    int socket;    /* requests and answers; -1: closed */
    int messages;  /* unlinked file for the worker's standard error; -1: closed */
    bool external; /* its answers must fit results/protocol.json */
    char *buffer;  /* bytes of the answer so far */
    size_t filled, room;
    char not_started[REASON_BYTES / 2]; /* the reason if it cannot be executed */
    run_status status;                  /* STATUS_OK until a request fails */
    char reason[REASON_BYTES];
} client;

/* A client before client_open(): client_close() has no effect. */
#define CLIENT_CLOSED ((client){.socket = -1, .messages = -1})

/* A backend: a registry name, a shared object, or a command. */
typedef struct backend_id {
    const char *name;
    const char *plugin;  /* path of the shared object; NULL: the backend is in the registry */
    const char *driver;  /* path of an external program's driver; NULL: `pktbench worker` runs it */
    const char *program; /* path of another build of pktbench that runs it; NULL: this build */
    char **command;      /* words of an external program's command; NULL: none */
} backend_id;

/* Is it an external program, which speaks the protocol of doc/external-parsers.md? */
static inline bool backend_is_external(const backend_id *id)
{
    return id->driver || id->command;
}

/* Time limit for the description of a backend, in seconds. */
#define DESCRIBE_SECONDS 30.0

/* Start a worker. false: client->status and reason are set, and the client is closed. */
bool client_open(client *client, const backend_id *id);
/* As client_open(), and load the backend within `seconds`. *load_ns takes the load time in
 * nanoseconds, of its answer or by this process's clock; it may be NULL. */
bool client_open_loaded(client *client, const backend_id *id, double seconds, uint64_t *load_ns);
/* Send `request` (its reference is taken over) and wait at most `seconds` for the answer. Returns a
 * new reference, or NULL with client->status and reason set. After a crash or a timeout the process
 * has ended. */
json_t *client_ask(client *client, json_t *request, double seconds);
/* Peak resident memory of the worker so far, in bytes; 0: unknown. */
uint64_t client_peak_rss(const client *client);
/* Stop the worker: it exits at the end of its input, or is killed. Status and reason stay valid. No
 * effect on a closed client. */
void client_close(client *client);

#endif
