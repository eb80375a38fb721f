"""`pktbench bench --live`: every trial accounts for its packets, the rates follow from the trials, and
the table, the report and `choose` say what was measured. Times are short and nothing depends on them:
a search may end at any rate.

Usage: test_bench.py PKTBENCH"""

import json
import math
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PKTBENCH = os.path.abspath(sys.argv[1])
QUICK = ("--backends", "raw,libpcap", "--levels", "headers", "--processes", "1", "--rounds", "1")


def run(*arguments, prefix=()):
    return subprocess.run([*prefix, PKTBENCH, *map(str, arguments)], capture_output=True, text=True,
                          timeout=200, check=False)


def skip_unless_allowed():
    done = run("bench", "--live", "--trial", "1ms")
    if "are not allowed here" in done.stderr:
        print("SKIP: network namespaces are not allowed")
        sys.exit(77)


def rate_of(trial):
    return trial["sent"] / trial["seconds"]


def check_trial(trial, live):
    assert trial["arrived"] == trial["received"] + trial["dropped"], trial
    assert trial["rows"] <= trial["received"], trial
    assert 0 < trial["arrived"] <= trial["sent"], trial
    kept_up = trial["late_s"] <= live["late_part"] * trial["seconds"] + live["late_s"]
    assert trial["passed"] == (trial["rows"] == trial["sent"] and kept_up), trial


def check_run(run_, live):
    trials = run_["trials"]
    assert run_["status"] == "ok" and run_["compared_packets"] > 0, run_
    assert trials and trials[0]["asked_packets_per_s"] is None, trials
    for trial in trials:
        check_trial(trial, live)
    passed = [rate_of(trial) for trial in trials if trial["passed"]]
    assert math.isclose(run_["packets_per_s"] or 0, max(passed, default=0), rel_tol=1e-6), run_
    assert math.isclose(run_["sender_packets_per_s"], max(map(rate_of, trials)), rel_tol=1e-6)
    assert run_["at_least"] == (trials[-1]["asked_packets_per_s"] is None and trials[-1]["passed"])
    if run_["at_least"]:
        assert run_["failed_packets_per_s"] is None, run_


def test_results():
    assert run("gen", "benign-iot", "--size", "300kB", "-o", "small.pcap").returncode == 0
    done = run("bench", "small.pcap", *QUICK, "--live", "--trial", "60ms", "--sink", "csv",
               "--features", "ciciot-fixed", "-o", "results.json")
    assert done.returncode == 0, done.stderr
    live = json.loads(Path("results.json").read_text())["live"]
    assert live["trial_s"] == 0.06 and live["resolution"] == 0.02, live
    made = [(one["backend"], one["level"], one["sink"], one.get("features"))
            for one in live["runs"]]
    wanted = [(backend, "headers", sink, features) for backend in ("raw", "libpcap")
              for sink, features in (("null", None), ("csv", None), ("null", "ciciot-fixed"))]
    assert sorted(made, key=str) == sorted(wanted, key=str), made
    for one in live["runs"]:
        check_run(one, live)
    assert "Live: rates without packet loss" in done.stdout, done.stdout
    rows = [line for line in done.stdout.splitlines() if re.match(r"small +(raw|libpcap) ", line)]
    assert len(rows) == 6 and all("Mpps" in row or "none" in row for row in rows), done.stdout
    assert "headers > ciciot-fixed by all" in done.stdout


def test_report():
    done = run("report", "results.json", "-o", "report")
    assert done.returncode == 0, done.stderr
    page = Path("report/index.html").read_text(encoding="utf-8")
    assert 'id="live-0"' in page and "/live/runs/0/sender_packets_per_s" in page
    assert "**Live: rates without packet loss**" in Path("report/report.md").read_text()


def test_choose():
    one = next(one for one in json.loads(Path("results.json").read_text())["live"]["runs"]
               if one["backend"] == "raw")
    done = run("choose", "results.json", "--live", "--format", "json")
    fits = {fit["backend"]: fit for fit in json.loads(done.stdout)["fits"]}
    assert done.returncode == 0 and fits["raw"]["live"] == {
        "packets_per_s": one["packets_per_s"] or 0, "at_least": one["at_least"], "slice": "small",
        "into_sink": False}, fits["raw"]["live"]
    assert "live without loss: " in run("choose", "results.json", "--live").stdout


