/* Filter expressions, pcap-filter(7): compiled by libpcap; run by its interpreter for files, and by
 * the kernel for interfaces. */
#ifndef PKT_FILTER_H
#define PKT_FILTER_H

#include "parsers/core/record.h"
#include "pktbench.h"

/* Largest number of link types in a run with a filter. */
#define PKT_MAX_FILTER_LINKS 16u

typedef struct pkt_filter pkt_filter;

/* `text` must outlive the filter. NULL and *err without memory. */
pkt_filter *pkt_filter_open(const char *text, pkt_err *err);
/* 1: the packet matches, 0: it does not; -1 and *err if the expression is not valid for its link
 * type. */
int pkt_filter_match(pkt_filter *filter, const pkt_record *record, pkt_err *err);
void pkt_filter_close(pkt_filter *filter);

/* Is it an expression, for whatever link type? 0; -1 and *err for an error of syntax. */
int pkt_filter_check(const char *text, pkt_err *err);

/* Compile the expression for the link type of a libpcap handle, and for what its kernel can do;
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

/* Compile the expression for an interface, whose kernel keeps VLAN tags apart from the packet.
 * Packets that match are cut to `snaplen` bytes. 0, or -1 and *err. */
int pkt_program_open(pkt_program *program, const char *interface, const char *text,
                     uint32_t snaplen, pkt_err *err);
void pkt_program_close(pkt_program *program);

#endif
