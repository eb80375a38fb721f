#include "cli/outputs.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/message.h"
#include "parsers/util/atomic_file.h"

static bool is_same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

bool output_is(const char *path, const char *input)
{
    struct stat out, in;
    if (strcmp(path, "-") == 0 || stat(path, &out) != 0 || !S_ISREG(out.st_mode))
        return false;
    const int bad = strcmp(input, "-") == 0 ? fstat(STDIN_FILENO, &in) : stat(input, &in);
    return bad == 0 && is_same(&out, &in);
}

bool output_is_stream(const char *path)
{
    return strcmp(path, "-") == 0 || pkt_path_descriptor(path) >= 0;
}

bool output_is_packed(const char *option, const char *path)
{
    static const char *const endings[] = {".gz", ".zst",  ".xz", ".bz2", ".lz4", ".zip", ".7z",
                                          ".br", ".lzma", ".sz", ".tgz", ".Z",   ".zstd"};
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof endings[0]; i++)
        if (strcasecmp(dot, endings[i]) == 0) {
            message_error(
                "%s %s: the output is not compressed: leave out the ending %s, or compress "
                "the file afterwards",
                option, path, dot);
            return true;
        }
    return false;
}

static bool output_stat(const char *path, struct stat *st)
{
    return (strcmp(path, "-") == 0 ? fstat(STDOUT_FILENO, st) : stat(path, st)) == 0;
}

/* The last part of the path, and the folder that it is in. NULL: no file can have that path. */
static const char *place_find(const char *path, struct stat *folder)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *above = slash ? strndup(path, (size_t)(name - path)) : strdup(".");
    const bool found = above && *name && stat(above, folder) == 0;
    free(above);
    return found ? name : NULL;
}

/* Both would be created: one file has one name in one folder, however the folder is written. */
static bool places_same(const char *one, const char *other)
{
    struct stat a, b;
    const char *name = place_find(one, &a), *another = place_find(other, &b);
    return name && another && strcmp(name, another) == 0 && is_same(&a, &b);
}

bool outputs_same(const char *one, const char *other)
{
    struct stat a, b, null;
    const bool exists = output_stat(one, &a), other_exists = output_stat(other, &b);
    if (!exists && !other_exists)
        return strcmp(one, other) == 0 || places_same(one, other);
    return exists && other_exists && is_same(&a, &b) &&
           (stat("/dev/null", &null) != 0 || !is_same(&a, &null));
}

/* Is it a file of the list, or the file that has the whole list as its name? */
static bool is_listed(const char *path, const char *list)
{
    char one[PATH_MAX];
    if (output_is(path, list))
        return true;
    for (size_t size; *list; list += size + (list[size] == ',')) {
        size = strcspn(list, ",");
        (void)snprintf(one, sizeof one, "%.*s", (int)size, list);
        if (size && output_is(path, one))
            return true;
    }
    return false;
}

bool output_is_operand(const arguments *arguments, const char *path, const char *what)
{
    for (size_t i = 0; i < arguments->operand_count; i++)
        if (is_listed(path, arguments->operands[i])) {
            message_error("%s: is %s: -o must name another file", path, what);
            return true;
        }
    return false;
}

bool page_is_operand(const arguments *arguments, const char *folder)
{
    static const char *const names[] = {"index.html", "report.md"};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const int length = snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (length > 0 && (size_t)length < sizeof path &&
            output_is_operand(arguments, path, "the results file itself"))
            return true;
    }
    return false;
}

bool output_is_option(const arguments *arguments, const char *path, const char *option)
{
    const char *list = option_value(arguments, option);
    if (!list || !is_listed(path, list))
        return false;
    message_error("%s: is read by --%s: -o must name another file", path, option);
    return true;
}
