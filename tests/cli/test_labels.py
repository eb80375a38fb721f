#!/usr/bin/env python3
"""Rows with the label of each packet, and of each stream.

Usage: test_labels.py PKTBENCH"""

import csv
import io
import os
import struct
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../parsers/source"))
from captures import pcap_make
from commands import ended, expect, fail, run


def write(name, text):
    with open(name, "wb" if isinstance(text, bytes) else "w") as file:
        file.write(text)


def labels(got):
    return [row["label"] for row in csv.DictReader(io.StringIO(got.stdout))]


def udp(source, destination):
    """A datagram without data between two ports of 10.0.0.1 and 10.0.0.2."""
    ip = struct.pack("!BBHHHBBH4B4B", 0x45, 0, 28, 1, 0, 64, 17, 0, 10, 0, 0, 1, 10, 0, 0, 2)
    return bytes(12) + b"\x08\x00" + ip + struct.pack("!4H", source, destination, 8, 0)


def capture_make():
    """Streams a, b, a, a, b, none, a, c."""
    a, b, c = udp(1000, 53), udp(1001, 53), udp(1002, 53)
    frames = [a, b, a, a, b, bytes(12) + b"\x08\x06", a, c]
    write("s.pcap", pcap_make([(i, 0, len(f), len(f), f) for i, f in enumerate(frames)]))


TRUTH = "label,other,packet\nx,0,1\ny,0,2\nx,0,3\ny,0,4\n\"y, z\",0,5\nn,0,6\nx,0,7\n"


def check_packets():
    write("t.csv", TRUTH)
    got = expect(0, "1 of 8 packets have no label", "extract", "s.pcap", "--labels", "t.csv")
    if labels(got) != ["x", "y", "x", "y", "y, z", "n", "x", ""]:
        fail(f"by packet: {labels(got)}")
    # With a filter, a limit, and columns.
    got = run("extract", "s.pcap", "--labels", "t.csv", "-f", "udp src port 1001", "--columns", "label,packet")
    if got.stdout != "label,packet\ny,2\n\"y, z\",5\n":
        fail(f"with -f: {got.stdout}{got.stderr}")
    got = run("extract", "s.pcap", "--labels", "t.csv", "-c", "2", "--columns", "packet,label")
    if got.stdout != "packet,label\n1,x\n2,y\n" or got.stderr:
        fail(f"with -c: {got.stdout}{got.stderr}")
    got = run("extract", "s.pcap", "s.pcap", "--join", "--labels", "t.csv")
    if labels(got)[:2] != ["x", "y"] or len(labels(got)) != 16:
        fail(f"joined: {labels(got)}")
    write("f.csv", "packet,label\n1,=1+1\n")
    got = run("extract", "s.pcap", "--labels", "f.csv", "--escape-formulas", "-c", "1")
    if labels(got) != ["'=1+1"]:
        fail(f"formula: {got.stdout}")


def check_streams():
    words = "1 of 3 streams have packets of several labels"
    write("t.csv", TRUTH.replace("\"y, z\"", "y") + "w,0,8\n")
    for level in ("headers", "flows", "app"):
        got = expect(0, words, "extract", "s.pcap", "--labels", "t.csv", "--label-by", "stream", "--level", level)
        if labels(got) != ["x", "y", "x", "x", "y", "n", "x", "w"]:
            fail(f"by stream, {level}: {labels(got)}")
        plain = run("extract", "s.pcap", "--level", level).stdout.split("\n")[0]
        if got.stdout.split("\n")[0] != plain + ",label":
            fail(f"by stream, {level}: columns {got.stdout[:200]}")
        if "so that 1 packets have another one than in t.csv" not in got.stderr:
            fail(f"packets that changed: {got.stderr}")
    # A stream has the label of its labelled packets; of equally many, the first one.
    write("t.csv", "packet,label\n2,q\n3,b\n4,a\n5,p\n")
    got = run("extract", "s.pcap", "--labels", "t.csv", "--label-by", "stream")
    if labels(got) != ["b", "q", "b", "b", "q", "", "b", ""]:
        fail(f"votes: {labels(got)}")


