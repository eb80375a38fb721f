#include "report/choose/license.h"

#include <stdbool.h>
#include <string.h>

enum { DEPTH_MAX = 32 };

/* What is left of the expression. */
typedef struct expression {
    const char *rest;
    unsigned depth; /* of parentheses */
    bool malformed;
} expression;

static bool license_or(expression *e);

static bool name_in(const char *const *names, const char *name, size_t size)
{
    for (; *names; names++)
        if (strlen(*names) == size && strncmp(*names, name, size) == 0)
            return true;
    return false;
}

static bool is_permissive(const char *name, size_t size)
{
    static const char *const names[] = {
        "0BSD",       "Apache-1.1",   "Apache-2.0", "BSD-1-Clause", "BSD-2-Clause",
        "BSL-1.0",    "BSD-3-Clause", "CC0-1.0",    "BSD-4-Clause", "BSD-2-Clause-Patent",
        "ISC",        "MIT",          "MIT-0",      "PSF-2.0",      "PostgreSQL",
        "Python-2.0", "Unlicense",    "X11",        "Zlib",         NULL};
    return name_in(names, name, size);
}

/* Skip spaces; the length of the word there: a parenthesis, or characters up to one or a space. */
static size_t word_size(expression *e)
{
    e->rest += strspn(e->rest, " ");
    return *e->rest == '(' || *e->rest == ')' ? 1 : strcspn(e->rest, " ()");
}

static bool word_take(expression *e, const char *word)
{
    size_t size = word_size(e);
    if (size != strlen(word) || strncmp(e->rest, word, size) != 0)
        return false;
    e->rest += size;
    return true;
}

/* Take the name of a licence or exception. false: there is none. */
static bool name_take(expression *e, const char **name, size_t *size)
{
    static const char *const others[] = {"(", ")", "AND", "OR", "WITH", NULL};
    *size = word_size(e);
    *name = e->rest;
    if (*size == 0 || name_in(others, *name, *size))
        return false;
    e->rest += *size;
    return true;
}

/* A name, also with "+" or WITH an exception; or an expression in parentheses. An exception only
 * adds permissions: it does not make a copyleft licence permissive. */
static bool license_single(expression *e)
{
    const char *name, *exception;
    size_t size, exception_size;
    if (e->depth < DEPTH_MAX && word_take(e, "(")) {
        e->depth++;
        bool permissive = license_or(e);
        e->malformed = e->malformed || !word_take(e, ")");
        e->depth--;
        return permissive;
    }
    e->malformed = e->malformed || !name_take(e, &name, &size);
    if (e->malformed)
        return false;
    if (word_take(e, "WITH"))
        e->malformed = !name_take(e, &exception, &exception_size);
    return is_permissive(name, name[size - 1] == '+' ? size - 1 : size);
}

static bool license_and(expression *e)
{
    bool permissive = license_single(e);
    while (!e->malformed && word_take(e, "AND"))
        permissive = license_single(e) && permissive;
    return permissive;
}

static bool license_or(expression *e)
{
    bool permissive = license_and(e);
    while (!e->malformed && word_take(e, "OR"))
        permissive = license_and(e) || permissive;
    return permissive;
}

license_kind license_read(const char *text)
{
    expression e = {.rest = text};
    bool permissive = license_or(&e);
    if (e.malformed || word_size(&e) > 0)
        return LICENSE_MALFORMED;
    return permissive ? LICENSE_PERMISSIVE : LICENSE_OTHER;
}
