"""Columns of level app by dpkt's classes for application protocols, which its users call on the data
of a TCP segment or a UDP datagram. dpkt leaves to its users which class a port has, and the content
of TLS extensions. It has no classes for MQTT and CoAP, and no names of protocols.
"""

from __future__ import annotations

from typing import Any, Callable, Optional

import app_columns
from app_columns import App, Text

dpkt: Any = None  # set by the driver's load()

COLUMNS = tuple(name for name in app_columns.APP
                if name not in ("app_proto", "mqtt_type", "mqtt_topic", "coap_code",
                                "coap_uri_path"))
NO_CELLS = (None,) * len(COLUMNS)

TCP_PORTS = {53: App.dns, 80: App.http, 8080: App.http, 443: App.tls, 8883: App.tls}
UDP_PORTS = {53: App.dns, 5353: App.mdns, 5355: App.llmnr, 67: App.dhcp, 68: App.dhcp,
             1900: App.ssdp}

HANDSHAKE = 22
CLIENT_HELLO = 1
SERVER_NAME, ALPN, SUPPORTED_VERSIONS = 0, 16, 43
DNS_A = 1
HOST_NAME = 12

Row = dict[str, Any]


def dns_cells(data: bytes, row: Row) -> None:
    dns = dpkt.dns.DNS(data)
    row["dns_response"] = dns.qr
    if dns.qr:
        row["dns_rcode"] = dns.rcode
    if dns.qd:
        row["dns_qry_name"] = Text(dns.qd[0].name.encode())
        row["dns_qry_type"] = dns.qd[0].type
    row["dns_a"] = next((rr.ip for rr in dns.an if rr.type == DNS_A), None)


def extension_cells(kind: int, data: bytes, message: int, row: Row) -> None:
    if kind == SERVER_NAME and len(data) > 5:  # list's length, type, name's length
        row["tls_sni"] = Text(data[5:5 + int.from_bytes(data[3:5], "big")])
    elif kind == ALPN and len(data) > 3:
        row["tls_alpn"] = Text(data[3:3 + data[2]])
    elif kind == SUPPORTED_VERSIONS:
        at = 1 if message == CLIENT_HELLO else 0
        row["tls_version"] = int.from_bytes(data[at:at + 2], "big")


def tls_cells(data: bytes, row: Row) -> None:
    records, _ = dpkt.ssl.tls_multi_factory(data)
    for record in records:
        if record.type != HANDSHAKE:
            continue
        message = dpkt.ssl.TLSHandshake(record.data)
        row["tls_hs_type"] = message.type
        hello = message.data
        if isinstance(hello, (dpkt.ssl.TLSClientHello, dpkt.ssl.TLSServerHello)):
            row["tls_version"] = hello.version
            for kind, content in getattr(hello, "extensions", ()):
                extension_cells(kind, content, message.type, row)
        return


def host_cell(message: Any, row: Row) -> None:
    host: Optional[Any] = message.headers.get("host")
    if isinstance(host, list):  # several headers of the name
        host = host[0]
    if host is not None:
        row["http_host"] = Text(host.encode())


def ssdp_cells(data: bytes, row: Row) -> None:
    """Request refuses SSDP's methods; Message takes the headers after the first line."""
    if data.startswith(b"HTTP/"):
        http_cells(data, row)
        return
    line, _, headers = data.partition(b"\r\n")
    row["http_method"] = Text(line.split(b" ")[0])
    host_cell(dpkt.http.Message(headers), row)


def http_cells(data: bytes, row: Row) -> None:
    if data.startswith(b"HTTP/"):
        row["http_status"] = int(dpkt.http.Response(data).status)
        return
    request = dpkt.http.Request(data)
    row["http_method"] = Text(request.method.encode())
    host_cell(request, row)


def dhcp_cells(data: bytes, row: Row) -> None:
    for kind, content in dpkt.dhcp.DHCP(data).opts:
        if kind == HOST_NAME:
            row["dhcp_hostname"] = Text(content.rstrip(b"\0"))  # RFC 2132 section 2
            return


PARSERS: dict[App, Callable[[bytes, Row], None]] = {
    App.dns: dns_cells, App.mdns: dns_cells, App.llmnr: dns_cells, App.tls: tls_cells,
    App.http: http_cells, App.ssdp: ssdp_cells, App.dhcp: dhcp_cells,
}


def owner(ports: dict[int, App], transport: Any) -> Optional[App]:
    low, high = sorted((transport.sport, transport.dport))
    return ports.get(low) or ports.get(high)


def cells(transport: Any) -> tuple:
    """`transport`: dpkt's object after the outermost IP header, of any class."""
    is_tcp = isinstance(transport, dpkt.tcp.TCP)
    if not is_tcp and not isinstance(transport, dpkt.udp.UDP):
        return NO_CELLS
    app = owner(TCP_PORTS if is_tcp else UDP_PORTS, transport)
    data = bytes(transport.data)
    if not app or not data:
        return NO_CELLS
    row: Row = {}
    try:
        PARSERS[app](data[2:] if is_tcp and app == App.dns else data, row)
    except Exception:  # dpkt raises many kinds; what was read before stays
        pass
    return tuple(map(row.get, COLUMNS))
