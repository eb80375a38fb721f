"""Packet captures as rows: Arrow, pandas, Polars, DuckDB, or one packet at a time.

    import pktbench
    frame = pktbench.read("home.pcap", columns=["ts_ns", "src", "dst", "wire_len"]).to_pandas()
"""

import os
from collections import namedtuple

from . import _arguments, _core, _errors, _files
from ._errors import CaptureError, CaptureWarning, Error, OptionError
from ._rows import Rows
from ._run import bench, choose
from ._sniffer import Sniffer

__version__ = _core.version
__all__ = ["read", "packets", "sniff", "plan", "captures", "scan_polars", "features", "columns", "bench", "choose",
           "Rows", "FeatureSet", "Feature", "Column", "Part", "Error", "CaptureError", "OptionError", "CaptureWarning"]

_core.connect(_errors.make, _errors.warn)

FeatureSet = namedtuple("FeatureSet", "name summary columns")
FeatureSet.__doc__ = "A set of features: its name, one line about it, and its columns."
Feature = namedtuple("Feature", "name unit aggregate meaning defect")
Feature.__doc__ = """A column of a set of features.

aggregate: how the value of the window is computed from those of its packets; defect: a known defect
of the published set, or "".
"""
Column = namedtuple("Column", "name level meaning")
Column.__doc__ = "A column of rows of packets, and the first level that has it."

Part = namedtuple("Part", "start stop packets skip preface reset_every", defaults=(0,))
Part.__doc__ = """A part of a capture file, see plan(): offsets of its bytes, the packets before it, and
how many packets it begins with whose rows belong to other parts; of parts for features, the bytes after
which these are reset."""


def read(source, *, columns=None, level="headers", filter=None, features=None, window=None, by=None,
         reset_every=None, label=None, backend="raw", plugin=None, flow_rule=None, max_flows=None,
         join=False, recursive=False, count=None, strict=False, batch_rows=None, part=None,
         inner=False, threads=1, idle=None, active=None, labels=None, label_by=None):
    """Rows of one capture or several, which are read when the result is used.

    source: path of a pcap or pcapng file, plain or compressed with gzip, zstd or xz; a folder; a
        pattern such as "*.pcap"; "-", which is standard input; a list of these; or a binary file
        object, which is read from its position (once, unless it has seek()), by one iteration at a
        time: a later one ends an earlier one, with an OptionError.
    columns: names of columns ("ts_ns,src" or ["ts_ns", "src"]): of the level, with raw and libpcap
        of every level, and ts, packet, file, label. Default: all of the level.
    level: frames, headers, flows, app, inner, or dissect, as the backend has them.
    filter: a pcap-filter(7) expression. Packets keep their numbers.
    features: name of a set, see features(): rows of windows of packets, or flow records.
    window: with features: number of packets (10), or a time ("1s").
    by: with features: "all", "pair" of hosts, or "flow".
    reset_every: with features: size of a piece ("10MB"), or "none".
    label: text of a column `label`; "from-folder": the name of the capture's folder.
    backend, plugin: the parser, by name, or the path of a shared object.
    flow_rule, max_flows: how streams are numbered at level flows.
    join: the captures are consecutive files of one capture.
    recursive: take the captures in the folders of a folder too.
    count: end after so many packets of each capture.
    strict: a capture that ends inside a packet raises CaptureError; otherwise it gives a
        CaptureWarning.
    batch_rows: rows of a batch, at most; default 16384.
    part: read only this part of the capture, see plan().
    inner: add the columns in_, of the innermost IP header that tunnels carry; with features: compute
        them over the inner headers, where there are any.
    threads: threads that decode packets and make batches; the rows stay the same. With backend raw,
        a plain file is decoded by all of them; with join or count, and of a compressed capture or a
        file object, packets are decoded by one.
    idle, active: with features="records": seconds without a packet (default 120), and since the
        first one (1800), after which a record ends; "none": never.
    labels: path of a CSV with the columns packet and label, as `pktbench mix` and `gen --labels`
        write it: a column `label` for each packet; with features, that of most packets of the
        window, and a column `label_share`, the share of these packets.
    label_by: with labels: "packet", or "stream": packets have the label of most packets of their
        stream, for which the capture is read twice.

    Raises OptionError for arguments that are not offered. Captures are opened later.
    """
    query = {"columns": _arguments.columns(columns), "level": _arguments.text("level", level),
             "filter": _arguments.text("filter", filter),
             "features": _arguments.text("features", features),
             "window": _arguments.amount("window", window), "by": _arguments.text("by", by),
             "reset_every": _arguments.amount("reset_every", reset_every),
             "label": _arguments.text("label", label),
             "backend": _arguments.text("backend", backend),
             "plugin": _arguments.path("plugin", plugin),
             "flow_rule": _arguments.text("flow_rule", flow_rule), "max_flows": max_flows,
             "join": join, "recursive": recursive, "count": count, "strict": strict,
             "batch_rows": batch_rows, "part": _arguments.part(part), "inner": inner,
             "threads": _arguments.threads(threads), "idle": _arguments.amount("idle", idle),
             "active": _arguments.amount("active", active),
             "labels": _arguments.path("labels", labels),
             "label_by": _arguments.text("label_by", label_by)}
    if hasattr(source, "read"):
        return Rows(query, _files.Source(source, label))
    return Rows(dict(query, paths=_arguments.paths(source)))


