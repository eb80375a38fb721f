#include "datasets/scenario.h"

static const dataset_scenario *const scenarios[] = {
    &scenario_tcp_flood,  &scenario_icmp_flood, &scenario_udp_flood,   &scenario_fragments,
    &scenario_mirai,      &scenario_http_flood, &scenario_slowloris,   &scenario_recon,
    &scenario_benign_iot, &scenario_spoofing,   &scenario_dataset_mix, &scenario_worst_parse,
};

const dataset_scenario *dataset_scenario_at(size_t index)
{
    return index < sizeof scenarios / sizeof scenarios[0] ? scenarios[index] : NULL;
}

const dataset_scenario *dataset_scenario_find(const char *name)
{
    const dataset_scenario *scenario;
    for (size_t i = 0; (scenario = dataset_scenario_at(i)) != NULL; i++)
        if (strcmp(scenario->name, name) == 0)
            return scenario;
    return NULL;
}
