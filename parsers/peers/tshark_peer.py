"""The tshark program: its output is read line by line, as by a script that calls it."""

import contextlib
import ipaddress
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import peer

# The columns do not tell of which link type a packet is: tshark names types by its own numbers.
COLUMNS = tuple(column for column in peer.HEADERS if column != "link_type")
OPTIONS = ("-n", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE")

# First occurrences: with the outermost IP header's protocol they say what belongs to it.
FIELDS = (
    "frame.time_epoch", "frame.cap_len", "frame.len", "frame.protocols", "eth.src", "eth.dst",
    "eth.type", "vlan.id", "vlan.etype", "ip.src", "ip.dst", "ip.proto", "ip.ttl", "ip.dsfield",
    "ip.len", "ip.id", "ip.flags", "ip.frag_offset", "ip.hdr_len", "ipv6.src", "ipv6.dst",
    "ipv6.nxt", "ipv6.hlim", "ipv6.tclass", "ipv6.plen", "ipv6.hopopts.nxt", "ipv6.hopopts.len",
    "ipv6.routing.nxt", "ipv6.routing.len", "ipv6.dstopts.nxt", "ipv6.dstopts.len",
    "ipv6.fraghdr.nxt", "ipv6.fraghdr.ident", "ipv6.fraghdr.more", "ipv6.fraghdr.offset",
    "ah.next_header", "ah.length", "tcp.srcport", "tcp.dstport", "tcp.hdr_len", "tcp.flags",
    "tcp.seq_raw", "tcp.ack_raw", "tcp.window_size_value", "udp.srcport", "udp.dstport",
    "icmp.type", "icmp.code", "icmpv6.type", "icmpv6.code", "sll.etype", "sll.src.eth")

FRAGMENT, AH = 44, 51

# Extension headers: the fields of their next header and length, the units and the bias of it.
EXTENSIONS = {0: ("ipv6.hopopts.nxt", "ipv6.hopopts.len", 8, 1),
              43: ("ipv6.routing.nxt", "ipv6.routing.len", 8, 1),
              60: ("ipv6.dstopts.nxt", "ipv6.dstopts.len", 8, 1),
              AH: ("ah.next_header", "ah.length", 4, 2)}


def number(text):
    return int(text, 0) if text else 0


def nanoseconds(epoch):
    seconds, _, fraction = epoch.partition(".")
    return int(seconds) * 10**9 + int((fraction + "0" * 9)[:9])


def columns_of(fields):
    """Our columns from a dictionary of first occurrences."""
    get = fields.get
    frame = (nanoseconds(get("frame.time_epoch")), get("frame.cap_len"), get("frame.len"))
    return frame + link_columns(get) + network_columns(fields)


def link_columns(get):
    if get("sll.etype"):
        return get("sll.src.eth") or peer.mac_text(bytes(6)), peer.mac_text(bytes(6)), \
            number(get("sll.etype")), ""
    if not get("eth.dst"):
        return ("",) * 4
    kind = get("vlan.etype") or get("eth.type")
    return get("eth.src"), get("eth.dst"), number(kind), get("vlan.id") or ""


def network_columns(fields):
    layers = fields.get("frame.protocols", "").split(":")
    version = next((layer for layer in layers if layer in ("ip", "ipv6")), None)
    if version == "ip" and fields.get("ip.dst"):
        return ipv4_columns(fields)
    if version == "ipv6" and fields.get("ipv6.dst"):
        return ipv6_columns(fields)
    return ("",) * 20


def ipv4_columns(fields):
    get = fields.get
    proto, used = number(get("ip.proto")), number(get("ip.hdr_len"))
    if proto == AH and get("ah.length"):
        proto, used = number(get("ah.next_header")), used + (number(get("ah.length")) + 2) * 4
    offset = number(get("ip.frag_offset"))
    flags = number(get("ip.flags"))
    flags = flags >> 13 if flags > 7 else flags  # Wireshark 4.0 shows the byte, older ones the word
    upper = ("",) * 10 if offset else transport(get, proto, number(get("ip.len")) - used)
    return (4, proto, get("ip.ttl"), number(get("ip.dsfield")), get("ip.len"),
            number(get("ip.id")), flags & 3, offset * 8, get("ip.src"), get("ip.dst")) + upper


def ipv6_columns(fields):
    get = fields.get
    proto, used, fragment, rest = number(get("ipv6.nxt")), 0, ("", "", ""), False
    while not rest:
        if proto == FRAGMENT and get("ipv6.fraghdr.nxt"):
            offset = number(get("ipv6.fraghdr.offset"))
            more = get("ipv6.fraghdr.more") in ("1", "True")
            fragment = (number(get("ipv6.fraghdr.ident")), int(more), offset * 8)
            proto, used, rest = number(get("ipv6.fraghdr.nxt")), used + 8, offset != 0
        elif proto in EXTENSIONS and get(EXTENSIONS[proto][0]):
            following, length, unit, bias = EXTENSIONS[proto]
            before, proto = proto, number(get(following))
            used += (number(get(length)) + bias) * unit
            if proto == before:
                break  # the field's second occurrence is not in reach
        else:
            break
    plen = number(get("ipv6.plen"))
    upper = ("",) * 10 if rest else transport(get, proto, plen - used)
    address = ipaddress.IPv6Address
    return (6, proto, get("ipv6.hlim"), number(get("ipv6.tclass")), peer.IPV6_HEADER + plen) + \
        fragment + (str(address(get("ipv6.src"))), str(address(get("ipv6.dst")))) + upper


def transport(get, proto, left):
    if proto == peer.TCP and get("tcp.window_size_value"):
        size = number(get("tcp.hdr_len"))
        return (get("tcp.srcport"), get("tcp.dstport"), size, max(left - size, 0),
                number(get("tcp.flags")), get("tcp.seq_raw"), get("tcp.ack_raw"),
                get("tcp.window_size_value"), "", "")
    if proto in (peer.UDP, peer.UDPLITE) and get("udp.dstport"):
        return (get("udp.srcport"), get("udp.dstport"), peer.UDP_HEADER,
                max(left - peer.UDP_HEADER, 0), "", "", "", "", "", "")
    name = {peer.ICMP: "icmp", peer.ICMPV6: "icmpv6"}.get(proto)
    if name and get(name + ".code"):
        return ("", "", peer.ICMP_HEADER, max(left - peer.ICMP_HEADER, 0), "", "", "", "",
                get(name + ".type"), get(name + ".code"))
    return ("",) * 10


class Tshark(peer.Peer):
    name = "tshark"
    summary = "the tshark program, its output read line by line"
    license = "GPL-2.0-or-later"
    origin = "distribution"
    decoder = "wireshark"
    levels = {
        "headers": peer.Level("tshark -n -T fields with %d fields, its lines counted; a process "
                              "each run, IP not defragmented" % len(FIELDS), COLUMNS),
        "dissect": peer.Level("tshark -n -T pdml, its packets counted; a process each run, "
                              "IP not defragmented",
                              COLUMNS),
    }
    features = (("pcapng", "tested"), ("live", "stated: tshark(1), -i"),
                ("stream-numbers", "stated: Wireshark Display Filter Reference"),
                ("reassembly", "stated: Wireshark User's Guide"),
                ("application-layers", "stated: Wireshark Display Filter Reference"))

    def load(self):
        try:
            done = subprocess.run(["tshark", "--version"], capture_output=True, text=True,
                                  check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise peer.Unavailable("tshark is not installed: " + peer.SETUP) from error
        self.number = done.stdout.split()[2]

    def version(self):
        return self.number

    @staticmethod
    @contextlib.contextmanager
    def output(path, *options):
        """The program's standard output; it must end well."""
        command = ["tshark", *OPTIONS, "-r", path, *options]
        with tempfile.TemporaryFile() as messages:
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=messages) as program:
                yield program.stdout
            messages.seek(0)
            words = messages.read().decode(errors="replace").strip().splitlines()
        if program.returncode:
            raise ValueError("tshark ended with status %d: %s"
                             % (program.returncode, words[-1] if words else ""))

    def packets(self, path, level):
        if level == "dissect":
            yield from self.pdml(path)
            return
        wanted = [word for field in FIELDS for word in ("-e", field)]
        with self.output(path, "-T", "fields", "-E", "occurrence=f", *wanted) as stream:
            yield from stream

    def pdml(self, path):
        """The text of each packet's element."""
        with self.output(path, "-T", "pdml") as stream:
            lines = []
            for line in stream:
                if line.startswith(b"<packet>"):
                    lines = []
                lines.append(line)
                if line.startswith(b"</packet>"):
                    yield lines

    def row(self, packet, level):
        if level == "headers":
            cells = packet.decode(errors="replace").rstrip("\n").split("\t")
            return columns_of(dict(zip(FIELDS, cells)))
        first = {}
        for field in ElementTree.fromstring(b"".join(packet)).iter("field"):
            first.setdefault(field.get("name"), field.get("show"))
        return columns_of(first)


if __name__ == "__main__":
    sys.exit(peer.main([Tshark()]))
