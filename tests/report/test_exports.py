#!/usr/bin/env python3
"""Export formats for other programs, read by the consumer's own reader if it is installed.

Usage: test_exports.py PKTBENCH
"""
import glob
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from validation import validate

PKTBENCH = sys.argv[1]
COMPARE_PY = "/usr/share/benchmark/compare.py"  # of the package libbenchmark-tools
# https://bencher.dev/docs/reference/bencher-metric-format/
BMF = {"type": "object",
       "additionalProperties": {
           "type": "object",
           "additionalProperties": {
               "type": "object",
               "properties": {key: {"type": "number"}
                              for key in ("value", "lower_value", "upper_value")},
               "required": ["value"], "additionalProperties": False}}}
# What benchmark-action/github-action-benchmark's extractCustomBenchmarkResult reads.
GITHUB_ACTION = {"type": "array",
                 "items": {"type": "object",
                           "properties": {"name": {"type": "string"}, "unit": {"type": "string"},
                                          "value": {"type": "number"}, "range": {"type": "string"},
                                          "extra": {"type": "string"}},
                           "required": ["name", "unit", "value"]}}


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def bench(folder, form):
    """Standard output in the format, and the results it was made from."""
    out = os.path.join(folder, f"{form}.results.json")
    arguments = [PKTBENCH, "bench", os.path.join(folder, "slice.pcap"), "--backends",
                 "read-all,raw,libpcap", "--levels", "headers,dissect", "--reference", "raw",
                 "--baseline", PKTBENCH, "--processes", "6", "--rounds", "2", "--format", form,
                 "-o", out]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False,
                          env={**os.environ, "PKTBENCH_MODULES": folder})
    check(done.returncode == 0, f"{form}: {done.stderr}")
    with open(out, encoding="utf-8") as file:
        return done.stdout, json.load(file)


def timed(results):
    runs = {f"{r['backend']}/{r['slice']}/{r['level']}": r for r in results["runs"]
            if r["ns_per_packet"]}
    check(len(runs) == 2, f"raw and libpcap have times: {sorted(runs)}")
    return runs


def test_github_action(folder):
    text, results = bench(folder, "github-action")
    entries = json.loads(text)
    validate(entries, GITHUB_ACTION)
    runs = timed(results)
    check({e["name"] for e in entries} == set(runs), entries)
    for entry in entries:
        check(abs(entry["value"] / runs[entry["name"]]["ns_per_packet"] - 1) < 1e-6, entry)


def test_bmf(folder):
    text, results = bench(folder, "bmf")
    document = json.loads(text)
    validate(document, BMF)
    check(set(document) == set(timed(results)), document)
    for measures in document.values():
        latency = measures["latency"]
        check(latency["lower_value"] <= latency["value"] <= latency["upper_value"], measures)
        check(abs(latency["value"] * measures["throughput"]["value"] / 1e9 - 1) < 1e-6, measures)


def test_junit(folder):
    text, results = bench(folder, "junit")
    root = xml.etree.ElementTree.fromstring(text)
    cases = root.findall("./testsuite[@name='bench']/testcase")
    check(len(cases) == len(results["runs"]), text)
    check(len(root.findall(".//skipped")) == sum(r["status"] in ("not-offered", "unavailable")
                                                 for r in results["runs"]), text)
    try:
        import junitparser
    except ImportError:
        print("SKIP: JUnit by its reader: python3-junitparser is not installed")
        return
    read = junitparser.JUnitXml.fromstring(text)
    suites = {suite.name: suite for suite in read}
    check(set(suites) == {"bench", "gate"}, text)
    check(suites["bench"].tests == len(list(suites["bench"])) == len(results["runs"]), text)
    before = (suites["bench"].tests, suites["bench"].failures, suites["bench"].skipped)
    suites["bench"].update_statistics()
    check(before == (suites["bench"].tests, suites["bench"].failures, suites["bench"].skipped),
          f"counts: {before}")


def test_gbench(folder):
    paths = []
    for name in ("old", "new"):
        text, results = bench(folder, "gbench")
        document = json.loads(text)
        check({b["name"] for b in document["benchmarks"]} == set(timed(results)), text)
        check(len(document["benchmarks"]) == sum(len(r["samples"]) for r in timed(results).values()),
              text)
        paths.append(os.path.join(folder, f"{name}.json"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            file.write(text)
    if not glob.glob(COMPARE_PY):
        print("SKIP: google/benchmark's compare.py: libbenchmark-tools is not installed")
        return
    try:
        import scipy  # noqa: F401
    except ImportError:
        print("SKIP: google/benchmark's compare.py: python3-scipy is not installed")
        return
    done = subprocess.run([sys.executable, COMPARE_PY, "--no-color", "benchmarks", *paths],
                          capture_output=True, text=True, check=False)
    check(done.returncode == 0, done.stderr)
    for name in timed(results):
        check(name in done.stdout and f"{name}_pvalue" in done.stdout, done.stdout)


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([PKTBENCH, "gen", "tcp-flood", "--size", "200000", "-o",
                        os.path.join(folder, "slice.pcap")], check=True)
        test_github_action(folder)
        test_bmf(folder)
        test_junit(folder)
        test_gbench(folder)
    print("all good")


main()
