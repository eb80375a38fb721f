"""Captures for the tests, made by the program that PKTBENCH names."""

import os
import subprocess
from pathlib import Path

import pyarrow
import pyarrow.ipc
import pytest

PROGRAM = os.environ["PKTBENCH"]
# Also what takes minutes: larger captures.
WHOLE = bool(os.environ.get("PKTBENCH_WHOLE"))


def program(*arguments):
    """Output of the program, which must succeed."""
    return subprocess.run([PROGRAM, *map(str, arguments)], check=True, capture_output=True).stdout


def extracted(*arguments):
    """The table of `pktbench extract`."""
    return pyarrow.ipc.open_stream(program("extract", "--format", "arrow", *arguments)).read_all()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("captures")


def _generated(folder, scenario, ending):
    path = folder / f"{scenario}.{ending}"
    program("gen", scenario, "--size", 2000000, "--format", ending, "-o", path)
    return path


@pytest.fixture(scope="session")
def flood(folder):
    """A capture of 2 MB."""
    return _generated(folder, "tcp-flood", "pcap")


@pytest.fixture(scope="session")
def home(folder):
    """A pcapng capture with many kinds of packets."""
    return _generated(folder, "benign-iot", "pcapng")


@pytest.fixture(scope="session")
def cut(folder, flood):
    """The capture without its last 7 bytes."""
    path = folder / "cut.pcap"
    path.write_bytes(flood.read_bytes()[:-7])
    return path


@pytest.fixture(scope="session")
def corrupt(folder, flood):
    """The capture, with a length of 4 GiB in the header of the record after the first."""
    bytes_ = bytearray(flood.read_bytes())
    length = int.from_bytes(bytes_[32:36], "little")
    second = 24 + 16 + length
    bytes_[second + 8:second + 12] = b"\xff\xff\xff\xff"
    path = folder / "corrupt.pcap"
    path.write_bytes(bytes_)
    return path, second


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    from pyspark.sql import SparkSession
    work = tmp_path_factory.mktemp("spark")
    session = (SparkSession.builder.master("local[2,3]").config("spark.ui.enabled", "false")
               .config("spark.sql.session.timeZone", "UTC").config("spark.driver.memory", "1g")
               .config("spark.sql.warehouse.dir", str(work)).config("spark.sql.shuffle.partitions", "2")
               .config("spark.sql.python.filterPushdown.enabled", "true").getOrCreate())
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def pytest_configure(config):
    """Generated captures have packets out of order."""
    config.addinivalue_line("filterwarnings", "ignore::pktbench.CaptureWarning")


def given_warning(given, code):
    """The CaptureWarning of that code among those that were given."""
    return next(w for w in given if getattr(w.message, "code", None) == code)


def descriptors():
    """How many file descriptors this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))
