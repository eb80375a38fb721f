/* Classic pcap: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/
 *
 *   file header: magic(4) major(2) minor(2) reserved(8) snaplen(4) linktype(4)
 *   record:      seconds(4) fraction(4) captured length(4) original length(4) data
 *
 * Before version 2.3 the two lengths stood in the other order, in 2.3 in either: the larger one is
 * the original length. The "modified" pcap of old Linux tools (magic a1b2cd34) has 8 more bytes in
 * a record's header: interface(4) protocol(2) packet type(1) padding(1). */
#include <stdlib.h>

#include "parsers/core/numbers.h"
#include "parsers/source/byte_order.h"
#include "parsers/source/limits.h"
#include "parsers/source/link_type.h"
#include "parsers/source/reader.h"
#include "parsers/source/source.h"

/* How far ahead of the reader the record headers are fetched. The reader is a chain of dependent
 * loads; small records make it run at the latency of the memory unless their lines are already on
 * the way. Two lines: record and packet headers together rarely fit into one. */
enum { PREFETCH_BYTES = 1024, CACHE_LINE = 64 };

/* In a mapping, every line is fetched, so far ahead of the reader: what read() does by copying.
 * Measured in a prototype: 1 KiB ahead, and two lines only, mixed traffic takes twice as long. */
enum { STREAM_BYTES = 2048 };

/* The order of a record's lengths: captured, original; or the other way round. */
typedef enum pcap_lengths { LENGTHS_NORMAL, LENGTHS_SWAPPED, LENGTHS_EITHER } pcap_lengths;

typedef struct pcap_reader {
    pkt_window *window;
    bool swapped; /* numbers have the other byte order */
    uint16_t link_type;
    size_t record_header; /* bytes */
    pcap_lengths lengths;
    uint32_t frac_ns; /* nanoseconds a unit of the timestamp's fraction */
    uint32_t snaplen;
    /* Of a mapping: */
    uint64_t fetched;                  /* offset in the file up to which lines were fetched */
    uint8_t (*heads)[PKT_SOURCE_HEAD]; /* PKT_SOURCE_HEADS_AT_ONCE of them; owned, or NULL */
} pcap_reader;

/* Read the file header. 0, or -1 and *err. */
static int header_read(pcap_reader *reader, const uint8_t *head, pkt_err *err)
{
    const bool swapped = reader->swapped;
    const unsigned major = file_u16(head + 4, swapped), minor = file_u16(head + 6, swapped);
    if (major != 2)
        return pkt_fail(err, PKT_ERR_FORMAT, 4, "is pcap version %u.%u; only 2.x is handled", major,
                        minor);
    const uint32_t magic = file_u32(head, swapped);
    reader->frac_ns = magic == PCAP_MAGIC_NS ? 1 : 1000;
    reader->record_header =
        magic == PCAP_MAGIC_MODIFIED ? PCAP_MODIFIED_RECORD_HEADER : PCAP_RECORD_HEADER;
    reader->lengths = minor < 3 ? LENGTHS_SWAPPED : minor == 3 ? LENGTHS_EITHER : LENGTHS_NORMAL;
    reader->snaplen = file_u32(head + 16, swapped);
    /* FCS length (4 bits), whether it is given (1), reserved (1 and 10), link type (16). */
    const uint32_t link = file_u32(head + 20, swapped);
    if (link >> 16 & 0x3ff)
        return pkt_fail(err, PKT_ERR_FORMAT, 20, "has reserved bits beside its link type: %08x",
                        (unsigned)link);
    reader->link_type = link_type_common((uint16_t)link);
    return 0;
}

static int pcap_open(void **state, pkt_window *window, bool swapped, pkt_err *err)
{
    pcap_reader *reader = malloc(sizeof *reader);
    if (!reader)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a source");
    *reader = (pcap_reader){.window = window, .swapped = swapped};
    if (header_read(reader, window->bytes, err) != 0) {
        free(reader);
        return -1;
    }
    window->at = PCAP_FILE_HEADER;
    *state = reader;
    return 0;
}

static void pcap_callbacks(void *state, const pkt_source_callbacks *callbacks)
{
    const pcap_reader *reader = state;
    const pkt_interface interface = {
        .link_type = reader->link_type,
        .resolution = reader->frac_ns == 1 ? 9 : 6,
        .snaplen = reader->snaplen,
        .ticks = NS_PER_S / reader->frac_ns,
        .tick_ns = reader->frac_ns,
    };
    if (callbacks->section)
        callbacks->section(callbacks->self, file_is_big_endian(reader->swapped));
    if (callbacks->interface)
        callbacks->interface(callbacks->self, &interface);
}

static pkt_origin pcap_origin(const void *state)
{
    (void)state;
    return (pkt_origin){.has_time = true};
}

