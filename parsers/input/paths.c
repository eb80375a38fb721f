#include "parsers/input/paths.h"

#include <fts.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/util/error.h"

static size_t base_at(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash + 1 - path) : 0;
}

static int path_add(pkt_paths *paths, const char *path, size_t below, pkt_err *err)
{
    if (paths->count == paths->room) {
        const size_t room = 2 * paths->room + 16;
        char **at = realloc(paths->at, room * sizeof *at);
        if (!at)
            return pkt_fail_memory(err, "paths");
        paths->at = at;
        size_t *below_all = realloc(paths->below, room * sizeof *below_all);
        if (!below_all)
            return pkt_fail_memory(err, "paths");
        paths->below = below_all;
        paths->room = room;
    }
    paths->below[paths->count] = below;
    paths->at[paths->count] = strdup(path);
    return paths->at[paths->count++] ? 0 : pkt_fail_memory(err, "a path");
}

static bool ends_in(const char *name, size_t length, const char *ending)
{
    const size_t size = strlen(ending);
    return length > size && memcmp(name + length - size, ending, size) == 0;
}

/* "a.pcap", "a.pcapng.gz", or "a.pcap12" as tcpdump -C names its files. */
static bool has_capture_name(const char *name)
{
    static const char *const packings[] = {".gz", ".zst", ".xz"};
    static const char *const endings[] = {".pcap", ".pcapng", ".cap", ".dmp"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof packings / sizeof packings[0]; i++)
        if (ends_in(name, length, packings[i])) {
            length -= strlen(packings[i]);
            break;
        }
    while (length && strchr("0123456789", name[length - 1]))
        length--;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (ends_in(name, length, endings[i]))
            return true;
    return false;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strverscmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_index(const char *name, size_t length)
{
    return ends_in(name, length, PKT_INDEX_ENDING);
}

/* A FIFO, a socket or a device. Unless it is named, nobody may be there to write to it. */
static bool is_no_file(const struct stat *st)
{
    return !S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode);
}

/* What a folder holds: a capture is added. `below`: see pkt_paths. */
static int file_take(pkt_paths *paths, const FTSENT *file, size_t below, pkt_err *err)
{
    struct stat st;
    pkt_capture capture = PKT_INIT(pkt_capture);
    const bool there = stat(file->fts_path, &st) == 0;
    if ((there && S_ISDIR(st.st_mode)) || is_index(file->fts_name, file->fts_namelen))
        return 0;
    if (!(there && is_no_file(&st)) &&
        (has_capture_name(file->fts_name) || pkt_capture_open(file->fts_path, &capture, NULL) == 0))
        return path_add(paths, file->fts_path, below, err);
    paths->others++;
    return 0;
}

static int entry_failed(const char *what, const FTSENT *entry, pkt_err *err)
{
    errno = entry->fts_errno;
    return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot %s %.120s: %s", what, entry->fts_path,
                    strerror(errno));
}

/* What this is cannot be seen, for example in a folder that may be listed, but not entered. */
static int unseen_take(pkt_paths *paths, const FTSENT *entry, size_t below, bool missing,
                       pkt_err *err)
{
    if (!missing)
        return entry_failed("read", entry, err);
    return path_add(paths, entry->fts_path, below, err); /* bad, as one that cannot be opened */
}

static int entry_take(pkt_paths *paths, FTS *tree, FTSENT *entry, const pkt_paths_request *request,
                      size_t below, pkt_err *err)
{
    const bool top = entry->fts_level == FTS_ROOTLEVEL;
    switch (entry->fts_info) {
    case FTS_D:
        if (!top && (!request->recursive || entry->fts_name[0] == '.'))
            (void)fts_set(tree, entry, FTS_SKIP);
        return 0;
    case FTS_DNR:
        if (request->missing)
            return path_add(paths, entry->fts_path, top ? base_at(entry->fts_path) : below, err);
        return entry_failed("list the folder", entry, err);
    case FTS_ERR:
        return entry_failed("list the folder", entry, err);
    case FTS_NS: /* ENOENT: it was removed or renamed since the folder was read */
        return entry->fts_name[0] == '.' || entry->fts_errno == ENOENT
                   ? 0
                   : unseen_take(paths, entry, below, request->missing, err);
    case FTS_F:
    case FTS_SL:
    case FTS_DEFAULT:
        return entry->fts_name[0] == '.' ? 0 : file_take(paths, entry, below, err);
    default: /* after a folder, a loop */
        return 0;
    }
}

