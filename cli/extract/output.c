/* Writes rows to the output file. The file appears only when it is complete. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "cli/dataset/folder.h"
#include "cli/extract/extract.h"
#include "cli/message.h"
#include "parsers/input/input.h"
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
    captures_end end;
    pkt_err err;
    pkt_null_sink null = {.columns = x->request.columns};
    pkt_sink sink = x->features ? pkt_features_sink(x->features) : pkt_null_sink_open(&null);
    const int status = captures_run(x, (capture_span){0, x->capture_count}, labels, &sink,
                                    &(const row_output){.writer = NULL}, &end, &err);
    return err.code == PKT_ERR_NONE ? status : EXIT_ERROR;
}

/* Report a write error, or one of the labels. If the reader closed the pipe, this is not an error,
 * and the status stays that of the captures. */
static int write_failed(const extraction *x, const char *path, uint64_t rows, int status,
                        const pkt_err *err)
{
    if (err->sys == EPIPE)
        return status;
    if (packet_labels_failed(x->packet_labels))
        message_err(err);
    else
        message_error("%s: %s, after %" PRIu64 " rows", path, err->msg, rows);
    return EXIT_ERROR;
}

/* Write the rows of the captures to the file that is open. *failed: writing failed. */
static int rows_write(const extraction *x, const char *path, capture_span span,
                      const char *const *labels, pkt_atomic_file *out, bool *failed)
{
    captures_end end;
    pkt_err err = {.pos = PKT_POS_NONE};
    (void)setvbuf(out->file, NULL, _IONBF, 0); /* the writer buffers */
    pkt_writer *writer =
        pkt_writer_open_in(x->pool, x->encoder, &x->request.fields, out->file, &err);
    *failed = true;
    if (!writer || (x->packet_labels &&
                    pkt_writer_labels(writer, packet_labels_next, x->packet_labels, &err) != 0)) {
        pkt_writer_close(writer);
        pkt_atomic_file_abandon(out);
        return write_failed(x, path, 0, EXIT_DONE, &err);
    }
    pkt_sink sink = sink_open(x, writer);
    const row_output to = {.writer = writer};
    int status = captures_run(x, span, labels, &sink, &to, &end, &err);
    *failed = err.code != PKT_ERR_NONE;
    if (*failed)
        status = write_failed(x, path, pkt_writer_rows(writer), status, &err);
    pkt_writer_close(writer);
    if (!end.kept) {
        pkt_atomic_file_abandon(out);
        return status;
    }
    if (pkt_atomic_file_commit(out, &err) != 0) {
        message_failure(path, &err);
        *failed = true;
        return EXIT_ERROR;
    }
    return status;
}

static int file_run(const extraction *x, const char *path, capture_span span,
                    const char *const *labels, bool *failed)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_atomic_file out;
    *failed = true;
    if (pkt_atomic_file_open(&out, path, &err) != 0) {
        message_failure(path, &err);
        return EXIT_ERROR;
    }
    return rows_write(x, path, span, labels, &out, failed);
}

/* Say which captures have no output, after one that could not be written. */
static void unwritten_report(const extraction *x, size_t next)
{
    if (next < x->capture_count)
        message_warning(
            "%zu of %zu captures were not read, from %s on: the output cannot be written",
            x->capture_count - next, x->capture_count, pkt_input_shown(x->captures[next]));
}

/* One file for each capture, in the folder x->path. */
static int folder_run(const extraction *x, const char *const *labels)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < x->capture_count; i++) {
        bool failed;
        char *path = output_path(x, i);
        if (!path || folders_make(path) != 0) {
            message_error("%s: cannot create the folder: %s", path ? path : x->path,
                          strerror(errno));
            free(path);
            unwritten_report(x, i);
            return EXIT_ERROR;
        }
        const int got = file_run(x, path, (capture_span){i, i + 1}, labels, &failed);
        free(path);
        status = got ? got : status;
        if (failed)
            unwritten_report(x, i + 1);
        if (failed || (status && !x->keep_going))
            break;
    }
    return status;
}

char *output_path(const extraction *x, size_t index)
{
    const char *name =
        strcmp(x->captures[index], "-") == 0 ? "stdin" : x->captures[index] + x->paths.below[index];
    const char *slash = x->path[strlen(x->path) - 1] == '/' ? "" : "/";
    char *path = NULL;
    return asprintf(&path, "%s%s%s.%s", x->path, slash, name, x->encoder->name) < 0 ? NULL : path;
}

/* With the threads of a pool. */
static int pool_run(extraction *x, const char *const *labels)
{
    bool failed;
    pkt_err err = {.pos = PKT_POS_NONE};
    x->pool = pkt_pool_open(x->threads, &err);
    if (!x->pool) {
        message_error("--threads %u: %s", x->threads, err.msg);
        return EXIT_ERROR;
    }
    const int status =
        !x->encoder ? run_without_output(x, labels)
        : x->folder ? folder_run(x, labels)
                    : file_run(x, x->path, (capture_span){0, x->capture_count}, labels, &failed);
    pkt_pool_close(x->pool);
    x->pool = NULL;
    return status;
}

/* A dataset is written by processes, each with a pool. */
static int captures_output(extraction *x, const char *const *labels)
{
    if (x->encoder && x->dataset.keys.count)
        return dataset_run(x, labels);
    return pool_run(x, labels);
}

int output_run(extraction *x)
{
    const char **labels = labels_open(x);
    if (!labels) {
        message_error("no memory for labels");
        return EXIT_ERROR;
    }
    int status = EXIT_ERROR;
    if (!x->request.labels || (x->packet_labels = packet_labels_open(x)) != NULL)
        status = captures_output(x, labels);
    if (x->packet_labels && status == EXIT_DONE)
        packet_labels_report(x->packet_labels);
    packet_labels_close(x->packet_labels);
    failures_print(x->bad, x->capture_count);
    labels_close(x, labels);
    return status;
}
