"""Live capture over a veth pair between two network namespaces: rows equal those of the same packets
from a file, no received packet is lost, and dropped packets are counted.

Usage: test_live.py PKTBENCH SEND"""

import csv
import io
import json
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

from wire import (BACKENDS, RATE, SEND, Run, counts, file_rows, main_on_wire,
                  pktbench, read_rows, received_by, sh)


def test_same_rows(far):
    """Rows equal those of the file, in order, including VLAN tags; -c ends the capture."""
    for capture in ("benign.pcap", "flood.pcap", "worst.pcap"):
        wanted = file_rows(capture, "-f", "greater 14")
        for backend in BACKENDS:
            begin = time.time_ns()
            run = Run("-i", "vA", "--backend", backend, "-c", str(len(wanted)))
            assert far.send(capture, len(wanted) + 10).wait() == 0
            rows, _, _ = counts(run.ended())
            assert rows == len(wanted), (rows, len(wanted))
            assert read_rows() == wanted, (capture, backend)
            with open("out.csv", encoding="utf-8") as file:
                times = [int(row["ts_ns"]) for row in csv.DictReader(file)]
            assert times == sorted(times) and begin < times[0] <= times[-1] < time.time_ns()
            assert any(t % 1000 for t in times), "no nanoseconds"
    assert any(row for row in csv.DictReader(io.StringIO(pktbench(
        "extract", "worst.pcap", "--columns", "vlan_id"))) if row["vlan_id"]), "no tag was tested"


def test_signal(far):
    """A signal during traffic: no packet that the kernel has received is lost."""
    wanted = file_rows("flood.pcap")
    for backend in BACKENDS:
        for by, options in ((signal.SIGTERM, ()), (signal.SIGINT, ("--threads", "2"))):
            run = Run("-i", "vA", "--backend", backend, *options)
            before = received_by("vA")
            sender = far.send("flood.pcap", 1000000)
            while received_by("vA") < before + 5000:
                time.sleep(0.01)
            rows, received, dropped = counts(run.stop(by=by))
            assert sender.poll() is None, "the sender has ended before the signal"
            sender.kill()
            sender.wait()
            got = read_rows()
            assert 0 < len(got) == rows == received, (backend, len(got), rows, received)
            if not dropped:
                cycle = wanted * (len(got) // len(wanted) + 1)
                assert got == cycle[:len(got)], f"{backend}: not the first packets that were sent"


def test_drops(far):
    """Packets that do not fit into the buffer are counted: packets sent = rows + drops."""
    sent = 20000
    for backend in BACKENDS:
        run = Run("-i", "vA", "--backend", backend, "--buffer", "1MB")
        run.process.send_signal(signal.SIGSTOP)
        assert far.send("flood.pcap", sent, 100000).wait() == 0
        run.process.send_signal(signal.SIGCONT)
        said = run.stop()
        rows, received, dropped = counts(said)
        assert dropped > 0 and rows == received == len(read_rows()), (backend, said)
        assert rows + dropped == sent, (backend, said)
        assert "warning: vA: packets are dropped" in said, said


def test_filter(far):
    """The kernel applies the filter, also to VLAN tags that it has removed from the packet."""
    for capture, text in (("benign.pcap", "udp port 53 or tcp"), ("worst.pcap", "vlan"),
                          ("benign.pcap", "arp")):
        wanted = file_rows(capture, "-f", f"({text}) and greater 14")
        everything = len(file_rows(capture, "-f", "greater 14"))
        assert 0 < len(wanted) < everything
        for backend in BACKENDS:
            run = Run("-i", "vA", "--backend", backend, "-f", text)
            assert far.send(capture, everything).wait() == 0
            rows, received, dropped = counts(run.stop())
            assert (rows, received, dropped) == (len(wanted), len(wanted), 0), (text, backend)
            assert read_rows() == wanted, (text, backend)
    for backend in BACKENDS:
        said = pktbench("extract", "-i", "vA", "--backend", backend, "-f", "no such thing",
                        status=2)
        assert said.startswith("pktbench: error: vA: filter 'no such thing'"), said


def test_snaplen(far):
    """Both backends capture the same number of bytes, including the VLAN tag."""
    results = []
    for backend in BACKENDS:
        run = Run("-i", "vA", "--backend", backend, "--snaplen", "64")
        assert far.send("worst.pcap", 500).wait() == 0
        run.stop()
        results.append(read_rows())
        assert max(int(row[0]) for row in results[-1]) == 64
    assert results[0] == results[1]


def test_duration(far):
    """The capture ends by itself, with and without packets, and the output is complete."""
    for backend in BACKENDS:
        run = Run("-i", "vA", "--backend", backend, "--duration", "200ms")
        assert counts(run.ended()) == (0, 0, 0)
        assert read_rows() == [] and Path("out.csv").stat().st_size > 0
        before = received_by("vA")
        sender = far.send("flood.pcap", 1000000)
        while received_by("vA") == before:
            time.sleep(0.01)
        run = Run("-i", "vA", "--backend", backend, "--duration", "500ms", "--format", "none", out=None)
        rows, received, _ = counts(run.ended())
        sender.kill()
        sender.wait()
        assert 0 < rows == received


def test_links(far):
    """Loopback: every packet once. `any`: libpcap only. Raw IP: its own link type."""
    wanted = file_rows("benign.pcap")[:300]
    for backend in BACKENDS:
        run = Run("-i", "lo", "--backend", backend)
        subprocess.run([SEND, "lo", "benign.pcap", "300", str(RATE)], check=True,
                       stdout=subprocess.DEVNULL)
        run.stop()
        assert read_rows() == wanted, backend
    run = Run("-i", "any", "--backend", "libpcap")
    assert far.send("benign.pcap", 300).wait() == 0
    run.stop()
    assert len(read_rows()) == 300
    said = pktbench("extract", "-i", "any", status=2)
    assert "any: this backend captures from one interface" in said, said
    if not os.access("/dev/net/tun", os.W_OK):
        print("SKIP: raw IP: /dev/net/tun cannot be opened")
        return
    import fcntl
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, 0x400454ca, struct.pack("16sH", b"tun0", 0x1001))  # TUNSETIFF: no header
    sh("ip", "link", "set", "tun0", "up")
    packet = bytes.fromhex("4500001c000100004011000001020304050607080035003500080000")
    for backend in BACKENDS:
        run = Run("-i", "tun0", "--backend", backend, "-c", "1", "--columns",
                  "link_type,verdict,src,dst,src_port")
        os.write(tun, packet)
        run.ended()
        assert read_rows() == [["101", "ok", "1.2.3.4", "5.6.7.8", "53"]], backend
    run = Run("-i", "tun0")
    os.close(tun)  # removes the interface
    said = run.ended(2)
    assert "tun0: the interface was removed or is down" in said, said
    assert read_rows() == []


