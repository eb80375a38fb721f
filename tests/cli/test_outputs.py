#!/usr/bin/env python3
"""Output files: whole or not at all, never in place of what is read, and never mixed with messages.

Usage: test_outputs.py PKTBENCH"""

import gzip
import os
import resource
import signal
import subprocess
import sys
import tempfile

from commands import PKTBENCH, ended, expect, fail, run

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def read(name):
    with open(name, "rb") as file:
        return file.read()


def unchanged(names, what):
    """These files and no others are in the folder `out`, and have the old content."""
    if sorted(os.listdir("out")) != sorted(names):
        fail(f"{what}: files {sorted(os.listdir('out'))}")
    for name in names:
        if read(f"out/{name}") != b"old":
            fail(f"{what}: {name} was replaced")


def file_limit(size):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def check_together():
    """A capture that cannot be written leaves its old truth and labels, too; and the other way."""
    os.mkdir("out")
    for name in ("t.csv", "l.csv"):
        write(f"out/{name}", b"old")
    expect(2, "No space left", "mix", "a.pcap", "-o", "/dev/full", "--truth", "out/t.csv")
    expect(2, "No space left", "gen", "mirai", "--size", "20kB", "-o", "/dev/full", "--truth", "out/t.csv",
           "--labels", "out/l.csv")
    unchanged(["t.csv", "l.csv"], "a full device")
    write("out/m", b"old")
    # The truth fits, the capture does not; then the labels do and the truth does not.
    for words in (("mix", "a.pcap", "-o", "out/m", "--truth", "out/t.csv"),
                  ("gen", "mirai", "--size", "20kB", "-o", "out/m", "--labels", "out/l.csv"),
                  ("gen", "mirai", "--size", "20kB", "-o", "out/m", "--truth", "out/t.csv", "--labels", "out/l.csv")):
        expect(2, "File too large", *words, preexec_fn=file_limit(8192))
        unchanged(["t.csv", "l.csv", "m"], words)
    expect(2, "No space left", "mix", "a.pcap", "-o", "out/m", "--truth", "/dev/full")
    expect(2, "No space left", "gen", "mirai", "--size", "20kB", "-o", "out/m", "--labels", "/dev/full")
    unchanged(["t.csv", "l.csv", "m"], "full labels")
    expect(0, "wrote out/m", "mix", "a.pcap", "-o", "out/m", "--truth", "out/t.csv")
    if b"old" in (read("out/m"), read("out/t.csv")) or len(os.listdir("out")) != 3:
        fail("the mixture was not placed")


