/* The slices of a run, and the scratch folder of their files. */
#ifndef PKT_SUITE_H
#define PKT_SUITE_H

#include <stdbool.h>

#include "bench/input/scratch.h"
#include "parsers/util/notice.h"
#include "parsers/util/parse.h"
#include "pktbench.h"

/* Maximum number of slices in a run. */
#define SUITE_MAX 64
/* Slices are copies written by writes of this size, in bytes: see layout.h. */
#define LAYOUT_WRITE_BYTES ((size_t)1 << 20)

typedef struct suite_slice {
    char *name;      /* unique in the suite, without folder or suffix */
    char *path;      /* readable by every backend */
    char *truth;     /* CSV with the rows that the generator wrote; NULL: none, as for captures */
    bool unverified; /* too large: its rows are not compared */
    pkt_format format;
    uint64_t bytes, packets, wire_bytes; /* wire_bytes: sum of the packets' original lengths */
    uint64_t end;                        /* offset after the last complete record */
    uint64_t first; /* offset of the first packet record; the bytes before it are a valid
                     * capture without packets */
    char xxh3[17];  /* XXH3-64 of the file, hexadecimal */
    uint64_t well_formed_packets; /* set by the agreement pass */
    const char *part;     /* "whole", "start", "middle", "end" of the capture; NULL: generated */
    const char *scenario; /* NULL: not generated */
    size_t write_bytes; /* size of the writes that made the file; 0: unknown, a file of the user */
    bool as_is;         /* the user's own file where it lies, which nothing may change */
    const struct suite_slice *copy_of; /* not NULL: this is that slice again, in another file */
    bool cold;                         /* this copy is read only when it is out of the page cache */
    const struct suite_slice *whole;   /* not NULL: this slice has only its first packets */
    char *empty; /* path of the capture without packets; NULL unless `whole` is set */
    uint64_t seed;
    pkt_flow_choice flows; /* all 0: the default */
    /* Packets of the whole capture before slicing, and those that match the suite's filter; both 0:
     * no filter. */
    uint64_t unfiltered, filtered;
} suite_slice;

/* A zeroed suite is closed. */
typedef struct suite {
    suite_slice slices[SUITE_MAX];
    size_t count;
    const char *filter; /* applied to all slices; NULL: none */
    scratch scratch;
    const pkt_notices *notices; /* owned by the caller; NULL: notices are dropped */
} suite;

/* Read all records of the slice. Set format, bytes, packets, wire_bytes, first and end. Returns the
 * last result of pkt_source_next(): 0, or -1 and *err; the records before an error are counted. */
int suite_slice_measure(suite_slice *slice, pkt_err *err);
/* Measure and hash the slice, and add it; the caller sets its other fields. The suite takes its
 * strings, also on failure. A NULL name or path is reported as a lack of memory. `shown`: its name
 * in messages. NULL and *err on failure, also if the slice has no packets. */
suite_slice *suite_add(suite *suite, suite_slice *slice, const char *shown, pkt_err *err);
/* Free the strings of a slice that is not in a suite. */
void suite_slice_free(suite_slice *slice);
/* Free the slices from this number on. */
void suite_drop(suite *suite, size_t from);
/* A name that no slice has yet: `base`, or base-2, base-3, ... The caller frees it. NULL if memory
 * is exhausted. */
char *suite_name(const suite *suite, const char *base);
/* Set the flow options of all slices. */
void suite_flows(suite *suite, const pkt_flow_choice *flows);
/* Does the slice stand in tables of its own: neither a prefix, nor another layout, nor as is? */
bool suite_is_main(const suite_slice *slice);
/* slice->whole, or the slice itself if that is NULL. */
const suite_slice *suite_whole(const suite_slice *slice);
/* Free the slices and remove the scratch folder. */
void suite_close(suite *suite);
/* Formats a string as printf() does; the caller frees it. NULL if memory is exhausted. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
char *
suite_text(const char *format, ...);

#endif
