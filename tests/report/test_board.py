#!/usr/bin/env python3
"""`pktbench board`: entries of several machines are ranked by their ratio to raw, and only those
that are ok.

Usage: test_board.py PKTBENCH SOURCE [FOLDER]; with FOLDER, the results are left in it."""

import copy
import html.parser
import json
import subprocess
import sys
import tempfile
from pathlib import Path

PKTBENCH, SOURCE = sys.argv[1], Path(sys.argv[2])
REFERENCE = json.loads((SOURCE / "results/reference/default.json").read_text(encoding="utf-8"))


class Tables(html.parser.HTMLParser):
    """The page's tables: {caption: [row]}, a row being {head: text}."""

    def __init__(self, page):
        super().__init__()
        self.tables, self.text, self.heads, self.row, self.caption = {}, None, [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.heads = []
        elif tag == "tr":
            self.row = []
        if tag in ("caption", "th", "td"):
            self.text = ""

    def handle_data(self, data):
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "caption":
            self.caption = self.text
            self.tables[self.caption] = []
        elif tag in ("th", "td"):
            self.row.append(self.text)
            self.text = None
        elif tag == "tr" and not self.heads:
            self.heads = self.row
        elif tag == "tr":
            self.tables[self.caption].append(dict(zip(self.heads, self.row)))


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def machine(model, date, factor, **changes):
    """Results of a synthetic machine: ratios are multiplied; backend -> status changes."""
    results = copy.deepcopy(REFERENCE)
    results["context"]["cpu"]["model"] = model
    results["context"]["date"] = date
    for run in results["runs"]:
        if run.get("ratio"):
            run["ratio"]["median"] *= factor
            run["ratio"]["ci95"] = [end * factor for end in run["ratio"]["ci95"]]
        if run["backend"] in changes:
            run["status"], run["reason"] = changes[run["backend"]], "planted"
            run["ratio"] = run["wall_ns"] = run["ns_per_packet"] = None
    return results


def board(paths, folder, status=0):
    done = subprocess.run([PKTBENCH, "board", *map(str, paths), "-o", str(folder)],
                          capture_output=True, text=True, timeout=120, check=False)
    check(done.returncode == status, f"board: exit {done.returncode}: {done.stderr}")
    return done.stderr


def results_write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    made = {
        "a.json": REFERENCE,
        "b.json": machine("Machine <b>", "2026-11-20T00:00:00Z", 2),
        "c.json": machine("Machine c", "2026-11-21T00:00:00Z", 0.5, libpcap="disagrees"),
        "old.json": machine("Machine <b>", "2026-10-20T00:00:00Z", 3),
    }
    for name, results in made.items():
        (folder / name).write_text(json.dumps(results), encoding="utf-8")
    return [folder / name for name in made]


def check_ranks(page):
    tables = Tables(page).tables
    (rows,) = [rows for caption, rows in tables.items() if caption.startswith("Level headers")]
    found = [(row["backend"], row["results"]) for row in rows]
    check(("libpcap", "b.json") in found and ("libpcap", "old.json") not in found, found)
    ranks = {(row["backend"], row["results"]): row["rank"] for row in rows}
    ratios = {key: float(row["x raw"].replace(",", "")) for key, row in zip(found, rows)
              if row["x raw"]}
    check(ranks["raw (ours)", "a.json"] == "1", ranks)
    check(ranks["libpcap", "c.json"] == "", "what disagrees is not ranked")
    check(abs(ratios["libpcap", "b.json"] / ratios["libpcap", "a.json"] - 2) < 0.02, ratios)
    check(1 < int(ranks["libpcap", "a.json"]) < int(ranks["libpcap", "b.json"]), ranks)
    ranked = [int(row["rank"]) for row in rows if row["rank"]]
    check(ranked == sorted(ranked) and len(ranked) < len(rows), f"order: {ranked}")
    check(all(row["status"] == "ok" for row in rows if row["rank"]), rows)
    (earlier,) = [rows for caption, rows in tables.items() if caption.startswith("Earlier")]
    check({row["results"] for row in earlier} == {"old.json"}, earlier)
    check(len(tables["Results files of this board"]) == 4, "files")


def check_refused(folder, paths):
    for text, words in (("{", "JSON"), ("{}", "no results")):
        (folder / "bad.json").write_text(text, encoding="utf-8")
        said = board([*paths, folder / "bad.json"], folder / "none", status=2)
        check("bad.json" in said and words in said, said)
        check(not (folder / "none").exists(), "nothing is written")
    check("missing.json" in board([folder / "missing.json"], folder / "none", status=2), "missing")
    check("already" in board([paths[0], paths[0]], folder / "twice"), "the same file twice")


def check_submitted():
    """Files of results/board/: MACHINE/DATE.json, which a board takes."""
    submitted = sorted((SOURCE / "results/board").glob("**/*.json"))
    for path in submitted:
        check(len(path.relative_to(SOURCE / "results/board").parts) == 2, f"{path}: its folder")
        date = json.loads(path.read_text(encoding="utf-8"))["context"]["date"]
        check(path.stem == date[:10], f"{path}: measured on {date}")
    return submitted


def main():
    if len(sys.argv) > 3:
        results_write(Path(sys.argv[3]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = results_write(folder / "results")
        check(board(paths, folder / "board") == "", "no warning")
        page = (folder / "board/index.html").read_text(encoding="utf-8")
        check("Machine &lt;b&gt;" in page and "Machine <b>" not in page, "names are escaped")
        check_ranks(page)
        check_refused(folder, paths)
        board([SOURCE / "results/reference/default.json", SOURCE / "results/reference/cic-iot.json",
               *check_submitted()], folder / "all")
    print("all good")


main()