def check_inputs():
    """No output replaces a file that is read."""
    os.mkdir("in")
    for name in ("a.pcap", "t.csv"):
        write(f"in/{name}", read(name))
    old = {}

    def refused(words, *arguments, **more):
        old.update({name: read(f"in/{name}") for name in os.listdir("in") if name not in old})
        expect(2, words, *arguments, **more)
        now = {name: read(f"in/{name}") for name in os.listdir("in")}
        if now != old:
            fail(f"{arguments} changed {[n for n in now if now[n] != old.get(n)]}")
            write("in/a.pcap", read("a.pcap"))

    refused("in/t.csv: is read by --labels", "extract", "in/a.pcap", "--labels", "in/t.csv", "-o", "in/t.csv")
    os.symlink("t.csv", "in/link.csv")
    refused("is read by --labels", "extract", "in/a.pcap", "--labels", "in/t.csv", "-o", "in/link.csv")
    os.link("in/t.csv", "in/a.pcap.csv")
    refused("is read by --labels", "extract", "in/a.pcap", "--labels", "in/t.csv", "-o", "in/")
    os.unlink("in/a.pcap.csv")
    del old["link.csv"], old["a.pcap.csv"]
    os.unlink("in/link.csv")
    os.link("in/a.pcap", "in/a.pcap.csv")
    refused("is a capture that is read", "extract", "in/a.pcap", "-o", "in/")
    with open("in/a.pcap", "rb") as file:
        refused("-o must not be the capture itself", "extract", "-", "-o", "in/a.pcap", stdin=file)
        refused("in/a.pcap: is the capture itself", "slice", "-", "-o", "in/a.pcap", stdin=file)
        refused("is a capture that is mixed", "mix", "-", "-o", "in/a.pcap", stdin=file)
    refused("in/a.pcap: is a capture that is measured", "bench", "in", "-o", "in/a.pcap")
    for option in ("baseline", "externals", "plugin"):
        refused(f"in/t.csv: is read by --{option}", "bench", "in/a.pcap", f"--{option}", "in/t.csv", "-o", "in/t.csv")
    results = os.path.join(SOURCE, "results/reference")
    write("in/r.json", read(os.path.join(results, sorted(n for n in os.listdir(results) if n.endswith(".json"))[0])))
    write("in/s.json", read("in/r.json"))
    refused("in/r.json: is one of the results", "compare", "in/s.json,in/r.json", "in/s.json", "-o", "in/r.json")
    refused("in/r.json: is one of the results", "compare", "in/s.json", "in/r.json", "-o", "in/r.json")
    refused("in/r.json: is one of the results", "history", "in", "-o", "in/r.json")
    refused("in/r.json: is the results file itself", "report", "in/r.json", "--format", "csv", "-o", "in/r.json")
    for name in "index.html", "report.md":
        write(f"in/{name}", read("in/r.json"))
        refused(f"in/{name}: is the results file itself", "report", f"in/{name}", "-o", "in")
    refused("in/index.html: is the results file itself", "board", "in/r.json", "in/index.html", "-o", "in")
    os.link("in/t.csv", "in/u.csv")
    refused("cannot both go to", "gen", "mirai", "-o", "in/t.csv", "--truth", "in/u.csv")


