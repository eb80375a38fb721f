#!/usr/bin/env python3
"""Driver of dpkt: its file reader alone, and with its decoders."""

from __future__ import annotations

from typing import Any, Iterator

import dpkt_app
import external
from external import NO_IP, NO_L4, NO_LINK, NO_MAC

dpkt: Any = None  # imported by load()


class DpktRun(external.Run):
    def __init__(self, path: str, level: str) -> None:
        self.level = level
        self.file = open(path, "rb")
        self.reader = dpkt.pcap.UniversalReader(self.file)
        # dpkt has one link type per file: in pcapng, that of the first interface. The upper 16 bits
        # of the pcap header's field may hold the length of a frame check sequence.
        self.link_type = self.reader.datalink() & 0xFFFF
        self.packets = iter(self.reader) if level == "frames" else self.decoded()

    def close(self) -> None:
        self.file.close()

    def decoder(self) -> Any:
        if self.link_type == external.LINKTYPE_ETHERNET:
            return dpkt.ethernet.Ethernet
        if self.link_type == external.LINKTYPE_LINUX_SLL:
            return dpkt.sll.SLL
        if self.link_type == external.LINKTYPE_IPV4:
            return dpkt.ip.IP
        if self.link_type == external.LINKTYPE_IPV6:
            return dpkt.ip6.IP6
        if self.link_type in external.LINKTYPES_RAW:
            return lambda buf: dpkt.ip6.IP6(buf) if buf[0] >> 4 == 6 else dpkt.ip.IP(buf)
        return lambda buf: None

    def decoded(self) -> Iterator[tuple]:
        decode = self.decoder()
        for ts, buf in self.reader:
            try:
                packet = decode(buf)
            except Exception:  # dpkt also raises IndexError and others, not only UnpackError
                packet = None
            yield ts, buf, packet

    def frame_cells(self, packet: tuple) -> tuple:
        ts, buf = packet[:2]
        if isinstance(ts, float):  # precise enough for microseconds, not for nanoseconds
            ts_ns = round(ts * 1e6) * 1000
        else:
            ts_ns = int(ts * 10**9)
        return ts_ns, len(buf), self.link_type

    def header_cells(self, packet: tuple) -> tuple:
        link, datagram = link_cells(packet[2])
        if isinstance(datagram, dpkt.ip.IP) and datagram.v == 4:
            return link + ipv4_cells(datagram)
        if isinstance(datagram, dpkt.ip6.IP6) and datagram.v == 6:
            return link + ipv6_cells(datagram)
        return link + NO_IP + NO_L4

    def app_cells(self, packet: tuple) -> tuple:
        try:
            return dpkt_app.cells(transport_of(packet))
        except Exception:
            return dpkt_app.NO_CELLS


def link_cells(top: Any) -> tuple:
    """Cells, and the object after the link header."""
    if isinstance(top, dpkt.ethernet.Ethernet):
        return ethernet_cells(top)
    return sll_cells(top) if isinstance(top, dpkt.sll.SLL) else (NO_LINK, top)


def transport_of(packet: tuple) -> Any:
    """The object after the outermost IP header; None of later fragments."""
    _, datagram = link_cells(packet[2])
    if isinstance(datagram, dpkt.ip.IP):
        return None if datagram.offset else datagram.data
    return datagram.data if isinstance(datagram, dpkt.ip6.IP6) else None


def ip_after_link(ethertype: int, data: Any) -> Any:
    """The IP header if it directly follows the link header; dpkt also decodes IP after MPLS."""
    return data if ethertype in (external.ETHERTYPE_IPV4, external.ETHERTYPE_IPV6) else None


def ethernet_cells(eth: Any) -> tuple:
    ethertype, vlan = eth.type, None
    tags = getattr(eth, "vlan_tags", None)
    if tags and isinstance(tags[0], dpkt.ethernet.VLANtag8021Q):
        vlan, ethertype = tags[0].id, tags[-1].type
    if ethertype < external.ETHERTYPE_MIN:
        ethertype = 0
    return (eth.src, eth.dst, ethertype, vlan), ip_after_link(ethertype, eth.data)


