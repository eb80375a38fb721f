"""Results that are wrong are refused with the place and without output; texts of results, plug-ins
and file names are neither markup nor control codes in any output.

Usage: test_hostile.py PKTBENCH TEST_REPORT SOURCE PLUGIN; PLUGIN is tests/parsers/core/hostile.c."""

import copy
import csv
import io
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

import jsonschema

PKTBENCH, TEST_REPORT, SOURCE, PLUGIN = (Path(path).absolute() for path in sys.argv[1:5])
RESULTS = json.loads((SOURCE / "tests/fuzz/results/run.json").read_text())
SCHEMA = json.loads((SOURCE / "results/schema.json").read_text())
INJECTION = "\x1b]0;owned\x07\n\n| fake | <script>x</script> *star* `tick` [link](x)\x9b\u202e=1"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")
SECONDS = 120  # of a command, on a busy machine; each takes a few


def run(*arguments, **options):
    return subprocess.run([PKTBENCH, *map(str, arguments)], capture_output=True, text=True,
                          timeout=SECONDS, check=False, **options)


def member_set(value):
    """A change that sets the member at a path to the value; `...` removes it."""
    def change(results, path):
        at = results
        for key in path[:-1]:
            at = at[key]
        if value is ...:
            del at[path[-1]]
        else:
            at[path[-1]] = value
    return change


WRONG = [
    ("/runs/0/ns_per_packet", 0, "must be above 0"),
    ("/runs/0/ns_per_packet", -5, "must be above 0"),
    ("/runs/0/ns_per_packet", 1e300, "is too large"),
    ("/runs/0/wall_ns/median", 0, "must be above 0"),
    ("/runs/0/wall_ns/ci95", [-1.0, 2.0], "must be above 0"),
    ("/runs/0/wall_ns/ci95", [3.0, 2.0], "is below the element before it"),
    ("/runs/1/cpu_ns/median", -1, "must be at least 0"),
    ("/runs/1/ratio/ci95", [1.0], "at least 2"),
    ("/runs/0/samples/2/block", ..., "is missing"),
    ("/runs/0/samples/2/block", None, "must be integer, is null"),
    ("/runs/0/samples/2/block", -1, "must be at least 0"),
    ("/runs/0/samples/5/block", 100000, "must be at most 99999"),
    ("/runs/0/samples/5/block", 0, "below that of the element before"),
    ("/runs/0/samples/0", "x", "must be object"),
    ("/runs/0/samples", {}, "must be array"),
    ("/runs/0/level", "no-level", "none of the known values"),
    ("/runs/0/status", "perfect", "none of the known values"),
    ("/runs/0/backend", "x" * 300, "length 300"),
    ("/runs/0/reason", "x" * 70000, "length 70000"),
    ("/runs/0/runs", 10**12, "must be at most"),
    ("/runs", RESULTS["runs"] * 2100, "4200 elements"),
    ("/slices/0/packets", 0, "must be at least 1"),
    ("/slices", RESULTS["slices"] * 2, "there twice"),
    ("/backends/1/name", "raw", "there twice"),
    ("/backends/0/levels", {"no-level": {"work": "w", "columns": []}}, "none of the known values"),
    ("/context/cpu/cores", 1e12, "must be"),
    ("/context/cpu", [], "must be object"),
    ("/context/date", "yesterday", "does not fit the pattern"),
    ("/context/date", "2026-01-01T00:00:00Z and later", "does not fit the pattern"),
    ("/plan", ..., "is missing"),
    ("/aa/0/median", 0, "must be above 0"),
    ("/study/0/slice_s/median", -2, "must be above 0"),
]


def test_refused(folder):
    good, bad, out = folder / "good.json", folder / "bad.json", folder / "out"
    good.write_text(json.dumps(RESULTS))
    for command in (("report", good, "-o", folder / "fine"), ("choose", good),
                    ("compare", good, good)):
        done = run(*command)
        # 1: no backend of these results has all columns of the level
        assert done.returncode in ((0, 1) if command[0] == "choose" else (0,)), done
        assert done.stderr == "", done
    for place, value, words in WRONG:
        results = copy.deepcopy(RESULTS)
        path = [int(key) if key.isdigit() else key for key in place.split("/")[1:]]
        member_set(value)(results, path)
        bad.write_text(json.dumps(results))
        for command in (("report", bad, "-o", out), ("report", bad, "--format", "table", "-o", out),
                        ("choose", bad), ("compare", bad, good, "-o", out),
                        ("compare", good, bad, "-o", out)):
            done = run(*command)
            assert done.returncode == 2 and done.stdout == "", (place, value, done)
            assert len(done.stderr.splitlines()) == 1 and words in done.stderr, (place, done.stderr)
            assert f"{bad}: {place}" in done.stderr, (place, done.stderr)
            assert "run `pktbench bench` again" in done.stderr, done.stderr
            assert not out.exists(), (place, command)
    bad.write_bytes(b'{"schema_version": 2, "slices": [], "runs": [], "x": "\xff"}')
    assert "not whole JSON" in run("choose", bad).stderr
    with open(bad, "wb") as file:
        file.truncate((128 << 20) + 1)
    assert "File too large" in run("choose", bad).stderr
    bad.write_text("[" + "{}," * (4 << 20) + "{}]")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert "no results: more than 4194304 values" in run("choose", bad).stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert after <= max(before, 64 << 10), after  # KiB, of the largest process so far
    bad.write_text(json.dumps(RESULTS | {"commas": "\\\"" + ",[{" * (4 << 20)}))
    assert run("choose", bad).stderr == ""


