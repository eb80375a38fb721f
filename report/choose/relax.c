#include "report/choose/relax.h"

#include <string.h>

#include "report/choose/judge.h"
#include "results/reader.h"

/* Requirements of a request by number: the words of --need, then these. */
enum { PART_LICENSE, PART_MEMORY, PART_LIVE, PART_SPEED, PART_SINK, PARTS };

enum { PARTS_MAX = REQUIREMENTS_MAX + PARTS, PART_TEXT = REQUIREMENT_WORD + 16, NAMES_TEXT = 256 };

/* Requirements that are left. */
typedef struct part_set {
    bool has[PARTS_MAX];
} part_set;

static bool part_asked(const choose_request *w, size_t part)
{
    if (part < w->needs.count)
        return true;
    switch (part - w->needs.count) {
    case PART_LICENSE:
        return w->permissive;
    case PART_MEMORY:
        return w->max_rss_bytes > 0;
    case PART_LIVE:
        return w->live;
    case PART_SINK:
        return w->run_sink || (w->sink && w->live);
    default:
        return w->packets_per_s > 0 || w->bits_per_s > 0 || w->deadline_s > 0;
    }
}

static size_t parts_of(const choose_request *w)
{
    return w->needs.count + PARTS;
}

static const char *part_text(const choose_request *w, size_t part, char text[PART_TEXT])
{
    static const char *const names[PARTS] = {"--license permissive", "--max-rss", "--live",
                                             "the required speed", "--sink"};
    if (part >= w->needs.count)
        return names[part - w->needs.count];
    (void)snprintf(text, PART_TEXT, "the requirement %s", w->needs.list[part].word);
    return text;
}

/* The request with only these requirements. */
static choose_request request_with(const choose_request *w, const part_set *parts)
{
    choose_request less = *w;
    less.needs.count = 0;
    for (size_t i = 0; i < w->needs.count; i++)
        if (parts->has[i])
            less.needs.list[less.needs.count++] = w->needs.list[i];
    const bool *others = &parts->has[w->needs.count];
    less.permissive = w->permissive && others[PART_LICENSE];
    less.live = w->live && others[PART_LIVE];
    if (!others[PART_MEMORY])
        less.max_rss_bytes = 0;
    if (!others[PART_SINK])
        less.sink = less.run_sink = NULL;
    if (!others[PART_SPEED])
        less.packets_per_s = less.bits_per_s = less.deadline_s = 0;
    return less;
}

/* Names of the backends that meet these requirements, with commas. false: there is none. */
static bool names_with(const json_t *results, const choose_request *w, const part_set *parts,
                       char names[NAMES_TEXT])
{
    const choose_request less = request_with(w, parts);
    size_t i, n = 0;
    json_t *backend;
    names[0] = '\0';
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        judgement j = judge(results, &less, backend);
        if (j.fits && n < NAMES_TEXT)
            n += (size_t)snprintf(names + n, NAMES_TEXT - n, "%s%.40s", n ? ", " : "",
                                  text_of(backend, "name"));
        judgement_free(&j);
    }
    return n > 0;
}

/* Handle one pair of different requirements, or one with itself. */
typedef void pair_function(const json_t *results, const choose_request *w, size_t a, size_t b,
                           json_t *out);

static void pairs_each(const json_t *results, const choose_request *w, pair_function *handle,
                       json_t *out)
{
    for (size_t a = 0; a < parts_of(w); a++)
        for (size_t b = a + 1; part_asked(w, a) && b < parts_of(w); b++)
            if (part_asked(w, b))
                handle(results, w, a, b, out);
}

static void singles_each(const json_t *results, const choose_request *w, pair_function *handle,
                         json_t *out)
{
    for (size_t a = 0; a < parts_of(w); a++)
        if (part_asked(w, a))
            handle(results, w, a, a, out);
}

/* A sink by itself is met where it was measured, at whatever level. */
static bool met_together(const json_t *results, const choose_request *w, size_t a, size_t b)
{
    if (a == w->needs.count + PART_SINK && a == b)
        return !w->run_sink || sink_measured_alone(results, w->run_sink);
    part_set parts = {.has = {false}};
    char names[NAMES_TEXT];
    parts.has[a] = parts.has[b] = true;
    return names_with(results, w, &parts, names);
}

static void single_conflict(const json_t *results, const choose_request *w, size_t a, size_t b,
                            json_t *out)
{
    char text[PART_TEXT];
    if (!met_together(results, w, a, b))
        reason_add(out, "no backend meets %s", part_text(w, a, text));
}

static void pair_conflict(const json_t *results, const choose_request *w, size_t a, size_t b,
                          json_t *out)
{
    char one[PART_TEXT], other[PART_TEXT];
    if (a >= w->needs.count && b == w->needs.count + PART_SINK)
        return; /* at which level the rows are written is not known without a requirement */
    if (met_together(results, w, a, a) && met_together(results, w, b, b) &&
        !met_together(results, w, a, b))
        reason_add(out, "no backend meets both %s and %s%s", part_text(w, a, one),
                   part_text(w, b, other), b < w->needs.count ? " at one level" : "");
}

void conflicts_add(const json_t *results, const choose_request *w, json_t *out)
{
    singles_each(results, w, single_conflict, out);
    pairs_each(results, w, pair_conflict, out);
    if (json_array_size(out) == 0)
        reason_add(out, "none meets all of them together");
}

static void relaxed_add(const json_t *results, const choose_request *w, size_t a, size_t b,
                        json_t *out)
{
    part_set parts;
    char names[NAMES_TEXT], one[PART_TEXT], other[PART_TEXT];
    memset(parts.has, true, sizeof parts.has);
    parts.has[a] = parts.has[b] = false;
    const choose_request less = request_with(w, &parts);
    if (w->needs.count > 0 && less.needs.count == 0)
        return; /* what is left asks for no values */
    if (names_with(results, w, &parts, names))
        reason_add(out, "without %s%s%s: %s", part_text(w, a, one), a == b ? "" : " and ",
                   a == b ? "" : part_text(w, b, other), names);
}

void relaxations_add(const json_t *results, const choose_request *w, json_t *out)
{
    singles_each(results, w, relaxed_add, out);
    if (json_array_size(out) == 0)
        pairs_each(results, w, relaxed_add, out);
}
