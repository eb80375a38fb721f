"""Which captures of a folder a stream of the data source of PySpark reads, without Spark."""

import gzip
import json
import os
import shutil

import pytest

import pktbench
from conftest import program
from pyspark_pktbench import _options, _series


def test_places():
    names = ["t.pcap", "t.pcap1", "t.pcap2.gz", "t.pcap10"]
    places = [_series.place("/x/" + name) for name in names]
    assert {series for series, _ in places} == {"/x/t.pcap"}
    assert [order for _, order in places] == sorted(order for _, order in places)
    early, late = (_series.place(f"t-{when}.pcap") for when in ("20260401-1259", "20260401-1300"))
    assert early[0] == late[0] != places[0][0]
    assert early[1] < late[1]


class Drop:
    """A folder into which captures are dropped."""

    def __init__(self, folder, flood):
        self.folder, self.flood, self.at = folder, flood, 10**18

    def __call__(self, name):
        shutil.copy(self.flood, self.folder / name)
        self.at += 10**9
        os.utime(self.folder / name, ns=(0, self.at))

    def stream(self, **options):
        return _series.FolderStream(_options.parse({"path": str(self.folder), **options}, stream=True))


def names(tasks):
    return [os.path.basename(task.files[0][0]) for task in tasks]


@pytest.fixture
def drop(tmp_path, folder):
    small = folder / "tiny.pcap"
    if not small.exists():
        program("gen", "tcp-flood", "--size", 2000, "-o", small)
    return Drop(tmp_path, small)


def test_stream(drop):
    stream = drop.stream()
    assert stream.latest() == {}
    drop("t.pcap")
    assert stream.latest() == {}
    drop("t.pcap1")
    first = stream.latest()
    assert names(stream.tasks({}, first)) == ["t.pcap"]
    assert stream.latest() == first
    drop("u-20260401.pcap")
    drop("t.pcap2")
    drop("t.pcap3")
    second = stream.latest()
    assert names(stream.tasks(first, second)) == ["t.pcap1", "t.pcap2"]
    restarted = drop.stream()  # which is asked for the batch that was not committed
    assert names(restarted.tasks(first, second)) == ["t.pcap1", "t.pcap2"]
    assert restarted.latest() == second
    restarted = drop.stream()  # after the commit
    third = restarted.latest()  # as PySpark 4.0 calls it
    assert names(restarted.tasks(second, third)) == []
    assert drop.stream().latest(second) == second
    assert sorted(names(drop.stream(complete="renamed").tasks({}, drop.stream(complete="renamed").latest()))) == [
        "t.pcap", "t.pcap1", "t.pcap2", "t.pcap3", "u-20260401.pcap"]


def test_stream_says_what_it_would_lose(drop, tmp_path):
    for name in ("t.pcap", "t.pcap1", "t.pcap3", "t.pcap4"):
        drop(name)
    stream = drop.stream()
    end = stream.latest()
    drop("t.pcap2")
    with pytest.raises(pktbench.Error, match="t.pcap2: came after .*t.pcap3 was planned"):
        stream.tasks({}, end)
    (tmp_path / "t.pcap2").unlink()
    drop("t.pcap")  # tcpdump was started anew
    drop("t.pcap5")
    with pytest.raises(pktbench.Error, match="t.pcap: was written after .*t.pcap3"):
        stream.tasks(end, stream.latest())
    (tmp_path / "t.pcap").unlink()
    assert names(stream.tasks(end, stream.latest())) == ["t.pcap4"]
    (tmp_path / "t.pcap4").unlink()
    with pytest.raises(pktbench.Error, match="t.pcap4: was planned, and is gone"):
        stream.tasks(end, stream.latest())
    with pytest.raises(pktbench.OptionError, match="reads a folder"):
        _series.FolderStream(_options.parse({"path": str(tmp_path / "t.pcap3")}, stream=True)).latest()
    with pytest.raises(pktbench.OptionError, match="join"):
        _options.parse({"path": str(tmp_path), "join": "true"}, stream=True)


