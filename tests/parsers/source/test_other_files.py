#!/usr/bin/env python3
"""Files that are no captures, and two captures in one file: what it is, where, and what to do.

Usage: test_other_files.py PKTBENCH"""

import gzip
import os
import subprocess
import sys
import tempfile

from captures import interface, pcap_make, section

PKTBENCH = os.path.realpath(sys.argv[1])
failures = []


def fail(words):
    failures.append(words)
    print("FAIL:", words, file=sys.stderr)


def expect(status, words, *arguments, data=None):
    got = subprocess.run([PKTBENCH, *arguments], input=data, capture_output=True)
    if got.returncode != status or words not in got.stderr.decode():
        fail(f"{arguments}: {got.returncode}, wanted {status} and {words!r}: {got.stderr.decode()}")
    return got


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)
    return name


def check_others():
    tar = bytearray(512)
    tar[:6], tar[257:262] = b"a.pcap", b"ustar"
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    for data, words in (
        (b"PK\3\4" + bytes(40), "is a zip archive: unpack it first (unzip)"),
        (b"PK\5\6" + bytes(18), "is an empty zip archive"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "is a 7-Zip archive: unpack it first (7z x)"),
        (b"Rar!\x1a\7\0" + bytes(40), "is a RAR archive: unpack it first (unrar x)"),
        (bytes(tar), "is a tar archive: unpack it first (tar xf)"),
        (b"GMBU\0\2" + bytes(40), "is Microsoft Network Monitor format: convert it with editcap"),
        (b"RTSS\1\1" + bytes(40), "is Microsoft Network Monitor format: convert it with editcap"),
        (pointer, "is a Git LFS pointer, not the capture: get it with git lfs pull"),
    ):
        for command in ("extract", "info", "verify"):
            expect(2, f"other: {words} (at byte 0)", command, write("other", data))
        expect(2, f"standard input: {words}", "extract", "-", data=data)
        expect(2, f"other.gz: {words}", "extract", write("other.gz", gzip.compress(data)))


def check_cat():
    """Two files that `cat` made one: where the second begins is an error, at every place of a batch."""
    for count in (0, 1, 255, 256, 257, 512):
        first = pcap_make([(i, 2, 1, 1, b"a") for i in range(count)])
        for second in (first, pcap_make([(1, 2, 1, 1, b"a")], ">"), section("<") + interface("<")):
            write("both", first + second)
            words = f"another capture file begins here, as after `cat a b`: give the files one by one, or join them with mergecap (at byte {len(first)}): {count} rows before"
            got = expect(2, words, "extract", "both")
            if len(got.stdout.splitlines()) != count + 1:
                fail(f"{count} packets before another file: {len(got.stdout.splitlines())} lines")
    expect(2, "another capture file begins here", "info", "both")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        check_others()
        check_cat()
        os.chdir("/")
    print("all good" if not failures else f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
