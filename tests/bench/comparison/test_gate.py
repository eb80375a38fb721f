#!/usr/bin/env python3
"""compare and bench --baseline, for changes with a known result.

Usage: test_gate.py PKTBENCH SELFTEST_MODULES SCHEMA [SANITIZERS]; with SANITIZERS, instructions are
not counted, because valgrind cannot run the program.
"""
import copy
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate_results

PKTBENCH, MODULES, SCHEMA = sys.argv[1:4]
SANITIZERS = len(sys.argv) > 4 and sys.argv[4]


PROCESSES = 64  # enough to find a share of slow ones


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


class Bench:
    """Runs the program in a temporary folder."""

    def __init__(self, folder):
        self.folder = folder
        self.slice = self.path("slice.pcap")
        self.run("gen", "tcp-flood", "--size", "200000", "-o", self.slice)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments, status=0, says="", **environment):
        environment = {**os.environ, "PKTBENCH_MODULES": self.folder, **environment}
        done = subprocess.run([PKTBENCH, *arguments], env=environment, capture_output=True,
                              text=True, check=False)
        check(done.returncode == status and says in done.stderr,
              f"{arguments}: exit status {done.returncode}, wanted {status} and '{says}'\n"
              f"{done.stdout}\n{done.stderr}")
        return done

    def bench(self, *arguments, **rest):
        out = self.path("results.json")
        done = self.run("bench", self.slice, "--levels", "headers", "--reference", "raw",
                        "--rounds", "2", "--sample", "1ms", "--timeout", "60s", "-o", out,
                        *arguments, **rest)
        with open(out, encoding="utf-8") as file:
            return json.load(file), done

    def write(self, name, results):
        with open(self.path(name), "w", encoding="utf-8") as file:
            json.dump(results, file)
        return self.path(name)

    def compare(self, old, new, *arguments, **rest):
        done = self.run("compare", old, new, "--format", "json", *arguments, **rest)
        return json.loads(done.stdout) if done.stdout else None


def synthetic(results, factor, blocks=8, first=0):
    """The results with artificial times: processes differ by at most 0.4 %, multiplied by factor."""
    out = copy.deepcopy(results)
    for run in out["runs"]:
        run["status"] = "ok"
        run["samples"] = [
            {"block": b, "round": r, "cpu_ns": (v := factor * 1e6 * (1 + 0.001 * ((b + first) % 5)
                                                                     + 0.01 * r)), "wall_ns": v}
            for b in range(blocks) for r in range(3)]
    return out


def test_text(bench, results):
    old = bench.write("old.json", synthetic(results, 1))
    for factor, word, fails in ((1, "same", 0), (1.1, "slower", 1), (0.9, "faster", 0),
                                (1.06, "slower", 1), (1.02, "same", 0), (0.98, "same", 0)):
        new = bench.write("new.json", synthetic(results, factor, first=1))
        found = bench.compare(old, new, "--fail-on", "slower", status=fails)
        for cell in found["cells"]:
            check(cell["change"] == word, f"x {factor}: {cell}")
            check(abs(cell["ratio"] / factor - 1) < 0.002, f"x {factor}: {cell}")
            check(cell["ci95"][0] <= factor * 1.0015 and factor * 0.9985 <= cell["ci95"][1],
                  f"x {factor}: {cell}")
        check(len(found["failures"]) == (2 if fails else 0), found["failures"])
        check(abs(found["means"][-1]["ratio"] / factor - 1) < 0.002, found["means"])
        check(found["means"][-1]["cells"] == 2, found["means"])
    new = bench.write("new.json", synthetic(results, 1.1))
    bench.compare(old, new, "--fail-on", "slower:20%")
    bench.compare(old, new, "--fail-on", "slower:9%", status=1)
    few = bench.write("few.json", synthetic(results, 1.1, blocks=5))
    found = bench.compare(old, few, "--fail-on", "slower", status=1)
    check({c["change"] for c in found["cells"]} == {"too-few-samples"}, found["cells"])
    check("more results of each side" in found["failures"][0], found["failures"])
    bench.compare(old, few, "--fail-on", "slower", "--allow-inconclusive")
    bench.compare(old, few, "--fail-on", "lost")
    found = bench.compare(old, f"{few},{few}", "--fail-on", "slower", status=1)
    check(found["cells"][0]["n"] == 8 and found["cells"][0]["change"] == "slower", found["cells"])
    done = bench.run("compare", old, new)
    check("+10.0 %" in done.stdout and "geometric mean of all" in done.stdout, done.stdout)
    for form in ("markdown", "csv"):
        check("slower" in bench.run("compare", old, new, "--format", form).stdout, form)


def changed(results, change):
    """The results with their samples and processes changed, by random numbers of a fixed seed."""
    out, random_ = synthetic(results, 1, blocks=PROCESSES), random.Random(5)
    for run in out["runs"]:
        run["processes"] = [{"block": b, "load_ns": 5e6, "peak_rss_bytes": 10_000_000}
                            for b in range(PROCESSES)]
        run["samples"] = [{**sample, "round": r, "first_ns": 3e6}
                          for sample in run["samples"] if sample["round"] == 0 for r in range(20)]
        change(run, random_)
    return out


