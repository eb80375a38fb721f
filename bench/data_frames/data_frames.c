#include "bench/data_frames/data_frames.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parsers/util/error.h"

#define DRIVER "data_frames_driver.py"
#define PROGRAM_VARIABLE "PKTBENCH_PROGRAM"

static const char *const kinds[DATA_FRAME_KINDS] = {[DATA_FRAME_PANDAS] = "pandas",
                                                    [DATA_FRAME_POLARS] = "polars",
                                                    [DATA_FRAME_PYARROW] = "pyarrow"};

/* Those of a kind begin with DATA_FRAME_BASE. */
static const data_frame_way known[DATA_FRAME_WAYS] = {
    {.kind = DATA_FRAME_PANDAS, .way = DATA_FRAME_BASE},
    {.kind = DATA_FRAME_PANDAS, .way = "arrow"},
    {.kind = DATA_FRAME_PANDAS, .way = "csv"},
    {.kind = DATA_FRAME_PANDAS, .way = "dpkt"},
    {.kind = DATA_FRAME_PANDAS, .way = "scapy"},
    {.kind = DATA_FRAME_POLARS, .way = DATA_FRAME_BASE},
    {.kind = DATA_FRAME_POLARS, .way = "arrow"},
    {.kind = DATA_FRAME_POLARS, .way = "dpkt"},
    {.kind = DATA_FRAME_POLARS, .way = "scapy"},
    {.kind = DATA_FRAME_PYARROW, .way = DATA_FRAME_BASE},
    {.kind = DATA_FRAME_PYARROW, .way = "arrow"},
};

const char *data_frame_kind_name(data_frame_kind kind)
{
    return kinds[kind];
}

static int program_name(pkt_err *err)
{
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    if (length > 0 && setenv(PROGRAM_VARIABLE, path, 1) == 0)
        return 0;
    return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "this program cannot be found: %s",
                    strerror(errno));
}

static int driver_find(char *path, size_t size, pkt_err *err)
{
    pkt_entry entry = PKT_INIT(pkt_entry);
    entry.driver = DRIVER;
    entry.install = "install pktbench again";
    return pkt_entry_file(&entry, path, size, err);
}

int data_frames_open(data_frame_ways *ways, const bool wanted[DATA_FRAME_KINDS], pkt_err *err)
{
    char driver[2 * PATH_MAX], name[32];
    *ways = (data_frame_ways){.count = 0};
    if (program_name(err) != 0 || driver_find(driver, sizeof driver, err) != 0)
        return -1;
    for (size_t i = 0; i < DATA_FRAME_WAYS; i++) {
        if (!wanted[known[i].kind])
            continue;
        data_frame_way *way = &ways->at[ways->count];
        *way = known[i];
        (void)snprintf(name, sizeof name, "%s-%s", way->way, kinds[way->kind]);
        const backend_id id = {.name = name, .driver = driver};
        way->backend = backend_make(&id, "data frames", err);
        if (!way->backend)
            return -1;
        ways->count++;
    }
    return 0;
}

void data_frames_close(data_frame_ways *ways)
{
    for (size_t i = 0; i < ways->count; i++)
        backend_free(ways->at[i].backend);
    ways->count = 0;
}
