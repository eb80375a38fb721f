"""dpkt, https://dpkt.readthedocs.io: its reader alone, or its decoder for every packet."""

import ipaddress
import sys

import peer

DLT_EN10MB, DLT_RAW, DLT_SLL = 1, (12, 14, 101), 113

# dpkt's reader does not hand over the original length, and its times are floating-point numbers.
FRAMES = ("ts_ns", "cap_len", "link_type")
HEADERS = FRAMES + peer.HEADERS[len(peer.FRAMES):]
EMPTY = ("",) * (len(HEADERS) - len(FRAMES))


class Dpkt(peer.Peer):
    name = "dpkt"
    summary = "Python: dpkt, the fastest of the study's three"
    license = "BSD-3-Clause"
    decoder = "dpkt"
    levels = {
        "frames": peer.Level("dpkt.pcap.UniversalReader iterated, packet bytes not touched", FRAMES),
        "headers": peer.Level("dpkt.ethernet.Ethernet(buf) for every packet of UniversalReader",
                              HEADERS),
    }
    features = (("pcapng", "tested"), ("makes-packets", "stated: dpkt documentation"))

    def load(self):
        try:
            import dpkt
        except ImportError as error:
            raise peer.Unavailable("dpkt is not installed: " + peer.SETUP) from error
        self.dpkt = dpkt

    def version(self):
        return self.dpkt.__version__

    def packets(self, path, level):
        with open(path, "rb") as file:
            reader = self.dpkt.pcap.UniversalReader(file)
            link = reader.datalink()
            if level == "frames":
                for time, buf in reader:
                    yield time, buf, link, None
                return
            decode = self.decoder_of(link)
            for time, buf in reader:
                try:
                    yield time, buf, link, decode(buf)
                except (self.dpkt.UnpackError, ValueError, IndexError):
                    yield time, buf, link, None

    def parse(self, path, level):
        rows = 0
        with open(path, "rb") as file:
            reader = self.dpkt.pcap.UniversalReader(file)
            if level == "frames":
                for _ in reader:
                    rows += 1
                return rows
            decode = self.decoder_of(reader.datalink())
            for _, buf in reader:
                try:
                    decode(buf)
                except (self.dpkt.UnpackError, ValueError, IndexError):
                    pass
                rows += 1
        return rows

    def decoder_of(self, link):
        if link == DLT_EN10MB:
            return self.dpkt.ethernet.Ethernet
        if link == DLT_SLL:
            return self.dpkt.sll.SLL
        if link in DLT_RAW:
            return self.raw_ip
        return lambda buf: None

    def raw_ip(self, buf):
        return (self.dpkt.ip6.IP6 if buf[0] >> 4 == 6 else self.dpkt.ip.IP)(buf)

    def row(self, packet, level):
        time, buf, link, decoded = packet
        frames = (round(float(time) * 1e6) * 1000, len(buf), link)
        if level == "frames":
            return frames
        return frames + (self.headers(decoded, len(buf)) if decoded is not None else EMPTY)

    def headers(self, decoded, size):
        link, network = ("", "", "", ""), decoded
        if isinstance(decoded, self.dpkt.ethernet.Ethernet):
            link, network = self.ethernet(decoded), decoded.data
        elif isinstance(decoded, self.dpkt.sll.SLL):
            link, network = self.cooked(decoded), decoded.data
        if isinstance(network, self.dpkt.ip.IP):
            return link + self.ipv4(network, size)
        if isinstance(network, self.dpkt.ip6.IP6):
            return link + self.ipv6(network)
        return link + ("",) * (len(EMPTY) - len(link))

    def ethernet(self, eth):
        tags = getattr(eth, "vlan_tags", ())
        kind = tags[-1].type if tags else eth.type
        return (peer.mac_text(eth.src), peer.mac_text(eth.dst), kind if kind >= 1536 else 0,
                tags[0].id if tags else "")

    @staticmethod
    def cooked(sll):
        source = sll.hdr[:6] if sll.hlen == 6 else bytes(6)
        return peer.mac_text(source), peer.mac_text(bytes(6)), sll.ethtype, ""

    def ipv4(self, ip, size):
        proto, upper = ip.p, ip.data
        used = ip.hl * 4
        while isinstance(upper, self.dpkt.ah.AH):
            used += (upper.len + 2) * 4
            proto, upper = upper.nxt, upper.data
        total = ip.len or size
        return (4, proto, ip.ttl, ip.tos, ip.len, ip.id, (2 if ip.df else 0) | (1 if ip.mf else 0),
                ip.offset, str(ipaddress.IPv4Address(ip.src)), str(ipaddress.IPv4Address(ip.dst))
                ) + self.transport(upper, total - used)

    def ipv6(self, ip):
        used, fragment = 0, ("", "", "")
        for header in ip.all_extension_headers:
            used += header.length
            if isinstance(header, self.dpkt.ip6.IP6FragmentHeader):
                fragment = (header.id, header.m_flag, header.frag_off * 8)
        return (6, ip.p, ip.hlim, ip.fc, peer.IPV6_HEADER + ip.plen) + fragment + (
            str(ipaddress.IPv6Address(ip.src)), str(ipaddress.IPv6Address(ip.dst))
        ) + self.transport(ip.data, ip.plen - used)

    def transport(self, upper, left):
        if isinstance(upper, self.dpkt.tcp.TCP):
            size = upper.off * 4
            return (upper.sport, upper.dport, size, max(left - size, 0),
                    upper._off_flags & 0xFFF, upper.seq, upper.ack, upper.win, "", "")
        if isinstance(upper, self.dpkt.udp.UDP):
            return (upper.sport, upper.dport, peer.UDP_HEADER, max(left - peer.UDP_HEADER, 0),
                    "", "", "", "", "", "")
        if isinstance(upper, (self.dpkt.icmp.ICMP, self.dpkt.icmp6.ICMP6)):
            return ("", "", peer.ICMP_HEADER, max(left - peer.ICMP_HEADER, 0),
                    "", "", "", "", upper.type, upper.code)
        return ("",) * 10


if __name__ == "__main__":
    sys.exit(peer.main([Dpkt()]))
