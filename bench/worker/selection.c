#include "bench/worker/selection.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/external/description.h"
#include "bench/worker/describe.h"
#include "parsers/util/error.h"
#include "parsers/util/parse.h"

static pkt_column_set columns_of(const json_t *level)
{
    pkt_column_set columns = {{0}};
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(level, "columns"), i, name)
    {
        size_t column =
            json_is_string(name) ? pkt_column_find(json_string_value(name)) : PKT_COLUMN_COUNT;
        if (column < PKT_COLUMN_COUNT)
            pkt_set_add(&columns, column);
    }
    return columns;
}

static void description_take(backend *c, json_t *description)
{
    if (c->id.plugin) /* a plug-in is never part of pktbench, whatever its description says */
        json_object_set_new(description, "origin", json_string("plug-in"));
    if (c->language)
        json_object_set_new(description, "language", json_string(c->language));
    c->description = description;
    c->name = json_string_value(json_object_get(description, "name"));
    c->decoder = json_string_value(json_object_get(description, "decoder"));
    c->available = true;
    if (backend_is_external(&c->id)) /* the schema bounds it */
        c->warm_up = (unsigned)json_integer_value(json_object_get(description, "warm_up"));
    c->parses_alone =
        backend_is_external(&c->id) && json_is_true(json_object_get(description, "parse_alone"));
    const json_t *levels = json_object_get(description, "levels");
    for (unsigned i = 0; i < PKT_LEVEL_COUNT; i++) {
        const json_t *level = json_object_get(levels, pkt_level_name((pkt_level)i));
        c->offers[i] = level != NULL;
        c->columns[i] = columns_of(level);
    }
}

void backend_free(backend *c)
{
    if (!c)
        return;
    (void)client_close(&c->worker);
    json_decref(c->description);
    json_decref(c->tool);
    free((char *)c->id.name);
    free((char *)c->id.plugin);
    free((char *)c->id.driver);
    free((char *)c->id.program);
    free(c->id.command);
    free(c);
}

/* Describe an unavailable backend by name and summary only. */
static void backend_undescribed(backend *c, const char *summary)
{
    c->description = json_pack("{s:s, s:s}", "name", c->id.name, "summary", summary);
    c->name = c->id.name;
}

/* Get the description from the worker, and end it: another process than those that run, because
 * loading a library is a risk and costs memory. false: memory is exhausted. */
static bool description_get(backend *c, const char *summary)
{
    client *worker = &c->worker;
    json_t *answer = NULL;
    if (worker->process.pid)
        answer = client_ask(worker, json_pack("{s:s}", "op", "describe"), DESCRIBE_SECONDS);
    (void)client_close(worker);
    json_t *description = json_object_get(answer, "backend");
    if (answer && c->id.program &&
        json_integer_value(json_object_get(answer, "protocol")) != WORKER_PROTOCOL) {
        (void)snprintf(
            c->reason, sizeof c->reason,
            "its worker speaks another protocol than %d: build both from versions with the "
            "same one",
            WORKER_PROTOCOL);
        backend_undescribed(c, summary);
    } else if (c->id.command && answer &&
               !external_describe(description, c->id.name, c->reason, sizeof c->reason)) {
        backend_undescribed(c, summary);
    } else if (json_is_string(json_object_get(description, "name")) &&
               json_is_string(json_object_get(description, "decoder"))) {
        description_take(c, json_incref(description));
        c->tool = json_incref(json_object_get(answer, "tool"));
    } else {
        (void)snprintf(c->reason, sizeof c->reason, "%s",
                       answer ? "its worker did not describe it" : worker->reason);
        backend_undescribed(c, summary);
    }
    json_decref(answer);
    return c->name != NULL;
}

static bool backend_describe(backend *c, const char *summary)
{
    (void)client_open(&c->worker, &c->id);
    return description_get(c, summary);
}

/* Add a backend that is not described yet. NULL and *err: there are too many, or no memory. */
static backend *backend_new(selection *selection, const char *name, pkt_err *err)
{
    if (selection->count == SELECTION_MAX) {
        pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "more than %d backends in one run",
                 SELECTION_MAX);
        return NULL;
    }
    backend *c = calloc(1, sizeof *c);
    if (!c) {
        pkt_fail_memory(err, name);
        return NULL;
    }
    selection->backends[selection->count++] = c;
    c->worker = CLIENT_CLOSED;
    c->id.name = strdup(name);
    c->id.end_s = selection->end_s;
    if (c->id.name)
        return c;
    pkt_fail_memory(err, name); /* selection_close() frees it */
    return NULL;
}

