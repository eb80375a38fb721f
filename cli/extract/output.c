/* Writes rows to the output file. The file appears only when it is complete. */
#include <inttypes.h>

#include "cli/extract/extract.h"
#include "cli/message.h"
#include "parsers/sink/sink.h"

static int values_push(void *writer, const pkt_batch *rows, const double *values, pkt_err *err)
{
    return pkt_writer_push(writer, rows, values, err);
}

/* The sink for packets: the writer, or the features before it. */
static pkt_sink sink_open(const extraction *x, pkt_writer *writer)
{
    if (!x->features)
        return pkt_writer_sink(writer);
    pkt_features_set_output(x->features, values_push, writer);
    pkt_writer_number(writer, pkt_features_row_number, x->features);
    return pkt_features_sink(x->features);
}

static int run_without_output(const extraction *x, const char *const *labels)
{
    bool output_valid;
    pkt_err err;
    pkt_null_sink null = {.columns = x->columns};
    pkt_sink sink = x->features ? pkt_features_sink(x->features) : pkt_null_sink_open(&null);
    return captures_run(x, labels, &sink, NULL, &output_valid, &err);
}

/* Report a write error. If the reader closed the pipe, this is not an error. */
static int write_failed(const extraction *x, uint64_t rows, const pkt_err *err)
{
    if (err->sys == EPIPE)
        return EXIT_DONE;
    message_error("%s: %s, after %" PRIu64 " rows", x->path, err->msg, rows);
    return EXIT_ERROR;
}

static int file_run(const extraction *x, const char *const *labels, pkt_atomic_file *out)
{
    bool output_valid = false;
    pkt_err err = {.pos = PKT_POS_NONE};
    (void)setvbuf(out->file, NULL, _IONBF, 0); /* the writer buffers */
    pkt_writer *writer = pkt_writer_open(x->encoder, &x->fields, out->file, x->threads, &err);
    if (!writer) {
        pkt_atomic_file_abandon(out);
        return write_failed(x, 0, &err);
    }
    pkt_sink sink = sink_open(x, writer);
    int status = captures_run(x, labels, &sink, writer, &output_valid, &err);
    if (!output_valid && err.code == PKT_ERR_WRITE)
        status = write_failed(x, pkt_writer_rows(writer), &err);
    pkt_writer_close(writer);
    if (!output_valid) {
        pkt_atomic_file_abandon(out);
        return status;
    }
    if (pkt_atomic_file_commit(out, &err) != 0) {
        message_failure(x->path, &err);
        return EXIT_ERROR;
    }
    return status;
}

static int output_open_and_run(const extraction *x, const char *const *labels)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_atomic_file out;
    if (!x->encoder)
        return run_without_output(x, labels);
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
    int status = output_open_and_run(x, labels);
    labels_close(x, labels);
    return status;
}
