"""Captures that a program drops into a folder, such as tcpdump -C or -G: which are complete, and
which a batch of a stream reads.

Files are of one series if their names differ in numbers alone: trace.pcap, trace.pcap1,
trace.pcap2, or trace-20260401-1200.pcap, trace-20260401-1300.pcap. An offset of the stream is, for
each series, a watermark: its last file with that file's time, the files of the batch that ends with it,
and the latest change (ctime) of the files up to it that were there then. Times of modification can
be old in files that come late, as of rsync -t; those of change cannot.
"""

import os
import re
import warnings
from typing import NamedTuple

import pktbench
from pktbench import CaptureError, Error, OptionError

from . import _tasks

_PACKING = re.compile(r"\.(?:gz|zst|xz)$")
_HIDDEN = (".", "_")  # first characters of names that Spark and Hadoop pass over
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", "~")  # ends of names of what is being written


class _File(NamedTuple):
    """A file of a series that is there, with its times of modification and of change."""

    order: tuple
    path: str
    mtime_ns: int
    changed_ns: int

    @property
    def unpacked(self):
        """The name that it has, or had before it was packed."""
        return _PACKING.sub("", self.path)


def place(path):
    """(series, order) of a file, by the numbers in its name; the first file of tcpdump -C has none
    behind its name."""
    folder, name = os.path.split(path)
    name = _PACKING.sub("", name)
    base, last = re.fullmatch(r"(.*?)(\d*)", name, re.DOTALL).groups()
    series = os.path.join(folder, re.sub(r"\d+", "#", base))
    return series, (*map(int, re.findall(r"\d+", base)), int(last or -1))


def _is_whole(below):
    """Whether a file has the name of one that is complete; below: its path in the folder."""
    parts = below.split(os.sep)
    return (not any(part.startswith(_HIDDEN) for part in parts) and
            not parts[-1].lower().endswith(_UNFINISHED))


def _names(options):
    """Paths of the files that are there and complete; folders may lie in one another."""
    found = set()
    for path in options.paths:
        if not os.path.isdir(path):
            raise OptionError(f"{path}: a stream reads a folder, and there is none of this name")
        folder = os.path.join(os.path.abspath(path), "")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", pktbench.CaptureWarning)
                names = pktbench.captures(folder, recursive=options.recursive)
        except CaptureError:  # a folder without captures
            continue
        found.update(name for name in names if _is_whole(name[len(folder):]))
    return found


def _present(options):
    """{series: [_File]} of the files that are there, in their order."""
    found = {}
    # Sorted: t.pcap before t.pcap.gz. A packer gives the packed one its time, then removes the other.
    for path in sorted(_names(options)):
        try:
            status = os.stat(path)
        except FileNotFoundError:  # removed since the folder was read
            continue
        series, order = place(path)
        found.setdefault(series, []).append(_File(order, path, status.st_mtime_ns,
                                                  status.st_ctime_ns))
    return {series: sorted(files) for series, files in sorted(found.items())}


def _mark(files, present):
    """The watermark of a batch with these files of a series, of which `present` are there."""
    last = files[-1]
    return {"last": last.path, "mtime_ns": last.mtime_ns,
            "changed_ns": max(file.changed_ns for file in present if file.order <= last.order),
            "files": [file.path for file in files]}


def _check_once(files):
    """Raise Error if a file that is to be read is there packed and unpacked: rows would come twice."""
    known = {}
    for file in files:
        other = known.setdefault(file.unpacked, file)
        if other is not file:
            raise Error(f"{other.path} and {file.path}: are one capture, packed and unpacked, and "
                        "neither was read yet: remove one of them. Captures may be packed once the "
                        "stream has committed the batch with them")


class FolderStream:
    """The batches of a stream over folders.

    A file is read once a later one of its series is there; with the option complete=renamed as soon
    as it is there itself.
    """

    def __init__(self, options):
        self.options = options
        self.offset = {}  # the last that was given, or, after a restart, taken

    def latest(self, start=None):
        """The offset up to which can be read now.

        start: that up to which was read, if it is known.
        """
        if start is not None:
            self.offset = start
        offset = dict(self.offset)
        for series, files in _present(self.options).items():
            known = self.offset.get(series)
            unread = files
            if known:
                unread = [file for file in files if file.order > place(known["last"])[1]]
            _check_once(unread)
            closed = [file for file in unread if self.options.renamed or file is not files[-1]]
            if closed:
                offset[series] = _mark(closed, files)
        self.offset = offset
        return offset

    def tasks(self, start, end):
        """The tasks of a batch, the same whenever it is asked for."""
        self.offset = {**self.offset, **end}
        present = _present(self.options)
        paths = []
        for series, mark in sorted(end.items()):
            before = start.get(series)
            files = present.get(series, [])
            if before:
                _check_late(files, before)
            paths += _batch(files, before, mark)
        return _tasks.plan_files(paths, self.options)


def _is_late(file, before, present):
    """Whether a file up to the watermark was written, or has come, after that was set.

    present: paths that are there. Two kinds of files may change when they have been read: those of
    the last batch, which are known and may be repaired until it is committed, and those that are
    packed in place. While one is packed, it is there unpacked, too, and the packed one is new.
    Watermarks of earlier versions have no time of change.
    """
    if file.path != file.unpacked and file.unpacked in present:
        return False
    if file.mtime_ns > before["mtime_ns"]:
        return True
    packed = file.path != file.unpacked and not _PACKING.search(before["last"])
    if packed or file.path in before["files"] or "changed_ns" not in before:
        return False
    return file.changed_ns > before["changed_ns"]


def _check_late(files, before):
    """Files that came after those behind them in the series had been read."""
    last, present = place(before["last"])[1], {file.path for file in files}
    for file in files:
        if file.order <= last and _is_late(file, before, present):
            raise Error(f"{file.path}: was written after {before['last']}, which has been read, or "
                        "came or changed after it, but its name is not after that one: names must "
                        "grow with the time (tcpdump -G: '%Y%m%d-%H%M%S'), and each start of "
                        "tcpdump -C needs a name of its own. Give it a later name; or, if it has "
                        "been read, move it out of the folder")


def _batch(files, before, mark):
    """The files behind the watermark `before` up to `mark`."""
    first = place(before["last"])[1] if before else None
    planned = [path for path in mark["files"] if first is None or place(path)[1] > first]
    known, last = set(mark["files"]), place(mark["last"])[1]
    for file in files:
        if (first is None or file.order > first) and file.order <= last and file.path not in known:
            raise Error(f"{file.path}: came after {mark['last']} was planned, but its name is not "
                        "after that one: names must grow with the time")
    for path in planned:
        if not os.path.exists(path):
            raise Error(f"{path}: was planned, and is gone: captures may be removed or packed once "
                        "the stream has committed the batch with them")
    return planned