static int tree_take(pkt_paths *paths, char *folder, const pkt_paths_request *request, pkt_err *err)
{
    char *roots[] = {folder, NULL};
    const size_t length = strlen(folder), below = length + (folder[length - 1] != '/');
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    int bad = tree ? 0 : pkt_fail_memory(err, "a folder");
    FTSENT *entry;
    while (!bad && (errno = 0, entry = fts_read(tree)) != NULL)
        bad = entry_take(paths, tree, entry, request, below, err);
    if (!bad && errno != 0)
        bad =
            pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot list the folder: %s", strerror(errno));
    if (tree)
        (void)fts_close(tree);
    return bad;
}

/* Its captures, of which there may be none. */
static int folder_take(pkt_paths *paths, const char *folder, const pkt_paths_request *request,
                       pkt_err *err)
{
    char *copy = strdup(folder);
    for (size_t i = copy ? strlen(copy) : 0; i > 1 && copy[i - 1] == '/'; i--)
        copy[i - 1] = '\0';
    int bad = copy ? tree_take(paths, copy, request, err) : pkt_fail_memory(err, "a folder");
    free(copy);
    paths->several = true;
    return bad;
}

static const char *recursive_hint(const pkt_paths_request *request)
{
    return request->recursive ? "" : "; -R also takes those in its folders";
}

/* A folder that is named. */
static int folder_named(pkt_paths *paths, const char *folder, const pkt_paths_request *request,
                        pkt_err *err)
{
    const size_t before = paths->count;
    if (folder_take(paths, folder, request, err) != 0)
        return -1;
    if (paths->count > before)
        return 0;
    if (request->missing && request->count > 1)
        return path_add(paths, folder, base_at(folder), err); /* bad, when it is opened */
    return pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE, "is a folder without captures%s",
                    recursive_hint(request));
}

static int existing_take(pkt_paths *paths, const char *path, const pkt_paths_request *request,
                         pkt_err *err)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return folder_named(paths, path, request, err);
    return path_add(paths, path, base_at(path), err);
}

/* A folder that a pattern matches. Without captures, it is one of those that are passed over. */
static int folder_matched(pkt_paths *paths, const char *folder, const pkt_paths_request *request,
                          pkt_err *err)
{
    const size_t before = paths->count, others = paths->others;
    if (folder_take(paths, folder, request, err) != 0)
        return -1;
    if (paths->count > before)
        return 0;
    paths->others = others + 1;
    if (!paths->folder)
        paths->folder = strdup(folder);
    return paths->folder ? 0 : pkt_fail_memory(err, "a path");
}

/* What a pattern matches is taken as what a folder holds, but a file without the name of a capture
 * is a capture. */
static int match_take(pkt_paths *paths, const char *path, const pkt_paths_request *request,
                      pkt_err *err)
{
    struct stat st;
    const bool there = stat(path, &st) == 0;
    if (is_index(path, strlen(path)))
        return 0;
    if (there && S_ISDIR(st.st_mode))
        return folder_matched(paths, path, request, err);
    if (!there || !is_no_file(&st))
        return path_add(paths, path, base_at(path), err);
    paths->others++;
    return 0;
}

/* Why a pattern gives no capture. */
static int matches_failed(const glob_t *found, const pkt_paths_request *request, pkt_err *err)
{
    struct stat st;
    bool indexes = true;
    for (size_t i = 0; i < found->gl_pathc; i++) {
        const char *path = found->gl_pathv[i];
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            return pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE,
                            "matches no capture: %.120s is a folder without captures%s", path,
                            recursive_hint(request));
        indexes = indexes && is_index(path, strlen(path));
    }
    if (indexes)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE,
                        "only indexes of captures have names that match");
    return pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE,
                    "matches no capture, only FIFOs, sockets or devices: name one to read it");
}

