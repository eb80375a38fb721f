#include "bench/worker/output_rows.h"

#include <xxhash.h>

static ssize_t hash_write(void *cookie, const char *bytes, size_t size)
{
    return XXH3_64bits_update(cookie, bytes, size) == XXH_OK ? (ssize_t)size : 0;
}

static FILE *hash_open(output_rows *h)
{
    const cookie_io_functions_t functions = {.write = hash_write};
    XXH3_state_t *state = XXH3_createState();
    h->hash = state;
    if (!state || XXH3_64bits_reset(state) != XXH_OK)
        return NULL;
    return fopencookie(state, "w", functions);
}

int output_rows_open(output_rows *h, const pkt_encoder *encoder, pkt_column_set columns,
                     bool hashed, pkt_err *err)
{
    *h = (output_rows){.encoder = encoder};
    pkt_fields_all(&h->fields, columns);
    h->file = hashed ? hash_open(h) : fopen("/dev/null", "wb");
    if (h->file) {
        (void)setvbuf(h->file, NULL, _IONBF, 0); /* as in extract: the writer writes large blocks */
        return 0;
    }
    pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "no output for rows: %s", strerror(errno));
    output_rows_close(h);
    return -1;
}

int output_rows_begin(output_rows *h, unsigned threads, pkt_sink *sink, pkt_err *err)
{
    h->pool = pkt_pool_open(threads, err);
    h->writer = h->pool ? pkt_writer_open_in(h->pool, h->encoder, &h->fields, h->file, err) : NULL;
    if (!h->writer)
        return -1;
    *sink = pkt_writer_sink(h->writer);
    return 0;
}

int output_rows_end(output_rows *h, pkt_err *err)
{
    return pkt_writer_end(h->writer, err);
}

uint64_t output_rows_bytes(const output_rows *h)
{
    return h->writer ? pkt_writer_bytes(h->writer) : 0;
}

uint64_t output_rows_digest(const output_rows *h)
{
    return h->hash ? XXH3_64bits_digest(h->hash) : 0;
}

void output_rows_close(output_rows *h)
{
    pkt_writer_close(h->writer);
    pkt_pool_close(h->pool);
    if (h->file)
        (void)fclose(h->file);
    XXH3_freeState(h->hash);
    *h = (output_rows){.encoder = NULL};
}