/* Add a backend of the registry, or a plug-in (`entry` is NULL), and start its worker. One whose
 * driver is missing is added too, with the reason. */
static int backend_add(selection *selection, const char *name, const char *plugin,
                       const pkt_entry *entry, pkt_err *err)
{
    char driver[2 * PATH_MAX];
    pkt_err missing;
    bool drives = entry && entry->driver;
    backend *c = backend_new(selection, name, err);
    if (!c)
        return -1;
    c->language = entry ? entry->language : NULL;
    c->id.plugin = plugin ? strdup(plugin) : NULL;
    bool there = !drives || pkt_entry_file(entry, driver, sizeof driver, &missing) == 0;
    if (drives && there)
        c->id.driver = strdup(driver);
    if ((plugin && !c->id.plugin) || (drives && there && !c->id.driver))
        return pkt_fail_memory(err, name);
    if (there) {
        (void)client_open(&c->worker, &c->id);
    } else {
        (void)snprintf(c->reason, sizeof c->reason, "%s", missing.msg);
        backend_undescribed(c, entry->summary);
    }
    return 0;
}

/* Is the name in the list, or is the list EVERY_BACKEND? */
static bool is_listed(const char *list, const char *name)
{
    size_t length = strlen(name);
    if (!list)
        return false;
    if (strcmp(list, EVERY_BACKEND) == 0)
        return true;
    for (const char *at = strstr(list, name); at; at = strstr(at + 1, name))
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/* Their workers start at once and are asked one after the other: most of what a description takes
 * is the start of a process. */
static int registry_add(selection *selection, const selection_request *request, pkt_err *err)
{
    pkt_entry entry = PKT_INIT(pkt_entry);
    for (size_t i = 0; pkt_registry_at(i, &entry) == 0; i++)
        if ((!entry.opt_in || is_listed(request->backends, entry.name) ||
             is_listed(request->also, entry.name)) &&
            backend_add(selection, entry.name, NULL, &entry, err) != 0)
            return -1;
    for (size_t i = 0; i < selection->count; i++) {
        backend *c = selection->backends[i];
        if (c->name)
            continue;
        (void)pkt_registry_find(c->id.name, &entry);
        if (!description_get(c, entry.summary))
            return pkt_fail_memory(err, c->id.name);
    }
    return 0;
}

/* Report an unknown backend name. */
static int backend_unknown(const selection *selection, const char *name, pkt_err *err)
{
    pkt_names known = {.size = 0};
    pkt_entry entry = PKT_INIT(pkt_entry);
    for (size_t i = 0; pkt_registry_at(i, &entry) == 0; i++)
        pkt_names_add(&known, entry.name);
    bool plugins = false;
    for (size_t i = 0; i < selection->count; i++)
        if (selection->backends[i]->id.plugin || selection->backends[i]->id.command) {
            pkt_names_add(&known, selection->backends[i]->name);
            plugins = true;
        }
    return plugins ? pkt_fail_unknown(err, "backend", name, &known)
                   : pkt_fail_unknown_backend(err, name, &known);
}

/* A misspelt name is found before a library is loaded. */
static int name_check(void *self, const char *name, pkt_err *err)
{
    static const selection none;
    pkt_entry entry = PKT_INIT(pkt_entry);
    (void)self;
    return pkt_registry_find(name, &entry) == 0 ? 0 : backend_unknown(&none, name, err);
}

static int choose(void *self, const char *name, pkt_err *err)
{
    const selection *selection = self;
    backend *c = selection_find(selection, name);
    if (!c)
        return backend_unknown(selection, name, err);
    c->chosen = true;
    return 0;
}

/* Its loader's messages begin with the path, others (of a worker that crashed) do not. */
static int plugin_fail(const char *path, const char *reason, pkt_err *err)
{
    const bool named = strncmp(reason, path, strlen(path)) == 0;
    return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "plug-in %.100s%s%s", named ? "" : path,
                    named ? "" : ": ", reason);
}

