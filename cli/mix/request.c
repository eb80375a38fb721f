/* The captures and files of a mixture, from the command line. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/message.h"
#include "cli/mix/mixing.h"
#include "cli/outputs.h"
#include "cli/shared_options.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/error.h"

static bool no_memory(void)
{
    message_error("no memory for captures");
    return false;
}

/* The group of that name, as given; NULL. */
static mixing_group *group_find(mixing *m, const char *name)
{
    for (size_t i = 0; i < m->group_count; i++)
        if (strcmp(m->groups[i].name, name) == 0)
            return &m->groups[i];
    return NULL;
}

static bool group_add(mixing *m, const char *name, const char *label, size_t label_size)
{
    mixing_group *group = group_find(m, name);
    if (group && !label) {
        message_error("%s: is named twice; to mix it twice, copy it", name);
        return false;
    }
    if (group && group->label) {
        message_error("--label: %s has two labels", name);
        return false;
    }
    if (!group) {
        mixing_group *more = realloc(m->groups, (m->group_count + 1) * sizeof *more);
        if (!more)
            return no_memory();
        m->groups = more;
        group = &more[m->group_count++];
        *group = (mixing_group){.name = name};
    }
    group->label = label;
    group->label_size = label_size;
    return true;
}

/* Operands, then the files of --label, which may be operands. */
static bool groups_read(mixing *m, const arguments *arguments)
{
    for (size_t i = 0; i < arguments->operand_count; i++)
        if (!group_add(m, arguments->operands[i], NULL, 0))
            return false;
    size_t next = 0;
    for (const char *text; (text = option_values(arguments, "label", &next)) != NULL;) {
        const char *equals = strchr(text, '=');
        if (!equals || equals == text || !equals[1]) {
            message_error("--label %s: must be NAME=FILE", text);
            return false;
        }
        if (!group_add(m, equals + 1, text, (size_t)(equals - text)))
            return false;
    }
    if (m->group_count == 0)
        message_error("mix: a capture is missing; see `pktbench mix --help`");
    return m->group_count > 0;
}

static bool capture_add(mixing *m, size_t group, const char *path)
{
    const mixing_group *g = &m->groups[group];
    pkt_err err = {.pos = PKT_POS_NONE};
    for (size_t i = 0; i < m->origins.count; i++)
        if (strcmp(m->origins.at[i].path, path) == 0 ||
            pkt_same_file(m->origins.at[i].path, path)) {
            message_error("%s: is mixed already, as %s; to mix it twice, copy it", path,
                          m->origins.at[i].path);
            return false;
        }
    char *label = strndup(g->label ? g->label : "", g->label_size);
    pkt_mix_origin *origin = label ? pkt_mix_origins_add(&m->origins, path, label, &err) : NULL;
    free(label);
    if (!origin) {
        message_error("%s", label ? err.msg : "no memory for captures");
        return false;
    }
    origin->operand = origin->group = group;
    return true;
}

static bool group_expand(mixing *m, size_t group, bool recursive)
{
    char *name = strdup(m->groups[group].name);
    pkt_paths paths;
    pkt_err err = {.pos = PKT_POS_NONE};
    const pkt_paths_request request = {.operands = &name, .count = 1, .recursive = recursive};
    if (!name)
        return no_memory();
    bool good = pkt_paths_find(&paths, &request, &err) == 0;
    if (!good)
        message_error("%s%s", m->groups[group].label ? "--label: " : "", err.msg);
    for (size_t i = 0; good && i < paths.count; i++)
        good = capture_add(m, group, paths.at[i]);
    if (good)
        paths_note(name, &paths);
    pkt_paths_close(&paths);
    free(name);
    return good;
}

/* Neither output may be a capture, or the other one. */
static bool outputs_valid(const mixing *m)
{
    for (size_t i = 0; i < m->origins.count; i++) {
        const char *path = m->origins.at[i].path;
        if (output_is(m->path, path) || output_is(m->truth, path)) {
            message_error("%s: is a capture that is mixed: -o and --truth must name other files",
                          path);
            return false;
        }
    }
    if (!outputs_same(m->path, m->truth))
        return true;
    message_error("mix: the mixture and its truth cannot both go to %s", m->path);
    return false;
}

static bool outputs_read(mixing *m, const arguments *arguments)
{
    const char *path = option_value(arguments, "o"), *truth = option_value(arguments, "truth");
    if (!path || !*path) {
        message_error("mix: -o FILE says where to write; - is standard output");
        return false;
    }
    m->path = path;
    if (output_is_stream(path) && !truth) {
        message_error("mix: with -o %s, --truth FILE says where the origins of the packets go",
                      path);
        return false;
    }
    if (output_is_packed("-o", path) || (truth && output_is_packed("--truth", truth)) ||
        terminal_refused(path, "a capture"))
        return false;
    if (truth ? !(m->truth = strdup(truth)) : asprintf(&m->truth, "%s.truth.csv", path) < 0) {
        m->truth = NULL;
        return no_memory();
    }
    m->origins.comments = option_given(arguments, "comments");
    return true;
}

static bool order_read(mixing *m, const arguments *arguments)
{
    const char *order = option_value(arguments, "order");
    size_t index = 0;
    if (order && !word_find("order", order, "capture|time", &index))
        return false;
    m->origins.by_time = index == 1;
    return true;
}

bool mixing_read(mixing *m, const arguments *arguments)
{
    *m = (mixing){.map_count = 0};
    if (!outputs_read(m, arguments) || !order_read(m, arguments) || !groups_read(m, arguments))
        return false;
    m->groups_used = m->group_count;
    for (size_t i = 0; i < m->group_count; i++)
        if (!group_expand(m, i, option_given(arguments, "R")))
            return false;
    return outputs_valid(m) && mixing_changes_read(m, arguments);
}

void mixing_close(mixing *m)
{
    pkt_mix_origins_close(&m->origins);
    free(m->groups);
    free(m->truth);
}
