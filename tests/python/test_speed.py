"""What reading costs beside other ways to the same rows, in CPU time.

Only with PKTBENCH_SPEED=1: a busy machine would fail it."""

import os
import resource
import subprocess
import time

import dpkt
import pandas
import pyarrow
import pyarrow.ipc
import pytest

import pktbench
from conftest import PROGRAM, program

COLUMNS = "ts_ns,src,dst,src_port,dst_port,ip_proto,wire_len,tcp_flags"
pytestmark = pytest.mark.skipif(not os.environ.get("PKTBENCH_SPEED"),
                                reason="PKTBENCH_SPEED=1 is not set")


@pytest.fixture(scope="module")
def flood(folder):
    path = folder / "large.pcap"
    program("gen", "tcp-flood", "--size", 10000000, "-o", path)
    return path


def cpu_seconds():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def cost(work, times=5):
    """The least CPU time of several runs, s; the process's own and that of its children."""
    least = float("inf")
    for _ in range(times):
        begin = cpu_seconds()
        work()
        least = min(least, cpu_seconds() - begin)
    return least


def by_program(path):
    output = subprocess.run([PROGRAM, "extract", "--format", "arrow", "--columns", COLUMNS, path],
                            check=True, capture_output=True).stdout
    types = {pyarrow.int16(): pandas.Int16Dtype(), pyarrow.int32(): pandas.Int32Dtype(),
             pyarrow.int64(): pandas.Int64Dtype()}
    return pyarrow.ipc.open_stream(output).read_all().to_pandas(types_mapper=types.get)


def by_dpkt(path):
    rows = []
    with open(path, "rb") as file:
        for ts, data in dpkt.pcap.Reader(file):
            ip = dpkt.ethernet.Ethernet(data).data
            if isinstance(ip, dpkt.ip.IP) and isinstance(ip.data, dpkt.tcp.TCP):
                rows.append((ts, ip.src, ip.dst, ip.data.sport, ip.data.dport, ip.p, len(data),
                             ip.data.flags))
    return pandas.DataFrame(rows, columns=COLUMNS.split(","))


def test_pandas(flood):
    ours = cost(lambda: pktbench.read(flood, columns=COLUMNS).to_pandas())
    assert ours < 1.2 * cost(lambda: by_program(flood))
    assert 50 * ours < cost(lambda: by_dpkt(flood), 1)


def test_packets(flood):
    ours = cost(lambda: sum(1 for _ in pktbench.packets(flood, columns=COLUMNS)), 3)

    def by_ethernet():
        with flood.open("rb") as file:
            for _, data in dpkt.pcap.Reader(file):
                dpkt.ethernet.Ethernet(data)
    assert 5 * ours < cost(by_ethernet, 1)
