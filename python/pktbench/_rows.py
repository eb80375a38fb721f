"""Rows of captures, which are read when they are asked for."""

from collections import namedtuple

from . import _arguments, _core


class Rows:
    """Rows of captures. They are read anew each time that they are asked for.

    Arrow consumers take the object itself: ``pyarrow.table(rows)``, ``polars.DataFrame(rows)``,
    ``duckdb.sql("FROM rows")``, ``pandas.DataFrame.from_arrow(rows)``. Iteration gives named tuples,
    with None where a column does not apply to the packet.

    Reading raises CaptureError or OSError after the rows before the fault, and gives
    CaptureWarning.
    """

    def __init__(self, query, source=None):
        self._query, self._source = query, source
        self._columns = _arguments.names_of(query)

    @property
    def columns(self):
        """Names of the columns, in their order. No capture is opened for it."""
        return list(self._columns)

    @property
    def schema(self):
        """The columns with their types, a pyarrow.Schema. No capture is opened for it."""
        import pyarrow
        return pyarrow.schema(self)

    def _chosen(self, columns):
        """The same rows with other columns."""
        return Rows(dict(self._query, columns=",".join(columns)), self._source)

    def _open(self):
        return self._source.open(self._query) if self._source else _core.Reader(self._query)

    def __arrow_c_schema__(self):
        return _core.schema(self._query)

    def __arrow_c_stream__(self, requested_schema=None):
        if self._source is not None:
            return self.to_arrow().__arrow_c_stream__(requested_schema)
        return self._open().__arrow_c_stream__(requested_schema)

    def batches(self):
        """Iterate over the rows as batches of at most `batch_rows` rows.

        A batch has len(), tuples() (a list of tuples) and, for Arrow consumers,
        __arrow_c_array__(), which hands its rows over, so that tuples() raises ValueError after it.
        It may be used after the iteration.
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
