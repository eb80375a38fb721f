/* pcapng: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/
 *
 *   block: type(4) total length(4) body total length(4), all lengths multiples of 4.
 *   Section Header Block:       byte-order magic(4) major(2) minor(2) section length(8) options
 *   Interface Description Block: link type(2) reserved(2) snaplen(4) options
 *   Enhanced Packet Block:      interface(4) time high(4) low(4) captured(4) original(4) data
 *   Simple Packet Block:        original(4) data
 *   Packet Block (obsolete):    interface(2) drops(2) time high(4) low(4) captured(4) original(4)
 * data
 */
#include <stdbool.h>
#include <stdlib.h>

#include "parsers/source/source_private.h"

#define NS_PER_S 1000000000

enum {
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 2,
    BLOCK_SIMPLE = 3,
    BLOCK_ENHANCED = 6,
    BLOCK_OVERHEAD = 12,
    OPTION_END = 0,
    OPTION_TSRESOL = 9,
    OPTION_TSOFFSET = 14
};
#define BLOCK_SECTION 0x0a0d0d0au

/* The body of the block at source->at. */
typedef struct block {
    uint32_t type;
    const uint8_t *body;
    size_t size;  /* of the body, bytes */
    size_t total; /* of the block, bytes */
} block;

/* The byte order of a section is told by its own header, which must be known to read its length. */
static int section_order(pkt_source *source, size_t left, pkt_err *err)
{
    if (left < BLOCK_OVERHEAD + 16)
        return pkt_fail(err, PKT_ERR_TRUNCATED, here(source), "is cut inside a section header");
    uint32_t order = file_u32(source->bytes + source->at + 8, 0);
    if (order != 0x1a2b3c4d && order != 0x4d3c2b1a)
        return pkt_fail(err, PKT_ERR_CORRUPT, here(source) + 8,
                        "section header has byte-order magic %08x", (unsigned)order);
    source->swapped = order == 0x4d3c2b1a;
    return 0;
}

static int block_read(pkt_source *source, block *out, pkt_err *err)
{
    const uint8_t *head = source->bytes + source->at;
    size_t left = source->size - source->at;
    if (left < BLOCK_OVERHEAD)
        return pkt_fail(err, PKT_ERR_TRUNCATED, here(source), "is cut inside a block header");
    out->type = file_u32(head, source->swapped);
    if (out->type == BLOCK_SECTION && section_order(source, left, err) != 0)
        return -1;
    size_t total = file_u32(head + 4, source->swapped);
    if (total < BLOCK_OVERHEAD || total % 4 != 0)
        return pkt_fail(err, PKT_ERR_CORRUPT, here(source),
                        "block has the impossible length %zu: not a multiple of 4 from %d on",
                        total, BLOCK_OVERHEAD);
    if (total > PKT_MAX_BLOCK)
        return pkt_fail(err, PKT_ERR_LIMIT, here(source),
                        "block claims %zu bytes; the limit is %zu", total, PKT_MAX_BLOCK);
    if (total > left)
        return pkt_fail(err, PKT_ERR_TRUNCATED, here(source), "is cut inside a block of %zu bytes",
                        total);
    uint32_t again = file_u32(head + total - 4, source->swapped);
    if (again != total)
        return pkt_fail(err, PKT_ERR_CORRUPT, here(source),
                        "block has length %zu at its start and %u at its end", total,
                        (unsigned)again);
    out->body = head + 8;
    out->size = total - BLOCK_OVERHEAD;
    out->total = total;
    return 0;
}

static int section_begin(pkt_source *source, const block *b, pkt_err *err)
{
    if (b->size < 16)
        return pkt_fail(err, PKT_ERR_CORRUPT, here(source), "section header is too short");
    unsigned major = file_u16(b->body + 4, source->swapped);
    if (major != 1) /* of the first section: the file is none of ours */
        return pkt_fail(err, here(source) ? PKT_ERR_LIMIT : PKT_ERR_FORMAT, here(source) + 12,
                        "is pcapng version %u.%u; only 1.x is handled", major,
                        (unsigned)file_u16(b->body + 6, source->swapped));
    source->interface_count = 0;
    source->section = here(source);
    if (source->watch.section)
        source->watch.section(source->watch.self, is_big_endian(source));
    return 0;
}

