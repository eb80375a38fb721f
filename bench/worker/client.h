/* The harness's end of a worker process. */
#ifndef PKT_CLIENT_H
#define PKT_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/worker/status.h"

#define REASON_BYTES 512

typedef struct client {
    pid_t pid;    /* 0: there is no process (any more) */
    int socket;   /* both ways; -1: closed */
    int messages; /* unlinked file that takes the worker's standard error; -1: closed */
    char *buffer; /* bytes of the answer so far */
    size_t filled, room;
    run_status status; /* STATUS_OK until a request fails */
    char reason[REASON_BYTES];
} client;

/* Which backend: by registry name, or `plugin`, the path of a shared object. */
typedef struct backend_id {
    const char *name;
    const char *plugin; /* NULL: in the registry */
    const char *driver; /* path of the program that drives it; NULL: it runs in `pktbench worker` */
    const char *program; /* path of another build of pktbench that runs it; NULL: this one does */
} backend_id;

/* Seconds that a worker may take to describe itself. */
#define DESCRIBE_SECONDS 30.0

/* Start a worker. false: client->status and reason say why, and the client is closed. */
bool client_open(client *client, const backend_id *id);
/* Start a worker and let it load its backend, which may take so many seconds; as client_open().
 * *load_ns takes how long it took, and may be NULL. */
bool client_open_loaded(client *client, const backend_id *id, double seconds, uint64_t *load_ns);
/* Send `request` (whose reference is taken) and wait for the answer, at most `seconds`. The answer
 * is a new reference. NULL: client->status and reason say why; after a crash or a timeout the
 * process is gone. */
json_t *client_ask(client *client, json_t *request, double seconds);
/* End the worker; an idle one leaves by itself. Status and reason stay. A client that is closed
 * already stays as it is. */
void client_close(client *client);

#endif
