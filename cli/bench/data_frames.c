/* `pktbench bench --sink pandas`: the ways to data frames that are there. */
#include "bench/data_frames/data_frames.h"

#include "cli/bench/benchmark.h"
#include "cli/message.h"

bool bench_data_frames(benchmark *b)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!outputs_data_frames(&b->sinks))
        return true;
    progress_show(&b->progress, "data frames: what is installed");
    if (data_frames_open(&b->ways, b->sinks.data_frames, &err) == 0) {
        b->sinks.ways = &b->ways;
        return true;
    }
    progress_close(&b->progress);
    message_failure("--sink", &err);
    return false;
}
