#!/usr/bin/env python3
"""A bench that is killed leaves the results of the blocks that were done.

Usage: test_partial.py PKTBENCH SCHEMA
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate_results

PKTBENCH, SCHEMA = sys.argv[1:3]
BLOCKS = 500
WAIT_S = 60


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def run(*arguments, status=0):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, check=False)
    check(done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def blocks_of(results):
    return 1 + max((sample["block"] for one in results["runs"] for sample in one["samples"]),
                   default=-1)


def kill_when(process, path, wanted):
    """Kill it once the file has results of so many blocks. Whenever it is there, it is whole."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        check(process.poll() is None, "the run ended before it was killed")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                results = json.load(file)
            check(results["partial"] is True, "a run that goes on is partial")
            if blocks_of(results) >= wanted:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                with open(path, encoding="utf-8") as file:
                    return json.load(file)
        time.sleep(0.02)
    return sys.exit("FAIL: no results came")


def killed(folder, capture, *options):
    """The results that a killed run left, and their path."""
    path = os.path.join(folder, "results.json")
    scratch = os.path.join(folder, "scratch")
    os.makedirs(scratch, exist_ok=True)
    if os.path.exists(path):
        os.unlink(path)
    command = [PKTBENCH, "bench", capture, "--backends", "raw,libpcap", "--levels", "headers",
               "--reference", "raw", "--processes", str(BLOCKS), "--rounds", "1", "-o", path,
               *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env={**os.environ, "TMPDIR": scratch}) as process:
        results = kill_when(process, path, 3)
    deadline = time.monotonic() + WAIT_S
    while os.listdir(scratch) and time.monotonic() < deadline:
        time.sleep(0.05)
    check(not os.listdir(scratch), "the scratch folder goes with the run")
    check([name for name in os.listdir(folder) if name.startswith("results.json")] ==
          ["results.json"], f"temporary files: {os.listdir(folder)}")
    return results, path


def check_results(results):
    validate_results(results, SCHEMA)
    check(results["partial"] is True and results["plan"]["blocks"] == BLOCKS, results["plan"])
    done = blocks_of(results)
    check(3 <= done < BLOCKS, f"{done} blocks")
    check({r["backend"] for r in results["runs"]} == {"raw", "libpcap"}, "every run is there")
    for one in results["runs"]:
        check([s["block"] for s in one["samples"]] == list(range(done)), "every block is there")
        check(one["wall_ns"]["n"] == done, one["wall_ns"])
    return done


def check_readers(folder, path, done):
    """They take partial results, and say what they are."""
    words = f"results.json: partial results: {done} of {BLOCKS} blocks"
    report = os.path.join(folder, "report")
    made = run("report", path, "-o", report)
    check(words in made.stderr, made.stderr)
    for name in ("index.html", "report.md"):
        with open(os.path.join(report, name), encoding="utf-8") as file:
            check(f"partial results: {done} of {BLOCKS} blocks" in file.read(), name)
    made = run("compare", path, path)
    check(made.stderr.count(words) == 2, made.stderr)
    with open(path, encoding="utf-8") as file:
        results = json.load(file)
    for one in results["runs"]: # whoever was there to compare with
        one["status"] = "ok"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(results, file)
    made = run("choose", path)
    check(words in made.stderr and re.search(r"^  partial results: \d", made.stdout, re.M), made)


def check_whole(folder, capture):
    path = os.path.join(folder, "results.json")
    run("bench", capture, "--backends", "raw", "--levels", "headers", "--reference", "raw",
        "--processes", "2", "--rounds", "1", "-o", path)
    with open(path, encoding="utf-8") as file:
        results = json.load(file)
    check("partial" not in results and blocks_of(results) == 2, "a whole run is not partial")
    made = run("compare", path, path)
    check("partial" not in made.stderr, made.stderr)


def check_pipe(folder, capture):
    """A pipe gets the results once."""
    path = os.path.join(folder, "pipe")
    os.mkfifo(path)
    with subprocess.Popen([PKTBENCH, "bench", capture, "--backends", "raw", "--levels", "headers",
                           "--reference", "raw", "--processes", "3", "--rounds", "1", "-o", path],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        text = ""
        while process.poll() is None or not text: # it is opened once to see whether it can be
            with open(path, encoding="utf-8") as file:
                text = file.read() or text
            if text:
                break
        check(process.wait() == 0, "the run")
    check("partial" not in json.loads(text), "one document, of the whole run")


def main():
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "slice.pcap")
        run("gen", "tcp-flood", "--size", "100000", "-o", capture)
        results, path = killed(folder, capture)
        check_readers(folder, path, check_results(results))
        results, _ = killed(folder, capture, "--baseline", PKTBENCH)
        check_results(results)
        check(len(results["comparison"]["cells"]) == 2, results["comparison"])
        check_whole(folder, capture)
        check_pipe(folder, capture)
    print("all good")


main()
