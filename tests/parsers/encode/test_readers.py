"""Arrow and Parquet output, read by pyarrow, polars and duckdb, compared with CSV read by pandas.

Usage: test_readers.py PKTBENCH [arrow_export.so]; exit status 77: a reader is not installed."""

import ctypes
import glob
import os
import subprocess
import sys
import tempfile

try:
    import duckdb
    import pandas
    import polars
    import pyarrow
    import pyarrow.parquet
except ImportError as missing:
    print(f"SKIP: {missing}; `./run test` installs it if the Python package index can be reached")
    sys.exit(77)

sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
from corpus import corpus_folder

PKTBENCH = os.path.realpath(sys.argv[1])
ARROW_EXPORT = os.path.realpath(sys.argv[2]) if len(sys.argv) > 2 else ""
EXTRA = ["--label", 'a "label", quoted']


def extract(capture, form, out, *more):
    subprocess.run([PKTBENCH, "extract", *capture, "--format", form, "-o", out, *more], check=True)


def csv_column(rows, field):
    return pyarrow.chunked_array([pyarrow.Array.from_pandas(rows[field.name], type=field.type)])


def check_csv(table, rows, what):
    assert table.column_names == list(rows.columns), what
    assert len(rows) == table.num_rows, what
    for field in table.schema:
        if field.name == "ts":
            assert str(field.type) == "timestamp[us, tz=UTC]"
            assert table["ts"].to_pylist() == list(pandas.to_datetime(rows["ts"])), what
            if "ts_ns" in rows:
                micros = [ns // 1000 for ns in rows["ts_ns"]]
                assert table["ts"].cast("int64").to_pylist() == micros, what
        else:
            cells = table[field.name]
            assert cells.equals(csv_column(rows, field)), (what, field.name)


LONG_TEXT = 255  # bytes; longer texts have no least and greatest one


def values_raw(column):
    """Values as the statistics have them."""
    if pyarrow.types.is_timestamp(column.type):
        column = column.cast("int64")
    values = column.drop_null().to_pylist()
    return [value.encode() for value in values] if pyarrow.types.is_string(column.type) else values


def check_statistics(path):
    """The footer has the number of nulls and the bounds of every column of every row group; columns
    with few different values have dictionaries."""
    file = pyarrow.parquet.ParquetFile(path)
    for number in range(file.num_row_groups):
        group, table = file.metadata.row_group(number), file.read_row_group(number)
        for i, name in enumerate(table.column_names):
            chunk, values = group.column(i), values_raw(table[name])
            found, what = chunk.statistics, (path, number, name)
            assert found.null_count == table[name].null_count, what
            long = isinstance(next(iter(values), 0), bytes) and max(map(len, (min(values), max(values)))) > LONG_TEXT
            assert found.has_min_max == bool(values and not long), what
            if found.has_min_max:
                bounds = found.min_raw, found.max_raw
                bounds = tuple(b.encode() if isinstance(b, str) else b for b in bounds)
                assert bounds == (min(values), max(values)), (what, bounds)
            different = len(set(values))
            has_dictionary = "RLE_DICTIONARY" in chunk.encodings
            assert not has_dictionary or different <= len(values) / 2, what
            assert has_dictionary or not values or different > len(values) / 2 or different > 3000, what
    return file.num_row_groups


QUERIES = ("ts_ns between {ts} and {ts} + 1000000", "src = '{src}'", "dst_port = {dst_port} and ip_proto <> 1",
           "src > '{src}' and verdict = 'ok'", "tcp_flags is null", "ip_ttl < 64 or dst_port > 60000")


def check_groups(name):
    """Several row groups by several threads: readers that skip by statistics find what is there."""
    subprocess.run([PKTBENCH, "gen", name, "--size", "30000000", "-o", "large"], check=True)
    extract(["large"], "arrow", "large.arrows", "--threads", "3")
    extract(["large"], "parquet", "large.parquet", "--threads", "3")
    with pyarrow.ipc.open_stream("large.arrows") as stream:
        table = stream.read_all()
    assert pyarrow.parquet.read_table("large.parquet").equals(table), name
    assert check_statistics("large.parquet") > 1, name
    lazy = polars.scan_parquet("large.parquet")
    duck = duckdb.connect()
    duck.register("arrow", table)
    for at in (0, table.num_rows // 2, table.num_rows - 1):
        row = {"ts": table["ts_ns"][at].as_py(), "src": table["src"][at].as_py(),
               "dst_port": table["dst_port"][at].as_py() or 0}
        for query in QUERIES:
            where = query.format(**row)
            counts = "count(*), sum(wire_len), min(ts_ns), max(src)"
            found, wanted = (duck.sql(f"select {counts} from {source} where {where}").fetchall()
                             for source in ("'large.parquet'", "arrow"))
            assert found == wanted, (name, where, found, wanted)
        found = lazy.filter(polars.col("src") == row["src"]).select(polars.len()).collect().item()
        assert found == polars.from_arrow(table).filter(polars.col("src") == row["src"]).height, name
    return table.num_rows


def check(capture, threads, *more):
    more = [*more, "--threads", str(threads)]
    extract(capture, "csv", "rows.csv", *more)
    extract(capture, "arrow", "rows.arrows", *more)
    extract(capture, "parquet", "rows.parquet", *more)
    with pyarrow.ipc.open_stream("rows.arrows") as stream:
        table = stream.read_all()
    texts = {field.name: "string" for field in table.schema if field.type == "string"}
    rows = pandas.read_csv("rows.csv", dtype_backend="numpy_nullable", dtype=texts)
    table.validate(full=True)
    check_csv(table, rows, capture)
    parquet = pyarrow.parquet.read_table("rows.parquet")
    parquet.validate(full=True)
    assert parquet.equals(table), capture
    check_statistics("rows.parquet")
    assert polars.read_ipc_stream("rows.arrows").equals(polars.from_arrow(table)), capture
    assert polars.read_parquet("rows.parquet").equals(polars.from_arrow(table)), capture
    duck = duckdb.connect()
    duck.register("arrow", table)
    duck.sql("set TimeZone = 'UTC'")
    for source in "'rows.parquet'", "arrow":
        back = duck.sql(f"select * from {source}").to_arrow_table()
        assert back.column_names == table.column_names
        for field in table.schema:
            assert back[field.name].cast(field.type).equals(table[field.name]), (source, field.name)
    return table.num_rows


def check_library(path, capture):
    """The library's Arrow stream in memory, compared with the same rows in a file."""
    helper = ctypes.CDLL(path)
    helper.arrow_export.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p,
                                 ctypes.c_char_p, ctypes.c_size_t]
    name = capture.encode()  # the stream points to it
    reason = ctypes.create_string_buffer(256)
    stream = ctypes.create_string_buffer(5 * ctypes.sizeof(ctypes.c_void_p))  # ArrowArrayStream

    def arrow_export(columns):
        return helper.arrow_export(name, columns and columns.encode(), ctypes.addressof(stream),
                                reason, len(reason))

    for columns in None, "packet,src,ts_ns,file,ts,vlan_id":
        extract([capture], "arrow", "rows.arrows", *(["--columns", columns] if columns else []))
        with pyarrow.ipc.open_stream("rows.arrows") as file:
            table = file.read_all()
        assert arrow_export(columns) == 0, reason.value
        reader = pyarrow.RecordBatchReader._import_from_c(ctypes.addressof(stream))
        back = reader.read_all()
        back.validate(full=True)
        assert back.equals(table)
    assert arrow_export("colour") == -1 and b"colour" in reason.value, reason.value


def listed(what):
    return subprocess.run([PKTBENCH, "list", what], check=True, capture_output=True, text=True).stdout


def main():
    os.chdir(tempfile.mkdtemp())
    count = 0
    names = [line.split()[0] for line in listed("scenarios").splitlines() if line.strip()]
    assert len(names) >= 4, names
    for i, name in enumerate(names):
        subprocess.run([PKTBENCH, "gen", name, "--size", "3000000", "-o", name], check=True)
        count += check([name], 1 + i % 3, *(EXTRA if i % 2 else []))
    # What --columns names, in its order, and the label at the end unless it is named.
    count += check(names[:3], 2, "--columns", "file,packet,src,ts,ts_ns,vlan_id", *EXTRA)
    count += check(names[:1], 1, "--columns", "label,dst_port,ts", *EXTRA)
    count += check(names[:1], 2, "--level", "frames")
    for features in "ciciot46", "ciciot39", "ciciot-fixed":
        count += check(names[:2], 2, "--features", features, "--window", "3", *EXTRA)
    count += check(names[:2], 1, "--features", "ciciot-fixed", "--by", "flow", "--window", "1s")
    count += check(names[:2], 1, "--features", "ciciot-fixed", "--columns", "len_mean,packet,ts_ns")
    count += check(names[:1], 1, "--features", "ciciot-fixed", "--columns", "ts,len_mean", *EXTRA)
    count += check(names[:2], 2, "--features", "records", "--idle", "100ms", *EXTRA)
    count += check(names[:1], 1, "--features", "records", "--columns", "end_reason,last_ns,ts,bwd_bytes")
    for packets in (1, 2, 3, 7, 8, 9, 15, 16, 17, 33):
        count += check(names[1:2], 1, "-c", str(packets))
    count += check_groups("tcp-flood")
    if len(sys.argv) > 2:
        check_library(ARROW_EXPORT, names[-1])
    # A capture without packets.
    subprocess.run([PKTBENCH, "gen", names[0], "--size", "3000", "-o", "few"], check=True)
    with open("few", "rb") as few, open("none", "wb") as none:
        none.write(few.read(24))
    assert check(["none"], 2) == 0
    corpus = corpus_folder("captures of the corpus", "real10")
    if corpus:
        slices = sorted(glob.glob(os.path.join(corpus, "real10", "*.pcap")))
        assert slices, corpus
        for path in slices:
            count += check([path], 2)
    print(f"{count} rows equal")


main()
