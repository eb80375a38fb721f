#include "cli/dataset/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/dataset/difference.h"
#include "cli/dataset/folder.h"
#include "parsers/util/error.h"

/* Version of the manifest's form. */
enum { MANIFEST_FORM = 1 };
/* The processes of a run that was killed end a moment after it. */
enum { LOCK_TRIES = 100 };
#define LOCK_NAP_NS 20000000L

static int path_make(char path[PATH_MAX], const char *root, const char *below, const char *name,
                     pkt_err *err)
{
    const int size = snprintf(path, PATH_MAX, "%s/%s%s", root, below, name);
    return size < PATH_MAX ? 0
                           : pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "its paths are too long");
}

/* A text that may not be UTF-8. */
static json_t *text_json(const char *text)
{
    json_t *value = text ? json_string(text) : json_null();
    if (value)
        return value;
    char *escaped = partition_escape(text);
    value = json_string(escaped ? escaped : "");
    free(escaped);
    return value;
}

/* Write the file under a name in the stage, then rename it. */
static int json_write(const manifest *m, const json_t *value, const char *path, pkt_err *err)
{
    char staged[PATH_MAX];
    const char *name = strrchr(path, '/') + 1;
    (void)snprintf(staged, sizeof staged, "%s/%s", m->stage, name);
    FILE *file = fopen(staged, "wbe");
    bool good = file && json_dumpf(value, file, JSON_INDENT(2)) == 0 && fputc('\n', file) >= 0 &&
                fflush(file) == 0 && fsync(fileno(file)) == 0;
    int why = errno;
    if (file && fclose(file) != 0 && good) {
        good = false;
        why = errno;
    }
    if (good && rename(staged, path) != 0) {
        good = false;
        why = errno;
    }
    errno = why;
    return good ? 0
                : pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write %s: %s", name,
                           strerror(why));
}

/* Was the dataset begun by this version with these options? */
static int head_check(const json_t *found, const json_t *wanted, pkt_err *err)
{
    if (json_integer_value(json_object_get(found, "manifest")) != MANIFEST_FORM)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "its manifest is damaged, or of another version of pktbench; write to "
                        "another folder");
    if (text_compare("pktbench", json_object_get(found, "pktbench"),
                     json_object_get(wanted, "pktbench"), err) != 0)
        return -1;
    return options_compare(json_object_get(found, "options"), json_object_get(wanted, "options"),
                           err);
}

/* A path in an entry leads to a file of the dataset. */
static bool path_is_below(const char *path)
{
    return path && *path && *path != '/' && strncmp(path, "../", 3) != 0 && !strstr(path, "/../");
}

/* Take an entry's files into the set of all; false: the entry is damaged. */
static bool files_know(const json_t *entry, json_t *known)
{
    size_t i;
    json_t *file;
    const json_t *files = json_object_get(entry, "files");
    json_array_foreach(files, i, file)
    {
        const char *path = json_string_value(json_object_get(file, "path"));
        if (!path_is_below(path) || json_object_set_new(known, path, json_true()) != 0)
            return false;
    }
    return json_is_array(files);
}

typedef struct entry_reader {
    manifest *m;
    json_t *known; /* files of all entries */
} entry_reader;

/* NAME.json */
static int entry_read(void *self, const char *path, const char *file, pkt_err *err)
{
    const entry_reader *reader = self;
    const size_t length = strlen(file), end = strlen(".json");
    if (length <= end || strcmp(file + length - end, ".json") != 0)
        return 0;
    char *name = strndup(file, length - end);
    json_t *entry = json_load_file(path, 0, NULL);
    const bool good = name && files_know(entry, reader->known) &&
                      json_object_set(reader->m->entries, name, entry) == 0;
    json_decref(entry);
    free(name);
    return good ? 0
                : pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE,
                           "the entry _pktbench/captures/%.100s is damaged; remove the folder and "
                           "begin anew",
                           file);
}

