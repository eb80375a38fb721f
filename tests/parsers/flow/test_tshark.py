#!/usr/bin/env python3
"""Streams of raw and libpcap compared with tshark's tcp.stream and udp.stream, row by row.

Usage: test_tshark.py PKTBENCH [--all]. Captures: incomplete headers and wrong lengths, every
scenario, and with PKTBENCH_CORPUS a sample of it (--all: all of it). Numbers must be equal; if a
capture has headers that only tshark numbers, they must be equal after tshark's are renumbered
without gaps.
"""
import collections
import csv
import glob
import os
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
from corpus import corpus_folder

PKTBENCH = sys.argv[1]
ALL = "--all" in sys.argv[2:]
SKIP = 77
EDGE_EVERY = 12  # one capture of the corpus in this many
OPTIONS = ["-n", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
           "-o", "ipv6.tso_support:TRUE", "-T", "fields", "-E", "occurrence=f"]
FIELDS = ("tcp.stream", "udp.stream", "frame.protocols", "frame.len")
TCP, UDP, UDPLITE = 6, 17, 136

# Classes of packets that only one of the two numbers.
INNER = "tunneled or quoted headers, which tshark numbers"
BEHIND = "packets after a link type or encapsulation without columns, which tshark numbers"
STOPPED = "packets that tshark treats as malformed before their transport header"
APPLICATION = ("packets of UDP streams that an application dissector begins anew, which continue a "
               "stream with the same addresses and ports")
ANNOUNCED = ("packets of a session announced by signalling, whose peers tshark treats as one: "
             "not compared further")


def run(*command):
    environment = {**os.environ, "WIRESHARK_CONFIG_DIR": "/proc/self/no-settings"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment,
                          errors="replace")


def rows_of(backend, path):
    done = run(PKTBENCH, "extract", path, "--backend", backend, "--level", "flows")
    return list(csv.DictReader(done.stdout.splitlines())), done


def shown_by_tshark(path):
    options = [word for name in FIELDS for word in ("-e", name)]
    done = run("tshark", *OPTIONS, "-r", path, *options)
    return [line.split("\t") for line in done.stdout.splitlines()]


def streams(rows):
    return [(row["stream"], row["stream_dir"]) for row in rows]


class UdpStreams:
    """Tshark's UDP streams; one with addresses and ports that an earlier one has continues it."""

    def __init__(self):
        self.first, self.continued, self.met = {}, {}, set()

    def stream(self, row, stream):
        """The stream that this one continues, or itself."""
        if stream not in self.met and row["src_port"]:
            self.met.add(stream)
            ends = frozenset(((row["src"], row["src_port"]), (row["dst"], row["dst_port"])))
            first = self.first.setdefault(ends, stream)
            if first != stream:
                self.continued[stream] = first
        return self.continued.get(stream, stream)


def transport_shown(protocols):
    return any(name in protocols.split(":") for name in ("tcp", "udp", "udplite"))


def class_of(row, tcp, udp, protocols):
    """Why only one of the two has a stream; None: no known reason."""
    if row["stream"]:
        return None if tcp or udp or transport_shown(protocols) else STOPPED
    if not row["ip_version"]:
        return BEHIND
    if int(row["ip_proto"]) in (TCP, UDP, UDPLITE):
        return None
    return INNER


