/* A thread that writes into a pipe, which its user opens as a file. */
#ifndef PKT_PUMP_H
#define PKT_PUMP_H

#include <pthread.h>
#include <stdbool.h>

#include "pktbench.h"

typedef struct pkt_pump {
    char path[32];                /* names the reading end: open it in this process */
    int out, in;                  /* reading and writing end; -1: not open */
    const struct pkt_pump *outer; /* its thread is this pump's reader; NULL: another reader */
    void (*produce)(void *self);
    void *self;
    struct pkt_pump *next; /* in the list of open pumps */
    pthread_t thread;
    bool running;
} pkt_pump;

/* A pump without a pipe: there is no reader yet. */
pkt_pump pkt_pump_of(const pkt_pump *outer);
/* Make the pipe. *pump must not move from here to pkt_pump_stop(). A forked child does not keep the
 * writing end open. 0, or -1 and *err. */
int pkt_pump_open(pkt_pump *pump, pkt_err *err);
/* Start the thread of an open pump: it calls produce(self), then closes the writing end. 0, or -1
 * and *err. */
int pkt_pump_start(pkt_pump *pump, void (*produce)(void *self), void *self, pkt_err *err);
/* Close the pipe, and wait for the thread; pkt_pump_of() is enough before it. The user has closed
 * the file that it opened, so that the thread has no reader left: its writes fail, and
 * pkt_pump_wait() returns. */
void pkt_pump_stop(pkt_pump *pump);

/* For the thread: write all bytes. 0; -1: there is no reader any more. */
int pkt_pump_write(const pkt_pump *pump, const void *bytes, size_t size);
/* For the thread, before it reads `fd`: wait until there is something to read, or the end. false:
 * the reader, or that of the outer pump, has closed its end, and nothing more is needed. NULL: no
 * pump. */
bool pkt_pump_wait(const pkt_pump *pump, int fd);
/* Are the reader and that of the outer pump still there? */
bool pkt_pump_is_read(const pkt_pump *pump);

/* Write all bytes, whatever the size of a single write(). 0; -1 and errno. */
int pkt_write_all(int fd, const void *bytes, size_t size);

#endif
