"""What the tests of `bench --baseline` and `compare` share: the program in a folder of its own, and
results with artificial times."""
import copy
import json
import os
import subprocess
import sys

PKTBENCH, MODULES, SCHEMA = sys.argv[1:4]


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


class Bench:
    """Runs the program in a temporary folder."""

    def __init__(self, folder):
        self.folder = folder
        self.slice = self.path("slice.pcap")
        self.run("gen", "tcp-flood", "--size", "200000", "-o", self.slice)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments, status=0, says="", **environment):
        environment = {**os.environ, "PKTBENCH_MODULES": self.folder, **environment}
        done = subprocess.run([PKTBENCH, *arguments], env=environment, capture_output=True,
                              text=True, check=False)
        check(done.returncode == status and says in done.stderr,
              f"{arguments}: exit status {done.returncode}, wanted {status} and '{says}'\n"
              f"{done.stdout}\n{done.stderr}")
        return done

    def bench(self, *arguments, **rest):
        out = self.path("results.json")
        done = self.run("bench", self.slice, "--levels", "headers", "--reference", "raw",
                        "--rounds", "2", "--sample", "1ms", "--timeout", "60s", "-o", out,
                        *arguments, **rest)
        with open(out, encoding="utf-8") as file:
            return json.load(file), done

    def write(self, name, results):
        with open(self.path(name), "w", encoding="utf-8") as file:
            json.dump(results, file)
        return self.path(name)

    def compare(self, old, new, *arguments, **rest):
        done = self.run("compare", old, new, "--format", "json", *arguments, **rest)
        return json.loads(done.stdout) if done.stdout else None


def synthetic(results, factor, blocks=8, first=0):
    """The results with artificial times: processes differ by at most 0.4 %, multiplied by factor."""
    out = copy.deepcopy(results)
    for run in out["runs"]:
        run["status"] = "ok"
        run["samples"] = [
            {"block": b, "round": r, "cpu_ns": (v := factor * 1e6 * (1 + 0.001 * ((b + first) % 5)
                                                                     + 0.01 * r)), "wall_ns": v}
            for b in range(blocks) for r in range(3)]
    return out
