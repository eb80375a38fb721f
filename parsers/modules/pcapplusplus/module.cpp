/* PcapPlusPlus: its reader over libpcap, and its packets as lists of layers, behind pktbench's
 * interface.
 */
#include "parsers/modules/pcapplusplus/app.h"
#include "pktbench.h"

#include <EthDot3Layer.h>
#include <EthLayer.h>
#include <IPSecLayer.h>
#include <IPv4Layer.h>
#include <IPv6Layer.h>
#include <IcmpLayer.h>
#include <IcmpV6Layer.h>
#include <Logger.h>
#include <Packet.h>
#include <PcapFileDevice.h>
#include <SllLayer.h>
#include <TcpLayer.h>
#include <UdpLayer.h>
#include <VlanLayer.h>

#include <arpa/inet.h>
#include <memory>
#include <netinet/in.h>

namespace
{

constexpr uint16_t ethertype_min = 0x0600; /* below: a length, IEEE 802.3 clause 3.2.6 */
constexpr uint8_t more_fragments = 1;
constexpr size_t file_header = 24, record_header = 16; /* bytes in a pcap file */

struct state {
    std::unique_ptr<pcpp::PcapFileReaderDevice> reader;
    pcpp::RawPacket raw;
    pcpp::Packet packet;
    pkt_level level;
    bool is_pcap;        /* the seconds are 32 bits without a sign */
    uint64_t size, read; /* bytes of a pcap file, and of its header and records */
};

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

void link_columns(const row &r, const uint8_t *src, const uint8_t *dst, uint16_t type)
{
    constexpr size_t mac_size = 6;
    r.has(PKT_HAS_LINK);
    r.batch.eth_src[r.at] = src ? number_of(src, mac_size) : 0;
    r.batch.eth_dst[r.at] = dst ? number_of(dst, mac_size) : 0;
    r.batch.eth_type[r.at] = type < ethertype_min ? 0 : type;
}

/* Columns of the outermost tag, and the type after the last one. */
void tag_read(const row &r, const pcpp::VlanLayer &tag)
{
    const uint16_t type = ntohs(tag.getVlanHeader()->etherType);
    if (!(r.batch.present[r.at] & PKT_HAS_VLAN))
        r.batch.vlan_id[r.at] = tag.getVlanID();
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

/* The protocol number of a transport layer; that of the IP header where PcapPlusPlus makes no layer
 * of the bytes: in first fragments, and of UDP-Lite. 0: something else. */
uint8_t protocol_of(const row &r, const pcpp::Layer &layer)
{
    const pkt_batch &b = r.batch;
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
        return (b.present[r.at] & PKT_HAS_FRAG && b.ip_flags[r.at] & more_fragments) ||
                       b.ip_proto[r.at] == IPPROTO_UDPLITE
                   ? b.ip_proto[r.at]
                   : uint8_t{0};
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

/* The protocol after the extension headers, which the layer keeps to itself. */
uint8_t last_protocol(const pcpp::IPv6Layer &layer)
{
    constexpr uint8_t fragment = 44, authentication = 51;
    constexpr size_t header = 40;
    const uint8_t *bytes = layer.getData();
    uint8_t protocol = layer.getIPv6Header()->nextHeader;
    for (size_t at = header; at + 2 <= layer.getHeaderLen();) {
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
    if (auto *fragment = layer.getExtensionOfType<pcpp::IPv6FragmentationHeader>()) {
        const uint16_t offset = ntohs(fragment->getFragHeader()->fragOffsetAndFlags);
        r.has(PKT_HAS_FRAG);
        b.frag_off[r.at] = offset & 0xfff8;
        b.ip_flags[r.at] = offset & 1;
        b.ip_id[r.at] = ntohl(fragment->getFragHeader()->id);
    }
    const uint32_t total = ip->payloadLength ? b.ip_len[r.at] : wire;
    const auto headers = static_cast<uint32_t>(layer.getHeaderLen());
    if (b.frag_off[r.at] == 0)
        payload_read(r, &layer, total > headers ? total - headers : 0);
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
        link_columns(r, nullptr, nullptr,
                     ntohs(static_cast<pcpp::SllLayer *>(layer)->getSllHeader()->protocol_type));
        return true;
    case pcpp::VLAN:
        tag_read(r, *static_cast<pcpp::VlanLayer *>(layer));
        return true;
    case pcpp::IPv4:
        ipv4_read(r, *static_cast<pcpp::IPv4Layer *>(layer), wire);
        return false;
    case pcpp::IPv6:
        ipv6_read(r, *static_cast<pcpp::IPv6Layer *>(layer), wire);
        return false;
    default: /* MPLS, PPPoE, PPP */
        return true;
    }
}

/* Columns of the layers of the packet up to transport. */
void layers_read(const state &s, const row &r)
{
    const auto wire = static_cast<uint32_t>(s.raw.getFrameLength());
    for (auto *layer = s.packet.getFirstLayer(); layer; layer = layer->getNextLayer()) {
        const auto before = static_cast<uint32_t>(layer->getData() - s.raw.getRawData());
        if (!layer_read(r, layer, wire > before ? wire - before : 0))
            return;
    }
}

/* Without application layers, unless that leaves the packet without a transport layer: what is in
 * PPPoE and MPLS, and what has no layer of its own, is left out then. */
void headers_read(state &s, const row &r)
{
    s.packet.setRawPacket(&s.raw, false, pcpp::UnknownProtocol,
                          r.is_app ? pcpp::OsiModelLayerUnknown : pcpp::OsiModelTransportLayer);
    layers_read(s, r);
    if (r.is_app || r.batch.present[r.at] & PKT_HAS_L4)
        return;
    s.packet.setRawPacket(&s.raw, false);
    layers_read(s, r);
}

void record_read(state &s, const row &r)
{
    const timespec time = s.raw.getPacketTimeStamp();
    const int64_t seconds = s.is_pcap ? static_cast<uint32_t>(time.tv_sec) : time.tv_sec;
    s.read += record_header + static_cast<uint64_t>(s.raw.getRawDataLen());
    r.batch.ts_ns[r.at] = pkt_time_ns(seconds, time.tv_nsec);
    r.batch.cap_len[r.at] = static_cast<uint32_t>(s.raw.getRawDataLen());
    r.batch.wire_len[r.at] = static_cast<uint32_t>(s.raw.getFrameLength());
    r.batch.link_type[r.at] = static_cast<uint16_t>(s.raw.getLinkLayerType());
    if (s.level != PKT_LEVEL_FRAMES)
        headers_read(s, r);
}

int pcapplusplus_open(void *, void **out, const pkt_capture *capture, const pkt_request *request,
                      pkt_err *err)
{
    try {
        auto s = std::make_unique<state>();
        s->reader = std::make_unique<pcpp::PcapFileReaderDevice>(capture->path);
        pcpp::Logger::getInstance().suppressLogs();
        if (!s->reader->open())
            return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE,
                            "PcapPlusPlus cannot open the capture");
        s->level = request->level;
        s->is_pcap = capture->format == PKT_FORMAT_PCAP;
        s->size = s->is_pcap ? capture->size : 0;
        s->read = file_header;
        *out = s.release();
        return 0;
    } catch (const std::exception &thrown) {
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "PcapPlusPlus: %s", thrown.what());
    }
}

/* Its reader does not say whether a capture has ended or is truncated. */
int end_check(const state &s, pkt_err *err)
{
    if (s.read >= s.size)
        return 0;
    return pkt_fail(err, PKT_ERR_TRUNCATED, s.read, "the capture ends within a record");
}

/* Nothing that PcapPlusPlus throws may pass through the caller, which is C. */
int pcapplusplus_next(void *run, pkt_batch *batch, pkt_err *err)
{
    auto *s = static_cast<state *>(run);
    const bool is_app = s->level == PKT_LEVEL_APP;
    size_t rows = 0;
    try {
        while (rows < PKT_BATCH_ROWS &&
               !(is_app && batch->text_room - batch->text_used < pcapplusplus_row_text) &&
               s->reader->getNextPacket(s->raw))
            record_read(*s, row{*batch, rows++, is_app});
        return rows > 0 ? static_cast<int>(rows) : end_check(*s, err);
    } catch (const std::exception &thrown) {
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "PcapPlusPlus: %s", thrown.what());
    }
}

