/* The scenarios of the generator. */
#ifndef PKT_SCENARIO_H
#define PKT_SCENARIO_H

#include "datasets/frame.h"

/* Generates frames without end. */
typedef struct frame_generator {
    void *state; /* owned by the generator */
    /* Build the next frame and set its time stamp (truth.ts_ns). */
    void (*next)(void *state, frame *f);
    void (*close)(void *state);
} frame_generator;

typedef struct dataset_scenario {
    const char *name;
    const char *summary; /* one line */
    uint64_t seed;       /* of the default output */
    bool headline;       /* part of the default suite */
    /* 0, or -1 and *err if memory is exhausted. */
    int (*open)(frame_generator *generator, uint64_t seed, pkt_err *err);
} dataset_scenario;

/* Scenario number `index`; NULL past the end. */
const dataset_scenario *dataset_scenario_at(size_t index);
/* NULL if no scenario has the name. */
const dataset_scenario *dataset_scenario_find(const char *name);

extern const dataset_scenario scenario_tcp_flood, scenario_icmp_flood, scenario_udp_flood,
    scenario_fragments, scenario_mirai, scenario_http_flood, scenario_slowloris, scenario_recon,
    scenario_benign_iot, scenario_spoofing, scenario_dataset_mix, scenario_worst_parse;
/* Used by dataset-mix only; not in the list. */
extern const dataset_scenario scenario_udp_dos;

#endif
