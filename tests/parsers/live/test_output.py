"""Output of live capture: flushing, rotation, full disks, readers that close the pipe.

Usage: test_output.py PKTBENCH SEND"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from wire import (BACKENDS, PATIENCE, Run, counts, file_rows, main_on_wire, pktbench, read_rows,
                  rows_of, sh)


def test_flush(far):
    """Rows are written in time, although no block is full and no further packet arrives."""
    for backend in BACKENDS:
        for options in (("--format", "csv"), ("--format", "arrow"), ("--immediate",)):
            run = Run("-i", "vA", "--backend", backend, "--flush-every", "50ms", *options,
                      stdout=subprocess.PIPE)
            out = run.process.stdout
            assert far.send("benign.pcap", 3).wait() == 0
            if "arrow" in options:
                got = b""
                while got.count(b"\xff\xff\xff\xff") < 2:  # the schema, and a batch
                    got += os.read(out.fileno(), 65536)
            else:
                lines = [out.readline() for _ in range(4)]
                assert rows_of(b"".join(lines).decode()) == file_rows("benign.pcap")[:3]
            assert run.process.poll() is None
            run.stop()
            out.close()


def send_twice(far, packets, suffix):
    """Send the second half after a file of the first has appeared, also on a slow machine."""
    assert far.send("flood.pcap", packets).wait() == 0
    until = time.monotonic() + PATIENCE
    while not list(Path(".").glob(f"piece-*-0*.{suffix}")):
        assert time.monotonic() < until, "no file was finished"
        time.sleep(0.01)
    assert far.send("flood.pcap", packets).wait() == 0


def pieces(suffix):
    found = sorted(Path(".").glob(f"piece-*-0*.{suffix}"))
    assert len(found) > 1, "not rotated"
    numbers = [int(path.stem.rsplit("-", 1)[1]) for path in found]
    assert sorted(numbers) == list(range(1, len(found) + 1)), numbers
    return sorted(found, key=lambda path: path.stem.rsplit("-", 1)[1])


def test_rotation(far):
    """Every file is complete, and together they contain all rows."""
    half = file_rows("flood.pcap", "--columns", "ts_ns,src,dst")[:6000]
    wanted = [[str(i + 1), *row] for i, row in enumerate(half + half)]
    options = ("-i", "vA", "--columns", "packet,ts_ns,src,dst")
    for backend, rotate in (("raw", ("--rotate-size", "200kB")),
                            ("libpcap", ("--rotate-every", "300ms", "--threads", "2"))):
        run = Run(*options, "--backend", backend, *rotate, out="piece.csv")
        send_twice(far, len(half), "csv")
        rows, received, _ = counts(run.stop())
        found = pieces("csv")
        assert rows == received == len(wanted)
        assert [row for path in found for row in read_rows(path)] == wanted
        for path in found:
            path.unlink()
    for form, head, tail in (("parquet", b"PAR1", b"PAR1"),
                             ("arrow", b"\xff" * 4, b"\xff" * 4 + b"\0" * 4)):
        run = Run(*options, "--rotate-every", "200ms", "--format", form, out=f"piece.{form}")
        send_twice(far, 3000, form)
        run.stop()
        for path in pieces(form):
            content = path.read_bytes()
            assert content.startswith(head) and content.endswith(tail), path
            path.unlink()
    assert not list(Path(".").glob("piece*")), "something else was left"


def test_rotation_size(far):
    """Files exceed the size by less than a batch, also of packets that had to wait for a slow
    program, and at the end of the capture."""
    limit, batch = 100000, 256
    for form, threads in (("csv", "1"), ("csv", "2"), ("arrow", "1"), ("parquet", "1")):
        for backend in BACKENDS:
            run = Run("-i", "vA", "--backend", backend, "--rotate-size", str(limit), "--format",
                      form, "--threads", threads, "--buffer", "64MB", out=f"piece.{form}")
            run.process.send_signal(signal.SIGSTOP)
            assert far.send("flood.pcap", 20000, 100000).wait() == 0
            run.process.send_signal(signal.SIGTERM)  # all rows are written after the end
            run.process.send_signal(signal.SIGCONT)
            rows, received, _ = counts(run.ended())
            found = pieces(form)
            sizes = [path.stat().st_size for path in found]
            row = sum(sizes) / rows
            assert rows == received, (form, backend)
            assert min(sizes[:-1]) >= limit, (form, backend, sizes)
            # half as much again: blocks of Parquet differ in size, and its index is not counted
            assert max(sizes) <= limit + 1.5 * batch * row + 8192, (form, backend, sizes)
            for path in found:
                path.unlink()


def test_disk_full(far):
    """The number of rows written is reported, and no incomplete file is left."""
    Path("small").mkdir()
    sh("mount", "-t", "tmpfs", "-o", "size=1000k", "tmpfs", "small")
    for backend in BACKENDS:
        run = Run("-i", "vA", "--backend", backend, out="small/out.csv")
        assert far.send("flood.pcap", 10000).wait() == 0
        said = run.ended(2)
        rows = int(said.split(", after ")[1].split()[0])
        assert "small/out.csv: cannot write: No space left on device" in said, said
        assert 0 < rows < 10000 and os.listdir("small") == [], said
    run = Run("-i", "vA", "--rotate-size", "400kB", out="small/out.csv")
    assert far.send("flood.pcap", 10000).wait() == 0
    said = run.ended(2)
    files = list(Path("small").iterdir())
    complete = sum(len(read_rows(path)) for path in files)
    assert complete > 0 and f"; {len(files)} finished files have {complete} rows" in said, said
    assert counts(said)[0] == complete, said
    sh("umount", "small")
    said = pktbench("extract", "flood.pcap", "-o", "/dev/full", status=2)
    assert "/dev/full: cannot write: No space left on device, after 0 rows" in said, said


def test_reader_closed(far):
    """The reader closes the pipe: the program ends without an error, also without packets."""
    for backend in BACKENDS:
        for packets in (0, 100):
            run = Run("-i", "vA", "--backend", backend, "--flush-every", "20ms",
                      stdout=subprocess.PIPE)
            if packets:
                assert far.send("benign.pcap", packets).wait() == 0
                run.process.stdout.readline()
            else:  # the output is opened by the first row
                assert far.send("benign.pcap", 1).wait() == 0
                run.process.stdout.readline()
            run.process.stdout.close()
            said = run.ended(0)
            assert said == f"pktbench: vA: capturing with {backend}\n", said


if __name__ == "__main__":
    sys.exit(main_on_wire(globals()))
