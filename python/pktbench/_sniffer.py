"""Rows of a network interface, as they come."""

from collections import namedtuple

from . import _arguments, _core


class Sniffer:
    """An iterator over the rows of an interface, or over batches of them. close() ends the capture."""

    def __init__(self, query, batches):
        self._row = namedtuple("Row", _arguments.names_of(query), rename=True)
        self._batches, self._rows = batches, iter(())
        self._reader = _core.Reader(query)
        self._reader.start()

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            for cells in self._rows:
                return self._row._make(cells)
            batch = self._next_batch()
            if self._batches:
                return batch
            self._rows = iter(batch.tuples())

    def _next_batch(self):
        reader = self._reader
        if reader is None:
            raise StopIteration
        try:
            batch = reader.next()
        except BaseException:
            self.close()
            raise
        if self._reader is None:  # closed by another thread meanwhile
            reader.close()
            raise StopIteration
        if batch is None:
            self.close()
            raise StopIteration
        return batch

    def close(self):
        """End the capture, also one that another thread waits for. Rows that were not given are lost."""
        reader, self._reader = self._reader, None
        self._rows = iter(())
        if reader is not None:
            reader.stop()
            try:
                reader.close()
            except RuntimeError:
                pass  # the thread that waits closes it

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def __repr__(self):
        return f"<pktbench.Sniffer: {', '.join(self._row._fields)}>"
