#!/usr/bin/env python3
"""Datasets: files by partition, the manifest, --resume after every kind of end, --jobs.

Usage: test_dataset.py PKTBENCH"""

import contextlib
import csv
import fcntl
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from commands import PKTBENCH, ended, fail
from datasets import DAY, HOUR, all_rows, capture, entries, expect, files, rows, run, same, tree


def check_many():
    """20 captures of which one is bad; one and two jobs; --resume when it was repaired."""
    for i in range(20):
        capture(f"many/c{i}.pcap", range(i * 100, i * 100 + 40 + i))
    good = open("many/c7.pcap", "rb").read()
    expect(0, "", "many", "-o", "m0", "--partition", "file", "--format", "parquet")
    with open("many/c7.pcap", "wb") as file:
        file.write(b"no capture at all, but long enough")
    options = ("--partition", "file", "--format", "parquet")
    bad = "many/c7.pcap: is not a capture"
    for jobs in ("1", "2"):
        got = expect(2, [bad, "1 of 20 captures are bad"], "many", "-o", f"m{jobs}/", *options, "--jobs", jobs, "--keep-going")
        if got.stdout or len(files(f"m{jobs}")) != 19 or len(entries(f"m{jobs}")) != 19:
            fail(f"{jobs} jobs: {files(f'm{jobs}')}")
    same("m1", "m2", "one and two jobs")
    # Without --keep-going the run ends there; what was begun is finished.
    expect(2, [bad, "12 of 20 captures were not read, from many/c8.pcap on"], "many", "-o", "m3", *options)
    if len(files("m3")) != 7:
        fail(f"captures before a bad one: {files('m3')}")
    with open("many/c7.pcap", "wb") as file:
        file.write(good)
    os.utime("many/c7.pcap", ns=(0, json.load(open("m0/_pktbench/captures/c7.pcap.json"))["modified_ns"]))
    expect(0, "7 of 20 captures are finished and are skipped", "many", "-o", "m3", *options, "--resume", "--jobs", "3")
    expect(0, "19 of 20 captures are finished", "many", "-o", "m1", *options, "--resume")
    expect(0, "20 of 20 captures are finished", "many", "-o", "m1", *options, "--resume")
    same("m0", "m3", "after a bad capture was repaired")
    same("m0", "m1", "after --keep-going and a repair")
    expect(0, "", "many/c0.pcap", "-o", "more", *options)
    expect(0, "1 captures of the dataset are not named", "many/c1.pcap", "-o", "more", *options, "--resume")
    if len(files("more")) != 2:
        fail("a capture that was added")


def check_damaged():
    """Rows before damage are kept; a damaged capture is read again."""
    capture("damaged/a.pcap", range(5), bytes(8) + b"\xff" * 8)
    capture("damaged/b.pcap", range(3))
    with open("damaged/b.pcap", "ab") as file:
        file.write(bytes(4))  # a cut record
    options = ("damaged", "-o", "dd", "--partition", "file", "--keep-going")
    said = ["damaged/a.pcap: record claims", "5 rows before it were written", "damaged/b.pcap: ", "1 of 2 captures are bad"]
    expect(2, said, *options)
    before = tree("dd")
    expect(2, [*said[:2], "a.pcap: is read again: it was damaged", "1 of 2 captures are finished"], *options, "--resume")
    if tree("dd") != before or len(all_rows("dd", "ts_ns")) != 8:
        fail("a damaged capture that was read again")


def generated(count):
    run_gen = [PKTBENCH, "gen", "mirai", "--size", "2MB", "-o", "killed/k0.pcap"]
    os.makedirs("killed", exist_ok=True)
    subprocess.run(run_gen, check=True, capture_output=True)
    for i in range(1, count):
        os.link("killed/k0.pcap", f"killed/k{i}.pcap")


