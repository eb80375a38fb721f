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
    pkt_column_set columns = 0;
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(level, "columns"), i, name)
    {
        size_t column = column_find(json_string_value(name));
        if (column < PKT_COLUMN_COUNT)
            columns |= (pkt_column_set)1 << column;
    }
    return columns;
}

static void description_take(candidate *c, json_t *description)
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

static void candidate_free(candidate *c)
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
static void candidate_undescribed(candidate *c, const char *summary)
{
    c->description = json_pack("{s:s, s:s}", "name", c->id.name, "summary", summary);
    c->name = c->id.name;
}

/* A worker of its own, since loading a library is a risk and a burden. */
static bool candidate_describe(candidate *c, const char *summary)
{
    client worker;
    json_t *answer = NULL;
    if (client_open(&worker, &c->id))
        answer = client_ask(&worker, json_pack("{s:s}", "do", "describe"), DESCRIBE_SECONDS);
    json_t *description = json_object_get(answer, "backend");
    if (description) {
        description_take(c, json_incref(description));
        c->tool = json_incref(json_object_get(answer, "tool"));
    } else {
        (void)snprintf(c->reason, sizeof c->reason, "%s", worker.reason);
        candidate_undescribed(c, summary);
    }
    json_decref(answer);
    client_close(&worker);
    return c->name != NULL;
}

