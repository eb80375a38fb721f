#include "bench/input/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/input/filtered.h"
#include "bench/input/scratch.h"
#include "bench/input/suite_parts.h"
#include "cli/message.h"
#include "datasets/generate.h"
#include "datasets/slicer.h"
#include "parsers/input/input.h"
#include "parsers/source/source.h"

char *suite_text(const char *format, const char *a, const char *b)
{
    char *out = NULL;
    return asprintf(&out, format, a, b) < 0 ? NULL : out;
}

char *suite_scratch(const suite *suite, const char *name)
{
    return suite_text("%s/%s", suite->folder, name);
}

static size_t suffix_drop(const char *base, size_t length)
{
    const char *dot = memrchr(base, '.', length);
    return dot && dot != base ? (size_t)(dot - base) : length;
}

/* File name without folder and without its last suffix (that of the capture where one of a
 * compression follows), at most 60 characters. */
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
    return strndup(base, length < 60 ? length : 60);
}

static bool name_taken(const suite *suite, const char *name)
{
    for (size_t i = 0; i < suite->count; i++)
        if (strcmp(suite->slices[i].name, name) == 0)
            return true;
    return false;
}

/* `base`, or base-2, base-3, ...: captures of one name in several folders. NULL without memory. */
static char *name_unique(const suite *suite, const char *base)
{
    char number[16];
    char *name = strdup(base);
    for (unsigned n = 2; name && name_taken(suite, name); n++) {
        free(name);
        (void)snprintf(number, sizeof number, "-%u", n);
        name = suite_text("%s%s", base, number);
    }
    return name;
}

/* Walk over the records: how many, how long. What pkt_source_next() gave at the end is returned. */
static int slice_measure(suite_slice *slice, pkt_err *err)
{
    pkt_source *source = pkt_source_open(slice->path, err);
    if (!source)
        return -1;
    pkt_record record;
    int got;
    slice->packets = slice->wire_bytes = slice->end = 0;
    slice->bytes = slice->first = pkt_source_size(source);
    slice->format = pkt_source_format(source);
    while ((got = pkt_source_next(source, &record, err)) == 1) {
        if (slice->packets++ == 0)
            slice->first = record.start;
        slice->wire_bytes += record.wire_len;
        slice->end = record.end;
    }
    pkt_source_close(source);
    return got;
}

suite_slice *suite_slice_new(suite *suite)
{
    if (suite->count < SUITE_MAX)
        return &suite->slices[suite->count];
    message_error("more than %d slices in one run", SUITE_MAX);
    return NULL;
}

bool suite_slice_admit(suite *suite, suite_slice *slice, const char *shown)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!slice->name || !slice->path) {
        message_error("no memory for a slice");
        return false;
    }
    suite->count++;
    if (slice_measure(slice, &err) != 0) {
        message_failure(shown, &err);
        return false;
    }
    if (slice->packets == 0) {
        message_error("%s: has no packets to measure", shown);
        return false;
    }
    return true;
}

/* A capture of the user's. */
typedef struct user_capture {
    const char *shown; /* what to call it */
    char *path;        /* plain: the file itself, or what it was decompressed into */
    char *base;        /* what its slices are called */
    bool cut;
    bool ours;            /* the path is in the scratch folder */
    filter_counts counts; /* by the suite's filter */
    suite_slice whole;    /* as measured */
} user_capture;

/* A copy in the scratch folder of a part of the capture. */
static bool part_add(suite *suite, const user_capture *c, const char *part, slice_where where)
{
    suite_slice *slice = suite_slice_new(suite);
    if (!slice)
        return false;
    pkt_err err = {.pos = PKT_POS_NONE};
    char *full = strcmp(part, "whole") == 0 ? strdup(c->base) : suite_text("%s-%s", c->base, part);
    *slice = (suite_slice){.part = part,
                           .name = full ? name_unique(suite, full) : NULL,
                           .unfiltered = c->counts.of,
                           .filtered = c->counts.kept};
    free(full);
    char *file = slice->name ? suite_text("%s%s", slice->name, ".pcap") : NULL;
    slice->path = file ? suite_scratch(suite, file) : NULL;
    free(file);
    if (slice->path &&
        slice_capture(c->path, slice->path, SLICE_BYTES, where, c->whole.end, &err) != 0) {
        suite->count++;
        message_failure(c->shown, &err);
        return false;
    }
    return suite_slice_admit(suite, slice, c->shown);
}

