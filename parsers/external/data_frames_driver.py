#!/usr/bin/env python3
"""Driver of data frames: from a capture to an object of pandas, Polars or pyarrow, by several ways.

`pktbench bench --sink pandas` runs it. A backend is a way to a kind of object, such as `read-pandas`.
A run ends when the object is there; imports are part of `load`. The environment variable
PKTBENCH_PROGRAM names the program whose `extract` is one of the ways."""

from __future__ import annotations

import contextlib
import gc
import importlib.metadata
import importlib.util
import operator
import os
import socket
import subprocess
import sys
import warnings
import zlib
from typing import Any, Iterator

import dpkt_driver
import external
import process
import scapy_driver
from csv_rows import cell_text, row_text

COLUMNS = ("ts_ns", "cap_len", "ip_proto", "src", "dst", "src_port", "dst_port", "tcp_flags")
ADDRESSES = ("src", "dst")
# What a kind of object needs, with what reads its cells for digests.
PACKAGES = {"pandas": ("pandas", "pyarrow", "numpy"), "polars": ("polars", "pyarrow", "numpy"),
            "pyarrow": ("pyarrow", "numpy")}
READ = {"pandas": "to_pandas", "polars": "to_polars", "pyarrow": "to_arrow"}
PROGRAM = "PKTBENCH_PROGRAM"

numpy: Any = None  # imported by load()
pandas: Any = None
pktbench: Any = None
polars: Any = None
pyarrow: Any = None


def interpreter() -> str:
    """As the user can write it; results do not name the user."""
    home = os.path.expanduser("~")
    path = sys.executable or "python3"
    return "~" + path[len(home):] if path.startswith(home + os.sep) else path


def install(missing: list[str]) -> str:
    """What to do if these packages are missing."""
    files = ["dist/*.whl" if name == "pktbench" else name for name in missing]
    build = "`./run wheel`, then " if "pktbench" in missing else ""
    return f"run {build}`{interpreter()} -m pip install {' '.join(files)}`"


class Way(external.Driver):
    """A way to the objects of a library."""

    way: str
    work: str
    packages: tuple[str, ...] = ()
    warm_up = 1  # a library fills its pools in its first run
    license = "MIT"
    decoder = "pktbench"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.name = f"{self.way}-{kind}"
        self.summary = f"rows into an object of {kind}"
        work = self.work.format(read=READ[kind])
        self.levels = {"headers": external.Level(work, COLUMNS)}

    def version(self) -> str:
        needed = (*self.packages, *PACKAGES[self.kind])
        missing = [name for name in needed if not importlib.util.find_spec(name)]
        if missing:
            raise external.RequestError(
                f"not installed for this Python: {', '.join(missing)}; {install(missing)}")
        found = [f"{name} {importlib.metadata.version(name)}" for name in needed]
        return f"{', '.join(found)} ({process.INTERPRETER})"

    def origin(self) -> str:
        return "upstream"

    def load(self) -> None:
        global numpy, pandas, polars, pyarrow
        import numpy
        import pyarrow
        import pyarrow.compute
        import pyarrow.ipc
        if self.kind == "pandas":
            import pandas
        if self.kind == "polars":
            import polars

    def check(self) -> None:
        """What pyarrow imports late, for the first digest."""
        tiny = pyarrow.table({"ts_ns": [1], "src": ["192.0.2.1"]})
        for name in ("ts_ns", "src_lo", "src_hi"):
            numbers_of(tiny, "pyarrow", name)

    def make(self, path: str) -> Any:
        """The object."""
        raise NotImplementedError


class Read(Way):
    way = "read"
    packages = ("pktbench",)
    work = "pktbench.read(path, columns=...).{read}()"

    def load(self) -> None:
        global pktbench
        super().load()
        import pktbench
        warnings.simplefilter("ignore", pktbench.CaptureWarning)

    def make(self, path: str) -> Any:
        return getattr(pktbench.read(path, columns=COLUMNS), READ[self.kind])()


@contextlib.contextmanager
def extract(form: str, path: str) -> Iterator[Any]:
    """The output of the program's `extract`, which must succeed."""
    words = [os.environ.get(PROGRAM, "pktbench"), "extract", "--format", form, "--columns",
             ",".join(COLUMNS), path]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as program:
        yield program.stdout
    if program.returncode != 0:
        raise external.RequestError(f"`pktbench extract` has ended with status {program.returncode}")


def of_table(table: Any, kind: str) -> Any:
    """A pyarrow.Table as the object, with the types that read() gives."""
    if kind == "pyarrow":
        return table
    if kind == "polars":
        return polars.from_arrow(table)
    types = {pyarrow.int16(): pandas.Int16Dtype(), pyarrow.int32(): pandas.Int32Dtype(),
             pyarrow.int64(): pandas.Int64Dtype(),
             pyarrow.string(): pandas.ArrowDtype(pyarrow.string())}
    times = table.column(0).cast(pyarrow.timestamp("ns", "UTC"))
    return table.set_column(0, COLUMNS[0], times).to_pandas(types_mapper=types.get)


