#!/usr/bin/env python3
"""Backends that do not do their work while they are timed get no time and the status `unfaithful`;
one that does gets `ok`.

Usage: test_cheats.py PKTBENCH CHEAT_FOLDER [RUNS]
"""
import json
import os
import subprocess
import sys
import tempfile

PKTBENCH, CHEATS = sys.argv[1:3]
RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 1
NAMES = ("replay", "heads", "disk", "infer", "ahead", "child", "reset", "orphan", "loaded",
         "sibling", "junk", "fault", "mapped", "opened", "textless", "few",
         "renamed", "fresh")


def bench(capture, folder, name):
    """The run of the plug-in, and the exit status of the program."""
    out = os.path.join(folder, "results.json")
    done = subprocess.run(
        [PKTBENCH, "bench", capture, "--plugin", os.path.join(CHEATS, f"cheat_{name}.so"),
         "--backends", "raw", "--levels", "app" if name == "textless" else "headers", "--reference", "raw",
         "--processes", "1", "--rounds", "400" if name == "textless" else "2", "--budget", "60s" if name == "textless" else "1s", "-o", out],
        capture_output=True, text=True, check=False,
        env={**os.environ, "CHEAT_FOLDER": folder})
    if done.returncode not in (0, 1):
        sys.exit(f"{name}: exit status {done.returncode}\n{done.stderr}")
    with open(out, encoding="utf-8") as file:
        results = json.load(file)
    (run,) = (run for run in results["runs"] if run["backend"] == f"cheat-{name}")
    (raw,) = (run for run in results["runs"] if run["backend"] == "raw")
    if raw["wall_ns"] is None:
        sys.exit(f"raw has no time beside {name}: {raw}")
    return run, done.returncode


def main():
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        captures = [os.path.join(folder, f"{scenario}.pcap") for scenario in
                    ("tcp-flood", "benign-iot")]
        for capture in captures:
            scenario = os.path.basename(capture).removesuffix(".pcap")
            subprocess.run([PKTBENCH, "gen", scenario, "--size", "1000000", "-o", capture],
                           check=True, capture_output=True)
        for number in range(RUNS):
            for name in NAMES:
                # A flood has no texts.
                run, status = bench(captures[1 if name == "textless" else number % 2], folder, name)
                honest = name == "fresh"
                timed = run["wall_ns"] is not None
                good = (run["status"] in ("ok", "unchecked")) == honest and timed == honest
                # junk: its rows are read, but their cells are not what they must be.
                # fault: its handler is refused.
                wanted = {"junk": ("disagrees", 0), "fault": ("crashed", 0)}.get(
                    name, ("unfaithful", 1))
                # ahead: now and then its thread still runs when its code is unloaded.
                if name == "ahead" and "when it was unloaded" in (run["reason"] or ""):
                    wanted = ("crashed", 0)
                if not good or (not honest and (run["status"], status) != wanted):
                    failures.append(f"{name}: {run['status']} ({run['reason']}), exit {status}")
                print(f"{name}: {run['status']}: {run['reason']}")
    if failures:
        sys.exit("FAIL:\n" + "\n".join(failures))


main()
