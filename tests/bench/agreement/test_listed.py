#!/usr/bin/env python3
"""Cells that differ from Wireshark in a known way are counted, and raw and tshark stay ok.

Usage: test_listed.py PKTBENCH; exit status 77: there is no wireshark backend."""

import json
import os
import re
import struct
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "parsers", "source"))
from captures import block, interface, pcap_make, section

PKTBENCH = os.path.realpath(sys.argv[1])
ETHERNET, BLUETOOTH, ERF = 1, 201, 197
TO_SERVER = "020000000002020000000001" "0800"
TO_CLIENT = "020000000001020000000002" "0800"
ENDS = "c0000201c0000202", "c0000202c0000201"


def udp(payload, source, sink, back=False):
    """A frame between two hosts; `back`: from the second to the first."""
    data = bytes.fromhex(payload)
    head = f"4500{28 + len(data):04x}000100004011" + "0000" + ENDS[back]
    ports = f"{source:04x}{sink:04x}{8 + len(data):04x}0000"
    return bytes.fromhex((TO_CLIENT if back else TO_SERVER) + head + ports) + data


SNMP_GET = "302602010104067075626c6963a019020101020100020100300e300c06082b060102010103000500"
SNMP_ANSWER = "302802010104067075626c6963a21b0201010201000201003010300e06082b0601020101030043020102"
HART = "01{:02x}000000{:02x}000d010000ea60"


def hart(answer, number, port, back=False):
    ports = (port, 40000) if back else (40000, port)
    return udp(HART.format(answer, number), *ports, back)


def snmp(back=False):
    return udp(SNMP_ANSWER, 161, 40000, True) if back else udp(SNMP_GET, 40000, 161)


def tcp_syn():
    return bytes.fromhex(TO_SERVER + "450000280001000040060000" + ENDS[0] + "9c4001bb00000064000000005002200000000000")


def erf(frame, seconds, padding=0):
    stamp = (seconds << 32).to_bytes(8, "little")
    return stamp + bytes([2, 4]) + (18 + len(frame) + padding).to_bytes(2, "big") + bytes(2) + len(frame).to_bytes(
        2, "big") + bytes(2) + frame + bytes(padding)


def capture(name, link, frames):
    with open(name, "wb") as file:
        file.write(pcap_make([(10 + i, 0, len(f), len(f), f) for i, f in enumerate(frames)], link=link))


def seconds_capture(name, times):
    """Times in units of a second: pcapng's stamps are unsigned."""
    frame = tcp_syn()
    with open(name, "wb") as file:
        file.write(section("<") + interface("<", resolution=0))
        for time in times:
            head = struct.pack("<5I", 0, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame))
            file.write(block("<", 6, head + frame))


def verify(name, level, backends="raw,libpcap", status=0):
    done = subprocess.run([PKTBENCH, "verify", name, "--backends", backends, "--levels", level, "--format", "json",
                           "--show-values"], capture_output=True, text=True, check=False)
    if done.returncode != status:
        sys.exit(f"FAIL: verify {name}: {done.returncode}, wanted {status}: {done.stdout}{done.stderr}")
    return {run["backend"]: run for run in json.loads(done.stdout)[0]["runs"]}


def check(name, level, listed, words, backends="raw,libpcap"):
    for backend, run in verify(name, level, backends).items():
        found = run["agreement"]
        if (run["status"], found["listed"], found["cells_different"]) != ("ok", listed, 0):
            sys.exit(f"FAIL: {name}, {backend}: {run['status']}, {found}; wanted {listed} listed cells")
        if found["reference"] != ("raw" if backend == "tshark" else "wireshark"):
            sys.exit(f"FAIL: {name} was compared with {found['reference']}")
    done = subprocess.run([PKTBENCH, "verify", name, "--backends", "raw", "--levels", level], capture_output=True,
                          text=True, check=False)
    if done.returncode or (words not in done.stdout if listed else "not compared" in done.stdout):
        sys.exit(f"FAIL: verify {name}: no '{words}' in {done.stdout}{done.stderr}")


def main():
    names = subprocess.run([PKTBENCH, "list", "backends"], capture_output=True, text=True, check=True).stdout
    if not any(line.startswith("wireshark:") for line in names.splitlines()):
        print("SKIP: the wireshark backend is not available")
        return 77
    version = re.search(r"^wireshark:.*\n\s*version (\d+)\.(\d+)", names, re.M)
    # Since 4.4, an answer of SNMP begins no stream.
    of_snmp = 3 if (int(version[1]), int(version[2])) < (4, 4) else 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        capture("snmp.pcap", ETHERNET, [snmp(), snmp(True), snmp(), snmp(True), udp("00", 1, 2), udp("00", 2, 1, True)])
        capture("hart.pcap", ETHERNET, [hart(0, 1, 5094), hart(1, 1, 5095, True), hart(0, 2, 5095),
                                        hart(1, 2, 5095, True), hart(0, 3, 5095)])
        capture("plain.pcap", ETHERNET, [udp("00", 1, 2), udp("00", 2, 1, True), udp("00", 3, 2)])
        streams = "of streams that Wireshark's application dissectors begin"
        has_tshark = re.search(r"^tshark:.*\n\s*version ", names, re.M)
        if not has_tshark:
            print("SKIP: streams of tshark: it is not available")
        with_tshark = "raw,libpcap,tshark" if has_tshark else "raw,libpcap"
        check("snmp.pcap", "flows", of_snmp, f"not compared: stream 3, {streams}", with_tshark)
        check("hart.pcap", "flows", 1, f"not compared: stream 1, {streams}", with_tshark)
        check("plain.pcap", "flows", 0, "")
        # Lengths of 2 packets, one of them padded, and the time of the other, which its header has.
        capture("erf.pcap", ERF, [erf(tcp_syn(), 10), erf(tcp_syn(), 12, padding=6)])
        lengths = "of records whose pseudo header Wireshark takes off"
        for level in "frames", "headers":
            check("erf.pcap", level, 5, f"not compared: ts_ns 1, cap_len 2, wire_len 2, {lengths}")
        capture("bluetooth.pcap", BLUETOOTH, [bytes.fromhex("00000000" "01030c00")])
        check("bluetooth.pcap", "frames", 2, f"not compared: cap_len 1, wire_len 1, {lengths}")
        # The last time that 64 bits of nanoseconds hold here, the first one with Wireshark and libpcap.
        seconds_capture("seconds.pcapng", [0xF42345DD33EF4634, 1667260800, 1 << 63, (1 << 63) - 1])
        for level in "frames", "headers":
            for backend, run in verify("seconds.pcapng", level).items():
                found, listed = run["agreement"], 2 if backend == "raw" else 0
                if (run["status"], found["listed"], found["cells_different"]) != ("ok", listed, 0):
                    sys.exit(f"FAIL: seconds.pcapng, {backend}: {run['status']}, {found}; wanted {listed}")
        os.chdir("/")
    print("listed cells are counted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
