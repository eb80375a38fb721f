#!/usr/bin/env python3
"""New times of a mixture: what the options mean in every order and by every name.

Usage: test_times.py PKTBENCH"""

import os
import sys
import tempfile

from test_mix import SECOND, ended, expect, fail, packets, read, simple, truth_read, write


def times(options, wanted, *captures):
    """`wanted`: for each capture, the times of its packets."""
    got = expect(0, "wrote", "mix", *captures, "-o", "t.pcapng", *options)
    found = {}
    if got.returncode == 0:
        for p, r in zip(packets(read("t.pcapng")), truth_read("t.pcapng.truth.csv")):
            found.setdefault(r["origin"], []).append(p[0] / SECOND)
    if found != wanted:
        fail(f"{captures} {options}: {found}, wanted {wanted}")
    expect(0, "as asked for", "verify", "--mix", "t.pcapng.truth.csv", "t.pcapng")


def captures_make():
    os.makedirs("m")
    write("m/a.pcap", simple(1000, 1010))
    write("m/b.pcap", simple(50, 52))
    os.makedirs("pieces")
    write("pieces/p1.pcap", simple(200, 201))
    write("pieces/p2.pcap", simple(202, 204))


def check_first():
    """The start is that of the first capture of the command line, whichever of them is named, and for what."""
    a, b, p1, p2 = "m/a.pcap", "m/b.pcap", "pieces/p1.pcap", "pieces/p2.pcap"
    for name in ("b.pcap", b):
        times(["--shift", f"{name}=+1s"], {b: [51, 53], a: [1000, 1010]}, b, a)
        times(["--shift", f"{name}=+1s", "--shift", "a.pcap=+3s"], {b: [51, 53], a: [53, 63]}, b, a)
        times(["--rate", f"{name}=2", "--shift", "a.pcap=start"], {b: [50, 51], a: [50, 60]}, b, a)
        times(["--shift", "a.pcap=start", "--shift", f"{name}=7"], {b: [7, 9], a: [50, 60]}, b, a)
    for name in ("p1.pcap", p1):
        times(["--rate", f"{name}=0.5", "--shift", f"{b}=start"], {p1: [200, 202], p2: [202, 204], b: [200, 202]}, "pieces", b)
        times(["--shift", f"{name}=+1s", "--shift", f"{b}=-1s"], {p1: [201, 202], p2: [202, 204], b: [199, 201]}, "pieces", b)
    times(["--shift", "p2.pcap=start", "--shift", f"{b}=start"], {p1: [200, 201], p2: [200, 202], b: [200, 202]}, "pieces", b)
    # A pattern is an operand, too; and the first capture may be that of --label.
    times(["--shift", "p1.pcap=+9s", "--shift", f"{b}=start"], {p1: [209, 210], p2: [202, 204], b: [200, 202]},
          "pieces/p*.pcap", b)
    times(["--shift", "p1.pcap=+9s", "--shift", "m=start"], {p1: [209, 210], p2: [202, 204], a: [1150, 1160], b: [200, 202]},
          "--label", "x=pieces", "--label", "y=m")
    # A folder that is named means its captures that are also named by themselves.
    for options in (["--rate", "p1.pcap=0.5", "--shift", "pieces=7"], ["--shift", "pieces=7", "--rate", "p1.pcap=0.5"]):
        times(options, {b: [50, 52], p1: [7, 9], p2: [7, 9]}, b, "pieces")
    write("empty.pcap", simple())
    expect(2, "empty.pcap: has no packet, so that nothing can begin after it", "mix", "empty.pcap", a, "-o", "t.pcapng",
           "--shift", "a.pcap=start")


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        captures_make()
        check_first()
        os.chdir("/")
    return ended()


if __name__ == "__main__":
    sys.exit(main())
