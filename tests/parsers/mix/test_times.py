#!/usr/bin/env python3
"""New times of a mixture: what the options mean in every order and by every name.

Usage: test_times.py PKTBENCH"""

import itertools
import os
import sys
import tempfile

from test_mix import SECOND, ended, expect, fail, packets, pcap_make, read, simple, truth_read, write


def times(options, wanted, *captures):
    """`wanted`: for each capture, the times of its packets."""
    got = expect(0, "wrote", "mix", *captures, "-o", "t.pcapng", *options)
    found = {}
    if got.returncode == 0:
        for p, r in zip(packets(read("t.pcapng")), truth_read("t.pcapng.truth.csv")):
            found.setdefault(r["origin"], []).append(p[0] / SECOND)
    if found != wanted:
        fail(f"{captures} {options}: {found}, wanted {wanted}")
    expect(0, "as asked for", "verify", "--mix", "t.pcapng.truth.csv", "t.pcapng")


def captures_make():
    os.makedirs("m")
    write("m/a.pcap", simple(1000, 1010))
    write("m/b.pcap", simple(50, 52))
    os.makedirs("pieces")
    write("pieces/p1.pcap", simple(200, 201))
    write("pieces/p2.pcap", simple(202, 204))


def check_first():
    """The start is that of the first capture of the command line, whichever of them is named."""
    a, b, p1, p2 = "m/a.pcap", "m/b.pcap", "pieces/p1.pcap", "pieces/p2.pcap"
    for name in ("b.pcap", b):
        times(["--shift", f"{name}=+1s"], {b: [51, 53], a: [1000, 1010]}, b, a)
        times(["--shift", f"{name}=+1s", "--shift", "a.pcap=+3s"], {b: [51, 53], a: [53, 63]}, b, a)
        times(["--rate", f"{name}=2", "--shift", "a.pcap=start"], {b: [50, 51], a: [50, 60]}, b, a)
        times(["--shift", "a.pcap=start", "--shift", f"{name}=7"], {b: [7, 9], a: [50, 60]}, b, a)
    for name in ("p1.pcap", p1):
        times(["--rate", f"{name}=0.5", "--shift", f"{b}=start"], {p1: [200, 202], p2: [202, 204], b: [200, 202]},
              "pieces", b)
        times(["--shift", f"{name}=+1s", "--shift", f"{b}=-1s"], {p1: [201, 202], p2: [202, 204], b: [199, 201]},
              "pieces", b)
    times(["--shift", "p2.pcap=start", "--shift", f"{b}=start"], {p1: [200, 201], p2: [200, 202], b: [200, 202]},
          "pieces", b)
    # A pattern is an operand, too; and the first capture may be that of --label.
    times(["--shift", "p1.pcap=+9s", "--shift", f"{b}=start"], {p1: [209, 210], p2: [202, 204], b: [200, 202]},
          "pieces/p*.pcap", b)
    times(["--shift", "p1.pcap=+9s", "--shift", "m=start"],
          {p1: [209, 210], p2: [202, 204], a: [1150, 1160], b: [200, 202]}, "--label", "x=pieces", "--label", "y=m")
    # A folder that is named means its captures that are also named by themselves.
    for options in (["--rate", "p1.pcap=0.5", "--shift", "pieces=7"], ["--shift", "pieces=7", "--rate", "p1.pcap=0.5"]):
        times(options, {b: [50, 52], p1: [7, 9], p2: [7, 9]}, b, "pieces")
    write("empty.pcap", simple())
    expect(2, "empty.pcap: has no packet, so that nothing can begin after it", "mix", "empty.pcap", a, "-o", "t.pcapng",
           "--shift", "a.pcap=start")


