"""Rows of captures: equal to those of `pktbench extract`, in every library that takes them."""

import bz2
import gzip
import lzma
import subprocess
import sys
import threading

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest

import pktbench
from conftest import descriptors, extracted, given_warning

# The options of extract, and the arguments of read().
QUERIES = [
    ([], {}),
    (["--level", "frames"], {"level": "frames"}),
    (["--level", "flows", "--flow-rule", "wireshark-4.4"],
     {"level": "flows", "flow_rule": "wireshark-4.4"}),
    (["--level", "app"], {"level": "app"}),
    (["--level", "inner"], {"level": "inner"}),
    (["--columns", "packet,ts,src,file,dst_port"], {"columns": "packet,ts,src,file,dst_port"}),
    (["-f", "tcp port 443", "--columns", "packet,src,dst"],
     {"filter": "tcp port 443", "columns": ["packet", "src", "dst"]}),
    (["--features", "ciciot46"], {"features": "ciciot46"}),
    (["--features", "ciciot39", "--window", "100", "--reset-every", "1MB"],
     {"features": "ciciot39", "window": 100, "reset_every": "1MB"}),
    (["--features", "ciciot-fixed", "--window", "500ms", "--by", "pair", "-f", "ip",
      "--label", "x"],
     {"features": "ciciot-fixed", "window": "500ms", "by": "pair", "filter": "ip", "label": "x"}),
    (["--features", "ciciot-fixed", "--by", "flow", "--columns", "packet,file,label", "--label",
      "from-folder"],
     {"features": "ciciot-fixed", "by": "flow", "columns": "packet,file,label",
      "label": "from-folder"}),
    (["--features", "records"], {"features": "records"}),
    (["--features", "records", "--idle", "0.1", "--active", "none", "--columns",
      "end_reason,packet,src,last_ns"],
     {"features": "records", "idle": 0.1, "active": "none",
      "columns": "end_reason,packet,src,last_ns"}),
    (["--label", "from-folder"], {"label": "from-folder"}),
    (["--backend", "libpcap", "-c", "1000"], {"backend": "libpcap", "count": 1000}),
    (["--columns", "ts,dns.qry.name,stream,in_key,ip_len"],
     {"columns": "ts,dns.qry.name,stream,in_key,ip_len"}),
    (["--inner", "--level", "flows"], {"inner": True, "level": "flows"}),
]


@pytest.mark.parametrize("options, arguments", QUERIES, ids=lambda q: " ".join(map(str, q)))
@pytest.mark.parametrize("capture", ["flood", "home"])
def test_as_extract(capture, options, arguments, request):
    path = request.getfixturevalue(capture)
    expected = extracted(*options, path)
    rows = pktbench.read(path, **arguments)
    assert rows.columns == expected.column_names
    table = pyarrow.table(rows)
    assert table.equals(expected)
    assert rows.to_arrow().equals(expected)
    assert rows.schema.equals(expected.schema)
    assert len(expected) > 0
    for threads in (2, 3):
        rows = pktbench.read(path, threads=threads, batch_rows=1000, **arguments)
        assert pyarrow.table(rows).equals(expected)


def test_features_of_inner_headers(flood, tmp_path):
    """Each packet of the capture in an IPv4 header."""
    data, path, at = flood.read_bytes(), tmp_path / "tunnel.pcap", 24
    out = data[:24]
    while at < len(data):
        end = at + 16 + int.from_bytes(data[at + 8:at + 12], "little")
        packet = data[at + 30:end]
        size = 20 + len(packet)
        header = b"\x45\0" + size.to_bytes(2, "big") + b"\0\1\0\0\x40\4\0\0\x0a\0\0\1\x0a\0\0\2"
        out += data[at:at + 8] + 2 * (14 + size).to_bytes(4, "little") + data[at + 16:at + 30]
        out += header + packet
        at = end
    path.write_bytes(out)
    expected = extracted("--features", "ciciot-fixed", "--by", "pair", "--inner", path)
    rows = pktbench.read(path, features="ciciot-fixed", by="pair", inner=True)
    assert rows.to_arrow().equals(expected)
    assert pktbench.read(path, features="ciciot-fixed", by="pair").to_arrow() != expected


LABELLED = [
    ([], {}),
    (["--columns", "label,packet"], {"columns": "label,packet"}),
    (["--label-by", "stream", "--level", "flows"], {"label_by": "stream", "level": "flows"}),
    (["-f", "udp"], {"filter": "udp"}),
    (["--features", "ciciot39"], {"features": "ciciot39"}),
    (["--features", "ciciot46", "--window", "100", "--label-by", "stream"],
     {"features": "ciciot46", "window": 100, "label_by": "stream"}),
    (["--features", "ciciot-fixed", "--by", "pair", "--columns", "packet,label_share"],
     {"features": "ciciot-fixed", "by": "pair", "columns": ["packet", "label_share"]}),
    (["--features", "ciciot-fixed", "--by", "flow", "--inner"],
     {"features": "ciciot-fixed", "by": "flow", "inner": True}),
    (["--features", "records"], {"features": "records"}),
]