/* if_tsresol: 10^-n, or 2^-n with the highest bit set. */
static int resolution_set(pkt_interface *interface, uint8_t resolution)
{
    unsigned n = resolution & 0x7fu;
    if (n > (resolution & 0x80u ? PKT_MAX_BINARY_RESOLUTION : PKT_MAX_DECIMAL_RESOLUTION))
        return -1;
    uint64_t ticks = resolution & 0x80u ? UINT64_C(1) << n : 1;
    for (unsigned i = 0; !(resolution & 0x80u) && i < n; i++)
        ticks *= 10;
    interface->resolution = resolution;
    interface->ticks = ticks;
    interface->tick_ns = NS_PER_S % ticks == 0 ? NS_PER_S / ticks : 0;
    return 0;
}

/* None of those that are read may be there twice (section 4.2); then the first one counts, as in
 * Wireshark. */
static int interface_options(const pkt_source *source, pkt_interface *interface, const block *b,
                             pkt_err *err)
{
    size_t at = 8;
    bool has_resolution = false, has_offset = false;
    while (b->size - at >= 4) {
        unsigned code = file_u16(b->body + at, source->swapped);
        size_t length = file_u16(b->body + at + 2, source->swapped);
        const uint8_t *value = b->body + at + 4;
        if (code == OPTION_END)
            return 0;
        size_t padded = (length + 3) / 4 * 4;
        if (padded > b->size - at - 4)
            return pkt_fail(err, PKT_ERR_CORRUPT, here(source) + 8 + at,
                            "interface option %u of %zu bytes runs past its block", code, length);
        if (code == OPTION_TSRESOL && length == 1 && !has_resolution) {
            has_resolution = true;
            if (resolution_set(interface, value[0]) != 0)
                return pkt_fail(err, PKT_ERR_LIMIT, here(source) + 8 + at,
                                "interface has times in %d^-%d s, finer than is handled",
                                value[0] & 0x80 ? 2 : 10, value[0] & 0x7f);
        }
        if (code == OPTION_TSOFFSET && length == 8 && !has_offset) {
            has_offset = true;
            interface->offset_s = (int64_t)file_u64(value, source->swapped);
        }
        at += 4 + padded;
    }
    return 0;
}

/* Which units become nanoseconds without a thought of overflow. */
static void times_prepare(pkt_interface *interface)
{
    const int64_t vast_s = INT64_MAX / NS_PER_S;
    if (!interface->tick_ns || interface->offset_s <= -vast_s || interface->offset_s >= vast_s)
        return;
    interface->offset_ns = interface->offset_s * NS_PER_S;
    const int64_t room = INT64_MAX - (interface->offset_ns > 0 ? interface->offset_ns : 0);
    interface->near = (uint64_t)room / interface->tick_ns;
}

static int interface_add(pkt_source *source, const block *b, pkt_err *err)
{
    if (b->size < 8)
        return pkt_fail(err, PKT_ERR_CORRUPT, here(source), "interface block is too short");
    if (source->interface_count == PKT_MAX_INTERFACES)
        return pkt_fail(err, PKT_ERR_LIMIT, here(source),
                        "has more than %u interfaces in a section", PKT_MAX_INTERFACES);
    if (source->interface_count == source->interface_room) {
        size_t room = source->interface_room ? 2 * source->interface_room : 4;
        pkt_interface *more = realloc(source->interfaces, room * sizeof *more);
        if (!more)
            return pkt_fail(err, PKT_ERR_MEMORY, here(source), "no memory for its interfaces");
        source->interfaces = more;
        source->interface_room = room;
    }
    pkt_interface *interface = &source->interfaces[source->interface_count];
    *interface = (pkt_interface){
        .link_type = link_type_common(file_u16(b->body, source->swapped)),
        .snaplen = file_u32(b->body + 4, source->swapped),
        .resolution = 6,
        .ticks = 1000000,
        .tick_ns = 1000,
    };
    if (interface_options(source, interface, b, err) != 0)
        return -1;
    times_prepare(interface);
    source->interface_count++;
    if (source->watch.interface)
        source->watch.interface(source->watch.self, interface);
    return 0;
}

/* The nearest time that 64 bits hold. */
static __attribute__((noinline)) int64_t time_slow_path(const pkt_interface *interface,
                                                        uint64_t stamp)
{
    __extension__ typedef __int128 wide;
    wide ns = (wide)(stamp / interface->ticks) * NS_PER_S +
              (wide)(stamp % interface->ticks) * NS_PER_S / interface->ticks +
              (wide)interface->offset_s * NS_PER_S;
    if (ns != (int64_t)ns)
        return ns < 0 ? INT64_MIN : INT64_MAX;
    return (int64_t)ns;
}