static int entries_read(manifest *m, json_t *known, pkt_err *err)
{
    char path[PATH_MAX];
    entry_reader reader = {m, known};
    if (path_make(path, m->root, "_pktbench/captures", "", err) != 0)
        return -1;
    return folder_each(path, entry_read, &reader, err);
}

/* What is in the folder must be a dataset that goes on, or nothing. */
static int content_check(manifest *m, bool resume, const json_t *head, pkt_err *err)
{
    char path[PATH_MAX], foreign[PATH_MAX];
    json_t *known = json_object();
    if (path_make(path, m->root, "_pktbench/", "dataset.json", err) != 0)
        return -1;
    json_t *found = json_load_file(path, 0, NULL);
    const bool is_there = access(path, F_OK) == 0;
    int bad = is_there ? entries_read(m, known, err) : 0;
    if (!bad && manifest_count(m) > 0 && !resume)
        bad = pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                       "is a dataset that has %zu captures; --resume goes on with it; to begin "
                       "anew, remove it or name another folder",
                       manifest_count(m));
    else if (!bad && manifest_count(m) > 0)
        bad = head_check(found, head, err);
    if (!bad && folder_foreign(m->root, known, foreign))
        bad = pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                       "holds %.150s, which is not of this dataset; move it, or name another "
                       "folder",
                       foreign);
    json_decref(found);
    json_decref(known);
    return bad;
}

static int lock_take(manifest *m, pkt_err *err)
{
    char path[PATH_MAX];
    const struct timespec nap = {.tv_nsec = LOCK_NAP_NS};
    if (path_make(path, m->root, "_pktbench", "", err) != 0)
        return -1;
    m->lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (m->lock < 0)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot open _pktbench: %s",
                        strerror(errno));
    for (unsigned i = 0; i < LOCK_TRIES; i++) {
        if (flock(m->lock, LOCK_EX | LOCK_NB) == 0)
            return 0;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return 0; /* the file system has no locks */
        (void)nanosleep(&nap, NULL);
    }
    close(m->lock);
    m->lock = -1;
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "another run writes to it");
}

/* Create the folder and those of the manifest. */
static int folders_open(const manifest *m, pkt_err *err)
{
    static const char *const below[] = {"_pktbench/", "_pktbench/captures/"};
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
        char path[PATH_MAX];
        if (path_make(path, m->root, below[i], "", err) != 0)
            return -1;
        if (folders_make(path) != 0)
            return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot create the folder: %s",
                            strerror(errno));
    }
    return 0;
}

/* An empty folder for files that are not yet whole; what a run that was killed left is removed. */
static int stage_open(const manifest *m, pkt_err *err)
{
    if (mkdir(m->stage, 0777) != 0 && errno != EEXIST)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    return folder_empty(m->stage, err);
}

static int head_write(const manifest *m, const json_t *head, pkt_err *err)
{
    char path[PATH_MAX];
    if (path_make(path, m->root, "_pktbench/", "dataset.json", err) != 0)
        return -1;
    return manifest_count(m) > 0 ? 0 : json_write(m, head, path, err);
}

/* Is there something in the folder that is not this program's? Nothing is created in it then. */
static int begin_check(const manifest *m, pkt_err *err)
{
    char path[PATH_MAX], foreign[PATH_MAX];
    json_t *none = json_object();
    int bad = path_make(path, m->root, "_pktbench", "", err);
    if (!bad && access(path, F_OK) != 0 && folder_foreign(m->root, none, foreign))
        bad = pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                       "holds %.150s, and is not a dataset; name a folder that is new or empty",
                       foreign);
    json_decref(none);
    return bad;
}

