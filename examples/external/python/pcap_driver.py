#!/usr/bin/env python3
"""A complete driver: a pcap reader and a decoder of Ethernet, IP, TCP, UDP and ICMP by struct."""

from struct import Struct, unpack_from

import pktbench_kit as kit

MAGICS = {  # byte order, nanoseconds of the second field
    b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1), b"\xa1\xb2\x3c\x4d": (">", 1)}
VLAN_TAGS = (0x8100, 0x88A8, 0x9100)
IPV4, IPV6, MPLS, MPLS_UPSTREAM, PPPOE, ETHER_MIN = 0x0800, 0x86DD, 0x8847, 0x8848, 0x8864, 0x0600
PPP_IP, PPP_MPLS = (0x0021, 0x0057), 0x0281
ICMP, TCP, UDP, ICMPV6, UDP_LITE, AH, FRAGMENT = 1, 6, 17, 58, 136, 51, 44
EXTENSIONS = (0, 43, 60)
RAW_IP = (12, 14, 101, 228, 229)

NO_IP, NO_L4 = (None,) * 10, (None,) * 10
ETHERNET, IP4, IP6 = Struct(">6s6sH"), Struct(">BBHHHBBH4s4s"), Struct(">IHBB16s16s")
TCP_HEADER = Struct(">HHIIHH")


def records(data):
    """ts_ns, captured bytes, wire length, link type of each record."""
    if data[:4] not in MAGICS:
        raise ValueError("is no pcap file; this driver does not read pcapng")
    order, unit = MAGICS[data[:4]]
    link_type = unpack_from(order + "I", data, 20)[0] & 0xFFFF
    record, at, end = Struct(order + "IIII"), 24, len(data)
    while at + 16 <= end:
        seconds, part, captured, wire = record.unpack_from(data, at)
        at += 16
        if at + captured > end:
            raise ValueError("the capture ends within a packet")
        yield seconds * 10**9 + part * unit, data[at:at + captured], wire, link_type
        at += captured


# Each function below decodes from data[at] on. `end`: where the packet, or the datagram that it is
# in, ends on the wire; fewer bytes may have been captured.


def headers(data, wire, link_type):
    if wire < len(data):
        return (None,) * 4 + NO_IP + NO_L4
    if link_type in RAW_IP:
        return (None,) * 4 + ip(data, 0, wire)
    if link_type != 1 or len(data) < 14:
        return (None,) * 4 + NO_IP + NO_L4
    destination, source, kind = ETHERNET.unpack_from(data)
    at, vlan = 14, None
    while kind in VLAN_TAGS and at + 4 <= len(data):
        tag, kind = unpack_from(">HH", data, at)
        vlan = tag & 0xFFF if vlan is None else vlan
        at += 4
    shown = kind if kind >= ETHER_MIN else 0
    return (source, destination, shown, vlan) + payload(data, at, wire, kind)


def payload(data, at, end, kind):
    if kind in (IPV4, IPV6):
        return ip(data, at, end)
    if kind in (MPLS, MPLS_UPSTREAM):
        return mpls(data, at, end)
    if kind == PPPOE and at + 8 <= len(data):
        protocol = unpack_from(">H", data, at + 6)[0]
        if protocol in PPP_IP:
            return ip(data, at + 8, end)
        if protocol == PPP_MPLS:
            return mpls(data, at + 8, end)
    if kind < ETHER_MIN and data[at:at + 3] == b"\xaa\xaa\x03" and at + 8 <= len(data):
        if unpack_from(">H", data, at + 6)[0] in (IPV4, IPV6):
            return ip(data, at + 8, min(end, at + kind))
    return NO_IP + NO_L4


def mpls(data, at, end):
    while at + 4 <= len(data):
        at += 4
        if data[at - 2] & 1:
            return ip(data, at, end)
    return NO_IP + NO_L4


def ip(data, at, end):
    version = data[at] >> 4 if at < len(data) else 0
    if version == 4 and at + 20 <= len(data):
        return ipv4(data, at, end)
    if version == 6 and at + 40 <= len(data):
        return ipv6(data, at, end)
    return NO_IP + NO_L4


def ipv4(data, at, end):
    first, tos, total, ident, frag, ttl, proto, _, src, dst = IP4.unpack_from(data, at)
    left, size = end - at, (first & 15) * 4
    flags, offset = frag >> 13 & 3, (frag & 0x1FFF) * 8
    good = size >= 20 and (total == 0 or size <= total <= left)
    l4 = NO_L4
    if good and offset == 0:
        end = at + total if total else end
        at += size
        while proto == AH and at + 12 <= len(data):
            proto, at = data[at], at + (data[at + 1] + 2) * 4
        l4 = transport(data, at, end, proto, 4)
    return (4, proto, ttl, tos, total, ident, flags, offset, src, dst) + l4


def ipv6(data, at, end):
    word, length, proto, ttl, src, dst = IP6.unpack_from(data, at)
    at += 40
    frag, l4 = (None, None, None), NO_L4
    if length <= end - at:
        end = at + length if length else end  # 0: a jumbogram, or segmentation offload
        proto, at, frag = extensions(data, at, proto)
        if at is not None and not frag[2]:
            l4 = transport(data, at, end, proto, 6)
    return (6, proto, ttl, word >> 20 & 0xFF, 40 + length, *frag, src, dst) + l4


def extensions(data, at, proto):
    """The protocol after them, where it begins (None: it is not captured), and the fragment."""
    frag = (None, None, None)
    while proto in EXTENSIONS or proto in (AH, FRAGMENT):
        if at + 8 > len(data):
            return proto, None, frag
        if proto == FRAGMENT:
            offset, ident = unpack_from(">HI", data, at + 2)
            frag, size = (ident, offset & 1, offset & 0xFFF8), 8
        else:
            size = (data[at + 1] + 2) * 4 if proto == AH else (data[at + 1] + 1) * 8
        proto, at = data[at], at + size
        if frag[2]:
            break
    return proto, at, frag


def transport(data, at, end, proto, version):
    captured, left = min(end, len(data)) - at, end - at
    if proto == TCP and captured >= 20:
        src, dst, seq, ack, flags, window = TCP_HEADER.unpack_from(data, at)
        size = flags >> 12 << 2
        return (src, dst, size, max(0, left - size), flags & 0xFFF, seq, ack, window, None, None)
    if proto in (UDP, UDP_LITE) and captured >= 8:
        return unpack_from(">HH", data, at) + (8, left - 8) + (None,) * 6
    if proto == (ICMP if version == 4 else ICMPV6):
        size = 4 if version == 6 and left < 8 else 8  # RFC 4286 section 5: 4 bytes are enough
        if captured >= size:
            return (None, None, size, left - size) + (None,) * 4 + (data[at], data[at + 1])
    return NO_L4


class PcapDriver(kit.Driver):
    name, summary, version = "pcap-struct", "an example driver: pcap and headers by struct", "1"
    license, decoder = "MIT", "pcap-struct"
    work = {"frames": "struct.unpack_from() of every record",
            "headers": "struct.unpack_from() of every header"}

    def open(self, path, level):
        with open(path, "rb") as file:
            data = file.read()
        for ts_ns, captured, wire, link_type in records(data):
            frame = (ts_ns, len(captured), wire, link_type)
            yield frame if level == "frames" else frame + headers(captured, wire, link_type)


if __name__ == "__main__":
    kit.serve(PcapDriver())
