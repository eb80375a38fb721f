#include "bench/input/captures.h"

#include <stdlib.h>
#include <unistd.h>

#include "bench/input/filtered.h"
#include "bench/input/layout.h"
#include "datasets/generate.h"
#include "datasets/slicer.h"
#include "parsers/input/input.h"
#include "parsers/util/error.h"
#include "parsers/util/output_text.h"

/* Maximum length of a capture's name in a slice name, in bytes. */
enum { BASE_MAX = 60 };

typedef struct user_capture {
    const char *shown;    /* its name in messages */
    char *path;           /* uncompressed: the file itself, or a copy */
    char *base;           /* base of the slice names */
    bool cut;             /* the last packet is truncated */
    bool ours;            /* the path is in the scratch folder */
    filter_counts counts; /* packets before and after the filter */
    suite_slice whole;    /* as measured */
} user_capture;

/* Length without the last suffix. A leading dot starts no suffix. */
static size_t suffix_drop(const char *base, size_t length)
{
    const char *dot = memrchr(base, '.', length);
    return dot && dot != base ? (size_t)(dot - base) : length;
}

/* File name without folder, without the suffix of a compression and without the last suffix before
 * it; at most BASE_MAX bytes, as UTF-8 without control characters. */
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
    char *raw = strndup(base, length), *name = raw ? malloc(BASE_MAX + 1) : NULL;
    if (name)
        (void)pkt_text_fit(name, BASE_MAX + 1, raw);
    free(raw);
    return name;
}

/* A slice of the capture, with a path in the scratch folder. If memory is exhausted, its name or
 * path is NULL. */
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

/* Add the slice after its file was written. `bad`: writing failed, with the reason in *err. */
static int slice_add(suite *suite, const user_capture *c, suite_slice *slice, int bad, pkt_err *err)
{
    if (!bad)
        return suite_add(suite, slice, c->shown, err) ? 0 : -1;
    suite_slice_free(slice);
    return pkt_err_about(err, c->shown);
}

/* Add a part of the capture as a slice. */
static int part_add(suite *suite, const user_capture *c, const char *part, slice_where where,
                    pkt_err *err)
{
    suite_slice slice = slice_new(suite, c, part, ".pcap");
    const int bad =
        slice.path ? slice_capture(c->path, slice.path, SLICE_BYTES, where, c->whole.end, err) : 0;
    return slice_add(suite, c, &slice, bad, err);
}

/* Add the whole capture. It is copied, so its file is in the page cache like those of all other
 * slices. */
static int whole_add(suite *suite, const user_capture *c, pkt_err *err)
{
    suite_slice slice = slice_new(suite, c, "whole", ".whole");
    int bad = 0;
    if (c->ours) {
        free(slice.path);
        slice.path = strdup(c->path);
    } else if (slice.path) {
        bad = layout_copy(c->path, slice.path, LAYOUT_WRITE_BYTES, err);
    }
    return slice_add(suite, c, &slice, bad, err);
}

/* Write the capture uncompressed into the scratch folder. */
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

/* Replace the capture by the packets that match the filter. An uncompressed copy is removed. */
static int capture_filter(const suite *suite, user_capture *c, pkt_err *err)
{
    if (!suite->filter)
        return 0;
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the path is freed below */
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
        (void)unlink(c.path); /* only its slices are used */
    free(c.path);
    free(c.base);
    return bad ? -1 : 0;
}
