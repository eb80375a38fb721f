#include "cli/dataset/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int folders_make(const char *path)
{
    char *copy = strdup(path);
    int bad = copy ? 0 : -1;
    for (char *slash = copy ? strchr(copy + 1, '/') : NULL; slash && !bad;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bad = mkdir(copy, 0777) != 0 && errno != EEXIST ? -1 : 0;
        *slash = '/';
    }
    free(copy);
    return bad;
}

int folder_each(const char *folder,
                int (*take)(void *self, const char *path, const char *name, pkt_err *err),
                void *self, pkt_err *err)
{
    DIR *list = opendir(folder);
    const struct dirent *file;
    int bad = 0;
    if (!list)
        return errno == ENOENT ? 0
                               : pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot list %.120s: %s",
                                          folder, strerror(errno));
    while (!bad && (file = readdir(list)) != NULL) {
        char path[PATH_MAX + NAME_MAX];
        if (strcmp(file->d_name, ".") == 0 || strcmp(file->d_name, "..") == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, file->d_name);
        bad = take(self, path, file->d_name, err);
    }
    (void)closedir(list);
    return bad;
}

static int file_remove(void *self, const char *path, const char *name, pkt_err *err)
{
    (void)self;
    if (unlink(path) == 0 || errno == ENOENT)
        return 0;
    return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot remove %.100s: %s", name,
                    strerror(errno));
}

int folder_empty(const char *folder, pkt_err *err)
{
    return folder_each(folder, file_remove, NULL, err);
}

bool folder_foreign(const char *folder, const json_t *known, char path[PATH_MAX])
{
    char *copy = strdup(folder);
    char *roots[] = {copy, NULL};
    FTS *tree = copy ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
    const size_t length = strlen(folder) + (folder[strlen(folder) - 1] != '/');
    bool found = false;
    FTSENT *entry;
    while (tree && !found && (entry = fts_read(tree)) != NULL) {
        if (entry->fts_level == FTS_ROOTLEVEL)
            continue;
        if (strchr("._", entry->fts_name[0])) {
            (void)fts_set(tree, entry, FTS_SKIP);
            continue;
        }
        found = entry->fts_info != FTS_D && entry->fts_info != FTS_DP &&
                !json_object_get(known, entry->fts_path + length);
        if (found)
            (void)snprintf(path, PATH_MAX, "%s", entry->fts_path + length);
    }
    if (tree)
        (void)fts_close(tree);
    free(copy);
    return found;
}

void folder_remove_file(const char *folder, const char *path)
{
    char whole[PATH_MAX];
    const size_t root = strlen(folder);
    if (snprintf(whole, sizeof whole, "%s/%s", folder, path) >= (int)sizeof whole)
        return;
    (void)unlink(whole);
    for (char *slash = strrchr(whole, '/'); slash && (size_t)(slash - whole) > root;
         slash = strrchr(whole, '/')) {
        *slash = '\0';
        if (rmdir(whole) != 0)
            break;
    }
}
