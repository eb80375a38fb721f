#!/usr/bin/env python3
"""Output files: whole or not at all, never in place of what is read, and never mixed with messages.

Usage: test_outputs.py PKTBENCH"""

import os
import sys
import tempfile

from commands import ended, expect, fail, run


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def read(name):
    with open(name, "rb") as file:
        return file.read()


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


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        run("gen", "mirai", "--size", "20kB", "-o", "a.pcap", "--labels", "t.csv")
        check_long_names()
    return ended()


if __name__ == "__main__":
    sys.exit(main())
