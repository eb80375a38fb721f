/* A process that makes trials for this one. It has the rights that this needs, the packet sockets
 * of a network that nobody else sees, and does nothing else. It is started before this process
 * gives up its own rights, and before anything is loaded or opened. */
#ifndef PKT_LIVE_SERVER_H
#define PKT_LIVE_SERVER_H

#include <limits.h>
#include <sys/types.h>

#include "bench/live/trial.h"

enum { LIVE_NAME = 40 };

/* What is asked of it: plain data. */
typedef struct live_request {
    char path[PATH_MAX];      /* of the capture whose packets are sent */
    char backend[LIVE_NAME];  /* a built-in one */
    char encoder[LIVE_NAME];  /* "": rows are counted */
    char features[LIVE_NAME]; /* "": none */
    pkt_features_by by;
    pkt_level level;
    pkt_flow_choice flows;
    uint32_t snaplen, buffer;
    live_plan plan;
    bool compare; /* the rows with those of the capture's first plan.most packets */
} live_request;

typedef struct live_server {
    pid_t pid; /* 0: it is not running */
    int line;  /* a socket to it */
} live_server;

/* Start it. 0, or -1 and *err, which says what to do; then there is nothing to stop. */
int live_server_start(live_server *server, pkt_err *err);
/* Have it make a trial. 0, or -1 and *err. */
int live_server_try(live_server *server, const live_request *request, live_trial *trial,
                    pkt_err *err);
/* No effect if it is not running. */
void live_server_stop(live_server *server);

#endif
