/* Every backend that this build knows, in table order. */
#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/core/table_check.h"
#include "parsers/util/error.h"
#include "pktbench.h"

/* The built-in backends: one line each, the name of the file in backends/, and 1 if it is opt-in.
 */
#define BUILT_IN(B)                                                                                \
    B(read_all, 0)                                                                                 \
    B(memcpy, 1)                                                                                   \
    B(raw, 0)                                                                                      \
    B(raw_mapped, 1)                                                                               \
    B(libpcap, 0)                                                                                  \
    /* the next one goes above this line */

#define DECLARE(file, opt_in) extern const pkt_backend pkt_backend_##file;
BUILT_IN(DECLARE)
#undef DECLARE

typedef struct built_in_backend {
    const pkt_backend *backend;
    int opt_in;
} built_in_backend;

#define ENTRY(file, opt_in) {&pkt_backend_##file, opt_in},
static const built_in_backend built_in[] = {BUILT_IN(ENTRY)};
#undef ENTRY

#if defined(PKTBENCH_PYTHON_PACKAGE) ||                                                            \
    defined(PKTBENCH_MODULE_ADVICE) /* the drivers belong to it */
#define SETUP_EXTERNALS "install pktbench again"
#else
#define SETUP_EXTERNALS "run `./run setup externals`"
#endif
#ifdef PKTBENCH_PYTHON_PACKAGE
#define BUILD_WITH(packages) "build pktbench from its sources: the Python package has no modules"
#elif defined(PKTBENCH_MODULE_ADVICE)
#define BUILD_WITH(packages) PKTBENCH_MODULE_ADVICE
#else
#define BUILD_WITH(packages) "install " packages " and build again"
#endif

static const pkt_entry others[] = {
    {.name = "wireshark",
     .summary = "libwireshark's dissectors, the code below tshark and PyShark",
     .module = "wireshark.so",
     .install = BUILD_WITH("libwireshark-dev libwiretap-dev libwsutil-dev libglib2.0-dev"),
     .language = "C"},
    {.name = "libtins",
     .summary = "libtins: a C++ object for every layer",
     .module = "libtins.so",
     .install = BUILD_WITH("libtins-dev and g++"),
     .opt_in = 1,
     .language = "C++"},
    {.name = "libtrace",
     .summary = "libtrace: its readers and its accessors of headers",
     .module = "libtrace.so",
     .install = BUILD_WITH("libtrace3-dev"),
     .opt_in = 1,
     .language = "C"},
    {.name = "pcapplusplus",
     .summary = "PcapPlusPlus: a C++ object for every layer, in place",
     .module = "pcapplusplus.so",
     /* No distribution has it. */
     .install = "run `./run setup pcapplusplus` in the sources of pktbench, which builds it",
     .opt_in = 1,
     .language = "C++"},
    {.name = "tshark",
     .summary = "the tshark program, its output read line by line",
     .driver = "tshark_driver.py",
     .install = SETUP_EXTERNALS,
     .opt_in = 1,
     .language = "C"},
    {.name = "dpkt",
     .summary = "Python: dpkt",
     .driver = "dpkt_driver.py",
     .install = SETUP_EXTERNALS,
     .opt_in = 1},
    {.name = "scapy",
     .summary = "Python: Scapy, packet by packet",
     .driver = "scapy_driver.py",
     .install = SETUP_EXTERNALS,
     .opt_in = 1},
    {.name = "scapy-rdpcap",
     .summary = "Python: Scapy, the whole file into memory",
     .driver = "scapy_driver.py",
     .install = SETUP_EXTERNALS,
     .opt_in = 1},
    {.name = "pyshark",
     .summary = "Python: PyShark, which reads tshark's PDML",
     .driver = "pyshark_driver.py",
     .install = SETUP_EXTERNALS,
     .opt_in = 1},
    {.name = "pyshark-json",
     .summary = "Python: PyShark, which reads tshark's JSON and keeps no packets",
     .driver = "pyshark_driver.py",
     .install = SETUP_EXTERNALS,
     .opt_in = 1},
};

enum {
    BUILT_IN_COUNT = sizeof built_in / sizeof built_in[0],
    OTHER_COUNT = sizeof others / sizeof others[0]
};

/* Fill as much of the caller's struct as it has. */
static void entry_copy(pkt_entry *entry, const pkt_entry *from)
{
    const size_t size = entry->struct_size;
    memcpy(entry, from, size < sizeof *from ? size : sizeof *from);
    entry->struct_size = size;
}

int pkt_registry_at(size_t index, pkt_entry *entry)
{
    if (index < BUILT_IN_COUNT) {
        const pkt_backend *backend = built_in[index].backend;
        const pkt_entry whole = {.name = backend->name,
                                 .summary = backend->summary,
                                 .backend = backend,
                                 .opt_in = built_in[index].opt_in,
                                 .language = "C"};
        entry_copy(entry, &whole);
        return 0;
    }
    if (index - BUILT_IN_COUNT >= OTHER_COUNT)
        return -1;
    entry_copy(entry, &others[index - BUILT_IN_COUNT]);
    return 0;
}

int pkt_registry_find(const char *name, pkt_entry *entry)
{
    for (size_t i = 0; pkt_registry_at(i, entry) == 0; i++)
        if (strcmp(entry->name, name) == 0)
            return 0;
    return -1;
}

/* The table with members of 0 where it ends early; the caller's copy lives as long as the process.
 */
