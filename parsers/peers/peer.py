"""What every driver of a peer shares: the worker's side of the harness's protocol.

A peer is another program or a Python library that is measured beside pktbench's own backends. Its
driver is a Python program that answers one JSON object a line, as `pktbench worker` does:

    DRIVER worker NAME            requests on standard input: describe, load, rows, sample, positions
    DRIVER run NAME LEVEL FILE    read the whole capture and print nothing: a program as a user pays

`parse` is the library's own loop, as the `work` line of the level says; `parse+columns` builds our
columns from its objects for every packet too. Cells are text, "" where a column does not apply.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import time
import zlib

SETUP = "run `./run setup peers`"

FRAMES = ("ts_ns", "cap_len", "wire_len", "link_type")
HEADERS = FRAMES + (
    "eth_src", "eth_dst", "eth_type", "vlan_id", "ip_version", "ip_proto", "ip_ttl", "ip_tos",
    "ip_len", "ip_id", "ip_flags", "frag_off", "src", "dst", "src_port", "dst_port", "l4_hlen",
    "payload_len", "tcp_flags", "tcp_seq", "tcp_ack", "tcp_window", "icmp_type", "icmp_code")

TCP, UDP, ICMP, ICMPV6, UDPLITE = 6, 17, 1, 58, 136
TCP_HEADER, UDP_HEADER, ICMP_HEADER, IPV6_HEADER = 20, 8, 8, 40

# Rows 0, 256, 512, ... make the witness of a run that builds columns.
WITNESS_ROWS = 256


class Unavailable(Exception):
    """The library or program is missing, or of no use."""


class Level:
    """What a peer does at a level, and the columns that it fills, in the order of its rows."""

    def __init__(self, work, columns):
        self.work = work
        self.columns = columns


class Peer:
    """A peer's table. Derived classes set these and define the methods that raise."""

    name = summary = license = decoder = ""
    origin = "upstream"
    levels: dict = {}
    features: tuple = ()

    def load(self):
        """Import what is needed; raise Unavailable."""
        raise NotImplementedError

    def version(self):
        """Of the library in use; after load()."""
        raise NotImplementedError

    def packets(self, path, level):
        """Iterate over the capture as the work line says; what is yielded goes to row()."""
        raise NotImplementedError

    def parse(self, path, level):
        """Do the level's work and nothing else; how many packets there were. For a library that is
        so quick that the generator above would show, a loop of its own."""
        rows = 0
        for _ in self.packets(path, level):
            rows += 1
        return rows

    def row(self, packet, level):
        """Our columns of a packet: text or int cells in the order of the level's columns."""
        raise NotImplementedError


def column_names(columns):
    """As the harness names them: addresses in two halves, and the bits that say what applies."""
    names = []
    for column in columns:
        names += [column + "_hi", column + "_lo"] if column in ("src", "dst") else [column]
    return names + ["present"] if "eth_src" in columns else names


def mac_text(raw):
    """Six bytes as 02:00:00:00:00:01."""
    return ":".join("%02x" % byte for byte in raw)


def describe(peer):
    levels = {name: {"work": level.work, "columns": column_names(level.columns)}
              for name, level in peer.levels.items()}
    return {"name": peer.name, "summary": peer.summary, "version": peer.version(),
            "origin": peer.origin, "license": peer.license, "decoder": peer.decoder,
            "fork_each_run": False, "levels": levels,
            "features": [{"name": name, "how": how} for name, how in peer.features]}


def high_water(who):
    return resource.getrusage(who).ru_maxrss * 1024


def peak_rss():
    """Of this process, plus the largest child that it waited for; bytes."""
    own = 0
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                own = int(line.split()[1]) * 1024
    return own + high_water(resource.RUSAGE_CHILDREN)


def cpu_ns():
    """User and system time of this process and of the children that it waited for."""
    return int(sum(os.times()[:4]) * 1e9)


def parse(peer, path, level):
    """Rows and witness of a run that builds no columns."""
    rows = peer.parse(path, level)
    return rows, "%x" % rows


