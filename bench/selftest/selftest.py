#!/usr/bin/env python3
"""Measures the error rates of the gate: trials of `pktbench bench --baseline` with a known result.

The backend is raw; its new side has a known slowdown (bench/selftest/slowed.c). Trials are added to
a file of results until there are enough of every kind, or the time limit is reached.

Usage: selftest.py PKTBENCH MODULES [--results FILE] [--seconds N] [--trials N] [--aa N]
                   [--conditions quiet,loaded] [--only time|instructions]
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

SLOWDOWNS = [2, 5, 10, 20]  # per cent
PACKET_BYTES = 1_000_000  # size of the slice
ROUNDS = 10
# Additional instructions in trials of the instruction gate, per cent. Few trials are enough, because
# instruction counts hardly vary.
INSTRUCTIONS = [0, 1, 2, 5]
INSTRUCTION_TRIALS = 10
SAME = "the same"


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

    def time_trial(self, percent):
        """[1 if the gate reported a slowdown, ratio, low, high, and ratio, low, high of the A/A line]"""
        status, results = self.run({"PKTBENCH_SELFTEST_SLOWER": str(percent / 100)}, "--fail-on", "slower",
                                   "--rounds", str(ROUNDS), "--sample", "0.1ms")
        cell, aa = results["comparison"]["cells"][0], results["comparison"]["aa"][0]
        low, high = cell["ci95"]
        return [status, cell["ratio"], low, high, aa["ratio"], *aa["ci95"]]

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


def next_kind(trials, wanted, aa):
    """The kind with the smallest part of its trials done; None: all are done."""
    done = {k: len(trials.get(str(k), [])) / (aa if k == 0 else wanted) for k in [0, *SLOWDOWNS]}
    kind = min(done, key=done.get)
    return None if done[kind] >= 1 else kind


def measure_times(gate, results, options, deadline):
    for condition in options.conditions.split(","):
        trials = results["trials"].setdefault(condition, {})
        with Load(condition):
            while time.monotonic() < deadline:
                kind = next_kind(trials, options.trials, options.aa)
                if kind is None:
                    break
                trials.setdefault(str(kind), []).append(
                    [round(x, 5) for x in gate.time_trial(kind)])


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


def truth(results, kind):
    """True ratio of both sides. It is a little above nominal, and therefore estimated as the median
    of every second trial on the quiet machine; these trials are not used for the coverage."""
    if kind == "0":
        return 1.0
    done = results["trials"].get("quiet", {}).get(kind, [])[::2]
    return statistics.median(t[1] for t in done) if done else 1 + int(kind) / 100


def coverage(done, true):
    return share(sum(t[2] <= true <= t[3] for t in done), len(done)) if done else ""


def rows(results):
    """Rows of the table in the documentation."""
    for condition, trials in results["trials"].items():
        for kind in sorted(trials, key=int):
            true = truth(results, kind)
            done = trials[kind]
            if done:
                fitted = condition == "quiet" and kind != "0"
                yield (condition, "time", f"{100 * (true - 1):.3g} % slower" if kind != "0" else SAME,
                       share(sum(t[0] for t in done), len(done)),
                       coverage(done[1::2] if fitted else done, true))
        aa = [t for done in trials.values() for t in done]
        if aa:
            yield (condition, "A/A line", SAME, "",
                   share(sum(t[5] <= 1 <= t[6] for t in aa), len(aa)))
    for condition, trials in results["instructions"].items():
        for kind in sorted(trials, key=int):
            if trials[kind]:
                yield (condition, "instructions",
                       f"{kind} % more instructions" if kind != "0" else SAME,
                       share(sum(t[0] for t in trials[kind]), len(trials[kind])), "")


def table(results):
    """Lines of Markdown."""
    return ["| machine | gate | new side | reported slower | interval contains the true ratio |",
            "|:--|:--|:--|:--|:--|", *(f"| {' | '.join(line)} |" for line in rows(results))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pktbench")
    parser.add_argument("modules", help="folder of slowed.so")
    parser.add_argument("--results", default="selftest.json",
                        help="file of trials to read and extend; default selftest.json")
    parser.add_argument("--seconds", type=float, default=180, help="time limit; default 180")
    parser.add_argument("--trials", type=int, default=100, help="trials per slowdown; default 100")
    parser.add_argument("--aa", type=int, default=300,
                        help="trials without slowdown; default 300")
    parser.add_argument("--conditions", default="quiet,loaded",
                        help="states of the machine; loaded: with two busy loops, any other name: "
                             "without; default quiet,loaded")
    parser.add_argument("--only", choices=["time", "instructions"], help="test only this gate")
    options = parser.parse_args()
    results = {"schema_version": 1, "slice_bytes": PACKET_BYTES, "rounds": ROUNDS,
               "trials": {}, "instructions": {}}
    if os.path.exists(options.results):
        with open(options.results, encoding="utf-8") as file:
            results = json.load(file)
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