_OPTIONS = read.__kwdefaults__.keys()


def plan(path, bytes_a_part=64 << 20, **options):
    """Divide a plain capture file into parts of at least so many bytes (also "1MB"): a list of Part.

    The rows of read(path, part=part, **options), one part after another, are those of
    read(path, **options), also in other processes or on other machines with the same file. The file
    is read once for it. options are arguments of read() that decide where it can be divided: level,
    columns and features. Each part of rows with stream numbers reads the packets before it too.
    Features need `reset_every`, as the published sets have it.

    Raises OptionError if the capture cannot be divided, and CaptureError if it is damaged.
    """
    _arguments.known("plan", options, _OPTIONS)
    if hasattr(path, "read"):
        raise TypeError("plan() takes the path of a capture, not a file object")
    parts, fault = _plan(path, _arguments.octets("bytes_a_part", bytes_a_part), options)
    if fault:
        raise fault
    return parts


def _plan(path, bytes_a_part, options):
    """The parts up to a fault of the capture, and the fault, or None."""
    rows = read(path, **options)
    found, fault = _core.plan(rows._query, bytes_a_part)
    parts = [Part(*part) for part in found]
    numbered = {column.name for column in columns() if column.level == "flows"}
    numbered = options.get("level") == "flows" or numbered.intersection(rows.columns)
    if numbered and not options.get("features") and parts:
        first = parts[0]
        parts = [Part(first.start, p.stop, 0, p.packets, first.preface) for p in parts]
    return parts, fault


def captures(source, *, recursive=False):
    """The paths of the captures that read(source) reads, in its order: a list of str.

    source: path of a file or folder, a pattern, or a list of these. Files of folders that are no
    captures are left out, with a CaptureWarning. None is opened but those whose names do not tell.
    """
    found, others = _core.captures({"paths": _arguments.paths(source), "recursive": recursive})
    if others:
        _errors.warn(_errors.NO_CAPTURES, others, _errors.NO_OFFSET, "",
                     f"{others} files or folders are no captures, and were passed over")
    return [os.fsdecode(path) for path in found]