/* Add a plug-in. It is an error if it is unavailable. */
static int plugin_add(void *self, const char *path, pkt_err *err)
{
    selection *selection = self;
    if (backend_add(selection, path, path, NULL, err) != 0)
        return -1;
    backend *added = selection->backends[selection->count - 1];
    if (!description_get(added, "plug-in"))
        return pkt_fail_memory(err, path);
    if (!added->available)
        return plugin_fail(path, added->reason, err);
    for (size_t i = 0; i + 1 < selection->count; i++)
        if (strcmp(selection->backends[i]->name, added->name) == 0)
            return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                            "plug-in %.100s has the name of another backend, %s: rename it", path,
                            added->name);
    added->chosen = true;
    return 0;
}

/* Add a command. One that does not describe itself is an error, or unavailable if it is optional.
 */
static int command_add(selection *selection, const external_command *command, pkt_err *err)
{
    pkt_entry entry = PKT_INIT(pkt_entry);
    if (selection_find(selection, command->name) || pkt_registry_find(command->name, &entry) == 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "external parser %s has the name of another backend: rename it",
                        command->name);
    char **words = external_words(command->command, err);
    backend *c = words ? backend_new(selection, command->name, err) : NULL;
    if (!c) {
        free(words);
        return -1;
    }
    c->id.command = words;
    if (!backend_describe(c, "external parser"))
        return pkt_fail_memory(err, command->name);
    c->chosen = true;
    if (c->available || command->optional)
        return 0;
    pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "external parser %s: %s", command->name,
             c->reason);
    return -1;
}

static int commands_add(selection *selection, const external_list *list, pkt_err *err)
{
    for (size_t i = 0; list && i < list->count; i++)
        if (command_add(selection, &list->at[i], err) != 0)
            return -1;
    return 0;
}

static int level_add(void *self, const char *name, pkt_err *err)
{
    selection *selection = self;
    pkt_level level;
    if (pkt_level_find(name, &level, err) != 0)
        return -1;
    selection->levels[level] = true;
    return 0;
}

static char *copy_of(const char *text)
{
    return text ? strdup(text) : NULL;
}

backend *backend_make(const backend_id *id, const char *summary, pkt_err *err)
{
    backend *c = calloc(1, sizeof *c);
    if (c) {
        c->chosen = true;
        c->id = (backend_id){.name = strdup(id->name),
                             .plugin = copy_of(id->plugin),
                             .driver = copy_of(id->driver),
                             .program = copy_of(id->program),
                             .end_s = id->end_s};
        c->worker = CLIENT_CLOSED;
    }
    if (c && c->id.name && !id->plugin == !c->id.plugin && !id->driver == !c->id.driver &&
        !id->program == !c->id.program && backend_describe(c, summary))
        return c;
    pkt_fail_memory(err, id->name);
    backend_free(c);
    return NULL;
}

#define OLD_SUMMARY "the build that is compared with"

/* Baseline is a shared object: compare its backend with the selected one of the same name. */
static int old_plugin_add(selection *selection, const char *path, pkt_err *err)
{
    const backend_id id = {.name = path, .plugin = path, .end_s = selection->end_s};
    backend *old = backend_make(&id, OLD_SUMMARY, err);
    if (!old)
        return -1;
    for (size_t i = 0; old->available && i < selection->count; i++)
        if (selection->backends[i]->chosen &&
            strcmp(selection->backends[i]->name, old->name) == 0) {
            selection->old[i] = old;
            return 0;
        }
    if (old->available)
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "its backend %s takes no part in this run",
                 old->name);
    else
        pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "%s", old->reason);
    backend_free(old);
    return -1;
}

/* Baseline is another build: compare all selected backends except external programs. */
static int old_program_add(selection *selection, const char *path, pkt_err *err)
{
    const backend *any = NULL;
    bool good = false;
    if (access(path, X_OK) != 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s", strerror(errno));
    for (size_t i = 0; i < selection->count; i++) {
        const backend *c = selection->backends[i];
        if (!c->chosen || backend_is_external(&c->id) || (!c->available && c->id.plugin))
            continue;
        const backend_id id = {
            .name = c->name, .plugin = c->id.plugin, .program = path, .end_s = selection->end_s};
        backend *old = backend_make(&id, OLD_SUMMARY, err);
        if (!old)
            return -1;
        good |= old->available && c->available;
        if (old->available || c->available)
            any = selection->old[i] = old;
        else
            backend_free(old);
    }
    return good ? 0
                : pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                           "has none of the backends of this run%s%s",
                           any && *any->reason ? ": " : "", any ? any->reason : "");
}

