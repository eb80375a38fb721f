#!/usr/bin/env python3
"""Mixtures of captures: what `mix` writes, and what `verify --mix` finds in it.

Usage: test_mix.py PKTBENCH"""

import csv
import functools
import gzip
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../source"))
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../cli"))
import commands
from captures import block, enhanced, interface, pcap_make, section
from commands import PKTBENCH, ended, fail, run

SECOND = 10**9
expect = functools.partial(commands.expect, outputs=("stdout", "stderr"))


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def read(name):
    with open(name, "rb") as file:
        return file.read()


def blocks(data):
    """(type, bytes) of every block."""
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<2I", data, at)
        yield kind, data[at : at + size]
        at += size


def packets(data):
    """(time, interface, captured, original, bytes) of every packet of a mixture."""
    for kind, b in blocks(data):
        if kind == 6:
            number, high, low, captured, original = struct.unpack_from("<5I", b, 8)
            yield high << 32 | low, number, captured, original, b[28 : 28 + captured]


def links(data):
    """Link type of every interface, and the texts of its options."""
    out = []
    for kind, b in blocks(data):
        if kind == 1:
            options, at = {}, 16
            while at < len(b) - 8:
                code, size = struct.unpack_from("<2H", b, at)
                options[code] = b[at + 4 : at + 4 + size]
                at += 4 + (size + 3) // 4 * 4
            out.append((struct.unpack_from("<H", b, 8)[0], options.get(2, b"").decode(), options.get(3, b"").decode()))
    return out


def truth_read(name):
    with open(name, newline="") as file:
        return list(csv.DictReader(file))


