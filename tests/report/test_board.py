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


def table(page, start):
    """The only table whose caption begins so, by (backend, file)."""
    (rows,) = [rows for caption, rows in Tables(page).tables.items() if caption.startswith(start)]
    return {(row["backend"], row["results"]): row for row in rows}


def page_of(folder, **files):
    folder.mkdir()
    for name, results in files.items():
        (folder / f"{name}.json").write_text(json.dumps(results), encoding="utf-8")
    board([folder / f"{name}.json" for name in files], folder / "board")
    return (folder / "board/index.html").read_text(encoding="utf-8")


def runs_at(results, backend, level):
    return [run for run in results["runs"] if (run["backend"], run["level"]) == (backend, level)]


def check_not_ranked(folder):
    """What the report does not rank has no rank here either, nor what has no interval."""
    page = page_of(folder / "reference", a=REFERENCE)
    ranks = {level: table(page, f"Level {level}") for level in ("frames", "dissect")}
    check(ranks["frames"]["read-all", "a.json"]["rank"] == "", "reading is no parsing")
    check(ranks["frames"]["raw (ours)", "a.json"]["rank"] == "1", ranks["frames"])
    check(not any(row["rank"] for row in ranks["dissect"].values()), ranks["dissect"])
    fewer, other, few = (machine(model, "2026-11-20T00:00:00Z", 1) for model in "abc")
    (entry,) = [one for one in fewer["backends"] if one["name"] == "libpcap"]
    entry["levels"]["headers"]["columns"].remove("ip_ttl")
    runs_at(other, "libpcap", "headers")[0]["ratio"]["level"] = "frames"
    runs_at(few, "libpcap", "headers")[0]["ratio"]["ci95"] = None
    rows = table(page_of(folder / "changed", fewer=fewer, other=other, few=few), "Level headers")
    for name in ("fewer", "other", "few"):
        row = rows["libpcap", f"{name}.json"]
        check(row["rank"] == "" and row["status"] == "ok" and row["x raw"], (name, row))
        check((row["95 %, all slices"] == "") == (name == "few"), row)
        check(rows["wireshark", f"{name}.json"]["rank"] > "1", rows)


def check_noisy(folder):
    """Of a machine on which a backend differs from itself by more than 25 %, nothing is ranked."""
    noisy = copy.deepcopy(REFERENCE)
    for line in noisy["aa"]:
        line["ci95"] = [0.7, 1.1]
    noisy["context"]["date"] = "2027-01-01T00:00:00Z"  # and it makes nothing an earlier result
    rows = table(page_of(folder / "noisy", a=REFERENCE, noisy=noisy), "Level headers")
    check(rows["libpcap", "a.json"]["rank"] > "1", rows)
    check(rows["libpcap", "noisy.json"]["rank"] == "", rows)
    check("too noisy" in rows["libpcap", "noisy.json"]["status"], rows)
    noisy["aa"] = []
    rows = table(page_of(folder / "uncontrolled", a=REFERENCE, none=noisy), "Level headers")
    check(rows["libpcap", "a.json"]["rank"] > "1", rows)
    check(rows["libpcap", "none.json"]["rank"] == "", rows)
    check("without an A/A control" in rows["libpcap", "none.json"]["status"], rows)


def check_partial(folder):
    """What did not end is not ranked, and makes nothing else an earlier result."""
    partial, old = copy.deepcopy(REFERENCE), copy.deepcopy(REFERENCE)
    partial["context"]["date"] = "2027-01-01T00:00:00Z"
    partial["partial"] = True
    old["context"]["date"] = "2020-01-01T00:00:00Z"
    page = page_of(folder / "partial", a=REFERENCE, partial=partial, old=old)
    rows = table(page, "Level headers")
    check(rows["raw (ours)", "a.json"]["rank"] == "1", rows)
    check(rows["raw (ours)", "partial.json"]["rank"] == "", rows)
    check({name for _, name in table(page, "Earlier")} == {"old.json"}, "earlier")


def check_same_date(folder):
    """The same results twice, not byte by byte: each backend has one rank."""
    page = page_of(folder / "same", a=REFERENCE, b=dict(reversed(REFERENCE.items())))
    check({name for _, name in table(page, "Earlier")} == {"a.json"}, "the last counts")
    rows = table(page, "Level headers")
    check({name for _, name in rows} == {"b.json"}, rows)


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
        check_not_ranked(folder)
        check_noisy(folder)
        check_partial(folder)
        check_same_date(folder)
        check_refused(folder, paths)
        board([SOURCE / "results/reference/default.json", SOURCE / "results/reference/cic-iot.json",
               *check_submitted()], folder / "all")
    print("all good")


main()
