"""`pktbench choose`: the questions of choose_cases.json have the answers of an expert, the printed
commands give the columns that were asked for, and --confirm reports what it measures.

The results are choose_results.json: made up, so that answers do not change with measurements.
`claims-all` decodes headers and calls it dissection; `idle` is the fastest, but its status is
unfaithful.

Usage: test_choose.py PKTBENCH SOURCE"""

import csv
import json
import math
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

PKTBENCH, SOURCE = sys.argv[1], Path(sys.argv[2])
RESULTS = SOURCE / "tests/report/choose_results.json"
CASES = json.loads((SOURCE / "tests/report/choose_cases.json").read_text())


def run(*arguments, **options):
    return subprocess.run([PKTBENCH, *map(str, arguments)], capture_output=True, text=True,
                          timeout=120, check=False, **options)


def choose(*options, results=RESULTS):
    done = run("choose", results, *options, "--format", "json")
    return done.returncode, json.loads(done.stdout) if done.stdout else None


def same(got, wanted):
    if isinstance(wanted, bool) or not isinstance(wanted, (int, float)):
        return got == wanted
    return got is not None and math.isclose(got, wanted, rel_tol=1e-4)


def check_fits(case, choice, say):
    fits = {fit["backend"]: fit for fit in choice["fits"]}
    for name, members in case.get("fits", {}).items():
        for key, wanted in members.items():
            assert same(fits[name][key], wanted), say(name, key, fits[name][key])
    ranked = [fit["backend"] for fit in choice["fits"] if not fit["stated"]]
    if "ranked" in case:
        assert ranked == case["ranked"], say(ranked)
    assert choice["winner"] == (ranked[0] if ranked else None), say(choice["winner"])
    for name, words in case.get("unranked", {}).items():
        assert re.search(words, "; ".join(fits[name]["stated"])), say(name, fits[name]["stated"])


def check_lists(choice, say):
    """Nothing that fits is missing from either list, and none is in both."""
    known = [entry["name"] for entry in json.loads(RESULTS.read_text())["backends"]]
    answered = [one["backend"] for one in choice["fits"] + choice["rejected"]]
    assert sorted(answered) == sorted(known), say(answered)
    assert all(one["reasons"] for one in choice["rejected"]), say(choice["rejected"])
    assert bool(choice["relaxations"] or choice["conflicts"]) == (not choice["fits"]), say()


def check_extrapolations(case, choice, text, say):
    named = {one["what"]: one for one in choice["extrapolations"]}
    for fit in choice["fits"]:
        named |= {f"{fit['backend']}:{one['what']}": one for one in fit["extrapolations"]}
        assert (fit["cores_at_least"] or 1) == 1 or f"{fit['backend']}:cores" in named, say(fit)
    for what in case.get("extrapolated", []):
        assert what in named, say(what, list(named))
    for one in named.values():
        assert one["asked"] in text and one["measured"] in text, say(one)
    assert ("rate" in named) == bool(choice["packets_per_s"]), say("rate")
    assert ("volume" in named) == bool(choice["volume_bytes"]), say("volume")


def check_answer(case, choice, text, say):
    assert choice["winner"] == case["winner"], say(choice["winner"])
    first = choice["fits"][0] if choice["fits"] else {}
    for key in ("level", "command"):
        assert key not in case or first.get(key) == case[key], say(first.get(key))
    if "packets_per_s" in case:
        assert same(choice["packets_per_s"], case["packets_per_s"]), say(choice["packets_per_s"])
    refused = {one["backend"]: "; ".join(one["reasons"]) for one in choice["rejected"]}
    for name, words in case.get("refused", {}).items():
        assert re.search(words, refused.get(name, "")), say(name, refused.get(name))
    unmeasured = [one["command"] for one in choice["unmeasured"]]
    assert unmeasured == case.get("unmeasured", []), say(unmeasured)
    check_fits(case, choice, say)
    check_lists(choice, say)
    check_extrapolations(case, choice, text, say)
    for line in choice["assumptions"]:
        assert line in text, say(line)
    if choice["winner"]:
        assert text.startswith(f"{choice['winner']}, level "), say(text)


