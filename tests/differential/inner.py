#!/usr/bin/env python3
"""Compares the columns in_ of `pktbench extract --inner` with tshark: the last IP header that
`frame.protocols` names, before any ICMP.

Usage: inner.py PKTBENCH DRIVERS [--all]

Captures are tunnels from bytes, and those of $PKTBENCH_CORPUS/edge that have a tunnel (with --all;
else some of them). A packet that is malformed for pktbench, or for tshark, is not compared. Intended
differences are in CHOICES, each with its reason. Exit status 77: skipped."""

from __future__ import annotations

import collections
import csv
import os
import subprocess
import sys
import tempfile
from typing import Iterator, Optional

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from corpus import corpus_folder
import links

SKIPPED, SAMPLE_STEP = 77, 25
COLUMNS = ("in_ip_version", "in_ip_ttl", "in_ip_len", "in_src", "in_dst", "in_src_port",
           "in_dst_port", "in_key")
FIELDS = ("frame.protocols", "_ws.malformed", "ip.ttl", "ip.len", "ip.src", "ip.dst", "ipv6.hlim",
          "ipv6.plen", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "udp.srcport",
          "udp.dstport", "gre.key", "gre.key.call_id", "vxlan.vni", "geneve.vni", "gtp.teid")
KEYS = {"gre": ("gre.key", "gre.key.call_id"), "vxlan": ("vxlan.vni",), "geneve": ("geneve.vni",),
        "gtp": ("gtp.teid",)}
# Protocols between two IP headers, or before the first, that pktbench does not enter, and why.
CHOICES = {
    "lisp-data": "not on the list of tunnels", "nsh": "not on the list of tunnels",
    "capwap": "not on the list of tunnels", "esp": "encrypted, or with a null cipher",
    "l2tp": "version 3 has a cookie of unknown length", "openvpn": "not on the list of tunnels",
    "vines_frp": "not on the list of tunnels", "ipcomp": "compressed", "bat": "not on the list",
    "mobileip": "RFC 2004: a header that is shortened", "pwethnocw": "a pseudowire",
    "pwethcw": "a pseudowire", "cfp": "Cisco DCE", "amt": "not on the list of tunnels",
    "ayiya": "not on the list of tunnels", "ppp_mp": "fragments of PPP", "data": "unknown",
    "wlan": "a vendor's IEEE 802.11 in GRE"}
# ip_len by headers whose length is 0 (segmentation offload): kept; tshark shows that of the frame.
NO_LENGTH = {"4": "0", "6": "40"}


def ipv4(proto: int, inner: bytes) -> bytes:
    return (bytes.fromhex("4500") + (20 + len(inner)).to_bytes(2, "big")
            + bytes.fromhex("abcd000040") + bytes([proto]) + bytes.fromhex("0000 0a000001 0a000002")
            + inner)


def udp(port: int, inner: bytes) -> bytes:
    head = b"\xd4\x31" + port.to_bytes(2, "big") + (8 + len(inner)).to_bytes(2, "big") + bytes(2)
    return ipv4(17, head + inner)


def tunnels() -> Iterator[bytes]:
    v4, v6 = bytes.fromhex(links.V4), bytes.fromhex(links.V6)
    frame = bytes.fromhex(links.MACS + "0800") + v4
    for proto, head, inner in (
            (4, "", v4), (41, "", v6), (47, "00000800", v4), (47, "000086dd", v6),
            (47, "200008000000002a", v4), (47, "b000080000000000ffffffff00000001", v4),
            (47, "2000655800000007", frame), (47, "0000884700064140", v4),
            (47, "0000880bff030021", v4), (47, "000088be", frame), (97, "3000", frame),
            (47, "100088be000000011001006400000000", frame),
            (47, "100022eb00000001200100640000000000000000", frame), (137, "00064140", v4), (143, "", frame),
            (47, "0000880bff0386dd", v6), (47, "00008909080001010001 0064", v4),
            (47, "200164000036 0700", frame), (47, "200108000000002a", v4)):
        yield ipv4(proto, bytes.fromhex(head) + inner)
    for port, head, inner in (
            (4789, "0800000000002a00", frame), (4789, "0000000000002a00", frame),
            (4790, "0c00000100002a00", v4),
            (6081, "0000655800002a00", frame), (6081, "0100080000002a0000000000", v4),
            (2152, "30ff00280000002a", v4), (2152, "30ff00360000002a", frame),
            (6635, "00064140", v4), (4754, "00000800", v4),
            (1701, "000200010002ff030021", v4), (3544, "", v6)):
        yield udp(port, bytes.fromhex(head) + inner)
    yield ipv4(47, bytes.fromhex("2000080000000007")
               + udp(4789, bytes.fromhex("0800000000002a00") + frame))
    yield ipv4(1, bytes.fromhex("0303000000000000") + v4)


def theirs(tshark_rows, path: str) -> Iterator[dict[str, list[str]]]:
    command = [tshark_rows.tshark_path(), *tshark_rows.tshark_options(), "-r", path, "-T", "fields",
               "-E", "occurrence=a", "-E", "aggregator=;"]
    for name in FIELDS:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, check=False,
                          env=tshark_rows.tshark_environment())
    for line in done.stdout.decode(errors="replace").splitlines():
        yield {name: cell.split(";") if cell else []
               for name, cell in zip(FIELDS, line.split("\t"))}


