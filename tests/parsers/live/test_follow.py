"""Captures that grow while they are read: rows and features equal those of the complete file.

Usage: test_follow.py PKTBENCH SEND"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from wire import PKTBENCH, Run, file_rows, first_packets, main_on_files, pktbench, read_rows, rows_of


def test_follow():
    """A capture that grows in steps that end inside records."""
    for source in ("benign.pcap", "benign.pcapng"):
        content = Path(source).read_bytes()
        wanted = file_rows(source)
        with open("grows", "wb") as grows:
            run = Run("grows", "--follow", "--flush-every", "20ms", stdout=subprocess.PIPE)
            out = run.process.stdout
            steps = [0, 10, 30, 100, 3333, 100001, len(content) // 2 + 7, len(content)]
            for begin, end in zip(steps, steps[1:]):
                grows.write(content[begin:end])
                grows.flush()
                time.sleep(0.05)
            lines = [out.readline() for _ in range(len(wanted) + 1)]
            assert rows_of(b"".join(lines).decode()) == wanted
            assert run.process.poll() is None
            grows.write(content[:10])  # an incomplete record
            grows.flush()
            run.process.send_signal(signal.SIGTERM)
            assert out.read() == b""
            said = run.ended(0)
            others = [line for line in said.splitlines() if "no IP columns" not in line]
            assert len(others) == 2 and "following" in others[0], said
            out.close()
        run = Run("grows", "--follow", "-c", "7")
        assert "dropped" not in run.ended() and read_rows() == wanted[:7]
    run = Run("benign.pcap", "--follow", "--duration", "100ms", "--label", "from-folder",
              "--columns", "file,packet")
    run.ended()
    assert read_rows()[0] == ["benign.pcap", "1", Path(".").resolve().name]
    Path("lies").write_bytes(Path("benign.pcap").read_bytes()[:24] + b"\xff" * 16)
    assert "lies: record claims" in pktbench("extract", "--follow", "lies", status=2)


def test_hangup():
    """SIGHUP ends like SIGTERM; where it is ignored at the start, as by nohup, it ends nothing."""
    for source, options in (("benign.pcap", ()), ("flood.pcap", ("--features", "ciciot39"))):
        run = Run(source, "--follow", "-c", "20", *options, out="wanted.csv")
        run.ended()
        first_packets(source, 20, "grows")
        run = Run("grows", "--follow", *options)
        time.sleep(0.2)  # a signal before the first packet would lose none, either
        run.process.send_signal(signal.SIGHUP)  # the shell sends one, and the kernel another
        run.stop(by=signal.SIGHUP)
        got, wanted = Path("out.csv").read_text(), Path("wanted.csv").read_text()
        assert got.replace(",grows,", f",{source},") == wanted, (got, wanted)
        run = Run("grows", "--follow", *options, prefix=("nohup",))
        run.process.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        assert run.process.poll() is None, run.said()
        run.stop()
        assert Path("out.csv").read_text() == got


def test_changed():
    """A file that is truncated or replaced while it is followed is an error after its last row."""
    content = Path("benign.pcap").read_bytes()
    wanted = file_rows("benign.pcap")

    def shorter():
        os.truncate("grows", 24)

    def replaced():
        Path("new").write_bytes(content)
        os.rename("new", "grows")

    def removed():
        os.unlink("grows")

    for change, message in ((shorter, "the file became shorter while it was followed"),
                            (replaced, "the file was replaced by another one")):
        Path("grows").write_bytes(content)
        run = Run("grows", "--follow", "--flush-every", "20ms", stdout=subprocess.PIPE)
        for _ in range(len(wanted) + 1):
            run.process.stdout.readline()
        assert run.process.poll() is None
        change()
        said = run.ended(2)
        assert f"grows: {message}" in said and f"{len(wanted)} rows" in said, said
        run.process.stdout.close()
    Path("grows").write_bytes(content)  # a removed file may still be written
    run = Run("grows", "--follow")
    with open("grows", "ab") as grows:
        removed()
        time.sleep(0.2)  # it is said before more is written, and once
        grows.write(content[24:])
    time.sleep(0.2)
    said = run.stop()
    assert said.count("warning: grows: the file was removed or renamed: it is still followed") == 1, said
    assert len(read_rows()) == 2 * len(wanted)
    # Another file of its name ends it then.
    Path("grows").write_bytes(content)
    run = Run("grows", "--follow")
    removed()
    time.sleep(0.2)
    Path("grows").write_bytes(content)
    said = run.ended(2)
    assert "the file was removed or renamed" in said and "was replaced by another one" in said, said
    assert read_rows() == wanted


# Windows of packets and of time; all packets, pairs, flows; pieces; evicted flows.
FEATURES = (
    ("ciciot46",), ("ciciot46", "--reset-every", "100kB", "--window", "7"), ("ciciot39", "--reset-every", "none"),
    ("ciciot-fixed", "--columns", "packet,file,ts_ns,packets,iat_mean", "--label", "x"),
    ("ciciot-fixed", "--by", "pair", "--window", "200ms"),
    ("ciciot-fixed", "--by", "flow", "--window", "1s", "--max-flows", "5"),
    ("ciciot-fixed", "--by", "flow", "--window", "3", "--reset-every", "200kB"),
    ("records", "--idle", "200ms", "--active", "1"))


def test_features():
    """Features of a growing file equal those of the complete file, byte by byte."""
    for source in ("benign.pcap", "flood.pcap", "benign.pcapng"):
        content = Path(source).read_bytes()
        for options in FEATURES:
            Path("grows").write_bytes(b"")
            run = Run("grows", "--follow", "--flush-every", "20ms", "--features", *options)
            with open("grows", "ab") as grows:
                for begin in range(0, len(content), len(content) // 5 + 3):
                    grows.write(content[begin:begin + len(content) // 5 + 3])
                    grows.flush()
                    time.sleep(0.02)
            said = run.stop()
            wanted = pktbench("extract", source, "--features", *options)
            got = Path("out.csv").read_text(encoding="utf-8")
            assert got.replace(",grows,", f",{source},") == wanted, (source, options)
            assert ("flows were evicted" in said) == ("--max-flows" in options), said


def test_features_ends():
    """-c counts packets; the open window is written at the end; errors report counted packets."""
    wanted = pktbench("extract", "flood.pcap", "--features", "ciciot-fixed").splitlines()
    run = Run("flood.pcap", "--follow", "-c", "25", "--features", "ciciot-fixed")
    run.ended()
    got = Path("out.csv").read_text(encoding="utf-8").splitlines()
    assert got[:3] == wanted[:3] and len(got) == 4, got
    assert got[3].split(",")[1] == "5", got[3]
    run = Run("flood.pcap", "--follow", "-c", "25", "--features", "ciciot-fixed", "--format", "none", out=None)
    run.ended()
    run = Run("benign.pcap", "--follow", "--duration", "50ms", "--features", "ciciot39",
              "--format", "parquet", out="out.parquet")
    run.ended()
    content = Path("out.parquet").read_bytes()
    assert content[:4] == content[-4:] == b"PAR1"
    first_packets("flood.pcap", 25, "lies")
    with open("lies", "ab") as lies:
        lies.write(b"\xff" * 16)
    said = pktbench("extract", "--follow", "lies", "--features", "ciciot39", status=2)
    assert "packets before it were counted" in said, said


def test_headerless():
    """A file whose header is not written is as an interface without packets."""
    head = pktbench("extract", "benign.pcap", "-c", "1").splitlines(keepends=True)[0]
    for content in (b"", Path("benign.pcap").read_bytes()[:10]):
        for options, name, check in (
                ((), "out.csv", lambda path: path.read_text() == head),
                (("--format", "parquet"), "out.parquet", lambda path: path.read_bytes()[-4:] == b"PAR1"),
                (("--rotate-size", "1MB"), "piece.csv", None),
                (("--features", "ciciot39"), "out.csv", lambda path: path.read_text().count("\n") == 1)):
            Path("grows").write_bytes(content)
            Path(name).unlink(missing_ok=True)
            run = Run("grows", "--follow", "--duration", "100ms", *options, out=name)
            said = run.ended(0)
            assert "grows: 0 rows; the header of the file was not written yet" in said, said
            assert "error" not in said, said
            if check:
                assert check(Path(name)), (options, Path(name).read_bytes())
            else:
                (piece,) = Path(".").glob("piece-*-000001.csv")
                assert piece.read_text() == head
                piece.unlink()
    assert "gone.pcap: No such file" in pktbench("extract", "--follow", "gone.pcap", "--duration", "1s", status=2)


def test_rotation_replaces_nothing():
    """Runs of the same second, one after another and at once: no finished file is replaced."""
    first_packets("benign.pcap", 10, "small.pcap")
    wanted = file_rows("small.pcap")
    words = (PKTBENCH, "extract", "--follow", "small.pcap", "-c", "10", "--rotate-size", "1MB", "-o", "piece.csv")
    for _ in range(3):
        assert subprocess.run(words, stderr=subprocess.DEVNULL, check=False).returncode == 0
    runs = [subprocess.Popen(words, stderr=subprocess.DEVNULL) for _ in range(8)]
    assert [run.wait() for run in runs] == 8 * [0]
    found = list(Path(".").glob("piece-*.csv"))
    assert len(found) == 11, found
    for path in found:
        assert read_rows(path) == wanted, path
        path.unlink()
    assert not [path for path in Path(".").iterdir() if path.name.startswith(".")], "something is left"


if __name__ == "__main__":
    sys.exit(main_on_files(globals()))
