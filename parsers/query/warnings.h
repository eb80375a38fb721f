/* Warnings about rows, in the words of the program and of the library. */
#ifndef PKT_QUERY_WARNINGS_H
#define PKT_QUERY_WARNINGS_H

#include "parsers/core/undecoded.h"
#include "parsers/features/features.h"
#include "parsers/labels/labels.h"

/* Rows before a row that it is compared with, to find duplicates. */
enum { WATCH_ROWS = 4 };

/* Who takes warnings. */
typedef struct pkt_warnings {
    void (*take)(void *self, const pkt_warning *warning);
    void *self;
    const char *max_flows; /* what the limit of flows is called here */
} pkt_warnings;

/* Give a warning, unless `count` is 0. `path`: the capture; NULL: the text names none. */
void pkt_warn(const pkt_warnings *warnings, pkt_warning_code code, const char *path,
              uint64_t count);
/* The same of packets without columns of IP or ARP, a warning for each kind. */
void pkt_warn_undecoded(const pkt_warnings *warnings, const char *path,
                        const pkt_undecoded *undecoded);
/* The same of what is not visible in stream numbers: streams that were evicted to keep the limit of
 * so many flows, and inner headers. */
void pkt_warn_flows(const pkt_warnings *warnings, const char *path, const pkt_flow_report *flows,
                    uint32_t limit);
/* The same of flows of features that were evicted, and of packets that were not counted. */
void pkt_warn_features(const pkt_warnings *warnings, const pkt_features *features);
void pkt_warn_features_report(const pkt_warnings *warnings, const pkt_features_report *report);
/* The same of packets and streams and their labels. `whole`: the capture was read to its end. */
void pkt_warn_labels(const pkt_warnings *warnings, pkt_labels *labels, bool whole);
/* The same of a capture that is truncated, as *err says, behind so many rows. `what`: "rows before
 * it were written". */
void pkt_warn_truncated(const pkt_warnings *warnings, const char *path, const pkt_err *err,
                        uint64_t rows, const char *what);

#endif
