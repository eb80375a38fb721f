#include "report/traffic.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/say.h"
#include "datasets/generate.h"
#include "sink/sink.h"

/* Bytes of a scenario that are written to see how long rows are. */
#define TRIAL_BYTES 1000000u

typedef struct meter {
    uint64_t rows, wire_bytes;
    pkt_sink csv;
} meter;

static int meter_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    meter *m = self;
    m->rows += batch->rows;
    for (size_t i = 0; i < batch->rows; i++)
        m->wire_bytes += batch->wire_len[i];
    return m->csv.push(m->csv.self, batch, err);
}

static int meter_finish(void *self, pkt_err *err)
{
    meter *m = self;
    return m->csv.finish(m->csv.self, err);
}

/* Counts what is written and keeps nothing. */
static ssize_t count_write(void *cookie, const char *bytes, size_t size)
{
    (void)bytes;
    *(uint64_t *)cookie += size;
    return (ssize_t)size;
}

static int capture_drive(const pkt_slice *slice, FILE *out, meter *m, pkt_err *err)
{
    pkt_entry entry;
    uint64_t rows;
    pkt_batch *batch = malloc(sizeof *batch);
    int bad = -1;
    if (!batch || pkt_registry_find("raw", &entry) != 0 || !entry.backend) {
        free(batch);
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a batch");
    }
    pkt_csv_sink *csv =
        pkt_csv_sink_open(out, entry.backend->columns[PKT_LEVEL_HEADERS], &m->csv, err);
    if (csv) {
        const pkt_sink sink = {.self = m, .push = meter_push, .finish = meter_finish};
        bad = pkt_drive(entry.backend, NULL, slice, PKT_LEVEL_HEADERS, batch, &sink, &rows, err);
        pkt_csv_sink_close(csv);
    }
    free(batch);
    return bad && err->code != PKT_ERR_CUT ? -1 : 0;
}

/* -1 and *err if it cannot be read. */
static int capture_measure(const char *path, traffic *t, pkt_err *err)
{
    pkt_slice slice;
    meter m = {0};
    uint64_t bytes = 0;
    const cookie_io_functions_t functions = {.write = count_write};
    *t = (traffic){0};
    if (pkt_slice_open(path, &slice, err) != 0)
        return -1;
    FILE *out = fopencookie(&bytes, "w", functions);
    if (!out)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for an output");
    int bad = capture_drive(&slice, out, &m, err);
    if (fclose(out) != 0 || bad)
        return -1;
    if (m.rows > 0)
        *t = (traffic){.mean_frame = (double)m.wire_bytes / (double)m.rows,
                       .row_bytes = (double)bytes / (double)m.rows};
    return 0;
}

bool traffic_measure(const char *capture, traffic *out)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (capture_measure(capture, out, &err) != 0) {
        say_failure(capture, &err);
        return false;
    }
    if (out->mean_frame <= 0) {
        say_error("%s: has no packets, so it says nothing about traffic", capture);
        return false;
    }
    return true;
}

double traffic_row_bytes(const char *scenario)
{
    char path[] = "/tmp/pktbench-rows.XXXXXX";
    pkt_err err = {.pos = PKT_POS_NONE};
    traffic t = {0};
    const dataset_scenario *known = scenario ? dataset_scenario_find(scenario) : NULL;
    int fd = known ? mkstemp(path) : -1;
    if (fd < 0)
        return 0;
    (void)close(fd);
    dataset_options options = dataset_defaults(known);
    options.size = TRIAL_BYTES;
    if (dataset_write(known, &options, path, NULL, &err) != 0 ||
        capture_measure(path, &t, &err) != 0)
        t.row_bytes = 0;
    (void)unlink(path);
    return t.row_bytes;
}
