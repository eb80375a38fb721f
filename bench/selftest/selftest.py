#!/usr/bin/env python3
"""Measures the error rates of the gate: trials of `pktbench bench --baseline` with a known result.

The backend is raw; its new side has a known slowdown (bench/selftest/slowed.c), of all runs or of
some runs or processes. Trials are added to a file of results until there are enough of every kind,
or the time limit is reached. Every exit status 1 counts as an alarm, also that of a comparison that
could not be decided.

Usage: selftest.py PKTBENCH MODULES [--results FILE] [--seconds N] [--trials N] [--aa N]
                   [--conditions quiet,loaded] [--kinds NAME,...] [--only time|instructions]
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

SCHEMA_VERSION = 2
SAME = "the same"
# The new side: environment variables of bench/selftest/slowed.c.
KINDS = {
    SAME: {},
    "2 % slower": {"SLOWER": 0.02},
    "10 % slower": {"SLOWER": 0.1},
    "20 % slower": {"SLOWER": 0.2},
    "50 % of the runs x 2": {"SLOWER": 1, "RUNS": 0.5},
    "75 % of the runs x 2": {"SLOWER": 1, "RUNS": 0.75},
    "25 % of the processes x 2": {"SLOWER": 1, "PROCESSES": 0.25},
    "25 % of the processes x 4": {"SLOWER": 3, "PROCESSES": 0.25},
    "40 % of the processes x 2": {"SLOWER": 1, "PROCESSES": 0.4},
    "40 % of the processes x 4": {"SLOWER": 3, "PROCESSES": 0.4},
    "first run x 10": {"FIRST": 9},
}
PACKET_BYTES = 1_000_000  # size of the slice
BUDGET_S = 60  # of a trial, at most
# Additional instructions in trials of the instruction gate, per cent. Few trials are enough, because
# instruction counts hardly vary.
INSTRUCTIONS = [0, 1, 2, 5]
INSTRUCTION_TRIALS = 10


def binomial_tail(k, n, p):
    """P(X >= k) in n trials with probability p."""
    if p <= 0 or p >= 1:
        return float(p >= 1 or k == 0)
    log = math.log
    total = 0.0
    for i in range(k, n + 1):
        total += math.exp(math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
                          + i * log(p) + (n - i) * log(1 - p))
    return min(1.0, total)


def bisect(function, target):
    """p in [0, 1] where an increasing function reaches the target."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if function(middle) < target:
            low = middle
        else:
            high = middle
    return low


def clopper_pearson(k, n, error=0.05):
    """Exact confidence interval of a proportion (Clopper and Pearson 1934)."""
    low = 0.0 if k == 0 else bisect(lambda p: binomial_tail(k, n, p), error / 2)
    high = 1.0 if k == n else bisect(lambda p: binomial_tail(k + 1, n, p), 1 - error / 2)
    return low, high


def rounded(interval):
    return interval and [round(x, 5) for x in interval]


