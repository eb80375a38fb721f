/* PcapPlusPlus: its packets as lists of layers behind pktbench's interface.
 *
 * Records are read by libpcap itself, into a RawPacket without a copy. Of PcapPlusPlus' readers,
 * PcapFileReaderDevice copies each packet and does not tell an error from the end of the capture;
 * nor does PcapNgFileReaderDevice, to which a big-endian file is one without packets. */
#include "parsers/modules/pcap_records/pcap_records.h"
#include "parsers/modules/pcapplusplus/app.h"
#include "parsers/modules/pcapplusplus/headers.h"
#include "pktbench.h"

#include <Logger.h>
#include <Packet.h>

namespace
{

/* `packet` points to `raw`, and `raw` to libpcap's buffer: they end in this order, before libpcap.
 */
struct state : pcap_records {
    static constexpr const char *library = "PcapPlusPlus";
    static constexpr size_t row_text = pcapplusplus_row_text;

    pcpp::RawPacket raw{nullptr, 0, timespec{}, false};
    pcpp::Packet packet;

    state()
    {
        pcpp::Logger::getInstance().suppressLogs();
    }

    void record_read(const pcap_pkthdr &header, const uint8_t *data, pkt_batch &batch, size_t at)
    {
        const timespec time = {header.ts.tv_sec, header.ts.tv_usec};
        raw.setRawData(data, static_cast<int>(header.caplen), time,
                       static_cast<pcpp::LinkLayerType>(dlt), static_cast<int>(header.len));
        frame_read(header, batch, at);
        if (level != PKT_LEVEL_FRAMES)
            pcapplusplus_header_columns(batch, at, level == PKT_LEVEL_APP, packet, raw);
    }
};

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
    {PKT_LEVEL_FRAMES,
     "pcap_next_ex() into a RawPacket; PcapFileReaderDevice would copy each, and take a truncated "
     "capture for a complete one",
     PKT_SET(FRAMES_WORD)},
    {PKT_LEVEL_HEADERS,
     "the same; Packet::setRawPacket() until TCP, UDP or ICMP; up to 30 fields read",
     PKT_SET(HEADERS_WORD)},
    {PKT_LEVEL_APP, "the same; Packet::setRawPacket() with all layers; fields of DNS, DHCP and TLS",
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
