#!/usr/bin/env python3
"""The cost of output (bench --sink, --threads), and slices of filtered captures (-f).

Usage: test_output_cells.py PKTBENCH STUB_FOLDER SCHEMA
"""
import collections
import csv
import json
import os
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate_results

PKTBENCH, STUBS, SCHEMA = sys.argv[1:4]
SINKS = ("csv", "arrow", "parquet")
QUICK = ("--processes", "2", "--rounds", "1", "--sample", "1ms", "--budget", "3s")


def run(*arguments, status=0, text=True):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=text, check=False)
    if done.returncode != status:
        sys.exit(f"{arguments}: exit status {done.returncode}, wanted {status}\n"
                 f"{done.stdout}\n{done.stderr}")
    return done


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def bench(folder, *arguments, status=0):
    out = os.path.join(folder, "results.json")
    done = run("bench", *arguments, *QUICK, "-o", out, status=status)
    with open(out, encoding="utf-8") as file:
        return json.load(file), done


def key(cell):
    return (cell["backend"], cell["level"], cell.get("sink", "null"), cell.get("threads", 1))


def check_rows(results, capture):
    """Every native run has a cell per sink and number of threads, with the same rows."""
    runs = {key(r): r for r in results["runs"]}
    check(len(runs) == len(results["runs"]), "no two runs have the same key")
    offered = [k for k, r in runs.items() if k[2] == "null" and r["status"] != "not-offered"]
    check(len(offered) == 5, f"read-all, raw and libpcap at what they offer: {offered}")
    for backend, level, _, _ in offered:
        plain = runs[backend, level, "null", 1]
        check("sink" not in plain and "output_bytes" not in plain, "the null sink is not named")
        for sink in SINKS:
            whole = run("extract", capture, "--backend", backend, "--level", level, "--format",
                        sink, text=False).stdout
            for threads in (1, 2):
                row = runs[backend, level, sink, threads]
                what = f"{backend} {level} > {sink} x{threads}"
                check(row["status"] == plain["status"], f"{what}: {row['status']} {row['reason']}")
                check(row["wall_ns"] and row["ns_per_packet"] > 0, f"{what} has a time")
                check(len(row["samples"]) == 2, f"{what}: {len(row['samples'])} samples")
                check(row["agreement"] == plain["agreement"], f"{what}: agreement")
                check(row["output_bytes"] == len(whole), f"{what}: as many bytes as extract's")
    ratio = runs["raw", "headers", "csv", 2]["ratio"]
    check(ratio["backend"] == "raw" and ratio["level"] == "headers", "against raw's counted rows")
    check(len(results["aa"]) == 2, "A/A lines are of the null sink")
    check(len(results["process_runs"]) == 3, "whole processes throw rows away")


def check_table(done):
    lines = done.stdout.split("\nAgreement:", maxsplit=1)[0].splitlines()[1:]
    for words in ("headers > csv", "headers > csv x2", "frames > parquet x2", "headers > arrow"):
        rows = [line for line in lines if f"  {words}  " in line]
        check(rows, f"the table has {words}")
    check(all(len(line.split("  unchecked")[0].rstrip()) <= 100 for line in lines),
          "at most 100 columns")
    check("> csv: rows written as CSV to /dev/null" in done.stdout, "what the rows mean is said")


def check_consumers(folder, capture):
    """Readers of results distinguish the cells."""
    arguments = (capture, "--backends", "raw", "--levels", "headers", "--reference", "raw",
                 "--sink", "csv,null", "--threads", "2,1,2")
    results, done = bench(folder, *arguments, "--format", "github-action")
    names = [entry["name"] for entry in json.loads(done.stdout)]
    stem = "raw/slice/headers"
    check(names == [stem, f"{stem}/csv/threads:2", f"{stem}/csv"], names)
    path = os.path.join(folder, "results.json")
    run("report", path, "-o", os.path.join(folder, "report"))
    with open(os.path.join(folder, "report", "report.md"), encoding="utf-8") as file:
        check("| headers &gt; csv x2 |" in file.read(), "the report has the row")
    lines = run("bench", *arguments, *QUICK, "-o", path, "--format", "csv").stdout.splitlines()
    sinks = [(row["sink"], row["threads"]) for row in csv.DictReader(lines)]
    check(sinks == [("null", "1"), ("csv", "2"), ("csv", "1")], sinks)
    compared = json.loads(run("compare", path, path, "--format", "json").stdout)
    check(sorted(map(key, compared["cells"])) == sorted(map(key, results["runs"])),
          "compare has a cell a run")


