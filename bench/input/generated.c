#include "bench/input/generated.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/input/filtered.h"
#include "bench/input/layout.h"
#include "datasets/generate.h"
#include "parsers/process/memory.h"
#include "parsers/util/error.h"

/* The slice of 10 GB may take one of so many parts of the memory: it and its copy are written one
 * after another. */
#define LARGE_MEMORY_PART 2

/* Folder of the generated slices: PKTBENCH_CACHE, else `slices` in the build folder if the program
 * runs from there, else the user's cache folder. The caller frees it. */
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
            return suite_text("%s/slices", program);
    }
    if (xdg && *xdg)
        return suite_text("%s/pktbench", xdg);
    return home && *home ? suite_text("%s/.cache/pktbench", home) : strdup("/tmp/pktbench-cache");
}

/* Create the folder and its parents. false with errno set. */
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

/* Is the file newer than the program? An older one may come from another generator version. */
static bool is_fresh(const char *path)
{
    struct stat file, program;
    return path && stat(path, &file) == 0 && stat("/proc/self/exe", &program) == 0 &&
           (file.st_mtim.tv_sec > program.st_mtim.tv_sec ||
            (file.st_mtim.tv_sec == program.st_mtim.tv_sec &&
             file.st_mtim.tv_nsec > program.st_mtim.tv_nsec));
}

/* A slice to generate, with or without its truth. `name`: that of the scenario, or with the size
 * appended. */
typedef struct wanted_slice {
    const dataset_scenario *scenario;
    const char *name;
    uint64_t bytes;
    bool truth;
} wanted_slice;

/* Generate the slice's files unless they are up to date. */
static int slice_generate(const suite_slice *slice, const wanted_slice *wanted, pkt_err *err)
{
    dataset_options options = dataset_defaults(wanted->scenario);
    options.size = wanted->bytes;
    if (is_fresh(slice->path) && (!slice->truth || is_fresh(slice->truth)))
        return 0;
    return dataset_write(wanted->scenario, &options, slice->path, slice->truth, NULL, err);
}

/* Replace the file by a copy, which is in the page cache as it was written. */
static int slice_copy(const suite *suite, suite_slice *slice, pkt_err *err)
{
    char *path = scratch_path(&suite->scratch, slice->name);
    if (!path)
        return pkt_fail_memory(err, "a slice");
    int bad = layout_copy(slice->path, path, LAYOUT_WRITE_BYTES, err);
    if (bad) {
        (void)pkt_err_about(err, slice->path);
        bad = scratch_failed(err);
    }
    free(slice->path);
    slice->path = path;
    return bad;
}

/* Copy the slice, with a filter only the packets that match the filter. The truth is discarded: its
 * rows and stream numbers are those of all packets. */
static int slice_take(const suite *suite, suite_slice *slice, pkt_err *err)
{
    filter_counts counts;
    if (!suite->filter)
        return slice_copy(suite, slice, err);
    char *path = filtered_capture(suite, slice->name, slice->path, &counts, err);
    if (!path)
        return scratch_failed(err);
    free(slice->path);
    free(slice->truth);
    slice->path = path;
    slice->truth = NULL;
    slice->unfiltered = counts.of;
    slice->filtered = counts.kept;
    return 0;
}

static int scenario_add(suite *suite, const wanted_slice *wanted, const char *folder, pkt_err *err)
{
    suite_slice slice = {.scenario = wanted->scenario->name,
                         .seed = wanted->scenario->seed,
                         .name = strdup(wanted->name),
                         .path = suite_text("%s/%s.pcap", folder, wanted->name),
                         .unverified = !wanted->truth};
    if (wanted->truth)
        slice.truth = suite_text("%s/%s.truth.csv", folder, wanted->name);
    int bad = slice.name && slice.path && (slice.truth || !wanted->truth)
                  ? 0
                  : pkt_fail_memory(err, "a slice");
    if (!bad)
        bad = slice_generate(&slice, wanted, err);
    if (!bad)
        bad = slice_take(suite, &slice, err);
    if (!bad)
        return suite_add(suite, &slice, wanted->name, err) ? 0 : -1;
    suite_slice_free(&slice);
    return -1;
}

