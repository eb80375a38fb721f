#!/usr/bin/env python3
"""test_libpcap_cost.py BARE PKTBENCH [SANITIZERS]: the backend libpcap executes at most 5 % more
instructions than the shortest loop that gives the same columns (bare_libpcap.c)."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

BARE, PKTBENCH = sys.argv[1:3]
SANITIZERS = sys.argv[3] if len(sys.argv) > 3 else ""
MOST = 1.05
# Callgrind counts every byte that `rep stosb` clears as an instruction: let memset() not use it.
ENVIRONMENT = {**os.environ, "GLIBC_TUNABLES": "glibc.cpu.x86_rep_stosb_threshold=1000000000"}


def instructions(level, capture, which):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", BARE,
                           level, capture, which], env=ENVIRONMENT, capture_output=True, text=True,
                          check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def main():
    if SANITIZERS:
        print("SKIP: valgrind cannot run a program with sanitizers")
        return 77
    if not shutil.which("valgrind"):
        print("SKIP: valgrind is not installed")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for scenario in "benign-iot", "tcp-flood":
            capture = os.path.join(folder, scenario)
            subprocess.run([PKTBENCH, "gen", scenario, "-o", capture], check=True)
            for level in "frames", "headers":
                bare = instructions(level, capture, "bare")
                ratio = instructions(level, capture, "backend") / bare
                print(f"{scenario} {level}: {ratio:.3f} x the {bare} instructions of the loop")
                failed += ratio > MOST
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
