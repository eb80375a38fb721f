#!/usr/bin/env python3
"""`verify --mix`: interfaces and the order of equal times, and no false alarm over random mixtures.

Usage: test_check.py PKTBENCH"""

import os
import random
import struct
import subprocess
import sys
import tempfile

from test_mix import (blocks, ended, enhanced, expect, fail, interface, numbered, packets, read, section, simple,
                      truth_read, truth_write, write)


def parts(name):
    """The other blocks, and those of packets with their rows."""
    data = read(name)
    rows = truth_read(f"{name}.truth.csv")
    return [b for kind, b in blocks(data) if kind != 6], [b for kind, b in blocks(data) if kind == 6], rows


def check(status, words, head, bodies, rows):
    write("planted.pcapng", b"".join(head) + b"".join(bodies))
    truth_write("planted.csv", numbered(rows))
    got = expect(status, words, "verify", "--mix", "planted.csv", "planted.pcapng")
    if got.stdout.count("\n") < 1:
        fail(f"{words}: {got.stdout}")
    return got


def swapped(items, i, j):
    items = list(items)
    items[i], items[j] = items[j], items[i]
    return items


def of_interface(body, number):
    return body[:8] + struct.pack("<I", number) + body[12:]


def interfaces(*numbers):
    """A pcapng whose packets, one a second, are of these interfaces."""
    out = section("<") + b"".join(interface("<", 9) for _ in range(3))
    return out + b"".join(enhanced("<", (s, 0, 4, 4, b"abcd"), n, 9) for s, n in enumerate(numbers, 1))


def check_interfaces():
    """Each packet on each wrong interface, of its own capture or of the other one, is found and named."""
    write("a.pcapng", interfaces(2, 0, 0, 1, 2))
    write("b.pcapng", interfaces(1, 1, 0))
    for options in ([], ["--order", "time"]):
        expect(0, "8 packets of 2", "mix", "a.pcapng", "b.pcapng", "-o", "i.pcapng", *options)
        head, bodies, rows = parts("i.pcapng")
        check(0, "8 packets", head, bodies, rows)
        numbers = [p[1] for p in packets(read("i.pcapng"))]
        for at, own in enumerate(numbers):
            for other in range(5):
                if other != own:
                    moved = bodies[:at] + [of_interface(bodies[at], other)] + bodies[at + 1 :]
                    row = rows[at]
                    words = [f"packet {at + 1} is of ", f"packet {row['origin_packet']} of {row['origin']} is of "]
                    check(1, words, head, moved, rows)
        # All packets of two interfaces of one capture are exchanged.
        both = {numbers[0]: numbers[2], numbers[2]: numbers[0]}
        check(1, f"packet 1 is of interface {numbers[2]} of the mixture", head,
              [of_interface(b, both.get(n, n)) for b, n in zip(bodies, numbers)], rows)


def check_equal_times():
    """Packets of equal time are in the order of the captures; any two that are exchanged are found."""
    write("x.pcap", simple(1, 5, 5, 9))
    write("y.pcap", simple(5, 5, 9))
    write("z.pcap", simple(5, 9, 9))
    for options in ([], ["--order", "time"]):
        expect(0, "10 packets of 3", "mix", "x.pcap", "y.pcap", "z.pcap", "-o", "e.pcapng", *options)
        head, bodies, rows = parts("e.pcapng")
        check(0, "10 packets", head, bodies, rows)
        times = [p[0] for p in packets(read("e.pcapng"))]
        for i in range(len(rows)):
            for j in range(i):
                got = check(1, "packet ", head, swapped(bodies, i, j), swapped(rows, i, j))
                if i == j + 1 and times[i] == times[j] and rows[i]["origin"] != rows[j]["origin"]:
                    # The first packet of a capture has a new interface, which then is the first fault.
                    first = 1 in (int(rows[i]["origin_packet"]), int(rows[j]["origin_packet"]))
                    early = first and "too early" in got.stdout
                    if f"should be before packet {j + 1}" not in got.stdout and not early:
                        fail(f"{j + 1} and {i + 1}: {got.stdout}")
    got = check(1, "", head, swapped(bodies, 8, 7), swapped(rows, 8, 7))
    if "packet 9, which is packet 3 of y.pcap, should be before packet 8, which is packet 2 of z.pcap" not in got.stdout:
        fail(got.stdout)


