"""The programs of doc/python.md run; those of a pair, with two libraries, have the same result. The notebook
runs, and its outputs are those that are stored in it."""

import importlib.util
import inspect
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

import pktbench
from conftest import program

PAGE = (Path(__file__).resolve().parents[2] / "doc" / "python.md").read_text(encoding="utf-8")
PROGRAM = r"```python\n(.*?)```\n"
PAIRS = re.findall(rf"<!-- pair: (\w+) -->\n\n{PROGRAM}\n{PROGRAM}", PAGE, re.DOTALL)
NEEDS = {"pyshark": "tshark"}
NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "examples/notebooks").glob("*.ipynb"))
NOTEBOOK_NEEDS = ("nbclient", "ipykernel", "matplotlib", "river")
SNIFF = inspect.signature(pktbench.sniff)


def run(code, path, **names):
    names["path"] = str(path)
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
def test_other_programs(small, capsys, tmp_path, monkeypatch):
    programs = [code for code in re.findall(PROGRAM, PAGE, re.DOTALL)
                if not any(code in pair for pair in PAIRS)]
    assert len(programs) == 6
    for name in ("Benign", "Mirai/deeper"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "a.pcap").write_bytes(small.read_bytes())
    monkeypatch.setattr(pktbench, "sniff", Sniffed)
    for code in programs:
        run(code, small, folder=tmp_path, interface=str(small))
        assert ("print" in code) == bool(capsys.readouterr().out)


class Sniffed:
    """Rows of a capture instead of an interface, which needs rights; the arguments must be those of sniff()."""

    def __init__(self, interface, **options):
        SNIFF.bind(interface, **options)
        assert options.pop("duration") == "10s"
        self.rows = pktbench.read(interface, **options)

    def __enter__(self):
        return self.rows

    def __exit__(self, *error):
        pass


def test_errors_of_the_page():
    assert set(re.findall(r"`(\w+Error|\w+Warning)`", PAGE)) >= {"OptionError", "CaptureError",
                                                                "CaptureWarning"}
    for code in pktbench._errors._WARNINGS:
        assert f"`{code}`" in PAGE
    for name in pktbench.__all__:
        assert getattr(pktbench, name).__doc__, name


@pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")
@pytest.mark.filterwarnings("ignore")
def test_udp_in_tunnels(folder):
    """What the page says of PyShark's filter `udp`: with the columns of level inner, the ports are the same."""
    path = folder / "mix.pcap"
    program("gen", "dataset-mix", "--size", 2000000, "-o", path)
    fields = subprocess.run(["tshark", "-r", path, "-Y", "udp", "-T", "fields", "-e", "udp.srcport", "-e", "udp.dstport",
                             "-E", "occurrence=f"], capture_output=True, text=True, check=True).stdout
    expected = sorted(tuple(map(int, line.split())) for line in fields.splitlines())
    names = ["ip_proto", "src_port", "dst_port", "in_ip_proto", "in_src_port", "in_dst_port"]
    outer, inner = [], []
    for row in pktbench.read(path, level="inner", columns=names):
        if row.ip_proto == 17 and row.src_port is not None:
            outer.append((row.src_port, row.dst_port))
        elif row.in_ip_proto == 17 and row.in_src_port is not None:
            inner.append((row.in_src_port, row.in_dst_port))
    assert inner and sorted(outer + inner) == expected
    assert sorted(map(tuple, pktbench.read(path, columns="src_port,dst_port", filter="udp"))) == sorted(outer)


def test_second_of_a_time(tmp_path):
    """The last nanosecond of a second is not rounded up."""
    path = tmp_path / "a.pcap"
    path.write_bytes(struct.pack("<IHHiIIIIIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1, 1700000000,
                                 999999999, 14, 14) + bytes(14))
    ours = next(ours for name, _, ours in PAIRS if name == "seconds")
    assert run(ours, path) == {1700000000: 1}


def texts(notebook):
    """The outputs of each cell; of a figure, only that there is one."""
    return [[output.get("text") or ("image/png" in output["data"]
                                    or output["data"]["text/plain"])
             for output in cell.get("outputs", ())] for cell in notebook.cells]


@pytest.mark.skipif(any(not importlib.util.find_spec(name) for name in NOTEBOOK_NEEDS),
                    reason="nbclient, ipykernel, matplotlib or river is not installed")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook(path, tmp_path, monkeypatch):
    import nbclient
    import nbformat
    monkeypatch.delenv("INTERFACE", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # of an environment that is not activated
    notebook = nbformat.read(path, as_version=4)
    stored = texts(notebook)
    assert any(stored)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3",
                            resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert texts(notebook) == stored


def test_there_is_a_notebook():
    assert NOTEBOOKS
