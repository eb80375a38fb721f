#!/usr/bin/env python3
"""Compares the columns of level app of packets with changed payloads with the tshark program.

Usage: mutated.py PKTBENCH DRIVERS [--packets N] [--seed SEED] [--keep FILE] [CAPTURE...]

Packets are of the CAPTUREs, without any of two scenarios and of the corpus: those over Ethernet and
IP whose ports are of an application protocol. Each gets one to three changes of its payload: a byte,
a bit, a number of two bytes, or its end; lengths of the datagram follow. Every packet has a source
address of its own, so that tshark remembers nothing of another. Differences need a class of
app_listed.tsv. Exit status 77: skipped.
"""

from __future__ import annotations

import argparse
import os
import random
import struct
import subprocess
import sys
import tempfile
from typing import Iterator, NamedTuple

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from corpus import corpus_folder
import app
import differential

SCENARIOS = ("benign-iot", "mirai")
PORTS = {53, 67, 68, 80, 443, 1883, 1900, 5353, 5355, 4011, 5683, 8000, 8080, 8443, 8883}
# Packets between the same lower port that are taken, so that all protocols are.
OF_A_PORT = 400
PCAP, RECORD, ETHERNET = struct.Struct("<IHHiIII"), struct.Struct("<IIII"), 14
TCP, UDP = 6, 17
# A byte of a payload is often one of these, or its end is near.
BYTES = (0, 1, 0x0a, 0x0d, 0x20, 0x2e, 0x3a, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff)
CHANGES = 3
HEAD_BYTES = 40.0


class Packet(NamedTuple):
    data: bytes
    address: int  # offset of the last four bytes of the source address
    transport: int
    payload: int  # offset


def parsed(data: bytes) -> Packet | None:
    """None: no payload over IP without options, fragments and extension headers."""
    if data[12:14] == b"\x08\x00" and len(data) > 54 and data[14] == 0x45 and \
            data[20] & 0x3f == 0 and data[21] == 0:
        protocol, address, transport = data[23], 26, 34
    elif data[12:14] == b"\x86\xdd" and len(data) > 74:
        protocol, address, transport = data[20], 34, 54
    else:
        return None
    if protocol not in (TCP, UDP):
        return None
    header = 8 if protocol == UDP else (data[transport + 12] >> 4) * 4
    payload = transport + header
    return Packet(data, address, transport, payload) if header >= 8 and payload < len(data) else None


def packets_of(path: str) -> Iterator[Packet]:
    """Of a pcap file of this byte order over Ethernet; nothing of other files."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] != b"\xd4\xc3\xb2\xa1" or data[20:24] != b"\1\0\0\0":
        return
    at = PCAP.size
    while at + RECORD.size <= len(data):
        _, _, captured, wire = RECORD.unpack_from(data, at)
        packet = parsed(data[at + RECORD.size:at + RECORD.size + captured])
        at += RECORD.size + captured
        if packet and captured == wire:
            yield packet


def chosen(paths: list[str], draw: random.Random) -> list[Packet]:
    """Packets of application ports, and of every port some."""
    packets = [packet for path in paths for packet in packets_of(path)]
    draw.shuffle(packets)
    of_port: dict[tuple[int, int], int] = {}
    kept = []
    for packet in packets:
        ports = PORTS & set(struct.unpack_from(">HH", packet.data, packet.transport))
        if not ports:
            continue
        key = (min(ports), packet.payload - packet.transport == 8)
        of_port[key] = of_port.get(key, 0) + 1
        if of_port[key] <= OF_A_PORT:
            kept.append(packet)
    return kept


def change(data: bytearray, payload: int, draw: random.Random) -> None:
    size = len(data) - payload
    at = payload + (draw.randrange(size) if draw.random() < 0.4
                    else min(int(draw.expovariate(1 / HEAD_BYTES)), size - 1))
    kind = draw.choice(("byte", "byte", "bit", "known", "step", "number", "end"))
    if kind == "byte":
        data[at] = draw.randrange(256)
    elif kind == "bit":
        data[at] ^= 1 << draw.randrange(8)
    elif kind == "known":
        data[at] = draw.choice(BYTES)
    elif kind == "step":
        data[at] = (data[at] + draw.choice((1, -1))) & 255
    elif kind == "number" and at + 2 <= len(data):
        number = draw.choice((0, 1, size, size - 2, len(data) - at, 0xc00c, 0xffff))
        struct.pack_into(">H", data, at, number & 0xffff)
    elif kind == "end":
        del data[draw.randrange(payload + 1, len(data) + 1):]


def mutated(packet: Packet, number: int, draw: random.Random) -> bytes:
    data = bytearray(packet.data)
    struct.pack_into(">I", data, packet.address, 10 << 24 | number)
    for _ in range(draw.randint(1, CHANGES)):
        change(data, packet.payload, draw)
    is_ipv4 = packet.transport == 34
    struct.pack_into(">H", data, 16 if is_ipv4 else 18, len(data) - (ETHERNET if is_ipv4 else 54))
    if packet.payload - packet.transport == 8:
        struct.pack_into(">H", data, packet.transport + 4, len(data) - packet.transport)
    return bytes(data)


def capture_write(path: str, packets: list[Packet], count: int, draw: random.Random) -> None:
    with open(path, "wb") as file:
        file.write(PCAP.pack(0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for number in range(count):
            data = mutated(packets[number % len(packets)], number + 1, draw)
            file.write(RECORD.pack(1_700_000_000 + number // 1000, number % 1000, len(data), len(data)))
            file.write(data)


def sources(options: argparse.Namespace, folder: str) -> list[str]:
    if options.captures:
        return options.captures
    paths = []
    for name in SCENARIOS:
        paths.append(os.path.join(folder, name + ".pcap"))
        subprocess.run([options.pktbench, "gen", name, "-o", paths[-1]], check=True)
    corpus = corpus_folder("captures of the corpus", "edge", "real10")
    if corpus:
        paths += [capture.path for capture in differential.corpus_captures(corpus, True)]
    return paths


def options_read() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("pktbench")
    parser.add_argument("drivers")
    parser.add_argument("captures", nargs="*")
    parser.add_argument("--packets", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="leave the capture here")
    return parser.parse_intermixed_args()


def main() -> int:
    options = options_read()
    sys.path.insert(0, options.drivers)
    import external
    import wireshark_rows
    try:
        version = wireshark_rows.tshark_version()
    except external.RequestError as refusal:
        print(f"SKIP: {refusal}")
        return app.SKIPPED
    if not version.startswith(app.LIST_VERSION):
        print(f"SKIP: the classes are of tshark {app.LIST_VERSION}x, this is {version}")
        return app.SKIPPED
    draw, good = random.Random(options.seed), True
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or os.path.join(folder, "mutated.pcap")
        capture_write(path, chosen(sources(options, folder), draw), options.packets, draw)
        rows = list(app.tshark_rows(path, wireshark_rows.tshark_path(),
                                    wireshark_rows.tshark_environment()))
        for backend in app.BACKENDS:
            out = app.compare(options.pktbench, backend, path, rows, folder)
            app.examples_show(backend, out, [app.UNKNOWN])
            missing = out.rows != options.packets
            print(f"{backend}: {out.rows} rows, {out.filled} cells with a value on a side, differences "
                  f"{dict(sorted(out.classes.items()))}")
            good = good and not missing and not out.classes[app.UNKNOWN]
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
