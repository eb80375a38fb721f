#!/usr/bin/env python3
"""Datasets that go on with captures that have changed, are gone, or have another name; labels by folder of links.

Usage: test_resume.py PKTBENCH"""

import gzip
import json
import os
import resource
import shutil
import sys
import tempfile

from commands import ended, fail
from datasets import all_rows, capture, entries, expect, files, run, same, tree


def check_changed():
    """Captures and labels that are not what they were."""
    for i in range(3):
        capture(f"ch/c{i}.pcap", range(i, i + 4))
    options = ("ch", "-o", "ch.out", "--partition", "label,file")
    expect(0, "", *options, "--label", "one")
    os.utime("ch/c0.pcap", (1, 1))
    got = expect(0, "3 of 3 captures are finished", *options, "--label", "one", "--resume")
    if got.stderr.count("\n") != 1:
        fail(f"a capture with another time: {got.stderr}")
    capture("ch/c1.pcap", range(9))
    expect(0, "ch/c1.pcap: is read again: it was changed", *options, "--label", "one", "--resume")
    if len(all_rows("ch.out", "ts_ns")) != 17:
        fail("rows of a changed capture")
    got = expect(0, "ch/c2.pcap: is read again: it has another label", *options, "--label", "two", "--resume")
    if any("label=two/" not in path for path in files("ch.out")) or os.path.exists("ch.out/label=one"):
        fail(f"another label: {files('ch.out')}")
    run("ch", "-o", "ch.new", "--partition", "label,file", "--label", "two")
    # The entry of c0 has the time that its file had.
    expect(0, "", "ch", "-o", "ch.new2", "--partition", "label,file", "--label", "two")
    same("ch.new", "ch.new2", "the same run twice")
    if {p: d for p, d in tree("ch.out").items() if p[0] != "_"} != {p: d for p, d in tree("ch.new").items() if p[0] != "_"}:
        fail("a dataset with changed captures")


def check_gone():
    """Rows of a capture whose bytes are no capture any more do not stay; those of one that is not there do."""
    for i in range(4):
        capture(f"gone/c{i}.pcap", range(i, i + 4))
    operands = [f"gone/c{i}.pcap" for i in range(4)]
    options = ("-o", "gone.out", "--partition", "file,date", "--resume")
    removed = "; its rows of an earlier run were removed"
    expect(0, "", *operands, *options)
    with open("gone/c1.pcap", "wb") as file:
        file.write(b"no capture at all, but long enough")
    os.remove("gone/c2.pcap")
    for jobs in ("1", "2"):
        got = expect(2, ["gone/c1.pcap: is not a capture", "gone/c2.pcap: No such file", "2 of 4 captures are bad"], *operands,
                     *options, "--keep-going", "--jobs", jobs)
        if (got.stderr.count(removed) == 1) != (jobs == "1"):
            fail(f"rows that were removed: {got.stderr}")
        if [path.split("/")[0] for path in files("gone.out")] != ["file=c0.pcap", "file=c2.pcap", "file=c3.pcap"] or len(entries("gone.out")) != 3:
            fail(f"rows of captures that are gone: {files('gone.out')}")
    # Without --keep-going the run ends at the first one; the others are not read, and stay.
    capture("gone/c1.pcap", range(5))
    capture("gone/c2.pcap", range(6))
    expect(0, "", *operands, *options)
    for i in (1, 2):
        with open(f"gone/c{i}.pcap", "wb") as file:
            file.write(b"no capture at all, but long enough")
    expect(2, ["gone/c1.pcap: is not a capture", removed], *operands, *options)
    if len(files("gone.out")) != 3:
        fail(f"rows of a capture that was not read: {files('gone.out')}")


def no_threads():
    """In the process that is begun, no thread can be: its stack would not fit."""
    resource.setrlimit(resource.RLIMIT_STACK, (3 << 45, resource.getrlimit(resource.RLIMIT_STACK)[1]))


