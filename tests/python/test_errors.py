"""Bad input: the exception or the warning, with its path and offset."""

import fcntl
import io
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import termios
import threading
import time

import polars
import pyarrow
import pytest

import pktbench
from conftest import extracted, given_warning


def test_missing(tmp_path):
    rows = pktbench.read(tmp_path / "none.pcap")
    with pytest.raises(FileNotFoundError) as raised:
        rows.to_arrow()
    assert raised.value.filename == str(tmp_path / "none.pcap")
    with pytest.raises(OSError, match="none.pcap"):
        pyarrow.table(rows)
    with pytest.raises(FileNotFoundError):
        list(rows)
    with pytest.raises(OSError):
        pktbench.read(str(tmp_path / "*.pcap")).to_arrow()


def test_labels(flood, tmp_path):
    path = tmp_path / "labels.csv"
    with pytest.raises(FileNotFoundError) as raised:
        pktbench.read(flood, labels=path).to_arrow()
    assert raised.value.filename == str(path)
    for text, words in (("packet,label\n2,x\n1,y\n", "line 3: the number of the packet does not rise"),
                        ("number,label\n", "has no column packet")):
        path.write_text(text)
        with pytest.raises(pktbench.OptionError, match=f"^labels: {path}: .*{words}"):
            pktbench.read(flood, labels=path).to_arrow()
    path.write_text("packet,label\n1,x\n10000000,y\n")
    with pytest.warns(pktbench.CaptureWarning, match="packets have no label") as given:
        pktbench.read(flood, labels=path, columns="packet").to_arrow()
    assert given_warning(given, "no-label").message.count == extracted("--columns", "packet", flood).num_rows - 1
    assert given_warning(given, "labels-behind")
    os.mkfifo(tmp_path / "fifo")  # nobody writes to it
    with pytest.raises(pktbench.OptionError, match="^labels: .*fifo: is read twice for labels by stream: it must be a file"):
        pktbench.read(flood, labels=tmp_path / "fifo", label_by="stream").to_arrow()
    for options, words in (({"label": "x"}, "labels cannot be combined with label"),
                           ({"label_by": "stream", "filter": "udp"}, "cannot be combined with filter")):
        with pytest.raises(pktbench.OptionError, match=words):
            pktbench.read(flood, labels=path, **options)
    with pytest.raises(pktbench.OptionError, match="several need join"):
        pktbench.read([flood, flood], labels=path).to_arrow()
    with flood.open("rb") as file, pytest.raises(pktbench.OptionError, match="it must be a file"):
        pktbench.read(file, labels=path, label_by="stream").to_arrow()


def test_no_capture(tmp_path):
    path = tmp_path / "a.pcap"
    path.write_bytes(b"")
    for text in (b"", b"no capture at all, but long enough for a header"):
        path.write_bytes(text)
        with pytest.raises(pktbench.CaptureError) as raised:
            pktbench.read(path).to_pandas()
        assert raised.value.code == "format" and raised.value.path == str(path)
        with pytest.raises(pktbench.CaptureError):
            pktbench.read(io.BytesIO(text)).to_pandas()
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(pktbench.CaptureError, match="folder without captures"):
        pktbench.read(empty).to_pandas()


def test_truncated(cut, flood):
    whole = extracted("--columns", "packet", flood).num_rows
    rows = pktbench.read(cut, columns="packet")
    with pytest.warns(pktbench.CaptureWarning, match="cut.pcap: .*at byte [0-9]+") as given:
        assert rows.to_arrow().num_rows == whole - 1
    warning = given_warning(given, "truncated").message
    assert (warning.code, warning.path, warning.count) == ("truncated", str(cut), whole - 1)
    assert 0 < warning.offset < cut.stat().st_size
    assert given_warning(given, "truncated").filename == __file__
    with pytest.warns(pktbench.CaptureWarning):
        list(rows)
    with pytest.warns(pktbench.CaptureWarning, match="cut.pcap"):
        assert pyarrow.table(rows).num_rows == whole - 1
    with pytest.warns(pktbench.CaptureWarning, match="cut.pcap"):
        assert polars.DataFrame(rows).height == whole - 1
    strict = pktbench.read(cut, columns="packet", strict=True)
    with pytest.raises(pktbench.CaptureError) as raised:
        strict.to_arrow()
    assert (raised.value.code, raised.value.packets) == ("truncated", whole - 1)
    assert raised.value.offset == warning.offset


