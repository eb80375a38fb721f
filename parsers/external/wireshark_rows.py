"""Converts Wireshark's fields to the columns of level headers, for all drivers that use tshark.

The first occurrence of a field need not be the outermost: tunnels and ICMP quotes repeat fields.
Walk therefore follows frame.protocols from the outside in and reads the fields of each header. It
stops at the first protocol that the columns do not describe.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from typing import Callable, Optional

import external
from external import NO_ARP, NO_IP, NO_L4, NO_LINK, NO_MAC

# No reassembly: the first fragment has the transport header, later ones have none. IPv6 payload
# length 0 is treated as segmentation offload, which is Wireshark's default for IPv4.
PREFERENCES = {"ip.defragment": "FALSE", "ipv6.defragment": "FALSE", "ipv6.tso_support": "TRUE"}
PREFERENCES_TEXT = "no reassembly of IP fragments"

# Fields of each protocol that the columns need. There is none for the link type, because one value
# of frame.encap_type can stand for several LINKTYPEs.
FIELDS = {
    "frame": ("frame.time_epoch", "frame.cap_len", "frame.len", "frame.encap_type",
              "frame.protocols"),
    "eth": ("eth.src", "eth.dst", "eth.type"),
    "sll": ("sll.etype", "sll.gretype"),
    "vlan": ("vlan.id", "vlan.etype"),
    "ieee8021ad": ("ieee8021ad.id", "ieee8021ad.svid", "ieee8021ah.etype",
                   "ieee8021ah.isid"),
    "cmd": ("cmd.type",),
    "vntag": ("vntag.etype",),
    "hbbak": ("hbbak.etype",),
    "avsp": ("avsp.etype", "avsp.64sec", "avsp.48sec"),
    "gmhdr": ("gmhdr.etype",),
    "etag": ("etag.etype",),
    "ieee8021cb": ("ieee8021cb.etype",),
    "hsr": ("hsr.type",),
    "macsec": ("macsec.etype", "macsec.TCI.SC"),
    "wlan": ("wlan.da", "wlan.sa"),
    "mpls": ("mpls.bottom",),
    "llc": ("llc.oui",),
    "ip": ("ip.hdr_len", "ip.dsfield", "ip.len", "ip.id", "ip.flags", "ip.frag_offset", "ip.ttl",
           "ip.proto", "ip.src", "ip.dst", "ip.cur_rt"),
    "ipv6": ("ipv6.tclass", "ipv6.plen", "ipv6.nxt", "ipv6.hlim", "ipv6.src", "ipv6.dst"),
    "ipv6.hopopts": ("ipv6.hopopts.nxt", "ipv6.hopopts.len"),
    "ipv6.routing": ("ipv6.routing.nxt", "ipv6.routing.len"),
    "ipv6.dstopts": ("ipv6.dstopts.nxt", "ipv6.dstopts.len"),
    "ipv6.fraghdr": ("ipv6.fraghdr.nxt", "ipv6.fraghdr.offset", "ipv6.fraghdr.more",
                     "ipv6.fraghdr.ident"),
    "ah": ("ah.next_header", "ah.length"),
    "tcp": ("tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.hdr_len", "tcp.flags",
            "tcp.window_size_value"),
    "udp": ("udp.srcport", "udp.dstport"),
    "icmp": ("icmp.type", "icmp.code"),
    "icmpv6": ("icmpv6.type", "icmpv6.code"),
    "arp": ("arp.opcode", "arp.src.proto_ipv4", "arp.dst.proto_ipv4"),
}
COLUMNS = external.HEADERS + external.ARP
NO_CELLS = (None,) * len(COLUMNS)
STREAM_FIELDS = ("tcp.stream", "udp.stream")
ALL_FIELDS = tuple(name for names in FIELDS.values() for name in names)

# Links whose header's length is known, by frame.encap_type: first protocol, length. Of others,
# `frame.protocols` says what is in them.
LINKS = {"1": ("eth", 14), "25": ("sll", 16), "210": ("sll", 20), "7": ("raw", 0), "129": ("", 0),
         "130": ("", 0), "15": ("null", 4), "174": ("null", 4)}
MACSEC, AVSP, BRIDGED = "0x88e5", "0xd28b", 0x6558
# What a cooked capture has of other links, and a NULL header that is none.
FRAMES = ("eth", "radiotap", "wlan_radio", "fr", "ppp")
ISL_HEADER = 26
VLAN_ETYPES = {"vlan": "vlan.etype", "ieee8021ad": "ieee8021ah.etype"}
# Tags that are not VLAN tags: the field of the type that ends each, and the tag's size with it.
TAGS = {"cmd": ("cmd.type", 8), "vntag": ("vntag.etype", 6), "hbbak": ("hbbak.etype", 8),
        "avsp": ("avsp.etype", 12), "gmhdr": ("gmhdr.etype", 3), "etag": ("etag.etype", 8),
        "ieee8021cb": ("ieee8021cb.etype", 6), "hsr": ("hsr.type", 6),
        "ieee8021ah": ("ieee8021ah.etype", 18), "macsec": ("macsec.etype", 8)}
TAG_NAMES = (*VLAN_ETYPES, *TAGS)
BRIDGE = ("eth.type", 14)
# Names in `frame.protocols` since 4.4 that were others before.
RENAMED = {"rtag": "ieee8021cb"}
# A field that every IP header has.
OF_IP = {"ip": "ip.ttl", "ipv6": "ipv6.hlim"}
ETHERTYPES = {"ip": "0x0800", "ipv6": "0x86dd", "arp": "0x0806"}
# Fields that not every version of tshark has.
OPTIONAL = tuple(field for name in TAGS for field in FIELDS.get(name, ()))
# Fragment offset in the check of tshark, in units of 8 bytes, and the fields that show it.
FRAGMENT_AT = 3
OFFSETS = ("ip.frag_offset", "ipv6.fraghdr.offset")
MACSEC_CHANNEL, MACSEC_CHECK_VALUE, AVSP_WIDE = 8, 16, 14
UNPLACED = 2**40  # bytes of a packet whose headers are at unknown offsets: enough for all
NETWORK = ("arp", "eth", "ip", "ipv6")
ICMP = {4: "icmp", 6: "icmpv6"}
# Bytes of a TCP header that Wireshark needs for a stream number.
TCP_STREAM_BYTES = 16

# (protocol, field, occurrence of the protocol) -> value of the field as Wireshark prints it
Get = Callable[[str, str, int], Optional[str]]


class Streams:
    """Wireshark's stream numbers, renumbered without the streams of tunneled and quoted headers."""

    def __init__(self) -> None:
        # By field: Wireshark's number -> (new number, source of the first packet).
        self.numbers: dict[str, dict[str, tuple[int, tuple]]] = {name: {} for name in STREAM_FIELDS}

    def cells(self, get: Get, headers: tuple, cut_port: Optional[int]) -> tuple:
        """`headers`: the packet's headers cells; `cut_port`: see Walk."""
        row = dict(zip(external.HEADERS, headers))
        port = row["src_port"] if cut_port is None else cut_port
        if port is None:
            return external.NO_STREAM
        protocol = "udp" if cut_port is None and row["tcp_flags"] is None else "tcp"
        shown = get(protocol, f"{protocol}.stream", 0)
        if not shown:
            return external.NO_STREAM
        numbers = self.numbers[f"{protocol}.stream"]
        source = row["src"], port
        number, first = numbers.setdefault(shown, (len(numbers), source))
        return number, int(source != first)