def check_killed():
    """kill -9 in the middle of it, then --resume."""
    generated(12)
    options = ("killed", "--partition", "file,date", "--format", "parquet", "--level", "flows")
    expect(0, "", *options, "-o", "whole")
    interrupted = 0
    for jobs, wanted in ((1, 1), (2, 3), (1, 6)):
        shutil.rmtree("killed.out", ignore_errors=True)
        process = subprocess.Popen([PKTBENCH, "extract", *options, "-o", "killed.out", "--jobs", str(jobs)],
                                   stderr=subprocess.DEVNULL)
        while process.poll() is None and len(entries("killed.out")) < wanted:
            time.sleep(0.001)
        process.kill()
        process.wait()
        interrupted += len(entries("killed.out")) < 12
        got = expect(0, "", *options, "-o", "killed.out", "--resume", "--jobs", str(jobs))
        # The last entry that is there may be of a capture whose files were not yet placed.
        if wanted > jobs and "captures are finished and are skipped" not in got.stderr:
            fail(f"finished captures are not skipped: {got.stderr}")
        same("whole", "killed.out", f"killed after {wanted} captures, {jobs} jobs")
    if not interrupted:
        fail("no run was interrupted")
    # What a run may leave, whenever it ends: files that are not whole, an entry without its files.
    os.makedirs("killed.out/_pktbench/new")
    for path in ("killed.out/_pktbench/new/k3.pcap.1", "killed.out/_pktbench/new/k3.pcap.json"):
        with open(path, "w", encoding="utf-8") as file:
            file.write("part")
    lost = files("killed.out")[2]
    os.remove(f"killed.out/{lost}")
    os.truncate(f"killed.out/{files('killed.out')[5]}", 100)
    os.remove("killed.out/_pktbench/captures/k9.pcap.json")
    gone = [path for path in files("killed.out") if "k9.pcap" in path]
    os.remove(f"killed.out/{gone[0]}")
    again = "is read again: not all of its files are there"
    got = expect(0, "9 of 12 captures are finished", *options, "-o", "killed.out", "--resume")
    if got.stderr.count(again) != 2:
        fail(f"lost files: {got.stderr}")
    same("whole", "killed.out", "after files were lost")


def check_crashed():
    """The process of a capture crashes: the others are read, and nothing is left of it."""
    options = ("killed", "--partition", "file", "--level", "flows")
    expect(0, "", *options, "-o", "crash.whole")
    for _ in range(5):
        shutil.rmtree("crash", ignore_errors=True)
        process = subprocess.Popen([PKTBENCH, "extract", *options, "-o", "crash", "--keep-going"],
                                   stderr=subprocess.PIPE, text=True)
        children = []
        while not children and process.poll() is None:
            with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
                children = file.read().split()
        for child in children:
            with contextlib.suppress(ProcessLookupError):  # it may be done already
                os.kill(int(child), signal.SIGKILL)
        messages = process.communicate()[1]
        if process.returncode:
            break
    words = "the process that read it was ended by signal 9"
    if process.returncode != 2 or words not in messages or "1 of 12 captures are bad" not in messages:
        fail(f"a process that crashed: {process.returncode}, {messages}")
    if len(files("crash")) != 11 or os.path.exists("crash/_pktbench/new"):
        fail(f"after a process crashed: {files('crash')}")
    expect(0, "11 of 12 captures are finished", *options, "-o", "crash", "--resume")
    same("crash.whole", "crash", "after a process crashed")


