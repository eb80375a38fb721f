/* Output files that appear whole or not at all. */
#include "parsers/util/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/util/error.h"

/* The file is closed, or was never open. */
static void forget(pkt_atomic_file *out)
{
    free(out->path);
    free(out->temp);
    free(out->buffer);
    out->path = out->temp = out->buffer = NULL;
    out->file = NULL;
    out->nameless = 0;
}

static int open_failed(pkt_atomic_file *out, pkt_err *err)
{
    pkt_fail_open(err, errno == ENOMEM ? PKT_ERR_MEMORY : PKT_ERR_WRITE,
                  "cannot write: ", out->path ? out->path : "");
    if (out->temp)
        unlink(out->temp);
    forget(out);
    return -1;
}

/* The folder of the path, as a file descriptor of a file in it that has no name yet; it vanishes
 * with the process. -1 where the file system has no such files. */
static int open_nameless(const char *path)
{
    char *folder = strdup(path), *slash = folder ? strrchr(folder, '/') : NULL;
    if (!folder)
        return -1;
    if (slash)
        slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    free(folder);
    return fd;
}

/* With its temporary name, which is beside the final one, so that renaming stays within a file
 * system. */
static int open_named(pkt_atomic_file *out)
{
    int fd = mkstemp(out->temp);
    mode_t mask = umask(0);
    umask(mask);
    if (fd >= 0)
        (void)fchmod(fd, 0666 & ~mask); /* mkstemp is stricter than users expect of an output */
    return fd;
}

/* The mode and the owner of the file that is replaced. */
static void keep_mode(int fd, const struct stat *replaced)
{
    if (!replaced)
        return;
    if (fchown(fd, replaced->st_uid, replaced->st_gid) != 0) {
        /* of another user: allowed to root alone */
    }
    (void)fchmod(fd, replaced->st_mode & 0777);
}

/* The name in the same folder that mkstemp() completes. It is short: a name with more behind it
 * may be too long. NULL: errno. */
static char *temp_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const int folder = slash ? (int)(slash + 1 - path) : 0;
    struct stat st;
    char *temp = NULL;
    if (asprintf(&temp, "%.*s.pktbench.XXXXXX", folder, path) < 0)
        return NULL;
    if (lstat(temp, &st) == 0 || errno != ENAMETOOLONG)
        return temp;
    free(temp); /* found now, not when all is written */
    errno = ENAMETOOLONG;
    return NULL;
}

/* `replaced`: the file that is there; NULL: none. */
static int open_temp(pkt_atomic_file *out, const struct stat *replaced, pkt_err *err)
{
    out->temp = temp_name(out->path);
    if (!out->temp)
        return open_failed(out, err);
    int fd = open_nameless(out->path);
    out->nameless = fd >= 0;
    if (fd < 0)
        fd = open_named(out);
    if (fd < 0) {
        free(out->temp);
        out->temp = NULL;
        return open_failed(out, err);
    }
    keep_mode(fd, replaced);
    out->file = fdopen(fd, "wb");
    if (!out->file) {
        close(fd);
        return open_failed(out, err);
    }
    out->buffer = malloc(PKT_OUTFILE_BYTES);
    if (out->buffer) /* only quicker */
        (void)setvbuf(out->file, out->buffer, _IOFBF, PKT_OUTFILE_BYTES);
    return 0;
}

/* What is open already, by a descriptor of its own, so that it is closed like any other file.
 * Offset and O_APPEND are shared: what others write there before and after stays. */
static int open_descriptor(pkt_atomic_file *out, int number, pkt_err *err)
{
    const int flags = fcntl(number, F_GETFL);
    int fd = flags < 0 ? -1 : fcntl(number, F_DUPFD_CLOEXEC, 0);
    if (fd >= 0 && (flags & O_ACCMODE) == O_RDONLY) { /* it was closed; fdopen() says EINVAL */
        close(fd);
        fd = -1;
        errno = EBADF;
    }
    out->file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (out->file)
        return 0;
    if (fd >= 0)
        close(fd);
    return open_failed(out, err);
}

/* Give a nameless file its temporary name. */
static int name_give(pkt_atomic_file *out)
{
    char self[64];
    int fd = mkstemp(out->temp); /* a name that nothing has */
    if (fd < 0)
        return -1;
    close(fd);
    (void)unlink(out->temp);
    (void)snprintf(self, sizeof self, "/proc/self/fd/%d", fileno(out->file));
    return linkat(AT_FDCWD, self, AT_FDCWD, out->temp, AT_SYMLINK_FOLLOW);
}

