#include "bench/input/captures.h"

#include <stdlib.h>
#include <unistd.h>

#include "bench/input/filtered.h"
#include "datasets/generate.h"
#include "datasets/slicer.h"
#include "parsers/input/input.h"
#include "parsers/util/error.h"

/* Characters of a capture's name in that of a slice, at most. */
enum { BASE_MAX = 60 };

typedef struct user_capture {
    const char *shown; /* what to call it */
    char *path;        /* plain: the file itself, or what it was decompressed into */
    char *base;        /* what its slices are called */
    bool cut;
    bool ours;            /* the path is in the scratch folder */
    filter_counts counts; /* by the suite's filter */
    suite_slice whole;    /* as measured */
} user_capture;

/* Length without the last suffix; a leading dot begins none. */
static size_t suffix_drop(const char *base, size_t length)
{
    const char *dot = memrchr(base, '.', length);
    return dot && dot != base ? (size_t)(dot - base) : length;
}

/* File name without folder and without its last suffix (that of the capture where one of a
 * compression follows), at most BASE_MAX characters. */
static char *base_name(const char *path)
{
    static const char *const packings[] = {".gz", ".zst", ".xz"};
    const char *slash = strrchr(path, '/');
    const char *base = strcmp(path, "-") == 0 ? "stdin" : slash ? slash + 1 : path;
    size_t length = suffix_drop(base, strlen(base));
    for (size_t i = 0; i < sizeof packings / sizeof packings[0]; i++)
        if (strcmp(base + length, packings[i]) == 0) {
            length = suffix_drop(base, length);
            break;
        }
    return strndup(base, length < BASE_MAX ? length : BASE_MAX);
}

/* A slice of the capture, with the path that its file is to have in the scratch folder. Without
 * memory it has no name or no path. */
static suite_slice slice_new(const suite *suite, const user_capture *c, const char *part,
                             const char *suffix)
{
    const bool whole = strcmp(part, "whole") == 0;
    char *base = whole ? NULL : suite_text("%s-%s", c->base, part);
    suite_slice slice = {.part = part, .unfiltered = c->counts.of, .filtered = c->counts.kept};
    if (whole || base)
        slice.name = suite_name(suite, whole ? c->base : base);
    char *file = slice.name ? suite_text("%s%s", slice.name, suffix) : NULL;
    if (file)
        slice.path = scratch_path(&suite->scratch, file);
    free(base);
    free(file);
    return slice;
}

/* Add the slice once its file was written; `bad`: it was not, and *err says why. */
static int slice_add(suite *suite, const user_capture *c, suite_slice *slice, int bad, pkt_err *err)
{
    if (!bad)
        return suite_add(suite, slice, c->shown, err) ? 0 : -1;
    suite_slice_free(slice);
    return pkt_err_about(err, c->shown);
}

/* A copy of a part of the capture. */
static int part_add(suite *suite, const user_capture *c, const char *part, slice_where where,
                    pkt_err *err)
{
    suite_slice slice = slice_new(suite, c, part, ".pcap");
    const int bad =
        slice.path ? slice_capture(c->path, slice.path, SLICE_BYTES, where, c->whole.end, err) : 0;
    return slice_add(suite, c, &slice, bad, err);
}

/* Copied even if it is small: what is measured lies in the page cache as all slices do, however
 * the capture was written. */
static int whole_add(suite *suite, const user_capture *c, pkt_err *err)
{
    suite_slice slice = slice_new(suite, c, "whole", ".whole");
    int bad = 0;
    if (c->ours) {
        free(slice.path);
        slice.path = strdup(c->path);
    } else if (slice.path) {
        bad = pkt_input_save(c->path, slice.path, err);
    }
    return slice_add(suite, c, &slice, bad, err);
}

/* The plain file in the scratch folder. */
static int capture_decompress(const suite *suite, const char *operand, user_capture *c,
                              pkt_err *err)
{
    char name[32];
    (void)snprintf(name, sizeof name, "decompressed-%zu", suite->count);
    c->path = scratch_path(&suite->scratch, name);
    if (!c->path)
        return pkt_fail_memory(err, "a slice");
    if (pkt_input_save(operand, c->path, err) == 0)
        return 0;
    if (err->code != PKT_ERR_TRUNCATED)
        return pkt_err_about(err, c->shown);
    pkt_notice_err(suite->notices, c->shown, err, "measured up to there");
    return 0;
}

static int capture_measure(const suite *suite, user_capture *c, pkt_err *err)
{
    c->whole.path = c->path;
    const int got = suite_slice_measure(&c->whole, err);
    c->cut = got < 0 && err->code == PKT_ERR_TRUNCATED && c->whole.packets > 0;
    if (got < 0 && !c->cut)
        return pkt_err_about(err, c->shown);
    if (c->cut)
        pkt_notice_err(suite->notices, c->shown, err, "measured without its last packet");
    return 0;
}

/* The filter's packets in place of all; a file of ours that has them is not needed any more. */
static int capture_filter(const suite *suite, user_capture *c, pkt_err *err)
{
    if (!suite->filter)
        return 0;
    char *path = filtered_capture(suite, c->shown, c->path, &c->counts, err);
    if (c->ours)
        (void)unlink(c->path);
    free(c->path);
    c->path = path;
    c->ours = true;
    return path ? 0 : -1;
}

static int capture_slice(suite *suite, const user_capture *c, pkt_err *err)
{
    if (c->whole.bytes <= SLICE_BYTES)
        return c->cut ? part_add(suite, c, "whole", SLICE_START, err) : whole_add(suite, c, err);
    return part_add(suite, c, "start", SLICE_START, err) == 0 &&
                   part_add(suite, c, "middle", SLICE_MIDDLE, err) == 0
               ? part_add(suite, c, "end", SLICE_END, err)
               : -1;
}

int capture_add(suite *suite, const char *operand, pkt_err *err)
{
    const bool file = pkt_input_is_file(operand);
    user_capture c = {.shown = pkt_input_shown(operand),
                      .base = base_name(operand),
                      .path = file ? strdup(operand) : NULL,
                      .ours = !file};
    int bad = c.base && (c.path || !file) ? 0 : pkt_fail_memory(err, "a slice");
    if (!bad && !file)
        bad = capture_decompress(suite, operand, &c, err);
    bad = bad || capture_filter(suite, &c, err) != 0 || capture_measure(suite, &c, err) != 0 ||
          capture_slice(suite, &c, err) != 0;
    if (c.ours && c.path && c.whole.bytes > SLICE_BYTES)
        (void)unlink(c.path); /* its slices are enough */
    free(c.path);
    free(c.base);
    return bad ? -1 : 0;
}