def test_stream_passes_over_what_is_being_written(drop, tmp_path):
    """Names that begin with a dot or `_`, also of folders, and endings of those who write and rename."""
    unfinished = [".t.pcap2", "_t.pcap2", "t.pcap2.tmp", "t.pcap2.part", "t.pcap2.partial", "t.pcap2.crdownload", "t.pcap2~",
                  "t.pcap2.gz.TMP"]
    for folder in ("_temporary", ".staged", "site"):
        (tmp_path / folder).mkdir()
    for name in ("t.pcap1", *unfinished, "_temporary/t.pcap", ".staged/t.pcap", "site/u_1.pcap", "site/t.pcap.tmp"):
        drop(name)
    stream = drop.stream(complete="renamed", recursive="true")
    first = stream.latest()
    assert sorted(names(stream.tasks({}, first))) == ["t.pcap1", "u_1.pcap"] and len(first) == 2
    (tmp_path / "t.pcap2.tmp").rename(tmp_path / "t.pcap2")
    second = stream.latest()
    assert names(stream.tasks(first, second)) == ["t.pcap2"] and len(second) == 2
    assert drop.stream(recursive="true").latest().keys() == {str(tmp_path / "t.pcap")}


def later_than(path):
    """Wait until a file that changes now has a later time of change."""
    probe = path.with_name(".probe")
    while True:
        probe.write_bytes(b"")
        if probe.stat().st_ctime_ns > path.stat().st_ctime_ns:
            return


def test_stream_finds_late_files_with_old_times(drop, tmp_path):
    """As rsync -t, cp -p and mv bring them: mtime is old, and ctime is not."""
    for name in ("t.pcap1", "t.pcap4", "t.pcap5"):
        drop(name)
    stream = drop.stream()
    first = stream.latest()
    assert names(stream.tasks({}, first)) == ["t.pcap1", "t.pcap4"]
    later_than(tmp_path / "t.pcap5")
    outside = tmp_path / ".outside"
    shutil.copy(drop.flood, outside)
    os.utime(outside, ns=(0, 10**18))
    outside.rename(tmp_path / "t.pcap2")
    drop("t.pcap6")
    for again in (stream, drop.stream()):  # after a restart too
        with pytest.raises(pktbench.Error, match="t.pcap2: was written after .*t.pcap4.* or came or changed after it"):
            again.tasks(first, again.latest(first))
    old = {series: {key: value for key, value in mark.items() if key != "changed_ns"} for series, mark in first.items()}
    assert names(drop.stream().tasks(old, drop.stream().latest(old))) == ["t.pcap5"]  # a checkpoint of before
    (tmp_path / "t.pcap2").unlink()
    assert names(stream.tasks(first, stream.latest(first))) == ["t.pcap5"]


def test_stream_while_a_file_is_packed(drop, tmp_path):
    """Until gzip ends, the packed file has the time of now, and the other one is there, too."""
    for name in ("t.pcap1", "t.pcap2", "t.pcap3"):
        drop(name)
    stream = drop.stream()
    first = stream.latest()
    assert names(stream.tasks({}, first)) == ["t.pcap1", "t.pcap2"]
    packed = gzip.compress((tmp_path / "t.pcap2").read_bytes())
    drop("t.pcap4")
    for content in (b"", packed[:20], packed):
        (tmp_path / "t.pcap2.gz").write_bytes(content)
        assert (tmp_path / "t.pcap2.gz").stat().st_mtime_ns > (tmp_path / "t.pcap3").stat().st_mtime_ns
        for again in (stream, drop.stream()):
            second = again.latest(first)
            assert names(again.tasks(first, second)) == ["t.pcap3"]
    shutil.copystat(tmp_path / "t.pcap2", tmp_path / "t.pcap2.gz")
    assert names(stream.tasks(first, stream.latest(first))) == ["t.pcap3"]
    (tmp_path / "t.pcap2").unlink()
    assert names(stream.tasks(first, stream.latest(first))) == ["t.pcap3"]
    (tmp_path / "t.pcap1.gz").write_bytes(packed)  # nothing was packed: it is new
    (tmp_path / "t.pcap1").unlink()
    with pytest.raises(pktbench.Error, match="t.pcap1.gz: was written after"):
        stream.tasks(first, second)


