"""Rows as text, in pktbench's CSV format."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=4096)
def ipv6_text(address: Any) -> str:
    """RFC 5952, but without the dotted form of the last 32 bits that some libraries use."""
    value = ipaddress.IPv6Address(address)
    if value.ipv4_mapped is None:
        return str(value)
    low = int(value) & 0xFFFFFFFF
    return f"::ffff:{low >> 16:x}:{low & 0xFFFF:x}"


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