def check_outputs():
    """Two outputs are two files, however they are written, and also if they are not there yet."""
    os.makedirs("both/folder")
    os.symlink("both", "other")
    one = ["both/x", "./both/x", "other/x", "both/folder/../x", "both//x", os.path.abspath("both/x")]
    pairs = [(a, b) for a in one for b in one if one.index(a) < 2 or a == b]
    pairs += [("-", "/dev/stdout"), ("/dev/stdout", "-"), ("-", "/dev/fd/1"), ("/proc/self/fd/1", "/dev/stdout")]
    mix, gen = ("mix", "a.pcap"), ("gen", "mirai", "--size", "20kB")

    def refused(words, *arguments, **more):
        got = expect(2, words, *arguments, **more)
        if got.stdout or os.listdir("both") != ["folder"]:
            fail(f"{arguments} wrote {os.listdir('both')} {got.stdout[:20]}")
            for name in os.listdir("both"):
                os.path.isdir(f"both/{name}") or os.unlink(f"both/{name}")

    for first, second in pairs:
        refused("the mixture and its truth cannot both go to", *mix, "-o", first, "--truth", second)
        refused("the capture and its truth cannot both go to", *gen, "-o", first, "--truth", second)
        refused("the labels need a file of their own", *gen, "-o", first, "--labels", second)
        refused("the labels need a file of their own", *gen, "-o", "both/z", "--truth", first, "--labels", second)
    refused("-o names a file for the results", "bench", "a.pcap", "-o", "/dev/stdout")
    for first, second in (("both/x", "both/y"), ("both/x", "both/folder/x"), ("x", "both/x"), ("both/x", "both/x.csv")):
        expect(0, "wrote", *mix, "-o", first, "--truth", second)
        expect(0, "32 packets of mirai", *gen, "-o", first, "--truth", second)
        for name in (first, second):
            if os.path.getsize(name) < 1000:
                fail(f"{name}: {os.path.getsize(name)} bytes")
            os.unlink(name)
    # Standard output that is a file, which has both names then.
    with open("both/s", "wb") as file:
        got = subprocess.run([PKTBENCH, *mix, "-o", "-", "--truth", "other/s"], stdout=file, stderr=subprocess.PIPE)
    if got.returncode != 2 or os.path.getsize("both/s"):
        fail(f"standard output is the truth: {got}")
    for words in (("-o", "-", "--truth", "/dev/null"), ("-o", "/dev/null", "--truth", "/dev/stdout")):
        got = subprocess.run([PKTBENCH, *mix, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if got.returncode != 0:
            fail(f"{words}: {got}")


def check_pieces():
    """A piece must not replace the capture that is divided."""
    os.mkdir("pieces")
    content = read("a.pcap")

    def left(what):
        if os.listdir("pieces") != ["trace2"] or read("pieces/trace2") != content:
            fail(f"{what}: {os.listdir('pieces')}")

    write("pieces/trace2", content)
    for capture in ("pieces/trace2", "link"):
        if capture == "link":
            os.symlink("pieces/trace2", "link")
        for output in ("pieces/trace", "pieces/../pieces/trace"):
            expect(2, "trace2: is the capture itself, and would be a piece", "slice", capture, "-o", output,
                   "--tcpdump-C", "--size", "5kB")
            left("slice")
    os.chdir("pieces")
    expect(2, "trace2: is the capture itself", "slice", "trace2", "-o", "trace", "--tcpdump-C", "--size", "5kB")
    with open("trace2", "rb") as file:
        expect(2, "trace2: is the capture itself", "slice", "-", "-o", "trace", "--tcpdump-C", "--size", "5kB", stdin=file)
    os.chdir("..")
    left("slice in the folder")
    # Two pieces: none has the name.
    expect(0, "", "slice", "pieces/trace2", "-o", "pieces/trace", "--tcpdump-C", "--size", "15kB")
    if sorted(os.listdir("pieces")) != ["trace", "trace1", "trace2"] or read("pieces/trace2") != content:
        fail(f"pieces: {os.listdir('pieces')}")


def check_long_names():
    """The longest names that the file system takes; one more byte is found before work begins."""
    os.mkdir("long")
    for size in (240, 249, 255):
        name = "long/" + "n" * (size - 4) + ".csv"
        for _ in range(2):  # new, and replaced
            expect(0, "", "extract", "a.pcap", "-o", name)
        if not read(name):
            fail(f"{size} bytes: no rows")
    if len(os.listdir("long")) != 3:
        fail(f"other files are left: {os.listdir('long')}")
    got = expect(2, "File name too long", "extract", "a.pcap", "-o", "long/" + "n" * 252 + ".csv")
    if "rows" in got.stderr:
        fail(f"found after the rows: {got.stderr}")


def check_reader_gone():
    """A reader that needs no more rows is no error; a capture that was bad before is one, all the same."""
    write("bad.pcap", read("a.pcap") + b"\xff" * 16)
    os.mkfifo("slow.pcap")
    for status, first in ((0, "a.pcap"), (2, "bad.pcap"), (2, "none.pcap")):
        program = subprocess.Popen([PKTBENCH, "extract", first, "slow.pcap", "--keep-going"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with open("slow.pcap", "wb") as pipe:  # waits until the first capture was read
            program.stdout.close()
            pipe.write(read("a.pcap"))
        said = program.stderr.read().decode()
        program.stderr.close()
        if program.wait(60) != status or (status == 2) != (f"{first}: " in said):
            fail(f"{first}, and no reader: {program.returncode} {said}")
    end, pipe = os.pipe()
    os.close(end)
    # The first row is written when the capture has failed.
    got = subprocess.run([PKTBENCH, "extract", "bad.pcap", "--follow", "--features", "ciciot-fixed", "--window", "1000"],
                         stdout=pipe, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(pipe)
    if got.returncode != 2 or "bad.pcap: record claims" not in got.stderr:
        fail(f"--follow, and no reader: {got.returncode} {got.stderr}")


def check_descriptors():
    """What is open already is written where it stands, whatever its name is, and is never replaced."""
    os.mkdir("open")
    os.symlink("/dev/stdout", "open/link")
    extract, gen = ("extract", "a.pcap", "--columns", "packet", "-c", "1"), ("gen", "mirai", "--size", "20kB")
    for name in ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/proc/thread-self/fd/1", "open/link"):
        for words, bytes_of in ((extract, b"packet\n1\n"), (gen, read("a.pcap"))):
            write("open/log", b"old\n")
            node = os.stat("open/log").st_ino
            with open("open/log", "ab") as log:
                for data in (b"before\n", None, b"after\n"):
                    if data:
                        log.write(data)
                        log.flush()
                    elif subprocess.run([PKTBENCH, *words, "-o", name], stdout=log).returncode:
                        fail(f"-o {name}: {words}")
            if read("open/log") != b"old\nbefore\n" + bytes_of + b"after\n" or os.stat("open/log").st_ino != node:
                fail(f"-o {name}: {words}: {read('open/log')[:60]}")
    with open("open/log", "wb") as log:  # at its offset, without O_APPEND
        log.write(b"before\n")
        log.flush()
        path = f"/dev/fd/{log.fileno()}"
        expect(0, "", *extract, "-o", path, pass_fds=[log.fileno()])
        expect(2, "mix: with -o /dev/fd/", "mix", "a.pcap", "-o", path, pass_fds=[log.fileno()])
        expect(2, "--tcpdump-C writes all pieces, to files", "slice", "a.pcap", "-o", path, "--tcpdump-C",
               pass_fds=[log.fileno()])
        # Of another process: a file is not replaced. The program may lack the right to see that it is one.
        expect(2, "cannot write: is a ", *gen, "-o", f"/proc/{os.getpid()}/fd/{log.fileno()}")
    if read("open/log") != b"before\npacket\n1\n" or sorted(os.listdir("open")) != ["link", "log"]:
        fail(f"descriptors: {os.listdir('open')} {read('open/log')}")
    with open("a.pcap", "rb+") as capture:
        expect(2, "must not be the capture itself", *extract, "-o", f"/dev/fd/{capture.fileno()}",
               pass_fds=[capture.fileno()])
    expect(2, "Bad file descriptor", *extract, "-o", "/dev/fd/250")
    main_end, terminal = os.openpty()
    for words in ((*extract, "--format", "parquet"), gen, ("slice", "a.pcap"), ("mix", "a.pcap", "--truth", "t")):
        for name in ("-", "/dev/stdout", os.ttyname(terminal)):
            got = subprocess.run([PKTBENCH, *words, "-o", name], stdout=terminal, stderr=subprocess.PIPE, text=True)
            if got.returncode != 2 or "is a terminal, and" not in got.stderr:
                fail(f"terminal: -o {name}: {words}: {got}")
    os.close(terminal)
    os.close(main_end)


def check_full():
    """An error of a disk names the file, or the folder, that is there."""
    gen = ("gen", "mirai", "--size", "20kB")
    expect(2, "error: /dev/full: cannot write: No space", *gen, "-o", "x.pcap", "--truth", "/dev/full")
    expect(2, "error: /dev/full: cannot write: No space", *gen, "-o", "x.pcap", "--labels", "/dev/full")
    expect(2, "error: /dev/full: cannot write: No space", *gen, "-o", "/dev/full", "--truth", "x.csv")
    expect(2, "error: none/x.csv: cannot write: no folder", *gen, "-o", "x.pcap", "--truth", "none/x.csv")
    if os.path.exists("x.pcap") or os.path.exists("x.csv"):
        fail("a capture was left without its truth")
    os.mkdir("small")
    write("a.pcap.gz", gzip.compress(read("a.pcap")))
    full = {"preexec_fn": file_limit(8192), "env": {**os.environ, "TMPDIR": os.path.abspath("small")}}
    said = [f"copies are made in {full['env']['TMPDIR']}: TMPDIR=FOLDER chooses another", "File too large"]
    for capture in ("a.pcap", "a.pcap.gz"):
        expect(2, [f"error: {capture}: cannot copy it", *said], "bench", capture, "-o", "r.json", **full)
    expect(2, ["error: a.pcap.gz: cannot copy it", *said], "slice", "a.pcap.gz", "-o", "x.pcap", **full)
    for name in ("one.pcap", "last.pcap"):
        expect(0, "", "slice", "a.pcap", "--size", "2kB", "-o", name)
    expect(2, ["error: each/a.pcap.csv: cannot write", "1 of 3 captures were not read, from last.pcap on"], "extract",
           "one.pcap", "a.pcap", "last.pcap", "--keep-going", "-o", "each/", preexec_fn=file_limit(2000))
    if os.listdir("each") != ["one.pcap.csv"]:
        fail(f"a full disk: {os.listdir('each')}")


def check_header():
    """Before the first capture is open, and its filter is good, nothing is written, not even the names of columns."""
    write("none.txt", b"no capture at all, but some text")
    for form in ("csv", "arrow", "parquet"):
        for words in (("none.txt",), ("missing.pcap",), ("a.pcap", "-f", "no such filter"), ("none.txt", "--keep-going"),
                      ("none.txt", "a.pcap"), ("a.pcap", "--join", "-f", "no such filter"),
                      ("a.pcap", "--threads", "2", "-f", "no such filter"),
                      ("none.txt", "--features", "ciciot-fixed")):
            got = subprocess.run([PKTBENCH, "extract", *words, "--format", form], capture_output=True)
            if got.returncode != 2 or got.stdout or not got.stderr:
                fail(f"{form} {words}: {got.returncode} {got.stdout[:40]} {got.stderr}")
    for words in (("a.pcap", "-f", "less 1"), ("none.txt", "a.pcap", "--keep-going")):  # no row is a result
        if not run("extract", *words).stdout.startswith("ts_ns,"):
            fail(f"{words}: no header")


CLOSED = """import os, sys
for number in sys.argv[1]:
    os.close(int(number))
os.execv(sys.argv[2], sys.argv[2:])"""


def closed_run(numbers, *arguments):
    """Run with these descriptors closed."""
    return subprocess.run([sys.executable, "-c", CLOSED, numbers, PKTBENCH, *arguments], capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=60)


def check_closed():
    """Standard descriptors that are closed: no file gets the messages of another."""
    write("cut.pcap", read("a.pcap")[:-1])
    wanted = run("extract", "cut.pcap").stdout.encode()
    for numbers in ("2", "1", "0", "12", "02", "01", "012"):
        got = closed_run(numbers, "extract", "cut.pcap", "-o", "rows.csv")
        if got.returncode != 0 or read("rows.csv").replace(b"rows.csv", b"") != wanted:
            fail(f"descriptors {numbers} closed: {got}")
        if ("2" not in numbers) != (b"warning: cut.pcap" in got.stderr):
            fail(f"descriptors {numbers} closed: {got.stderr}")
        os.unlink("rows.csv")
        got = closed_run(numbers, "mix", "cut.pcap", "-o", "m", "--truth", "m.csv")
        if got.returncode != 0 or read("m")[:4] != b"\n\r\r\n" or read("m.csv")[:7] != b"packet,":
            fail(f"mix, descriptors {numbers} closed: {got}")
        os.unlink("m")
        for words in (("extract", "a.pcap"), ("list", "columns"), ("info", "a.pcap"), ("gen", "mirai", "-o", "-"),
                      ("extract", "a.pcap", "--format", "parquet"), ("help",), ("--version",)):
            got = closed_run(numbers, *words)
            if got.returncode != (2 if "1" in numbers else 0):
                fail(f"{words}, descriptors {numbers} closed: {got.returncode} {got.stderr}")
            if "1" in numbers and "2" not in numbers and b"Bad file descriptor" not in got.stderr:
                fail(f"{words}, descriptors {numbers} closed: {got.stderr}")
        if "1" in numbers:
            got = closed_run(numbers, "extract", "a.pcap", "-o", "/dev/stdout")
            if got.returncode != 2:
                fail(f"-o /dev/stdout, descriptors {numbers} closed: {got}")
        got = closed_run(numbers, "extract", "-", "-o", "rows.csv")
        if got.returncode != 2 or os.path.exists("rows.csv"):
            fail(f"standard input, descriptors {numbers} closed: {got}")


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        run("gen", "mirai", "--size", "20kB", "-o", "a.pcap", "--labels", "t.csv")
        check_together()
        check_inputs()
        check_outputs()
        check_pieces()
        check_long_names()
        check_reader_gone()
        check_closed()
        check_descriptors()
        check_full()
        check_header()
    return ended()


if __name__ == "__main__":
    sys.exit(main())
