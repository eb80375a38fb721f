#include "suite.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "datasets/generate.h"
#include "datasets/slicer.h"
#include "filtered.h"
#include "say.h"
#include "scratch.h"
#include "source/input.h"
#include "source/source.h"

static char *text(const char *format, const char *a, const char *b)
{
    char *out = NULL;
    return asprintf(&out, format, a, b) < 0 ? NULL : out;
}

char *suite_scratch(const suite *suite, const char *name)
{
    return text("%s/%s", suite->folder, name);
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
        name = text("%s%s", base, number);
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

/* Room for one more slice; NULL after a message. */
static suite_slice *slice_new(suite *suite)
{
    if (suite->count < SUITE_MAX)
        return &suite->slices[suite->count];
    say_error("more than %d slices in one run", SUITE_MAX);
    return NULL;
}

/* The slice's fields are set but for what measuring tells: measure it and let it in. */
static bool slice_admit(suite *suite, suite_slice *slice, const char *shown)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!slice->name || !slice->path) {
        say_error("no memory for a slice");
        return false;
    }
    suite->count++;
    if (slice_measure(slice, &err) != 0) {
        say_failure(shown, &err);
        return false;
    }
    if (slice->packets == 0) {
        say_error("%s: has no packets to measure", shown);
        return false;
    }
    return true;
}

/* A capture of the user's. */
typedef struct user_capture {
    const char *shown; /* what to call it */
    char *path;        /* plain: the file itself, or what it was unpacked into */
    char *base;        /* what its slices are called */
    bool cut;
    sieve_counts sieved; /* by the suite's filter */
    suite_slice whole;   /* as measured */
} user_capture;

/* A copy in the scratch folder of a part of the capture. */
static bool part_add(suite *suite, const user_capture *c, const char *part, slice_where where)
{
    suite_slice *slice = slice_new(suite);
    if (!slice)
        return false;
    pkt_err err = {.pos = PKT_POS_NONE};
    char *full = strcmp(part, "whole") == 0 ? strdup(c->base) : text("%s-%s", c->base, part);
    *slice = (suite_slice){.part = part,
                           .name = full ? name_unique(suite, full) : NULL,
                           .unfiltered = c->sieved.of,
                           .filtered = c->sieved.kept};
    free(full);
    char *file = slice->name ? text("%s%s", slice->name, ".pcap") : NULL;
    slice->path = file ? suite_scratch(suite, file) : NULL;
    free(file);
    if (slice->path &&
        slice_capture(c->path, slice->path, SLICE_BYTES, where, c->whole.end, &err) != 0) {
        suite->count++;
        say_failure(c->shown, &err);
        return false;
    }
    return slice_admit(suite, slice, c->shown);
}

static bool whole_add(suite *suite, const user_capture *c)
{
    suite_slice *slice = slice_new(suite);
    if (!slice)
        return false;
    *slice = (suite_slice){.part = "whole",
                           .name = name_unique(suite, c->base),
                           .path = strdup(c->path),
                           .unfiltered = c->sieved.of,
                           .filtered = c->sieved.kept};
    return slice_admit(suite, slice, c->shown);
}

/* The plain file in the scratch folder. false: a message was printed. */
static bool capture_unpack(const suite *suite, const char *operand, user_capture *c)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    char number[24];
    (void)snprintf(number, sizeof number, "unpacked-%zu", suite->count);
    c->path = suite_scratch(suite, number);
    if (!c->path) {
        say_error("no memory to unpack %s", c->shown);
        return false;
    }
    if (pkt_input_save(operand, c->path, &err) == 0)
        return true;
    if (err.code != PKT_ERR_CUT) {
        say_failure(c->shown, &err);
        return false;
    }
    say_warning("%s: %s (at byte %llu): measured up to there", c->shown, err.msg,
                (unsigned long long)err.pos);
    return true;
}

static bool capture_measure(user_capture *c)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    c->whole.path = c->path;
    int got = slice_measure(&c->whole, &err);
    c->cut = got < 0 && err.code == PKT_ERR_CUT && c->whole.packets > 0;
    if (got < 0 && !c->cut) {
        say_failure(c->shown, &err);
        return false;
    }
    if (c->cut)
        say_warning("%s: %s (at byte %llu): measured without its last packet", c->shown, err.msg,
                    (unsigned long long)err.pos);
    return true;
}