@pytest.mark.parametrize("options, arguments", LABELLED, ids=lambda q: " ".join(map(str, q)))
def test_labels(home, tmp_path, options, arguments):
    """Labels that change every 37 packets; a label of some streams and windows is that of most."""
    count = extracted("--columns", "packet", home).num_rows
    labels = pandas.DataFrame({"packet": range(1, count)})
    labels["label"] = [f"l{n // 37 % 5}" for n in labels["packet"]]
    path = tmp_path / "labels.csv"
    labels.to_csv(path, index=False)
    expected = extracted(*options, "--labels", path, home)
    rows = pktbench.read(home, labels=path, **arguments)
    assert rows.columns == expected.column_names
    assert rows.to_arrow().equals(expected)
    assert len(set(expected["label"].to_pylist())) > 3
    if "features" in arguments:
        assert 0 < min(expected["label_share"].to_pylist()) < max(expected["label_share"].to_pylist()) <= 1
    for threads in (1, 2, 3):
        again = pktbench.read(home, labels=path, batch_rows=100, threads=threads, **arguments)
        assert again.to_arrow().equals(expected)
    assert rows.to_pandas()["label"].tolist() == expected["label"].to_pylist()
    assert rows.to_polars()["label"].to_list() == expected["label"].to_pylist()


def test_labels_of_parts(flood, tmp_path):
    path = tmp_path / "labels.csv"
    count = extracted("--columns", "packet", flood).num_rows
    path.write_text("packet,label\n" + "".join(f"{n},l{n // 9 % 4}\n" for n in range(1, count + 1)))
    for options in ({"columns": "packet"}, {"features": "ciciot39", "reset_every": "300kB"}):
        whole = pktbench.read(flood, labels=path, **options).to_arrow()
        parts = pktbench.plan(flood, 500_000, labels=path, **options)
        tables = [pktbench.read(flood, labels=path, part=part, **options).to_arrow() for part in parts]
        assert len(parts) > 2 and pyarrow.concat_tables(tables).equals(whole)
    with pytest.raises(pktbench.OptionError, match="label_by stream depends on all packets"):
        pktbench.plan(flood, 500_000, labels=path, label_by="stream")


def test_several_captures(flood, home, folder):
    both = extracted("--columns", "packet,file", flood, home)
    assert pktbench.read([flood, str(home)], columns="packet,file").to_arrow().equals(both)
    joined = extracted("--join", "--columns", "packet", flood, home)
    assert pktbench.read([flood, home], join=True, columns="packet").to_arrow().equals(joined)
    assert pktbench.read(f"{folder}/*flood.pcap").to_arrow().equals(extracted(flood))


def test_folder(flood, tmp_path):
    (tmp_path / "in" / "deeper").mkdir(parents=True)
    for name in ("in/b.pcap", "in/a.pcap", "in/deeper/c.pcap"):
        (tmp_path / name).write_bytes(flood.read_bytes())
    (tmp_path / "in" / "notes.txt").write_text("no capture")
    with pytest.warns(pktbench.CaptureWarning, match="1 files or folders") as given:
        frame = pktbench.read(tmp_path / "in", columns="file").to_pandas()
    assert list(frame["file"].unique()) == ["a.pcap", "b.pcap"]
    warning = given_warning(given, "no-captures")
    assert (warning.message.count, warning.message.path) == (1, None)
    assert warning.filename == __file__
    deeper = pktbench.read(tmp_path / "in", columns="file", recursive=True).to_pandas()
    assert list(deeper["file"].unique()) == ["a.pcap", "b.pcap", "c.pcap"]


def zstd(bytes_):
    return pyarrow.compress(bytes_, codec="zstd", asbytes=True)


@pytest.mark.parametrize("pack, ending", [(gzip.compress, "gz"), (lzma.compress, "xz"), (zstd, "zst")])
def test_compressed(flood, tmp_path, pack, ending):
    path = tmp_path / f"a.pcap.{ending}"
    path.write_bytes(pack(flood.read_bytes()))
    expected = extracted("--columns", "packet,src", flood)
    assert pktbench.read(path, columns="packet,src").to_arrow().equals(expected)
    with path.open("rb") as file:
        assert pktbench.read(file, columns="packet,src").to_arrow().equals(expected)


def test_file_object(flood):
    expected = extracted(flood)
    with flood.open("rb") as file:
        rows = pktbench.read(file)
        assert rows.to_arrow().equals(expected)
        assert pyarrow.table(rows).equals(expected)  # it has seek()
    packed = bz2.BZ2File(__import__("io").BytesIO(bz2.compress(flood.read_bytes())))
    assert pktbench.read(packed).to_arrow().equals(expected)


def test_pipe_is_read_once(flood):
    with subprocess.Popen(["cat", flood], stdout=subprocess.PIPE) as cat:
        rows = pktbench.read(cat.stdout)
        assert rows.to_arrow().equals(extracted(flood))
        with pytest.raises(pktbench.OptionError, match="can be read once"):
            rows.to_arrow()


