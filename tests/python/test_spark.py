"""The data source of PySpark, in Spark. It takes minutes: `./run test --all`."""

import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pyarrow
import pytest

import pktbench
from conftest import extracted, program

pytest.importorskip("pyspark", reason="PySpark is not installed (./run setup spark installs it)")
if not shutil.which("java"):
    pytest.skip("there is no Java (./run setup spark installs a JDK)", allow_module_level=True)

PAGE = Path(__file__).resolve().parents[2] / "doc" / "spark.md"


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    from pyspark.sql import SparkSession
    work = tmp_path_factory.mktemp("spark")
    session = (SparkSession.builder.master("local[2,3]").config("spark.ui.enabled", "false")
               .config("spark.sql.session.timeZone", "UTC").config("spark.driver.memory", "1g")
               .config("spark.sql.warehouse.dir", str(work)).config("spark.sql.shuffle.partitions", "2")
               .config("spark.sql.python.filterPushdown.enabled", "true").getOrCreate())
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def load(spark, path, **options):
    return spark.read.format("pktbench").options(**options).load(str(path))


def table(frame):
    """The rows as pyarrow has them, with the types of `pktbench extract`."""
    return frame.toArrow().replace_schema_metadata(None)


def same(frame, expected):
    found = table(frame)
    expected = pyarrow.table(expected.columns, names=expected.column_names)  # any cell may be null
    assert found.column_names == expected.column_names
    assert found.cast(expected.schema).equals(expected)


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
    with pytest.raises(Exception, match="column ts_ns string is not offered: here it is ts_ns bigint"):
        spark.read.format("pktbench").schema("ts_ns string").load(str(home)).count()


def test_schema_without_a_file(spark):
    frame = load(spark, "/none/none.pcap", features="ciciot46")
    assert frame.columns == pktbench.read("-", features="ciciot46").columns
    with pytest.raises(Exception, match="/none/none.pcap"):
        frame.count()


SPLITS = [
    {"level": "frames"}, {"level": "headers"}, {"level": "app"}, {"level": "flows", "whole_state": "true"},
    {"features": "ciciot46", "reset_every": "10kB"}, {"features": "ciciot39", "reset_every": "10kB"},
]


@pytest.mark.parametrize("options", SPLITS, ids=lambda o: o.get("level") or o["features"])
def test_parts_are_the_whole(spark, home, options):
    arguments = [word for name, value in options.items() if name != "whole_state"
                 for word in ("--" + name.replace("_", "-"), value)]
    whole = extracted(*arguments, home)
    for parts in (1, 2, 16, 200):
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


def test_folder_and_several(spark, flood, home, tmp_path):
    for number in range(3):
        shutil.copy(flood, tmp_path / f"t.pcap{number}")
    frame = load(spark, tmp_path)
    assert frame.rdd.getNumPartitions() == 3
    assert frame.count() == 3 * extracted(flood).num_rows
    several = spark.read.format("pktbench").load([str(flood), str(home)])
    assert several.count() == extracted(flood).num_rows + extracted(home).num_rows
    assert load(spark, tmp_path, level="flows", join="true").rdd.getNumPartitions() == 1


def test_damaged(spark, cut, corrupt, tmp_path):
    with pytest.raises(Exception, match=r"cut.pcap: .*at byte"):
        load(spark, cut).count()
    with pytest.raises(Exception, match=rf"corrupt.pcap: .*at byte {corrupt[1]}"):
        load(spark, corrupt[0]).count()
    for split in ({}, {"split": "100kB"}):
        frame = load(spark, cut, mode="PERMISSIVE", **split)
        assert frame.filter("_error IS NULL").count() == frame.count() - 1
        assert "at byte" in frame.filter("_error IS NOT NULL").collect()[0]._error
    text = tmp_path / "no.pcap"
    text.write_text("no capture, but a text that is long enough")
    with pytest.raises(Exception, match="no.pcap"):
        load(spark, text).count()


def test_replaced_after_the_plan(spark, flood, home, tmp_path):
    path = tmp_path / "a.pcap"
    shutil.copy(flood, path)
    frame = load(spark, path)
    rdd = frame.rdd  # plans
    assert rdd.getNumPartitions() == 1
    shutil.copy(home, path)
    with pytest.raises(Exception, match="a.pcap: has changed since the query was planned: it had"):
        rdd.count()


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


