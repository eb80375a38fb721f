#include "parsers/source/link_type.h"

#include <pcap/dlt.h>

static const struct {
    uint16_t link_type;
    int dlt; /* the system's */
} differing[] = {
    {LINKTYPE_RAW, DLT_RAW},
    {LINKTYPE_ATM_RFC1483, DLT_ATM_RFC1483},
    {LINKTYPE_SLIP_BSDOS, DLT_SLIP_BSDOS},
    {LINKTYPE_PPP_BSDOS, DLT_PPP_BSDOS},
    {LINKTYPE_ATM_CLIP, DLT_ATM_CLIP},
};

enum { DIFFERING = sizeof differing / sizeof differing[0] };

int pkt_link_type_to_dlt(uint16_t link_type)
{
    for (size_t i = 0; i < DIFFERING; i++)
        if (differing[i].link_type == link_type)
            return differing[i].dlt;
    return link_type;
}

uint16_t pkt_link_type_of_dlt(int dlt)
{
    for (size_t i = 0; i < DIFFERING; i++)
        if (differing[i].dlt == dlt)
            return differing[i].link_type;
    return link_type_common((uint16_t)dlt);
}
