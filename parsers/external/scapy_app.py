"""Columns of level app by Scapy's layers. Which layer a payload has is Scapy's choice: by its ports,
and what is loaded. CoAP's layer is not loaded. A layer's class is not the name of
a protocol: the DNS layer is also that of mDNS."""

from __future__ import annotations

from typing import Any, Callable, Optional

import app_columns
from app_columns import Text

# Modules, set by load().
scapy: Any = None
tls: Any = None
http: Any = None
mqtt: Any = None

COLUMNS = tuple(name for name in app_columns.APP if name not in ("app_proto", "coap_code", "coap_uri_path"))
NO_CELLS = (None,) * len(COLUMNS)
DNS_A = 1
SSDP = 1900

Row = dict[str, Any]


def load() -> None:
    """After Scapy's layers for TLS, HTTP and MQTT are loaded."""
    global http, mqtt, scapy, tls
    import scapy.all
    import scapy.contrib.mqtt as mqtt
    import scapy.layers.http as http
    import scapy.layers.tls.all as tls
    scapy = scapy.all


def transport_of(packet: Any) -> Optional[Any]:
    """The outermost TCP or UDP header; None if there is none before an ICMP or second IP header."""
    layer, headers = packet, 0
    while layer is not None and not isinstance(layer, scapy.NoPayload):
        if isinstance(layer, (scapy.TCP, scapy.UDP)):
            return layer
        headers += isinstance(layer, (scapy.IP, scapy.IPv6))
        if headers > 1 or isinstance(layer, scapy.ICMP):
            return None
        layer = layer.payload
    return None


def dns_cells(dns: Any, row: Row) -> None:
    row["dns_response"] = int(dns.qr)
    if dns.qr:
        row["dns_rcode"] = dns.rcode
    if dns.qd:
        name = dns.qd[0].qname
        row["dns_qry_name"] = Text(name[:-1] if name.endswith(b".") else name)
        row["dns_qry_type"] = dns.qd[0].qtype
    row["dns_a"] = next((rr.rdata for rr in dns.an or () if rr.type == DNS_A), None)


def hello_cells(hello: Any, row: Row) -> None:
    row["tls_version"] = hello.version
    for extension in hello.ext or ():
        if isinstance(extension, tls.TLS_Ext_ServerName) and extension.servernames:
            row["tls_sni"] = Text(extension.servernames[0].servername)
        elif isinstance(extension, tls.TLS_Ext_ALPN) and extension.protocols:
            row["tls_alpn"] = Text(extension.protocols[0].protocol)
        elif isinstance(extension, tls.TLS_Ext_SupportedVersion_CH):
            row["tls_version"] = extension.versions[0]
        elif isinstance(extension, tls.TLS_Ext_SupportedVersion_SH):
            row["tls_version"] = extension.version


def tls_cells(record: Any, row: Row) -> None:
    message = record.msg[0] if getattr(record, "msg", None) else None
    kind = message.getfieldval("msgtype") if message and "msgtype" in message.fields else None
    if kind is None:
        return
    row["tls_hs_type"] = kind
    if isinstance(message, (tls.TLSClientHello, tls.TLSServerHello, tls.TLS13ClientHello,
                            tls.TLS13ServerHello)):
        hello_cells(message, row)


def http_cells(message: Any, row: Row) -> None:
    if isinstance(message.payload, http.HTTPRequest):
        row["http_method"] = Text(message.payload.Method)
        host = message.payload.Host
        row["http_host"] = None if host is None else Text(host)
    elif isinstance(message.payload, http.HTTPResponse):
        row["http_status"] = int(message.payload.Status_Code)


def ssdp_cells(message: Any, row: Row) -> None:
    """Scapy binds no layer to SSDP's port: its users take the one for HTTP."""
    data = bytes(message)
    if data.startswith(b"HTTP/"):
        row["http_status"] = int(http.HTTPResponse(data).Status_Code)
        return
    request = http.HTTPRequest(data)
    row["http_method"] = Text(request.Method)
    row["http_host"] = None if request.Host is None else Text(request.Host)


def mqtt_cells(message: Any, row: Row) -> None:
    row["mqtt_type"] = message.type
    while isinstance(message, mqtt.MQTT) and "mqtt_topic" not in row:
        content = message.payload
        if isinstance(content, mqtt.MQTTPublish):
            row["mqtt_topic"] = Text(content.topic)
        elif isinstance(content, (mqtt.MQTTSubscribe, mqtt.MQTTUnsubscribe)) and content.topics:
            row["mqtt_topic"] = Text(content.topics[0].topic)
        message = content.payload


def dhcp_cells(bootp: Any, row: Row) -> None:
    options = bootp.payload.options if isinstance(bootp.payload, scapy.DHCP) else ()
    # RFC 2132 section 2: without NULs at its end.
    row["dhcp_hostname"] = next((Text(option[1].rstrip(b"\0")) for option in options
                                 if option[0] == "hostname"), None)


def readers() -> tuple[tuple[Any, Callable], ...]:
    return ((scapy.DNS, dns_cells), (scapy.LLMNRQuery, dns_cells), (scapy.LLMNRResponse, dns_cells),
            (tls.TLS, tls_cells), (http.HTTP, http_cells),
            (mqtt.MQTT, mqtt_cells), (scapy.BOOTP, dhcp_cells))


def cells(packet: Any) -> tuple:
    transport = transport_of(packet)
    if transport is None:
        return NO_CELLS
    layer = transport.payload
    row: Row = {}
    is_ssdp = isinstance(transport, scapy.UDP) and SSDP in (transport.sport, transport.dport)
    for kind, reader in ((scapy.Raw, ssdp_cells),) if is_ssdp else readers():
        if isinstance(layer, kind):
            try:
                reader(layer, row)
            except Exception:  # what was read before stays
                pass
            break
    return tuple(map(row.get, COLUMNS))