def truth_write(name, rows):
    with open(name, "w", newline="") as file:
        out = csv.DictWriter(file, ["packet", "origin", "origin_packet", "label"], lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def pcap_records(name, magic=0xA1B2C3D4):
    """(time, captured, original, bytes) of a classic capture in this machine's byte order."""
    data = read(name)
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    at, unit = 24, 1000 if struct.unpack_from("<I", data)[0] == magic else 1
    while at < len(data):
        seconds, fraction, captured, original = struct.unpack_from("<4I", data, at)
        yield seconds * SECOND + fraction * unit, captured, original, data[at + 16 : at + 16 + captured]
        at += 16 + captured


def simple(*seconds, **more):
    """A capture with a packet of one byte at each of these times."""
    return pcap_make([(s, 0, 1, 1, bytes([s % 256])) for s in seconds], **more)


def scenarios_make():
    for name in ("benign-iot", "mirai", "udp-flood", "recon"):
        got = run("gen", name, "-o", f"{name}.pcap", "--size", "300kB")
        if got.returncode:
            fail(f"gen {name}: {got.stderr}")
    write("udp-flood.pcap.gz", gzip.compress(read("udp-flood.pcap"), 1))
    run("gen", "recon", "-o", "recon.pcapng", "--size", "300kB", "--format", "pcapng", "--interfaces", "3", "--ns")


FOUR = ("benign-iot.pcap", "--label", "mirai=mirai.pcap", "--label", "flood, udp=udp-flood.pcap.gz",
        "--label", "recon=recon.pcapng", "--shift", "start", "--shift", "mirai.pcap=+250ms", "--rate", "mirai.pcap=2",
        "--map-ip", "mirai.pcap=0.0.0.0/0=10.0.0.0/0")


def check_scenarios():
    """Every packet is there, with its time, as a plain reading of the captures says."""
    # /0 replaces nothing but counts: the bytes stay.
    expect(0, "of 4 captures", "mix", *FOUR, "-o", "four.pcapng")
    expect(0, "each packet of 4 captures once", "verify", "--mix", "four.pcapng.truth.csv", "four.pcapng")
    got = list(packets(read("four.pcapng")))
    rows = truth_read("four.pcapng.truth.csv")
    if [int(r["packet"]) for r in rows] != list(range(1, len(got) + 1)):
        fail("the truth does not number the packets")
    labels = {"benign-iot.pcap": "", "mirai.pcap": "mirai", "udp-flood.pcap.gz": "flood, udp", "recon.pcapng": "recon"}
    start = next(pcap_records("benign-iot.pcap"))[0]
    for name in ("benign-iot.pcap", "mirai.pcap", "udp-flood.pcap.gz"):
        records = list(pcap_records(name))
        mine = [(p, int(r["origin_packet"]), r["label"]) for p, r in zip(got, rows) if r["origin"] == name]
        if [n for _, n, _ in mine] != list(range(1, len(records) + 1)):
            fail(f"{name}: not each packet once, in order")
        if {label for _, _, label in mine} != {labels[name]}:
            fail(f"{name}: labels")
        for (p, n, _), (t, captured, original, data) in zip(mine, records):
            past = t - records[0][0]
            want = start + (past // 2 + SECOND // 4 if name == "mirai.pcap" else past)
            if p[0] != want or p[2:] != (captured, original, data):
                fail(f"{name}: packet {n} differs: {p[0]} {want}")
                break
    if len(set(p[1] for p in got)) != 6 or len(links(read("four.pcapng"))) != 6:
        fail("six interfaces were mixed, three of them of recon.pcapng")
    count = run("extract", "four.pcapng", "--columns", "ts_ns", "-o", "-").stdout.count("\n") - 1
    if count != len(got):
        fail(f"extract reads {count} of {len(got)} packets")


def planted(name, change, words, status=1):
    """`change` gets the blocks of packets and the rows of the truth, and returns them."""
    data = read("four.pcapng")
    head = [b for kind, b in blocks(data) if kind != 6]
    with_packets = [(b, r) for b, r in zip((b for k, b in blocks(data) if k == 6), truth_read("four.pcapng.truth.csv"))]
    bodies, rows = change([b for b, _ in with_packets], [r for _, r in with_packets])
    write("planted.pcapng", b"".join(head) + b"".join(bodies))
    truth_write("planted.csv", rows)
    got = expect(status, words, "verify", "--mix", "planted.csv", "planted.pcapng")
    if status and got.stdout.count("\n") != 1:
        fail(f"{name}: {got.stdout}")


def numbered(rows):
    return [{**r, "packet": i + 1} for i, r in enumerate(rows)]


def check_planted():
    rows = truth_read("four.pcapng.truth.csv")
    at = next(i for i, r in enumerate(rows) if r["origin"] == "mirai.pcap" and r["origin_packet"] == "40")
    last = max(i for i, r in enumerate(rows) if r["origin"] == "mirai.pcap")
    end = rows[last]["origin_packet"]
    gone = "packet 40 of mirai.pcap is missing"
    planted("nothing", lambda b, r: (b, r), "each packet of 4", 0)
    planted("loss", lambda b, r: (b[:at] + b[at + 1 :], r), gone)
    planted("loss of both", lambda b, r: (b[:at] + b[at + 1 :], numbered(r[:at] + r[at + 1 :])), gone)
    planted("loss in the truth", lambda b, r: (b, r[:at] + r[at + 1 :]), f"the truth has no row of packet {at + 1}")
    planted("loss at the end", lambda b, r: (b[:-1], r), "the mixture ends after")
    planted("loss of the last", lambda b, r: (b[:last] + b[last + 1 :], numbered(r[:last] + r[last + 1 :])),
            f"packet {end} of mirai.pcap is missing")
    planted("no row at the end", lambda b, r: (b, r[:-1]), "has no row in the truth, which ends before")
    planted("duplicate", lambda b, r: (b[: at + 1] + b[at:], r), f"packet {at + 2} is a duplicate")
    planted("duplicate in both", lambda b, r: (b[: at + 1] + b[at:], numbered(r[: at + 1] + r[at:])),
            f"packet {at + 2} is a duplicate: packet 40 of mirai.pcap")
    wrong = [{**r, "label": "benign"} if i == at else r for i, r in enumerate(rows)]
    planted("label", lambda b, r: (b, wrong), f"packet {at + 1}: wrong label: the truth has 'benign'")
    other = [{**r, "origin": "x.pcap"} if i == at else r for i, r in enumerate(rows)]
    planted("origin", lambda b, r: (b, other), "x.pcap, which was not mixed")

    def byte(b, r):
        b[at] = b[at][:40] + bytes([b[at][40] ^ 1]) + b[at][41:]
        return b, r

    planted("byte", byte, f"packet {at + 1}: byte 12 is")

    def moved(b, r):
        b[at] = b[at][:16] + bytes([b[at][16] ^ 1]) + b[at][17:]
        return b, r

    planted("time", moved, f"packet {at + 1}: its time is")

    def interface_changed(b, r):
        b[at] = b[at][:8] + b"\0" + b[at][9:]
        return b, r

    planted("interface", interface_changed, f"packet {at + 1} is of the interface of ")


def check_changed_source():
    """A capture that was replaced since."""
    write("one.pcap", simple(1, 3, 5))
    write("two.pcap", simple(2, 4))
    expect(0, "5 packets", "mix", "one.pcap", "two.pcap", "-o", "m.pcapng")
    write("one.pcap", simple(1, 3))
    expect(1, "which has fewer", "verify", "--mix", "m.pcapng.truth.csv", "m.pcapng")
    write("one.pcap", simple(1, 3, 5, 6))
    expect(1, "packet 4 of one.pcap is missing", "verify", "--mix", "m.pcapng.truth.csv", "m.pcapng")
    os.unlink("one.pcap")
    expect(2, "one.pcap: No such file", "verify", "--mix", "m.pcapng.truth.csv", "m.pcapng")
    expect(2, "is no mixture", "verify", "--mix", "m.pcapng.truth.csv", "two.pcap")
    expect(2, "no column origin", "verify", "--mix", "labels.csv", "four.pcapng") if labels_only() else None
    expect(2, "needs one capture", "verify", "--mix", "m.pcapng.truth.csv")
    expect(2, "does not go with --levels", "verify", "--mix", "m.pcapng.truth.csv", "m.pcapng", "--levels", "app")


def labels_only():
    write("labels.csv", b"packet,label\n1,x\n")
    return True


def times_of(name):
    return [p[0] // SECOND for p in packets(read(name))]


def check_order():
    write("back.pcap", simple(10, 30, 20, 20, 40))
    write("straight.pcap", simple(15, 25, 35))
    expect(0, "back.pcap: 1 packets are earlier than the packet before them: they keep", "mix", "back.pcap",
           "straight.pcap", "-o", "kept.pcapng")
    if times_of("kept.pcapng") != [10, 15, 25, 30, 20, 20, 35, 40]:
        fail(f"the order of the captures: {times_of('kept.pcapng')}")
    expect(0, "1 packets are earlier", "verify", "--mix", "kept.pcapng.truth.csv", "kept.pcapng")
    expect(0, "they were put in order", "mix", "back.pcap", "straight.pcap", "-o", "sorted.pcapng", "--order", "time")
    if times_of("sorted.pcapng") != [10, 15, 20, 20, 25, 30, 35, 40]:
        fail(f"--order time: {times_of('sorted.pcapng')}")
    expect(0, "8 packets", "verify", "--mix", "sorted.pcapng.truth.csv", "sorted.pcapng")
    rows = truth_read("sorted.pcapng.truth.csv")
    if [r["origin_packet"] for r in rows if r["origin"] == "back.pcap"] != ["1", "3", "4", "2", "5"]:
        fail("the truth of --order time")
    # A packet that went out of order, and is lost.
    data = read("sorted.pcapng")
    kept = [b for kind, b in blocks(data) if kind != 6 or b[28] != 30]
    write("lost.pcapng", b"".join(kept))
    truth_write("lost.csv", numbered([r for r in rows if (r["origin"], r["origin_packet"]) != ("back.pcap", "2")]))
    expect(1, "packet 2 of back.pcap is missing", "verify", "--mix", "lost.csv", "lost.pcapng")
    # Too far back: 8,192 packets lie between.
    write("far.pcap", pcap_make([(100, i, 1, 1, b"a") for i in range(9000)] + [(1, 0, 1, 1, b"b")]))
    expect(2, "packet 9001 is earlier than packets that are too far before it", "mix", "far.pcap", "-o", "far.pcapng",
           "--order", "time")
    if os.path.exists("far.pcapng"):
        fail("a mixture after an error")


def check_times():
    write("a.pcap", simple(100, 110))
    write("b.pcap", simple(7, 9))
    write("far.pcap", simple(50))
    os.makedirs("pieces", exist_ok=True)
    write("pieces/p1.pcap", simple(1000, 1001))
    write("pieces/p2.pcap", simple(1002, 1003))
    cases = [
        (["--shift", "start"], [100, 100, 102, 110]),
        (["--shift", "b.pcap=+5s"], [100, 105, 107, 110]),
        (["--shift", "b.pcap=-1s"], [99, 100, 101, 110]),
        (["--shift", "1970-01-01T00:01:00Z"], [60, 60, 62, 70]),
        (["--shift", "a.pcap=3.5", "--rate", "a.pcap=0.5"], [3, 7, 9, 23]),
        (["--shift", "start", "--rate", "10"], [100, 100, 100, 101]),
        (["--shift", "2026-05-04T12:00:00.25Z"], [1777896000, 1777896000, 1777896002, 1777896010]),
    ]
    for options, times in cases:
        expect(0, "4 packets", "mix", "a.pcap", "b.pcap", "-o", "t.pcapng", *options)
        if times_of("t.pcapng") != times:
            fail(f"{options}: {times_of('t.pcapng')}, wanted {times}")
        expect(0, "4 packets", "verify", "--mix", "t.pcapng.truth.csv", "t.pcapng")
    # The captures of a folder move together, unless one of them is named.
    expect(0, "6 packets", "mix", "a.pcap", "--label", "x=pieces", "--shift", "pieces=start", "-o", "t.pcapng")
    if times_of("t.pcapng") != [100, 100, 101, 102, 103, 110]:
        fail(f"a folder: {times_of('t.pcapng')}")
    expect(0, "6 packets", "mix", "a.pcap", "pieces", "--shift", "pieces=start", "--shift", "p2.pcap=5", "-o", "t.pcapng")
    if times_of("t.pcapng") != [5, 6, 100, 100, 101, 110]:
        fail(f"a capture of a folder: {times_of('t.pcapng')}")


def check_kinds():
    """Link types, byte orders, interfaces that come late, equal packets, packets of no byte."""
    write("raw.pcap", simple(1, 3, link=101))
    write("big.pcap", simple(2, order=">", magic=0xA1B23C4D))
    record = (4, 5, 2, 60, b"zz")
    late = section(">") + interface(">", 9, link=113) + enhanced(">", record, 0, 9)
    late += interface(">", 6, link=1, snaplen=96) + enhanced(">", (5, 0, 0, 9, b""), 1)
    late += section("<") + interface("<", 9, link=113) + enhanced("<", record, 0, 9)
    write("late.pcapng", late)
    expect(0, ["6 packets of 3", "late.pcapng: 1 packets are earlier"], "mix", "raw.pcap", "big.pcap", "late.pcapng",
           "-o", "k.pcapng")
    data = read("k.pcapng")
    if [link for link, _, _ in links(data)] != [101, 1, 113, 1]:
        fail(f"interfaces: {links(data)}")
    equal = [p for p in packets(data) if p[4] == b"zz"]
    if len(equal) != 2 or equal[0] != equal[1] or equal[0][:4] != (4000005000, 2, 2, 60):
        fail(f"duplicates: {equal}")
    expect(0, "6 packets", "verify", "--mix", "k.pcapng.truth.csv", "k.pcapng")
    # A mixture can be mixed again, and be an input through a pipe.
    expect(0, "8 packets", "mix", "k.pcapng", "-", "-o", "again.pcapng", stdin=open("raw.pcap", "rb"))
    expect(0, "8 packets", "verify", "--mix", "again.pcapng.truth.csv", "again.pcapng", stdin=open("raw.pcap", "rb"))
    got = subprocess.run([PKTBENCH, "mix", "raw.pcap", "-o", "-", "--truth", "raw.csv"], capture_output=True)
    write("raw.pcapng", got.stdout)
    expect(0, "2 packets", "verify", "--mix", "raw.csv", "raw.pcapng")
    # The truth is read once; of a mixture, first its head.
    expect(0, "2 packets", "verify", "--mix", "/dev/stdin", "raw.pcapng", input=read("raw.csv").decode())
    os.mkfifo("fifo.pcapng")
    expect(2, "fifo.pcapng: is read twice: it must be a file", "verify", "--mix", "raw.csv", "fifo.pcapng", timeout=60)


def check_maps():
    """Addresses of one capture alone; the checksums are right as extract and plain sums say."""
    expect(0, "wrote", "mix", "benign-iot.pcap", "mirai.pcap", "--map-ip", "mirai.pcap=192.168.0.0/16=10.9.0.0/16",
           "-o", "maps.pcapng")
    expect(0, "each packet of 2", "verify", "--mix", "maps.pcapng.truth.csv", "maps.pcapng")
    checked = 0
    for p, row in zip(packets(read("maps.pcapng")), truth_read("maps.pcapng.truth.csv")):
        data = p[4]
        if row["origin"] == "mirai.pcap" and data[12:14] == b"\x08\x00":
            if data[26:28] == b"\xc0\xa8" or data[30:32] == b"\xc0\xa8":
                fail(f"an address stays: packet {row['packet']}")
            size = (data[14] & 15) * 4
            if plain_sum(data[14 : 14 + size]) != 0xFFFF:
                fail(f"the checksum of packet {row['packet']}")
            checked += 1
    if not checked:
        fail("no packet with addresses")
    expect(0, "--map-ip 1.2.3.4=1.2.3.5: no packet has the address", "mix", "mirai.pcap", "--map-ip", "1.2.3.4=1.2.3.5",
           "-o", "maps.pcapng")
    write("wlan.pcap", simple(1, link=105))
    expect(0, "wlan.pcap: the addresses of 1 packets stay", "mix", "wlan.pcap", "--map-mac",
           "02:00:00:00:00:01=02:00:00:00:00:02", "-o", "maps.pcapng")


def plain_sum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def check_refused():
    write("a.pcap", simple(1))
    write("cut.pcap", simple(1, 2)[:-1])
    write("bad.pcap", simple(1) + b"\1\0\0\0\2\0\0\0" + b"\xff\xff\xff\x7f" * 2)
    write("none.pcap", b"no capture")
    timeless = section("<") + interface("<") + block("<", 3, struct.pack("<I", 1) + b"t")
    write("timeless.pcapng", timeless)
    os.symlink("a.pcap", "link.pcap")
    cases = [
        (["a.pcap"], "-o FILE says where"),
        (["a.pcap", "-o", "a.pcap"], "a.pcap: is a capture that is mixed"),
        (["a.pcap", "-o", "x", "--truth", "a.pcap"], "a.pcap: is a capture that is mixed"),
        (["a.pcap", "-o", "x", "--truth", "x"], "cannot both go to x"),
        (["a.pcap", "-o", "-"], "--truth FILE says where"),
        (["-o", "x"], "a capture is missing"),
        (["a.pcap", "a.pcap", "-o", "x"], "a.pcap: is named twice"),
        (["a.pcap", "link.pcap", "-o", "x"], "link.pcap: is mixed already, as a.pcap"),
        (["a.pcap", "gone.pcap", "-o", "x"], "gone.pcap: No such file"),
        (["a.pcap", "--label", "y=gone.pcap", "-o", "x"], "--label: gone.pcap: No such file"),
        (["a.pcap", "--label", "gone.pcap", "-o", "x"], "must be NAME=FILE"),
        (["--label", "p=a.pcap", "--label", "q=a.pcap", "-o", "x"], "a.pcap has two labels"),
        (["a.pcap", "--shift", "b.pcap=start", "-o", "x"], "no capture has the name b.pcap"),
        (["a.pcap", "--shift", "soon", "-o", "x"], "--shift soon: must be TIME or FILE=TIME"),
        (["a.pcap", "--rate", "0", "-o", "x"], "--rate 0: must be"),
        (["a.pcap", "--rate", "fast", "-o", "x"], "--rate fast: must be"),
        (["a.pcap", "--rate", "0x2", "-o", "x"], "--rate 0x2: must be"),
        (["a.pcap", "--map-ip", "1.2.3=1.2.3.4", "-o", "x"], "'1.2.3' is no IP address"),
        (["a.pcap", "--map-mac", "1=2", "-o", "x"], "'1' is no MAC address"),
        (["a.pcap", "--map-ip", "b.pcap=1.2.3.4=1.2.3.5", "-o", "x"], "no capture has the name b.pcap"),
        (["a.pcap", "--order", "size", "-o", "x"], "unknown order 'size'"),
        (["a.pcap", "--shift", "-1w", "-o", "x"], "--shift -1w"),
        (["a.pcap", "--shift", "-10s", "-o", "x"], "packet 1 is before 1970"),
        (["a.pcap", "none.pcap", "-o", "x"], "none.pcap: "),
        (["a.pcap", "bad.pcap", "-o", "x"], "bad.pcap: record claims 2147483647"),
        (["timeless.pcapng", "-o", "x"], "timeless.pcapng: packet 1 has no time"),
        (["a.pcap", "-o", "/dev/full"], "/dev/full: "),
        (["a.pcap", "-o", "nowhere/x"], "nowhere/x: cannot write: no folder nowhere"),
    ]
    for options, words in cases:
        expect(2, words, "mix", *options)
        if os.path.exists("x") or os.path.exists("x.truth.csv"):
            fail(f"{options}: left an output")
            for name in ("x", "x.truth.csv"):
                if os.path.exists(name):
                    os.unlink(name)
    expect(0, ["cut.pcap: ", "mixed up to there", "2 packets of 2"], "mix", "a.pcap", "cut.pcap", "-o", "x")
    expect(0, ["2 packets", "compared up to there"], "verify", "--mix", "x.truth.csv", "x")
    for name, words in (("packet,label\n", "no column origin"), ("", "is empty"),
                        ("packet,origin,origin_packet,label\nx,y,1,\n", "line 2: is no number"),
                        ("packet,origin,origin_packet,label\n1,\"y,1,\n", "line 2: ends inside quotes"),
                        ("packet,origin,origin_packet,label\n1,a.pcap\0,1,\n", "line 2: has a NUL byte"),
                        ("packet,origin,origin_packet,label\n1,y\n", "line 2: has no cell")):
        write("bad.csv", name.encode())
        expect(2, ["bad.csv: ", words], "verify", "--mix", "bad.csv", "x")


def check_damaged():
    """A section header or a truth that was damaged: an error or a finding, never a crash."""
    expect(0, "wrote", "mix", "--label", "x=one.pcap", "two.pcap", "--map-ip", "10.0.0.0/8=11.0.0.0/8", "-o", "d.pcapng")
    data, rows = read("d.pcapng"), read("d.pcapng.truth.csv")
    head = struct.unpack_from("<I", data, 4)[0]
    for number, at in enumerate(range(4, head, 9)):
        write("damaged.pcapng", data[:at] + [b"\n", b" ", b"\xff"][number % 3] + data[at + 1 :])
        cut = number * 5 % len(rows)
        write("damaged.csv", rows[:cut] + [b"", b"\"", b"9"][number % 3] + rows[cut + number % 2 :])
        for names in (("d.pcapng.truth.csv", "damaged.pcapng"), ("damaged.csv", "d.pcapng")):
            got = run("verify", "--mix", *names)
            if got.returncode not in (0, 1, 2) or (got.returncode == 2 and "error: " not in got.stderr):
                fail(f"byte {at}, row byte {cut}: {got.returncode} {got.stderr}")


def check_killed():
    """Killed in the middle: nothing has the final name, nor any other."""
    os.makedirs("killed", exist_ok=True)
    os.mkfifo("slow.pcap")
    mix = subprocess.Popen([PKTBENCH, "mix", "mirai.pcap", "slow.pcap", "-o", "killed/m.pcapng"])
    with open("slow.pcap", "wb") as pipe:
        first = next(pcap_records("mirai.pcap"))[0] // SECOND
        pipe.write(simple(*([first] * 5000)))
        pipe.flush()
        time.sleep(0.2)
        if mix.poll() is not None:
            fail("the mix did not wait for its pipe")
        mix.send_signal(signal.SIGKILL)
        mix.wait()
    if os.listdir("killed"):
        fail(f"a killed mix left {os.listdir('killed')}")
    write("killed/m.pcapng", b"old")
    expect(0, "wrote killed/m.pcapng", "mix", "mirai.pcap", "-o", "killed/m.pcapng")
    if sorted(os.listdir("killed")) != ["m.pcapng", "m.pcapng.truth.csv"]:
        fail(f"names: {os.listdir('killed')}")


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        scenarios_make()
        check_scenarios()
        check_planted()
        check_changed_source()
        check_order()
        check_times()
        check_kinds()
        check_maps()
        check_refused()
        write("one.pcap", simple(1, 3, 5))
        check_damaged()
        check_killed()
    return ended()


if __name__ == "__main__":
    sys.exit(main())
