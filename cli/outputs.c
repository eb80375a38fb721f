#include "cli/outputs.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/message.h"

bool output_is(const char *path, const char *input)
{
    struct stat out, in;
    if (strcmp(path, "-") == 0 || stat(path, &out) != 0 || !S_ISREG(out.st_mode))
        return false;
    const int bad = strcmp(input, "-") == 0 ? fstat(STDIN_FILENO, &in) : stat(input, &in);
    return bad == 0 && out.st_dev == in.st_dev && out.st_ino == in.st_ino;
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

bool output_is_option(const arguments *arguments, const char *path, const char *option)
{
    const char *list = option_value(arguments, option);
    if (!list || !is_listed(path, list))
        return false;
    message_error("%s: is read by --%s: -o must name another file", path, option);
    return true;
}