def check_faults():
    """Rows of an earlier run stay where a capture cannot be read for a reason that is not in it."""
    os.makedirs("fa")
    capture("fa.pcap", range(4))
    with open("fa.pcap", "rb") as file:
        good = file.read()

    def pack(name, content):
        with open(f"fa/{name}.pcap.gz", "wb") as file:
            file.write(gzip.compress(content))
    for name in "abc":
        pack(name, good)
    options = ("fa", "-o", "fa.out", "--partition", "label,file", "--keep-going")
    expect(0, "", *options, "--label", "one")
    before = tree("fa.out")
    if resource.getrlimit(resource.RLIMIT_STACK)[1] != resource.RLIM_INFINITY:
        print("SKIP: no thread: the stack of processes is limited")
    else:
        got = expect(2, ["fa/a.pcap.gz: no thread for it", "3 of 3 captures are bad"], *options, "--label", "two", "--resume",
                     preexec_fn=no_threads)
        if "removed" in got.stderr or tree("fa.out") != before:
            fail(f"rows after a capture could not be read: {got.stderr}")
    pack("a", good[:24] + b"\xff" * 16)  # corrupt at its first packet
    pack("b", b"no capture at all, but long enough")
    with open("fa/c.pcap.gz", "wb") as file:
        file.write(gzip.compress(good)[:12])
    got = expect(2, "3 of 3 captures are bad", *options, "--label", "one", "--resume")
    if got.stderr.count("; its rows of an earlier run were removed") != 2:
        fail(f"rows of captures with other bytes: {got.stderr}")


def check_cut():
    """A capture that ends inside a packet is finished; the manifest has where, and --resume says it once."""
    capture("cut/a.pcap", range(3), bytes(4))
    capture("cut/b.pcap", range(3))
    capture("cut/c.pcap", range(3), bytes(4))
    for number, more in enumerate(((), ("-f", "udp"), ("-f", "udp", "--threads", "2"))):
        options = ("cut", "-o", f"cut.out{number}", "--partition", "file", *more)
        expect(0, "cut/a.pcap: is truncated inside a record", *options)
        told = {}
        for path in entries(f"cut.out{number}"):
            with open(path, encoding="utf-8") as file:
                entry = json.load(file)
            told[os.path.basename(path)] = (entry["damage"], entry["cut"])
        cut = "is truncated inside a record header (at byte "
        if told["b.pcap.json"] != (None, None) or told["a.pcap.json"] != told["c.pcap.json"] or (
                told["a.pcap.json"][0] or not told["a.pcap.json"][1].startswith(cut)):
            fail(f"entries of captures that are cut: {told}")
        before = tree(f"cut.out{number}")
        got = expect(0, ["3 of 3 captures are finished", "2 of them ended inside a packet when they were read, the first one "
                         "cut/a.pcap: " + cut], *options, "--resume")
        if got.stderr.count("inside a") != 2 or tree(f"cut.out{number}") != before:
            fail(f"captures that are cut, and finished: {got.stderr}")
    expect(2, "cut/a.pcap: is truncated inside a record", "cut", "-o", "cut.strict", "--partition", "file", "--strict",
           "--keep-going")
    with open("cut.strict/_pktbench/captures/a.pcap.json", encoding="utf-8") as file:
        entry = json.load(file)
    if not entry["damage"] or entry["cut"] is not None:
        fail(f"a capture that is cut, with --strict: {entry}")


def two(one, other):
    """What is said of both values, in both directions."""
    return f"with {one}, not {other}", f"with {other}, not {one}"


def one(option, value=None):
    """The same of an option that is given in one run only."""
    return f"without {option}, not {value or 'with it'}", f"with {value or option}, not without it"


