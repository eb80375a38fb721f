/* Values and names that people write: durations, sizes, lists, levels. */
#ifndef PKT_PARSE_H
#define PKT_PARSE_H

#include <stdbool.h>

#include "pktbench.h"

/* What pkt_parse_seconds() takes, for messages. */
#define PKT_SECONDS_FORM "90, 90s, 5ms, 2m, 1h or 1d, above 0 and at most 1000000 s"

/* The number that the text begins with, digits first: "90", "1.5", "1e6", in every locale alike.
 * Returns what is behind it; NULL: there is none. */
const char *pkt_parse_number(const char *text, double *value);
/* A duration ("90", "90s", "5ms", "2m", "1h", "1d") in seconds, above 0. false: it is none. */
bool pkt_parse_duration(const char *text, double *seconds);
/* The same, and at most 1e6 seconds (PKT_SECONDS_FORM). */
bool pkt_parse_seconds(const char *text, double *seconds);
/* A size in bytes: "1000000", "64kB", "1.5GB" (units of 1000), "64KiB", "1GiB" (units of 1024), or
 * "8Mbit", "1Gbit" (bits, of which 8 are a byte). false: it is none. */
bool pkt_parse_bytes(const char *text, double *bytes);
/* Call `take` for each item of a list with commas that is not empty, until one gives -1. 0, or -1
 * and *err. */
int pkt_parse_list(const char *list, int (*take)(void *self, const char *item, pkt_err *err),
                   void *self, pkt_err *err);

/* A level by its name. 0, or -1 and *err, with the known ones. */
int pkt_level_find(const char *name, pkt_level *level, pkt_err *err);
/* The same of a rule for stream numbers. */
int pkt_flow_rule_find(const char *name, pkt_flow_rule *rule, pkt_err *err);
/* A column by its name; PKT_COLUMN_COUNT if there is none. */
size_t pkt_column_find(const char *name);

/* How streams are numbered, for the fields of pkt_capture. All 0: the default. */
typedef struct pkt_flow_choice {
    pkt_flow_rule rule;
    uint32_t max; /* flows; 0: PKT_MAX_FLOWS */
} pkt_flow_choice;

#endif
