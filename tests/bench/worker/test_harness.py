#!/usr/bin/env python3
"""Stub backends with wrong cells, crashes, hangs, leaks, missing rows: each gets the correct status,
and the others are timed.

Usage: test_harness.py PKTBENCH STUB_FOLDER SCHEMA [SANITIZERS]; with SANITIZERS, which have a
malloc() of their own, page faults are not counted.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate_results

PKTBENCH, STUBS, SCHEMA = sys.argv[1:4]
SANITIZERS = len(sys.argv) > 4 and sys.argv[4] != ""
WANTED = {
    "stub-none": "ok",
    "stub-lies": "differs",
    "stub-lies-much": "disagrees",
    "stub-crashes": "crashed",
    "stub-hangs": "timed-out",
    "stub-leaks": "ok",
    "stub-short": "disagrees",
    "stub-forgets": "unfaithful",
    "stub-fails": "failed",
    "raw": "ok",
    "libpcap": "ok",
}


def run(*arguments, status=0, environment=None):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, **(environment or {})})
    if done.returncode != status:
        sys.exit(f"{arguments}: exit status {done.returncode}, wanted {status}\n"
                 f"{done.stdout}\n{done.stderr}")
    return done


def stub(name):
    return os.path.join(STUBS, f"stub_{name.removeprefix('stub-').replace('-', '_')}.so")


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def bench_all(folder, capture):
    plugins = ",".join(stub(name) for name in WANTED if name.startswith("stub-"))
    out = os.path.join(folder, "results.json")
    run("bench", capture, "--backends", "raw,libpcap", "--plugin", plugins, "--levels", "headers",
        "--reference", "raw", "--processes", "6", "--rounds", "1", "--budget", "60s",
        "--timeout", "10s", "-o", out, status=1)  # one is unfaithful
    with open(out, encoding="utf-8") as file:
        return json.load(file)


def check_statuses(results):
    runs = {run["backend"]: run for run in results["runs"]}
    for name, status in WANTED.items():
        found = runs[name]
        # Without a decoder other than raw's, raw and libpcap are unchecked.
        allowed = {status, "unchecked"} if name in ("raw", "libpcap") else {status}
        check(found["status"] in allowed, f"{name} is {found['status']} ({found['reason']})")
        timed = found["wall_ns"] is not None
        check(timed == (status in ("ok", "differs")), f"{name}: times {timed} at {status}")
        if timed:
            check(len(found["samples"]) == 6, f"{name}: {len(found['samples'])} samples")
            check(found["wall_ns"]["ci95"] is not None, f"{name}: no interval of 6 processes")
        if status not in ("ok",) and name.startswith("stub-"):
            check(found["reason"], f"{name}: no reason")
    return runs


def check_details(runs, results):
    lie = runs["stub-lies"]["agreement"]
    check(lie["cells_different"] == 1, "one cell was changed")
    first = lie["first_difference"]
    check(first["packet"] == 17 and first["column"] == "src_port", f"first difference: {first}")
    check(int(first["value"]) == int(first["expected"]) + 1, f"both values: {first}")
    check("signal 11" in runs["stub-crashes"]["reason"], runs["stub-crashes"]["reason"])
    check("byte 42" in runs["stub-fails"]["reason"], runs["stub-fails"]["reason"])
    check("rows" in runs["stub-short"]["reason"], runs["stub-short"]["reason"])
    leaks, honest = (runs[name]["peak_rss_bytes"] for name in ("stub-leaks", "stub-none"))
    check(leaks > honest + (4 << 20), f"the leak shows: {leaks} against {honest}")
    check(runs["stub-none"]["ratio"]["backend"] == "raw", "the ratio is to raw")
    check(len(results["aa"]) == 1, "there is one A/A line")
    check(results["slices"][0]["packets"] > 1000, "packets are counted")
    process = [p for p in results["process_runs"] if p["backend"] == "raw"]
    check(process and process[0]["status"] in ("ok", "unavailable"), f"processes: {process}")


def check_first_run(folder, capture):
    """What only a process's first run takes is reported, and does not make a backend slow."""
    out = os.path.join(folder, "first.json")
    run("bench", capture, "--backends", "raw", "--plugin", stub("cold"), "--levels", "headers",
        "--reference", "raw", "--processes", "2", "--rounds", "2", "--budget", "20s", "-o", out)
    with open(out, encoding="utf-8") as file:
        found = next(r for r in json.load(file)["runs"] if r["backend"] == "stub-cold")
    check(found["first_run_ns"] > 80e6, f"first run: {found['first_run_ns']}")
    check(found["wall_ns"]["median"] < 40e6, f"later runs: {found['wall_ns']}")
    check(len(found["samples"]) == 4, "a sample in every round")


def check_not_proven(folder, capture):
    """A malformed first packet that counts as a stream shifts the numbers of all others: verified
    without the shift they agree, but no timed run is compared in them, and that is said."""
    shifted, out = os.path.join(folder, "shifted.pcap"), os.path.join(folder, "shifted.json")
    with open(capture, "rb") as file:
        octets = file.read()
    frame = bytes.fromhex("020000000001" "020000000002" "0800" "45000016000000004006" "0000"
                          "c0000201" "c0000202" "04d2")  # TCP of 2 bytes
    with open(shifted, "wb") as file:
        file.write(octets[:24] + octets[24:32] + struct.pack("<II", len(frame), len(frame)) + frame +
                   octets[24:])
    run("bench", shifted, "--backends", "raw", "--plugin", stub("shifts"), "--levels",
        "headers,flows", "--reference", "raw", "--processes", "1", "--rounds", "2", "--budget", "9s",
        "-o", out)
    with open(out, encoding="utf-8") as file:
        results = json.load(file)
    validate_results(results, SCHEMA)
    rows = {(one["backend"], one["level"]): one for one in results["runs"]}
    for (name, level), one in rows.items():
        check(one["status"] in ("ok", "unchecked"), f"{name} {level}: {one['status']} {one['reason']}")
        columns = ["stream"] if (name, level) == ("stub-shifts", "flows") else None
        check(one.get("not_proven") == columns, f"{name} {level}: {one.get('not_proven')}")
    page = os.path.join(folder, "shifted")
    run("report", out, "-o", page)
    with open(os.path.join(page, "index.html"), encoding="utf-8") as file:
        found = file.read().count("not proven by changed packets: column stream")
    check(found == 1, f"the page says it {found} times")


