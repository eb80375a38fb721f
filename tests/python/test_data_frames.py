"""`bench --sink pandas,polars,pyarrow`: every way gives the same cells, and their digests are right."""

import importlib.util
import os
import sys
import zlib
from pathlib import Path

import pytest

import pktbench
from conftest import WHOLE, extracted, program

sys.path.insert(0, str(Path(pktbench.__file__).parent / "_program" / "external"))
os.environ.setdefault("PKTBENCH_PROGRAM", os.environ["PKTBENCH"])

import csv_rows  # noqa: E402
import data_frames_driver as driver  # noqa: E402

SIZES = {"ts_ns": 8, "cap_len": 4, "ip_proto": 1, "src": 8, "dst": 8, "src_port": 2, "dst_port": 2,
         "tcp_flags": 2}


@pytest.fixture(scope="module", params=["tcp-flood", "benign-iot"])
def small(folder, request):
    """The libraries take a tenth of a millisecond a packet."""
    path = folder / f"{request.param}-ways.pcap"
    program("gen", request.param, "--size", 60000, "-o", path)
    return path


@pytest.fixture(scope="module")
def worker():
    """A worker for each way: its libraries are loaded once."""
    workers = {}

    def get(way):
        if way.name not in workers:
            workers[way.name] = driver.DataFrameWorker(way)
            workers[way.name].load()
        workers[way.name].driver.prepare("headers")
        return workers[way.name]
    yield get
    for way in driver.WAYS:  # Scapy's layers are settings of this process
        if way.name in workers:
            way.prepare("frames")


def missing(way):
    return [name for name in way.packages if not importlib.util.find_spec(name)]


@pytest.mark.parametrize("way", driver.WAYS, ids=lambda way: way.name)
@pytest.mark.filterwarnings("ignore")
def test_way(way, small, worker, tmp_path):
    if missing(way):
        pytest.skip(f"{missing(way)[0]} is not installed")
    asked = worker(way)
    described = asked.describe()["backend"]
    assert described["levels"]["headers"]["columns"][3:5] == ["src_hi", "src_lo"]
    expected = extracted("--columns", ",".join(driver.COLUMNS), small)
    rows = asked.rows({"to": str(tmp_path / "rows.csv")}, str(small), "headers")
    plain = program("extract", "--columns", ",".join(driver.COLUMNS), small)
    assert (tmp_path / "rows.csv").read_bytes() == plain
    asked.prepare({}, str(small), "headers")
    done = asked.go({})
    assert done["rows"] == rows["rows"] == expected.num_rows and done["checksum"] == rows["checksum"]
    for name, size in SIZES.items():
        cells = expected[name].to_pylist()
        for column, shift in [(name, 0)] if size < 8 or name == "ts_ns" else [(f"{name}_lo", 0), (f"{name}_hi", 64)]:
            crc = zlib.crc32(csv_rows.column_bytes(cells, size, shift))
            assert asked.digest({"column": column, "bytes": size})["crc32"] == f"{crc:08x}", column
    with pytest.raises(Exception, match="no column"):
        asked.digest({"column": "ip_ttl", "bytes": 1})


@pytest.mark.parametrize("way", driver.WAYS, ids=lambda way: way.name)
@pytest.mark.filterwarnings("ignore")
def test_no_packets(way, worker, flood, tmp_path):
    """As when a start is timed."""
    if missing(way):
        pytest.skip(f"{missing(way)[0]} is not installed")
    path = tmp_path / "empty.pcap"
    path.write_bytes(flood.read_bytes()[:24])
    asked = worker(way)
    asked.prepare({}, str(path), "headers")
    assert asked.go({})["rows"] == 0
    assert asked.digest({"column": "src_lo", "bytes": 8})["crc32"] == "00000000"


def test_ipv6_and_empty_cells():
    import pyarrow
    driver.Arrow("pyarrow").load()
    texts = ["2001:db8::1", None, "1.2.3.4", "::ffff:1.2.3.4", "2001:db8::1"]
    table = pyarrow.table({"src": pyarrow.array(texts)})
    for name, shift in (("src_lo", 0), ("src_hi", 64)):
        numbers = driver.numbers_of(table, "pyarrow", name)
        assert numbers.astype("<u8").tobytes() == csv_rows.column_bytes(texts, 8, shift)


def test_what_is_missing_is_named(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec",
                        lambda name: None if name in ("pktbench", "pandas") else found(name))
    with pytest.raises(Exception, match=r"pktbench, pandas; run `./run wheel`, then `.* -m pip install dist/\*.whl pandas`"):
        driver.Read("pandas").version()
    with pytest.raises(Exception, match="pandas; run `[^ ]* -m pip install pandas`"):
        driver.Csv("pandas").version()


@pytest.mark.parametrize("sink", ["pandas,polars,pyarrow" if WHOLE else "pyarrow"])
def test_bench(sink, folder):
    path = folder / "bench.pcap"
    program("gen", "tcp-flood", "--size", 1000000 if WHOLE else 200000, "-o", path)
    results = pktbench.bench(path, backends=["raw", "dpkt"], levels="headers", reference="dpkt",
                             sink=sink, processes=1, rounds=1)
    runs = {(one["way"], one["data_frame"]): one for one in results["data_frame_runs"]}
    assert len(runs) == (11 if WHOLE else 2)
    for (way, _), one in runs.items():
        run = one["run"]
        assert (run["status"], run["proof"]) in (("ok", "packets changed"), ("unchecked", "packets changed")), one
        assert one["rows_per_s"] > 0 and (way == "read") == (one["to_base"] is None)
