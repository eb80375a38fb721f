"""File objects: their bytes go through a pipe to the library, which opens it by its path."""

import errno
import io
import os
import select
import sys
import threading
import weakref
from collections import deque

from . import _core, _errors
from ._errors import Error, OptionError

_CHUNK_BYTES = 1 << 20
_CHUNKS = 2  # that were read, and are not yet in the pipe
_ROWS = 16384  # that wait for next(), before the next batch is made

_turns = weakref.WeakValueDictionary()  # by id() of a file object
_turns_lock = threading.Lock()

# Descriptors are opened and closed with it, so that a child of fork() knows which it has.
_fork_lock = threading.RLock()
_readers = weakref.WeakSet()
_left = []  # by the parent of this process, never to be freed


class _Turn:
    """Which reader a file object is read by: one at a time, whichever rows it is of."""

    def __init__(self, file):
        self.file, self.reader = file, None
        self.lock = threading.Lock()  # held while the file is read, or its position set


def _turn_of(file):
    with _turns_lock:
        turn = _turns.get(id(file))
        if turn is None:
            turn = _turns[id(file)] = _Turn(file)
        return turn


class Source:
    """A file object that rows are read from: the first time from its position, then from there again."""

    def __init__(self, file, label=None):
        if getattr(file, "closed", False):
            raise OptionError("the file object is closed")
        if isinstance(file, io.TextIOBase):
            raise TypeError("the file object is of text: open it in binary mode, \"rb\"")
        if label == "from-folder" and _path_of(file) is None:
            raise OptionError("label: from-folder needs a path, and the file object has no name: give "
                              "the label as a text")
        self._turn = _turn_of(file)
        self._used, self._start = False, 0

    def open(self, query):
        """A reader of its rows. One that has not ended cannot be used any more."""
        return Reader(query, self._turn, self._begin)

    def _begin(self, reader):
        """The reader has its turn, and the file object is where the rows begin."""
        file = self._turn.file
        with self._turn.lock:
            if self._used:
                try:
                    file.seek(self._start)
                except (AttributeError, OSError, ValueError) as error:
                    raise OptionError(
                        "a file object without seek() can be read once: to read it again, keep "
                        "rows.to_arrow()") from error
            elif self._turn.reader is not None:
                raise OptionError("the file object is being read: end that iteration first")
            else:
                self._start, self._used = _position(file), True
            self._turn.reader = reader


def _position(file):
    try:
        return file.tell()
    except (AttributeError, OSError, ValueError):
        return 0


def _path_of(file):
    """The path that a file object says it has, as bytes; None: it says none. Descriptors are called
    by a number, or "<stdin>"."""
    name = getattr(file, "name", None)
    if not isinstance(name, (str, bytes, os.PathLike)):
        return None
    try:
        name = os.fsencode(name)
    except (TypeError, UnicodeEncodeError):
        return None
    if not name or b"\0" in name or name.startswith(b"<") and name.endswith(b">"):
        return None
    return b"./-" if name == b"-" else name  # "-" is standard input


def _shown(file):
    """What messages call a file object."""
    path = _path_of(file)
    return "a file object" if path is None else os.fsdecode(path)


class _Input:
    """read() of a file object, and a descriptor that tells when it has bytes, if there is one."""

    def __init__(self, file):
        buffered = type(file) in (io.BufferedReader, io.BufferedRandom)
        raw = file.raw if buffered else file
        self.descriptor = raw.fileno() if type(raw) is io.FileIO else -1
        waits = self.descriptor < 0 or os.get_blocking(self.descriptor)
        # read1() does not wait for more than there is. Without waiting, only read() tells the end.
        self._read = file.read1 if buffered and waits else file.read
        self.is_empty = not buffered  # nothing was read that has not been given

    def read(self):
        """The next bytes; b"" at the end; None: there are none now, the descriptor tells when."""
        chunk = self._read(_CHUNK_BYTES)
        if chunk is None:
            if self.descriptor < 0:
                raise BlockingIOError(
                    errno.EAGAIN, "read() of the file object has no bytes, and is not at the end: "
                    "it must be one that waits for them")
            self.is_empty = True
            return None
        if isinstance(chunk, str):
            raise TypeError("read() of the file object gives text: it must be a binary one")
        chunk = memoryview(chunk).cast("B")
        self.is_empty = len(chunk) < _CHUNK_BYTES
        return chunk


