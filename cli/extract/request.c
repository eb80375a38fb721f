/* Reads and checks the command line before any file is opened. */
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/extract/extract.h"
#include "cli/message.h"
#include "cli/shared_options.h"
#include "parsers/util/error.h"

static const pkt_backend *plugin_get(const char *plugin, const char *name)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    const pkt_backend *backend = pkt_plugin_open(plugin, &err);
    if (!backend)
        message_error("plug-in %s", err.msg);
    if (backend && name && strcmp(name, backend->name) != 0) {
        message_error("--backend %s: the backend of plug-in %s is %s", name, plugin, backend->name);
        return NULL;
    }
    return backend;
}

static void backend_unknown(const char *name)
{
    pkt_names known = {.size = 0};
    pkt_err err;
    pkt_entry entry = PKT_INIT(pkt_entry);
    for (size_t i = 0; pkt_registry_at(i, &entry) == 0; i++)
        if (!entry.driver)
            pkt_names_add(&known, entry.name);
    pkt_fail_unknown_backend(&err, name, &known);
    message_err(&err);
}

static const pkt_backend *backend_get(const arguments *arguments)
{
    const char *name = option_value(arguments, "backend");
    const char *plugin = option_value(arguments, "plugin");
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_entry entry = PKT_INIT(pkt_entry);
    if (plugin)
        return plugin_get(plugin, name);
    name = name ? name : "raw";
    if (pkt_registry_find(name, &entry) != 0) {
        backend_unknown(name);
        return NULL;
    }
    if (!entry.backend &&
        option_given(arguments, "i")) { /* a module: nothing is loaded with rights */
        message_error("backend %s does not support -i; use raw or libpcap", name);
        return NULL;
    }
    const pkt_backend *backend = pkt_entry_backend(&entry, &err);
    if (!backend)
        message_error("backend %s: %s", name, err.msg);
    return backend;
}

static bool level_get(const arguments *arguments, const pkt_backend *backend, pkt_level *level,
                      pkt_column_set *columns)
{
    const char *name = option_value(arguments, "level");
    pkt_err err;
    name = name ? name : "headers";
    if (pkt_level_find(name, level, &err) != 0) {
        message_err(&err);
        return false;
    }
    const pkt_level_work *work = pkt_backend_level(backend, *level);
    if (!work) {
        message_error("backend %s does not support level %s; see `pktbench list`", backend->name,
                      name);
        return false;
    }
    *columns = work->columns;
    return true;
}

static const char *extension(const char *path)
{
    const char *dot = strrchr(base_name(path), '.');
    return dot ? dot + 1 : "";
}

/* The format that the name of the output says; NULL: none. */
static const pkt_encoder *encoder_of_path(const char *path)
{
    const char *name = extension(path);
    return pkt_encoder_find(strcmp(name, "arrows") == 0 ? "arrow" : name);
}

static bool format_get(const arguments *arguments, extraction *x)
{
    const char *name = option_value(arguments, "format");
    const pkt_encoder *named = encoder_of_path(x->path);
    pkt_names known = {.size = 0};
    pkt_err err;
    x->encoder = name ? pkt_encoder_find(name) : named ? named : &pkt_encoder_csv;
    if (name && !x->encoder && strcmp(name, "none") != 0) {
        for (size_t i = 0; pkt_encoder_at(i); i++)
            pkt_names_add(&known, pkt_encoder_at(i)->name);
        pkt_names_add(&known, "none");
        pkt_fail_unknown(&err, "format", name, &known);
        message_err(&err);
        return false;
    }
    if (named && x->encoder && named != x->encoder) {
        message_error("-o %s: the name says %s, and --format says %s", x->path, named->name, name);
        return false;
    }
    return strcmp(x->path, "-") != 0 || !x->encoder || x->encoder == &pkt_encoder_csv ||
           !terminal_refused(x->encoder->name);
}

/* The columns that --columns may name: those of the level, or of all levels. */
static pkt_column_set columns_known(const extraction *x)
{
    pkt_column_set known = x->columns;
    for (const pkt_level_work *l = x->backend->levels; x->backend->combines_levels && l->work; l++)
        known = pkt_set_or(known, l->columns);
    return known;
}

/* Add the columns of tunnels. */
static bool inner_option(const arguments *arguments, extraction *x)
{
    x->inner = option_given(arguments, "inner");
    if (!x->inner)
        return true;
    const pkt_column_set known = columns_known(x);
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        if (pkt_column_at(c)->level != PKT_LEVEL_INNER)
            continue;
        if (!pkt_set_has(&known, c)) {
            message_error("--inner: backend %s does not fill the column %s at level %s",
                          x->backend->name, pkt_column_at(c)->name, pkt_level_name(x->level));
            return false;
        }
        pkt_set_add(&x->columns, c);
    }
    return true;
}