class Absent(Exception):
    """The packet ends before the field."""


def to_number(text: str) -> int:
    """Decimal, 0x..., or a boolean, which newer versions print as a word."""
    if text in ("True", "False"):
        return int(text == "True")
    return int(text, 0)


def frame_cells(get: Get) -> tuple:
    epoch = get("frame", "frame.time_epoch", 0)
    ts_ns = 0  # a simple packet block has no time stamp and no such field
    if epoch:
        # The fraction has more than nine digits if the record's microseconds exceed a second.
        seconds, _, fraction = epoch.partition(".")
        if len(fraction) < 9:
            raise external.RequestError("tshark's frame.time_epoch is not in nanoseconds")
        ts_ns = min(max(int(seconds) * 10**9 + int(fraction), -(2**63)), 2**63 - 1)
    cap_len, wire_len = get("frame", "frame.cap_len", 0), get("frame", "frame.len", 0)
    return ts_ns, int(cap_len or 0), int(wire_len or 0)


def protocols_of(text: str, has_more: Callable[[str, int], bool]) -> list[str]:
    """The names in `frame.protocols`. Since 4.4, an IP header behind MPLS is not among them, and what
    MACsec has is there twice. `has_more`: does the packet have more headers of that name than this?"""
    # `ethertype` is a table of dissectors, not a header.
    names = [RENAMED.get(name, name) for name in text.split(":") if name != "ethertype"]
    if "macsec" in names[:-2] and names[names.index("macsec") + 1] == "data":
        del names[names.index("macsec") + 1]
    for name in OF_IP if "mpls" in names else ():
        at = len(names) - names[::-1].index("mpls")
        if names[at:at + 1] != [name] and has_more(name, names.count(name)):
            names.insert(at, name)
            break
    return names


