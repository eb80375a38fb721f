#include "cli/choose/choose_traffic.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/worker/output_rows.h"
#include "datasets/generate.h"
#include "parsers/util/error.h"
#include "results/reader.h"

/* Bytes of a scenario that are written to see how long rows are. */
#define TRIAL_BYTES 1000000u

typedef struct meter {
    uint64_t rows, wire_bytes;
    double ethernet_bytes;
    pkt_sink below;
} meter;

static int meter_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    meter *m = self;
    m->rows += batch->rows;
    for (size_t i = 0; i < batch->rows; i++) {
        m->wire_bytes += batch->wire_len[i];
        m->ethernet_bytes += ethernet_bytes(batch->wire_len[i]);
    }
    return m->below.push(m->below.self, batch, err);
}

static int meter_finish(void *self, pkt_err *err)
{
    meter *m = self;
    return m->below.finish(m->below.self, err);
}

/* Rows are encoded as they would be written. */
static int capture_read_rows(const pkt_capture *slice, const pkt_backend *backend,
                             const pkt_column_set *columns, output_rows *h, meter *m, pkt_err *err)
{
    uint64_t rows;
    const pkt_sink sink = pkt_sink_make(m, meter_push, meter_finish);
    pkt_request request = PKT_INIT(pkt_request);
    request.level = PKT_LEVEL_HEADERS; /* and the work for the columns of other levels */
    request.columns = pkt_set_or(pkt_level_columns(PKT_LEVEL_HEADERS), *columns);
    pkt_batch *batch = pkt_batch_new(err);
    if (!batch)
        return -1;
    int bad = output_rows_begin(h, 1, &m->below, err);
    if (!bad)
        bad = pkt_run(backend, NULL, slice, &request, batch, &sink, &rows, err);
    pkt_batch_free(batch);
    if (bad && err->code != PKT_ERR_TRUNCATED)
        return -1;
    return output_rows_end(h, err);
}

/* In bytes; 0 if it is unknown. */
static double file_size(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (double)status.st_size : 0;
}

/* -1 and *err if it cannot be read. */
static int capture_measure(const char *path, const pkt_encoder *format, pkt_column_set columns,
                           traffic *t, pkt_err *err)
{
    pkt_capture slice = PKT_INIT(pkt_capture);
    pkt_entry entry = PKT_INIT(pkt_entry);
    output_rows h;
    meter m = {0};
    *t = (traffic){0};
    if (pkt_capture_open(path, &slice, err) != 0)
        return -1;
    if (pkt_registry_find("raw", &entry) != 0 || !entry.backend)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "raw is not built in");
    if (output_rows_open(&h, format, columns, false, err) != 0)
        return -1;
    int bad = capture_read_rows(&slice, entry.backend, &columns, &h, &m, err);
    double bytes = (double)output_rows_bytes(&h);
    output_rows_close(&h);
    if (!bad && m.rows > 0)
        *t = (traffic){.packets = (double)m.rows,
                       .mean_frame = (double)m.wire_bytes / (double)m.rows,
                       .ethernet_bytes = m.ethernet_bytes / (double)m.rows,
                       .file_bytes = file_size(path) / (double)m.rows,
                       .row_bytes = bytes / (double)m.rows};
    return bad;
}

int traffic_measure(const char *capture, const pkt_encoder *format, pkt_column_set columns,
                    traffic *out, pkt_err *err)
{
    if (capture_measure(capture, format, columns, out, err) == 0) {
        if (out->mean_frame > 0)
            return 0;
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "has no packets to take frame sizes from");
    }
    return pkt_err_about(err, capture);
}

double traffic_row_bytes(const char *scenario, const pkt_encoder *format, pkt_column_set columns)
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
    if (dataset_write(known, &options, path, NULL, NULL, &err) != 0 ||
        capture_measure(path, format, columns, &t, &err) != 0)
        t.row_bytes = 0;
    (void)unlink(path);
    return t.row_bytes;
}
