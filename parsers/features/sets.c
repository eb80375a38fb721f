/* The list of feature sets. */
#include "parsers/features/features.h"

static const pkt_feature_set *const sets[] = {
    &pkt_feature_ciciot46,
    &pkt_feature_ciciot39,
    &pkt_feature_ciciot_fixed,
    &pkt_feature_records,
};

const pkt_feature_set *pkt_feature_set_at(size_t index)
{
    return index < sizeof sets / sizeof sets[0] ? sets[index] : NULL;
}

const pkt_feature_set *pkt_feature_set_find(const char *name)
{
    const pkt_feature_set *set = NULL;
    for (size_t i = 0; (set = pkt_feature_set_at(i)) != NULL; i++)
        if (strcmp(set->name, name) == 0)
            break;
    return set;
}

const char *pkt_aggregate_name(pkt_aggregate aggregate)
{
    static const char *const names[] = {
        [PKT_MEAN] = "mean", [PKT_SUM] = "sum",           [PKT_MIN] = "min",
        [PKT_MAX] = "max",   [PKT_STD] = "std",           [PKT_VARIANCE] = "variance",
        [PKT_MODE] = "mode", [PKT_RATE] = "packets/time", [PKT_COUNT] = "count",
        [PKT_OTHER] = "own"};
    return names[aggregate];
}

void pkt_features_fields(pkt_fields *fields, const pkt_feature_set *set, pkt_features_by by)
{
    static const pkt_field_kind kinds[] = {[PKT_FLOAT] = PKT_FIELD_VALUE,
                                           [PKT_INTEGER] = PKT_FIELD_INTEGER,
                                           [PKT_WORD] = PKT_FIELD_WORD};
    static const uint8_t ports[] = {PKT_COL_ip_proto, PKT_COL_src_port, PKT_COL_dst_port};
    *fields = (pkt_fields){.count = 0};
    pkt_set_add(&fields->needs, PKT_COL_present);
    if (set->kind != PKT_SET_PUBLISHED)
        pkt_fields_cell(fields, PKT_COL_ts_ns);
    if (by != PKT_BY_ALL) {
        pkt_fields_cell(fields, PKT_COL_src_hi);
        pkt_fields_cell(fields, PKT_COL_dst_hi);
    }
    for (size_t i = 0; by == PKT_BY_FLOW && i < sizeof ports; i++)
        pkt_fields_cell(fields, ports[i]);
    for (size_t i = 0; i < set->count; i++) {
        const pkt_feature_column *c = &set->columns[i];
        pkt_fields_value(fields, kinds[c->type], i, c->name, c->words);
    }
}

void pkt_features_share_field(pkt_fields *fields, const pkt_feature_set *set)
{
    pkt_fields_value(fields, PKT_FIELD_VALUE, set->count, "label_share", NULL);
}

pkt_column_set pkt_features_needed(const pkt_feature_set *set)
{
    static const uint8_t needed[] = {
        PKT_COL_ts_ns,    PKT_COL_cap_len,    PKT_COL_wire_len,    PKT_COL_present,
        PKT_COL_eth_type, PKT_COL_ip_version, PKT_COL_ip_proto,    PKT_COL_ip_ttl,
        PKT_COL_ip_len,   PKT_COL_ip_flags,   PKT_COL_frag_off,    PKT_COL_src_hi,
        PKT_COL_src_lo,   PKT_COL_dst_hi,     PKT_COL_dst_lo,      PKT_COL_src_port,
        PKT_COL_dst_port, PKT_COL_l4_hlen,    PKT_COL_payload_len, PKT_COL_tcp_flags};
    pkt_column_set columns = {{0}};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        pkt_set_add(&columns, needed[i]);
    if (set->kind == PKT_SET_WINDOWS) /* `faulty` */
        pkt_set_add(&columns, PKT_COL_verdict);
    return columns;
}
