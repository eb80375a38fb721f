#!/usr/bin/env python3
"""Every value of every next-header field, before IPv4, IPv6 and LLC: raw compared with libwireshark.

Usage: next_headers.py PKTBENCH. Of packets that are well-formed for raw, all cells must be equal,
except exactly those in CHOICES. Exit status 77: skipped.
"""

import csv
import itertools
import os
import struct
import subprocess
import sys
import tempfile

PKTBENCH = sys.argv[1]
SKIPPED = 77
IPV4 = bytes.fromhex("45000020000140004011000001020304050607080035d431000c000041424344")
IPV6 = bytes.fromhex("60000000000c1140fe800000000000000000000000000001"
                     "fe8000000000000000000000000000020035d431000c000041424344")
INNER = {"ipv4": IPV4, "ipv6": IPV6, "llc": bytes.fromhex("aaaa030000000800") + IPV4}
MACS = bytes.fromhex("020000000002020000000001")
COOKED = bytes.fromhex("00060200000000010000")
COOKED_2 = bytes.fromhex("00000000000200010006" "0200000000010000")
ETHERTYPE_MIN = 1536
WORDS = range(65536)

# Intended differences of raw from libwireshark: kind, inner packet -> numbers.
CHOICES = {
    # Cisco FabricPath (0x8903): libwireshark shows the inner addresses.
    ("ethertype", "ipv4"): {0x8903, 0xfff2},  # 0xfff2: ARP of Cisco fabrics
    ("ethertype", "ipv6"): {0x8903},
    ("ethertype", "llc"): {0x8903, 0xfff2},
    **{(f"in-{name}", inner): {0xfff2} for name in
       ("cmd", "vn-tag", "time-tag", "e-tag", "r-tag", "i-tag", "arista", "gigamon")
       for inner in ("ipv4", "llc")},
    ("in-bridge", "ipv4"): {0x8903, 0xfff2},
    ("in-bridge", "ipv6"): {0x8903},
    ("in-bridge", "llc"): {0x8903, 0xfff2},
    ("tagged", "ipv4"): {0x8903, 0xfff2},
    ("tagged", "ipv6"): {0x8903},
    ("tagged", "llc"): {0x8903, 0xfff2},
    ("provider", "ipv4"): {0x8903, 0xfff2},
    ("provider", "ipv6"): {0x8903},
    ("provider", "llc"): {0x8903, 0xfff2},
    # libwireshark treats the smallest EtherType (1536) as a Linux protocol number.
    ("cooked", "ipv4"): {ETHERTYPE_MIN, 0xfff2},
    ("cooked", "ipv6"): {ETHERTYPE_MIN},
    ("cooked", "llc"): {ETHERTYPE_MIN, 0xfff2},
    ("cooked-2", "ipv4"): {ETHERTYPE_MIN, 0xfff2},
    ("cooked-2", "ipv6"): {ETHERTYPE_MIN},
    ("cooked-2", "llc"): {ETHERTYPE_MIN, 0xfff2},
    # Frame relay (770), 802.11 (801), and with a Prism header (802), by the device's type: of these
    # the protocol is to be ignored, but libwireshark takes it for an EtherType.
    ("device", "ipv4"): {770},
    ("device", "ipv6"): {801, 802},
    ("device", "llc"): {770},
}


def word(number):
    return struct.pack(">H", number)


def ipv4_with(proto, inner):
    return IPV4[:2] + word(20 + len(inner)) + IPV4[4:9] + bytes([proto]) + IPV4[10:20] + inner


def ipv6_with(proto, inner):
    return IPV6[:4] + word(len(inner)) + bytes([proto]) + IPV6[7:40] + inner


def snap(organization, number, inner):
    return MACS + word(8 + len(inner)) + b"\xaa\xaa\x03" + organization + word(number) + inner


