#!/usr/bin/env python3
"""Driver of Scapy: its readers, one packet at a time, and rdpcap()."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Optional

import external
import scapy_app
from external import NO_IP, NO_L4, NO_LINK, NO_MAC

scapy: Any = None  # scapy.all, imported by load()


class RawRun(external.Run):
    """Records: bytes and a named tuple, which is different for pcap and pcapng."""

    def __init__(self, path: str) -> None:
        self.level = "frames"
        self.reader = scapy.RawPcapReader(path)  # its metaclass chooses the reader by format
        self.pcapng = isinstance(self.reader, scapy.RawPcapNgReader)
        self.packets = iter(self.reader)

    def frame_cells(self, packet: tuple) -> tuple:
        data, record = packet
        if not self.pcapng:
            ts_ns = record.sec * 10**9 + record.usec * (1 if self.reader.nano else 1000)
            return ts_ns, len(data), record.wirelen, self.reader.linktype & 0xFFFF
        ts_ns = 0  # a simple packet block has no time stamp
        if record.tshigh is not None:
            ts_ns = (record.tshigh << 32 | record.tslow) * 10**9 // record.tsresol
        return ts_ns, len(data), record.wirelen, record.linktype

    def close(self) -> None:
        self.reader.close()


class PacketRun(external.Run):
    """Packet objects, dissected as far as Scapy can."""

    def __init__(self, path: str, level: str = "headers") -> None:
        self.level = level  # `headers` also for `dissect`, which has the same columns
        self.reader = scapy.PcapReader(path)
        self.packets = iter(self.reader)

    def close(self) -> None:
        self.reader.close()

    def link_type(self, packet: Any) -> int:
        """In pcapng, a packet object has no interface; the link type follows from its class."""
        if not isinstance(self.reader, scapy.RawPcapNgReader):
            return self.reader.linktype & 0xFFFF  # upper bits: length of an FCS
        links = [interface[0] for interface in self.reader.interfaces]
        for link in links if len(set(links)) > 1 else []:
            layer = scapy.conf.l2types.num2layer.get(link)
            if layer and issubclass(layer, type(packet)):  # IPv46 creates an IP or IPv6 object
                return link
        return links[0]

    def frame_cells(self, packet: Any) -> tuple:
        return (int(packet.time * 10**9), len(packet.original), packet.wirelen,
                self.link_type(packet))

    def header_cells(self, packet: Any) -> tuple:
        link, datagram = NO_LINK, packet
        if isinstance(packet, (scapy.Ether, scapy.Dot3)):
            link, datagram = ethernet_cells(packet)
        elif type(packet) is scapy.CookedLinux:
            link, datagram = sll_cells(packet)
        # Fields of a truncated layer have default values; `original` holds the bytes of the layer.
        if type(datagram) is scapy.IP and datagram.version == 4 and len(datagram.original) >= 20:
            return link + ipv4_cells(datagram, wire_left(packet, datagram))
        if type(datagram) is scapy.IPv6 and datagram.version == 6 and len(datagram.original) >= 40:
            return link + ipv6_cells(datagram, wire_left(packet, datagram))
        return link + NO_IP + NO_L4

    def app_cells(self, packet: Any) -> tuple:
        return scapy_app.cells(packet)


class RdpcapRun(PacketRun):
    """All packets in one list, like rdpcap()."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.packet_lists: list[Any] = []
        self.packets = self.all_packets()

    def all_packets(self) -> Iterator[Any]:
        # The code of rdpcap(), which does not return the reader; its link type is needed.
        with self.reader:
            yield from self.reader.read_all()

    def take(self, count: int) -> Iterable[Any]:
        self.packet_lists.append(self.reader.read_all(count=count))
        return self.packet_lists[-1]


def tagged(layer: Any, ethertype: int) -> tuple:
    """Skip VLAN tags: the EtherType after them, the outermost VLAN, the layer after them."""
    vlan = None
    while isinstance(layer, scapy.Dot1Q) and len(layer.original) >= 4:  # Dot1AD is a subclass
        vlan = layer.vlan if vlan is None else vlan
        ethertype, layer = layer.type, layer.payload
    return ethertype if ethertype >= external.ETHERTYPE_MIN else 0, vlan, layer


