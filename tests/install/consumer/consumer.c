/* Somebody else's program: counts the packets of a capture with the library. */
#include <inttypes.h>

#include <pktbench.h>

static int rows_add(void *self, const pkt_batch *batch, pkt_err *err)
{
    (void)err;
    *(uint64_t *)self += batch->rows;
    return 0;
}

static int rows_end(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t seen = 0, told = 0;
    const pkt_sink sink = pkt_sink_make(&seen, rows_add, rows_end);
    pkt_request request = PKT_INIT(pkt_request);
    pkt_err err = {.code = PKT_ERR_USAGE, .msg = "raw and one capture are needed"};
    pkt_entry entry = PKT_INIT(pkt_entry);
    pkt_capture slice = PKT_INIT(pkt_capture);
    const pkt_backend *raw = NULL;
    pkt_batch *batch = pkt_batch_new(&err);
    request.level = PKT_LEVEL_HEADERS;
    if (argc != 2 || !batch || pkt_registry_find("raw", &entry) != 0 ||
        !(raw = pkt_entry_backend(&entry, &err)) || pkt_capture_open(argv[1], &slice, &err) != 0 ||
        pkt_run(raw, NULL, &slice, &request, batch, &sink, &told, &err) != 0) {
        fprintf(stderr, "pktbench %s: %s\n", pkt_version(), err.msg);
        return 2;
    }
    pkt_batch_free(batch);
    if (seen != told)
        return 1;
    printf("%" PRIu64 "\n", seen);
    return 0;
}
