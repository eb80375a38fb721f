#include "datasets/slicer.h"

#include <stdlib.h>

#include "parsers/source/source.h"
#include "parsers/util/atomic_file.h"

/* A range of the input file: offsets in bytes, `end` is exclusive. */
typedef struct span {
    uint64_t start, end;
} span;

/* What the output needs before its first record: the pcap file header, or all blocks of the pcapng
 * section before that record, except packets. */
typedef struct preamble {
    span *spans;
    size_t count, capacity;
    uint64_t bytes;
    uint64_t section; /* offset of the section that it belongs to */
    uint64_t end;     /* end of the last record read */
} preamble;

static int preamble_add(preamble *p, uint64_t start, uint64_t end, pkt_err *err)
{
    if (start >= end)
        return 0;
    if (p->count == p->capacity) {
        size_t capacity = p->capacity ? 2 * p->capacity : 16;
        span *spans = realloc(p->spans, capacity * sizeof *spans);
        if (!spans)
            return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for blocks");
        p->spans = spans;
        p->capacity = capacity;
    }
    p->spans[p->count++] = (span){start, end};
    p->bytes += end - start;
    return 0;
}

/* Add the blocks between the previous record and `record`, which was just read. */
static int preamble_update(preamble *p, const pkt_source *source, const pkt_record *record,
                           pkt_err *err)
{
    uint64_t section = pkt_source_section(source), from = p->end;
    if (section != p->section) {
        p->count = 0;
        p->bytes = 0;
        p->section = section;
        from = section;
    }
    p->end = record->end;
    return preamble_add(p, from, record->start, err);
}

static int copy_span(FILE *out, FILE *in, span s, pkt_err *err)
{
    char buffer[65536];
    if (fseeko(in, (off_t)s.start, SEEK_SET) != 0)
        return pkt_fail(err, PKT_ERR_FORMAT, s.start, "cannot seek: %s", strerror(errno));
    for (uint64_t left = s.end - s.start; left > 0;) {
        size_t want = left < sizeof buffer ? (size_t)left : sizeof buffer;
        size_t got = fread(buffer, 1, want, in);
        if (got == 0)
            return pkt_fail(err, PKT_ERR_TRUNCATED, s.end - left,
                            "the file shrank while it was read");
        if (fwrite(buffer, 1, got, out) != got)
            return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
        left -= got;
    }
    return 0;
}

static int spans_write(FILE *out, const char *path, const preamble *p, span records, pkt_err *err)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE, "%s", strerror(errno));
    int bad = 0;
    for (size_t i = 0; i < p->count && !bad; i++)
        bad = copy_span(out, in, p->spans[i], err);
    if (!bad)
        bad = copy_span(out, in, records, err);
    fclose(in);
    return bad;
}

/* Write the preamble and the records of `path` into a new file. */
static int part_write(const char *name, const char *path, const preamble *p, span records,
                      pkt_err *err)
{
    pkt_atomic_file out;
    if (pkt_atomic_file_open(&out, name, err) != 0)
        return -1;
    if (spans_write(out.file, path, p, records, err) != 0) {
        pkt_atomic_file_abandon(&out);
        return -1;
    }
    return pkt_atomic_file_commit(&out, err);
}

/* True at the end of the capture, also of a truncated one: both can be sliced. */
static int at_end(int got, const pkt_err *err)
{
    return got == 0 || err->code == PKT_ERR_TRUNCATED;
}

/* Find where the last complete record ends. */
static int last_record_end(const char *path, uint64_t *end, pkt_err *err)
{
    pkt_source *source = pkt_source_open(path, err);
    if (!source)
        return -1;
    pkt_record record = {.end = 0};
    int got;
    *end = 0;
    while ((got = pkt_source_next(source, &record, err)) == 1)
        *end = record.end;
    pkt_source_close(source);
    return at_end(got, err) ? 0 : -1;
}

/* The lowest offset at which the first record of the slice may start. */
static uint64_t earliest_start(uint64_t size, uint64_t limit, slice_where where)
{
    if (where == SLICE_START || size <= limit)
        return 0;
    return where == SLICE_MIDDLE ? (size - limit) / 2 : size - limit;
}