static const pkt_backend *table_complete(const pkt_backend *table, pkt_err *err)
{
    if (table->struct_size >= sizeof *table)
        return table;
    pkt_backend *complete = calloc(1, sizeof *complete);
    if (!complete) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a backend's table");
        return NULL;
    }
    memcpy(complete, table, table->struct_size);
    return complete;
}

const pkt_level_work *pkt_backend_level(const pkt_backend *backend, pkt_level level)
{
    for (const pkt_level_work *l = backend->levels; l->work; l++)
        if (l->level == level)
            return l;
    return NULL;
}

/* NULL and *err. */
static void *object_open(const char *path, pkt_err *err)
{
    char here[PATH_MAX];
    struct stat st;
    /* Without a slash the loader would look into the system's folders instead. */
    const int size = snprintf(here, sizeof here, "%s%s", strchr(path, '/') ? "" : "./", path);
    const char *why = NULL;
    void *handle = NULL;
    if (stat(here, &st) != 0)
        why = strerror(errno);
    else if (S_ISDIR(st.st_mode))
        why = "is a directory: name a shared object";
    else if (!(handle = dlopen(here, RTLD_NOW | RTLD_LOCAL))) {
        why = dlerror();
        if (strncmp(why, here, (size_t)size) == 0 && strncmp(why + size, ": ", 2) == 0)
            why += size + 2;
    }
    if (!handle)
        pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "%s", why);
    return handle;
}

/* The table of a shared object that stays loaded; `name`: that it must have, NULL: any. */
static const pkt_backend *table_open(const char *path, const char *name, pkt_err *err)
{
    void *handle = object_open(path, err);
    if (!handle) {
        if (err)
            pkt_err_about(err, path);
        return NULL;
    }
    const pkt_backend *(*module)(void) = NULL;
    void *symbol = dlsym(handle, PKT_MODULE_SYMBOL);
    memcpy(&module, &symbol, sizeof module); /* ISO C has no cast from object to function pointer */
    const pkt_backend *table = module ? module() : NULL;
    if (!module)
        pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "does not export %s()", PKT_MODULE_SYMBOL);
    else if (pkt_table_check(table, err) == 0) {
        if (!name || strcmp(table->name, name) == 0)
            return table_complete(table, err);
        pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "its table has the name %s, not %s",
                 table->name, name);
    }
    if (err)
        pkt_err_about(err, path);
    dlclose(handle);
    return NULL;
}

const pkt_backend *pkt_plugin_open(const char *path, pkt_err *err)
{
    return table_open(path, NULL, err);
}

/* Folder of the running program, without the final slash; -1 if it is unknown. */
static int program_folder(char folder[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    if (length <= 0)
        return -1;
    folder[length] = '\0';
    char *slash = strrchr(folder, '/');
    if (!slash)
        return -1;
    *slash = '\0';
    return 0;
}

/* The environment variable that names the folder of the file. */
static const char *folder_variable(const pkt_entry *entry)
{
    return entry->driver ? "PKTBENCH_EXTERNAL" : "PKTBENCH_MODULES";
}

enum { FOLDERS_MAX = 3, FOLDER_BYTES = PATH_MAX + 64 };

/* Where to look for the file, in order: below the program's folder in a build tree; where it is
 * installed, as seen from there; the prefix that was configured. The number of folders. */
static size_t folders_get(const pkt_entry *entry, char folders[FOLDERS_MAX][FOLDER_BYTES])
{
    const char *kind = entry->driver ? "external" : "modules";
    const char *wanted = getenv(folder_variable(entry));
    char program[PATH_MAX];
    size_t n = 0;
    if (wanted) {
        (void)snprintf(folders[0], FOLDER_BYTES, "%s", wanted);
        return 1;
    }
    if (program_folder(program) == 0) {
        (void)snprintf(folders[n++], FOLDER_BYTES, "%s/%s", program, kind);
        (void)snprintf(folders[n++], FOLDER_BYTES, "%s/" PKTBENCH_FILES_FROM_PROGRAM "/%s", program,
                       kind);
    }
#ifdef PKTBENCH_FILES_INSTALLED
    (void)snprintf(folders[n++], FOLDER_BYTES, PKTBENCH_FILES_INSTALLED "/%s", kind);
#endif
    return n;
}

int pkt_entry_file(const pkt_entry *entry, char *path, size_t size, pkt_err *err)
{
    const char *name = entry->driver ? entry->driver : entry->module;
    char folders[FOLDERS_MAX][FOLDER_BYTES], looked[256] = "";
    const size_t count = folders_get(entry, folders);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(path, size, "%s/%s", folders[i], name);
        if (access(path, R_OK) == 0)
            return 0;
        if (used < sizeof looked)
            used += (size_t)snprintf(looked + used, sizeof looked - used, "%s%s", i ? ", " : "",
                                     folders[i]);
    }
    /* The folders come last: they may be longer than the message. */
    return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE,
                    "%s %s not found: set %s to its folder, or %s" PKT_LOOKED_IN "%s",
                    entry->driver ? "driver" : "module", name, folder_variable(entry),
                    entry->install, looked);
}

const pkt_backend *pkt_entry_backend(const pkt_entry *entry, pkt_err *err)
{
    char path[2 * PATH_MAX];
    if (entry->backend)
        return entry->backend;
    if (entry->driver) {
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                 "%s is a program of its own: bench and verify can run it, nothing else",
                 entry->name);
        return NULL;
    }
    return pkt_entry_file(entry, path, sizeof path, err) == 0 ? table_open(path, entry->name, err)
                                                              : NULL;
}
