#include "parsers/modules/libtins/app.h"

#include <string>
#include <vector>

namespace
{

constexpr uint16_t port_dns = 53, port_mdns = 5353, port_llmnr = 5355;
constexpr uint16_t port_dhcp_server = 67, port_dhcp_client = 68;

bool is_dns_port(uint16_t port, bool is_tcp)
{
    return port == port_dns || (!is_tcp && (port == port_mdns || port == port_llmnr));
}

void text_put(pkt_batch &batch, pkt_text &cell, const std::string &text)
{
    if (text.size() <= PKT_TEXT_MAX)
        (void)pkt_batch_text(&batch, &cell, text.data(), text.size());
}

void answers_read(pkt_batch &batch, size_t at, const Tins::DNS &dns)
{
    for (const auto &answer : dns.answers()) {
        if (answer.query_type() != Tins::DNS::A)
            continue;
        const Tins::IPv4Address address(answer.data());
        batch.dns_a[at] = Tins::Endian::be_to_host<uint32_t>(static_cast<uint32_t>(address));
        batch.present[at] |= PKT_HAS_DNS_A;
        return;
    }
}

void dns_read(pkt_batch &batch, size_t at, const uint8_t *data, size_t size)
{
    const Tins::DNS dns(data, static_cast<uint32_t>(size));
    batch.present[at] |= PKT_HAS_DNS;
    batch.dns_response[at] = dns.type() == Tins::DNS::RESPONSE;
    if (dns.type() == Tins::DNS::RESPONSE) {
        batch.present[at] |= PKT_HAS_DNS_RCODE;
        batch.dns_rcode[at] = dns.rcode();
    }
    for (const auto &query : dns.queries()) {
        batch.present[at] |= PKT_HAS_DNS_QRY;
        batch.dns_qry_type[at] = static_cast<uint16_t>(query.query_type());
        text_put(batch, batch.dns_qry_name[at], query.dname());
        break;
    }
    answers_read(batch, at, dns);
}

void dhcp_read(pkt_batch &batch, size_t at, const uint8_t *data, size_t size)
{
    const Tins::DHCP dhcp(data, static_cast<uint32_t>(size));
    std::string name = dhcp.hostname();
    name.erase(name.find_last_not_of('\0') + 1); /* RFC 2132 section 2: no NULs at its end */
    text_put(batch, batch.dhcp_hostname[at], name);
}

void payload_read(pkt_batch &batch, size_t at, const std::vector<uint8_t> &payload, bool is_tcp)
{
    constexpr size_t tcp_length = 2; /* RFC 1035 section 4.2.2 */
    const uint16_t src = batch.src_port[at], dst = batch.dst_port[at];
    const size_t skipped = is_tcp ? tcp_length : 0;
    if (payload.size() <= skipped)
        return;
    if (is_dns_port(src, is_tcp) || is_dns_port(dst, is_tcp))
        dns_read(batch, at, payload.data() + skipped, payload.size() - skipped);
    else if (!is_tcp && (src == port_dhcp_server || src == port_dhcp_client ||
                         dst == port_dhcp_server || dst == port_dhcp_client))
        dhcp_read(batch, at, payload.data(), payload.size());
}

} // namespace

void tins_app_columns(pkt_batch &batch, size_t at, const Tins::PDU &transport)
{
    const Tins::PDU *inner = transport.inner_pdu();
    if (!inner || inner->pdu_type() != Tins::PDU::RAW)
        return;
    try {
        payload_read(batch, at, static_cast<const Tins::RawPDU *>(inner)->payload(),
                     transport.pdu_type() == Tins::PDU::TCP);
    } catch (const std::exception &) { /* a malformed message, or an option that is not there */
    }
}
