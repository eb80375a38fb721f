#!/usr/bin/env python3
"""A driver of pypacker for pktbench: its reader gives time and bytes, its packets decode each layer
when it is asked for.

pypacker has no decoder for MPLS, LLC with SNAP, UDP-Lite and authentication headers over IPv4, takes
an inner IPv6 header for an extension header, and reads one tag of type 0x8100 or two tags: this file
has a few lines for each, and for PPPoE and IPv6 extension headers."""

import importlib.metadata
import os
import sys
from struct import unpack_from

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))
import pktbench_kit as kit

# Imported by load().
ethernet = icmp = icmp6 = ip = ip6 = ppcap = tcp = udp = None

FRAMES = ("ts_ns", "cap_len", "link_type")  # its reader does not give the length on the wire
TAGS = (0x8100, 0x88A8, 0x9100)
IPV4, IPV6, MPLS, MPLS_UPSTREAM, PPPOE, ETHER_MIN = 0x0800, 0x86DD, 0x8847, 0x8848, 0x8864, 0x0600
PPP_IP, PPP_MPLS = (0x0021, 0x0057), 0x0281
INNER_IPV6, FRAGMENT, ESP, AH, UDP_LITE = 41, 44, 50, 51, 136
EXTENSIONS = (0, 43, FRAGMENT, AH, 60)
WALKED = EXTENSIONS + (INNER_IPV6, ESP)  # those that pypacker takes for extension headers
RAW_IP = (12, 14, 101, 228, 229)

NO_LINK, NO_IP, NO_L4 = (None,) * 4, (None,) * 10, (None,) * 10


def link_type_of(path):
    """Of the file header: the reader keeps it to itself."""
    with open(path, "rb") as file:
        header = file.read(24)
    order = "<" if header[:1] in (b"\xd4", b"\x4d") else ">"
    return unpack_from(order + "I", header, 20)[0] & 0xFFFF


def headers(data, link_type):
    if link_type in RAW_IP:
        return NO_LINK + datagram_cells(None, data, 0)
    if link_type != 1 or len(data) < 14:
        return NO_LINK + NO_IP + NO_L4
    frame = ethernet.Ethernet(data)
    kind = data[12] << 8 | data[13]
    if kind in (IPV4, IPV6):
        return (frame.src, frame.dst, kind, None) + datagram_cells(frame.upper_layer, data, 14)
    return other_ethernet(frame, data)


def other_ethernet(frame, data):
    """Frames with tags, and those in which IP is not next."""
    tags, at = [], 12
    while unpack_from(">H", data, at)[0] in TAGS and at + 6 <= len(data):
        tags.append(unpack_from(">H", data, at)[0])
        at += 4
    kind = unpack_from(">H", data, at)[0]
    vlan, upper = None, None
    if tags == [0x8100] or len(tags) == 2 and tags[0] != 0x8100:
        vlan, upper, kind = frame.vlan[0].vid, frame.upper_layer, frame.type
    elif tags:
        vlan = unpack_from(">H", data, 14)[0] & 0xFFF
    link = (frame.src, frame.dst, kind if kind >= ETHER_MIN else 0, vlan)
    start = datagram_start(data, at + 2, kind)
    return link + (NO_IP + NO_L4 if start is None else datagram_cells(upper, data, start))


def datagram_start(data, at, kind):
    """Where the IP header is behind Ethernet, MPLS, PPPoE or LLC; None: something else follows."""
    if kind in (IPV4, IPV6):
        return at
    if kind in (MPLS, MPLS_UPSTREAM):
        return mpls_end(data, at)
    if kind == PPPOE and at + 8 <= len(data):
        protocol = unpack_from(">H", data, at + 6)[0]
        return at + 8 if protocol in PPP_IP else mpls_end(data, at + 8) if protocol == PPP_MPLS else None
    if kind < ETHER_MIN and data[at:at + 3] == b"\xaa\xaa\x03" and at + 8 <= len(data):
        return at + 8 if unpack_from(">H", data, at + 6)[0] in (IPV4, IPV6) else None
    return None


def mpls_end(data, at):
    while at + 4 <= len(data):
        at += 4
        if data[at - 2] & 1:
            return at
    return None


def datagram_cells(datagram, data, at):
    """Cells of IP and what follows. `datagram`: pypacker's object, if it made one by itself."""
    if not isinstance(datagram, (ip.IP, ip6.IP6)):
        try:
            datagram = datagram_of(data[at:])
        except Exception:  # pypacker has no class of its errors
            return NO_IP + NO_L4
    if isinstance(datagram, ip.IP) and datagram.v == 4:
        return ipv4(datagram)
    if isinstance(datagram, ip6.IP6) and datagram.v == 6:
        return ipv6(datagram, data, at)
    return NO_IP + NO_L4


