#include "parsers/util/error.h"

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <unistd.h>

/* Of what an error is about, and of an unknown name, this much is shown. */
enum { ABOUT_MAX = 100, NAME_MAX_SHOWN = 40 };

const char *pkt_err_text(const pkt_err *err, char text[PKT_ERR_TEXT])
{
    if (err->pos == PKT_POS_NONE)
        (void)snprintf(text, PKT_ERR_TEXT, "%s", err->msg);
    else
        (void)snprintf(text, PKT_ERR_TEXT, "%s (at byte %" PRIu64 ")", err->msg, err->pos);
    return text;
}

int pkt_err_about(pkt_err *err, const char *about)
{
    char message[sizeof err->msg];
    const size_t size = strlen(about);
    const bool whole = size <= ABOUT_MAX;
    memcpy(message, err->msg, sizeof message);
    const int at = snprintf(err->msg, sizeof err->msg, "%s%s: ", whole ? "" : "...",
                            whole ? about : about + size - ABOUT_MAX);
    const size_t room = sizeof err->msg - (size_t)at - 1, rest = strlen(message);
    memcpy(err->msg + at, message, rest < room ? rest : room);
    err->msg[(size_t)at + (rest < room ? rest : room)] = '\0';
    return -1;
}

int pkt_fail_memory(pkt_err *err, const char *what)
{
    return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for %s", what);
}

/* Cut the path after its first folder that is not there. false: all its folders are there. */
static bool folder_missing(char *path)
{
    for (char *slash = strchr(path + 1, '/'); *path && slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (access(path, F_OK) != 0 && errno == ENOENT)
            return true;
        *slash = '/';
    }
    return false;
}

int pkt_fail_open(pkt_err *err, pkt_errcode code, const char *what, const char *path)
{
    char folder[PATH_MAX];
    const int why = errno;
    (void)snprintf(folder, sizeof folder, "%s", path);
    if (why == ENOENT && strlen(path) < sizeof folder && *path && folder_missing(folder))
        return pkt_fail(err, code, PKT_POS_NONE, "%sno folder %.120s", what, folder);
    return pkt_fail(err, code, PKT_POS_NONE, "%s%s", what, strerror(why));
}

/* "slower[:P%]" is the word `slower`. */
static void all_add(pkt_names *names, const char *name)
{
    const size_t size = strcspn(name, "[");
    if (size >= sizeof names->all - names->all_size)
        return;
    memcpy(names->all + names->all_size, name, size);
    names->all[names->all_size + size] = '\0';
    names->all_size += size + 1;
}

void pkt_names_add(pkt_names *names, const char *name)
{
    static const char more[] = ", ...";
    const char *separator = names->size ? ", " : "";
    const size_t left = sizeof names->text - names->size - sizeof more;
    all_add(names, name);
    if (names->cut)
        return;
    names->cut = strlen(separator) + strlen(name) > left;
    if (names->cut) {
        (void)snprintf(names->text + names->size, sizeof names->text - names->size, "%s",
                       more + (names->size ? 0 : strlen(", ")));
        return;
    }
    names->size += (size_t)snprintf(names->text + names->size, sizeof names->text - names->size,
                                    "%s%s", separator, name);
}

/* As pkt_nearest_try(), with what follows a hyphen of the known name. */
static void parts_try(pkt_nearest *nearest, const char *known)
{
    for (const char *hyphen = strchr(known, '-'); hyphen; hyphen = strchr(hyphen + 1, '-')) {
        pkt_nearest part = {.word = nearest->word};
        pkt_nearest_try(&part, hyphen + 1);
        if (!*part.found || (*nearest->found && part.edits >= nearest->edits))
            continue;
        nearest->edits = part.edits;
        (void)snprintf(nearest->found, sizeof nearest->found, "%s", known);
    }
}

const char *pkt_names_nearest(const pkt_names *names, const char *name, char text[PKT_NEAREST_TEXT])
{
    pkt_nearest nearest = {.word = name};
    for (size_t at = 0; at < names->all_size; at += strlen(names->all + at) + 1)
        pkt_nearest_try(&nearest, names->all + at);
    if (!*nearest.found)
        for (size_t at = 0; at < names->all_size; at += strlen(names->all + at) + 1)
            parts_try(&nearest, names->all + at);
    memcpy(text, nearest.found, PKT_NEAREST_TEXT);
    return text;
}

int pkt_fail_unknown(pkt_err *err, const char *what, const char *name, const pkt_names *known)
{
    char like[PKT_NEAREST_TEXT];
    if (!*pkt_names_nearest(known, name, like))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "unknown %s '%.*s'; known: %s", what,
                        NAME_MAX_SHOWN, name, known->text);
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                    "unknown %s '%.*s'; did you mean %s? Known: %s", what, NAME_MAX_SHOWN, name,
                    like, known->text);
}

int pkt_fail_unknown_backend(pkt_err *err, const char *name, const pkt_names *known)
{
    pkt_fail_unknown(err, "backend", name, known);
    const size_t size = strlen(err->msg);
    (void)snprintf(err->msg + size, sizeof err->msg - size, " (a plug-in needs --plugin FILE)");
    return -1;
}