def test_changed_results():
    """What does not fit the schema is refused."""
    results = json.loads(Path("results.json").read_text())
    for key, value in (("rows", -1), ("passed", "yes"), ("seconds", None)):
        bad = json.loads(json.dumps(results))
        bad["live"]["runs"][0]["trials"][0][key] = value
        Path("bad.json").write_text(json.dumps(bad))
        done = run("report", "bad.json", "-o", "bad")
        assert done.returncode == 2 and f"/live/runs/0/trials/0/{key}" in done.stderr, done.stderr


def test_packets_that_cannot_be_sent():
    """A slice that was cut by a snaplen gets a reason, and the gate sees it."""
    assert run("gen", "benign-iot", "--size", "100kB", "-o", "whole.pcap").returncode == 0
    data = bytearray(Path("whole.pcap").read_bytes())
    data[24 + 12] += 1  # the original length of the first packet
    Path("cut.pcap").write_bytes(data)
    arguments = ("bench", "cut.pcap", *QUICK, "--reference", "raw", "--live", "--trial", "50ms",
                 "-o", "cut.json")
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    for one in json.loads(Path("cut.json").read_text())["live"]["runs"]:
        assert one["status"] == "not-offered" and not one["trials"], one
        assert "packet 1 was cut by the snaplen" in one["reason"], one
    assert "packet 1 was cut by the snaplen" in done.stdout
    assert run(*arguments, "--fail-on", "failed").returncode == 0
    assert run(*arguments, "--fail-on", "not-offered").returncode == 1


def test_wrong_options():
    for options, words in ((("--trial", "1s"), "--trial requires --live"),
                           (("--live", "--trial", "1ms"), "--trial: must be at least 0.05s"),
                           (("--live", "--baseline", PKTBENCH), "cannot be combined"),
                           (("--live", "--backends", "read-all"), "only raw and libpcap")):
        done = run("bench", "small.pcap", *options)
        assert done.returncode == 2 and words in done.stderr, (options, done.stderr)
        assert len(done.stderr.splitlines()) == 1, done.stderr


def test_without_namespaces():
    """Root does without user namespaces; where no network namespace may be created, the message
    says what to do."""
    def forbid(*kinds):
        words = [f"echo 0 >/proc/sys/user/max_{kind}_namespaces &&" for kind in kinds]
        return ("unshare", "--map-root-user", "sh", "-c", " ".join([*words, 'exec "$@"']), "sh")
    if subprocess.run([*forbid("user", "net"), "true"], capture_output=True,
                      check=False).returncode:
        print("SKIP: a user namespace without namespaces cannot be made")
        return
    arguments = ("bench", "small.pcap", *QUICK, "--live", "--trial", "50ms", "--format", "json",
                 "-o", "root.json")
    done = run(*arguments, prefix=forbid("user"))
    assert done.returncode == 0, done.stderr
    assert [one["status"] for one in json.loads(done.stdout)["live"]["runs"]] == ["ok", "ok"]
    done = run(*arguments, prefix=forbid("user", "net"))
    assert done.returncode == 2 and "sudo pktbench bench --live" in done.stderr, done.stderr


def test_user_namespace():
    """A user without rights makes them in a user namespace; the results are of the same kind."""
    if os.geteuid() != 0:
        return  # all tests above did so
    os.chmod(".", 0o777)
    prefix = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    done = run("bench", "small.pcap", *QUICK, "--live", "--trial", "50ms", "--format", "json", "-o",
               "user.json", prefix=prefix)
    if "are not allowed here" in done.stderr or "setpriv" in done.stderr:
        print("SKIP: user namespaces are not allowed")
        return
    assert done.returncode == 0, done.stderr
    live = json.loads(done.stdout)["live"]
    assert len(live["runs"]) == 2, live
    for one in live["runs"]:
        check_run(one, live)


def main():
    skip_unless_allowed()
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                test()
                print(f"ok   {name}", flush=True)
        os.chdir("/")


main()
