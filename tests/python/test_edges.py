"""The edges: long texts, names that are not UTF-8, numbers, code that runs while rows are read."""

import os
import subprocess

import numpy
import pandas
import pyarrow
import pyarrow.parquet
import pytest

import pktbench
from conftest import extracted, program


def test_long_texts(flood):
    """A column of a batch has at most 1 GiB of text: 16384 rows would have 2.3 GB."""
    label = "x" * 140000
    rows = pktbench.read(flood, columns="label", label=label)
    sizes, packets = [], extracted("--columns", "packet", flood).num_rows
    for batch in rows.batches():
        array = pyarrow.record_batch(batch).column(0)
        array.validate(full=True)
        sizes.append(len(array))
        assert array[0].as_py() == array[-1].as_py() == label
    assert sum(sizes) == packets and max(sizes) * len(label) < 2**30
    assert sum(len(b) for b in pktbench.read(flood, columns="src", batch_rows=2**20).batches()) == packets


def test_long_texts_of_the_program(flood, tmp_path):
    label, out = "y" * 130000, tmp_path / "out.parquet"
    program("extract", "--columns", "packet,label", "--label", label, "--format", "parquet", "-o", out, flood)
    file = pyarrow.parquet.ParquetFile(out)
    rows = 0
    for group in file.iter_batches(1000, columns=["label"]):
        assert group.column(0)[0].as_py() == label
        rows += len(group)
    assert rows == extracted("--columns", "packet", flood).num_rows


def test_names_are_utf8(flood, tmp_path):
    folder = os.fsencode(tmp_path) + b"/d\xff\xe2\x82"
    os.mkdir(folder)
    name = folder + b"/f\xfe\xc3\xa9.pcap"
    with open(name, "wb") as file:
        file.write(flood.read_bytes()[:20000])
    options = {"columns": "file,label", "label": "from-folder"}
    expected = ("f\ufffd\u00e9.pcap", "d\ufffd\ufffd\ufffd")
    for threads in (1, 3):
        table = pyarrow.table(pktbench.read(name, threads=threads, **options))
        table.validate(full=True)
        assert set(zip(*table.to_pydict().values())) == {expected}
    assert next(iter(pktbench.read(name, **options))) == expected
    for ending, read in (("arrow", lambda path: pyarrow.ipc.open_stream(path).read_all()),
                         ("parquet", pyarrow.parquet.read_table)):
        out = tmp_path / f"out.{ending}"
        subprocess.run([os.environ["PKTBENCH"], "extract", "--columns", "file,label", "--label", "from-folder",
                        "--format", ending, "-o", out, name], check=True, capture_output=True)
        table = read(out)
        table.validate(full=True)
        assert set(zip(*table.to_pydict().values())) == {expected}


@pytest.mark.parametrize("option", ["count", "batch_rows", "max_flows", "threads"])
@pytest.mark.parametrize("value", [0, -1, 2**63, 2**64 + 5])
def test_numbers_out_of_range(flood, option, value):
    with pytest.raises(pktbench.OptionError, match=f"^{option}: must be "):
        pktbench.read(flood, **{option: value})
    with pytest.raises((TypeError, pktbench.OptionError), match=option):
        pktbench.read(flood, **{option: 1.5})


@pytest.mark.parametrize("value", [0, -5, 2**64 + 5])
def test_bytes_a_part_out_of_range(flood, value):
    with pytest.raises(pktbench.OptionError, match="^bytes_a_part: must be "):
        pktbench.plan(flood, value)


def test_numbers_of_numpy(flood):
    expected = pktbench.read(flood, count=1000).to_arrow()
    found = pktbench.read(flood, count=numpy.int32(1000), threads=numpy.int64(2),
                          batch_rows=numpy.uint16(100)).to_arrow()
    assert found.combine_chunks().equals(expected.combine_chunks())
    assert pktbench.plan(flood, numpy.int64(10**6)) == pktbench.plan(flood, 10**6)


@pytest.mark.parametrize("features", ["ciciot-fixed", "ciciot46", "records"])
def test_features_of_parts_of_another_plan(flood, features):
    for options in ({}, {"reset_every": "100kB"}):
        own = {"features": features, **options}
        parts = pktbench.plan(flood, 300000)
        assert len(parts) > 3
        for part in parts[1:]:
            with pytest.raises(pktbench.OptionError, match="plan it with the same features and reset_every"):
                pktbench.read(flood, part=part, **own)
        assert pktbench.read(flood, part=parts[0], **own).to_arrow().num_rows > 0
    parts = pktbench.plan(flood, 300000, features=features, reset_every="100kB")
    with pytest.raises(pktbench.OptionError, match="reset_every"):
        pktbench.read(flood, part=parts[1], features=features, reset_every="200kB")
    with pytest.raises(pktbench.OptionError, match="filter"):
        pktbench.read(flood, part=parts[1], filter="tcp", **own)
    # Pieces are counted in the same way for all sets, and rows of packets need none.
    for others in (own, {"features": "ciciot39", "reset_every": "100kB"}, {"columns": "packet"}):
        tables = [pktbench.read(flood, part=part, **others).to_arrow() for part in parts]
        assert pyarrow.concat_tables(tables).equals(pktbench.read(flood, **others).to_arrow())


def test_times_of_records(flood):
    frame = pktbench.read(flood, features="records").to_pandas()
    times = pandas.DatetimeTZDtype("ns", "UTC")
    assert frame.dtypes["ts_ns"] == times and frame.dtypes["last_ns"] == times
    assert (frame["last_ns"] >= frame["ts_ns"]).all()


@pytest.mark.parametrize("threads", [1, 3])
def test_packets_before_a_fault(cut, threads):
    whole = extracted("--columns", "packet", cut).num_rows
    matching = extracted("--columns", "packet", "-f", "udp", cut).num_rows
    assert matching < whole
    for options in ({}, {"filter": "udp"}, {"filter": "udp", "join": True}):
        with pytest.raises(pktbench.CaptureError, match=f"; {whole} packets before it were read") as raised:
            pktbench.read(cut, columns="packet", strict=True, threads=threads, **options).to_arrow()
        assert raised.value.packets == whole


def test_syntax_of_a_filter():
    for text in ("tcp prt 80", "tcp port", "no such word", "("):
        with pytest.raises(pktbench.OptionError, match="pcap-filter.*'tcp port 80'"):
            pktbench.read("x.pcap", filter=text)
    for text in ("", "tcp port 80", "wlan type mgt", "subtype beacon"):
        pktbench.read("x.pcap", filter=text)