def test_cases():
    assert len(CASES) >= 40
    for case in CASES:
        def say(*words, case=case):
            return (case["question"], case["options"], *words)
        done = run("choose", RESULTS, *case["options"])
        text = done.stdout + done.stderr
        assert done.returncode == case.get("status", 0), say(done.returncode, text)
        for words in case.get("text", []):
            assert re.search(words, text), say(words, text)
        if done.returncode != 2:
            status, choice = choose(*case["options"])
            assert status == done.returncode, say(status)
            check_answer(case, choice, text, say)
        else:
            assert not done.stdout and done.stderr.startswith("pktbench: error: "), say(text)


def wire_lengths(path):
    """Of a little-endian pcap file."""
    data, at, lengths = path.read_bytes(), 24, []
    while at < len(data):
        captured, length = struct.unpack_from("<II", data, at + 8)
        lengths.append(length)
        at += 16 + captured
    return lengths


def test_capture_sums():
    """Sizes of a packet of a capture: as captured, in the file, and on an Ethernet."""
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder, "flood.pcap")
        assert run("gen", "tcp-flood", "--size", "1MB", "-o", capture).returncode == 0
        lengths = wire_lengths(capture)
        assert min(lengths) < 60, "a frame that Ethernet pads"
        choice = choose("--traffic", capture, "--rate", "1Gbps")[1]
        ethernet = sum(max(64, length + 4) + 20 for length in lengths) / len(lengths)
        assert same(choice["ethernet_bytes_per_packet"], ethernet), choice
        assert same(choice["packets_per_s"], 1e9 / 8 / ethernet), choice
        assert same(choice["mean_frame"], sum(lengths) / len(lengths)), choice
        assert same(choice["file_bytes_per_packet"], capture.stat().st_size / len(lengths)), choice
        assert [one["what"] for one in choice["extrapolations"]] == ["rate", "traffic"], choice


def test_licences():
    """SPDX expressions: permissive if one side of every OR and both of every AND are."""
    permissive = ("MIT", "BSD-2-Clause AND (MIT OR GPL-2.0-only)", "GPL-3.0-only OR ISC",
                  "Apache-2.0 WITH LLVM-exception", "((MIT))", "GPL-2.0-only AND GPL-3.0-only OR MIT",
                  "Apache-2.0+", "MIT AND(BSD-3-Clause OR GPL-2.0-only)")
    others = ("GPL-2.0-only", "(MIT OR GPL-2.0-only) AND GPL-3.0-only",
              "MIT AND (GPL-2.0-only OR LGPL-2.1-only)", "MIT AND GPL-2.0-or-later",
              "GPL-2.0-only WITH Classpath-exception-2.0", "BUSL-1.1", "BSD-Protection",
              "LicenseRef-ours", "LGPL-2.1-only OR (MIT AND MPL-2.0)")
    malformed = ("", "MIT OR", "AND MIT", "(MIT", "MIT)", "MIT BSD-2-Clause", "MIT WITH",
                 "MIT WITH OR ISC", "()", "(" * 40 + "MIT" + ")" * 40)
    results = json.loads(RESULTS.read_text())
    entry = next(one for one in results["backends"] if one["name"] == "dual-licence")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "licences.json")
        for expressions, words in ((permissive, None), (others, "not permissive"),
                                   (malformed, "not an SPDX expression")):
            for entry["license"] in expressions:
                path.write_text(json.dumps(results))
                choice = choose("--license", "permissive", results=path)[1]
                refused = {one["backend"]: one["reasons"] for one in choice["rejected"]}
                reasons = refused.get("dual-licence")
                assert bool(reasons) == bool(words), (entry["license"], reasons)
                assert not words or re.search(words, reasons[0]), (entry["license"], reasons)


def live_run(slice_, backend, rate, failed=None, sink="null"):
    """A run of `live`, made up: `failed` None means that the sender was the limit."""
    return {"backend": backend, "slice": slice_, "level": "headers", "sink": sink, "status": "ok",
            "reason": None, "packets_per_s": rate, "at_least": failed is None,
            "failed_packets_per_s": failed, "sender_packets_per_s": 2e6, "compared_packets": 100,
            "trials": []}