def test_corrupt(corrupt):
    path, offset = corrupt
    rows = pktbench.read(path, columns="packet")
    read = []
    with pytest.raises(pktbench.CaptureError) as raised:
        for row in rows:
            read.append(row.packet)
    error = raised.value
    assert read == [1]
    assert (error.path, error.offset, error.code, error.packets) == (str(path), offset, "corrupt", 1)
    assert isinstance(error, ValueError) and isinstance(error, pktbench.Error)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.offset, again.path) == (str(error), offset, str(path))
    with pytest.raises(ValueError, match=f"corrupt.pcap.*at byte {offset}"):
        pyarrow.table(rows)
    with pytest.raises(Exception, match=f"corrupt.pcap.*at byte {offset}"):
        polars.DataFrame(rows)
    with path.open("rb") as file, pytest.raises(pktbench.CaptureError, match="corrupt.pcap"):
        pktbench.read(file).to_arrow()


def shorten(path):
    os.truncate(path, 1_500_000)


def change(path):
    with path.open("r+b") as file:
        file.seek(-10, os.SEEK_END)
        file.write(b"changed")


def replace(path):
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes())
    other.replace(path)


@pytest.mark.parametrize("accident, code", [(shorten, "truncated"), (change, "corrupt"), (replace, "corrupt")])
def test_changed_while_it_is_read(flood, tmp_path, accident, code):
    expected = extracted("--columns", "packet,src", flood)
    path = tmp_path / "flood.pcap"
    path.write_bytes(flood.read_bytes())
    os.utime(path, (10**9, 10**9))
    read = []
    with pytest.raises(pktbench.CaptureError) as raised:
        for row in pktbench.read(path, columns="packet,src", strict=True):
            if not read:
                accident(path)
            read.append((row.packet, row.src))
    error = raised.value
    assert (error.code, error.path) == (code, str(path)) and 0 < error.offset <= flood.stat().st_size
    whole = list(zip(*(column.to_pylist() for column in expected.columns)))
    assert len(read) > 1000 and (read == whole[:len(read)] if accident is shorten else len(read) == len(whole))


def test_mapped(flood):
    with pytest.raises(pktbench.OptionError, match="use backend raw"):
        pktbench.read(flood, backend="raw-mapped").to_arrow()


@pytest.mark.parametrize("arguments, message", [
    ({"columns": "ts_ns,scr"}, "did you mean src"),
    ({"columns": []}, "columns: there is no name"),
    ({"level": "header"}, "headers"),
    ({"backend": "dpkt"}, "dpkt"),
    ({"features": "ciciot47"}, "ciciot46"),
    ({"window": 10}, "window requires features"),
    ({"features": "ciciot46", "window": "1s"}, "number of packets"),
    ({"idle": 10}, "idle requires features"),
    ({"features": "ciciot-fixed", "active": 10}, "active is of features records"),
    ({"features": "records", "idle": 0}, "idle 0: must be a time"),
    ({"features": "records", "window": 10}, "records have no windows"),
    ({"features": "ciciot46", "by": "pair"}, "ciciot-fixed"),
    ({"features": "ciciot46", "reset_every": 0}, "must be a size"),
    ({"flow_rule": "x"}, "wireshark-4.0"),
    ({"join": True, "columns": "file"}, "join"),
])
def test_wrong_arguments(flood, arguments, message):
    with pytest.raises(pktbench.OptionError, match=message):
        pktbench.read(flood, **arguments)


def test_wrong_values(flood):
    with pytest.raises(pktbench.OptionError):
        pktbench.read([])
    with pytest.raises(TypeError):
        pktbench.read(5)
    with pytest.raises(TypeError):
        pktbench.read(flood, level=5)
    with pytest.raises(ValueError, match="max_flows"):
        pktbench.read(flood, max_flows=-1)
    with pytest.raises(pktbench.OptionError, match="no such word"):
        pktbench.read(flood, filter="no such word").to_arrow()
    file = flood.open("rb")
    file.close()
    with pytest.raises(pktbench.OptionError, match="closed"):
        pktbench.read(file)
    with pytest.raises(pktbench.OptionError, match="features"):
        pktbench.packets(flood, features="ciciot46")


