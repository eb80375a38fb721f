#!/usr/bin/env python3
"""The example driver of a language: it agrees with the generator in every scenario, and is timed.

Usage: test_kits.py PKTBENCH ROOT LANGUAGE

Skipped with the reason where the toolchain is missing, or its package index cannot be reached.
"""
import json
import os
import shlex
import subprocess
import sys
import tempfile

PKTBENCH, ROOT, LANGUAGE = sys.argv[1:4]
SKIPPED = 77
SIZE = "100kB" if LANGUAGE == "pypacker" else "300kB"
READS_PCAPNG = ("go", "rust", "pnet")
WARMS_UP = ("java", "pcap4j", "node")
LEVELS = ("frames", "headers", "app") if LANGUAGE == "go" else ("frames", "headers")
# pypacker's reader takes a last packet that is cut.
READS_CUT = ("pypacker",)


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def shell(command):
    """A function of scripts/lib/languages.sh. Nothing is built outside of the user's cache folder."""
    script = f'set -eu; root=$1; . "$root/scripts/lib/languages.sh"; mkdir -p "$languages"; {command}'
    return subprocess.run(["sh", "-c", script, "sh", ROOT], capture_output=True, text=True,
                          check=False)


def skip(reason):
    print(f"SKIP: {reason}")
    sys.exit(SKIPPED)


def driver():
    """NAME=COMMAND of the driver, which is built now."""
    missing = shell(f"language_missing {LANGUAGE}").stdout.strip()
    if missing:
        skip(missing)
    fetched = shell(f"language_fetch {LANGUAGE}")
    if fetched.returncode != 0:
        skip(f"the package index cannot be used: {fetched.stderr.strip().splitlines()[-1:]}")
    built = shell(f"language_build {LANGUAGE}")
    check(built.returncode == 0, f"it cannot be built\n{built.stdout}{built.stderr}")
    return shell(f"language_command {LANGUAGE}").stdout.strip()


def run(*arguments, status=0):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, check=False)
    check(done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def generate(folder):
    scenarios = [s["name"] for s in json.loads(run("list", "scenarios", "--format", "json"))]
    check(len(scenarios) >= 12, f"scenarios: {scenarios}")
    paths = []
    for name in scenarios:
        paths.append(os.path.join(folder, f"{name}.pcap"))
        run("gen", name, "--size", SIZE, "-o", paths[-1])
    for name, options in ("big", ["--big-endian", "--ns"]), ("ng", ["--format", "pcapng"]):
        if name != "ng" or LANGUAGE in READS_PCAPNG:
            paths.append(os.path.join(folder, f"{name}.pcap"))
            run("gen", "dataset-mix", "--size", SIZE, *options, "-o", paths[-1])
    return paths


def check_agreement(external, paths):
    name = external.split("=")[0]
    slices = json.loads(run("verify", *paths, "--backends", "raw", "--reference", "raw", "--levels",
                            ",".join(LEVELS), "--external", external, "--format", "json",
                            "--fail-on", "failed,crashed,timed-out,disagrees,differs"))
    check(len(slices) == len(paths), f"{len(slices)} slices")
    for one in slices:
        runs = {r["level"]: r for r in one["runs"] if r["backend"] == name}
        check(set(runs) == set(LEVELS), f"levels: {set(runs)}")
        for level, result in runs.items():
            check(result["status"] == "ok", f"{one['slice']['name']} {level}: {result}")
            check(result["agreement"]["cells_compared"] > 0, "no cell was compared")


def check_times(external, folder):
    name, out = external.split("=")[0], os.path.join(folder, "results.json")
    run("bench", os.path.join(folder, "tcp-flood.pcap"), "--backends", "raw", "--reference", "raw",
        "--external", external, "--levels", "headers", "--processes", "6", "--rounds", "1",
        "--budget", "60s", "-o", out)
    with open(out, encoding="utf-8") as file:
        results = json.load(file)
    timed = [r for r in results["runs"] if r["backend"] == name]
    check(len(timed) == 1 and timed[0]["status"] == "ok", f"timed: {timed}")
    check(timed[0]["proof"] == "packets changed", f"proof: {timed[0]['proof']}")
    check(timed[0]["ns_per_packet"] > 1 and timed[0]["peak_rss_bytes"] > 1 << 20,
          f"{timed[0]['ns_per_packet']} ns, {timed[0]['peak_rss_bytes']} bytes")
    first = timed[0]["first_run_ns"]
    check(first and first > 1e3, f"the first run: {first}")
    warm = [one for one in timed[0]["samples"] if one.get("first_ns")]
    check(bool(warm) == (LANGUAGE in WARMS_UP), f"unranked runs: {warm}")
    described = [b for b in results["backends"] if b["name"] == name][0]
    check(described["origin"] == "external" and described["language"], f"described: {described}")


def ask(external, *requests):
    """The answers of the driver, without pktbench."""
    command = shlex.split(external.split("=", 1)[1])
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"{command}: {done.returncode} {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_refused(external, folder):
    """A capture that is cut within a packet, or is none, gives an error and not fewer rows."""
    cut, none = os.path.join(folder, "cut.pcap"), os.path.join(folder, "none.pcap")
    with open(os.path.join(folder, "tcp-flood.pcap"), "rb") as whole, open(cut, "wb") as out:
        out.write(whole.read()[:-7])
    with open(none, "wb") as out:
        out.write(b"no capture at all, but long enough to be one")
    rows = {"op": "rows", "level": "headers", "to": os.path.join(folder, "rows.csv")}
    answers = ask(external, {"op": "load"}, {**rows, "slice": cut}, {**rows, "slice": none},
                  {**rows, "slice": os.path.join(folder, "nowhere.pcap")}, {"op": "juggle"},
                  {"op": "empty"}, {"op": "done"})
    check([answer["ok"] for answer in answers] ==
          [True, LANGUAGE in READS_CUT, False, False, False, True], f"answers: {answers}")
    check(all(answer["ok"] or answer["reason"] for answer in answers), f"reasons: {answers}")


def check_unavailable(folder):
    """A driver that could not be built says what would bring it."""
    why = "Go 1.19 is needed, it isn't there (apt-get install golang-go)"
    line = shell(f'language_unavailable go "{why}"').stdout
    path = os.path.join(folder, "externals.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(line)
    out = run("verify", os.path.join(folder, "tcp-flood.pcap"), "--backends", "raw", "--reference",
              "raw", "--levels", "frames", "--externals", path)
    check("gopacket" in out and "unavailable" in out and why.replace("'", "") in out, f"{line} {out}")


def main():
    external = driver()
    with tempfile.TemporaryDirectory() as folder:
        paths = generate(folder)
        check_agreement(external, paths)
        check_times(external, folder)
        check_refused(external, folder)
        check_unavailable(folder)
    print("all good")


main()
