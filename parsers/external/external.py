"""Code that all drivers share: the worker protocol, timing, rows as CSV.

A driver runs a packet parser that is another program, or a library of another language.
`python3 X_driver.py worker BACKEND` reads one JSON object per line from standard input and answers
each with one line, as `pktbench worker` does for native backends:

    {"op": "describe"}                           name, version, levels and columns of the backend
    {"op": "load"}                               import the library, timed
    {"op": "rows", "slice", "level", "to", "keep"}
                                                 write all rows as CSV; keep: also after an error
    {"op": "empty"}                              nothing: the cost of an exchange
    {"op": "prepare", "slice", "level", "columns", "evict_bytes"}
                                                 get ready for a run
    {"op": "go"}                                 the run: the harness times it, from this line to
                                                 the answer; the cells of all rows are kept
    {"op": "digest", "column", "bytes"}          CRC-32 of a column of that run: its cells as
                                                 unsigned little-endian numbers of `bytes` bytes
    {"op": "positions", "slice", "level", "packets", "parts"}
                                                 the time of each part of the packets
    {"op": "done"}                               exit, as at the end of the input

`python3 X_driver.py run BACKEND LEVEL FILE` builds the columns of the file once and exits.

A driver subclasses Driver and Run. `work` describes the calls that it makes to its library.
"""

from __future__ import annotations

import gc
import importlib.metadata
import importlib.util
import itertools
import json
import os
import sys
import time
import zlib
from typing import Any, Callable, Iterable, Iterator, NamedTuple, NoReturn, Optional

import process
from csv_rows import column_bytes, row_text

# Columns of include/pktbench.h, in its order, with their names in CSV. No driver provides
# `verdict`: parsers have different definitions of malformed packets.
FRAMES = ("ts_ns", "cap_len", "wire_len", "link_type")
LINK = ("eth_src", "eth_dst", "eth_type", "vlan_id")
IP = ("ip_version", "ip_proto", "ip_ttl", "ip_tos", "ip_len", "ip_id", "ip_flags", "frag_off",
      "src", "dst")
L4 = ("src_port", "dst_port", "l4_hlen", "payload_len", "tcp_flags", "tcp_seq", "tcp_ack",
      "tcp_window", "icmp_type", "icmp_code")
HEADERS = LINK + IP + L4
STREAM = ("stream", "stream_dir")
ARP = ("arp_op", "arp_src_ip", "arp_dst_ip")

# Cells of headers that a packet does not have. A cell is a number, bytes, a text, or None.
NO_LINK = (None,) * len(LINK)
NO_IP = (None,) * len(IP)
NO_L4 = (None,) * len(L4)
NO_HEADERS = NO_LINK + NO_IP + NO_L4
NO_STREAM = (None,) * len(STREAM)
NO_ARP = (None,) * len(ARP)
NO_MAC = "00:00:00:00:00:00"

LINKTYPE_ETHERNET = 1
LINKTYPE_RAW = 101
LINKTYPE_LINUX_SLL = 113
LINKTYPE_IPV4 = 228
LINKTYPE_IPV6 = 229
# Some systems write their own DLT_RAW instead of LINKTYPE_RAW.
LINKTYPES_RAW = (LINKTYPE_RAW, 12, 14)

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_IPV6 = 0x86DD
# Smaller values are lengths (IEEE 802.3), for which the column is 0.
ETHERTYPE_MIN = 0x0600
# ARPHRD_ types whose protocol field in a Linux cooked header is not an EtherType.
SLL_NO_ETHERTYPE = frozenset((770, 801, 802, 803, 824))

# The version of results/protocol.json.
PROTOCOL = 1
# The checksum of columns uses one row in this many, like the null sink of native backends.
CHECKSUM_STEP = 256
FIX = process.INSTALL
EXIT_DONE, EXIT_FAILED, EXIT_USAGE = 0, 1, 2


def icmp_size(version: int, left: int) -> int:
    """Length of an ICMP header if `left` bytes of the datagram are left. An ICMPv6 header has at
    least 4 bytes (RFC 4443 section 2.1, RFC 4286 section 5)."""
    return 4 if version == 6 and left < 8 else 8


class RequestError(Exception):
    """A request cannot be executed; the text is the reason, for the user."""


class Level(NamedTuple):
    """`work`: the calls made to the library. `columns`: the columns that it can provide."""

    work: str
    columns: tuple[str, ...]


