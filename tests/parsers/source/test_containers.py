#!/usr/bin/env python3
"""Containers: equal packets give equal rows in every container, `info` agrees with capinfos, and
limits are enforced.

Usage: test_containers.py PKTBENCH [SANITIZERS]; with SANITIZERS, memory is not limited."""

import csv
import gzip
import io
import json
import lzma
import os
import random
import resource
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import time

sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
from captures import block, enhanced, interface, pcap_make, pcap_parse, pcapng_variants, section
from corpus import corpus_folder

PKTBENCH = os.path.realpath(sys.argv[1])
SANITIZERS = len(sys.argv) > 2 and sys.argv[2]
CAPINFOS = shutil.which("capinfos")
SAMPLE = 60  # captures of the corpus that are compared with capinfos
# Captures for which the times of capinfos are wrong, and the reason.
WRONG_TIMES = {
    "le-ps": "units below 2^-34 s overflow in wiretap",
    "be-ps": "units below 2^-34 s overflow in wiretap",
    "own__v_ts_backwards_and_2038.pcap": "time 0 is treated as no time",
    "own__v_usec_overflow.pcap": "a fraction above a second is not carried over",
}
failures = []


def fail(words):
    failures.append(words)
    print("FAIL:", words, file=sys.stderr)


def run(*arguments, data=None, limit=None):
    def limited():
        if limit and not SANITIZERS:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    return subprocess.run(
        [PKTBENCH, *map(str, arguments)], input=data, capture_output=True, preexec_fn=limited
    )


def rows(path, *options, data=None):
    got = run("extract", path, *options, data=data)
    if got.returncode != 0:
        fail(f"extract {path} {options}: {got.stderr.decode()}")
    return got.stdout


def expect(status, words, *arguments, data=None, limit=None):
    got = run(*arguments, data=data, limit=limit)
    if got.returncode != status or words not in got.stderr.decode():
        fail(f"{arguments}: {got.returncode}, wanted {status} and {words!r}: {got.stderr.decode()}")
    return got


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)
    return name


def packings(data):
    """name -> the data, compressed as one member and as two."""
    half = len(data) // 2
    out = {
        "gz": gzip.compress(data),
        "gz-twice": gzip.compress(data[:half]) + gzip.compress(data[half:]),
        "xz": lzma.compress(data),
        "xz-twice": lzma.compress(data[:half]) + lzma.compress(data[half:]),
    }
    if shutil.which("zstd"):
        out["zst"] = zstd(data)
        out["zst-twice"] = zstd(data[:half]) + zstd(data[half:])
    else:
        print("SKIP: zstd-compressed captures: zstd is not installed")
    return out


def zstd(data, *options):
    return subprocess.run(["zstd", "-qc", *options], input=data, capture_output=True, check=True).stdout


def generated(name, *options):
    got = run("gen", "benign-iot", "--size", 200000, "-o", name, *options)
    if got.returncode != 0:
        fail(f"gen {options}: {got.stderr.decode()}")
    return name


def same(expected, path, words, *options):
    if rows(path, *options) != expected:
        fail(f"{words}: rows differ from those of the plain capture")


def check_variants():
    with open(generated("plain.pcap"), "rb") as file:
        plain = file.read()
    records = pcap_parse(plain)
    expected = rows("plain.pcap")
    variants = dict(pcapng_variants(records))
    for order, name in (("<", "le"), (">", "be")):
        variants[f"{name}-pcap"] = pcap_make(records, order)
        variants[f"{name}-pcap-ns"] = pcap_make(records, order, 0xA1B23C4D, scale=1000)
        variants[f"{name}-pcap-modified"] = pcap_make(records, order, 0xA1B2CD34)
        for minor in (2, 3, 5):
            variants[f"{name}-pcap-2.{minor}"] = pcap_make(records, order, minor=minor)
        for snaplen in (1, 0xFFFFFFFF):
            variants[f"{name}-pcap-snaplen-{snaplen}"] = pcap_make(records, order, snaplen=snaplen)
        variants[f"{name}-pcap-fcs"] = pcap_make(records, order, link=0x24000001)
    asked = 0
    for name, data in variants.items():
        same(expected, write("variant", data), name)
        asked += check_info("variant", name)
    print(f"info and capinfos: {asked} of {len(variants)} containers")
    if CAPINFOS and asked < len(variants) / 2:
        fail(f"capinfos reads {asked} of {len(variants)} containers")
    for name, data in packings(plain).items():
        for backend in ("raw", "libpcap"):
            same(expected, write("packed", data), f"{name}, {backend}", "--backend", backend)
        if rows("-", data=data) != expected:
            fail(f"{name} by standard input: rows differ")
        if rows("/dev/stdin", data=data) != expected:
            fail(f"{name} by a pipe: rows differ")
    if rows("-", data=plain) != expected:
        fail("plain by standard input: rows differ")
    for options in ([], ["--big-endian"], ["--interfaces", "5"], ["--interfaces", "3", "--big-endian"]):
        same(expected, generated("g.pcapng", "--format", "pcapng", *options), f"gen {options}")
    nanoseconds = rows(generated("g.pcap", "--ns"))
    for options in (["--big-endian"], ["--format", "pcapng"], ["--format", "pcapng", "--interfaces", "4", "--big-endian"]):
        same(nanoseconds, generated("g", "--ns", *options), f"gen --ns {options}")


