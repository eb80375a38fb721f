#!/usr/bin/env python3
"""`pktbench history`: totals and intervals of several comparisons are those that arithmetic gives.

Usage: test_history.py PKTBENCH SOURCE"""

import copy
import csv
import io
import json
import math
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
    results["context"]["date"] = f"2026-11-{10 + number}T00:00:00Z"
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


def check_refused(folder, paths):
    plain = write(folder, "plain.json", REFERENCE)
    err = history([*paths, plain], status=2)[1]
    check("plain.json" in err and "--baseline" in err, err)
    check("csv" in history(paths, "--format", "cvs", status=2)[1], "format")
    check("missing" in history([Path(folder) / "missing.json"], status=2)[1], "missing file")


def main():
    with tempfile.TemporaryDirectory() as folder:
        paths = check_series(folder)
        check_gap(folder, paths)
        check_refused(folder, paths)
    print("all good")


main()
