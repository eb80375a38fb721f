"""Parts of a capture: their rows, one after another, are those of the capture."""

import gzip
import os
import pickle

import pyarrow
import pytest

import pktbench
from conftest import extracted, program

QUERIES = [
    ([], {}),
    (["--level", "frames", "--columns", "packet,ts_ns"], {"level": "frames",
                                                          "columns": "packet,ts_ns"}),
    (["--level", "flows"], {"level": "flows"}),
    (["--columns", "packet,stream"], {"columns": "packet,stream"}),
    (["-f", "tcp", "--columns", "packet,src"], {"filter": "tcp", "columns": "packet,src"}),
    (["--features", "ciciot46", "--reset-every", "100kB"],
     {"features": "ciciot46", "reset_every": "100kB"}),
    (["--features", "records", "--reset-every", "100kB", "--idle", "1"],
     {"features": "records", "reset_every": "100kB", "idle": 1}),
]


@pytest.mark.parametrize("options, arguments", QUERIES, ids=lambda q: " ".join(map(str, q)))
@pytest.mark.parametrize("size", [1, 100000, 10**9])
@pytest.mark.parametrize("capture", ["flood", "home"])
def test_parts(capture, size, options, arguments, request):
    path = request.getfixturevalue(capture)
    if size == 1:
        numbered = "flows" in arguments.values() or "stream" in arguments.get("columns", "")
        size = 50000 if numbered else 2000
    parts = pickle.loads(pickle.dumps(pktbench.plan(path, size, **arguments)))
    assert len(parts) == 1 if size == 10**9 else len(parts) > 5
    assert parts[-1].stop == path.stat().st_size
    expected = extracted(*options, path)
    for threads in (1, 3):
        tables = [pktbench.read(path, part=part, threads=threads, **arguments).to_arrow() for part in parts]
        assert pyarrow.concat_tables(tables).equals(expected)


def test_what_cannot_be_divided(flood, tmp_path, cut):
    packed = tmp_path / "a.pcap.gz"
    packed.write_bytes(gzip.compress(flood.read_bytes()))
    with pytest.raises(pktbench.OptionError, match="compressed"):
        pktbench.plan(packed)
    with pytest.raises(pktbench.OptionError, match="reset_every"):
        pktbench.plan(flood, features="ciciot-fixed")
    with pytest.raises(pktbench.OptionError, match="reset_every"):
        pktbench.plan(flood, features="records")
    for options in ({"count": 10}, {"join": True}, {"level": "flows", "filter": "udp"}):
        with pytest.raises(pktbench.OptionError, match="combined|divided"):
            pktbench.plan(flood, 10000, **options)
    os.mkfifo(tmp_path / "fifo")  # nobody writes to it
    with pytest.raises(pktbench.OptionError, match="reads .*fifo: it must be a file"):
        pktbench.plan(flood, labels=tmp_path / "fifo")
    with pytest.raises(pktbench.OptionError, match="count"):
        pktbench.read(flood, part=pktbench.plan(flood, 10000)[0], count=3).to_arrow()
    for numbered in ({"level": "flows"}, {"columns": "stream"}):
        with pytest.raises(pktbench.OptionError, match="stream numbers depend"):
            pktbench.read(flood, part=pktbench.plan(flood, 10000)[1], **numbered)
    with pytest.raises(pktbench.OptionError, match="one capture"):
        pktbench.plan([flood, flood])
    with pytest.raises(FileNotFoundError):
        pktbench.plan(tmp_path / "none.pcap")
    with pytest.raises(pktbench.CaptureError, match="at byte"):
        pktbench.plan(cut)


def test_a_part_ends_exactly(flood, tmp_path):
    part = pktbench.plan(flood, 100000)[2]
    wrong = part._replace(stop=part.stop - 1)
    with pytest.raises(pktbench.CaptureError) as raised:
        pktbench.read(flood, part=wrong).to_arrow()
    assert raised.value.path == str(flood)
    assert part.start < raised.value.offset < part.stop
    shorter = tmp_path / "shorter.pcap"
    shorter.write_bytes(flood.read_bytes()[:part.start])
    with pytest.raises(pktbench.CaptureError, match="shorter"):
        pktbench.read(shorter, part=part).to_arrow()


@pytest.mark.parametrize("ending", ["pcap", "pcapng"])
def test_an_index_is_read_instead(tmp_path, ending):
    path = tmp_path / f"big.{ending}"
    program("gen", "tcp-flood", "--size", 6000000, "--format", ending, "-o", path)
    walked = pktbench.plan(path, 2000000)
    program("index", path)
    status = path.stat()
    # Bytes in the middle that a walk would find: the index is read in its place.
    whole = bytearray(path.read_bytes())
    whole[3000000:3010000] = bytes(10000)
    path.write_bytes(whole)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    parts = pktbench.plan(path, 1)
    assert len(parts) > 4 and len(walked) > 1
    assert [part.start for part in pktbench.plan(path, 10**9)] == [walked[0].start]
    with pytest.raises(pktbench.CaptureError):
        pktbench.plan(path, 1, features="ciciot46", reset_every="1MB")
    program("gen", "tcp-flood", "--size", 6000000, "--format", ending, "-o", path)
    with pytest.raises(pktbench.OptionError, match="its index is of another file.*time of change"):
        pktbench.plan(path, 1)
    program("index", path)
    for options in ({}, {"level": "flows"}):
        parts = pktbench.plan(path, 1, **options)
        tables = [pktbench.read(path, part=part, **options).to_arrow() for part in parts]
        assert pyarrow.concat_tables(tables).equals(pktbench.read(path, **options).to_arrow())
    assert pktbench.captures(tmp_path) == [str(path)]
    index = tmp_path / f"{path.name}.pktindex"
    index.write_bytes(index.read_bytes()[:-1])
    with pytest.raises(pktbench.OptionError, match="its index is damaged"):
        pktbench.plan(path, 1)
    index.unlink()
    assert len(pktbench.plan(path, 1)) > 100