RECORDS, FIXED = ("--features", "records"), ("--features", "ciciot-fixed")
HOSTS = "udp and " + " and ".join(f"not host 10.9.0.{i}" for i in range(10, 30))
# For each member of the options in a manifest: options of a run, options of a run that goes on, and what is said.
OPTIONS = {
    "format": [([], ["--format", "arrow"], *two("--format csv", "--format arrow"))],
    "partition": [([], ["--partition", "file,date"], *two("--partition file", "--partition file,date"))],
    "features": [([], RECORDS, *one("--features", "--features records")),
                 (FIXED, RECORDS, *two("--features ciciot-fixed", "--features records"))],
    "features.set": [],
    "features.by": [(FIXED, [*FIXED, "--by", "pair"], *two("--by all", "--by pair")),
                    ([*FIXED, "--by", "flow"], [*FIXED, "--by", "pair"], *two("--by flow", "--by pair"))],
    "features.window_packets": [(FIXED, [*FIXED, "--window", "100"], *two("--window 10", "--window 100")),
                                (FIXED, [*FIXED, "--window", "1.5s"], *two("--window 10", "--window 1500ms"))],
    "features.window_ns": [([*FIXED, "--window", "2m"], [*FIXED, "--window", "1.0005ms"],
                            *two("--window 120s", "--window 1.000500ms"))],
    "features.idle_ns": [([*RECORDS, "--idle", "5"], [*RECORDS, "--idle", "6"], *two("--idle 5s", "--idle 6s")),
                         (RECORDS, [*RECORDS, "--idle", "none"], *two("--idle 120s", "--idle none"))],
    "features.active_ns": [(RECORDS, [*RECORDS, "--active", "500ms"], *two("--active 1800s", "--active 500ms"))],
    "features.reset_every": [(RECORDS, [*RECORDS, "--reset-every", "1GB"], *two("--reset-every none", "--reset-every 1000MB")),
                             ([*RECORDS, "--reset-every", "1KiB"], [*RECORDS, "--reset-every", "500kB"],
                              *two("--reset-every 1024", "--reset-every 500kB"))],
    "features.max_flows": [(RECORDS, [*RECORDS, "--max-flows", "77"], *two("--max-flows 262144", "--max-flows 77"))],
    "backend": [([], ["--backend", "libpcap"], *two("--backend raw", "--backend libpcap"))],
    "level": [([], ["--level", "app"], *two("--level headers", "--level app"))],
    "columns": [([], ["--label", "x"], *one("--label")), (RECORDS, [*RECORDS, "--label", "x"], *one("--label")),
                (["--columns", "packet"], ["--columns", "packet,src,dst"], *one("the column src")),
                (["--columns", "packet,src"], ["--columns", "packet,dst"], *two("the column src", "the column dst")),
                (["--columns", "src,packet,dst"], ["--columns", "src,dst,packet"], "with packet as column 2, not dst",
                 "with dst as column 2, not packet")],
    "inner": [([], ["--inner"], *one("--inner")), (RECORDS, [*RECORDS, "--inner"], *one("--inner"))],
    "escape-formulas": [([], ["--escape-formulas"], *one("--escape-formulas"))],
    "f": [([], ["-f", "udp"], *one("-f", "-f 'udp'")), (["-f", "udp or tcp"], ["-f", "udp"], *two("-f 'udp or tcp'", "-f 'udp'")),
          (["-f", HOSTS], ["-f", HOSTS.replace(".0.17 ", ".0.99 ")],
           *two("-f '...host 10.9.0.17 and not host 10.9.0.18 and not hos...'",
                "-f '...host 10.9.0.99 and not host 10.9.0.18 and not hos...'")),
          (["-f", HOSTS], ["-f", HOSTS + " or port 1"],
           *two("-f '....27 and not host 10.9.0.28 and not host 10.9.0.29'",
                "-f '...t host 10.9.0.28 and not host 10.9.0.29 or port 1'"))],
    "c": [([], ["-c", "3"], *one("-c", "-c 3")), (["-c", "4"], ["--count", "3"], *two("-c 4", "-c 3"))],
    "flow-rule": [([], ["--flow-rule", "wireshark-4.4"], *two("--flow-rule wireshark-4.0", "--flow-rule wireshark-4.4"))],
    "max-flows": [([], ["--max-flows", "77"], *two("--max-flows 1048576", "--max-flows 77"))],
    "strict": [([], ["--strict"], *one("--strict"))],
}


def check_options():
    """Another option is refused, and named as it is given, with both values, whichever of the two runs was first."""
    capture("op/a.pcap", range(3))
    known = set()
    for member, cases in OPTIONS.items():
        for before, after, said, said_back in cases:
            for first, second, words in ((before, after, said), (after, before, said_back)):
                shutil.rmtree("op.out", ignore_errors=True)
                options = ("op", "-o", "op.out") + (() if "--partition" in first else ("--partition", "file"))
                expect(0, "", *options, *first)
                with open("op.out/_pktbench/dataset.json", encoding="utf-8") as file:
                    head = json.load(file)["options"]
                known |= head.keys() | {f"features.{name}" for name in head["features"] or ()}
                options = ("op", "-o", "op.out") + (() if "--partition" in second else ("--partition", "file"))
                got = expect(2, "", *options, *second, "--resume")
                if f"op.out: was begun {words}; give the same options, or write to another folder\n" not in got.stderr:
                    fail(f"{member}, {first} and then {second}: {got.stderr}")
    if known != OPTIONS.keys():
        fail(f"options without a test: {known ^ OPTIONS.keys()}")