def sll_cells(sll: Any) -> tuple:
    ethertype = sll.ethtype
    if ethertype < external.ETHERTYPE_MIN or sll.hrd in external.SLL_NO_ETHERTYPE:
        ethertype = 0
    return (NO_MAC, NO_MAC, ethertype, None), ip_after_link(ethertype, sll.data)


def ipv4_cells(ip: Any) -> tuple:
    proto, data = ip.p, ip.data
    left = ip.len - ip.hl * 4 if ip.len else None  # 0: segmentation offload
    while isinstance(data, dpkt.ah.AH):
        proto = data.nxt
        left = left and left - (data.len + 2) * 4
        data = data.data
    cells = (4, proto, ip.ttl, ip.tos, ip.len, ip.id, ip.df << 1 | ip.mf, ip.offset * 8,
             ip.src, ip.dst)
    return cells + (NO_L4 if ip.offset else transport_cells(data, left, 4))


def ipv6_cells(ip: Any) -> tuple:
    fragment = None
    left = ip.plen or None
    for header in ip.all_extension_headers:
        left = left and left - header.length
        if isinstance(header, dpkt.ip6.IP6FragmentHeader):
            fragment = header
    # IP6 has no attribute `p` with ESP, which it treats as an extension header.
    proto = getattr(ip, "p", dpkt.ip.IP_PROTO_ESP)
    frag = (None, None, None)
    if fragment:
        frag = (fragment.id, fragment.m_flag, fragment.frag_off * 8)
    cells = (6, proto, ip.hlim, ip.fc, 40 + ip.plen, *frag, ip.src, ip.dst)
    if fragment and fragment.frag_off:
        return cells + NO_L4
    return cells + transport_cells(ip.data, left, 6)


def transport_cells(data: Any, left: Any, version: int) -> tuple:
    """`left`: bytes of the datagram from here on; None if the IP header has no length."""
    left = len(data) if left is None else left
    if isinstance(data, dpkt.tcp.TCP):
        size = data.off * 4
        # `flags` of dpkt has only 9 of the 12 bits.
        return (data.sport, data.dport, size, max(0, left - size), data._off_flags & 0x0FFF,
                data.seq, data.ack, data.win, None, None)
    if isinstance(data, dpkt.udp.UDP):
        return data.sport, data.dport, 8, max(0, left - 8), None, None, None, None, None, None
    if isinstance(data, dpkt.icmp.ICMP if version == 4 else dpkt.icmp6.ICMP6):
        size = external.icmp_size(version, left)
        if len(data) >= size:  # dpkt accepts 4 bytes
            return (None, None, size, max(0, left - size), None, None, None, None, data.type,
                    data.code)
    return NO_L4


class Dpkt(external.Driver):
    name = "dpkt"
    summary = "dpkt, a Python library with small packet classes"
    package = "dpkt"
    minimum = (1, 9, 7)
    license = "BSD-3-Clause"
    decoder = "dpkt"
    # dpkt's readers do not return the original length.
    frames = tuple(name for name in external.FRAMES if name != "wire_len")
    levels = {
        "frames": external.Level("pcap.UniversalReader alone: time and bytes of every packet",
                                 frames),
        "headers": external.Level("ethernet.Ethernet(buf) for every packet of UniversalReader "
                                  "(sll.SLL, ip.IP, ip6.IP6 by link type)",
                                  frames + external.HEADERS),
        "app": external.Level("the same, and dns.DNS, ssl.tls_multi_factory(), http.Request, "
                              "http.Response and dhcp.DHCP by the ports",
                              frames + external.HEADERS + dpkt_app.COLUMNS),
    }
    features = {"pcapng": "tested",
                "makes-packets": "stated, in no level: dpkt's documentation, Creating and parsing "
                                 "packets"}

    def load(self) -> None:
        global dpkt
        import dpkt
        dpkt_app.dpkt = dpkt

    def open(self, path: str, level: str, columns: bool) -> DpktRun:
        return DpktRun(path, level)


if __name__ == "__main__":
    external.main(Dpkt())