/* Measured: with time_slow_path() alone the frames of pcapng take 6 % more instructions. */
static inline int64_t time_ns(const pkt_interface *interface, uint64_t stamp)
{
    if (stamp >= interface->near)
        return time_slow_path(interface, stamp);
    return (int64_t)(stamp * interface->tick_ns) + interface->offset_ns;
}

/* Fill the record from a packet block whose data start at `fixed` bytes into its body. */
static int packet_fill(pkt_source *source, const block *b, size_t id, size_t fixed,
                       pkt_record *record, pkt_err *err)
{
    if (id >= source->interface_count)
        return pkt_fail(err, PKT_ERR_CORRUPT, here(source),
                        "packet of interface %zu, but its section has %zu", id,
                        source->interface_count);
    if (record->cap_len > b->size - fixed || record->cap_len > PKT_MAX_RECORD)
        return pkt_fail(err, PKT_ERR_CORRUPT, here(source),
                        "packet claims %u captured bytes; its block has %zu, the limit is %u",
                        (unsigned)record->cap_len, b->size - fixed, PKT_MAX_RECORD);
    source->last = id;
    record->data = b->body + fixed;
    record->link_type = source->interfaces[id].link_type;
    record->start = here(source);
    record->end = record->start + b->total;
    return 0;
}

/* Enhanced and obsolete packet blocks differ in the width of the interface's number only. */
static int packet_timed(pkt_source *source, const block *b, pkt_record *record, pkt_err *err)
{
    enum { FIXED = 20 };
    int swapped = source->swapped;
    if (b->size < FIXED)
        return pkt_fail(err, PKT_ERR_CORRUPT, here(source), "packet block is too short");
    size_t id = b->type == BLOCK_PACKET ? file_u16(b->body, swapped) : file_u32(b->body, swapped);
    record->cap_len = file_u32(b->body + 12, swapped);
    record->wire_len = file_u32(b->body + 16, swapped);
    if (packet_fill(source, b, id, FIXED, record, err) != 0)
        return -1;
    uint64_t stamp =
        (uint64_t)file_u32(b->body + 4, swapped) << 32 | file_u32(b->body + 8, swapped);
    source->timeless = 0;
    record->ts_ns = time_ns(&source->interfaces[id], stamp);
    return 0;
}

static int packet_simple(pkt_source *source, const block *b, pkt_record *record, pkt_err *err)
{
    enum { FIXED = 4 };
    if (b->size < FIXED)
        return pkt_fail(err, PKT_ERR_CORRUPT, here(source), "packet block is too short");
    uint32_t snaplen = source->interface_count ? source->interfaces[0].snaplen : 0;
    record->wire_len = file_u32(b->body, source->swapped);
    record->cap_len = snaplen && snaplen < record->wire_len ? snaplen : record->wire_len;
    record->ts_ns = 0; /* the block has no time */
    source->timeless = 1;
    return packet_fill(source, b, 0, FIXED, record, err);
}

/* 1: *record was filled, 0: the block is no packet, -1: *err. */
static int block_use(pkt_source *source, const block *b, pkt_record *record, pkt_err *err)
{
    switch (b->type) {
    case BLOCK_ENHANCED:
    case BLOCK_PACKET:
        return packet_timed(source, b, record, err) == 0 ? 1 : -1;
    case BLOCK_SIMPLE:
        return packet_simple(source, b, record, err) == 0 ? 1 : -1;
    case BLOCK_SECTION:
        return section_begin(source, b, err);
    case BLOCK_INTERFACE:
        return interface_add(source, b, err);
    default:
        return 0; /* name resolution, statistics, custom and unknown blocks */
    }
}

int pkt_pcapng_read(pkt_source *source, pkt_record *records, size_t max, pkt_err *err)
{
    size_t n = 0;
    while (n < max && source->at < source->size) {
        block b = {0};
        int used = block_read(source, &b, err);
        if (used == 0)
            used = block_use(source, &b, &records[n], err);
        if (used < 0) {
            if (n == 0)
                return -1;
            break; /* hand out what is there; the fault is met again next time */
        }
        source->at += b.total;
        n += (size_t)used;
    }
    return (int)n;
}
