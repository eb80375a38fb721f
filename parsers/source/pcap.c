/* Classic pcap: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/
 *
 *   file header: magic(4) major(2) minor(2) reserved(8) snaplen(4) linktype(4)
 *   record:      seconds(4) fraction(4) captured length(4) original length(4) data
 *
 * Before version 2.3 the two lengths stood in the other order, in 2.3 in either: the larger one is
 * the original length. The "modified" pcap of old Linux tools (magic a1b2cd34) has 8 more bytes in
 * a record's header: interface(4) protocol(2) packet type(1) padding(1). */
#include <stdbool.h>

#include "parsers/source/source_private.h"

#define NS_PER_S 1000000000

/* How far ahead of the walk the record headers are fetched. The walk is a chain of dependent loads;
 * small records make it run at the latency of the memory unless their lines are already on the way.
 * Two lines: record and packet headers together rarely fit into one. */
enum { PREFETCH_BYTES = 1024, CACHE_LINE = 64 };

int pkt_pcap_open(pkt_source *source, pkt_err *err)
{
    const uint8_t *head = source->bytes;
    unsigned major = file_u16(head + 4, source->swapped);
    unsigned minor = file_u16(head + 6, source->swapped);
    if (major != 2)
        return pkt_fail(err, PKT_ERR_FORMAT, 4, "is pcap version %u.%u; only 2.x is handled", major,
                        minor);
    uint32_t magic = file_u32(head, source->swapped);
    source->frac_ns = magic == PCAP_MAGIC_NS ? 1 : 1000;
    source->record_header =
        magic == PCAP_MAGIC_MODIFIED ? PCAP_MODIFIED_RECORD_HEADER : PCAP_RECORD_HEADER;
    source->lengths = minor < 3 ? LENGTHS_SWAPPED : minor == 3 ? LENGTHS_EITHER : LENGTHS_NORMAL;
    /* FCS length (4 bits), whether it is given (1), reserved (1 and 10), link type (16). */
    const uint32_t link = file_u32(head + 20, source->swapped);
    if (link >> 16 & 0x3ff)
        return pkt_fail(err, PKT_ERR_FORMAT, 20, "has reserved bits beside its link type: %08x",
                        (unsigned)link);
    source->link_type = link_type_common((uint16_t)link);
    source->at = PCAP_FILE_HEADER;
    return 0;
}

pkt_interface pkt_pcap_interface(const pkt_source *source)
{
    const uint64_t ticks = NS_PER_S / source->frac_ns;
    return (pkt_interface){
        .link_type = source->link_type,
        .resolution = source->frac_ns == 1 ? 9 : 6,
        .snaplen = file_u32(source->bytes + 16, source->swapped),
        .ticks = ticks,
        .tick_ns = source->frac_ns,
    };
}

static int record_fault(const pkt_source *source, size_t left, uint32_t cap_len, pkt_err *err)
{
    if (left < source->record_header)
        return pkt_fail(err, PKT_ERR_TRUNCATED, here(source), "is cut inside a record header");
    if (cap_len > PKT_MAX_RECORD)
        return pkt_fail(err, PKT_ERR_CORRUPT, here(source),
                        "record claims %u captured bytes; the limit is %u", cap_len,
                        PKT_MAX_RECORD);
    return pkt_fail(err, PKT_ERR_TRUNCATED, here(source), "is cut inside a record of %u bytes",
                    cap_len);
}

static inline bool lengths_are_swapped(pcap_lengths lengths, uint32_t first, uint32_t second)
{
    return lengths != LENGTHS_NORMAL && (lengths == LENGTHS_SWAPPED || first > second);
}

static inline int pcap_walk(pkt_source *source, pkt_record *records, size_t max, int swapped,
                            size_t header, pcap_lengths lengths, pkt_err *err)
{
    const uint8_t *bytes = source->bytes;
    size_t size = source->size, at = source->at, n = 0;
    const uint64_t base = source->base;
    const uint32_t frac_ns = source->frac_ns;
    const uint16_t link_type = source->link_type;
    while (n < max && at < size) {
        size_t left = size - at;
        const uint8_t *head = bytes + at;
        uint32_t cap_len = 0, wire_len = 0;
        if (left >= header) {
            cap_len = file_u32(head + 8, swapped);
            wire_len = file_u32(head + 12, swapped);
            if (lengths_are_swapped(lengths, cap_len, wire_len)) {
                const uint32_t original = cap_len;
                cap_len = wire_len;
                wire_len = original;
            }
        }
        if (left < header || cap_len > PKT_MAX_RECORD || cap_len > left - header) {
            if (n > 0)
                break; /* hand out what is there; the fault is met again next time */
            return record_fault(source, left, cap_len, err);
        }
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
    source->at = at;
    return (int)n;
}

int pkt_pcap_read(pkt_source *source, pkt_record *records, size_t max, pkt_err *err)
{
    if (source->lengths != LENGTHS_NORMAL || source->record_header != PCAP_RECORD_HEADER)
        return pcap_walk(source, records, max, source->swapped, source->record_header,
                         source->lengths, err);
    /* Two copies of the loop, so that the byte order is decided once and not at every number. */
    return source->swapped
               ? pcap_walk(source, records, max, 1, PCAP_RECORD_HEADER, LENGTHS_NORMAL, err)
               : pcap_walk(source, records, max, 0, PCAP_RECORD_HEADER, LENGTHS_NORMAL, err);
}
