#!/usr/bin/env python3
"""extract --threads N: the bytes, the messages and the exit status of one thread, whatever the
capture is, also a damaged one.

Usage: test_threads.py PKTBENCH [SANITIZERS [--all]]"""

import concurrent.futures
import filecmp
import gzip
import os
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../parsers/source"))
from captures import block, enhanced, interface, pcap_make, pcap_parse, pcapng_variants, section
from commands import PKTBENCH, ended, fail
from subprocess import run as process

SANITIZED = len(sys.argv) > 2 and sys.argv[2] != ""
ALL = "--all" in sys.argv
LEVELS = ["frames", "headers", "flows", "app", "inner"]
FORMATS = ["csv", "arrow", "parquet"]
THREADS = (2, 3, 8) if ALL or not SANITIZED else (3,)
FLOWS = ["--features", "ciciot-fixed", "--by", "flow"]
PIECE = 128 << 10  # PKT_PIECE_BYTES


def run(*arguments, **more):
    return process([PKTBENCH, *arguments], capture_output=True, **more)


def extracted(threads, *arguments, **more):
    got = run("extract", "--threads", str(threads), *arguments, **more)
    return got.returncode, got.stdout, got.stderr


def same(status, *arguments, data=None):
    """With every number of threads as with one, whose exit status is known."""
    one = extracted(1, *arguments, input=data)
    if one[0] != status:
        fail(f"{arguments}: exit status {one[0]}: {one[2][-300:]}")
    for threads in THREADS:
        many = extracted(threads, *arguments, input=data)
        if many != one:
            fail(f"{arguments}: {one[0]}, {len(one[1])} bytes, {one[2][-300:]}; with {threads} threads "
                 f"{many[0]}, {len(many[1])} bytes, {many[2][-300:]}")


def written(name, data):
    with open(name, "wb") as file:
        file.write(data)
    return name


def made(scenario, ending="pcap", size=600000):
    path = f"{scenario}.{ending}"
    if not os.path.exists(path):
        run("gen", scenario, "--size", str(size), "--format", ending, "-o", path, check=True)
    return path


def records_of(scenario):
    with open(made(scenario), "rb") as file:
        return pcap_parse(file.read())


def scenarios():
    lines = run("list", "scenarios").stdout.decode().splitlines()
    return [line.split()[0] for line in lines if line[:1].isalnum()]


def level_jobs():
    for scenario, ending in (("tcp-flood", "pcap"), ("benign-iot", "pcapng")):
        capture = made(scenario, ending)
        for level in LEVELS:
            yield 0, capture, "--level", level
        for form in FORMATS[1:]:
            yield 0, capture, "--level", "app", "--inner", "--format", form
        yield 0, capture, "-f", "tcp or arp", "--columns", "packet,ts,src,stream,dns.qry.name,file"
        yield 0, capture, "--features", "ciciot46", "-f", "ip", "--reset-every", "100kB"
        yield 0, capture, *FLOWS, "--inner"


def other_jobs():
    """What one thread decodes, and what is around the decoding."""
    capture = made("benign-iot", "pcapng")
    with open(capture, "rb") as file:
        data = file.read()
    packed = written("packed.pcapng.gz", gzip.compress(data, 1))
    yield 0, capture, "-c", "1234", "-f", "udp"
    yield 0, packed, "--level", "flows"
    yield 0, made("tcp-flood"), capture, packed, "--join", "-f", "tcp", "--columns", "packet,src,stream"
    yield 0, made("tcp-flood"), capture, "-f", "not arp", "--columns", "packet,file,src,label", "--label", "x"
    for columns in ("packet,src,label", "packet,file,src,label", "packet,stream"):
        yield 0, capture, packed, made("tcp-flood"), packed, "--columns", columns, "--label", "x"
    yield 0, capture, "--backend", "libpcap", "-f", "udp"
    yield 0, made("tcp-flood"), "--input", "mapped", "--level", "flows"
    yield 0, capture, "--format", "none", "--strict"
    yield 2, capture, "-f", "no such words"
    yield 2, "none.pcap", made("tcp-flood"), "--keep-going", "-f", "tcp"


def long_records():
    """Records, and a block that is none, that are longer than a piece."""
    sizes = (60, 200000, 9, 262144, 0, PIECE - 16, PIECE, 1500, 262000)
    records = [(i, i, size, size, bytes([i]) * size) for i, size in enumerate(sizes * 2)]
    yield "long", 0, pcap_make(records)
    yield "long-cut", 0, pcap_make(records)[:-1000]
    head = section("<") + interface("<")
    blocks = [enhanced("<", record) for record in records]
    yield "long-blocks", 0, head + block("<", 0xBAD, bytes(9 * PIECE)).join(blocks)


def damaged(records):
    """Captures that end, or go wrong, in every place."""
    whole = pcap_make(records)
    starts = [24]
    for record in records:
        starts.append(starts[-1] + 16 + record[2])
    at = next(i for i, start in enumerate(starts) if start > 2 * PIECE + 4096)
    yield "empty", 0, whole[:24]
    yield "header-only", 2, whole[:20]
    yield "whole", 0, whole
    yield "one-piece", 0, whole[:starts[3]]
    for name, where in (("in-head", starts[at] + 3), ("in-data", starts[at] + 20), ("between", starts[at]),
                        ("at-piece", 4096 + PIECE), ("last-byte", len(whole) - 1)):
        yield "cut-" + name, 0, whole[:where]
    yield "corrupt", 2, whole[:starts[at] + 8] + b"\xff" * 4 + whole[starts[at] + 12:]
    yield "corrupt-first", 2, whole[:32] + b"\xff" * 4 + whole[36:]
    yield "two", 2, whole[:starts[at]] + whole
    yield "absurd", 2, whole + b"\xff" * 16
    yield "times", 0, pcap_make([(0 if i % 5 == 0 else 9 - i % 9, 0, *r[2:]) for i, r in enumerate(records)])