static inline bool lengths_are_swapped(pcap_lengths lengths, uint32_t first, uint32_t second)
{
    return lengths != LENGTHS_NORMAL && (lengths == LENGTHS_SWAPPED || first > second);
}

/* The captured and the original length of a record. */
static inline void lengths_get(const uint8_t *head, bool swapped, pcap_lengths lengths,
                               uint32_t *cap_len, uint32_t *wire_len)
{
    *cap_len = file_u32(head + 8, swapped);
    *wire_len = file_u32(head + 12, swapped);
    if (lengths_are_swapped(lengths, *cap_len, *wire_len)) {
        const uint32_t original = *cap_len;
        *cap_len = *wire_len;
        *wire_len = original;
    }
}

/* The file header of another capture where a record should be, as after `cat a b`? Of pcap, it
 * would be a record of no bytes: its time zone and accuracy, which stand at the lengths, are 0. */
static bool is_file_header(const uint8_t *head)
{
    bool swapped;
    if (file_u32(head, false) == PCAPNG_SECTION)
        return pcapng_order(head + 8, &swapped);
    return pcap_order(head, &swapped) && file_u16(head + 4, swapped) == 2;
}

/* Why the record at the window's position cannot be read. */
static int record_fault(const pcap_reader *reader, pkt_err *err)
{
    const pkt_window *window = reader->window;
    const uint64_t at = pkt_window_offset(window);
    const uint8_t *head = window->bytes + window->at;
    uint32_t cap_len, wire_len;
    if (window->size - window->at < reader->record_header)
        return pkt_fail(err, PKT_ERR_TRUNCATED, at, "is truncated inside a record header");
    if (is_file_header(head))
        return pkt_fail(err, PKT_ERR_CORRUPT, at, PKT_ANOTHER_FILE);
    lengths_get(head, reader->swapped, reader->lengths, &cap_len, &wire_len);
    if (cap_len > PKT_MAX_RECORD)
        return pkt_fail(err, PKT_ERR_CORRUPT, at,
                        "record claims %u captured bytes; the limit is %u", cap_len,
                        PKT_MAX_RECORD);
    return pkt_fail(err, PKT_ERR_TRUNCATED, at, "is truncated inside a record of %u bytes",
                    cap_len);
}

/* Inlined with constants for `swapped`, `header` and `lengths`. What is there is given; a fault
 * behind it is met again at the next call. */
static inline int records_read(const pcap_reader *reader, pkt_record *records, size_t max,
                               bool swapped, size_t header, pcap_lengths lengths, pkt_err *err)
{
    pkt_window *window = reader->window;
    const uint8_t *bytes = window->bytes;
    size_t size = window->size, at = window->at, n = 0;
    const uint64_t base = window->base;
    const uint32_t frac_ns = reader->frac_ns;
    const uint16_t link_type = reader->link_type;
    while (n < max && size - at >= header) {
        const uint8_t *head = bytes + at;
        uint32_t cap_len, wire_len;
        lengths_get(head, swapped, lengths, &cap_len, &wire_len);
        if (cap_len - 1 >= PKT_MAX_RECORD && (cap_len || is_file_header(head)))
            break;
        if (cap_len > size - at - header)
            break;
        const uintptr_t ahead = (uintptr_t)head + PREFETCH_BYTES;
        __builtin_prefetch((const void *)ahead);
        __builtin_prefetch((const void *)(ahead + CACHE_LINE));
        pkt_record *record = &records[n++];
        record->data = head + header;
        record->ts_ns = (int64_t)file_u32(head, swapped) * NS_PER_S +
                        (int64_t)file_u32(head + 4, swapped) * frac_ns;
        record->cap_len = cap_len;
        record->wire_len = wire_len;
        record->link_type = link_type;
        record->start = base + at;
        at += header + cap_len;
        record->end = base + at;
    }
    window->at = at;
    return n == 0 && max && at < size ? record_fault(reader, err) : (int)n;
}

static int pcap_read(void *state, pkt_record *records, size_t max, pkt_err *err)
{
    const pcap_reader *reader = state;
    if (reader->lengths != LENGTHS_NORMAL || reader->record_header != PCAP_RECORD_HEADER)
        return records_read(reader, records, max, reader->swapped, reader->record_header,
                            reader->lengths, err);
    /* Two copies of the loop, so that the byte order is decided once and not at every number. */
    return reader->swapped
               ? records_read(reader, records, max, true, PCAP_RECORD_HEADER, LENGTHS_NORMAL, err)
               : records_read(reader, records, max, false, PCAP_RECORD_HEADER, LENGTHS_NORMAL, err);
}

const pkt_reader pkt_reader_pcap = {
    .open = pcap_open,
    .read = pcap_read,
    .set_callbacks = pcap_callbacks,
    .origin = pcap_origin,
    .close = free,
};

