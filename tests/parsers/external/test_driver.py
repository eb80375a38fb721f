#!/usr/bin/env python3
"""external.py with a small driver: every request of the protocol, and a run as a process.

Usage: test_driver.py PKTBENCH FOLDER_OF_EXTERNAL_PY"""

import json
import os
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

PKTBENCH = os.path.abspath(sys.argv[1])
DRIVER = [sys.executable, str(Path(__file__).with_name("pcap_driver.py").resolve())]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.path.abspath(sys.argv[2]),
               "PYTHONDONTWRITEBYTECODE": "1"}


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60,
                          env=ENVIRONMENT, **options)


def talk(*requests):
    """The answers to these requests; the driver must exit with status 0."""
    text = "".join(json.dumps(request) + "\n" for request in (*requests, {"op": "done"}))
    done = run([*DRIVER, "worker", "pcap"], input=text)
    assert done.returncode == 0 and not done.stderr, done
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_requests(capture, rows):
    where = {"slice": capture, "level": "frames"}
    described, _, written, _, _, sampled, _, columns, digest, parts = talk(
        {"op": "describe"}, {"op": "load"}, {"op": "rows", "to": "rows.csv", **where},
        {"op": "empty"}, {"op": "prepare", "evict_bytes": 100000, **where}, {"op": "go"},
        {"op": "prepare", "columns": True, **where}, {"op": "go"},
        {"op": "digest", "column": "cap_len", "bytes": 4},
        {"op": "positions", "packets": len(rows), "parts": 4, **where})
    assert described["backend"]["levels"]["frames"]["columns"] == ["ts_ns", "cap_len", "wire_len"]
    assert written["ok"] and written["rows"] == len(rows), written
    assert Path("rows.csv").read_text(encoding="ascii").splitlines()[1:] == rows
    assert sampled["ok"] and sampled["rows"] == len(rows), sampled
    assert sampled["checksum"] == written["checksum"], (sampled, written)
    assert columns["checksum"] == written["columns_checksum"] != sampled["checksum"], columns
    lengths = b"".join(int(row.split(",")[1]).to_bytes(4, "little") for row in rows)
    assert digest["crc32"] == f"{zlib.crc32(lengths):08x}", digest
    assert len(parts["part_ns"]) == 4 and min(parts["part_ns"]) > 0 < parts["first_ns"], parts


def test_refusals(capture):
    where = {"slice": capture, "level": "frames"}
    early, _, level, bytes_, go, column, unknown, few = talk(
        {"op": "prepare", **where}, {"op": "load"},
        {"op": "prepare", "slice": capture, "level": "headers"},
        {"op": "prepare", "evict_bytes": -1, **where}, {"op": "go"},
        {"op": "digest", "column": "src_port", "bytes": 2}, {"op": "dance"},
        {"op": "positions", "packets": 10**6, "parts": 4, **where})
    for answer, reason in ((early, "load"), (level, "level"),
                           (bytes_, "evict_bytes must be"), (go, "prepare"), (column, "column"),
                           (unknown, "unknown request"), (few, "fewer than 1000000 packets")):
        assert not answer["ok"] and reason in answer["reason"], answer


def test_column_bytes():
    sys.path.insert(0, ENVIRONMENT["PYTHONPATH"])
    from csv_rows import column_bytes
    cells = [None, 7, b"\xc0\0\2\1", "192.0.2.1", "2001:db8::1", "02:00:00:00:00:01", b"\2\0\0\0\0\1"]
    low = [0, 7, 0xC0000201, 0xC0000201, 1, 0x020000000001, 0x020000000001]
    high = [0, 0, 0, 0, 0x20010DB8 << 32, 0, 0]
    for shift, wanted in ((0, low), (64, high)):
        assert column_bytes(cells, 8, shift) == b"".join(n.to_bytes(8, "little") for n in wanted)
    assert column_bytes([-1, 258], 2) == b"\xff\xff\2\1"


def messages_of(command):
    """What is kept of the messages of a shell command, and the seconds from its end until then."""
    import process
    messages = process.Messages()
    with subprocess.Popen(["sh", "-c", command], stderr=messages.write_end) as program:
        messages.started()
        program.wait(timeout=60)
    ended = time.monotonic()
    lines = messages.lines()
    assert len(messages.kept) <= process.MESSAGES_BYTES
    return lines, time.monotonic() - ended


def test_messages():
    lines, took = messages_of("yes over and over | head -c 8400000 >&2; echo end >&2")
    assert lines[-1] == "end" and lines[-2] == "over and over" and took < 1, (lines[-2:], took)
    assert messages_of("true")[0] == []
    # Another process has the pipe, too.
    lines, took = messages_of("echo first >&2; sleep 3 &")
    assert lines == ["first"] and took < 2, (lines, took)


def test_process(capture):
    assert run([*DRIVER, "run", "pcap", "frames", capture]).returncode == 0
    done = run([*DRIVER, "run", "pcap", "frames", __file__])
    assert done.returncode == 1 and "not a capture" in done.stderr, done
    assert run([*DRIVER, "run"]).returncode == 2


def main():
    capture = os.path.join(os.getcwd(), "capture.pcap")
    made = run([PKTBENCH, "gen", "tcp-flood", "--size", "100000", "-o", capture])
    assert made.returncode == 0, made
    extracted = run([PKTBENCH, "extract", capture, "--level", "frames", "--columns",
                     "ts_ns,cap_len,wire_len"])
    test_requests(capture, extracted.stdout.splitlines()[1:])
    test_refusals(capture)
    test_process(capture)
    test_column_bytes()
    test_messages()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        main()
        os.chdir("/")
