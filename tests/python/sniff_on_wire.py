"""sniff() over a veth pair: the rows are those of the packets that were sent.

Usage: sniff_on_wire.py PKTBENCH SEND, with the Python that has the package"""

import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "parsers" / "live"))

import pktbench as package  # noqa: E402
from wire import BACKENDS, main_on_wire  # noqa: E402

COLUMNS = "wire_len,src,dst,src_port,dst_port"


def wanted(count, **options):
    return [tuple(row) for row in package.read("benign.pcap", columns=COLUMNS, count=count,
                                               **options)]


def test_count(far):
    for backend in BACKENDS:
        rows = package.sniff("vA", columns=COLUMNS, backend=backend, count=500)
        assert far.send("benign.pcap", 600).wait() == 0
        assert [tuple(row) for row in rows] == wanted(500)


def test_filter(far):
    rows = package.sniff("vA", columns=COLUMNS, filter="udp", count=100)
    assert far.send("benign.pcap", 3000).wait() == 0
    assert [tuple(row) for row in rows] == [
        tuple(row) for row in package.read("benign.pcap", columns=COLUMNS, filter="udp")][:100]


def test_batches_and_duration(far):
    begin = time.monotonic()
    batches = package.sniff("vA", columns=COLUMNS, duration=2, batches=True)
    sender = far.send("benign.pcap", 1000)
    rows = [row for batch in batches for row in batch.tuples()]
    assert 1.9 < time.monotonic() - begin < 4
    assert sender.wait() == 0
    assert rows == wanted(1000)


def test_features_come_in_time(far):
    """A window of time ends by the clock, when no packet comes any more."""
    rows = package.sniff("vA", features="ciciot-fixed", window="200ms", columns="packet,file")
    sender = far.send("benign.pcap", 200)
    assert next(rows) == (1, "vA")
    rows.close()
    sender.kill()
    sender.wait()


def test_rows_do_not_wait(far):
    """A row comes soon after its packet, though no batch is full; closing ends the capture."""
    rows = package.sniff("vA", columns=COLUMNS, flush_every=0.05)
    assert far.send("benign.pcap", 1).wait() == 0
    begin = time.monotonic()
    assert tuple(next(rows)) == wanted(1)[0]
    assert time.monotonic() - begin < 0.5
    threads = len(os.listdir("/proc/self/task"))
    begin = time.monotonic()
    rows.close()
    assert time.monotonic() - begin < 0.5
    assert len(os.listdir("/proc/self/task")) == threads - 1


def test_context(far):
    """The iterator is a context manager; after its end it gives nothing."""
    threads = len(os.listdir("/proc/self/task"))
    with package.sniff("vA", columns=COLUMNS, duration="60s", buffer="4MB") as rows:
        assert far.send("benign.pcap", 1).wait() == 0
        assert tuple(next(rows)) == wanted(1)[0]
    assert len(os.listdir("/proc/self/task")) == threads
    assert not list(rows)
    rows.close()
    package.sniff("vA").close()
    waiting = package.sniff("vA")
    threading.Timer(0.2, waiting.close).start()
    begin = time.monotonic()
    assert not list(waiting)
    assert time.monotonic() - begin < 2
    assert len(os.listdir("/proc/self/task")) == threads


def test_interrupt(far):
    """Ctrl-C ends a quiet capture within 0.5 s, in a generator."""
    rows = package.sniff("vA")
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    begin = time.monotonic()
    try:
        next(rows)
    except KeyboardInterrupt:
        assert time.monotonic() - begin < 0.8
        return
    raise AssertionError("no KeyboardInterrupt")


def test_dropped(far):
    """Rows that nobody reads in time: the kernel's losses are a warning with their number."""
    sent = 100000
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", package.CaptureWarning)
        for backend in BACKENDS:
            seen.clear()
            rows = package.sniff("vA", columns="wire_len", backend=backend, buffer=1 << 20,
                                 flush_every=0.001, duration=4, immediate=True)
            assert far.send("benign.pcap", sent, 50000).wait() == 0
            got = sum(1 for _ in rows)
            dropped = [w.message for w in seen if w.message.code == "dropped"]
            assert len(dropped) == 1 and dropped[0].path == "vA", [str(w.message) for w in seen]
            assert 0 < got < sent and got + dropped[0].count == sent, (backend, got, dropped)


def raised(error, interface, **options):
    try:
        package.sniff(interface, **options)
    except error as seen:
        return str(seen)
    raise AssertionError(f"no {error.__name__}")


def test_errors(far):
    assert "known interfaces" in raised(OSError, "nope")
    assert "no such word" in raised(package.OptionError, "vA", filter="no such word")
    raised(package.OptionError, "vA", backend="dpkt")
    raised(package.OptionError, "vA", duration=0)
    del far
    code = "import pktbench; pktbench.sniff('vA')"
    done = subprocess.run(["setpriv", "--bounding-set=-all", "--inh-caps=-all", sys.executable,
                           "-c", code], capture_output=True, text=True, check=False)
    assert "PermissionError" in done.stderr, done.stderr


if __name__ == "__main__":
    warnings.simplefilter("ignore", package.CaptureWarning)  # generated packets are out of order
    sys.exit(main_on_wire(globals()))