def check_formats():
    """Arrow and Parquet have the labels of CSV, whatever the number of threads."""
    try:
        import pyarrow.parquet
    except ImportError:
        print("SKIP: Arrow and Parquet: pyarrow is not installed")
        return
    run("gen", "dataset-mix", "-o", "d.pcap", "--size", "2MB")
    count = run("extract", "d.pcap", "--columns", "packet").stdout.count("\n") - 1
    want = [f"l{n * n % 7}" for n in range(1, count + 1)]
    write("d.csv", "packet,label\n" + "".join(f"{i + 1},{label}\n" for i, label in enumerate(want)))
    for options in ([], ["--threads", "3"]):
        for name in ("rows.csv", "rows.arrow", "rows.parquet"):
            expect(0, "", "extract", "d.pcap", "--labels", "d.csv", "--columns", "packet,label", "-o", name, *options)
        with open("rows.csv", newline="") as file:
            got = [row["label"] for row in csv.DictReader(file)]
        arrow = pyarrow.ipc.open_stream("rows.arrow").read_all()["label"].to_pylist()
        parquet = pyarrow.parquet.read_table("rows.parquet")["label"].to_pylist()
        if got != want or arrow != want or parquet != want:
            fail(f"formats, {options}")


def check_refused():
    write("t.csv", "packet,label\n1,x\n3,y\n2,z\n")
    expect(2, "t.csv: line 4: the number of the packet does not rise", "extract", "s.pcap", "--labels", "t.csv", "-o",
           "none.csv")
    if os.path.exists("none.csv"):
        fail("an output after an error")
    expect(2, "t.csv: line 4", "extract", "s.pcap", "--labels", "t.csv", "--label-by", "stream", "-o", "none.csv")
    write("t.csv", "packet,label\n" + "".join(f"{i},x\n" for i in range(1, 12)))
    expect(0, "has labels of packets behind the last one, 8", "extract", "s.pcap", "--labels", "t.csv", "-o", "rows.csv")
    write("t.csv", "packet,label\n" + "".join(f"{i},l{i}\n" for i in range(1, 5000)))
    write("many.pcap", pcap_make([(i, 0, 1, 1, b"a") for i in range(5000)]))
    expect(2, "more than 4096 different labels", "extract", "many.pcap", "--labels", "t.csv", "-o", "none.csv")
    write("n.csv", "number,label\n1,x\n")
    for options, words in (
        (["s.pcap", "--labels", "gone.csv"], "--labels: gone.csv: No such file"),
        (["s.pcap", "--labels", "n.csv"], "n.csv: line 1: the CSV has no column packet"),
        (["s.pcap", "--label-by", "stream"], "--label-by needs --labels"),
        (["s.pcap", "--labels", "t.csv", "--label", "x"], "cannot be combined with --label"),
        (["s.pcap", "--labels", "t.csv", "--features", "ciciot46"], "cannot be combined with --features"),
        (["s.pcap", "--labels", "t.csv", "--format", "none"], "cannot be combined with --format none"),
        (["s.pcap", "many.pcap", "--labels", "t.csv"], "several need --join"),
        (["s.pcap", "--labels", "t.csv", "--label-by", "stream", "-f", "udp"], "goes with no -f"),
        (["-", "--labels", "t.csv", "--label-by", "stream"], "standard input: --label-by stream reads it twice"),
        (["s.pcap", "--labels", "t.csv", "--label-by", "flow"], "unknown value of --label-by 'flow'"),
        (["s.pcap", "--labels", "t.csv", "--follow"], "--labels cannot be combined with -i or --follow"),
    ):
        expect(2, words, "extract", *options, "-o", "none.csv")
        if os.path.exists("none.csv"):
            fail(f"{options}: left an output")


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        capture_make()
        check_packets()
        check_streams()
        check_formats()
        check_refused()
    return ended()


if __name__ == "__main__":
    sys.exit(main())
