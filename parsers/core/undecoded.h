/* Packets whose rows have no columns of IP or ARP, counted by what they are: so that none is
 * missing from an output without a word. */
#ifndef PKT_UNDECODED_H
#define PKT_UNDECODED_H

#include "pktbench.h"

typedef enum pkt_undecoded_reason {
    PKT_NO_DECODER,    /* number: a link type */
    PKT_NOT_TO_IP,     /* number: a link type; nested too deep, or a fragment of the link's */
    PKT_OTHER_VERSION, /* number: an EtherType; IP of another version */
    PKT_OTHER_HEADER,  /* number: a link type; a value that the link does not have, or IP of another
                        * version */
    PKT_OTHER_TYPE,    /* number: an EtherType */
    PKT_NO_TYPE,       /* number: a link type; there is no EtherType */
    PKT_NOT_WHOLE      /* number: a pkt_verdict; cut or malformed before IP */
} pkt_undecoded_reason;

typedef struct pkt_undecoded_kind {
    pkt_undecoded_reason reason;
    uint16_t number;
    uint64_t packets;
} pkt_undecoded_kind;

/* Kinds that are told apart, and those that are named; the packets of others are only counted. */
enum { PKT_UNDECODED_KINDS = 64, PKT_UNDECODED_NAMED = 8, PKT_UNDECODED_TEXT = 160 };

/* All 0: none yet. */
typedef struct pkt_undecoded {
    size_t count;
    pkt_undecoded_kind kinds[PKT_UNDECODED_KINDS];
    uint64_t others; /* packets of further kinds */
} pkt_undecoded;

/* Whether rows of these columns can be counted: they say whether a packet has IP columns. */
int pkt_undecoded_applies(const pkt_column_set *columns);
/* Count the rows of the batch that have no columns of IP or ARP. */
void pkt_undecoded_count(pkt_undecoded *undecoded, const pkt_batch *batch);
/* The most frequent kinds first. */
void pkt_undecoded_sort(pkt_undecoded *undecoded);
/* Sentence number `index` of a sorted count, "12 packets of link type 195 are not decoded": the
 * most frequent kinds, then the rest. 0: there are no more. */
int pkt_undecoded_text(const pkt_undecoded *u, size_t index, char text[PKT_UNDECODED_TEXT]);
/* The packets that it is about. */
uint64_t pkt_undecoded_packets(const pkt_undecoded *u, size_t index);

#endif