def scan_polars(source, **options):
    """A polars.LazyFrame of read(source, **options), of which only the columns that a query needs are
    made, and of which only so many rows are read as it needs.

    source must be one that can be read again: a path, or a file object with seek().
    """
    _arguments.known("scan_polars", options, _OPTIONS)
    import polars
    from polars.io.plugins import register_io_source
    _errors.folders.add(os.path.dirname(polars.__file__) + os.sep)
    rows = read(source, **options)
    schema = polars.DataFrame(rows.schema.empty_table()).schema

    def frames(with_columns, predicate, n_rows, batch_size):
        del batch_size
        chosen = rows._chosen(with_columns or rows.columns)
        left = n_rows
        for batch in chosen.batches():
            frame = polars.DataFrame(batch)
            if left is not None:
                frame = frame.head(left)
                left -= frame.height
            yield frame if predicate is None else frame.filter(predicate)
            if left == 0:
                return
    return register_io_source(frames, schema=schema)


def packets(source, **options):
    """Iterate over (time, row) of each packet, as dpkt's readers do over (time, bytes).

    time: seconds since 1970, a float; row: a named tuple of the columns. Arguments are those of
    read().
    """
    _arguments.known("packets", options, _OPTIONS)
    if options.get("features"):
        raise OptionError("packets() gives rows of packets: for features use read()")
    rows = read(source, **options)
    names = rows.columns
    if "ts_ns" in names:
        return _timed(rows, names)
    return _timed(rows._chosen(["ts_ns", *names]), names)


def _timed(rows, names):
    row = namedtuple("Row", names, rename=True)
    extra = len(names) < len(rows.columns)  # the time, in front
    at = 0 if extra else names.index("ts_ns")
    for batch in rows.batches():
        for cells in batch.tuples():
            yield cells[at] / 1e9, row._make(cells[1:] if extra else cells)


def sniff(interface, *, columns=None, level="headers", filter=None, features=None, window=None,
          by=None, reset_every=None, label=None, backend="raw", max_flows=None, count=None,
          duration=None, flush_every=0.1, snaplen=None, buffer=None, immediate=False,
          batches=False, inner=False, idle=None, active=None):
    """Capture from a network interface, and iterate over its rows as they come.

    The iterator has close(), and is a context manager that closes it.

    count, duration: end after so many packets, or seconds (a number, or a text such as "500ms");
        default: when the iterator is closed, or by Ctrl-C.
    flush_every: seconds that a row waits for others, at most.
    snaplen, buffer: bytes to capture of a packet, and of the kernel's buffer (also "2MB").
    immediate: deliver every packet at once, at more cost.
    batches: iterate over batches, as Rows.batches() does, instead of named tuples.
    inner, idle, active: as for read().

    The interface is open when the function returns. Raises PermissionError without the right to
    capture (root, or CAP_NET_RAW), and OSError or OptionError for an interface that cannot be used.
    """
    if interface is None:
        raise TypeError("interface: must be the name of an interface, not None")
    query = {"interface": _arguments.text("interface", interface, "the name of an interface"),
             "columns": _arguments.columns(columns), "level": _arguments.text("level", level),
             "filter": _arguments.text("filter", filter),
             "features": _arguments.text("features", features),
             "window": _arguments.amount("window", window), "by": _arguments.text("by", by),
             "reset_every": _arguments.amount("reset_every", reset_every),
             "label": _arguments.text("label", label),
             "backend": _arguments.text("backend", backend), "max_flows": max_flows,
             "count": count, "duration": _arguments.nanoseconds("duration", duration),
             "flush_every": _arguments.nanoseconds("flush_every", flush_every),
             "snaplen": snaplen, "buffer": _arguments.octets("buffer", buffer),
             "immediate": immediate, "inner": inner, "idle": _arguments.amount("idle", idle),
             "active": _arguments.amount("active", active)}
    return Sniffer(query, batches)


def features():
    """The sets of features: a list of FeatureSet."""
    return [FeatureSet(name, summary, [Feature(*column) for column in columns_])
            for name, summary, columns_ in _core.features()]


def columns(level=None, backend="raw"):
    """The columns that rows of packets can have, or those of a level of a backend: Column."""
    known = [Column(*column) for column in _core.columns()]
    if level is None:
        return known
    names = _core.names({"level": level, "backend": backend})
    return [column for column in known if column.name in names]
