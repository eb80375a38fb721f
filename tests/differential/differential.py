#!/usr/bin/env python3
"""Compares rows of `pktbench extract` with tshark, cell by cell.

Usage: differential.py PKTBENCH DRIVERS [--all] [--write] [NAME...]

DRIVERS is the folder of tshark_driver.py, which converts tshark's fields to the expected cells.
Captures are those of links.py; those of $PKTBENCH_CORPUS/edge that are of tier 1, or have another
link than the usual ones; those of $PKTBENCH_CORPUS/real10; and every scenario of the generator.
Without --all, a sample of them. Intended differences are listed in
listed.tsv with their exact numbers. All other differences fail, and also a verdict that a packet is
malformed if tshark reports nothing wrong. --write rewrites the list. Differences that tshark's own
messages (signs.py) do not explain get the class `unexplained`, which never passes: look at the
packets and write the correct class. Exit status 77: skipped.
"""

from __future__ import annotations

import argparse
import collections
import csv
import os
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple, Optional

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from corpus import corpus_folder
import links
import signs

HERE = os.path.dirname(os.path.abspath(__file__))
LIST = os.path.join(HERE, "listed.tsv")
BACKENDS = ("raw", "libpcap")
SKIPPED = 77
# One small capture of the corpus in this many is in the sample.
SAMPLE_STEP = 16
SAMPLE_BYTES = 500_000
# The list's counts are valid for these versions; others name some fields differently.
LIST_VERSION = "4.0."
ROWS, REFUSED, VERDICT, UNENTERED = "(rows)", "(refused)", "(verdict)", "(unentered)"
UNEXPLAINED = "unexplained"
# Verdicts that claim that every header was read, and protocols that then have columns.
ENTERED, IP = ("ok", "unsupported"), {"ip", "ipv6"}
# Link types, as the corpus writes them, that are compared although their files are of no tier.
OTHER_LINKS = {str(link) for link, _ in links.LINKS.values()}
LINK_TYPE = "link_type"


class Capture(NamedTuple):
    name: str  # group/file
    path: str
    scenario: Optional[str]
    data: bytes = b""  # of a capture without a path


class Difference(NamedTuple):
    packet: int
    column: str
    got: str
    expected: str
    verdict: str
    signs: frozenset[str] = frozenset()  # of the packet


class Outcome:
    """Result of one backend for one capture."""

    def __init__(self) -> None:
        self.rows = self.cells = 0
        self.differences: list[Difference] = []


