#!/usr/bin/env python3
"""extract --input mapped: the bytes of --input read; and a file that changes under the reader is an
error, never a crash, and the rows before it are right.

Usage: test_mapped.py PKTBENCH [SANITIZERS [--all]]"""

import concurrent.futures
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
from captures import pcap_make, pcap_parse, pcapng_variants
from corpus import corpus_folder

PKTBENCH = os.path.realpath(sys.argv[1])
SANITIZED = len(sys.argv) > 2 and sys.argv[2] != ""
ALL = "--all" in sys.argv
LEVELS = ["frames", "headers", "flows", "app", "inner"]
FORMATS = ["csv"] if SANITIZED else ["csv", "arrow", "parquet"]
TRIALS = 1000 if ALL else 60 if SANITIZED else 250
failures = []


def fail(words):
    failures.append(words)
    print("FAIL:", words, file=sys.stderr)


def run(*arguments, **more):
    return subprocess.run([PKTBENCH, *arguments], capture_output=True, **more)


def rows(capture, way, *arguments):
    got = run("extract", "--input", way, *arguments, capture)
    return got.returncode, got.stdout, got.stderr


def same(capture, *arguments):
    read, mapped = (rows(capture, way, *arguments) for way in ("read", "mapped"))
    if read != mapped or (read[0] == 0 and not read[1]):
        fail(f"{capture} {arguments}: read() {read[0]}, {len(read[1])} bytes, {read[2][-200:]}; "
             f"mapped {mapped[0]}, {len(mapped[1])} bytes, {mapped[2][-200:]}")


def scenarios():
    lines = run("list", "scenarios").stdout.decode().splitlines()
    return [line.split()[0] for line in lines if line[:1].isalnum()]


def made(name, *options, size=150000):
    path = f"{name}{''.join(options)}.pcap".replace("/", "")
    run("gen", name, *options, "--size", str(size), "-o", path, check=True)
    return path


def identity_jobs():
    for scenario in scenarios():
        capture = made(scenario)
        for level in LEVELS:
            for form in FORMATS:
                yield capture, "--level", level, "--format", form
        cut = made(scenario, "--snaplen", "130")
        yield cut, "--level", "flows"
        yield made(scenario, "--format", "pcapng"), "--level", "headers"
        yield capture, "--features", "ciciot-fixed", "--by", "flow"
        yield capture, "--features", "records", "--idle", "100ms"
        yield capture, "--level", "flows", "--columns", "stream,ts", "-c", "300"


def container_jobs():
    with open(made("benign-iot"), "rb") as file:
        records = pcap_parse(file.read())[:100]
    variants = dict(pcapng_variants(records))
    for magic in (0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34):
        for order in "<>":
            for minor in (2, 3, 4):
                variants[f"{magic:x}{'lb'['<>'.index(order)]}{minor}"] = pcap_make(
                    records, order, magic, minor, scale=1000 if magic == 0xA1B23C4D else 1)
    whole = pcap_make(records)
    variants |= {"cut-header": whole[:-5 - records[-1][2]], "cut": whole[:-5], "empty": whole[:24],
                 "two": whole + whole, "absurd": whole + b"\xff" * 16}
    for name, data in variants.items():
        with open(name, "wb") as file:
            file.write(data)
        yield name, "--level", "flows"


def changed_jobs():
    """Packets with other bits, among them headers that go on behind the bytes that are copied at first."""
    for number in range(6 if SANITIZED else 24):
        with open(made(("worst-parse", "benign-iot", "mirai")[number % 3]), "rb") as file:
            records = pcap_parse(file.read())
        changed = []
        for seconds, fraction, captured, original, data in records:
            data = bytearray(data)
            for _ in range(random.randrange(4)):
                if data:
                    data[random.randrange(min(len(data), 200))] = random.randrange(256)
            if random.random() < 0.2:  # VLAN tags before the rest
                data[12:12] = bytes.fromhex("81000001") * random.randrange(1, 8)
            captured = min(len(data), random.choice((len(data), len(data), 127, 128, 129, 150)))
            changed.append((seconds, fraction, captured, len(data), bytes(data[:captured])))
        with open(f"changed{number}", "wb") as file:
            file.write(pcap_make(changed))
        for level in ("headers", "flows"):
            yield f"changed{number}", "--level", level


def all_jobs():
    corpus = corpus_folder("captures of the corpus", "real10")
    folder = os.path.join(corpus, "real10") if corpus else ""
    for name in sorted(os.listdir(folder)) if corpus else []:
        for level in LEVELS:
            if not name.endswith(".tsv"):
                yield os.path.join(folder, name), "--level", level


def check_identity():
    jobs = [*identity_jobs(), *container_jobs(), *changed_jobs(), *(all_jobs() if ALL else [])]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda job: same(*job), jobs))


def check_malformed():
    got = run("verify", "--suite", "malformed", "--backends", "raw,raw-mapped")
    lines = [line.split() for line in got.stdout.decode().splitlines() if line.startswith("raw")]
    if got.returncode != 0 or [line[0] for line in lines] != ["raw", "raw-mapped"] or lines[0][1:] != lines[1][1:]:
        fail(f"malformed: {got.returncode}, {lines}, {got.stderr[-300:]}")


def accident(what, path, size):
    """The file as it is now is shortened, overwritten or replaced."""
    at = random.randrange(size)
    if what == "cut":
        os.truncate(path, at)
    elif what == "change":
        with open(path, "r+b") as file:
            file.seek(at)
            file.write(random.randbytes(min(size - at, random.choice((1, 100, 50000)))))
    elif what == "rewrite":
        with open(path, "wb") as file:
            file.write(random.randbytes(at))
    else:
        with open(path + ".new", "wb") as file:
            file.write(random.randbytes(100))
        os.replace(path + ".new", path)


