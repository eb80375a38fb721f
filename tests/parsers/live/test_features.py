"""Rows of features from live traffic: equal to those of the same packets from a file, except times;
also written if no further packet arrives.

Usage: test_features.py PKTBENCH SEND"""

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from wire import (BACKENDS, PATIENCE, Run, counts, first_packets, main_on_wire, pktbench,
                  received_by)

TIMED = ("s", "packets/s", "bytes/s", "ns since 1970-01-01 UTC")  # units
COUNT = 3007  # packets, so that the last window is not full
SETS = (
    ("ciciot46", "--reset-every", "100kB"), ("ciciot39", "--window", "100"),
    ("ciciot-fixed", "--by", "pair"), ("ciciot-fixed", "--by", "flow", "--max-flows", "100"),
    ("records", "--idle", "none", "--active", "none", "--max-flows", "100"))


def untimed(name):
    """Columns of the set that do not depend on time stamps."""
    sets = json.loads(pktbench("list", "features", "--format", "json"))
    sets = sets["features"] if isinstance(sets, dict) else sets
    columns = next(s["columns"] for s in sets if s["name"] == name)
    return [c["name"] for c in columns if c["unit"] not in TIMED and c.get("by", "all") == "all"]


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def extract(*words):
    return list(csv.reader(pktbench("extract", *words).splitlines()))


def test_rows(far):
    """Windows of packets, with pieces, pairs, and flows that are evicted. -c counts packets."""
    for source in ("benign.pcap", "flood.pcap"):
        first_packets(source, COUNT, "first.pcap")
        for options in SETS:
            options = ("--features", *options, "--columns", ",".join(["packet", *untimed(options[0])]))
            wanted = extract("first.pcap", *options)
            for backend in BACKENDS:
                run = Run("-i", "vA", "--backend", backend, *options, "-c", str(COUNT))
                assert far.send(source, COUNT + 10).wait() == 0
                said = run.ended()
                rows, received, dropped = counts(said)
                assert rows == len(wanted) - 1 and received >= COUNT and not dropped, said
                assert read("out.csv") == wanted, (source, options, backend)


def test_signal(far):
    """A signal during traffic: every received packet is counted in a row."""
    for backend in BACKENDS:
        for options in (("--window", "100000"), ("--window", "20ms"), ("--window", "7", "--by", "flow")):
            run = Run("-i", "vA", "--backend", backend, "--features", "ciciot-fixed", *options,
                      "--columns", "packets")
            before = received_by("vA")
            sender = far.send("flood.pcap", 1000000)
            while received_by("vA") < before + 3000:
                time.sleep(0.01)
            rows, received, _ = counts(run.stop(by=signal.SIGTERM))
            sender.kill()
            sender.wait()
            got = [int(row[0]) for row in read("out.csv")[1:]]
            assert len(got) == rows and sum(got) == received > 0, (backend, options, rows, received)


def test_quiet(far):
    """The last window with a duration ends without a further packet, and its row is written."""
    for backend in BACKENDS:
        for by in ("all", "flow"):
            run = Run("-i", "vA", "--backend", backend, "--features", "ciciot-fixed", "--window",
                      "50ms", "--by", by, "--columns", "ts_ns,packets,duration", "--flush-every",
                      "20ms", stdout=subprocess.PIPE)
            out = run.process.stdout
            begin = time.time_ns()
            assert far.send("flood.pcap", 100).wait() == 0
            assert out.readline() == b"ts_ns,packets,duration\n"
            packets = 0
            while packets < 100:
                start, count, duration = out.readline().decode().split(",")
                assert begin < int(start) < time.time_ns() and 0 <= float(duration) < 0.05
                packets += int(count)
            assert packets == 100 and run.process.poll() is None
            said = run.stop()
            assert out.read() == b"" and "older than the window" not in said, said
            out.close()


def test_idle_records(far):
    """Flow records end by the clock when no further packet arrives."""
    for backend in BACKENDS:
        run = Run("-i", "vA", "--backend", backend, "--features", "records", "--idle", "100ms",
                  "--columns", "fwd_packets,bwd_packets,end_reason", "--flush-every", "20ms",
                  stdout=subprocess.PIPE)
        out = run.process.stdout
        assert far.send("flood.pcap", 100).wait() == 0
        assert out.readline() == b"fwd_packets,bwd_packets,end_reason\n"
        packets, reasons = 0, set()
        while packets < 100:
            forward, backward, reason = out.readline().decode().split(",")
            packets += int(forward) + int(backward)
            reasons.add(reason.strip())
        assert packets == 100 and "idle" in reasons and "end" not in reasons, (backend, reasons)
        assert run.process.poll() is None
        run.stop()
        assert out.read() == b""
        out.close()


def test_rotation(far):
    """Windows continue across output files."""
    first_packets("benign.pcap", COUNT, "first.pcap")
    options = ("--features", "ciciot-fixed", "--by", "pair", "--window", "3", "--columns",
               "packet,packets,bytes,src,dst")
    wanted = extract("first.pcap", *options)
    for backend in BACKENDS:
        run = Run("-i", "vA", "--backend", backend, *options, "--rotate-size", "1kB",
                  "--flush-every", "5ms", out="piece.csv")
        before = received_by("vA")
        assert far.send("benign.pcap", COUNT).wait() == 0
        until = time.monotonic() + PATIENCE
        while received_by("vA") < before + COUNT:
            assert time.monotonic() < until
            time.sleep(0.01)
        run.stop()
        found = sorted(Path(".").glob("piece-*.csv"), key=lambda p: p.stem.rsplit("-", 1)[1])
        assert len(found) > 1, "not rotated"
        got = [read(path) for path in found]
        assert all(rows[0] == wanted[0] for rows in got)
        assert [row for rows in got for row in rows[1:]] == wanted[1:], backend
        for path in found:
            path.unlink()


def test_reader_closed(far):
    """The reader closes the pipe: the program ends without an error."""
    run = Run("-i", "vA", "--features", "ciciot39", "--flush-every", "20ms", stdout=subprocess.PIPE)
    assert far.send("flood.pcap", 10).wait() == 0
    run.process.stdout.readline()
    run.process.stdout.close()
    assert run.ended(0) == "pktbench: vA: capturing with raw\n", run.said()


def test_bad_input(_far):
    for arguments, words in (
            (["--features", "ciciot40"], "unknown set of features"),
            (["--window", "5"], "--window requires --features"),
            (["--features", "ciciot39", "--window", "1s"], "windows of ciciot39 are a number of packets"),
            (["--features", "ciciot39", "--level", "frames"], "which features need")):
        said = pktbench("extract", "-i", "vA", *arguments, status=2)
        assert said.count("\n") == 1 and words in said, said


if __name__ == "__main__":
    sys.exit(main_on_wire(globals()))
