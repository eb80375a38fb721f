"""What tests of datasets share: captures, and what is in a dataset. argv[1] is the program."""

import csv
import functools
import glob
import hashlib
import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../parsers/source"))
import commands
from captures import pcap_make
from commands import fail

HOUR = 3600
DAY = 24 * HOUR
run = functools.partial(commands.run, "extract")


def expect(status, words, *arguments, **more):
    return commands.expect(status, words, "extract", *arguments, **more)


def ipv4(number):
    head = bytes.fromhex("4500001c") + (number % 65535 + 1).to_bytes(2, "big") + bytes.fromhex("0000401100000a0000010a000002")
    return bytes(12) + b"\x08\x00" + head + (number % 65536).to_bytes(2, "big") + bytes.fromhex("003500080000")


def capture(path, seconds, more=b""):
    """A packet at each of these times; its number is its source port."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    packets = [(s, 5, len(ipv4(0)), len(ipv4(0)), ipv4(i + 1)) for i, s in enumerate(seconds)]
    with open(path, "wb") as file:
        file.write(pcap_make(packets) + more)


def tree(folder):
    """{path: digest} of all that is in a dataset."""
    found = {}
    for at, folders, names in os.walk(folder):
        for name in folders:
            found[os.path.relpath(os.path.join(at, name), folder) + "/"] = ""
        for name in names:
            with open(os.path.join(at, name), "rb") as file:
                found[os.path.relpath(os.path.join(at, name), folder)] = hashlib.sha256(file.read()).hexdigest()
    return found


def files(folder):
    """Files of rows, relative to the folder."""
    return sorted(path for path in tree(folder) if not path.startswith("_") and not path.endswith("/"))


def entries(folder):
    return sorted(glob.glob(f"{folder}/_pktbench/captures/*.json"))


def rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def all_rows(folder, *columns):
    return sorted(tuple(row[c] for c in columns) for path in files(folder) for row in rows(f"{folder}/{path}"))


def same(one, other, what):
    a, b = tree(one), tree(other)
    if a != b:
        fail(f"{what}: {sorted(k for k in a.keys() | b.keys() if a.get(k) != b.get(k))[:6]} differ")
