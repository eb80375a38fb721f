/* A program that this process has started, and waits for: its end, its messages, its memory.
 *
 * It is in a process group whose leader adopts what it leaves (pkt_group_fork_adopted()). Its
 * standard error is a pipe of which the end is kept. It cannot write files without end. */
#ifndef PKT_CHILD_H
#define PKT_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "parsers/process/tail.h"

/* A regular file that it writes can have so many bytes. */
#define PKT_CHILD_FILE_BYTES (UINT64_C(1) << 30)

typedef struct pkt_child {
    pid_t pid;     /* 0: there is none */
    pid_t leader;  /* of its group: its parent, which ends after it */
    int end;       /* descriptor that is readable when both have ended; -1: the kernel has none */
    int messages;  /* read end of its standard error; -1: closed */
    pkt_tail tail; /* of its standard error */
    /* Of the resident memory of it and all that it has started, in bytes; 0: none. */
    uint64_t memory_limit;
    double looked_s; /* when its memory was looked at, on the monotonic clock */
} pkt_child;

#define PKT_CHILD_NONE ((pkt_child){.end = -1, .messages = -1})

typedef enum pkt_child_event {
    PKT_CHILD_READY, /* the descriptor can be read */
    PKT_CHILD_ENDED,
    PKT_CHILD_LATE,  /* the deadline has passed */
    PKT_CHILD_MEMORY /* it has more memory than its limit */
} pkt_child_event;

/* fork(). Returns the child's pid; 0 in the child, whose standard error and limits are set; or -1
 * and errno, then there is nothing to free. memory_limit: as in pkt_child. */
pid_t pkt_child_start(pkt_child *child, uint64_t memory_limit);
/* Wait until `fd` can be read (-1: only for the others), the child ends, has too much memory, or
 * the deadline passes, in seconds on the monotonic clock. Its messages are read meanwhile. */
pkt_child_event pkt_child_wait(pkt_child *child, int fd, double deadline);
/* Is nothing running that it has started and left, as a daemon does? */
bool pkt_child_is_whole(const pkt_child *child);
/* End it and its group, now, and read what it has written last. *status and *usage are as those of
 * wait4(); `usage` may be NULL. The tail stays until pkt_child_free(). */
void pkt_child_end(pkt_child *child, int *status, struct rusage *usage);
/* Close and free everything. The child must have ended. */
void pkt_child_free(pkt_child *child);

/* Have a function called several times a second while pkt_child_wait() waits. NULL: none. */
void pkt_child_on_wait(void (*tick)(void *self), void *self);

#endif
