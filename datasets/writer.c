#include "datasets/writer.h"

#include "parsers/core/containers.h"
#include "parsers/core/numbers.h"

/* A header or block, built here before it is written. */
typedef struct buffer {
    uint8_t bytes[64];
    size_t size;
    bool big_endian;
} buffer;

static void put(buffer *b, uint32_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        b->bytes[b->size++] = (uint8_t)(value >> 8 * (b->big_endian ? width - 1 - i : i));
}

static int out(FILE *file, const void *bytes, size_t size, pkt_err *err)
{
    if (fwrite(bytes, 1, size, file) != size)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    return 0;
}

static int pcap_begin(FILE *file, const dataset_options *o, pkt_err *err)
{
    buffer b = {.big_endian = o->big_endian};
    put(&b, o->nanoseconds ? PCAP_MAGIC_NS : PCAP_MAGIC_US, 4);
    put(&b, 2, 2);
    put(&b, 4, 2);
    put(&b, 0, 4);
    put(&b, 0, 4);
    put(&b, o->snaplen ? o->snaplen : 262144, 4);
    put(&b, LINKTYPE_ETHERNET, 4);
    return out(file, b.bytes, b.size, err);
}

static int pcapng_begin(FILE *file, const dataset_options *o, pkt_err *err)
{
    buffer b = {.big_endian = o->big_endian};
    put(&b, PCAPNG_SECTION, 4);
    put(&b, 28, 4);
    put(&b, PCAPNG_ORDER_MAGIC, 4);
    put(&b, 1, 2);
    put(&b, 0, 2);
    put(&b, 0xffffffff, 4); /* section length: not given */
    put(&b, 0xffffffff, 4);
    put(&b, 28, 4);
    if (out(file, b.bytes, b.size, err) != 0)
        return -1;
    for (unsigned i = 0; i < o->interfaces; i++) {
        const uint32_t total = o->nanoseconds ? 32 : 20;
        b.size = 0;
        put(&b, PCAPNG_INTERFACE, 4);
        put(&b, total, 4);
        put(&b, LINKTYPE_ETHERNET, 2);
        put(&b, 0, 2);
        put(&b, o->snaplen, 4);
        if (o->nanoseconds) {
            put(&b, PCAPNG_IF_TSRESOL, 2); /* 10^-9 */
            put(&b, 1, 2);
            for (size_t pad = 0; pad < 4; pad++)
                put(&b, pad == 0 ? 9 : 0, 1);
            put(&b, PCAPNG_OPTION_END, 4);
        }
        put(&b, total, 4);
        if (out(file, b.bytes, b.size, err) != 0)
            return -1;
    }
    return 0;
}

int writer_begin(FILE *file, const dataset_options *o, pkt_err *err)
{
    return o->format == PKT_FORMAT_PCAP ? pcap_begin(file, o, err) : pcapng_begin(file, o, err);
}

static int pcap_packet(FILE *file, const dataset_options *o, int64_t ts_ns, const uint8_t *bytes,
                       uint32_t captured, uint32_t wire, pkt_err *err)
{
    buffer b = {.big_endian = o->big_endian};
    put(&b, (uint32_t)(ts_ns / NS_PER_S), 4);
    put(&b, (uint32_t)(ts_ns % NS_PER_S / (o->nanoseconds ? 1 : 1000)), 4);
    put(&b, captured, 4);
    put(&b, wire, 4);
    return out(file, b.bytes, b.size, err) != 0 ? -1 : out(file, bytes, captured, err);
}

static int pcapng_packet(FILE *file, const dataset_options *o, unsigned interface, int64_t ts_ns,
                         const uint8_t *bytes, uint32_t captured, uint32_t wire, pkt_err *err)
{
    static const uint8_t zeros[4] = {0};
    const uint32_t padding = (4 - captured % 4) % 4, total = 32 + captured + padding;
    const uint64_t stamp = (uint64_t)(o->nanoseconds ? ts_ns : ts_ns / 1000);
    buffer b = {.big_endian = o->big_endian};
    put(&b, PCAPNG_ENHANCED_PACKET, 4);
    put(&b, total, 4);
    put(&b, interface, 4);
    put(&b, (uint32_t)(stamp >> 32), 4);
    put(&b, (uint32_t)stamp, 4);
    put(&b, captured, 4);
    put(&b, wire, 4);
    if (out(file, b.bytes, b.size, err) != 0 || out(file, bytes, captured, err) != 0 ||
        out(file, zeros, padding, err) != 0)
        return -1;
    b.size = 0;
    put(&b, total, 4);
    return out(file, b.bytes, b.size, err);
}

int writer_packet(FILE *file, const dataset_options *o, uint64_t index, int64_t *ts_ns,
                  const uint8_t *bytes, uint32_t captured, uint32_t wire, pkt_err *err)
{
    if (!o->nanoseconds)
        *ts_ns -= *ts_ns % 1000;
    if (o->format == PKT_FORMAT_PCAP)
        return pcap_packet(file, o, *ts_ns, bytes, captured, wire, err);
    return pcapng_packet(file, o, (unsigned)(index % o->interfaces), *ts_ns, bytes, captured, wire,
                         err);
}
