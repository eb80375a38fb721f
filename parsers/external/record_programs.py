#!/usr/bin/env python3
"""Flow records of another program beside those of `pktbench extract --features records`: which are
equal, how the others differ, and how long both take as whole processes.

Usage: record_programs.py PKTBENCH PROGRAM CAPTURE EMPTY SECONDS
       record_programs.py --nfstream CAPTURE OUT

EMPTY: a capture without packets, for the start-up. Rounds are made for up to SECONDS, one at least.
Prints a JSON object. The second form writes NFStream's flows as CSV."""

import collections
import csv
import importlib.metadata
import ipaddress
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import process

IDLE_S, ACTIVE_S = 120, 1800
ROUNDS_MAX = 5
TCP, UDP = 6, 17

# ends: ((address, port), (address, port)), the sender of the first packet first; times in the
# program's unit; packets and octets: from the first end, and to it; reason: of ours.
Record = collections.namedtuple("Record", "protocol ends ports first last packets octets reason")

CLASSES = (
    ("times", "the same packets, with other times: the program's time does not go back"),
    ("direction", "the program has the two ends the other way round"),
    ("flags", "the same packets of the flow in other records, where ours end by FIN or RST"),
    ("timeouts", "the same packets of the flow in other records"),
    ("fragments", "flows with later fragments, which have records of their own here"),
    ("protocol", "flows of other protocols than TCP and UDP, with other packets, or not there"),
    ("lengths", "the same packets of the flow, with other lengths"),
    ("packets", "another number of packets of the flow"),
    ("not there", "TCP and UDP flows that the program does not have"),
    ("only there", "records of flows that only the program has"))


class Missing(Exception):
    """The program is not there; the text says how to get it."""


def nfstream_write(capture, out):
    """NFStream with as little as it can be asked for: no statistics, no dissection."""
    from nfstream import NFStreamer
    flows = NFStreamer(source=capture, idle_timeout=IDLE_S, active_timeout=ACTIVE_S, n_dissections=0,
                       statistical_analysis=False, accounting_mode=0)
    with open(out, "w", encoding="ascii", newline="") as file:
        write = csv.writer(file).writerow
        for f in flows:
            write((f.protocol, f.src_ip, f.src_port, f.dst_ip, f.dst_port, f.src2dst_packets,
                   f.dst2src_packets, f.src2dst_bytes, f.dst2src_bytes, f.bidirectional_first_seen_ms,
                   f.bidirectional_last_seen_ms))


class NFStream:
    UNIT_NS = 10**6
    WORK = "NFStreamer(n_dissections=0, statistical_analysis=False), its flows as CSV"

    def __init__(self):
        try:
            self.version = importlib.metadata.version("nfstream")
        except importlib.metadata.PackageNotFoundError as error:
            raise Missing("NFStream is not installed for this Python: `pip install nfstream`, or name "
                          "another one with PKTBENCH_PYTHON") from error

    def command(self, capture, out):
        return [sys.executable, os.path.abspath(__file__), "--nfstream", capture, out]

    def records(self, out):
        with open(out, encoding="ascii", newline="") as file:
            for protocol, src, sport, dst, dport, *numbers in csv.reader(file):
                there, back, there_bytes, back_bytes, first, last = map(int, numbers)
                yield record(protocol, (src, sport), (dst, dport), (first, last), (there, back),
                             (there_bytes, back_bytes))


