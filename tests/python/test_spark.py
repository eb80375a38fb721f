"""The data source of PySpark, in Spark: rows, parts, damaged captures, SQL. It takes minutes:
`./run test --all`."""

import shutil

import pytest

import pktbench
from conftest import extracted, program
from spark_frames import load, same, table


def test_it_is_found_by_its_name(spark, home):
    same(load(spark, home), extracted(home))
    assert load(spark, home).rdd.getNumPartitions() == 1


def test_columns_and_types(spark, home):
    names = "ts,ts_ns,packet,src,dst_port,wire_len,file,label"
    frame = load(spark, home, columns=names, label="home")
    assert frame.dtypes == [
        ("ts", "timestamp"), ("ts_ns", "bigint"), ("packet", "bigint"), ("src", "string"), ("dst_port", "int"),
        ("wire_len", "bigint"), ("file", "string"), ("label", "string")]
    same(frame, extracted("--columns", names, "--label", "home", home))
    frame = spark.read.format("pktbench").schema("src string, ts_ns long").load(str(home))
    same(frame, extracted("--columns", "src,ts_ns", home))
    same(spark.read.format("pktbench").option("label", "x").schema("src string, ts_ns long").load(str(home)),
         extracted("--columns", "src,ts_ns", home))
    same(spark.read.format("pktbench").option("label", "x").schema("label string, src string").load(str(home)),
         extracted("--columns", "label,src", "--label", "x", home))
    found = (spark.read.format("pktbench").option("mode", "PERMISSIVE").schema("_error string, src string")
             .load(str(home)))
    same(found.drop("_error"), extracted("--columns", "src", home))
    with pytest.raises(Exception, match="with mode=PERMISSIVE it must have the column _error string"):
        spark.read.format("pktbench").option("mode", "PERMISSIVE").schema("src string").load(str(home)).count()
    with pytest.raises(Exception, match="the column label needs label= or labels="):
        spark.read.format("pktbench").schema("src string, label string").load(str(home)).count()
    with pytest.raises(Exception, match="column ts_ns string is not offered: here it is ts_ns bigint"):
        spark.read.format("pktbench").schema("ts_ns string").load(str(home)).count()


def test_schema_without_a_file(spark):
    frame = load(spark, "/none/none.pcap", features="ciciot46")
    assert frame.columns == pktbench.read("-", features="ciciot46").columns
    for mode in ("FAILFAST", "PERMISSIVE"):
        with pytest.raises(Exception, match="/none/none.pcap"):
            load(spark, "/none/none.pcap", mode=mode).count()


SPLITS = [
    {"level": "frames"}, {"level": "headers"}, {"level": "app"}, {"level": "flows", "whole_state": "true"},
    {"features": "ciciot46", "reset_every": "10kB"}, {"features": "ciciot39", "reset_every": "10kB"},
    {"features": "records", "reset_every": "10kB"},
]


@pytest.mark.parametrize("options", SPLITS, ids=lambda o: o.get("level") or o["features"])
def test_parts_are_the_whole(spark, home, options):
    arguments = [word for name, value in options.items() if value != "true"
                 for word in ("--" + name.replace("_", "-"), value)]
    whole = extracted(*arguments, home)
    many = options.get("level") in ("headers", "flows") or options.get("features") == "ciciot46"
    for parts in (1, 2, 16, *([200] if many else [])):  # each of the others: test_spark_tasks.py
        split = home.stat().st_size // parts + 1
        frame = load(spark, home, split=split, **options)
        # Parts end behind a packet, and so are some bytes longer.
        assert 0.7 * parts <= frame.rdd.getNumPartitions() <= parts
        same(frame, whole)


def test_what_is_refused(spark, home):
    for options, message in (({"split": "10kB", "features": "ciciot-fixed"}, "reset_every.*one task reads each file"),
                             ({"split": "10kB", "level": "flows"}, "whole_state=true"),
                             ({"columms": "src"}, "unknown option 'columms'"),
                             ({"columns": "srcc"}, "srcc"), ({"filter": "udp port"}, "filter")):
        with pytest.raises(Exception, match=message):
            load(spark, home, **options).count()