/* `entry` is NULL for a plug-in. */
static bool candidate_add(lineup *lineup, const char *name, const char *plugin,
                          const pkt_entry *entry)
{
    char driver[2 * PATH_MAX];
    pkt_err err;
    const char *summary = entry ? entry->summary : "plug-in";
    bool drives = entry && entry->driver;
    candidate *c = lineup->count < LINEUP_MAX ? calloc(1, sizeof *c) : NULL;
    if (!c) {
        say_error("more than %d backends, or no memory for them", LINEUP_MAX);
        return false;
    }
    lineup->candidates[lineup->count++] = c;
    c->id.name = strdup(name);
    c->id.plugin = plugin ? strdup(plugin) : NULL;
    bool there = !drives || pkt_entry_file(entry, driver, sizeof driver, &err) == 0;
    if (drives && there)
        c->id.driver = strdup(driver);
    if (!there) {
        (void)snprintf(c->reason, sizeof c->reason, "%s", err.msg);
        candidate_undescribed(c, summary);
        return c->name != NULL;
    }
    if (!c->id.name || (plugin && !c->id.plugin) || (drives && !c->id.driver) ||
        !candidate_describe(c, summary)) {
        say_error("no memory for backend %s", name);
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

static bool registry_add(lineup *lineup, const lineup_wish *wish)
{
    pkt_entry entry;
    for (size_t i = 0; pkt_registry_at(i, &entry) == 0; i++)
        if ((!entry.on_request || is_listed(wish->backends, entry.name)) &&
            !candidate_add(lineup, entry.name, NULL, &entry))
            return false;
    return true;
}

static bool choose(lineup *lineup, const char *name)
{
    candidate *c = lineup_find(lineup, name);
    if (!c) {
        say_error("no backend has the name '%s': `pktbench list` shows them", name);
        return false;
    }
    c->chosen = true;
    return true;
}

/* A plug-in that was asked for by its path must be there. */
static bool plugin_add(lineup *lineup, const char *path)
{
    if (!candidate_add(lineup, path, path, NULL))
        return false;
    candidate *added = lineup->candidates[lineup->count - 1];
    if (!added->available) {
        say_error("plug-in %s: %s", path, added->reason);
        return false;
    }
    for (size_t i = 0; i + 1 < lineup->count; i++)
        if (strcmp(lineup->candidates[i]->name, added->name) == 0) {
            say_error("plug-in %s has the name of another backend, %s: rename it", path,
                      added->name);
            return false;
        }
    added->chosen = true;
    return true;
}

static bool level_add(lineup *lineup, const char *name)
{
    pkt_level level;
    if (level_find(name, &level) != 0) {
        say_error("no level has the name '%s': frames, headers, flows and dissect do", name);
        return false;
    }
    lineup->levels[level] = true;
    return true;
}

/* Each item of a list with commas. */
static bool each(lineup *lineup, const char *list, bool (*add)(struct lineup *, const char *))
{
    char *copy = strdup(list), *rest = copy;
    bool good = copy != NULL;
    for (char *item; good && (item = strsep(&rest, ",")) != NULL;)
        good = !*item || add(lineup, item);
    free(copy);
    return good;
}

/* A candidate of the other build; NULL after a message. */
static candidate *old_make(const char *name, const char *plugin, const char *program)
{
    candidate *c = calloc(1, sizeof *c);
    if (c) {
        c->chosen = true;
        c->id.name = strdup(name);
        c->id.plugin = plugin ? strdup(plugin) : NULL;
        c->id.program = program ? strdup(program) : NULL;
    }
    if (c && c->id.name && (!plugin || c->id.plugin) && (!program || c->id.program) &&
        candidate_describe(c, "the build that is compared with"))
        return c;
    say_error("no memory for backend %s", name);
    candidate_free(c);
    return NULL;
}

/* The shared object's backend is compared with the one of its name. */
static bool old_plugin_add(lineup *lineup, const char *path)
{
    candidate *old = old_make(path, path, NULL);
    if (!old)
        return false;
    for (size_t i = 0; old->available && i < lineup->count; i++)
        if (lineup->candidates[i]->chosen && strcmp(lineup->candidates[i]->name, old->name) == 0) {
            lineup->old[i] = old;
            return true;
        }
    if (old->available)
        say_error("--against %s: its backend %s takes no part in this run", path, old->name);
    else
        say_error("--against %s: %s", path, old->reason);
    candidate_free(old);
    return false;
}

/* Every backend of this run as the other program has it, but for programs of others. */
static bool old_program_add(lineup *lineup, const char *path)
{
    const candidate *any = NULL;
    bool good = false;
    if (access(path, X_OK) != 0) {
        say_error("--against %s: %s", path, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < lineup->count; i++) {
        const candidate *c = lineup->candidates[i];
        if (!c->chosen || !c->available || c->id.driver)
            continue;
        any = lineup->old[i] = old_make(c->name, c->id.plugin, path);
        if (!any)
            return false;
        good |= any->available;
    }
    if (!good)
        say_error("--against %s: gives none of the backends of this run%s%s", path, any ? ": " : "",
                  any ? any->reason : "");
    return good;
}

static bool is_shared_object(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strstr(slash ? slash : path, ".so") != NULL;
}

lineup_wish lineup_wish_of(const arguments *arguments)
{
    return (lineup_wish){.backends = option_value(arguments, "backends"),
                         .plugins = option_value(arguments, "plugin"),
                         .levels = option_value(arguments, "levels")};
}

bool lineup_open(lineup *lineup, const lineup_wish *wish)
{
    *lineup = (struct lineup){0};
    bool good = registry_add(lineup, wish);
    bool all = !wish->backends || strcmp(wish->backends, EVERY_BACKEND) == 0;
    for (size_t i = 0; i < lineup->count; i++)
        lineup->candidates[i]->chosen = all;
    good = good && (!wish->plugins || each(lineup, wish->plugins, plugin_add));
    good = good && (all || each(lineup, wish->backends, choose));
    if (good && wish->levels)
        good = each(lineup, wish->levels, level_add);
    for (size_t i = 0; !wish->levels && i < PKT_LEVEL_COUNT; i++)
        lineup->levels[i] = true;
    lineup->against = wish->against;
    if (good && wish->against)
        good = (is_shared_object(wish->against) ? old_plugin_add : old_program_add)(lineup,
                                                                                    wish->against);
    if (!good)
        lineup_close(lineup);
    return good;
}

candidate *lineup_find(const lineup *lineup, const char *name)
{
    for (size_t i = 0; i < lineup->count; i++)
        if (strcmp(lineup->candidates[i]->name, name) == 0)
            return lineup->candidates[i];
    return NULL;
}

bool lineup_runs(const lineup *lineup, const candidate *candidate, pkt_level level)
{
    return candidate->chosen && candidate->available && candidate->offers[level] &&
           lineup->levels[level];
}

void lineup_close(lineup *lineup)
{
    for (size_t i = 0; i < lineup->count; i++) {
        candidate_free(lineup->candidates[i]);
        candidate_free(lineup->old[i]);
    }
    *lineup = (struct lineup){0};
}
