#include "parsers/labels/truth.h"

#include <stdlib.h>
#include <unistd.h>

#include "parsers/labels/truth_format.h"
#include "parsers/util/error.h"

const char *const pkt_truth_names[PKT_TRUTH_COLUMNS] = {"packet", "label", "origin",
                                                        "origin_packet"};

struct pkt_truth {
    char *path; /* owned */
    const pkt_truth_format *format;
    void *file;      /* of the format */
    uint64_t packet; /* of the last row */
};

/* By the first bytes of the file. A pipe has CSV. */
static const pkt_truth_format *format_find(FILE *file)
{
    static const char magic[] = {'P', 'A', 'R', '1'};
    char begin[sizeof magic];
    return pread(fileno(file), begin, sizeof begin, 0) == (ssize_t)sizeof begin &&
                   memcmp(begin, magic, sizeof magic) == 0
               ? &pkt_truth_parquet
               : &pkt_truth_csv;
}

static int truth_begin(pkt_truth *t, const char *path, bool origins, pkt_err *err)
{
    t->path = strdup(path);
    if (!t->path)
        return pkt_fail_memory(err, "the truth");
    FILE *file = fopen(path, "re");
    if (!file) {
        (void)pkt_fail_open(err, PKT_ERR_IO, "", path);
        return pkt_err_about(err, path);
    }
    t->format = format_find(file);
    t->file = t->format->open(file, origins ? PKT_TRUTH_COLUMNS : PKT_TRUTH_ORIGIN, err);
    return t->file ? 0 : pkt_err_about(err, path);
}

pkt_truth *pkt_truth_open(const char *path, bool origins, pkt_err *err)
{
    pkt_truth *t = calloc(1, sizeof *t);
    if (!t)
        (void)pkt_fail_memory(err, "the truth");
    else if (truth_begin(t, path, origins, err) == 0)
        return t;
    pkt_truth_close(t);
    return NULL;
}

int pkt_truth_next(pkt_truth *t, pkt_truth_row *row, pkt_err *err)
{
    int got = t->format->next(t->file, row, err);
    if (got > 0 && row->packet <= t->packet)
        got = pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE,
                       "%s %llu: the number of the packet does not rise", t->format->row_word,
                       (unsigned long long)t->format->row(t->file));
    if (got < 0)
        return pkt_err_about(err, t->path);
    t->packet = got ? row->packet : t->packet;
    return got;
}

void pkt_truth_close(pkt_truth *t)
{
    if (!t)
        return;
    if (t->file)
        t->format->close(t->file);
    free(t->path);
    free(t);
}
