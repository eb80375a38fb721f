#!/usr/bin/env python3
"""Packets without IP columns are said by every command that counts rows, by kind.

Usage: test_undecoded.py PKTBENCH"""

import json
import os
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../parsers/source"))
from captures import block, pcap_make, section

PKTBENCH = os.path.realpath(sys.argv[1])
MACS = bytes.fromhex("020000000002020000000001")
IPV4 = bytes.fromhex("450000200001000040110000 0a000001 0a000002 1000 0035 000c 0000 61626364")
ZIGBEE = 195
failures = []


def run(*arguments):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True)
    if done.returncode:
        failures.append(f"{arguments}: status {done.returncode}: {done.stderr}")
    return done


def expect(wanted, *arguments):
    """Exactly these warnings, in this order, without the program's and the capture's name."""
    done = run(*arguments)
    start = "pktbench: warning: mix"
    got = [line[len(start):].split(": ", 1)[1] for line in done.stderr.splitlines()
           if line.startswith(start)]
    if got != wanted:
        failures.append(f"{arguments}: {got}, wanted {wanted}")
    return done


def packets():
    for number in range(3):
        yield 0, MACS + b"\x08\x00" + IPV4[:5] + bytes([number]) + IPV4[6:]
    yield from [(0, MACS + b"\x88\xcc" + bytes(50))] * 4
    yield from [(0, MACS + b"\x08\x06" + bytes(28))] * 2
    yield 0, MACS + b"\x08\x00\x55" + IPV4[1:]
    yield from [(1, bytes(20))] * 5
    yield 2, b"\x55" + IPV4[1:]


def capture_write():
    out = section("<")
    for link in (1, ZIGBEE, 101):
        out += block("<", 1, link.to_bytes(4, "little") + bytes(4))
    for interface, data in packets():
        head = [interface, 0x60000, 0, len(data), len(data)]
        out += block("<", 6, b"".join(n.to_bytes(4, "little") for n in head) + data)
    with open("mix.pcapng", "wb") as file:
        file.write(out)


SAID = ["5 packets of link type 195 are not decoded",
        "4 packets of EtherType 0x88cc (LLDP) have no IP columns",
        "1 packets of EtherType 0x0800 have another IP version",
        "1 packets of link type 101 have a header, or an IP version, of no known kind"]


def main(folder):
    os.chdir(folder)
    capture_write()
    expect(SAID, "extract", "mix.pcapng", "-o", "rows.csv")
    expect(SAID, "extract", "mix.pcapng", "--columns", "ts_ns", "-o", "rows.csv")
    expect(SAID, "extract", "mix.pcapng", "--level", "flows", "--join", "-o", "rows.csv")
    expect(SAID, "extract", "mix.pcapng", "--features", "ciciot-fixed", "-o", "rows.csv")
    expect([], "extract", "mix.pcapng", "--level", "frames", "-o", "rows.csv")
    expect([], "extract", "mix.pcapng", "-c", "3", "-o", "rows.csv")
    expect(SAID[1:2], "extract", "mix.pcapng", "-c", "7", "-o", "rows.csv")
    expect(SAID, "extract", "mix.pcapng", "--follow", "--duration", "1s", "-o", "rows.csv")
    expect(SAID, "verify", "mix.pcapng", "--backends", "raw", "--fail-on", "crashed")
    shown = run("info", "mix.pcapng").stdout
    at = shown.index("without IP ")
    if [line[17:] for line in shown[at:].splitlines()[:len(SAID)]] != SAID:
        failures.append(f"info: {shown}")
    if json.loads(run("info", "mix.pcapng", "--format", "json").stdout)["without_ip"] != SAID:
        failures.append("info --format json")
    with open("plain.pcap", "wb") as file:
        data = MACS + b"\x08\x00" + IPV4
        file.write(pcap_make([(1, 0, len(data), len(data), data)]))
    quiet = run("extract", "plain.pcap", "-o", "rows.csv").stderr
    if quiet or json.loads(run("info", "plain.pcap", "--format", "json").stdout)["without_ip"]:
        failures.append(f"plain.pcap: {quiet}")
    for words in failures:
        print("FAIL:", words, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(main(scratch))