def inner(value, path=()):
    yield path, value
    for key, member in (value.items() if isinstance(value, dict) else
                        enumerate(value) if isinstance(value, list) else ()):
        yield from inner(member, (*path, key))


def test_schema_limits():
    """Every list of the schema has a greatest length."""
    unlimited = [path for path, value in inner(SCHEMA) if isinstance(value, dict) and
                 value.get("type") in ("array", ["array", "null"]) and "maxItems" not in value]
    assert not unlimited, unlimited


# x-unique, x-ordered, x-ascending
NOT_STANDARD = "there twice", "below that of the element before", "below the element before"


def test_schema():
    """Random changes: accepted exactly where the package jsonschema accepts them, as far as the
    schema is one of the standard."""
    places = [path for path, _ in inner(RESULTS) if path]
    values = [None, True, 0, -1, 3, 2.5, "", "text", [], {}, [1.5, 2.5], "headers", "x" * 256]
    chance = random.Random(1)
    documents = []
    for _ in range(1500):
        document = copy.deepcopy(RESULTS)
        member_set(chance.choice([*values, ...]))(document, chance.choice(places))
        documents.append(document)
    done = subprocess.run([TEST_REPORT, SOURCE / "tests/report", "--check"], check=True, text=True,
                          input="".join(json.dumps(d) + "\n" for d in documents),
                          capture_output=True)
    lines = done.stdout.split("\n")[:-1]
    assert len(lines) == len(documents), len(lines)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    refused = 0
    for document, line in zip(documents, lines):
        if any(words in line for words in NOT_STANDARD):
            continue
        faults = [fault for fault in validator.iter_errors(document)
                  if fault.validator != "additionalProperties"]
        assert bool(faults) == bool(line), (line, [(f.json_path, f.message[:80]) for f in faults])
        refused += bool(line)
    assert 300 < refused < 1490, refused
    print(f"{refused} of {len(documents)} changed results are refused")


def test_large(folder):
    """Thousands of runs take seconds, not hours."""
    results = copy.deepcopy(RESULTS)
    slices, backends = results["slices"][0], results["backends"][0]
    results["slices"] = [slices | {"name": f"slice-{i}"} for i in range(64)]
    results["backends"] = [backends | {"name": f"backend-{i}"} for i in range(16)]
    results["runs"] = [results["runs"][0] | {"slice": f"slice-{i}", "backend": f"backend-{j}"}
                       for i in range(64) for j in range(16)]
    large = folder / "large.json"
    large.write_text(json.dumps(results))
    for command in (("report", large, "-o", folder / "large"), ("choose", large),
                    ("choose", large, "--sink", "csv", "--need", "frames,dissect,reassembly",
                     "--live", "--rate", "100Gbps", "--max-rss", "1kB"),
                    ("report", large, "--format", "table")):
        started = time.monotonic()
        done = run(*command)
        assert done.returncode in (0, 1), done.stderr
        print(f"{command[0]} of 1024 runs: {time.monotonic() - started:.1f} s")


FORMATS = ("table", "markdown", "csv")
JSON_FORMATS = ("json", "github-action", "bmf", "gbench")


def injected():
    """The results with the injection in every text that is not one of a few words."""
    results = copy.deepcopy(RESULTS)
    renamed = {"raw": "raw" + INJECTION, "tcp-flood": "flood" + INJECTION}
    for path, value in list(inner(results)):
        keyed = path and path[-1] in ("reason", "summary", "version", "license", "work", "evidence",
                                      "model", "kernel", "compiler", "value", "expected", "command")
        if isinstance(value, str) and (keyed or value in renamed):
            member_set(renamed.get(value, INJECTION))(results, path)
    results["runs"][1].update(status="crashed", reason=INJECTION)
    results["backends"][1].update(available=False, reason=INJECTION)
    return results


def check_markdown(text):
    """No cell more than the head of its table has, no line of its own, no markup."""
    assert not CONTROL.search(text), CONTROL.search(text)
    assert "<script" not in text and not re.search(r"(?m)^(- )?\\?\| fake", text)
    assert not re.search(r"(?<!\\)(\*star\*|`tick`|\[link\])", text), text
    columns = 0
    for line in text.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line))
        if re.match(r"\|:?-", line):
            columns = cells
        elif columns and line.startswith("|"):
            assert cells == columns, line
        else:
            columns = 0


