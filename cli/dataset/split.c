#include "cli/dataset/split.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/dataset/folder.h"
#include "parsers/util/error.h"

enum { PLACE_TRIES = 10 };

static uint64_t next_number(void *self)
{
    split *s = self;
    return s->next ? s->next(s->next_self) : ++s->number;
}

static int cannot_write(pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
}

/* Keep the error for good, if there is one. Returns `bad`. */
static int fault_keep(split *s, int bad, const pkt_err *err)
{
    if (bad && s->fault.code == PKT_ERR_NONE)
        s->fault = *err;
    return bad;
}

static bool has_fault(const split *s, pkt_err *err)
{
    if (s->fault.code == PKT_ERR_NONE)
        return false;
    *err = s->fault;
    return true;
}

/* Complete the part's file; the part is then free. */
static int part_close(split *s, split_part *part, pkt_err *err)
{
    split_file *file = &s->files[part->index];
    int bad = pkt_writer_end(part->writer, err);
    file->rows = pkt_writer_rows(part->writer);
    file->bytes = pkt_writer_bytes(part->writer);
    pkt_writer_close(part->writer);
    part->writer = NULL;
    if (!bad && fsync(fileno(part->file)) != 0)
        bad = cannot_write(err);
    if (fclose(part->file) != 0 && !bad)
        bad = cannot_write(err);
    return bad;
}

/* One more entry of s->files: the next file of the partition. */
static split_file *file_add(split *s, int64_t hour, pkt_err *err)
{
    char folder[PATH_MAX];
    if (s->count == s->room) {
        const size_t room = 2 * s->room + 8;
        split_file *files = realloc(s->files, room * sizeof *files);
        if (!files) {
            pkt_fail_memory(err, "files");
            return NULL;
        }
        s->files = files;
        s->room = room;
    }
    partition_folder(s->keys, s->name, s->marker, hour, folder);
    split_file *file = &s->files[s->count];
    *file = (split_file){.rows = 0};
    size_t earlier = 1; /* files of this partition, with this one */
    for (size_t i = 0; i < s->count; i++)
        earlier += strncmp(s->files[i].path, folder, strlen(folder)) == 0;
    s->count++;
    const char *base = partition_has(s->keys, PARTITION_FILE) ? "rows" : s->name;
    if (asprintf(&file->path, "%s%s-%zu.%s", folder, base, earlier, s->encoder->name) < 0)
        file->path = NULL;
    if (asprintf(&file->staged, "%s/%s.%zu", s->stage, s->name, s->count) < 0)
        file->staged = NULL;
    if (file->path && file->staged)
        return file;
    pkt_fail_memory(err, "paths");
    return NULL;
}

static int part_start(split *s, split_part *part, pkt_err *err)
{
    part->writer = pkt_writer_open_in(s->pool, s->encoder, s->fields, part->file, err);
    if (!part->writer) {
        fclose(part->file);
        return -1;
    }
    pkt_writer_number(part->writer, next_number, s);
    return pkt_writer_capture(part->writer, s->file, s->label, err);
}

static int part_open(split *s, split_part *part, int64_t hour, pkt_err *err)
{
    if (s->count == SPLIT_FILES)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                        "its times go back and forth: more than %d files; sort it by time first "
                        "(reordercap), or leave out hour",
                        SPLIT_FILES);
    const split_file *file = file_add(s, hour, err);
    if (!file)
        return -1;
    part->index = s->count - 1;
    part->hour = hour;
    part->file = fopen(file->staged, "wbe");
    if (!part->file)
        return pkt_fail_open(err, PKT_ERR_WRITE, "cannot write: ", file->staged);
    (void)setvbuf(part->file, NULL, _IONBF, 0); /* the writer buffers */
    return part_start(s, part, err);
}

/* A free part, or the one that has been without rows for the longest time. */
static split_part *part_choose(split *s)
{
    split_part *oldest = &s->open[0];
    for (size_t i = 0; i < SPLIT_OPEN; i++) {
        if (!s->open[i].writer)
            return &s->open[i];
        if (s->open[i].used < oldest->used)
            oldest = &s->open[i];
    }
    return oldest;
}

