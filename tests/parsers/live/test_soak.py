"""A long capture: memory and descriptors do not grow, no packet is lost without a word.

For each backend, flows are numbered and rows go to rotated Parquet files, at a low rate. After a fifth of
the time, the resident memory and the number of open files are compared with those up to the end.

PKTBENCH_SOAK_SECONDS: time for each backend, 20 by default.

Usage: test_soak.py PKTBENCH SEND"""

import os
import sys
import time
from pathlib import Path

from wire import BACKENDS, Run, counts, main_on_wire, pktbench

SECONDS = int(os.environ.get("PKTBENCH_SOAK_SECONDS", "20"))
RATE = 20000  # packets/s
# Resident memory may differ by this much: rows wait while a file is rotated.
GROWTH = 8 << 20
FLOWS = 20000  # of --max-flows; every packet begins a flow, so that the table is soon full
KEPT = 3  # finished files; older ones are removed, since they are in memory (tmpfs)


def resident(pid):
    """Resident memory in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def rotated(backend):
    return sorted(Path(".").glob(f"{backend}-*.parquet"))


def watched(pid, seconds, backend):
    """The largest resident memory and number of open files over so many seconds."""
    most, files, until = 0, 0, time.monotonic() + seconds
    while time.monotonic() < until:
        most, files = max(most, resident(pid)), max(files, open_files(pid))
        for old in rotated(backend)[:-KEPT - 1]:
            old.unlink()
        time.sleep(0.1)
    return most, files


def soak(far, backend):
    run = Run("-i", "vA", "--backend", backend, "--level", "flows", "--max-flows", str(FLOWS),
              "--format", "parquet", "--rotate-every", "1s", out=f"{backend}.parquet")
    pid = run.process.pid
    sender = far.send("many.pcap", 10 ** 9, RATE)
    early = watched(pid, SECONDS / 5, backend)
    late = watched(pid, SECONDS * 4 / 5, backend)
    sender.kill()
    sender.wait()
    rows, received, dropped = counts(run.stop())
    print(f"{backend}: {rows} rows, {received} received, {dropped} dropped; resident "
          f"{early[0] >> 10} KiB, later {late[0] >> 10} KiB; open files {early[1]}, later {late[1]}")
    assert rows > RATE and received == rows + dropped, (rows, received, dropped)
    assert late[0] <= early[0] + GROWTH, (early, late)
    assert late[1] <= early[1] + 1, (early, late)
    assert rotated(backend), os.listdir(".")


def test_soak(far):
    pktbench("gen", "tcp-flood", "--size", "5000000", "-o", "many.pcap")
    for backend in BACKENDS:
        soak(far, backend)


if __name__ == "__main__":
    sys.exit(main_on_wire(globals()))