class Walk:
    """Reads the headers of a packet. `chain`: protocols not read yet; `at`: offset in the frame."""

    def __init__(self, get: Get, fragment_units: dict[int, int]) -> None:
        self.get = get
        self.fragment_units = fragment_units
        self.chain = protocols_of(get("frame", "frame.protocols", 0) or "",
                                  lambda name, n: bool(get(name, OF_IP[name], n)))
        self.captured = int(get("frame", "frame.cap_len", 0) or 0)
        self.wire = int(get("frame", "frame.len", 0) or 0)
        self.at = self.end = 0
        self.seen: dict[str, int] = {}
        # Source port of an incomplete TCP header: it fills no cells, but has a stream number.
        self.cut_port: Optional[int] = None

    def text(self, field: str, occurrence: int = 0) -> str:
        value = self.get(self.name, field, occurrence)
        if not value:
            raise Absent(field)
        return value

    def number(self, field: str, occurrence: int = 0) -> int:
        return to_number(self.text(field, occurrence))

    def enter(self, *names: str) -> bool:
        """If the next protocol is one of these, make it the current one and return True."""
        if not self.chain or self.chain[0] not in names:
            return False
        self.name = self.chain.pop(0)
        self.occurrence = self.seen.get(self.name, 0)
        self.seen[self.name] = self.occurrence + 1
        return True

    def cells(self) -> tuple:
        link, ip, l4, arp = NO_LINK, NO_IP, NO_L4, NO_ARP
        try:
            link = self.link()
            arp = self.arp()
            ip = self.ipv4() if self.enter("ip") else self.ipv6()
            l4 = self.transport(ip[0])
        except Absent:
            pass
        return link + ip + l4 + arp

    def link(self) -> tuple:
        encapsulation = self.get("frame", "frame.encap_type", 0) or ""
        if encapsulation not in LINKS:
            other = self.other_link()
            if self.chain[:1] != ["eth"]:
                return other
        first, self.at = LINKS.get(encapsulation, ("eth", 0))
        if not first:
            return NO_LINK
        if not self.enter(first) or self.captured < self.at:
            raise Absent
        if first in ("sll", "null") and self.chain[:1] and self.chain[0] in FRAMES:
            return self.frame(NO_LINK if first == "null" else (NO_MAC, NO_MAC, 0, None))
        while first == "eth" and self.chain[:1] == ["eth"] and not self.is_bridged(
                self.get("eth", "eth.type", 0)):  # in ISL, which has no fields of Ethernet
            self.enter("eth")
            self.at += ISL_HEADER
        if first in ("raw", "null"):
            return (*NO_LINK[:-1], self.tagged(None, None, None)[-1])
        if first == "eth":
            return self.ethernet()
        return self.tagged(NO_MAC, NO_MAC, self.get("sll", "sll.etype", 0) or self.gre_ethertype())

    def other_link(self) -> tuple:
        """Skip what is before Ethernet or IP; returns the cells of IEEE 802.11."""
        link = NO_LINK
        self.captured = self.wire = UNPLACED
        while self.chain and self.chain[0] not in NETWORK:
            name = self.chain.pop(0)
            if name == "wlan":
                link = self.wlan()
            elif name == "sll":
                link = NO_MAC, NO_MAC, to_number(self.get("sll", "sll.etype", 0) or "0"), None
        return link

    def frame(self, cells: tuple) -> tuple:
        """The cells of a frame of another link, or these."""
        link = self.other_link()
        if self.enter("eth"):
            return self.ethernet()
        return cells if link == NO_LINK else link

    def wlan(self) -> tuple:
        src, dst = self.get("wlan", "wlan.sa", 0), self.get("wlan", "wlan.da", 0)
        # Of an aggregate, the header may have no source: that is in the subframe.
        if self.get("wlan", "wlan.da", 1) and not self.get("wlan", "wlan.sa", 1):
            dst = self.get("wlan", "wlan.da", 1)
        return (src, dst, 0, None) if src and dst else NO_LINK

    def ethernet(self) -> tuple:
        return self.tagged(self.text("eth.src"), self.text("eth.dst"),
                           self.get("eth", "eth.type", 0))

    def tagged(self, src: Optional[str], dst: Optional[str], ethertype: Optional[str]) -> tuple:
        """The cells of a link with an EtherType, past the tags and encapsulations after it."""
        self.vlan: Optional[int] = None
        while self.chain and (self.chain[0] in TAG_NAMES or self.is_bridged(ethertype)):
            size = 4 if self.chain[0] in VLAN_ETYPES else TAGS.get(self.chain[0], BRIDGE)[1]
            if self.at + size > self.captured:
                break
            self.enter("eth", *TAG_NAMES)
            ethertype = self.vlan_tag() if self.name in VLAN_ETYPES else self.tag(size)
        vlan = self.vlan
        self.encapsulations()
        # An 802.3 frame has a length and no EtherType.
        return src, dst, to_number(ethertype) if ethertype else 0, vlan

    def is_bridged(self, ethertype: Optional[str]) -> bool:
        """Is Ethernet in Ethernet next, which has an EtherType of its own?"""
        return self.chain[:1] == ["eth"] and bool(ethertype) and to_number(ethertype) == BRIDGED

    def vlan_tag(self) -> Optional[str]:
        """Skip a VLAN tag; returns the type after it, None for a length."""
        # Wireshark shows two consecutive 802.1ad tags as one: service and customer VLAN.
        both = self.name == "ieee8021ad" and self.get(self.name, "ieee8021ad.svid", 0)
        if self.vlan is None:
            self.vlan = to_number(both) if both else self.number(f"{self.name}.id", self.occurrence)
        self.at += 8 if both else 4
        shown = self.name == "ieee8021ad" and self.get(self.name, "ieee8021ah.isid", 0)
        if shown and "ieee8021ah" not in self.chain:
            self.at += TAGS["ieee8021ah"][1]  # as part of the 802.1ad tag
        return self.ethertype(VLAN_ETYPES[self.name])

    def ethertype(self, field: str) -> Optional[str]:
        """The type that ends the current tag; None for a length."""
        of_both = sum(self.seen.get(name, 0) for name in ("ieee8021ad", "ieee8021ah")) - 1
        at = of_both if field == "ieee8021ah.etype" else self.occurrence
        value = self.get(self.name, field, at)
        return value if value and to_number(value) >= external.ETHERTYPE_MIN else None

    def tag(self, size: int) -> Optional[str]:
        """Skip another tag; returns the type after it."""
        field = TAGS.get(self.name, BRIDGE)[0]
        # 4.4 shows no type of MACsec and R-TAG; what is decoded says it.
        within = ETHERTYPES.get(self.chain[0]) if self.chain else None
        if self.name == "macsec":
            if not within and not self.get(self.name, field, self.occurrence):
                self.chain.clear()  # encrypted
                return MACSEC
            if self.get(self.name, "macsec.TCI.SC", 0) in ("1", "True"):
                size += MACSEC_CHANNEL
            self.wire -= MACSEC_CHECK_VALUE
        if self.name == "avsp" and self.get(self.name, "avsp.64sec", self.occurrence):
            size = AVSP_WIDE
        elif self.name == "avsp" and not self.get(self.name, "avsp.48sec", self.occurrence):
            self.chain.clear()  # of no known size
            return AVSP
        if self.name == "gmhdr":
            self.captured = self.wire = UNPLACED  # no field has its length
        self.at += size
        return self.ethertype(field) or within

    def gre_ethertype(self) -> Optional[str]:
        """EtherType of a GRE device in a cooked capture."""
        ethertype = self.get("sll", "sll.gretype", 0)
        return ethertype if ethertype and to_number(ethertype) >= external.ETHERTYPE_MIN else None

    def encapsulations(self) -> None:
        """Skip headers between the link header and IP, which have no columns."""
        if self.enter("llc"):
            self.at += 8 if self.get("llc", "llc.oui", 0) else 3
        if self.enter("pppoes"):
            self.at += 6
            if self.enter("ppp"):
                self.at += 2
        if self.enter("mpls"):
            labels = 0
            while self.get("mpls", "mpls.bottom", labels) in ("0", "False"):
                labels += 1
            self.at += 4 * (labels + 1)

    def arp(self) -> tuple:
        if not self.enter("arp"):
            return NO_ARP
        _, *names = FIELDS["arp"]
        addresses = tuple(self.get("arp", name, 0) or None for name in names)
        return self.number("arp.opcode"), *(addresses if all(addresses) else NO_ARP[1:])

    def ipv4(self) -> tuple:
        if self.at + 20 > self.captured:
            raise Absent
        total, flags = self.number("ip.len"), self.number("ip.flags")
        self.offset = self.number("ip.frag_offset") * self.fragment_units[4]
        self.proto = self.number("ip.proto")
        ttl, tos, ident = (self.number(name) for name in ("ip.ttl", "ip.dsfield", "ip.id"))
        header = self.number("ip.hdr_len")
        # With a source route, `ip.dst` is the final destination, not the header's field.
        current = self.get("ip", "ip.cur_rt", 0) if header > 20 else None
        src, dst = self.text("ip.src"), current or self.text("ip.dst")
        self.end = self.at + total if total else self.wire
        self.at += header
        if not self.offset:
            self.extensions("ah")
        return 4, self.proto, ttl, tos, total, ident, flags & 3, self.offset, src, dst

    def ipv6(self) -> tuple:
        if not self.enter("ipv6") or self.at + 40 > self.captured:
            raise Absent
        payload = self.number("ipv6.plen")
        self.proto = self.number("ipv6.nxt")
        hops, tos = self.number("ipv6.hlim"), self.number("ipv6.tclass")
        src, dst = self.text("ipv6.src"), self.text("ipv6.dst")
        self.at += 40
        self.end = self.at + payload if payload else self.wire
        self.offset = 0
        fragment = self.extensions("ah", "ipv6.hopopts", "ipv6.routing", "ipv6.dstopts",
                                   "ipv6.fraghdr")
        return 6, self.proto, hops, tos, 40 + payload, *fragment, src, dst

    def extensions(self, *names: str) -> tuple:
        """Skip extension headers of these kinds; returns the cells of a fragment header."""
        fragment = (None, None, None)
        try:
            while not self.offset and self.enter(*names):
                name, k = self.name, self.occurrence
                if name == "ah":
                    proto = self.number("ah.next_header", k)
                    size = (self.number("ah.length", k) + 2) * 4
                elif name == "ipv6.fraghdr":
                    proto, size = self.number("ipv6.fraghdr.nxt", k), 8
                    offset = self.number("ipv6.fraghdr.offset", k) * self.fragment_units[6]
                    fragment = (self.number("ipv6.fraghdr.ident", k),
                                self.number("ipv6.fraghdr.more", k), offset)
                    self.offset = offset
                else:
                    proto = self.number(f"{name}.nxt", k)
                    size = (self.number(f"{name}.len", k) + 1) * 8
                self.proto = proto
                self.at += size
        except Absent:
            self.chain = []  # incomplete: nothing can follow, but the IP header is valid
        return fragment

    def transport(self, version: int) -> tuple:
        left = self.end - self.at
        # Wireshark also shows fields of incomplete headers.
        room = min(left, self.captured - self.at)
        if self.offset or self.end >= UNPLACED:
            raise Absent  # or no length says where the packet ends
        if room >= 20 and self.enter("tcp"):
            header = self.number("tcp.hdr_len")
            return (self.number("tcp.srcport"), self.number("tcp.dstport"), header,
                    max(0, left - header), self.number("tcp.flags") & 0x0FFF,
                    self.number("tcp.seq_raw"), self.number("tcp.ack_raw"),
                    self.number("tcp.window_size_value"), None, None)
        if room >= TCP_STREAM_BYTES and self.enter("tcp"):
            self.cut_port = self.number("tcp.srcport")
            raise Absent
        if room >= 8 and self.enter("udp", "udplite"):
            self.name = "udp"  # Wireshark shows UDP-Lite's ports as fields of UDP
            ports = self.number("udp.srcport"), self.number("udp.dstport")
            return *ports, 8, left - 8, None, None, None, None, None, None
        icmp = ICMP[version]
        size = external.icmp_size(version, left)
        if room >= size and self.enter(icmp):
            kind, code = self.number(f"{icmp}.type"), self.number(f"{icmp}.code")
            return None, None, size, left - size, None, None, None, None, kind, code
        raise Absent


