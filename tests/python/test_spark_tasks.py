"""What the data source of PySpark plans and reads, without Spark."""

import gzip
import os
import pickle
import re
import shutil
import warnings
from urllib.parse import unquote

import pyarrow
import pytest

import pktbench
from conftest import extracted, program
from pyspark_pktbench import _filters, _options, _remote, _tasks


def planned(path, **options):
    """The options and tasks of a query."""
    parsed = _options.parse({"path": str(path), **options})
    return parsed, _tasks.plan(parsed)


def nullable(rows):
    """The rows, of which any cell may be null, as Spark wants it."""
    return pyarrow.table(rows.columns, names=rows.column_names)


def table(path, **options):
    parsed, tasks = planned(path, **options)
    tasks = pickle.loads(pickle.dumps(tasks))
    return pyarrow.Table.from_batches([batch for task in tasks for batch in _tasks.batches(task, parsed)])


@pytest.mark.parametrize("given, message", [
    ({"colums": "ts_ns"}, "unknown option 'colums'; known: .*columns"),
    ({"columns": "nonsense"}, "nonsense"),
    ({"level": "none"}, "none"),
    ({"strict": "true"}, "mode=FAILFAST"),
    ({"mode": "DROPMALFORMED"}, "FAILFAST or PERMISSIVE"),
    ({"split": "10 apples"}, "128MB"),
    ({"split": "0"}, "128MB"),
    ({"count": "ten"}, "count: must be a whole number"),
    ({"join": "yes"}, "true or false"),
    ({"split": "1MB", "level": "flows"}, "whole_state=true"),
    ({"split": "1MB", "level": "dissect"}, "dissect"),
    ({"split": "1MB", "count": "5"}, "one task reads each file"),
    ({"split": "1MB", "join": "true"}, "one task reads each file"),
    ({"labels": "a.csv", "label": "x"}, "labels cannot be combined with label"),
    ({"label_by": "stream"}, "label_by needs labels"),
    ({"labels": "a.csv", "label_by": "stream", "split": "1MB"}, "split: labels of streams depend on all packets"),
    ({"path": "s3://bucket/a.pcap", "join": "true"}, "s3://bucket/a.pcap: join reads files of the machine"),
    ({"labels": "s3://bucket/a.csv"}, "s3://bucket/a.csv: labels are in files of the machine"),
    ({"path": ""}, "no capture is given"),
])
def test_options_that_are_refused(given, message):
    with pytest.raises(pktbench.OptionError, match=message):
        _options.parse({"path": "a.pcap", **given})


def test_options():
    options = _options.parse({"paths": '["a.pcap", "file:/x/b.pcap"]', "BATCH_ROWS": "7", "Mode": "permissive",
                              "split": "64MiB", "recursive": "TRUE"})
    assert options.paths == ("a.pcap", "/x/b.pcap")
    assert options.read == {"batch_rows": 7}
    assert (options.permissive, options.split, options.recursive) == (True, 64 << 20, True)
    assert [_options.size("split", text) for text in ("5", "5B", "5kB", "5 KiB", "5G")] == [
        5, 5, 5000, 5120, 5 * 10**9]


SPLITS = [
    {"level": "frames"}, {"level": "headers"}, {"level": "app"},
    {"level": "flows", "whole_state": "true"},
    {"features": "ciciot46", "reset_every": "10kB"}, {"features": "ciciot39", "reset_every": "10kB"},
    {"features": "ciciot-fixed", "by": "flow", "reset_every": "10kB"},
    {"features": "records", "reset_every": "10kB", "idle": "500ms"},
]


