"""The interface goes down or is removed while packets arrive at full rate: what the kernel has received
is written first, and rows and reported losses add up to it.

PKTBENCH_LINK_TIMES: how often each case is tried, 3 by default.

Usage: test_loss.py PKTBENCH SEND"""

import os
import subprocess
import sys
import time

from wire import BACKENDS, PATIENCE, Run, counts, file_rows, main_on_wire, read_rows, received_by, sh

TIMES = int(os.environ.get("PKTBENCH_LINK_TIMES", "3"))
FULL_RATE = 10000000  # packets/s; more than any machine sends
# Packets that the interface has counted, and that the kernel discards before the packet socket when
# the interface goes down: its queue (net.core.netdev_max_backlog).
QUEUE = 1000


def lost(said):
    """Packets that were received and not read, by the messages."""
    for line in said.splitlines():
        if "received packets could not be read" in line:
            return int(line.split(": ")[-1].split()[0])
    return 0


def until_received(before, packets, sender):
    until = time.monotonic() + PATIENCE
    while received_by("vA") < before + packets:
        assert time.monotonic() < until and sender.poll() is None
        time.sleep(0.002)


def interrupted(far, backend, buffer, packets, interrupt):
    """Capture, and interrupt after so many packets. Returns the messages and packets received by
    the interface."""
    run = Run("-i", "vA", "--backend", backend, "--buffer", buffer)
    before = received_by("vA")
    sender = far.send("flood.pcap", 10 ** 9, FULL_RATE, stderr=subprocess.DEVNULL)
    until_received(before, packets, sender)
    received = interrupt(before)
    said = run.ended(2)
    sender.kill()
    sender.wait()
    return said, received


def check(said, wanted, backend):
    rows, received, dropped = counts(said)
    got = read_rows()
    assert "vA: the interface was removed or is down" in said, said
    assert len(got) == rows and rows + lost(said) == received, (backend, said)
    assert lost(said) == 0, said
    if not dropped:
        assert got == (wanted * (len(got) // len(wanted) + 1))[:len(got)], "not the first packets"
    return rows + dropped


def down(before):
    sh("ip", "link", "set", "vA", "down")
    return received_by("vA") - before


def removed(_before):
    sh("ip", "link", "del", "vA")


def test_down(far):
    wanted = file_rows("flood.pcap")
    for i in range(TIMES):
        for backend in BACKENDS:
            buffer = ("1MB", "32MB", "256MB")[i % 3]
            said, received = interrupted(far, backend, buffer, 5000 + 977 * i, down)
            counted = check(said, wanted, backend)
            assert counted <= received <= counted + QUEUE, (backend, counted, received, said)
            sh("ip", "link", "set", "vA", "up")


def test_removed(far):
    wanted = file_rows("flood.pcap")
    for i in range(TIMES):
        for backend in BACKENDS:
            buffer = ("1MB", "32MB", "256MB")[i % 3]
            said, _ = interrupted(far, backend, buffer, 5000 + 977 * i, removed)
            assert check(said, wanted, backend) >= 5000 - QUEUE, said
            far.connect()


def test_filter_set_late(far):
    """Packets that come before the filter is set are not reported as lost. A long filter takes its
    time to compile."""
    ports = " or ".join(f"udp port {port}" for port in range(10000, 10100))
    for backend in BACKENDS:
        before = received_by("vA")
        sender = far.send("flood.pcap", 10 ** 9, FULL_RATE, stderr=subprocess.DEVNULL)
        until_received(before, 5000, sender)
        said = Run("-i", "vA", "--backend", backend, "-f", ports, "--duration", "100ms").ended()
        sender.kill()
        sender.wait()
        assert counts(said) == (0, 0, 0) and lost(said) == 0, (backend, said)


def test_idle(far):
    """Both backends end without packets too."""
    for backend in BACKENDS:
        for interrupt in (down, removed):
            run = Run("-i", "vA", "--backend", backend)
            interrupt(0)
            said = run.ended(2)
            assert counts(said) == (0, 0, 0) and read_rows() == [], said
            if interrupt is down:
                sh("ip", "link", "set", "vA", "up")
        far.connect()


if __name__ == "__main__":
    sys.exit(main_on_wire(globals()))