def check_backwards():
    """A capture that goes back: packets of others are neither too early nor too late beside it."""
    write("back.pcap", simple(10, 30, 4, 30))
    write("other.pcap", simple(8, 15, 30, 31))
    expect(0, "8 packets of 2", "mix", "back.pcap", "other.pcap", "-o", "b.pcapng")
    head, bodies, rows = parts("b.pcapng")
    order = [(r["origin"][0], int(r["origin_packet"])) for r in rows]
    if order != [("o", 1), ("b", 1), ("o", 2), ("b", 2), ("b", 3), ("b", 4), ("o", 3), ("o", 4)]:
        fail(f"a capture that goes back: {order}")
    check(0, "8 packets", head, bodies, rows)
    # Every other merge of the two, in which each keeps its own order and the first packets their places.
    count = 0
    for mask in range(256):
        if bin(mask).count("1") != 4:
            continue
        left = {name: [i for i, o in enumerate(order) if o[0] == name] for name in "ob"}
        new = [left["o" if mask >> i & 1 else "b"].pop(0) for i in range(8)]
        if new != list(range(8)) and new[:2] == [0, 1]:
            check(1, "packet ", head, [bodies[i] for i in new], [rows[i] for i in new])
            count += 1
    if count != 19:
        fail(f"{count} merges were tried")


def random_capture(name, source):
    """Times that are often equal, and go back; several interfaces and sections, and equal packets."""
    links = [source.choice((1, 1, 101)) for _ in range(source.randint(1, 3))]
    out, now = b"", source.randint(100, 103)
    for at_least in (1, 0, 0)[: source.randint(1, 3)]:
        out += section("<")
        out += b"".join(interface("<", 9, link=link) for link in links)
        for _ in range(source.randint(at_least, 12)):
            now += source.choice((0, 0, 0, 1, 1, 2, -1, -2))
            data = source.choice((b"same", b"same", bytes([source.randint(0, 255)])))
            out += enhanced("<", (now, 0, len(data), 60, data), source.randrange(len(links)), 9)
    write(name, out)


def check_files():
    """The mixture is a file; standard input is a capture that was mixed as -."""
    write("in.pcap", simple(1, 2))
    with open("in.pcap", "rb") as file:
        expect(0, "wrote", "mix", "-", "-o", "f.pcapng", stdin=file)
    for mixture, words in (("-", "must be a file, not standard input"), (".", ".: "),
                           ("/dev/stdin", "/dev/stdin: is read twice: it must be a file")):
        reader = subprocess.Popen(["cat", "f.pcapng"], stdout=subprocess.PIPE)
        expect(2, words, "verify", "--mix", "f.pcapng.truth.csv", mixture,
               stdin=reader.stdout)
        reader.stdout.close()
        reader.wait()
    with open("f.pcapng.truth.csv", "rb") as file:
        expect(2, "--mix -: must be a file", "verify", "--mix", "-", "f.pcapng", stdin=file)
    expect(2, "none.pcapng: No such file", "verify", "--mix", "f.pcapng.truth.csv", "none.pcapng")
    with open("in.pcap", "rb") as file:
        expect(0, "2 packets", "verify", "--mix", "f.pcapng.truth.csv", "f.pcapng", stdin=file)
    write("g.pcap", simple(1, 2))
    expect(0, "wrote", "mix", "g.pcap", "-o", "g.pcapng")
    with open("g.pcapng", "rb") as file:  # a file by another name
        expect(0, "2 packets", "verify", "--mix", "g.pcapng.truth.csv", "/dev/stdin", stdin=file)


def check_random(seed=7, rounds=40):
    """Mixtures of all kinds are right; any two packets that are exchanged with their rows are found."""
    source = random.Random(seed)
    found = 0
    for _ in range(rounds):
        names = [f"r{i}.pcapng" for i in range(source.randint(1, 5))]
        for name in names:
            random_capture(name, source)
        options = source.choice(([], ["--order", "time"]))
        options = options + source.choice(([], ["--shift", "start"], ["--rate", "r0.pcapng=3"], ["--comments"]))
        expect(0, "wrote", "mix", *names, "-o", "r.pcapng", *options)
        expect(0, "as asked for", "verify", "--mix", "r.pcapng.truth.csv", "r.pcapng")
        head, bodies, rows = parts("r.pcapng")
        if len(rows) < 2:
            continue
        i, j = source.sample(range(len(rows)), 2)
        check(1, "packet", head, swapped(bodies, i, j), swapped(rows, i, j))
        found += 1
    if not found:
        fail("nothing was exchanged")


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        check_interfaces()
        check_equal_times()
        check_backwards()
        check_files()
        check_random()
        os.chdir("/")
    return ended()


if __name__ == "__main__":
    sys.exit(main())
