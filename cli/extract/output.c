/* Rows into the output file, which appears whole or not at all. */
#include <inttypes.h>

#include "bench/worker/describe.h"
#include "cli/extract/extract.h"
#include "cli/message.h"
#include "parsers/sink/sink.h"

static int values_push(void *writer, const pkt_batch *rows, const double *values, pkt_err *err)
{
    return pkt_writer_push(writer, rows, values, err);
}

/* Where packets go on their way to the writer. */
static pkt_sink sink_open(const extraction *x, pkt_writer *writer)
{
    if (!x->features)
        return pkt_writer_sink(writer);
    pkt_features_set_output(x->features, values_push, writer);
    pkt_writer_number(writer, pkt_features_row_number, x->features);
    return pkt_features_sink(x->features);
}

static int thrown_away(const extraction *x, const char *const *labels)
{
    bool kept;
    pkt_err err;
    pkt_null_sink null = {.columns = x->columns};
    pkt_sink sink = x->features ? pkt_features_sink(x->features) : pkt_null_sink_open(&null);
    return captures_run(x, labels, &sink, NULL, &kept, &err);
}

/* The output could not be written, or took enough: a reader that has gone is no trouble. */
static int write_failed(const extraction *x, uint64_t rows, const pkt_err *err)
{
    if (err->sys == EPIPE)
        return EXIT_DONE;
    message_error("%s: %s, after %" PRIu64 " rows", x->path, err->msg, rows);
    return EXIT_ERROR;
}

static int file_run(const extraction *x, const char *const *labels, pkt_atomic_file *out)
{
    bool kept = false;
    pkt_err err = {.pos = PKT_POS_NONE};
    (void)setvbuf(out->file, NULL, _IONBF, 0); /* blocks are large */
    pkt_writer *writer = pkt_writer_open(x->encoder, &x->fields, out->file, x->threads, &err);
    if (!writer) {
        pkt_atomic_file_abandon(out);
        return write_failed(x, 0, &err);
    }
    pkt_sink sink = sink_open(x, writer);
    int status = captures_run(x, labels, &sink, writer, &kept, &err);
    if (!kept && err.code == PKT_ERR_WRITE)
        status = write_failed(x, pkt_writer_rows(writer), &err);
    pkt_writer_close(writer);
    if (!kept) {
        pkt_atomic_file_abandon(out);
        return status;
    }
    if (pkt_atomic_file_commit(out, &err) != 0) {
        message_failure(x->path, &err);
        return EXIT_ERROR;
    }
    return status;
}

static int labelled_run(const extraction *x, const char *const *labels)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_atomic_file out;
    if (!x->encoder)
        return thrown_away(x, labels);
    if (pkt_atomic_file_open(&out, x->path, &err) != 0) {
        message_failure(x->path, &err);
        return EXIT_ERROR;
    }
    return file_run(x, labels, &out);
}

int output_run(const extraction *x)
{
    const char **labels = labels_open(x);
    if (!labels) {
        message_error("no memory for labels");
        return EXIT_ERROR;
    }
    int status = labelled_run(x, labels);
    labels_close(x, labels);
    return status;
}