def check_twins():
    """A capture that is in the dataset under another name is refused; manifests without real paths are read."""
    capture("tw/scan/s.pcap", range(3))
    capture("tw/scan/other.pcap", range(2))
    os.symlink("tw", "tw.link")
    options = ("-o", "tw.out", "--partition", "date")
    expect(0, "", "tw/scan/s.pcap", *options)
    before = tree("tw.out")
    said = "is in the dataset already, as s.pcap (it was tw/scan/s.pcap): its rows would be there twice"

    def refused(words=said):
        expect(2, "tw/scan/s.pcap: " + words, "tw", "-R", *options, "--resume", "--keep-going")
        expect(2, "tw.link/scan/s.pcap: " + words, "tw.link/", "-R", *options, "--resume")
        if {p: d for p, d in tree("tw.out").items() if not p.endswith(".json")} != {
                p: d for p, d in before.items() if not p.endswith(".json")}:
            fail("a refused capture changed the dataset")

    refused()
    (entry,) = entries("tw.out")
    with open(entry, encoding="utf-8") as file:
        old = json.load(file)
    if old.pop("real") != os.path.realpath("tw/scan/s.pcap"):
        fail("the real path of an entry")
    for path in (old["path"], os.path.abspath("tw.link/scan/s.pcap"), "/gone/s.pcap"):
        with open(entry, "w", encoding="utf-8") as file:
            json.dump(old | {"path": path}, file)
        refused(said.replace("tw/scan/s.pcap", path))
    expect(0, "1 of 1 captures are finished", "tw/scan/s.pcap", *options, "--resume")
    expect(0, "1 captures of the dataset are not named", "tw/scan/other.pcap", *options, "--resume")
    # Links that were named together from the beginning are captures of their own.
    os.makedirs("tw2")
    for name in ("a.pcap", "b.pcap"):
        os.symlink("../tw/scan/s.pcap", f"tw2/{name}")
    expect(0, "", "tw2", "-o", "tw2.out", "--partition", "file")
    os.remove("tw2.out/_pktbench/captures/b.pcap.json")
    shutil.rmtree("tw2.out/file=b.pcap")
    expect(0, "1 of 2 captures are finished", "tw2", "-o", "tw2.out", "--partition", "file", "--resume")
    if len(all_rows("tw2.out", "ts_ns")) != 6:
        fail("two links to a capture")


def check_links():
    """A capture that is a symbolic link has the label of the folder where the link is."""
    capture("links/store/1.pcap", range(3))
    os.makedirs("links/by/Benign")
    os.symlink("../../store/1.pcap", "links/by/Benign/a.pcap")
    os.symlink("by", "links/also")
    os.symlink("Benign", "links/by/Other")
    options = ("--label", "from-folder", "--columns", "label")
    for operand, label in (("links/by/Benign/a.pcap", "Benign"), ("links/also/Benign/a.pcap", "Benign"),
                           ("links/also/Other/a.pcap", "Benign"), ("links/store/1.pcap", "store"), ("links/by/Benign", "Benign")):
        if run(operand, *options).stdout.split() != ["label"] + 3 * [label]:
            fail(f"label of {operand}: {run(operand, *options).stdout}")
    if run("a.pcap", *options, cwd="links/by/Benign").stdout.split() != ["label"] + 3 * ["Benign"]:
        fail("label of a link in the working directory")
    with open("links/store/1.pcap", "rb") as file:
        if run("/dev/stdin", *options, stdin=file).stdout.split() != ["label"] + 3 * ["store"]:
            fail("label of a descriptor")
    expect(2, "--label from-folder: standard input is in no folder", "-", *options, input="")
    expect(0, "", "links/by", "-R", "-o", "links.out", "--partition", "label", "--label", "from-folder")
    if [path.split("/")[0] for path in files("links.out")] != ["label=Benign"]:
        fail(f"labels of links: {files('links.out')}")


def main():
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        os.chdir(folder)
        for check in (check_changed, check_gone, check_faults, check_cut, check_options, check_twins, check_links):
            check()
        os.chdir("/")
    return ended()


if __name__ == "__main__":
    sys.exit(main())