def check_instants():
    """Times are those of the calendar and of a mixture; what is none is refused with the reason, not moved on."""
    a = "m/a.pcap"
    last = 2**63 - 1
    good = [("1970-01-01", 0), ("2024-02-29", 1709164800), ("2000-02-29T23:59:59Z", 951868799), ("0", 0),
            ("2026-12-31T00:00:00", 1798675200), ("2262-04-11T23:47:06", 9223372026), ("2026-05-04Z", 1777852800),
            ("9223372026", 9223372026)]
    for text, seconds in good:
        times(["--shift", text], {a: [seconds, seconds + 10]}, a)
    for text, wanted in (("2026-05-04T12:00:00.123456789", 1777896000123456789),
                         ("1777896000.123456789", 1777896000123456789),
                         ("2026-05-04T12:00:00.5Z", 1777896000500000000), ("1777896000.000000001", 1777896000000000001)):
        expect(0, "wrote", "mix", a, "-o", "t.pcapng", "--shift", text)
        if next(packets(read("t.pcapng")))[0] != wanted:
            fail(f"{text}: {next(packets(read('t.pcapng')))[0]}")
    day, clock = "the calendar has no such day", "hours are 00 to 23, minutes and seconds 00 to 59"
    range_, form = "times from 1970 to 2262", "a time is YYYY-MM-DD"
    fraction = "a fraction of a second has 1 to 9 digits"
    refused = {
        day: ["2026-02-31", "2026-02-29", "2026-04-31", "2100-02-29", "1900-02-29", "2026-13-01", "2026-00-10",
              "2026-01-00", "2026-01-32", "2026-02-30T12:00:00Z"],
        clock: ["2026-05-04T" + t for t in ("24:00:00", "25:00:00", "12:60:00", "23:59:60", "23:59:61Z", "99:99:99")],
        range_: ["2600-01-01", "2263-01-01", "2262-04-12", "9999-12-31T23:59:59", "1969-12-31", "0000-01-01",
                 "2262-04-11T23:47:16.854775808", "9223372036.854775808", "9223372037", "9223372036854775807",
                 "18446744073709551615", "99999999999999999999999"],
        fraction: ["1.", "1.0123456789", "2026-05-04T12:00:00.", "2026-05-04T12:00:00.Z",
                   "2026-05-04T12:00:00.1234567890", "2026-05-04T12:00:00.12345678901234Z"],
        form: ["2026-5-4", "26-05-04", "02026-05-04", "2026- 5- 4", "2026-05", "2026-05-04T12:00", "2026-05-04T1:2:3",
               "2026-05-04.5", "2026-05-04T12:00:00+02:00", "2026-05-04T12:00:00ZZ", "2026-05-04 12:00:00",
               "2026-05-04T", "2026-05-04T12:00:00.5-1", "2026/05/04-", "1-", "2026-05--4"],
        "must be TIME or FILE=TIME": ["-2026-01-01", "+2026-01-01", "1e9", "12:00:00", "1 ", "0x10", "", "+", "-", "+-1",
                                      "++1s", " 1", "1.5.5", "+nan", "+inf"],
    }
    for text, words in ((text, words) for words, texts in refused.items() for text in texts):
        for target in ("", "a.pcap="):
            expect(2, [f"--shift {target}{text}: ", words], "mix", a, "-o", "none.pcapng", "--shift", target + text)
    if os.path.exists("none.pcapng"):
        fail("a mixture after an error")
    # The last time of all; and a capture that would end after it.
    write("one.pcap", simple(5))
    text = f"{last // SECOND}.{last % SECOND - 1}"
    expect(0, "wrote", "mix", "one.pcap", "-o", "t.pcapng", "--shift", text)
    if next(packets(read("t.pcapng")))[0] != last - 1:
        fail(f"{text}: {next(packets(read('t.pcapng')))[0]}")
    expect(2, "packet 2 is before 1970 or after 2262", "mix", a, "-o", "none.pcapng", "--shift", text)