void pcapplusplus_close(void *run)
{
    delete static_cast<state *>(run);
}

const char *pcapplusplus_version()
{
    return PCAPPLUSPLUS_FOUND_VERSION;
}

const pkt_feature features[] = {
    {"pcapng", "tested"},
    {"live", "stated: PcapPlusPlus' documentation, class PcapLiveDevice"},
    {"reassembly", "stated, in no level: PcapPlusPlus' documentation, classes TcpReassembly and "
                   "IPReassembly"},
    {"makes-packets", "stated, in no level: PcapPlusPlus' documentation, Packet Crafting"},
    {nullptr, nullptr},
};

#define ARP_WORD(w)                                                                                \
    (PKT_IN_WORD(w, arp_op) | PKT_IN_WORD(w, arp_src_ip) | PKT_IN_WORD(w, arp_dst_ip))
#define HEADERS_WORD(w) (PKT_HEADERS_WORD(w) & ~PKT_IN_WORD(w, verdict) & ~ARP_WORD(w))
#define FRAMES_WORD(w) (PKT_FRAMES_WORD(w) & HEADERS_WORD(w) & ~PKT_IN_WORD(w, present))

#define DNS_WORD(w)                                                                                \
    (PKT_IN_WORD(w, dns_response) | PKT_IN_WORD(w, dns_rcode) | PKT_IN_WORD(w, dns_qry_name) |     \
     PKT_IN_WORD(w, dns_qry_type) | PKT_IN_WORD(w, dns_a))
