/* Reads and checks the command line before any file is opened. */
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/extract/extract.h"
#include "cli/mapped/mapped.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/shared_options.h"
#include "parsers/util/error.h"

static const query_words words = {.dashes = "--",
                                  .reset_every = "reset-every",
                                  .label_by = "label-by",
                                  .filter = "-f",
                                  .interface = "-i",
                                  .levels = "; see `pktbench list backends`"};

/* What the options ask the library for; the rest is this command's. */
static pkt_query query_of(const arguments *arguments)
{
    pkt_query query = PKT_INIT(pkt_query);
    query.join = option_given(arguments, "join");
    query.interface = option_value(arguments, "i");
    query.backend = option_value(arguments, "backend");
    query.plugin = option_value(arguments, "plugin");
    query.level = option_value(arguments, "level");
    query.columns = option_value(arguments, "columns");
    query.features = option_value(arguments, "features");
    query.window = option_value(arguments, "window");
    query.by = option_value(arguments, "by");
    query.reset_every = option_value(arguments, "reset-every");
    query.idle = option_value(arguments, "idle");
    query.active = option_value(arguments, "active");
    query.label = option_value(arguments, "label");
    query.labels = option_value(arguments, "labels");
    query.label_by = option_value(arguments, "label-by");
    query.filter = option_value(arguments, "f");
    query.inner = option_given(arguments, "inner");
    return query;
}

/* The backend that --backend and --input name; NULL: none is named. false: a message was printed.
 */
static bool backend_name(const arguments *arguments, const char **name)
{
    const char *input = option_value(arguments, "input");
    size_t mapped = 0;
    *name = option_value(arguments, "backend");
    if (!input)
        return true;
    if (!word_find("input", input, "read|mapped", &mapped))
        return false;
    const char *other = option_given(arguments, "plugin") ? "a plug-in" : *name;
    if (mapped && (!other || strcmp(other, "raw") == 0))
        *name = "raw-mapped";
    else if (mapped && strcmp(other, "raw-mapped") != 0 && strcmp(other, "memcpy") != 0) {
        message_error("--input mapped is of backend raw, not of %s", other);
        return false;
    } else if (!mapped && *name &&
               (strcmp(*name, "raw-mapped") == 0 || strcmp(*name, "memcpy") == 0)) {
        message_error("--input read: backend %s reads by a mapping; use raw", *name);
        return false;
    }
    return true;
}

/* What is copied by a thread, or is still coming, is not read by a mapping. */
static bool mapped_valid(extraction *x, const arguments *arguments)
{
    static const char *const others[] = {"i", "follow", "f", "join"};
    x->mapped = mapped_reads(x->request.backend);
    for (size_t i = 0; x->mapped && i < sizeof others / sizeof others[0]; i++)
        if (option_given(arguments, others[i])) {
            message_error("backend %s, which reads by a mapping, cannot be combined with %s%s",
                          x->request.backend->name, others[i][1] ? "--" : "-", others[i]);
            return false;
        }
    return !x->mapped || x->confined || mapped_allow();
}

/* --escape-formulas is for spreadsheets, which read CSV. */
static bool formulas_option(const arguments *arguments, extraction *x)
{
    x->request.fields.no_formula = option_given(arguments, "escape-formulas");
    if (!x->request.fields.no_formula || x->encoder == &pkt_encoder_csv)
        return true;
    message_error("--escape-formulas needs --format csv");
    return false;
}

static bool features_get(const arguments *arguments, const pkt_query *query, extraction *x)
{
    pkt_features_request *features = &x->request.features;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (pkt_query_features_find(&x->request, query, &err) != 0)
        return request_refused(&x->request, &err);
    return !features->set || option_number(arguments, "max-flows", 1, PKT_FEATURES_MAX_FLOWS,
                                           PKT_FEATURES_DEFAULT_FLOWS, &features->max_flows);
}

/* The columns of rows. Of a name that is like none, the message lists those that --columns may
 * name. */
