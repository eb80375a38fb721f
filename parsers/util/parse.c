#include "parsers/util/parse.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/util/error.h"

const char *pkt_parse_number(const char *text, double *value)
{
    char *end = NULL;
    if (!isdigit((unsigned char)text[0]))
        return NULL;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) { /* not a hexadecimal number */
        *value = 0;
        return text + 1;
    }
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!plain)
        return NULL;
    *value = strtod_l(text, &end, plain);
    freelocale(plain);
    return end;
}

bool pkt_parse_duration(const char *text, double *seconds)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    const char *end = pkt_parse_number(text, seconds);
    for (size_t i = 0; end && i < sizeof units / sizeof units[0]; i++)
        if (strcmp(end, units[i].name) == 0) {
            *seconds *= units[i].seconds;
            return *seconds > 0 && isfinite(*seconds);
        }
    return false;
}

bool pkt_parse_seconds(const char *text, double *seconds)
{
    return pkt_parse_duration(text, seconds) && *seconds <= 1e6;
}

bool pkt_parse_bytes(const char *text, double *bytes)
{
    static const struct {
        const char *name;
        double bytes;
    } units[] = {{"", 1},
                 {"B", 1},
                 {"kB", 1e3},
                 {"KB", 1e3},
                 {"MB", 1e6},
                 {"GB", 1e9},
                 {"TB", 1e12},
                 {"KiB", 1024},
                 {"MiB", 1048576},
                 {"GiB", 1 << 30},
                 {"TiB", 1099511627776},
                 {"kbit", 125},
                 {"Mbit", 125e3},
                 {"Gbit", 125e6}};
    const char *end = pkt_parse_number(text, bytes);
    if (!end || end != text + strspn(text, "0123456789.")) /* no exponent */
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(end, units[i].name) == 0) {
            *bytes *= units[i].bytes;
            return true;
        }
    return false;
}

int pkt_parse_list(const char *list, int (*take)(void *self, const char *item, pkt_err *err),
                   void *self, pkt_err *err)
{
    char *copy = strdup(list), *rest = copy;
    int bad = copy ? 0 : pkt_fail_memory(err, "a list");
    for (char *item; !bad && (item = strsep(&rest, ",")) != NULL;)
        bad = *item ? take(self, item, err) : 0;
    free(copy);
    return bad;
}

int pkt_level_find(const char *name, pkt_level *level, pkt_err *err)
{
    pkt_names known = {.size = 0};
    for (unsigned i = 0; i < PKT_LEVEL_COUNT; i++) {
        if (strcmp(name, pkt_level_name((pkt_level)i)) == 0) {
            *level = (pkt_level)i;
            return 0;
        }
        pkt_names_add(&known, pkt_level_name((pkt_level)i));
    }
    return pkt_fail_unknown(err, "level", name, &known);
}

int pkt_flow_rule_find(const char *name, pkt_flow_rule *rule, pkt_err *err)
{
    pkt_names known = {.size = 0};
    for (unsigned i = 0; i < PKT_FLOW_RULE_COUNT; i++) {
        if (strcmp(name, pkt_flow_rule_name((pkt_flow_rule)i)) == 0) {
            *rule = (pkt_flow_rule)i;
            return 0;
        }
        pkt_names_add(&known, pkt_flow_rule_name((pkt_flow_rule)i));
    }
    return pkt_fail_unknown(err, "flow rule", name, &known);
}

size_t pkt_column_find(const char *name)
{
    size_t c = 0;
    while (c < PKT_COLUMN_COUNT && strcmp(name, pkt_column_at(c)->name) != 0)
        c++;
    return c;
}
