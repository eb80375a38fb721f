"""Appended columns: old callers and plug-ins work with a library that has more columns, and a text
column is correct in every output.

Usage: test_appended_columns.py PKTBENCH EXTRA CALLER PLUGINS STUBS; EXTRA is PKTBENCH with the columns
of extra_columns.h, CALLER is linked with its library, but compiled without them."""

import csv
import json
import os
import subprocess
import sys
import tempfile

PKTBENCH, EXTRA, CALLER, PLUGINS, STUBS = (os.path.realpath(path) for path in sys.argv[1:6])
READERS = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")),
                       "pktbench/readers/bin/python3")

# text_backend.c: text_make(), row_text().
KINDS = [b"", b"example.org", b"a,b", b'say "hi"', b"back\\slash", b"\x00\x1f\x7f\n\r",
         "café 😀".encode(), b"\xff\xfe\xc3(\xed\xa0\x80", b'"', None]
# Expected text forms of these.
FORMS = ["", "example.org", "a,b", 'say "hi"', "back\\\\slash", "\\x00\\x1f\\x7f\\x0a\\x0d",
         "café 😀", "\\xff\\xfe\\xc3(\\xed\\xa0\\x80", '"', None]


def run(program, *arguments, status=0):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    return done


def plugin(variant):
    return os.path.join(PLUGINS, f"text_{variant}.so")


def expected(row):
    """The text form of a row's text; None: null."""
    if row % 11 == 3:
        return None
    form = FORMS[row % len(FORMS)]
    return "".join(chr(ord("a") + (row + i) % 26) for i in range(1024)) if form is None else form


def extract(variant, form, out, *more):
    run(EXTRA, "extract", "c.pcap", "--plugin", plugin(variant), "--level", "dissect", "--columns",
        "packet,test_number,test_text,src", "--format", form, "-o", out, *more)
    with open(out, "rb") as file:
        return file.read()


def test_csv():
    text = extract("full", "csv", "rows.csv").decode()
    assert extract("short", "csv", "other.csv").decode() == text, "batches end elsewhere"
    assert extract("full", "csv", "other.csv", "--threads", "3").decode() == text
    lines = text.splitlines()
    assert lines[0] == "packet,test_number,test_text,src"
    # An empty text is in quotes, null is nothing; a quote is doubled.
    for line, begin in ((1, '1,0,"",'), (4, "4,3,,"), (3, '3,2,"a,b",'), (9, '9,8,"""",')):
        assert lines[line].startswith(begin), lines[line]
    rows = list(csv.reader(lines[1:]))
    assert len(rows) > 1000
    for row, cells in enumerate(rows):
        assert cells[1] == str(row)
        assert cells[2] == (expected(row) or ""), (row, cells)
    return len(rows)


def test_columnar(count):
    """In the interpreter that has pyarrow, if it is there."""
    extract("full", "arrow", "rows.arrows")
    extract("full", "parquet", "rows.parquet")
    assert extract("short", "arrow", "other") == extract("full", "arrow", "other", "--threads", "2")
    assert extract("short", "parquet", "other") == extract("full", "parquet", "other")
    if not os.access(READERS, os.X_OK):
        print("pyarrow is not there: Arrow and Parquet are only compared with themselves")
        return
    script = """
import json, pyarrow, pyarrow.parquet
with pyarrow.ipc.open_stream("rows.arrows") as stream:
    table = stream.read_all()
table.validate(full=True)
whole = pyarrow.parquet.read_table("rows.parquet")
assert whole.equals(table)
field = table.schema.field("test_text")
print(json.dumps([str(field.type), field.nullable, table["test_text"].to_pylist()]))
"""
    kind, nullable, texts = json.loads(run(READERS, "-c", script).stdout)
    assert kind == "string" and nullable, (kind, nullable)
    assert texts == [expected(row) for row in range(count)]


def check_of(*variants):
    names = ",".join(f"text-{variant}" for variant in variants)
    paths = ",".join(plugin(variant) for variant in variants)
    done = subprocess.run([EXTRA, "verify", "c.pcap", "--plugin", paths, "--backends", names,
                           "--levels", "dissect", "--reference", f"text-{variants[-1]}", "--format",
                           "json", "--show-values"], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    runs = {run["backend"]: run for run in json.loads(done.stdout)[0]["runs"]}
    return done.returncode, runs[f"text-{variants[0]}"]


def test_agreement():
    status, check = check_of("short", "full")
    assert status == 0 and check["status"] == "ok", check
    for variant, value in (("lies", '"wrong"'), ("lost", "")):
        status, check = check_of(variant, "full")
        assert check["status"] == "differs", check
        first = check["agreement"]["first_difference"]
        assert first["packet"] == 11 and first["column"] == "test_text", first
        assert first["value"] == value, first
        assert first["expected"] == '""', first


def test_bench():
    run(EXTRA, "bench", "c.pcap", "--plugin", plugin("full"), "--backends", "text-full", "--levels",
        "dissect", "--reference", "raw", "--processes", "1", "--rounds", "1", "--sink",
        "csv,arrow,parquet", "--budget", "2s", "-o", "bench.json")
    with open("bench.json", encoding="utf-8") as file:
        runs = json.load(file)["runs"]
    timed = [run.get("sink", "null") for run in runs if run["wall_ns"]]
    assert sorted(timed) == ["arrow", "csv", "null", "parquet"], runs


def test_older():
    """Built without the columns: a caller, and a plug-in."""
    done = run(CALLER, "c.pcap")
    rows = run(PKTBENCH, "extract", "c.pcap", "--level", "flows", "--columns",
               "wire_len,dst_port,stream").stdout.splitlines()[1:]
    cells = list(csv.reader(rows))
    want = [len(cells), sum(int(c[0]) for c in cells), sum(c[1] not in ("", "0") for c in cells)]
    got = [int(word) for word in done.stdout.split()]
    assert got[:3] == want and got[3] > 0, (got, want)
    run(EXTRA, "verify", "c.pcap", "--plugin", os.path.join(STUBS, "stub_none.so"), "--backends",
        "stub-none", "--levels", "headers", "--reference", "raw")


def test_refused():
    """Built with the columns, or for another version of the contract."""
    done = run(PKTBENCH, "verify", "c.pcap", "--plugin", plugin("full"), status=2)
    assert "column that this pktbench does not know" in done.stderr, done.stderr
    done = run(PKTBENCH, "extract", "c.pcap", "--plugin", os.path.join(STUBS, "stub_abi.so"),
               status=2)
    assert "stub_abi.so: was built for interface (PKT_ABI) 2, this pktbench has 3: build" in done.stderr, done.stderr


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run(PKTBENCH, "gen", "benign-iot", "--size", "900000", "-o", "c.pcap")
        count = test_csv()
        test_columnar(count)
        test_agreement()
        test_bench()
        test_older()
        test_refused()
    print(f"{count} rows with a text column")


if __name__ == "__main__":
    main()