def test_statistics(bench, results):
    """The lower decile of the rounds is the same in all of these."""
    def nothing(*_):
        pass

    def of_rounds(*slow):
        def change(run, _):
            for sample in run["samples"]:
                if sample["round"] in slow:
                    sample["wall_ns"] *= 2
                    sample["cpu_ns"] *= 2
        return change

    def processes(run, _):
        for sample in run["samples"]:
            if sample["block"] % 3 == 0:
                sample["wall_ns"] *= 2
                sample["cpu_ns"] *= 2

    def of_member(place, member, factor):
        def change(run, random_):
            for one in run[place]:
                one[member] = int(one[member] * factor * random_.uniform(0.99, 1.01))
        return change

    old = bench.write("old.json", changed(results, nothing))
    for change, condition, words in (
            (of_rounds(*range(8, 20)), "slower", ["median", "p90"]), (of_rounds(16, 17, 18, 19), "slower", ["p90"]),
            (processes, "slower", ["slow_processes"]),
            (of_member("samples", "first_ns", 10), "slower", ["first"]),
            (of_member("samples", "first_ns", 1.3), "first", ["first"]),
            (of_member("processes", "load_ns", 1.3), "load", []),
            (of_member("processes", "peak_rss_bytes", 1.2), "rss", [])):
        new = changed(results, change)
        validate_results(new, SCHEMA)
        new = bench.write("new.json", new)
        found = bench.compare(old, new, "--fail-on", condition, "--allow-inconclusive", status=1)
        check(set(words) <= set(found["cells"][0]["slower_by"]) and
              bool(words) == (found["cells"][0]["change"] == "slower"), found["cells"][0])
        check("decile" not in found["cells"][0]["slower_by"], found["cells"][0])
        bench.compare(new, old, "--fail-on", "slower,first,load,rss", "--allow-inconclusive")
        check(" ".join(words[-1:]) in bench.run("compare", old, new).stdout, words)
    for factor, condition in ((1.15, "first"), (1.15, "load"), (1.05, "rss")):
        member = {"first": ("samples", "first_ns"), "load": ("processes", "load_ns"),
                  "rss": ("processes", "peak_rss_bytes")}[condition]
        new = bench.write("new.json", changed(results, of_member(*member, factor)))
        bench.compare(old, new, "--fail-on", condition) # below the threshold; load: below 1 ms
        bench.compare(old, new, "--fail-on", "slower")


def test_equivalence(bench, results):
    """An interval that reaches past the threshold is not `same`, and fails unless it is allowed."""
    def scattered(shift, width):
        random_ = random.Random(9)
        out = synthetic(results, 1, blocks=12)
        for run in out["runs"]:
            factors = [shift * (1 + width * random_.uniform(-1, 1)) for _ in range(12)]
            for sample in run["samples"]:
                sample["wall_ns"] = sample["cpu_ns"] = 1e6 * factors[sample["block"]]
        return out

    old = bench.write("old.json", synthetic(results, 1, blocks=12))
    for shift, width, word, status in ((1, 0.01, "same", 0), (1.03, 0.1, "inconclusive", 1),
                                       (0.96, 0.04, "not-slower", 0), (1, 0.5, "inconclusive", 1)):
        new = bench.write("new.json", scattered(shift, width))
        found = bench.compare(old, new, "--fail-on", "slower", status=status)
        check(found["cells"][0]["change"] == word, f"{shift} {width}: {found['cells'][0]}")
        low, high = found["cells"][0]["ci95"]
        check((1 / 1.05 <= low and high <= 1.05) == (word == "same"), found["cells"][0])
        bench.compare(old, new, "--fail-on", "slower", "--allow-inconclusive")
        if status:
            check("processes are needed" in found["failures"][0], found["failures"])
            found = bench.compare(old, new, "--fail-on", "slower:0%", status=1)
            check("another threshold" in found["failures"][0], found["failures"])


def test_one_statistic(bench, results):
    """Old, new and change of the table are of one statistic, whatever the medians of all samples."""
    def change(run, _):
        run["ns_per_packet"] = 1
    old = bench.write("old.json", changed(results, change))
    new = bench.write("new.json", synthetic(results, 1.2, blocks=PROCESSES, first=1))
    for cell in bench.compare(old, new)["cells"]:
        check(abs(cell["new_ns_per_packet"] / cell["old_ns_per_packet"] / cell["ratio"] - 1) < 1e-6,
              cell)
        check(cell["old_ns_per_packet"] > 10, cell)


