/* The harness's end of a worker process. */
#ifndef PKT_CLIENT_H
#define PKT_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

/* What became of a (backend, slice, level). */
typedef enum run_status {
    STATUS_OK,
    STATUS_DIFFERS,   /* same rows, at most 1 % of the cells differ */
    STATUS_DISAGREES, /* rows lost or invented, or more cells */
    STATUS_UNCHECKED, /* no independent decoder was there */
    STATUS_FAILED,
    STATUS_CRASHED,
    STATUS_TIMED_OUT,
    STATUS_UNAVAILABLE,
    STATUS_NOT_OFFERED,
    STATUS_COUNT
} run_status;

const char *status_name(run_status status);
/* By its name: 0, or -1. */
int status_find(const char *name, run_status *status);

#define REASON_BYTES 512

typedef struct client {
    pid_t pid;    /* 0: there is no process (any more) */
    int socket;   /* both ways */
    int messages; /* unlinked file that takes the worker's standard error */
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

/* Start a worker. false: client->status and reason say why; nothing to close. */
bool client_open(client *client, const backend_id *id);
/* Send `request` (whose reference is taken) and wait for the answer, at most `seconds`. The answer
 * is a new reference. NULL: client->status and reason say why; after a crash or a timeout the
 * process is gone. */
json_t *client_ask(client *client, json_t *request, double seconds);
/* End the worker, kindly if it is idle. */
void client_close(client *client);

#endif