def layers_of(tshark_rows, packet: dict[str, list[str]]) -> list[str]:
    return tshark_rows.protocols_of(
        (packet["frame.protocols"] or [""])[0],
        lambda name, n: len(packet[tshark_rows.OF_IP[name]]) > n)


def expected(packet: dict[str, list[str]], layers: list[str]) -> Optional[list[str]]:
    """The cells of COLUMNS; None: tshark repeats too few fields to tell."""
    seen: collections.Counter[str] = collections.Counter()
    ip, transport, key, found = "", "", "", 0
    for name in layers:
        k = seen[name]
        seen[name] += 1
        if name in ("icmp", "icmpv6"):
            break
        if name in ("ip", "ipv6"):
            found += 1
            ip, transport, number = name, "", k
        elif name in ("tcp", "udp") and ip:
            transport, at = name, k
        for field in KEYS.get(name, ()):
            if found and k < len(packet[field]):
                key = str(int(packet[field][k], 0))
    if packet["vxlan.vni"] and not seen["vxlan"]:  # VXLAN GPE is not among the protocols
        key = str(int(packet["vxlan.vni"][-1], 0))
    if found < 2:
        return [""] * len(COLUMNS)
    try:
        cells = (["4", packet["ip.ttl"][number], packet["ip.len"][number], packet["ip.src"][number],
                  packet["ip.dst"][number]] if ip == "ip" else
                 ["6", packet["ipv6.hlim"][number], str(40 + int(packet["ipv6.plen"][number])),
                  packet["ipv6.src"][number], packet["ipv6.dst"][number]])
        ports = ([packet[f"{transport}.srcport"][at], packet[f"{transport}.dstport"][at]]
                 if transport else ["", ""])
    except IndexError:
        return None
    return cells + ports + [key]


def is_choice(layers: list[str], got: list[str], wanted: list[str]) -> bool:
    """What is behind the last IP header excuses only an inner header that tshark does not have."""
    length = COLUMNS.index("in_ip_len")
    if got[0] and got[length] == NO_LENGTH[got[0]] and got[:length] + got[length + 1:] == \
            wanted[:length] + wanted[length + 1:]:
        return True
    last = max((i for i, layer in enumerate(layers) if layer in ("ip", "ipv6")), default=-1)
    around = layers if got[0] and not wanted[0] else layers[:last + 1]
    return bool(set(around) & set(CHOICES))


def compare(pktbench: str, tshark_rows, name: str, path: str, out: str) -> tuple[int, int, int]:
    """Packets compared, packets with inner columns, packets that differ."""
    subprocess.run([pktbench, "extract", "--inner", path, "-o", out], capture_output=True,
                   check=False)
    if not os.path.exists(out):
        return 0, 0, 0
    compared = inner = wrong = 0
    with open(out, newline="") as file:
        for number, (row, packet) in enumerate(zip(csv.DictReader(file), theirs(tshark_rows, path)),
                                               1):
            layers = layers_of(tshark_rows, packet)
            wanted = expected(packet, layers)
            if wanted is None or row["verdict"] not in ("ok", "fragment") or packet["_ws.malformed"]:
                continue
            got = [row[column] for column in COLUMNS]
            compared += 1
            inner += got[0] != ""
            if got != wanted and not is_choice(layers, got, wanted):
                wrong += 1
                print(f"  {name}: packet {number}: {':'.join(layers)}\n    has    {got}\n    tshark {wanted}")
    os.unlink(out)
    return compared, inner, wrong


def captures(everything: bool, folder: str) -> Iterator[tuple[str, str]]:
    path = os.path.join(folder, "tunnels.pcap")
    packets = list(tunnels())
    with open(path, "wb") as file:
        file.write(links.capture(101, tuple(packet.hex() for packet in packets)))
    yield "tunnels", path
    corpus = corpus_folder("captures of the corpus", "edge")
    names = sorted(os.listdir(os.path.join(corpus, "edge"))) if corpus else []
    for name in names[::1 if everything else SAMPLE_STEP]:
        if not name.endswith(".tsv"):
            yield name, os.path.join(corpus, "edge", name)


def main() -> int:
    everything = "--all" in sys.argv
    pktbench, drivers = [word for word in sys.argv[1:] if word != "--all"][:2]
    sys.path.insert(0, drivers)
    import external
    import wireshark_rows
    try:
        wireshark_rows.tshark_version()
    except external.RequestError as refusal:
        print(f"SKIP: {refusal}")
        return SKIPPED
    total = [0, 0, 0]
    with tempfile.TemporaryDirectory() as folder:
        for name, path in captures(everything, folder):
            found = compare(pktbench, wireshark_rows, name, path, os.path.join(folder, "rows.csv"))
            total = [a + b for a, b in zip(total, found)]
            if name == "tunnels" and found[1] < len(list(tunnels())) - 1:
                print(f"FAIL: {found[1]} of the tunnels have inner columns")
                return 1
    print(f"{total[0]} packets compared, {total[1]} of them with an inner header, {total[2]} differ")
    return 1 if total[2] else 0


if __name__ == "__main__":
    sys.exit(main())
