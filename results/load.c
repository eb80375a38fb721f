#include "results/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/util/error.h"
#include "results/reader.h"
#include "results/schema.h"

/* Maximum size of a results file, and of values in it: an empty object takes 3 bytes of the file,
 * and over 200 of memory. */
#define RESULTS_MAX_BYTES ((size_t)128 << 20)
#define RESULTS_MAX_VALUES ((size_t)4 << 20)

/* Read the whole file; the caller frees it. NULL with errno set on error. */
static char *file_read(const char *path, size_t *size)
{
    FILE *in = fopen(path, "rb");
    char *text = NULL;
    size_t room = 0, got = 1;
    *size = 0;
    while (in && got > 0) {
        if (*size == room) {
            room = room ? room * 2 : 65536;
            char *more = room <= RESULTS_MAX_BYTES ? realloc(text, room) : NULL;
            if (!more) {
                errno = EFBIG;
                break;
            }
            text = more;
        }
        got = fread(text + *size, 1, room - *size, in);
        *size += got;
    }
    int bad = !in || got > 0 || ferror(in) ? (errno ? errno : EIO) : 0;
    if (in)
        (void)fclose(in);
    if (bad) {
        free(text);
        errno = bad;
        return NULL;
    }
    return text;
}

/* Are there at most so many values in the text? Before it is known to be JSON. */
static bool values_fit(const char *text, size_t size)
{
    bool quoted = false;
    size_t values = 0;
    for (size_t i = 0; i < size && values <= RESULTS_MAX_VALUES; i++) {
        if (text[i] == '"')
            quoted = !quoted;
        else if (quoted)
            i += text[i] == '\\';
        else
            values += text[i] == ',' || text[i] == '[' || text[i] == '{';
    }
    return values <= RESULTS_MAX_VALUES;
}

/* Is it an object with a version of results that can be read? */
static bool version_fits(const json_t *results, char why[LOAD_WORDS])
{
    const json_t *version = json_object_get(results, "schema_version");
    if (!json_is_integer(version) || !json_is_array(json_object_get(results, "slices")) ||
        !json_is_array(json_object_get(results, "runs"))) {
        (void)snprintf(why, LOAD_WORDS,
                       "these are no results: give a file that `pktbench bench -o FILE` wrote");
        return false;
    }
    if (json_integer_value(version) != REPORT_SCHEMA_VERSION) {
        (void)snprintf(why, LOAD_WORDS,
                       "results of schema version %lld, this program reads version %d: run "
                       "`pktbench bench` again, or use the program of that version",
                       (long long)json_integer_value(version), REPORT_SCHEMA_VERSION);
        return false;
    }
    return true;
}

bool results_check(const json_t *results, char why[LOAD_WORDS])
{
    char fault[LOAD_WORDS - 64];
    if (!version_fits(results, why))
        return false;
    json_t *schema = json_loads(results_schema_text, 0, NULL);
    const bool fits = schema && schema_check(schema, results, fault, sizeof fault);
    if (!schema)
        (void)snprintf(why, LOAD_WORDS, "no memory to check the results");
    else if (!fits)
        (void)snprintf(why, LOAD_WORDS, "%s: mend it, or run `pktbench bench` again", fault);
    json_decref(schema);
    return fits;
}

bool results_load(results_file *file, const char *path, char why[LOAD_WORDS])
{
    const char *slash = strrchr(path, '/');
    json_error_t error;
    *file = (results_file){.name = slash ? slash + 1 : path};
    errno = 0;
    file->bytes = file_read(path, &file->size);
    if (!file->bytes) {
        (void)snprintf(why, LOAD_WORDS, "cannot read: %s", strerror(errno));
        return false;
    }
    if (!values_fit(file->bytes, file->size)) {
        (void)snprintf(why, LOAD_WORDS, "these are no results: more than %zu values",
                       RESULTS_MAX_VALUES);
        results_close(file);
        return false;
    }
    file->json = json_loadb(file->bytes, file->size, JSON_REJECT_DUPLICATES, &error);
    if (!file->json) {
        (void)snprintf(why, LOAD_WORDS,
                       "not whole JSON: %.120s (at byte %d): if the file was cut, copy it again",
                       error.text, error.position);
        results_close(file);
        return false;
    }
    if (!results_check(file->json, why)) {
        results_close(file);
        return false;
    }
    return true;
}

void results_close(results_file *file)
{
    json_decref(file->json);
    free(file->bytes);
    *file = (results_file){0};
}

int results_load_all(results_file *files, char *const *paths, size_t count, size_t *loaded,
                     pkt_err *err)
{
    char why[LOAD_WORDS];
    for (*loaded = 0; *loaded < count; ++*loaded)
        if (!results_load(&files[*loaded], paths[*loaded], why)) {
            pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE, "%s", why);
            return pkt_err_about(err, paths[*loaded]);
        }
    return 0;
}

size_t results_timed(const json_t *results)
{
    size_t i, timed = 0;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        timed += is_timed(run);
    }
    return timed;
}

const char *results_first_reason(const json_t *results)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (!is_timed(run) && *text_of(run, "reason"))
            return text_of(run, "reason");
    }
    return "";
}

bool results_same_machine(const json_t *one, const json_t *other)
{
    const json_t *a = json_object_get(one, "context"), *b = json_object_get(other, "context");
    return json_equal(json_object_get(a, "cpu"), json_object_get(b, "cpu")) &&
           json_equal(json_object_get(a, "hypervisor"), json_object_get(b, "hypervisor")) &&
           strcmp(text_of(a, "kernel"), text_of(b, "kernel")) == 0;
}