def check_scope():
    """An option for fewer captures counts, in every order of the options."""
    b, p1, p2 = "m/b.pcap", "pieces/p1.pcap", "pieces/p2.pcap"
    shifts = ["start", "pieces=+5s", "p2.pcap=+20s"]
    rates = ["0.5", "pieces=1", f"{p2}=2"]
    for order in itertools.permutations(range(3)):
        options = [w for i in order for w in ("--shift", shifts[i])]
        times(options, {b: [50, 52], p1: [55, 56], p2: [70, 72]}, b, "pieces")
        options = [w for i in order for w in ("--rate", rates[i])]
        times(options, {b: [50, 54], p1: [200, 201], p2: [202, 203]}, b, "pieces")
    for name, operand in (("b.pcap", b), (b, b), ("m/b*", "m/b*"), ("b.pcap", "m/b*")):
        for options in ([f"{name}=+90s", "start"], ["start", f"{name}=+90s"]):
            times(["--shift", options[0], "--shift", options[1]], {p1: [200, 201], b: [290, 292]}, p1, operand)
    times(["--shift", "b.pcap=+90s", "--shift", f"{b}=+1s"], {b: [51, 53]}, b)
    times(["--shift", "b.pcap=+0.5h"], {p1: [200, 201], b: [2000, 2002]}, p1, b)
    times(["--shift", "+90s", "--shift", "+1s"], {b: [51, 53]}, b)
    frame = bytes(range(12)) + b"\x08\x00" + bytes.fromhex("4500001400000000401100000a0000010a000002")
    write("ip.pcap", pcap_make([(1, 0, len(frame), len(frame), frame)]))
    maps = ["10.0.0.1=1.1.1.1", "ip.pcap=10.0.0.1=2.2.2.2", "10.0.0.2=3.3.3.3", "ip.pcap=10.0.0.1=4.4.4.4"]
    for order in itertools.permutations(range(4)):
        expect(0, "wrote", "mix", "ip.pcap", b, "-o", "t.pcapng", *[w for i in order for w in ("--map-ip", maps[i])])
        data = next(packets(read("t.pcapng")))[4]
        source = b"\2" * 4 if order.index(1) < order.index(3) else b"\4" * 4
        if data[26:34] != source + b"\3" * 4:
            fail(f"maps {order}: {data[26:34]}")
        expect(0, "as asked for", "verify", "--mix", "t.pcapng.truth.csv", "t.pcapng")


def check_rates():
    """A rate is kept as it is given, or refused."""
    a = "m/a.pcap"
    kept = {"1": 10**6, "1.000001": 1000001, "1.0000000000": 10**6, "0.000001": 1, "1e-6": 1, "10e-7": 1, "1E6": 10**12,
            "0.1": 10**5, "999999.999999": 999999999999, "1.5e-5": 15, "12300e-2": 123000000, "100": 10**8,
            "0.00000100": 1, "1.25e0": 1250000, "123456.1": 123456100000}
    for text, value in kept.items():
        expect(0, "wrote", "mix", a, "-o", "t.pcapng", "--rate", text)
        if f" {value}\n".encode() not in read("t.pcapng"):
            fail(f"--rate {text} is not {value} millionths")
    for text in ("1.0000004", "1.0000000001", "0.0000015", "1.5e-6", "1e-7", "999999.9999999", "2.00000010", "0.0000006",
                 "1.00000000000000000000000001", "11e-7", "0.1e-6"):
        for target in ("", "a.pcap="):
            words = "must be FACTOR" if text in ("1e-7", "0.1e-6") else "must have at most 6 decimals"
            expect(2, f"--rate {target}{text}: {words}", "mix", a, "-o", "none.pcapng", "--rate", target + text)
    for text in ("0", "-1", "1000001", "1e7", "1e-400", "1e400", "1e-99999999999999999999", "nan", "inf", "1x", "1,5",
                 ""):
        expect(2, "must be FACTOR", "mix", a, "-o", "none.pcapng", "--rate", text)
    if os.path.exists("none.pcapng"):
        fail("a mixture after an error")


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        captures_make()
        check_first()
        check_instants()
        check_scope()
        check_rates()
        os.chdir("/")
    return ended()


if __name__ == "__main__":
    sys.exit(main())