def capinfos(path):
    """The output of capinfos; None if it cannot read the complete file."""
    got = subprocess.run(["capinfos", "-TmQSNcdaeo", path], capture_output=True, text=True)
    if got.returncode != 0 or got.stderr:
        return None
    table = list(csv.reader(io.StringIO(got.stdout)))
    return dict(zip(table[0], table[1]))


def text_seconds(text):
    """An ISO 8601 time of `info` as seconds since 1970 and nanoseconds, like capinfos -S."""
    got = subprocess.run(["date", "-u", "-d", text[:19] + "Z", "+%s"], capture_output=True, text=True)
    return int(got.stdout), int(text[20:29])


def check_info(path, words):
    """Compare `info` with capinfos; False if capinfos cannot read the file."""
    theirs = capinfos(path) if CAPINFOS else None
    if not theirs:
        return False
    got = run("info", path, "--format", "json")
    if got.returncode != 0:
        fail(f"info {words}: {got.stderr.decode()}")
        return True
    ours = json.loads(got.stdout)
    pairs = [("packets", "Number of packets"), ("original_bytes", "Data size (bytes)")]
    for mine, other in pairs:
        if str(ours[mine]) != theirs[other]:
            fail(f"info {words}: {mine} {ours[mine]}, capinfos: {theirs[other]}")
    if words in WRONG_TIMES:
        return True
    times = [("first", "Start time"), ("last", "End time")]
    for mine, other in times:
        if ours[mine] is None or theirs[other] == "n/a":
            continue
        seconds, nanoseconds = text_seconds(ours[mine])
        integer, _, fraction = theirs[other].partition(".")
        if seconds != int(integer) or str(nanoseconds).zfill(9)[: len(fraction)] != fraction:
            fail(f"info {words}: {mine} {ours[mine]}, capinfos: {theirs[other]}")
    if ours["first"] and theirs["Strict time order"] in ("True", "False"):
        if str(ours["in_order"]) != theirs["Strict time order"]:
            fail(f"info {words}: in_order {ours['in_order']}, capinfos {theirs['Strict time order']}")
    return True


def check_limits():
    head = pcap_make([])
    record = (1, 2, 262144, 262144, bytes(262144))
    largest = write("largest.pcap", head + pcap_make([record])[24:])
    if len(rows(largest).splitlines()) != 2:
        fail("a record of the largest size")
    write("over.pcap", pcap_make([(1, 2, 1, 1, b"a"), (1, 2, 262145, 262145, bytes(262145))]))
    expect(2, "the limit is 262144 (at byte 41): 1 rows before it were written", "extract", "over.pcap")
    expect(2, "the limit is 262144", "verify", "over.pcap")
    write("block", section("<") + interface("<") + block("<", 0xBAD, bytes((16 << 20) - 12)) + section("<"))
    rows("block")
    write("block", section("<") + interface("<") + block("<", 0xBAD, bytes((16 << 20) - 8)) + section("<"))
    expect(2, "block claims 16777220 bytes; the limit is 16777216", "extract", "block")
    write("interfaces", section("<") + interface("<") * 65536 + enhanced("<", (1, 2, 1, 1, b"a"), 65535))
    if len(rows("interfaces").splitlines()) != 2:
        fail("65536 interfaces")
    write("interfaces", section("<") + interface("<") * 65537)
    expect(2, "has more than 65536 interfaces in a section", "extract", "interfaces")
    shown = json.loads(run("info", "interfaces", "--format", "json").stdout)
    if shown["end"] != "limit" or shown["interface_count"] != 65536 or len(shown["interfaces"]) != 4096:
        fail("info of too many interfaces")
    write("sections", (section("<") + interface("<") * 3) * 20000)
    if json.loads(run("info", "sections", "--format", "json").stdout)["sections"] != 20000:
        fail("20000 sections")
    for resolution in (20, 0x80 + 64):
        write("resolution", section("<") + interface("<", resolution))
        expect(2, "finer than is handled", "extract", "resolution")


