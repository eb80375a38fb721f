/* libtins: its packet objects behind pktbench's interface.
 *
 * Records are read by libpcap itself: FileSniffer, which wraps it, keeps microseconds, gives no
 * lengths and drops the packets that libtins finds malformed, so that no row could be made of them.
 * What is built of each record is what FileSniffer builds. */
#include "parsers/modules/libtins/app.h"
#include "parsers/modules/pcap_records/pcap_records.h"
#include "pktbench.h"

#include <netinet/in.h>

#include <tins/tins.h>

namespace
{

constexpr uint16_t ethertype_min = 0x0600; /* below: a length, IEEE 802.3 clause 3.2.6 */

struct record {
    const uint8_t *data;
    uint32_t cap_len, wire_len;
};

using pdu_owner = std::unique_ptr<Tins::PDU>;

pdu_owner raw_ip(const record &packet)
{
    if (packet.cap_len == 0)
        return nullptr;
    switch (packet.data[0] >> 4) {
    case 4:
        return std::make_unique<Tins::IP>(packet.data, packet.cap_len);
    case 6:
        return std::make_unique<Tins::IPv6>(packet.data, packet.cap_len);
    default:
        return nullptr;
    }
}

/* The object that libtins has for the link, which builds all others; nothing for other links. */
pdu_owner packet_build(int dlt, const record &packet)
{
    constexpr size_t type_at = 12;
    switch (dlt) {
    case DLT_EN10MB:
        if (packet.cap_len > type_at && packet.data[type_at] < ethertype_min >> 8)
            return std::make_unique<Tins::Dot3>(packet.data, packet.cap_len);
        return std::make_unique<Tins::EthernetII>(packet.data, packet.cap_len);
    case DLT_LINUX_SLL:
        return std::make_unique<Tins::SLL>(packet.data, packet.cap_len);
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
        return raw_ip(packet);
    default:
        return nullptr;
    }
}

uint64_t mac_number(const Tins::HWAddress<6> &address)
{
    uint64_t number = 0;
    for (uint8_t byte : address)
        number = number << 8 | byte;
    return number;
}

uint64_t half_number(const Tins::IPv6Address &address, size_t from)
{
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++)
        number = number << 8 | address.begin()[from + i];
    return number;
}

/* A row being written. */
struct row {
    pkt_batch &batch;
    size_t at;
    bool is_app; /* with columns of application protocols */

    void has(unsigned bits) const
    {
        batch.present[at] = batch.present[at] | bits;
    }
};

void link_columns(const row &r, uint64_t src, uint64_t dst, uint16_t type)
{
    r.has(PKT_HAS_LINK);
    r.batch.eth_src[r.at] = src;
    r.batch.eth_dst[r.at] = dst;
    r.batch.eth_type[r.at] = type < ethertype_min ? 0 : type;
}

/* Columns of the link; returns what follows it. */
const Tins::PDU *link_read(const row &r, const Tins::PDU *pdu)
{
    switch (pdu->pdu_type()) {
    case Tins::PDU::ETHERNET_II: {
        auto *link = static_cast<const Tins::EthernetII *>(pdu);
        link_columns(r, mac_number(link->src_addr()), mac_number(link->dst_addr()),
                     link->payload_type());
        return pdu->inner_pdu();
    }
    case Tins::PDU::IEEE802_3: {
        auto *link = static_cast<const Tins::Dot3 *>(pdu);
        link_columns(r, mac_number(link->src_addr()), mac_number(link->dst_addr()), 0);
        return nullptr;
    }
    case Tins::PDU::SLL:
        link_columns(r, 0, 0, static_cast<const Tins::SLL *>(pdu)->protocol());
        return pdu->inner_pdu();
    default:
        return pdu;
    }
}

/* Columns of the tags, if there are any; returns what follows them. */
const Tins::PDU *tags_read(const row &r, const Tins::PDU *pdu)
{
    bool outermost = true;
    while (pdu && pdu->matches_flag(Tins::PDU::DOT1Q)) {
        auto *tag = static_cast<const Tins::Dot1Q *>(pdu);
        if (outermost)
            r.batch.vlan_id[r.at] = tag->id();
        outermost = false;
        r.has(PKT_HAS_VLAN);
        uint16_t type = tag->payload_type();
        r.batch.eth_type[r.at] = type < ethertype_min ? 0 : type;
        pdu = pdu->inner_pdu();
    }
    return pdu;
}

