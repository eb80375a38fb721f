"""File objects: one iteration at a time, slow ones, those that fail, and children of fork()."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
import warnings

import polars
import pytest

import pktbench
from conftest import descriptors, extracted, given_warning


class Small(io.RawIOBase):
    """A binary file object with seek(), that gives some bytes at a time, after a while."""

    def __init__(self, data, size=10000, seconds=0.0):
        self.file, self.size, self.seconds, self.reads = io.BytesIO(data), size, seconds, 0

    def read(self, size=-1):
        self.reads += 1
        time.sleep(self.seconds)
        return self.file.read(self.size)

    def seek(self, offset, whence=0):
        return self.file.seek(offset, whence)

    def tell(self):
        return self.file.tell()


class OnlyRead:
    """A file object with nothing but read()."""

    def __init__(self, chunks):
        self.chunks = iter(chunks)

    def read(self, size=-1):
        del size
        chunk = next(self.chunks, b"")
        if isinstance(chunk, BaseException):
            raise chunk
        return chunk


def packets_of(path):
    return extracted("--columns", "packet,wire_len", path).to_pylist()


def rows_of(rows):
    return [row._asdict() for row in rows]


def opened(path):
    return [path.open("rb"), path.open("rb", buffering=0), Small(path.read_bytes())]


@pytest.mark.parametrize("which", range(3), ids=["buffered", "raw", "small"])
def test_two_iterations(flood, which):
    """A later iteration gives all rows; an earlier one right ones, or an error that says why not."""
    expected, file = packets_of(flood), opened(flood)[which]
    rows = pktbench.read(file, columns="packet,wire_len", batch_rows=100)
    for _ in range(3):
        earlier = rows.batches()
        read = next(earlier).tuples()
        assert rows_of(rows) == expected
        try:
            for batch in earlier:
                read += batch.tuples()
        except pktbench.OptionError as error:
            assert "by a later iteration" in str(error)
        else:
            assert len(read) == len(expected) and which != 2
        assert read == [tuple(row.values()) for row in expected[:len(read)]]
    file.close()


def test_iterations_in_turns(flood):
    """Two that take turns: the later one has all rows, however often the earlier one asks."""
    rows = pktbench.read(Small(flood.read_bytes()), columns="packet", batch_rows=100)
    earlier, later = rows.batches(), rows.batches()
    assert next(earlier).tuples()[0] == (1,) and next(later).tuples()[-1] == (100,)
    with pytest.raises(pktbench.OptionError, match="by a later iteration"):
        list(earlier)
    assert next(later).tuples()[0] == (101,)


def test_break_and_again(flood):
    file = Small(flood.read_bytes(), 300000, 0.05)
    rows = pktbench.read(file, columns="packet,wire_len", batch_rows=100)
    for _ in range(5):
        for row in rows:
            assert row.packet == 1
            break
        reads = file.reads
        time.sleep(0.12)
        assert file.reads == reads  # nothing reads it any more
    assert rows_of(rows) == packets_of(flood)


def test_other_rows_of_a_file(flood):
    file = Small(flood.read_bytes())
    one, other = (pktbench.read(file, columns="packet", batch_rows=100) for _ in range(2))
    batches = one.batches()
    next(batches)
    with pytest.raises(pktbench.OptionError, match="being read: end that iteration"):
        list(other)
    rest = sum(len(batch) for batch in batches)
    assert rest + 100 == len(packets_of(flood))


def test_iterations_of_threads(flood):
    """Each has its rows, or is told of another one; one at least has all of them."""
    expected = packets_of(flood)
    rows, ends = pktbench.read(Small(flood.read_bytes()), columns="packet,wire_len"), []

    def read():
        try:
            ends.append(rows_of(rows) == expected)
        except pktbench.OptionError as error:
            ends.append(str(error))
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ends) == 4 and True in ends and False not in ends
    assert all(end is True or "later iteration" in end for end in ends)


def test_nothing_is_left_open(flood):
    file = Small(flood.read_bytes())
    rows = pktbench.read(file, columns="packet", batch_rows=100)
    before, threads = descriptors(), threading.active_count()
    for _ in range(20):
        for _row in rows:
            break
        list(pktbench.read(io.BytesIO(flood.read_bytes()), columns="packet", count=5))
        with pytest.raises(pktbench.CaptureError):
            list(pktbench.read(io.BytesIO(b"none")))
    assert (descriptors(), threading.active_count()) == (before, threads)


def test_scan_polars_again(flood):
    expected = polars.from_arrow(extracted("--columns", "packet,src", flood))
    with flood.open("rb") as file:
        frame = pktbench.scan_polars(file, columns="packet,src")
        for _ in range(3):
            assert frame.collect().equals(expected)
        assert frame.head(3).collect().equals(expected.head(3))
        assert frame.select("src").collect().equals(expected.select("src"))
    with subprocess.Popen(["cat", flood], stdout=subprocess.PIPE) as cat:
        frame = pktbench.scan_polars(cat.stdout, columns="packet,src")
        assert frame.collect().equals(expected)
        with pytest.raises(Exception, match="can be read once"):
            frame.collect()


FORKS = """
import multiprocessing, sys, warnings, pktbench
warnings.simplefilter("ignore")
def square(x):
    return x * x
