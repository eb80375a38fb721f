/* The scenarios of the generator. */
#ifndef PKT_SCENARIO_H
#define PKT_SCENARIO_H

#include "datasets/frame.h"

/* A stream of frames without end. */
typedef struct scenario_stream {
    void *state;
    /* Build the next frame, its time (truth.ts_ns) included. */
    void (*next)(void *state, frame *f);
    void (*close)(void *state);
} scenario_stream;

typedef struct dataset_scenario {
    const char *name;
    const char *summary; /* what it stands for and is made of, one line */
    uint64_t seed;       /* of the default output */
    bool headline;       /* in the default suite */
    /* 0, or -1 and *err without memory. */
    int (*open)(scenario_stream *stream, uint64_t seed, pkt_err *err);
} dataset_scenario;

/* In table order; NULL past the end. */
const dataset_scenario *dataset_scenario_at(size_t index);
/* NULL if no scenario has the name. */
const dataset_scenario *dataset_scenario_find(const char *name);

extern const dataset_scenario scenario_tcp_flood, scenario_icmp_flood, scenario_udp_flood,
    scenario_fragments, scenario_mirai, scenario_http_flood, scenario_slowloris, scenario_recon,
    scenario_benign_iot, scenario_spoofing, scenario_dataset_mix, scenario_worst_parse;
/* A part of dataset-mix alone. */
extern const dataset_scenario scenario_udp_dos;

#endif
