/* PcapPlusPlus: its packets as lists of layers behind pktbench's interface.
 *
 * Records are read by libpcap itself, into a RawPacket without a copy. Of PcapPlusPlus' readers,
 * PcapFileReaderDevice copies each packet and does not tell an error from the end of the capture;
 * nor does PcapNgFileReaderDevice, to which a big-endian file is one without packets. */
#include "parsers/modules/pcapplusplus/app.h"
#include "parsers/modules/pcapplusplus/headers.h"
#include "pktbench.h"

#include <Logger.h>
#include <Packet.h>

#include <memory>

#include <pcap/pcap.h>

namespace
{

struct pcap_closer {
    void operator()(pcap_t *pcap) const
    {
        pcap_close(pcap);
    }
};

/* `packet` points to `raw`, and `raw` to libpcap's buffer: they end in this order. */
struct state {
    std::unique_ptr<pcap_t, pcap_closer> pcap;
    pcpp::RawPacket raw{nullptr, 0, timespec{}, false};
    pcpp::Packet packet;
    pkt_level level = PKT_LEVEL_FRAMES;
    pcpp::LinkLayerType link = pcpp::LINKTYPE_NULL;
    uint16_t link_type = 0;
    bool short_seconds = false; /* classic pcap: the seconds are 32 bits without a sign */
    pkt_err fault{};            /* returned after the rows before it */
};

void record_read(state &s, const pcap_pkthdr &header, const uint8_t *data, pkt_batch &batch,
                 size_t at)
{
    const timespec time = {header.ts.tv_sec, header.ts.tv_usec}; /* nanoseconds, as asked for */
    s.raw.setRawData(data, static_cast<int>(header.caplen), time, s.link,
                     static_cast<int>(header.len));
    batch.ts_ns[at] = pkt_time_ns(
        s.short_seconds ? static_cast<uint32_t>(time.tv_sec) : time.tv_sec, time.tv_nsec);
    batch.cap_len[at] = header.caplen;
    batch.wire_len[at] = header.len;
    batch.link_type[at] = s.link_type;
    if (s.level != PKT_LEVEL_FRAMES)
        pcapplusplus_header_columns(batch, at, s.level == PKT_LEVEL_APP, s.packet, s.raw);
}

uint16_t link_type_of(int dlt)
{
    constexpr uint16_t linktype_raw = 101; /* DLT_RAW is 12 or 14 */
    return dlt == DLT_RAW ? linktype_raw : static_cast<uint16_t>(dlt);
}

int pcapplusplus_open(void *, void **out, const pkt_capture *capture, const pkt_request *request,
                      pkt_err *err)
{
    char words[PCAP_ERRBUF_SIZE];
    try {
        auto s = std::make_unique<state>();
        pcpp::Logger::getInstance().suppressLogs();
        s->pcap.reset(pcap_open_offline_with_tstamp_precision(capture->path,
                                                              PCAP_TSTAMP_PRECISION_NANO, words));
        if (!s->pcap)
            return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "libpcap: %s", words);
        const int dlt = pcap_datalink(s->pcap.get());
        s->level = request->level;
        s->link = static_cast<pcpp::LinkLayerType>(dlt);
        s->link_type = link_type_of(dlt);
        s->short_seconds = capture->format == PKT_FORMAT_PCAP;
        *out = s.release();
        return 0;
    } catch (const std::exception &thrown) {
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "PcapPlusPlus: %s", thrown.what());
    }
}

/* libpcap reports errors as text only; this is its text for a file that ended early. */
void read_fault(pcap_t *pcap, pkt_err *err)
{
    const char *words = pcap_geterr(pcap);
    const pkt_errcode code = strstr(words, "truncated") ? PKT_ERR_TRUNCATED : PKT_ERR_CORRUPT;
    pkt_fail(err, code, PKT_POS_NONE, "libpcap: %s", words);
}

int batch_fill(state &s, pkt_batch &batch)
{
    size_t rows = 0;
    const bool is_app = s.level == PKT_LEVEL_APP;
    while (rows < PKT_BATCH_ROWS && s.fault.code == PKT_ERR_NONE) {
        if (is_app && batch.text_room - batch.text_used < pcapplusplus_row_text)
            break;
        pcap_pkthdr *header;
        const uint8_t *data;
        const int got = pcap_next_ex(s.pcap.get(), &header, &data);
        if (got == 1)
            record_read(s, *header, data, batch, rows++);
        else if (got == PCAP_ERROR_BREAK)
            break;
        else
            read_fault(s.pcap.get(), &s.fault);
    }
    return static_cast<int>(rows);
}

/* Nothing that PcapPlusPlus throws may pass through the caller, which is C. */
int pcapplusplus_next(void *run, pkt_batch *batch, pkt_err *err)
{
    auto *s = static_cast<state *>(run);
    try {
        const int rows = batch_fill(*s, *batch);
        if (rows > 0 || s->fault.code == PKT_ERR_NONE)
            return rows;
        *err = s->fault;
        return -1;
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
