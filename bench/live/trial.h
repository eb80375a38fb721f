/* One trial: packets are sent on the wire at a rate, a backend captures them, and both sides'
 * counts are put together. */
#ifndef PKT_LIVE_TRIAL_H
#define PKT_LIVE_TRIAL_H

#include "bench/live/receiver.h"
#include "bench/live/sender.h"
#include "bench/live/wire.h"

/* Processors of the sender and of the receiver, and whether they are two. */
typedef struct live_processors {
    int sender, receiver;
} live_processors;

/* The first two processors that this process may use; the same one twice if there is only one. */
live_processors live_processors_get(void);

typedef struct live_trial {
    double asked;          /* packets per second; 0: as fast as it goes */
    double seconds;        /* from the first packet to after the last */
    double late_s;         /* from the last packet sent to the last row; 0: it came before */
    uint64_t sent;         /* that the kernel took from the sender */
    uint64_t arrived;      /* by the counter of the near end */
    uint64_t got, dropped; /* by the counters of the socket: passed to the backend; lost */
    uint64_t rows;
    bool differs; /* rows of a comparison */
} live_trial;

/* Run the backend of the task over what the sender sends of the capture. The process has the wire's
 * near end. 0, or -1 and *err: the trial could not be made, or its counts contradict each other. */
int live_trial_run(const live_wire *wire, const live_task *task, const char *path,
                   const live_plan *plan, live_trial *trial, pkt_err *err);

/* Packets that were passed to the backend and are no rows. */
uint64_t live_trial_unread(const live_trial *trial);
/* Was no packet lost, and had the reader kept up when the sender ended? */
bool live_trial_passed(const live_trial *trial);
/* What was sent per second. */
double live_trial_rate(const live_trial *trial);

/* A reader that is this much behind when the sender ends cannot keep up: a part of the trial's
 * time, and seconds for the last block of the kernel's buffer. */
#define LIVE_LATE_PART 0.05
#define LIVE_LATE_S 0.05

#endif
