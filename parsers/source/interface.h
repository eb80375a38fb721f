/* The interfaces of a capture file. */
#ifndef PKT_SOURCE_INTERFACE_H
#define PKT_SOURCE_INTERFACE_H

#include <stdbool.h>
#include <stdint.h>

/* What the packets of an interface inherit. Classic pcap has one interface. */
typedef struct pkt_interface {
    uint16_t link_type;
    uint8_t resolution;  /* as if_tsresol: 10^-n, or 2^-n with the highest bit set */
    uint32_t snaplen;    /* bytes; 0: none */
    uint64_t ticks;      /* timestamp units a second */
    uint64_t tick_ns;    /* nanoseconds a unit, 0 unless whole */
    int64_t offset_s;    /* if_tsoffset */
    int64_t offset_ns;   /* the same, for stamps below `fast_limit` */
    uint64_t fast_limit; /* a stamp below it is stamp * tick_ns + offset_ns, without overflow */
} pkt_interface;

/* Callbacks that the source calls for each section and each interface, in file order, while it is
 * read. Either function may be NULL. */
typedef struct pkt_source_callbacks {
    void (*section)(void *self, bool big_endian);
    void (*interface)(void *self, const pkt_interface *interface); /* valid during the call */
    void *self;
} pkt_source_callbacks;

#endif
