#include "parsers/input/paths.h"

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/util/error.h"

/* Folders within folders, at most: more is a loop of mounts. */
enum { DEPTH_MAX = 64 };

typedef struct search {
    pkt_paths *paths;
    bool recursive;
    size_t below; /* of the paths in the folder that is searched */
} search;

static int path_add(pkt_paths *paths, const char *path, size_t below, pkt_err *err)
{
    if (paths->count == paths->room) {
        const size_t room = 2 * paths->room + 16;
        char **at = realloc(paths->at, room * sizeof *at);
        paths->at = at ? at : paths->at;
        size_t *starts = at ? realloc(paths->below, room * sizeof *starts) : NULL;
        paths->below = starts ? starts : paths->below;
        if (!starts)
            return pkt_fail_memory(err, "paths");
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

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strverscmp((*a)->d_name, (*b)->d_name);
}

static int folder_search(const search *s, const char *folder, unsigned depth, pkt_err *err);

/* What a folder holds: a capture is added, and a folder is searched if that is wanted. */
static int entry_take(const search *s, const char *path, const char *name, unsigned depth,
                      pkt_err *err)
{
    struct stat st;
    pkt_capture capture = PKT_INIT(pkt_capture);
    if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return s->recursive && depth < DEPTH_MAX ? folder_search(s, path, depth + 1, err) : 0;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return 0;
    if (has_capture_name(name) || pkt_capture_open(path, &capture, NULL) == 0)
        return path_add(s->paths, path, s->below, err);
    s->paths->others++;
    return 0;
}

static int folder_search(const search *s, const char *folder, unsigned depth, pkt_err *err)
{
    struct dirent **entries;
    const int count = scandir(folder, &entries, is_shown, by_name);
    if (count < 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot list the folder %.120s: %s", folder,
                        strerror(errno));
    const size_t length = strlen(folder);
    const char *slash = length && folder[length - 1] == '/' ? "" : "/";
    int bad = 0;
    for (int i = 0; i < count; i++) {
        char *path = NULL;
        if (!bad && asprintf(&path, "%s%s%s", folder, slash, entries[i]->d_name) < 0) {
            path = NULL;
            bad = pkt_fail_memory(err, "a path");
        }
        if (!bad)
            bad = entry_take(s, path, entries[i]->d_name, depth, err);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return bad;
}

static int folder_take(pkt_paths *paths, const char *folder, bool recursive, pkt_err *err)
{
    const size_t length = strlen(folder), before = paths->count;
    const search s = {paths, recursive, length + (length && folder[length - 1] != '/')};
    paths->several = true;
    if (folder_search(&s, folder, 0, err) != 0)
        return -1;
    if (paths->count > before)
        return 0;
    return pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE, "is a folder without captures%s",
                    recursive ? "" : "; -R also takes those in its folders");
}

static size_t base_at(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash + 1 - path) : 0;
}

static int existing_take(pkt_paths *paths, const char *path, bool recursive, pkt_err *err)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return folder_take(paths, path, recursive, err);
    return path_add(paths, path, base_at(path), err);
}

/* All that the pattern matches. */
static int pattern_take(pkt_paths *paths, const char *pattern, bool recursive, pkt_err *err)
{
    glob_t found;
    const int got = glob(pattern, 0, NULL, &found);
    if (got == GLOB_NOMATCH)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "no file has a name that matches");
    if (got != 0)
        return pkt_fail_memory(err, "a pattern");
    int bad = 0;
    paths->several = true;
    for (size_t i = 0; !bad && i < found.gl_pathc; i++)
        bad = existing_take(paths, found.gl_pathv[i], recursive, err);
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
        return pattern_take(paths, operand, request->recursive, err);
    if (missing && !request->missing)
        return pkt_fail_open(err, PKT_ERR_IO, "", operand);
    return existing_take(paths, operand, request->recursive, err);
}

int pkt_paths_find(pkt_paths *paths, const pkt_paths_request *request, pkt_err *err)
{
    *paths = (pkt_paths){.several = request->count > 1};
    for (size_t i = 0; i < request->count; i++)
        if (operand_take(paths, request, request->operands[i], err) != 0) {
            pkt_err_about(err, request->operands[i]);
            pkt_paths_close(paths);
            return -1;
        }
    return 0;
}

void pkt_paths_close(pkt_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->at[i]);
    free(paths->at);
    free(paths->below);
    *paths = (pkt_paths){0};
}