def container_jobs():
    records = records_of("benign-iot")
    variants = [*long_records(), *damaged(records)]
    some = records[:len(records) if ALL else 1500]
    variants += [(name, 0, data) for name, data in pcapng_variants(some)]
    for magic, minor, order in ((0xA1B23C4D, 4, ">"), (0xA1B2CD34, 4, "<"), (0xA1B2C3D4, 2, ">"),
                                (0xA1B2C3D4, 3, "<")):
        variants.append((f"{magic:x}-{minor}", 0, pcap_make(some, order, magic, minor)))
    simple = section("<") + interface("<", snaplen=50) + b"".join(
        block("<", 3, len(r[4]).to_bytes(4, "little") + r[4][:50]) for r in some)
    variants.append(("simple", 0, simple))
    links = section("<") + interface("<") + interface("<", link=101) + b"".join(
        enhanced("<", r, i // 1000 % 2) for i, r in enumerate(some))
    variants.append(("links", 0, links))
    variants.append(("ng-cut", 0, links[:-5]))
    variants.append(("ng-corrupt", 2, links[:-4] + b"\1\2\3\4"))
    for name, status, data in variants:
        yield status, written(name, data), "--level", "flows"
        yield status, name, "-f", "udp or len > 100", "--columns", "packet,ts_ns,cap_len"
    yield 2, "links", "-f", "ether proto 0x806"  # raw IP has no such header
    yield 2, "cut-in-data", "--strict"
    yield 2, "corrupt", "links", "cut-in-data", "--keep-going", "--columns", "file,packet,wire_len"
    yield 2, "corrupt", *FLOWS
    yield 0, "cut-in-data", *FLOWS, "-f", "ip"


def whole_jobs():
    for scenario in scenarios():
        for ending in ("pcap", "pcapng"):
            capture = made(scenario, ending)
            for level in LEVELS:
                for form in FORMATS:
                    yield 0, capture, "--level", level, "--format", form
                    yield 0, capture, "--level", level, "--format", form, "-f", "udp or portrange 0-1023"
            yield 0, capture, "--level", "flows", "--flow-rule", "wireshark-4.4", "--max-flows", "50"
            for options in (["ciciot46"], ["ciciot39", "--reset-every", "200kB"],
                            ["ciciot-fixed", "--window", "100ms", "--by", "pair"]):
                yield 0, capture, "--features", *options
        for level in LEVELS:
            yield 0, made(scenario), "--level", level, "--input", "mapped"


def check_input():
    """Standard input, which one thread reads."""
    with open(made("tcp-flood"), "rb") as file:
        same(0, "-", "--level", "flows", data=file.read())


def check_dataset():
    """Files by partition, and labels for each packet."""
    run("gen", "benign-iot", "--size", "300000", "--labels", "labels.csv", "-o", "labelled.pcap", check=True)
    labelled = ["labelled.pcap", "--labels", "labels.csv"]
    for form in FORMATS:
        same(0, *labelled, "--label-by", "stream", "--format", form)
        same(0, *labelled, "--features", "ciciot-fixed", "--by", "pair", "--format", form)
    same(0, *labelled, "-f", "ip")
    same(0, *labelled, "--features", "ciciot39", "-f", "udp")
    same(0, *labelled, "--features", "ciciot46", "--label-by", "stream")
    same(0, *labelled, "--features", "records")
    with open("labels.csv") as file:
        written("wrong.csv", "".join([*file.readlines()[:500], "7,again\n"]).encode())
    same(2, "labelled.pcap", "--labels", "wrong.csv", "-o", "wrong.arrow")
    same(2, "labelled.pcap", "--labels", "wrong.csv", "--features", "ciciot-fixed", "-o", "wrong.arrow")
    for threads in (1, 3):
        got = extracted(threads, "--partition", "hour", "-o", f"set{threads}/", "--format", "parquet",
                        made("tcp-flood"), made("benign-iot"))
        if got[0] != 0:
            fail(f"dataset: {got}")
    found = filecmp.dircmp("set1", "set3")
    pairs = [found]
    while pairs:
        pair = pairs.pop()
        pairs.extend(pair.subdirs.values())
        if pair.left_only or pair.right_only or [n for n in pair.diff_files if n.endswith(".parquet")]:
            fail(f"dataset: {pair.left_only}, {pair.right_only}, {pair.diff_files}")


def main():
    with tempfile.TemporaryDirectory(prefix="pktbench-threads.") as folder:
        os.chdir(folder)
        jobs = [*level_jobs(), *other_jobs(), *container_jobs(), *(whole_jobs() if ALL else [])]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda job: same(*job), jobs))
        check_input()
        check_dataset()
        os.chdir("/")
    print(f"{len(jobs)} runs, each with 1 and {', '.join(map(str, THREADS))} threads")
    return ended()


if __name__ == "__main__":
    sys.exit(main())
