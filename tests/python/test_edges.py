"""The edges: long texts, names that are not UTF-8, numbers, code that runs while rows are read."""

import os
import subprocess

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


@pytest.mark.parametrize("threads", [1, 3])
def test_packets_before_a_fault(cut, threads):
    whole = extracted("--columns", "packet", cut).num_rows
    matching = extracted("--columns", "packet", "-f", "udp", cut).num_rows
    assert matching < whole
    for options in ({}, {"filter": "udp"}, {"filter": "udp", "join": True}):
        with pytest.raises(pktbench.CaptureError, match=f"; {whole} packets before it were read") as raised:
            pktbench.read(cut, columns="packet", strict=True, threads=threads, **options).to_arrow()
        assert raised.value.packets == whole
