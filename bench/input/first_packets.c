#include "bench/input/first_packets.h"

#include <inttypes.h>
#include <stdlib.h>

#include "datasets/slicer.h"
#include "parsers/source/source.h"
#include "parsers/util/error.h"

/* End offset of record `number` (from 1) of the slice. */
static int record_end(const suite_slice *slice, uint64_t number, uint64_t *end, pkt_err *err)
{
    pkt_record record = {.end = 0};
    pkt_source *source = pkt_source_open(slice->path, err);
    int got = source ? 1 : -1;
    for (uint64_t i = 0; got == 1 && i < number; i++)
        got = pkt_source_next(source, &record, err);
    pkt_source_close(source);
    *end = record.end;
    if (got == 0)
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "has fewer than %" PRIu64 " packets", number);
    return got == 1 ? 0 : -1;
}

/* Copy the first lines of a file. false with errno set. */
static bool lines_copy(const char *from, const char *to, uint64_t lines)
{
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    char *line = NULL;
    size_t room = 0;
    bool good = in && out;
    for (uint64_t i = 0; good && i < lines; i++)
        good = getline(&line, &room, in) > 0 && fputs(line, out) >= 0;
    free(line);
    if (in)
        fclose(in);
    if (out)
        good = fclose(out) == 0 && good;
    return good;
}

/* Write the capture and the truth of the first packets. */
static int prefix_write(const suite_slice *whole, const suite_slice *prefix, uint64_t packets,
                        pkt_err *err)
{
    uint64_t end;
    if (record_end(whole, packets, &end, err) != 0 ||
        slice_capture(whole->path, prefix->path, end, SLICE_START, end, err) != 0) {
        (void)pkt_err_about(err, whole->name);
        return scratch_failed(err);
    }
    if (!whole->truth || lines_copy(whole->truth, prefix->truth, packets + 1))
        return 0;
    pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot copy it: %s", strerror(errno));
    (void)pkt_err_about(err, whole->truth);
    return scratch_failed(err);
}

/* A copy of `whole` with new name and paths. If memory is exhausted, one of them is NULL. */
static suite_slice prefix_new(const suite *suite, const suite_slice *whole, uint64_t packets)
{
    suite_slice prefix = *whole;
    prefix.whole = whole;
    prefix.name = suite_text("%s-first-%" PRIu64, whole->name, packets);
    prefix.path = prefix.truth = prefix.empty = NULL;
    char *stem = prefix.name ? scratch_path(&suite->scratch, prefix.name) : NULL;
    if (stem)
        prefix.path = suite_text("%s.pcap", stem);
    if (stem && whole->truth)
        prefix.truth = suite_text("%s.truth.csv", stem);
    free(stem);
    return prefix;
}

suite_slice *first_packets(suite *suite, const suite_slice *whole, uint64_t packets, pkt_err *err)
{
    for (size_t i = 0; i < suite->count; i++)
        if (suite->slices[i].whole == whole && suite->slices[i].packets == packets &&
            suite->slices[i].empty)
            return &suite->slices[i];
    suite_slice prefix = prefix_new(suite, whole, packets);
    int bad = prefix.path && (prefix.truth || !whole->truth) ? 0 : pkt_fail_memory(err, "a slice");
    if (!bad)
        bad = prefix_write(whole, &prefix, packets, err);
    if (bad) {
        suite_slice_free(&prefix);
        return NULL;
    }
    suite_slice *added = suite_add(suite, &prefix, prefix.name, err);
    if (added)
        added->empty = empty_capture(suite, added, err);
    return added && added->empty ? added : NULL;
}

char *empty_capture(const suite *suite, const suite_slice *slice, pkt_err *err)
{
    char name[256];
    (void)snprintf(name, sizeof name, "empty-%.200s", slice->name);
    char *path = scratch_path(&suite->scratch, name);
    char *bytes = malloc((size_t)slice->first);
    FILE *in = fopen(slice->path, "rb"), *out = path ? fopen(path, "wb") : NULL;
    bool good = bytes && in && out && fread(bytes, 1, (size_t)slice->first, in) == slice->first &&
                fwrite(bytes, 1, (size_t)slice->first, out) == slice->first;
    if (in)
        fclose(in);
    if (out)
        good = fclose(out) == 0 && good;
    free(bytes);
    if (good)
        return path;
    pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE,
             "cannot write a capture without packets into the scratch folder: %s", strerror(errno));
    free(path);
    return NULL;
}