def check_refused():
    capture("r/a.pcap", range(3))
    capture("r/deep/a.pcap", range(3))
    options = ("r", "-o", "r.out", "--partition", "file")
    expect(0, "", *options)
    before = tree("r.out")
    again = ("--resume",)
    expect(2, "r.out: is a dataset that has 1 captures; --resume goes on with it", *options)
    expect(2, "r.out: was begun with --level headers, not --level flows; give the same options", *options, *again, "--level",
           "flows")
    head = json.load(open("r.out/_pktbench/dataset.json", encoding="utf-8"))
    for change, words in (({"pktbench": "0.0.1"}, 'was begun with pktbench 0.0.1, not pktbench '), ({"manifest": 9}, "another version")):
        shutil.copytree("r.out", "r.other")
        with open("r.other/_pktbench/dataset.json", "w", encoding="utf-8") as file:
            json.dump(head | change, file)
        expect(2, words, "r", "-o", "r.other", "--partition", "file", *again)
        shutil.rmtree("r.other")
    for text in ("{", '{"files": [{"path": "../../x", "bytes": 1}]}', '{"files": [{"path": "/x", "bytes": 1}]}', "[]"):
        shutil.copytree("r.out", "r.other")
        with open("r.other/_pktbench/captures/a.pcap.json", "w", encoding="utf-8") as file:
            file.write(text)
        expect(2, "the entry _pktbench/captures/a.pcap.json is damaged", "r", "-o", "r.other", "--partition", "file", *again)
        shutil.rmtree("r.other")
    os.makedirs("r.out/file=b.pcap")
    with open("r.out/file=b.pcap/own.csv", "w", encoding="utf-8") as file:
        file.write("mine")
    expect(2, "r.out: holds file=b.pcap/own.csv, which is not of this dataset", *options, *again)
    shutil.rmtree("r.out/file=b.pcap")
    with open("r.out/_SUCCESS", "w", encoding="utf-8"):
        pass
    expect(0, "1 of 1 captures are finished", *options, *again)
    os.remove("r.out/_SUCCESS")
    if tree("r.out") != before:
        fail("a refused run changed the dataset")
    os.makedirs("full")
    with open("full/notes.txt", "w", encoding="utf-8") as file:
        file.write("mine")
    for more in ((), again):
        expect(2, "full: holds notes.txt, and is not a dataset", "r", "-o", "full", "--partition", "file", *more)
    if os.listdir("full") != ["notes.txt"]:
        fail("something was put into a folder that is no dataset")
    lock = os.open("r.out/_pktbench", os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    expect(2, "r.out: another run writes to it", *options, *again)
    os.close(lock)


def check_usage():
    inputs = ("r/a.pcap",)
    long = "l" * 240
    for words, *arguments in (
            ("needs a folder for the dataset", "--partition", "file"),
            ("unknown partition 'day'", "-o", "u", "--partition", "day"),
            ("did you mean hour", "-o", "u", "--partition", "hours"),
            ("date is named twice", "-o", "u", "--partition", "hour,date"),
            ("file is named twice", "-o", "u", "--partition", "file,file"),
            ("label needs --label TEXT", "-o", "u", "--partition", "label"),
            ("--resume requires --partition", "-o", "u/", "--resume"),
            ("--jobs requires --partition", "-o", "u/", "--jobs", "2"),
            ("--jobs 0: must be a whole number from 1 to 64", "-o", "u", "--partition", "file", "--jobs", "0"),
            ("--join makes one capture of all", "-o", "u", "--partition", "file", "--join"),
            ("--format none writes nothing", "-o", "u", "--partition", "file", "--format", "none"),
            ("--follow need a file", "-o", "u", "--partition", "file", "--follow"),
            ("no columns are left", "-o", "u", "--partition", "file", "--columns", "file"),
            ("rows of ciciot46 have no time", "-o", "u", "--partition", "date", "--features", "ciciot46"),
            ("too long for the name of a folder", "-o", "u", "--partition", "label", "--label", long),
            ("two captures would both be written to a.pcap", "r/deep/a.pcap", "-o", "u", "--partition", "date")):
        expect(2, words, *inputs, *arguments)
    with open("labels.csv", "w", encoding="ascii") as out:
        out.write("packet,label\n1,x\n")
    expect(2, "--labels cannot be combined with it", *inputs, "-o", "u", "--partition", "file", "--labels",
           "labels.csv")
    expect(2, "standard input cannot be in a dataset", "-", "-o", "u", "--partition", "file")
    if os.path.exists("u"):
        fail("a folder was made for a request that is wrong")
    os.mkfifo("pipe.pcap")
    expect(2, "pipe.pcap: --partition needs a regular file", "pipe.pcap", "-o", "p", "--partition", "file")
    expect(2, ["gone.pcap: No such file", "1 of 2 captures are bad"], "gone.pcap", "r/a.pcap", "-o", "g", "--partition",
           "file", "--keep-going")


def check_disk():
    """A file that cannot be written ends the run; nothing that is not whole appears."""
    capture("disk/a.pcap", range(3))
    capture("disk/b.pcap", range(4000))
    capture("disk/c.pcap", range(4))
    options = ("disk", "-o", "disk.out", "--partition", "file,date", "--columns", "ts_ns,src_port")

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    expect(2, ["disk.out: cannot write: File too large", "--resume goes on", "1 of 3 captures were not read, from disk/c.pcap"],
           *options, "--keep-going", preexec_fn=limit)
    if len(files("disk.out")) != 1 or os.path.exists("disk.out/_pktbench/new"):
        fail(f"files after a write error: {tree('disk.out')}")
    expect(0, "1 of 3 captures are finished", *options, "--resume")
    expect(0, "", "disk", "-o", "disk.whole", *options[3:])
    same("disk.out", "disk.whole", "after a full disk")


def check_names():
    """Values are escaped as Hive does it."""
    name = "a b=c%[x]#'\".pcap"
    capture(f"n/{name}", range(3))
    capture("n/_under.pcap", range(2))
    capture("n/sub/\u00fc.pcap", range(2))
    capture("n/sub/" + os.fsdecode(b"\xff.pcap"), range(2))
    expect(0, "", "n", "-R", "-o", "n.out", "--partition", "label,file", "--label", "x/y: z")
    at = "label=x%2Fy%3A z/file="
    wanted = [f"{at}{v}/rows-1.csv" for v in ("%5Funder.pcap", "a b%3Dc%25%5Bx%5D%23%27%22.pcap", "sub%2F%5CxFF.pcap",
                                              "sub%2F\u00fc.pcap")]
    if files("n.out") != wanted:
        fail(f"escaped names: {files('n.out')}")
    for row in rows(f"n.out/{wanted[0]}"):
        if "label" in row or "file" in row:
            fail("a column of the partition is in the file")
    expect(0, "", "n", "-R", "-o", "n.date", "--partition", "date")
    if files("n.date")[0] != "date=1970-01-01/%5Funder.pcap-1.csv":
        fail(f"names of files: {files('n.date')}")
    expect(0, "", "n/_under.pcap", "-o", "n.none", "--partition", "label", "--label", "")
    if files("n.none") != ["label=__HIVE_DEFAULT_PARTITION__/%5Funder.pcap-1.csv"]:
        fail(f"an empty label: {files('n.none')}")
    expect(0, "", "n", "-R", "-o", "n.folder", "--partition", "label", "--label", "from-folder", "--columns", "ts_ns,label")
    if sorted({path.split("/")[0] for path in files("n.folder")}) != ["label=n", "label=sub"]:
        fail(f"labels by folder: {files('n.folder')}")


def check_times():
    """Dates and hours, UTC; times that go back; more partitions than files can be open."""
    times = [DAY - 1, DAY, DAY + 1, DAY - 1, DAY + HOUR, 5 * DAY + 23 * HOUR, 0]
    capture("t/a.pcap", times)
    capture("t/empty.pcap", [])
    expect(0, "", "t", "-o", "t.hour", "--partition", "hour", "--columns", "packet,ts_ns,src_port,file")
    wanted = {"date=1970-01-01/hour=23/a.pcap-1.csv": ["1", "4"], "date=1970-01-02/hour=00/a.pcap-1.csv": ["2", "3"],
              "date=1970-01-02/hour=01/a.pcap-1.csv": ["5"], "date=1970-01-06/hour=23/a.pcap-1.csv": ["6"],
              "date=1970-01-01/hour=00/a.pcap-1.csv": ["7"]}
    if {path: [row["packet"] for row in rows(f"t.hour/{path}")] for path in files("t.hour")} != wanted:
        fail(f"hours: {files('t.hour')}")
    if json.load(open("t.hour/_pktbench/captures/empty.pcap.json", encoding="utf-8"))["files"]:
        fail("an empty capture has files by time")
    expect(0, "", "t", "-o", "t.date", "--partition", "date", "-f", "greater 0", "--columns", "packet,ts_ns,src_port,file")
    if files("t.date") != [f"date=1970-01-0{d}/a.pcap-1.csv" for d in (1, 2, 6)]:
        fail(f"dates: {files('t.date')}")
    shown = list(csv.DictReader(io.StringIO(run("t", "--columns", "packet,ts_ns,src_port,file").stdout)))
    columns = ("packet", "ts_ns", "src_port", "file")
    for folder in ("t.hour", "t.date"):
        if all_rows(folder, *columns) != sorted(tuple(row[c] for c in columns) for row in shown):
            fail(f"rows of {folder}")
    expect(0, "", "t", "-o", "t.file", "--partition", "file")
    if files("t.file") != ["file=a.pcap/rows-1.csv", "file=empty.pcap/rows-1.csv"]:
        fail(f"an empty capture: {files('t.file')}")
    # Twelve hours in turn, thirty times: files are closed, and the partition gets another one.
    capture("t2/b.pcap", [i % 12 * HOUR for i in range(360)])
    for jobs in ("1", "2"):
        expect(0, "", "t2", "-o", f"t2.{jobs}", "--partition", "date,hour", "--columns", "packet,ts_ns", "--jobs", jobs)
    same("t2.1", "t2.2", "many partitions by one and two jobs")
    found = all_rows("t2.1", "packet", "ts_ns")
    if sorted(int(p) for p, _ in found) != list(range(1, 361)) or len(files("t2.1")) <= 12:
        fail(f"many partitions: {len(found)} rows, {len(files('t2.1'))} files")
    for path in files("t2.1"):
        hours = {int(row["ts_ns"]) // (HOUR * 10**9) for row in rows(f"t2.1/{path}")}
        if hours != {int(path.split("hour=")[1][:2])}:
            fail(f"{path} has rows of {hours}")


def check_too_many():
    """A capture whose times need more files than a capture may have is refused, and has no rows."""
    capture("tm/a.pcap", range(3))
    capture("tm/b.pcap", [i % 9 * HOUR for i in range(10001)])
    capture("tm/c.pcap", range(4))
    options = ("tm", "-o", "tm.out", "--partition", "hour", "--columns", "packet", "--keep-going")
    said = ["tm/b.pcap: its times go back and forth: more than 10000 files", "1 of 3 captures are bad"]
    for jobs, more in (("1", ()), ("2", ("--resume",))):
        got = expect(2, said, *options, "--jobs", jobs, *more)
        if "rows before it were written" in got.stderr or "removed" in got.stderr:
            fail(f"rows of a capture that is refused: {got.stderr}")
        if [path.split("/")[-1] for path in files("tm.out")] != ["a.pcap-1.csv", "c.pcap-1.csv"] or len(entries("tm.out")) != 2:
            fail(f"a capture that is refused: {files('tm.out')[:5]}, {entries('tm.out')}")
    expect(2, said[0], *options[:-1], "--resume")
    # Nor do rows stand for it that an earlier run wrote of other bytes.
    os.remove("tm/b.pcap")
    capture("tm/a.pcap", [i % 9 * HOUR for i in range(10001)])
    got = expect(2, "tm/a.pcap: its times go back and forth: more than 10000 files", *options, "--resume")
    if "removed" not in got.stderr or [path.split("/")[-1] for path in files("tm.out")] != ["c.pcap-1.csv"]:
        fail(f"rows of an earlier run: {got.stderr}, {files('tm.out')[:5]}")


def check_features():
    capture("f/a.pcap", [0, 1, 2, DAY, DAY + 1])
    capture("f/b.pcap", [DAY, 2 * DAY])
    options = ("--features", "ciciot-fixed", "--window", "2", "--columns", "ts_ns,packets,file")
    expect(0, "", "f", "-o", "f.out", "--partition", "date", *options, "--jobs", "2")
    shown = list(csv.DictReader(io.StringIO(run("f", *options).stdout)))
    if all_rows("f.out", "ts_ns", "packets", "file") != sorted(tuple(row.values()) for row in shown):
        fail(f"features by date: {files('f.out')}")
    if sorted({path.split("/")[0] for path in files("f.out")}) != ["date=1970-01-01", "date=1970-01-02"]:
        fail(f"features by date: {files('f.out')}")


def main():
    # Every file is flushed to the disk: in memory that takes no time.
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        os.chdir(folder)
        for check in (check_many, check_damaged, check_killed, check_crashed, check_refused, check_usage, check_disk,
                      check_names, check_times, check_too_many, check_features):
            check()
        os.chdir("/")
    return ended()


if __name__ == "__main__":
    sys.exit(main())
