"""Streams of the data source of PySpark: each capture once, also after restarts. It takes minutes:
`./run test --all`."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from conftest import extracted
from spark_frames import stream


@pytest.fixture
def drop(tmp_path, flood):
    folder = tmp_path / "drop"
    folder.mkdir()
    number = iter(range(100))

    def drop_one():
        index = next(number)
        shutil.copy(flood, folder / f"t.pcap{index}")
    drop_one.folder = folder
    drop_one.rows = extracted(flood).num_rows
    return drop_one


def run_stream(spark, work, drop, options, expect_failure=None):
    """Everything that can be read now, into Parquet."""
    frame = stream(spark, drop.folder, columns="packet,file", **options)
    query = (frame.writeStream.format("parquet").option("checkpointLocation", str(work / "checkpoint"))
             .option("path", str(work / "rows")).trigger(processingTime="200 milliseconds").start())
    try:
        if expect_failure:
            with pytest.raises(Exception, match=expect_failure):
                query.awaitTermination(60)
                assert query.isActive is False
                raise AssertionError("the query has not failed")
        else:
            query.processAllAvailable()
    finally:
        query.stop()


def test_stream_restarts_exactly_once(spark, drop, tmp_path):
    def files():
        rows = spark.read.parquet(str(tmp_path / "rows")).groupBy("file").count().collect()
        return {os.path.basename(row.file): row["count"] for row in rows}
    for _ in range(3):
        drop()
    run_stream(spark, tmp_path, drop, {})
    assert files() == {"t.pcap0": drop.rows, "t.pcap1": drop.rows}
    run_stream(spark, tmp_path, drop, {})
    assert files() == {"t.pcap0": drop.rows, "t.pcap1": drop.rows}
    for _ in range(2):
        drop()
    damaged = drop.folder / "t.pcap3"
    whole, when = damaged.read_bytes(), damaged.stat().st_mtime_ns
    damaged.write_bytes(whole[:-5])
    run_stream(spark, tmp_path, drop, {}, expect_failure="t.pcap3.*at byte")
    damaged.write_bytes(whole)
    os.utime(damaged, ns=(when, when))
    run_stream(spark, tmp_path, drop, {})
    assert files() == {f"t.pcap{i}": drop.rows for i in range(4)}
    run_stream(spark, tmp_path, drop, {"complete": "renamed"})
    assert files() == {f"t.pcap{i}": drop.rows for i in range(5)}


DRIVER = """
import sys
from pyspark.sql import SparkSession
drop, work = sys.argv[1:]
spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
         .config("spark.sql.warehouse.dir", work).getOrCreate())
spark.sparkContext.setLogLevel("OFF")
stream = spark.readStream.format("pktbench").option("columns", "packet,file").load(drop)
query = (stream.writeStream.format("parquet").option("path", work + "/rows")
         .option("checkpointLocation", work + "/checkpoint").start())
print("started", flush=True)
query.awaitTermination()
"""


def entries(folder):
    """Numbers of the batches in a log of the checkpoint."""
    return {int(path.name) for path in folder.glob("[0-9]*") if path.name.isdigit()}


def wait_until(true):
    end = time.monotonic() + 300
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    assert true()


def kill_in_a_batch(driver, drop, checkpoint):
    """Drop captures until a batch is planned and not committed, and kill the driver then."""
    end, dropped = time.monotonic() + 300, 0.0
    while time.monotonic() < end:
        if time.monotonic() > dropped + 0.3:
            drop()
            dropped = time.monotonic()
        if entries(checkpoint / "offsets") - entries(checkpoint / "commits"):
            break
    os.killpg(driver.pid, signal.SIGKILL)
    driver.communicate()
    return entries(checkpoint / "offsets") - entries(checkpoint / "commits")


def test_a_killed_driver_loses_nothing(spark, drop, tmp_path):
    """Killed in the middle of a batch, three times; at last each file is there once, with all rows."""
    (tmp_path / "driver.py").write_text(DRIVER)
    checkpoint, open_batches = tmp_path / "checkpoint", []
    for _ in range(3):
        driver = subprocess.Popen([sys.executable, tmp_path / "driver.py", drop.folder, tmp_path], stdout=subprocess.PIPE,
                                  text=True, cwd=tmp_path, start_new_session=True)
        assert driver.stdout.readline() == "started\n"
        if open_batches:  # that batch is read first
            wait_until(lambda: open_batches[-1] <= entries(checkpoint / "commits"))
        open_batches.append(kill_in_a_batch(driver, drop, checkpoint))
    assert any(open_batches)
    run_stream(spark, tmp_path, drop, {})
    names = sorted((path.name for path in drop.folder.iterdir()), key=lambda name: int(name[len("t.pcap"):]))
    rows = spark.read.parquet(str(tmp_path / "rows")).groupBy("file").agg({"packet": "count"})
    counts = spark.read.parquet(str(tmp_path / "rows")).groupBy("file", "packet").count()
    assert {os.path.basename(row.file): row["count(packet)"] for row in rows.collect()} == {
        name: drop.rows for name in names[:-1]}
    assert counts.filter("count > 1").count() == 0