class Arrow(Way):
    way = "arrow"
    work = "`pktbench extract --format arrow` as a process, its pipe read by pyarrow.ipc.open_stream()"

    def make(self, path: str) -> Any:
        with extract("arrow", path) as output:
            table = pyarrow.ipc.open_stream(output).read_all()
        return of_table(table, self.kind)


class Csv(Way):
    way = "csv"
    work = "`pktbench extract --format csv` as a process, its pipe read by pandas.read_csv()"

    def make(self, path: str) -> Any:
        types = {"ip_proto": "Int16", "src_port": "Int32", "dst_port": "Int32", "tcp_flags": "Int32"}
        with extract("csv", path) as output:
            frame = pandas.read_csv(output, dtype=types)
        return with_times(frame)


def with_times(frame: Any) -> Any:
    frame[COLUMNS[0]] = pandas.to_datetime(frame[COLUMNS[0]], unit="ns", utc=True)
    return frame


# The columns after the first two, of the cells of external.HEADERS.
pick = operator.itemgetter(*(external.HEADERS.index(name) for name in COLUMNS[2:]))
NOTHING = pick(external.NO_HEADERS)


class Loop(Way):
    """A loop over the packets of a library. The usual packets, TCP and UDP over IPv4 over Ethernet,
    have lines of their own; the others go by the code of the library's driver."""

    warm_up = 0
    library: external.Driver
    run_class: Any

    def load(self) -> None:
        super().load()
        self.library.load()

    def prepare(self, level: str) -> None:
        self.library.prepare(level)

    def usual(self, packet: Any) -> Any:
        """The cells of a usual packet; None for the others."""
        raise NotImplementedError

    def cells(self, run: external.Run, packet: Any) -> tuple:
        try:
            usual = self.usual(packet)
            if usual:
                return usual
            return tuple(cell_text(cell) if isinstance(cell, bytes) else cell
                         for cell in pick(run.header_cells(packet)))
        except Exception:  # of the library
            return NOTHING

    def rows(self, path: str) -> list[tuple]:
        run = self.run_class(path, "headers")
        try:
            return [(*run.frame_cells(packet)[:2], *self.cells(run, packet))
                    for packet in run.packets]
        finally:
            run.close()

    def make(self, path: str) -> Any:
        rows = self.rows(path)
        if self.kind == "pandas":
            return with_times(pandas.DataFrame(rows, columns=list(COLUMNS)))
        types = {name: polars.String if name in ADDRESSES else polars.Int64 for name in COLUMNS}
        return polars.DataFrame(rows, schema=types, orient="row")


class Dpkt(Loop):
    way = "dpkt"
    packages = ("dpkt",)
    work = "ethernet.Ethernet(buf) for every packet of UniversalReader; a tuple of its columns in a list"
    license = "BSD-3-Clause"
    decoder = "dpkt"
    library = dpkt_driver.Dpkt()
    run_class = dpkt_driver.DpktRun

    def usual(self, packet: Any) -> Any:
        dpkt, top = dpkt_driver.dpkt, packet[2]
        if type(top) is not dpkt.ethernet.Ethernet or top.type != external.ETHERTYPE_IPV4:
            return None
        ip = top.data
        if type(ip) is not dpkt.ip.IP or ip.v != 4 or ip.offset:
            return None
        data = ip.data
        if type(data) is dpkt.tcp.TCP:
            flags = data._off_flags & 0x0FFF
        elif type(data) is dpkt.udp.UDP:
            flags = None
        else:
            return None
        return (ip.p, socket.inet_ntop(socket.AF_INET, ip.src),
                socket.inet_ntop(socket.AF_INET, ip.dst), data.sport, data.dport, flags)


class Scapy(Loop):
    way = "scapy"
    packages = ("scapy",)
    work = "PcapReader with conf.layers.filter(); a tuple of the columns of every packet in a list"
    license = "GPL-2.0-only"
    decoder = "scapy"
    library = scapy_driver.Scapy()
    run_class = scapy_driver.PacketRun

    def usual(self, packet: Any) -> Any:
        scapy, ip = scapy_driver.scapy, packet.payload
        if type(packet) is not scapy.Ether or type(ip) is not scapy.IP or len(ip.original) < 20:
            return None
        layer = ip.payload
        if ip.version != 4 or ip.frag:
            return None
        if type(layer) is scapy.TCP and len(layer.original) >= 20:
            flags = layer.reserved << 9 | int(layer.flags)
        elif type(layer) is scapy.UDP and len(layer.original) >= 8:
            flags = None
        else:
            return None
        return ip.proto, ip.src, ip.dst, layer.sport, layer.dport, flags


