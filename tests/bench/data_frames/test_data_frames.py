#!/usr/bin/env python3
"""bench --sink pandas,polars,pyarrow: statuses and times of the ways, tables, other formats.

The ways are stubs: tests/python/test_data_frames.py has the libraries.

Usage: test_data_frames.py PKTBENCH STUB_DRIVER EXTERNAL SCHEMA"""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate_results

PKTBENCH, STUB, EXTERNAL, SCHEMA = (os.path.realpath(path) for path in sys.argv[1:5])
COMMON = ("--backends", "raw", "--levels", "headers", "--reference", "raw", "--processes", "1",
          "--rounds", "1", "--budget", "20s")
COLUMNS = ["ts_ns", "cap_len", "ip_proto", "src", "dst", "src_port", "dst_port", "tcp_flags"]
# Way and kind: statuses, and a part of the reason. What is compared with raw alone may be ok where
# the decoder has another name.
WANTED = {
    ("read", "pandas"): ("ok", ""),
    ("arrow", "pandas"): ("unavailable", "run `python3 -m pip install pandas`"),
    ("csv", "pandas"): ("unfaithful", "did not return the column"),
    ("dpkt", "pandas"): ("disagrees", "dst_port"),
    ("scapy", "pandas"): ("crashed", "exit status 3"),
    ("read", "polars"): ("ok", ""),
    ("arrow", "polars"): ("ok", ""),
    ("dpkt", "polars"): ("ok", ""),
    ("scapy", "polars"): ("ok", ""),
    ("read", "pyarrow"): ("ok", ""),
    ("arrow", "pyarrow"): ("ok", ""),
}


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def run(environment, *arguments, status=0):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})
    check(done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def bench(environment, folder, *arguments, status=0):
    out = os.path.join(folder, "results.json")
    done = run(environment, "bench", *arguments, *COMMON, "-o", out, status=status)
    with open(out, encoding="utf-8") as file:
        results = json.load(file)
    validate_results(results, SCHEMA)
    return results, done.stdout


def check_times(results, found):
    """Rows a second, and ratios to read() into the same kind of object."""
    packets = results["slices"][0]["packets"]
    for (way, kind), one in found.items():
        run_ = one["run"]
        timed = run_["status"] == "ok"
        check((run_["wall_ns"] is not None) == timed and (one["rows_per_s"] is not None) == timed,
              f"{way} {kind}: its times")
        if not timed:
            continue
        check(one["columns"] == COLUMNS and one["work"] and one["version"], f"{way} {kind}: what it is")
        check(abs(one["rows_per_s"] * run_["ns_per_packet"] / 1e9 - 1) < 1e-6, f"{way} {kind}: rates")
        check(run_["agreement"]["cells_compared"] > 5 * 1000, f"{way} {kind}: cells are compared")
        check(run_["proof"] == "packets changed", f"{way} {kind}: {run_['proof']}")
        check((one["to_base"] is None) == (way == "read"), f"{way} {kind}: {one['to_base']}")
        check(way == "read" or one["to_base"]["backend"] == f"read-{kind}", f"{way} {kind}: base")
        check(run_["ratio"]["backend"] == "raw", "the ratio to raw, whose rows are counted")
    slow = found["scapy", "polars"]["run"]
    check(slow["prefix_packets"] and slow["prefix_packets"] < packets, "the slow one has a prefix")
    check(found["scapy", "polars"]["to_base"]["median"] > 1, "and is slower a row")


def check_results(environment, folder, capture):
    results, table = bench(environment, folder, capture, "--sink", "pandas,polars,pyarrow",
                           status=1)  # one is unfaithful
    found = {(r["way"], r["data_frame"]): r for r in results["data_frame_runs"]}
    check(found.keys() == WANTED.keys(), f"{sorted(found)}")
    for key, (status, reason) in WANTED.items():
        run_ = found[key]["run"]
        check(run_["status"] == status, f"{key}: {run_['status']} ({run_['reason']})")
        check(reason in (run_["reason"] or ""), f"{key}: {run_['reason']}")
    check_times(results, found)
    names = [b["name"] for b in results["backends"]]
    check(names == ["raw"] and {r["backend"] for r in results["runs"]} == {"raw"}, "no backends")
    lines = table.splitlines()
    check("Rows into data frames" in lines, table)
    check(any(line.split()[:4] == ["slice", "polars", "dpkt-polars", "headers"] for line in lines), table)
    check(any(line.startswith("arrow-pandas headers, pandas: no pandas here") for line in lines), table)
    check(any(line.startswith("scapy-polars headers, polars: first ") for line in lines), table)
    check(any(line.startswith("dpkt-pandas headers, pandas: ") and "dst_port" in line for line in lines), table)
    return found


def check_formats(environment, folder, found):
    """Stored results, in every format."""
    path = os.path.join(folder, "results.json")

    def report(form):
        return run(environment, "report", "--format", form, path).stdout
    timed = {f"{way}-{kind}" for (way, kind), one in found.items() if one["rows_per_s"]}
    rows = list(csv.DictReader(io.StringIO(report("csv"))))
    check(len(rows) == 1 + len(found), f"{len(rows)} lines of CSV")
    check({r["backend"] for r in rows if r["ns_per_packet"]} == timed | {"raw"}, "times in CSV")
    names = {entry["name"].split("/")[0] for entry in json.loads(report("github-action"))}
    check(names == timed | {"raw"}, names)
    check({name.split("/")[0] for name in json.loads(report("bmf"))} == names, "bmf")
    repeats = json.loads(report("gbench"))["benchmarks"]
    check({one["name"].split("/")[0] for one in repeats} == names, "gbench")
    junit = report("junit")
    check(f'tests="{1 + len(found)}" failures="3" errors="0" skipped="1"' in junit, junit)
    check("read-polars headers" in junit, junit)
    check("**Rows into data frames**" in report("markdown"), "markdown")
    run(environment, "report", path, "-o", os.path.join(folder, "report"))
    with open(os.path.join(folder, "report", "index.html"), encoding="utf-8") as file:
        page = file.read()
    check("<h4>Rows into data frames</h4>" in page and "read-pyarrow" in page, "the page")


def check_missing(folder, capture):
    """Python without packages: each way is unavailable, with the command that helps."""
    python = os.path.join(folder, "bare-python")
    with open(python, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    os.chmod(python, 0o755)
    environment = {"PKTBENCH_PYTHON": python, "PKTBENCH_EXTERNAL": EXTERNAL}
    results, table = bench(environment, folder, capture, "--sink", "pandas,pyarrow")
    for one in results["data_frame_runs"]:
        run_ = one["run"]
        check(run_["status"] == "unavailable" and not run_["wall_ns"], f"{one}")
        check("-m pip install " in run_["reason"] and " pyarrow" in run_["reason"], run_["reason"])
        check(("`./run wheel`" in run_["reason"]) == (one["way"] == "read"), run_["reason"])
    check(len(results["data_frame_runs"]) == 7 and "-m pip install" in table, table)
    run(environment, "bench", capture, "--sink", "pyarrow", *COMMON, "--fail-on", "unavailable", "-o",
        os.path.join(folder, "failed.json"), status=1)


def check_refused(environment, folder, capture):
    for words, says in ((["--sink", "panda"], "did you mean pandas?"),
                        (["--sink", "pandas", "--baseline", PKTBENCH], "leave out --baseline"),
                        (["--sink", "polars", "--threads", "2"], "needs --sink csv")):
        check(says in run(environment, "bench", capture, *words, status=2).stderr, says)
    nowhere = {"PKTBENCH_EXTERNAL": os.path.join(folder, "nowhere")}
    said = run(nowhere, "bench", capture, "--sink", "pandas", *COMMON, status=2).stderr
    check("driver data_frames_driver.py not found" in said, said)


def main():
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "slice.pcap")
        drivers = os.path.join(folder, "external")
        shutil.copytree(EXTERNAL, drivers)
        shutil.copy(STUB, os.path.join(drivers, "data_frames_driver.py"))
        environment = {"PKTBENCH_PYTHON": sys.executable, "PKTBENCH_EXTERNAL": drivers,
                       "STUB_FOLDER": folder}
        run({}, "gen", "tcp-flood", "--size", "300000", "-o", capture)
        check_refused(environment, folder, capture)
        found = check_results(environment, folder, capture)
        check_formats(environment, folder, found)
        check_missing(folder, capture)
    print("all good")


main()
