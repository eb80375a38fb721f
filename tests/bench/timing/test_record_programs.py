"""bench --record-programs: flow records of other programs are compared with ours, by class.

Usage: test_record_programs.py PKTBENCH SCHEMA EXTERNAL"""

import json
import os
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate_results

PKTBENCH, SCHEMA, EXTERNAL = (os.path.realpath(path) for path in sys.argv[1:4])
sys.path.append(EXTERNAL)
from record_programs import compare, record

FIXED = ("--levels", "headers", "--backends", "raw", "--processes", "1", "--rounds", "1", "--reference", "raw",
         "--features", "records")
# A program that is asked as ndpiReader is: it has our records, with the changes named in CHANGES.
NDPI_READER = """#!{python}
import csv, os, subprocess, sys
if "-h" in sys.argv:
    print("Welcome to nDPI v9.9")
    sys.exit(1)
capture, out = sys.argv[sys.argv.index("-i") + 1], sys.argv[sys.argv.index("-C") + 1]
changes = os.environ.get("CHANGES", "").split(",")
if "fail" in changes:
    sys.exit("no such thing")
text = subprocess.run([{pktbench!r}, "extract", "--features", "records", capture], check=True,
                      stdout=subprocess.PIPE, text=True).stdout
rows = list(csv.DictReader(text.splitlines()))
udp = [row for row in rows if row["ip_proto"] == "17"]
if "swap" in changes and rows:
    for a, b in (("src", "dst"), ("src_port", "dst_port"), ("fwd_packets", "bwd_packets"), ("fwd_bytes", "bwd_bytes")):
        udp[0][a], udp[0][b] = udp[0][b], udp[0][a]
if "drop" in changes and rows:
    rows.remove(udp[1])
if "bytes" in changes and rows:
    udp[2]["fwd_bytes"] = int(udp[2]["fwd_bytes"]) + 1
with open(out, "w") as file:
    print("#flow_id|protocol|first_seen|last_seen|src_ip|src_port|dst_ip|dst_port|c_to_s_pkts|c_to_s_bytes"
          "|s_to_c_pkts|s_to_c_bytes", file=file)
    for i, r in enumerate(rows):
        first, last = (int(r[name]) // 10**6 / 1000 for name in ("ts_ns", "last_ns"))
        print(i, r["ip_proto"], f"{{first:.3f}}", f"{{last:.3f}}", r["src"], r["src_port"] or 0, r["dst"],
              r["dst_port"] or 0, r["fwd_packets"], r["fwd_bytes"], r["bwd_packets"], r["bwd_bytes"], sep="|", file=file)
"""


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def run(*arguments, status=0, environment=None):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, **(environment or {})})
    check(done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def one(ends, first, last, packets, octets=None, reason="end", protocol=17):
    src, dst = ends
    return record(str(protocol), src, dst, (first, last), packets, octets or tuple(60 * n for n in packets), reason)


A, B = ("10.0.0.1", "1000"), ("10.0.0.2", "53")
A_ALONE, B_ALONE = ("10.0.0.1", ""), ("10.0.0.2", "")


def check_classes():
    """Each kind of difference, of records that are made up."""
    both = one((A, B), 0, 9, (5, 4))
    parts = [one((A, B), 0, 4, (3, 2)), one((A, B), 5, 9, (2, 2))]
    closed = [one((A, B), 0, 4, (3, 2), reason="fin", protocol=6), one((A, B), 5, 9, (2, 2), protocol=6)]
    whole = one((A, B), 0, 9, (5, 4), protocol=6)
    fragment = one((A_ALONE, B_ALONE), 1, 2, (2, 0))
    icmp = one((A_ALONE, B_ALONE), 0, 1, (1, 1), protocol=1)
    for ours, theirs, equal, classes in (
            ([both], [both], 1, {}),
            ([both], [one((B, A), 0, 9, (4, 5))], 0, {"direction": 1}),
            (parts, [both], 0, {"timeouts": 2}), ([both], parts, 0, {"timeouts": 1}),
            ([parts[0], parts[1]], [parts[0], one((A, B), 6, 9, (2, 2))], 1, {"times": 1}),
            (closed, [whole], 0, {"flags": 2}),
            ([both], [one((A, B), 0, 9, (5, 4), (301, 240))], 0, {"lengths": 1}),
            ([both], [one((A, B), 0, 9, (5, 3))], 0, {"packets": 1}),
            ([both], [], 0, {"not there": 1}), ([], [both], 0, {"only there": 1}),
            ([both], [both, both], 1, {"packets": 1}),
            ([icmp], [], 0, {"protocol": 1}),
            ([icmp], [one((A_ALONE, B_ALONE), 0, 1, (2, 1), protocol=1)], 0, {"protocol": 1}),
            ([icmp], [one((A_ALONE, B_ALONE), 0, 2, (1, 1), protocol=1)], 0, {"times": 1}),
            ([both, fragment], [one((A, B), 0, 9, (7, 4))], 0, {"fragments": 2}),
            ([both, fragment], [both], 1, {"fragments": 1})):
        got = compare(ours, theirs)
        check(got == (equal, classes), f"{ours} and {theirs}: {got}, wanted {equal} and {classes}")


def record_runs(folder, capture, changes="", path=None, programs="ndpireader"):
    out = os.path.join(folder, "results.json")
    environment = {"CHANGES": changes, "PATH": path or f"{folder}:{os.environ['PATH']}"}
    done = run("bench", capture, *FIXED, "--record-programs", programs, "-o", out, environment=environment)
    with open(out, encoding="utf-8") as file:
        results = json.load(file)
    validate_results(results, SCHEMA)
    shown = run("report", "--format", "markdown", out).stdout
    return results["record_runs"], done.stdout, shown


def check_program(folder, capture):
    runs, table, shown = record_runs(folder, capture)
    found = runs[0]
    check(len(runs) == 1 and found["status"] == "ok" and found["version"] == "9.9", f"{found}")
    check(found["equal"] == found["records"] == found["records_ours"] > 20 and not found["classes"], f"{found}")
    check(found["slice"] == "slice" and found["packets"] > 500 and len(found["wall_s"]) >= 1, f"{found}")
    check("Flow records of other programs" in table and "**Flow records of other programs**" in shown, table)
    runs, table, shown = record_runs(folder, capture, "swap,drop,bytes")
    counts = {c["name"]: c["records"] for c in runs[0]["classes"]}
    check(runs[0]["status"] == "differs" and counts == {"direction": 1, "not there": 1, "lengths": 1}, f"{runs}")
    check(runs[0]["equal"] == found["equal"] - 3, f"{runs}")
    check("ndpireader, slice: 1 of " in table and "records: direction: the program has" in shown, table)
    runs, table, _ = record_runs(folder, capture, "fail")
    check(runs[0]["status"] == "failed" and "no such thing" in runs[0]["reason"], f"{runs}")
    run("bench", capture, *FIXED, "--record-programs", "ndpireader", "-o", os.path.join(folder, "failed.json"),
        "--fail-on", "failed", status=1, environment={"CHANGES": "fail", "PATH": f"{folder}:{os.environ['PATH']}"})
    check("no such thing" in table, table)


def check_missing(folder, capture):
    """A program that is not installed; the rest of the run is not lost."""
    tools = os.path.join(folder, "tools")
    os.mkdir(tools)
    os.symlink(sys.executable, os.path.join(tools, "python3"))
    runs, table, _ = record_runs(folder, capture, path=tools)
    check(runs[0]["status"] == "unavailable" and "apt install libndpi-bin" in table, f"{runs}")


def check_refused(capture):
    for words, says in ((["--record-programs", "nfstream"], "requires --features records"),
                        (["--features", "ciciot46", "--record-programs", "nfstream"], "requires --features records"),
                        (["--features", "records", "--record-programs", "nfsteam"],
                         "unknown program 'nfsteam'; did you mean nfstream?")):
        check(says in run("bench", capture, *words, status=2).stderr, says)


def main():
    check_classes()
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "slice.pcap")
        run("gen", "benign-iot", "--size", "300000", "-o", capture)
        program = os.path.join(folder, "ndpiReader")
        with open(program, "w", encoding="utf-8") as file:
            file.write(NDPI_READER.format(python=sys.executable, pktbench=PKTBENCH))
        os.chmod(program, 0o755)
        check_program(folder, capture)
        check_missing(folder, capture)
        check_refused(capture)
    print("all good")


main()
