/* A caller compiled with a header that has fewer columns than the library: it gets all rows, and
 * the library writes nothing past its structs (checked by AddressSanitizer). */
#include <stdlib.h>

#include "pktbench.h"

typedef struct totals {
    uint64_t rows, bytes, ports;
} totals;

static int rows_add(void *self, const pkt_batch *batch, pkt_err *err)
{
    totals *t = self;
    (void)err;
    t->rows += batch->rows;
    for (size_t i = 0; i < batch->rows; i++) {
        t->bytes += batch->wire_len[i];
        t->ports += batch->dst_port[i] != 0;
    }
    return 0;
}

static int rows_end(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

/* Structs as an older caller has them, which end earlier. They are allocated with exactly that
 * size: AddressSanitizer then detects every write past the end. */
static void *older(size_t size)
{
    void *object = calloc(1, size);
    if (!object)
        abort();
    memcpy(object, &size, sizeof size);
    return object;
}

int main(int argc, char **argv)
{
    pkt_err err = {.code = PKT_ERR_USAGE, .msg = "usage: older_caller CAPTURE"};
    pkt_capture *capture = older(offsetof(pkt_capture, live));
    pkt_entry *entry = older(offsetof(pkt_entry, opt_in));
    pkt_flow_report *report = older(offsetof(pkt_flow_report, inner));
    pkt_request *request = older(sizeof(pkt_request));
    totals t = {0};
    const pkt_sink sink = pkt_sink_make(&t, rows_add, rows_end);
    pkt_batch *batch = pkt_batch_new(&err);
    uint64_t rows = 0;
    const int has_more = pkt_column_count() > PKT_COLUMN_COUNT;
    if (!has_more)
        fputs("the library has no column more than this caller\n", stderr);
    request->level = PKT_LEVEL_FLOWS;
    int bad = argc != 2 || !batch || pkt_registry_find("raw", entry) != 0 ||
              pkt_capture_open(argv[1], capture, &err) != 0;
    if (!bad) {
        capture->flow_report = report;
        bad = pkt_run(entry->backend, NULL, capture, request, batch, &sink, &rows, &err) != 0;
    }
    if (bad)
        fprintf(stderr, "%s\n", err.msg);
    else
        printf("%llu %llu %llu %llu\n", (unsigned long long)t.rows, (unsigned long long)t.bytes,
               (unsigned long long)t.ports, (unsigned long long)report->streams);
    pkt_batch_free(batch);
    free(capture);
    free(entry);
    free(report);
    free(request);
    return bad || !has_more || rows != t.rows;
}
