/* A suite and a selection that nothing was measured of. */
#ifndef PKT_FAKE_RUN_H
#define PKT_FAKE_RUN_H

#include "bench/timing/matrix.h"

typedef struct fake_run {
    suite suite; /* of one slice, "slice" */
    selection
        selection; /* read-all, raw, libpcap, the program dpkt; wireshark, which is not there */
    backend backends[5];
    backend old[5]; /* of another build, for fake_baseline() */
    schedule schedule;
} fake_run;

/* read-all offers frames; raw and libpcap frames and headers; dpkt headers. */
void fake_open(fake_run *run);
/* raw, at headers alone, has another build that it is compared with. */
void fake_baseline(fake_run *run);
void fake_close(fake_run *run);

#endif
