"""`pktbench choose` names a winner only where the page does, and refuses for reasons that are true.

Usage: test_answers.py PKTBENCH SOURCE"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

PKTBENCH, SOURCE = sys.argv[1], Path(sys.argv[2])


def run(*arguments):
    return subprocess.run([PKTBENCH, *map(str, arguments)], capture_output=True, text=True,
                          timeout=120, check=False)


def choices(results, folder, *options):
    """The answer as an object and as text, and the lines of the page with an answer."""
    path, out = Path(folder, "asked.json"), Path(folder, "page")
    path.write_text(json.dumps(results))
    choice = json.loads(run("choose", path, *options, "--format", "json").stdout)
    assert run("report", path, "-o", out).returncode == 0
    page = (out / "report.md").read_text().split("**Which backend to use**")[1].split("\n\n")[1]
    return choice, run("choose", path, *options).stdout, page


def test_choice_withheld():
    """No winner where the page has none: without intervals, and if the A/A control is too wide."""
    results = json.loads((SOURCE / "results/reference/default.json").read_text())
    few, noisy = json.loads(json.dumps(results)), json.loads(json.dumps(results))
    few["plan"]["blocks"] = few["plan"]["slow_blocks"] = 3
    for entry in few["runs"]:
        for summary in ("wall_ns", "cpu_ns"):
            if entry[summary]:
                entry[summary]["ci95"] = None
    for control in noisy["aa"]:
        control["ci95"] = [0.9, 1.6]
    with tempfile.TemporaryDirectory() as folder:
        for changed, why in ((few, "3 processes are too few for intervals"),
                             (noisy, "itself by up to 60.0 %")):
            choice, text, page = choices(changed, folder)
            fits = {fit["backend"]: fit for fit in choice["fits"]}
            assert choice["winner"] is None and why in choice["withheld"], choice
            assert text.startswith(f"No winner: {choice['withheld']}.\nThese meet"), text
            assert "\n  raw, level headers: " in text, text
            assert f"no answer: {choice['withheld']}" in page.replace("\\", ""), page
            assert fits["libpcap"]["tied"] == (why[0] == "3"), fits["libpcap"]
        for entry in results["runs"]:  # a difference that the A/A control has too is none
            if entry["backend"] == "libpcap" and entry["wall_ns"]:
                raw = next(one for one in results["runs"] if one["backend"] == "raw" and
                           all(one[key] == entry[key] for key in ("slice", "level")))
                for key in ("wall_ns", "cpu_ns", "ns_per_packet"):
                    entry[key] = json.loads(json.dumps(raw[key]))
                entry["ns_per_packet"] *= 1.03
                for key in ("wall_ns", "cpu_ns"):
                    median = raw[key]["median"]
                    entry[key] |= {"median": 1.03 * median,
                                   "ci95": [1.029 * median, 1.031 * median]}
                    raw[key]["ci95"] = [0.999 * median, 1.001 * median]
        for ends, tied in (([0.999, 1.001], False), ([0.9, 1.1], True)):
            for control in results["aa"]:
                control["ci95"] = ends
            choice, text, page = choices(results, folder)
            fits = {fit["backend"]: fit for fit in choice["fits"]}
            assert choice["winner"] == "raw" and choice["withheld"] is None, choice
            assert fits["libpcap"]["tied"] == tied, (ends, fits["libpcap"])
            assert ("licence MIT; a tie with libpcap. It" in page) == tied, page


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print(f"ok: {name}")