def test_texts(folder):
    results, out = folder / "texts.json", folder / "texts"
    results.write_text(json.dumps(injected()))
    made = run("report", results, "-o", out)
    assert made.returncode == 0 and not CONTROL.search(made.stderr), made
    check_markdown((out / "report.md").read_text())
    page = (out / "index.html").read_text()
    assert page.count("<script") == 1 and "&lt;script" in page
    assert not re.search("[\x00-\x08\x0b-\x1f]", page)
    compared = [(("compare", results, results, "--format", name), name)
                for name in (*FORMATS, "json")]
    for command, name in [(("report", results, "--format", name), name)
                          for name in (*FORMATS, "junit", *JSON_FORMATS)] + compared + [
                              (("choose", results), "table"),
                              (("choose", results, "--format", "json"), "json")]:
        done = run(*command)
        assert done.returncode in (0, 1) and done.stdout, (command, done)
        assert not CONTROL.search(done.stderr), (command, done.stderr)
        assert "\x1b" not in done.stdout and "\x07" not in done.stdout, command
        if name == "markdown":
            check_markdown(done.stdout)
        if name == "table":
            assert not CONTROL.search(done.stdout), command
            assert not any(line.startswith("| fake") for line in done.stdout.splitlines())
        if name == "csv":
            rows = list(csv.reader(io.StringIO(done.stdout)))
            assert {len(row) for row in rows} == {len(rows[0])}, rows
            assert not any(cell[:1] in "=@" and cell for row in rows for cell in row)
        if name in JSON_FORMATS:
            json.loads(done.stdout)
            assert not CONTROL.search(done.stdout), command
        if name == "junit":
            ElementTree.fromstring(done.stdout)


def test_names_of_files(folder):
    """A name is one line without control codes in messages, too."""
    name = folder / "a\x1b[2J\nb\x9b.json"
    for command in (("report", name, "-o", folder / "x"), ("choose", name), ("info", name),
                    ("extract", name), ("extract", name, "--plugin", name), ("compare", name, name),
                    ("verify", name), ("bench", name), (str(name),), ("extract", "--" + str(name)),
                    ("extract", "x", "--backend", name), ("list", "--plugin", name)):
        done = run(*command)
        assert done.returncode == 2, (command, done)
        assert len(done.stderr.splitlines()) == 1, (command, done.stderr)
        assert not CONTROL.search(done.stderr + done.stdout), (command, done)


def test_capture_name(folder):
    """A capture whose name is no UTF-8 is measured like others."""
    capture = os.fsencode(folder) + b"/caf\xc3\xa9\xff\x1b[2J.pcap"
    assert run("gen", "tcp-flood", "--size", "20000", "-o", os.fsdecode(capture)).returncode == 0
    info = run("info", os.fsdecode(capture), "--format", "json")
    assert json.loads(info.stdout)["file"] == "café\\xff\\x1b[2J.pcap", info
    results = folder / "named.json"
    done = run("bench", os.fsdecode(capture), "--backends", "raw,libpcap", "--reference", "raw",
               "--processes", "1", "--rounds", "1", "--budget", "1s", "-f", "ip or arp", "-o", results)
    assert done.returncode == 0 and not CONTROL.search(done.stdout + done.stderr), done
    written = json.loads(results.read_text())
    assert written["slices"][0]["name"] == "café\\xff\\x1b[2J", written["slices"]
    assert {run["status"] for run in written["runs"]} <= {"ok", "unchecked"}, written["runs"]
    jsonschema.Draft202012Validator(SCHEMA).validate(written)


def test_plugin(folder):
    """Reasons and messages of a plug-in that fails in its run."""
    capture = folder / "slice.pcap"
    assert run("gen", "tcp-flood", "--size", "20000", "-o", capture).returncode == 0
    for mode, word in (("run-reason", "owned"), ("run-messages", "fake")):
        environment = os.environ | {"HOSTILE": mode}
        common = (capture, "--backends", "raw", "--plugin", PLUGIN, "--levels", "headers",
                  "--reference", "raw")
        verified = run("verify", *common, env=environment)
        assert verified.returncode == 1 and word in verified.stdout, verified
        assert not CONTROL.search(verified.stdout + verified.stderr), verified
        results = folder / f"{mode}.json"
        done = run("bench", *common, "--processes", "1", "--rounds", "1", "--budget", "1s", "-o",
                   results, "--format", "markdown", env=environment)
        assert done.returncode == 0 and word in done.stdout, done
        assert not CONTROL.search(done.stderr), done.stderr
        check_markdown(done.stdout)
        assert not CONTROL.search(run("report", results, "--format", "table").stdout)
    done = run("extract", capture, "--plugin", PLUGIN, env=os.environ | {"HOSTILE": "run-reason"})
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done
    assert not CONTROL.search(done.stderr), done.stderr
    done = run("extract", capture, "--plugin", PLUGIN, "-o", folder / "rows.csv",
               env=os.environ | {"HOSTILE": "name-markup"})
    assert done.returncode == 2 and "its table is wrong: name" in done.stderr, done
    assert not (folder / "rows.csv").exists()


def main():
    test_schema_limits()
    test_schema()
    for test in (test_refused, test_large, test_texts, test_names_of_files, test_capture_name, test_plugin):
        with tempfile.TemporaryDirectory() as folder:
            test(Path(folder))
            print(f"{test.__name__}: ok")


main()