# Cells of an object.


def column_of(made: Any, kind: str, name: str) -> Any:
    """A column as a pyarrow.Array."""
    if kind == "pandas":
        column = pyarrow.Table.from_pandas(made[[name]], preserve_index=False).column(0)
    elif kind == "polars":
        column = made[name].to_arrow()
    else:
        column = made.column(name)
    if isinstance(column, pyarrow.ChunkedArray):
        column = column.combine_chunks()
    return column.cast(pyarrow.large_string() if name in ADDRESSES else pyarrow.int64())


def address_numbers(texts: Any, high: bool) -> Any:
    """64 bits of each address, 0 of an empty cell."""
    coded = texts.dictionary_encode()
    words = coded.dictionary.to_numpy(zero_copy_only=False)
    long = pyarrow.compute.match_substring(coded.dictionary, ":").to_numpy(zero_copy_only=False)
    numbers = numpy.zeros(len(words) + 1, "<u8")  # the last one: of an empty cell
    at_long, at_short = numpy.flatnonzero(long), numpy.flatnonzero(~long)
    octets = b"".join(socket.inet_pton(socket.AF_INET6, text) for text in words[at_long])
    numbers[at_long] = numpy.frombuffer(octets, ">u8").reshape(-1, 2)[:, 0 if high else 1]
    if not high:
        octets = b"".join(map(socket.inet_aton, words[at_short]))
        numbers[at_short] = numpy.frombuffer(octets, ">u4")
    return numbers[coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]


def numbers_of(made: Any, kind: str, name: str) -> Any:
    """The cells of a column as the library has them in memory."""
    shown = name if name in COLUMNS else name[:-3]  # src_hi, src_lo
    if shown not in COLUMNS:
        raise external.RequestError(f"digest: no column {name}")
    column = column_of(made, kind, shown)
    if shown in ADDRESSES:
        return address_numbers(column, name.endswith("_hi"))
    return column.fill_null(0).to_numpy(zero_copy_only=False)


class DataFrameWorker(external.Worker):
    """Answers requests about one way. The object of the last run is kept."""

    driver: Way
    path = ""
    made: Any = None

    def describe(self) -> dict:
        answer = super().describe()
        answer["backend"].update(parse_alone=False, warm_up=self.driver.warm_up)
        return answer

    def rows(self, request: dict, path: str, level: str) -> dict:
        to = request.get("to")
        if not isinstance(to, str):
            raise external.RequestError("rows: no output file")
        made = self.driver.make(path)
        cells = [column_of(made, self.driver.kind, name).to_pylist() for name in COLUMNS]
        with open(to, "w", encoding="utf-8", newline="\n") as file:
            file.write(",".join(COLUMNS) + "\n")
            file.writelines(map(row_text, zip(*cells)))
        return {"rows": len(made), "checksum": f"{len(made):016x}",
                "columns_checksum": f"{len(made):016x}"}

    def prepare(self, request: dict, path: str, level: str) -> dict:
        self.path, self.level, self.made = path, level, None
        gc.collect()  # garbage of the previous run must not be collected in this one
        process.caches_evict(external.number(request, "evict_bytes", 0, 0))
        return {}

    def go(self, request: dict) -> dict:
        if not self.path:
            raise external.RequestError("go: a prepare request must come first")
        path, self.path = self.path, ""
        self.made = self.driver.make(path)
        return {"rows": len(self.made), "checksum": f"{len(self.made):016x}",
                "peak_rss_bytes": process.peak_bytes()}

    def digest(self, request: dict) -> dict:
        column, size = request.get("column"), external.number(request, "bytes", 1)
        if not isinstance(column, str) or self.made is None:
            raise external.RequestError("digest: no column of a run")
        numbers = numbers_of(self.made, self.driver.kind, column)
        return {"crc32": f"{zlib.crc32(numbers.astype(f'<u{size}').tobytes()):08x}"}

    def positions(self, request: dict, path: str, level: str) -> dict:
        raise external.RequestError("positions: an object is made at once")


WAYS: list[Way] = [way(kind) for way in (Read, Arrow, Csv, Dpkt, Scapy)
                   for kind in (("pandas",) if way is Csv else
                                ("pandas", "polars", "pyarrow") if way in (Read, Arrow) else
                                ("pandas", "polars"))]


def main() -> None:
    named = {way.name: way for way in WAYS}
    if len(sys.argv) != 3 or sys.argv[1] != "worker" or sys.argv[2] not in named:
        print(f"usage: {os.path.basename(sys.argv[0])} worker {'|'.join(named)}", file=sys.stderr)
        sys.exit(external.EXIT_USAGE)
    process.die_with_parent()
    sys.exit(external.serve(DataFrameWorker(named[sys.argv[2]])))


if __name__ == "__main__":
    main()
