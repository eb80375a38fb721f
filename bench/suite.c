#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "datasets/generate.h"
#include "datasets/slicer.h"
#include "say.h"
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

static int entry_remove(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    return remove(path);
}

/* In the child: when the other end of the pipe closes, the run is over, and the folder goes. */
static void keeper_wait(int pipe_end, const char *folder)
{
    char byte;
    (void)setsid(); /* an interrupt from the terminal is not meant for it */
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    while (read(pipe_end, &byte, 1) < 0 && errno == EINTR)
        ;
    _exit(nftw(folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : 1);
}

/* A process that removes the scratch folder however this one ends. */
static bool keeper_start(suite *suite)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    suite->keeper = fork();
    if (suite->keeper == 0) {
        close(ends[1]);
        keeper_wait(ends[0], suite->folder);
    }
    close(ends[0]);
    suite->keeper_pipe = ends[1];
    if (suite->keeper > 0)
        return true;
    close(ends[1]);
    return false;
}

static bool scratch_make(suite *suite)
{
    const char *tmp = getenv("TMPDIR");
    suite->folder = text("%s/%s", tmp && *tmp ? tmp : "/tmp", "pktbench.XXXXXX");
    bool made = suite->folder && mkdtemp(suite->folder);
    if (made && keeper_start(suite))
        return true;
    say_error("cannot make a scratch folder: %s", strerror(errno));
    if (made)
        (void)rmdir(suite->folder);
    free(suite->folder);
    suite->folder = NULL;
    return false;
}

/* File name without folder and without its last suffix, at most 60 characters. */
static char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t length = dot && dot != base ? (size_t)(dot - base) : strlen(base);
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
    slice->packets = slice->wire_bytes = 0;
    slice->bytes = slice->first = pkt_source_size(source);
    slice->format = pkt_source_format(source);
    while ((got = pkt_source_next(source, &record, err)) == 1) {
        if (slice->packets++ == 0)
            slice->first = record.start;
        slice->wire_bytes += record.wire_len;
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

/* A copy in the scratch folder of a part of the capture. */
static bool part_add(suite *suite, const char *capture, const char *part, slice_where where)
{
    suite_slice *slice = slice_new(suite);
    char *base = base_name(capture);
    if (!slice || !base) {
        free(base);
        return false;
    }
    pkt_err err = {.pos = PKT_POS_NONE};
    char *full = strcmp(part, "whole") == 0 ? strdup(base) : text("%s-%s", base, part);
    *slice = (suite_slice){.part = part, .name = full ? name_unique(suite, full) : NULL};
    free(base);
    free(full);
    char *file = slice->name ? text("%s%s", slice->name, ".pcap") : NULL;
    slice->path = file ? suite_scratch(suite, file) : NULL;
    free(file);
    if (slice->path && slice_capture(capture, slice->path, SLICE_BYTES, where, &err) != 0) {
        suite->count++;
        say_failure(capture, &err);
        return false;
    }
    return slice_admit(suite, slice, capture);
}

static bool whole_add(suite *suite, const char *capture)
{
    suite_slice *slice = slice_new(suite);
    char *base = base_name(capture);
    if (!slice || !base) {
        free(base);
        return false;
    }
    *slice =
        (suite_slice){.part = "whole", .name = name_unique(suite, base), .path = strdup(capture)};
    free(base);
    return slice_admit(suite, slice, capture);
}

static bool capture_add(suite *suite, const char *capture)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    suite_slice whole = {.path = (char *)capture};
    int got = slice_measure(&whole, &err);
    bool cut = got < 0 && err.code == PKT_ERR_CUT && whole.packets > 0;
    if (got < 0 && !cut) {
        say_failure(capture, &err);
        return false;
    }
    if (cut)
        say_warning("%s: %s (at byte %llu): measured without its last packet", capture, err.msg,
                    (unsigned long long)err.pos);
    if (whole.bytes > SLICE_BYTES)
        return part_add(suite, capture, "start", SLICE_START) &&
               part_add(suite, capture, "middle", SLICE_MIDDLE) &&
               part_add(suite, capture, "end", SLICE_END);
    return cut ? part_add(suite, capture, "whole", SLICE_START) : whole_add(suite, capture);
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

static bool scenario_add(suite *suite, const dataset_scenario *scenario, const char *folder)
{
    suite_slice *slice = slice_new(suite);
    if (!slice)
        return false;
    char *stem = text("%s/%s", folder, scenario->name);
    *slice = (suite_slice){
        .scenario = scenario->name, .seed = scenario->seed, .name = strdup(scenario->name)};
    slice->path = stem ? text("%s%s", stem, ".pcap") : NULL;
    slice->truth = stem ? text("%s%s", stem, ".truth.csv") : NULL;
    free(stem);
    if (!slice->path || !slice->truth) {
        suite->count++;
        say_error("no memory for a slice");
        return false;
    }
    pkt_err err = {.pos = PKT_POS_NONE};
    if ((!is_fresh(slice->path) || !is_fresh(slice->truth)) &&
        dataset_write(scenario, NULL, slice->path, slice->truth, &err) != 0) {
        suite->count++;
        say_failure(slice->path, &err);
        return false;
    }
    return slice_admit(suite, slice, slice->path);
}

static const char *const suite_names[] = {"headline", "seed"};
enum { SUITE_HEADLINE, SUITE_SEED, SUITE_NAMES };

bool suite_known(const char *name)
{
    for (size_t i = 0; i < SUITE_NAMES; i++)
        if (strcmp(name, suite_names[i]) == 0)
            return true;
    return false;
}

static bool is_wanted(bool seed, const dataset_scenario *scenario)
{
    return seed ? scenario == &scenario_tcp_flood || scenario == &scenario_benign_iot
                : scenario->headline;
}

static bool scenarios_add(suite *suite, bool seed)
{
    char *folder = cache_folder();
    bool good = folder && folder_make(folder);
    if (!good)
        say_error("cannot make the folder for generated slices, %s: %s", folder ? folder : "",
                  strerror(errno));
    const dataset_scenario *scenario;
    for (size_t i = 0; good && (scenario = dataset_scenario_at(i)) != NULL; i++)
        if (is_wanted(seed, scenario))
            good = scenario_add(suite, scenario, folder);
    free(folder);
    return good;
}

bool suite_open_empty(suite *suite)
{
    *suite = (struct suite){0};
    return scratch_make(suite);
}

bool suite_open(suite *suite, const char *name, char *const *captures, size_t count)
{
    *suite = (struct suite){0};
    bool good = scratch_make(suite), seed = name && strcmp(name, suite_names[SUITE_SEED]) == 0;
    if (good && (seed || count == 0))
        good = scenarios_add(suite, seed);
    for (size_t i = 0; good && i < count; i++)
        good = capture_add(suite, captures[i]);
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
    if (slice_capture(whole->path, prefix->path, end, SLICE_START, &err) != 0) {
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
    if (suite->folder) {
        close(suite->keeper_pipe);
        while (waitpid(suite->keeper, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    free(suite->folder);
    *suite = (struct suite){0};
}