class Run:
    """One pass over a capture. Driver.open() creates it; it is part of the timed run.

    `packets` yields one item per packet, in file order. A run that parses alone is only this loop
    of the library. The loop continues after a packet for which the library raises an exception."""

    packets: Iterator[Any]
    level: str

    def frame_cells(self, packet: Any) -> tuple:
        raise NotImplementedError

    def header_cells(self, packet: Any) -> tuple:
        raise NotImplementedError

    def app_cells(self, packet: Any) -> tuple:
        raise NotImplementedError

    def cells(self, packet: Any) -> tuple:
        """The packet's cells, in the order of the level's columns. If the library raises an
        exception, only the columns of level frames are filled."""
        frame = self.frame_cells(packet)
        if self.level == "frames":
            return frame
        try:
            headers = self.header_cells(packet)
        except Exception:
            headers = NO_HEADERS
        return frame + headers + self.app_cells(packet) if self.level == "app" else frame + headers

    def take(self, count: int) -> Iterable[Any]:
        """The next `count` packets, or fewer at the end."""
        return itertools.islice(self.packets, count)

    def close(self) -> None:
        """Close files and end processes. Raises RequestError if a process failed whose output was
        read to its end."""


class Driver:
    """A backend. Subclasses set these attributes. load() is called before open()."""

    name: str
    summary: str
    license: str
    decoder: str
    package: Optional[str] = None  # name on the package index
    minimum: tuple[int, ...] = ()  # oldest version that is supported
    levels: dict[str, Level]
    features: dict[str, str] = {}  # name: evidence

    def version(self) -> str:
        """Version of the library, without importing it. Raises RequestError if it is missing or too
        old."""
        assert self.package
        return f"{package_version(self.package, self.minimum)} ({process.INTERPRETER})"

    def origin(self) -> str:
        assert self.package
        return package_origin(self.package)

    def load(self) -> None:
        """Import the library. The time is reported separately from the runs."""
        raise NotImplementedError

    def check(self) -> None:
        """Preparation after load() that is not timed."""

    def prepare(self, level: str) -> None:
        """Set up the process for runs at this level. Called before open(); not timed."""

    def open(self, path: str, level: str, columns: bool) -> Run:
        """Start a run. `columns`: cells() will be called."""
        raise NotImplementedError


def package_version(package: str, minimum: tuple[int, ...]) -> str:
    try:
        found = importlib.util.find_spec(package) is not None
        version = importlib.metadata.version(package)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        found, version = False, ""
    if not found:
        raise RequestError(f"{package} is not installed for this Python; {FIX}")
    numbers = tuple(int(part) for part in version.split("+")[0].split(".") if part.isdigit())
    if numbers < minimum:
        oldest = ".".join(map(str, minimum))
        raise RequestError(f"{package} {version} is too old, {oldest} or newer is needed; {FIX}")
    return version


def package_origin(package: str) -> str:
    spec = importlib.util.find_spec(package)
    path = spec.origin if spec and spec.origin else ""
    # The folder of packages installed by apt on Debian and Ubuntu.
    return "distribution" if "dist-packages" in path else "upstream"


class Outcome(NamedTuple):
    rows: int
    check: int  # checksum of some rows' cells; 0 without columns


def parse(run: Run) -> Outcome:
    rows = 0
    for _ in run.packets:
        rows += 1
    return Outcome(rows, 0)


def parse_columns(run: Run, keep: Callable[[tuple], Any]) -> Outcome:
    """Also compute the cells of every packet, and pass them to `keep`."""
    rows = check = 0
    cells_of = run.cells
    for packet in run.packets:
        cells = cells_of(packet)
        if rows % CHECKSUM_STEP == 0:
            check = zlib.crc32(row_text(cells).encode(), check)
        keep(cells)
        rows += 1
    return Outcome(rows, check)


