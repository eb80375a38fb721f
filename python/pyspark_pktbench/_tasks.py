"""Tasks: what one executor reads at a time, planned on the driver, and their rows.

A task is a capture, or a part of one. It carries a stamp of the file, so that an executor which
finds another file there says so.
"""

import hashlib
import os
import stat
import time
from dataclasses import dataclass, replace
from typing import NamedTuple

import pktbench
from pktbench import CaptureError, Error, OptionError, _errors

from ._filters import keep
from ._options import ERROR
from ._remote import Remote, captures, is_remote

HEAD_BYTES = 4096
_PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ")  # gzip, zstd, xz


class Stamp(NamedTuple):
    """What tells whether a file is the one that was planned; the digest is of its first bytes."""

    size: int
    mtime_ns: int
    digest: str


@dataclass(frozen=True)
class Task:
    """files: (path, stamp), several if they are joined; part: of pktbench.plan(); fault: the message
    of what ends the capture, and then there are no rows; labels: (path, stamp) of the labels of its
    packets, or nothing."""

    files: tuple
    part: pktbench.Part | None = None
    fault: str | None = None
    labels: tuple = ()

    def check(self):
        """Raise Error if a file is not the one that was planned."""
        check((*self.files, *self.labels))


def stamp(path):
    """The Stamp of a file, or of a URI."""
    if is_remote(path):
        size, mtime_ns, head = Remote(path).stamp(HEAD_BYTES)
        return Stamp(size, mtime_ns, hashlib.sha256(head).hexdigest())
    with open(path, "rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OptionError(f"{path}: is no file")
        head = file.read(HEAD_BYTES)
    return Stamp(status.st_size, status.st_mtime_ns, hashlib.sha256(head).hexdigest())


def _when(mtime_ns):
    seconds, rest = divmod(mtime_ns, 10**9)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:09d}Z"


def _difference(found, planned):
    if found.size != planned.size:
        return f"it had {planned.size} bytes, and has {found.size}"
    if found.digest != planned.digest:
        return "its first bytes differ"
    return (f"it is of {_when(found.mtime_ns)}, not of {_when(planned.mtime_ns)} (copies must keep "
            "their time, as cp -p and rsync -t do)")


def check(files):
    """Raise Error if a file is not the one that was planned."""
    for path, planned in files:
        found = stamp(path)
        if found != planned:
            raise Error(f"{path}: has changed since the query was planned: "
                        f"{_difference(found, planned)}; run the query again when nobody writes to it")


def _is_packed(path):
    with open(path, "rb") as file:
        return file.read(6).startswith(_PACKED)


def _divided(path, whole, options):
    """The tasks of a capture that may be divided."""
    if whole.files[0][1].size <= options.split or is_remote(path) or _is_packed(path):
        return [whole]
    try:
        parts, fault = pktbench._plan(path, options.split, options.read)
    except OptionError as error:
        raise OptionError(f"split: {error}; leave split out: then one task reads each file") from error
    except CaptureError:
        if not options.permissive:
            raise
        return [whole]  # whose rows say it
    if fault and not options.permissive:
        raise fault
    tasks = [replace(whole, part=part) for part in parts]
    if fault:
        tasks.append(replace(whole, fault=str(fault)))
    return tasks or [whole]


def _planned_labels(options, captures):
    path = options.read.get("labels")
    if path is None:
        return ()
    if captures > 1 and not options.read.get("join"):
        raise OptionError(f"labels: are of the packets of one capture, and there are {captures}: use "
                          "join=true, or join the rows with the labels by file and packet")
    return ((path, stamp(path)),)


def _absolute(path):
    return path if is_remote(path) else os.path.abspath(path)


def plan_files(paths, options):
    """The tasks of these captures."""
    files = [(path, stamp(path)) for path in map(_absolute, paths)]
    labels = _planned_labels(options, len(files))
    if options.read.get("join"):
        return [Task(tuple(files), labels=labels)]
    tasks = []
    for file in files:
        whole = Task((file,), labels=labels)
        tasks += _divided(file[0], whole, options) if options.split else [whole]
    return tasks


def plan(options):
    """The tasks of a query: one a file, or, with `split`, one a part."""
    if not any(map(is_remote, options.paths)):
        return plan_files(pktbench.captures(options.paths, recursive=options.recursive), options)
    found = []
    for path in options.paths:
        find = captures if is_remote(path) else pktbench.captures
        found += find(path, recursive=options.recursive)
    return plan_files(found, options)


def _fault_batch(schema, options, text):
    """A row that says what ended a capture."""
    import pyarrow
    cells = {field.name: pyarrow.nulls(1, field.type) for field in schema}
    cells[ERROR] = pyarrow.array([text])
    names = options.columns
    return pyarrow.record_batch([cells[name] for name in names], names=names)


def _batch(batch, options, names):
    """As Spark wants it: these columns, of which any cell may be null."""
    import pyarrow
    cells = dict(zip(batch.schema.names, batch.columns))
    if options.permissive:
        cells[ERROR] = pyarrow.nulls(batch.num_rows, pyarrow.string())
    return pyarrow.record_batch([cells[name] for name in names], names=names)


def _reads_on(options):
    """Whether a capture that is cut does not end the reading: of joined ones, others follow."""
    return options.permissive and options.read.get("join", False)


def _rows_of(task, options):
    paths = [path for path, _ in task.files]
    if is_remote(paths[0]):
        return Remote(paths[0]).rows(options)
    return options.rows(paths, strict=not _reads_on(options), part=task.part)


def _joined(rows, cuts):
    """The batches. Messages of captures that are cut are appended to `cuts`; other warnings are given."""
    batches_ = rows.batches()
    batch = True
    while batch is not None:
        warnings_ = []
        try:
            with _errors.kept(warnings_):
                batch = next(batches_, None)
        finally:
            cuts += [warning[-1] for warning in warnings_ if warning[0] == _errors.CUT]
            for warning in warnings_:
                if warning[0] != _errors.CUT:
                    _errors.warn(*warning)
        if batch is not None:
            yield batch


def _fault_text(error, task):
    """The message, and, of joined captures, how many are not read after this one."""
    paths = [path for path, _ in task.files]
    left = len(paths) - paths.index(error.path) - 1 if error.path in paths else 0
    return str(error) + (f"; {left} captures after it were not read" if left else "")


def _rows(task, options):
    """Its rows, and one with the fault of each damaged capture."""
    import pyarrow
    rows = _rows_of(task, options)
    if task.fault:
        yield _fault_batch(rows.schema, options, task.fault)
        return
    names, faults = options.columns, []
    try:
        for batch in _joined(rows, faults) if _reads_on(options) else rows.batches():
            yield _batch(pyarrow.record_batch(batch), options, names)
    except CaptureError as error:
        task.check()  # a file that was changed is no damaged capture
        if not options.permissive:
            raise
        faults.append(_fault_text(error, task))
    for fault in faults:
        yield _fault_batch(rows.schema, options, fault)


def batches(task, options):
    """The rows of a task: record batches of pyarrow, in the order of the columns."""
    task.check()
    for batch in _rows(task, options):
        yield keep(batch, options.predicates)
    task.check()