static bool fields_get(const pkt_query *query, extraction *x)
{
    const query_request *r = &x->request;
    pkt_fields offered;
    pkt_err err = {.pos = PKT_POS_NONE};
    char names[2048], what[128];
    if (pkt_query_fields_find(&x->request, query, &offered, &err) == 0)
        return true;
    if (!r->fields.unlike) {
        message_error("%s%s; see `pktbench list %s`", r->before, err.msg,
                      r->features.set ? "features" : "columns");
        return false;
    }
    (void)snprintf(what, sizeof what, "backend %s at level %s", r->backend->name,
                   pkt_level_name(r->level));
    pkt_fields_names(&offered, r->features.set ? "," : " ", names, sizeof names);
    message_error("%s%s; %s has: %s", r->before, err.msg,
                  r->features.set ? r->features.set->name : what, names);
    return false;
}

static bool labels_get(const pkt_query *query, extraction *x)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (pkt_query_labels_find(&x->request, query, &err) != 0)
        return request_refused(&x->request, &err);
    if (x->request.labels && !x->encoder)
        message_error("--labels cannot be combined with --format none");
    return !x->request.labels || x->encoder;
}

/* All of the rows, once the backend is known. */
static bool rows_get(const arguments *arguments, const pkt_query *query, extraction *x)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (pkt_query_level_find(&x->request, query, &err) != 0)
        return request_refused(&x->request, &err);
    if (!features_get(arguments, query, x) || !fields_get(query, x) ||
        !formulas_option(arguments, x) || !labels_get(query, x))
        return false;
    return pkt_query_join_check(&x->request, query, &err) == 0 ||
           request_refused(&x->request, &err);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The files of two captures must not have one name, nor two captures of a dataset. */
static bool outputs_differ(const extraction *x)
{
    char **paths = calloc(x->capture_count, sizeof *paths);
    bool differ = paths != NULL;
    if (!paths)
        message_error("no memory for paths");
    for (size_t i = 0; paths && i < x->capture_count; i++)
        if (!(paths[i] = x->dataset.keys.count ? dataset_name(x, i) : output_path(x, i)))
            differ = false;
    if (differ)
        qsort(paths, x->capture_count, sizeof *paths, by_text);
    for (size_t i = 1; differ && i < x->capture_count; i++)
        if (strcmp(paths[i - 1], paths[i]) == 0) {
            message_error("-o %s: two captures would both be written to %s", x->path, paths[i]);
            differ = false;
        }
    for (size_t i = 0; paths && i < x->capture_count; i++)
        free(paths[i]);
    free(paths);
    return differ;
}

static int by_file(const void *one, const void *other)
{
    const struct stat *a = one, *b = other;
    if (a->st_ino != b->st_ino)
        return a->st_ino < b->st_ino ? -1 : 1;
    return a->st_dev < b->st_dev ? -1 : a->st_dev > b->st_dev;
}

/* Is the output, which exists, a file that is read? If so, a message was printed. `captures`: in
 * the order of by_file(). */
static bool output_is_read(const extraction *x, const arguments *arguments, const char *path,
                           const struct stat *out, const struct stat *captures)
{
    if (bsearch(out, captures, x->capture_count, sizeof *captures, by_file)) {
        message_error("-o %s: %s is a capture that is read", x->path, path);
        return true;
    }
    return output_is_option(arguments, path, "labels") ||
           output_is_option(arguments, path, "plugin");
}

/* Files of a folder must not replace a capture, or what else is read. */
static bool outputs_new(const extraction *x, const arguments *arguments)
{
    struct stat out, *captures = calloc(x->capture_count, sizeof *captures);
    bool good = captures != NULL;
    if (!good)
        message_error("no memory for paths");
    for (size_t i = 0; good && i < x->capture_count; i++)
        if (stat(x->captures[i], &captures[i]) != 0) /* "-" too */
            captures[i].st_ino = 0;
    if (good)
        qsort(captures, x->capture_count, sizeof *captures, by_file);
    for (size_t i = 0; good && i < x->capture_count; i++) {
        char *path = output_path(x, i);
        good = !path || stat(path, &out) != 0 || !S_ISREG(out.st_mode) ||
               !output_is_read(x, arguments, path, &out, captures);
        free(path);
    }
    free(captures);
    return good;
}

