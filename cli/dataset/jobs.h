/* Work on a list of items in child processes, several at a time: what crashes in one is the end of
 * that item only. */
#ifndef PKT_JOBS_H
#define PKT_JOBS_H

#include <stdbool.h>
#include <stddef.h>

/* Children at a time, at most. */
enum { JOBS_MOST = 64 };

typedef struct jobs {
    size_t count;       /* items, worked on in their order */
    unsigned at_once;   /* children at a time, 1 to JOBS_MOST */
    size_t result_size; /* bytes of what a child leaves for this process */
    void *self;
    /* In a child, with standard error that goes to this process: do the item, fill the result,
     * which is zeroed. */
    void (*run)(void *self, size_t item, void *result);
    /* In this process: the child has ended. *result is zeroed if it has not come so far; `status`
     * is as that of wait4(). false: begin no other item. */
    bool (*ended)(void *self, size_t item, const void *result, int status);
} jobs;

/* Do all items. What a child writes to standard error is written to that of this process when it
 * has ended. Returns the number of items that were begun; *error: errno of what went wrong here, so
 * that not all were; 0: nothing. For processes with one thread. */
size_t jobs_run(const jobs *asked, int *error);

#endif