/* Fetch the lines from *fetched on, up to STREAM_BYTES behind `at`. */
static inline void lines_fetch(const uint8_t *bytes, size_t at, size_t size, size_t *fetched)
{
    const size_t end = size - at < STREAM_BYTES ? size : at + STREAM_BYTES;
    if (*fetched < at) /* the rest of a long packet is not needed */
        *fetched = at;
    for (; *fetched < end; *fetched += CACHE_LINE)
        __builtin_prefetch(bytes + *fetched);
}

/* Copy the first bytes of a packet. Of most, whole lines: what follows the packet in the mapping
 * does no harm, and their number is known to the compiler. */
static inline void head_copy(uint8_t *to, const uint8_t *from, uint32_t cap_len, size_t there)
{
    if (there >= PKT_SOURCE_HEAD) {
        memcpy(to, from, CACHE_LINE);
        if (cap_len > CACHE_LINE)
            memcpy(to + CACHE_LINE, from + CACHE_LINE, PKT_SOURCE_HEAD - CACHE_LINE);
    } else {
        memcpy(to, from, cap_len < there ? cap_len : there);
    }
}

/* As records_read(), out of a mapping, whose bytes can change at any time: a record's header is
 * copied before it is looked at. Inlined with constants for `swapped`, `header` and `lengths`. */
static inline int direct_read(pcap_reader *reader, pkt_record *records, size_t max, bool swapped,
                              size_t header, pcap_lengths lengths, pkt_err *err)
{
    pkt_window *window = reader->window;
    const uint8_t *bytes = window->bytes;
    size_t size = window->size, at = window->at, n = 0;
    const uint64_t base = window->base;
    size_t fetched = reader->fetched > base + at ? (size_t)(reader->fetched - base) : at;
    while (n < max && size - at >= header) {
        uint8_t head[PCAP_MODIFIED_RECORD_HEADER];
        uint32_t cap_len, wire_len;
        lines_fetch(bytes, at, size, &fetched);
        memcpy(head, bytes + at, header);
        /* The compiler must not load it from the mapping again. */
        __asm__ volatile("" : "+m"(head));
        lengths_get(head, swapped, lengths, &cap_len, &wire_len);
        if (cap_len - 1 >= PKT_MAX_RECORD && (cap_len || is_file_header(head)))
            break;
        if (cap_len > size - at - header)
            break;
        pkt_record *record = &records[n];
        record->data = reader->heads ? reader->heads[n] : NULL;
        if (reader->heads)
            head_copy(reader->heads[n], bytes + at + header, cap_len, size - at - header);
        record->ts_ns = (int64_t)file_u32(head, swapped) * NS_PER_S +
                        (int64_t)file_u32(head + 4, swapped) * reader->frac_ns;
        record->cap_len = cap_len;
        record->wire_len = wire_len;
        record->link_type = reader->link_type;
        record->start = base + at;
        at += header + cap_len;
        record->end = base + at;
        n++;
    }
    window->at = at;
    reader->fetched = base + fetched;
    return n == 0 && max && at < size ? record_fault(reader, err) : (int)n;
}

static int pcap_direct_read(void *state, pkt_record *records, size_t max, pkt_err *err)
{
    pcap_reader *reader = state;
    if (max > PKT_SOURCE_HEADS_AT_ONCE)
        max = PKT_SOURCE_HEADS_AT_ONCE;
    if (reader->swapped || reader->lengths != LENGTHS_NORMAL ||
        reader->record_header != PCAP_RECORD_HEADER)
        return direct_read(reader, records, max, reader->swapped, reader->record_header,
                           reader->lengths, err);
    return direct_read(reader, records, max, false, PCAP_RECORD_HEADER, LENGTHS_NORMAL, err);
}

static int pcap_heads_open(void **state, pkt_window *window, bool swapped, pkt_err *err)
{
    if (pcap_open(state, window, swapped, err) != 0)
        return -1;
    pcap_reader *reader = *state;
    reader->heads = malloc(PKT_SOURCE_HEADS_AT_ONCE * sizeof *reader->heads);
    if (reader->heads)
        return 0;
    free(reader);
    return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a source");
}

static void pcap_heads_close(void *state)
{
    pcap_reader *reader = state;
    free(reader->heads);
    free(reader);
}

const pkt_reader pkt_reader_pcap_heads = {
    .open = pcap_heads_open,
    .read = pcap_direct_read,
    .set_callbacks = pcap_callbacks,
    .origin = pcap_origin,
    .close = pcap_heads_close,
};

const pkt_reader pkt_reader_pcap_records = {
    .open = pcap_open,
    .read = pcap_direct_read,
    .set_callbacks = pcap_callbacks,
    .origin = pcap_origin,
    .close = free,
};