class Failing(io.RawIOBase):
    """A file object whose third read fails."""

    def __init__(self, file):
        self.file, self.reads = file, 0

    def read(self, size=-1):
        self.reads += 1
        if self.reads == 3:
            raise ConnectionResetError("the peer is gone")
        return self.file.read(10000)


def test_file_object_fails(flood):
    with flood.open("rb") as file, pytest.raises(ConnectionResetError):
        pktbench.read(Failing(file)).to_arrow()


def _child_read(reader):
    try:
        reader.next()
    except pktbench.OptionError as error:
        os._exit(0 if "fork" in str(error) else 1)
    os._exit(2)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_fork(flood):
    reader = pktbench._core.Reader({"paths": [os.fsencode(flood)], "batch_rows": 10})
    reader.next()
    child = multiprocessing.get_context("fork").Process(target=_child_read, args=(reader,))
    child.start()
    child.join()
    assert child.exitcode == 0
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(_rows_of, [flood, flood]) == [_rows_of(flood)] * 2


def _rows_of(path):
    return pktbench.read(path).to_arrow().num_rows


def test_reader_of_two_threads(flood):
    """The first thread has read the pipe empty, and waits in next() for more."""
    out, into = os.pipe()
    reader = pktbench._core.Reader({"paths": [b"/proc/self/fd/%d" % out]})
    record = flood.read_bytes()
    os.write(into, record[:24 + 16 + int.from_bytes(record[32:36], "little")])
    read = []
    thread = threading.Thread(target=lambda: read.append(reader.next()))
    thread.start()
    while int.from_bytes(fcntl.ioctl(out, termios.FIONREAD, bytes(4)), sys.byteorder):
        time.sleep(0.001)
    for call in (reader.next, reader.start, reader.close):
        with pytest.raises(RuntimeError, match="another thread"):
            call()
    os.close(into)
    thread.join()
    os.close(out)
    assert len(read[0]) == 1
    reader.close()
    with pytest.raises(ValueError, match="closed"):
        reader.next()


def test_names_that_are_not_utf8(flood, tmp_path):
    name = os.fsencode(tmp_path) + b"/bad\xff.pcap"
    with open(name, "wb") as file:
        file.write(flood.read_bytes()[:-7])
    for consume in (list, pyarrow.table, lambda rows: rows.to_arrow()):
        with pytest.warns(pktbench.CaptureWarning) as seen:
            consume(pktbench.read(name))
        assert "truncated" in [warning.message.code for warning in seen]
    with pytest.raises(pktbench.OptionError):
        pktbench.read(flood, columns="x" + "\u00fc" * 400)


def test_every_warning_is_given(flood, tmp_path):
    for number in range(100):
        (tmp_path / f"{number}.pcap").write_bytes(flood.read_bytes()[:2000])
    with pytest.warns(pktbench.CaptureWarning) as seen:
        pyarrow.table(pktbench.read(tmp_path))
    assert [warning.message.code for warning in seen].count("truncated") == 100


CONSUMERS = {
    "rows": "for row in rows: pass",
    "arrow": "rows.to_arrow()",
    "pandas": "rows.to_pandas()",
    "foreign": "import pyarrow; pyarrow.table(rows)",
    "no row": "pktbench.read(files, filter='tcp port 9').to_arrow()",
    "packets": "for _ in pktbench.packets(files, level='flows'): pass",
}


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_interrupt(flood, consumer):
    code = ("import sys, pktbench\nfiles = [sys.argv[1]] * 20000\n"
            "rows = pktbench.read(files, level='flows')\nprint('reads', flush=True)\n"
            + CONSUMERS[consumer])
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", code, flood],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        child.stdout.readline()
        time.sleep(0.6)
        child.send_signal(signal.SIGINT)
        errors = child.communicate(timeout=60)[1]  # all files take minutes
    assert child.returncode != 0
    # pyarrow turns the KeyboardInterrupt that it meets into an error of its own.
    assert "KeyboardInterrupt" in errors or (consumer == "foreign" and "interrupted" in errors), errors
