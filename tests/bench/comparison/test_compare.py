#!/usr/bin/env python3
"""compare, for changes with a known result.

Usage: test_compare.py PKTBENCH SELFTEST_MODULES SCHEMA
"""
import copy
import os
import random
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate_results
from gate_bench import SCHEMA, Bench, check, synthetic

PROCESSES = 64  # enough to find a share of slow ones


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


def of_packets(results, packets=129600, **members):
    """The results over a slice of so many packets, whose runs have these members."""
    out = synthetic(results, 1, blocks=PROCESSES)
    out["slices"][0]["packets"] = packets
    for run in out["runs"]:
        run.pop("first_packets", None)  # as in older results
        run.update(members)
    return out


def first_runs(results, first_ns, **members):
    out = of_packets(results, **members)
    for run in out["runs"]:
        for sample in run["samples"]:
            sample["first_ns"] = first_ns
    return out


def test_first_packets(bench, results):
    """A backend that becomes faster than 50 ms reads more packets in its first run: no slowdown."""
    def taking(ns):
        """Results that do not say what the first runs read, but how long a run takes."""
        return {"wall_ns": {"median": ns, "ci95": None, "min": ns, "max": ns, "n": 3,
                            "outliers": 0}}

    slow, quick = taking(55e6) | {"first_packets": 5000}, taking(45e6) | {"first_packets": 129600}
    few = {"packets": 4000}  # the first run is over the whole slice
    for before, after, compared in (
            (slow, quick, False), (quick, quick, True), (slow, slow, True),
            (taking(500e6), taking(5e6), False), (taking(500e6), taking(500e6), True),
            (taking(5e6), taking(5e6), True), (taking(55e6), taking(55e6), False),
            (taking(500e6), slow, True), (taking(500e6), quick, False),
            (taking(55e6) | few, taking(45e6) | few, True)):
        old, new = first_runs(results, 2e6, **before), first_runs(results, 50e6, **after)
        for one in (old, new):
            validate_results(one, SCHEMA)
        old, new = bench.write("old.json", old), bench.write("new.json", new)
        found = bench.compare(old, new, "--fail-on", "slower", status=int(compared))
        for cell in found["cells"]:
            check(cell["slower_by"] == ["first"] * compared, (before, after, cell))
            check(("first" in cell["statistics"]) == compared, (before, after, cell))
        bench.run("compare", old, new, "--fail-on", "first", status=1 if compared else 2)


def test_prefixes(bench, results):
    """Runs over other first packets are not compared."""
    thousand, more = ({"prefix_packets": n} for n in (1000, 20000))
    old, new = of_packets(results, **thousand), of_packets(results, **more)
    new["runs"][1].update(thousand)
    old, new = bench.write("old.json", old), bench.write("new.json", new)
    found = bench.compare(old, new, "--fail-on", "slower")
    first, other = found["cells"]
    check(first["change"] == "incomparable" and first["ratio"] is None, first)
    check(first["reason"] == "the old side read the first 1000 packets, the new side the first "
          "20000 packets", first)
    check(other["change"] == "same" and "reason" not in other, other)
    check("first 20000 packets" in bench.run("compare", old, new).stdout, "the reason is shown")
    whole = bench.write("whole.json", of_packets(results))
    for sides in ((old, whole), (whole, f"{whole},{old}")):
        found = bench.compare(*sides)
        check({c["change"] for c in found["cells"]} == {"incomparable"}, found["cells"])
        check("the whole slice" in found["cells"][0]["reason"], found["cells"][0])
    check("not the same packets in all" in found["cells"][0]["reason"], found["cells"][0])
    bench.compare(old, old, "--fail-on", "slower")


def test_worst_status(bench, results):
    """Of several files, a run has the worst status that it has in one of them."""
    good = bench.write("good.json", synthetic(results, 1))
    for status, condition in (("crashed", "crashed"), ("crashed", "lost"), ("crashed", "slower"),
                              ("disagrees", "disagrees"), ("differs", "differs"),
                              ("unavailable", "lost"), ("timed-out", "timed-out")):
        other = synthetic(results, 1)
        other["runs"][0]["status"] = status
        if status != "differs":
            other["runs"][0].update(samples=[], ns_per_packet=None)
        bad = bench.write("bad.json", other)
        for side in (f"{good},{bad}", f"{bad},{good}"):
            found = bench.compare(good, side, "--fail-on", condition, status=1)
            check(found["cells"][0]["new_status"] == status and len(found["failures"]) == 1, found)
            check(bench.compare(side, good)["cells"][0]["old_status"] == status, status)
            # The other file of the old side has a time: what has none any more is lost.
            found = bench.compare(side, bad, "--fail-on", "slower,lost",
                                  status=0 if status == "differs" else 1)
            check("lost" in found["failures"][0] if status != "differs" else True, found["failures"])
            bench.compare(side, good, "--fail-on", f"slower,{condition}")