int manifest_open(manifest *m, const char *root, bool resume, json_t *options, pkt_err *err)
{
    json_t *head = json_pack("{s:i, s:s, s:o}", "manifest", MANIFEST_FORM, "pktbench",
                             pkt_version(), "options", options);
    *m = (manifest){.root = strdup(root), .lock = -1, .entries = json_object()};
    for (size_t i = m->root ? strlen(m->root) : 0; i > 1 && m->root[i - 1] == '/'; i--)
        m->root[i - 1] = '\0';
    if (!m->root || asprintf(&m->stage, "%s/_pktbench/new", m->root) < 0)
        m->stage = NULL;
    int bad = m->stage && m->entries && head ? 0 : pkt_fail_memory(err, "a manifest");
    if (bad || begin_check(m, err) != 0 || folders_open(m, err) != 0 || lock_take(m, err) != 0 ||
        content_check(m, resume, head, err) != 0 || stage_open(m, err) != 0 ||
        head_write(m, head, err) != 0)
        bad = -1;
    json_decref(head);
    if (bad)
        manifest_close(m);
    return bad;
}

/* Are the files there, with the sizes that the entry says? */
static bool files_are_there(const manifest *m, const json_t *entry)
{
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(entry, "files"), i, file)
    {
        char path[PATH_MAX];
        struct stat st;
        if (path_make(path, m->root, json_string_value(json_object_get(file, "path")), "", NULL) ||
            stat(path, &st) != 0 ||
            st.st_size != json_integer_value(json_object_get(file, "bytes")))
            return false;
    }
    return true;
}

/* Has the file the size of the entry, and, if it is read, its digest? It is read once. */
static bool digest_is_same(const json_t *entry, manifest_entry *capture)
{
    input_state *now = &capture->input;
    const char *digest = json_string_value(json_object_get(entry, "xxh3"));
    if (json_integer_value(json_object_get(entry, "bytes")) != (json_int_t)now->bytes || !digest)
        return false;
    if (!*now->xxh3 && input_state_digest(now, capture->path, NULL) != 0)
        return false;
    return strcmp(now->xxh3, digest) == 0;
}

/* A file with another time is read: it may have been copied. */
static bool input_is_same(const json_t *entry, const manifest_entry *capture)
{
    manifest_entry now = *capture;
    if (json_integer_value(json_object_get(entry, "bytes")) == (json_int_t)now.input.bytes &&
        json_integer_value(json_object_get(entry, "modified_ns")) == now.input.modified_ns)
        return true;
    return digest_is_same(entry, &now);
}

manifest_status manifest_find(const manifest *m, const manifest_entry *capture, const char **why)
{
    const json_t *entry = json_object_get(m->entries, capture->name);
    if (!entry)
        return MANIFEST_NEW;
    json_t *label = text_json(capture->label);
    *why = !files_are_there(m, entry) ? "not all of its files are there, as they were written"
           : !json_equal(json_object_get(entry, "label"), label) ? "it has another label"
           : !input_is_same(entry, capture)                      ? "it was changed"
           : !json_is_null(json_object_get(entry, "damage"))     ? "it was damaged"
                                                                 : NULL;
    json_decref(label);
    return *why ? MANIFEST_AGAIN : MANIFEST_FINISHED;
}

const char *manifest_cut(const manifest *m, const char *name)
{
    return json_string_value(json_object_get(json_object_get(m->entries, name), "cut"));
}

/* The path of a capture's file, links resolved; null: there is none. */
static json_t *real_json(const char *path)
{
    char *real = realpath(path, NULL);
    json_t *value = text_json(real);
    free(real);
    return value;
}

/* The real path that an entry says. Entries did not always have it; of a relative path it is not
 * known what it was relative to. */
static json_t *entry_real(const json_t *entry)
{
    json_t *real = json_object_get(entry, "real");
    const char *path = json_string_value(json_object_get(entry, "path"));
    if (json_is_string(real))
        return json_incref(real);
    return path && *path == '/' ? real_json(path) : json_null();
}

json_t *manifest_others(const manifest *m, const json_t *named)
{
    const char *name;
    json_t *entry, *places = json_object(), *unplaced = json_array();
    json_object_foreach(m->entries, name, entry)
    {
        json_t *real = json_object_get(named, name) ? NULL : entry_real(entry);
        if (json_is_string(real))
            (void)json_object_set_new(places, json_string_value(real), json_string(name));
        else if (real)
            (void)json_array_append_new(unplaced, json_string(name));
        json_decref(real);
    }
    return json_pack("{s:o, s:o}", "places", places, "unplaced", unplaced);
}