def ethernet_cells(ether: Any) -> tuple:
    if len(ether.original) < 14:
        return NO_LINK, None
    ethertype = ether.type if isinstance(ether, scapy.Ether) else 0  # Dot3
    ethertype, vlan, layer = tagged(ether.payload, ethertype)
    return (ether.src, ether.dst, ethertype, vlan), layer


def sll_cells(sll: Any) -> tuple:
    if len(sll.original) < 16:
        return NO_LINK, None
    if sll.lladdrtype in external.SLL_NO_ETHERTYPE:
        return (NO_MAC, NO_MAC, 0, None), None
    ethertype, vlan, layer = tagged(sll.payload, sll.proto)
    return (NO_MAC, NO_MAC, ethertype, vlan), layer


def wire_left(packet: Any, datagram: Any) -> int:
    """Bytes on the wire from the IP header on, for datagrams with length 0 in the IP header."""
    return packet.wirelen - (len(packet.original) - len(datagram.original))


def ipv4_cells(ip: Any, wire: int) -> tuple:
    proto, layer, offset = ip.proto, ip.payload, ip.frag * 8
    left = (ip.len or wire) - ip.ihl * 4
    while type(layer) is scapy.AH and len(layer.original) >= 12:
        proto = layer.nh
        left -= (layer.payloadlen + 2) * 4
        layer = layer.payload
    cells = (4, proto, ip.ttl, ip.tos, ip.len, ip.id, int(ip.flags) & 3, offset, ip.src, ip.dst)
    return cells + (NO_L4 if offset else transport_cells(layer, left, 4))


def ipv6_cells(ip: Any, wire: int) -> tuple:
    proto, layer, fragment = ip.nh, ip.payload, None
    left = ip.plen or wire - 40
    while True:
        size = extension_size(layer)
        if size is None or len(layer.original) < 8:
            break
        if type(layer) is scapy.IPv6ExtHdrFragment:
            fragment = layer
        proto, layer, left = layer.nh, layer.payload, left - size
    frag = (None, None, None)
    if fragment is not None:  # a layer with an empty payload is false
        frag = (fragment.id, fragment.m, fragment.offset * 8)
    cells = (6, proto, ip.hlim, ip.tc, 40 + ip.plen, *frag, ip.src, ip.dst)
    if fragment is not None and fragment.offset:
        return cells + NO_L4
    return cells + transport_cells(layer, left, 6)


def extension_size(layer: Any) -> Optional[int]:
    if isinstance(layer, (scapy.IPv6ExtHdrHopByHop, scapy.IPv6ExtHdrDestOpt,
                          scapy.IPv6ExtHdrRouting, scapy.IPv6ExtHdrSegmentRouting)):
        return (layer.len + 1) * 8
    if type(layer) is scapy.IPv6ExtHdrFragment:
        return 8
    if type(layer) is scapy.AH:
        return (layer.payloadlen + 2) * 4
    return None


def transport_cells(layer: Any, left: int, version: int) -> tuple:
    size = len(layer.original)
    if type(layer) is scapy.TCP and size >= 20:
        header = layer.dataofs * 4
        flags = layer.reserved << 9 | int(layer.flags)
        return (layer.sport, layer.dport, header, max(0, left - header), flags, layer.seq,
                layer.ack, layer.window, None, None)
    if type(layer) is scapy.UDP and size >= 8:
        return layer.sport, layer.dport, 8, max(0, left - 8), None, None, None, None, None, None
    if isinstance(layer, scapy.ICMP if version == 4 else scapy_icmpv6):
        header = external.icmp_size(version, left)
        if size >= header:
            # Scapy has a class for each ICMPv6 message; if the code is not used, it is named `res`.
            code = layer.code if "code" in layer.fields else layer.res
            return (None, None, header, max(0, left - header), None, None, None, None, layer.type,
                    code)
    return NO_L4


scapy_icmpv6: Any = None  # base class of all ICMPv6 messages, which scapy.all does not export


