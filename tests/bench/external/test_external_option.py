#!/usr/bin/env python3
"""--external and --externals: commands that work, commands with faults, and what is printed.

Usage: test_external_option.py PKTBENCH FAULTY_DRIVER SCHEMA PROTOCOL
"""
import json
import os
import resource
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate_results

PKTBENCH, DRIVER, SCHEMA, PROTOCOL = sys.argv[1:5]
COMMON = ("--backends", "raw", "--reference", "raw", "--levels", "frames")
# raw itself may be unchecked: the module wireshark need not be there.
VERIFY = (*COMMON, "--fail-on", "differs,disagrees,failed,crashed,timed-out")
# Fault of the description: what the error says. Exit status 2.
REFUSED = {
    "noise": 'its answer to "describe" is no JSON line: \'Loading the library ...\'',
    "version": "it speaks version 7 of the protocol; this pktbench speaks 1",
    "no-decoder": "/backend/decoder: is missing",
    "unknown-column": "it names a column 'colour'",
    "half-column": "it names a column 'src_hi', which is not among the names of CSV",
    "list": "is no JSON line: '[]'",
    "no-level": "its description has no level",
}
# Fault of a run: status and reason in verify, which then ends with exit status 1.
FAILED = {
    "noise-rows": ("failed", 'its answer to "rows" is no JSON line'),
    "dies": ("crashed", "exit status 3: out of ideas"),
    "stderr-dies": ("crashed", "exit status 3: out of ideas"),
    "hangs": ("timed-out", "no answer within"),
    "nan": ("failed", "is no JSON line"),
    "twice": ("failed", 'its answer to "load" has more than one line'),
    "no-column": ("failed", "its rows lack the column wire_len, which its description names"),
    "no-cell": ("failed", "CSV line 3 has no value for link_type"),
    "few-rows": ("disagrees", "rows, the capture has"),
    "many-rows": ("disagrees", "rows, the capture has"),
    "rows-fifo": ("failed", "it is not a file"),
    "rows-link": ("failed", "symbolic link"),
    "rows-nul": ("failed", "CSV line 1 is truncated or too long"),
    "nul": ("failed", 'its answer to "load" is no JSON line'),
    "more-told": ("failed", "reported"),
    "wrong-cell": ("differs", "cells differ"),
}
LEFT = "a process that it has started runs beside the driver"
TAKEN = "it has removed or replaced the slice, which all backends read"
# Fault of a timed run: status and reason in bench.
UNTIMED = {
    "text-rows": ("failed", "/rows: must be integer, is string"),
    "dies-go": ("crashed", "out of ideas"),
    "wrong-digest": ("disagrees", "is wrong in a run without the clock too"),
    "replay": ("unfaithful", "a timed run "),
    "early": ("unfaithful", "a timed run "),
    "find": ("unfaithful", "a timed run"),
    "daemon": ("unfaithful", LEFT),
    "late-daemon": ("unfaithful", LEFT),
    "removes": ("unfaithful", TAKEN),
    "swaps": ("unfaithful", TAKEN),
    "links": ("unfaithful", TAKEN),
}
# Digests that take 0.2 s: all, those of unranked runs, some of the others.
LATE = "late", "late-warm-up", "late-sometimes"


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def run(*arguments, status=0):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, check=False)
    check(done.returncode in ((0, 1) if status is None else (status,)), f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def command(fault="none"):
    return f"'{sys.executable}' '{DRIVER}' {fault}"


def check_verify(capture):
    good = run("verify", capture, *VERIFY, "--external", f"mine={command()}").stdout
    check("mine" in good and "ok" in good, good)
    for fault, wanted in REFUSED.items():
        refused = run("verify", capture, *VERIFY, "--external", f"mine={command(fault)}", status=2)
        check(wanted in refused.stderr and "external parser mine" in refused.stderr,
              f"{fault}: {refused.stderr}")
    for fault, (status, reason) in FAILED.items():
        out = run("verify", capture, *VERIFY, "--external", f"mine={command(fault)}", "--timeout",
                  "3s", "--format", "json", status=1).stdout
        runs = {r["backend"]: r for r in json.loads(out)[0]["runs"]}
        check(runs["mine"]["status"] == status, f"{fault}: {runs['mine']}")
        check(reason in runs["mine"]["reason"], f"{fault}: {runs['mine']['reason']}")
        check(runs["raw"]["status"] in ("ok", "unchecked"), f"{fault}: raw {runs['raw']}")


def check_other_capture(capture, folder):
    """Rows of another capture, as many as this one has."""
    other = os.path.join(folder, "other.pcap")
    run("gen", "tcp-flood", "--size", "600kB", "-o", other)
    external = f"mine={command('other-capture')} '{other}'"
    out = run("verify", capture, *VERIFY, "--external", external, "--format", "json", status=1).stdout
    mine = [r for r in json.loads(out)[0]["runs"] if r["backend"] == "mine"][0]
    check(mine["status"] == "disagrees" and "cells differ" in mine["reason"], f"other rows: {mine}")


def check_stderr(capture):
    """A gigabyte of messages is neither kept nor waited for."""
    out = run("verify", capture, *VERIFY, "--external", f"mine={command('stderr')}", "--format",
              "json").stdout
    mine = [r for r in json.loads(out)[0]["runs"] if r["backend"] == "mine"][0]
    check(mine["status"] == "ok", f"1 GB of messages: {mine}")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    check(most < 500_000, f"a process took {most} KiB")


def check_empty_cells(folder):
    """0 in place of an empty cell is a difference."""
    capture = os.path.join(folder, "icmp.pcap")
    run("gen", "icmp-flood", "--size", "20kB", "-o", capture)
    out = run("verify", capture, "--backends", "raw", "--reference", "raw", "--levels", "headers",
              "--external", f"mine={command('zeros')}", "--explain", status=1).stdout
    check("packet 1, column src_port: mine has 0, raw has nothing" in out, out)


def check_explain(capture):
    out = run("verify", capture, *VERIFY, "--external", f"mine={command('wrong-cell')}",
              "--explain", status=1).stdout
    for wanted in "packet 5, column cap_len: mine has 61, raw has 60", "packet 7, column wire_len: ":
        check(out.count(wanted) >= 1, f"--explain: {out}")
    refused = run("verify", capture, "--explain", "--format", "json", status=2).stderr
    check("--explain" in refused, refused)


def check_command_line(capture, folder):
    wrong = {
        "mine": "must be NAME=COMMAND",
        "Mine=true": "a name has 1 to 32 characters",
        "-m=true": "a name has 1 to 32 characters",
        "mine=": "there is no command after the name",
        "mine= ''": "there is no command after the name",
        "mine=a 'b": "a quote of the command is not closed",
        "raw=true": "has the name of another backend",
        "tshark=true": "has the name of another backend",
        "all=true": "has a meaning of its own",
        "truth=true": "has a meaning of its own",
        "mine=/nowhere/parser": "/nowhere/parser cannot be started",
        "mine=true": "the command left with exit status 0",
    }
    for value, words in wrong.items():
        check(words in run("verify", capture, "--external", value, status=2).stderr, value)
    twice = run("verify", capture, "--external", f"a={command()}", "--external",
                f"a={command()}", status=2)
    check("'a' is there twice" in twice.stderr, twice.stderr)
    both = run("verify", capture, *VERIFY, "--external", f"one={command()}", f"--external=two={command()}")
    check("one" in both.stdout and "two" in both.stdout, both.stdout)
    # No shell: words stay as they are.
    odd = os.path.join(folder, "a b$HOME;.py")
    os.symlink(DRIVER, odd)
    quoted = odd.replace(" ", "\\ ")
    run("verify", capture, *VERIFY, "--external", f"odd='{sys.executable}' {quoted}")


def check_file(capture, folder):
    path = os.path.join(folder, "externals.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"# parsers\n\n  good={command()}  \nmissing=/nowhere/parser\nnoisy={command('noise')}\n")
    out = run("verify", capture, *VERIFY, "--externals", path).stdout
    check("good" in out and "/nowhere/parser cannot be started" in out, out)
    check("is no JSON line" in out and out.count("unavailable") == 2, out)
    run("verify", capture, *COMMON, "--externals", path, "--fail-on", "unavailable", status=1)
    for text, words in ("good=true\nbad\n", "line 2: 'bad': must be NAME=COMMAND"), \
            ("x=" + "y" * 5000, "line 1: longer than"), ("# a\nx=true\0 more\n", "line 2: has a byte 0"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        refused = run("verify", capture, "--externals", path, status=2).stderr
        check(words in refused and "externals.txt" in refused, refused)
    missing = run("verify", capture, "--externals", "/nowhere/list", status=2).stderr
    check("/nowhere" in missing, missing)


def check_list():
    one = json.loads(run("list", "backends", "--external", f"mine={command()}", "--format",
                         "json").stdout)[-1]
    check(one["name"] == "mine" and one["available"] and one["origin"] == "external", one)
    check(one["levels"]["frames"]["columns"] == ["ts_ns", "cap_len", "wire_len", "link_type", "present"], one)


def bench(capture, folder, *externals, status=0, budget="30s", processes="6"):
    out = os.path.join(folder, "results.json")
    run("bench", capture, *COMMON, *externals, "--processes", processes, "--rounds", "3", "--budget",
        budget, "-o", out, status=status)
    with open(out, encoding="utf-8") as file:
        results = json.load(file)
    validate_results(results, SCHEMA)
    return results


def external(*faults):
    """Options for drivers that have the names of their faults, and for one that works."""
    named = [f"{fault}={command(fault)}" for fault in faults] + [f"good={command()}"]
    return [word for name in named for word in ("--external", name)]


def check_bench(capture, folder):
    """Each fault is that of its driver alone."""
    results = bench(capture, folder, *external(*UNTIMED), status=1, processes="3")
    runs = {r["backend"]: r for r in results["runs"]}
    for fault, (status, reason) in UNTIMED.items():
        check(runs[fault]["status"] == status, f"{fault}: {runs[fault]['status']}")
        check(reason in runs[fault]["reason"], f"{fault}: {runs[fault]['reason']}")
    for name in "good", "raw":
        check(runs[name]["status"] == "ok" and runs[name]["wall_ns"], f"{name} has no time")
    check(runs["good"]["peak_rss_bytes"] > 1 << 20, "good")
    check(runs["good"]["proof"] == "packets changed", runs["good"]["proof"])
    named = ",".join([*UNTIMED, "good"])
    check(results["context"]["options"]["external"] == named, results["context"]["options"])
    alone = [r for r in results["runs"] if r.get("sink") == "parse-alone"]
    check(not alone, "it did not say that it can parse alone")
    for timed in bench(capture, folder, *external(*LATE))["runs"]:
        if timed["backend"] in LATE:
            check(timed["status"] == "ok" and timed["wall_ns"], timed)
            check(timed["wall_ns"]["median"] > 2e8 or timed["backend"] != "late", timed["wall_ns"])
            check((timed["first_run_ns"] or 0) > 2e8 or timed["backend"] != "late-warm-up", timed)


def check_clears(capture, folder):
    """A driver that removes all files: no other can have a time, and each is told who it was; where
    no run can begin, the error says it."""
    refused = run("bench", capture, *COMMON, *external("clears"), "--processes", "1", status=2).stderr
    check("clears has removed " in refused and "leave it out" in refused, refused)
    for one in bench(capture, folder, *external("clears-whole"), status=1, processes="1")["runs"]:
        status, reason = ("unfaithful", TAKEN) if one["backend"] == "clears-whole" else \
            ("failed", "clears-whole has removed the slice")
        check(one["status"] == status and reason in one["reason"], one)


def check_later(capture, folder):
    """A driver that removes the slice while others are open, too: these keep their times."""
    runs = {r["backend"]: r for r in bench(capture, folder, *external("removes-later"), status=None)["runs"]}
    check(runs["removes-later"]["status"] not in ("ok", "partial"), runs["removes-later"])
    for name in "good", "raw":
        check(runs[name]["status"] == "ok" and runs[name]["wall_ns"], runs[name])


def check_slow_empty(capture, folder):
    """What a driver takes for nothing is not taken off its runs."""
    results = bench(capture, folder, "--external", f"mine={command('slow-empty')}", "--external",
                    f"good={command()}")
    mine, good = ([r for r in results["runs"] if r["backend"] == name][0]["wall_ns"]["median"]
                  for name in ("mine", "good"))
    check(mine > good / 4, f"slow at empty: {mine} ns instead of {good} ns")


def check_lazy(capture, folder):
    """What a driver decodes when a column is named is part of the time of its run, or it has none."""
    results = bench(capture, folder, "--external", f"mine={command('lazy')}", "--external",
                    f"good={command()}", status=None)
    runs = {r["backend"]: r for r in results["runs"]}
    if runs["mine"]["status"] == "ok":
        mine, good = (runs[name]["wall_ns"]["median"] for name in ("mine", "good"))
        check(mine > good / 2, f"decoded later: {mine} ns instead of {good} ns")
    else:
        check(runs["mine"]["status"] == "unfaithful", runs["mine"])


def check_helper(capture, folder):
    """The processor time of a child that runs on is that of the driver."""
    results = bench(capture, folder, "--external", f"mine={command('helper')}", "--external",
                    f"good={command()}")
    mine, good = ([r for r in results["runs"] if r["backend"] == name][0]["cpu_ns"]["median"]
                  for name in ("mine", "good"))
    check(mine > 1.2 * good, f"with a child: {mine} ns of processor time, without: {good} ns")


def check_slow_start(capture, folder):
    """What a command takes for a capture without packets is not taken off its runs over a prefix."""
    results = bench(capture, folder, "--external", f"mine={command('slow-start')}", budget="8s")
    mine = [r for r in results["runs"] if r["backend"] == "mine"][0]
    check(mine["prefix_packets"], mine)
    least = 2e-6 * os.path.getsize(capture) * mine["prefix_packets"] / results["slices"][0]["packets"]
    check(mine["wall_ns"]["min"] > 0.9e9 * least, f"{mine['wall_ns']}, {mine['prefix_packets']} packets")


def check_schema():
    """The schema is one, and its definitions are of the requests and answers."""
    try:
        import jsonschema
    except ImportError:
        return
    with open(PROTOCOL, encoding="utf-8") as file:
        protocol = json.load(file)
    jsonschema.Draft202012Validator.check_schema(protocol)
    driver = subprocess.Popen([sys.executable, DRIVER], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    for request in {"op": "describe"}, {"op": "load"}, {"op": "empty"}:
        jsonschema.validate(request, protocol["$defs"][f"{request['op']}_request"])
        driver.stdin.write(json.dumps(request) + "\n")
        driver.stdin.flush()
        answer = json.loads(driver.stdout.readline())
        jsonschema.validate(answer, protocol["$defs"][f"{request['op']}_answer"])
    driver.stdin.close()
    check(driver.wait() == 0, "the driver ends with its input")


def main():
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "flood.pcap")
        run("gen", "udp-flood", "--size", "400kB", "-o", capture)
        check_schema()
        check_command_line(capture, folder)
        check_verify(capture)
        check_other_capture(capture, folder)
        check_stderr(capture)
        check_explain(capture)
        check_empty_cells(folder)
        check_file(capture, folder)
        check_list()
        check_bench(capture, folder)
        check_clears(capture, folder)
        check_later(capture, folder)
        check_slow_empty(capture, folder)
        check_lazy(capture, folder)
        check_helper(capture, folder)
        check_slow_start(capture, folder)
    print("all good")


main()
