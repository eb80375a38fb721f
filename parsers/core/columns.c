/* What is known at run time of columns, levels and verdicts. */
#include "pktbench.h"

static const pkt_column_info columns[PKT_COLUMN_COUNT] = {
#define PKT_X(name, type, level, has, format_as, doc)                                              \
    {#name,                                                                                        \
     doc,                                                                                          \
     sizeof(type),                                                                                 \
     offsetof(pkt_batch, name),                                                                    \
     has,                                                                                          \
     PKT_LEVEL_##level,                                                                            \
     PKT_AS_##format_as},
    PKT_COLUMNS(PKT_X)
#undef PKT_X
};

size_t pkt_column_count(void)
{
    return PKT_COLUMN_COUNT;
}

const pkt_column_info *pkt_column_at(size_t column)
{
    return column < PKT_COLUMN_COUNT ? &columns[column] : NULL;
}

/* The levels after `flows` have the columns of `headers` and their own. */
static int level_has(pkt_level level, pkt_level column_level)
{
    if (level > PKT_LEVEL_FLOWS)
        return column_level <= PKT_LEVEL_HEADERS || column_level == level;
    return column_level <= level;
}

pkt_column_set pkt_level_columns(pkt_level level)
{
    pkt_column_set set = {{0}};
    for (size_t c = 0; c < PKT_COLUMN_COUNT && (unsigned)level < PKT_LEVEL_COUNT; c++)
        if (level_has(level, columns[c].level))
            pkt_set_add(&set, c);
    return set;
}

const char *pkt_level_name(pkt_level level)
{
    static const char *const names[PKT_LEVEL_COUNT] = {"frames",  "headers", "flows",
                                                       "dissect", "app",     "inner"};
    return (unsigned)level < PKT_LEVEL_COUNT ? names[level] : NULL;
}

const char *pkt_verdict_name(pkt_verdict verdict)
{
    static const char *const names[PKT_VERDICT_COUNT] = {
        "ok", "cut-by-snaplen", "truncated", "bad-length", "bad-value", "fragment", "unsupported"};
    return (unsigned)verdict < PKT_VERDICT_COUNT ? names[verdict] : NULL;
}

const char *pkt_app_name(pkt_app app)
{
    static const char *const names[PKT_APP_COUNT] = {"",     "dns",  "mdns", "llmnr", "tls",
                                                     "http", "ssdp", "mqtt", "dhcp",  "coap"};
    return (unsigned)app < PKT_APP_COUNT ? names[app] : NULL;
}

const char *pkt_flow_rule_name(pkt_flow_rule rule)
{
    static const char *const names[PKT_FLOW_RULE_COUNT] = {"wireshark-4.0", "wireshark-4.4"};
    return (unsigned)rule < PKT_FLOW_RULE_COUNT ? names[rule] : NULL;
}

const char *pkt_version(void)
{
    return PKTBENCH_VERSION;
}