# The program.


def tshark_path() -> str:
    path = shutil.which("tshark")
    if not path:
        raise external.RequestError(f"tshark is not installed; {external.FIX}")
    return path


def tshark_version() -> str:
    done = subprocess.run([tshark_path(), "--version"], capture_output=True, text=True,
                          check=False, stdin=subprocess.DEVNULL, env=tshark_environment())
    for word in done.stdout.split():
        if word[:1].isdigit():
            return word
    raise external.RequestError(f"tshark --version prints no version; {external.FIX}")


def tshark_origin() -> str:
    return "distribution" if os.path.dirname(tshark_path()) in ("/usr/bin", "/bin") else "upstream"


def tshark_environment() -> dict[str, str]:
    """Without the user's Wireshark settings, which could change the results."""
    return {**os.environ, "WIRESHARK_CONFIG_DIR": "/proc/self/no-settings"}


def tshark_options(more: dict[str, str] = {}) -> list[str]:
    """`more`: preferences beside those of all runs."""
    options = ["-n"]
    for name, value in {**PREFERENCES, **more}.items():
        options += ["-o", f"{name}:{value}"]
    return options


def fragments() -> bytes:
    """A capture with a fragment of each IP version."""
    ipv4 = struct.pack(">BBHHHBBH", 0x45, 0, 28, 1, FRAGMENT_AT, 64, 17, 0) + bytes(8) + bytes(8)
    ipv6 = struct.pack(">IHBB", 6 << 28, 16, 44, 64) + bytes(32)
    ipv6 += struct.pack(">BBHI", 17, 0, FRAGMENT_AT << 3, 1) + bytes(8)
    capture = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, external.LINKTYPE_RAW)
    for packet in ipv4, ipv6:
        capture += struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet
    return capture


def fields_shown(fields: tuple) -> subprocess.CompletedProcess:
    """What tshark prints of these fields of the fragments."""
    command = [tshark_path(), *tshark_options(), "-r", "-", "-T", "fields"]
    for name in fields:
        command += ["-e", name]
    return subprocess.run(command, input=fragments(), capture_output=True, check=False,
                          env=tshark_environment())


def tshark_check() -> tuple[dict[int, int], frozenset[str]]:
    """Unit of the fragment offset as this tshark prints it, in bytes, by IP version: some versions
    print bytes, some units of 8. And the fields that it does not have: it refuses to run with
    them."""
    missing: frozenset[str] = frozenset()
    done = fields_shown(OFFSETS + OPTIONAL)
    if done.returncode:
        missing = frozenset(OPTIONAL).intersection(done.stderr.decode(errors="replace").split())
        done = fields_shown(OFFSETS)
    shown = done.stdout.split()
    if done.returncode or len(shown) != 2:
        raise external.RequestError(f"tshark does not print the fragment offset; {external.FIX}")
    units = {version: FRAGMENT_AT * 8 // int(value) for version, value in zip((4, 6), shown)}
    return units, missing
