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


def most(labels_):
    """The label of most of them, of equally many the first one, and its share."""
    count = {label: labels_.count(label) for label in labels_}
    label = max(count, key=count.get)  # the first of the greatest
    return label, count[label] / len(labels_)


def windows(packets, key, size):
    """{first packet: (label, share)} of windows of so many packets with one key."""
    open_, done = {}, {}
    for row in packets:
        which = key(row)
        if which is None:
            continue
        window = open_.setdefault(which, [])
        window.append(row)
        if len(window) == size:
            done[window[0]["packet"]] = most([r["label"] for r in open_.pop(which)])
    return done | {w[0]["packet"]: most([r["label"] for r in w]) for w in open_.values()}


def pair_of(row):
    return frozenset((row["src"], row["dst"])) if row["src"] else None


def flow_of(row):
    ends = frozenset(((row["src"], row["src_port"]), (row["dst"], row["dst_port"])))
    return (ends, row["ip_proto"]) if row["src"] else None


def published(row):
    return 0 if row["eth_type"] == "2054" or (row["ip_version"] == "4" and row["eth_type"] == "2048") else None


def check_windows():
    """The label and the share of each window, as a plain count has them."""
    run("gen", "dataset-mix", "-o", "w.pcap", "--size", "1MB", "--labels", "w.csv")
    with open("w.csv", newline="") as file:
        own = list(csv.DictReader(file))
    # Labels that alternate, some packets without one.
    for i, row in enumerate(own):
        row["label"] = row["label"] if i % 7 else ("" if i % 2 else "odd, \"label\"")
    with open("w.csv", "w", newline="") as file:
        out = csv.DictWriter(file, ["packet", "label"], lineterminator="\n")
        out.writeheader()
        out.writerows(own)
    columns = "packet,src,dst,src_port,dst_port,ip_proto,ip_version,eth_type,label"
    packets = list(csv.DictReader(io.StringIO(
        run("extract", "w.pcap", "--labels", "w.csv", "--columns", columns).stdout)))
    if [p["label"] for p in packets] != [r["label"] for r in own]:
        fail("labels of packets")
    udp_packets = [p for p in packets if p["ip_proto"] == "17"]
    for rows, key, size, *options in (
            (packets, lambda row: 0, 10, "--features", "ciciot-fixed"),
            (packets, lambda row: 0, 300, "--features", "ciciot-fixed", "--window", "300", "--threads", "3"),
            (packets, pair_of, 10, "--features", "ciciot-fixed", "--by", "pair"),
            (packets, flow_of, 4, "--features", "ciciot-fixed", "--by", "flow", "--window", "4"),
            (udp_packets, pair_of, 3, "--features", "ciciot-fixed", "--by", "pair", "--window", "3", "-f",
             "ip proto 17 or ip6 proto 17"),
            (udp_packets, flow_of, 10**9, "--features", "records", "--idle", "none", "--active", "none", "-f",
             "ip proto 17 or ip6 proto 17"),
            (packets, published, 10, "--features", "ciciot39"),
            (packets, published, 7, "--features", "ciciot46", "--window", "7")):
        wanted = windows(rows, key, size)
        got = run("extract", "w.pcap", "--labels", "w.csv", *options, "--columns", "packet,label_share,label")
        found = {row["packet"]: (row["label"], float(row["label_share"])) for row in csv.DictReader(io.StringIO(got.stdout))}
        if found.keys() != wanted.keys() or any(
                found[p][0] != wanted[p][0] or abs(found[p][1] - wanted[p][1]) > 1e-12 for p in wanted):
            fail(f"windows, {options}: {[(p, found.get(p), wanted[p]) for p in wanted if found.get(p) != wanted[p]][:4]}"
                 f" {len(found)} {len(wanted)}")
        if not any(share < 1 for _, share in wanted.values()):
            fail(f"{options}: no window with several labels")