/* Copied even if it is small: what is measured lies in the page cache as all slices do, however
 * the capture was written. */
static bool whole_add(suite *suite, const user_capture *c)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    suite_slice *slice = suite_slice_new(suite);
    if (!slice)
        return false;
    *slice = (suite_slice){.part = "whole",
                           .name = name_unique(suite, c->base),
                           .unfiltered = c->counts.of,
                           .filtered = c->counts.kept};
    char *file = slice->name ? suite_text("%s%s", slice->name, ".whole") : NULL;
    slice->path = c->ours ? strdup(c->path) : file ? suite_scratch(suite, file) : NULL;
    free(file);
    if (slice->path && !c->ours && pkt_input_save(c->path, slice->path, &err) != 0) {
        suite->count++;
        message_failure(c->shown, &err);
        return false;
    }
    return suite_slice_admit(suite, slice, c->shown);
}

/* The plain file in the scratch folder. false: a message was printed. */
static bool capture_decompress(const suite *suite, const char *operand, user_capture *c)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    char number[24];
    (void)snprintf(number, sizeof number, "decompressed-%zu", suite->count);
    c->path = suite_scratch(suite, number);
    if (!c->path) {
        message_error("no memory to decompress %s", c->shown);
        return false;
    }
    if (pkt_input_save(operand, c->path, &err) == 0)
        return true;
    if (err.code != PKT_ERR_TRUNCATED) {
        message_failure(c->shown, &err);
        return false;
    }
    message_truncated(c->shown, &err, "measured up to there");
    return true;
}

static bool capture_measure(user_capture *c)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    c->whole.path = c->path;
    int got = slice_measure(&c->whole, &err);
    c->cut = got < 0 && err.code == PKT_ERR_TRUNCATED && c->whole.packets > 0;
    if (got < 0 && !c->cut) {
        message_failure(c->shown, &err);
        return false;
    }
    if (c->cut)
        message_truncated(c->shown, &err, "measured without its last packet");
    return true;
}

/* The filter's packets in place of all; a file of ours that has them is not needed any more. */
static bool capture_filter(const suite *suite, user_capture *c)
{
    if (!suite->filter)
        return true;
    filter_counts counts = {0};
    char *path = filtered_capture(suite, c->shown, c->path, &counts);
    c->counts = counts;
    if (c->ours)
        (void)unlink(c->path);
    free(c->path);
    c->path = path;
    c->ours = true;
    return path != NULL;
}

static bool capture_slice(suite *suite, const user_capture *c)
{
    if (c->whole.bytes > SLICE_BYTES)
        return part_add(suite, c, "start", SLICE_START) &&
               part_add(suite, c, "middle", SLICE_MIDDLE) && part_add(suite, c, "end", SLICE_END);
    return c->cut ? part_add(suite, c, "whole", SLICE_START) : whole_add(suite, c);
}

static bool capture_add(suite *suite, const char *operand)
{
    user_capture c = {.shown = pkt_input_shown(operand), .base = base_name(operand)};
    bool file = pkt_input_is_file(operand), good = c.base != NULL;
    c.ours = !file;
    if (file)
        c.path = strdup(operand);
    if (!c.base || (file && !c.path)) {
        message_error("no memory for a slice");
        good = false;
    }
    good = good && (file || capture_decompress(suite, operand, &c)) && capture_filter(suite, &c) &&
           capture_measure(&c) && capture_slice(suite, &c);
    if (c.ours && c.path && c.whole.bytes > SLICE_BYTES)
        (void)unlink(c.path); /* its slices are enough */
    free(c.path);
    free(c.base);
    return good;
}