def times(capture, backends=("raw", "libpcap")):
    """Time stamps of every packet, which must be equal for all readers, and the output of info."""
    shown = json.loads(run("info", write("times", capture), "--format", "json").stdout)
    columns = ("--format", "csv", "--columns", "ts_ns")
    ways = [("--backend", name) for name in backends] + [("--join",), ("-f", "greater 0")]
    found = [rows("times", *way, *columns).split()[1:] for way in ways]
    if any(cells != found[0] for cells in found):
        fail(f"times by {ways}: {found}")
    return [int(cell) for cell in found[0]], shown


def check_times():
    """Times outside the range of 64 bits are clamped; none wraps around."""
    first, last, second = -(2**63), 2**63 - 1, 10**9
    now = 1_700_000_000_123_456

    def stamped(stamp, number=0):
        words = struct.pack("<IIIII", number, stamp >> 32, stamp & 0xFFFFFFFF, 1, 1)
        return block("<", 6, words + b"a")

    for resolution, offset, stamp, expected in (
        (6, 10**10, now, last),
        (6, -(10**10) - 1_700_000_000, now, first),
        (6, 2**63 - 1, now, last),
        (6, -(2**63), now, first),
        (3, 0, now, last),
        (0, 0, last // second, last // second * second),
        (0, 0, last // second + 1, last),
        (9, 0, 2**63 - 1, last),
        (9, 0, 2**63, last),
        (6, 0, 2**64 - 1, last),
        (9, -10, 5 * second, -5 * second),
        (9, -9_223_372_037, 145_224_192, first),
        (9, -9_223_372_037, 145_224_193, first + 1),
        (9, -(10**10), 2**63 + 5 * 10**18, 2**63 + 5 * 10**18 - 10**19),
        (0x80 + 10, 0, 2**60, last),
    ):
        capture = section("<") + interface("<", resolution, offset) + stamped(stamp)
        # The sum of seconds wraps around in libpcap.
        backends = ("raw", "libpcap") if abs(offset) < 2**62 else ("raw",)
        found, shown = times(capture, backends)
        if found != [expected] or shown["interfaces"][0]["offset_s"] != offset:
            fail(f"resolution {resolution}, offset {offset}, {stamp}: {found}, wanted {expected}")
    wide = interface("<", 6, -9 * second) + interface("<", 6, 7 * second)
    found, shown = times(section("<") + wide + stamped(0) + stamped(0, 1))
    if found != [-9 * 10**18, 7 * 10**18] or shown["duration_s"] != 16e9:
        fail(f"times 16e9 s apart: {found}, duration {shown['duration_s']}")
    # A warning of packets without a time stamp.
    bare = block("<", 3, struct.pack("<I", 1) + b"a")
    write("bare", section("<") + interface("<") + bare + stamped(now) + bare)
    write("zero", pcap_make([(0, 0, 1, 1, b"a")]))
    for way in ((), ("--join",), ("-f", "greater 0")):
        expect(0, "2 packets have time 0", "extract", "bare", *way)
        if b"time 0" in run("extract", "zero", *way).stderr:
            fail(f"a warning of time 0 in pcap {way}")
    # A repeated option that must not be repeated: the first one counts. libpcap reports an error.
    twice = struct.pack("<HHI", 1, 0, 0) + b"".join(
        struct.pack("<HHI", 9, 1, resolution) for resolution in (9, 3)
    )
    write("twice", section("<") + block("<", 1, twice) + stamped(now))
    if rows("twice", "--columns", "ts_ns").split()[1:] != [b"%d" % now]:
        fail("not the first of two resolutions is used")
    expect(2, "10^-20 s, finer than", "extract", write("fine", section("<") + interface("<", 20)))


def check_padding():
    """Zero bytes after compressed data, and between members."""
    plain = pcap_make([(1, 2, 1, 1, b"a"), (2, 2, 1, 1, b"b")])
    packers = {"gzip": gzip.compress, "xz": lzma.compress}
    if shutil.which("zstd"):
        packers["zstd"] = zstd
    for name, pack in packers.items():
        for zeros in (1, 3, 4, 512):
            padded = name != "xz" or zeros % 4 == 0
            for more, valid in ((b"", padded), (pack(plain[40:]), padded and name == "xz")):
                data = pack(plain[:40] if more else plain) + bytes(zeros) + more
                words = "" if valid else f"{zeros} zero bytes after the compressed data"
                got = expect(0 if valid else 2, words, "extract", write("padded", data))
                if len(got.stdout.splitlines()) != (3 if valid or not more else 1):
                    fail(f"{name} and {zeros} zeros: {got.stdout}")


def finished(reader):
    """The reader's output; empty if it does not end."""
    try:
        return reader.communicate(timeout=60)[0]
    except subprocess.TimeoutExpired:
        reader.kill()
        return b""


def check_pipes():
    """A named pipe with a late writer, a closed writer, and non-blocking standard input."""
    plain = pcap_make([(1, 2, 1, 1, b"a")])
    os.mkfifo("pipe")
    with subprocess.Popen([PKTBENCH, "extract", "pipe"], stdout=subprocess.PIPE) as reader:
        time.sleep(0.1)
        pipe = os.open("pipe", os.O_RDWR)  # O_RDWR does not block without a reader
        os.write(pipe, plain)
        while reader.poll() is None and select.select([pipe], [], [], 0)[0]:
            time.sleep(0.01)  # until the reader has read everything
        os.close(pipe)
        if len(finished(reader).splitlines()) != 2:
            fail("a named pipe with a late writer")
    # The writer has closed the pipe; its bytes are still in it.
    pipe = os.open("pipe", os.O_RDWR)
    os.write(pipe, plain)
    read_end = os.open("pipe", os.O_RDONLY)
    os.close(pipe)
    with subprocess.Popen([PKTBENCH, "extract", "/dev/stdin"], stdin=read_end,
                          stdout=subprocess.PIPE) as reader:
        if len(finished(reader).splitlines()) != 2:
            fail("a named pipe whose writer has closed it")
    os.close(read_end)
    out, into = os.pipe2(os.O_NONBLOCK)
    with subprocess.Popen([PKTBENCH, "extract", "-"], stdin=out, stdout=subprocess.PIPE) as reader:
        os.close(out)
        os.set_blocking(into, True)
        time.sleep(0.1)
        os.write(into, plain)
        os.close(into)
        if len(finished(reader).splitlines()) != 2:
            fail("non-blocking standard input")


def check_headers():
    """Error messages for files that are not supported."""
    for link in (0x00010001, 0x03FF0001):
        write("reserved", pcap_make([], link=link))
        expect(2, "reserved bits beside its link type", "extract", "reserved")
    for link in (0x44000001, 0x08000001):
        if rows(write("fcs", pcap_make([(1, 2, 1, 1, b"a")], link=link))).count(b"\n") != 2:
            fail(f"link type field {link:#x}")
    for data, words in ((b"\x04\x22\x4d\x18", "lz4"), (b"BZh9", "bzip2"), (b"\x5d\0\0\x80", "lzma")):
        expect(2, f"is {words}-compressed", "extract", write("packed", data + bytes(40)))


def check_bombs():
    """A decompression bomb, 0.3 GB from a few kB: streaming needs constant memory; commands that
    need a file refuse it."""
    if not shutil.which("zstd"):
        print("SKIP: decompression limits: zstd is not installed")
        return
    records = pcap_make([(1, 2, 65536, 65536, bytes(65536))] * 64)
    packed = zstd(records[:24]) + zstd(records[24:], "-19") * 75
    write("bomb.zst", packed)
    memory = 120 << 20
    got = run("extract", "bomb.zst", "--format", "none", limit=memory)
    if got.returncode != 0:
        fail(f"streaming a bomb with {memory} bytes of memory: {got.stderr.decode()}")
    shown = json.loads(run("info", "bomb.zst", "--format", "json", limit=memory).stdout)
    if shown["packets"] != 4800:
        fail("packets of a bomb")
    for command in (["verify"], ["bench"], ["slice", "-o", "slice.pcap"]):
        expect(2, "zstd: decompresses to more than 1000 times its size", command[0], "bomb.zst", *command[1:])
    if os.path.exists("slice.pcap"):
        fail("a slice of a bomb was written")
    wide = zstd(bytes(300 << 20), "--ultra", "-1", "--long=28")
    expect(2, "zstd: the window needs more than the limit", "extract", write("wide.zst", wide))
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 256 << 20}]
    expect(
        2, "xz: the dictionary needs more than the limit", "extract", write("wide.xz", lzma.compress(records, filters=filters))
    )


