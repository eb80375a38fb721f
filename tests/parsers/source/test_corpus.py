#!/usr/bin/env python3
"""Runs the program on every file of $PKTBENCH_CORPUS/edge: it must write rows or a one-line error,
without a crash or a sanitizer report. Most useful with a build with sanitizers.

Usage: test_corpus.py PKTBENCH. Exit status 77: skipped.
"""

import collections
import os
import subprocess
import sys

sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
from corpus import corpus_folder

PKTBENCH = sys.argv[1]
SKIPPED = 77
TIMEOUT_S = 120
COMMANDS = (["info"], ["extract", "--backend", "raw"], ["extract", "--backend", "libpcap"])
REPORTS = ("Sanitizer", "runtime error:")


def problem(command, path):
    """Description of a failure ("": none), and the exit status."""
    try:
        done = subprocess.run([PKTBENCH, *command, path], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return "does not end", -1
    said = done.stderr.decode(errors="replace")
    if done.returncode not in (0, 2) or any(word in said for word in REPORTS):
        return f"exit status {done.returncode}\n{said[:4000]}", done.returncode
    errors = [line for line in said.splitlines() if not line.startswith("pktbench: warning: ")]
    if done.returncode == 2 and len(errors) != 1:
        return f"exit status 2, and its error is not one line:\n{said[:4000]}", done.returncode
    return "", done.returncode


def main():
    corpus = corpus_folder("captures of the corpus", "edge")
    if not corpus:
        return SKIPPED
    folder = os.path.join(corpus, "edge")
    files = sorted(name for name in os.listdir(folder) if name != "MANIFEST.tsv")
    failures = 0
    for command in COMMANDS:
        statuses = collections.Counter()
        for name in files:
            wrong, status = problem(command, os.path.join(folder, name))
            statuses[status] += 1
            if wrong:
                failures += 1
                print(f"FAIL: {' '.join(command)} {name}: {wrong}")
        print(f"{' '.join(command)}: {len(files)} files; exit status "
              f"{', '.join(f'{status}: {count}' for status, count in sorted(statuses.items()))}")
    return 1 if failures or not files else 0


sys.exit(main())
