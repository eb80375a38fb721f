/* Status of a run. */
#ifndef PKT_STATUS_H
#define PKT_STATUS_H

/* Status of a (backend, slice, level). */
typedef enum run_status {
    STATUS_OK,
    STATUS_DIFFERS,    /* same rows, at most 1 % of the cells differ */
    STATUS_DISAGREES,  /* rows lost or invented, or more than 1 % of the cells differ */
    STATUS_UNCHECKED,  /* no independent decoder was available */
    STATUS_UNFAITHFUL, /* a timed run did not do the work of the verified one: see doc/method.md; or
                        * it has changed the slice, which all backends read */
    STATUS_FAILED,
    STATUS_CRASHED,
    STATUS_TIMED_OUT,
    STATUS_UNAVAILABLE,
    STATUS_NOT_OFFERED,
    STATUS_COUNT
} run_status;

/* "ok", "timed-out", ...; static storage. `status` is below STATUS_COUNT. */
const char *status_name(run_status status);
/* Find a status by name. 0, or -1. */
int status_find(const char *name, run_status *status);

#endif