def check_window_columns():
    """Both columns stand at the end, unless they are named; the others stay as they are."""
    write("t.csv", TRUTH)
    plain = run("extract", "s.pcap", "--features", "ciciot-fixed").stdout.splitlines()
    got = run("extract", "s.pcap", "--features", "ciciot-fixed", "--labels", "t.csv")
    lines = got.stdout.splitlines()
    if lines[0] != plain[0] + ",label,label_share" or lines[1] != plain[1] + ",x,0.375":
        fail(f"columns of windows: {got.stdout}")
    if "t.csv: 1 of 8 packets have no label" not in got.stderr:
        fail(f"packets without a label: {got.stderr}")
    got = run("extract", "s.pcap", "--features", "ciciot-fixed", "--labels", "t.csv", "--columns", "packets")
    if got.stdout != "packets,label,label_share\n8,x,0.375\n":
        fail(f"columns at the end: {got.stdout}")
    # Labels of streams, each packet that of its stream: x is that of 5 packets, y of 2, n of none.
    got = run("extract", "s.pcap", "--features", "ciciot-fixed", "--labels", "t.csv", "--label-by", "stream", "--columns",
              "packets", "--window", "5")
    if got.stdout != "packets,label,label_share\n5,x,0.6\n3,n,0.33333333333333331\n":
        fail(f"windows with labels of streams: {got.stdout}")
    # Equally many: the label whose packet came first. Two captures that are joined.
    write("t.csv", "packet,label\n1,b\n2,a\n3,a\n4,b\n9,z\n")
    for more, wanted in (([], "4,b,0.5\n4,,1\n"), (["s.pcap", "--join"], "4,b,0.5\n4,,1\n4,,0.75\n4,,1\n")):
        got = run("extract", "s.pcap", *more, "--features", "ciciot-fixed", "--labels", "t.csv", "--columns", "packets",
                  "--window", "4")
        if got.stdout != "packets,label,label_share\n" + wanted:
            fail(f"equally many labels, {more}: {got.stdout}")


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
    for options in ((), ("--threads", "3"), ("--format", "parquet"), ("--features", "ciciot-fixed")):  # not of the output
        expect(2, "error: --labels: t.csv: line 4: the number of the packet does not rise\n", "extract", "s.pcap", "--labels",
               "t.csv", "-o", "none.bin", *options)
    expect(2, "t.csv: line 4", "extract", "s.pcap", "--labels", "t.csv", "--label-by", "stream", "-o", "none.csv")
    write("t.csv", "packet,label\n" + "".join(f"{i},x\n" for i in range(1, 12)))
    expect(0, "has labels of packets behind the last one, 8", "extract", "s.pcap", "--labels", "t.csv", "-o", "rows.csv")
    write("t.csv", "packet,label\n" + "".join(f"{i},l{i}\n" for i in range(1, 5000)))
    write("many.pcap", pcap_make([(i, 0, 1, 1, b"a") for i in range(5000)]))
    expect(2, "more than 4096 different labels", "extract", "many.pcap", "--labels", "t.csv", "-o", "none.csv")
    # A NUL byte ends no cell: it is refused wherever it is, also where nothing is used, and as UTF-16 has them.
    for line, text in ((1, "packet,la\0bel,label\n1,,x\n"), (2, "packet,label\n1,be\0nign\n"), (2, "packet,label\n1,\0\n"),
                       (2, "packet,label\n1,x\0"), (2, "packet,label\n1,\"be\0nign\"\n"), (2, "packet,label\n1\0,x\n"),
                       (3, "packet,label,more\n1,x,y\n2,x,y\0z\n"), (4, "packet,label\n1,\"a\nb\"\n2,\0x\n"),
                       (1, "packet,label\n1,x\n".encode("utf-16-le"))):
        write("nul.csv", text)
        for options in ((), ("--label-by", "stream"), ("--features", "ciciot-fixed")):
            expect(2, f"nul.csv: line {line}: has a NUL byte", "extract", "s.pcap", "--labels", "nul.csv", "-o", "none.csv", *options)
        if os.path.exists("none.csv"):
            fail(f"a NUL byte: left an output: {text!r}")
    write("n.csv", "number,label\n1,x\n")
    write("down.csv", "packet,label\n1,x\n3,y\n2,z\n")
    for options, words in (
        (["s.pcap", "--labels", "gone.csv"], "--labels: gone.csv: No such file"),
        (["s.pcap", "--labels", "n.csv"], "n.csv: line 1: the CSV has no column packet"),
        (["s.pcap", "--label-by", "stream"], "--label-by needs --labels"),
        (["s.pcap", "--labels", "t.csv", "--label", "x"], "cannot be combined with --label"),
        (["s.pcap", "--labels", "t.csv", "--format", "none"], "cannot be combined with --format none"),
        (["s.pcap", "many.pcap", "--labels", "t.csv"], "several need --join"),
        (["s.pcap", "--labels", "t.csv", "--label-by", "stream", "-f", "udp"],
         "--label-by stream cannot be combined with -f: streams need all of their packets"),
        (["-", "--labels", "t.csv", "--label-by", "stream"], "standard input: is read twice for labels by stream"),
        (["s.pcap", "--labels", "t.csv", "--label-by", "stream", "--features", "ciciot-fixed", "--inner"],
         "--label-by stream cannot be combined with --inner and --features"),
        (["s.pcap", "--labels", "t.csv", "-i", "lo"], "--labels cannot be combined with -i"),
        (["s.pcap", "--columns", "label_share"], "unknown column 'label_share'"),
        (["s.pcap", "--labels", "t.csv", "--columns", "label_share"], "unknown column 'label_share'"),
        (["s.pcap", "--label", "x", "--features", "ciciot46", "--columns", "label_share"],
         "unknown column 'label_share'"),
        (["many.pcap", "--labels", "down.csv", "--features", "ciciot-fixed"], "down.csv: line 4: the number of the packet"),
        (["s.pcap", "--labels", "t.csv", "--label-by", "flow"], "unknown value of --label-by 'flow'"),
        (["s.pcap", "--labels", "t.csv", "--follow"], "--labels cannot be combined with -i or --follow"),
    ):
        expect(2, words, "extract", *options, "-o", "-" if "none" in options else "none.csv")
        if os.path.exists("none.csv"):
            fail(f"{options}: left an output")