def check_choice(folder, capture):
    results, _ = bench(folder, capture, "--backends", "raw,libpcap", "--levels", "headers",
                       "--reference", "wireshark", "--sink", "csv", "--threads", "1,2")
    path = os.path.join(folder, "results.json")
    for r in results["runs"]: # whoever was there to compare with
        r["status"] = "ok"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(results, file)
    runs = {key(r): r for r in results["runs"]}
    volume = ("--volume", "1TB", "--format", "json")
    choice = json.loads(run("choose", path, "--sink", "csv", *volume).stdout)
    packets = 1e12 / (results["slices"][0]["bytes"] / results["slices"][0]["packets"])
    check(len(choice["fits"]) == 2, choice["rejected"])
    for fit in choice["fits"]:
        one, two = (runs[fit["backend"], "headers", "csv", n] for n in (1, 2))
        check(abs(fit["ns_per_packet"] / one["ns_per_packet"] - 1) < 1e-6, "the cost with the sink")
        check(fit["with_threads"][0]["threads"] == 2, fit["with_threads"])
        check(abs(fit["with_threads"][0]["ns_per_packet"] / two["ns_per_packet"] - 1) < 1e-6,
              "the cost with threads")
        rows = one["output_bytes"] / results["slices"][0]["packets"] * packets
        check(abs(fit["output_bytes"] / rows - 1) < 1e-6, "the bytes that were written")
    check(any("written as csv to /dev/null by one thread" in line for line in choice["assumptions"]), choice)
    choice = json.loads(run("choose", path, "--sink", "arrow", *volume).stdout)
    first = choice["fits"][0]
    check(first["ns_per_packet"] == runs[first["backend"], "headers", "null", 1]["ns_per_packet"],
          "without rows of the sink the counted ones' cost")
    check(any("writing them was not measured" in line for line in choice["assumptions"]), choice)


def check_against(folder, capture):
    results, _ = bench(folder, capture, "--backends", "raw", "--levels", "headers", "--reference",
                       "raw", "--sink", "arrow,csv", "--baseline", PKTBENCH)
    wanted = sorted(map(key, results["runs"]))
    check(len(wanted) == 3 and wanted == sorted(map(key, results["old_runs"])), "both sides")
    cells = results["comparison"]["cells"]
    check(wanted == sorted(map(key, cells)), "what is compared")
    check(all(cell["ratio"] for cell in cells), "every cell has a ratio")
    validate_results(results, SCHEMA)


def check_faults(folder, capture):
    """A backend whose timed runs return other rows is detected, in text and in binary formats."""
    stub = os.path.join(STUBS, "stub_forgets.so")
    results, _ = bench(folder, capture, "--backends", "raw", "--plugin", stub, "--levels",
                       "headers", "--reference", "raw", "--sink", "csv,arrow", status=1)
    runs = {key(r): r for r in results["runs"]}
    for sink in ("csv", "arrow"):
        row = runs["stub-forgets", "headers", sink, 1]
        check(row["status"] == "unfaithful" and row["wall_ns"] is None, f"{sink}: {row['status']}")
        check(runs["raw", "headers", sink, 1]["wall_ns"], "raw keeps its time")
    short = os.path.join(STUBS, "stub_short.so")
    results, _ = bench(folder, capture, "--backends", "raw", "--plugin", short, "--levels",
                       "headers", "--reference", "raw", "--sink", "csv")
    row = next(r for r in results["runs"] if key(r) == ("stub-short", "headers", "csv", 1))
    check(row["status"] == "disagrees" and row["wall_ns"] is None, "no time without agreement")


