#include "report/choose/license.h"

#include <string.h>

static bool is_permissive_name(const char *name, size_t length)
{
    static const char *const names[] = {"MIT",       "BSD-", "Apache-", "ISC",      "0BSD", "Zlib",
                                        "Unlicense", "CC0-", "BSL-",    "Python-2", "PSF-"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) <= length && strncmp(name, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

bool license_is_permissive(const char *expression)
{
    bool all = *expression != '\0', any = false;
    /* AND binds stronger than OR: one permissive group is enough. */
    while (*expression) {
        size_t length = strcspn(expression, " ()");
        if (length == 2 && strncmp(expression, "OR", 2) == 0) {
            any = any || all;
            all = true;
        } else if (length && !(length == 3 && strncmp(expression, "AND", 3) == 0)) {
            all = all && is_permissive_name(expression, length);
        }
        expression += length + (expression[length] != '\0');
    }
    return any || all;
}
