"""Rows as text, in pktbench's CSV format."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=4096)
def ipv6_text(address: Any) -> str:
    """RFC 5952; section 5: an IPv4-mapped address with its IPv4 address, which str() writes from
    Python 3.13 on."""
    value = ipaddress.IPv6Address(address)
    return str(value) if value.ipv4_mapped is None else f"::ffff:{value.ipv4_mapped}"


def cell_text(cell: Any) -> str:
    if cell is None:
        return ""
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
