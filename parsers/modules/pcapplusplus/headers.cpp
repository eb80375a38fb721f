#include "parsers/modules/pcapplusplus/headers.h"

#include "parsers/modules/pcapplusplus/app.h"

#include <EthDot3Layer.h>
#include <EthLayer.h>
#include <IPSecLayer.h>
#include <IPv4Layer.h>
#include <IPv6Layer.h>
#include <IcmpLayer.h>
#include <IcmpV6Layer.h>
#include <LLCLayer.h>
#include <PPPoELayer.h>
#include <Sll2Layer.h>
#include <SllLayer.h>
#include <TcpLayer.h>
#include <UdpLayer.h>
#include <VlanLayer.h>

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>

namespace
{

constexpr uint16_t ethertype_min = 0x0600; /* below: a length, IEEE 802.3 clause 3.2.6 */
constexpr uint8_t more_fragments = 1;

/* A row being written. */
struct row {
    pkt_batch &batch;
    size_t at;
    bool is_app; /* with columns of application protocols */

    void has(uint64_t bits) const
    {
        batch.present[at] |= bits;
    }
};

uint64_t number_of(const uint8_t *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | bytes[i];
    return number;
}

/* The header of a layer, which PcapPlusPlus also makes of fewer bytes: nothing then. */
template <typename header> const header *header_of(const pcpp::Layer &layer)
{
    return layer.getDataLen() < sizeof(header) ? nullptr
                                               : reinterpret_cast<const header *>(layer.getData());
}

void link_columns(const row &r, const uint8_t *src, const uint8_t *dst, uint16_t type)
{
    constexpr size_t mac_size = 6;
    r.has(PKT_HAS_LINK);
    r.batch.eth_src[r.at] = src ? number_of(src, mac_size) : 0;
    r.batch.eth_dst[r.at] = dst ? number_of(dst, mac_size) : 0;
    r.batch.eth_type[r.at] = type < ethertype_min ? 0 : type;
}

/* Columns of the outermost tag, and the type after the last one. */
void tag_read(const row &r, const pcpp::VlanLayer &layer)
{
    const auto *tag = header_of<pcpp::vlan_header>(layer);
    if (!tag)
        return;
    const uint16_t type = ntohs(tag->etherType);
    if (!(r.batch.present[r.at] & PKT_HAS_VLAN))
        r.batch.vlan_id[r.at] = layer.getVlanID();
    r.has(PKT_HAS_VLAN);
    r.batch.eth_type[r.at] = type < ethertype_min ? 0 : type;
}

void lengths_put(const row &r, uint32_t header, uint32_t left)
{
    r.has(PKT_HAS_L4);
    r.batch.l4_hlen[r.at] = static_cast<uint8_t>(header);
    r.batch.payload_len[r.at] = left > header ? left - header : 0;
}

void tcp_read(const row &r, const uint8_t *bytes, uint32_t left)
{
    constexpr size_t flags_at = 12;
    const auto *tcp = reinterpret_cast<const pcpp::tcphdr *>(bytes);
    pkt_batch &b = r.batch;
    r.has(PKT_HAS_PORTS | PKT_HAS_TCP);
    b.src_port[r.at] = ntohs(tcp->portSrc);
    b.dst_port[r.at] = ntohs(tcp->portDst);
    b.tcp_seq[r.at] = ntohl(tcp->sequenceNumber);
    b.tcp_ack[r.at] = ntohl(tcp->ackNumber);
    b.tcp_flags[r.at] = static_cast<uint16_t>(number_of(bytes + flags_at, 2) & 0x0fff);
    b.tcp_window[r.at] = ntohs(tcp->windowSize);
    lengths_put(r, tcp->dataOffset * 4u, left);
}

void udp_read(const row &r, const uint8_t *bytes, uint32_t left)
{
    const auto *udp = reinterpret_cast<const pcpp::udphdr *>(bytes);
    r.has(PKT_HAS_PORTS);
    r.batch.src_port[r.at] = ntohs(udp->portSrc);
    r.batch.dst_port[r.at] = ntohs(udp->portDst);
    lengths_put(r, sizeof *udp, left);
}

void icmp_read(const row &r, const uint8_t *bytes, uint32_t header, uint32_t left)
{
    r.has(PKT_HAS_ICMP);
    r.batch.icmp_type[r.at] = bytes[0];
    r.batch.icmp_code[r.at] = bytes[1];
    lengths_put(r, header, left);
}

/* Whether the datagram is the first of several fragments, or an IPv6 fragment that is alone. */
bool is_fragment(const row &r)
{
    const pkt_batch &b = r.batch;
    return b.present[r.at] & PKT_HAS_FRAG &&
           (b.ip_version[r.at] == 6 || b.ip_flags[r.at] & more_fragments);
}

/* The protocol number of a transport layer; that of the IP header where PcapPlusPlus makes no layer
 * of the bytes: in first fragments, and of UDP-Lite. 0: something else. */
uint8_t protocol_of(const row &r, const pcpp::Layer &layer)
{
    const uint8_t protocol = r.batch.ip_proto[r.at];
    switch (layer.getProtocol()) {
    case pcpp::TCP:
        return IPPROTO_TCP;
    case pcpp::UDP:
        return IPPROTO_UDP;
    case pcpp::ICMP:
        return IPPROTO_ICMP;
    case pcpp::ICMPv6:
        return IPPROTO_ICMPV6;
    case pcpp::GenericPayload:
        return is_fragment(r) || protocol == IPPROTO_UDPLITE ? protocol : uint8_t{0};
    default:
        return 0;
    }
}

/* `left`: bytes of the datagram from this layer on. */
void transport_read(const row &r, pcpp::Layer &layer, uint32_t left)
{
    constexpr uint32_t icmp_header = 8, icmp6_least = 4; /* RFC 4286 section 5: 4 bytes */
    const uint8_t *bytes = layer.getData();
    const size_t size = layer.getDataLen();
    const uint8_t control =
        r.batch.ip_version[r.at] == 4 ? uint8_t{IPPROTO_ICMP} : uint8_t{IPPROTO_ICMPV6};
    const uint8_t protocol = protocol_of(r, layer);
    const uint32_t header =
        protocol == IPPROTO_ICMPV6 && left < icmp_header ? icmp6_least : icmp_header;
    if (protocol == IPPROTO_TCP && size >= sizeof(pcpp::tcphdr))
        tcp_read(r, bytes, left);
    else if ((protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE) &&
             size >= sizeof(pcpp::udphdr))
        udp_read(r, bytes, left);
    else if (protocol == control && size >= header)
        icmp_read(r, bytes, header, left);
    if (r.is_app)
        pcapplusplus_app_columns(r.batch, r.at, layer.getNextLayer());
}

/* Past authentication headers to what follows; `left`: bytes of the datagram behind `layer`. */
void payload_read(const row &r, pcpp::Layer *layer, uint32_t left)
{
    layer = layer->getNextLayer();
    while (layer && layer->getProtocol() == pcpp::AuthenticationHeader) {
        const auto size = static_cast<uint32_t>(layer->getHeaderLen());
        r.batch.ip_proto[r.at] =
            static_cast<pcpp::AuthenticationHeaderLayer *>(layer)->getAHHeader()->nextHeader;
        left = left > size ? left - size : 0;
        layer = layer->getNextLayer();
    }
    if (layer)
        transport_read(r, *layer, left);
}

/* `wire`: bytes of the packet on the wire from this layer on. */
void ipv4_read(const row &r, pcpp::IPv4Layer &layer, uint32_t wire)
{
    const pcpp::iphdr *ip = layer.getIPv4Header();
    pkt_batch &b = r.batch;
    r.has(PKT_HAS_IP | PKT_HAS_FRAG);
    b.ip_version[r.at] = 4;
    b.ip_tos[r.at] = ip->typeOfService;
    b.ip_len[r.at] = ntohs(ip->totalLength);
    b.ip_id[r.at] = ntohs(ip->ipId);
    b.ip_flags[r.at] = static_cast<uint8_t>(ntohs(ip->fragmentOffset) >> 13 & 3);
    b.frag_off[r.at] = layer.getFragmentOffset();
    b.ip_ttl[r.at] = ip->timeToLive;
    b.ip_proto[r.at] = ip->protocol;
    b.src_lo[r.at] = ntohl(ip->ipSrc);
    b.dst_lo[r.at] = ntohl(ip->ipDst);
    const uint32_t total = b.ip_len[r.at] ? b.ip_len[r.at] : wire;
    const uint32_t header = ip->internetHeaderLength * 4u;
    if (b.frag_off[r.at] == 0)
        payload_read(r, &layer, total > header ? total - header : 0);
}

/* The protocol after the extension headers, which the layer keeps to itself. The last of them may
 * be longer than the data. */
uint8_t last_protocol(const pcpp::IPv6Layer &layer)
{
    constexpr uint8_t fragment = 44, authentication = 51;
    constexpr size_t header = 40;
    const size_t end = std::min(layer.getHeaderLen(), layer.getDataLen());
    const uint8_t *bytes = layer.getData();
    uint8_t protocol = layer.getIPv6Header()->nextHeader;
    for (size_t at = header; at + 2 <= end;) {
        const size_t size = protocol == fragment         ? 8
                            : protocol == authentication ? (bytes[at + 1] + 2u) * 4
                                                         : (bytes[at + 1] + 1u) * 8;
        protocol = bytes[at];
        at += size;
    }
    return protocol;
}

void ipv6_read(const row &r, pcpp::IPv6Layer &layer, uint32_t wire)
{
    constexpr uint32_t header = 40;
    const pcpp::ip6_hdr *ip = layer.getIPv6Header();
    const uint8_t *bytes = layer.getData();
    pkt_batch &b = r.batch;
    r.has(PKT_HAS_IP);
    b.ip_version[r.at] = 6;
    b.ip_tos[r.at] = static_cast<uint8_t>(number_of(bytes, 2) >> 4);
    b.ip_len[r.at] = header + ntohs(ip->payloadLength);
    b.ip_ttl[r.at] = ip->hopLimit;
    b.ip_proto[r.at] = last_protocol(layer);
    b.src_hi[r.at] = number_of(ip->ipSrc, 8);
    b.src_lo[r.at] = number_of(ip->ipSrc + 8, 8);
    b.dst_hi[r.at] = number_of(ip->ipDst, 8);
    b.dst_lo[r.at] = number_of(ip->ipDst + 8, 8);
    /* Two bytes are enough for PcapPlusPlus. Its structure is not packed: bytes are read, not
     * members. */
    constexpr size_t fragment_size = 8; /* RFC 8200, section 4.5 */
    auto *extension = layer.getExtensionOfType<pcpp::IPv6FragmentationHeader>();
    const auto *fragment =
        extension ? reinterpret_cast<const uint8_t *>(extension->getFragHeader()) : nullptr;
    if (fragment && fragment + fragment_size <= bytes + layer.getDataLen()) {
        const auto offset = static_cast<uint16_t>(number_of(fragment + 2, 2));
        r.has(PKT_HAS_FRAG);
        b.frag_off[r.at] = offset & 0xfff8;
        b.ip_flags[r.at] = offset & 1;
        b.ip_id[r.at] = static_cast<uint32_t>(number_of(fragment + 4, 4));
    }
    const uint32_t total = ip->payloadLength ? b.ip_len[r.at] : wire;
    const auto headers = static_cast<uint32_t>(layer.getHeaderLen());
    if (b.frag_off[r.at] == 0)
        payload_read(r, &layer, total > headers ? total - headers : 0);
}

/* All layers, or those up to the first of a transport protocol. Further layers cost time. */
void packet_parse(pcpp::Packet &packet, pcpp::RawPacket &raw, bool is_app)
{
    constexpr pcpp::ProtocolTypeFamily transport =
        pcpp::TCP | pcpp::UDP << 8 | pcpp::ICMP << 16 |
        static_cast<pcpp::ProtocolTypeFamily>(pcpp::ICMPv6) << 24;
    packet.setRawPacket(&raw, false, is_app ? pcpp::UnknownProtocol : transport);
}

void ip_read(const row &r, pcpp::Layer &layer, uint32_t wire)
{
    if (layer.getProtocol() == pcpp::IPv4)
        ipv4_read(r, static_cast<pcpp::IPv4Layer &>(layer), wire);
    else if (layer.getProtocol() == pcpp::IPv6)
        ipv6_read(r, static_cast<pcpp::IPv6Layer &>(layer), wire);
}

/* IP after a header of which PcapPlusPlus makes no layer, `skipped` bytes into the layer. */
void inner_ip_read(const row &r, const pcpp::Layer &layer, size_t skipped, uint32_t wire)
{
    if (skipped >= layer.getDataLen() || skipped >= wire)
        return;
    pcpp::RawPacket raw(nullptr, 0, timespec{}, false);
    raw.setRawData(layer.getData() + skipped, static_cast<int>(layer.getDataLen() - skipped),
                   timespec{}, pcpp::LINKTYPE_RAW, static_cast<int>(wire - skipped));
    pcpp::Packet packet;
    packet_parse(packet, raw, r.is_app);
    ip_read(r, *packet.getFirstLayer(), wire - static_cast<uint32_t>(skipped));
}

/* IEEE 802 clause 9.2: DSAP, SSAP and control of LLC, 3 bytes of an organisation, an EtherType. */
void snap_read(const row &r, const pcpp::Layer &llc, uint32_t wire)
{
    constexpr size_t header = 8, type_at = 6;
    constexpr uint64_t ethernet = 0xaaaa03000000, ipv4 = 0x0800, ipv6 = 0x86dd;
    const uint8_t *bytes = llc.getData();
    if (llc.getDataLen() < header || number_of(bytes, type_at) != ethernet)
        return;
    const uint64_t type = number_of(bytes + type_at, 2);
    if (type == ipv4 || type == ipv6)
        inner_ip_read(r, llc, header, wire);
}

/* RFC 3032 section 2: label stack entries of 4 bytes, of which the last has a bit set. */
void ppp_mpls_read(const row &r, const pcpp::PPPoESessionLayer &ppp, uint32_t wire)
{
    constexpr size_t entry = 4, bottom_at = 2;
    const size_t size = ppp.getDataLen();
    size_t at = ppp.getHeaderLen();
    bool is_bottom = false;
    for (; !is_bottom && at + entry <= size; at += entry)
        is_bottom = ppp.getData()[at + bottom_at] & 1;
    if (is_bottom)
        inner_ip_read(r, ppp, at, wire);
}

/* Columns of one layer up to IP. Returns whether layers below IP follow. */
bool layer_read(const row &r, pcpp::Layer *layer, uint32_t wire)
{
    switch (layer->getProtocol()) {
    case pcpp::Ethernet: {
        const auto *link = static_cast<pcpp::EthLayer *>(layer)->getEthHeader();
        link_columns(r, link->srcMac, link->dstMac, ntohs(link->etherType));
        return true;
    }
    case pcpp::EthernetDot3: {
        const auto *link = static_cast<pcpp::EthDot3Layer *>(layer)->getEthHeader();
        link_columns(r, link->srcMac, link->dstMac, 0);
        return true;
    }
    case pcpp::SLL:
        if (const auto *link = header_of<pcpp::sll_header>(*layer))
            link_columns(r, nullptr, nullptr, ntohs(link->protocol_type));
        return true;
    case pcpp::SLL2:
        if (const auto *link = header_of<pcpp::sll2_header>(*layer))
            link_columns(r, nullptr, nullptr, ntohs(link->protocol_type));
        return true;
    case pcpp::VLAN:
        tag_read(r, *static_cast<pcpp::VlanLayer *>(layer));
        return true;
    case pcpp::LLC:
        snap_read(r, *layer, wire);
        return false;
    case pcpp::PPPoESession: {
        const auto &ppp = *static_cast<pcpp::PPPoESessionLayer *>(layer);
        if (ppp.getPPPNextProtocol() != PCPP_PPP_MPLS_UNI)
            return true;
        ppp_mpls_read(r, ppp, wire);
        return false;
    }
    case pcpp::IPv4:
    case pcpp::IPv6:
        ip_read(r, *layer, wire);
        return false;
    default: /* MPLS */
        return true;
    }
}

/* Columns of the layers of the packet up to transport. */
void layers_read(const row &r, const pcpp::Packet &packet, const pcpp::RawPacket &raw)
{
    const auto wire = static_cast<uint32_t>(raw.getFrameLength());
    for (auto *layer = packet.getFirstLayer(); layer; layer = layer->getNextLayer()) {
        const auto before = static_cast<uint32_t>(layer->getData() - raw.getRawData());
        if (!layer_read(r, layer, wire > before ? wire - before : 0))
            return;
    }
}

} // namespace

void pcapplusplus_header_columns(pkt_batch &batch, size_t at, bool is_app, pcpp::Packet &packet,
                                 pcpp::RawPacket &raw)
{
    packet_parse(packet, raw, is_app);
    layers_read(row{batch, at, is_app}, packet, raw);
}
