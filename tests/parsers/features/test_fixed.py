"""ciciot-fixed compared with an independent, simple implementation over rows of packets.

Usage: test_fixed.py PKTBENCH"""

import csv
import json
import os
import sys
import tempfile

import rows

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 3, "parsers",
                             "external"))
from plain_fixed import Packet, prepare, row_of, windows


def check(pktbench, schema, capture, by, window, count, duration):
    columns = csv.DictReader(rows.run(pktbench, "extract", capture).splitlines())
    packets = [Packet(cells) for cells in columns]
    prepare(packets, by)
    header, got = rows.table(pktbench, capture, "--features", "ciciot-fixed", "--by", by, "--window",
                             window)
    order = ["all", "pair", "flow"]
    listed = [c["name"] for c in schema if order.index(c.get("by", "all")) <= order.index(by)]
    assert header == listed, (header, listed)
    wanted = [[row[name] for name in header]
              for row in map(row_of, windows(packets, by, count, duration))]
    return rows.compare(f"{capture} by {by} window {window}", header, got, wanted)


def main():
    pktbench = os.path.realpath(sys.argv[1])
    os.chdir(tempfile.mkdtemp())
    sets = json.loads(rows.run(pktbench, "list", "features", "--format", "json"))
    schema = next(s["columns"] for s in sets if s["name"] == "ciciot-fixed")
    for scenario, size, form in (("benign-iot", 1500000, "pcapng"), ("dataset-mix", 500000, "pcap"),
                                 ("worst-parse", 300000, "pcap")):
        rows.run(pktbench, "gen", scenario, "--size", str(size), "--format", form, "-o", scenario)
    cells = 0
    for capture in "benign-iot", "dataset-mix", "worst-parse":
        for by in "all", "pair", "flow":
            for window, count, duration in (("10", 10, 0), ("1s", 0, 10**9), ("37ms", 0, 37 * 10**6)):
                cells += check(pktbench, schema, capture, by, window, count, duration)
    print(f"{cells} cells are equal")


if __name__ == "__main__":
    main()