/* The filter's packets in place of all; a file of ours that has them is not needed any more. */
static bool capture_filter(const suite *suite, user_capture *c, bool ours)
{
    if (!suite->filter)
        return true;
    char *path = filtered_capture(suite, c->shown, c->path, &c->sieved);
    if (ours)
        (void)unlink(c->path);
    free(c->path);
    c->path = path;
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
    if (file)
        c.path = strdup(operand);
    if (!c.base || (file && !c.path)) {
        say_error("no memory for a slice");
        good = false;
    }
    good = good && (file || capture_unpack(suite, operand, &c)) &&
           capture_filter(suite, &c, !file) && capture_measure(&c) && capture_slice(suite, &c);
    if ((!file || suite->filter) && c.path && c.whole.bytes > SLICE_BYTES)
        (void)unlink(c.path); /* its slices are enough */
    free(c.path);
    free(c.base);
    return good;
}

/* Where generated slices are kept: PKTBENCH_CACHE, else beside the program in its build folder,
 * else the user's cache folder. The caller frees it. */
static char *cache_folder(void)
{
    char program[PATH_MAX], marker[PATH_MAX + 32];
    const char *wanted = getenv("PKTBENCH_CACHE"), *home = getenv("HOME");
    const char *xdg = getenv("XDG_CACHE_HOME");
    if (wanted && *wanted)
        return strdup(wanted);
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash) {
        *slash = '\0';
        (void)snprintf(marker, sizeof marker, "%s/CMakeCache.txt", program);
        if (access(marker, F_OK) == 0)
            return text("%s/%s", program, "slices");
    }
    if (xdg && *xdg)
        return text("%s/%s", xdg, "pktbench");
    return home && *home ? text("%s/%s", home, ".cache/pktbench") : strdup("/tmp/pktbench-cache");
}

static bool folder_make(const char *path)
{
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof part)
        return false;
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

/* Was the file written after the program was built? An older one may be of another generator. */
static bool is_fresh(const char *path)
{
    struct stat file, program;
    return stat(path, &file) == 0 && stat("/proc/self/exe", &program) == 0 &&
           (file.st_mtim.tv_sec > program.st_mtim.tv_sec ||
            (file.st_mtim.tv_sec == program.st_mtim.tv_sec &&
             file.st_mtim.tv_nsec > program.st_mtim.tv_nsec));
}

/* A generated slice, and whether its truth is wanted. `name` is the scenario's, or tells the size
 * too. */
typedef struct wanted_slice {
    const dataset_scenario *scenario;
    const char *name;
    uint64_t bytes;
    bool truth;
} wanted_slice;

static bool slice_generate(suite *suite, suite_slice *slice, const wanted_slice *wanted)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    dataset_options options = dataset_defaults(wanted->scenario);
    options.size = wanted->bytes;
    if (is_fresh(slice->path) && (!slice->truth || is_fresh(slice->truth)))
        return true;
    if (dataset_write(wanted->scenario, &options, slice->path, slice->truth, &err) == 0)
        return true;
    suite->count++;
    say_failure(slice->path, &err);
    return false;
}

/* Its own knowledge is of all packets, and numbers streams over all of them. */
static bool scenario_filter(suite *suite, suite_slice *slice)
{
    sieve_counts sieved;
    if (!suite->filter)
        return true;
    char *path = filtered_capture(suite, slice->name, slice->path, &sieved);
    if (!path) {
        suite->count++;
        return false;
    }
    free(slice->path);
    free(slice->truth);
    slice->path = path;
    slice->truth = NULL;
    slice->unfiltered = sieved.of;
    slice->filtered = sieved.kept;
    return true;
}

static bool scenario_add(suite *suite, const wanted_slice *wanted, const char *folder)
{
    suite_slice *slice = slice_new(suite);
    if (!slice)
        return false;
    char *stem = text("%s/%s", folder, wanted->name);
    *slice = (suite_slice){.scenario = wanted->scenario->name,
                           .seed = wanted->scenario->seed,
                           .name = strdup(wanted->name),
                           .unheld = !wanted->truth};
    slice->path = stem ? text("%s%s", stem, ".pcap") : NULL;
    slice->truth = stem && wanted->truth ? text("%s%s", stem, ".truth.csv") : NULL;
    free(stem);
    if (!slice->path || (wanted->truth && !slice->truth)) {
        suite->count++;
        say_error("no memory for a slice");
        return false;
    }
    return slice_generate(suite, slice, wanted) && scenario_filter(suite, slice) &&
           slice_admit(suite, slice, slice->path);
}