/* The fields that --columns names, out of all that rows can have. */
static bool fields_choose(extraction *x, const char *list, pkt_fields *all)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    char names[2048], what[128];
    if (!x->request.set)
        pkt_fields_all(all, columns_known(x));
    pkt_fields_offer(all);
    if (x->label)
        pkt_fields_add(all, PKT_FIELD_LABEL);
    if (pkt_fields_chosen(&x->fields, list, all, &err) == 0) {
        if (!x->request.set)
            x->columns = pkt_set_or(x->columns, x->fields.needs);
        return true;
    }
    (void)snprintf(what, sizeof what, "backend %s at level %s", x->backend->name,
                   pkt_level_name(x->level));
    pkt_fields_names(all, x->request.set ? "," : " ", names, sizeof names);
    message_error("--columns: %s; %s has: %s", err.msg,
                  x->request.set ? x->request.set->name : what, names);
    return false;
}

static bool fields_get(const arguments *arguments, extraction *x)
{
    const char *list = option_value(arguments, "columns");
    if (x->request.set)
        pkt_features_fields(&x->fields, x->request.set, x->request.by);
    else
        pkt_fields_all(&x->fields, x->columns);
    pkt_fields all = x->fields;
    if (list && !fields_choose(x, list, &all))
        return false;
    if (x->label)
        pkt_fields_add(&x->fields, PKT_FIELD_LABEL);
    return true;
}

/* --escape-formulas is for spreadsheets, which read CSV. */
static bool formulas_option(const arguments *arguments, extraction *x)
{
    x->fields.no_formula = option_given(arguments, "escape-formulas");
    if (!x->fields.no_formula || x->encoder == &pkt_encoder_csv)
        return true;
    message_error("--escape-formulas needs --format csv");
    return false;
}

/* --join makes one capture of all files; its rows have no column `file`. */
static bool join_valid(const extraction *x)
{
    for (size_t i = 0; x->join && i < x->fields.count; i++)
        if (x->fields.at[i].kind == PKT_FIELD_FILE) {
            message_error("--join cannot be combined with the column file");
            return false;
        }
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The files of two captures must not have one name. */
static bool outputs_differ(const extraction *x)
{
    char **paths = calloc(x->capture_count, sizeof *paths);
    bool differ = paths != NULL;
    if (!paths)
        message_error("no memory for paths");
    for (size_t i = 0; paths && i < x->capture_count; i++)
        if (!(paths[i] = output_path(x, i)))
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

static bool folder_valid(const extraction *x)
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
    return outputs_differ(x);
}

static void path_get(const arguments *arguments, extraction *x)
{
    struct stat st;
    const char *path = option_value(arguments, "o");
    x->path = path ? path : "-";
    x->folder = (*x->path && x->path[strlen(x->path) - 1] == '/') ||
                (stat(x->path, &st) == 0 && S_ISDIR(st.st_mode));
}

static bool output_valid(const extraction *x)
{
    if (!*x->path) {
        message_error("-o: the name of the output is empty");
        return false;
    }
    for (size_t i = 0; i < x->capture_count; i++)
        if (pkt_same_file(x->path, x->captures[i])) {
            message_error("%s: -o must not be the capture itself", x->path);
            return false;
        }
    return true;
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

bool request_read(extraction *x, const arguments *arguments)
{
    uint64_t threads;
    if (!rights_option(arguments, &x->live))
        return false;
    x->strict = option_given(arguments, "strict");
    x->filter = option_value(arguments, "f");
    x->label = option_value(arguments, "label");
    x->backend = backend_get(arguments);
    path_get(arguments, x);
    if (!x->backend || !format_get(arguments, x) || !captures_get(arguments, x) ||
        !output_valid(x) || !level_get(arguments, x->backend, &x->level, &x->columns) ||
        !inner_option(arguments, x) || !features_read(x, arguments) || !fields_get(arguments, x) ||
        !formulas_option(arguments, x) || !join_valid(x) || !flow_options(arguments, &x->flows) ||
        !live_request_read(x, arguments) || !folder_valid(x) ||
        !option_number(arguments, "threads", 1, PKT_MAX_THREADS, 1, &threads))
        return false;
    x->threads = (unsigned)threads;
    return true;
}
