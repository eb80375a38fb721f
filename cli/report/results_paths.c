#include "cli/report/results_paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* 0, or -1 without memory. */
static int room_make(results_paths *paths)
{
    const size_t room = paths->room ? 2 * paths->room : 16;
    char **at = realloc(paths->at, room * sizeof *at);
    if (!at)
        return -1;
    paths->at = at;
    bool *found = realloc(paths->found, room * sizeof *found);
    if (!found)
        return -1;
    paths->found = found;
    paths->room = room;
    return 0;
}

/* Take over the path; NULL: there was no memory for it. */
static int path_add(results_paths *paths, char *path, bool found, pkt_err *err)
{
    if (!path || (paths->count == paths->room && room_make(paths) != 0)) {
        free(path);
        return pkt_fail_memory(err, "the paths of results");
    }
    paths->at[paths->count] = path;
    paths->found[paths->count++] = found;
    return 0;
}

static int is_results_name(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && dot != entry->d_name && entry->d_name[0] != '.' && strcmp(dot, ".json") == 0;
}

static char *path_in(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        (void)snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static int folder_add(results_paths *paths, const char *folder, pkt_err *err)
{
    struct dirent **entries;
    const int count = scandir(folder, &entries, is_results_name, alphasort);
    int bad = 0;
    if (count < 0) {
        pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot read the folder: %s", strerror(errno));
        return pkt_err_about(err, folder);
    }
    for (int i = 0; i < count; i++) {
        if (!bad)
            bad = path_add(paths, path_in(folder, entries[i]->d_name), true, err);
        free(entries[i]);
    }
    free(entries);
    if (count == 0) {
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                 "the folder has no results: files that end in .json");
        bad = pkt_err_about(err, folder);
    }
    return bad;
}

int results_paths_find(results_paths *paths, char *const *operands, size_t count, pkt_err *err)
{
    struct stat st;
    int bad = 0;
    *paths = (results_paths){0};
    for (size_t i = 0; !bad && i < count; i++)
        if (stat(operands[i], &st) == 0 && S_ISDIR(st.st_mode))
            bad = folder_add(paths, operands[i], err);
        else
            bad = path_add(paths, strdup(operands[i]), false, err);
    return bad;
}

void results_paths_close(results_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->at[i]);
    free(paths->at);
    free(paths->found);
    *paths = (results_paths){0};
}