def header_layers() -> list:
    """The layers whose fields are columns. ICMPv6 has no table of layers that could be filtered."""
    return [scapy.Ether, scapy.Dot3, scapy.CookedLinux, scapy.Dot1Q, scapy.Dot1AD, scapy.IP,
            scapy.IPv6, scapy.IPv6ExtHdrHopByHop, scapy.IPv6ExtHdrDestOpt,
            scapy.IPv6ExtHdrRouting, scapy.IPv6ExtHdrSegmentRouting, scapy.IPv6ExtHdrFragment,
            scapy.AH, scapy.TCP, scapy.UDP, scapy.ICMP]


class ScapyBase(external.Driver):
    package = "scapy"
    minimum = (2, 5)
    license = "GPL-2.0-only"
    decoder = "scapy"
    features = {
        "pcapng": "tested",
        "live": "stated: Scapy's documentation, Sniffing",
        "application-layers": "stated: Scapy's documentation, Supported protocols",
        "makes-packets": "stated, in no level: Scapy's documentation, Generating packets",
        "reassembly": "stated, in no level: Scapy's documentation, TCPSession and IPSession",
    }

    layers_fault: Optional[BaseException] = None  # why the layers of level dissect are missing
    filtered = False  # to the layers of level headers

    def load(self) -> None:
        global scapy, scapy_icmpv6
        import scapy.all
        import scapy.layers.inet6
        import scapy.layers.ipsec
        scapy_icmpv6 = scapy.layers.inet6._ICMPv6
        scapy = scapy.all
        try:
            import cryptography  # Scapy loads its TLS layers without it, but they do not work
            scapy.load_layer("tls")
            scapy.load_layer("http")
            scapy.load_contrib("mqtt")
            scapy_app.load()
        except ImportError as error:
            self.layers_fault = error

    def prepare(self, level: str) -> None:
        """Scapy's layers are settings of the process: headers needs few, dissect all."""
        if level in ("dissect", "app") and self.layers_fault:
            raise external.RequestError("Scapy's layers for TLS, HTTP and MQTT cannot be loaded "
                                        f"({self.layers_fault}); {external.FIX}")
        filtered = level == "headers"
        if filtered == self.filtered:
            return  # Scapy refuses a second filter
        self.filtered = filtered
        if filtered:
            scapy.conf.layers.filter(header_layers())
        else:
            scapy.conf.layers.unfilter()


class Scapy(ScapyBase):
    name = "scapy"
    summary = "Scapy's readers, one packet at a time; every layer becomes an object"
    levels = {
        "frames": external.Level("RawPcapReader: bytes and record header of every packet",
                             external.FRAMES),
        "headers": external.Level("PcapReader with conf.layers.filter(): link to transport headers "
                              "of every packet become objects",
                              external.FRAMES + external.HEADERS),
        "dissect": external.Level("PcapReader with the layers tls, http and mqtt loaded: every "
                              "packet dissected into objects as far as Scapy can",
                              external.FRAMES + external.HEADERS),
        "app": external.Level("as dissect; the fields of the layer after the outermost TCP or UDP "
                              "header become columns",
                              external.FRAMES + external.HEADERS + scapy_app.COLUMNS),
    }

    def open(self, path: str, level: str, columns: bool) -> external.Run:
        if level == "frames":
            return RawRun(path)
        return PacketRun(path, "app" if level == "app" else "headers")


class ScapyRdpcap(ScapyBase):
    name = "scapy-rdpcap"
    summary = "Scapy's rdpcap(): the whole capture as one list of packets"
    features = {name: how for name, how in ScapyBase.features.items() if name != "live"}
    levels = {
        "dissect": external.Level("rdpcap() with the layers tls, http and mqtt loaded: every packet "
                                  "dissected as far as Scapy can, all kept in a list",
                                  external.FRAMES + external.HEADERS),
    }

    def open(self, path: str, level: str, columns: bool) -> external.Run:
        return RdpcapRun(path)


if __name__ == "__main__":
    external.main(Scapy(), ScapyRdpcap())
