/* What the container readers share. */
#ifndef PKT_SOURCE_PRIVATE_H
#define PKT_SOURCE_PRIVATE_H

#include <sys/stat.h>

#include "parsers/source/source.h"

/* Bytes of a file that are enough to tell its format. */
enum {
    PKT_MAGIC_BYTES = 12,
    PCAP_FILE_HEADER = 24,
    PCAP_RECORD_HEADER = 16,
    PCAP_MODIFIED_RECORD_HEADER = 24
};

#define PCAP_MAGIC_US 0xa1b2c3d4u
#define PCAP_MAGIC_NS 0xa1b23c4du
#define PCAP_MAGIC_MODIFIED 0xa1b2cd34u

/* The order of a record's lengths: captured, original; or the other way round. */
typedef enum pcap_lengths { LENGTHS_NORMAL, LENGTHS_SWAPPED, LENGTHS_EITHER } pcap_lengths;

struct pkt_source {
    int fd;
    uint8_t *bytes; /* the window: a part of the file */
    size_t room;    /* of the window */
    size_t size;    /* bytes in it */
    uint64_t base;  /* offset in the file of its first byte, modulo 2^64 */
    uint64_t file_size;
    int whole;   /* the file ends with the window */
    size_t at;   /* next record or block, in the window */
    int swapped; /* numbers in the file are in the other byte order (pcapng: of this section) */
    int ended;
    int growing; /* the file's end is none */
    pkt_format format;
    /* classic pcap */
    uint16_t link_type;
    size_t record_header; /* bytes */
    pcap_lengths lengths;
    uint32_t frac_ns; /* nanoseconds a unit of the timestamp's fraction */
    /* pcapng, current section */
    pkt_interface *interfaces;
    size_t interface_count, interface_room;
    uint64_t section; /* offset in the file of its header */
    size_t last;      /* interface of the last packet */
    int timeless;     /* it had no time */
    pkt_source_watch watch;
    pkt_err fault; /* why it ended early, or code PKT_ERR_NONE */
};

/* Tell the format by the first bytes. 0, or -1 and *err. */
int pkt_format_detect(const uint8_t *bytes, size_t size, pkt_format *format, int *swapped,
                      pkt_err *err);

/* The same of a file that has at least a whole pcap file header: what is shorter is refused. */
int pkt_head_detect(const uint8_t *bytes, size_t size, pkt_format *format, int *swapped,
                    pkt_err *err);

/* Is it a file, or, where they are allowed, a pipe? 0, or -1 and *err with what to do. */
int pkt_file_check(int fd, int pipes, struct stat *st, pkt_err *err);

/* Offset in the file of the next record or block. */
static inline uint64_t here(const pkt_source *source)
{
    return source->base + source->at;
}

static inline int is_big_endian(const pkt_source *source)
{
    return source->swapped != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

/* Fill up to `max` records from the window; PKT_ERR_TRUNCATED if the window ends inside of one:
 * the number filled, 0 at the end, -1 and *err. */
int pkt_pcap_open(pkt_source *source, pkt_err *err);
pkt_interface pkt_pcap_interface(const pkt_source *source);
int pkt_pcap_read(pkt_source *source, pkt_record *records, size_t max, pkt_err *err);
int pkt_pcapng_read(pkt_source *source, pkt_record *records, size_t max, pkt_err *err);

/* Numbers in the file's byte order. */
static inline uint16_t file_u16(const uint8_t *p, int swapped)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return swapped ? __builtin_bswap16(v) : v;
}

static inline uint32_t file_u32(const uint8_t *p, int swapped)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return swapped ? __builtin_bswap32(v) : v;
}

static inline uint64_t file_u64(const uint8_t *p, int swapped)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return swapped ? __builtin_bswap64(v) : v;
}

/* Raw IP has other numbers in files of some systems; one number stands for all in our columns. */
static inline uint16_t link_type_common(uint16_t link_type)
{
    return link_type == 12 || link_type == 14 ? 101 : link_type;
}

#endif