def parse_columns(peer, path, level, out=None):
    """Rows and witness of a run that builds every column, and writes them if there is `out`."""
    rows, witness = 0, 0
    for packet in peer.packets(path, level):
        cells = peer.row(packet, level)
        if rows % WITNESS_ROWS == 0:
            witness = zlib.crc32(repr([str(cell) for cell in cells]).encode(), witness)
        if out:
            out.write(",".join(map(str, cells)) + "\n")
        rows += 1
    return rows, "%08x" % witness


def answer_rows(peer, request):
    path, level = request["slice"], request["level"]
    with open(request["to"], "w", encoding="ascii") as out:
        out.write(",".join(peer.levels[level].columns) + "\n")
        rows, witness = parse_columns(peer, path, level, out)
    return {"rows": rows, "witness": "%x" % rows, "columns_witness": witness}


def answer_sample(peer, request):
    path, level, runs = request["slice"], request["level"], request["k"]
    run = parse_columns if request.get("columns") else parse
    walk = bytes(request.get("evict_bytes", 0))
    wall = cpu = 0
    told = None
    for _ in range(runs):
        zlib.crc32(walk)
        cpu_from, wall_from = cpu_ns(), time.perf_counter_ns()
        result = run(peer, path, level)
        wall += time.perf_counter_ns() - wall_from
        cpu += cpu_ns() - cpu_from
        if told not in (None, result):
            raise ValueError("two runs over the same slice gave different rows")
        told = result
    return {"wall_ns": wall, "cpu_ns": cpu, "rows": told[0], "witness": told[1],
            "peak_rss_bytes": peak_rss()}


def answer_positions(peer, request):
    path, level = request["slice"], request["level"]
    packets, parts = request["packets"], request["parts"]
    ends = [packets * (part + 1) // parts for part in range(parts)]
    part_ns, rows = [], 0
    last = time.perf_counter_ns()
    for _ in peer.packets(path, level):
        rows += 1
        while len(part_ns) < parts and rows >= ends[len(part_ns)]:
            now = time.perf_counter_ns()
            part_ns.append(now - last)
            last = now
    if len(part_ns) < parts:
        raise ValueError("fewer rows than packets")
    return {"part_ns": part_ns}


def answer(peer, request):
    what = request.get("do") if isinstance(request, dict) else None
    if what == "describe":
        peer.load()
        return {"backend": describe(peer)}
    if what == "load":
        start = time.perf_counter_ns()
        peer.load()
        return {"load_ns": time.perf_counter_ns() - start}
    runs = {"rows": answer_rows, "sample": answer_sample, "positions": answer_positions}
    if what not in runs:
        raise ValueError("unknown request")
    if request.get("level") not in peer.levels:
        raise ValueError("%s does not offer the level %s" % (peer.name, request.get("level")))
    return runs[what](peer, request)


def in_words(error):
    text = " ".join(str(error).split())
    return "%s: %s" % (type(error).__name__, text) if text else type(error).__name__


def worker(peer):
    """Answer requests until the input ends. What a library prints goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if isinstance(request, dict) and request.get("do") == "done":
                break
            reply = {"ok": True, **answer(peer, request)}
        except Unavailable as error:
            reply = {"ok": False, "reason": str(error)}
        except Exception as error:  # a library may raise anything: it costs its own row
            reply = {"ok": False, "reason": in_words(error)}
        out.write(json.dumps(reply) + "\n")
        out.flush()
    return 0


def die_with_parent():
    """A worker is nothing without its harness."""
    pr_set_pdeathsig = 1
    try:
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    except (OSError, AttributeError):
        pass  # not Linux


def main(peers):
    """The driver's command line; `peers` are its Peer objects."""
    by_name = {peer.name: peer for peer in peers}
    words = sys.argv[1:]
    if len(words) == 2 and words[0] == "worker" and words[1] in by_name:
        die_with_parent()
        return worker(by_name[words[1]])
    if len(words) == 4 and words[0] == "run" and words[1] in by_name:
        peer, level, path = by_name[words[1]], words[2], words[3]
        try:
            peer.load()
            peer.parse(path, level)
        except Exception as error:
            print("%s: %s" % (path, in_words(error)), file=sys.stderr)
            return 1
        return 0
    print("usage: %s worker NAME | run NAME LEVEL FILE; names: %s"
          % (os.path.basename(sys.argv[0]), ", ".join(by_name)), file=sys.stderr)
    return 2