#define TLS_WORD(w) (PKT_IN_WORD(w, tls_hs_type) | PKT_IN_WORD(w, tls_sni))
#define APP_WORD(w) (HEADERS_WORD(w) | DNS_WORD(w) | TLS_WORD(w) | PKT_IN_WORD(w, dhcp_hostname))

const pkt_level_work levels[] = {
    {PKT_LEVEL_FRAMES, "PcapFileReaderDevice::getNextPacket(), which copies each packet",
     PKT_SET(FRAMES_WORD)},
    {PKT_LEVEL_HEADERS,
     "getNextPacket(); Packet::setRawPacket() up to the transport layer; up to 30 fields read",
     PKT_SET(HEADERS_WORD)},
    {PKT_LEVEL_APP,
     "getNextPacket(); Packet::setRawPacket() with all layers; fields of DNS, DHCP "
     "and TLS",
     PKT_SET(APP_WORD)},
    {PKT_LEVEL_FRAMES, nullptr, {}},
};

/* The table's members in their order, which C++17 has no names for. */
const pkt_backend backend = {
    PKT_ABI,
    sizeof(pkt_backend),
    "pcapplusplus",
    "PcapPlusPlus: a C++ object for every layer, in place",
    "MIT AND Unlicense AND BSD-3-Clause", /* this driver, PcapPlusPlus, libpcap */
    "upstream",
    "PcapPlusPlus",
    levels,
    features,
    0,
    0,
    pcapplusplus_version,
    nullptr,
    nullptr,
    pcapplusplus_open,
    pcapplusplus_next,
    pcapplusplus_close,
    nullptr,
};

} // namespace

const pkt_backend *pkt_module(void)
{
    return &backend;
}