# Kind -> link type, numbers, function that builds the packet for a number.
KINDS = {
    "ethertype": (1, range(ETHERTYPE_MIN, 65536), lambda n, inner: MACS + word(n) + inner),
    "tagged": (1, range(ETHERTYPE_MIN, 65536),
               lambda n, inner: MACS + bytes.fromhex("81000005") + word(n) + inner),
    "provider": (1, range(ETHERTYPE_MIN, 65536),
                 lambda n, inner: MACS + bytes.fromhex("88a80005") + word(n) + inner),
    # Tags that end with an EtherType.
    **{f"in-{name}": (1, range(ETHERTYPE_MIN, 65536),
                      lambda n, inner, tag=tag: MACS + bytes.fromhex(tag) + word(n) + inner)
       for name, tag in {"cmd": "8909 0101 0001 0064", "vn-tag": "8926 80010002",
                         "time-tag": "8988 000000000001", "e-tag": "893f 000100020000",
                         "r-tag": "f1c1 00000001", "hsr": "892f 00220001",
                         "arista": "d28b 0001 0120 0001 00000002", "gigamon": "22e5 05 0202003c",
                         "bridge": "6558 020000000012 020000000011",
                         "i-tag": "88e7 00000064 020000000012 020000000011"}.items()},
    "snap": (1, WORDS, lambda n, inner: snap(b"\0\0\0", n, inner)),
    "bridged": (1, WORDS, lambda n, inner: snap(b"\0\0\xf8", n, inner)),
    "sap": (1, WORDS, lambda n, inner: MACS + word(3 + len(inner)) + word(n) + b"\x03" + inner),
    "ppp": (1, WORDS, lambda n, inner: MACS + bytes.fromhex("886411000001") +
            word(2 + len(inner)) + word(n) + inner),
    "cooked": (113, WORDS, lambda n, inner: b"\0\0\0\1" + COOKED + word(n) + inner),
    "cooked-2": (276, WORDS, lambda n, inner: word(n) + COOKED_2 + inner),
    "device": (113, WORDS, lambda n, inner: b"\0\0" + word(n) + COOKED + word(0x800) + inner),
    "family": (0, WORDS, lambda n, inner: struct.pack("<I", n) + inner),
    "loop": (108, WORDS, lambda n, inner: struct.pack(">I", n) + inner),
    "protocol": (228, range(256), ipv4_with),
    "next-header": (229, range(256), ipv6_with),
}


def capture_write(path, link_type, packets):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link_type))
        for packet in packets:
            file.write(struct.pack("<IIII", 1, 0, len(packet), len(packet)) + packet)


def rows(path, backend):
    """Header line and rows; None: the backend is not available."""
    done = subprocess.run([PKTBENCH, "extract", path, "--backend", backend], capture_output=True,
                          text=True, check=False)
    if done.returncode:
        print(done.stderr.strip())
        return None
    return csv.reader(done.stdout.splitlines())


def differing(path, numbers):
    """Numbers whose packet is well-formed for raw and has a cell that differs."""
    ours, theirs = rows(path, "raw"), rows(path, "wireshark")
    if theirs is None:
        return None
    names = next(ours)
    verdict, shared = names.index("verdict"), next(theirs)
    places = [(names.index(name), k) for k, name in enumerate(shared) if name != "verdict"]
    found, count = set(), 0
    for number, a, b in itertools.zip_longest(numbers, ours, theirs, fillvalue=()):
        count += 1
        if not a or not b or (a[verdict] in ("ok", "fragment") and
                              any(a[i] != b[k] for i, k in places)):
            found.add(number)
    return found if count == len(numbers) else None


def main():
    failures = packets = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "packets.pcap")
        for kind, (link_type, numbers, packet) in KINDS.items():
            for name, inner in INNER.items():
                capture_write(path, link_type, (packet(n, inner) for n in numbers))
                found = differing(path, numbers)
                if found is None:
                    print("SKIP: the wireshark module is not built")
                    return SKIPPED
                packets += len(numbers)
                if found != CHOICES.get((kind, name), set()):
                    failures += 1
                    print(f"FAIL: {kind} before {name}: cells differ at "
                          f"{', '.join(hex(n) for n in sorted(found)[:20]) or 'none'}")
    print(f"{packets} packets, one for each number")
    return 1 if failures else 0


sys.exit(main())
