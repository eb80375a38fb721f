/* Capture files: containers in, records out. Classic pcap and pcapng, detected by magic.
 * A source is used by one thread at a time. */
#ifndef PKT_SOURCE_H
#define PKT_SOURCE_H

#include <stdbool.h>

#include "pktbench.h"

#include "parsers/core/record.h"
#include "parsers/source/interface.h"
#include "parsers/source/piece.h"

typedef struct pkt_source pkt_source;

/* Open the file, or pipe, and read its header. `path` must outlive the source. NULL and *err if it
 * is no capture that is handled. */
pkt_source *pkt_source_open(const char *path, pkt_err *err);
/* The same with a first window (see window.h) of so many bytes, a power of 2 from 64 on: for tests,
 * where a window of a few records moves and grows often. */
pkt_source *pkt_source_open_window(const char *path, size_t window_bytes, pkt_err *err);
/* How a file is read by a mapping: see mapping.h. */
typedef enum pkt_source_way {
    PKT_SOURCE_COPIES,  /* all of it is copied out of the mapping, as read() copies it */
    PKT_SOURCE_HEADS,   /* pcap: of a packet, only PKT_SOURCE_HEAD bytes are copied */
    PKT_SOURCE_RECORDS, /* pcap: of a packet, no bytes */
} pkt_source_way;

/* Bytes of a packet that a record of PKT_SOURCE_HEADS has. The headers of nearly all packets end
 * before: Ethernet, IPv6 and TCP with all its options take 114. */
#define PKT_SOURCE_HEAD 128u
/* Records that a read of these gives at most, because they share a buffer. */
#define PKT_SOURCE_HEADS_AT_ONCE 32u

/* As pkt_source_open(), but the file is mapped, in pieces of so many bytes (PKT_MAPPING_BYTES).
 * Rows of what was read are right only after pkt_source_check(). Formats other than pcap are read
 * by PKT_SOURCE_COPIES, pipes and files on network file systems with read(). */
pkt_source *pkt_source_open_mapped(const char *path, pkt_source_way way, size_t piece,
                                   pkt_err *err);
/* How it is read. The `data` of a record is NULL with PKT_SOURCE_RECORDS. */
pkt_source_way pkt_source_way_of(const pkt_source *source);
/* Was all right that was read from the offset `from` on? 0; or -1 and *err, which is also that of
 * all later reads: forget the records of this part. */
int pkt_source_check(pkt_source *source, uint64_t from, pkt_err *err);
/* Copy all captured bytes of a record of the last read; `to` has the first PKT_SOURCE_HEAD already,
 * as they were when the record was read. */
void pkt_source_rest(const pkt_source *source, const pkt_record *record, uint8_t *to);
/* NULL: nothing. */
void pkt_source_close(pkt_source *source);

/* The next record: 1, 0 at the end, -1 and *err (PKT_ERR_TRUNCATED, PKT_ERR_CORRUPT, ...: `pos` is
 * the offset of the record that could not be read). After the end or an error, every call returns
 * it again. */
int pkt_source_next(pkt_source *source, pkt_record *record, pkt_err *err);
/* The same for up to `max` records (at least 1) at once: how many were filled, 0 or -1. */
int pkt_source_read(pkt_source *source, pkt_record *records, size_t max, pkt_err *err);

/* While the file grows, 0 from the functions above means that there is no whole record yet: ask
 * again later. */
void pkt_source_set_growing(pkt_source *source, bool growing);
bool pkt_source_is_growing(const pkt_source *source);

/* As pkt_source_open() for pieces alone. `part` NULL: all of the file. */
pkt_source *pkt_source_open_pieces(const char *path, const pkt_part *part, pkt_err *err);
/* After the source was opened, and before any record is read from it: where the first piece begins.
 */
uint64_t pkt_source_pieces(const pkt_source *source);
/* Find the records of the next piece, behind those of the last one. false: it was the last piece,
 * and pkt_source_next() says how the capture ended. `times`: fill `timeless` too. */
bool pkt_source_walk(pkt_source *source, pkt_piece *piece, bool times);

/* Descriptor of the open file, which stays the source's. */
int pkt_source_descriptor(const pkt_source *source);

/* Size of the file, bytes; 0 of a pipe. */
uint64_t pkt_source_size(const pkt_source *source);
/* Bytes of the file read so far. */
uint64_t pkt_source_offset(const pkt_source *source);
/* Offset in the file of the next record, where records are read one at a time; in a callback, of
 * the block that it is about. */
uint64_t pkt_source_position(const pkt_source *source);
pkt_format pkt_source_format(const pkt_source *source);

/* Call it before the first record is read. Of classic pcap, both are called at once. */
void pkt_source_set_callbacks(pkt_source *source, const pkt_source_callbacks *callbacks);

/* Of the record read last, where records are read one at a time: byte offset in the file of its
 * section (classic pcap: 0); its interface, counted from 0 in the section; whether it has a time (a
 * simple packet block has none). */
uint64_t pkt_source_section(const pkt_source *source);
size_t pkt_source_interface(const pkt_source *source);
bool pkt_source_has_time(const pkt_source *source);

#endif
