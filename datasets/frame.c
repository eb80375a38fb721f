#include "datasets/frame.h"

#include "parsers/core/numbers.h"

void store_u16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

void frame_begin(frame *f)
{
    f->size = f->header_count = f->ip = f->l4 = f->pppoe = f->captured = f->tail_size = 0;
    f->tail = NULL;
    f->label = f->defect = NULL;
    f->app.proto = PKT_APP_NONE;
    f->app.known = f->app.end = f->app.count = f->app.text_size = 0;
    f->app.part = 0;
    f->unpadded = f->wrong_checksum = f->oversized = false;
    memset(&f->truth, 0, sizeof f->truth);
}

void put_bytes(frame *f, const void *bytes, size_t size)
{
    if (size > FRAME_MAX - f->size) {
        f->defect = "longer than FRAME_MAX";
        return;
    }
    memcpy(f->bytes + f->size, bytes, size);
    f->size += size;
}

void put_text(frame *f, const char *text)
{
    put_bytes(f, text, strlen(text));
}

void put_u8(frame *f, unsigned value)
{
    const uint8_t byte = (uint8_t)value;
    put_bytes(f, &byte, 1);
}

void put_u16(frame *f, unsigned value)
{
    uint8_t bytes[2];
    store_u16(bytes, value);
    put_bytes(f, bytes, sizeof bytes);
}

void put_u32(frame *f, uint32_t value)
{
    put_u16(f, value >> 16);
    put_u16(f, value & 0xffff);
}

void put_random(frame *f, random_state *random, size_t size)
{
    for (size_t left = size; left > 0;) {
        uint64_t word = random_next(random);
        uint8_t bytes[8];
        size_t n = left < 8 ? left : 8;
        for (size_t i = 0; i < 8; i++, word >>= 8)
            bytes[i] = (uint8_t)word;
        put_bytes(f, bytes, n);
        left -= n;
    }
}

void put_mac(frame *f, uint64_t mac)
{
    put_u16(f, (unsigned)(mac >> 32));
    put_u32(f, (uint32_t)mac);
}

void put_address(frame *f, address a)
{
    if (a.version == 6) {
        put_u32(f, (uint32_t)(a.hi >> 32));
        put_u32(f, (uint32_t)a.hi);
        put_u32(f, (uint32_t)(a.lo >> 32));
    }
    put_u32(f, (uint32_t)a.lo);
}

void frame_header_add(frame *f, uint64_t present, unsigned ip_proto, unsigned eth_type)
{
    if (f->header_count == FRAME_HEADERS_MAX) {
        f->defect = "more headers than FRAME_HEADERS_MAX";
        return;
    }
    f->headers[f->header_count++] =
        (frame_header){f->size, present, (uint8_t)ip_proto, (uint16_t)eth_type, PKT_OK};
}

void frame_verdict(frame *f, pkt_verdict verdict)
{
    if (f->header_count)
        f->headers[f->header_count - 1].verdict = (uint8_t)verdict;
}

static void header_add(frame *f, uint64_t present, unsigned proto)
{
    frame_header_add(f, present, proto, 0);
}

static void link_header(frame *f, uint64_t source, uint64_t destination, unsigned type)
{
    put_mac(f, destination);
    put_mac(f, source);
    put_u16(f, type);
    f->truth.eth_src = source;
    f->truth.eth_dst = destination;
    f->truth.eth_type = (uint16_t)type;
    frame_header_add(f, PKT_HAS_LINK, 0, type);
}

void frame_ethernet(frame *f, uint64_t source, uint64_t destination, unsigned type)
{
    link_header(f, source, destination, type);
}

void frame_8023(frame *f, uint64_t source, uint64_t destination)
{
    link_header(f, source, destination, 0); /* eth_type is 0 for a length, see frame_end() */
}

static void ip_truth(frame *f, address source, address destination, unsigned ttl)
{
    f->truth.ip_version = (uint8_t)source.version;
    f->truth.ip_ttl = (uint8_t)ttl;
    f->truth.src_hi = source.hi;
    f->truth.src_lo = source.lo;
    f->truth.dst_hi = destination.hi;
    f->truth.dst_lo = destination.lo;
}

static void ipv4_header(frame *f, address source, address destination, unsigned proto, unsigned ttl,
                        unsigned id)
{
    put_u8(f, 0x45);
    put_u8(f, 0);
    put_u16(f, 0); /* total length */
    put_u16(f, id);
    put_u16(f, 0x4000); /* do not fragment */
    put_u8(f, ttl);
    put_u8(f, proto);
    put_u16(f, 0); /* checksum */
    put_address(f, source);
    put_address(f, destination);
    f->truth.ip_id = id;
    f->truth.ip_flags = 2;
    header_add(f, PKT_HAS_IP | PKT_HAS_FRAG, proto);
}

