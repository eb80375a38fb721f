#!/usr/bin/env python3
"""`pktbench history`: totals and intervals of several comparisons are those that arithmetic gives.

Usage: test_history.py PKTBENCH SOURCE [FOLDER]

FOLDER: only write the results of a history there, for the browser test."""

import copy
import csv
import io
import json
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PKTBENCH, SOURCE = sys.argv[1], Path(sys.argv[2])
REFERENCE = json.loads((SOURCE / "results/reference/default.json").read_text(encoding="utf-8"))
STEPS = [(1.1, [1.05, 1.16]), (0.5, [0.49, 0.51]), (2.0, [1.9, 2.1])]


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def comparison(number, ratio, interval, old=None):
    """Results of commit NUMBER, compared with the one before it."""
    results = copy.deepcopy(REFERENCE)
    results["runs"] = []
    results["context"]["tool"]["revision"] = f"commit-{number}"
    results["context"]["date"] = f"2026-11-{10 + number:02}T00:00:00Z"
    tool = dict(results["context"]["tool"], revision=old or f"commit-{number - 1}")
    results["baseline"] = {"file": "old", "tool": tool}
    cell = {"backend": "raw", "slice": "tcp-flood", "level": "headers", "old_status": "ok",
            "new_status": "ok", "old_ns_per_packet": 10.0, "new_ns_per_packet": 10.0 * ratio,
            "ratio": ratio, "ci95": interval, "cpu_ratio": ratio, "cpu_ci95": interval, "p": 0.5,
            "n": 20, "old_instructions": None, "new_instructions": None, "statistics": {},
            "p_slower": None, "slower_by": [], "smallest_seen": None, "change": "same"}
    results["comparison"] = {"paired": True, "threshold": 0.05, "error": 0.01,
                             "smallest_share": None, "cells": [cell], "means": [],
                             "failures": [], "aa": []}
    return results


def history(paths, *options, status=0):
    done = subprocess.run([PKTBENCH, "history", *map(str, paths), *options], capture_output=True,
                          text=True, timeout=60, check=False)
    check(done.returncode == status, f"exit {done.returncode}: {done.stderr}")
    return done.stdout, done.stderr


def write(folder, name, results):
    path = Path(folder) / name
    path.write_text(json.dumps(results), encoding="utf-8")
    return path


def check_series(folder):
    paths = [write(folder, f"{i}.json", comparison(i, *step)) for i, step in enumerate(STEPS)]
    out, err = history(reversed(paths), "--format", "csv")  # their dates count
    rows = list(csv.DictReader(io.StringIO(out)))
    check(err == "" and len(rows) == len(STEPS), err)
    total, variance = 1.0, 0.0
    for i, (row, (ratio, (low, high))) in enumerate(zip(rows, STEPS)):
        total *= ratio
        variance += (math.log(high / low) / 2) ** 2
        wanted = [ratio, total, total * math.exp(-math.sqrt(variance)),
                  total * math.exp(math.sqrt(variance))]
        found = [float(row[key]) for key in ("change", "total", "low", "high")]
        check(all(math.isclose(a, b, rel_tol=1e-6) for a, b in zip(found, wanted)), (found, wanted))
        check((row["revision"], row["changes"]) == (f"commit-{i}", str(i + 1)), row)
    check("| +10.0 % | 1.100 |" in history(paths)[0], "Markdown")
    return paths