rows, sums, pools = 0, 0, []
with open(sys.argv[1], "rb") as file:
    for batch in pktbench.read(file, columns="packet", batch_rows=1000).batches():
        rows += len(batch)
        if len(pools) < 2:
            pools.append(multiprocessing.get_context("fork").Pool(2))
            sums += sum(pools[-1].map(square, [1, 2, 3]))
print(rows, sums)
for pool in pools:
    pool.terminate()
"""


def test_fork_in_the_loop(flood):
    done = subprocess.run([sys.executable, "-c", FORKS, flood], capture_output=True, text=True,
                          timeout=60, check=True)
    assert done.stdout.split() == [str(len(packets_of(flood))), "28"]


def child_end(batches):
    """In a child of fork(): how an iteration of the parent goes on there."""
    child = os.fork()
    if child == 0:
        try:
            next(batches)
        except pktbench.OptionError as error:
            os._exit(0 if "after the fork" in str(error) else 1)
        os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_child_of_fork(flood):
    rows = pktbench.read(Small(flood.read_bytes()), columns="packet", batch_rows=100)
    batches = rows.batches()
    assert len(next(batches)) == 100
    assert child_end(batches) == 0
    assert 100 + sum(map(len, batches)) == len(packets_of(flood))


LEFT = """
import sys, pktbench
file = open(sys.argv[1], "rb")
batches = pktbench.read(file, columns="packet", batch_rows=int(sys.argv[2])).batches()
print(len(next(batches)))
"""


@pytest.mark.parametrize("size", ["10", "16384"])
def test_exit_with_an_iteration(flood, size):
    """An iteration that has not ended when the program does is no reason to wait."""
    done = subprocess.run([sys.executable, "-c", LEFT, flood, size], capture_output=True, text=True,
                          timeout=30, check=True)
    assert (done.stdout, done.stderr) == (size + "\n", "")


QUIET = """
import subprocess, sys, pktbench
with subprocess.Popen(["sleep", "20"], stdout=subprocess.PIPE, bufsize=int(sys.argv[1])) as p:
    print("reads", flush=True)
    try:
        list(pktbench.read(p.stdout))
    finally:
        print("ends", flush=True)
        p.kill()
"""
CUSTOM = """
import time, pktbench
class Slow:
    def read(self, size):
        time.sleep(20)
print("reads", flush=True)
try:
    list(pktbench.read(Slow()))
finally:
    print("ends", flush=True)
