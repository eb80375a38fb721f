/* The slices of a run: generated scenarios, or pieces of the user's captures. */
#ifndef PKT_SUITE_H
#define PKT_SUITE_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "cli/command.h"
#include "pktbench.h"

/* Slices in one run, at most. */
#define SUITE_MAX 64

typedef struct suite_slice {
    char *name;      /* unique in the suite, without folder or suffix */
    char *path;      /* readable by every backend */
    char *truth;     /* CSV of the generator's own knowledge; NULL for captures */
    bool unverified; /* too large to be held against anyone */
    pkt_format format;
    uint64_t bytes, packets, wire_bytes; /* wire_bytes: sum of the packets' original lengths */
    uint64_t end;                        /* offset behind the last whole record */
    uint64_t first; /* offset of the first packet record: what is before makes a capture
                     * without packets */
    uint64_t well_formed_packets; /* set by the agreement pass */
    const char *part;     /* "whole", "start", "middle", "end" of the capture; NULL: generated */
    const char *scenario; /* NULL: of a capture */
    const struct suite_slice *whole; /* not NULL: this is only its first packets */
    char *empty;                     /* path of the same without packets; NULL unless `whole` */
    uint64_t seed;
    flow_choice flows; /* all 0: the default */
    /* Packets of the capture, before it was cut into slices, and those that the suite's filter
     * takes; both 0: there is no filter. */
    uint64_t unfiltered, filtered;
} suite_slice;

typedef struct suite {
    suite_slice slices[SUITE_MAX];
    size_t count;
    const char *filter; /* that all slices have passed; NULL: none */
    char *folder;       /* scratch folder, removed with what is in it */
    pid_t keeper;       /* the process that removes it, when the pipe to it closes */
    int keeper_pipe;
} suite;

/* What a run is about. */
typedef struct suite_request {
    const char *name;      /* NULL: "headline" */
    const char *filter;    /* only packets that this expression takes; NULL: all */
    char *const *captures; /* paths; - is standard input */
    size_t count;
} suite_request;

/* Is there a suite of that name: "headline", "cic-iot" or "scale"? */
bool suite_known(const char *name);
/* Suite "headline": the captures; the headline scenarios if there are none. Suite "cic-iot": two
 * scenarios, and the captures. Suite "scale": one scenario in 10 MB, 100 MB and 1 GB, and the
 * captures. Scenarios are generated into the cache folder unless
 * they are there already. A capture of more than 10,000,000 bytes gives three slices, a smaller one
 * is copied, both into the scratch folder; one that is compressed or comes through a pipe is
 * decompressed there first. The filter comes
 * before all slicing; nothing is known of how a filtered scenario should read. false: a message was
 * printed. */
bool suite_open(suite *suite, const suite_request *request);
/* Number streams so in all slices. */
void suite_flows(suite *suite, const flow_choice *flows);
/* The slice's first packets as a slice of its own, made if it is not there. NULL after a message.
 */
suite_slice *suite_prefix(suite *suite, const suite_slice *whole, uint64_t packets);
/* The slice itself, or what it is the first packets of. */
const suite_slice *suite_whole(const suite_slice *slice);
/* The slice's head, up to its first packet, as a file; the caller frees the path. NULL if it cannot
 * be written. */
char *suite_empty(const suite *suite, const suite_slice *slice);
/* A new name in the scratch folder; the caller frees it. NULL without memory. */
char *suite_scratch(const suite *suite, const char *name);
void suite_close(suite *suite);

#endif
