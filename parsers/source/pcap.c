/* Classic pcap: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/
 *
 *   file header: magic(4) major(2) minor(2) reserved(8) snaplen(4) linktype(4)
 *   record:      seconds(4) fraction(4) captured length(4) original length(4) data
 */
#include "source/source_private.h"

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
    source->frac_ns = magic == 0xa1b23c4d ? 1 : 1000;
    /* The upper bits of the field tell of frame check sequences, not of the link. */
    source->link_type = link_type_common((uint16_t)file_u32(head + 20, source->swapped));
    source->at = PCAP_FILE_HEADER;
    return 0;
}

static int record_fault(const pkt_source *source, size_t left, uint32_t cap_len, pkt_err *err)
{
    if (left < PCAP_RECORD_HEADER)
        return pkt_fail(err, PKT_ERR_CUT, here(source), "is cut inside a record header");
    if (cap_len > PKT_MAX_RECORD)
        return pkt_fail(err, PKT_ERR_CORRUPT, here(source),
                        "record claims %u captured bytes; the limit is %u", cap_len,
                        PKT_MAX_RECORD);
    return pkt_fail(err, PKT_ERR_CUT, here(source), "is cut inside a record of %u bytes", cap_len);
}

static inline int pcap_walk(pkt_source *source, pkt_record *records, size_t max, int swapped,
                            pkt_err *err)
{
    const uint8_t *bytes = source->bytes;
    size_t size = source->size, at = source->at, n = 0;
    const uint64_t base = source->base;
    const uint32_t frac_ns = source->frac_ns;
    const uint16_t link_type = source->link_type;
    while (n < max && at < size) {
        size_t left = size - at;
        const uint8_t *head = bytes + at;
        uint32_t cap_len = left >= PCAP_RECORD_HEADER ? file_u32(head + 8, swapped) : 0;
        if (left < PCAP_RECORD_HEADER || cap_len > PKT_MAX_RECORD ||
            cap_len > left - PCAP_RECORD_HEADER) {
            if (n > 0)
                break; /* hand out what is there; the fault is met again next time */
            return record_fault(source, left, cap_len, err);
        }
        const uintptr_t ahead = (uintptr_t)head + PREFETCH_BYTES;
        __builtin_prefetch((const void *)ahead);
        __builtin_prefetch((const void *)(ahead + CACHE_LINE));
        pkt_record *record = &records[n++];
        record->data = head + PCAP_RECORD_HEADER;
        record->ts_ns = (int64_t)file_u32(head, swapped) * NS_PER_S +
                        (int64_t)file_u32(head + 4, swapped) * frac_ns;
        record->cap_len = cap_len;
        record->wire_len = file_u32(head + 12, swapped);
        record->link_type = link_type;
        record->start = base + at;
        at += PCAP_RECORD_HEADER + cap_len;
        record->end = base + at;
    }
    source->at = at;
    return (int)n;
}

int pkt_pcap_read(pkt_source *source, pkt_record *records, size_t max, pkt_err *err)
{
    /* Two copies of the loop, so that the byte order is decided once and not at every number. */
    return source->swapped ? pcap_walk(source, records, max, 1, err)
                           : pcap_walk(source, records, max, 0, err);
}
