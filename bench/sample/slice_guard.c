#include "bench/sample/slice_guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct guarded {
    char *path; /* its place */
    char *kept; /* another name of the same file, which no backend is told */
    bool lost;  /* it could not be put back */
    dev_t device;
    ino_t inode;
} guarded;

struct slice_guard {
    char *folder;
    guarded *entries;
    size_t count;
};

/* Guarded already, or a file of the user? */
static bool is_settled(const slice_guard *guard, const suite_slice *slice)
{
    for (size_t i = 0; i < guard->count; i++)
        if (strcmp(guard->entries[i].path, slice->path) == 0)
            return true;
    return strncmp(slice->path, guard->folder, strlen(guard->folder)) != 0;
}

/* Another name in the folder: not beside the slice, where a backend may look for copies. */
static char *kept_name(const slice_guard *guard)
{
    char *folder = suite_text("%skept.XXXXXX", guard->folder);
    char *name = folder && mkdtemp(folder) ? suite_text("%s/slice", folder) : NULL;
    free(folder);
    return name;
}

static void slice_add(slice_guard *guard, const suite_slice *slice)
{
    struct stat found;
    if (is_settled(guard, slice) || lstat(slice->path, &found) != 0)
        return;
    guarded *more = realloc(guard->entries, (guard->count + 1) * sizeof *more);
    if (!more)
        return;
    guard->entries = more;
    guarded *entry = &more[guard->count];
    *entry = (guarded){.path = suite_text("%s", slice->path),
                       .kept = kept_name(guard),
                       .device = found.st_dev,
                       .inode = found.st_ino};
    if (entry->kept && link(slice->path, entry->kept) != 0) {
        free(entry->kept); /* the slice cannot be put back */
        entry->kept = NULL;
    }
    if (entry->path)
        guard->count++;
    else
        free(entry->kept);
}

slice_guard *slice_guard_new(const char *folder, const bench_cell *cells, size_t count)
{
    slice_guard *guard = calloc(1, sizeof *guard);
    if (guard)
        guard->folder = suite_text("%s/", folder);
    if (guard && !guard->folder) {
        free(guard);
        return NULL;
    }
    for (size_t i = 0; guard && i < count; i++)
        slice_add(guard, cells[i].slice);
    return guard;
}

static bool is_in_place(const guarded *entry)
{
    struct stat now;
    return lstat(entry->path, &now) == 0 && now.st_dev == entry->device &&
           now.st_ino == entry->inode;
}

static bool put_back(const guarded *entry)
{
    struct stat kept;
    if (!entry->kept || lstat(entry->kept, &kept) != 0 || kept.st_dev != entry->device ||
        kept.st_ino != entry->inode)
        return false;
    (void)remove(entry->path);
    return link(entry->kept, entry->path) == 0;
}

static void slice_lost(const guarded *entry, bench_cell *cells, size_t count, const char *culprit)
{
    char reason[REASON_BYTES];
    (void)snprintf(reason, sizeof reason,
                   "%s has removed the slice, which all backends read: leave it out", culprit);
    for (size_t i = 0; i < count; i++)
        if (cell_is_timed(&cells[i]) && strcmp(cells[i].slice->path, entry->path) == 0)
            cell_fail(&cells[i], STATUS_FAILED, reason);
}

bool slice_guard_moved(const slice_guard *guard)
{
    for (size_t i = 0; guard && i < guard->count; i++)
        if (!guard->entries[i].lost && !is_in_place(&guard->entries[i]))
            return true;
    return false;
}

bool slice_guard_check(slice_guard *guard, bench_cell *cells, size_t count, bench_cell *culprit)
{
    bool good = true;
    for (size_t i = 0; guard && i < guard->count; i++) {
        guarded *entry = &guard->entries[i];
        if (entry->lost || is_in_place(entry))
            continue;
        if (culprit)
            cell_fail(culprit, STATUS_UNFAITHFUL,
                      "it has removed or replaced the slice, which all backends read");
        entry->lost = !put_back(entry);
        good = good && !entry->lost;
        if (entry->lost)
            slice_lost(entry, cells, count, culprit ? culprit->backend->name : "a process");
    }
    return good;
}

static void kept_remove(char *kept)
{
    char *slash = kept ? strrchr(kept, '/') : NULL;
    if (slash) {
        (void)unlink(kept);
        *slash = '\0';
        (void)rmdir(kept);
    }
    free(kept);
}

void slice_guard_free(slice_guard *guard)
{
    if (!guard)
        return;
    for (size_t i = 0; i < guard->count; i++) {
        kept_remove(guard->entries[i].kept);
        free(guard->entries[i].path);
    }
    free(guard->entries);
    free(guard->folder);
    free(guard);
}
