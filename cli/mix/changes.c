/* What is asked of the packets: times and addresses. A value is for all captures, or, with FILE=
 * before it, for those that FILE names. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/message.h"
#include "cli/mix/instant.h"
#include "cli/mix/mixing.h"
#include "parsers/core/numbers.h"
#include "parsers/util/error.h"
#include "parsers/util/parse.h"

/* The captures that an option is for. */
typedef struct target {
    const char *option, *text; /* as given */
    const char *name;          /* NULL: all */
    size_t size;               /* of the name */
} target;

/* How many captures a target is for: all, those of an operand, or one. What is for fewer of them
 * wins, wherever it is on the command line. */
typedef enum scope { SCOPE_ALL, SCOPE_OPERAND, SCOPE_CAPTURE } scope;

/* Give a shift, rate or map to the capture. */
typedef bool change_apply(mixing *m, pkt_mix_origin *origin, const void *what);

static bool is_name(const target *t, const char *name)
{
    return strlen(name) == t->size && memcmp(name, t->name, t->size) == 0;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* How well does the target name the capture? 2: as an operand, or by its path; 1: by the name of
 * its file; 0: not. */
static int names_it(const mixing *m, const target *t, const pkt_mix_origin *o)
{
    if (!t->name || is_name(t, o->path) || is_name(t, m->groups[o->operand].name))
        return 2;
    return is_name(t, last_part(o->path));
}

static scope scope_of(const mixing *m, const target *t)
{
    if (!t->name)
        return SCOPE_ALL;
    for (size_t i = 0; i < m->origins.count; i++) /* the operand that is a file is its path, too */
        if (is_name(t, m->origins.at[i].path))
            return SCOPE_CAPTURE;
    for (size_t i = 0; i < m->group_count; i++)
        if (is_name(t, m->groups[i].name))
            return SCOPE_OPERAND;
    return SCOPE_CAPTURE;
}

static bool target_apply(mixing *m, const target *t, change_apply *apply, const void *what)
{
    size_t found[3] = {0};
    for (size_t i = 0; i < m->origins.count; i++)
        found[names_it(m, t, &m->origins.at[i])]++;
    if (!found[2] && found[1] != 1) {
        message_error("--%s %s: %s %.*s", t->option, t->text,
                      found[1] ? "several captures have the name" : "no capture has the name",
                      (int)t->size, t->name);
        return false;
    }
    const int needed = found[2] ? 2 : 1;
    for (size_t i = 0; i < m->origins.count; i++)
        if (names_it(m, t, &m->origins.at[i]) == needed && !apply(m, &m->origins.at[i], what))
            return false;
    return true;
}

/* A capture that is named by itself, not with the others of its folder, moves by itself. */
static void group_leave(mixing *m, const target *t, pkt_mix_origin *o)
{
    if (t->name && o->group == o->operand && !is_name(t, m->groups[o->operand].name))
        o->group = m->groups_used++;
}

/* "FILE=VALUE" or "VALUE", which has no equals sign. Returns the value. */
static const char *value_of(target *t)
{
    const char *equals = strrchr(t->text, '=');
    t->name = equals ? t->text : NULL;
    t->size = equals ? (size_t)(equals - t->text) : 0;
    return equals ? equals + 1 : t->text;
}

typedef struct shift {
    target target;
    pkt_mix_shift kind;
    int64_t ns;
} shift;

/* false: *why says what is wrong, or is left as it is. */
static bool shift_parse(shift *s, const char *text, const char **why)
{
    double seconds = 0;
    s->kind = PKT_MIX_AFTER;
    if (strcmp(text, "start") == 0)
        return true;
    if (*text == '+' || *text == '-') {
        const bool good = pkt_parse_seconds(text + 1, &seconds);
        s->ns = llround(seconds * NS_PER_S) * (*text == '-' ? -1 : 1);
        return good;
    }
    s->kind = PKT_MIX_AT;
    return instant_parse(text, &s->ns, why);
}

static bool shift_apply(mixing *m, pkt_mix_origin *origin, const void *what)
{
    const shift *s = what;
    group_leave(m, &s->target, origin);
    origin->shift = s->kind;
    origin->shift_ns = s->ns;
    return true;
}

static bool shifts_read(mixing *m, const arguments *arguments, scope of)
{
    size_t next = 0;
    for (const char *text; (text = option_values(arguments, "shift", &next)) != NULL;) {
        shift s = {.target = {.option = "shift", .text = text}};
        const char *why =
            "must be TIME or FILE=TIME; TIME is start, a time after the start of the "
            "first capture such as +90s or +2h, a time such as 2026-05-04T12:00:00Z, or "
            "seconds since 1970";
        const char *value = value_of(&s.target);
        if (scope_of(m, &s.target) != of)
            continue;
        if (!shift_parse(&s, value, &why)) {
            message_error("--shift %s: %s", text, why);
            return false;
        }
        if (!target_apply(m, &s.target, shift_apply, &s))
            return false;
    }
    return true;
}

enum {
    RATE_DECIMALS = 6,        /* that PKT_MIX_RATE_UNIT keeps */
    RATE_EXPONENT_MOST = 1000 /* no sum with it overflows */
};

typedef struct rate {
    target target;
    uint64_t value;
} rate;

/* Decimals of a number that pkt_parse_number() takes, but for zeros at its end: of "1.250" 2, of
 * "1e-3" 3. */
static long decimals_of(const char *number)
{
    const size_t whole = strspn(number, "0123456789");
    const char *end = number + whole;
    long last = -(long)whole; /* place of the last digit that is not 0; that of the units is 0 */
    for (size_t i = 0; i < whole; i++)
        if (number[i] != '0')
            last = (long)i + 1 - (long)whole;
    if (*end == '.')
        for (long i = 1; isdigit((unsigned char)*++end); i++)
            if (*end != '0')
                last = i;
    const long exponent = *end == 'e' || *end == 'E' ? strtol(end + 1, NULL, 10) : 0;
    return exponent < -RATE_EXPONENT_MOST ? RATE_EXPONENT_MOST : last - exponent;
}

/* NULL: the rate is good. */
static const char *rate_parse(rate *r, const char *text)
{
    double factor = 0;
    const char *end = pkt_parse_number(text, &factor);
    r->value = factor <= 1e6 ? (uint64_t)llround(factor * (double)PKT_MIX_RATE_UNIT) : 0;
    if (!end || *end || r->value == 0)
        return "must be FACTOR or FILE=FACTOR, from 0.000001 to 1000000; 2 is twice as fast";
    return decimals_of(text) <= RATE_DECIMALS ? NULL : "must have at most 6 decimals";
}

static bool rate_apply(mixing *m, pkt_mix_origin *origin, const void *what)
{
    const rate *r = what;
    group_leave(m, &r->target, origin);
    origin->times.rate = r->value;
    return true;
}

static bool rates_read(mixing *m, const arguments *arguments, scope of)
{
    size_t next = 0;
    for (const char *text; (text = option_values(arguments, "rate", &next)) != NULL;) {
        rate r = {.target = {.option = "rate", .text = text}};
        const char *value = value_of(&r.target);
        if (scope_of(m, &r.target) != of)
            continue;
        const char *why = rate_parse(&r, value);
        if (why) {
            message_error("--rate %s: %s", text, why);
            return false;
        }
        if (!target_apply(m, &r.target, rate_apply, &r))
            return false;
    }
    return true;
}

static bool map_apply(mixing *m, pkt_mix_origin *origin, const void *what)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    (void)what;
    if (pkt_rewrite_add(&origin->rewrite, &m->maps[m->map_count - 1].map, &err) == 0)
        return true;
    message_err(&err);
    return false;
}