def corpus_captures(corpus: str, everything: bool) -> list[Capture]:
    captures = []
    with open(os.path.join(corpus, "edge", "MANIFEST.tsv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    tier = [row["file"] for row in rows if row["tier"] == "1"]
    tier += [row["file"] for row in rows if row["tier"] != "1" and row["linktype"] in OTHER_LINKS]
    for name in tier[::1 if everything else SAMPLE_STEP]:
        captures.append(Capture(f"edge/{name}", os.path.join(corpus, "edge", name), None))
    folder = os.path.join(corpus, "real10")
    for name in sorted(os.listdir(folder)):
        if everything and name.endswith(".pcap"):
            captures.append(Capture(f"real10/{name}", os.path.join(folder, name), None))
    return captures


def scenario_captures(pktbench: str, everything: bool) -> list[Capture]:
    """The sample of a scenario is another capture, with separate counts in the list."""
    done = subprocess.run([pktbench, "list", "scenarios"], capture_output=True, text=True, check=True)
    names = [line.split()[0] for line in done.stdout.splitlines() if line[:1].islower()]
    part = "" if everything else "-sample"
    return [Capture(f"scenario/{name}{part}", "", name) for name in names]


def written(capture: Capture, folder: str) -> str:
    path = os.path.join(folder, "written.pcap")
    with open(path, "wb") as file:
        file.write(capture.data)
    return path


def generated(pktbench: str, capture: Capture, everything: bool, folder: str) -> str:
    path = os.path.join(folder, "generated.pcap")
    size = [] if everything else ["--size", str(SAMPLE_BYTES)]
    subprocess.run([pktbench, "gen", capture.scenario, *size, "-o", path], check=True)
    return path


def ours(pktbench: str, backend: str, path: str, rows_path: str) -> str:
    """Write rows to a file. Returns the error if there are none, otherwise ""."""
    if os.path.exists(rows_path):
        os.unlink(rows_path)
    done = subprocess.run([pktbench, "extract", path, "--backend", backend, "-o", rows_path],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 2):
        sys.exit(f"FAIL: extract --backend {backend} {path}: status {done.returncode}\n{done.stderr}")
    return "" if os.path.exists(rows_path) else done.stderr.strip().replace(path, "")


class Link(NamedTuple):
    """What tshark itself says of a packet."""

    encapsulation: str
    protocols: str


def theirs(path: str, check: tuple) -> tuple[list[list[str]], list[Link]]:
    """Cells of every packet, and what it is in, up to an error of tshark."""
    run = tshark_driver.FieldsRun(path, "headers", *check)
    rows, within = [], []
    places = [run.number[name] for name in ("frame.encap_type", "frame.protocols")]
    for packet in run.packets:
        cells = packet.split(b"\t")
        link = Link(*(cells[place].decode() for place in places))
        if link.encapsulation:  # empty for pcapng records that are not packets
            within.append(link)
            rows.append(external.row_text(run.cells(packet)).rstrip("\n").split(","))
    try:
        run.close()
    except external.RequestError:
        pass
    return rows, within


def their_signs(path: str) -> list[frozenset[str]]:
    run = tshark_driver.TsharkRun(path, "headers", {}, signs.options())
    found = signs.of_lines(run.lines())
    try:
        run.close()
    except external.RequestError:
        pass
    return found


def founded(out: Outcome, found: list[frozenset[str]]) -> None:
    """Add to each difference the signs of its packet; drop verdicts that a sign confirms."""
    with_signs = [d._replace(signs=found[d.packet - 1]) if d.packet else d for d in out.differences]
    out.differences = [d for d in with_signs
                       if d.column != VERDICT or not signs.OF_VERDICT[d.verdict] & d.signs]


def compare(rows_path: str, expected: list[list[str]], within: list[Link], out: Outcome) -> None:
    columns = tshark_driver.Tshark.columns
    with open(rows_path, encoding="ascii", newline="") as file:
        reader = csv.reader(file)
        names = next(reader)
        places = [names.index(name) for name in columns]
        verdict, link_type = names.index("verdict"), names.index(LINK_TYPE)
        version = names.index("ip_version")
        got = 0
        for got, row in enumerate(reader, 1):
            if got > len(expected):
                continue
            out.rows += 1
            out.cells += len(columns) + 1
            if row[verdict] in signs.OF_VERDICT:
                out.differences.append(Difference(got, VERDICT, row[verdict], "", row[verdict]))
            link, protocols = within[got - 1]
            if row[link_type] not in signs.LINK_TYPES.get(link, ()):
                out.differences.append(
                    Difference(got, LINK_TYPE, row[link_type], link, row[verdict]))
            # The cells of tshark are read by this project, and may lack the same.
            if row[verdict] in ENTERED and not row[version] and IP & set(protocols.split(":")):
                out.differences.append(Difference(got, UNENTERED, "", protocols, row[verdict]))
            for name, place, cell in zip(columns, places, expected[got - 1]):
                if row[place] != cell:
                    out.differences.append(Difference(got, name, row[place], cell, row[verdict]))
    if got != len(expected):
        out.differences.append(Difference(0, ROWS, str(got), str(len(expected)), ""))


def run_capture(options: argparse.Namespace, capture: Capture, check: tuple,
                folder: str) -> dict[str, Outcome]:
    path = capture.path or (written(capture, folder) if capture.data else
                            generated(options.pktbench, capture, options.all, folder))
    rows_path = os.path.join(folder, "rows.csv")
    expected, within = theirs(path, check)
    outcomes: dict[str, Outcome] = {}
    for backend in BACKENDS:
        out = outcomes[backend] = Outcome()
        refusal = ours(options.pktbench, backend, path, rows_path)
        if not refusal:
            compare(rows_path, expected, within, out)
        elif expected:
            out.differences.append(Difference(0, REFUSED, refusal, str(len(expected)), ""))
    if any(d.packet for out in outcomes.values() for d in out.differences):
        found = their_signs(path)
        for out in outcomes.values():
            founded(out, found)
    return outcomes


# The list: reasons of classes; per capture and column, the number of cells that differ.


class Listed:
    def __init__(self) -> None:
        self.reasons: dict[str, str] = {}
        self.entries: dict[tuple[str, str], tuple[str, dict[str, int]]] = {}
        with open(LIST, encoding="utf-8") as file:
            for line in file:
                words = line.rstrip("\n").split("\t")
                if words[0] == "class":
                    self.reasons[words[1]] = words[2]
                elif words[0] == "cells":
                    counts = dict(zip(BACKENDS, map(int, words[4:])))
                    self.entries[words[2], words[3]] = words[1], counts

    def write(self) -> None:
        with open(LIST, "w", encoding="utf-8") as file:
            file.write(LIST_HEAD)
            for name, reason in sorted(self.reasons.items()):
                file.write(f"class\t{name}\t{reason}\n")
            for (capture, column), (name, counts) in sorted(self.entries.items()):
                numbers = "\t".join(str(counts[backend]) for backend in BACKENDS)
                file.write(f"cells\t{name}\t{capture}\t{column}\t{numbers}\n")


LIST_HEAD = """\
# Intended differences of raw and libpcap from tshark. Written by differential.py --write.
#   class  NAME   REASON
#   cells  CLASS  CAPTURE  COLUMN  CELLS OF raw  CELLS OF libpcap
# Column (rows): another number of rows; (refused): no rows; (verdict): packets that are malformed
# for pktbench, but not for tshark; (unentered): packets without IP columns in which tshark finds IP.
"""


def proposed(difference: Difference, backend: str) -> str:
    """The class of a new difference, if tshark's messages explain it."""
    if difference.packet == 0:
        return "libpcap-stops" if backend == "libpcap" else UNEXPLAINED
    if difference.column == VERDICT:
        return UNEXPLAINED
    return next((name for name, needed in signs.OF_CLASS.items() if needed & difference.signs),
                UNEXPLAINED)


def is_founded(name: str, difference: Difference) -> bool:
    return name not in signs.OF_CLASS or bool(signs.OF_CLASS[name] & difference.signs)


def tally(outcomes: dict[str, Outcome]) -> dict[str, dict[str, int]]:
    """Number of cells that differ, by column and backend."""
    counts: dict[str, dict[str, int]] = {}
    for backend, out in outcomes.items():
        for difference in out.differences:
            of_column = counts.setdefault(difference.column, dict.fromkeys(BACKENDS, 0))
            of_column[backend] += 1
    return counts


def relist(listed: Listed, capture: str, outcomes: dict[str, Outcome]) -> None:
    """Replace the list's entries of a capture. A class assigned by hand is kept only if its number
    of cells is unchanged."""
    known = {key: listed.entries.pop(key) for key in list(listed.entries) if key[0] == capture}
    for column, counts in tally(outcomes).items():
        of_column = [(d, b) for b in BACKENDS for d in outcomes[b].differences if d.column == column]
        name, before = known.get((capture, column), (UNEXPLAINED, {}))
        keeps = all(is_founded(name, d) for d, _ in of_column) and (
            name in signs.OF_CLASS or before == counts)
        if not keeps:
            names = {proposed(d, b) for d, b in of_column}
            name = names.pop() if len(names) == 1 else UNEXPLAINED
        listed.entries[capture, column] = name, counts


def show(capture: str, backend: str, out: Outcome, columns: list[str]) -> None:
    for column in columns:
        found = [d for d in out.differences if d.column == column]
        where = f": packet {found[0].packet}: has {found[0].got or 'nothing'}, tshark " \
                f"{found[0].expected or 'nothing'} ({found[0].verdict}; " \
                f"signs: {', '.join(sorted(found[0].signs)) or 'none'})" if found else ""
        print(f"  {capture}: {backend} {column}: {len(found)} cells{where}")


class Summary:
    def __init__(self) -> None:
        self.captures = 0
        self.rows: collections.Counter[str] = collections.Counter()
        self.cells: collections.Counter[str] = collections.Counter()
        self.outside: collections.Counter[str] = collections.Counter()
        self.classes: dict[str, collections.Counter[str]] = {}

    def add(self, listed: Listed, exact: bool, capture: str, outcomes: dict[str, Outcome]) -> None:
        """Every count except the listed one fails, also a smaller one."""
        self.captures += 1
        counts = tally(outcomes)
        columns = set(counts) | {column for name, column in listed.entries if name == capture}
        for backend, out in outcomes.items():
            self.rows[backend] += out.rows
            self.cells[backend] += out.cells
            wrong = []
            for column in sorted(columns):
                found = counts.get(column, {}).get(backend, 0)
                name, allowed = listed.entries.get((capture, column), (UNEXPLAINED, {}))
                same = found == allowed.get(backend, 0) if exact else name != UNEXPLAINED
                same = same and all(is_founded(name, d) for d in out.differences
                                    if d.column == column)
                if name != UNEXPLAINED and same:
                    self.classes.setdefault(name, collections.Counter())[backend] += found
                elif found or same is False:
                    self.outside[backend] += max(1, abs(found - allowed.get(backend, 0)))
                    wrong.append(column)
            show(capture, backend, out, wrong)

    def print(self, listed: Listed) -> None:
        print(f"{self.captures} captures")
        for backend in BACKENDS:
            print(f"{backend}: {self.rows[backend]} rows and {self.cells[backend]} cells compared, "
                  f"{self.outside[backend]} differ from the list")
        for name, counts in sorted(self.classes.items()):
            numbers = ", ".join(f"{backend} {counts[backend]}" for backend in BACKENDS)
            print(f"  {name} ({numbers}): {listed.reasons.get(name, 'no reason')}")


def options_read() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("pktbench")
    parser.add_argument("drivers")
    parser.add_argument("names", nargs="*", help="only captures with these name prefixes")
    parser.add_argument("--all", action="store_true", help="complete corpus and scenarios")
    parser.add_argument("--write", action="store_true", help="rewrite the list of differences")
    return parser.parse_intermixed_args()


def captures_of(options: argparse.Namespace) -> list[Capture]:
    captures = [Capture(name, "", None, data) for name, data in links.captures()]
    captures += scenario_captures(options.pktbench, options.all)
    corpus = corpus_folder("captures of the corpus", "edge", "real10")
    if corpus:
        captures += corpus_captures(corpus, options.all)
    names = tuple(options.names)
    return [c for c in captures if not names or c.name.startswith(names)]


def main() -> int:
    options = options_read()
    sys.path.insert(0, options.drivers)
    global external, tshark_driver
    import external
    import tshark_driver
    try:
        version = tshark_driver.rows.tshark_version()
        check = tshark_driver.rows.tshark_check()
    except external.RequestError as refusal:
        print(f"SKIP: {refusal}")
        return SKIPPED
    exact = version.startswith(LIST_VERSION)
    if not exact:
        print(f"SKIP: counts of {os.path.basename(LIST)}: they are of tshark {LIST_VERSION}x, this is {version}")
    listed, summary = Listed(), Summary()
    with tempfile.TemporaryDirectory() as folder:
        for capture in captures_of(options):
            outcomes = run_capture(options, capture, check, folder)
            if options.write:
                relist(listed, capture.name, outcomes)
            summary.add(listed, exact, capture.name, outcomes)
    if options.write:
        listed.write()
    summary.print(listed)
    return 1 if sum(summary.outside.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