static bool folder_valid(const extraction *x, const arguments *arguments)
{
    if (!x->folder)
        return true;
    if (x->join || !x->encoder || is_live(x)) {
        message_error("-o %s: is a folder, for one file for each capture; %s", x->path,
                      x->join       ? "--join makes one capture of all"
                      : !x->encoder ? "--format none writes nothing"
                                    : "-i and --follow need a file");
        return false;
    }
    return outputs_differ(x) && (x->dataset.keys.count || outputs_new(x, arguments));
}

static void path_get(const arguments *arguments, extraction *x)
{
    struct stat st;
    const char *path = option_value(arguments, "o");
    x->path = path ? path : "-";
    x->folder = option_given(arguments, "partition") ||
                (*x->path && x->path[strlen(x->path) - 1] == '/') ||
                (stat(x->path, &st) == 0 && S_ISDIR(st.st_mode));
}

static bool output_valid(const extraction *x, const arguments *arguments)
{
    if (!*x->path) {
        message_error("-o: the name of the output is empty");
        return false;
    }
    for (size_t i = 0; i < x->capture_count; i++)
        if (output_is(x->path, x->captures[i])) {
            message_error("%s: -o must not be the capture itself", x->path);
            return false;
        }
    return !output_is_option(arguments, x->path, "labels") &&
           !output_is_option(arguments, x->path, "plugin") && ending_valid(x, arguments);
}

/* A mistyped name should not be found after hours of work on other captures. */
static bool captures_get(const arguments *arguments, extraction *x)
{
    x->join = option_given(arguments, "join");
    x->keep_going = option_given(arguments, "keep-going");
    if (x->join && x->keep_going) {
        message_error("--keep-going cannot be combined with --join: a capture that is left out is "
                      "a gap in the joined one");
        return false;
    }
    if (!captures_find(arguments, x->keep_going, &x->paths))
        return false;
    x->captures = x->paths.at;
    x->capture_count = x->paths.count;
    return true;
}

/* A label by folder needs captures that have one. */
static bool label_get(const pkt_query *given, const extraction *x)
{
    pkt_query query = *given;
    pkt_err err = {.pos = PKT_POS_NONE};
    query.captures = (const char *const *)x->captures;
    query.capture_count = x->capture_count;
    return pkt_query_label_check(&x->request, &query, &err) == 0 ||
           request_refused(&x->request, &err);
}

static bool backend_get(const pkt_query *query, extraction *x)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    return pkt_query_backend_find(&x->request, query, &err) == 0 ||
           request_refused(&x->request, &err);
}

bool request_read(extraction *x, const arguments *arguments)
{
    pkt_query query = query_of(arguments);
    uint64_t threads;
    if (!rights_option(arguments, &x->live, &x->confined) ||
        !backend_name(arguments, &query.backend))
        return false;
    x->request.words = &words;
    x->strict = option_given(arguments, "strict");
    x->filter = option_value(arguments, "f");
    x->label = query.label;
    path_get(arguments, x);
    if (!backend_get(&query, x) || !mapped_valid(x, arguments) || !format_get(arguments, x) ||
        !captures_get(arguments, x) || !output_valid(x, arguments) || !label_get(&query, x) ||
        !rows_get(arguments, &query, x) || !flow_options(arguments, &x->request.flows) ||
        !live_request_read(x, arguments, &query) || !dataset_request_read(x, arguments) ||
        !folder_valid(x, arguments) ||
        !option_number(arguments, "threads", 1, PKT_MAX_THREADS, 1, &threads))
        return false;
    x->threads = (unsigned)threads;
    return true;
}