bool suite_open(suite *suite, const suite_request *request)
{
    *suite = (struct suite){.filter = request->filter};
    bool good = scratch_open(suite);
    const char *name = request->name ? request->name : "headline";
    if (good && (strcmp(name, "headline") != 0 || request->count == 0))
        good = scenarios_add(suite, name);
    for (size_t i = 0; good && i < request->count; i++)
        good = capture_add(suite, request->captures[i]);
    if (!good)
        suite_close(suite);
    return good;
}

void suite_flows(suite *suite, const flow_choice *flows)
{
    for (size_t i = 0; i < suite->count; i++)
        suite->slices[i].flows = *flows;
}

const suite_slice *suite_whole(const suite_slice *slice)
{
    return slice->whole ? slice->whole : slice;
}

/* Where the slice's record of that number (from 1) ends; 0 and a message if it cannot be told. */
static uint64_t record_end(const suite_slice *slice, uint64_t number)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_record record = {.end = 0};
    pkt_source *source = pkt_source_open(slice->path, &err);
    int got = source ? 1 : -1;
    for (uint64_t i = 0; got == 1 && i < number; i++)
        got = pkt_source_next(source, &record, &err);
    pkt_source_close(source);
    if (got == 1)
        return record.end;
    message_failure(slice->path, &err);
    return 0;
}

/* The first lines of a file. */
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

static bool prefix_write(const suite_slice *whole, const suite_slice *prefix, uint64_t packets)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    uint64_t end = record_end(whole, packets);
    if (!end)
        return false;
    if (slice_capture(whole->path, prefix->path, end, SLICE_START, end, &err) != 0) {
        message_failure(prefix->path, &err);
        return false;
    }
    if (!whole->truth || lines_copy(whole->truth, prefix->truth, packets + 1))
        return true;
    message_error("%s: cannot write: %s", prefix->truth, strerror(errno));
    return false;
}

suite_slice *suite_prefix(suite *suite, const suite_slice *whole, uint64_t packets)
{
    for (size_t i = 0; i < suite->count; i++)
        if (suite->slices[i].whole == whole && suite->slices[i].packets == packets)
            return &suite->slices[i];
    suite_slice *prefix = suite_slice_new(suite);
    if (!prefix)
        return NULL;
    char number[32];
    (void)snprintf(number, sizeof number, "first-%llu", (unsigned long long)packets);
    *prefix = *whole;
    prefix->empty = NULL;
    prefix->whole = whole;
    prefix->name = suite_text("%s-%s", whole->name, number);
    char *file = prefix->name ? suite_scratch(suite, prefix->name) : NULL;
    prefix->path = file ? suite_text("%s%s", file, ".pcap") : NULL;
    prefix->truth = whole->truth && file ? suite_text("%s%s", file, ".truth.csv") : NULL;
    free(file);
    if (prefix->path && (prefix->truth || !whole->truth) && !prefix_write(whole, prefix, packets)) {
        suite->count++;
        return NULL;
    }
    if (!suite_slice_admit(suite, prefix, whole->path))
        return NULL;
    prefix->empty = suite_empty(suite, prefix);
    if (!prefix->empty)
        message_error("cannot write a capture without packets into the scratch folder");
    return prefix->empty ? prefix : NULL;
}

char *suite_empty(const suite *suite, const suite_slice *slice)
{
    char name[256];
    (void)snprintf(name, sizeof name, "empty-%.200s", slice->name);
    char *path = suite_scratch(suite, name);
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
    free(path);
    return NULL;
}

void suite_close(suite *suite)
{
    for (size_t i = 0; i < suite->count; i++) {
        free(suite->slices[i].name);
        free(suite->slices[i].path);
        free(suite->slices[i].truth);
        free(suite->slices[i].empty);
    }
    scratch_close(suite);
    *suite = (struct suite){0};
}
