"""Tables of the page: every row has a cell for each head, and the parts that are rare are there.

Usage: test_tables.py PKTBENCH SOURCE"""

import html.parser
import json
import subprocess
import sys
import tempfile
from pathlib import Path

PKTBENCH, SOURCE = sys.argv[1], Path(sys.argv[2])


class Tables(html.parser.HTMLParser):
    """The page's tables: [(caption, rows)], a row being the texts of its cells; the heads first."""

    def __init__(self, page):
        super().__init__()
        self.tables, self.text = [], None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.tables.append(["", []])
        elif tag == "tr":
            self.tables[-1][1].append([])
        if tag in ("caption", "th", "td"):
            self.text = ""

    def handle_data(self, data):
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "caption":
            self.tables[-1][0] = self.text
        elif tag in ("th", "td"):
            self.tables[-1][1][-1].append(self.text)
        if tag in ("caption", "th", "td"):
            self.text = None


def tables_of(*paths):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([PKTBENCH, "report", *map(str, paths), "-o", folder], check=False,
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done
        return Tables(Path(folder, "index.html").read_text(encoding="utf-8")).tables


def tables_of_results(results):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "results.json")
        path.write_text(json.dumps(results))
        return tables_of(path)


def one(tables, words):
    (found,) = [rows for caption, rows in tables if words in caption]
    return found


def reference(name="default"):
    return json.loads((SOURCE / f"results/reference/{name}.json").read_text())


def test_heads():
    tables = tables_of(*(SOURCE / f"results/reference/{name}.json"
                         for name in ("default", "cic-iot", "languages")))
    assert len(tables) > 30, len(tables)
    for caption, rows in tables:
        assert {len(row) for row in rows} == {len(rows[0])}, (caption, [len(row) for row in rows])
    positions = next(rows for caption, rows in tables if "in each eighth" in caption)
    assert positions[0][-2:] == ["packets", "run"], positions[0]


def test_conformance():
    """One row for each backend, with its counts."""
    counts = {"cases": 9, "survived": 8, "rows_expected": 70, "rows_lost": 5, "rows_invented": 4,
              "cells_compared": 600, "cells_wrong": 3, "crashes": 2, "hangs": 1}
    case = {"name": "cut-header", "wrong": "a header is cut", "spec": "RFC 791", "generated": True,
            "rows": 7}
    results = reference()
    results["conformance"] = {
        "suite": "malformed", "cases": [case, case | {"name": "zero-length"}],
        "backends": [{"backend": name, "level": "headers", "version": "1", **counts, "wrong": []}
                     for name in ("raw", "libpcap")]}
    rows = one(tables_of_results(results), "deliberate defects")
    assert rows[0] == ["backend", "level", "version", *counts], rows
    assert [row[0] for row in rows[1:]] == ["raw", "libpcap"], rows
    assert rows[1][3:] == [str(count) for count in counts.values()], rows


def test_columns():
    """Every column has its place, however many there are."""
    results = reference()
    entry = next(one for one in results["backends"] if one["name"] == "raw")
    known = json.loads(subprocess.run([PKTBENCH, "list", "columns", "--format", "json"], check=True,
                                      capture_output=True, text=True, timeout=60).stdout)
    known = known["columns"] if isinstance(known, dict) else known
    names = [column["name"] for column in known]
    entry["levels"]["headers"]["columns"] = names + [f"later_{i}" for i in range(90)]
    heads = one(tables_of_results(results), "Cells different")[0]
    for name in names:
        half = name.endswith("_lo") or name in ("present", "verdict")
        assert half or name.removesuffix("_hi") in heads, (name, heads)
    assert heads[-1] == "later_89" and len(heads) > 150, heads


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print(f"ok: {name}")
