#!/usr/bin/env python3
"""What folders and patterns hold beside captures: folders without captures, FIFOs, sockets, what cannot be read.

Usage: test_patterns.py PKTBENCH"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../parsers/source"))
from captures import pcap_make
from commands import PKTBENCH, ended, expect, fail, run

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
LIMIT_S = 20  # a FIFO that is opened is waited for without end
CAPTURE = pcap_make([(1, 0, 1, 1, b"a")])


def write(name, data=CAPTURE):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "wb") as file:
        file.write(data)


def rows(got):
    return got.stdout.count("\n") - 1


def check_folders():
    """A folder without captures that a pattern matches is passed over and named."""
    write("d/a.pcap")
    write("d/texts/readme", b"text")
    write("d/texts/deep/b.pcap")
    write("d/x/c.pcap")
    os.mkdir("d/void")
    said = "no captures: 2 files or folders; d/texts is a folder without captures\n"
    for more in ((), ("--keep-going",)):
        if rows(expect(0, said, "extract", "d/*", *more)) != 2:
            fail(f"rows beside a folder without captures, {more}")
    for command in (("info", "d/*"), ("index", "d/*"), ("mix", "d/*", "-o", "mixed.pcapng")):
        expect(0, said, *command)
    if rows(expect(0, "2 files or folders; d/void is a folder without captures\n", "extract", "-R", "d/*")) != 3:
        fail("rows with -R")
    hint = "; -R also takes those in its folders\n"
    for command in ("extract", "info", "index", "verify", "bench"):
        expect(2, f"error: d/t*: matches no capture: d/texts is a folder without captures{hint}", command, "d/t*")
        expect(2, "error: d/v*: matches no capture: d/void is a folder without captures\n", command, "d/v*", "-R")
    # One that is named is an error; among others it is a bad one with --keep-going.
    expect(2, f"d/void: is a folder without captures{hint}", "extract", "d/void", "d/a.pcap")
    got = expect(2, ["d/void: is a directory: name a capture file", "1 of 2 captures are bad"], "extract", "d/void", "d/a.pcap", "--keep-going")
    if rows(got) != 1:
        fail(f"a folder without captures and --keep-going: {got}")
    expect(2, "d/void: is a folder without captures", "extract", "d/void", "--keep-going")


def check_no_files():
    """FIFOs, sockets, devices and links to them are never opened, unless they are named. They are counted."""
    write("f/a.pcap")
    os.mkfifo("f/ab.pcap")
    os.symlink("ab.pcap", "f/ac.pcap")
    os.symlink("/dev/null", "f/ad.pcap")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("f/ae.pcap")
    for operand in ("f", "f/*", "f/a*"):
        for command in (("extract",), ("extract", "--keep-going"), ("info",), ("index",), ("mix", "-o", "mixed.pcapng")):
            expect(0, "because they are no captures: 4 files or folders\n", *command, operand, timeout=LIMIT_S)
        expect(0, "no captures: 4 files", "verify", operand, "--backends", "raw,libpcap", "--levels", "frames",
               "--fail-on", "differs,disagrees,failed,crashed,timed-out", timeout=LIMIT_S)
    for command in ("extract", "info", "index", "verify", "bench"):
        expect(2, "f/ab*: matches no capture, only FIFOs, sockets or devices", command, "f/ab*", timeout=LIMIT_S)
    with subprocess.Popen(["sh", "-c", "cat f/a.pcap >f/ab.pcap"]):
        if rows(run("extract", "f/ab.pcap", timeout=LIMIT_S)) != 1:
            fail("a FIFO that is named")


def check_unread():
    """What another user may not read is listed, and the others are read: `info` always, else by --keep-going."""
    got = expect(2, ["error: gone.pcap: No such file", "1 of 2 captures are bad"], "info", "gone.pcap", "d/a.pcap")
    if "capture          d/a.pcap\n" not in got.stdout:
        fail(f"info behind a missing file: {got}")
    expect(2, "error: gone.pcap: No such file or directory\n", "info", "gone.pcap")
    prefix = NOBODY if os.geteuid() == 0 else ()
    if prefix and not shutil.which(prefix[0]):
        print("SKIP: captures of other users: setpriv is not installed")
        return
    os.chmod(".", 0o755)
    write("locked/no.pcap")
    write("locked/folder/a.pcap")
    os.chmod("locked/no.pcap", 0)
    os.chmod("locked/folder", 0)

    def unread(*arguments):
        return subprocess.run([*prefix, PKTBENCH, *arguments], capture_output=True, text=True, check=False)

    if unread("list", "backends").returncode != 0:
        print("SKIP: captures of other users: they may not run the program")
        return
    for operands in (("locked/*", "d/a.pcap"), ("locked", "-R", "d/a.pcap"), ("locked/no.pcap", "locked/folder", "d/a.pcap")):
        for command, shown in (("info", "capture          d/a.pcap\n"), ("extract", "\n1000000000,")):
            got = unread(command, *operands, *(("--keep-going",) if command == "extract" else ()))
            wanted = ("error: locked/no.pcap: Permission denied\n", "error: locked/folder: Permission denied\n",
                      "error: 2 of 3 captures are bad")
            if got.returncode != 2 or shown not in got.stdout or not all(w in got.stderr for w in wanted):
                fail(f"{command} {operands} without the right to read: {got}")
    got = unread("extract", "locked/f*", "d/a.pcap")
    if got.returncode != 2 or "locked/f*: cannot list the folder locked/folder: Permission denied" not in got.stderr:
        fail(f"a folder that may not be listed: {got}")
    os.chmod("locked/folder", 0o755)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for check in (check_folders, check_no_files, check_unread):
            check()
        os.chdir("/")
    return ended()


if __name__ == "__main__":
    sys.exit(main())