class TimedRun:
    """The run that the harness times, and the cells that it has built."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.what: Optional[tuple[str, str, bool]] = None  # path, level, columns
        self.rows: list[tuple] = []

    def prepare(self, path: str, level: str, columns: bool, evict_bytes: int) -> None:
        self.what = path, level, columns
        self.rows = []
        gc.collect()  # garbage of the previous run must not be collected in this one
        process.caches_evict(evict_bytes)

    def go(self) -> Outcome:
        if not self.what:
            raise RequestError("go: a prepare request must come first")
        (path, level, columns), self.what = self.what, None
        run = self.driver.open(path, level, columns)
        try:
            return parse_columns(run, self.rows.append) if columns else parse(run)
        finally:
            run.close()  # waits for children, whose CPU time is known only then

    def digest(self, level: str, column: str, size: int) -> int:
        shown = self.driver.levels[level].columns
        name = column if column in shown else column[:-3]  # src_hi, src_lo
        if name not in shown:
            raise RequestError(f"digest: no column {column}")
        index = shown.index(name)
        return zlib.crc32(column_bytes((row[index] for row in self.rows), size,
                                       64 if column.endswith("_hi") else 0))


# The protocol.


def error_text(error: BaseException) -> str:
    """One line for the user, without values from packets."""
    if isinstance(error, RequestError):
        return str(error)
    if isinstance(error, MemoryError):
        return "out of memory"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = str(error).strip().splitlines() or ["no reason given"]
    return f"{type(error).__name__}: {lines[0][:200]}"


def capture_check(path: str) -> None:
    """Check the magic number, as for native backends: some libraries accept any file."""
    with open(path, "rb") as file:
        magic = file.read(4)
    if magic not in (b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d",
                     b"\x4d\x3c\xb2\xa1", b"\x0a\x0d\x0d\x0a"):
        raise RequestError("is not a capture: no magic number of pcap or pcapng")


def number(request: dict, key: str, least: int, default: Optional[int] = None) -> int:
    value = request.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise RequestError(f"{key} must be a whole number, {least} or more")
    return value


class Worker:
    """Answers requests about one driver."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.loaded = False
        self.level = ""  # of the run that was prepared last
        self.run = TimedRun(driver)

    def answer(self, request: Any) -> dict:
        what = request.get("op") if isinstance(request, dict) else None
        if not isinstance(what, str):
            raise RequestError('a request must be an object with the key "op"')
        if what == "describe":
            return self.describe()
        if what == "load":
            return self.load()
        if what == "empty":
            return {}
        simple = {"go": self.go, "digest": self.digest}
        answers = {"rows": self.rows, "prepare": self.prepare, "positions": self.positions}
        if what not in answers and what not in simple:
            raise RequestError("unknown request")
        if not self.loaded:
            raise RequestError("a load request must come first")
        if what in simple:
            return simple[what](request)
        path, level = request.get("slice"), request.get("level")
        if not isinstance(path, str) or not isinstance(level, str):
            raise RequestError("a run needs a slice and a level")
        if level not in self.driver.levels:
            raise RequestError(f"{self.driver.name} does not support the level")
        capture_check(path)
        self.driver.prepare(level)
        return answers[what](request, path, level)

    def describe(self) -> dict:
        driver = self.driver
        version = driver.version()
        return {"protocol": PROTOCOL, "backend": {
            "name": driver.name,
            "summary": driver.summary,
            "version": version,
            "origin": driver.origin(),
            "license": driver.license,
            "decoder": driver.decoder,
            "language": process.INTERPRETER,
            "fork_each_run": False, "parse_alone": True,
            "levels": {name: {"work": level.work, "columns": library_columns(level.columns)}
                       for name, level in driver.levels.items()},
            "features": [{"name": name, "evidence": how} for name, how in driver.features.items()],
        }}

    def load(self) -> dict:
        self.driver.version()
        begin = time.perf_counter_ns()
        try:
            self.driver.load()
        except ImportError as error:
            reason = f"{self.driver.name} cannot be loaded ({error_text(error)}); {FIX}"
            raise RequestError(reason) from error
        load_ns = time.perf_counter_ns() - begin
        self.driver.check()
        self.loaded = True
        return {"load_ns": load_ns}

    def rows(self, request: dict, path: str, level: str) -> dict:
        to = request.get("to")
        if not isinstance(to, str):
            raise RequestError("rows: no output file")
        part = f"{to}.part"  # renamed when complete
        try:
            with open(part, "w", encoding="utf-8", newline="\n") as file:
                file.write(",".join(self.driver.levels[level].columns) + "\n")
                run = self.driver.open(path, level, True)
                try:
                    outcome = parse_columns(run, lambda cells: file.write(row_text(cells)))
                finally:
                    run.close()
            os.replace(part, to)
        except BaseException as error:
            if request.get("keep") is True and isinstance(error, Exception):
                os.replace(part, to)
            elif os.path.exists(part):
                os.unlink(part)
            raise
        return {"rows": outcome.rows, "checksum": f"{outcome.rows:016x}",
                "columns_checksum": f"{outcome.check:016x}"}

    def prepare(self, request: dict, path: str, level: str) -> dict:
        columns = request.get("columns", False)
        if not isinstance(columns, bool):
            raise RequestError("columns must be true or false")
        self.level = level
        self.run.prepare(path, level, columns, number(request, "evict_bytes", 0, 0))
        return {}

    def go(self, request: dict) -> dict:
        outcome = self.run.go()
        check = outcome.check if self.run.rows else outcome.rows
        return {"rows": outcome.rows, "checksum": f"{check:016x}",
                "peak_rss_bytes": process.peak_bytes()}

    def digest(self, request: dict) -> dict:
        column, size = request.get("column"), number(request, "bytes", 1)
        if not isinstance(column, str) or not self.level:
            raise RequestError("digest: no column of a run")
        return {"crc32": f"{self.run.digest(self.level, column, size):08x}"}

    def positions(self, request: dict, path: str, level: str) -> dict:
        """Times start after the first packet, to exclude the start-up, which is `first_ns`."""
        parts = number(request, "parts", 1, 8)
        packets = number(request, "packets", 2 * parts)
        gc.collect()
        times = [time.perf_counter_ns()]
        run = self.driver.open(path, level, True)
        try:
            begin = 0
            for end in [1] + [packets * (i + 1) // parts for i in range(parts)]:
                if sum(1 for _ in map(run.cells, run.take(end - begin))) != end - begin:
                    raise RequestError(f"positions: the capture has fewer than {packets} packets")
                times.append(time.perf_counter_ns())
                begin = end
        finally:
            run.close()
        first, *part_ns = [after - before for before, after in zip(times, times[1:])]
        return {"part_ns": part_ns, "first_ns": first}


def library_columns(shown: tuple[str, ...]) -> list[str]:
    """Column names of the library, in which an address is two columns of 64 bits."""
    names = []
    for name in shown:
        names += [f"{name}_hi", f"{name}_lo"] if name in ("src", "dst") else [name]
    return names


# The process.


def serve(worker: Worker) -> int:
    # Children must not inherit the harness's pipes: they get an empty standard input.
    requests = os.fdopen(os.dup(0), "rb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    answers = os.fdopen(process.stdout_redirect(), "w", encoding="ascii")
    for line in iter(requests.readline, b""):
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            reply = {"ok": False, "reason": "not a JSON object"}
        else:
            if isinstance(request, dict) and request.get("op") == "done":
                break
            try:
                reply = {"ok": True, **worker.answer(request)}
            except Exception as error:  # an exception of a library is reported, not fatal
                reply = {"ok": False, "reason": error_text(error)}
        try:
            answers.write(json.dumps(reply) + "\n")
            answers.flush()
        except OSError:
            return EXIT_FAILED  # the harness has exited
    return EXIT_DONE


def run_once(driver: Driver, level: str, path: str) -> int:
    process.stdout_redirect()
    try:
        driver.version()
        if level not in driver.levels:
            raise RequestError(f"{driver.name} does not support the level")
        capture_check(path)
        driver.load()
        driver.prepare(level)
        run = driver.open(path, level, True)
        try:
            parse_columns(run, lambda cells: None)
        finally:
            run.close()
    except Exception as error:
        print(f"{driver.name}: {error_text(error)}", file=sys.stderr)
        return EXIT_FAILED
    return EXIT_DONE


def usage(drivers: list[Driver]) -> NoReturn:
    names = "|".join(driver.name for driver in drivers)
    script = os.path.basename(sys.argv[0])
    print(f"usage: {script} worker {names}\n       {script} run {names} LEVEL FILE",
          file=sys.stderr)
    sys.exit(EXIT_USAGE)


def main(*drivers: Driver) -> NoReturn:
    named = {driver.name: driver for driver in drivers}
    arguments = sys.argv[1:]
    if len(arguments) < 2 or arguments[1] not in named:
        usage(list(drivers))
    mode, driver, rest = arguments[0], named[arguments[1]], arguments[2:]
    process.die_with_parent()
    if mode == "worker" and not rest:
        status = serve(Worker(driver))
    elif mode == "run" and len(rest) == 2:
        status = run_once(driver, *rest)
    else:
        usage(list(drivers))
    sys.exit(status)