int pkt_same_file(const char *one, const char *other)
{
    struct stat a, b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && S_ISREG(a.st_mode) &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* The process whose open files the folder has, a path without links; 0: of no process. Threads
 * share those of their process. */
static long descriptors_owner(const char *folder)
{
    static const char proc[] = "/proc/", task[] = "/task/";
    char *end;
    if (strncmp(folder, proc, strlen(proc)) != 0)
        return 0;
    const long owner = strtol(folder + strlen(proc), &end, 10);
    if (strncmp(end, task, strlen(task)) == 0)
        (void)strtol(end + strlen(task), &end, 10);
    return strcmp(end, "/fd") == 0 ? owner : 0;
}

static int descriptor_number(long owner, const char *name)
{
    char self[PATH_MAX], *end;
    const ssize_t size = readlink("/proc/self", self, sizeof self - 1);
    self[size > 0 ? size : 0] = '\0';
    if (size <= 0 || strtol(self, NULL, 10) != owner)
        return PKT_PATH_FOREIGN;
    const long number = strtol(name, &end, 10);
    return end > name && !*end && number >= 0 && number <= INT_MAX ? (int)number : PKT_PATH_OTHER;
}

/* Replace the path by what it, a symbolic link in the folder, points to. */
static bool link_follow(char path[PATH_MAX], const char *folder)
{
    char target[PATH_MAX];
    const ssize_t size = readlink(path, target, sizeof target - 1);
    if (size <= 0)
        return false;
    target[size] = '\0';
    const bool whole = target[0] == '/';
    return snprintf(path, PATH_MAX, "%s%s%s", whole ? "" : folder, whole ? "" : "/", target) <
           PATH_MAX;
}

int pkt_path_descriptor(const char *path)
{
    enum { MOST_LINKS = 40 }; /* as the kernel follows */
    char at[PATH_MAX], folder[PATH_MAX];
    if (snprintf(at, sizeof at, "%s%s", strchr(path, '/') ? "" : "./", path) >= PATH_MAX)
        return PKT_PATH_OTHER;
    for (int i = 0; i < MOST_LINKS; i++) {
        char *slash = strrchr(at, '/');
        *slash = '\0';
        const bool found = realpath(*at ? at : "/", folder) != NULL;
        *slash = '/';
        const long owner = found ? descriptors_owner(folder) : 0;
        if (owner)
            return descriptor_number(owner, slash + 1);
        if (!found || !link_follow(at, folder))
            break;
    }
    return PKT_PATH_OTHER;
}

/* The path, or what it points to if it is a symbolic link to a regular file. A link that leads
 * nowhere, or to where it cannot be seen, stays as it is. */
static int path_resolve(pkt_atomic_file *out, const char *path, pkt_err *err)
{
    struct stat st;
    const bool link = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
    const bool found = stat(path, &st) == 0, file = found && S_ISREG(st.st_mode);
    if (link && !found && errno == ENOENT)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE,
                        "cannot write: is a symbolic link to nothing: remove it, or create what it "
                        "points to");
    if (link && !found)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE,
                        "cannot write: is a symbolic link that cannot be followed: %s",
                        strerror(errno));
    out->path = link && file ? realpath(path, NULL) : strdup(path);
    return out->path ? 0 : open_failed(out, err);
}

int pkt_atomic_file_open(pkt_atomic_file *out, const char *path, pkt_err *err)
{
    struct stat st;
    *out = (pkt_atomic_file){0};
    if (strcmp(path, "-") == 0)
        return open_descriptor(out, STDOUT_FILENO, err);
    const int number = pkt_path_descriptor(path);
    if (number >= 0)
        return open_descriptor(out, number, err);
    if (number == PKT_PATH_FOREIGN && stat(path, &st) == 0 && S_ISREG(st.st_mode))
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE,
                        "cannot write: is a file that another process has open: name the file "
                        "itself");
    if (path_resolve(out, path, err) != 0)
        return -1;
    const bool exists = stat(out->path, &st) == 0;
    if (!exists && errno == ENAMETOOLONG)
        return open_failed(out, err);
    if (exists && !S_ISREG(st.st_mode)) {
        out->file = fopen(out->path, "wb"); /* a device or a pipe; a directory fails here */
        return out->file ? 0 : open_failed(out, err);
    }
    return open_temp(out, exists ? &st : NULL, err);
}

/* Flush, check and close; a file without a name gets its temporary one. */
static int finish(pkt_atomic_file *out, pkt_err *err)
{
    int bad = fflush(out->file) != 0 || ferror(out->file);
    if (!bad && out->nameless) {
        bad = name_give(out) != 0;
        out->nameless = bad; /* from now on, giving up removes the name */
    }
    int saved = errno;
    if (fclose(out->file) != 0 && !bad) {
        bad = 1;
        saved = errno;
    }
    out->file = NULL;
    errno = saved;
    return bad ? open_failed(out, err) : 0;
}

/* The file is finished. */
static int place(pkt_atomic_file *out, pkt_err *err)
{
    if (out->temp && rename(out->temp, out->path) != 0)
        return open_failed(out, err);
    forget(out);
    return 0;
}

int pkt_atomic_file_commit(pkt_atomic_file *out, pkt_err *err)
{
    return finish(out, err) == 0 ? place(out, err) : -1;
}

/* Rename to a name that nothing has. 0, or -1 and errno: EEXIST. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* The file system cannot, as NFS: by a second name, or, without links, by an empty file. */
    if (link(from, to) == 0) {
        (void)unlink(from);
        return 0;
    }
    if (errno == EEXIST)
        return -1;
    const int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    close(fd);
    if (rename(from, to) == 0)
        return 0;
    const int why = errno;
    (void)unlink(to);
    errno = why;
    return -1;
}

int pkt_atomic_file_commit_new(pkt_atomic_file *out, const char *path, pkt_err *err)
{
    if (out->file && finish(out, err) != 0)
        return -1;
    if (out->temp && rename_new(out->temp, path) != 0)
        return errno == EEXIST ? 1 : open_failed(out, err);
    forget(out);
    return 0;
}

static int files_commit(pkt_atomic_file *const *files, size_t count, size_t *failed, pkt_err *err)
{
    for (*failed = 0; *failed < count; ++*failed)
        if (files[*failed]->file && finish(files[*failed], err) != 0)
            return -1;
    for (*failed = 0; *failed < count; ++*failed)
        if (place(files[*failed], err) != 0)
            return -1;
    return 0;
}

int pkt_atomic_files_commit(pkt_atomic_file *const *files, size_t count, size_t *failed,
                            pkt_err *err)
{
    const int bad = files_commit(files, count, failed, err);
    for (size_t i = 0; bad && i < count; i++)
        pkt_atomic_file_abandon(files[i]);
    return bad;
}

void pkt_atomic_file_abandon(pkt_atomic_file *out)
{
    if (out->file)
        fclose(out->file);
    if (out->temp && !out->nameless)
        unlink(out->temp);
    forget(out);
}
