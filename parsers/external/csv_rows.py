"""Rows as text, in pktbench's CSV format; columns as numbers, for digests."""

from __future__ import annotations

import enum
import ipaddress
import re
import socket
import sys
from array import array
from functools import lru_cache
from typing import Any, Iterable


class App(enum.IntEnum):
    """Cells of the column app_proto; the numbers of pkt_app."""

    dns = 1
    mdns = 2
    llmnr = 3
    tls = 4
    http = 5
    ssdp = 6
    mqtt = 7
    dhcp = 8
    coap = 9


class Text(bytes):
    """A cell of a text column: bytes as on the wire."""

    __slots__ = ()


# Bytes of a text cell that are written as \xNN: control characters, and what is not UTF-8.
NOT_SHOWN = re.compile("[\\x00-\\x1f\\x7f\\ud800-\\udfff]")


def text_cell(text: Text) -> str:
    """Escaped and quoted as in pktbench's CSV, with quotes also if the text is empty."""
    shown = text.decode(errors="surrogateescape").replace("\\", "\\\\")
    shown = NOT_SHOWN.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", shown)
    if not shown or any(mark in shown for mark in ',"'):
        return '"' + shown.replace('"', '""') + '"'
    return shown


@lru_cache(maxsize=4096)
def ipv6_text(address: Any) -> str:
    """RFC 5952; section 5: an IPv4-mapped address with its IPv4 address, which str() writes from
    Python 3.13 on."""
    value = ipaddress.IPv6Address(address)
    return str(value) if value.ipv4_mapped is None else f"::ffff:{value.ipv4_mapped}"


def cell_text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Text):
        return text_cell(cell)
    if isinstance(cell, App):
        return cell.name
    if isinstance(cell, bytes):
        if len(cell) == 6:
            return cell.hex(":")
        return ".".join(map(str, cell)) if len(cell) == 4 else ipv6_text(cell)
    if isinstance(cell, str):
        # A MAC address has exactly five colons and never two together.
        return ipv6_text(cell) if "::" in cell or cell.count(":") == 7 else cell
    return str(int(cell))


def row_text(cells: tuple) -> str:
    return ",".join(map(cell_text, cells)) + "\n"


@lru_cache(maxsize=4096)
def address_number(text: str) -> int:
    """Of a MAC or an IP address."""
    if "." in text and ":" not in text:
        return int.from_bytes(socket.inet_aton(text), "big")
    if text.count(":") == 5 and "::" not in text:
        return int(text.replace(":", ""), 16)
    return int.from_bytes(socket.inet_pton(socket.AF_INET6, text), "big")


def cell_number(cell: Any) -> int:
    if cell is None:
        return 0
    if isinstance(cell, bytes):
        return int.from_bytes(cell, "big")
    return address_number(cell) if isinstance(cell, str) else int(cell)


ARRAY_CODES = {array(code).itemsize: code for code in "BHIQ"}


def column_bytes(cells: Iterable[Any], size: int, shift: int = 0) -> bytes:
    """The cells as in the memory of the library: unsigned little-endian numbers of `size` bytes, 0
    for an empty cell; of IP addresses the 64 bits from bit `shift` on."""
    most = (1 << 8 * size) - 1
    column = array(ARRAY_CODES[size], [cell_number(cell) >> shift & most for cell in cells])
    if sys.byteorder != "little":
        column.byteswap()
    return column.tobytes()
