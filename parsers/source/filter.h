/* The one place where packets are chosen by an expression: libpcap's compiler, with its interpreter
 * for files; for interfaces the kernel has one. */
#ifndef PKT_FILTER_H
#define PKT_FILTER_H

#include "parsers/core/record.h"
#include "pktbench.h"

/* Link types that one run may meet, at most. */
#define PKT_MAX_FILTER_LINKS 16u

typedef struct pkt_filter pkt_filter;

/* `text` (pcap-filter(7)) must outlive the filter. NULL without memory. */
pkt_filter *pkt_filter_open(const char *text, pkt_err *err);
/* 1: the packet is wanted, 0: not; -1 and *err if the expression makes no sense for its link. */
int pkt_filter_match(pkt_filter *filter, const pkt_record *record, pkt_err *err);
void pkt_filter_close(pkt_filter *filter);

/* Compile the expression for the link type, and the kernel's abilities, of a handle of libpcap's;
 * pcap_freecode() frees the program. 0, or -1 and *err. */
struct pcap;
struct bpf_program;
int pkt_filter_compile(struct pcap *pcap, const char *text, struct bpf_program *program,
                       pkt_err *err);

/* An instruction of the Berkeley packet filter, and a program of them. */
typedef struct pkt_instruction {
    uint16_t code;
    uint8_t jt, jf;
    uint32_t k;
} pkt_instruction;

typedef struct pkt_program {
    pkt_instruction *code; /* owned */
    size_t count;
} pkt_program;

/* The expression for packets of this interface as its kernel sees them, where VLAN tags are beside
 * the packet; what is wanted is cut to `snaplen`. 0, or -1 and *err. */
int pkt_program_open(pkt_program *program, const char *interface, const char *text,
                     uint32_t snaplen, pkt_err *err);
void pkt_program_close(pkt_program *program);

#endif
