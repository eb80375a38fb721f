#include "report/choose/license.h"

#include <stdbool.h>
#include <string.h>

enum { DEPTH_MAX = 32 };

/* A parenthesis, or the whole expression: any of its alternatives, all parts of the last one. */
typedef struct group {
    bool any, all; /* permissive */
} group;

typedef struct expression {
    const char *rest; /* what is left of it */
    group groups[DEPTH_MAX];
    size_t depth; /* of the innermost group */
} expression;

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

static void group_open(expression *e)
{
    e->groups[e->depth] = (group){.any = false, .all = true};
}

/* Take opening parentheses, and a name, also with "+" or WITH an exception. An exception only adds
 * permissions: it does not make a copyleft licence permissive. false: malformed. */
static bool operand_take(expression *e)
{
    const char *name, *exception;
    size_t size, exception_size;
    while (e->depth + 1 < DEPTH_MAX && word_take(e, "(")) {
        e->depth++;
        group_open(e);
    }
    if (!name_take(e, &name, &size))
        return false;
    if (!is_permissive(name, name[size - 1] == '+' ? size - 1 : size))
        e->groups[e->depth].all = false;
    return !word_take(e, "WITH") || name_take(e, &exception, &exception_size);
}

/* The group as a part of the one around it. */
static void groups_close(expression *e)
{
    while (e->depth > 0 && word_take(e, ")")) {
        const group *inner = &e->groups[e->depth--];
        if (!inner->any && !inner->all)
            e->groups[e->depth].all = false;
    }
}

/* Take closing parentheses and an operator. false: there is none. */
static bool operator_take(expression *e)
{
    groups_close(e);
    if (word_take(e, "AND"))
        return true;
    if (!word_take(e, "OR"))
        return false;
    group *g = &e->groups[e->depth];
    *g = (group){.any = g->any || g->all, .all = true};
    return true;
}

license_kind license_read(const char *text)
{
    expression e = {.rest = text};
    group_open(&e);
    do
        if (!operand_take(&e))
            return LICENSE_MALFORMED;
    while (operator_take(&e));
    if (e.depth > 0 || word_size(&e) > 0)
        return LICENSE_MALFORMED;
    return e.groups[0].any || e.groups[0].all ? LICENSE_PERMISSIVE : LICENSE_OTHER;
}