def check_faults():
    """Truncated and damaged compressed captures: the rows before the damage are written."""
    with open("plain.pcap", "rb") as file:
        plain = file.read()
    expected = rows("plain.pcap").splitlines()
    for name, data in packings(plain).items():
        if not name.endswith("twice"):
            continue
        write("cut", data[:-40])
        got = expect(0, "truncated", "extract", "cut")
        lines = got.stdout.splitlines()
        if len(lines) < len(expected) // 2 - 1 or lines != expected[: len(lines)]:
            fail(f"{name}, cut: {len(lines)} lines")
        expect(2, "truncated", "extract", "cut", "--strict")
        write("cut", data + b"invalid bytes after the last member")
        expect(2, f"{len(expected) - 1} rows before it were written", "extract", "cut")
        expect(2, "", "verify", "cut")
    if shutil.which("zstd"):  # libzstd can also decompress formats older than RFC 8878
        old = bytes.fromhex("26b52ffd320000000000")
        got = expect(2, "zstd: ", "extract", write("old.zst", zstd(plain) + old))
        if got.stdout.splitlines() != expected:
            fail("the rows before a frame of an old format")
        skippable = bytes.fromhex("5a2a4d1803000000616263")  # as pzstd writes at the start
        for i, data in enumerate((skippable + zstd(plain), zstd(plain) + skippable)):
            if rows(write("skipped.zst", data)).splitlines() != expected:
                fail(f"a skippable frame, {('first', 'last')[i]}")


