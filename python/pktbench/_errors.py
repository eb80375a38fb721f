"""Exceptions and warnings.

A malformed packet is neither: it is a row with a verdict.
"""

import contextlib
import os
import sys
import threading
import warnings


class Error(Exception):
    """What pktbench raises, besides OSError and MemoryError."""


class CaptureError(Error, ValueError):
    """A capture is none, is corrupt, is truncated (with strict=True), or exceeds a limit.

    Attributes: path (str), offset (int, bytes from the start of the decompressed capture, or None),
    code ("format", "corrupt", "truncated" or "limit"), packets (int: so many before it were read).
    """

    def __init__(self, path, offset, code, message, packets):
        where = "" if offset is None else f" (at byte {offset})"
        read = f"; {packets} packets before it were read" if packets else ""
        super().__init__(f"{path}: {message}{where}{read}")
        self.path, self.offset, self.code, self.packets = path, offset, code, packets

    def __reduce__(self):
        return _rebuild, (type(self), self.args, self.__dict__)


class OptionError(Error, ValueError):
    """An argument that is not offered. The message says what is."""


class CaptureWarning(UserWarning):
    """Something worth knowing about rows that are valid.

    Attributes: code (str, such as "truncated"), count (int: packets, flows or files that it is
    about), path (str, or None: all captures), offset (int, bytes, or None).
    """

    def __init__(self, text, code="", count=0, path=None, offset=None):
        super().__init__(text)
        self.code, self.count, self.path, self.offset = code, count, path, offset


def _rebuild(cls, args, state):
    error = cls.__new__(cls)
    Exception.__init__(error, *args)
    error.__dict__.update(state)
    return error


# pkt_errcode and pkt_warning_code of the library, in their order.
IO, WRITE, FORMAT, CORRUPT, TRUNCATED, LIMIT, MEMORY, USAGE, LIBRARY = range(1, 10)
_CODES = {FORMAT: "format", CORRUPT: "corrupt", TRUNCATED: "truncated", LIMIT: "limit"}
_WARNINGS = ("truncated", "no-time", "time-replaced", "time-order", "duplicates", "flows-evicted",
             "inner-headers", "features-evicted", "no-address", "late", "dropped", "no-captures",
             "not-decoded", "no-label", "labels-behind", "stream-labels")
CUT = _WARNINGS.index("truncated")
NO_CAPTURES = _WARNINGS.index("no-captures")
NO_OFFSET = 2**64 - 1


# What file objects are called that the library reads by the path of a pipe.
shown = {}
_thread = threading.local()
# Of this package, and of libraries that call it: a warning is about the code that calls them.
folders = {os.path.dirname(__file__) + os.sep}


def make(code, errno, message, offset, path, packets):
    """The exception for an error of the library."""
    path = shown.get(path, path)
    if errno:
        return OSError(errno, message, path)
    if code in (IO, WRITE):
        return OSError(f"{path}: {message}")
    if code in _CODES:
        return CaptureError(path, offset, _CODES[code], message, packets)
    if code == MEMORY:
        return MemoryError(message)
    if code == USAGE:
        return OptionError(f"{path}: {message}" if path else message)
    return Error(f"{path}: {message}" if path else message)


def _outside(frame):
    """The first frame from here outwards that is not of the folders; None: all are."""
    while frame and frame.f_code.co_filename.startswith(tuple(folders)):
        frame = frame.f_back
    return frame


def _caller():
    """The frame that has called this package, or a library that calls it in threads of its own."""
    frame = _outside(sys._getframe(1))
    if frame is None:
        waiting = [frame for frame in sys._current_frames().values()
                   if frame.f_code.co_filename.startswith(tuple(folders))]
        frame = next((outside for outside in map(_outside, waiting) if outside), None)
    return frame or sys._getframe(1)


@contextlib.contextmanager
def kept(warnings_):
    """Warnings of this thread are appended to the list, for another one, which gives them."""
    _thread.kept = warnings_
    try:
        yield
    finally:
        del _thread.kept


def warn(code, count, offset, path, text):
    """Give a warning of the library, at the first line of code outside of this package."""
    warnings_ = getattr(_thread, "kept", None)
    if warnings_ is not None:
        warnings_.append((code, count, offset, path, text))
        return
    name = shown.get(path, path)
    if path:
        text = text.replace(path, name)
    warning = CaptureWarning(text, _WARNINGS[code], count, name or None,
                             None if offset == NO_OFFSET else offset)
    frame = _caller()
    warnings.warn_explicit(warning, None, frame.f_code.co_filename, frame.f_lineno,
                           frame.f_globals.get("__name__", "<unknown>"),
                           frame.f_globals.setdefault("__warningregistry__", {}))