/* Folder by folder: compared whole, "a-b/x" would come before "a/x". */
static int by_path(const void *a, const void *b)
{
    const char *one = *(char *const *)a, *other = *(char *const *)b;
    int order = 0;
    while (order == 0 && (*one || *other)) {
        char name[2][NAME_MAX + 1];
        const size_t n = strcspn(one, "/"), k = strcspn(other, "/");
        (void)snprintf(name[0], sizeof name[0], "%.*s", (int)n, one);
        (void)snprintf(name[1], sizeof name[1], "%.*s", (int)k, other);
        order = strverscmp(name[0], name[1]);
        one += n + strspn(one + n, "/");
        other += k + strspn(other + k, "/");
    }
    return order;
}

/* In the order that a folder has. */
static int pattern_take(pkt_paths *paths, const char *pattern, const pkt_paths_request *request,
                        pkt_err *err)
{
    glob_t found;
    const int got = glob(pattern, GLOB_NOSORT, NULL, &found);
    if (got == GLOB_NOMATCH)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "no file has a name that matches");
    if (got != 0)
        return pkt_fail_memory(err, "a pattern");
    int bad = 0;
    const size_t before = paths->count;
    paths->several = true;
    qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, by_path);
    for (size_t i = 0; !bad && i < found.gl_pathc; i++)
        bad = match_take(paths, found.gl_pathv[i], request, err);
    if (!bad && paths->count == before)
        bad = matches_failed(&found, request, err);
    globfree(&found);
    return bad;
}

static int operand_take(pkt_paths *paths, const pkt_paths_request *request, const char *operand,
                        pkt_err *err)
{
    if (strcmp(operand, "-") == 0)
        return path_add(paths, operand, 0, err);
    const bool missing = access(operand, R_OK) != 0;
    if (missing && errno == ENOENT && operand[strcspn(operand, "*?[")])
        return pattern_take(paths, operand, request, err);
    if (missing && !request->missing)
        return pkt_fail_open(err, PKT_ERR_IO, "", operand);
    return existing_take(paths, operand, request, err);
}

int pkt_paths_find_of(pkt_paths *paths, const pkt_paths_request *request, const char **failed,
                      pkt_err *err)
{
    *paths = (pkt_paths){.several = request->count > 1};
    for (size_t i = 0; i < request->count; i++)
        if (operand_take(paths, request, request->operands[i], err) != 0) {
            *failed = request->operands[i];
            pkt_paths_close(paths);
            return -1;
        }
    return 0;
}

int pkt_paths_find(pkt_paths *paths, const pkt_paths_request *request, pkt_err *err)
{
    const char *failed;
    if (pkt_paths_find_of(paths, request, &failed, err) == 0)
        return 0;
    return pkt_err_about(err, failed);
}

void pkt_paths_close(pkt_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->at[i]);
    free(paths->at);
    free(paths->below);
    free(paths->folder);
    *paths = (pkt_paths){0};
}

/* The folder of a descriptor's name, such as /dev/stdin, says nothing about the file behind it. */
static bool holds_descriptors(const char *folder)
{
    return strcmp(folder, "/dev") == 0 || strncmp(folder, "/proc/", strlen("/proc/")) == 0;
}

/* Only the folder is resolved: a capture that is a symbolic link lies where the link does. */
static bool folder_find(const char *path, char folder[PATH_MAX])
{
    char *slash, given[PATH_MAX];
    const size_t base = base_at(path);
    if (base >= sizeof given || strcmp(path, "-") == 0)
        return false;
    (void)snprintf(given, sizeof given, "%.*s", base ? (int)base : 1, base ? path : ".");
    for (size_t i = strlen(given); i > 1 && given[i - 1] == '/'; i--)
        given[i - 1] = '\0';
    if (!realpath(given, folder)) { /* in an archive, or a URI */
        (void)snprintf(folder, PATH_MAX, "%s", given);
        return true;
    }
    if (!holds_descriptors(folder))
        return true;
    slash = realpath(path, folder) ? strrchr(folder, '/') : NULL;
    if (slash)
        *slash = '\0';
    return slash != NULL;
}

void pkt_path_folder(const char *path, char *name)
{
    char folder[PATH_MAX];
    name[0] = '\0';
    if (!folder_find(path, folder))
        return;
    const char *slash = strrchr(folder, '/');
    (void)snprintf(name, PATH_MAX, "%s", slash ? slash + 1 : folder);
}