@pytest.mark.parametrize("options", SPLITS, ids=lambda o: o.get("level") or o["features"])
@pytest.mark.parametrize("capture", ["flood", "home"])
def test_parts_are_the_whole(capture, options, request):
    path = request.getfixturevalue(capture)
    arguments = [word for name, value in options.items() if name != "whole_state"
                 for word in ("--" + name.replace("_", "-"), value)]
    whole = nullable(extracted(*arguments, path))
    bytes_ = path.stat().st_size
    for parts in (1, 2, 16, 200):
        split = str(bytes_ // parts + 1)
        assert 0.7 * parts <= len(planned(path, split=split, **options)[1]) <= parts
        assert table(path, split=split, **options).equals(whole)
    assert table(path, **{k: v for k, v in options.items() if k != "whole_state"}).equals(whole)


def test_what_is_not_divided(flood, tmp_path):
    with pytest.raises(pktbench.OptionError, match="split: .*reset_every.*one task reads each file"):
        planned(flood, split="100kB", features="ciciot-fixed")
    with pytest.raises(pktbench.OptionError, match="split: .*reset_every.*one task reads each file"):
        planned(flood, split="100kB", features="records")
    with pytest.raises(pktbench.OptionError, match="split: .*filter.*one task reads each file"):
        planned(flood, split="100kB", features="ciciot46", filter="udp")
    packed = tmp_path / "a.pcap.gz"
    packed.write_bytes(gzip.compress(flood.read_bytes()))
    assert len(planned(packed, split="1kB")[1]) == 1
    assert table(packed, split="1kB").equals(nullable(extracted(packed)))


@pytest.fixture
def labelled(folder):
    """A capture with the label of each packet, as CSV."""
    path, labels = folder / "labelled.pcap", folder / "labelled.csv"
    if not path.exists():
        program("gen", "dataset-mix", "--size", 1000000, "-o", path, "--labels", labels)
    return path, labels


@pytest.mark.parametrize("columns", [None, "label,src", "packet,label", "src"])
@pytest.mark.parametrize("options", [{}, {"split": "100kB"}, {"split": "100kB", "whole_state": "true", "level": "flows"},
                                     {"filter": "tcp"}, {"batch_rows": "7"}], ids=str)
def test_labels(labelled, columns, options):
    path, labels = labelled
    arguments = ["-f", options["filter"]] if "filter" in options else []
    arguments += ["--level", options["level"]] if "level" in options else []
    whole = extracted("--labels", labels, *arguments, path)
    assert len(set(whole["label"].to_pylist())) > 3
    chosen = {}
    if columns:
        chosen = {"columns": columns}
        whole = extracted("--labels", labels, "--columns", columns, *arguments, path)
    assert table(path, labels=str(labels), **chosen, **options).equals(nullable(whole))


@pytest.mark.parametrize("options, arguments", [
    ({"label_by": "stream", "level": "flows"}, ["--label-by", "stream", "--level", "flows"]),
    ({"features": "ciciot39", "split": "300kB", "reset_every": "100kB"},
     ["--features", "ciciot39", "--reset-every", "100kB"]),
    ({"features": "ciciot-fixed", "by": "pair", "label_by": "stream"},
     ["--features", "ciciot-fixed", "--by", "pair", "--label-by", "stream"]),
], ids=str)
def test_labels_of_streams_and_windows(labelled, options, arguments):
    path, labels = labelled
    whole = extracted("--labels", labels, *arguments, path)
    assert len(set(whole["label"].to_pylist())) > 3
    assert ("label_share" in whole.column_names) == ("features" in options)
    assert table(path, labels=str(labels), **options).equals(nullable(whole))


def test_labels_with_gaps(labelled, tmp_path):
    path, labels = labelled
    lines = labels.read_text().splitlines(keepends=True)
    few = tmp_path / "few.csv"
    few.write_text("".join(lines[:1] + lines[500:600] + lines[3000:3100:3]))
    for given in (few, labels):
        expected = nullable(extracted("--labels", given, "--columns", "packet,label", path))
        for split in ({}, {"split": "50kB"}):
            assert table(path, labels=str(given), columns="packet,label", **split).equals(expected)
    quoted = tmp_path / "quoted.csv"
    quoted.write_text('label,other,packet\n"a, ""b""\nc",1,2\n,1,3\n"d",1,70\n')
    expected = nullable(extracted("--labels", quoted, "--columns", "packet,label", path))
    assert expected["label"].to_pylist()[:3] == ["", 'a, "b"\nc', ""]
    assert table(path, labels=str(quoted), columns="packet,label").equals(expected)


def selected(path, names, **options):
    """The rows of a schema with these names."""
    parsed = _options.parse({"path": str(path), **options}).selecting(names)
    return pyarrow.Table.from_batches([batch for task in _tasks.plan(parsed) for batch in _tasks.batches(task, parsed)])


def test_a_schema_without_labels(labelled, cut):
    """Columns are chosen by name: labels are there, and read, only if they are named."""
    path, labels = labelled
    plain, given = nullable(extracted("--columns", "src,packet", path)), nullable(extracted("--labels", labels, path))
    for options in ({"label": "x"}, {"labels": str(labels)}, {"labels": str(labels), "label_by": "stream", "level": "flows"},
                    {"labels": "/none.csv"}, {"label": "from-folder"}):
        assert selected(path, ["src", "packet"], **options).equals(plain)
    assert selected(path, ["label", "src"], labels=str(labels)).equals(given.select(["label", "src"]))
    windows = nullable(extracted("--labels", labels, "--features", "ciciot46", path))
    for names in (["label_share"], ["label"], ["label_share", "label"], windows.column_names[:2]):
        assert selected(path, names, labels=str(labels), features="ciciot46").equals(windows.select(names))
    rows = selected(cut, ["_error", "src"], mode="PERMISSIVE", label="x")
    assert rows.column_names == ["_error", "src"] and "at byte" in rows["_error"].to_pylist()[-1]


def test_labels_that_are_refused(labelled, tmp_path):
    path, labels = labelled
    for text, message in (("number,label\n1,x\n", "line 1: the CSV has no column packet"),
                          ("packet,label\n1,x\n3,y\n2,z\n", "line 4: the number of the packet does not rise"),
                          ("packet,label\n0,x\n", "line 2: is no number from 1 on"),
                          ("packet,label\n,x\n", "line 2: is no number from 1 on"), ("", "is empty")):
        wrong = tmp_path / "wrong.csv"
        wrong.write_text(text)
        with pytest.raises(pktbench.OptionError, match=f"labels: {wrong}: .*{message}"):
            table(path, labels=str(wrong))
    with pytest.raises(FileNotFoundError, match="none.csv"):
        table(path, labels=str(tmp_path / "none.csv"))
    for name in ("one.pcap", "two.pcap"):
        shutil.copy(path, tmp_path / name)
    with pytest.raises(pktbench.OptionError, match="labels: .* there are 2: use join=true"):
        planned(tmp_path / "*.pcap", labels=str(labels))
    joined = table(tmp_path / "*.pcap", labels=str(labels), join="true", columns="packet,label")
    assert joined.equals(nullable(extracted("--join", "--labels", labels, "--columns", "packet,label",
                                            tmp_path / "one.pcap", tmp_path / "two.pcap")))
    with pytest.raises(pktbench.OptionError, match="labels: a stream"):
        _options.parse({"path": str(tmp_path), "labels": str(labels)}, stream=True)
    other = tmp_path / "changed.csv"
    shutil.copy(labels, other)
    parsed, tasks = planned(path, labels=str(other))
    with other.open("a") as file:
        file.write("9999999,late\n")
    with pytest.raises(pktbench.Error, match="changed.csv: has changed since"):
        list(_tasks.batches(tasks[0], parsed))


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A folder that is the bucket s3://store/, by URIs as pyarrow has them."""
    from pyarrow import fs

    def file_system(uri):
        path = re.fullmatch(r"s3://(store(?:/[^?# ]*)?)(?:\?region=a/b)?", uri)
        assert path, uri
        return fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem()), unquote(path.group(1))
    monkeypatch.setattr(_remote, "_file_system", file_system)
    (tmp_path / "store" / "scan").mkdir(parents=True)
    return tmp_path / "store"


