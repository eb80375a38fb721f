#include "parsers/core/undecoded.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "parsers/core/numbers.h"

int pkt_undecoded_applies(const pkt_column_set *columns)
{
    return pkt_set_has(columns, PKT_COL_present) && pkt_set_has(columns, PKT_COL_link_type) &&
           pkt_set_has(columns, PKT_COL_ip_version) && pkt_set_has(columns, PKT_COL_eth_type);
}

static int is_ip(unsigned type)
{
    return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6;
}

/* Without its number of packets. `row` has neither IP nor ARP columns. */
static pkt_undecoded_kind kind_of(const pkt_batch *batch, size_t row)
{
    const unsigned verdict = batch->verdict[row];
    const uint16_t link = batch->link_type[row], type = batch->eth_type[row];
    const int has_link = (batch->present[row] & PKT_HAS_LINK) != 0;
    if (verdict == PKT_UNSUPPORTED)
        return (pkt_undecoded_kind){has_link ? PKT_NOT_TO_IP : PKT_NO_DECODER, link, 0};
    if (verdict == PKT_BAD_VALUE && has_link && is_ip(type))
        return (pkt_undecoded_kind){PKT_OTHER_VERSION, type, 0};
    if (verdict == PKT_BAD_VALUE && !has_link)
        return (pkt_undecoded_kind){PKT_OTHER_HEADER, link, 0};
    if (verdict != PKT_OK)
        return (pkt_undecoded_kind){PKT_NOT_WHOLE, (uint16_t)verdict, 0};
    return has_link && type ? (pkt_undecoded_kind){PKT_OTHER_TYPE, type, 0}
                            : (pkt_undecoded_kind){PKT_NO_TYPE, link, 0};
}

static void kind_add(pkt_undecoded *u, pkt_undecoded_kind kind)
{
    size_t i = 0;
    while (i < u->count && (u->kinds[i].reason != kind.reason || u->kinds[i].number != kind.number))
        i++;
    if (i == PKT_UNDECODED_KINDS) {
        u->others++;
        return;
    }
    if (i == u->count)
        u->kinds[u->count++] = kind;
    u->kinds[i].packets++;
}

void pkt_undecoded_count(pkt_undecoded *undecoded, const pkt_batch *batch)
{
    uint64_t all = PKT_HAS_IP;
    for (size_t i = 0; i < batch->rows; i++)
        all &= batch->present[i];
    for (size_t i = 0; i < batch->rows && !all; i++)
        if (!(batch->present[i] & (PKT_HAS_IP | PKT_HAS_ARP)))
            kind_add(undecoded, kind_of(batch, i));
}

static int by_packets(const void *a, const void *b)
{
    const pkt_undecoded_kind *x = a, *y = b;
    if (x->packets != y->packets)
        return x->packets > y->packets ? -1 : 1;
    return x->reason != y->reason ? (int)x->reason - (int)y->reason
                                  : (int)x->number - (int)y->number;
}

void pkt_undecoded_sort(pkt_undecoded *undecoded)
{
    qsort(undecoded->kinds, undecoded->count, sizeof undecoded->kinds[0], by_packets);
}

/* " (ARP)": what many captures have. */
static const char *type_name(unsigned type)
{
    static const struct {
        unsigned type;
        const char *name;
    } names[] = {{ETHERTYPE_ARP, " (ARP)"},    {0x8863, " (PPPoE discovery)"},
                 {0x888e, " (EAPOL)"},         {ETHERTYPE_MACSEC, " (MACsec, encrypted)"},
                 {0x88cc, " (LLDP)"},          {0x88f7, " (PTP)"},
                 {0x8809, " (slow protocols)"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].type == type)
            return names[i].name;
    return "";
}

static int kind_text(const pkt_undecoded_kind *kind, char *text, size_t size)
{
    const uint64_t packets = kind->packets;
    const unsigned number = kind->number;
    switch (kind->reason) {
    case PKT_NO_DECODER:
        return snprintf(text, size, "%" PRIu64 " packets of link type %u are not decoded", packets,
                        number);
    case PKT_NOT_TO_IP:
        return snprintf(text, size,
                        "%" PRIu64 " packets of link type %u are not decoded up to IP: fragments "
                        "of the link, or headers that are nested too deep",
                        packets, number);
    case PKT_OTHER_VERSION:
        return snprintf(text, size,
                        "%" PRIu64 " packets of EtherType 0x%04x have another IP version", packets,
                        number);
    case PKT_OTHER_HEADER:
        return snprintf(text, size,
                        "%" PRIu64 " packets of link type %u have a header, or an IP version, of "
                        "no known kind",
                        packets, number);
    case PKT_OTHER_TYPE:
        return snprintf(text, size, "%" PRIu64 " packets of EtherType 0x%04x%s have no IP columns",
                        packets, number, type_name(number));
    case PKT_NO_TYPE:
        return snprintf(text, size, "%" PRIu64 " packets of link type %u have no IP columns",
                        packets, number);
    default:
        return snprintf(text, size, "%" PRIu64 " packets have no IP columns: their verdict is %s",
                        packets, pkt_verdict_name((pkt_verdict)number));
    }
}

/* Kinds that are named. */
static size_t named_count(const pkt_undecoded *u)
{
    return u->count < PKT_UNDECODED_NAMED ? u->count : PKT_UNDECODED_NAMED;
}

uint64_t pkt_undecoded_packets(const pkt_undecoded *u, size_t index)
{
    uint64_t rest = u->others;
    if (index < named_count(u))
        return u->kinds[index].packets;
    for (size_t i = named_count(u); i < u->count; i++)
        rest += u->kinds[i].packets;
    return rest;
}

int pkt_undecoded_text(const pkt_undecoded *u, size_t index, char text[PKT_UNDECODED_TEXT])
{
    const uint64_t packets = pkt_undecoded_packets(u, index);
    if (index < named_count(u))
        return kind_text(&u->kinds[index], text, PKT_UNDECODED_TEXT) > 0;
    if (index > named_count(u) || !packets)
        return 0;
    return snprintf(text, PKT_UNDECODED_TEXT,
                    "%" PRIu64 " packets of other kinds have no IP columns", packets) > 0;
}
