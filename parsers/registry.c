/* Every backend that this build knows, in table order. */
#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "pktbench.h"

/* The built-in backends: one line each, the name of the file in backends/. */
#define BUILT_IN(B)                                                                                \
    B(read_all)                                                                                    \
    B(raw)                                                                                         \
    B(libpcap)                                                                                     \
    /* the next one goes above this line */

#define DECLARE(file) extern const pkt_backend pkt_backend_##file;
BUILT_IN(DECLARE)
#undef DECLARE

#define ADDRESS(file) &pkt_backend_##file,
static const pkt_backend *const built_in[] = {BUILT_IN(ADDRESS)};
#undef ADDRESS

static const pkt_entry modules[] = {
    {"wireshark", "libwireshark's dissectors, the code below tshark and PyShark", NULL,
     "wireshark.so", "libwireshark-dev libwiretap-dev libwsutil-dev libglib2.0-dev"},
};

enum {
    BUILT_IN_COUNT = sizeof built_in / sizeof built_in[0],
    MODULE_COUNT = sizeof modules / sizeof modules[0]
};

int pkt_registry_at(size_t index, pkt_entry *entry)
{
    if (index < BUILT_IN_COUNT) {
        const pkt_backend *backend = built_in[index];
        *entry = (pkt_entry){backend->name, backend->summary, backend, NULL, NULL};
        return 0;
    }
    if (index - BUILT_IN_COUNT >= MODULE_COUNT)
        return -1;
    *entry = modules[index - BUILT_IN_COUNT];
    return 0;
}

int pkt_registry_find(const char *name, pkt_entry *entry)
{
    for (size_t i = 0; pkt_registry_at(i, entry) == 0; i++)
        if (strcmp(entry->name, name) == 0)
            return 0;
    return -1;
}

/* Why this table cannot be used, or NULL. */
static const char *table_fault(const pkt_backend *backend)
{
    if (!backend->name || !backend->summary || !backend->license || !backend->origin ||
        !backend->decoder || !backend->version)
        return "its table has no name, summary, license, origin, decoder or version";
    if (!backend->open || !backend->next || !backend->close)
        return "its table has no open, next or close function";
    return NULL;
}

const pkt_backend *pkt_plugin_open(const char *path, pkt_err *err)
{
    char here[PATH_MAX];
    /* Without a slash the loader would look into the system's folders instead. */
    (void)snprintf(here, sizeof here, "%s%s", strchr(path, '/') ? "" : "./", path);
    void *handle = dlopen(here, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "%s", dlerror());
        return NULL;
    }
    const pkt_backend *(*table)(void) = NULL;
    void *symbol = dlsym(handle, PKT_MODULE_SYMBOL);
    memcpy(&table, &symbol, sizeof table); /* ISO C has no cast from object to function pointer */
    const pkt_backend *backend = table ? table() : NULL;
    if (!backend)
        pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "%s does not export %s()", path,
                 PKT_MODULE_SYMBOL);
    else if (backend->abi != PKT_ABI)
        pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE,
                 "%s was built for abi %u, this pktbench has abi %u: build it again", path,
                 (unsigned)backend->abi, PKT_ABI);
    else if (table_fault(backend))
        pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "%s: %s", path, table_fault(backend));
    else
        return backend;
    dlclose(handle);
    return NULL;
}

/* Folder of the running program, without the final slash; -1 if it cannot be told. */
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

enum { MODULE_PATH_MAX = 2 * PATH_MAX };

/* Only in PKTBENCH_MODULES if that is set. Else beside the program (build tree), where it is
 * installed as seen from the program, and under the configured prefix. -1 if it is in none. */
static int module_find(const char *module, char path[MODULE_PATH_MAX])
{
    static const char *const below[] = {"modules", PKTBENCH_MODULES_FROM_PROGRAM};
    const char *wanted = getenv("PKTBENCH_MODULES");
    if (wanted) {
        (void)snprintf(path, MODULE_PATH_MAX, "%s/%s", wanted, module);
        return access(path, R_OK);
    }
    char program[PATH_MAX];
    if (program_folder(program) == 0)
        for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
            (void)snprintf(path, MODULE_PATH_MAX, "%s/%s/%s", program, below[i], module);
            if (access(path, R_OK) == 0)
                return 0;
        }
    (void)snprintf(path, MODULE_PATH_MAX, "%s/%s", PKTBENCH_MODULES_INSTALLED, module);
    return access(path, R_OK);
}

const pkt_backend *pkt_entry_backend(const pkt_entry *entry, pkt_err *err)
{
    if (entry->backend)
        return entry->backend;
    char path[MODULE_PATH_MAX];
    if (module_find(entry->module, path) == 0)
        return pkt_plugin_open(path, err);
    pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE,
             "its module is not built: install %s and build again", entry->install);
    return NULL;
}