static int slice_from(pkt_source *source, const char *path, const char *out, uint64_t limit,
                      uint64_t size, slice_where where, preamble *p, pkt_err *err)
{
    pkt_record record;
    uint64_t from = earliest_start(size, limit, where), start = 0, end = 0;
    int got, started = 0;
    while ((got = pkt_source_next(source, &record, err)) == 1) {
        if (!started) {
            if (preamble_update(p, source, &record, err) != 0)
                return -1;
            started = record.start >= from &&
                      (where != SLICE_END || p->bytes + (size - record.start) <= limit);
            start = end = record.start;
        }
        if (started && p->bytes + (record.end - start) > limit)
            break;
        end = record.end;
    }
    if (got != 1 && !at_end(got, err))
        return -1;
    if (!started || end == start)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "no record fits into %llu bytes",
                        (unsigned long long)limit);
    return part_write(out, path, p, (span){start, end}, err);
}

int slice_capture(const char *path, const char *out, uint64_t limit, slice_where where,
                  uint64_t end, pkt_err *err)
{
    if (where != SLICE_START && end == 0 && last_record_end(path, &end, err) != 0)
        return -1;
    pkt_source *source = pkt_source_open(path, err);
    if (!source)
        return -1;
    preamble p = {.section = UINT64_MAX};
    int bad = slice_from(source, path, out, limit, end, where, &p, err);
    free(p.spans);
    pkt_source_close(source);
    return bad;
}

/* The current piece: not yet written. */
typedef struct piece {
    preamble preamble;
    span records; /* start 0: no records yet */
} piece;

/* Write the piece as OUT, OUT1, OUT2, ...; `out` NULL: nowhere. */
static int piece_write(const char *out, uint64_t number, const char *path, const piece *piece,
                       pkt_err *err)
{
    char *name = NULL;
    if (!out)
        return 0;
    if (number == 0)
        return part_write(out, path, &piece->preamble, piece->records, err);
    if (asprintf(&name, "%s%llu", out, (unsigned long long)number) < 0)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a file name");
    int bad = part_write(name, path, &piece->preamble, piece->records, err);
    free(name);
    return bad;
}

/* Make *to a copy of *from that owns its spans. */
static int preamble_copy(preamble *to, const preamble *from, pkt_err *err)
{
    span *spans = realloc(to->spans, (from->count + 1) * sizeof *spans);
    if (!spans)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for blocks");
    if (from->count)
        memcpy(spans, from->spans, from->count * sizeof *spans);
    *to = *from;
    to->spans = spans;
    to->capacity = from->count + 1;
    return 0;
}

static int pieces_from(pkt_source *source, const char *path, const char *out, uint64_t limit,
                       preamble *p, piece *current, uint64_t *pieces, pkt_err *err)
{
    pkt_record record;
    span *records = &current->records;
    int got;
    while ((got = pkt_source_next(source, &record, err)) == 1) {
        if (records->start && current->preamble.bytes + (records->end - records->start) > limit) {
            if (piece_write(out, (*pieces)++, path, current, err) != 0)
                return -1;
            records->start = 0;
        }
        if (preamble_update(p, source, &record, err) != 0)
            return -1;
        if (!records->start) {
            if (preamble_copy(&current->preamble, p, err) != 0)
                return -1;
            records->start = record.start;
        }
        records->end = record.end;
    }
    if (!at_end(got, err))
        return -1;
    return records->start ? piece_write(out, (*pieces)++, path, current, err) : 0;
}

int slice_pieces(const char *path, const char *out, uint64_t limit, uint64_t *pieces, pkt_err *err)
{
    *pieces = 0;
    pkt_source *source = pkt_source_open(path, err);
    if (!source)
        return -1;
    preamble p = {.section = UINT64_MAX};
    piece current = {.records = {0, 0}};
    int bad = pieces_from(source, path, out, limit, &p, &current, pieces, err);
    free(current.preamble.spans);
    free(p.spans);
    pkt_source_close(source);
    return bad;
}

int slice_count(const char *path, uint64_t limit, uint64_t *pieces, pkt_err *err)
{
    return slice_pieces(path, NULL, limit, pieces, err);
}
