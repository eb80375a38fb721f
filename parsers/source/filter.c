#include "source/filter.h"

#include <pcap/pcap.h>
#include <stdlib.h>

/* An expression is compiled for a link type when its first packet is met. */
typedef struct compiled {
    uint16_t link_type;
    struct bpf_program program;
} compiled;

struct pkt_filter {
    const char *text;
    size_t count;
    compiled compiled[PKT_MAX_FILTER_LINKS];
};

pkt_filter *pkt_filter_open(const char *text, pkt_err *err)
{
    pkt_filter *filter = calloc(1, sizeof *filter);
    if (!filter)
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a filter");
    else
        filter->text = text;
    return filter;
}

void pkt_filter_close(pkt_filter *filter)
{
    for (size_t i = 0; filter && i < filter->count; i++)
        pcap_freecode(&filter->compiled[i].program);
    free(filter);
}

/* LINKTYPE_ numbers are those of DLT_ but for raw IP and these few. */
static int dlt_of(uint16_t link_type)
{
    switch (link_type) {
    case 101:
        return DLT_RAW;
    case 100:
        return DLT_ATM_RFC1483;
    case 102:
        return DLT_SLIP_BSDOS;
    case 103:
        return DLT_PPP_BSDOS;
    case 106:
        return DLT_ATM_CLIP;
    default:
        return link_type;
    }
}

static const compiled *compile(pkt_filter *filter, uint16_t link_type, pkt_err *err)
{
    if (filter->count == PKT_MAX_FILTER_LINKS) {
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "more than %u link types for one filter",
                 PKT_MAX_FILTER_LINKS);
        return NULL;
    }
    compiled *c = &filter->compiled[filter->count];
    pcap_t *pcap = pcap_open_dead(dlt_of(link_type), (int)PKT_MAX_RECORD);
    if (!pcap) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a filter");
        return NULL;
    }
    if (pcap_compile(pcap, &c->program, filter->text, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "filter '%.100s': %s", filter->text,
                 pcap_geterr(pcap));
        c = NULL;
    } else {
        c->link_type = link_type;
        filter->count++;
    }
    pcap_close(pcap);
    return c;
}

int pkt_filter_match(pkt_filter *filter, const pkt_record *record, pkt_err *err)
{
    const compiled *c = NULL;
    for (size_t i = 0; i < filter->count && !c; i++)
        if (filter->compiled[i].link_type == record->link_type)
            c = &filter->compiled[i];
    if (!c)
        c = compile(filter, record->link_type, err);
    if (!c)
        return -1;
    const struct pcap_pkthdr header = {.caplen = record->cap_len, .len = record->wire_len};
    return pcap_offline_filter(&c->program, &header, record->data) != 0;
}
