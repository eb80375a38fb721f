/* SPDX-License-Identifier: MIT
 *
 * Counts the packets and bytes of a capture by IP protocol, with a backend of libpktbench.
 * Usage: count_packets CAPTURE [BACKEND]
 */
#include <inttypes.h>

#include <pktbench.h>

enum { PROTOCOLS = 256, NO_IP = PROTOCOLS }; /* NO_IP: packets without an IP header */

typedef struct counts {
    uint64_t packets[PROTOCOLS + 1], bytes[PROTOCOLS + 1];
} counts;

/* The sink: called with every batch of rows. */
static int counts_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    counts *c = self;
    (void)err;
    for (size_t i = 0; i < batch->rows; i++) {
        const size_t kind = batch->present[i] & PKT_HAS_IP ? batch->ip_proto[i] : NO_IP;
        c->packets[kind]++;
        c->bytes[kind] += batch->wire_len[i];
    }
    return 0;
}

/* Called once, after the last batch. */
static int counts_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

static void counts_print(const counts *c)
{
    printf("protocol,packets,bytes\n");
    for (size_t kind = 0; kind < PROTOCOLS; kind++)
        if (c->packets[kind])
            printf("%zu,%" PRIu64 ",%" PRIu64 "\n", kind, c->packets[kind], c->bytes[kind]);
    if (c->packets[NO_IP])
        printf("none,%" PRIu64 ",%" PRIu64 "\n", c->packets[NO_IP], c->bytes[NO_IP]);
}

/* 0, or -1 and *err. A damaged capture gives the rows before the damage, and an error. */
static int count(const char *name, const char *path, counts *c, pkt_err *err)
{
    const pkt_sink sink = pkt_sink_make(c, counts_push, counts_finish);
    const pkt_backend *backend;
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_request request = PKT_INIT(pkt_request);
    pkt_entry entry = PKT_INIT(pkt_entry);
    void *context = NULL;
    uint64_t rows;
    if (pkt_registry_find(name, &entry) != 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "unknown backend %s", name);
    if ((backend = pkt_entry_backend(&entry, err)) == NULL ||
        pkt_capture_open(path, &capture, err) != 0 ||
        (backend->load && backend->load(&context, err) != 0))
        return -1;
    pkt_batch *batch = pkt_batch_new(err);
    request.level = PKT_LEVEL_HEADERS;
    const int status =
        batch ? pkt_run(backend, context, &capture, &request, batch, &sink, &rows, err) : -1;
    pkt_batch_free(batch);
    if (backend->unload)
        backend->unload(context);
    return status;
}

int main(int argc, char **argv)
{
    static counts c;
    pkt_err err = {.code = PKT_ERR_NONE};
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: count_packets CAPTURE [BACKEND]\n");
        return 2;
    }
    const int status = count(argc == 3 ? argv[2] : "raw", argv[1], &c, &err);
    if (status == 0 || pkt_err_rows_stand(&err))
        counts_print(&c);
    if (status == 0)
        return 0;
    fprintf(stderr, "count_packets: %s: %s\n", argv[1], err.msg);
    return 2;
}