static void ipv6_header(frame *f, address source, address destination, unsigned proto, unsigned ttl)
{
    put_u32(f, UINT32_C(0x60000000));
    put_u16(f, 0); /* payload length */
    put_u8(f, proto);
    put_u8(f, ttl);
    put_address(f, source);
    put_address(f, destination);
    header_add(f, PKT_HAS_IP, proto);
}

void frame_ip(frame *f, address source, address destination, unsigned proto, unsigned ttl,
              unsigned id)
{
    if (source.version != destination.version)
        f->defect = "source and destination have different IP versions";
    f->ip = f->size;
    ip_truth(f, source, destination, ttl);
    if (source.version == 4)
        ipv4_header(f, source, destination, proto, ttl, id);
    else
        ipv6_header(f, source, destination, proto, ttl);
}

void frame_tcp(frame *f, const tcp_header *h)
{
    size_t header = 20 + h->option_size;
    f->l4 = f->size;
    put_u16(f, h->source);
    put_u16(f, h->destination);
    put_u32(f, h->seq);
    put_u32(f, h->ack);
    put_u16(f, (unsigned)(header / 4) << 12 | h->flags);
    put_u16(f, h->window);
    put_u32(f, 0); /* checksum, urgent pointer */
    f->truth.src_port = h->source;
    f->truth.dst_port = h->destination;
    f->truth.tcp_seq = h->seq;
    f->truth.tcp_ack = h->ack;
    f->truth.tcp_flags = h->flags;
    f->truth.tcp_window = h->window;
    f->truth.l4_hlen = (uint8_t)header;
    header_add(f, PKT_HAS_L4 | PKT_HAS_PORTS | PKT_HAS_TCP, 0);
    if (h->option_size) {
        put_bytes(f, h->options, h->option_size);
        header_add(f, 0, 0);
    }
}

void frame_udp(frame *f, unsigned source, unsigned destination)
{
    f->l4 = f->size;
    put_u16(f, source);
    put_u16(f, destination);
    put_u32(f, 0); /* length, checksum */
    f->truth.src_port = (uint16_t)source;
    f->truth.dst_port = (uint16_t)destination;
    f->truth.l4_hlen = 8;
    header_add(f, PKT_HAS_L4 | PKT_HAS_PORTS, 0);
}

void frame_icmp(frame *f, unsigned type, unsigned code, uint32_t rest)
{
    f->l4 = f->size;
    put_u8(f, type);
    put_u8(f, code);
    put_u16(f, 0); /* checksum */
    put_u32(f, rest);
    f->truth.icmp_type = (uint8_t)type;
    f->truth.icmp_code = (uint8_t)code;
    f->truth.l4_hlen = 8;
    header_add(f, PKT_HAS_L4 | PKT_HAS_ICMP, 0);
}

void frame_arp(frame *f, unsigned operation, arp_end sender, arp_end target)
{
    put_u32(f, 0x00010800); /* Ethernet, IPv4 */
    put_u16(f, 0x0604);
    put_u16(f, operation);
    header_add(f, PKT_HAS_ARP, 0);
    put_mac(f, sender.mac);
    put_address(f, sender.ip);
    put_mac(f, target.mac);
    put_address(f, target.ip);
    f->truth.arp_op = (uint16_t)operation;
    f->truth.arp_src_ip = (uint32_t)sender.ip.lo;
    f->truth.arp_dst_ip = (uint32_t)target.ip.lo;
    header_add(f, PKT_HAS_ARP_IP, 0);
}