def reader_of(path, children_of):
    """The id of a process that has this file open and descends from another one."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(link) == str(path) for link in (folder / "fd").iterdir()):
                parent = folder.name
                while parent not in ("0", "1"):
                    if parent == str(children_of) and folder.name != parent:
                        return int(folder.name)
                    status = Path("/proc", parent, "stat").read_text(encoding="utf-8", errors="replace")
                    parent = status.rpartition(")")[2].split()[1]
        except OSError:
            continue
    return None


def test_a_killed_worker_is_replaced(spark, flood):
    killed = []

    def kill():
        end = time.monotonic() + 60
        while not killed and time.monotonic() < end:
            found = reader_of(flood, os.getpid())
            if found:
                os.kill(found, signal.SIGKILL)
                killed.append(found)
    rdd = load(spark, flood, batch_rows=4).rdd
    assert rdd.getNumPartitions() == 1  # it is planned
    killer = threading.Thread(target=kill)
    killer.start()
    count = rdd.count()
    killer.join()
    assert killed and count == extracted(flood).num_rows


HIDE = """
import sys
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("pktbench", "pyspark_pktbench"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hide())
"""


def test_a_process_without_the_package(home):
    from pyspark import cloudpickle
    from pyspark_pktbench import DefaultSource
    source = DefaultSource({"path": str(home)})
    for made in (source, source.reader(source.schema()), source.streamReader(source.schema())):
        assert type(pickle.loads(cloudpickle.dumps(made))) is type(made)
        code = HIDE + f"import pickle\npickle.loads({cloudpickle.dumps(made)!r})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert re.search("RuntimeError: the Python package pktbench .* cannot be imported by the executor on .*spark.archives",
                         done.stderr), done.stderr
    code = "import pktbench\npktbench.__version__ = '9.9'\nimport pickle\n" + (
        f"pickle.loads({cloudpickle.dumps(source)!r})")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "the executor on" in done.stderr and "has 9.9" in done.stderr


CLUSTER = """
import sys
from pyspark.sql import SparkSession
path, hide = sys.argv[1:]
builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
if hide:
    builder = builder.config("spark.executorEnv.PYTHONPATH", hide)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("OFF")
frame = spark.read.format("pktbench").option("split", "200kB").load(path)
print("parts", frame.rdd.getNumPartitions(), "rows", frame.count())
spark.stop()
"""


def test_executors_that_are_processes(flood, tmp_path):
    import pyspark
    (tmp_path / "cluster.py").write_text(CLUSTER)
    (tmp_path / "hide").mkdir()
    (tmp_path / "hide" / "sitecustomize.py").write_text(HIDE)
    environment = dict(os.environ, SPARK_HOME=os.path.dirname(pyspark.__file__))

    def cluster(hide):
        return subprocess.run([sys.executable, tmp_path / "cluster.py", flood, hide], capture_output=True, text=True,
                              env=environment, cwd=tmp_path, timeout=300, check=False)
    done = cluster("")
    rows = extracted(flood).num_rows
    assert re.search(rf"parts \d+ rows {rows}\n", done.stdout), done.stdout + done.stderr
    done = cluster(str(tmp_path / "hide"))
    assert done.returncode == 1
    assert "cannot be imported by the executor on" in done.stderr, done.stdout + done.stderr


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
    frame = (spark.readStream.format("pktbench").options(columns="packet,file", **options).load(str(drop.folder)))
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


def test_programs_of_the_page(spark, home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "captures"
    folder.mkdir()
    for number in range(3):
        shutil.copy(home, folder / f"home.pcapng{number}")
    program("extract", home, "--format", "parquet", "-o", folder / "rows.parquet")
    programs = re.findall(r"```python\n(.*?)```\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(programs) >= 5
    for code in programs:
        names = {"spark": spark, "path": str(home), "folder": str(folder), "work": str(tmp_path)}
        exec(compile(textwrap.dedent(code), "doc/spark.md", "exec"), names)
        for query in spark.streams.active:
            query.processAllAvailable()
            query.stop()