static int baseline_select(selection *selection, const char *path, pkt_err *err)
{
    const char *slash = strrchr(path, '/');
    const bool shared = strstr(slash ? slash : path, ".so") != NULL;
    selection->baseline = path;
    const int bad = (shared ? old_plugin_add : old_program_add)(selection, path, err);
    if (!bad)
        return 0;
    pkt_err_about(err, path);
    return pkt_err_about(err, "baseline");
}

static int selection_fill(selection *selection, const selection_request *request, pkt_err *err)
{
    const bool all = !request->backends || strcmp(request->backends, EVERY_BACKEND) == 0;
    const bool more = request->plugins || (request->externals && request->externals->count);
    if (!all && !more && pkt_parse_list(request->backends, name_check, NULL, err) != 0)
        return -1;
    if (registry_add(selection, request, err) != 0)
        return -1;
    for (size_t i = 0; i < selection->count; i++)
        selection->backends[i]->chosen = all;
    if (request->plugins && pkt_parse_list(request->plugins, plugin_add, selection, err) != 0)
        return -1;
    if (commands_add(selection, request->externals, err) != 0)
        return -1;
    if (!all && (pkt_parse_list(request->backends, choose, selection, err) != 0 ||
                 (request->also && pkt_parse_list(request->also, choose, selection, err) != 0)))
        return -1;
    for (size_t i = 0; !request->levels && i < PKT_LEVEL_COUNT; i++)
        selection->levels[i] = i != PKT_LEVEL_INNER; /* only when it is named */
    if (request->levels && pkt_parse_list(request->levels, level_add, selection, err) != 0)
        return -1;
    return request->baseline ? baseline_select(selection, request->baseline, err) : 0;
}

int selection_open(selection *selection, const selection_request *request, pkt_err *err)
{
    *selection = (struct selection){.end_s = request->end_s};
    if (selection_fill(selection, request, err) == 0)
        return 0;
    selection_close(selection);
    return -1;
}

backend *selection_find(const selection *selection, const char *name)
{
    for (size_t i = 0; i < selection->count; i++)
        if (strcmp(selection->backends[i]->name, name) == 0)
            return selection->backends[i];
    return NULL;
}

/* Does it offer a level other than frames? */
static bool has_headers(const backend *c)
{
    for (unsigned i = 0; i < PKT_LEVEL_COUNT; i++)
        if (i != PKT_LEVEL_FRAMES && c->offers[i])
            return true;
    return false;
}

const backend *selection_reference(const selection *selection, const char *name, pkt_err *err)
{
    const backend *c = selection_find(selection, name);
    pkt_entry entry = PKT_INIT(pkt_entry);
    if (!c && pkt_registry_find(name, &entry) == 0)
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "it takes part only where it is chosen by name");
    else if (!c)
        backend_unknown(selection, name, err);
    else if (!c->available)
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "%s", c->reason);
    else if (!has_headers(c))
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "it gives no header columns to compare with");
    else
        return c;
    return NULL;
}

bool selection_runs(const selection *selection, const backend *backend, pkt_level level)
{
    return backend->chosen && backend->available && backend->offers[level] &&
           selection->levels[level];
}

int selection_check(const selection *selection, pkt_err *err)
{
    const backend *missing = NULL;
    bool any = false;
    for (size_t i = 0; i < selection->count; i++) {
        const backend *c = selection->backends[i];
        for (unsigned v = 0; v < PKT_LEVEL_COUNT; v++)
            if (selection_runs(selection, c, (pkt_level)v))
                return 0;
        any |= c->chosen && c->available;
        if (c->chosen && !c->available && !missing)
            missing = c;
    }
    if (missing && !any)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "nothing to run: %s is unavailable: %s",
                        missing->name, missing->reason);
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                    "nothing to run: no chosen backend offers a chosen level here");
}

void selection_close(selection *selection)
{
    for (size_t i = 0; i < selection->count; i++) {
        backend_free(selection->backends[i]);
        backend_free(selection->old[i]);
    }
    *selection = (struct selection){0};
}
