"""Labels out of Parquet files of pyarrow, pandas, polars and duckdb: those of the same CSV. The truth
of `mix` as Parquet, read by them.

Usage: test_parquet.py PKTBENCH; exit status 77: a writer is not installed."""

import csv
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

PKTBENCH = os.path.realpath(sys.argv[1])


def pktbench(*arguments, status=0):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    return done


def labels_of(path, *options):
    out = pktbench("extract", "c.pcap", "--columns", "packet,label", "--labels", path, *options).stdout
    return [row["label"] for row in csv.DictReader(out.splitlines())]


def table_make():
    """Labels of some of the packets: nulls, texts that need quotes, runs, and different ones."""
    pktbench("gen", "dataset-mix", "-o", "c.pcap", "--size", "3MB")
    count = len(pktbench("extract", "c.pcap", "--columns", "packet").stdout.splitlines()) - 1
    packets = [n for n in range(1, count + 1) if n % 11]
    names = ["benign", "DDoS, \"SYN\"", "mirai", "\u00fcber", "x" * 300]
    labels = [None if n % 13 == 0 else names[n // 97 % 5] if n < count // 2 else f"l{n * n % 1000}" for n in packets]
    return packets, labels, count


def variants(table):
    """(name, function that writes it)"""
    frame, lazy = table.to_pandas(), polars.from_arrow(table)
    write = pyarrow.parquet.write_table
    for codec in ("none", "snappy", "gzip", "zstd"):
        for version in ("1.0", "2.0"):
            yield f"pyarrow {codec} {version}", lambda p, c=codec, v=version: write(
                table, p, compression=c, data_page_version=v, row_group_size=1777)
    yield "pyarrow small pages", lambda p: write(table, p, data_page_size=512, write_batch_size=100)
    yield "pyarrow small pages 2", lambda p: write(table, p, data_page_size=512, write_batch_size=100, data_page_version="2.0")
    yield "pyarrow plain", lambda p: write(table, p, use_dictionary=False)
    yield "pyarrow dictionary that is full", lambda p: write(table, p, dictionary_pagesize_limit=2000, write_batch_size=64)
    numbers = table.set_column(table.column_names.index("packet"), "packet", table["packet"].cast("uint32"))
    yield "pyarrow uint32", lambda p: write(numbers, p)
    coded = table.set_column(table.column_names.index("label"), "label", table["label"].dictionary_encode())
    yield "pyarrow dictionary type", lambda p: write(coded, p)
    nested = table.append_column("more", pyarrow.array([{"label": 1, "packet": [2, 3]}] * len(table)))
    yield "pyarrow beside nested columns", lambda p: write(nested, p)
    yield "pandas", frame.to_parquet
    yield "polars", lazy.write_parquet
    yield "polars snappy", lambda p: lazy.write_parquet(p, compression="snappy", row_group_size=999)
    duck = duckdb.connect()
    duck.register("labels", table)
    yield "duckdb", lambda p: duck.sql(f"copy labels to '{p}' (format parquet)")
    yield "duckdb zstd", lambda p: duck.sql(f"copy labels to '{p}' (format parquet, codec zstd, row_group_size 2048)")


def check_variants():
    packets, labels, count = table_make()
    table = pyarrow.table({"other": pyarrow.array(packets, "double"), "label": pyarrow.array(labels, "string"),
                           "packet": pyarrow.array(packets, "int64")})
    with open("labels.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["packet", "label"])
        out.writerows((p, label or "") for p, label in zip(packets, labels))
    wanted = labels_of("labels.csv")
    own = dict(zip(packets, labels))
    assert wanted == [own.get(n) or "" for n in range(1, count + 1)]
    features = pktbench("extract", "c.pcap", "--features", "ciciot-fixed", "--labels", "labels.csv").stdout
    for name, write in variants(table):
        write("labels.parquet")
        assert labels_of("labels.parquet") == wanted, name
        assert labels_of("labels.parquet", "--label-by", "stream") == labels_of("labels.csv", "--label-by", "stream"), name
        os.unlink("labels.parquet")
    pandas.DataFrame({"packet": packets, "label": labels}).to_parquet("labels.parquet")
    assert pktbench("extract", "c.pcap", "--features", "ciciot-fixed", "--labels", "labels.parquet").stdout == features


def check_refused():
    good = {"packet": [1, 2], "label": ["x", "y"]}
    for change, words in (({"packet": [2, 1]}, "row 2: the number of the packet does not rise"),
                          ({"packet": [0, 1]}, "row 1: is no number from 1 on: the column packet"),
                          ({"packet": [1, None]}, "must be of whole numbers"),
                          ({"label": [1, 2]}, "the column label of the Parquet file must be of text"),
                          ({"label": ["x", "a\0b"]}, "row 2: is longer than a text can be, or has a byte 0")):
        pandas.DataFrame(good | change).to_parquet("bad.parquet")
        got = pktbench("extract", "c.pcap", "--labels", "bad.parquet", "-o", "none.csv", status=2)
        assert "bad.parquet: " in got.stderr and words in got.stderr, (words, got.stderr)
        assert not os.path.exists("none.csv")
    pandas.DataFrame({"number": [1], "label": ["x"]}).to_parquet("bad.parquet")
    assert "has no column packet" in pktbench("extract", "c.pcap", "--labels", "bad.parquet", status=2).stderr
    pyarrow.parquet.write_table(pyarrow.table(good), "bad.parquet", compression="lz4")
    assert "compression 7 of Parquet is not read here" in pktbench("extract", "c.pcap", "--labels", "bad.parquet", status=2).stderr
    pyarrow.parquet.write_table(pyarrow.table(good), "bad.parquet", use_dictionary=False,
                                column_encoding={"packet": "DELTA_BINARY_PACKED", "label": "PLAIN"})
    assert "encoding 5 of Parquet is not read here" in pktbench("extract", "c.pcap", "--labels", "bad.parquet", status=2).stderr


def check_mix():
    """The truth as Parquet is that in CSV, for all of them."""
    pktbench("gen", "mirai", "-o", "a, b.pcap", "--size", "500kB")
    for name in ("truth.csv", "truth.parquet"):
        pktbench("mix", "c.pcap", "--label", "\u00e4 \"bot\"=a, b.pcap", "--shift", "start", "-o", "m.pcapng", "--truth", name)
    wanted = pandas.read_csv("truth.csv", keep_default_na=False)
    assert list(wanted.columns) == ["packet", "origin", "origin_packet", "label"] and len(wanted) > 5000
    for name, got in (("pandas", pandas.read_parquet("truth.parquet")), ("polars", polars.read_parquet("truth.parquet").to_pandas()),
                      ("duckdb", duckdb.sql("from 'truth.parquet'").df())):
        assert list(got.columns) == list(wanted.columns), name
        for column in wanted:
            assert got[column].tolist() == wanted[column].tolist(), (name, column)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        check_variants()
        check_refused()
        check_mix()
        os.chdir("/")
    print("all good")


if __name__ == "__main__":
    main()