class Gate:
    """The program under test and its slice."""

    def __init__(self, pktbench, modules, folder):
        self.pktbench, self.folder = pktbench, folder
        self.empty = os.path.join(folder, "none")
        os.mkdir(self.empty)
        self.slice = os.path.join(folder, "slice.pcap")
        self.sides = [os.path.join(folder, f"slowed_{side}.so") for side in ("old", "new")]
        for side in self.sides:
            os.symlink(os.path.join(modules, "slowed.so"), side)
        subprocess.run([pktbench, "gen", "tcp-flood", "--size", str(PACKET_BYTES), "-o", self.slice],
                       check=True)

    def run(self, environment, *arguments):
        """Exit status and results of one comparison of the slowed backend with the old side."""
        out = os.path.join(self.folder, "results.json")
        command = [self.pktbench, "bench", self.slice, "--backends", "slowed", "--levels", "headers",
                   "--reference", "raw", "--plugin", self.sides[1], "--baseline", self.sides[0],
                   "--format", "csv", "-o", out, *arguments]
        # No modules are needed; an empty folder saves the time to load them.
        environment = {**os.environ, "PKTBENCH_MODULES": self.empty, **environment}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"selftest: {' '.join(command)}: {done.stderr}")
        with open(out, encoding="utf-8") as file:
            return done.returncode, json.load(file)

    def time_trial(self, kind):
        """What the gate said, and the ratios of the comparison and of the A/A line."""
        environment = {f"PKTBENCH_SELFTEST_{name}": str(value) for name, value in KINDS[kind].items()}
        began = time.monotonic()
        status, results = self.run(environment, "--fail-on", "slower", "--sample", "0.1ms", "--budget",
                                   f"{BUDGET_S}s")
        seconds = time.monotonic() - began
        cell, aa = results["comparison"]["cells"][0], results["comparison"]["aa"][0]
        return {"revision": results["context"]["tool"]["revision"], "exit": status,
                "change": cell["change"], "slower_by": cell["slower_by"],
                "ratio": round(cell["ratio"], 5), "ci95": rounded(cell["ci95"]),
                "aa": rounded(aa["ci95"]), "processes": cell["n"], "seconds": round(seconds, 2)}

    def instructions(self, loops, *arguments):
        """Exit status and the instructions of both sides."""
        status, results = self.run({"PKTBENCH_SELFTEST_LOOPS": str(loops)}, "--count-instructions",
                                   "--processes", "1", "--rounds", "1", *arguments)
        cell = results["comparison"]["cells"][0]
        return status, cell["old_instructions"], cell["new_instructions"]

    def loops_for(self, percent):
        """Iterations per batch that add this percentage of instructions, rounded up."""
        _, _, without = self.instructions(0)
        _, _, with_1000 = self.instructions(1000)
        return math.ceil(without * percent / 100 / ((with_1000 - without) / 1000))


class Load:
    """Two busy loops in parallel with the trials, if the condition is "loaded"."""

    def __init__(self, condition):
        self.processes = []
        if condition == "loaded":
            self.processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
                              for _ in range(2)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()


def save(path, results):
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(results, file, separators=(",", ":"))
        file.write("\n")
    os.replace(path + ".part", path)


def next_kind(trials, options):
    """The kind with the smallest part of its trials done; None: all are done."""
    done = {k: len(trials.get(k, [])) / (options.aa if k == SAME else options.trials)
            for k in options.kinds}
    kind = min(done, key=done.get)
    return None if done[kind] >= 1 else kind


def measure_times(gate, results, options, deadline):
    for condition in options.conditions.split(","):
        trials = results["trials"].setdefault(condition, {})
        with Load(condition):
            while time.monotonic() < deadline:
                kind = next_kind(trials, options)
                if kind is None:
                    break
                trials.setdefault(kind, []).append(gate.time_trial(kind))
                save(options.results, results)


def measure_instructions(gate, results, options, deadline):
    for condition in options.conditions.split(","):
        trials = results["instructions"].setdefault(condition, {})
        with Load(condition):
            for percent in INSTRUCTIONS:
                kind = trials.setdefault(str(percent), [])
                if len(kind) >= INSTRUCTION_TRIALS or time.monotonic() >= deadline:
                    continue
                loops = gate.loops_for(percent) if percent else 0
                while len(kind) < INSTRUCTION_TRIALS and time.monotonic() < deadline:
                    status, old, new = gate.instructions(loops, "--fail-on", "instructions")
                    kind.append([status, old, new])


def share(k, n):
    low, high = clopper_pearson(k, n)
    return f"{k} of {n}: {100 * k / n:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def time_row(condition, kind, done):
    undecided = sum(t["change"] in ("inconclusive", "too-few-samples") for t in done)
    return (condition, "time", kind, share(sum(t["exit"] for t in done), len(done)), str(undecided),
            f"{statistics.median(t['processes'] for t in done):.0f}",
            f"{statistics.median(t['seconds'] for t in done):.0f}")