def check_languages(folder, capture):
    """The rows of the suite do not depend on what is installed: what is missing says what brings it."""
    out, empty = os.path.join(folder, "languages.json"), os.path.join(folder, "empty")
    os.mkdir(empty)
    run("bench", capture, "--suite", "languages", "--levels", "headers", "--reference", "raw",
        "--processes", "1", "--rounds", "1", "--budget", "9s", "-o", out,
        environment={"PKTBENCH_MODULES": empty, "PKTBENCH_EXTERNAL": empty, "XDG_CACHE_HOME": empty})
    with open(out, encoding="utf-8") as file:
        text = file.read()
    check(folder not in text, "the results name folders of this machine")
    results = json.loads(text)
    known = {one["name"]: one for one in results["backends"]}
    rows = {run_of["backend"]: run_of for run_of in results["runs"]}
    for name, language, brings in (
            ("raw", "C", None), ("libpcap", "C", None), ("wireshark", None, "libwireshark-dev"),
            ("libtins", None, "libtins-dev"), ("libtrace", None, "libtrace3-dev"),
            ("pcapplusplus", None, "run `./run setup pcapplusplus`"),
            ("dpkt", None, "run `./run setup externals`")):
        check(known[name].get("language") == language, f"{name}: {known[name].get('language')}")
        check((rows[name]["status"] == "unavailable") == bool(brings), f"{name}: {rows[name]}")
        check(brings or rows[name]["first_run_ns"] > 0, f"{name}: {rows[name]}")
        check(not brings or brings in rows[name]["reason"], f"{name}: {rows[name]['reason']}")


def check_verify(capture):
    done = run("verify", capture, "--backends", "raw", "--plugin", stub("lies"), "--levels",
               "headers", "--reference", "raw", status=1)
    check("packet 17, column src_port: stub-lies has " in done.stdout, done.stdout)
    check(", raw has " in done.stdout, done.stdout)
    check("\n    columns: src_port 1\n" in done.stdout, done.stdout)
    done = run("verify", capture, "--backends", "raw", "--plugin", stub("none"), "--levels",
               "headers", "--reference", "raw")
    check("columns:" not in done.stdout, done.stdout)
    check_nothing_compared(capture)


def check_nothing_compared(capture):
    """No cell was compared: that must not pass as agreement."""
    for backends in (("--backends", "read-all", "--levels", "headers"),
                     ("--backends", "stub-none", "--plugin", stub("none"), "--levels", "dissect")):
        for command in (("verify", capture), ("bench", capture), ("verify", "--suite", "malformed")):
            done = run(*command, *backends, status=2)
            check("nothing to run: no chosen backend offers a chosen level" in done.stderr,
                  done.stderr)
            check(not done.stdout, done.stdout)


def check_gate(folder, capture):
    common = ("bench", capture, "--backends", "raw", "--levels", "headers", "--reference", "raw",
              "--processes", "1", "--rounds", "1", "--budget", "1s", "-o",
              os.path.join(folder, "gate.json"))
    run(*common, "--plugin", stub("short"), "--fail-on", "crashed")
    run(*common, "--plugin", stub("short"), "--fail-on", "crashed,disagrees", status=1)
    refused = run("bench", capture, "--plugin", stub("abi"), status=2)
    check("interface (PKT_ABI)" in refused.stderr, refused.stderr)
    check(refused.stderr.count("stub_abi.so") == 1, f"the path once: {refused.stderr}")


def go_faults(capture, asked_before):
    """Page faults of a timed run in a worker that has answered so many requests before."""
    with subprocess.Popen([PKTBENCH, "worker", "raw"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as worker:
        def ask(what, **more):
            worker.stdin.write(json.dumps({"op": what, **more}) + "\n")
            worker.stdin.flush()
            answer = json.loads(worker.stdout.readline())
            check(answer["ok"], answer)
            return answer

        def faults(pid):
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                return int(file.read().rsplit(")", 1)[1].split()[7])

        ask("load")
        for _ in range(asked_before):
            ask("describe")
        pid = ask("sample", slice=capture, level="headers", evict_bytes=1 << 20)["pid"]
        counts = []
        for _ in range(3):
            ask("prepare")
            before = faults(pid)
            ask("go")
            counts.append(faults(pid) - before)
        ask("end")
        worker.stdin.close()
    return counts


def check_faults(capture):
    """What a process was asked before must not change the time of a run: no run pays for new
    memory. A buffer for reading has 16 pages."""
    for asked_before in (0, 1, 5, 20, 50):
        counts = go_faults(capture, asked_before)
        check(max(counts) < 8, f"page faults of runs, after {asked_before} requests: {counts}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "slice.pcap")
        run("gen", "tcp-flood", "--size", "500000", "-o", capture)
        results = bench_all(folder, capture)
        runs = check_statuses(results)
        check_details(runs, results)
        validate_results(results, SCHEMA)
        check_first_run(folder, capture)
        check_not_proven(folder, capture)
        check_languages(folder, capture)
        check_verify(capture)
        if not SANITIZERS:
            check_faults(capture)
        check_gate(folder, capture)
    print("all good")


main()