/* Columns of an L4 header; `length` is that of its datagram, header and all. */
void transport_read(const row &r, const Tins::PDU *pdu, uint32_t length)
{
    uint32_t header;
    pkt_batch &b = r.batch;
    switch (pdu->pdu_type()) {
    case Tins::PDU::TCP: {
        auto *tcp = static_cast<const Tins::TCP *>(pdu);
        r.has(PKT_HAS_PORTS | PKT_HAS_TCP);
        b.src_port[r.at] = tcp->sport();
        b.dst_port[r.at] = tcp->dport();
        b.tcp_seq[r.at] = tcp->seq();
        b.tcp_ack[r.at] = tcp->ack_seq();
        b.tcp_flags[r.at] = tcp->flags();
        b.tcp_window[r.at] = tcp->window();
        header = tcp->data_offset() * 4u;
        break;
    }
    case Tins::PDU::UDP: {
        auto *udp = static_cast<const Tins::UDP *>(pdu);
        r.has(PKT_HAS_PORTS);
        b.src_port[r.at] = udp->sport();
        b.dst_port[r.at] = udp->dport();
        header = 8;
        break;
    }
    case Tins::PDU::ICMP: {
        auto *icmp = static_cast<const Tins::ICMP *>(pdu);
        r.has(PKT_HAS_ICMP);
        b.icmp_type[r.at] = static_cast<uint8_t>(icmp->type());
        b.icmp_code[r.at] = icmp->code();
        header = 8;
        break;
    }
    case Tins::PDU::ICMPv6: {
        auto *icmp = static_cast<const Tins::ICMPv6 *>(pdu);
        r.has(PKT_HAS_ICMP);
        b.icmp_type[r.at] = static_cast<uint8_t>(icmp->type());
        b.icmp_code[r.at] = icmp->code();
        header = 8;
        break;
    }
    default:
        return;
    }
    if (r.is_app && b.present[r.at] & PKT_HAS_PORTS)
        tins_app_columns(b, r.at, *pdu);
    r.has(PKT_HAS_L4);
    b.l4_hlen[r.at] = static_cast<uint8_t>(header);
    b.payload_len[r.at] = length > header ? length - header : 0;
}

/* Past authentication headers to what follows `pdu`; `length` is what is left behind it. */
void payload_read(const row &r, const Tins::PDU *pdu, uint32_t length)
{
    pdu = pdu->inner_pdu();
    while (pdu && pdu->pdu_type() == Tins::PDU::IPSEC_AH) {
        r.batch.ip_proto[r.at] = static_cast<const Tins::IPSecAH *>(pdu)->next_header();
        length -= pdu->header_size() < length ? pdu->header_size() : length;
        pdu = pdu->inner_pdu();
    }
    if (pdu)
        transport_read(r, pdu, length);
}

/* `left`: bytes on the wire from the header on, for datagrams without a length field. */
void ipv4_read(const row &r, const Tins::IP &ip, uint32_t left)
{
    pkt_batch &b = r.batch;
    r.has(PKT_HAS_IP | PKT_HAS_FRAG);
    b.ip_version[r.at] = 4;
    b.ip_tos[r.at] = ip.tos();
    b.ip_len[r.at] = ip.tot_len();
    b.ip_id[r.at] = ip.id();
    b.ip_flags[r.at] = static_cast<uint8_t>(ip.flags() & 3);
    b.frag_off[r.at] = static_cast<uint16_t>(ip.fragment_offset() * 8);
    b.ip_ttl[r.at] = ip.ttl();
    b.ip_proto[r.at] = ip.protocol();
    b.src_lo[r.at] = Tins::Endian::be_to_host<uint32_t>(ip.src_addr());
    b.dst_lo[r.at] = Tins::Endian::be_to_host<uint32_t>(ip.dst_addr());
    const uint32_t length = ip.tot_len() ? ip.tot_len() : left, header = ip.head_len() * 4u;
    payload_read(r, &ip, length > header ? length - header : 0);
}

/* Fragment header, RFC 8200 section 4.5; libtins keeps it as an option without its first two
 * bytes: offset(13 bits) reserved(2 bits) more(1 bit) identification(4). */
void fragment_read(const row &r, const Tins::IPv6::ext_header &fragment)
{
    if (fragment.data_size() < 6)
        return;
    const uint8_t *h = fragment.data_ptr();
    r.has(PKT_HAS_FRAG);
    r.batch.frag_off[r.at] = static_cast<uint16_t>((h[0] << 8 | h[1]) & 0xfff8);
    r.batch.ip_flags[r.at] = h[1] & 1;
    r.batch.ip_id[r.at] =
        static_cast<uint32_t>(h[2]) << 24 | static_cast<uint32_t>(h[3] << 16 | h[4] << 8 | h[5]);
}

/* What follows the extension headers. libtins keeps that number to itself: the object that it built
 * tells it; where it built none, what is left is the last header that it names. */
uint8_t last_protocol(const Tins::IPv6 &ip)
{
    const Tins::PDU *inner = ip.inner_pdu();
    if (ip.headers().empty())
        return ip.next_header();
    switch (inner ? inner->pdu_type() : Tins::PDU::RAW) {
    case Tins::PDU::TCP:
        return IPPROTO_TCP;
    case Tins::PDU::UDP:
        return IPPROTO_UDP;
    case Tins::PDU::ICMPv6:
        return IPPROTO_ICMPV6;
    default:
        return ip.headers().back().option();
    }
}