def test_baseline_without_time(bench, results):
    """A baseline that should have a time, and has none, passes nothing."""
    new = bench.write("new.json", synthetic(results, 1))
    for status, words in (("failed", "failed"), ("crashed", "crashed"), ("timed-out", "timed out"),
                          ("unfaithful", "is unfaithful"), ("disagrees", "disagrees"),
                          ("unavailable", None), ("not-offered", None)):
        other = synthetic(results, 1)
        other["runs"][0].update(status=status, samples=[], ns_per_packet=None)
        old = bench.write("old.json", other)
        found = bench.compare(old, new, "--fail-on", "slower", status=1 if words else 0)
        check(found["cells"][0]["change"] == "incomparable", found["cells"][0])
        check(len(found["failures"]) == bool(words), found["failures"])
        if words:
            check(f"not compared: the baseline {words}" in found["failures"][0], found["failures"])
        bench.compare(old, new, "--fail-on", "slower", "--allow-inconclusive")
        bench.compare(old, new, "--fail-on", "lost,crashed")
    old = synthetic(results, 1)
    old["runs"] = old["runs"][1:]
    bench.compare(bench.write("old.json", old), new, "--fail-on", "slower")
    old = synthetic(results, 1)  # the budget ended before a process of it
    old["runs"][0]["samples"] = []
    old = bench.write("old.json", old)
    for sides in ((old, new), (new, old)):
        found = bench.compare(*sides, "--fail-on", "slower", status=1)
        check("no process measured both sides" in found["failures"][0], found["failures"])


def test_load(bench, results):
    """Load time is compared in the run that has most on both sides, the first of several."""
    def loads(load_ns):
        out = changed(results, lambda *_: None)
        for run in out["runs"]:
            run["backend"] = "raw"
            for process in run["processes"]:
                process["load_ns"] = load_ns
        out["runs"][0]["level"] = "frames"
        return out

    old, new = loads(5e6), loads(50e6)
    for side in (old, new):
        side["runs"][0].update(status="failed", samples=[], processes=[], ns_per_packet=None)
        found = bench.compare(bench.write("old.json", old), bench.write("new.json", new),
                              "--fail-on", "load", status=1)
        check(len(found["failures"]) == 1 and "load time" in found["failures"][0], found)
        check(["load" in c["statistics"] for c in found["cells"]] == [False, True], found["cells"])
    old, new = loads(5e6), loads(50e6)
    found = bench.compare(bench.write("old.json", old), bench.write("new.json", new))
    check(["load" in c["statistics"] for c in found["cells"]] == [True, False], found["cells"])
    for side in (old, new):  # the run with most of them
        del side["runs"][0]["processes"][3:]
    found = bench.compare(bench.write("old.json", old), bench.write("new.json", new))
    check(["load" in c["statistics"] for c in found["cells"]] == [False, True], found["cells"])


def test_instructions(bench, results):
    """A run that only one side was counted of is no passing one."""
    def counted(*instructions, **first):
        out = synthetic(results, 1)
        for run, number in zip(out["runs"], instructions):
            run["instructions"] = number
        out["runs"][0].update(first)
        return out

    both = bench.write("both.json", counted(1000, 1000))
    one = bench.write("one.json", counted(None, 1000))
    none = bench.write("none.json", counted(None, None))
    for sides, words in (((both, one), "not counted on the new side"),
                         ((one, both), "not counted on the old side")):
        found = bench.compare(*sides, "--fail-on", "instructions:1%", status=1)
        check(len(found["failures"]) == 1 and words in found["failures"][0], found["failures"])
    bench.compare(one, one, "--fail-on", "instructions")
    bench.compare(both, f"{none},{both}", "--fail-on", "instructions")
    bench.run("compare", both, none, "--fail-on", "instructions", status=2, says="no run has it")
    gone = {"samples": [], "ns_per_packet": None}
    missing = bench.write("missing.json", counted(None, 1000, status="unavailable", **gone))
    bench.compare(missing, both, "--fail-on", "instructions")
    broken = bench.write("broken.json", counted(None, 1000, status="disagrees", **gone))
    bench.compare(broken, both, "--fail-on", "instructions")  # the change repairs it
    crashed = bench.write("crashed.json", counted(None, 1000, status="crashed", **gone))
    for condition, failures in (("instructions", 1), ("instructions,lost", 1)):
        found = bench.compare(both, crashed, "--fail-on", condition, status=1)
        check(len(found["failures"]) == failures, found["failures"])


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
        test_first_packets(bench, results)
        test_prefixes(bench, results)
        test_worst_status(bench, results)
        test_baseline_without_time(bench, results)
        test_load(bench, results)
        test_instructions(bench, results)
    print("all good")


main()
