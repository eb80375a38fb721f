#include "bench/worker/python.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void python_path(char *path, size_t size)
{
    const char *wanted = getenv("PKTBENCH_PYTHON"), *home = getenv("HOME");
    const char *cache = getenv("XDG_CACHE_HOME");
    if (wanted && *wanted) {
        (void)snprintf(path, size, "%s", wanted);
        return;
    }
    if (cache && *cache)
        (void)snprintf(path, size, "%s/pktbench/externals/bin/python3", cache);
    else
        (void)snprintf(path, size, "%s/.cache/pktbench/externals/bin/python3", home ? home : "");
    if (access(path, X_OK) != 0)
        (void)snprintf(path, size, "python3");
}
