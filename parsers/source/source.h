/* Capture files: containers in, records out. Classic pcap and pcapng, told by magic. */
#ifndef PKT_SOURCE_H
#define PKT_SOURCE_H

#include "pktbench.h"

#include "parsers/source/limits.h"

/* One packet record. `data` is valid until the source is read again or closed.
 * `start` and `end` are the byte offsets in the file of the whole record or block. */
typedef struct pkt_record {
    const uint8_t *data;
    int64_t ts_ns;
    uint32_t cap_len, wire_len; /* bytes; cap_len of them can be read at `data` */
    uint16_t link_type;         /* LINKTYPE_, 12 and 14 (raw IP of some systems) given as 101 */
    uint64_t start, end;
} pkt_record;

typedef struct pkt_source pkt_source;

/* Open the file and read its header. NULL and *err if it is no capture that we handle. */
pkt_source *pkt_source_open(const char *path, pkt_err *err);
void pkt_source_close(pkt_source *source);

/* The next record: 1, 0 at the end, -1 and *err (PKT_ERR_TRUNCATED, PKT_ERR_CORRUPT, ...: `pos` is
 * the offset of the record that could not be read). What ended the source is said again at every
 * call.
 */
int pkt_source_next(pkt_source *source, pkt_record *record, pkt_err *err);
/* The same for up to `max` records (at least 1) at once: how many were filled, 0 or -1. */
int pkt_source_read(pkt_source *source, pkt_record *records, size_t max, pkt_err *err);

/* 1: while the file grows, 0 of the above says that there is no whole record now; ask again. */
void pkt_source_grows(pkt_source *source, int growing);
int pkt_source_growing(const pkt_source *source);

/* Size of the file, bytes; 0 of a pipe. */
uint64_t pkt_source_size(const pkt_source *source);
/* Bytes of the file that were read over so far. */
uint64_t pkt_source_offset(const pkt_source *source);
pkt_format pkt_source_format(const pkt_source *source);
/* Byte offset of the section that the last record belongs to (classic pcap: 0). */
uint64_t pkt_source_section(const pkt_source *source);
/* Byte offset just behind the file header (classic pcap: 24; pcapng: 0, its header is a block). */
uint64_t pkt_source_first(const pkt_source *source);

/* What the packets of an interface inherit. Classic pcap has one. */
typedef struct pkt_interface {
    uint16_t link_type;
    uint8_t resolution; /* as if_tsresol: 10^-n, or 2^-n with the highest bit set */
    uint32_t snaplen;   /* bytes; 0: none */
    uint64_t ticks;     /* timestamp units a second */
    uint64_t tick_ns;   /* nanoseconds a unit, 0 unless whole */
    int64_t offset_s;   /* if_tsoffset */
    int64_t offset_ns;  /* the same, for units below `near` */
    uint64_t near;      /* times of fewer units are stamp * tick_ns + offset_ns */
} pkt_interface;

/* Told, while the source is read, of every section and every interface, in file order. Either
 * function may be NULL. */
typedef struct pkt_source_watch {
    void (*section)(void *self, int big_endian);
    void (*interface)(void *self, const pkt_interface *interface);
    void *self;
} pkt_source_watch;

/* To be called before the first record is read; classic pcap is told of at once. */
void pkt_source_watched(pkt_source *source, pkt_source_watch watch);
/* Interface of the record read last (one at a time), counted from 0 in its section. */
size_t pkt_source_interface(const pkt_source *source);
/* Did that record have a time? A simple packet block has none. */
int pkt_source_timed(const pkt_source *source);

#endif
