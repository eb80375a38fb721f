/* SPDX-License-Identifier: MIT
 *
 * Sums the bytes that each packet of a capture has on the wire, as `pktbench extract` reads them:
 * captures may be compressed, and a filter may choose packets.
 * Usage: extract_rows CAPTURE [FILTER]
 */
#include <inttypes.h>

#include <pktbench.h>

static void warnings_print(pkt_reader *reader)
{
    pkt_warning warning = PKT_INIT(pkt_warning);
    while (pkt_reader_warning(reader, &warning))
        fprintf(stderr, "extract_rows: warning: %s\n", warning.text);
}

/* 0, or -1 and *err. Batches are arrays in Arrow's format: the only column has no nulls, and 64
 * bits. */
static int sum(pkt_reader *reader, uint64_t *packets, uint64_t *bytes, pkt_err *err)
{
    struct ArrowArray batch;
    int got;
    while ((got = pkt_reader_next(reader, -1, &batch, err)) > 0) {
        const int64_t *lengths = batch.children[0]->buffers[1];
        for (int64_t i = 0; i < batch.length; i++)
            *bytes += (uint64_t)lengths[i];
        *packets += (uint64_t)batch.length;
        batch.release(&batch);
    }
    return got;
}

int main(int argc, char **argv)
{
    uint64_t packets = 0, bytes = 0;
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_query query = PKT_INIT(pkt_query);
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: extract_rows CAPTURE [FILTER]\n");
        return 2;
    }
    query.captures = (const char *const[]){argv[1]};
    query.capture_count = 1;
    query.columns = "wire_len";
    query.filter = argc == 3 ? argv[2] : NULL;
    pkt_reader *reader = pkt_reader_open(&query, &err);
    const int bad = reader ? sum(reader, &packets, &bytes, &err) : -1;
    if (reader)
        warnings_print(reader);
    if (bad)
        fprintf(stderr, "extract_rows: %s: %s\n", reader ? pkt_reader_path(reader) : argv[1],
                err.msg);
    else
        printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", packets, bytes);
    pkt_reader_close(reader);
    return bad ? 2 : 0;
}
