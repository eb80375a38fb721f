#!/usr/bin/env python3
"""Streams of raw and libpcap against tshark's own tcp.stream and udp.stream, row by row.

Usage: test_tshark.py PKTBENCH. Over every scenario; with PKTBENCH_CORPUS over a sample of it too.
Equal where no packet carries another header; else equal once tshark's numbers are counted densely.
"""
import csv
import glob
import os
import shutil
import subprocess
import sys
import tempfile

PKTBENCH = sys.argv[1]
SKIP = 77
EDGE_EVERY = 12  # one in so many captures of the corpus
OPTIONS = ["-n", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
           "-o", "ipv6.tso_support:TRUE", "-T", "fields", "-E", "occurrence=f"]


def run(*command):
    environment = {**os.environ, "WIRESHARK_CONFIG_DIR": "/proc/self/no-settings"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment,
                          errors="replace")


def rows_of(backend, path):
    done = run(PKTBENCH, "extract", path, "--backend", backend, "--level", "flows")
    return list(csv.DictReader(done.stdout.splitlines())), done


def shown_by_tshark(path):
    done = run("tshark", *OPTIONS, "-r", path, "-e", "tcp.stream", "-e", "udp.stream")
    return [line.split("\t") for line in done.stdout.splitlines()], done


def streams(rows):
    return [(row["stream"], row["stream_dir"]) for row in rows]


class Comparison:
    def __init__(self):
        self.captures = self.rows = self.exact = self.renumbered = 0
        self.cut = self.skipped = 0
        self.listed, self.faults = [], []

    def capture(self, path, rows, shown):
        dense = {"tcp": {}, "udp": {}}
        differ = hidden = 0
        for number, (row, (tcp, udp)) in enumerate(zip(rows, shown), 1):
            if not row["src_port"]:
                self.cut += bool(tcp or udp) and row["verdict"] in ("snapped", "truncated")
                hidden += bool(tcp or udp)
                continue
            name, stream = ("tcp", tcp) if row["tcp_flags"] else ("udp", udp)
            wanted = str(dense[name].setdefault(stream, len(dense[name]))) if stream else ""
            hidden += bool(tcp) if name == "udp" else bool(udp)
            if row["stream"] != wanted:
                # A header that only tshark numbers, cut or quoted, may have renewed the stream.
                told = self.listed if hidden else self.faults
                told.append(f"{os.path.basename(path)}: packet {number}: stream "
                                   f"{row['stream'] or 'none'}, tshark {stream or 'none'}, "
                                   f"densely {wanted or 'none'}")
                return
            differ += row["stream"] != stream
            self.rows += 1
        self.captures += 1
        self.exact += not differ
        self.renumbered += bool(differ)
        return differ, hidden

    def check(self, path, must):
        rows, done = rows_of("raw", path)
        others, _ = rows_of("libpcap", path)
        shown, _ = shown_by_tshark(path)
        if len(rows) != len(shown) or done.returncode:
            if must:
                sys.exit(f"FAIL: {path}: {len(rows)} rows, tshark {len(shown)}\n{done.stderr}")
            self.skipped += 1  # a capture that one of the readers refuses or cuts
            return None
        if len(others) == len(rows) and streams(others) != streams(rows):
            sys.exit(f"FAIL: {path}: libpcap's streams are not raw's")
        if must and len(others) != len(rows):
            sys.exit(f"FAIL: {path}: libpcap gives {len(others)} rows of {len(rows)}")
        return self.capture(path, rows, shown)

    def say(self, what):
        print(f"{what}: {self.captures} captures, {self.rows} rows equal: {self.exact} captures as "
              f"they are, {self.renumbered} counted densely; {self.cut} rows of cut headers that "
              f"tshark numbers; {self.skipped} captures not read alike")
        for fault in self.listed:
            print("  after headers that tshark alone numbers: " + fault)
        for fault in self.faults:
            print("  " + fault)


def scenarios(folder):
    names = [line.split()[0] for line in run(PKTBENCH, "list", "scenarios").stdout.splitlines()
             if line and not line[0].isspace()]
    comparison = Comparison()
    for name in names:
        path = os.path.join(folder, "capture.pcap")
        made = run(PKTBENCH, "gen", name, "--size", "1500000", "-o", path)
        if made.returncode:
            sys.exit(f"FAIL: gen {name}: {made.stderr}")
        told = comparison.check(path, True)
        if told and told[0] and not told[1]:
            sys.exit(f"FAIL: {name}: numbers differ though nothing is tunnelled or quoted")
    comparison.say("scenarios")
    if comparison.listed or comparison.faults or comparison.rows < 1000:
        sys.exit("FAIL: scenarios")


def corpus(folder):
    comparison = Comparison()
    edge = sorted(glob.glob(os.path.join(folder, "edge", "*.pcap*")))
    for path in edge[::EDGE_EVERY] + sorted(glob.glob(os.path.join(folder, "real10", "*.pcap"))):
        comparison.check(path, False)
    comparison.say("corpus")
    if comparison.faults or comparison.rows < 1000:
        sys.exit("FAIL: corpus")


def main():
    if not shutil.which("tshark"):
        print("tshark is not installed")
        sys.exit(SKIP)
    version = run("tshark", "--version").stdout.split("(Wireshark)")[-1].split()[0]
    if not version.startswith("4.0."):
        print(f"tshark {version} has another rule than wireshark-4.0")
        sys.exit(SKIP)
    with tempfile.TemporaryDirectory() as folder:
        scenarios(folder)
    if "PKTBENCH_CORPUS" in os.environ:
        corpus(os.environ["PKTBENCH_CORPUS"])
    else:
        print("corpus: skipped, PKTBENCH_CORPUS is not set")


main()
