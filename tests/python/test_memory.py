"""Memory while a capture is iterated over does not grow with the capture."""

import subprocess
import sys

import pytest

from conftest import WHOLE, program

SIZE = 2_000_000_000 if WHOLE else 100_000_000
MEMORY_MB = 100


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "large.pcap"
    program("gen", "benign-iot", "--size", SIZE, "-o", path)
    yield path
    path.unlink()


@pytest.mark.parametrize("loop", [
    "for _ in pktbench.packets(path): rows += 1",
    "for row in pktbench.read(path, columns='src'): rows += 1",
    "for batch in pktbench.read(path).batches(): rows += len(batch)",
    "for batch in pktbench.read(path, columns='src', filter='tcp').batches(): rows += len(batch)",
])
def test_peak(large, loop):
    code = ("import pktbench, sys, warnings; warnings.simplefilter('ignore')\n"
            f"path, rows = sys.argv[1], 0\n{loop}\n"
            "print(rows, open('/proc/self/status').read().split('VmHWM:')[1].split()[0])")
    used = subprocess.run([sys.executable, "-c", code, large], check=True, capture_output=True)
    rows, kilobytes = map(int, used.stdout.split())
    assert rows > SIZE // 2000
    assert kilobytes < MEMORY_MB * 1000
