#!/usr/bin/env python3
"""External programs with all kinds of failures: each gets the correct status and does not affect
the others.

Usage: test_external.py PKTBENCH FAKE_EXTERNAL SCHEMA
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate_results

PKTBENCH, FAKE, SCHEMA = sys.argv[1:4]
DRIVERS = ("tshark_driver.py", "dpkt_driver.py", "scapy_driver.py", "pyshark_driver.py")
WANTED = {
    "raw": "ok",
    "tshark": ("failed", "no JSON line"),
    "dpkt": ("disagrees", "rows"),
    "scapy": ("unavailable", "its library is missing"),
    "scapy-rdpcap": ("timed-out", "no answer"),
    "pyshark": ("unfaithful", "did not return the column"),
    "pyshark-json": "ok",
}


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def run(environment, *arguments, status=0):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, check=False,
                          env=environment)
    check(done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def bench(folder, environment):
    capture, out = os.path.join(folder, "slice.pcap"), os.path.join(folder, "results.json")
    run(environment, "gen", "tcp-flood", "--size", "200000", "-o", capture)
    run(environment, "bench", capture, "--backends", ",".join(WANTED), "--levels", "headers",
        "--reference", "raw", "--processes", "6", "--rounds", "1", "--budget", "20s",
        "--timeout", "10s", "-o", out, status=1)  # one is unfaithful
    with open(out, encoding="utf-8") as file:
        return json.load(file)


def check_runs(results):
    runs = {run["backend"]: run for run in results["runs"] if "sink" not in run}
    for name, wanted in WANTED.items():
        status, reason = wanted if isinstance(wanted, tuple) else (wanted, "")
        found = runs[name]
        allowed = {status, "unchecked"} if name == "raw" else {status}
        check(found["status"] in allowed, f"{name}: {found['status']} ({found['reason']})")
        check(reason in (found["reason"] or ""), f"{name}: {found['reason']}")
        check((found["wall_ns"] is not None) == (status == "ok"), f"{name}: its times")
    slow = runs["pyshark-json"]
    packets = results["slices"][0]["packets"]
    check(packets > 2000, f"{packets} packets")
    # With 1 ms per packet, only the first packets are timed, and this is reported.
    check(slow["prefix_packets"] and slow["prefix_packets"] < packets, "there is a prefix")
    check(slow["agreement"]["rows_compared"] == slow["prefix_packets"], "the prefix is compared")
    check(1e6 < slow["ns_per_packet"] < 3e6, f"{slow['ns_per_packet']} ns a packet")
    check(slow["proof"] == "packets changed" and not runs["pyshark"]["wall_ns"], "what is proven")
    check(runs["raw"]["prefix_packets"] is None, "raw")
    alone = [run for run in results["runs"] if run.get("sink") == "parse-alone"]
    check({run["backend"]: run["status"] for run in alone}["pyshark-json"] == "ok", "parse alone")
    check(alone[-1]["prefix_packets"] == slow["prefix_packets"], "the prefix of parse alone")
    check(runs["raw"]["wall_ns"]["ci95"] is not None, "raw has an interval")


def check_refused(folder, environment):
    capture = os.path.join(folder, "slice.pcap")
    refused = run(environment, "extract", capture, "--backend", "dpkt", status=2)
    check("program of its own" in refused.stderr, refused.stderr)
    nowhere = dict(environment, PKTBENCH_EXTERNAL=os.path.join(folder, "nowhere"))
    listed = run(nowhere, "list", "backends").stdout
    check("./run setup externals" in listed, listed)
    # External programs run only on request.
    quiet = run(environment, "verify", capture, "--levels", "headers").stdout
    check("dpkt" not in quiet and "raw" in quiet, quiet)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for driver in DRIVERS:
            shutil.copy(FAKE, os.path.join(folder, driver))
        environment = dict(os.environ, PKTBENCH_EXTERNAL=folder, PKTBENCH_PYTHON=sys.executable,
                           FAKE_PKTBENCH=PKTBENCH)
        results = bench(folder, environment)
        check_runs(results)
        validate_results(results, SCHEMA)
        check_refused(folder, environment)
    print("all good")


main()
