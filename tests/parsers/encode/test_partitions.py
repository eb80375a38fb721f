"""A dataset of extract --partition, read by pyarrow, pandas, polars and duckdb: the rows of one file
without partitions, and the columns of the partitions; also of a run that was killed and resumed.

Usage: test_partitions.py PKTBENCH; exit status 77: a reader is not installed."""

import datetime
import glob
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time

try:
    import duckdb
    import pandas
    import polars
    import pyarrow
    import pyarrow.dataset
except ImportError as missing:
    print(f"SKIP: {missing}; `./run test` installs it if the Python package index can be reached")
    sys.exit(77)

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../source"))
from captures import pcap_make, pcap_parse

PKTBENCH = os.path.realpath(sys.argv[1])
HOUR = 3600
COLUMNS = "ts_ns,packet,src,ip_proto,src_port,tcp_seq"
ODD = "a b=c%[x]#.pcap"


def pktbench(*arguments):
    subprocess.run([PKTBENCH, *arguments], check=True, stderr=subprocess.DEVNULL)


def captures_make():
    """Captures of three families, over the ends of hours and days, with names that are escaped."""
    for number, (folder, name) in enumerate((("benign", "x.pcap"), ("benign", ODD), ("DDoS/SYN", "y.pcap"))):
        path = f"in/{folder}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        pktbench("gen", "benign-iot", "--seed", str(number + 1), "--size", "100kB", "-o", path)
        with open(path, "rb") as file:
            data = file.read()
        assert struct.unpack_from("<I", data)[0] == 0xA1B2C3D4, "the container of gen"
        records = pcap_parse(data)
        begin = 1_790_000_000 - 1_790_000_000 % (24 * HOUR) + 22 * HOUR
        moved = [(begin + i * 4 * HOUR // len(records), *r[1:]) for i, r in enumerate(records)]
        with open(path, "wb") as file:
            file.write(pcap_make(moved))


def wanted_rows(keys):
    """Rows without partitions, and the values of these keys, which are computed here."""
    pktbench("extract", "in", "-R", "--label", "from-folder", "--columns", COLUMNS + ",file,label", "-o", "plain.parquet")
    table = pandas.read_parquet("plain.parquet")
    when = [datetime.datetime.fromtimestamp(ns // 10**9, datetime.timezone.utc) for ns in table["ts_ns"]]
    folders = {"x.pcap": "benign/", ODD: "benign/", "y.pcap": "DDoS/SYN/"}
    values = {"file": [folders[f] + f for f in table["file"]], "label": list(table["label"]),
              "date": [str(w.date()) for w in when], "hour": [w.hour for w in when]}
    columns = [list(table[c]) for c in COLUMNS.split(",")] + [values[k] for k in keys]
    return sorted(zip(*columns), key=repr)


def plain(value):
    """A cell, whatever type a reader has for it."""
    if value is None or value is pandas.NA or value != value:
        return None
    if isinstance(value, (datetime.date, pandas.Timestamp)):
        return str(value)[:10]
    return value if isinstance(value, str) else int(value)


def check(what, keys, columns, wanted):
    """`columns`: a function that gives the cells of a column by its name."""
    cells = [[plain(v) for v in columns(name)] for name in [*COLUMNS.split(","), *keys]]
    if "hour" in keys:  # text in duckdb, because of the leading zero
        at = keys.index("hour") - len(keys)
        cells[at] = [int(v) for v in cells[at]]
    found = sorted(zip(*cells), key=repr)
    wanted = sorted((tuple(plain(v) for v in row) for row in wanted), key=repr)
    assert len(found) == len(wanted), (what, keys, len(found), len(wanted))
    assert found == wanted, (what, keys, next(p for p in zip(found, wanted) if p[0] != p[1]))


def request(out, keys):
    return ["extract", "in", "-R", "-o", out, "--format", "parquet", "--partition", ",".join(keys), "--label", "from-folder",
            "--columns", COLUMNS]


def tree(folder):
    """{path: bytes} of all files."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(at, name), "rb") as file:
                found[os.path.relpath(os.path.join(at, name), folder)] = file.read()
    return found


def check_killed(keys):
    """Killed when one, or two, of the captures are finished; resumed, it has the same bytes."""
    whole, out = "out-" + "-".join(keys), "killed-" + "-".join(keys)
    interrupted = 0
    for wanted in (1, 2):
        shutil.rmtree(out, ignore_errors=True)
        process = subprocess.Popen([PKTBENCH, *request(out, keys)], stderr=subprocess.DEVNULL)
        while process.poll() is None and len(glob.glob(f"{out}/_pktbench/captures/*.json")) < wanted:
            time.sleep(0.0005)
        process.kill()
        interrupted += process.wait() != 0
        pktbench(*request(out, keys), "--resume")
        assert tree(out) == tree(whole), f"killed after {wanted} captures"
    assert interrupted, "no run was interrupted"
    read_check(out, keys)


def check_partition(keys):
    out = "out-" + "-".join(keys)
    pktbench(*request(out, keys), "--jobs", "2")
    read_check(out, keys)


def read_check(out, keys):
    """By every reader."""
    wanted = wanted_rows(keys)
    assert len(wanted) > 300
    table = pyarrow.dataset.dataset(out, partitioning="hive", format="parquet").to_table()
    check("pyarrow", keys, lambda name: table[name].to_pylist(), wanted)
    frame = pandas.read_parquet(out)
    check("pandas", keys, lambda name: frame[name].tolist(), wanted)
    # Of a folder, polars takes every file, also those of the manifest.
    scanned = polars.scan_parquet(f"{out}/**/*.parquet", hive_partitioning=True).collect()
    check("polars", keys, lambda name: scanned[name].to_list(), wanted)
    rows = duckdb.sql(f"select * from read_parquet('{out}/**/*.parquet', hive_partitioning=true)").to_arrow_table()
    check("duckdb", keys, lambda name: rows[name].to_pylist(), wanted)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        captures_make()
        for keys in (["file"], ["label"], ["label", "date"], ["label", "date", "hour"], ["date", "file"]):
            check_partition(keys)
        check_killed(["label", "date", "hour"])
        # Rows of one partition.
        count = duckdb.sql("select count(*) from read_parquet('out-label-date-hour/**/*.parquet', hive_partitioning=true)"
                           " where label = 'SYN' and hour = 23").fetchall()[0][0]
        dataset = pyarrow.dataset.dataset("out-label-date-hour", partitioning="hive")
        where = (pyarrow.dataset.field("label") == "SYN") & (pyarrow.dataset.field("hour") == 23)
        assert count == dataset.count_rows(filter=where) > 0
        os.chdir("/")
    print("all good")


if __name__ == "__main__":
    main()
