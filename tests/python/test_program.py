"""The program in the package: the command, `python -m pktbench`, bench() and choose()."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import pktbench
from conftest import program

COMMAND = Path(sys.executable).with_name("pktbench")
RESULTS = Path(__file__).resolve().parents[2] / "results" / "reference" / "default.json"


def command(*words):
    """Output of the package's program, which must succeed."""
    return subprocess.run([COMMAND, *map(str, words)], check=True, capture_output=True).stdout


@pytest.mark.parametrize("words", [
    ("extract", "CAPTURE"), ("info", "CAPTURE"), ("gen", "recon", "--size", "100000", "-o", "-"),
    ("report", "--format", "csv", RESULTS), ("choose", "--need", "headers", RESULTS),
], ids=lambda words: words[0])
def test_commands(words, flood):
    words = [flood if word == "CAPTURE" else word for word in words]
    assert command(*words) == program(*words)


def test_module_and_status(flood):
    words = [sys.executable, "-m", "pktbench"]
    version = subprocess.check_output([*words, "--version"], text=True)
    assert version.startswith(f"pktbench {pktbench.__version__} ")
    bad = subprocess.run([*words, "extract", "none.pcap"], capture_output=True, check=False)
    assert bad.returncode == 2 and b"none.pcap" in bad.stderr
    read, write = os.pipe()
    os.close(read)
    closed = subprocess.run([*words, "list", "columns"], stdout=write, stderr=subprocess.PIPE,
                            check=False)
    os.close(write)
    assert (closed.returncode, closed.stderr) == (-signal.SIGPIPE, b"")


def test_bench_and_choose(flood, capsys):
    results = pktbench.bench(flood, backends=["raw", "dpkt"], levels="headers", reference="dpkt",
                             processes=1, rounds=1)
    statuses = {run["backend"]: run["status"] for run in results["runs"]}
    assert statuses == {"raw": "ok", "dpkt": "ok"}
    assert "pktbench: " in capsys.readouterr().err
    answer = pktbench.choose(results, need="headers")
    assert answer["winner"] == "raw"
    known = pktbench.choose(RESULTS, need="headers")
    assert known == pktbench.choose(json.loads(RESULTS.read_text(encoding="utf-8")), need="headers")


def test_wrong_arguments(tmp_path):
    with pytest.raises(FileNotFoundError, match="none.pcap"):
        pktbench.bench(tmp_path / "none.pcap")
    with pytest.raises(pktbench.Error, match="nosuch"):
        pktbench.choose(RESULTS, need="nosuch")
    with pytest.raises(pktbench.OptionError, match="format"):
        pktbench.choose(RESULTS, format="table")
