#include "parsers/source/filter.h"

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/source/limits.h"
#include "parsers/source/link_type.h"
#include "parsers/util/error.h"

/* An expression is compiled for a link type when the first packet of that link type is read. */
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

int pkt_filter_compile(struct pcap *pcap, const char *text, struct bpf_program *program,
                       pkt_err *err)
{
    if (pcap_compile(pcap, program, text, 1, PCAP_NETMASK_UNKNOWN) == 0)
        return 0;
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                    "filter '%.100s': %s; see pcap-filter(7), for example 'tcp port 80'", text,
                    pcap_geterr(pcap));
}

int pkt_filter_check(const char *text, pkt_err *err)
{
    struct bpf_program program = {0};
    pkt_err found = {.pos = PKT_POS_NONE};
    pcap_t *pcap = pcap_open_dead(DLT_EN10MB, (int)PKT_MAX_RECORD);
    if (!pcap)
        return pkt_fail_memory(err, "a filter");
    const int bad = pkt_filter_compile(pcap, text, &program, &found);
    /* Other errors may be those of this link type alone. */
    const bool syntax = bad && strstr(pcap_geterr(pcap), "syntax error");
    if (syntax)
        *err = found;
    pcap_freecode(&program);
    pcap_close(pcap);
    return syntax ? -1 : 0;
}

static const compiled *compile(pkt_filter *filter, uint16_t link_type, pkt_err *err)
{
    if (filter->count == PKT_MAX_FILTER_LINKS) {
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "more than %u link types for one filter",
                 PKT_MAX_FILTER_LINKS);
        return NULL;
    }
    compiled *c = &filter->compiled[filter->count];
    pcap_t *pcap = pcap_open_dead(pkt_link_type_to_dlt(link_type), (int)PKT_MAX_RECORD);
    if (!pcap) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a filter");
        return NULL;
    }
    if (pkt_filter_compile(pcap, filter->text, &c->program, err) != 0) {
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

/* A handle of the interface: only with it does libpcap know how its kernel passes VLAN tags. NULL
 * and *err. */
static pcap_t *handle_of(const char *interface, uint32_t snaplen, pkt_err *err)
{
    char words[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = pcap_create(interface, words);
    if (!pcap) {
        pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "libpcap: %s", words);
        return NULL;
    }
    if (pcap_set_snaplen(pcap, (int)snaplen) == 0 && pcap_activate(pcap) >= 0)
        return pcap;
    pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "libpcap: %s", pcap_geterr(pcap));
    pcap_close(pcap);
    return NULL;
}

static int program_copy(pkt_program *program, const struct bpf_program *from, pkt_err *err)
{
    program->code = calloc(from->bf_len, sizeof *program->code);
    if (!program->code)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a filter");
    for (u_int i = 0; i < from->bf_len; i++)
        program->code[i] = (pkt_instruction){from->bf_insns[i].code, from->bf_insns[i].jt,
                                             from->bf_insns[i].jf, from->bf_insns[i].k};
    program->count = from->bf_len;
    return 0;
}

int pkt_program_open(pkt_program *program, const char *interface, const char *text,
                     uint32_t snaplen, pkt_err *err)
{
    struct bpf_program compiled = {0};
    *program = (pkt_program){0};
    pcap_t *pcap = handle_of(interface, snaplen, err);
    if (!pcap)
        return -1;
    int bad = pkt_filter_compile(pcap, text, &compiled, err);
    if (!bad)
        bad = program_copy(program, &compiled, err);
    pcap_freecode(&compiled);
    pcap_close(pcap);
    return bad;
}

void pkt_program_close(pkt_program *program)
{
    free(program->code);
    *program = (pkt_program){0};
}
