#!/usr/bin/env python3
"""Compares rows of features with a plain computation that shares no code with the engine.

Usage: plain_features.py PKTBENCH SET BY CAPTURE VALUES SECONDS

VALUES: one line for each row, with its cells as `extract` has them and commas between; an empty
cell is null. Windows have 10 packets; pieces and timeouts are the defaults of the set. Prints the number of cells, or
the first difference (exit status 1). It ends after SECONDS."""

import csv
import math
import signal
import subprocess
import sys

import plain_fixed
import plain_published
import plain_records
import process

WINDOW = 10
PIECE_BYTES = 10_000_000
PUBLISHED = {"ciciot46": (plain_published.NAMES46, plain_published.features46),
             "ciciot39": (plain_published.NAMES39, plain_published.features39)}


def output(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout


def fixed(pktbench, by, capture):
    """Names and rows of ciciot-fixed."""
    lines = output(pktbench, "extract", capture).splitlines()
    header = output(pktbench, "extract", "--features", "ciciot-fixed", "--by", by,
                    capture).split("\n", 1)[0]
    packets = [plain_fixed.Packet(cells) for cells in csv.DictReader(lines)]
    plain_fixed.prepare(packets, by)
    names = header.split(",")
    done = plain_fixed.windows(packets, by, WINDOW, 0)
    return names, ([row[name] for name in names] for row in map(plain_fixed.row_of, done))


def records(pktbench, capture):
    """Names and rows of records."""
    lines = output(pktbench, "extract", capture).splitlines()
    return plain_records.NAMES, plain_records.records(csv.DictReader(lines))


def same(cell, wanted):
    if isinstance(wanted, str):
        return cell == wanted
    got = float(cell) if cell else None
    if got is None or wanted is None:
        return got is wanted
    if math.isinf(got) or math.isinf(wanted):
        return got == wanted
    return abs(got - wanted) <= 1e-9 * max(1, abs(got), abs(wanted))


def time_limit(seconds):
    """A large capture takes too long."""
    process.die_with_parent()
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(
        f"the plain computation takes longer than {seconds:g} s: --timeout sets the limit"))
    signal.setitimer(signal.ITIMER_REAL, seconds)


def main():
    pktbench, name, by, capture, path, seconds = sys.argv[1:]
    time_limit(float(seconds))
    if name in PUBLISHED:
        names, compute = PUBLISHED[name]
        wanted = compute(capture, PIECE_BYTES, WINDOW)
    elif name == "records":
        names, wanted = records(pktbench, capture)
    else:
        names, wanted = fixed(pktbench, by, capture)
    cells = number = 0
    with open(path, encoding="ascii") as file:
        for number, values in enumerate(wanted, 1):
            line = file.readline()
            if not line:
                sys.exit(f"row {number} is missing")
            for column, cell, value in zip(names, line.rstrip("\n").split(","), values, strict=True):
                if not same(cell, value):
                    sys.exit(f"row {number}, {column}: {cell or 'null'}, computed {value}")
                cells += 1
        if file.readline():
            sys.exit(f"row {number + 1} is one more than was computed")
    print(cells)


if __name__ == "__main__":
    main()
