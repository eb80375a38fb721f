"""Flow records compared with an independent, simple computation: over the rows of packets that
`extract` gives, and over the rows that the generator says are true.

Usage: test_records.py PKTBENCH [--all]"""

import csv
import os
import sys
import tempfile

import rows

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 3, "parsers",
                             "external"))
from plain_records import NAMES, records

SECOND = 10**9
# Options, and what they mean in ns. The generated captures last for seconds.
TIMEOUTS = ((["--idle", "50ms", "--active", "200ms"], SECOND // 20, SECOND // 5),
            (["--idle", "none", "--active", "0.3"], 0, 3 * SECOND // 10),
            (["--idle", "1", "--active", "none"], SECOND, 0),
            ([], 120 * SECOND, 1800 * SECOND))
SMALL = (("benign-iot", 1500000, "pcapng"), ("dataset-mix", 400000, "pcap"),
         ("worst-parse", 300000, "pcap"), ("fragments", 300000, "pcap"), ("recon", 300000, "pcap"))
ALL = [(name, 10_000_000, "pcap") for name in
       ("tcp-flood", "benign-iot", "dataset-mix", "spoofing", "slowloris", "http-flood", "mirai",
        "recon", "worst-parse", "fragments", "icmp-flood", "udp-flood")]


def packets_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check(pktbench, capture, truth, reasons):
    """Cells that are equal, over all timeouts."""
    cells = 0
    extracted = list(csv.DictReader(rows.run(pktbench, "extract", capture).splitlines()))
    for options, idle, active in TIMEOUTS:
        header, got = rows.table(pktbench, capture, "--features", "records", *options)
        assert tuple(header) == NAMES, header
        wanted = records(truth, idle, active)
        assert wanted == records(extracted, idle, active), f"{capture}: truth and rows differ"
        cells += rows.compare(f"{capture} {options}", header, got, wanted)
        counted = sum(int(row[7]) + int(row[8]) for row in got)
        assert counted == sum(bool(packet["src"]) for packet in truth), f"{capture}: {counted} packets"
        reasons.update(row[-1] for row in got)
    return cells


def check_formats(pktbench, capture):
    """Threads, pieces and formats do not change rows."""
    words = [capture, "--features", "records", "--idle", "50ms"]
    one = rows.run(pktbench, "extract", *words)
    assert rows.run(pktbench, "extract", *words, "--threads", "3") == one
    assert rows.run(pktbench, "extract", *words, "--backend", "libpcap") == one
    assert rows.run(pktbench, "extract", *words, "--input", "mapped") == one
    header, got = rows.table(pktbench, *words, "--columns", "end_reason,packet,last_ns,fwd_packets")
    assert header == ["end_reason", "packet", "last_ns", "fwd_packets"], header
    full = list(csv.reader(one.splitlines()))[1:]
    assert [(r[0], r[2], r[3]) for r in got] == [(r[11], r[6], r[7]) for r in full]
    _, few = rows.table(pktbench, *words, "--max-flows", "9")
    assert any(row[-1] == "evicted" for row in few)
    assert sum(int(row[7]) + int(row[8]) for row in few) == sum(int(r[7]) + int(r[8]) for r in full)


def main():
    pktbench = os.path.realpath(sys.argv[1])
    os.chdir(tempfile.mkdtemp())
    cells, reasons = 0, set()
    for scenario, size, form in ALL if "--all" in sys.argv else SMALL:
        capture = f"{scenario}.{form}"
        rows.run(pktbench, "gen", scenario, "--size", str(size), "--format", form, "-o", capture,
                 "--truth", "truth.csv")
        cells += check(pktbench, capture, packets_of("truth.csv"), reasons)
        if scenario == "benign-iot":
            check_formats(pktbench, capture)
    assert reasons == {"fin", "rst", "idle", "active", "end"}, reasons
    print(f"{cells} cells are equal")


if __name__ == "__main__":
    main()