def test_stream_with_a_file_that_goes(drop, tmp_path, monkeypatch):
    """A file that has been read may be removed at any moment."""
    for name in ("t.pcap1", "t.pcap2", "t.pcap3"):
        drop(name)
    stream = drop.stream()
    first = stream.latest()
    drop("t.pcap4")
    listed = pktbench.captures(str(tmp_path) + "/")
    (tmp_path / "t.pcap1").unlink()
    (tmp_path / "t.pcap4").unlink()
    monkeypatch.setattr(pktbench, "captures", lambda *_, **__: listed)
    second = stream.latest(first)
    assert second == first  # t.pcap3 is the last one that is there
    drop("t.pcap4")
    second = stream.latest(first)
    assert names(stream.tasks(first, second)) == ["t.pcap3"]


def test_stream_with_packed_and_unpacked(drop, tmp_path):
    """Rows that would be there twice."""
    for name in ("t.pcap1", "t.pcap2", "t.pcap3"):
        drop(name)
    for name in ("t.pcap1.gz", "t.pcap1.zst"):
        (tmp_path / name).write_bytes(gzip.compress((tmp_path / "t.pcap1").read_bytes()))
        for options in ({}, {"complete": "renamed"}):
            with pytest.raises(pktbench.Error, match=f"t.pcap1 and .*{name}: are one capture, packed and unpacked"):
                drop.stream(**options).latest()
        (tmp_path / name).unlink()
    stream = drop.stream()
    assert names(stream.tasks({}, stream.latest())) == ["t.pcap1", "t.pcap2"]


def test_stream_of_folders_in_one_another(drop, tmp_path):
    (tmp_path / "site").mkdir()
    for name in ("t.pcap1", "t.pcap2", "site/t.pcap1", "site/t.pcap2", "site/t.pcap3"):
        drop(name)
    paths = json.dumps([str(tmp_path), f"{tmp_path}/site/", f"{tmp_path}/../{tmp_path.name}"])
    stream = _series.FolderStream(_options.parse({"paths": paths, "recursive": "true"}, stream=True))
    assert sorted(names(stream.tasks({}, stream.latest()))) == ["t.pcap1", "t.pcap1", "t.pcap2"]


def test_stream_with_files_that_change_when_read(drop, tmp_path):
    """What was repaired in the last batch, removed, or packed in place, is not late."""
    for name in ("t.pcap1", "t.pcap2", "t.pcap3"):
        drop(name)
    stream = drop.stream()
    first = stream.latest()
    later_than(tmp_path / "t.pcap3")
    when = (tmp_path / "t.pcap2").stat().st_mtime_ns
    shutil.copy(drop.flood, tmp_path / "t.pcap2")
    os.utime(tmp_path / "t.pcap2", ns=(when, when))
    drop("t.pcap4")
    second = stream.latest(first)
    assert names(stream.tasks(first, second)) == ["t.pcap3"]
    packed = tmp_path / "t.pcap1.gz"
    packed.write_bytes(gzip.compress((tmp_path / "t.pcap1").read_bytes()))
    shutil.copystat(tmp_path / "t.pcap1", packed)
    (tmp_path / "t.pcap1").unlink()
    drop("t.pcap5")
    third = stream.latest(second)
    assert names(stream.tasks(second, third)) == ["t.pcap4"]
    later_than(tmp_path / "t.pcap5")
    (tmp_path / "t.pcap3").chmod(0o600)
    drop("t.pcap6")
    with pytest.raises(pktbench.Error, match="t.pcap3: .*if it has been read, move it out of the folder"):
        stream.tasks(third, stream.latest(third))