static const char *const kinds[SUITE_KINDS] = {[SUITE_QUICK] = "quick",
                                               [SUITE_REFERENCE] = "reference",
                                               [SUITE_CIC_IOT] = "cic-iot",
                                               [SUITE_SCALE] = "scale",
                                               [SUITE_LANGUAGES] = "languages"};

/* Only the smallest slice is compared with its truth: the rows of the others need gigabytes. */
static const wanted_slice scale_slices[] = {
    {&scenario_tcp_flood, "tcp-flood-10MB", SLICE_BYTES, true},
    {&scenario_tcp_flood, "tcp-flood-100MB", UINT64_C(10) * SLICE_BYTES, false},
    {&scenario_tcp_flood, "tcp-flood-1GB", UINT64_C(100) * SLICE_BYTES, false},
};
static const wanted_slice large_slice = {&scenario_tcp_flood, "tcp-flood-10GB",
                                         UINT64_C(1000) * SLICE_BYTES, false};

const char *suite_kind_name(suite_kind kind)
{
    return kinds[kind];
}

int suite_kind_find(const char *name, suite_kind *kind, pkt_err *err)
{
    pkt_names known = {.size = 0};
    for (unsigned i = 0; i < SUITE_KINDS; i++) {
        if (strcmp(name, kinds[i]) == 0) {
            *kind = (suite_kind)i;
            return 0;
        }
        pkt_names_add(&known, kinds[i]);
    }
    return pkt_fail_unknown(err, "suite", name, &known);
}

static bool is_wanted(suite_kind kind, const dataset_scenario *scenario)
{
    const bool both = scenario == &scenario_tcp_flood || scenario == &scenario_benign_iot;
    if (kind == SUITE_LANGUAGES)
        return both || scenario == &scenario_dataset_mix;
    return kind == SUITE_CIC_IOT ? both : scenario->headline;
}

/* Out of the page cache, the time would be that of the disk. */
static int large_fits(pkt_err *err)
{
    const uint64_t memory = pkt_memory_bytes();
    if (memory / LARGE_MEMORY_PART >= large_slice.bytes)
        return 0;
    return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                    "--large: %s needs %.0f GB of memory for the page cache; there are %.1f GB",
                    large_slice.name, LARGE_MEMORY_PART * (double)large_slice.bytes / 1e9,
                    (double)memory / 1e9);
}

static int scale_add(suite *suite, const char *folder, bool large, pkt_err *err)
{
    int bad = large ? large_fits(err) : 0;
    for (size_t i = 0; !bad && i < sizeof scale_slices / sizeof scale_slices[0]; i++)
        bad = scenario_add(suite, &scale_slices[i], folder, err);
    return !bad && large ? scenario_add(suite, &large_slice, folder, err) : bad;
}

static int whole_scenarios_add(suite *suite, suite_kind kind, const char *folder, pkt_err *err)
{
    const dataset_scenario *scenario;
    int bad = 0;
    for (size_t i = 0; !bad && (scenario = dataset_scenario_at(i)) != NULL; i++)
        if (is_wanted(kind, scenario))
            bad = scenario_add(suite, &(wanted_slice){scenario, scenario->name, SLICE_BYTES, true},
                               folder, err);
    return bad;
}

int scenarios_add(suite *suite, suite_kind kind, bool large, pkt_err *err)
{
    char *folder = cache_folder();
    int bad = -1;
    if (!folder)
        pkt_fail_memory(err, "a path");
    else if (!folder_make(folder))
        pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE,
                 "cannot make the folder for generated slices, %s: %s", folder, strerror(errno));
    else
        bad = kind == SUITE_SCALE ? scale_add(suite, folder, large, err)
                                  : whole_scenarios_add(suite, kind, folder, err);
    free(folder);
    return bad;
}