/* The open part for rows of this hour; NULL and *err. */
static split_part *part_of(split *s, int64_t hour, pkt_err *err)
{
    for (size_t i = 0; i < SPLIT_OPEN; i++)
        if (s->open[i].writer && s->open[i].hour == hour)
            return &s->open[i];
    split_part *part = part_choose(s);
    if (part->writer && part_close(s, part, err) != 0)
        return NULL;
    return part_open(s, part, hour, err) == 0 ? part : NULL;
}

/* Rows [from, from + count) are of one partition. */
static int rows_push(split *s, const pkt_batch *batch, const double *values, size_t from,
                     size_t count, pkt_err *err)
{
    const int64_t hour = partition_hour_of(s->keys, batch->ts_ns[from]);
    if (!s->last || !s->last->writer || s->last->hour != hour)
        s->last = part_of(s, hour, err);
    if (!s->last)
        return -1;
    s->last->used = ++s->pushes;
    return pkt_writer_push_rows(s->last->writer, batch, values, from, count, err);
}

int split_push(split *s, const pkt_batch *batch, const double *values, pkt_err *err)
{
    if (has_fault(s, err))
        return -1;
    for (size_t from = 0; from < batch->rows;) {
        const size_t count = partition_rows(s->keys, batch->ts_ns, from, batch->rows);
        if (fault_keep(s, rows_push(s, batch, values, from, count, err), err) != 0)
            return -1;
        from += count;
    }
    return 0;
}

static int sink_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    return split_push(self, batch, NULL, err);
}

static int sink_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

pkt_sink split_sink(split *s)
{
    return pkt_sink_make(s, sink_push, sink_finish);
}

int split_capture(split *s, const char *file, const char *label, pkt_err *err)
{
    s->file = file;
    s->label = label;
    if (partition_by_time(s->keys))
        return 0;
    s->last = part_of(s, 0, err); /* a capture without packets has a file, too */
    return fault_keep(s, s->last ? 0 : -1, err);
}

void split_number(split *s, uint64_t (*next)(void *self), void *self)
{
    s->next = next;
    s->next_self = self;
}

int split_end(split *s, pkt_err *err)
{
    if (has_fault(s, err))
        return -1;
    for (size_t i = 0; i < SPLIT_OPEN; i++)
        if (s->open[i].writer && fault_keep(s, part_close(s, &s->open[i], err), err) != 0)
            return -1;
    return 0;
}

uint64_t split_rows(const split *s)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < s->count; i++)
        rows += s->files[i].rows;
    return rows;
}

/* Another process may remove an empty folder between the two steps. */
static int file_move(const char *from, const char *to)
{
    int bad = -1;
    for (unsigned i = 0; bad && i < PLACE_TRIES; i++) {
        bad = folders_make(to) != 0 || rename(from, to) != 0 ? -1 : 0;
        if (bad && errno != ENOENT)
            break;
    }
    return bad;
}

int split_place(split *s, pkt_err *err)
{
    for (size_t i = 0; i < s->count; i++) {
        char path[PATH_MAX];
        split_file *file = &s->files[i];
        (void)snprintf(path, sizeof path, "%s/%s", s->root, file->path);
        if (file_move(file->staged, path) != 0)
            return cannot_write(err);
        free(file->staged);
        file->staged = NULL;
    }
    return 0;
}

void split_close(split *s)
{
    for (size_t i = 0; i < SPLIT_OPEN; i++)
        if (s->open[i].writer) {
            pkt_writer_close(s->open[i].writer);
            s->open[i].writer = NULL;
            fclose(s->open[i].file);
        }
    for (size_t i = 0; i < s->count; i++) {
        if (s->files[i].staged)
            (void)unlink(s->files[i].staged);
        free(s->files[i].staged);
        free(s->files[i].path);
    }
    free(s->files);
    s->files = NULL;
    s->count = s->room = 0;
}
