"""ciciot46 and ciciot39 compared with an independent implementation of the published scripts'
description: it reads packets from the capture's bytes and computes statistics from complete lists.

Usage: test_published.py PKTBENCH"""

import os
import sys
import tempfile

import rows

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 3, "parsers",
                             "external"))
from plain_published import NAMES39, NAMES46, features39, features46


def main():
    pktbench = os.path.realpath(sys.argv[1])
    os.chdir(tempfile.mkdtemp())
    cells = 0
    cases = [  # scenario, bytes, --reset-every and its bytes, window
        ("benign-iot", 12000000, [], 10000000, 10),
        ("dataset-mix", 1000000, ["--reset-every", "300kB"], 300000, 10),
        ("spoofing", 2000000, ["--reset-every", "none"], 0, 100),
        ("tcp-flood", 1000000, ["--reset-every", "100000"], 100000, 7),
    ]
    for scenario, size, piece, limit, window in cases:
        capture = scenario + ".pcap"
        rows.run(pktbench, "gen", scenario, "--size", str(size), "-o", capture)
        for name, names, wanted in (("ciciot46", NAMES46, features46), ("ciciot39", NAMES39, features39)):
            words = [] if window == 10 else ["--window", str(window)]
            header, got = rows.table(pktbench, capture, "--features", name, *piece, *words)
            assert header == names, header
            cells += rows.compare(f"{scenario}, {name}", header, got,
                                  list(wanted(capture, limit, window)))
    print(f"{cells} cells are equal")


if __name__ == "__main__":
    main()