def piped(text, *arguments):
    """Run with a pipe that has the text; {} in the arguments is its path, as the shell's <(...) makes it."""
    reader, writer = os.pipe()
    os.write(writer, text.encode())
    os.close(writer)
    try:
        return run("extract", *(a.format(f"/dev/fd/{reader}") for a in arguments), pass_fds=[reader], timeout=60)
    finally:
        os.close(reader)


def check_pipes():
    """Labels of packets may come through a pipe. For those of streams the file is read twice, and a pipe cannot be."""
    write("t.csv", TRUTH)
    for options in ((), ("--threads", "3"), ("--features", "ciciot-fixed", "--window", "2"), ("-f", "udp src port 1001")):
        wanted = run("extract", "s.pcap", "--labels", "t.csv", *options).stdout
        got = piped(TRUTH, "s.pcap", "--labels", "{}", *options)
        if got.returncode or got.stdout != wanted:
            fail(f"labels from a pipe, {options}: {got}")
    os.mkfifo("fifo.csv")  # nobody writes to it: to open it would be to wait
    os.mkdir("folder.csv")
    by_stream = ("--label-by", "stream", "-o", "none.csv")
    said = "is read twice for labels by stream: it must be a file"
    for options in ((), ("--threads", "3"), ("--features", "ciciot-fixed"), ("--level", "app"), ("s.pcap", "--join")):
        for path in ("fifo.csv", "folder.csv", "/dev/null"):
            expect(2, f"--labels: {path}: {said}", "extract", "s.pcap", "--labels", path, *by_stream, *options, timeout=60)
        got = piped(TRUTH, "s.pcap", "--labels", "{}", *by_stream, *options)
        if got.returncode != 2 or f": {said}" not in got.stderr or "--labels: /dev/fd/" not in got.stderr:
            fail(f"labels of streams from a pipe, {options}: {got}")
    with open("t.csv") as file:  # a file by another name
        got = run("extract", "s.pcap", "--labels", "/dev/stdin", "--label-by", "stream", stdin=file)
    if got.stdout != run("extract", "s.pcap", "--labels", "t.csv", "--label-by", "stream").stdout:
        fail(f"labels of streams from redirected standard input: {got}")
    os.mkfifo("fifo.pcap")
    expect(2, f"fifo.pcap: {said}", "extract", "fifo.pcap", "--labels", "t.csv", *by_stream, timeout=60)
    if os.path.exists("none.csv"):
        fail("pipes: left an output")


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        capture_make()
        check_packets()
        check_streams()
        check_windows()
        check_window_columns()
        check_formats()
        check_refused()
        check_pipes()
    return ended()


if __name__ == "__main__":
    sys.exit(main())