class NdpiReader:
    UNIT_NS = 10**6
    WORK = "ndpiReader -v 2 -C, all its flows as CSV; it dissects too"
    NUMBERS = ("c_to_s_pkts", "s_to_c_pkts", "c_to_s_bytes", "s_to_c_bytes")

    def __init__(self):
        self.path = shutil.which("ndpiReader")
        if not self.path:
            raise Missing("ndpiReader is not installed: `apt install libndpi-bin`")
        help_ = subprocess.run([self.path, "-h"], check=False, capture_output=True, text=True)
        found = re.search(r"nDPI v?(\d[\w.-]*)", help_.stdout)
        self.version = found.group(1) if found else "unknown"

    def command(self, capture, out):
        return [self.path, "-v", "2", "-i", capture, "-C", out]

    @staticmethod
    def cells(names, values):
        """By name. A name of a server may have what stands between cells."""
        at = names.index("server_name_sni") if "server_name_sni" in names else 0
        more = len(values) - len(names)
        return dict(zip(names, values[:at] + values[at + more:] if more > 0 else values))

    def records(self, out):
        with open(out, encoding="utf-8", errors="replace", newline="") as file:
            head = file.readline().strip("#\n")
            between = "|" if "|" in head else ","  # before version 4.4
            names = head.split(between)
            for line in file:
                row = self.cells(names, line.rstrip("\n").split(between))
                there, back, there_bytes, back_bytes = (int(row[name]) for name in self.NUMBERS)
                times = tuple(round(float(row[name]) * 1000) for name in ("first_seen", "last_seen"))
                yield record(row["protocol"], (row["src_ip"], row["src_port"]),
                             (row["dst_ip"], row["dst_port"]), times, (there, back),
                             (there_bytes, back_bytes))


PROGRAMS = {"nfstream": NFStream, "ndpireader": NdpiReader}


def record(protocol, src, dst, times, packets, octets, reason=""):
    ends = tuple((str(ipaddress.ip_address(address)), int(port or 0)) for address, port in (src, dst))
    return Record(int(protocol), ends, bool(src[1]), *times, packets, octets, reason)


def own_records(path, unit_ns):
    with open(path, encoding="ascii", newline="") as file:
        for row in csv.DictReader(file):
            numbers = {name: int(row[name]) for name in row if name.endswith(("_ns", "packets", "bytes"))}
            yield record(row["ip_proto"], (row["src"], row["src_port"]), (row["dst"], row["dst_port"]),
                         (numbers["ts_ns"] // unit_ns, numbers["last_ns"] // unit_ns),
                         (numbers["fwd_packets"], numbers["bwd_packets"]),
                         (numbers["fwd_bytes"], numbers["bwd_bytes"]), row["end_reason"])


def flow_of(r):
    return r.protocol, tuple(sorted(r.ends))


def content(r):
    return r.ends, r.first, r.last, r.packets, r.octets


def untimed(r):
    return r.ends, r.packets, r.octets


def sided(r):
    """The content, whoever began."""
    if r.ends[0] <= r.ends[1]:
        return content(r)
    return r.ends[::-1], r.first, r.last, r.packets[::-1], r.octets[::-1]


def counted(records, form):
    return collections.Counter(map(form, records))


def total(records, what):
    return sum(sum(getattr(r, what)) for r in records)


def class_of(flow, ours, theirs, fragmented):
    """How the records of a flow differ."""
    protocol, ends = flow
    if protocol in (TCP, UDP) and (protocol, tuple(end[0] for end in ends)) in fragmented:
        return "fragments"
    if not ours:
        return "only there"
    if protocol not in (TCP, UDP) and total(ours, "packets") != total(theirs, "packets"):
        return "protocol"
    if not theirs:
        return "not there"
    if total(ours, "packets") != total(theirs, "packets"):
        return "packets"
    if total(ours, "octets") != total(theirs, "octets"):
        return "lengths"
    if counted(ours, untimed) == counted(theirs, untimed):
        return "times"
    if counted(ours, sided) == counted(theirs, sided):
        return "direction"
    return "flags" if any(r.reason in ("fin", "rst") for r in ours) else "timeouts"


def by_flow(records):
    flows = collections.defaultdict(list)
    for r in records:
        flows[flow_of(r)].append(r)
    return flows


def compare(ours, theirs):
    """Number of equal records, and of the others by class: ours, or theirs where there are none."""
    own_flows, their_flows = by_flow(ours), by_flow(theirs)
    fragmented = {(r.protocol, tuple(sorted(end[0] for end in r.ends)))
                  for r in ours if r.protocol in (TCP, UDP) and not r.ports}
    equal, classes = 0, collections.Counter()
    for flow in own_flows.keys() | their_flows.keys():
        own, their = own_flows.get(flow, []), their_flows.get(flow, [])
        same = counted(own, content) & counted(their, content)
        equal += same.total()
        left = (len(own) or len(their)) - same.total()
        if left or len(own) != len(their):
            classes[class_of(flow, own, their, fragmented)] += max(left, 1)
    return equal, classes


def timed(command):
    """Seconds of a command as a whole process, by the clock, and of processor time with its children."""
    began = time.perf_counter()
    done = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)
    said = done.stderr.read().decode(errors="replace").strip().splitlines()
    _, status, usage = os.wait4(done.pid, 0)
    done.returncode = status
    wall = time.perf_counter() - began
    if status != 0:
        raise RuntimeError(f"{os.path.basename(command[0])} failed: {said[-1] if said else status}")
    return wall, usage.ru_utime + usage.ru_stime


