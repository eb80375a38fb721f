#include "cli/extract/rotate.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

/* rows.csv -> rows-20261231T235959Z-000001.csv. 0, or -1 and *err. */
static int rotated_name(const rotation *p, char name[PATH_MAX], pkt_err *err)
{
    const char *slash = strrchr(p->path, '/'), *base = slash ? slash + 1 : p->path;
    const char *dot = strrchr(base, '.');
    const size_t stem = dot && dot > base ? (size_t)(dot - p->path) : strlen(p->path);
    struct tm utc = {0};
    char text[24] = "";
    if (gmtime_r(&p->opened, &utc))
        (void)strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc);
    if (snprintf(name, PATH_MAX, "%.*s-%s-%06u%s", (int)stem, p->path, text, p->count,
                 p->path + stem) < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
}

/* The name of the next file: one that nothing has yet. 0, or -1 and *err. */
static int name_choose(rotation *p, char name[PATH_MAX], pkt_err *err)
{
    struct stat st;
    int bad;
    p->opened = time(NULL);
    do {
        p->count++;
        bad = rotated_name(p, name, err);
    } while (!bad && lstat(name, &st) == 0);
    return bad;
}

int rotation_open(rotation *p, pkt_err *err)
{
    char name[PATH_MAX];
    const char *path = p->path;
    if (p->writer || !p->encoder)
        return 0;
    p->pushed = 0;
    if (p->rotating) {
        if (name_choose(p, name, err) != 0)
            return -1;
        path = name;
    } else {
        p->count++;
    }
    if (pkt_atomic_file_open(&p->out, path, err) != 0)
        return -1;
    (void)setvbuf(p->out.file, NULL, _IONBF, 0); /* the writer buffers */
    p->writer = pkt_writer_open(p->encoder, p->fields, p->out.file, p->threads, err);
    if (!p->writer) {
        pkt_atomic_file_abandon(&p->out);
        return -1;
    }
    pkt_writer_number(p->writer, p->packet_number, p->number_self);
    return pkt_writer_capture(p->writer, p->file, p->label, err);
}

/* Rows that wait in the writer are counted by the average size of a row. When they seem to reach
 * the limit, and once at first, they are written to know the real size. */
static int limit_apply(rotation *p, pkt_err *err)
{
    const double waiting = (double)(p->pushed - pkt_writer_rows(p->writer));
    const double size = (double)pkt_writer_bytes(p->writer) + waiting * p->bytes_of_row;
    if (!p->size_limit || (p->bytes_of_row > 0 && size < (double)p->size_limit))
        return 0;
    if (pkt_writer_flush(p->writer, err) != 0)
        return -1;
    const uint64_t bytes = pkt_writer_bytes(p->writer);
    p->bytes_of_row = (double)bytes / (double)p->pushed;
    return bytes < p->size_limit ? 0 : rotation_close(p, err);
}

int rotation_push(rotation *p, const pkt_batch *batch, const double *values, pkt_err *err)
{
    if (!p->encoder) {
        p->rows += batch->rows;
        return 0;
    }
    if (rotation_open(p, err) != 0 || pkt_writer_push(p->writer, batch, values, err) != 0)
        return -1;
    p->pushed += batch->rows;
    return batch->rows ? limit_apply(p, err) : 0;
}

int rotation_flush(rotation *p, pkt_err *err)
{
    return !p->writer || p->encoder->whole ? 0 : pkt_writer_flush(p->writer, err);
}

/* Another run may have taken the name since the file was opened. 0, or -1 and *err. */
static int file_commit(rotation *p, pkt_err *err)
{
    char name[PATH_MAX];
    int got = 1;
    if (!p->rotating)
        return pkt_atomic_file_commit(&p->out, err);
    for (; got > 0; p->count += got > 0) {
        if (rotated_name(p, name, err) != 0) {
            pkt_atomic_file_abandon(&p->out);
            return -1;
        }
        got = pkt_atomic_file_commit_new(&p->out, name, err);
    }
    return got;
}

int rotation_close(rotation *p, pkt_err *err)
{
    if (!p->writer)
        return 0;
    if (pkt_writer_end(p->writer, err) != 0)
        return -1;
    const uint64_t rows = pkt_writer_rows(p->writer);
    pkt_writer_close(p->writer);
    p->writer = NULL;
    if (file_commit(p, err) != 0)
        return -1;
    p->rows += rows;
    p->closed++;
    return 0;
}

void rotation_abandon(rotation *p)
{
    if (!p->writer)
        return;
    pkt_writer_close(p->writer);
    p->writer = NULL;
    pkt_atomic_file_abandon(&p->out);
}

uint64_t rotation_rows(const rotation *p)
{
    return p->rows + (p->writer ? pkt_writer_rows(p->writer) : 0);
}

int rotation_descriptor(const rotation *p)
{
    return p->writer ? fileno(p->out.file) : -1;
}
