#include "parsers/modules/pcapplusplus/app.h"

#include <DhcpLayer.h>
#include <DnsLayer.h>
#include <DnsResourceData.h>
#include <SSLHandshake.h>
#include <SSLLayer.h>

#include <algorithm>
#include <arpa/inet.h>
#include <string>

namespace
{

void text_put(pkt_batch &batch, pkt_text &cell, const std::string &text)
{
    if (text.size() <= PKT_TEXT_MAX)
        (void)pkt_batch_text(&batch, &cell, text.data(), text.size());
}

/* Whether the record is an A record, whose address is then in the row. */
bool address_read(pkt_batch &batch, size_t at, const pcpp::DnsResource &record)
{
    if (record.getDnsType() != pcpp::DNS_TYPE_A)
        return false;
    auto data = record.getData();
    batch.dns_a[at] = ntohl(data.castAs<pcpp::IPv4DnsResourceData>()->getIpAddress().toInt());
    batch.present[at] |= PKT_HAS_DNS_A;
    return true;
}

/* The first A record of the answers, authorities and additional records. */
void addresses_read(pkt_batch &batch, size_t at, const pcpp::DnsLayer &dns)
{
    for (auto *record = dns.getFirstAnswer(); record; record = dns.getNextAnswer(record))
        if (address_read(batch, at, *record))
            return;
    for (auto *record = dns.getFirstAuthority(); record; record = dns.getNextAuthority(record))
        if (address_read(batch, at, *record))
            return;
    for (auto *record = dns.getFirstAdditionalRecord(); record;
         record = dns.getNextAdditionalRecord(record))
        if (address_read(batch, at, *record))
            return;
}

void dns_read(pkt_batch &batch, size_t at, const pcpp::DnsLayer &dns)
{
    const pcpp::dnshdr *header = dns.getDnsHeader();
    batch.present[at] |= PKT_HAS_DNS;
    batch.dns_response[at] = header->queryOrResponse;
    if (header->queryOrResponse) {
        batch.present[at] |= PKT_HAS_DNS_RCODE;
        batch.dns_rcode[at] = header->responseCode;
    }
    if (const auto *query = dns.getFirstQuery()) {
        batch.present[at] |= PKT_HAS_DNS_QRY;
        batch.dns_qry_type[at] = static_cast<uint16_t>(query->getDnsType());
        text_put(batch, batch.dns_qry_name[at], query->getName());
    }
    addresses_read(batch, at, dns);
}

void dhcp_read(pkt_batch &batch, size_t at, const pcpp::DhcpLayer &dhcp)
{
    if (dhcp.getDataLen() <= sizeof(pcpp::dhcp_header)) /* PcapPlusPlus takes it for no end */
        return;
    const auto option = dhcp.getOptionData(pcpp::DHCPOPT_HOST_NAME);
    if (option.isNull())
        return;
    std::string name = option.getValueAsString();
    name.erase(name.find_last_not_of('\0') + 1); /* RFC 2132 section 2: no NULs at its end */
    text_put(batch, batch.dhcp_hostname[at], name);
}

/* Whether the name is there up to its end, which PcapPlusPlus does not ask. RFC 6066 section 3: the
 * length of the list, a type, the length of the name, the name. */
bool name_is_whole(const pcpp::SSLServerNameIndicationExtension &extension,
                   const pcpp::Layer &handshake)
{
    constexpr size_t length_at = 3, name_at = 5;
    const uint8_t *bytes = extension.getData(), *end = handshake.getData() + handshake.getDataLen();
    if (bytes >= end || static_cast<size_t>(end - bytes) < name_at)
        return false;
    const size_t room = std::min<size_t>(extension.getLength(), static_cast<size_t>(end - bytes));
    return room >= name_at + (bytes[length_at] << 8 | bytes[length_at + 1]);
}

void hello_read(pkt_batch &batch, size_t at, const pcpp::SSLClientHelloMessage &hello,
                const pcpp::Layer &handshake)
{
    auto *name = hello.getExtensionOfType<pcpp::SSLServerNameIndicationExtension>();
    if (name && name_is_whole(*name, handshake))
        text_put(batch, batch.tls_sni[at], name->getHostName());
}

void tls_read(pkt_batch &batch, size_t at, const pcpp::SSLHandshakeLayer &handshake)
{
    if (handshake.getHandshakeMessagesCount() == 0)
        return;
    const auto *message = handshake.getHandshakeMessageAt(0);
    if (!message->isMessageComplete())
        return;
    batch.present[at] |= PKT_HAS_TLS;
    batch.tls_hs_type[at] = static_cast<uint8_t>(message->getHandshakeType());
    if (message->getHandshakeType() == pcpp::SSL_CLIENT_HELLO)
        hello_read(batch, at, *static_cast<const pcpp::SSLClientHelloMessage *>(message),
                   handshake);
}

void layer_read(pkt_batch &batch, size_t at, pcpp::Layer *payload)
{
    switch (payload->getProtocol()) {
    case pcpp::DNS:
        return dns_read(batch, at, *static_cast<pcpp::DnsLayer *>(payload));
    case pcpp::DHCP:
        return dhcp_read(batch, at, *static_cast<pcpp::DhcpLayer *>(payload));
    case pcpp::SSL:
        if (auto *handshake = dynamic_cast<pcpp::SSLHandshakeLayer *>(payload))
            tls_read(batch, at, *handshake);
        return;
    default:
        return;
    }
}

} // namespace

void pcapplusplus_app_columns(pkt_batch &batch, size_t at, pcpp::Layer *payload)
{
    try {
        if (payload)
            layer_read(batch, at, payload);
    } catch (const std::exception &) { /* a malformed message */
    }
}