def test_bad_input(_far):
    """Errors are one line with the reason and advice."""
    for backend in BACKENDS:
        said = pktbench("extract", "-i", "vC", "--backend", backend, status=2)
        assert said.count("\n") == 1 and "vC: no such interface" in said, said
        assert "lo" in said and "vA" in said, said
        sh("ip", "link", "add", "down0", "type", "veth", "peer", "name", "down1")
        said = pktbench("extract", "-i", "down0", "--backend", backend, status=2)
        assert "down0: the interface is down: `ip link set down0 up`" in said, said
        sh("ip", "link", "del", "down0")
    for arguments, words in (
            (["benign.pcap", "--duration", "3s"], "--duration requires -i or --follow"),
            (["benign.pcap", "-i", "vA"], "-i cannot be combined with a CAPTURE"),
            (["-i", "vA", "--join"], "--join cannot be combined with -i or --follow"),
            (["-i", "vA", "--rotate-size", "1MB"], "require an output file"),
            (["-i", "vA", "--backend", "read-all", "--level", "frames"],
             "read-all does not support -i"),
            (["-i", "vA", "--rotate-size", "big", "-o", "x"], "--rotate-size big: must be a size"),
            (["-i", "vA", "-c", "1", "--count", "2"], "are the same option"),
            (["--follow"], "exactly one CAPTURE"),
            (["--follow", "-f", "tcp", "benign.pcap"], "-f cannot be combined with --follow"),
            (["--follow", "--backend", "libpcap", "benign.pcap"], "does not support --follow"),
            (["--follow", "--snaplen", "100", "benign.pcap"], "--snaplen requires -i"),
            ([], "an operand is missing")):
        said = pktbench("extract", *arguments, status=2)
        assert said.count("\n") == 1 and words in said, said


def test_list(_far):
    listed = json.loads(pktbench("list", "backends", "--format", "json"))
    backends = listed["backends"] if isinstance(listed, dict) else listed
    for backend in backends:
        if backend["name"] in BACKENDS:
            assert {"name": "live", "evidence": "tested"} in backend["features"], backend


if __name__ == "__main__":
    sys.exit(main_on_wire(globals()))