def trial(capture, expected, seconds, number):
    what = ("cut", "cut", "change", "rewrite", "replace")[number % 5]
    level = LEVELS[number // 5 % len(LEVELS)]
    path, out = f"trial{number}.pcap", f"trial{number}.csv"
    shutil.copyfile(capture, path)
    os.utime(path, (10**9, 10**9))
    size = os.path.getsize(path)
    strict = ["--strict"] if number % 2 else []
    with subprocess.Popen([PKTBENCH, "extract", "--input", "mapped", "--level", level, *strict, "-o", out,
                           path], stderr=subprocess.PIPE) as process:
        time.sleep(random.uniform(0, seconds[level]))
        accident(what, path, size)
        words = process.communicate()[1].decode()
    done = b""
    if os.path.exists(out):
        with open(out, "rb") as file:
            done = file.read()
        os.unlink(out)
    wanted = expected[level]
    if done != wanted:
        after = rows(path, "read", "--level", level)[1]
        if done == after or not wanted.startswith(done):  # it was opened after the accident
            wanted = after
    whole = done == wanted
    label = f"trial {number}, {what}, {level}"
    if process.returncode not in (0, 2):
        fail(f"{label}: exit status {process.returncode}: {words}")
    elif not wanted.startswith(done):
        fail(f"{label}: rows before the fault are wrong: {words}")
    elif process.returncode == 0 and not whole and (strict or "at byte" not in words or what not in ("cut", "rewrite")):
        fail(f"{label}: {len(done)} of {len(wanted)} bytes: {words}")
    elif process.returncode == 2 and ("error: " not in words or path not in words):
        fail(f"{label}: no error: {words}")
    os.unlink(path)
    return process.returncode != 0 or not whole


def check_accidents():
    capture = made("dataset-mix", size=1000000)
    expected, seconds = {}, {}
    for level in LEVELS:
        begun = time.monotonic()
        expected[level] = rows(capture, "read", "--level", level)[1]
        seconds[level] = 1.2 * (time.monotonic() - begun)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        hit = sum(pool.map(lambda number: trial(capture, expected, seconds, number), range(TRIALS)))
    print(f"{hit} of {TRIALS} files changed while they were read")
    if hit < TRIALS // 20:
        fail(f"only {hit} of {TRIALS} accidents were in time")


def peak(*arguments):
    """Peak memory of a run, in bytes."""
    code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    done = subprocess.run([sys.executable, "-c", code, PKTBENCH, *arguments], capture_output=True, check=True)
    return int(done.stdout) * 1024


def check_memory():
    with open("large.pcap", "wb") as file:
        file.write(pcap_make([]))
        for _ in range(1000):
            file.write(pcap_make([(1, 0, 65000, 65000, bytes(65000))])[24:])
    read, mapped = (peak("extract", "--input", way, "--format", "none", "large.pcap") for way in ("read", "mapped"))
    if mapped > read + 8 * 2**20 and not SANITIZED:
        fail(f"peak memory: {read} with read(), {mapped} mapped")
    os.unlink("large.pcap")


def expect(status, words, *arguments, **more):
    got = run("extract", *arguments, **more)
    if got.returncode != status or words not in got.stderr.decode():
        fail(f"{arguments}: {got.returncode}, {got.stderr.decode()}; expected {status}, {words}")
    return got


def check_options():
    capture = made("tcp-flood")
    plain = rows(capture, "read")[1]
    for backend in ([], ["--backend", "raw"], ["--backend", "raw-mapped"]):
        if expect(0, "", "--input", "mapped", *backend, capture).stdout != plain:
            fail(f"{backend}: other rows")
    expect(2, "--input mapped is of backend raw, not of libpcap", "--input", "mapped", "--backend", "libpcap", capture)
    expect(2, "--input read: backend raw-mapped reads by a mapping", "--input", "read", "--backend", "raw-mapped",
           capture)
    expect(2, "cannot be combined with -f", "--input", "mapped", "-f", "tcp", capture)
    expect(2, "cannot be combined with --join", "--input", "mapped", "--join", capture, capture)
    expect(2, "cannot be combined with --follow", "--input", "mapped", "--follow", capture)
    expect(2, "unknown input", "--input", "maped", capture)
    with open(capture, "rb") as file:
        got = expect(0, "standard input: read with read(), because it is no plain file", "--input", "mapped", "-",
                     input=file.read())
    if got.stdout != plain:
        fail("standard input: other rows")


def check_bench():
    """Rows of their own in bench, in workers that refuse handlers."""
    got = run("bench", made("tcp-flood"), "--backends", "read-all,raw", "--levels", "frames,headers,app", "--input",
              "mapped", "--reference", "raw", "--processes", "1", "--rounds", "1", "--format", "csv", "-o",
              "results.json")
    head, *lines = [line.split(",") for line in got.stdout.decode().splitlines()]
    found = {(line[head.index("backend")], line[head.index("level")]): line[head.index("status")] for line in lines}
    for backend, level in (("raw-mapped", "frames"), ("raw-mapped", "headers"), ("raw-mapped", "app"),
                           ("memcpy", "frames"), ("raw", "headers")):
        if found.get((backend, level)) not in ("ok", "unchecked"):  # raw is no independent reference
            fail(f"bench: {backend} {level}: {found.get((backend, level))}; {got.stderr[-500:]}")


def main():
    random.seed(int.from_bytes(os.urandom(4), "big") if ALL else 7)
    checks = [check_options, check_identity, check_malformed, check_memory, check_accidents,
              check_bench]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for check in checks:
            begun = time.monotonic()
            check()
            print(f"{check.__name__}: {time.monotonic() - begun:.1f} s")
        os.chdir("/")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
