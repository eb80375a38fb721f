#!/usr/bin/env python3
"""external.py with a small driver: every request of the protocol, and a run as a process.

Usage: test_driver.py PKTBENCH FOLDER_OF_EXTERNAL_PY"""

import json
import os
import subprocess
import sys
import tempfile
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
    described, _, written, sampled, columns, parts = talk(
        {"op": "describe"}, {"op": "load"}, {"op": "rows", "to": "rows.csv", **where},
        {"op": "sample", "runs": 3, "evict_bytes": 100000, **where},
        {"op": "sample", "runs": 1, "columns": True, **where},
        {"op": "positions", "packets": len(rows), "parts": 4, **where})
    assert described["backend"]["levels"]["frames"]["columns"] == ["ts_ns", "cap_len", "wire_len"]
    assert written["ok"] and written["rows"] == len(rows), written
    assert Path("rows.csv").read_text(encoding="ascii").splitlines()[1:] == rows
    assert sampled["ok"] and sampled["rows"] == len(rows) and sampled["wall_ns"] > 0, sampled
    assert sampled["checksum"] == written["checksum"], (sampled, written)
    assert columns["checksum"] == written["columns_checksum"] != sampled["checksum"], columns
    assert len(parts["part_ns"]) == 4 and min(parts["part_ns"]) > 0 < parts["first_ns"], parts


def test_refusals(capture):
    where = {"slice": capture, "level": "frames"}
    early, _, level, runs, unknown, few = talk(
        {"op": "sample", "runs": 1, **where}, {"op": "load"},
        {"op": "sample", "runs": 1, "slice": capture, "level": "headers"},
        {"op": "sample", "runs": 0, **where}, {"op": "dance"},
        {"op": "positions", "packets": 10**6, "parts": 4, **where})
    for answer, reason in ((early, "load"), (level, "level"), (runs, "runs must be"),
                           (unknown, "unknown request"), (few, "fewer than 1000000 packets")):
        assert not answer["ok"] and reason in answer["reason"], answer


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


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        main()
        os.chdir("/")
