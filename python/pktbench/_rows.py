"""Rows of captures, which are read when they are asked for."""

import os
import threading
from collections import namedtuple

from . import _core, _errors
from ._errors import Error, OptionError

_PIPE_BYTES = 1 << 20


class _Feed:
    """Bytes of a file object, by a thread, in a pipe that the library opens by its path."""

    def __init__(self, file):
        self.error = None
        self._out, self._in = os.pipe()
        self.path = f"/proc/self/fd/{self._out}"
        name = getattr(file, "name", None)
        _errors.shown[self.path] = name if isinstance(name, str) else "a file object"
        self._thread = threading.Thread(target=self._run, args=(file,), daemon=True)
        self._thread.start()

    def _run(self, file):
        try:
            while chunk := file.read(_PIPE_BYTES):
                view = memoryview(chunk)
                while view:
                    view = view[os.write(self._in, view):]
        except BrokenPipeError:
            pass  # the reader needs no more
        except BaseException as error:  # pylint: disable=broad-except # raised by the reader
            self.error = error
        finally:
            os.close(self._in)

    def close(self):
        """Nobody reads on: writes of the thread fail from here."""
        _errors.shown.pop(self.path, None)
        os.close(self._out)


class _Reader:
    """One pass over the rows: batches, and the errors of a file object."""

    def __init__(self, query, file=None):
        self._feed = None
        if file is not None:
            self._feed = _Feed(file)
            query = dict(query, paths=[self._feed.path.encode()])
        try:
            self._reader = _core.Reader(query)
        except BaseException:
            self._feed_close()
            raise

    def _feed_close(self):
        if self._feed:
            self._feed.close()
            self._feed = None

    def next(self):
        """The next batch; None at the end."""
        try:
            batch = self._reader.next()
        except (Error, OSError):
            self._feed_check()
            raise
        if batch is None:
            self._feed_check()
        return batch

    def _feed_check(self):
        if self._feed and self._feed.error:
            raise self._feed.error

    def stream(self):
        """The rest as a capsule with an Arrow stream."""
        return self._reader.__arrow_c_stream__()

    def close(self):
        self._reader.close()
        self._feed_close()


class Rows:
    """Rows of captures. They are read anew each time that they are asked for.

    Arrow consumers take the object itself: ``pyarrow.table(rows)``, ``polars.DataFrame(rows)``,
    ``duckdb.sql("FROM rows")``, ``pandas.DataFrame.from_arrow(rows)``. Iteration gives named tuples,
    with None where a column does not apply to the packet.

    Reading raises CaptureError or OSError after the rows before the fault, and gives
    CaptureWarning.
    """

    def __init__(self, query, file=None):
        self._query, self._file, self._used = query, file, False
        self._columns = _core.names(query)

    @property
    def columns(self):
        """Names of the columns, in their order. No capture is opened for it."""
        return list(self._columns)

    @property
    def schema(self):
        """The columns with their types, a pyarrow.Schema. No capture is opened for it."""
        import pyarrow
        return pyarrow.schema(self)

    def _open(self):
        if self._file is None:
            return _Reader(self._query)
        if self._used:
            try:
                self._file.seek(self._start)
            except (AttributeError, OSError, ValueError) as error:
                raise OptionError(
                    "a file object without seek() can be read once: to read it again, keep "
                    "rows.to_arrow()") from error
        else:
            self._start = _position(self._file)
            self._used = True
        return _Reader(self._query, self._file)

    def __arrow_c_schema__(self):
        return _core.schema(self._query)

    def __arrow_c_stream__(self, requested_schema=None):
        if self._file is not None:
            return self.to_arrow().__arrow_c_stream__(requested_schema)
        return self._open().stream()

    def batches(self):
        """Iterate over the rows as batches of at most `batch_rows` rows.

        A batch has len(), tuples() (a list of tuples) and, for Arrow consumers,
        __arrow_c_array__(), after which it is empty. It may be used after the iteration.
        """
        reader = self._open()
        try:
            while (batch := reader.next()) is not None:
                yield batch
        finally:
            reader.close()

    def __iter__(self):
        row = namedtuple("Row", self._columns, rename=True)
        for batch in self.batches():
            yield from map(row._make, batch.tuples())

    def to_arrow(self):
        """All rows, a pyarrow.Table with the types of `pktbench extract --format arrow`."""
        import pyarrow
        batches = [pyarrow.record_batch(batch) for batch in self.batches()]
        return pyarrow.Table.from_batches(batches, schema=self.schema)

    def to_pandas(self):
        """All rows, a pandas.DataFrame.

        Whole numbers keep their type and are nullable (Int16, Int32, Int64), text is Arrow-backed,
        features are float64, and times are datetime64[ns, UTC], also `ts_ns`
        and `last_ns`.
        """
        import pandas
        import pyarrow
        types = {pyarrow.int16(): pandas.Int16Dtype(), pyarrow.int32(): pandas.Int32Dtype(),
                 pyarrow.int64(): pandas.Int64Dtype(),
                 pyarrow.string(): pandas.ArrowDtype(pyarrow.string())}
        table = self.to_arrow()
        for i, field in enumerate(table.schema):
            if field.name in ("ts_ns", "ts", "last_ns"):
                times = table.column(i).cast(pyarrow.timestamp("ns", "UTC"))
                table = table.set_column(i, field.name, times)
        return table.to_pandas(types_mapper=types.get)

    def to_polars(self):
        """All rows, a polars.DataFrame."""
        import polars
        return polars.from_arrow(self.to_arrow())

    def __repr__(self):
        return f"<pktbench.Rows: {', '.join(self._columns)}>"


def _position(file):
    try:
        return file.tell()
    except (AttributeError, OSError, ValueError):
        return 0