/* "FILE=OLD=NEW" or "OLD=NEW". Returns where OLD begins. */
static const char *map_of(target *t)
{
    const char *last = strrchr(t->text, '='), *old = last;
    while (old && old > t->text && old[-1] != '=')
        old--;
    t->name = old && old > t->text ? t->text : NULL;
    t->size = t->name ? (size_t)(old - 1 - t->text) : 0;
    return old ? old : t->text;
}

static bool maps_read(mixing *m, const arguments *arguments, const char *option, bool mac, scope of)
{
    size_t next = 0;
    for (const char *text; (text = option_values(arguments, option, &next)) != NULL;) {
        target t = {.option = option, .text = text};
        pkt_err err = {.pos = PKT_POS_NONE};
        const char *value = map_of(&t);
        if (scope_of(m, &t) != of)
            continue;
        mixing_map *map = &m->maps[m->map_count++];
        *map = (mixing_map){.option = option, .text = text};
        if (pkt_address_map_parse(&map->map, value, mac, &err) != 0) {
            message_error("--%s %s: %s", option, text, err.msg);
            return false;
        }
        if (!target_apply(m, &t, map_apply, NULL))
            return false;
    }
    return true;
}

bool mixing_changes_read(mixing *m, const arguments *arguments)
{
    /* The last of several shifts or rates counts, but the first of several maps. */
    for (int s = SCOPE_ALL; s <= SCOPE_CAPTURE; s++) {
        const scope later = (scope)s, first = (scope)(SCOPE_CAPTURE - s);
        if (!shifts_read(m, arguments, later) || !rates_read(m, arguments, later) ||
            !maps_read(m, arguments, "map-ip", false, first) ||
            !maps_read(m, arguments, "map-mac", true, first))
            return false;
    }
    return true;
}
