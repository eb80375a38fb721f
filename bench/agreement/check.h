/* The agreement pass: compare the rows of every backend with those of an independent decoder. */
#ifndef PKT_CHECK_H
#define PKT_CHECK_H

#include <sys/stat.h>

#include "bench/agreement/agreement.h"
#include "bench/input/suite.h"
#include "bench/worker/selection.h"

/* Result for one (backend, slice, level). */
typedef struct check {
    run_status status;
    char reason[REASON_BYTES];
    agreement agreement; /* agreement.reference is NULL if nothing was compared */
    uint64_t rows;
    char checksum[17]; /* every timed run must return the same one; "": no run was verified */
    char columns_checksum[17];         /* external programs: of runs that also build the columns */
    pkt_column_set columns;            /* of which `digest` is known */
    uint64_t digest[PKT_COLUMN_COUNT]; /* of the verified run, as in pkt_digest_sink */
} check;

/* The reference rows of a slice. */
typedef struct checker {
    const suite *suite; /* its notices report references that cannot be used */
    suite_slice *slice;
    const selection *selection;
    double seconds;         /* time limit of a run */
    bool wanted;            /* the user named the reference */
    difference *firsts;     /* PKT_COLUMN_COUNT of them, see agreement; NULL: not wanted */
    reference main, other;  /* `other`: of another decoder; its name is NULL if there is none */
    const rowset *verdicts; /* of raw or of the truth; points to `main`, `other` or `own` */
    rowset own;
    struct stat file;       /* of the slice, before the first run */
    const char *changed_by; /* backend that has changed it; NULL: none */
} checker;

/* Read the reference rows: of backend `wanted` if it is not NULL, else the truth of a generated
 * slice, else of wireshark. Set slice->well_formed_packets. 0, or -1 and *err; then there is
 * nothing to close. */
int checker_open(checker *k, const suite *suite, suite_slice *slice, const selection *selection,
                 const char *wanted, double seconds, pkt_err *err);
/* Run the backend at the level and compare its rows. *out takes the result, also on failure. */
void checker_run(checker *k, const backend *c, pkt_level level, check *out);
/* 0, or -1 and *err if a backend has changed the slice, which all backends read. `err` may be NULL.
 */
int checker_close(checker *k, pkt_err *err);

/* Worker request `what` for the slice and level. Returns a new JSON reference. */
json_t *run_request(const char *what, const suite_slice *slice, pkt_level level);

#endif