def live_results(folder):
    results = json.loads(RESULTS.read_text())
    results["live"] = {
        "trial_s": 1, "resolution": 0.02, "late_part": 0.05, "late_s": 0.05, "buffer_bytes": 1,
        "snaplen": 1, "sent_packets_max": 1, "sent_bytes_max": 1, "sender_cpu": 0,
        "receiver_cpu": 1, "runs": [
            live_run("small", "raw", 2e6), live_run("large", "raw", 1.5e6),
            live_run("small", "raw", 9e5, 9.1e5, "csv"), live_run("large", "raw", 1e6, None, "csv"),
            live_run("small", "libpcap", 8e5, 8.1e5), live_run("large", "libpcap", 1.2e6)]}
    path = Path(folder, "live.json")
    path.write_text(json.dumps(results))
    return path


def test_live():
    """Measured rates without packet loss: a rate below is covered, one with loss is refused, one
    that the sender did not reach is extrapolated."""
    with tempfile.TemporaryDirectory() as folder:
        path = live_results(folder)

        def ask(*options):
            choice = choose("--live", *options, results=path)[1]
            fits = {one["backend"]: one for one in choice["fits"]}
            refused = {one["backend"]: "; ".join(one["reasons"]) for one in choice["rejected"]}
            beyond = [one for one in fits.get("raw", {}).get("extrapolations", [])
                      if one["what"] == "live"]
            return choice, fits, refused, beyond

        choice, fits, refused, beyond = ask("--rate", "700kpps")
        assert fits["raw"]["live"] == {"packets_per_s": 1.5e6, "at_least": True, "slice": "large",
                                       "into_sink": False}, fits["raw"]
        assert fits["libpcap"]["live"]["packets_per_s"] == 8e5 and not beyond
        assert not fits["libpcap"]["live"]["at_least"]
        assert "veth pair" in choice["main_assumption"], choice["main_assumption"]
        assert "veth pair" in choice["extrapolations"][0]["measured"], choice["extrapolations"]
        refused = ask("--rate", "900kpps")[2]
        assert refused["libpcap"].startswith("loses packets live from 0.810 Mpps on"), refused
        choice, fits, refused, beyond = ask("--rate", "1.8Mpps")
        assert "raw" in fits and "at least 1.50 Mpps on large: the sender" in beyond[0]["measured"]
        assert "not measured" in choice["main_assumption"], choice["main_assumption"]
        fits, refused, beyond = ask("--rate", "800kpps", "--sink", "csv")[1:]
        assert fits["raw"]["live"]["into_sink"] and not beyond, fits["raw"]
        assert fits["raw"]["live"]["slice"] == "small", fits["raw"]
        assert "rows that are only counted" in fits["libpcap"]["extrapolations"][-1]["measured"]
        assert "loses packets live" in ask("--rate", "950kpps", "--sink", "csv")[2]["raw"]
        text = run("choose", path, "--live", "--rate", "700kpps").stdout
        assert "live without loss: at least 1.50 Mpps (large)" in text, text


def header_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_commands():
    """Every command of the cases that runs here writes exactly the promised columns."""
    ran = 0
    with tempfile.TemporaryDirectory() as folder:
        capture, rows = Path(folder, "flood.pcap"), Path(folder, "rows.csv")
        assert run("gen", "tcp-flood", "--size", "100kB", "-o", capture).returncode == 0
        for case in CASES:
            if case.get("status", 0) == 2 or "--live" in case["options"]:
                continue
            choice = choose(*case["options"])[1]
            for fit in choice["fits"] + choice["unmeasured"]:
                assert not re.search("timestamp", fit.get("command_note") or ""), fit
                words = fit["command_words"]
                if not words or fit["backend"] not in ("raw", "libpcap"):
                    continue
                assert fit["command"] == " ".join(["pktbench", *words])
                words = [str(capture) if word == "CAPTURE" else word for word in words]
                words[words.index("--format") + 1] = "csv"
                done = run(*words[:-1], rows)
                assert done.returncode == 0, (words, done.stderr)
                assert header_of(rows) == fit["columns"], (words, header_of(rows))
                ran += 1
    assert ran >= 30, ran