def test_remote(store, flood, home, cut):
    shutil.copy(home, store / "scan" / "b.pcapng")
    shutil.copy(flood, store / "scan" / "t.pcap10")
    (store / "scan" / "t.pcap9.gz").write_bytes(gzip.compress(flood.read_bytes()))
    (store / "notes.txt").write_text("no capture")
    local = {"columns": "file,label,packet,src", "label": "from-folder"}
    names = ["b.pcapng", "t.pcap9.gz", "t.pcap10"]
    whole = pyarrow.concat_tables([table(store / "scan" / name, **local) for name in names])
    assert whole["label"].to_pylist()[0] == "scan"
    for path in ("s3://store/scan", "s3://store/scan/", "s3://store/scan/*pcap*"):
        assert table(path, **local).equals(whole)
        assert table(path, split="100kB", **local).equals(whole)
    with pytest.warns(pktbench.CaptureWarning, match="1 files have no names of captures"):
        assert table("s3://store", recursive="true", **local).equals(whole)
    assert table("s3://store/scan/b.pcapng", features="ciciot46").equals(table(home, features="ciciot46"))
    parsed = _options.parse({"paths": f'["{flood}", "s3://store/scan/b.pcapng"]'})
    assert [len(task.files) for task in _tasks.plan(parsed)] == [1, 1]
    shutil.copy(cut, store / "cut.pcap")
    with pytest.raises(pktbench.CaptureError, match="s3://store/cut.pcap: .*at byte"):
        table("s3://store/cut.pcap")
    assert "s3://store/cut.pcap" in table("s3://store/cut.pcap", mode="PERMISSIVE")["_error"].to_pylist()[-1]
    parsed, tasks = planned("s3://store/scan/t.pcap10")
    shutil.copy(home, store / "scan" / "t.pcap10")
    with pytest.raises(pktbench.Error, match="s3://store/scan/t.pcap10: has changed since the query was planned"):
        list(_tasks.batches(tasks[0], parsed))
    for missing in ("s3://store/none.pcap", "s3://store/none/*.pcap"):
        with pytest.raises(FileNotFoundError, match=re.escape(missing)):
            planned(missing)
    with pytest.raises(pktbench.CaptureError, match="no captures"):
        planned("s3://store/scan/*.txt")
    with pytest.raises(pktbench.OptionError, match="s3://store/scan: a stream reads files of the machine"):
        _options.parse({"path": "s3://store/scan"}, stream=True)