class Reader:
    """One pass over the rows of a file object.

    It is read in next(), by the thread that calls it, so that Ctrl-C and exceptions come as of any
    read(), and nothing reads it between two calls. A thread writes what was read into the pipe, and
    one has the library decode it.
    """

    def __init__(self, query, turn, begin):
        self._turn, self._input = turn, _Input(turn.file)
        self._owner = os.getpid()
        self._changed = threading.Condition()  # of the five that follow
        self._chunks, self._more = deque(), True
        self._batches, self._ahead, self._closed = deque(), 0, False
        self._error, self._warnings, self._threads = None, [], []
        with _fork_lock:
            self._out, self._in = os.pipe()
            self._news = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)  # for next()
            _readers.add(self)
        self._path = f"/proc/self/fd/{self._out}"
        _errors.shown[self._path] = _shown(turn.file)
        self._reader = None
        try:
            begin(self)
            self._reader = _core.Reader(dict(query, paths=[self._path.encode()],
                                             name=_path_of(turn.file) or b"-"))
        except BaseException:
            self.close()
            raise

    def next(self):
        """The next batch; None at the end."""
        if self._owner != os.getpid():
            raise OptionError("the file object is read by another process: begin after the fork")
        if not self._threads:
            self._threads = [threading.Thread(target=target, daemon=True)
                             for target in (self._write, self._decode)]
            for thread in self._threads:
                thread.start()
        while True:
            with self._changed:
                if self._batches:
                    break
                wanted = self._more and len(self._chunks) < _CHUNKS
            if wanted:
                self._take()
            else:
                self._wait(-1)
        with self._changed:
            batch, error = self._batches[0]
            if batch is not None:
                self._batches.popleft()
                self._ahead -= len(batch)
                self._changed.notify_all()
                return batch
        return self._ended(error)

    def _ended(self, error):
        """What the library says at the end; a fault of the file object is the cause of others."""
        given, self._warnings = self._warnings, []
        for warning in given:
            if self._error is None or warning[0] != _errors.CUT:
                _errors.warn(*warning)
        if self._error is not None and (error is None or isinstance(error, (Error, OSError))):
            raise self._error
        if error is not None:
            raise error

    def _wait(self, descriptor):
        """Wait until it has bytes, or there is news: is there?"""
        poll = select.poll()
        poll.register(self._news, select.POLLIN)
        if descriptor >= 0:
            poll.register(descriptor, select.POLLIN)
        if all(ready != self._news for ready, _ in poll.poll()):
            return False
        os.eventfd_read(self._news)
        return True

    def _take(self):
        """Read the file object, if there is no news before it has bytes."""
        if self._input.is_empty and self._input.descriptor >= 0 and self._wait(self._input.descriptor):
            return
        with self._turn.lock:
            if self._turn.reader is not self:
                raise OptionError("the file object is being read by a later iteration, which has "
                                  "ended this one")
            try:
                chunk = self._input.read()
            except Exception as error:  # pylint: disable=broad-except # after the rows before it
                self._error = error
                chunk = b""
        with self._changed:
            if chunk:
                self._chunks.append(chunk)
            elif chunk is not None:
                self._more = False
            self._changed.notify_all()

    def _write(self):
        """The thread that writes what was read into the pipe."""
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._chunks or not self._more)
                    if not self._chunks:
                        return
                    chunk = self._chunks.popleft()
                os.eventfd_write(self._news, 1)
                while chunk:
                    chunk = chunk[os.write(self._in, chunk):]
        except BrokenPipeError:
            pass  # the library needs no more
        finally:
            with _fork_lock:
                os.close(self._in)
                self._in = -1

    def _decode(self):
        """The thread that calls the library, a batch ahead."""
        batch = True
        while batch is not None:
            error = None
            try:
                with _errors.kept(self._warnings):
                    batch = self._reader.next()
            except BaseException as failed:  # pylint: disable=broad-except # raised by next()
                batch, error = None, failed
            with self._changed:
                self._batches.append((batch, error))
                self._ahead += len(batch) if batch is not None else 0
                os.eventfd_write(self._news, 1)
                self._changed.wait_for(lambda: self._ahead < _ROWS or self._closed)
                if self._closed:
                    return

    def close(self):
        """End the pass. The file object is not read any more."""
        if self._owner != os.getpid() or sys.is_finalizing():  # without the threads
            return
        with self._changed:
            self._closed, self._more = True, False
            self._chunks.clear()
            self._changed.notify_all()
        if self._threads:
            self._threads[1].join()  # at the end of what was written, at the latest
        with _fork_lock:
            os.close(self._out)
            self._out = -1
        if self._reader is not None:
            self._reader.close()
        if self._threads:
            self._threads[0].join()  # nobody reads what it writes
        _errors.shown.pop(self._path, None)
        self._descriptors_close()
        if self._turn.reader is self:
            self._turn.reader = None

    def _descriptors_close(self):
        with _fork_lock:
            for descriptor in (self._in, self._out, self._news):
                if descriptor >= 0:
                    os.close(descriptor)
            self._in = self._out = self._news = -1
            _readers.discard(self)

    def forked(self):
        """In a child of fork(): with a writing end there, the pipe of the parent would not end. The
        reader of the library may have been in use by a thread that the child does not have."""
        _left.append(self._reader)
        _errors.shown.pop(self._path, None)
        self._turn.lock, self._turn.reader = threading.Lock(), None
        self._descriptors_close()


def _forked():
    for reader in list(_readers):
        reader.forked()
    _fork_lock.release()


os.register_at_fork(before=_fork_lock.acquire, after_in_parent=_fork_lock.release,
                    after_in_child=_forked)