class Comparison:
    def __init__(self):
        self.captures = self.rows = self.exact = self.renumbered = self.without_columns = 0
        self.unread = self.unlike = 0
        self.classes = collections.Counter()
        self.stopped = set()
        self.faults = []

    def capture(self, path, rows, shown):
        """Compare; returns whether the numbers are equal without renumbering, and whether they must
        be."""
        dense, applications = {"tcp": {}, "udp": {}}, UdpStreams()
        exact, must = True, True
        for number, (row, (tcp, udp, protocols, length)) in enumerate(zip(rows, shown), 1):
            if row["wire_len"] != length:
                self.unlike += 1  # a block that only one of the two reads as a packet
                break
            name = "tcp" if row["ip_proto"] == str(TCP) else "udp"
            stream = tcp if name == "tcp" else udp
            if (udp if name == "tcp" else tcp) and row["stream"]:
                must = False  # the payload contains the other protocol
            if bool(row["stream"]) != bool(stream or (not row["stream"] and (tcp or udp))):
                known = class_of(row, tcp, udp, protocols)
                self.classes[known] += 1
                must = False
                if known == STOPPED:
                    self.stopped.add(os.path.basename(path))
                if not known:
                    self.fault(path, number, row["stream"], tcp or udp, "")
                continue
            if not row["stream"]:
                continue
            continued = applications.stream(row, stream) if name == "udp" else stream
            if continued != stream:
                self.classes[APPLICATION] += 1
                must = False
            wanted = str(dense[name].setdefault(continued, len(dense[name])))
            if row["stream"] != wanted and "rtp" in protocols.split(":"):
                self.classes[ANNOUNCED] += 1
                break
            if row["stream"] != wanted:
                self.fault(path, number, row["stream"], stream, wanted)
                break
            exact = exact and row["stream"] == stream
            self.rows += 1
            self.without_columns += not row["src_port"]
        self.captures += 1
        self.exact += exact
        self.renumbered += not exact
        return exact, must

    def fault(self, path, number, stream, shown, wanted):
        self.faults.append(f"{os.path.basename(path)}: packet {number}: stream {stream or 'none'}, "
                           f"tshark {shown or 'none'}, renumbered {wanted or 'none'}")

    def check(self, path, must):
        """`must`: all programs must read the complete capture."""
        rows, done = rows_of("raw", path)
        others, _ = rows_of("libpcap", path)
        shown = shown_by_tshark(path)
        if must and (len(rows) != len(shown) or len(others) != len(rows) or done.returncode):
            sys.exit(f"FAIL: {path}: raw has {len(rows)} rows, libpcap {len(others)}, tshark "
                     f"{len(shown)}\n{done.stderr}")
        if not rows or not shown:
            self.unread += 1
            return
        common = min(len(rows), len(others))
        if streams(others)[:common] != streams(rows)[:common]:
            sys.exit(f"FAIL: {path}: streams of libpcap and raw differ")
        exact, equal = self.capture(path, rows, shown)
        if equal and not exact and "may contain an inner IP header" not in done.stderr:
            self.faults.append(f"{os.path.basename(path)}: numbers differ without tunneled or quoted "
                               "headers")

    def report(self, what, minimum):
        print(f"{what}: {self.captures} captures, {self.rows} rows equal ({self.without_columns} of "
              f"incomplete headers): {self.exact} captures without, {self.renumbered} with "
              f"renumbering; {self.unread} captures without rows from one of the two, {self.unlike} "
              f"compared only up to a block that one of them does not read as a packet")
        for name, count in sorted(self.classes.items(), key=str):
            print(f"  {count} {name or 'packets without known reason'}")
        if self.stopped:
            print("  packets that tshark treats as malformed are in "
                  + ", ".join(sorted(self.stopped)))
        for fault in self.faults:
            print("  " + fault)
        if self.faults or self.rows < minimum:
            sys.exit(f"FAIL: {what}")


# Incomplete headers, and headers with wrong lengths.


def ipv4(proto, payload, flip=False, fragment=0, more=0):
    """`more`: excess of the total length over the packet, bytes."""
    ends = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
    source, sink = ends[::-1] if flip else ends
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload) + more, 1, fragment, 64, proto,
                       0) + source + sink + payload


def tcp(source, sink, seq, flags, payload=b"", ack=0, offset=5):
    return struct.pack(">HHIIHHHH", source, sink, seq, ack, offset << 12 | flags, 8192, 0,
                       0) + payload


