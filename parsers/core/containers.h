/* Numbers of the capture file formats: the one place for them in this tree.
 *
 * pcap:   https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/
 * pcapng: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/ */
#ifndef PKT_CONTAINERS_H
#define PKT_CONTAINERS_H

/* First word of a pcap file: times in microseconds, in nanoseconds, and the format of old Linux
 * tools, whose record headers are longer. */
#define PCAP_MAGIC_US 0xa1b2c3d4u
#define PCAP_MAGIC_NS 0xa1b23c4du
#define PCAP_MAGIC_MODIFIED 0xa1b2cd34u

/* Bytes. */
enum { PCAP_FILE_HEADER = 24, PCAP_RECORD_HEADER = 16, PCAP_MODIFIED_RECORD_HEADER = 24 };

/* pcapng: block types, and the byte-order magic of a section header. */
#define PCAPNG_SECTION 0x0a0d0d0au
#define PCAPNG_ORDER_MAGIC 0x1a2b3c4du
enum {
    PCAPNG_INTERFACE = 1,
    PCAPNG_PACKET = 2, /* obsolete */
    PCAPNG_SIMPLE_PACKET = 3,
    PCAPNG_ENHANCED_PACKET = 6
};

/* Type and both lengths of a block, bytes. */
enum { PCAPNG_BLOCK_OVERHEAD = 12 };

/* Options of all blocks, and of an interface block. */
enum { PCAPNG_OPTION_END = 0, PCAPNG_OPTION_COMMENT = 1 };
enum { PCAPNG_IF_TSRESOL = 9, PCAPNG_IF_TSOFFSET = 14 };

#endif
