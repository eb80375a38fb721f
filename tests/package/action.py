"""Runs the `run:` steps of action.yml as GitHub's runner does: inputs to variables, bash with its
options, the runner's files.

Usage: action.py ACTION_FOLDER CHECKOUT [--event NAME] [--base COMMIT] [INPUT=VALUE...]

Needs PyYAML. Exit status: that of the first step that fails, or 0. The summary goes to standard output."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")


def load(folder):
    return yaml.safe_load((Path(folder) / "action.yml").read_text(encoding="utf-8"))


def value_of(text, names):
    """An expression of names and ||, as in the runner: the first that is not empty."""
    def first(match):
        return next((names[n] for n in match[1].split(" || ") if names.get(n)), "")
    return EXPRESSION.sub(first, text)


class Runner:
    def __init__(self, folder, checkout, temp, environment=None):
        self.action, self.folder = load(folder), Path(folder).resolve()
        self.checkout, self.temp = Path(checkout).resolve(), Path(temp).resolve()
        self.environment = {**os.environ, **(environment or {})}
        self.output = ""

    def file(self, name):
        return self.temp / f"runner_{name}"

    def variables(self, event):
        files = {f"GITHUB_{n}": str(self.file(n)) for n in ("ENV", "OUTPUT", "PATH", "STEP_SUMMARY")}
        for path in files.values():
            Path(path).touch()
        return {**self.environment, **files, "RUNNER_TEMP": str(self.temp),
                "GITHUB_ACTION_PATH": str(self.folder), "GITHUB_EVENT_NAME": event,
                "GITHUB_TOKEN": "secret"}

    def run(self, inputs, event="pull_request", base=""):
        """The exit status of the first step that fails, or 0. What steps print is in self.output."""
        known = self.action["inputs"]
        given = {name: str(entry.get("default", "")) for name, entry in known.items()} | inputs
        names = {f"inputs.{name}": text for name, text in given.items()}
        names["github.event.pull_request.base.sha"] = base
        unknown = inputs.keys() - known.keys()
        assert not unknown, f"no such inputs: {unknown}"
        for step in self.action["runs"]["steps"]:
            variables = {n: value_of(t, names) for n, t in step.get("env", {}).items()}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
                cwd=self.checkout, env=self.variables(event) | variables, text=True, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.output += done.stdout
            if done.returncode != 0:
                return done.returncode
        return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("action")
    parser.add_argument("checkout")
    parser.add_argument("--event", default="pull_request")
    parser.add_argument("--base", default="")
    parser.add_argument("inputs", nargs="*")
    arguments = parser.parse_intermixed_args()
    with tempfile.TemporaryDirectory() as temp:
        runner = Runner(arguments.action, arguments.checkout, temp)
        status = runner.run(dict(word.split("=", 1) for word in arguments.inputs),
                            arguments.event, arguments.base)
        sys.stderr.write(runner.output)
        sys.stdout.write(runner.file("STEP_SUMMARY").read_text(encoding="utf-8"))
    return status


if __name__ == "__main__":
    sys.exit(main())
