"""Folders of captures, datasets of `extract --partition` and labels, in Spark; and the programs of the
page. It takes minutes: `./run test --all`."""

import datetime
import gzip
import re
import shutil
import textwrap
from pathlib import Path

import pytest

from conftest import extracted, program
from spark_frames import load, same, table

PAGE = Path(__file__).resolve().parents[2] / "doc" / "spark.md"
COLUMNS = "file,packet,ts_ns,src,dst_port,wire_len"


def test_folder_and_several(spark, flood, home, tmp_path):
    for number in range(3):
        shutil.copy(flood, tmp_path / f"t.pcap{number}")
    frame = load(spark, tmp_path)
    assert frame.rdd.getNumPartitions() == 3
    assert frame.count() == 3 * extracted(flood).num_rows
    several = spark.read.format("pktbench").load([str(flood), str(home)])
    assert several.count() == extracted(flood).num_rows + extracted(home).num_rows
    assert load(spark, tmp_path, level="flows", join="true").rdd.getNumPartitions() == 1


@pytest.fixture(scope="module")
def captures(tmp_path_factory):
    """20 captures of several kinds in two folders."""
    folder = tmp_path_factory.mktemp("bulk")
    scenarios = ("benign-iot", "tcp-flood", "dataset-mix", "recon")
    for number in range(20):
        ending = "pcapng" if number % 3 == 0 else "pcap"
        path = folder / ("Benign" if number < 8 else "DDoS SYN=1") / f"c{number}.{ending}"
        path.parent.mkdir(exist_ok=True)
        program("gen", scenarios[number % 4], "--seed", number + 1, "--size", 40000 + 5000 * number, "--format", ending,
                "-o", path)
        if number % 5 == 0:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
    return folder


@pytest.mark.parametrize("options", [{}, {"split": "30kB"}], ids=["files", "parts"])
def test_a_folder_has_the_rows_of_extract(spark, captures, options):
    arguments = ("-R", "--label", "from-folder", "--columns", COLUMNS + ",label", captures)
    frame = load(spark, captures, recursive="true", label="from-folder", columns=COLUMNS + ",label", **options)
    whole = extracted(*arguments)
    assert len(set(whole["file"].to_pylist())) == 20 and len(set(whole["label"].to_pylist())) == 2
    assert frame.rdd.getNumPartitions() == 20 if not options else frame.rdd.getNumPartitions() > 40
    same(frame, whole)


def test_other_file_systems(spark, captures):
    """A URI that fsspec knows: captures are read as streams, packed ones too."""
    pytest.importorskip("fsspec")
    names = COLUMNS + ",label"
    frame = load(spark, f"local://{captures}", recursive="true", label="from-folder", columns=names, split="30kB")
    assert frame.rdd.getNumPartitions() == 20
    same(frame, extracted("-R", "--label", "from-folder", "--columns", names, captures))


@pytest.mark.parametrize("keys", ["label", "label,date,hour", "file", "date,file"])
def test_a_dataset_is_read_back(spark, captures, tmp_path, keys):
    """Partitions of extract: the same rows as the source gives, and the columns of the keys."""
    program("extract", captures, "-R", "-o", tmp_path / "rows", "--format", "parquet", "--partition", keys, "--label",
            "from-folder", "--columns", "packet,ts_ns,src,dst_port,wire_len", "--jobs", 2)
    frame = spark.read.parquet(str(tmp_path / "rows"))
    names = ["packet", "ts_ns", "src", "dst_port", "wire_len"]
    kept = [] if "label" in keys else ["label"]  # in the files, not in the names of folders
    assert frame.columns == names + kept + keys.split(",")
    source = load(spark, captures, recursive="true", label="from-folder", columns=COLUMNS + ",label")
    wanted = []
    folders = {path.name: path.parent.name for path in captures.glob("*/*")}
    for row in source.collect():
        when = datetime.datetime.fromtimestamp(row.ts_ns // 10**9, datetime.timezone.utc)
        values = {"label": row.label, "date": when.date(), "hour": when.hour, "file": f"{folders[row.file]}/{row.file}"}
        wanted.append(tuple(row[name] for name in names) + tuple(values[key] for key in kept + keys.split(",")))
    found = [tuple(row) for row in frame.collect()]
    assert sorted(found, key=repr) == sorted(wanted, key=repr)
    if keys == "label":
        assert frame.filter("label = 'DDoS SYN=1'").count() == source.filter("label = 'DDoS SYN=1'").count() > 1000


def test_labels(spark, tmp_path):
    path, labels = tmp_path / "mix.pcap", tmp_path / "mix.csv"
    program("gen", "dataset-mix", "--size", 1000000, "-o", path, "--labels", labels)
    whole = extracted("--labels", labels, "--columns", "packet,src,label", path)
    assert len(set(whole["label"].to_pylist())) > 3
    for split in ({}, {"split": "100kB"}):
        same(load(spark, path, labels=str(labels), columns="packet,src,label", **split), whole)
    by_label = load(spark, path, labels=str(labels), push_filters="true").filter("label <> 'benign-iot'").count()
    assert by_label == len([label for label in whole["label"].to_pylist() if label != "benign-iot"])
    windows = extracted("--labels", labels, "--features", "ciciot46", path)
    same(load(spark, path, labels=str(labels), features="ciciot46"), windows)
    # The same by a join of Spark.
    truth = spark.read.option("header", "true").csv(str(labels)).selectExpr("CAST(packet AS long) AS packet", "label")
    joined = load(spark, path, columns="packet,src").join(truth, "packet", "left").orderBy("packet")
    assert table(joined)["label"].to_pylist() == whole["label"].to_pylist()


def test_programs_of_the_page(spark, home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "captures"
    folder.mkdir()
    for number in range(3):
        shutil.copy(home, folder / f"home.pcapng{number}")
    program("extract", home, "--format", "parquet", "-o", folder / "rows.parquet")
    mix, labels = tmp_path / "mix.pcap", tmp_path / "mix.csv"
    program("gen", "dataset-mix", "--size", 100000, "-o", mix, "--labels", labels)
    programs = re.findall(r"```python\n(.*?)```\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(programs) >= 6
    for code in programs:
        if "s3://" in code:  # of no bucket
            continue
        names = {"spark": spark, "path": str(home), "folder": str(folder), "work": str(tmp_path), "mix": str(mix),
                 "labels": str(labels)}
        exec(compile(textwrap.dedent(code), "doc/spark.md", "exec"), names)
        for query in spark.streams.active:
            query.processAllAvailable()
            query.stop()
