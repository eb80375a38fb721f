"""Other files with the same packets (bench --as-is, --suite reference), and the budget.

Usage: test_inputs.py PKTBENCH SCHEMA"""

import gzip
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate_results

PKTBENCH, SCHEMA = os.path.realpath(sys.argv[1]), sys.argv[2]
FIXED = ("--processes", "2", "--rounds", "1", "--budget", "5s")


def run(*arguments, status=0, folder=None):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, check=False,
                          cwd=folder)
    if done.returncode != status:
        sys.exit(f"{arguments}: exit status {done.returncode}, wanted {status}\n"
                 f"{done.stdout}{done.stderr}")
    return done


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def bench(folder, *arguments):
    out = os.path.join(folder, "results.json")
    done = run("bench", *arguments, "-o", out)
    with open(out, encoding="utf-8") as file:
        results = json.load(file)
    validate_results(results, SCHEMA)
    return results, done.stdout


def input_of(results, *key):
    """The run with this file, input, coldness, backend and level."""
    found = [i for i in results.get("input_runs", []) if key == (
        i["slice"], i["input"], i["cold"], i["run"]["backend"], i["run"]["level"])]
    check(len(found) == 1, f"{len(found)} runs of {key}")
    return found[0]


def on_disk(path):
    """Can the file leave the page cache? Not on tmpfs."""
    kind = subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True, check=True)
    return kind.stdout.strip() not in ("tmpfs", "ramfs", "overlayfs")


def check_cold(found, disk, what):
    status = found["run"]["status"]
    if disk:
        check(status in ("ok", "unchecked"), f"{what}: {status}: {found['run']['reason']}")
    if status == "failed":
        check("stays in memory" in found["run"]["reason"], found["run"]["reason"])
        print(f"SKIP: {what}: no cold runs here")
    else:
        check(found["run"]["runs"] == 1, f"{what}: a sample is one cold run")
        check(found["to_base"]["n"] == 2, f"{what}: paired with the warm runs")


def check_reference(folder, capture):
    """Every slice in two layouts, and cold, for raw and libpcap up to headers."""
    results, table = bench(folder, capture, "--suite", "reference", "--backends",
                           "read-all,raw,libpcap", "--reference", "raw", *FIXED)
    check([s["name"] for s in results["slices"]] == ["good"], "one slice has a table")
    check(results["slices"][0]["write_bytes"] == 1 << 20, "slices are written by 1 MiB")
    check(len(results["input_runs"]) == 8, f"{len(results['input_runs'])} runs of other files")
    for backend in ("raw", "libpcap"):
        for level in ("frames", "headers"):
            small = input_of(results, "good", "4 KiB writes", False, backend, level)
            check(small["to_base"]["n"] == 2, "paired with the runs of the slice")
            check(small["run"]["wall_ns"]["median"] > 0, "timed")
            cold = input_of(results, "good", "1 MiB writes", True, backend, level)
            check_cold(cold, on_disk(tempfile.gettempdir()), f"{backend} {level}")
    ratio = input_of(results, "good", "4 KiB writes", False, "libpcap", "headers")["run"]["ratio"]
    check(ratio["backend"] == "raw" and ratio["n"] == 2, f"ratio to raw in that layout: {ratio}")
    check("The same packets in other files" in table, table)
    check("files written by 1 MiB writes" in table, table)
    check("These files are not changed between the runs" in table, table)


def check_as_is(folder, capture):
    before = os.stat(capture)
    results, _ = bench(folder, capture, "--as-is", "--backends", "raw,libpcap", "--reference", "raw",
                       "--levels", "headers", *FIXED)
    after = os.stat(capture)
    check((before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns),
          "the user's file is not written to")
    warm = input_of(results, "good.pcap", "as is", False, "raw", "headers")
    check(warm["canaries"] is False and warm["to_base"] is None, f"no canaries: {warm}")
    check(warm["bytes"] == before.st_size, "the whole file")
    check_cold(input_of(results, "good.pcap", "as is", True, "raw", "headers"),
               on_disk(folder), "as is")


def check_large(folder, capture):
    """A file that gives three slices is one row, and is not compared."""
    results, _ = bench(folder, capture, "--as-is", "--backends", "raw", "--reference", "raw",
                       "--levels", "headers", *FIXED)
    check(len(results["slices"]) == 3, "start, middle and end")
    large = input_of(results, "large.pcap", "as is", False, "raw", "headers")
    check(large["bytes"] == os.stat(capture).st_size, f"the whole file: {large['bytes']}")
    check(large["packets"] > sum(s["packets"] for s in results["slices"]) / 3, "its packets")
    check(large["run"]["status"] == "unchecked", large["run"]["status"])


def check_refused(folder, capture):
    with open(capture, "rb") as plain, gzip.open(os.path.join(folder, "good.pcap.gz"), "wb") as out:
        shutil.copyfileobj(plain, out)
    for arguments, words in [
            ((capture + ".gz", "--as-is"), "only an uncompressed file"),
            (("--as-is",), "needs one"),
            ((capture, "--as-is", "-f", "tcp"), "no -f")]:
        done = run("bench", *arguments, "--backends", "raw", status=2)
        check(words in done.stderr, done.stderr)


def check_budget(folder, capture):
    """A budget is kept, or refused with the least time."""
    done = run("bench", capture, "--backends", "raw,libpcap", "--reference", "raw", "--budget", "200ms",
               "-o", "refused.json", status=2, folder=folder)
    check("the fewest runs take about" in done.stderr, done.stderr)
    check(not os.path.exists(os.path.join(folder, "refused.json")), "nothing is written")
    start = time.monotonic()
    results, _ = bench(folder, capture, "--backends", "raw,libpcap", "--reference", "raw", "--levels",
                       "headers", "--processes", "6", "--budget", "15s")
    check(results["plan"]["suite"] == "quick", "the default suite")
    check(results["plan"]["blocks"] == 6, "all processes")
    # Generous: other programs may use the processors.
    check(time.monotonic() - start < 30, f"{time.monotonic() - start:.1f} s of 15 s")


def check_left(folder):
    """The seconds that are left are those of the planned rounds, not of a budget that these do not fill."""
    capture = os.path.join(folder, "small.pcap")
    run("gen", "benign-iot", "--size", "20000", "-o", capture)
    ours, theirs = pty.openpty()
    with subprocess.Popen([PKTBENCH, "bench", capture, "--backends", "raw", "--levels", "headers", "--processes", "3",
                           "--budget", "3000s", "-o", os.path.join(folder, "left.json")],
                          stdout=subprocess.DEVNULL, stderr=theirs, env=os.environ | {"TERM": "xterm"}) as bench_run:
        os.close(theirs)
        text = b""
        while (piece := read_terminal(ours)):
            text += piece
    os.close(ours)
    left = [float(seconds) for seconds in re.findall(rb", (\d+) s left", text)]
    check(bench_run.returncode == 0 and left and max(left) < 300, f"seconds left: {left}: {text}")


def read_terminal(end):
    try:
        return os.read(end, 65536)
    except OSError:  # the other end is closed
        return b""


def main():
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "good.pcap")
        large = os.path.join(folder, "large.pcap")
        run("gen", "benign-iot", "--size", "400000", "-o", capture)
        run("gen", "benign-iot", "--size", "11000000", "-o", large)
        check_reference(folder, capture)
        check_as_is(folder, capture)
        check_large(folder, large)
        check_refused(folder, capture)
        check_budget(folder, capture)
        check_left(folder)
    print("all good")


main()
