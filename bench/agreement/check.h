/* The agreement pass: every backend's rows of a slice against an independent decoder's. */
#ifndef PKT_CHECK_H
#define PKT_CHECK_H

#include "bench/agreement/agreement.h"
#include "bench/input/suite.h"
#include "bench/worker/selection.h"

/* One (backend, slice, level) of a run. */
typedef struct check {
    run_status status;
    char reason[REASON_BYTES];
    agreement agreement; /* agreement.reference is NULL if nothing was compared */
    uint64_t rows;
    char checksum[17];         /* what every timed run must tell again; "" without a verified run */
    char columns_checksum[17]; /* of a program of its own: of runs that build the columns too */
} check;

/* What a slice is compared with. */
typedef struct checker {
    const suite *suite; /* whose notices are told of references that cannot serve */
    suite_slice *slice;
    const selection *selection;
    double seconds;         /* that a run may take */
    bool wanted;            /* the user named the reference */
    reference main, other;  /* `other` has another decoder; its name is NULL if there is none */
    const rowset *verdicts; /* raw's, or the truth's; in `main`, `other` or `own` */
    rowset own;
} checker;

/* Fetch the references: the truth of a generated slice; else the backend `wanted`, else wireshark.
 * The slice's well-formed packets are counted. 0; or -1 and *err with nothing to close. */
int checker_open(checker *k, const suite *suite, suite_slice *slice, const selection *selection,
                 const char *wanted, double seconds, pkt_err *err);
/* Compare the backend's rows of the level. *out says what became of it. */
void checker_run(checker *k, const backend *backend, pkt_level level, check *out);
void checker_close(checker *k);

/* A request about a run over the slice; a new reference. */
json_t *run_request(const char *what, const suite_slice *slice, pkt_level level);

#endif