const char *manifest_twin(const manifest *m, manifest_entry *capture, const json_t *others)
{
    size_t i;
    json_t *name, *real = real_json(capture->path);
    const char *path = json_string_value(real);
    const json_t *found = path ? json_object_get(json_object_get(others, "places"), path) : NULL;
    json_decref(real);
    json_array_foreach(json_object_get(others, "unplaced"), i, name)
    {
        /* Captures without packets can have the same bytes and be two. */
        const json_t *entry = json_object_get(m->entries, json_string_value(name));
        if (!found && json_integer_value(json_object_get(entry, "rows")) > 0 &&
            digest_is_same(entry, capture))
            found = name;
    }
    return json_string_value(found);
}

const char *manifest_path(const manifest *m, const char *name)
{
    const char *path =
        json_string_value(json_object_get(json_object_get(m->entries, name), "path"));
    return path ? path : "";
}

size_t manifest_count(const manifest *m)
{
    return json_object_size(m->entries);
}

bool manifest_has(const manifest *m, const char *name)
{
    return json_object_get(m->entries, name) != NULL;
}

/* Remove the files of an earlier run. Its entry is removed last, so that a later run knows them. */
static void earlier_remove(const manifest *m, const json_t *entry, const char *entry_path)
{
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(entry, "files"), i, file)
    {
        folder_remove_file(m->root, json_string_value(json_object_get(file, "path")));
    }
    (void)unlink(entry_path);
}

static json_t *entry_json(const manifest_entry *capture, const split *files)
{
    json_t *list = json_array();
    for (size_t i = 0; i < files->count; i++)
        (void)json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "path", files->files[i].path,
                                                    "rows", (json_int_t)files->files[i].rows,
                                                    "bytes", (json_int_t)files->files[i].bytes));
    return json_pack("{s:o, s:o, s:o, s:I, s:I, s:s, s:I, s:o, s:o, s:o}", "path",
                     text_json(capture->path), "real", real_json(capture->path), "label",
                     text_json(capture->label), "bytes", (json_int_t)capture->input.bytes,
                     "modified_ns", (json_int_t)capture->input.modified_ns, "xxh3",
                     capture->input.xxh3, "rows", (json_int_t)split_rows(files), "damage",
                     text_json(capture->damage), "cut", text_json(capture->cut), "files", list);
}

static int entry_path_make(char path[PATH_MAX], const manifest *m, const char *capture,
                           pkt_err *err)
{
    char name[NAME_MAX + 1];
    (void)snprintf(name, sizeof name, "%s.json", capture);
    return path_make(path, m->root, "_pktbench/captures/", name, err);
}

/* The entry is read anew: a process that crashed may have replaced it. */
bool manifest_drop(const manifest *m, const char *name)
{
    char path[PATH_MAX];
    pkt_err ignored;
    if (entry_path_make(path, m, name, &ignored) != 0)
        return false;
    json_t *entry = json_load_file(path, 0, NULL);
    if (!entry)
        return false;
    earlier_remove(m, entry, path);
    json_decref(entry);
    return true;
}

int manifest_put(const manifest *m, const manifest_entry *capture, split *files, pkt_err *err)
{
    char path[PATH_MAX];
    if (entry_path_make(path, m, capture->name, err) != 0)
        return -1;
    json_t *entry = entry_json(capture, files);
    if (!entry)
        return pkt_fail_memory(err, "an entry of the manifest");
    earlier_remove(m, json_object_get(m->entries, capture->name), path);
    int bad = json_write(m, entry, path, err) != 0 || split_place(files, err) != 0;
    json_decref(entry);
    return bad ? -1 : 0;
}

void manifest_close(manifest *m)
{
    if (m->lock >= 0) {  /* else another run has the folder */
        pkt_err ignored; /* what a process that crashed left */
        (void)folder_empty(m->stage, &ignored);
        (void)rmdir(m->stage);
        close(m->lock);
    }
    json_decref(m->entries);
    free(m->stage);
    free(m->root);
    *m = (manifest){.lock = -1};
}
