"""The programs of doc/python.md run; those of a pair, with two libraries, have the same result."""

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

import pktbench
from conftest import program

PAGE = (Path(__file__).resolve().parents[2] / "doc" / "python.md").read_text(encoding="utf-8")
PROGRAM = r"```python\n(.*?)```\n"
PAIRS = re.findall(rf"<!-- pair: (\w+) -->\n\n{PROGRAM}\n{PROGRAM}", PAGE, re.DOTALL)
NEEDS = {"pyshark": "tshark"}


def run(code, path):
    names = {"path": str(path)}
    exec(compile(code, "doc/python.md", "exec"), names)
    return names.get("result")


@pytest.fixture(scope="module")
def small(folder):
    """The libraries that are compared take a millisecond a packet."""
    path = folder / "small.pcap"
    program("gen", "benign-iot", "--size", 300000, "-o", path)
    return path


@pytest.mark.parametrize("name, other, ours", PAIRS, ids=[pair[0] for pair in PAIRS])
@pytest.mark.filterwarnings("ignore")
def test_pair(name, other, ours, small):
    library = re.search(r"^(?:import|from) (dpkt|scapy|pyshark|nfstream)", other,
                        re.MULTILINE).group(1)
    if not importlib.util.find_spec(library):
        pytest.skip(f"{library} is not installed")
    if library in NEEDS and not shutil.which(NEEDS[library]):
        pytest.skip(f"{NEEDS[library]} is not installed")
    result = run(ours, small)
    assert result == run(other, small)
    assert result


def test_all_pairs_are_found():
    assert len(PAIRS) == PAGE.count("<!-- pair:") == 10


@pytest.mark.filterwarnings("ignore")
def test_other_programs(small, capsys):
    programs = [code for code in re.findall(PROGRAM, PAGE, re.DOTALL)
                if not any(code in pair for pair in PAIRS)]
    assert len(programs) == 3
    for code in programs:
        run(code, small)
    assert capsys.readouterr().out


def test_errors_of_the_page():
    assert set(re.findall(r"`(\w+Error|\w+Warning)`", PAGE)) >= {"OptionError", "CaptureError",
                                                                "CaptureWarning"}
    for name in pktbench.__all__:
        assert getattr(pktbench, name).__doc__, name
