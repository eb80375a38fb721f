#!/usr/bin/env python3
"""Runs libFuzzer targets one after another and counts executions and coverage.

Usage: fuzz.py BUILD [--minutes N] [--corpus FOLDER] [TARGET...]

BUILD is a build of the preset `fuzz`. Inputs that a target finds are stored in its folder of the
corpus and used by its next run. Every run adds a line to runs.tsv in the corpus; the table at the end
shows this run and the sums. Exit status 1: a target failed; the input is stored.
"""

from __future__ import annotations

import argparse
import collections
import os
import re
import resource
import subprocess
import sys
import tempfile
from typing import NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))
PREFIX = "fuzz_"
INPUT_TIMEOUT_S = 60
JSON, CAPTURE = "json.dict", "pcap.dict"
DICTIONARIES = {"results": JSON, "page": JSON, "answer": JSON, "csv": "csv.dict"}
# libwireshark does not free all memory at its end.
EXTRA = {"wireshark": ["-detect_leaks=0", "-rss_limit_mb=4096"]}
# Targets with the same kind of inputs as another one: they start with its corpus.
SAME_INPUTS = {"wireshark": "decode", "pipeline": "rows", "page": "results"}
PROGRESS = re.compile(r"^#\d+\s.*\bcov: (\d+) ft: (\d+) corp: (\d+)", re.MULTILINE)
EXECUTED = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)
COUNTED = re.compile(r"^#(\d+)\s", re.MULTILINE)


class Run(NamedTuple):
    """A line of runs.tsv. Coverage is that of the corpus at the end of the run."""
    target: str
    executions: int
    edges: int
    features: int
    inputs: int
    cpu_s: float
    ended: str


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def input_folders(seeds: str, name: str, corpus: str) -> list[str]:
    """Folders of inputs. The target's own corpus is first: libFuzzer writes new inputs to it."""
    folders = [os.path.join(corpus, PREFIX + name)]
    os.makedirs(folders[0], exist_ok=True)
    source = SAME_INPUTS.get(name, name)
    if source == "results":  # not made by the generator
        folders.append(os.path.join(HERE, "results"))
    else:
        folders.append(os.path.join(seeds, PREFIX + source))
    found = os.path.join(corpus, PREFIX + source)
    if source != name and os.path.isdir(found):
        folders.append(found)
    return folders


def run_target(options: argparse.Namespace, name: str, seeds: str) -> Run:
    artifacts = os.path.join(options.corpus, "failures", "")
    os.makedirs(artifacts, exist_ok=True)
    command = [os.path.join(options.build, "tests", "fuzz", PREFIX + name),
               f"-max_total_time={options.minutes * 60}", f"-timeout={INPUT_TIMEOUT_S}",
               "-print_final_stats=1", f"-artifact_prefix={artifacts}{name}-", *EXTRA.get(name, [])]
    if name != "decompress":  # no dictionary for compressed bytes
        command.append("-dict=" + os.path.join(HERE, DICTIONARIES.get(name, CAPTURE)))
    before = cpu_seconds()
    log_path = os.path.join(options.corpus, name + ".log")
    with open(log_path, "w", encoding="utf-8") as log:
        status = subprocess.run(command + input_folders(seeds, name, options.corpus),
                                stdout=subprocess.DEVNULL, stderr=log, cwd=artifacts,
                                check=False).returncode
    with open(log_path, encoding="utf-8", errors="replace") as log:
        text = log.read()
    if status != 0:
        sys.stderr.write(text[-4000:])
        print(f"{name} failed; the input is in {artifacts}", file=sys.stderr)
    coverage = PROGRESS.findall(text)
    executed = EXECUTED.findall(text) or COUNTED.findall(text)
    edges, features, inputs = map(int, coverage[-1]) if coverage else (0, 0, 0)
    return Run(name, int(executed[-1]) if executed else 0, edges, features, inputs,
               cpu_seconds() - before, "ok" if status == 0 else "failed")


def runs_add(path: str, run: Run) -> None:
    with open(path, "a", encoding="utf-8") as file:
        if file.tell() == 0:
            file.write("\t".join(Run._fields) + "\n")
        file.write("\t".join(map(str, run)) + "\n")


def sums(path: str) -> tuple[collections.Counter[str], collections.Counter[str]]:
    """Executions and CPU seconds of all runs of a target."""
    executions: collections.Counter[str] = collections.Counter()
    seconds: collections.Counter[str] = collections.Counter()
    with open(path, encoding="utf-8") as file:
        next(file)
        for line in file:
            run = dict(zip(Run._fields, line.rstrip("\n").split("\t")))
            executions[run["target"]] += int(run["executions"])
            seconds[run["target"]] += float(run["cpu_s"])  # type: ignore[assignment]
    return executions, seconds


def table(runs: list[Run], path: str) -> None:
    executions, seconds = sums(path)
    row = "{:<10} {:>11} {:>7} {:>7} {:>7} {:>7} {:>12} {:>8}  {}"
    print(row.format("target", "executions", "cov", "ft", "inputs", "CPU min", "in all runs",
                     "CPU min", "ended"))
    for run in runs:
        print(row.format(run.target, run.executions, run.edges, run.features, run.inputs,
                         f"{run.cpu_s / 60:.1f}", executions[run.target],
                         f"{seconds[run.target] / 60:.1f}", run.ended))


def targets(build: str) -> list[str]:
    folder = os.path.join(build, "tests", "fuzz")
    return sorted(name[len(PREFIX):] for name in os.listdir(folder)
                  if name.startswith(PREFIX) and name != PREFIX + "inputs" and
                  os.access(os.path.join(folder, name), os.X_OK))


def options_read() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build")
    parser.add_argument("names", nargs="*", metavar="TARGET", help="default: all")
    parser.add_argument("--minutes", type=int, default=1, help="time per target; default 1")
    parser.add_argument("--corpus", help="folder of inputs; default BUILD/corpus")
    options = parser.parse_intermixed_args()
    options.build = os.path.abspath(options.build)
    options.corpus = os.path.abspath(options.corpus or os.path.join(options.build, "corpus"))
    known = targets(options.build)
    options.names = [name.removeprefix(PREFIX) for name in options.names] or known
    for name in options.names:
        if name not in known:
            parser.error(f"unknown target '{name}'; known: {', '.join(known)}")
    if options.minutes < 1:
        parser.error(f"--minutes must be a whole number from 1, not '{options.minutes}'")
    return options


def main() -> int:
    options = options_read()
    os.makedirs(options.corpus, exist_ok=True)
    path = os.path.join(options.corpus, "runs.tsv")
    runs = []
    with tempfile.TemporaryDirectory() as seeds:
        subprocess.run([os.path.join(options.build, "tests", "fuzz", "seeds"), seeds], check=True)
        for name in options.names:
            print(f"{name} for {options.minutes} min", file=sys.stderr)
            runs.append(run_target(options, name, seeds))
            runs_add(path, runs[-1])
    table(runs, path)
    return 1 if any(run.ended == "failed" for run in runs) else 0


sys.exit(main())
