#include "parsers/modules/pcapplusplus/app.h"

#include <DhcpLayer.h>
#include <DnsLayer.h>
#include <DnsResourceData.h>
#include <SSLHandshake.h>
#include <SSLLayer.h>

#include <arpa/inet.h>
#include <string>

namespace
{

void text_put(pkt_batch &batch, pkt_text &cell, const std::string &text)
{
    if (text.size() <= PKT_TEXT_MAX)
        (void)pkt_batch_text(&batch, &cell, text.data(), text.size());
}

/* The first A record of the answers. */
void address_read(pkt_batch &batch, size_t at, const pcpp::DnsLayer &dns)
{
    for (auto *answer = dns.getFirstAnswer(); answer; answer = dns.getNextAnswer(answer)) {
        if (answer->getDnsType() != pcpp::DNS_TYPE_A)
            continue;
        auto data = answer->getData();
        batch.dns_a[at] = ntohl(data.castAs<pcpp::IPv4DnsResourceData>()->getIpAddress().toInt());
        batch.present[at] |= PKT_HAS_DNS_A;
        return;
    }
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
    address_read(batch, at, dns);
}

void dhcp_read(pkt_batch &batch, size_t at, const pcpp::DhcpLayer &dhcp)
{
    const auto option = dhcp.getOptionData(pcpp::DHCPOPT_HOST_NAME);
    if (!option.isNull())
        text_put(batch, batch.dhcp_hostname[at], option.getValueAsString());
}

void hello_read(pkt_batch &batch, size_t at, const pcpp::SSLClientHelloMessage &hello)
{
    if (auto *name = hello.getExtensionOfType<pcpp::SSLServerNameIndicationExtension>())
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
        hello_read(batch, at, *static_cast<const pcpp::SSLClientHelloMessage *>(message));
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