def datagram_of(data):
    if data[0] >> 4 == 4:
        return ip.IP(data)
    return ip6.IP6(data[:40] if data[6] in WALKED else data)


def ipv4(datagram):
    protocol, length, offset = datagram.p, datagram.len, datagram.offset * 8
    l4 = NO_L4
    if offset == 0:
        # 0 with segmentation offload
        left = length - datagram.hl * 4 if length else len(datagram.body_bytes)
        upper = datagram.upper_layer
        if upper is None and protocol in (AH, UDP_LITE):
            upper, protocol, left = behind(datagram.body_bytes, protocol, left)
        l4 = transport(upper, left, 4)
    return (4, protocol, datagram.ttl, datagram.tos, length, datagram.id, datagram.flags & 3, offset,
            datagram.src, datagram.dst) + l4


def behind(data, protocol, left):
    """What follows authentication headers (RFC 4302 section 2), the protocol, and the bytes left."""
    while protocol == AH and len(data) >= 12:
        protocol, size = data[0], (data[1] + 2) * 4
        data, left = data[size:], left - size
    return upper_of(protocol, data), protocol, left


def upper_of(protocol, data):
    kind = {6: tcp.TCP, 17: udp.UDP, UDP_LITE: udp.UDP, 1: icmp.ICMP, 58: icmp6.ICMP6}.get(protocol)
    try:
        return kind(data) if kind else None
    except Exception:
        return None


def ipv6(datagram, data, at):
    protocol, length = datagram.nxt, datagram.dlen
    fragment = (None, None, None)
    left = length or len(data) - at - 40  # 0: a jumbogram, or segmentation offload
    if protocol in WALKED:
        upper, protocol, left, fragment = extensions(data, at + 40, protocol, left)
    elif protocol == UDP_LITE:
        upper = upper_of(protocol, data[at + 40:])
    else:
        upper = datagram.upper_layer
    l4 = NO_L4 if fragment[2] else transport(upper, left, 6)
    return (6, protocol, datagram.hlim, datagram.fc, 40 + length, *fragment, datagram.src,
            datagram.dst) + l4


def extensions(data, at, protocol, left):
    fragment = (None, None, None)
    while protocol in EXTENSIONS and at + 8 <= len(data) and not fragment[2]:
        size = (data[at + 1] + 2) * 4 if protocol == AH else (data[at + 1] + 1) * 8
        if protocol == FRAGMENT:
            header = ip6.IP6FragmentHeader(data[at:at + 8])
            fragment, size = (header.id, header.m_flag, header.frag_off * 8), 8
        protocol, at, left = data[at], at + size, left - size
    return upper_of(protocol, data[at:at + left]), protocol, left, fragment


def transport(upper, left, version):
    """`left`: bytes of the datagram from here on, by the IP header."""
    try:
        if isinstance(upper, tcp.TCP):
            size = upper.off * 4
            return (upper.sport, upper.dport, size, max(0, left - size),
                    (upper.off_x2 & 15) << 8 | upper.flags, upper.seq, upper.ack, upper.win, None, None)
        if isinstance(upper, udp.UDP):
            return upper.sport, upper.dport, 8, max(0, left - 8), None, None, None, None, None, None
        if isinstance(upper, icmp.ICMP if version == 4 else icmp6.ICMP6):
            size = 4 if version == 6 and left < 8 else 8  # RFC 4286 section 5
            if left >= size:
                return (None, None, size, left - size, None, None, None, None, upper.type, upper.code)
    except Exception:
        pass
    return NO_L4


class PypackerDriver(kit.Driver):
    name, license, decoder = "pypacker", "GPL-2.0-only", "pypacker"
    summary = "pypacker, a Python library: each layer is decoded when it is asked for"
    version = importlib.metadata.version("pypacker")
    work = {"frames": "ppcap.Reader: time and bytes of every packet",
            "headers": "ethernet.Ethernet(buf) and upper_layer twice for every packet of ppcap.Reader"}
    columns = {"frames": FRAMES, "headers": FRAMES + tuple(kit.HEADERS[len(kit.FRAMES):])}

    def load(self):
        global ethernet, icmp, icmp6, ip, ip6, ppcap, tcp, udp
        from pypacker import ppcap
        from pypacker.layer12 import ethernet
        from pypacker.layer3 import icmp, icmp6, ip, ip6
        from pypacker.layer4 import tcp, udp

    def open(self, path, level):
        reader = ppcap.Reader(filename=path)
        link_type = link_type_of(path)
        with reader:
            for ts_ns, data in reader:
                frame = (ts_ns, len(data), link_type)
                yield frame if level == "frames" else frame + headers(data, link_type)


if __name__ == "__main__":
    kit.serve(PypackerDriver())