def measure(pktbench, program, capture, empty, seconds, folder):
    """Times of rounds by side: wall_s, empty_wall_s, cpu_s, empty_cpu_s."""
    own, other = (os.path.join(folder, name) for name in ("ours.csv", "theirs.csv"))
    nothing = os.path.join(folder, "nothing.csv")
    extract = [pktbench, "extract", "--features", "records", "-o"]
    commands = {
        ("theirs", ""): program.command(capture, other),
        ("theirs", "empty_"): program.command(empty, nothing),
        ("ours", ""): [*extract, own, capture], ("ours", "empty_"): [*extract, nothing, empty]}
    sides = {"theirs": collections.defaultdict(list), "ours": collections.defaultdict(list)}
    began = time.monotonic()
    for number in range(ROUNDS_MAX):
        order = list(commands)
        random.shuffle(order)
        for side, empty_ in order:
            wall, cpu = timed(commands[side, empty_])
            sides[side][empty_ + "wall_s"].append(wall)
            sides[side][empty_ + "cpu_s"].append(cpu)
        if (time.monotonic() - began) * (number + 2) / (number + 1) > seconds:
            break
    return sides, own, other


def net(side, kind):
    return statistics.median(side[kind]) - statistics.median(side["empty_" + kind])


def result(pktbench, name, capture, empty, seconds):
    program = PROGRAMS[name]()
    with tempfile.TemporaryDirectory() as folder:
        sides, own, other = measure(pktbench, program, capture, empty, seconds, folder)
        ours, theirs = list(own_records(own, program.UNIT_NS)), list(program.records(other))
    equal, classes = compare(ours, theirs)
    found = {"program": name, "version": program.version, "work": program.WORK,
             "status": "differs" if classes else "ok", "reason": None, "records": len(theirs),
             "records_ours": len(ours), "equal": equal,
             "classes": [{"name": n, "records": classes[n], "meaning": meaning}
                         for n, meaning in CLASSES if classes[n]],
             "net_s": net(sides["theirs"], "wall_s"), "net_cpu_s": net(sides["theirs"], "cpu_s"),
             "net_s_ours": net(sides["ours"], "wall_s"), "net_cpu_s_ours": net(sides["ours"], "cpu_s")}
    for side, end in (("theirs", ""), ("ours", "_ours")):
        found |= {kind + end: times for kind, times in sides[side].items()}
    return found


def main():
    if sys.argv[1] == "--nfstream":
        nfstream_write(*sys.argv[2:])
        return
    process.die_with_parent()
    pktbench, name, capture, empty, seconds = sys.argv[1:]
    try:
        found = result(pktbench, name, capture, empty, float(seconds))
    except Missing as error:
        found = {"program": name, "status": "unavailable", "reason": str(error)}
    except (RuntimeError, OSError, ValueError, KeyError) as error:
        found = {"program": name, "status": "failed", "reason": f"{type(error).__name__}: {error}"}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
