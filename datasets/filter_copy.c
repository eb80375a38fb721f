#include "datasets/filter_copy.h"

#include "parsers/source/filter.h"
#include "parsers/source/source.h"
#include "parsers/util/atomic_file.h"

typedef struct filter_copier {
    pkt_source *source;
    pkt_filter *filter;
    FILE *in;
    pkt_atomic_file out;
    uint64_t at; /* input offset of the next byte to read */
} filter_copier;

/* Read up to input offset `end`; write these bytes if `copy`, drop them otherwise. */
static int read_up_to(filter_copier *s, uint64_t end, int copy, pkt_err *err)
{
    char buffer[65536];
    while (s->at < end) {
        uint64_t left = end - s->at;
        size_t got = fread(buffer, 1, left < sizeof buffer ? (size_t)left : sizeof buffer, s->in);
        if (got == 0)
            return pkt_fail(err, PKT_ERR_IO, s->at, "the file shrank while it was read");
        if (copy && fwrite(buffer, 1, got, s->out.file) != got)
            return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
        s->at += got;
    }
    return 0;
}

/* Returns the last result of pkt_source_next(), or -1 and *err. */
static int copy_records(filter_copier *s, filter_counts *counts, pkt_err *err)
{
    pkt_record record;
    int got;
    while ((got = pkt_source_next(s->source, &record, err)) == 1) {
        int matches = pkt_filter_match(s->filter, &record, err);
        if (matches < 0 || read_up_to(s, record.start, 1, err) != 0 ||
            read_up_to(s, record.end, matches, err) != 0)
            return -1;
        counts->of++;
        counts->kept += (uint64_t)matches;
    }
    return got;
}

static int copy_to_file(filter_copier *s, const char *out, filter_counts *counts, pkt_err *err)
{
    pkt_err write_err = {.pos = PKT_POS_NONE};
    if (pkt_atomic_file_open(&s->out, out, err) != 0)
        return -1;
    int got = copy_records(s, counts, err);
    if (got < 0 && err->code != PKT_ERR_TRUNCATED) {
        pkt_atomic_file_abandon(&s->out);
        return -1;
    }
    if (pkt_atomic_file_commit(&s->out, &write_err) == 0)
        return got;
    *err = write_err;
    return -1;
}

int filter_copy(const char *path, const char *out, const char *expression, filter_counts *counts,
                pkt_err *err)
{
    filter_copier s = {.source = pkt_source_open(path, err)};
    int bad = -1;
    *counts = (filter_counts){0};
    if (s.source) {
        s.filter = pkt_filter_open(expression, err);
        s.in = fopen(path, "rb");
        if (!s.in)
            pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot read: %s", strerror(errno));
        else if (s.filter)
            bad = copy_to_file(&s, out, counts, err);
        if (s.in)
            (void)fclose(s.in);
    }
    pkt_filter_close(s.filter);
    pkt_source_close(s.source);
    return bad;
}
