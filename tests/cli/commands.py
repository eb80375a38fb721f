"""What tests of commands share. argv[1] is the program."""

import os
import subprocess
import sys

PKTBENCH = os.path.realpath(sys.argv[1])
failures = []


def fail(words):
    failures.append(words)
    print("FAIL:", words, file=sys.stderr)


def run(*arguments, **more):
    return subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, **more)


def expect(status, words, *arguments, outputs=("stderr",), **more):
    """Run; every one of `words` must be in these outputs."""
    got = run(*arguments, **more)
    words = [words] if isinstance(words, str) else words
    said = "".join(getattr(got, name) for name in outputs)
    if got.returncode != status or any(w not in said for w in words):
        fail(f"{arguments}: {got.returncode}, wanted {status} and {words}: {said}")
    return got


def ended():
    """Say how the test went: the exit status."""
    print("all good" if not failures else f"{len(failures)} failures")
    return 1 if failures else 0
