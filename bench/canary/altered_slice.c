#include "bench/canary/altered_slice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/canary/altered_file.h"
#include "bench/canary/altered_places.h"
#include "parsers/util/clock.h"
#include "parsers/util/error.h"

/* Of the largest cell of a column of numbers. */
enum { CELL_BYTES = 8 };

/* Index of what is kept for the columns at `level`. */
static size_t kind_of(pkt_level level)
{
    return level == PKT_LEVEL_FLOWS ? 1 : level == PKT_LEVEL_APP ? 2 : 0;
}

/* Get the digests of the original, then change the slice once and see which columns that
 * reaches. `level`: headers, flows or app. */
static int reach_find(altered_slice *a, pkt_level level, pkt_err *err)
{
    uint64_t *original = a->digest[kind_of(level)], changed[PKT_COLUMN_COUNT];
    if (altered_digests(a, level, original, err) != 0)
        return -1;
    altered_key(a, NULL);
    altered_canaries(a, level, NULL);
    const int bad = altered_digests(a, level, changed, err);
    for (size_t c = 0; !bad && c < PKT_COLUMN_COUNT; c++)
        if (changed[c] != original[c] && pkt_column_at(c)->format_as != PKT_AS_TEXT)
            pkt_set_add(&a->reach[kind_of(level)], c);
    altered_restore(a);
    return bad;
}

static int file_map(altered_slice *a, pkt_err *err)
{
    struct stat status;
    a->fd = open(a->slice->path, O_RDWR | O_CLOEXEC);
    if (a->fd < 0 || fstat(a->fd, &status) != 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot open: %s", strerror(errno));
    a->size = (size_t)status.st_size;
    void *file = mmap(NULL, a->size, PROT_READ | PROT_WRITE, MAP_SHARED, a->fd, 0);
    if (file == MAP_FAILED)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot map: %s", strerror(errno));
    a->file = file;
    a->original = malloc(a->size);
    if (!a->original)
        return pkt_fail_memory(err, "the original of a slice");
    memcpy(a->original, a->file, a->size);
    return 0;
}

static int altered_prepare(altered_slice *a, pkt_err *err)
{
    a->places = calloc(a->packets + 1, sizeof *a->places);
    a->column = malloc((a->packets + 1) * CELL_BYTES);
    a->swapped = malloc(SWAP_BYTES);
    a->batch = pkt_batch_new(err);
    if (!a->places || !a->column || !a->swapped || !a->batch)
        return pkt_fail_memory(err, "the packets of a slice");
    return file_map(a, err) != 0 || altered_places(a, err) != 0 ||
                   reach_find(a, PKT_LEVEL_HEADERS, err) != 0 ||
                   reach_find(a, PKT_LEVEL_FLOWS, err) != 0 ||
                   reach_find(a, PKT_LEVEL_APP, err) != 0
               ? -1
               : 0;
}

altered_slice *altered_open(const suite_slice *slice, pkt_err *err)
{
    if (slice->bytes > ALTERED_BYTES_MAX) {
        pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "is larger than %u MiB",
                 (unsigned)(ALTERED_BYTES_MAX >> 20));
        return NULL;
    }
    altered_slice *a = calloc(1, sizeof *a);
    if (!a) {
        pkt_fail_memory(err, "a slice");
        return NULL;
    }
    if (getrandom(a->random.numbers, sizeof a->random.numbers, 0) !=
        (ssize_t)sizeof a->random.numbers) {
        free(a);
        pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "no random numbers: %s", strerror(errno));
        return NULL;
    }
    a->fd = -1;
    a->slice = slice;
    a->packets = slice->packets;
    if (altered_prepare(a, err) == 0)
        return a;
    altered_close(a);
    return NULL;
}

void altered_close(altered_slice *a)
{
    if (!a)
        return;
    if (a->original)
        altered_restore(a);
    if (a->file)
        munmap(a->file, a->size);
    if (a->fd >= 0)
        close(a->fd);
    pkt_batch_free(a->batch);
    free(a->original);
    free(a->places);
    free(a->column);
    free(a->swapped);
    free(a);
}

pkt_column_set altered_reach(const altered_slice *a, pkt_level level)
{
    return pkt_set_and(a->reach[kind_of(level)], pkt_level_columns(level));
}

uint64_t altered_original_digest(const altered_slice *a, pkt_level level, size_t column)
{
    return a->digest[kind_of(level)][column];
}

double altered_walk_ns(const altered_slice *a)
{
    const volatile uint8_t *file = a->file;
    const int64_t from = pkt_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    for (uint64_t i = 0; i < a->packets; i++)
        (void)file[a->places[i].data];
    return (double)(pkt_clock_ns(CLOCK_THREAD_CPUTIME_ID) - from);
}

uint64_t altered_packets(const altered_slice *a)
{
    return a->packets;
}
