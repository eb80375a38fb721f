#include "bench/worker/selection.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/worker/describe.h"
#include "cli/message.h"

static pkt_column_set columns_of(const json_t *level)
{
    pkt_column_set columns = {{0}};
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(level, "columns"), i, name)
    {
        size_t column = column_find(json_string_value(name));
        if (column < PKT_COLUMN_COUNT)
            pkt_set_add(&columns, column);
    }
    return columns;
}

static void description_take(backend *c, json_t *description)
{
    if (c->id.plugin) /* it cannot be ours, whatever it was copied from */
        json_object_set_new(description, "origin", json_string("plug-in"));
    c->description = description;
    c->name = json_string_value(json_object_get(description, "name"));
    c->decoder = json_string_value(json_object_get(description, "decoder"));
    c->available = true;
    const json_t *levels = json_object_get(description, "levels");
    for (unsigned i = 0; i < PKT_LEVEL_COUNT; i++) {
        const json_t *level = json_object_get(levels, pkt_level_name((pkt_level)i));
        c->offers[i] = level != NULL;
        c->columns[i] = columns_of(level);
    }
}

static void backend_free(backend *c)
{
    if (!c)
        return;
    json_decref(c->description);
    json_decref(c->tool);
    free((char *)c->id.name);
    free((char *)c->id.plugin);
    free((char *)c->id.driver);
    free((char *)c->id.program);
    free(c);
}

/* What is known of a backend that cannot run here. */
static void backend_undescribed(backend *c, const char *summary)
{
    c->description = json_pack("{s:s, s:s}", "name", c->id.name, "summary", summary);
    c->name = c->id.name;
}

/* A worker of its own, since loading a library is a risk and a burden. */
static bool backend_describe(backend *c, const char *summary)
{
    client worker;
    json_t *answer = NULL;
    if (client_open(&worker, &c->id))
        answer = client_ask(&worker, json_pack("{s:s}", "op", "describe"), DESCRIBE_SECONDS);
    json_t *description = json_object_get(answer, "backend");
    if (description) {
        description_take(c, json_incref(description));
        c->tool = json_incref(json_object_get(answer, "tool"));
    } else {
        (void)snprintf(c->reason, sizeof c->reason, "%s", worker.reason);
        backend_undescribed(c, summary);
    }
    json_decref(answer);
    client_close(&worker);
    return c->name != NULL;
}

/* `entry` is NULL for a plug-in. */
static bool backend_add(selection *selection, const char *name, const char *plugin,
                        const pkt_entry *entry)
{
    char driver[2 * PATH_MAX];
    pkt_err err;
    const char *summary = entry ? entry->summary : "plug-in";
    bool drives = entry && entry->driver;
    backend *c = selection->count < SELECTION_MAX ? calloc(1, sizeof *c) : NULL;
    if (!c) {
        message_error("more than %d backends, or no memory for them", SELECTION_MAX);
        return false;
    }
    selection->backends[selection->count++] = c;
    c->id.name = strdup(name);
    c->id.plugin = plugin ? strdup(plugin) : NULL;
    bool there = !drives || pkt_entry_file(entry, driver, sizeof driver, &err) == 0;
    if (drives && there)
        c->id.driver = strdup(driver);
    if (!there) {
        (void)snprintf(c->reason, sizeof c->reason, "%s", err.msg);
        backend_undescribed(c, summary);
        return c->name != NULL;
    }
    if (!c->id.name || (plugin && !c->id.plugin) || (drives && !c->id.driver) ||
        !backend_describe(c, summary)) {
        message_error("no memory for backend %s", name);
        return false;
    }
    return true;
}

/* Is the name an item of the list, or the list the word for all? */
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

static bool registry_add(selection *selection, const selection_request *request)
{
    pkt_entry entry = PKT_INIT(pkt_entry);
    for (size_t i = 0; pkt_registry_at(i, &entry) == 0; i++)
        if ((!entry.opt_in || is_listed(request->backends, entry.name)) &&
            !backend_add(selection, entry.name, NULL, &entry))
            return false;
    return true;
}

static bool choose(selection *selection, const char *name)
{
    backend *c = selection_find(selection, name);
    if (!c) {
        message_error("no backend has the name '%s': `pktbench list` shows them", name);
        return false;
    }
    c->chosen = true;
    return true;
}

/* A plug-in that was asked for by its path must be there. */
static bool plugin_add(selection *selection, const char *path)
{
    if (!backend_add(selection, path, path, NULL))
        return false;
    backend *added = selection->backends[selection->count - 1];
    if (!added->available) {
        message_error("plug-in %s: %s", path, added->reason);
        return false;
    }
    for (size_t i = 0; i + 1 < selection->count; i++)
        if (strcmp(selection->backends[i]->name, added->name) == 0) {
            message_error("plug-in %s has the name of another backend, %s: rename it", path,
                          added->name);
            return false;
        }
    added->chosen = true;
    return true;
}

