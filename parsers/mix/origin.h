/* A capture that goes into a mixture, and what is asked of its packets. */
#ifndef PKT_MIX_ORIGIN_H
#define PKT_MIX_ORIGIN_H

#include "parsers/mix/rewrite.h"

/* Captures of a mixture, at most: each of them is open. */
#define PKT_MIX_MOST 512u
/* A rate is a fraction, so that times are exact: packets/PKT_MIX_RATE_UNIT. */
#define PKT_MIX_RATE_UNIT UINT64_C(1000000)

/* New times: start + (time - first) / rate. All 0 at first: as they are. */
typedef struct pkt_mix_times {
    int64_t first; /* ns: the start of the captures that are moved together */
    int64_t start; /* ns: what it becomes */
    uint64_t rate; /* times PKT_MIX_RATE_UNIT; 0: 1 */
} pkt_mix_times;

/* When the captures of a group begin. */
typedef enum pkt_mix_shift {
    PKT_MIX_KEPT,
    PKT_MIX_AT,   /* at this time */
    PKT_MIX_AFTER /* so long after the start of the first operand */
} pkt_mix_shift;

typedef struct pkt_mix_origin {
    char *path, *label; /* owned; label "": none */
    size_t operand;     /* number of the name that it was given by, from 0; never changes */
    size_t group; /* captures of a group keep their distances: the group's first time counts */
    pkt_mix_shift shift;
    int64_t shift_ns;
    pkt_mix_times times; /* `rate` is asked for; the others follow from `shift` */
    pkt_rewrite rewrite;
} pkt_mix_origin;

typedef struct pkt_mix_origins {
    pkt_mix_origin *at; /* owned */
    size_t count;
    bool by_time;  /* --order time */
    bool comments; /* each packet gets a comment that says where it is from */
} pkt_mix_origins;

/* One more, zeroed but for these. NULL and *err. */
pkt_mix_origin *pkt_mix_origins_add(pkt_mix_origins *origins, const char *path, const char *label,
                                    pkt_err *err);
void pkt_mix_origins_close(pkt_mix_origins *origins);

/* The new time of a packet. 0; -1 if it is not within what a mixture can hold: 1970 to 2262. */
int pkt_mix_time(const pkt_mix_times *times, int64_t ts_ns, int64_t *result);

#endif
