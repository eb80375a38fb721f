#!/usr/bin/env python3
"""Many captures at once: folders, patterns, bad captures among good ones, one output for each.

Usage: test_bulk.py PKTBENCH"""

import gzip
import json
import os
import pty
import resource
import shutil
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../parsers/source"))
from captures import block, interface, pcap_make, section
from commands import PKTBENCH, ended, expect, fail, run


def write(name, data):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "wb") as file:
        file.write(data)


def read(name):
    with open(name) as file:
        return file.read()


def packets(*seconds, size=1):
    return pcap_make([(s, 0, size, size, bytes([s % 256]) * size) for s in seconds])


def many_make():
    """500 captures, of which 7 are bad, each in another way. Returns the bad names."""
    shutil.rmtree("many", ignore_errors=True)
    for i in range(500):
        write(f"many/c{i:03}.pcap", packets(i + 1))
    zipped = gzip.compress(packets(1, 2, 3))
    bad = {
        "c000.pcap": (b"no capture at all, though it is named so", "is not a capture"),
        "c007.pcap": (b"", "is empty"),
        "c100.pcap": (packets()[:10], "ends inside its file header"),
        "c101.pcap": (packets(1) + b"\1\0\0\0\2\0\0\0" + b"\xff\xff\xff\x7f" * 2, "record claims 2147483647"),
        "c255.pcap": (b"PK\3\4" + bytes(40), "is a zip archive: unpack it first"),
        "c400.pcap": (zipped[:10] + b"\7" + zipped[11:], "gzip: "),
        "c499.pcap": (b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"),
    }
    for name, (data, _) in bad.items():
        write(f"many/{name}", data)
    return bad


def check_many():
    bad = many_make()
    got = expect(2, "7 of 500 captures are bad", "extract", "many", "--keep-going", "-o", "rows.csv",
                 "--columns", "file,packet,ts_ns")
    named = [line for line in got.stderr.splitlines() if "error: many/" in line]
    for name, (_, words) in bad.items():
        if not any(f"many/{name}: " in line and words in line for line in named):
            fail(f"{name} is not named with '{words}': {got.stderr}")
    if len(named) != 7 or "1 rows before it were written" not in "".join(named):
        fail(f"{len(named)} captures are named: {got.stderr}")
    if "7 of 500" not in got.stderr.splitlines()[-1]:
        fail("the bad captures are not listed at the end")
    wanted = [f"c{i:03}.pcap,1,{i + 1}000000000" for i in range(500) if f"c{i:03}.pcap" not in bad]
    wanted.append("c101.pcap,1,1000000000")  # before the damage
    lines = read("rows.csv").splitlines()
    if len(wanted) != 494 or lines[0] != "file,packet,ts_ns" or lines[1:] != sorted(wanted):
        fail(f"{len(lines) - 1} rows of 494")
    # The same in every format, by several threads, and through a pattern.
    for more in (["--threads", "3"], ["--format", "csv", "--backend", "libpcap"]):
        run("extract", "many/*.pcap", "--keep-going", "-o", "again.csv", "--columns", "file,packet,ts_ns", *more)
        if read("again.csv") != read("rows.csv"):
            fail(f"the rows differ with {more}")
    # Without --keep-going: the rows before the bad capture, and how many were not read.
    shutil.move("many/c000.pcap", "bad.pcap")
    expect(2, ["many/c007.pcap: is empty", "492 of 499 captures were not read, from many/c008.pcap on",
               "the rows of those before it are kept"], "extract", "many", "-o", "few.csv")
    if len(read("few.csv").splitlines()) != 7:
        fail(f"rows before a bad capture: {read('few.csv')}")
    expect(2, ["1 of 3 captures are bad", "gone.pcap: No such file"], "extract", "many/c001.pcap", "gone.pcap",
           "many/c002.pcap", "--keep-going", "-o", "two.csv")
    if len(read("two.csv").splitlines()) != 3:
        fail("a missing capture and --keep-going")
    expect(2, "2 of 2 captures are bad", "extract", "bad.pcap", "many/c007.pcap", "--keep-going", "-o", "none.csv")
    if os.path.exists("none.csv"):
        fail("an output without a capture")
    expect(2, "--keep-going cannot be combined with --join", "extract", "many", "--join", "--keep-going")


def check_compared():
    """verify and bench go on after a bad capture, and name it."""
    for i in range(4):
        write(f"vb/c{i}.pcap", packets(i + 1, i + 2))
    write("vb/c2.pcap", b"no capture at all, though it is named so")
    options = ("--backends", "raw,libpcap", "--levels", "frames", "--reference", "libpcap")
    listed = ["error: vb/c2.pcap: is not a capture", "1 of 4 captures are bad: they are named above"]
    stopped = ["error: vb/c2.pcap: is not a capture", "nothing was run; --keep-going leaves out"]
    got = expect(2, stopped, "verify", "vb", *options)
    if got.stdout:
        fail(f"verify before a bad capture: {got.stdout}")
    got = expect(2, listed, "verify", "vb", "--keep-going", *options)
    shown = [line for line in got.stdout.splitlines() if line.startswith("c")]
    if shown != [f"c{i}: 2 packets, 0 of them well-formed" for i in (0, 1, 3)] or "disagrees" in got.stdout:
        fail(f"verify with a bad capture: {got.stdout}")
    if not got.stderr.endswith("they are named above\n"):
        fail(f"verify does not list bad captures at its end: {got.stderr}")
    shown = json.loads(expect(2, listed, "verify", "vb", "--keep-going", "--format", "json", *options).stdout)
    if [s["slice"]["name"] for s in shown] != ["c0", "c1", "c3"] or any(
            r["status"] not in ("ok", "unchecked") for s in shown for r in s["runs"]):
        fail(f"verify as JSON with a bad capture: {shown}")
    expect(2, ["vb/c2.pcap: is not a capture", "gone.pcap: No such file", "2 of 2 captures are bad"], "verify",
           "vb/c2.pcap", "gone.pcap", "--keep-going", *options)
    expect(0, "", "verify", "vb/c0.pcap", "--keep-going", "--backends", "raw,libpcap", "--levels", "frames",
           "--fail-on", "differs,disagrees,failed,crashed,timed-out")
    rounds = ("--processes", "1", "--rounds", "1", "--sample", "1ms", "-o", "vb.json")
    expect(2, stopped, "bench", "vb", *options, *rounds)
    if os.path.exists("vb.json"):
        fail("bench wrote results in spite of a bad capture")
    expect(2, listed, "bench", "vb", "--keep-going", *options, *rounds)
    results = json.loads(read("vb.json"))
    timed = {r["slice"] for r in results["runs"] if r["backend"] == "raw" and r.get("samples")}
    if [s["name"] for s in results["slices"]] != ["c0", "c1", "c3"]:
        fail(f"bench with a bad capture: {results['slices']}, {timed}")
    expect(2, "--keep-going cannot be combined with --as-is", "bench", "vb/c0.pcap", "--keep-going", "--as-is")


def check_features():
    """Windows of features end with their capture, also with one that is bad in the middle."""
    bad = packets(1, 2, 3) + b"\1\0\0\0\2\0\0\0" + b"\xff\xff\xff\x7f" * 2
    write("f/a.pcap", bad)
    write("f/b.pcap", packets(4, 5, 6))
    options = ("--features", "ciciot-fixed", "--window", "2", "--columns", "file,packets", "--keep-going")
    got = expect(2, ["f/a.pcap: record claims", "3 packets before it were counted"], "extract", "f", *options)
    # These packets have no IP addresses; windows over all traffic count them.
    if got.stdout.splitlines() != ["file,packets", "a.pcap,2", "a.pcap,1", "b.pcap,2", "b.pcap,1"]:
        fail(f"features around a bad capture: {got.stdout}")


def check_join():
    """A truncated capture among joined ones: the next ones are read, as without --join."""
    write("j1.pcap", packets(1, 2, 3)[:-1])
    write("j2.pcap", packets(4, 5))
    write("j3.pcap.gz", gzip.compress(packets(6))[:-9])
    write("j4.pcap", packets(7))
    names = ["j1.pcap", "j2.pcap", "j3.pcap.gz", "j4.pcap"]
    columns = ["--columns", "ts_ns"]
    alone = expect(0, ["j1.pcap: is truncated inside a record", "j3.pcap.gz: "], "extract", *names, *columns)
    for more in ([], ["-f", "greater 0"], ["--backend", "libpcap"]):
        got = expect(0, "warning: j1.pcap: ", "extract", "--join", *names, *columns, *more)
        if got.stdout != alone.stdout or got.stderr.count("before it were written") != 2:
            fail(f"joined, one truncated, {more}: {got}, wanted {alone}")
    expect(0, "j1.pcap: is truncated inside a record", "extract", "--join", "j2.pcap", "j1.pcap", *columns)
    # Compressed, and cut before the header of the capture is whole.
    write("j5.pcap.gz", gzip.compress(packets(8))[:14])
    got = expect(0, "j5.pcap.gz: ", "extract", "--join", "j2.pcap", "j5.pcap.gz", "j4.pcap", *columns)
    if got.stdout.count("\n") != 1 + 3:
        fail(f"joined, one cut in its first bytes: {got}")
    got = expect(0, "packets before it were counted", "extract", "--join", *names, "--features", "ciciot-fixed")
    if got.stdout.splitlines()[1].split(",")[1] != "6":
        fail(f"features of joined captures, one truncated: {got.stdout}")
    # Behind the limit of -c, nothing is missing.
    if "j1" in run("extract", "--join", *names, "-c", "2").stderr or "j1" not in run("extract", "--join", *names, "-c", "3").stderr:
        fail("warnings of joined captures with -c")
    # An error says which captures are not read.
    for words in (["--strict"], ["--strict", "-f", "greater 0"]):
        got = expect(2, ["error: j1.pcap: ", "3 of 4 captures were not read, from j2.pcap on; the rows"],
                     "extract", "--join", *names, *columns, *words)
        if len(got.stdout.splitlines()) != 3:
            fail(f"joined with --strict: {got.stdout}")
    write("j2.pcap", packets(4) + b"\xff" * 16)
    expect(2, ["warning: j1.pcap: ", "error: j2.pcap: ", "2 of 4 captures were not read, from j3.pcap.gz on"],
           "extract", "--join", *names)
    expect(2, ["error: many/c007.pcap: is empty", "1 of 3 captures were not read, from j4.pcap on"],
           "extract", "--join", "j1.pcap", "many/c007.pcap", "j4.pcap")
    expect(2, ["error: many/c007.pcap: is empty", "1 of 2 captures were not read, from j4.pcap on"],
           "extract", "--join", "many/c007.pcap", "j4.pcap")


def check_unseen():
    """A file of a folder that cannot be looked at, here because its path is too long, is not passed over."""
    part = "d" * 200
    deep = "deep/" + "/".join([part] * 20)
    os.makedirs("deep/" + part)
    write("deep/a.pcap", packets(1))
    folder = os.open("deep/" + part, os.O_RDONLY)
    for _ in range(19):
        os.mkdir(part, dir_fd=folder)
        inner = os.open(part, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    name = "n" * (4100 - len(deep) - 6) + ".pcap"
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    for command in ("extract", "verify", "bench"):
        expect(2, ["cannot read deep/ddd", ": File name too long"], command, "deep", "-R")
    listed = ["1 of 2 captures are bad", name + ": ", "File name too long"]
    if "capture          deep/a.pcap\n" not in expect(2, listed, "info", "-R", "deep").stdout:
        fail("info beside what cannot be seen")
    got = expect(2, listed, "extract", "-R", "deep", "--keep-going")
    if len(got.stdout.splitlines()) != 2:
        fail(f"rows beside what cannot be seen: {got.stdout}")
    os.unlink(name, dir_fd=folder)
    os.close(folder)
    shutil.rmtree("deep")


def check_folders():
    for name in ("t.pcap", "t.pcap1", "t.pcap2", "t.pcap10", "z.cap"):
        write(f"day/{name}", packets(len(name)))
    write("day/t.pcapng.gz", gzip.compress(packets(9)))
    write("day/unnamed", packets(8))
    write("day/rows.csv", b"a,b\n")
    write("day/.hidden.pcap", packets(1))
    write("day/one/a.pcap", packets(2))
    write("day/one/two/b.pcap", packets(3))
    os.symlink("..", "day/one/loop")
    files = ["t.pcap", "t.pcap1", "t.pcap2", "t.pcap10", "t.pcapng.gz", "unnamed", "z.cap"]
    shown = run("extract", "day", "--columns", "file").stdout.splitlines()[1:]
    if shown != files:
        fail(f"captures of a folder: {shown}")
    shown = run("extract", "-R", "day/", "--columns", "file").stdout.splitlines()[1:]
    if sorted(shown) != sorted(files + ["a.pcap", "b.pcap"]):
        fail(f"captures of a folder and its folders: {shown}")
    got = expect(0, "no captures: 1 files", "info", "day", "-R", "--format", "json")
    paths = [one["path"] for one in json.loads(got.stdout)]
    if len(paths) != 9 or "day/one/two/b.pcap" not in paths:
        fail(f"info of a folder: {paths}")
    if got := run("info", "day/one/a.pcap", "--format", "json"):
        if json.loads(got.stdout)["packets"] != 1:
            fail("info of one capture is an object")
    got = expect(2, "1 of 2 captures are bad", "info", "bad.pcap", "day/one/a.pcap")
    if got.stdout.count("capture  ") != 1:
        fail(f"info with a bad capture: {got.stdout}")
    os.makedirs("empty/deep", exist_ok=True)
    for command in ("extract", "info", "verify", "bench"):
        expect(2, "empty: is a folder without captures; -R also takes those in its folders", command, "empty")
        expect(2, "empty: is a folder without captures\n", command, "empty", "-R")
        expect(2, "day/q*: no file has a name that matches", command, "day/q*")
        expect(2, "nofolder/day/a.pcap: no folder nofolder\n", command, "nofolder/day/a.pcap")
        expect(2, "day/three/a.pcap: no folder day/three\n", command, "day/three/a.pcap")
    got = run("verify", "day/t*", "--backends", "raw", "--levels", "frames", "--reference", "libpcap")
    if got.stdout.count("packets, ") != 5:
        fail(f"verify of a pattern: {got.stdout}{got.stderr}")
    check_unseen()
    for i in (1, 2, 10):  # numbers by value, as in a folder; indexes are no captures
        write(f"turns/t.pcap{i}", packets(i))
        expect(0, "", "index", f"turns/t.pcap{i}")
    for operand in ("turns", "turns/*", "turns/t.pcap*"):
        got = run("extract", "--join", "--columns", "ts_ns", operand)
        if got.stdout.split() != ["ts_ns", "1000000000", "2000000000", "10000000000"]:
            fail(f"the order of {operand}: {got.stdout}{got.stderr}")
    expect(2, "turns/*.pktindex: only indexes of captures have names that match", "extract", "turns/*.pktindex")
    write("[odd]*.pcap", packets(1))  # a file of that name comes first
    if len(run("extract", "[odd]*.pcap").stdout.splitlines()) != 2:
        fail("a file whose name is a pattern")


def check_info_bytes():
    """The size of a capture, or of a pipe the bytes before a record that cannot be read: no size of a buffer."""
    def shown(data, *operand, **more):
        write("b.pcap", data)
        table = subprocess.run([PKTBENCH, "info", *operand], capture_output=True, **more).stdout.decode()
        (line,) = [line.split()[2] for line in table.splitlines() if line.startswith("capture bytes")]
        more = {"stdin": open("b.pcap", "rb")} if more else {}
        parsed = json.loads(run("info", *operand, "--format", "json", **more).stdout)
        if int(line) != parsed["capture_bytes"]:
            fail(f"info says {line} bytes, and as JSON {parsed['capture_bytes']}")
        return int(line)

    pcap = packets(*range(1, 1000), size=100)
    pcapng = section("<") + interface("<") + 1000 * block("<", 3, (100).to_bytes(4, "little") + bytes(100))
    for whole in (pcap, pcapng):
        bad = whole + 99_000 * b"\xff"
        for data, kept in ((whole, len(whole)), (whole + b"\1\0", len(whole) + 2), (bad, len(whole))):
            got = shown(data, "b.pcap"), shown(data, "-", input=data), shown(gzip.compress(data), "b.pcap")
            if got != (len(data), kept, kept):
                fail(f"info of {len(data)} bytes, {len(whole)} of them good: {got}")


def check_outputs():
    """One file for each capture."""
    expect(0, "", "extract", "-R", "./day//", "-o", "new/rows/", "--columns", "packet,ts_ns")
    wanted = {"t.pcap", "t.pcap1", "t.pcap2", "t.pcap10", "t.pcapng.gz", "unnamed", "z.cap", "one/a.pcap",
              "one/two/b.pcap"}
    found = {os.path.relpath(os.path.join(at, name), "new/rows") for at, _, names in os.walk("new/rows") for name in names}
    if found != {f"{name}.csv" for name in wanted}:
        fail(f"outputs in a folder: {sorted(found)}")
    if read("new/rows/one/two/b.pcap.csv") != "packet,ts_ns\n1,3000000000\n":
        fail(f"an output in a folder: {read('new/rows/one/two/b.pcap.csv')}")
    os.makedirs("there", exist_ok=True)
    expect(2, ["bad.pcap: is not a capture", "1 of 3 captures are bad"], "extract", "day/t.pcap", "bad.pcap", "day/z.cap",
           "--keep-going", "-o", "there", "--format", "arrow")
    if sorted(os.listdir("there")) != ["t.pcap.arrow", "z.cap.arrow"]:
        fail(f"outputs with a bad capture: {os.listdir('there')}")
    expect(2, ["bad.pcap: is not a capture", "1 of 3 captures were not read, from day/z.cap on"], "extract", "day/t.pcap",
           "bad.pcap", "day/z.cap", "-o", "stopped/")
    if os.listdir("stopped") != ["t.pcap.csv"]:
        fail(f"outputs before a bad capture: {os.listdir('stopped')}")
    expect(2, "would both be written to both/t.pcap.csv", "extract", "day/t.pcap", "./day/t.pcap", "-o", "both/")
    expect(2, "--join makes one capture of all", "extract", "day", "--join", "-o", "both/")
    expect(2, "--format none writes nothing", "extract", "day", "--format", "none", "-o", "both/")
    if os.path.exists("both"):
        fail("a folder was made for nothing")
    got = subprocess.run([PKTBENCH, "extract", "-", "-o", "piped/"], input=packets(1), capture_output=True)
    if got.returncode or os.listdir("piped") != ["stdin.csv"]:
        fail(f"standard input to a folder: {got.stderr}")


def check_endings():
    starts = {"csv": b"ts_ns,", "arrow": b"\xff\xff\xff\xff", "arrows": b"\xff\xff\xff\xff", "parquet": b"PAR1"}
    for ending, start in starts.items():
        expect(0, "", "extract", "day/t.pcap", "-o", f"rows.{ending}")
        with open(f"rows.{ending}", "rb") as file:
            if not file.read(8).startswith(start):
                fail(f"the format of rows.{ending}")
    expect(0, "", "extract", "day/t.pcap", "-o", "rows.data", "--format", "parquet")
    for name, form in (("x.parquet", "csv"), ("x.csv", "arrow"), ("x.arrows", "parquet"), ("x.arrow", "csv")):
        said = "arrow" if "arrow" in name else name[2:]
        expect(2, f"-o {name}: the name says {said}, and --format says {form}", "extract", "day/t.pcap", "-o", name,
               "--format", form)
        if os.path.exists(name):
            fail(f"{name} was written")
    expect(2, "-o x.csv: --format none writes nothing", "extract", "day/t.pcap", "-o", "x.csv", "--format", "none")
    expect(0, "", "extract", "day/t.pcap", "-o", "-", "--format", "none")
    expect(0, "", "extract", "day/t.pcap", "-o", "/dev/null", "--format", "none")
    for name, start in (("X.PARQUET", b"PAR1"), ("x.Arrow", b"\xff\xff\xff\xff"), ("x.txt", b"ts_ns,"), ("x", b"ts_ns,")):
        expect(0, "", "extract", "day/t.pcap", "-o", name)
        with open(name, "rb") as file:
            if not file.read(8).startswith(start):
                fail(f"the format of {name}")
    for ending in ("json", "JSONL", "ndjson", "feather", "parq", "pq", "tsv", "xlsx", "pcap", "pcapng"):
        expect(2, f"-o x.{ending}: extract writes no .{ending}: end the name in .csv", "extract", "day/t.pcap", "-o",
               f"x.{ending}")
    expect(0, "", "extract", "day/t.pcap", "-o", "y.parq", "--format", "parquet")
    for ending in ("gz", "zst", "xz", "bz2", "lz4", "zip", "GZ"):
        for words in (("extract", "day/t.pcap"), ("extract", "day/t.pcap", "--format", "csv"), ("gen", "mirai"),
                      ("slice", "day/t.pcap"), ("mix", "day/t.pcap"), ("bench", "day/t.pcap")):
            expect(2, f"-o x.csv.{ending}: the output is not compressed", *words, "-o", f"x.csv.{ending}")
    expect(2, "--truth t.csv.gz: the output is not compressed", "gen", "mirai", "-o", "x.cap", "--truth", "t.csv.gz")
    if sorted(n for n in os.listdir() if n[:2] in ("x.", "t.")) != ["x.Arrow", "x.txt"]:
        fail(f"a refused name was written: {os.listdir()}")
    os.mkdir("f.json")  # a folder
    expect(0, "", "extract", "day/t.pcap", "-o", "f.json")


def terminal_run(*arguments):
    """Exit status, standard error, and what the terminal that is standard output got."""
    ours, theirs = pty.openpty()
    got = subprocess.run([PKTBENCH, *arguments], stdout=theirs, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    shown = b""
    try:
        while more := os.read(ours, 4096):
            shown += more
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    return got.returncode, got.stderr, shown


def beside_truncated(messages):
    """Without the warning that packets() are shorter than an Ethernet header."""
    return [line for line in messages.splitlines() if "their verdict is truncated" not in line]


def check_terminal():
    for words in (("extract", "day/t.pcap", "--format", "parquet"), ("extract", "day/t.pcap", "--format", "arrow"),
                  ("gen", "mirai", "-o", "-"), ("slice", "day/t.pcap", "-o", "-")):
        status, errors, shown = terminal_run(*words)
        if status != 2 or "standard output is a terminal, and " not in errors or shown:
            fail(f"{words} to a terminal: {status}, {errors}, {shown}")
    status, errors, shown = terminal_run("extract", "day/t.pcap")
    if status or beside_truncated(errors) or not shown.startswith(b"ts_ns,"):
        fail(f"CSV to a terminal: {status}, {errors}, {shown}")


def check_counts():
    """-c: the first packets of each capture, or of all that are joined."""
    write("n/a.pcap", packets(*range(1, 601)))
    write("n/b.pcap.gz", gzip.compress(packets(*range(601, 1001))))
    for limit, rows in ((1, 2), (256, 512), (257, 514), (512, 912), (2000, 1000)):
        lines = run("extract", "n", "-c", str(limit), "--columns", "file,packet").stdout.splitlines()[1:]
        wanted = [f"a.pcap,{i + 1}" for i in range(min(limit, 600))]
        wanted += [f"b.pcap.gz,{i + 1}" for i in range(min(limit, 400))]
        if lines != wanted or len(lines) != rows:
            fail(f"-c {limit}: {len(lines)} rows")
    for options, rows in ((["--join"], 700), (["--join", "--count", "601"], 601), (["-f", "greater 0"], 1000)):
        options = options if "--count" in options else options + ["-c", "700"]
        lines = run("extract", "n", "--columns", "packet", *options).stdout.splitlines()[1:]
        if len(lines) != rows:
            fail(f"{options}: {len(lines)} rows")
    write("damaged.pcap", packets(1, 2, 3) + bytes(8) + b"\xff" * 8)
    expect(0, "", "extract", "damaged.pcap", "-c", "3")
    expect(2, "record claims", "extract", "damaged.pcap", "-c", "4")
    write("torn.pcap.gz", gzip.compress(packets(*range(1, 601)))[:-400])
    for words in (("damaged.pcap", "-f", "greater 0"), ("n/a.pcap", "damaged.pcap", "--join"), ("torn.pcap.gz",)):
        got = expect(0, "", "extract", *words, "-c", "3", "--strict")
        if beside_truncated(got.stderr) or len(got.stdout.splitlines()) < 4:
            fail(f"{words}: damage after the limit of -c: {got.stderr}")
    shown = run("extract", "n/a.pcap", "-c", "5", "--features", "ciciot-fixed", "--window", "2", "--columns", "packets")
    if shown.stdout.split() != ["packets", "2", "2", "1"]:
        fail(f"-c and features: {shown.stdout}{shown.stderr}")
    expect(0, "", "extract", "n/a.pcap", "-c", "5", "--format", "none")


def ipv4(number, identification):
    head = bytes.fromhex("4500001c") + identification.to_bytes(2, "big") + bytes.fromhex("0000401100000a0000010a000002")
    packet = bytes(12) + b"\x08\x00" + head + number.to_bytes(4, "big") + bytes.fromhex("00080000")
    return (number, 0, len(packet), len(packet), packet)


def check_warnings():
    """Times out of order and packets that came twice: counted by info, warned of by extract."""
    late = pcap_make([(s, 0, 1, 1, bytes([s])) for s in (5, 6, 4, 7, 3, 3, 8)])
    write("late.pcap", late)
    expect(0, "late.pcap: 2 packets are earlier than the packet before them", "extract", "late.pcap")
    shown = json.loads(run("info", "late.pcap", "--format", "json").stdout)
    if (shown["out_of_order"], shown["in_order"], shown["duplicates"]) != (2, False, 1):
        fail(f"info of late packets: {shown}")
    if run("extract", "late.pcap", "--format", "none").stderr:
        fail("a warning where nothing is written")
    # Copies one to five packets later, within a batch and across its end; and equal packets without
    # an identification, which only their bytes show.
    for start in (0, 250):
        plain = [ipv4(i, i + 1) for i in range(start)]
        for distance in range(1, 6):
            between = [ipv4(1000 + i, 5000 + i) for i in range(distance - 1)]
            records = plain + [ipv4(900, 900), *between, ipv4(900, 900)] + [ipv4(2000 + i, 6000 + i) for i in range(3)]
            records = [(i + 1, 0, *record[2:]) for i, record in enumerate(records)]
            write("twice.pcap", pcap_make(records))
            got = run("extract", "twice.pcap")
            said = "twice.pcap: 1 packets may be duplicates" in got.stderr
            shown = json.loads(run("info", "twice.pcap", "--format", "json").stdout)
            if said != (distance < 5) or shown["duplicates"] != (distance < 5):
                fail(f"a copy {distance} packets later after {start}: {got.stderr}, {shown['duplicates']}")
    write("alike.pcap", pcap_make([(1, 0, *ipv4(1, 0)[2:]), (2, 0, *ipv4(1, 0)[2:])]))
    if run("extract", "alike.pcap").stderr:
        fail("a warning of equal packets without an identification")

    def stamped(stamp):
        words = [0, stamp >> 32, stamp & 0xFFFFFFFF, 1, 1]
        return block("<", 6, b"".join(w.to_bytes(4, "little") for w in words) + b"a")

    write("far.pcapng", section("<") + interface("<", 9) + stamped(10**18) + stamped(2**63) + stamped(2**64 - 1))
    for more in ((), ("--join",), ("-f", "greater 0")):
        expect(0, "far.pcapng: 2 packets have times outside of 1677 to 2262", "extract", "far.pcapng", *more)
    shown = json.loads(run("info", "far.pcapng", "--format", "json").stdout)
    if shown["times_replaced"] != 2 or "times replaced   2 are outside" not in run("info", "far.pcapng").stdout:
        fail(f"info of replaced times: {shown}")


def check_memory():
    """Little memory: no failure without a message, and then no output."""
    run("gen", "benign-iot", "--size", "3MB", "-o", "large.pcap")
    for output in ("m.arrow", "m.parquet"):
        for limit in range(4_000_000, 64_000_000, 400_000):
            got = run("extract", "large.pcap", "-o", output,
                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
            if got.returncode == 0:
                break
            if got.returncode == 2 and ("error:" not in got.stderr or os.path.exists(output)):
                fail(f"{output} with {limit} bytes of memory: {got.stderr}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for check in (check_many, check_compared, check_features, check_folders, check_info_bytes, check_join, check_outputs, check_endings, check_terminal,
                      check_counts, check_warnings, check_memory):
            check()
        os.chdir("/")
    return ended()


if __name__ == "__main__":
    sys.exit(main())