def rows(results):
    """Rows of the table in the documentation."""
    for condition, trials in results["trials"].items():
        for kind in KINDS:
            if trials.get(kind):
                yield time_row(condition, kind, trials[kind])
    for condition, trials in results["instructions"].items():
        for percent in sorted(trials, key=int):
            done = trials[percent]
            if done:
                yield (condition, "instructions",
                       f"{percent} % more instructions" if percent != "0" else SAME,
                       share(sum(t[0] for t in done), len(done)), "", "", "")


def covered(results):
    """How many intervals of unchanged sides, A/A lines among them, contain the ratio 1."""
    done = [t for trials in results["trials"].values() for k in trials for t in trials[k]]
    intervals = [t["aa"] for t in done if t["aa"]]
    intervals += [t["ci95"] for trials in results["trials"].values()
                  for t in trials.get(SAME, []) if t["ci95"]]
    return sum(low <= 1 <= high for low, high in intervals), len(intervals)


def revisions(results):
    """How many time trials are of which revision; older trials do not say it."""
    named = [t.get("revision", "of a revision not recorded") for trials in results["trials"].values()
             for k in trials for t in trials[k]]
    return {name: named.count(name) for name in dict.fromkeys(named)}


def table(results):
    """Lines of Markdown."""
    lines = ["| machine | gate | new side | exit status 1 | undecided | processes | seconds |",
             "|:--|:--|:--|:--|--:|--:|--:|", *(f"| {' | '.join(line)} |" for line in rows(results))]
    measured = revisions(results)
    if measured:
        lines += ["", "Time trials: " + ", ".join(
            f"{count} at {name}" if name.isalnum() else f"{count} {name}"
            for name, count in measured.items()) + "."]
    found, count = covered(results)
    if count:
        lines += ["", f"95 % intervals of sides that are the same contain the ratio 1 in "
                      f"{share(found, count)}."]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pktbench")
    parser.add_argument("modules", help="folder of slowed.so")
    parser.add_argument("--results", default="selftest.json",
                        help="file of trials to read and extend; default selftest.json")
    parser.add_argument("--seconds", type=float, default=180, help="time limit; default 180")
    parser.add_argument("--trials", type=int, default=100, help="trials per slowdown; default 100")
    parser.add_argument("--kinds", default=",".join(KINDS),
                        help=f"new sides to test, with commas between them; default all: {', '.join(KINDS)}"
                        .replace("%", "%%"))
    parser.add_argument("--aa", type=int, default=300,
                        help="trials without slowdown; default 300")
    parser.add_argument("--conditions", default="quiet,loaded",
                        help="states of the machine; loaded: with two busy loops, any other name: "
                             "without; default quiet,loaded")
    parser.add_argument("--only", choices=["time", "instructions"], help="test only this gate")
    options = parser.parse_args()
    options.kinds = options.kinds.split(",")
    if not set(options.kinds) <= set(KINDS):
        parser.error(f"--kinds: known are {', '.join(KINDS)}")
    results = {"schema_version": SCHEMA_VERSION, "slice_bytes": PACKET_BYTES, "budget_s": BUDGET_S,
               "trials": {}, "instructions": {}}
    if os.path.exists(options.results):
        with open(options.results, encoding="utf-8") as file:
            results = json.load(file)
        if results["schema_version"] != SCHEMA_VERSION:
            sys.exit(f"selftest: {options.results}: trials of another version; name another file")
    deadline = time.monotonic() + options.seconds
    with tempfile.TemporaryDirectory() as folder:
        gate = Gate(os.path.abspath(options.pktbench), os.path.abspath(options.modules), folder)
        try:
            if options.only != "time":
                measure_instructions(gate, results, options, deadline)
            if options.only != "instructions":
                measure_times(gate, results, options, deadline)
        finally:
            save(options.results, results)
    print("\n".join(table(results)))


if __name__ == "__main__":
    main()
