#!/usr/bin/env python3
"""`pktbench index`: what it writes, and what it refuses.

Usage: test_index.py PKTBENCH"""

import gzip
import os
import subprocess
import sys
import tempfile

PKTBENCH = os.path.realpath(sys.argv[1])
failures = []


def run(*arguments):
    return subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True)


def expect(status, words, *arguments):
    """The exit status, and words on standard error, or none at all."""
    done = run(*arguments)
    if done.returncode != status or done.stdout or (words not in done.stderr if words else done.stderr):
        failures.append(f"{arguments}: status {done.returncode}: {done.stdout}{done.stderr}")


def generate(path, *options):
    done = run("gen", "tcp-flood", "--size", "3000000", "-o", path, *options)
    if done.returncode:
        sys.exit(done.stderr)


def expect_files(*wanted):
    got = sorted(os.path.join(folder, name)[2:] for folder, _, names in os.walk(".")
                 for name in names if not name.endswith((".pcap", ".gz", ".pcapng")))
    if got != sorted(wanted):
        failures.append(f"files: {got}, wanted {sorted(wanted)}")


def main():
    generate("a.pcap")
    os.mkdir("day")
    generate("day/b.pcapng", "--format", "pcapng")
    expect(0, "", "index", "a.pcap")
    expect(0, "", "index", "a.pcap")  # anew
    expect(0, "", "index", "day")
    expect(0, "", "index", ".", "-R")
    expect_files("a.pcap.pktindex", "day/b.pcapng.pktindex")
    if os.path.getsize("a.pcap.pktindex") > 500:
        failures.append("the index is large")
    if "no captures" in run("extract", "day", "--columns", "packet").stderr:
        failures.append("an index is taken for a file that is no capture")

    with open("a.pcap", "rb") as file:
        whole = file.read()
    with open("cut.pcap", "wb") as file:
        file.write(whole[:-5])
    with open("packed.pcap.gz", "wb") as file:
        file.write(gzip.compress(whole))
    with open("text.pcap", "w", encoding="ascii") as file:
        file.write("no capture, but long enough to be one")
    expect(2, "cut.pcap: ", "index", "cut.pcap")
    expect(2, "packed.pcap.gz: is compressed", "index", "packed.pcap.gz")
    expect(2, "text.pcap: ", "index", "text.pcap")
    expect(2, "none.pcap: ", "index", "none.pcap")
    expect(2, "3 of 4 captures are bad", "index", "a.pcap", "cut.pcap", "text.pcap", "packed.pcap.gz")
    expect(2, "unknown option", "index", "a.pcap", "--fast")
    os.mkdir("full.pcap.pktindex")
    generate("full.pcap")
    expect(2, "full.pcap: the index beside it: ", "index", "full.pcap")
    expect_files("a.pcap.pktindex", "day/b.pcapng.pktindex")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    main()
    os.chdir("/")
if failures:
    sys.exit("\n".join(failures))
