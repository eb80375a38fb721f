"""The edges: long texts, names that are not UTF-8, numbers, code that runs while rows are read."""

import gc
import importlib.util
import os
import subprocess
import sys
import threading
import warnings

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


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="garbage is collected between instructions")
def test_a_batch_is_kept_while_it_is_read(flood):
    columns = "packet,src,dst"
    expected = [tuple(row) for row in pktbench.read(flood, columns=columns)]
    batch = next(pktbench.read(flood, columns=columns, batch_rows=10**6).batches())
    refused = []

    def take(phase, info):
        del phase, info
        try:
            pyarrow.record_batch(batch)
        except ValueError as error:
            refused.append(str(error))
    before = gc.get_threshold()
    gc.callbacks.append(take)
    gc.set_threshold(50)
    try:
        tuples = batch.tuples()
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(take)
    assert tuples == expected
    assert refused and all("while it is read" in text for text in refused)
    assert pyarrow.record_batch(batch).num_rows == len(expected)
    with pytest.raises(ValueError, match="handed over"):
        batch.tuples()


HANDLER = """
import signal, sys
import pktbench, pyarrow
class Boom(Exception):
    pass
calls = []
def handler(number, frame):
    calls.append(number)
    raise Boom(len(calls))
signal.signal(signal.SIGALRM, handler)
signal.signal(signal.SIGINT, lambda number, frame: calls.append("interrupt"))
rows = pktbench.read([sys.argv[1]] * 20000, level="flows")
signal.setitimer(signal.ITIMER_REAL, 0.3)
try:
    try:
        pyarrow.table(rows)
    except OSError:
        for _ in range(1000):
            pass
except Boom as boom:
    print("Boom", boom.args, calls == [signal.SIGALRM])
"""


def test_exception_of_a_signal_handler(flood):
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", HANDLER, flood], timeout=60,
                          capture_output=True, text=True, check=True)
    assert done.stdout == "Boom (1,) True\n", done


def test_warnings_of_many_threads(cut):
    """The interpreter keeps 32 calls for its main thread."""
    rows, threads = pktbench.read(cut, columns="packet"), 60

    def pull():
        for _ in range(threads):
            thread = threading.Thread(target=pyarrow.table, args=(rows,))
            thread.start()
            thread.join()
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        thread = threading.Thread(target=pull)
        thread.start()
        thread.join()
        for _ in range(1000):
            pass
    found = [w.message for w in given if getattr(w.message, "code", None) == "truncated"]
    assert len(found) == threads
    assert {(w.path, type(w.offset)) for w in found} == {(str(cut), int)}
    assert all(0 < w.offset < cut.stat().st_size for w in found)


def test_warnings_that_are_errors(cut, tmp_path):
    other = tmp_path / "other.pcap"
    other.write_bytes(cut.read_bytes()[:-100])
    seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", pktbench.CaptureWarning)
        for path in (cut, other):
            try:
                pyarrow.table(pktbench.read(path, columns="packet"))
                for _ in range(1000):
                    pass
            except pktbench.CaptureWarning as warning:
                seen.append(warning.path)
    assert seen == [str(cut), str(other)]


def test_the_module_is_loaded_once(flood):
    spec = importlib.util.spec_from_file_location("pktbench._core", pktbench._core.__file__)
    again = importlib.util.module_from_spec(spec)
    with pytest.raises(ImportError, match="once a process"):
        spec.loader.exec_module(again)
    assert len(pktbench.read(flood, columns="packet").to_arrow()) > 0
    with pytest.raises(pktbench.OptionError):
        pktbench.read(flood, level="none")


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