uint16_t checksum(const uint8_t *bytes, size_t size, uint32_t sum)
{
    for (size_t i = 0; i + 1 < size; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    if (size % 2)
        sum += (uint32_t)bytes[size - 1] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* Protocol of the transport header: the last next header of all headers. */
static unsigned transport_protocol(const frame *f)
{
    unsigned proto = 0;
    for (size_t i = 0; i < f->header_count; i++)
        if (f->headers[i].ip_proto)
            proto = f->headers[i].ip_proto;
    return proto;
}

/* Partial checksum of the pseudo header: addresses, length, protocol. */
static uint32_t pseudo_sum(const frame *f, unsigned proto, size_t length)
{
    size_t at = f->truth.ip_version == 4 ? 12 : 8, size = f->truth.ip_version == 4 ? 8 : 32;
    uint32_t sum = (uint32_t)length + proto;
    for (size_t i = 0; i < size; i += 2)
        sum += (uint32_t)f->bytes[f->ip + at + i] << 8 | f->bytes[f->ip + at + i + 1];
    return sum;
}

static void l4_end(frame *f)
{
    unsigned proto = transport_protocol(f);
    uint8_t *l4 = f->bytes + f->l4;
    const bool udp = proto == PROTO_UDP || proto == PROTO_UDPLITE;
    size_t length = f->size - f->l4, datagram = length + f->tail_size;
    size_t field = proto == PROTO_TCP ? 16 : udp ? 6 : 2;
    if (proto == PROTO_UDP)
        store_u16(l4 + 4, (unsigned)datagram);
    uint32_t sum = proto == PROTO_ICMP ? 0 : pseudo_sum(f, proto, datagram);
    if (f->tail_size) /* the tail starts at an even offset: fragment offsets count 8 bytes */
        sum += (uint16_t)~checksum(f->tail, f->tail_size, 0);
    unsigned value = checksum(l4, length, sum);
    if (udp && value == 0)
        value = 0xffff;
    store_u16(l4 + field, f->wrong_checksum ? value ^ 0x5555 : value);
    f->truth.payload_len = (uint32_t)(length - f->truth.l4_hlen);
}

static void ip_end(frame *f)
{
    uint8_t *ip = f->bytes + f->ip;
    size_t length = f->size - f->ip;
    f->truth.ip_len = (uint32_t)length;
    if (f->truth.ip_version == 4) {
        store_u16(ip + 2, (unsigned)length);
        store_u16(ip + 10, checksum(ip, (size_t)(ip[0] & 15) * 4, 0));
    } else {
        store_u16(ip + 4, (unsigned)(length - IPV6_HEADER));
    }
}

void frame_end(frame *f)
{
    if (f->l4)
        l4_end(f);
    if (f->app.end == 0)
        f->app.end = f->size;
    if (f->ip)
        ip_end(f);
    if (f->pppoe)
        store_u16(f->bytes + f->pppoe + 4, (unsigned)(f->size - f->pppoe - 6));
    if (f->truth.eth_type == 0)
        store_u16(f->bytes + ETHERNET_HEADER - 2, (unsigned)(f->size - ETHERNET_HEADER));
    if (!f->unpadded && f->size < FRAME_MIN) {
        memset(f->bytes + f->size, 0, FRAME_MIN - f->size);
        f->size = FRAME_MIN;
    }
}

/* Set the cells to 0 whose presence bit is clear. */
static void absent_clear(truth_row *row)
{
#define PKT_X(name, type, level, has, format_as, doc)                                              \
    if ((has) && !(row->present & (has)))                                                          \
        memset(&row->name, 0, sizeof row->name);
    PKT_COLUMNS(PKT_X)
#undef PKT_X
}

bool frame_has_stream(const frame *f, size_t captured)
{
    enum { FIXED = 20, STREAM_BYTES = 16, UDP = 8 };
    if (f->oversized)
        return f->l4 + UDP <= captured;
    for (size_t i = 0; i < f->header_count; i++) {
        const frame_header *header = &f->headers[i];
        if (header->present & PKT_HAS_TCP) {
            return header->end - FIXED + STREAM_BYTES <= captured;
        }
        if (header->present & PKT_HAS_PORTS)
            return header->end <= captured;
        if (header->verdict != PKT_OK || header->end > captured)
            return false;
    }
    return false;
}

truth_row frame_truth(const frame *f, size_t captured)
{
    truth_row row = f->truth;
    row.eth_type = 0;
    row.wire_len = (uint32_t)f->size;
    row.cap_len = (uint32_t)(captured < f->size ? captured : f->size);
    for (size_t i = 0; i < f->header_count; i++) {
        const frame_header *header = &f->headers[i];
        if (header->end > row.cap_len) {
            row.verdict = header->end > f->size ? PKT_TRUNCATED : PKT_CUT_BY_SNAPLEN;
            break;
        }
        row.present |= header->present;
        if (header->ip_proto)
            row.ip_proto = header->ip_proto;
        if (header->eth_type)
            row.eth_type = header->eth_type;
        if (header->verdict != PKT_OK) {
            row.verdict = header->verdict;
            break;
        }
    }
    absent_clear(&row);
    return row;
}