static bool level_add(selection *selection, const char *name)
{
    pkt_level level;
    if (level_find(name, &level) != 0) {
        message_error("no level has the name '%s': frames, headers, flows and dissect do", name);
        return false;
    }
    selection->levels[level] = true;
    return true;
}

/* Each item of a list with commas. */
static bool each(selection *selection, const char *list,
                 bool (*add)(struct selection *, const char *))
{
    char *copy = strdup(list), *rest = copy;
    bool good = copy != NULL;
    for (char *item; good && (item = strsep(&rest, ",")) != NULL;)
        good = !*item || add(selection, item);
    free(copy);
    return good;
}

/* A backend of the other build; NULL after a message. */
static backend *old_make(const char *name, const char *plugin, const char *program)
{
    backend *c = calloc(1, sizeof *c);
    if (c) {
        c->chosen = true;
        c->id.name = strdup(name);
        c->id.plugin = plugin ? strdup(plugin) : NULL;
        c->id.program = program ? strdup(program) : NULL;
    }
    if (c && c->id.name && (!plugin || c->id.plugin) && (!program || c->id.program) &&
        backend_describe(c, "the build that is compared with"))
        return c;
    message_error("no memory for backend %s", name);
    backend_free(c);
    return NULL;
}

/* The shared object's backend is compared with the one of its name. */
static bool old_plugin_add(selection *selection, const char *path)
{
    backend *old = old_make(path, path, NULL);
    if (!old)
        return false;
    for (size_t i = 0; old->available && i < selection->count; i++)
        if (selection->backends[i]->chosen &&
            strcmp(selection->backends[i]->name, old->name) == 0) {
            selection->old[i] = old;
            return true;
        }
    if (old->available)
        message_error("--baseline %s: its backend %s takes no part in this run", path, old->name);
    else
        message_error("--baseline %s: %s", path, old->reason);
    backend_free(old);
    return false;
}

/* Every backend of this run as the other program has it, but for programs of others. */
static bool old_program_add(selection *selection, const char *path)
{
    const backend *any = NULL;
    bool good = false;
    if (access(path, X_OK) != 0) {
        message_error("--baseline %s: %s", path, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < selection->count; i++) {
        const backend *c = selection->backends[i];
        if (!c->chosen || !c->available || c->id.driver)
            continue;
        any = selection->old[i] = old_make(c->name, c->id.plugin, path);
        if (!any)
            return false;
        good |= any->available;
    }
    if (!good)
        message_error("--baseline %s: gives none of the backends of this run%s%s", path,
                      any ? ": " : "", any ? any->reason : "");
    return good;
}

static bool is_shared_object(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strstr(slash ? slash : path, ".so") != NULL;
}

selection_request selection_request_of(const arguments *arguments)
{
    return (selection_request){.backends = option_value(arguments, "backends"),
                               .plugins = option_value(arguments, "plugin"),
                               .levels = option_value(arguments, "levels")};
}

bool selection_open(selection *selection, const selection_request *request)
{
    *selection = (struct selection){0};
    bool good = registry_add(selection, request);
    bool all = !request->backends || strcmp(request->backends, EVERY_BACKEND) == 0;
    for (size_t i = 0; i < selection->count; i++)
        selection->backends[i]->chosen = all;
    good = good && (!request->plugins || each(selection, request->plugins, plugin_add));
    good = good && (all || each(selection, request->backends, choose));
    if (good && request->levels)
        good = each(selection, request->levels, level_add);
    for (size_t i = 0; !request->levels && i < PKT_LEVEL_COUNT; i++)
        selection->levels[i] = true;
    selection->baseline = request->baseline;
    if (good && request->baseline)
        good = (is_shared_object(request->baseline) ? old_plugin_add : old_program_add)(
            selection, request->baseline);
    if (!good)
        selection_close(selection);
    return good;
}

backend *selection_find(const selection *selection, const char *name)
{
    for (size_t i = 0; i < selection->count; i++)
        if (strcmp(selection->backends[i]->name, name) == 0)
            return selection->backends[i];
    return NULL;
}

bool selection_runs(const selection *selection, const backend *backend, pkt_level level)
{
    return backend->chosen && backend->available && backend->offers[level] &&
           selection->levels[level];
}

void selection_close(selection *selection)
{
    for (size_t i = 0; i < selection->count; i++) {
        backend_free(selection->backends[i]);
        backend_free(selection->old[i]);
    }
    *selection = (struct selection){0};
}
