"""Scapy, https://scapy.readthedocs.io: packet by packet, or the whole file at once."""

import logging
import sys

import peer

ETHERTYPES_FROM = 1536
# An RdpcapList does not say of what link type its packets were.
RDPCAP = tuple(column for column in peer.HEADERS if column != "link_type")


class Scapy(peer.Peer):
    name = "scapy"
    summary = "Python: Scapy, packet by packet"
    license = "GPL-2.0-only"
    decoder = "scapy"
    levels = {
        "frames": peer.Level("scapy.utils.RawPcapReader iterated, packet bytes not touched",
                             peer.FRAMES),
        "headers": peer.Level("scapy.utils.PcapReader: every layer that Scapy knows dissected",
                              peer.HEADERS),
        "dissect": peer.Level("scapy.utils.PcapReader: every layer that Scapy knows dissected",
                              peer.HEADERS),
    }
    features = (("pcapng", "tested"), ("live", "stated: Scapy documentation, sniff()"),
                ("application-layers", "stated: Scapy documentation, layers"),
                ("makes-packets", "stated: Scapy documentation, Usage"))

    def load(self):
        logging.getLogger("scapy").setLevel(logging.ERROR)
        try:
            import scapy
            import scapy.all
            from scapy.layers import inet, inet6, ipsec, l2
        except ImportError as error:
            raise peer.Unavailable("Scapy is not installed: " + peer.SETUP) from error
        self.scapy, self.inet, self.inet6, self.ipsec, self.l2 = scapy, inet, inet6, ipsec, l2

    def version(self):
        return self.scapy.__version__

    def packets(self, path, level):
        utils = self.scapy.utils
        with (utils.RawPcapReader if level == "frames" else utils.PcapReader)(path) as reader:
            if level == "frames":
                for buf, meta in reader:
                    yield buf, meta, reader
            else:
                for packet in reader:
                    yield packet, None, reader

    def row(self, packet, level):
        if level == "frames":
            return self.raw_frame(*packet)
        packet, _, reader = packet
        # Of pcapng, Scapy does not say by which interface a packet came: the first one's stands.
        link = reader.interfaces[0][0] if hasattr(reader, "interfaces") else reader.linktype
        return self.frame(packet) + (link,) + self.headers(packet)

    @staticmethod
    def raw_frame(buf, meta, reader):
        if hasattr(meta, "sec"):
            unit = 1 if reader.nano else 1000
            return meta.sec * 10**9 + meta.usec * unit, meta.caplen, meta.wirelen, reader.linktype
        ticks = (meta.tshigh << 32) + meta.tslow
        return ticks * 10**9 // meta.tsresol, len(buf), meta.wirelen, meta.linktype

    @staticmethod
    def frame(packet):
        return int(round(packet.time * 10**9)), packet_size(packet), packet.wirelen

    def headers(self, packet):
        link, at, tags, kind = ("", "", "", ""), packet, [], None
        if isinstance(packet, (self.l2.Ether, self.l2.Dot3)):
            kind = packet.type if isinstance(packet, self.l2.Ether) else 0
            at = packet.payload
            while isinstance(at, self.l2.Dot1Q):  # Dot1AD is one
                tags.append(at.vlan)
                kind, at = at.type, at.payload
            link = (packet.src, packet.dst, kind if kind >= ETHERTYPES_FROM else 0,
                    tags[0] if tags else "")
        elif isinstance(packet, self.l2.CookedLinux):
            source = packet.src[:6] if packet.lladdrlen == 6 else bytes(6)
            link = (peer.mac_text(source), peer.mac_text(bytes(6)), packet.proto, "")
            at = packet.payload
        if isinstance(at, self.inet.IP):
            return link + self.ipv4(at, len(packet.original))
        if isinstance(at, self.inet6.IPv6):
            return link + self.ipv6(at)
        return link + ("",) * 20

    def ipv4(self, ip, size):
        proto, upper, used = ip.proto, ip.payload, ip.ihl * 4
        while isinstance(upper, self.ipsec.AH):
            used += (upper.payloadlen + 2) * 4
            proto, upper = upper.nh, upper.payload
        return (4, proto, ip.ttl, ip.tos, ip.len, ip.id, int(ip.flags) & 3, ip.frag * 8, ip.src,
                ip.dst) + self.transport(upper, (ip.len or size) - used)

    def ipv6(self, ip):
        proto, upper, used, fragment = ip.nh, ip.payload, 0, ("", "", "")
        while True:
            if isinstance(upper, self.inet6.IPv6ExtHdrFragment):
                fragment = (upper.id, upper.m, upper.offset * 8)
                used += 8
            elif isinstance(upper, self.ipsec.AH):
                used += (upper.payloadlen + 2) * 4
            elif isinstance(upper, (self.inet6.IPv6ExtHdrHopByHop, self.inet6.IPv6ExtHdrRouting,
                                    self.inet6.IPv6ExtHdrDestOpt)):
                used += (upper.len + 1) * 8
            else:
                break
            proto, upper = upper.nh, upper.payload
        return (6, proto, ip.hlim, ip.tc, peer.IPV6_HEADER + ip.plen) + fragment + (
            ip.src, ip.dst) + self.transport(upper, ip.plen - used)

    def transport(self, upper, left):
        if isinstance(upper, self.inet.TCP):
            size = upper.dataofs * 4
            return (upper.sport, upper.dport, size, max(left - size, 0),
                    int(upper.flags) | upper.reserved << 9, upper.seq, upper.ack, upper.window,
                    "", "")
        if isinstance(upper, self.inet.UDP):
            return (upper.sport, upper.dport, peer.UDP_HEADER, max(left - peer.UDP_HEADER, 0),
                    "", "", "", "", "", "")
        if isinstance(upper, (self.inet.ICMP, self.inet6._ICMPv6)):
            return ("", "", peer.ICMP_HEADER, max(left - peer.ICMP_HEADER, 0),
                    "", "", "", "", upper.type, icmp_code(upper))
        return ("",) * 10


def icmp_code(icmp):
    """Some of Scapy's ICMPv6 messages call it reserved."""
    return icmp.code if hasattr(icmp, "code") else icmp.res


def packet_size(packet):
    """Captured bytes. Scapy keeps what it dissected."""
    return len(packet.original)


class ScapyRdpcap(Scapy):
    name = "scapy-rdpcap"
    summary = "Python: Scapy, the whole file into memory"
    levels = {"dissect": peer.Level("scapy.utils.rdpcap: every packet dissected, then iterated",
                                    RDPCAP)}

    def packets(self, path, level):
        for packet in self.scapy.utils.rdpcap(path):
            yield packet, None, None

    def row(self, packet, level):
        return self.frame(packet[0]) + self.headers(packet[0])


if __name__ == "__main__":
    sys.exit(peer.main([Scapy(), ScapyRdpcap()]))