NAMES = ["a b.pcap", "a%20b.pcap", "q?x=1#y.pcap", "\u00fc+&=.pcap", "sub dir/c.pcap2", "sub dir/c.pcap10"]
HIDDEN = [".x.pcap", ".tmp/x.pcap", "sub dir/.x.pcap", "a b.pcap.pktindex"]


def names_make(folder, capture):
    for name in NAMES + HIDDEN:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(capture, folder / name)


@pytest.mark.parametrize("query", ["", "?region=a/b"])
def test_names_in_an_object_store(store, home, query):
    """Names are quoted in URIs, and are before the query; what is passed over on the disk is here too."""
    names_make(store, home)

    def found(path, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("error", pktbench.CaptureWarning)
            tasks = planned(path + query, **options)[1]
        shown = [_remote.Remote(task.files[0][0]).name for task in tasks]
        assert all(task.files[0][0].endswith(query) for task in tasks)
        return sorted(name[len("s3://store/"):] for name in shown)
    flat = sorted(name for name in NAMES if "/" not in name)
    assert found("s3://store", recursive="true") == sorted(NAMES)
    assert found("s3://store") == found("s3://store/*") == flat
    assert found("s3://store/a*") == ["a b.pcap", "a%20b.pcap"]
    assert found("s3://store/.x*") == [".x.pcap"]
    assert found("s3://store/sub%20dir/*") == ["sub dir/c.pcap10", "sub dir/c.pcap2"]
    order = [task.files[0][0] for task in planned("s3://store/sub%20dir" + query)[1]]
    assert order == [f"s3://store/sub%20dir/c.pcap{number}{query}" for number in (2, 10)]
    rows = table("s3://store" + query, columns="file,label,packet", label="from-folder", recursive="true")
    assert set(rows["file"].to_pylist()) == {os.path.basename(name) for name in NAMES}
    assert set(rows["label"].to_pylist()) == {"store", "sub dir"}


def test_names_of_fsspec(tmp_path, home):
    """They are as they are: nothing is quoted."""
    pytest.importorskip("fsspec")
    names_make(tmp_path, home)
    for path, wanted in ((f"local://{tmp_path}", NAMES), (f"local://{tmp_path}/a*", NAMES[:2])):
        rows = table(path, columns="file,packet", recursive="true")
        assert set(rows["file"].to_pylist()) == {os.path.basename(name) for name in wanted}


def test_file_systems():
    with pytest.raises(pktbench.OptionError, match="nosuch://x/a.pcap: neither pyarrow .* nor fsspec"):
        planned("nosuch://x/a.pcap")
    found, path = _remote._file_system("s3a://bucket/a/b.pcap?region=x&endpoint_override=localhost:1")
    assert (found.type_name, path) == ("s3", "bucket/a/b.pcap")
    assert _remote._file_system("s3://bucket/a%20b%25/%C3%BC.pcap?region=x")[1] == "bucket/a b%/\u00fc.pcap"


def test_folder(flood, tmp_path):
    for name in ("b.pcap10", "b.pcap9", "a.pcap"):
        shutil.copy(flood, tmp_path / name)
    (tmp_path / "notes.txt").write_text("no capture")
    with pytest.warns(pktbench.CaptureWarning, match="1 files or folders are no captures"):
        tasks = planned(tmp_path)[1]
    assert [os.path.basename(task.files[0][0]) for task in tasks] == ["a.pcap", "b.pcap9", "b.pcap10"]
    with pytest.warns(pktbench.CaptureWarning):
        assert len(planned(tmp_path, join="true")[1]) == 1
    with pytest.raises(FileNotFoundError):
        planned(tmp_path / "none.pcap")
    with pytest.raises(OSError, match="no file has a name that matches"):
        planned(tmp_path / "z*.pcap")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(pktbench.CaptureError, match="without captures"):
        planned(empty)


@pytest.mark.parametrize("split", [{}, {"split": "100kB"}], ids=["file", "parts"])
def test_damaged(cut, corrupt, split):
    for path, where in ((cut, "at byte"), (corrupt[0], f"at byte {corrupt[1]}")):
        with pytest.raises(pktbench.CaptureError, match=f"{path}.*{where}"):
            table(path, **split)
        rows = table(path, mode="PERMISSIVE", **split)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            good = pktbench.read(path)
            batches = []
            try:
                for batch in good.batches():
                    batches.append(pyarrow.record_batch(batch))
            except pktbench.CaptureError:
                pass
        good = pyarrow.Table.from_batches(batches, good.schema)
        good = nullable(good)
        assert rows.num_rows == good.num_rows + 1
        assert rows.drop_columns("_error").slice(0, good.num_rows).equals(good)
        assert rows["_error"].null_count == good.num_rows
        last = rows.to_pylist()[-1]
        assert where in last.pop("_error") and set(last.values()) == {None}


def test_damaged_and_joined(flood, cut, corrupt, tmp_path):
    """A capture that is cut does not end the others; one that is corrupt does, and how many are left is said."""
    def joined(*captures, **options):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for number, capture in enumerate(captures):
            shutil.copy(capture, folder / f"t.pcap{number}")
        return table(folder, join="true", **options)
    paths = (cut, flood, cut, flood)
    columns = "packet,stream,ts_ns,src"
    rows = joined(*paths, mode="PERMISSIVE", columns=columns)
    whole = nullable(extracted("--join", "--columns", columns, *paths))
    assert rows.drop_columns("_error").slice(0, whole.num_rows).equals(whole)
    faults = rows.slice(whole.num_rows).to_pylist()
    assert [row.pop("_error").split(": ")[0][-len("t.pcap0"):] for row in faults] == ["t.pcap0", "t.pcap2"]
    assert all(set(row.values()) == {None} for row in faults) and rows["_error"].null_count == whole.num_rows
    for options in ({"features": "ciciot46"}, {"filter": "tcp"}):
        text = [fault for fault in joined(*paths, mode="PERMISSIVE", **options)["_error"].to_pylist() if fault]
        assert len(text) == 2 and "at byte" in text[1]
    with pytest.raises(pktbench.CaptureError, match="t.pcap0: .*at byte"):
        joined(*paths)
    rows = joined(cut, corrupt[0], flood, flood, mode="PERMISSIVE")
    faults = [text for text in rows["_error"].to_pylist() if text]
    assert len(faults) == 2 and "t.pcap0: " in faults[0] and re.search(
        "t.pcap1: .*at byte.*; 2 captures after it were not read$", faults[1])
    no_capture = tmp_path / "none"
    no_capture.write_text("text, and no capture, which is long enough")
    rows = joined(no_capture, flood, mode="PERMISSIVE")
    assert rows["_error"].to_pylist()[0].endswith("; 1 captures after it were not read")


def test_no_capture(tmp_path):
    path = tmp_path / "no.pcap"
    path.write_text("text, and no capture, which is long enough")
    for split in ({}, {"split": "5"}):
        with pytest.raises(pktbench.CaptureError, match="no.pcap"):
            table(path, **split)
        assert table(path, mode="PERMISSIVE", **split)["_error"].to_pylist()[0].startswith(str(path))


def test_replaced_after_the_plan(flood, home, tmp_path):
    path = tmp_path / "a.pcap"
    bytes_ = bytearray(flood.read_bytes())

    def fails(options, message):
        with pytest.raises(pktbench.Error, match=f"{path}: has changed since .*{message}"):
            for task in tasks:
                list(_tasks.batches(task, options))
    for options in ({}, {"split": "100kB"}, {"mode": "PERMISSIVE"}):
        path.write_bytes(bytes_)
        os.utime(path, ns=(0, 10**18))
        parsed, tasks = planned(path, **options)
        os.utime(path, ns=(0, 10**18 + 1))
        fails(parsed, "it is of 2001-09-09T01:46:40.000000001Z, not of 2001-09-09T01:46:40.000000000Z")
        shutil.copy(home, path)
        fails(parsed, "it had .* bytes")
        other = bytes(bytes_[:100]) + bytes([bytes_[100] ^ 1]) + bytes(bytes_[101:])
        path.write_bytes(other)
        os.utime(path, ns=(0, 10**18))
        fails(parsed, "its first bytes differ")
        path.unlink()
        with pytest.raises(FileNotFoundError):
            list(_tasks.batches(tasks[0], parsed))
    path.write_bytes(bytes_)
    parsed, tasks = planned(path)
    running = _tasks.batches(tasks[0], parsed)
    next(running)
    with path.open("ab") as file:  # while it is read
        file.write(b"\0" * 100)
    with pytest.raises(pktbench.Error, match="has changed since"):
        list(running)


FILTERS = [
    ("EqualTo", "ip_proto", 6, "ip_proto = 6"),
    ("EqualTo", "src_port", 2**40, None),
    ("EqualTo", "src", "10.0.0.1", "src = '10.0.0.1'"),
    ("EqualTo", "src", 5, None),
    ("EqualNullSafe", "dst_port", 443, "dst_port IS NOT DISTINCT FROM 443"),
    ("GreaterThan", "dst_port", 1023, "dst_port > 1023"),
    ("GreaterThanOrEqual", "wire_len", 60, "wire_len >= 60"),
    ("LessThan", "wire_len", 100, "wire_len < 100"),
    ("LessThanOrEqual", "src_port", 53, "src_port <= 53"),
    ("In", "dst_port", [53, 443, 80], "dst_port IN (53, 443, 80)"),
    ("In", "dst_port", [53, None], None),
    ("IsNull", "dst_port", None, "dst_port IS NULL"),
    ("IsNotNull", "src", None, "src IS NOT NULL"),
    ("StringStartsWith", "src", "192.168.", "src LIKE '192.168.%'"),
    ("StringEndsWith", "dst", ".1", "dst LIKE '%.1'"),
    ("StringContains", "src", "::", "src LIKE '%::%'"),
    ("StringContains", "dst_port", "4", None),
    ("EqualTo", "none", 1, None),
]


def made(kind, column, value):
    """A filter, as classes of PySpark have it."""
    return type(kind, (), {"attribute": (column,), "value": value})()


@pytest.mark.parametrize("kind, column, value, sql", FILTERS, ids=lambda v: str(v))
def test_filters(kind, column, value, sql, home):
    duckdb = pytest.importorskip("duckdb")
    options = _options.parse({"path": str(home), "columns": "packet,src,dst,src_port,dst_port,ip_proto,wire_len"})
    asked = _filters.predicate(made(kind, column, value), options)
    assert (asked is None) == (sql is None)
    rows = options.rows([str(home)]).to_arrow()
    for negated in (False, True):
        filter_ = made(kind, column, value)
        if negated:
            filter_ = type("Not", (), {"child": filter_})()
        asked = _filters.predicate(filter_, options)
        if not sql:
            assert asked is None
            continue
        kept = pyarrow.Table.from_batches([_filters.keep(batch, [asked]) for batch in rows.to_batches()])
        condition = f"NOT ({sql})" if negated else sql
        expected = duckdb.sql(f"SELECT packet FROM rows WHERE {condition} ORDER BY packet").fetchall()
        assert kept["packet"].to_pylist() == [packet for packet, in expected]


def test_features_are_not_filtered(home):
    options = _options.parse({"path": str(home), "features": "ciciot46"})
    name = options.rows().columns[-1]
    assert _filters.predicate(made("GreaterThan", name, 1), options) is None