def check_gap(folder, paths):
    gap = write(folder, "gap.json", comparison(3, 1.2, None, old="commit-x"))
    after = write(folder, "after.json", comparison(4, 1.5, [1.4, 1.6]))
    out, err = history([*paths, gap, after], "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    check("gap.json" in err and "commit-x" in err and "begins anew" in err, err)
    check([row["changes"] for row in rows] == ["1", "2", "3", "1", "2"], rows)
    check(math.isclose(float(rows[-1]["total"]), 1.8) and rows[-1]["low"] == "", rows[-1])


def check_unknown(folder):
    """A revision that does not name the code joins nothing, also where both have the same."""
    for revision in ("", "unknown", "0123456789ab-dirty"):
        paths = []
        for number in range(2):
            results = comparison(number, 1.5, [1.4, 1.6], old=revision or None)
            results["context"]["tool"]["revision"] = revision
            if not revision:
                results["baseline"]["tool"] = None  # a plug-in
            paths.append(write(folder, f"unknown-{number}.json", results))
        out, err = history(paths, "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(out)))
        check([row["changes"] for row in rows] == ["1", "1"], rows)
        check("unknown-1.json" in err and (revision or "none") in err and "begins anew" in err, err)


def check_folder(folder, paths):
    """A folder stands for its results; what compares nothing is left out of it."""
    results = Path(folder) / "results"
    results.mkdir()
    for path in paths:
        (results / path.name).write_bytes(path.read_bytes())
    named = history(paths, "--format", "csv")[0]
    (results / "notes.txt").write_text("no results", encoding="utf-8")
    (results / ".hidden.json").write_text("no results", encoding="utf-8")
    out, err = history([results], "--format", "csv")
    check(out == named and err == "", f"a folder: {out} {err}")
    write(results, "plain.json", REFERENCE)
    out, err = history([results], "--format", "csv")
    check(out == named and "left out" in err and "1 files" in err, f"plain results: {out} {err}")
    (results / "broken.json").write_text("{", encoding="utf-8")
    check("broken.json" in history([results], status=2)[1], "a broken file of a folder")
    empty = Path(folder) / "empty"
    empty.mkdir()
    err = history([empty], status=2)[1]
    check("empty" in err and ".json" in err, err)
    write(empty, "plain.json", REFERENCE)
    check("--baseline" in history([empty], status=2)[1], "nothing to compare")


def check_missing_backend(folder, paths):
    """A change that was not measured is not skipped: the series begins anew."""
    other = comparison(1, *STEPS[1])
    other["comparison"]["cells"][0]["backend"] = "libpcap"
    gap = write(folder, "other.json", other)
    rows = list(csv.DictReader(io.StringIO(history([paths[0], gap, paths[2]], "--format", "csv")[0])))
    check([(row["backend"], row["changes"]) for row in rows] ==
          [("libpcap", "1"), ("raw", "1"), ("raw", "1")], rows)


def coordinates(path):
    """The points of a path element's d."""
    return [tuple(map(float, pair.split())) for pair in re.split("[MLZ]", path) if pair]


def check_sinks(folder):
    """Runs with a sink, and with other numbers of threads, are series of their own."""
    paths, kinds = [], ((None, None), ("csv", 1), ("csv", 4), ("arrow", 1))
    for number in range(2):
        results = comparison(number, 1.5, [1.4, 1.6])
        (cell,) = results["comparison"]["cells"]
        results["comparison"]["cells"] = [
            dict(cell, ratio=1 + place / 10, **({"sink": sink, "threads": threads} if sink else {}))
            for place, (sink, threads) in enumerate(kinds, 1)]
        paths.append(write(folder, f"sink-{number}.json", results))
    rows = list(csv.DictReader(io.StringIO(history(paths, "--format", "csv")[0])))
    check(len(rows) == 8 and [row["changes"] for row in rows] == ["1", "2"] * 4, rows)
    totals = {(row["sink"], row["threads"]): float(row["total"]) for row in rows}
    wanted = {(sink or "null", str(threads or 1)): (1 + place / 10) ** 2
              for place, (sink, threads) in enumerate(kinds, 1)}
    check(totals.keys() == wanted.keys(), totals)
    check(all(math.isclose(totals[key], wanted[key], rel_tol=1e-6) for key in wanted), totals)
    page = Path(folder) / "sinks.html"
    history(paths, "--format", "html", "-o", str(page))
    for text in (history(paths)[0].replace("\\", "").replace("&gt;", ">"),
                 page.read_text(encoding="utf-8").replace("&gt;", ">")):
        for label in ("headers > csv x4", "headers > csv", "headers > arrow"):
            check(label in text, (label, text))


def check_bytes(folder, paths):
    """A slice of the same name with other bytes is not joined."""
    other = comparison(1, *STEPS[1])
    next(one for one in other["slices"] if one["name"] == "tcp-flood")["xxh3"] = "0" * 16
    changed = write(folder, "bytes.json", other)
    out, err = history([paths[0], changed, paths[2]], "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    check([row["changes"] for row in rows] == ["1", "1", "1"], rows)
    check(err.count("tcp-flood") == 2 and "bytes.json" in err and "begins anew" in err, err)


def check_page(folder, paths):
    """The curve and its area go up and down as the totals and intervals do."""
    page = Path(folder) / "history.html"
    history([Path(folder) / "results"], "--format", "html", "-o", str(page), status=2)
    check(not page.exists(), "a page of broken results")
    history(paths, "--format", "html", "-o", str(page))
    text = page.read_text(encoding="utf-8")
    curve = coordinates(re.search(r'class="curve c1" d="([^"]*)"', text)[1])
    area = coordinates(re.search(r'class="band c1"[^>]* d="([^"]*)"', text)[1])
    rows = list(csv.DictReader(io.StringIO(history(paths, "--format", "csv")[0])))
    values = [1.0] + [float(row["total"]) for row in rows]
    ends = [(1.0, 1.0)] + [(float(row["low"]), float(row["high"])) for row in rows]
    check(len(curve) == len(values) and len(area) == 2 * len(values), (curve, area))
    (y_one, y_first), (one, first) = (curve[0][1], curve[1][1]), values[:2]
    for i, (low, high) in enumerate(ends):
        for ratio, (_, y) in ((values[i], curve[i]), (high, area[i]), (low, area[-1 - i])):
            wanted = y_one + (y_first - y_one) * (ratio - one) / (first - one)
            check(abs(y - wanted) < 0.5, f"{ratio} at {y}, not {wanted}")
    widths = [math.log(high / low) for low, high in ends]
    check(widths == sorted(widths) and widths[0] == 0, f"the intervals get wider: {widths}")
    for row in rows:
        check(row["revision"] in text, f"no {row['revision']} on the page")


def check_refused(folder, paths):
    plain = write(folder, "plain.json", REFERENCE)
    err = history([*paths, plain], status=2)[1]
    check("plain.json" in err and "--baseline" in err, err)
    check("csv" in history(paths, "--format", "cvs", status=2)[1], "format")
    check("missing" in history([Path(folder) / "missing.json"], status=2)[1], "missing file")


def results_write(folder):
    """Two backends, a commit whose interval is not known, and a gap."""
    folder.mkdir()
    for number in range(12):
        results = comparison(number, 1.02, [1.01, 1.03] if number != 8 else None,
                             old="commit-x" if number == 5 else None)
        cells = results["comparison"]["cells"]
        cells.append(dict(cells[0], backend="libpcap <b>", ratio=0.97, ci95=[0.95, 0.99]))
        cells.append(dict(cells[0], level="frames"))
        write(folder, f"{number:02}.json", results)


def main():
    if len(sys.argv) > 3:
        results_write(Path(sys.argv[3]))
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = check_series(folder)
        check_gap(folder, paths)
        check_unknown(folder)
        check_missing_backend(folder, paths)
        check_sinks(folder)
        check_bytes(folder, paths)
        check_folder(folder, paths)
        check_page(folder, paths)
        check_refused(folder, paths)
    print("all good")


main()
