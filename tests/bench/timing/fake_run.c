#include "tests/bench/timing/fake_run.h"

static const struct {
    const char *name, *driver;
    bool available, frames, headers;
} backends[5] = {
    {"read-all", NULL, true, true, false},    {"raw", NULL, true, true, true},
    {"libpcap", NULL, true, true, true},      {"dpkt", "dpkt_driver.py", true, false, true},
    {"wireshark", NULL, false, false, false},
};

static backend made(size_t i)
{
    backend b = {.id = {.name = backends[i].name, .driver = backends[i].driver},
                 .name = backends[i].name,
                 .decoder = i == 0 ? "none" : "pktbench",
                 .chosen = true,
                 .parses_alone = backends[i].driver != NULL,
                 .available = backends[i].available};
    b.offers[PKT_LEVEL_FRAMES] = backends[i].frames;
    b.offers[PKT_LEVEL_HEADERS] = backends[i].headers;
    if (!b.available)
        (void)snprintf(b.reason, sizeof b.reason, "it is not installed");
    return b;
}

void fake_open(fake_run *run)
{
    *run = (fake_run){.suite = {.count = 1}};
    run->suite.slices[0] = (suite_slice){.name = "slice",
                                         .path = "/nowhere/slice.pcap",
                                         .part = "whole",
                                         .bytes = 100000,
                                         .packets = 1000,
                                         .wire_bytes = 90000};
    for (size_t i = 0; i < 5; i++) {
        run->backends[i] = made(i);
        run->selection.backends[run->selection.count++] = &run->backends[i];
    }
    for (unsigned i = 0; i < PKT_LEVEL_COUNT; i++)
        run->selection.levels[i] = true;
}

void fake_baseline(fake_run *run)
{
    run->old[1] = made(1);
    run->old[1].offers[PKT_LEVEL_FRAMES] = false;
    run->selection.old[1] = &run->old[1];
    run->selection.baseline = "/nowhere/old";
}

void fake_close(fake_run *run)
{
    schedule_free(&run->schedule);
}
