/* The slices of a run, and the scratch folder that their files lie in. */
#ifndef PKT_SUITE_H
#define PKT_SUITE_H

#include <stdbool.h>

#include "bench/input/scratch.h"
#include "parsers/util/notice.h"
#include "parsers/util/parse.h"
#include "pktbench.h"

/* Slices in one run, at most. */
#define SUITE_MAX 64

typedef struct suite_slice {
    char *name;      /* unique in the suite, without folder or suffix */
    char *path;      /* readable by every backend */
    char *truth;     /* CSV of the generator's own knowledge; NULL for captures */
    bool unverified; /* too large to be compared with anyone */
    pkt_format format;
    uint64_t bytes, packets, wire_bytes; /* wire_bytes: sum of the packets' original lengths */
    uint64_t end;                        /* offset behind the last whole record */
    uint64_t first; /* offset of the first packet record: what is before makes a capture
                     * without packets */
    char xxh3[17];  /* XXH3-64 of the file, hexadecimal */
    uint64_t well_formed_packets; /* set by the agreement pass */
    const char *part;     /* "whole", "start", "middle", "end" of the capture; NULL: generated */
    const char *scenario; /* NULL: of a capture */
    const struct suite_slice *whole; /* not NULL: this is only its first packets */
    char *empty;                     /* path of the same without packets; NULL unless `whole` */
    uint64_t seed;
    pkt_flow_choice flows; /* all 0: the default */
    /* Packets of the capture, before it was cut into slices, and those that the suite's filter
     * takes; both 0: there is no filter. */
    uint64_t unfiltered, filtered;
} suite_slice;

/* Zeroed, it is closed. */
typedef struct suite {
    suite_slice slices[SUITE_MAX];
    size_t count;
    const char *filter; /* that all slices have passed; NULL: none */
    scratch scratch;
    const pkt_notices *notices; /* the caller's; NULL: nobody takes them */
} suite;

/* Walk over the slice's records: set what of it is measured, but for the hash. What
 * pkt_source_next() gave at the end: 0, or -1 and *err, with the records before the fault counted.
 */
int suite_slice_measure(suite_slice *slice, pkt_err *err);
/* Measure the slice, whose other fields are set, and add it. Its texts are the suite's from now on,
 * also on failure; without a name or a path there was no memory for it. NULL and *err, also if it
 * has no packets; `shown` is what messages call it. */
suite_slice *suite_add(suite *suite, suite_slice *slice, const char *shown, pkt_err *err);
/* Free the texts of a slice that is not in a suite. */
void suite_slice_free(suite_slice *slice);
/* `base`, or base-2, base-3, ...: a name that no slice has yet. The caller frees it. NULL without
 * memory. */
char *suite_name(const suite *suite, const char *base);
/* Number streams so in all slices. */
void suite_flows(suite *suite, const pkt_flow_choice *flows);
/* The slice itself, or what it is the first packets of. */
const suite_slice *suite_whole(const suite_slice *slice);
/* Free all and remove the scratch folder. */
void suite_close(suite *suite);
/* A text as printf() makes it; the caller frees it. NULL without memory. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
char *
suite_text(const char *format, ...);

#endif