def check_corpus():
    corpus = corpus_folder("captures of the corpus", "edge")
    if not corpus:
        return
    edge = os.path.join(corpus, "edge")
    with open(os.path.join(edge, "MANIFEST.tsv"), encoding="utf-8") as file:
        manifest = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    own = [m for m in manifest if m["file"].startswith("own__") and m["tshark_packets"] == "205"]
    # All contain the same packets; some without time stamps or with finer ones, one with frame check
    # sequences.
    def cells(name, first=0):
        lines = rows(os.path.join(edge, name)).splitlines()[1:]
        return [line.split(b",")[first:] for line in lines]

    reference = "own__v_us_be.pcap"
    compared = 0
    for entry in own:
        name = entry["file"]
        if "snap" in name:
            continue
        first = 3 if "fcs" in name else 1 if "spb" in name or "ns" in name or "2pow" in name else 0
        if cells(name, first) != cells(reference, first):
            fail(f"{name}: rows differ from those of {reference}")
        compared += 1
    for pair in ("ng_ns", "ng_spb", "ng_spb_snap80", "ng_tsres_2pow20", "ng_2idb_us_ns_interleaved"):
        if cells(f"own__v_{pair}_le.pcapng") != cells(f"own__v_{pair}_be.pcapng"):
            fail(f"own__v_{pair}: the byte orders differ")
    if cells("own__v_ns_le.pcap") != cells("own__v_ng_ns_le.pcapng"):
        fail("own__v_ns_le: pcap and pcapng differ")
    if compared < 10:
        fail(f"only {compared} containers of the corpus contain the same packets")
    print(f"{compared} containers of the same packets in the corpus")
    asked = 0
    sample = random.Random(4).sample(manifest, len(manifest))
    for entry in [m for m in manifest if m["file"].startswith("own__")] + sample:
        if asked >= SAMPLE:
            break
        if entry["tshark_rc"] == "0" and entry["format"].startswith("pcap"):
            asked += check_info(os.path.join(edge, entry["file"]), entry["file"])
    if CAPINFOS and asked < SAMPLE:
        fail(f"capinfos reads {asked} captures of the corpus, wanted {SAMPLE}")
    print(f"info and capinfos: {asked} captures of the corpus")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        if not CAPINFOS:
            print("SKIP: comparison with capinfos: it is not installed")
        check_variants()
        check_limits()
        check_times()
        check_padding()
        check_pipes()
        check_headers()
        check_faults()
        check_bombs()
        check_corpus()
        os.chdir("/")
    print("all good" if not failures else f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