"""


@pytest.mark.parametrize("code, size", [(QUIET, "-1"), (QUIET, "0"), (CUSTOM, "")],
                         ids=["buffered", "raw", "custom"])
def test_interrupt_of_a_quiet_file(code, size):
    with subprocess.Popen([sys.executable, "-c", code, size], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "reads\n"
        time.sleep(0.5)
        begin = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "ends\n"
        assert time.monotonic() - begin < 0.5
        errors = child.communicate(timeout=10)[1]
    assert "KeyboardInterrupt" in errors.splitlines()[-1] and time.monotonic() - begin < 5


def test_rows_of_a_quiet_pipe(flood):
    """What was asked for is given, though no more bytes come, and the pipe has no end."""
    with subprocess.Popen(["sh", "-c", 'cat "$0"; exec sleep 60', flood], stdout=subprocess.PIPE) as cat:
        begin = time.monotonic()
        rows = list(pktbench.read(cat.stdout, columns="packet", count=5))
        assert [row.packet for row in rows] == [1, 2, 3, 4, 5] and time.monotonic() - begin < 20
        cat.kill()


@pytest.mark.parametrize("buffering", [0, -1], ids=["raw", "buffered"])
def test_file_that_does_not_wait(flood, buffering):
    """A pipe with O_NONBLOCK is waited for; without a descriptor to wait for, it is an error."""
    out, into = os.pipe()
    os.set_blocking(out, False)
    data = flood.read_bytes()

    def write():
        for at in range(0, len(data), 200000):
            time.sleep(0.01)
            piece = data[at:at + 200000]
            while piece:
                piece = piece[os.write(into, piece):]
        os.close(into)
    thread = threading.Thread(target=write)
    thread.start()
    with open(out, "rb", buffering=buffering) as file:
        assert rows_of(pktbench.read(file, columns="packet,wire_len")) == packets_of(flood)
    thread.join()
    with pytest.raises(BlockingIOError, match="has no bytes"):
        list(pktbench.read(OnlyRead([data[:100000], None, data[100000:]]), columns="packet"))


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("size", [0, 10, 100000])
def test_failure_is_no_truncation(flood, size, strict):
    """The rows before it, then the exception of read(), and no warning of a truncated capture."""
    file = OnlyRead([flood.read_bytes()[:size], ConnectionResetError("the peer is gone")] if size else
                    [ConnectionResetError("the peer is gone")])
    rows = []
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        with pytest.raises(ConnectionResetError):
            for row in pktbench.read(file, columns="packet", strict=strict):
                rows.append(row.packet)
    assert "truncated" not in [warning.message.code for warning in given]
    assert rows == list(range(1, len(rows) + 1)) and bool(rows) == (size == 100000)


def test_truncated_file_object(cut):
    """The warning is given where the rows are asked for, with the name of the file."""
    with cut.open("rb") as file, pytest.warns(pktbench.CaptureWarning) as given:
        list(pktbench.read(file, columns="packet"))
    warning = given_warning(given, "truncated")
    assert (warning.filename, warning.message.path) == (__file__, str(cut))
    with cut.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(pktbench.CaptureWarning):
            list(pktbench.read(file, columns="packet"))


def test_wrong_file_objects(flood):
    with flood.open("r", encoding="latin-1") as file, pytest.raises(TypeError, match="binary mode"):
        pktbench.read(file)
    with pytest.raises(TypeError, match="gives text"):
        list(pktbench.read(OnlyRead(["text"])))
    assert rows_of(pktbench.read(OnlyRead([bytearray(flood.read_bytes())]),
                                 columns="packet,wire_len")) == packets_of(flood)


def test_name_of_a_file_object(flood, tmp_path):
    """`file` and the label from-folder are those of the path that the object says it has."""
    folder = tmp_path / os.fsdecode(b"scan\xff")
    folder.mkdir()
    path = folder / "a.pcap"
    path.write_bytes(flood.read_bytes()[:20000])
    options = {"columns": "file,label", "label": "from-folder"}
    wanted = set(zip(*pktbench.read(path, **options).to_arrow().to_pydict().values()))
    for opened_by in (str(path), os.fsencode(path), path):
        with open(opened_by, "rb") as file:
            assert set(pktbench.read(file, **options)) == wanted
    for name, cells in (("in/archive/b.pcap", ("b.pcap", "archive")), ("s3://bucket/c.pcap", ("c.pcap", "bucket")),
                        ("/from-folder/d.pcap", ("d.pcap", "from-folder"))):
        file = Small(path.read_bytes())
        file.name = name
        assert set(pktbench.read(file, **options)) == {cells}
    for name in (None, 5, "<stdin>", "", "a\0b"):
        file = Small(path.read_bytes())
        file.name = name
        with pytest.raises(pktbench.OptionError, match="label: from-folder needs a path"):
            pktbench.read(file, **options)
        assert set(pktbench.read(file, columns="file,label", label="x")) == {("-", "x")}
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as cat:
        assert {row.file for row in pktbench.read(cat.stdout, columns="file")} == {"-"}
    with pytest.raises(pktbench.OptionError, match="standard input is in no folder"):
        next(pktbench.read("-", **options).batches())