void ipv6_read(const row &r, const Tins::IPv6 &ip, uint32_t left)
{
    pkt_batch &b = r.batch;
    const auto src = ip.src_addr(), dst = ip.dst_addr();
    r.has(PKT_HAS_IP);
    b.ip_version[r.at] = 6;
    b.ip_tos[r.at] = ip.traffic_class();
    b.ip_len[r.at] = 40u + ip.payload_length();
    b.ip_ttl[r.at] = ip.hop_limit();
    b.ip_proto[r.at] = last_protocol(ip);
    b.src_hi[r.at] = half_number(src, 0);
    b.src_lo[r.at] = half_number(src, 8);
    b.dst_hi[r.at] = half_number(dst, 0);
    b.dst_lo[r.at] = half_number(dst, 8);
    if (auto *fragment = ip.search_header(Tins::IPv6::FRAGMENT))
        fragment_read(r, *fragment);
    const uint32_t length = ip.payload_length() ? 40u + ip.payload_length() : left;
    const uint32_t headers = ip.header_size();
    payload_read(r, &ip, length > headers ? length - headers : 0);
}

void packet_read(const row &r, const Tins::PDU *packet, uint32_t wire_len)
{
    const Tins::PDU *pdu = tags_read(r, link_read(r, packet));
    uint32_t before = 0;
    for (const Tins::PDU *outer = packet; pdu && outer != pdu; outer = outer->inner_pdu())
        before += outer->header_size();
    const uint32_t left = wire_len > before ? wire_len - before : 0;
    if (pdu && pdu->pdu_type() == Tins::PDU::IP)
        ipv4_read(r, *static_cast<const Tins::IP *>(pdu), left);
    else if (pdu && pdu->pdu_type() == Tins::PDU::IPv6)
        ipv6_read(r, *static_cast<const Tins::IPv6 *>(pdu), left);
}

struct state : pcap_records {
    static constexpr const char *library = "libtins";
    static constexpr size_t row_text = tins_app_row_text;

    /* A packet that libtins throws on has no object: its row holds the columns of a frame alone. */
    void headers_read(const row &r, const record &packet) const
    {
        try {
            pdu_owner pdu = packet_build(dlt, packet);
            if (pdu)
                packet_read(r, pdu.get(), packet.wire_len);
        } catch (const Tins::exception_base &) {
        }
    }

    void record_read(const pcap_pkthdr &header, const uint8_t *data, pkt_batch &batch,
                     size_t at) const
    {
        frame_read(header, batch, at);
        if (level == PKT_LEVEL_FRAMES)
            Tins::RawPDU(data, header.caplen);
        else
            headers_read(row{batch, at, level == PKT_LEVEL_APP},
                         record{data, header.caplen, header.len});
    }
};

const char *tins_version()
{
    return LIBTINS_VERSION;
}

const pkt_feature features[] = {
    {"pcapng", "tested"},
    {"live", "stated: libtins' documentation, class Sniffer"},
    {"reassembly",
     "stated, in no level: libtins' documentation, classes IPv4Reassembler and StreamFollower"},
    {"makes-packets", "stated, in no level: libtins' documentation, PDU::serialize()"},
    {nullptr, nullptr},
};

#define ARP_WORD(w)                                                                                \
    (PKT_IN_WORD(w, arp_op) | PKT_IN_WORD(w, arp_src_ip) | PKT_IN_WORD(w, arp_dst_ip))
#define HEADERS_WORD(w) (PKT_HEADERS_WORD(w) & ~PKT_IN_WORD(w, verdict) & ~ARP_WORD(w))
#define FRAMES_WORD(w) (PKT_FRAMES_WORD(w) & HEADERS_WORD(w) & ~PKT_IN_WORD(w, present))

#define DNS_WORD(w)                                                                                \
    (PKT_IN_WORD(w, dns_response) | PKT_IN_WORD(w, dns_rcode) | PKT_IN_WORD(w, dns_qry_name) |     \
     PKT_IN_WORD(w, dns_qry_type) | PKT_IN_WORD(w, dns_a))
#define APP_WORD(w) (HEADERS_WORD(w) | DNS_WORD(w) | PKT_IN_WORD(w, dhcp_hostname))

const pkt_level_work levels[] = {
    {PKT_LEVEL_FRAMES,
     "pcap_next_ex(), whose microseconds alone FileSniffer would keep; a RawPDU of each packet",
     PKT_SET(FRAMES_WORD)},
    {PKT_LEVEL_HEADERS,
     "pcap_next_ex(); EthernetII (Dot3, SLL, IP, IPv6) of each packet, which builds every inner "
     "PDU; up to 30 attributes read",
     PKT_SET(HEADERS_WORD)},
    {PKT_LEVEL_APP, "the same, and DNS or DHCP of the payload, by the ports", PKT_SET(APP_WORD)},
    {PKT_LEVEL_FRAMES, nullptr, {}},
};

/* The table's members in their order, which C++17 has no names for. */
const pkt_backend backend = {
    PKT_ABI,
    sizeof(pkt_backend),
    "libtins",
    "libtins: a C++ object for every layer",
    "MIT AND BSD-2-Clause AND BSD-3-Clause", /* this driver, libtins, libpcap */
    "distribution",
    "libtins",
    levels,
    features,
    0,
    0,
    tins_version,
    nullptr,
    nullptr,
    pcap_run_open<state>,
    pcap_run_next<state>,
    pcap_run_close<state>,
    nullptr,
};

} // namespace

const pkt_backend *pkt_module(void)
{
    return &backend;
}
