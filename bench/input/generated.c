/* Generated slices of a suite. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/input/filtered.h"
#include "bench/input/suite_parts.h"
#include "cli/message.h"
#include "datasets/generate.h"

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
            return suite_text("%s/%s", program, "slices");
    }
    if (xdg && *xdg)
        return suite_text("%s/%s", xdg, "pktbench");
    return home && *home ? suite_text("%s/%s", home, ".cache/pktbench")
                         : strdup("/tmp/pktbench-cache");
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
    message_failure(slice->path, &err);
    return false;
}

/* Its own knowledge is of all packets, and numbers streams over all of them. */
static bool scenario_filter(suite *suite, suite_slice *slice)
{
    filter_counts counts;
    if (!suite->filter)
        return true;
    char *path = filtered_capture(suite, slice->name, slice->path, &counts);
    if (!path) {
        suite->count++;
        return false;
    }
    free(slice->path);
    free(slice->truth);
    slice->path = path;
    slice->truth = NULL;
    slice->unfiltered = counts.of;
    slice->filtered = counts.kept;
    return true;
}

static bool scenario_add(suite *suite, const wanted_slice *wanted, const char *folder)
{
    suite_slice *slice = suite_slice_new(suite);
    if (!slice)
        return false;
    char *stem = suite_text("%s/%s", folder, wanted->name);
    *slice = (suite_slice){.scenario = wanted->scenario->name,
                           .seed = wanted->scenario->seed,
                           .name = strdup(wanted->name),
                           .unverified = !wanted->truth};
    slice->path = stem ? suite_text("%s%s", stem, ".pcap") : NULL;
    slice->truth = stem && wanted->truth ? suite_text("%s%s", stem, ".truth.csv") : NULL;
    free(stem);
    if (!slice->path || (wanted->truth && !slice->truth)) {
        suite->count++;
        message_error("no memory for a slice");
        return false;
    }
    return slice_generate(suite, slice, wanted) && scenario_filter(suite, slice) &&
           suite_slice_admit(suite, slice, slice->path);
}

static const char *const suite_names[] = {"headline", "cic-iot", "scale"};
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

static bool is_wanted(bool cic_iot, const dataset_scenario *scenario)
{
    return cic_iot ? scenario == &scenario_tcp_flood || scenario == &scenario_benign_iot
                   : scenario->headline;
}

static bool scale_add(suite *suite, const char *folder)
{
    bool good = true;
    for (size_t i = 0; good && i < sizeof scale_slices / sizeof scale_slices[0]; i++)
        good = scenario_add(suite, &scale_slices[i], folder);
    return good;
}

bool scenarios_add(suite *suite, const char *name)
{
    const size_t number = suite_number(name);
    char *folder = cache_folder();
    bool good = folder && folder_make(folder);
    if (!good)
        message_error("cannot make the folder for generated slices, %s: %s", folder ? folder : "",
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