static const char *const suite_names[] = {"headline", "seed", "scale"};
enum { SUITE_HEADLINE, SUITE_SEED, SUITE_SCALE, SUITE_NAMES };

/* The larger slices' rows would take gigabytes: the smallest one is held against its truth. */
static const wanted_slice scale_slices[] = {
    {&scenario_tcp_flood, "tcp-flood-10MB", SLICE_BYTES, true},
    {&scenario_tcp_flood, "tcp-flood-100MB", UINT64_C(10) * SLICE_BYTES, false},
    {&scenario_tcp_flood, "tcp-flood-1GB", UINT64_C(100) * SLICE_BYTES, false},
};

/* Number of the suite; SUITE_NAMES if there is none of the name. */
static size_t suite_number(const char *name)
{
    size_t i = 0;
    while (i < SUITE_NAMES && strcmp(name, suite_names[i]) != 0)
        i++;
    return i;
}

bool suite_known(const char *name)
{
    return suite_number(name) < SUITE_NAMES;
}

static bool is_wanted(bool seed, const dataset_scenario *scenario)
{
    return seed ? scenario == &scenario_tcp_flood || scenario == &scenario_benign_iot
                : scenario->headline;
}

static bool scale_add(suite *suite, const char *folder)
{
    bool good = true;
    for (size_t i = 0; good && i < sizeof scale_slices / sizeof scale_slices[0]; i++)
        good = scenario_add(suite, &scale_slices[i], folder);
    return good;
}

static bool scenarios_add(suite *suite, size_t number)
{
    char *folder = cache_folder();
    bool good = folder && folder_make(folder);
    if (!good)
        say_error("cannot make the folder for generated slices, %s: %s", folder ? folder : "",
                  strerror(errno));
    const dataset_scenario *scenario;
    for (size_t i = 0; good && number != SUITE_SCALE && (scenario = dataset_scenario_at(i)); i++)
        if (is_wanted(number == SUITE_SEED, scenario))
            good = scenario_add(suite, &(wanted_slice){scenario, scenario->name, SLICE_BYTES, true},
                                folder);
    if (good && number == SUITE_SCALE)
        good = scale_add(suite, folder);
    free(folder);
    return good;
}

bool suite_open(suite *suite, const suite_wish *wish)
{
    *suite = (struct suite){.filter = wish->filter};
    bool good = scratch_open(suite);
    const size_t number = wish->name ? suite_number(wish->name) : SUITE_HEADLINE;
    if (good && (number != SUITE_HEADLINE || wish->count == 0))
        good = scenarios_add(suite, number);
    for (size_t i = 0; good && i < wish->count; i++)
        good = capture_add(suite, wish->captures[i]);
    if (!good)
        suite_close(suite);
    return good;
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
    say_failure(slice->path, &err);
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
        say_failure(prefix->path, &err);
        return false;
    }
    if (!whole->truth || lines_copy(whole->truth, prefix->truth, packets + 1))
        return true;
    say_error("%s: cannot write: %s", prefix->truth, strerror(errno));
    return false;
}

suite_slice *suite_prefix(suite *suite, const suite_slice *whole, uint64_t packets)
{
    for (size_t i = 0; i < suite->count; i++)
        if (suite->slices[i].whole == whole && suite->slices[i].packets == packets)
            return &suite->slices[i];
    suite_slice *prefix = slice_new(suite);
    if (!prefix)
        return NULL;
    char number[32];
    (void)snprintf(number, sizeof number, "first-%llu", (unsigned long long)packets);
    *prefix = *whole;
    prefix->whole = whole;
    prefix->name = text("%s-%s", whole->name, number);
    char *file = prefix->name ? suite_scratch(suite, prefix->name) : NULL;
    prefix->path = file ? text("%s%s", file, ".pcap") : NULL;
    prefix->truth = whole->truth && file ? text("%s%s", file, ".truth.csv") : NULL;
    free(file);
    if (prefix->path && (prefix->truth || !whole->truth) && !prefix_write(whole, prefix, packets)) {
        suite->count++;
        return NULL;
    }
    return slice_admit(suite, prefix, whole->path) ? prefix : NULL;
}

void suite_close(suite *suite)
{
    for (size_t i = 0; i < suite->count; i++) {
        free(suite->slices[i].name);
        free(suite->slices[i].path);
        free(suite->slices[i].truth);
    }
    scratch_close(suite);
    *suite = (struct suite){0};
}
