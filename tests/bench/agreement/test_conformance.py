#!/usr/bin/env python3
"""The suite malformed: raw has no wrong cell, every kind of failure is counted, cases of a folder
are added.

Usage: test_conformance.py PKTBENCH STUBS PROJECT
"""
import json
import os
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate

PKTBENCH, STUBS, PROJECT = sys.argv[1:4]
# Intended behaviour of libpcap: it cuts packets to the snapshot length, and accepts only one byte
# order and one link type per file.
LIBPCAP_WRONG = {"pcap-snaplen-below-packet": "differs",
                 "pcapng-sections-of-both-orders": "failed",
                 "pcapng-two-link-types": "failed"}
# Overflows in libpcap 1.10.3, which may be fixed in later versions.
LIBPCAP_OVERFLOW = "pcapng-time-below-nanoseconds"


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def verify(*arguments, status=0):
    done = subprocess.run([PKTBENCH, "verify", "--suite", "malformed", "--format", "json",
                           *arguments], capture_output=True, text=True, check=False)
    check(done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout) if done.stdout else done.stderr


def backends(results):
    return {backend["backend"]: backend for backend in results["conformance"]["backends"]}


def check_ours():
    results = verify("--backends", "read-all,raw,libpcap")
    cases = results["conformance"]["cases"]
    check(len({case["name"] for case in cases}) == len(cases) >= 170, "cases have names of their own")
    check(all(case["spec"] and case["wrong"] for case in cases), "cases say what they rest on")
    found = backends(results)
    for name in "raw", "read-all":
        check(not found[name]["wrong"], f"{name}: {found[name]['wrong']}")
        check(found[name]["survived"] == found[name]["cases"] == len(cases), f"{name} survives all")
    wrong = {case["case"]: case["status"] for case in found["libpcap"]["wrong"]}
    check(wrong.pop(LIBPCAP_OVERFLOW, "differs") == "differs", f"libpcap: {LIBPCAP_OVERFLOW}")
    check(wrong == LIBPCAP_WRONG, f"libpcap: {wrong}")
    check(found["raw"]["rows_expected"] == sum(case["rows"] for case in cases), "rows expected")
    headers = backends(verify("--backends", "raw", "--levels", "headers"))["raw"]
    check(found["raw"]["cells_compared"] > headers["cells_compared"] + 5000,
          "columns of level app are compared")
    return results


def check_schema(results):
    with open(os.path.join(PROJECT, "results", "schema.json"), encoding="utf-8") as file:
        schema = json.load(file)["properties"]["conformance"]
    with open(os.path.join(PROJECT, "results", "reference", "conformance.json"),
              encoding="utf-8") as file:
        kept = json.load(file)
    for each in results, kept:
        validate(each["conformance"], schema)


def check_failures():
    """Backends with intentional faults, over every case."""
    for stub, key, status in (("crashes", "crashes", "crashed"), ("hangs", "hangs", "timed-out")):
        plugin = os.path.join(STUBS, f"stub_{stub}.so")
        results = verify("--plugin", plugin, "--backends", f"stub-{stub}", "--timeout", "0.1",
                         status=1)
        found = backends(results)[f"stub-{stub}"]
        # It fails in its first batch; captures that cannot be opened are not affected.
        check(found[key] > 60 and found["survived"] <= found["cases"] - found[key],
              f"{stub}: {found[key]} counted, {found['survived']} survived")
        check(status in {case["status"] for case in found["wrong"]}, f"{stub}: its status")


def check_folder():
    with tempfile.TemporaryDirectory() as folder:
        capture, rows = os.path.join(folder, "mine.pcap"), os.path.join(folder, "mine.csv")
        subprocess.run([PKTBENCH, "gen", "mirai", "--size", "5000", "-o", capture], check=True)
        subprocess.run([PKTBENCH, "extract", capture, "-o", rows], check=True)
        case = verify("--cases", folder, "--backends", "raw")["conformance"]["cases"][-1]
        check(case["name"] == "mine.pcap" and not case["generated"] and case["rows"] > 5, case)
        with open(rows, encoding="ascii") as file:
            lines = file.read().splitlines()
        cells = lines[1].split(",")
        ttl, source = lines[0].split(",").index("ip_ttl"), lines[0].split(",").index("src")
        cells[ttl], cells[source] = "3", "*"
        with open(rows, "w", encoding="ascii") as file:
            file.write("\n".join([lines[0], ",".join(cells), *lines[2:], lines[-1]]) + "\n")
        raw = backends(verify("--cases", folder, "--backends", "raw", "--fail-on", "disagrees",
                              status=1))["raw"]
        check((raw["cells_wrong"], raw["rows_lost"]) == (1, 1), f"a wrong and a lost row: {raw}")
        check(raw["wrong"][0]["first"]["column"] == "ip_ttl", "the first wrong cell")
        odd = os.path.join(folder, os.fsdecode(b"caf\xff"))  # of which a worker cannot be told
        os.rename(rows, odd + ".csv")
        os.rename(capture, odd + ".pcap")
        refused = verify("--cases", folder, "--backends", "raw", status=2)
        check("caf\\xff.pcap: its path is not UTF-8" in refused, refused)
        os.rename(odd + ".pcap", capture)
        os.rename(odd + ".csv", rows)
        with open(rows, "w", encoding="ascii") as file:
            file.write("ts_ns,cap_len\n1\n")
        check("mine.csv" in verify("--cases", folder, status=2), "a broken case is refused")
        os.unlink(rows)
        check("no capture" in verify("--cases", folder, status=2), "an empty folder is refused")


def main():
    results = check_ours()
    check_schema(results)
    check_failures()
    check_folder()
    print("all good")


main()