def test_damaged(spark, cut, corrupt, tmp_path):
    with pytest.raises(Exception, match=r"cut.pcap: .*at byte"):
        load(spark, cut).count()
    with pytest.raises(Exception, match=rf"corrupt.pcap: .*at byte {corrupt[1]}"):
        load(spark, corrupt[0]).count()
    for path, rows in ((cut, extracted(cut)), (corrupt[0], extracted("-c", 1, corrupt[0]))):
        for split in ({}, {"split": "100kB"}):
            frame = load(spark, path, mode="PERMISSIVE", **split)
            same(frame.filter("_error IS NULL").drop("_error"), rows)
            fault, = frame.filter("_error IS NOT NULL").collect()
            assert f"{path}: " in fault._error and "at byte" in fault._error
    with pytest.raises(Exception, match="strict: use mode=FAILFAST"):
        load(spark, cut, strict="true").count()
    text = tmp_path / "no.pcap"
    text.write_text("no capture, but a text that is long enough")
    with pytest.raises(Exception, match="no.pcap"):
        load(spark, text).count()


@pytest.mark.parametrize("mode", ["FAILFAST", "PERMISSIVE"])
def test_replaced_after_the_plan(spark, flood, home, tmp_path, mode):
    path = tmp_path / "a.pcap"
    for split in ({}, {"split": "500kB"}):
        shutil.copy(flood, path)
        rdd = load(spark, path, mode=mode, **split).rdd
        assert (rdd.getNumPartitions() > 1) == bool(split)  # it is planned
        shutil.copy(home, path)
        with pytest.raises(Exception, match="a.pcap: has changed since the query was planned: it had"):
            rdd.count()
        path.unlink()
        with pytest.raises(Exception, match="No such file.*a.pcap"):
            rdd.count()


def test_index(spark, tmp_path):
    path, other = tmp_path / "a.pcap", tmp_path / "b.pcap"
    for seed, capture in enumerate((path, other), 1):
        program("gen", "dataset-mix", "--size", 6000000, "--seed", seed, "-o", capture)
    program("index", path)
    for options in ({"columns": "packet,src,wire_len"}, {"columns": "packet,stream", "whole_state": "true"}):
        frame = load(spark, path, split="2MB", **options)
        assert frame.rdd.getNumPartitions() == 3
        same(frame, extracted("--columns", options["columns"], path))
    shutil.copy(f"{path}.pktindex", f"{other}.pktindex")
    assert load(spark, other).count() > 10000
    with pytest.raises(Exception, match="b.pcap: its index is of another file.*pktbench index"):
        load(spark, other, split="2MB").count()


def test_sql(spark, home):
    spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW packets USING pktbench OPTIONS (path '{home}', "
              "columns 'src,wire_len', filter 'ip')")
    found = spark.sql("SELECT src, sum(wire_len) AS bytes FROM packets GROUP BY src ORDER BY bytes DESC, src").collect()
    frame = pktbench.read(home, columns=["src", "wire_len"], filter="ip").to_pandas()
    sums = frame.groupby("src")["wire_len"].sum()
    assert {row.src: row.bytes for row in found} == sums.to_dict()


def test_filters_are_pushed(spark, home):
    from pyspark.sql.datasource import DataSourceReader
    if not hasattr(DataSourceReader, "pushFilters"):
        pytest.skip("this PySpark pushes no filters: 4.1 and later do")
    conditions = ("dst_port = 443", "dst_port IN (53, 80) AND src LIKE '192.168.%'", "dst_port IS NULL",
                  "NOT dst_port = 443", "wire_len > 100 AND wire_len <= 1000 AND ip_proto <=> 6", "dst_port + 1 = 54",
                  "_error IS NULL AND src >= '2'")
    for level in ("headers", "flows"):
        plain = load(spark, home, level=level, mode="PERMISSIVE")
        pushed = load(spark, home, level=level, mode="PERMISSIVE", push_filters="true")
        for condition in conditions:
            assert table(pushed.filter(condition)).equals(table(plain.filter(condition))), condition
