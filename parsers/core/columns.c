/* What is known at run time of columns, levels and verdicts. */
#include "pktbench.h"

static const pkt_column_info columns[PKT_COLUMN_COUNT] = {
#define PKT_X(name, type, level, has, format_as, doc)                                              \
    {#name,                                                                                        \
     doc,                                                                                          \
     sizeof(type),                                                                                 \
     offsetof(pkt_batch, name),                                                                    \
     PKT_LEVEL_##level,                                                                            \
     has,                                                                                          \
     PKT_AS_##format_as},
    PKT_COLUMNS(PKT_X)
#undef PKT_X
};

const pkt_column_info *pkt_column_at(size_t column)
{
    return &columns[column];
}

pkt_column_set pkt_level_columns(pkt_level level)
{
    switch (level) {
    case PKT_LEVEL_FRAMES:
        return PKT_FRAMES_COLUMNS;
    case PKT_LEVEL_FLOWS:
        return PKT_FLOWS_COLUMNS;
    case PKT_LEVEL_HEADERS:
    case PKT_LEVEL_DISSECT: /* what it adds is work, not cells */
        return PKT_HEADERS_COLUMNS;
    default:
        return 0;
    }
}

const char *pkt_level_name(pkt_level level)
{
    static const char *const names[PKT_LEVEL_COUNT] = {"frames", "headers", "flows", "dissect"};
    return (unsigned)level < PKT_LEVEL_COUNT ? names[level] : NULL;
}

const char *pkt_verdict_name(pkt_verdict verdict)
{
    static const char *const names[PKT_VERDICT_COUNT] = {
        "ok", "cut-by-snaplen", "truncated", "bad-length", "bad-value", "fragment", "unsupported"};
    return (unsigned)verdict < PKT_VERDICT_COUNT ? names[verdict] : NULL;
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
