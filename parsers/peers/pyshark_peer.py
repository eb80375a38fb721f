"""PyShark, https://github.com/KimiNewt/pyshark: packets as objects made of tshark's output."""

import ipaddress
import sys

import peer
import tshark_peer

# What PyShark's objects give by plain names for every version of it.
COLUMNS = ("ts_ns", "cap_len", "wire_len", "eth_src", "eth_dst", "ip_version", "ip_ttl", "ip_len",
           "src", "dst", "src_port", "dst_port", "tcp_seq", "tcp_ack", "tcp_window", "icmp_type",
           "icmp_code")


class Pyshark(peer.Peer):
    name = "pyshark"
    summary = "Python: PyShark, which reads tshark's PDML"
    license = "MIT AND GPL-2.0-or-later"
    decoder = "wireshark"
    levels = {"dissect": peer.Level("pyshark.FileCapture iterated, its defaults; IP not "
                                    "defragmented; a tshark process each run", COLUMNS)}
    features = (("pcapng", "tested"), ("live", "stated: PyShark README, LiveCapture"),
                ("stream-numbers", "stated: tshark's, as fields"),
                ("application-layers", "stated: tshark's"))
    options: dict = {}

    def load(self):
        try:
            import pyshark
            from importlib.metadata import version
        except ImportError as error:
            raise peer.Unavailable("PyShark is not installed: " + peer.SETUP) from error
        self.tshark = tshark_peer.Tshark()
        self.tshark.load()
        self.pyshark, self.number = pyshark, version("pyshark")

    def version(self):
        return "%s with tshark %s" % (self.number, self.tshark.version())

    def packets(self, path, level):
        prefs = {"ip.defragment": "FALSE", "ipv6.defragment": "FALSE"}
        capture = self.pyshark.FileCapture(path, override_prefs=prefs, **self.options)
        try:
            yield from capture
        finally:
            capture.close()

    def row(self, packet, level):
        info = packet.frame_info
        cells = [tshark_peer.nanoseconds(str(info.time_epoch)), info.cap_len, info.len]
        at = {layer.layer_name: layer for layer in reversed(packet.layers)}  # the first one stays
        link = at.get("eth")
        cells += [link.src, link.dst] if link is not None else ["", ""]
        first = next((layer for layer in packet.layers if layer.layer_name in ("ip", "ipv6")), None)
        if first is None:
            return cells + [""] * 12
        if first.layer_name == "ip":
            cells += [4, first.ttl, first.len, first.src, first.dst]
        else:
            cells += [6, first.hlim, peer.IPV6_HEADER + int(first.plen), address(first.src),
                      address(first.dst)]
        return cells + self.transport(packet.layers, first)

    @staticmethod
    def transport(layers, network):
        """Of the header that follows the outermost IP header."""
        after = layers[layers.index(network) + 1:]
        upper = next((layer for layer in after if layer.layer_name not in EXTENSIONS), None)
        name = upper.layer_name if upper is not None else ""
        if name == "tcp":
            return [upper.srcport, upper.dstport, upper.seq_raw, upper.ack_raw,
                    upper.window_size_value, "", ""]
        if name in ("udp", "udplite"):
            return [upper.srcport, upper.dstport, "", "", "", "", ""]
        if name in ("icmp", "icmpv6"):
            return ["", "", "", "", "", upper.type, upper.code]
        return [""] * 7


# Layers of their own in PDML between IPv6 and what it carries.
EXTENSIONS = ("ipv6.hopopts", "ipv6.routing", "ipv6.dstopts", "ipv6.fraghdr", "ah")


def address(text):
    return str(ipaddress.IPv6Address(text))


class PysharkJson(Pyshark):
    name = "pyshark-json"
    summary = "Python: PyShark, which reads tshark's JSON and keeps no packets"
    levels = {"dissect": peer.Level("pyshark.FileCapture(use_json=True, keep_packets=False) "
                                    "iterated; IP not defragmented; a tshark process each run",
                                    COLUMNS)}
    options = {"use_json": True, "keep_packets": False}


if __name__ == "__main__":
    sys.exit(peer.main([Pyshark(), PysharkJson()]))