def test_pandas(home):
    table = extracted("--columns", "ts_ns,src,dst_port,ip_ttl,tcp_seq", home)
    frame = pktbench.read(home, columns="ts_ns,src,dst_port,ip_ttl,tcp_seq").to_pandas()
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "ts_ns": "datetime64[ns, UTC]", "src": "string[pyarrow]", "dst_port": "Int32",
        "ip_ttl": "Int16", "tcp_seq": "Int64"}
    assert frame["ts_ns"].astype("int64").to_list() == table["ts_ns"].to_pylist()
    ports = table["dst_port"].to_pylist()
    assert [None if p is pandas.NA else p for p in frame["dst_port"]] == ports
    assert None in ports
    assert frame.query("dst_port == 443").shape[0] == ports.count(443)
    features = pktbench.read(home, features="ciciot46").to_pandas()
    assert features["Rate"].dtype == numpy.float64


def test_other_libraries(home):
    expected = extracted("--columns", "packet,src,dst_port", home)
    rows = pktbench.read(home, columns="packet,src,dst_port")
    assert polars.DataFrame(rows).to_arrow().num_rows == expected.num_rows
    assert rows.to_polars().equals(polars.from_arrow(expected))
    ports = duckdb.sql("SELECT count(*) FROM rows WHERE dst_port = 443").fetchall()[0][0]
    assert ports == expected["dst_port"].to_pylist().count(443)
    assert pandas.DataFrame.from_arrow(rows).shape == expected.shape
    assert pyarrow.table(rows).equals(expected)


def test_scan_polars(home):
    frame = pktbench.scan_polars(home, level="headers")
    expected = polars.from_arrow(extracted(home))
    assert frame.collect_schema() == expected.schema
    assert frame.collect().equals(expected)
    query = (polars.col("dst_port") == 443) & (polars.col("ip_proto") == 6)
    assert frame.filter(query).select("src").collect().equals(
        expected.filter(query).select("src"))
    assert frame.select("src").head(5).collect().equals(expected.select("src").head(5))


def test_rows_are_tuples(home):
    rows = pktbench.read(home, columns="packet,src,dst_port")
    expected = extracted("--columns", "packet,src,dst_port", home).to_pylist()
    assert [row._asdict() for row in rows] == expected
    packets = list(pktbench.packets(home, columns="src,dst_port"))
    times = extracted("--columns", "ts_ns", home)["ts_ns"].to_pylist()
    assert [time for time, _ in packets] == [ns / 1e9 for ns in times]
    assert [tuple(row) for _, row in packets] == [(r["src"], r["dst_port"]) for r in expected]
    assert next(pktbench.packets(home))[1].ts_ns == times[0]
    once = (path for path in [home, home])  # paths that can be asked for once
    assert list(pktbench.packets(once, columns=iter(["src", "dst_port"]))) == 2 * packets


def test_batches(flood):
    rows = pktbench.read(flood, columns="packet", batch_rows=1000)
    batches = list(rows.batches())
    assert [len(batch) for batch in batches[:-1]] == [1000] * (len(batches) - 1)
    assert 0 < len(batches[-1]) <= 1000
    table = pyarrow.Table.from_batches([pyarrow.record_batch(batch) for batch in batches])
    assert table.equals(extracted("--columns", "packet", flood).combine_chunks())
    with pytest.raises(ValueError, match="handed over"):
        batches[0].tuples()


def test_nothing_is_left_open(flood, tmp_path):
    path = tmp_path / "a.pcap.gz"
    path.write_bytes(gzip.compress(flood.read_bytes()))
    rows = pktbench.read(path, filter="tcp", columns="packet", batch_rows=100)
    pyarrow.table(rows)
    before, threads = descriptors(), threading.active_count()
    for _ in range(50):
        for _batch in rows.batches():
            break
        del _batch
        pyarrow.RecordBatchReader.from_stream(rows).read_next_batch()
        with pytest.raises(FileNotFoundError):
            pktbench.read(tmp_path / "none.pcap").to_arrow()
    assert descriptors() == before
    assert threading.active_count() == threads


def test_threads(flood):
    expected = extracted(flood)
    tables = []
    threads = [threading.Thread(target=lambda: tables.append(pktbench.read(flood).to_arrow()))
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tables) == 4 and all(table.equals(expected) for table in tables)


def test_descriptions():
    sets = {s.name: s for s in pktbench.features()}
    assert list(sets) == ["ciciot46", "ciciot39", "ciciot-fixed", "records"]
    assert len(sets["ciciot46"].columns) == 46
    assert sets["ciciot46"].columns[1].name in pktbench.read("x", features="ciciot46").columns
    known = {c.name: c for c in pktbench.columns()}
    assert known["src"].level == "headers" and "address" in known["src"].meaning
    assert [c.name for c in pktbench.columns("frames")] == pktbench.read("x", level="frames").columns


def test_import_is_light():
    code = ("import sys, pktbench; "
            "print([name for name in ('pyarrow', 'pandas', 'polars', 'numpy') if name in sys.modules])")
    assert subprocess.check_output([sys.executable, "-c", code]).strip() == b"[]"
