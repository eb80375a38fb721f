#!/usr/bin/env python3
"""doc/dataset.md: its commands run, one after another, and so do its programs where scikit-learn is
installed; its table is that of the stored figures, and the check of these finds what differs.

Usage: test_dataset_page.py PKTBENCH SOURCE; exit status 77: editcap is not installed."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PKTBENCH, SOURCE = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
PAGE = (SOURCE / "doc/dataset.md").read_text(encoding="utf-8")
FIGURES = SOURCE / "examples/baseline/figures.json"
NOT_RUN = ("tcpdump", "pip install", "baseline.py")  # a network; the index; minutes
ENVIRONMENT = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "pktbench/python/bin/python3"


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def baseline(*words):
    return subprocess.run([sys.executable, "-B", SOURCE / "examples/baseline/baseline.py", *words], capture_output=True,
                          text=True, check=False)


def check_table():
    got = baseline("--table", FIGURES)
    check(got.returncode == 0 and got.stdout.strip() in PAGE,
          f"the table of doc/dataset.md is not that of examples/baseline/figures.json: put\n{got.stdout}{got.stderr}there")


def check_figures():
    """A mean outside of the stored spread is named, and nothing else; what is wrong is said."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(SOURCE / "examples/baseline"))
    from baseline import outside
    stored = json.loads(FIGURES.read_text(encoding="utf-8"))
    check(not list(outside(stored, stored)), "the stored figures are outside of their own spread")
    other = copy.deepcopy(stored)
    recall = other["ciciot46"]["random forest"]["spoofing"]["recall"]
    recall[:] = [value - 0.2 for value in recall]
    found = list(outside(other, stored))
    check(len(found) == 1 and found[0].startswith("ciciot46, random forest, spoofing: recall 0."), f"differences: {found}")
    for words, message in ((("--pktbench", "/no/pktbench"), "/no/pktbench: No such file"),
                           (("--check", "/no/figures"), "/no/figures: "), (("--seeds", "0"), "--seeds: must be")):
        got = baseline(*words)
        check(got.returncode == 2 and message in got.stderr, f"{words}: {got.returncode}: {got.stderr}")


def programs():
    """The Python that has the packages of the page's programs, or None."""
    python = ENVIRONMENT if ENVIRONMENT.exists() else Path(sys.executable)
    needs = "import pandas, pyarrow, sklearn"
    found = subprocess.run([python, "-c", needs], capture_output=True, check=False).returncode == 0
    if not found:
        print("SKIP: programs of doc/dataset.md: scikit-learn, pandas or pyarrow is not installed")
    return python if found else None


def check_commands():
    python, count = programs(), 0
    blocks = re.findall(r"^```(sh|python)\n(.*?)^```", PAGE, re.M | re.S)
    with tempfile.TemporaryDirectory() as work:
        path = f"{PKTBENCH.parent}:{os.environ['PATH']}"
        for kind, text in blocks:
            if any(word in text for word in NOT_RUN) or (kind == "python" and not python):
                continue
            words = ["sh", "-eu", "-c", text] if kind == "sh" else [python, "-c", text]
            done = subprocess.run(words, cwd=work, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
            check(done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}")
            count += 1
    check(count >= 4, f"only {count} blocks were run")


def main():
    check_table()
    check_figures()
    if not shutil.which("editcap"):
        print("SKIP: editcap is not installed")
        return 77
    check_commands()
    print("all good")
    return 0


if __name__ == "__main__":
    sys.exit(main())
