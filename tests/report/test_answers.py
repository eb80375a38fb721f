"""`pktbench choose` names a winner only where the page does, and refuses for reasons that are true.

Usage: test_answers.py PKTBENCH SOURCE"""

import json
import os
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


RESULTS = json.loads((SOURCE / "tests/report/choose_results.json").read_text())


def asked(results, *options):
    """The answer, its fits and the reasons against the others, by backend."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "asked.json")
        path.write_text(json.dumps(results))
        done = run("choose", path, *options, "--format", "json")
        choice = json.loads(done.stdout)
        return (choice, {fit["backend"]: fit for fit in choice["fits"]},
                {one["backend"]: "; ".join(one["reasons"]) for one in choice["rejected"]})


def test_long_reasons():
    """A reason that is cut inside a character is a reason all the same."""
    results = json.loads(json.dumps(RESULTS))
    entry = next(one for one in results["backends"] if one["name"] == "libpcap")
    for length in range(300, 316):
        entry["license"] = "x" * length + "€" * 20
        fits, refused = asked(results, "--license", "permissive")[1:]
        assert "libpcap" not in fits and refused["libpcap"].startswith("licence"), length
    for run_of in results["runs"]:
        if run_of["backend"] == "libpcap":
            run_of.update(status="crashed", reason="€" * 100 + "!" * 100)
    for length in range(4):  # of the name of a slice
        entry["license"] = "MIT"
        for run_of in results["runs"]:
            run_of["reason"] = "!" * length + "€" * 100 if run_of["reason"] else None
        fits, refused = asked(results)[1:]
        assert "libpcap" not in fits and "crashed on" in refused["libpcap"], refused


def test_confirm_names():
    """A capture whose name is no UTF-8 is measured like others."""
    with tempfile.TemporaryDirectory() as folder:
        capture = os.fsdecode(os.fsencode(folder) + b"/flood\xff.pcap")
        assert run("gen", "tcp-flood", "--size", "100kB", "-o", capture).returncode == 0
        path = Path(folder, "results.json")
        path.write_text(json.dumps(RESULTS))
        done = run("choose", path, "--confirm", capture, "--format", "json")
        made = json.loads(done.stdout)["confirmation"]
        assert done.returncode == 0 and made["capture"].endswith("/flood\\xff.pcap"), done
        results = json.loads(json.dumps(RESULTS))
        for entry in results["runs"]:  # a promise that does not hold
            entry["peak_rss_bytes"] = 1000
        path.write_text(json.dumps(results))
        done = run("choose", path, "--confirm", capture, "--max-rss", "10kB")
        assert done.returncode == 1 and "flood\\xff.pcap: " in done.stdout, done
        assert "NOT confirmed: the peak memory is above the limit" in done.stdout, done


def test_sink_threads():
    """A sink that was measured with more threads only is refused for that reason, not for another,
    and is what to leave out."""
    results = json.loads(json.dumps(RESULTS))
    wide = [dict(run_of, sink="csv", threads=threads) for run_of in results["runs"]
            if run_of["level"] == "headers" for threads in (4, 2)]
    results["runs"] += wide
    choice, fits, refused = asked(results, "--sink", "csv")
    assert not fits and choice["winner"] is None, fits
    assert "the sink csv was measured on small with 4, 2 threads only" in refused["raw"], refused
    assert choice["conflicts"] == ["no backend meets --sink"], choice["conflicts"]
    assert choice["relaxations"][0].startswith("without --sink: raw, libpcap"), choice
    for run_of in wide:
        run_of["threads"] = 1 if run_of["threads"] == 2 else 4
    choice, fits, refused = asked(results, "--sink", "csv")
    assert choice["winner"] == "raw" and fits["raw"]["with_threads"][0]["threads"] == 4, choice
    choice, fits, refused = asked(results, "--sink", "csv", "--need", "flows")
    assert not fits and "not measured on small with the sink csv" in refused["raw"], refused
    assert choice["conflicts"] == ["no backend meets both the requirement flows and --sink"], choice
    assert "without --sink: raw, libpcap, wireshark" == choice["relaxations"][0], choice


def test_live_never_without_loss():
    """A backend that lost packets at every rate captures nothing without loss."""
    results = json.loads(json.dumps(RESULTS))
    lost = {"backend": "raw", "slice": "small", "level": "headers", "sink": "null", "status": "ok",
            "reason": None, "packets_per_s": None, "at_least": False, "failed_packets_per_s": 1e5,
            "sender_packets_per_s": 2e6, "compared_packets": 100, "trials": []}
    results["live"] = {
        "trial_s": 1, "resolution": 0.02, "late_part": 0.05, "late_s": 0.05, "buffer_bytes": 1,
        "snaplen": 1, "sent_packets_max": 1, "sent_bytes_max": 1, "sender_cpu": 0,
        "receiver_cpu": 1, "runs": [lost, lost | {"slice": "large", "packets_per_s": 1e6}]}
    choice, fits, refused = asked(results, "--live")
    assert refused["raw"] == "loses packets live at every rate that was tried (on small)", refused
    assert "raw" not in fits and choice["winner"] != "raw", choice
    choice, fits, refused = asked(results, "--live", "--rate", "50kpps")  # below what was tried
    assert fits["raw"]["live"]["packets_per_s"] is None, fits["raw"]
    beyond = [one for one in fits["raw"]["extrapolations"] if one["what"] == "live"]
    assert beyond[0]["measured"] == "no rate without packet loss on small", beyond
    choice, fits, refused = asked(results, "--live", "--rate", "200kpps")
    assert "loses packets live" in refused["raw"], refused
    results["live"]["runs"] = [
        lost | {"slice": slice_, "sink": sink, "packets_per_s": rate}
        for slice_ in ("small", "large") for sink, rate in (("csv", None), ("null", 1e6))]
    for key, name in (("backends", "name"), ("runs", "backend")):
        results[key] = [one for one in results[key] if one[name] == "raw"]
    choice, fits, refused = asked(results, "--live", "--sink", "csv")
    assert not fits and "without --sink: raw" in choice["relaxations"], choice


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print(f"ok: {name}")