def check_filter(folder, capture):
    """The filter is applied before slicing; every backend gets the same packets."""
    rows = run("extract", capture, "-f", "udp").stdout.count("\n") - 1
    total = run("extract", capture).stdout.count("\n") - 1
    check(0 < rows < total, f"udp is {rows} of {total}")
    wanted = {"expression": "udp", "kept": rows, "of": total}
    packed = os.path.join(folder, "packed.pcap.gz")
    with open(packed, "wb") as out:
        subprocess.run(["gzip", "-c", capture], stdout=out, check=True)
    for path in (capture, packed):
        results, done = bench(folder, path, "-f", "udp", "--backends", "raw,libpcap", "--levels",
                              "headers", "--reference", "raw")
        slice_of = results["slices"][0]
        check(slice_of["filter"] == wanted and slice_of["packets"] == rows, slice_of)
        check(f"filter 'udp': {rows} of {total} packets match" in done.stdout, done.stdout)
        compared = [r["agreement"]["rows_compared"] for r in results["runs"] if r["agreement"]]
        check(compared and set(compared) == {rows}, compared)
        validate_results(results, SCHEMA)
    found = json.loads(run("verify", capture, "-f", "udp", "--backends", "libpcap", "--levels",
                           "headers", "--reference", "raw", "--format", "json", "--fail-on",
                           "differs,disagrees").stdout)
    check(found[0]["slice"]["filter"] == wanted, found)
    net, _ = bench(folder, capture, "-f", "ip and not net 203.0.113.0/24", "--backends", "raw",
                   "--levels", "headers", "--reference", "raw")
    check(net["context"]["options"]["f"].endswith("/24") and
          "203.0.113.0" in net["context"]["options"]["f"], "the whole filter is kept")


def check_refusals(capture):
    for arguments, words in [
            (("bench", capture, "-f", "udp port 1"), "takes none of its"),
            (("bench", capture, "-f", "no such words"), "filter 'no such words'"),
            (("verify", capture, "-f", "udp port 1"), "takes none of its"),
            (("verify", capture, "-f", "(("), "filter '(('"),
            (("verify", "--suite", "malformed", "-f", "tcp"), "-f chooses packets"),
            (("bench", capture, "--sink", "paper"), "known: null, csv, arrow, parquet"),
            (("bench", capture, "--threads", "2"), "needs --sink"),
            (("bench", capture, "--sink", "null", "--threads", "2"), "needs --sink"),
            (("bench", capture, "--sink", "csv", "--threads", "0"), "from 1 to"),
            (("bench", capture, "--sink", "csv", "--threads", "two"), "from 1 to")]:
        done = run(*arguments, status=2)
        check(words in done.stderr and done.stderr.count("\n") == 1, f"{arguments}: {done.stderr}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "slice.pcap")
        run("gen", "benign-iot", "--size", "400000", "-o", capture)
        results, done = bench(folder, capture, "--backends", "read-all,raw,libpcap", "--levels",
                              "frames,headers", "--reference", "raw", "--sink", ",".join(SINKS),
                              "--threads", "1,2")
        validate_results(results, SCHEMA)
        check_rows(results, capture)
        check_table(done)
        plain, _ = bench(folder, capture, "--backends", "raw", "--reference", "raw")
        counts = collections.Counter(map(key, plain["runs"]))
        check(counts and all(k[2:] == ("null", 1) and n == 1 for k, n in counts.items()), counts)
        check_consumers(folder, capture)
        check_choice(folder, capture)
        check_against(folder, capture)
        check_faults(folder, capture)
        check_filter(folder, capture)
        check_refusals(capture)
    print("all good")


main()
