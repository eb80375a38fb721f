#!/usr/bin/env python3
"""bench --baseline and --fail-on, for changes with a known result.

Usage: test_gate.py PKTBENCH SELFTEST_MODULES SCHEMA [SANITIZERS]; with SANITIZERS, instructions are
not counted, because valgrind cannot run the program.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate_results
from gate_bench import MODULES, PKTBENCH, SCHEMA, Bench, check

SANITIZERS = len(sys.argv) > 4 and sys.argv[4]


def test_refusals(bench):
    bench.run("bench", bench.slice, "--fail-on", "slower", status=2, says="--baseline")
    bench.run("bench", bench.slice, "--baseline", bench.path("nothing"), status=2, says="nothing")
    bench.run("bench", bench.slice, "--baseline", SCHEMA, status=2, says="baseline")
    bench.run("bench", bench.slice, "--backends", "raw", "--baseline",
              os.path.join(MODULES, "slowed.so"), status=2, says="takes no part")
    bench.run("bench", bench.slice, "--baseline", PKTBENCH, "--fail-on", "instructions", status=2,
              says="--count-instructions")


def test_evictions(alone, against):
    """If the sides alternate, both find the same last-level cache; otherwise it is evicted."""
    cpu, walked = against["context"]["cpu"], against["plan"]["evict_bytes"]
    check(0 < walked <= alone["plan"]["evict_bytes"], f"{walked} bytes, {alone['plan']}")
    if cpu["l2_bytes"] and cpu["l3_bytes"]:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGESIZE")
        check(walked <= 2 * cpu["l2_bytes"], f"{walked} bytes, {cpu}")
        check(alone["plan"]["evict_bytes"] <= min(2 * cpu["l3_bytes"], memory // 32), alone["plan"])


def test_against(bench, alone):
    program = shutil.copy(PKTBENCH, bench.path("old-build"))
    results, done = bench.bench("--backends", "raw,libpcap", "--baseline", program, "--processes",
                                "6", "--fail-on", "lost")
    validate_results(results, SCHEMA)
    test_evictions(alone, results)
    cells = results["comparison"]["cells"]
    check({(c["backend"], c["old_status"], c["new_status"]) for c in cells} ==
          {("raw", "unchecked", "unchecked"), ("libpcap", "unchecked", "unchecked")}, cells)
    check(all(c["n"] == 6 and c["ci95"] for c in cells), cells)
    check(results["baseline"]["file"] == "old-build", results["baseline"])
    check(results["baseline"]["tool"]["name"] == "pktbench", results["baseline"])
    check([r["backend"] for r in results["runs"]] == ["raw", "libpcap"], "the new side's runs alone")
    check(len(results["old_runs"]) == 2, "the old side's runs")
    packets = results["slices"][0]["packets"]
    check(all(r["first_packets"] == packets for r in results["runs"] + results["old_runs"]), packets)
    check(len(results["comparison"]["aa"]) == 1, "one A/A line")
    for words in ("noise: A/A: raw headers", "noise: this comparison can only detect slowdowns"):
        check(words in done.stderr, done.stderr)
    check("verdict" in done.stdout, done.stdout)


def slowed_sides(bench):
    """The two names of the slowed backend, which determine its side."""
    sides = [bench.path(f"slowed_{side}.so") for side in ("new", "old")]
    for side in sides:
        if not os.path.lexists(side):
            os.symlink(os.path.join(MODULES, "slowed.so"), side)
    return sides


def test_slowed(bench):
    """A plug-in that takes three times as long is detected on any machine."""
    new, old = slowed_sides(bench)
    both = ("--backends", "slowed", "--plugin", new, "--baseline", old, "--fail-on", "slower")
    results, done = bench.bench(*both, "--processes", "8", "--rounds", "6", status=1,
                                PKTBENCH_SELFTEST_SLOWER="2")
    check("gate: slowed headers, slice: slower" in done.stderr, done.stderr)
    check(results["comparison"]["cells"][0]["ratio"] > 2, results["comparison"])


def test_few_processes(bench):
    """Neither a condition on memory nor one on time is passed by too few processes to see it."""
    new, old = slowed_sides(bench)
    both = ("--backends", "slowed", "--plugin", new, "--baseline", old, "--processes", "8")
    _, done = bench.bench(*both, "--fail-on", "rss:10%", status=1)
    check("peak memory: 8 processes are too few" in done.stderr, done.stderr)
    bench.bench(*both, "--fail-on", "rss:10%", "--allow-inconclusive")
    # On a quiet machine too-few-samples, otherwise inconclusive, or faster or slower by chance.
    results, done = bench.bench(*both, "--fail-on", "slower:900%", status=1)
    (cell,) = results["comparison"]["cells"]
    check(cell["change"] == "too-few-samples" and cell["ci95"], cell)
    check(cell["statistics"]["median"]["p"] is None, cell)
    check(done.stderr.count("gate: ") == 1, done.stderr)
    check("about 10 processes are needed, there were 8" in done.stderr, done.stderr)
    bench.bench(*both, "--fail-on", "slower:900%", "--allow-inconclusive")
    results, _ = bench.bench(*both[:-1], "10", "--fail-on", "slower:900%")
    check(results["comparison"]["cells"][0]["change"] in ("same", "not-slower"), results["comparison"])


def test_first_packets(bench):
    """The results say what the first runs of slow and quick backends read."""
    new, _ = slowed_sides(bench)
    capture = bench.path("long.pcap")
    bench.run("gen", "tcp-flood", "--size", "1000000", "-o", capture)
    out = bench.path("long.json")
    bench.run("bench", capture, "--levels", "headers", "--reference", "raw", "--processes", "1",
              "--rounds", "1", "--backends", "raw,slowed", "--plugin", new, "-o", out,
              PKTBENCH_SELFTEST_SLOWER="1000")
    with open(out, encoding="utf-8") as file:
        results = json.load(file)
    validate_results(results, SCHEMA)
    packets = results["slices"][0]["packets"]
    found = {run["backend"]: run["first_packets"] for run in results["runs"]}
    # On a busy machine, fewer packets than that fit into the budget.
    check(found["raw"] == packets > 5000 >= found["slowed"] > 0, (packets, found))


def test_run_statuses(bench):
    """--fail-on sees the runs that were not measured, too."""
    common = ("bench", bench.slice, "--reference", "raw", "--processes", "1", "--rounds", "1",
              "--budget", "20s", "-o", bench.path("statuses.json"))
    for status, arguments in (
            ("not-offered", ("--backends", "raw,read-all", "--levels", "frames,headers")),
            ("unavailable", ("--backends", "raw,libtins", "--levels", "headers"))):
        bench.run(*common, *arguments, "--fail-on", "failed,crashed")
        done = bench.run(*common, *arguments, "--fail-on", status, status=1)
        check(f": {status}" in done.stderr, done.stderr)
        bench.run(*common, "--backends", "raw", "--levels", "headers", "--fail-on", status)


def test_lost(bench):
    """What the baseline has and this build does not is no passing run."""
    old = bench.path("old")
    with open(old, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nunset PKTBENCH_MODULES\nexec {PKTBENCH} \"$@\"\n")
    os.chmod(old, 0o755)
    environment = {k: v for k, v in os.environ.items() if k != "PKTBENCH_MODULES"}
    known = subprocess.run([PKTBENCH, "list", "backends", "--format", "json"], env=environment,
                           capture_output=True, text=True, check=True)
    modules = [b["name"] for b in json.loads(known.stdout)
               if b["available"] and b["name"] in ("libtins", "libtrace")]
    if not modules:
        print("lost backends are not tested: no module is built")
        return
    common = ("--backends", f"raw,{modules[0]}", "--baseline", old, "--processes", "1")
    _, done = bench.bench(*common, "--fail-on", "lost", status=1)
    check(f"gate: {modules[0]} headers, slice: lost: unavailable, it was offered" in done.stderr,
          done.stderr)
    bench.bench(*common)


def test_instructions(bench):
    new, old = slowed_sides(bench)
    both = ("--backends", "slowed", "--plugin", new, "--baseline", old, "--processes", "1",
            "--count-instructions")
    results, done = bench.bench(*both, PKTBENCH_SELFTEST_LOOPS="0")
    cell = results["comparison"]["cells"][0]
    if not cell["old_instructions"]:
        check(SANITIZERS or not shutil.which("valgrind"), done.stderr)
        print("instructions are not tested:", done.stderr)
        bench.run("bench", bench.slice, "--levels", "headers", "--reference", "raw", "--rounds",
                  "1", *both, "--fail-on", "instructions", status=2, says="instructions: no run has it",
                  PKTBENCH_SELFTEST_LOOPS="0")
        return
    # glibc 2.41 takes some instructions more or less for the same work in another process.
    check(abs(cell["old_instructions"] - cell["new_instructions"]) <= cell["old_instructions"] / 1000, cell)
    bench.bench(*both, "--fail-on", "instructions:1%", PKTBENCH_SELFTEST_LOOPS="0")
    results, _ = bench.bench(*both, "--fail-on", "instructions", status=1,
                             PKTBENCH_SELFTEST_LOOPS="5000")
    cell = results["comparison"]["cells"][0]
    check(cell["new_instructions"] > cell["old_instructions"], cell)


def main():
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder)
        results, _ = bench.bench("--backends", "raw,libpcap", "--processes", "1", "--budget", "1s")
        validate_results(results, SCHEMA)
        test_refusals(bench)
        test_run_statuses(bench)
        test_against(bench, results)
        test_slowed(bench)
        test_few_processes(bench)
        test_first_packets(bench)
        test_lost(bench)
        test_instructions(bench)
    print("all good")


main()