def test_confirm():
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder, "flood.pcap")
        assert run("gen", "tcp-flood", "-o", capture).returncode == 0
        status, choice = choose("--need", "ip.src,tcp.stream", "--confirm", capture)
        made = choice["confirmation"]
        assert status == 0 and made["failures"] == [], made
        assert made["packets"] == 129600 and made["runs"] >= 3, made
        assert made["columns"] == made["columns_promised"] == ["src", "stream"], made
        assert choice["traffic"]["small"] > 0.999, "without --traffic, that of the capture"
        first = choice["fits"][0]
        for key in ("ns_per_packet", "cpu_ns_per_packet", "peak_rss_bytes"):
            compared = made[key]
            assert compared["promised"] == first[key], (key, compared)
            assert same(compared["ratio"], compared["measured"] / compared["promised"]), compared
        assert same(made["ns_per_packet"]["measured"],
                    (made["run_s"] - made["startup_s"]) * 1e9 / made["packets"]), made
        assert 20 < made["cpu_ns_per_packet"]["measured"] < 20000, made
        assert 2e6 < made["peak_rss_bytes"]["measured"] < 100e6, made
        assert made["output_bytes"] > 129600 * 2, made
        text = run("choose", RESULTS, "--need", "ip.src,tcp.stream", "--confirm", capture).stdout
        assert re.search(r"promised +measured", text) and "129600 packets" in text, text
        assert re.search(r"columns +2 +2 as asked", text), text
        named = Path(folder, "a\x1b[2Jb.pcap")
        capture.rename(named)
        text = run("choose", RESULTS, "--confirm", named).stdout
        assert "a\\x1b[2Jb.pcap: 129600 packets" in text and "\x1b" not in text, text


def test_confirm_refutes():
    """A promise that does not hold on the capture is a failed check."""
    with tempfile.TemporaryDirectory() as folder:
        capture, made_up = Path(folder, "flood.pcap"), Path(folder, "fast.json")
        assert run("gen", "tcp-flood", "--size", "60MB", "-o", capture).returncode == 0
        results = json.loads(RESULTS.read_text())
        for entry in results["runs"]:
            if entry["backend"] == "raw":
                entry["peak_rss_bytes"] = 1000
                for key in ("wall_ns", "cpu_ns"):
                    entry[key]["median"] /= 1000
                    entry[key]["ci95"] = [value / 1000 for value in entry[key]["ci95"]]
                entry["ns_per_packet"] /= 1000
        made_up.write_text(json.dumps(results))
        for options, failure in ((("--max-rss", "10kB"), "the peak memory is above the limit"),
                                 (("--rate", "100Gbps", "--cores", "1"), "too slow for the required speed")):
            status, choice = choose(*options, "--confirm", capture, results=made_up)
            assert choice["winner"] == "raw" and status == 1, (options, choice["winner"], status)
            assert choice["confirmation"]["failures"] == [failure], choice["confirmation"]
            # The printed command writes rows, where the promise only counts them.
            assert choice["confirmation"]["command_peak_rss_bytes"] > 1e6, choice["confirmation"]
        text = run("choose", made_up, "--max-rss", "10kB", "--confirm", capture).stdout
        assert "NOT confirmed: the peak memory" in text, text


def test_confirm_errors():
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder, "few.pcap")
        assert run("gen", "tcp-flood", "--size", "10kB", "-o", capture).returncode == 0
        for options, words in (
                (("--confirm", capture, "--live"), "cannot be combined with --live"),
                (("--confirm", "/nowhere.pcap"), "/nowhere.pcap"),
                (("--confirm", capture, "--need", "dns"), "there is no command for wireshark")):
            done = run("choose", RESULTS, *options)
            assert done.returncode == 2 and words in done.stderr, (options, done.stderr)
        status, choice = choose("--confirm", capture)
        assert status == 0 and choice["confirmation"]["ns_per_packet"]["measured"] is None, choice
        assert "too small to compare" in run("choose", RESULTS, "--confirm", capture).stdout
        status, choice = choose("--rate", "1Mpps", "--confirm", capture)
        assert status == 1, "a speed that was not measured is not confirmed"
        assert choice["confirmation"]["failures"] == \
            ["the capture is too small to check the required speed"]


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