def odd_packets():
    syn, syn_ack, push, fin = 0x02, 0x12, 0x18, 0x11
    version = b"RFB 003.008\n"
    packets = []
    for port, header in enumerate((tcp(1000, 80, 100, syn, offset=word) for word in (4, 5, 15)), 1):
        for cut in range(13, 21):
            part = struct.pack(">H", 1000 + 100 * port + cut) + header[2:cut]
            for fragment in (0, 0x2000):
                packets.append(ipv4(TCP, part, fragment=fragment))
                packets.append(ipv4(TCP, part[:4] + struct.pack(">I", 101) + part[8:]))
            packets.append(ipv4(TCP, part, more=300))
    for proto in (UDP, UDPLITE):
        for length in (0, 7, 8, 300):
            header = struct.pack(">HHHH", 2000 + length, 53000, length, 0)
            packets += [ipv4(proto, header, more=more) for more in (0, 300)]
            packets.append(ipv4(proto, header[:7]))
    for port in (5499, 5500, 5501, 5502, 5899, 5900, 5901, 5902, 6900):
        packets.append(ipv4(TCP, tcp(3000, port, 500, syn)))
        packets.append(ipv4(TCP, tcp(port, 3000, 700, syn_ack, ack=501), flip=True))
        packets.append(ipv4(TCP, tcp(port, 3000, 701, push, version, 501), flip=True))
        packets.append(ipv4(TCP, tcp(3000, port, 501, push, version, 713)))
        packets.append(ipv4(TCP, tcp(3000, port, 513, fin, b"", 713)))
        packets.append(ipv4(TCP, tcp(3000, port, 900, syn)))
        packets.append(ipv4(TCP, tcp(port, 3000, 10, push, version.lower()[:-1] + b"\0", 901),
                            flip=True))
        packets.append(ipv4(TCP, tcp(3000, port, 901, push, b"?", 22)))
    return packets


def write(path, packets):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for second, packet in enumerate(packets):
            file.write(struct.pack("<IIII", second, 0, len(packet), len(packet)) + packet)


def odd(folder):
    path = os.path.join(folder, "odd.pcap")
    write(path, odd_packets())
    comparison = Comparison()
    comparison.check(path, True)
    comparison.report("incomplete headers and wrong lengths", 100)


def applications(folder):
    """SNMP: the answer and what follows are another stream of tshark's, and only one of raw's."""
    ask = bytes.fromhex("302602010104067075626c6963a019020101020100020100300e300c06082b060102010103000500")
    answer = bytes.fromhex("302802010104067075626c6963a21b0201010201000201003010300e06082b0601020101030043020102")
    packets = []
    for _ in range(2):
        packets.append(ipv4(UDP, struct.pack(">HHHH", 40000, 161, 8 + len(ask), 0) + ask))
        packets.append(ipv4(UDP, struct.pack(">HHHH", 161, 40000, 8 + len(answer), 0) + answer, flip=True))
    packets.append(ipv4(UDP, struct.pack(">HHHH", 40001, 161, 8 + len(ask), 0) + ask))
    path = os.path.join(folder, "snmp.pcap")
    write(path, packets)
    comparison = Comparison()
    comparison.check(path, True)
    comparison.report("streams of applications", 5)
    if comparison.classes[APPLICATION] != 3:
        sys.exit(f"FAIL: {comparison.classes[APPLICATION]} packets of streams of applications, 3 wanted")


def scenarios(folder):
    names = [line.split()[0] for line in run(PKTBENCH, "list", "scenarios").stdout.splitlines()
             if line and not line[0].isspace()]
    comparison = Comparison()
    # 50 and 53 bytes: within the TCP header of Ethernet and IPv4.
    variants = [(name, ()) for name in names] + \
        [(name, ("--snaplen", length)) for name in names for length in ("49", "50", "53")]
    for name, options in variants:
        path = os.path.join(folder, "capture.pcap")
        size = "200000" if options else "1500000"
        made = run(PKTBENCH, "gen", name, "--size", size, *options, "-o", path)
        if made.returncode:
            sys.exit(f"FAIL: gen {name}: {made.stderr}")
        comparison.check(path, True)
    comparison.report("scenarios", 1000)


def corpus(folder):
    comparison = Comparison()
    edge = sorted(glob.glob(os.path.join(folder, "edge", "*.pcap*")))
    slices = sorted(glob.glob(os.path.join(folder, "real10", "*.pcap")))
    for path in slices + edge[::1 if ALL else EDGE_EVERY]:
        comparison.check(path, False)
    comparison.report("corpus" if ALL else "sample of the corpus", 1000)


def main():
    if not shutil.which("tshark"):
        print("SKIP: tshark is not installed")
        sys.exit(SKIP)
    version = run("tshark", "--version").stdout.split("(Wireshark)")[-1].split()[0]
    if not version.startswith("4.0."):
        print(f"SKIP: tshark {version} numbers streams by another rule than tshark 4.0")
        sys.exit(SKIP)
    with tempfile.TemporaryDirectory() as folder:
        odd(folder)
        applications(folder)
        scenarios(folder)
    captures = corpus_folder("captures of the corpus", "edge", "real10")
    if captures:
        corpus(captures)


main()