def test_multiplicity(bench, results):
    """A significant difference may not be significant among many comparisons (Holm)."""
    many = synthetic(results, 1)
    many["runs"] = [{**many["runs"][0], "backend": f"b{i}"} for i in range(60)]
    new = copy.deepcopy(many)
    for sample in new["runs"][0]["samples"]:
        for clock in ("wall_ns", "cpu_ns"):  # some processes slower by 4.5 %, some by none
            sample[clock] *= 1.015 + 0.015 * (sample["block"] % 3)
    alone, alone_new = copy.deepcopy(many), copy.deepcopy(new)
    alone["runs"], alone_new["runs"] = many["runs"][:1], new["runs"][:1]
    one = bench.compare(bench.write("a.json", alone), bench.write("b.json", alone_new))
    all_ = bench.compare(bench.write("c.json", many), bench.write("d.json", new))
    small, large = one["cells"][0]["p_slower"], all_["cells"][0]["p_slower"]
    check(abs(large - min(1, 60 * small)) < 1e-6, f"{small} alone, {large} among 60")


def test_statuses(bench, results):
    old = bench.write("old.json", synthetic(results, 1))
    worse = synthetic(results, 1)
    worse["runs"][0].update(status="crashed", samples=[], ns_per_packet=None)
    worse["runs"][1].update(status="disagrees", samples=[], ns_per_packet=None)
    new = bench.write("new.json", worse)
    found = bench.compare(old, new)
    check({c["change"] for c in found["cells"]} == {"incomparable"}, found["cells"])
    check(found["cells"][0]["old_status"] == "ok" and found["cells"][0]["new_status"] == "crashed",
          found["cells"])
    check(len(bench.compare(old, new, "--fail-on", "slower", status=1)["failures"]) == 2, "slower")
    check(len(bench.compare(old, new, "--fail-on", "lost", status=1)["failures"]) == 2, "lost")
    check(len(bench.compare(old, new, "--fail-on", "disagrees", status=1)["failures"]) == 1, "d")
    bench.compare(new, old, "--fail-on", "lost,disagrees")
    gone = synthetic(results, 1)
    gone["runs"] = gone["runs"][:1]
    bench.compare(old, bench.write("new.json", gone), "--fail-on", "lost", status=1)
    counted, more = synthetic(results, 1), synthetic(results, 1)
    for run in counted["runs"]:
        run["instructions"] = 100000
    for run in more["runs"]:
        run["instructions"] = 101000
    counted, more = bench.write("c.json", counted), bench.write("m.json", more)
    bench.compare(counted, more, "--fail-on", "instructions", status=1)
    bench.compare(counted, more, "--fail-on", "instructions:2%")
    bench.compare(counted, counted, "--fail-on", "instructions:0%")
    for what, name in (("instructions", "instructions"), ("rss", "peak memory"),
                       ("load", "load time")):
        bench.run("compare", old, old, "--fail-on", what, status=2, says=f"{name}: no run has it")
    none = bench.write("none.json", worse)
    bench.run("compare", none, none, "--fail-on", "slower", status=2, says="time: no run has it")


def test_refusals(bench, results):
    old = bench.write("old.json", synthetic(results, 1))

    def refused(field, change):
        other = synthetic(results, 1)
        change(other)
        path = bench.write("new.json", other)
        bench.run("compare", old, path, status=2, says=field)
        if field != "slices[].name":
            bench.run("compare", old, path, "--force", says=field)

    refused("context.cpu.model", lambda r: r["context"]["cpu"].update(model="another"))
    refused("plan.evict_bytes", lambda r: r["plan"].update(evict_bytes=1))
    other = bench.write("new.json", synthetic(results, 1) | {"schema_version": 99})
    bench.run("compare", old, other, "--force", status=2, says="schema version 99")
    refused("slices[].xxh3 of slice", lambda r: r["slices"][0].update(xxh3="0" * 16))
    refused("slices[].name", lambda r: r["slices"][0].update(name="another"))
    bench.run("compare", old, bench.path("missing.json"), status=2, says="missing.json")
    bench.run("compare", old, bench.slice, status=2, says="byte")
    bench.run("compare", old, bench.write("x.json", {"a": 1}), status=2, says="no results")
    bench.run("compare", old, old, "--format", "junit", status=2, says="junit")
    bench.run("compare", old, old, "--fail-on", "slower:x", status=2, says="slower:x")
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
    """A condition on memory is not passed by too few processes to see it."""
    new, old = slowed_sides(bench)
    both = ("--backends", "slowed", "--plugin", new, "--baseline", old, "--processes", "8",
            "--fail-on", "rss:10%")
    _, done = bench.bench(*both, status=1)
    check("peak memory: 8 processes are too few" in done.stderr, done.stderr)
    bench.bench(*both, "--allow-inconclusive")


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
        test_text(bench, results)
        test_statistics(bench, results)
        test_equivalence(bench, results)
        test_one_statistic(bench, results)
        test_multiplicity(bench, results)
        test_statuses(bench, results)
        test_refusals(bench, results)
        test_against(bench, results)
        test_slowed(bench)
        test_few_processes(bench)
        test_lost(bench)
        test_instructions(bench)
    print("all good")


main()
