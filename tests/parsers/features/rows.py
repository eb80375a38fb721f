"""Shared by the tests of features: run pktbench, compare tables of numbers."""

import csv
import math
import subprocess
import sys


def run(pktbench, *words):
    """Run a command, which must succeed; returns its standard output."""
    return subprocess.run([pktbench, *words], check=True, stdout=subprocess.PIPE, text=True).stdout


def table(pktbench, *words):
    """Header and rows of `pktbench extract` as CSV."""
    lines = list(csv.reader(run(pktbench, "extract", *words).splitlines()))
    return lines[0], lines[1:]


def number(cell):
    """The cell as a float; None: empty."""
    return float(cell) if cell else None


def same(got, wanted):
    if got is None or wanted is None:
        return got is wanted
    if math.isinf(got) or math.isinf(wanted):
        return got == wanted
    return abs(got - wanted) <= 1e-9 * max(1, abs(got), abs(wanted))


def compare(what, header, got, wanted):
    """`got`: rows of text. `wanted`: rows of numbers, None for empty cells, or text. Returns the
    number of cells compared."""
    if len(got) != len(wanted):
        sys.exit(f"{what}: {len(got)} rows, wanted {len(wanted)}")
    for n, (cells, numbers) in enumerate(zip(got, wanted), 1):
        if len(cells) != len(header) or len(numbers) != len(header):
            sys.exit(f"{what}: row {n} has {len(cells)} cells, wanted {len(numbers)} of {len(header)}")
        for name, cell, value in zip(header, cells, numbers):
            if not (cell == value if isinstance(value, str) else same(number(cell), value)):
                sys.exit(f"{what}: row {n}, {name}: {cell}, wanted {value!r}")
    return len(wanted) * len(header)
