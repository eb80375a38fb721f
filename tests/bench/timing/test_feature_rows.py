"""bench --features: rows are compared with the plain computation, and timed.

Usage: test_feature_rows.py PKTBENCH STUBS SCHEMA EXTERNAL"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from validation import validate_results

PKTBENCH, STUBS, SCHEMA, EXTERNAL = (os.path.realpath(path) for path in sys.argv[1:5])
FIXED = ("--levels", "headers", "--processes", "2", "--rounds", "1", "--budget", "5s",
         "--reference", "raw")


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def run(*arguments, status=0, environment=None):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, **(environment or {})})
    check(done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def feature_runs(folder, *arguments, environment=None):
    """The runs with features by backend, and the table."""
    out = os.path.join(folder, "results.json")
    done = run("bench", *arguments, *FIXED, "-o", out, environment=environment)
    with open(out, encoding="utf-8") as file:
        results = json.load(file)
    validate_results(results, SCHEMA)
    return {r["run"]["backend"]: r for r in results["feature_runs"]}, done.stdout


def check_sets(folder, capture):
    for words, columns in ((["ciciot46"], 46), (["ciciot39"], 39),
                           (["ciciot-fixed", "--by", "pair"], 0), (["records"], 12)):
        runs, table = feature_runs(folder, capture, "--backends", "read-all,raw,libpcap",
                                   "--features", *words)
        check(sorted(runs) == ["libpcap", "raw"], f"backends with the columns: {sorted(runs)}")
        for found in runs.values():
            check(found["run"]["status"] == "ok", f"{found['run']['reason']}")
            check(found["rows"] > 10 and found["cells_compared"] > 0, "rows are compared")
            check(not columns or found["cells_compared"] == columns * found["rows"], "every cell")
            check(found["run"]["proof"] == "features compared", found["run"]["proof"])
            check(found["to_base"]["n"] == 2, "paired with the rows that are counted")
        check("Rows of features" in table, table)


def check_wrong_values(folder, capture):
    """A backend that gives another port in one packet: its own rows differ by digest."""
    stub = os.path.join(STUBS, "stub_lies.so")
    runs, _ = feature_runs(folder, capture, "--backends", "raw", "--plugin", stub, "--features",
                           "ciciot-fixed", "--by", "flow")
    check(runs["raw"]["run"]["status"] == "ok", runs["raw"]["run"]["reason"])
    check(runs["stub-lies"]["run"]["status"] == "disagrees", f"{runs['stub-lies']}")
    check(runs["stub-lies"]["run"]["wall_ns"] is None, "no time for wrong rows")


def check_wrong_engine(folder, capture):
    """Where the plain computation gives other values, nobody gets a time."""
    changed = os.path.join(folder, "external")
    shutil.copytree(EXTERNAL, changed)
    path = os.path.join(changed, "plain_published.py")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace('"Drate": 0', '"Drate": 1'))
    runs, table = feature_runs(folder, capture, "--backends", "raw,libpcap", "--features", "ciciot46",
                               environment={"PKTBENCH_EXTERNAL": changed})
    for found in runs.values():
        check(found["run"]["status"] == "disagrees", f"{found['run']['status']}")
    check("row 1, Drate: 0, computed 1" in table, table)


def check_row_counts(folder, capture):
    """One row more or less than the plain computation has."""
    for name, keep, says in (("fewer", "rows[:-1]", "is one more than was computed"),
                             ("more", "rows + rows[:1]", "is missing")):
        changed = os.path.join(folder, name)
        shutil.copytree(EXTERNAL, changed)
        with open(os.path.join(changed, "plain_published.py"), "a", encoding="utf-8") as file:
            file.write(f"\n\nwhole = features46\n\n\ndef features46(*words):\n"
                       f"    rows = list(whole(*words))\n    return {keep}\n")
        runs, _ = feature_runs(folder, capture, "--backends", "raw", "--features", "ciciot46",
                               environment={"PKTBENCH_EXTERNAL": changed})
        found = runs["raw"]["run"]
        check(found["status"] == "disagrees" and says in found["reason"], f"{name}: {found}")


def check_slow_computation(folder, capture):
    """A plain computation beyond the time limit of a run: its values are unchecked."""
    changed = os.path.join(folder, "slow")
    shutil.copytree(EXTERNAL, changed)
    with open(os.path.join(changed, "plain_published.py"), "a", encoding="utf-8") as file:
        file.write("\n\nimport time\nfeatures46 = lambda *_: time.sleep(600)\n")
    with open(os.path.join(changed, "plain_features.py"), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(changed, "plain_features.py"), "w", encoding="utf-8") as file:
        file.write(text.replace("float(seconds)", "0.5"))  # the limit of the runs may not be so short
    runs, _ = feature_runs(folder, capture, "--backends", "raw", "--features", "ciciot46",
                           environment={"PKTBENCH_EXTERNAL": changed})
    check(runs["raw"]["run"]["status"] == "unchecked", runs["raw"]["run"]["status"])
    check("takes longer than 0.5 s" in runs["raw"]["run"]["reason"], runs["raw"]["run"]["reason"])


def check_refused(capture):
    for words, says in ((["--by", "flow"], "--by requires --features"),
                        (["--features", "ciciot47"], "unknown set of features 'ciciot47'; did you mean ciciot46?"),
                        (["--features", "ciciot46", "--by", "flow"], "ciciot46 supports only --by all"),
                        (["--features", "records", "--by", "pair"], "records supports only --by flow")):
        check(says in run("bench", capture, *words, status=2).stderr, says)


def main():
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "slice.pcap")
        run("gen", "benign-iot", "--size", "300000", "-o", capture)
        check_sets(folder, capture)
        check_wrong_values(folder, capture)
        check_wrong_engine(folder, capture)
        check_row_counts(folder, capture)
        check_slow_computation(folder, capture)
        check_refused(capture)
    print("all good")


main()
