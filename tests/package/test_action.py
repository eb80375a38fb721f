#!/usr/bin/env python3
"""action.yml: its form, and its steps with a pktbench and a build that only note how they are called.

Usage: test_action.py SOURCE"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import action
except ImportError:
    print("SKIP: python3-yaml is not installed")
    sys.exit(77)

SOURCE = Path(sys.argv[1]).resolve()
FAKE = r"""#!/bin/sh
[ "$1" != --version ] || { echo pktbench 0; exit 0; }
printf '%s\n' "$@" >"$FAKES/arguments"
env >"$FAKES/environment"
echo '::add-path::/evil' >&2
head -c "$(cat "$FAKES/size")" /dev/zero | tr '\0' x
exit "$(cat "$FAKES/status")"
"""
BUILD = 'echo "::set-output::x"; env >"$FAKES/build-environment"; mkdir -p out; git rev-parse HEAD >out/p.so'


def git(folder, *words):
    return subprocess.run(["git", "-C", str(folder), "-c", "user.name=T", "-c", "user.email=t@t.invalid",
                           "-c", "commit.gpgsign=false", *words], check=True, capture_output=True,
                          text=True).stdout.strip()


def check_form():
    """No input becomes text of a script; every input is used, and explained in doc/ci.md."""
    text = action.load(SOURCE)
    steps = text["runs"]["steps"]
    assert text["runs"]["using"] == "composite"
    used = set()
    for step in steps:
        assert "uses" not in step, "an action of others is called"
        assert step["shell"] == "bash" and "${{" not in step["run"], step
        for value in step.get("env", {}).values():
            used |= set(re.findall(r"inputs\.([\w-]+)", value))
    assert used == set(text["inputs"]), f"inputs and their uses differ: {used ^ set(text['inputs'])}"
    page = (SOURCE / "doc/ci.md").read_text(encoding="utf-8")
    for name, entry in text["inputs"].items():
        assert f"| `{name}` |" in page, f"doc/ci.md does not explain the input {name}"
        default = str(entry.get("default", ""))
        assert not default or f"`{default}`" in page, f"doc/ci.md does not name the default of {name}"


class Case:
    """A checkout with a base, a change that left it, and a later commit of the base branch."""

    def __init__(self, temp):
        self.temp, self.checkout, self.fakes = temp, temp / "checkout", temp / "fakes"
        self.checkout.mkdir()
        self.fakes.mkdir()
        self.program = temp / "pktbench"
        self.program.write_text(FAKE, encoding="utf-8")
        self.program.chmod(0o755)
        git(self.checkout, "init", "-q", "-b", "main")
        for name in ("base", "later"):
            git(self.checkout, "commit", "-q", "--allow-empty", "-m", name)
        self.later, self.base = git(self.checkout, "rev-parse", "HEAD"), git(self.checkout, "rev-parse", "HEAD~1")
        git(self.checkout, "checkout", "-q", "-b", "change", self.base)
        git(self.checkout, "commit", "-q", "--allow-empty", "-m", "change")
        self.head = git(self.checkout, "rev-parse", "HEAD")

    def run(self, wanted, inputs=None, event="pull_request", status=0, size=100, base=None):
        """The runner, after its steps ended with the wanted status."""
        git(self.checkout, "worktree", "prune")
        (self.fakes / "status").write_text(str(status))
        (self.fakes / "size").write_text(str(size))
        given = {"build": BUILD, "plugin": "out/p.so", "pktbench": str(self.program)} | (inputs or {})
        with tempfile.TemporaryDirectory(dir=self.temp) as temp:
            runner = action.Runner(SOURCE, self.checkout, temp, {"FAKES": str(self.fakes)})
            got = runner.run(given, event, self.later if base is None else base)
            assert got == wanted, f"status {got}, wanted {wanted}:\n{runner.output}"
            runner.summary = runner.file("STEP_SUMMARY").read_text()
            runner.outputs = runner.file("OUTPUT").read_text()
            sides = [Path(temp) / "pktbench/base/out/p.so", self.checkout / "out/p.so"]
            runner.commits = [s.read_text().strip() for s in sides if s.exists()]
        git(self.checkout, "worktree", "prune")
        return runner

    def arguments(self):
        return (self.fakes / "arguments").read_text().splitlines()


def check_measure(case):
    runner = case.run(0, {"captures": "a b.pcap\n  -c.pcap\n", "arguments": "--budget\n5s"})
    assert runner.commits == [case.base, case.head], "other commits are built"
    words = case.arguments()
    assert words[0] == "bench" and words[words.index("--plugin") + 1] == str(case.checkout / "out/p.so")
    assert words[words.index("--baseline") + 1].endswith("/base/out/p.so")
    assert words[words.index("--fail-on") + 1] == "slower:5%,lost,disagrees"
    assert words[-5:] == ["--budget", "5s", "--", "a b.pcap", "-c.pcap"], words
    assert runner.summary == 100 * "x"
    assert re.fullmatch(r"results=/.*/results\.json\n", runner.outputs), runner.outputs
    for name in ("environment", "build-environment"):
        text = (case.fakes / name).read_text()
        assert not re.search("^(GITHUB_(ENV|OUTPUT|PATH|STEP_SUMMARY|TOKEN)=)", text, re.M), text
    # What the change prints lies between a stop of commands and its end.
    for line in ("::set-output::x", "::add-path::/evil"):
        before, _, after = runner.output.partition(line)
        token = re.findall(r"^::stop-commands::(\w{32})$", before, re.M)[-1]
        assert f"\n::{token}::\n" in after and f"::{token}::" not in before.split("::stop-commands::")[-1], runner.output


def check_statuses(case):
    assert "::error title=pktbench gate::the gate fails" in case.run(1, status=1, size=2000000).output
    assert "pktbench failed: exit status 2" in case.run(2, status=2).output
    assert len(case.run(1, status=1, size=2000000).summary) == 1000000
    assert "the build of the base failed: exit status 3" in case.run(2, {"build": "exit 3"}).output
    assert "made no out/p.so" in case.run(2, {"build": "rm -rf out"}).output


def check_program(case):
    build = f"mkdir -p out; cp {case.program} out/pktbench"
    case.run(0, {"plugin": "", "program": "out/pktbench", "pktbench": "", "build": build})
    assert "--plugin" not in case.arguments()


def check_refusals(case):
    for event in ("pull_request_target", "workflow_run"):
        assert "use on: pull_request" in case.run(2, event=event).output
    assert "one of the inputs" in case.run(2, {"program": "out/pktbench"}).output
    assert "one of the inputs" in case.run(2, {"plugin": ""}).output
    assert "fetch-depth: 0" in case.run(2, base="0" * 40).output
    assert "give the input base" in case.run(2, base="").output
    case.run(0, {"base": case.base}, base="")
    git(case.checkout, "config", "http.https://github.com/.extraheader", "AUTHORIZATION: basic x")
    assert "persist-credentials: false" in case.run(2).output


def main():
    check_form()
    with tempfile.TemporaryDirectory() as temp:
        case = Case(Path(temp))
        check_measure(case)
        check_statuses(case)
        check_program(case)
        check_refusals(case)
    print("all good")


main()
