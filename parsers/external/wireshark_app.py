"""Converts Wireshark's fields to the columns of level app, for the drivers that use tshark.

The fields are those of the protocol that directly follows the outermost TCP or UDP header. TCP
segments are dissected one by one, and the first occurrence of a field counts, as for pktbench's own
decoders.
"""

from __future__ import annotations

import re
from typing import Optional

import app_columns
from app_columns import App, Text
from wireshark_rows import Get, to_number

PREFERENCES = {"tcp.desegment_tcp_streams": "FALSE", "tcp.analyze_sequence_numbers": "FALSE"}
# Protocols are found by their ports, and on TCP by their content.
OPTIONS = ("--disable-heuristic", "dns_udp", "--disable-protocol", "x11")
TEXT = "TCP segments dissected one by one"

IP = ("ip", "ipv6")
TRANSPORT = ("tcp", "udp", "udplite")
DNS, TLS, HTTP, MQTT = ("dns", "mdns", "llmnr"), ("tls",), ("http", "ssdp"), ("mqtt",)

# Columns: the protocols, and the fields. Of two fields, the first that has a value.
FIELDS = {
    "dns_response": (DNS, ("dns.flags.response",)),
    "dns_rcode": (DNS, ("dns.flags.rcode",)),
    "dns_qry_name": (DNS, ("dns.qry.name",)),
    "dns_qry_type": (DNS, ("dns.qry.type",)),
    "dns_a": (DNS, ("dns.a",)),
    "tls_hs_type": (TLS, ("tls.handshake.type",)),
    "tls_sni": (TLS, ("tls.handshake.extensions_server_name",)),
    "tls_version": (TLS, ("tls.handshake.extensions.supported_version", "tls.handshake.version")),
    "tls_alpn": (TLS, ("tls.handshake.extensions_alpn_str",)),
    "http_method": (HTTP, ("http.request.method",)),
    "http_status": (HTTP, ("http.response.code",)),
    "http_host": (HTTP, ("http.host",)),
    "mqtt_type": (MQTT, ("mqtt.msgtype",)),
    "mqtt_topic": (MQTT, ("mqtt.topic",)),
    "dhcp_hostname": (("dhcp",), ("dhcp.option.hostname",)),
    "coap_code": (("coap",), ("coap.code",)),
    "coap_uri_path": (("coap",), ("coap.opt.uri_path",)),
}
COLUMNS = ("app_proto", *FIELDS)
ALL_FIELDS = tuple(name for _, names in FIELDS.values() for name in names)
assert COLUMNS == app_columns.APP

# How Wireshark shows a character of a DNS name that cannot be printed.
ESCAPE = re.compile(r"\\([0-7]{3}|[abtnvfr])")
LETTERS = dict(zip("abtnvfr", "\a\b\t\n\v\f\r"))


def protocol(chain: list[str]) -> str:
    """The protocol after the outermost transport header, of those that have columns; "": none.
    Tunneled and quoted headers follow a second IP header."""
    headers = 0
    for name, following in zip(chain, chain[1:]):
        if name in TRANSPORT:
            return following if following in App.__members__ else ""
        headers += name in IP
        if headers > 1:
            break
    return ""


def plain(escape: re.Match) -> str:
    code = escape[1]
    return LETTERS[code] if code in LETTERS else chr(int(code, 8))


def name_text(shown: str) -> Optional[Text]:
    """A DNS name. Wireshark shows the root as a word, and what it cannot read as a sentence."""
    if shown.startswith("<"):
        return Text() if shown == "<Root>" else None
    return Text(ESCAPE.sub(plain, shown).encode())


def cell(column: str, shown: str) -> app_columns.Cell:
    if column == "dns_qry_name":
        return name_text(shown)
    if column == "http_host":
        return Text(shown.strip(" \t").encode())
    if column in app_columns.TEXTS:
        return Text(shown.encode())
    return shown if column == "dns_a" else to_number(shown)


def cells(get: Get) -> tuple:
    owner = protocol((get("frame", "frame.protocols", 0) or "").split(":"))
    if not owner:
        return app_columns.NO_APP
    row: list = [App[owner]]
    for column, (protocols, fields) in FIELDS.items():
        shown = None
        if owner in protocols:
            shown = next(filter(None, (get(owner, field, 0) for field in fields)), None)
        row.append(cell(column, shown) if shown else None)
    return tuple(row)
