#include "bench/timing/machine.h"

#include <ctype.h>
#include <limits.h>
#include <mntent.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench/input/scratch.h"
#include "parsers/process/confine.h"
#include "pktbench.h"
#include "revision.h"

/* First line of a file without the line end; false if it cannot be read. */
static bool line_of(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "r");
    char *got = file ? fgets(line, (int)size, file) : NULL;
    if (file)
        fclose(file);
    if (got)
        line[strcspn(line, "\n")] = '\0';
    return got != NULL;
}

static json_t *line_or_null(const char *path)
{
    char line[128];
    return line_of(path, line, sizeof line) ? json_string(line) : json_null();
}

/* The value of the first line of /proc/cpuinfo that starts with `key`. false: there is none. */
static bool cpuinfo(const char *key, char *value, size_t size)
{
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[4096];
    bool found = false;
    while (file && !found && fgets(line, sizeof line, file)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, key, strlen(key)) != 0 || !colon)
            continue;
        colon++;
        while (isspace((unsigned char)*colon))
            colon++;
        (void)snprintf(value, size, "%.*s", (int)strcspn(colon, "\n"), colon);
        found = true;
    }
    if (file)
        fclose(file);
    return found;
}

static json_t *cpu_model(void)
{
    char model[256];
    if (cpuinfo("model name", model, sizeof model) || cpuinfo("CPU part", model, sizeof model))
        return json_string(model);
    return json_string("unknown");
}

/* Size in bytes of processor 0's cache of that level; 0 if unknown. */
static size_t cache_bytes(int level)
{
    char path[96], text[64];
    for (int i = 0; i < 8; i++) {
        (void)snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/level", i);
        if (!line_of(path, text, sizeof text) || strtol(text, NULL, 10) != level)
            continue;
        (void)snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", i);
        if (!line_of(path, text, sizeof text))
            continue;
        char *unit;
        size_t size = strtoul(text, &unit, 10);
        return size << (*unit == 'M' ? 20 : *unit == 'K' ? 10 : 0);
    }
    long bytes = sysconf(level == 2 ? _SC_LEVEL2_CACHE_SIZE : _SC_LEVEL3_CACHE_SIZE);
    return bytes > 0 ? (size_t)bytes : 0;
}

size_t private_cache_bytes(void)
{
    size_t bytes = cache_bytes(2);
    return bytes ? bytes : (size_t)1 << 20;
}

size_t largest_cache_bytes(void)
{
    size_t bytes = cache_bytes(3);
    return bytes ? bytes : private_cache_bytes();
}

static json_t *bytes_or_null(size_t bytes)
{
    return bytes ? json_integer((json_int_t)bytes) : json_null();
}

/* Processors that this process may use, as "0-3,6". */
static json_t *affinity(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[512], list[256];
    json_t *cpus = NULL;
    while (file && !cpus && fgets(line, sizeof line, file))
        if (sscanf(line, "Cpus_allowed_list: %255s", list) == 1)
            cpus = json_string(list);
    if (file)
        fclose(file);
    return cpus ? cpus : json_null();
}

static json_t *turbo(void)
{
    char text[16];
    if (line_of("/sys/devices/system/cpu/intel_pstate/no_turbo", text, sizeof text))
        return json_boolean(text[0] == '0');
    if (line_of("/sys/devices/system/cpu/cpufreq/boost", text, sizeof text))
        return json_boolean(text[0] == '1');
    return json_null();
}

static json_t *smt(void)
{
    char text[16];
    if (!line_of("/sys/devices/system/cpu/smt/active", text, sizeof text))
        return json_null();
    return json_boolean(text[0] == '1');
}

static json_t *hypervisor(void)
{
    char flags[4096], name[128];
    if (line_of("/sys/class/dmi/id/sys_vendor", name, sizeof name) &&
        cpuinfo("flags", flags, sizeof flags) && strstr(flags, " hypervisor"))
        return json_string(name);
    if (cpuinfo("flags", flags, sizeof flags) && strstr(flags, " hypervisor"))
        return json_string("unnamed");
    return json_null();
}

static json_t *load_average(void)
{
    double load[3] = {0, 0, 0};
    if (getloadavg(load, 3) != 3)
        return json_pack("[f, f, f]", 0.0, 0.0, 0.0);
    return json_pack("[f, f, f]", load[0], load[1], load[2]);
}

static json_t *aslr(void)
{
    char text[16];
    if (!line_of("/proc/sys/kernel/randomize_va_space", text, sizeof text))
        return json_null();
    return json_boolean(text[0] != '0');
}

static json_t *date_now(void)
{
    char text[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    return json_string(text);
}

static json_t *kernel(void)
{
    struct utsname name;
    char text[200];
    if (uname(&name) != 0)
        return json_string("unknown");
    (void)snprintf(text, sizeof text, "%s %.100s %s", name.sysname, name.release, name.machine);
    return json_string(text);
}

/* Type of the file system of the folder, by its longest matching mount point. On one machine, raw
 * took the same time on tmpfs and ext4 within 1 % (measured). */
static json_t *filesystem_type(const char *folder)
{
    char whole[PATH_MAX], type[64] = "";
    size_t longest = 0;
    FILE *mounts = realpath(folder, whole) ? setmntent("/proc/self/mounts", "r") : NULL;
    struct mntent *mount;
    while (mounts && (mount = getmntent(mounts)) != NULL) {
        size_t length = strlen(mount->mnt_dir);
        length -= length == 1; /* "/" matches every path */
        if (length >= longest && strncmp(whole, mount->mnt_dir, length) == 0 &&
            (whole[length] == '/' || whole[length] == '\0')) {
            longest = length;
            (void)snprintf(type, sizeof type, "%s", mount->mnt_type);
        }
    }
    if (mounts)
        endmntent(mounts);
    return *type ? json_string(type) : json_null();
}

json_t *tool_describe(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", "pktbench", "version", pkt_version(),
                     "revision", PKTBENCH_REVISION, "compiler", PKTBENCH_COMPILER, "flags",
                     PKTBENCH_FLAGS);
}

json_t *machine_describe(void)
{
    json_t *cpu =
        json_pack("{s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "model", cpu_model(), "cores",
                  (int)sysconf(_SC_NPROCESSORS_ONLN), "affinity", affinity(), "governor",
                  line_or_null("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"), "turbo",
                  turbo(), "smt", smt(), "l2_bytes", bytes_or_null(cache_bytes(2)), "l3_bytes",
                  bytes_or_null(cache_bytes(3)));
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "tool", tool_describe(), "date",
        date_now(), "cpu", cpu, "hypervisor", hypervisor(), "kernel", kernel(), "clock",
        line_or_null("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
        "load_average", load_average(), "aslr", aslr(), "scratch_filesystem",
        filesystem_type(scratch_parent()), "confinement",
        pkt_confine_text(pkt_confine_available()));
}

cpu_set_t machine_block_cpus(const cpu_set_t *allowed, unsigned block)
{
    cpu_set_t one;
    int skip = CPU_COUNT(allowed) ? (int)(block % (unsigned)CPU_COUNT(allowed)) : 0;
    CPU_ZERO(&one);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, allowed) && skip-- == 0)
            CPU_SET(cpu, &one);
    return CPU_COUNT(&one) ? one : *allowed;
}
