"""`pktbench report` and `pktbench choose`: every number of the tables is that of the results, bad
input is refused in words, and choices follow from the results by arithmetic.

Usage: test_commands.py PKTBENCH TEST_REPORT SOURCE"""

import base64
import json
import math
import os
import pty
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from pathlib import Path

PKTBENCH, TEST_REPORT, SOURCE = sys.argv[1], sys.argv[2], Path(sys.argv[3])
REFERENCE = [SOURCE / "results/reference" / name for name in ("default.json", "cic-iot.json")]
FIXTURES = [SOURCE / "tests/report/mixed.json", SOURCE / "tests/report/few.json"]
TIMED = ("ok", "differs", "unchecked")


def run(*arguments, **options):
    return subprocess.run([PKTBENCH, *map(str, arguments)], capture_output=True, text=True,
                          timeout=120, check=False, **options)


def shown(value):
    """Three significant digits, thousands in groups; written here once more on purpose."""
    size = abs(value)
    if size >= 99.95:
        unit = 10 ** (math.floor(math.log10(size)) - 2)
        return f"{round(value / unit) * unit if unit > 1 else value:,.0f}"
    if size < 1e-9:
        return "0"
    return f"{value:.{2 - math.floor(math.log10(size * 1.0005))}f}"


def interval(summary, scale=1.0):
    if not summary or not summary["ci95"]:
        return ""
    low, high = summary["ci95"]
    return f"[{shown(low * scale)}, {shown(high * scale)}]"


def same(got, wanted):
    """The last digit may differ where a value lies on the edge between two."""
    numbers = re.compile(r"[\d,]*\d(?:\.\d+)?")
    if numbers.sub("", got) != numbers.sub("", wanted):
        return False
    pairs = zip(numbers.findall(got), numbers.findall(wanted))
    return all(math.isclose(float(a.replace(",", "")), float(b.replace(",", "")), rel_tol=0.0051)
               for a, b in pairs)


def wire_bits(slice_of):
    """Mean bits of a packet on Ethernet."""
    return 8 * (max(slice_of["mean_frame"], 60) + 24)


def expected_cells(results, run_of):
    """ns/packet, interval, first run, CPU, Mpkt/s, Gbit/s, ratio, interval, peak MB: as a table
    shows them."""
    if run_of["status"] not in TIMED or not run_of["wall_ns"]:
        return [""] * 9
    ratio = run_of["ratio"]
    mark = "'" if ratio and ratio["level"] != run_of["level"] else ""
    ns = run_of["ns_per_packet"]
    slice_of = next(s for s in results["slices"] if s["name"] == run_of["slice"])
    packets = run_of["prefix_packets"] or slice_of["packets"]
    peak, first = run_of["peak_rss_bytes"], run_of.get("first_run_ns")
    star = "*" if run_of["prefix_packets"] else ""
    return [shown(ns), interval(run_of["wall_ns"], ns / run_of["wall_ns"]["median"]),
            shown(first / packets) if first else "",
            shown(run_of["cpu_ns"]["median"] / packets), shown(1e3 / ns),
            shown(wire_bits(slice_of) / ns), shown(ratio["median"]) + mark if ratio else "",
            interval(ratio) if ratio else "", shown(peak / 1e6) + star if peak else ""]


def rows_of(text, slice_name):
    """Lines of the slice's table, after its head."""
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines)
              if re.match(rf"(\*\*)?{re.escape(slice_name)}: \d+ packets", line)]
    assert starts, f"no table of {slice_name}"
    rows = []
    for line in lines[starts[0] + 1:]:
        if line.startswith(("Agreement:", "A/A:")):
            return rows
        if line.strip() and not line.startswith(("| backend", "|:--", "backend")):
            rows.append(line)
    return rows


def check_table(results, text, is_markdown):
    checked = 0
    for one in results["slices"]:
        runs = [r for r in results["runs"]
                if r["slice"] == one["name"] and r["status"] != "not-offered"]
        rows = rows_of(text, one["name"])
        assert len(rows) == len(runs), (one["name"], len(rows), len(runs))
        for line, run_of in zip(rows, runs):
            wanted = expected_cells(results, run_of)
            if is_markdown:
                cells = [cell.strip() for cell in line.strip("|").split(" |")]
                got = cells[2:11]
            else: # empty cells leave no trace there
                wanted = [cell for cell in wanted if cell]
                got = re.split(r"\s{2,}", line.strip())[2:2 + len(wanted)]
            for cell, number in zip(got, wanted, strict=True):
                assert same(cell, number), (line, cell, number)
                checked += 1
    return checked


def check_sentence(results, sentence):
    """Every number of the headline is a time, a ratio, the A/A control or the plan of the results."""
    known = {shown(r["ratio"]["median"]) for r in results["runs"] if r["ratio"]}
    timed = [r for r in results["runs"] if r["ns_per_packet"]]
    known |= {shown(r["ns_per_packet"]) for r in timed}
    # Where raw is not the fastest, ratios are those of two times.
    known |= {shown(a["ns_per_packet"] / b["ns_per_packet"]) for a in timed for b in timed
              if (a["slice"], a["level"]) == (b["slice"], b["level"])}
    known |= {shown(100 * (max(a["ci95"][1], 1 / a["ci95"][0]) - 1))
              for a in results["aa"] if a["ci95"]}
    known |= {str(results["plan"]["blocks"]), "6"}
    numbers = re.findall(r"\d[\d,]*(?:\.\d+)?", sentence)
    assert numbers, sentence
    for number in numbers:
        assert number.rstrip(",") in known, (number, sentence)


def check_study(results, text):
    known = set()
    packets_of = {one["name"]: one["packets"] for one in results["slices"]}
    for run_of in results["runs"]:
        if run_of["cpu_ns"]:
            whole = packets_of[run_of["slice"]]
            known.add(shown(run_of["cpu_ns"]["median"] * 1e-9 * whole /
                            (run_of["prefix_packets"] or whole)))
    for row in results["study"]:
        known.add(f"{row['published_s']:.2f}")
        for key in ("slice_s", "to_dpkt", "to_native"):
            summary = row[key]
            if summary:
                known |= {shown(summary["median"])} | {shown(v) for v in summary["ci95"] or []}
    lines = re.findall(r"^\| (?:dpkt|Scapy|PyShark), .*$", text, re.M)
    assert bool(lines) == bool(results["study"]), lines
    for line in lines:
        for number in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?=[ \],|])", line):
            assert number.rstrip(",") in known, (number, line)


def test_numbers():
    total = 0
    for path in REFERENCE + FIXTURES:
        results = json.loads(path.read_text())
        for name in ("table", "markdown"):
            text = subprocess.run([TEST_REPORT, str(SOURCE / "tests/report"), "--print", str(path),
                                   name], capture_output=True, text=True, check=True).stdout
            total += check_table(results, text, name == "markdown")
        with tempfile.TemporaryDirectory() as folder:
            made = run("report", path, "-o", folder)
            assert made.returncode == 0, made.stderr
            text = Path(folder, "report.md").read_text()
            total += check_table(results, text, True)
            check_sentence(results, re.search(r"^\*\*(For .*|No .*)\*\*$", text, re.M)[1])
            check_study(results, text)
    assert total > 200, total
    print(f"{total} cells are those of the results")


def test_formats():
    """Stored results in every format of bench; with the comparison that they carry."""
    golden = {"table": "txt", "markdown": "md", "csv": "csv"}
    for path in FIXTURES:
        for name in ("table", "markdown", "csv", "json", "github-action", "bmf", "junit", "gbench"):
            made = run("report", path, "--format", name)
            assert made.returncode == 0 and made.stderr == "" and made.stdout, (path, name, made)
            wanted = subprocess.run([TEST_REPORT, str(SOURCE / "tests/report"), "--print", str(path),
                                     name], capture_output=True, text=True, check=True).stdout
            assert made.stdout == wanted, (path, name)
            if name in golden:
                assert made.stdout == path.with_suffix("." + golden[name]).read_text(), (path, name)
    with tempfile.TemporaryDirectory() as folder:
        out, stored = Path(folder, "out"), Path(folder, "stored.json")
        comparison = run("compare", *REFERENCE[:1] * 2, "--format", "json")
        results = json.loads(REFERENCE[0].read_text())
        stored.write_text(json.dumps(results | {"comparison": json.loads(comparison.stdout)}))
        assert run("report", stored, "--format", "table", "-o", out).stdout == ""
        assert "old ns/packet" in out.read_text() and "x raw" in out.read_text()
        assert run("report", stored, "--format", "csv").stdout.startswith("backend,level,slice,old_")
        out.unlink()
        refused(None, "unknown format 'html'; known: table, markdown",
                "report", FIXTURES[0], "--format", "html")
        refused(None, "one results file", "report", *FIXTURES, "--format", "table")
        refused(None, "cannot read", "report", Path(folder, "no.json"), "--format", "table", "-o", out)
        assert not out.exists()


def refused(path, words, *command):
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder, "report")
        commands = [command] if command else [("report", path, "-o", inside), ("choose", path)]
        for arguments in commands:
            done = run(*arguments)
            assert done.returncode == 2, (arguments, done)
            assert len(done.stderr.strip().splitlines()) == 1, done.stderr
            assert re.search(words, done.stderr), (words, done.stderr)
            assert done.stdout == "" and not inside.exists()


def test_bad_input():
    whole = FIXTURES[0].read_text()
    results = json.loads(whole)
    with tempfile.TemporaryDirectory() as folder:
        bad = Path(folder, "bad.json")
        bad.write_text(whole[:len(whole) // 2])
        refused(bad, r"not whole JSON.*at byte \d+")
        bad.write_text(json.dumps(results | {"schema_version": 99}))
        refused(bad, "schema version 99, this program reads version 2")
        bad.write_text("[]")
        refused(bad, "these are no results")
        bad.write_text("")
        refused(bad, "not whole JSON")
        for one in results["runs"]:
            one |= {"status": "failed", "reason": "it broke", "wall_ns": None}
        bad.write_text(json.dumps(results))
        refused(bad, "no run has a time.*it broke")
        refused(bad, "cannot read", "report", Path(folder, "missing.json"), "-o", folder)
        refused(bad, "-o names the folder", "report", FIXTURES[0])


def test_machines_apart():
    other = json.loads(FIXTURES[0].read_text())
    other["context"]["cpu"]["model"] = "Another <CPU> & more"
    with tempfile.TemporaryDirectory() as folder:
        second = Path(folder, "second.json")
        second.write_text(json.dumps(other))
        assert run("report", FIXTURES[0], second, "-o", folder).returncode == 0
        page = Path(folder, "index.html").read_text()
        text = Path(folder, "report.md").read_text()
        for made in (page, text):
            assert "results come from different machines" in made
        assert page.count("<article") == 2
        assert "Another &lt;CPU&gt; &amp; more" in page and "<CPU>" not in page
        assert re.search(r"^## .*, Another &lt;CPU&gt; &amp; more, ", text, re.M)
        assert "Results of second.json" in text and "Results of second.json" in page


def test_what_was_evicted():
    """All caches, if more memory was read than the last level holds, and its size is known."""
    results = json.loads(FIXTURES[0].read_text())
    last = results["context"]["cpu"]["l3_bytes"]
    with tempfile.TemporaryDirectory() as folder:
        changed = Path(folder, "changed.json")
        for evicted, size, words in ((last + 1, last, ("all caches evicted", "no cache holds")),
                                    (last, last, ("private caches evicted", "last-level cache may")),
                                    (last + 1, None, ("private caches evicted", "last-level cache may"))):
            results["plan"]["evict_bytes"] = evicted
            results["context"]["cpu"]["l3_bytes"] = size
            changed.write_text(json.dumps(results))
            assert run("report", changed, "-o", folder).returncode == 0
            assert words[0] in Path(folder, "report.md").read_text()
            assert words[1] in Path(folder, "index.html").read_text()


def test_pictures():
    """Every slice has a picture, in the page for wide and for narrow screens, and as a file that
    XML readers accept; no other program is needed. All slices have one axis."""
    with tempfile.TemporaryDirectory() as folder:
        made = run("report", *REFERENCE, "-o", folder, env=os.environ | {"PATH": "/nowhere"})
        assert made.returncode == 0 and made.stderr == "", made
        files = sorted(Path(folder).glob("*.svg"))
        page = Path(folder, "index.html").read_text()
        assert page.count('<svg class="chart wide"') == page.count('<svg class="chart narrow"') == \
            len(files)
        for index, path in enumerate(REFERENCE):
            results = json.loads(path.read_text())
            prefix = f"{index + 1}-" if index else ""
            axes = set()
            for one in results["slices"]:
                root = xml.etree.ElementTree.parse(Path(folder, f"{prefix}slice-{one['name']}.svg"))
                texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
                axes.add(tuple(text for text in texts if re.fullmatch(r"\d+ (ns|µs|ms|s)", text)))
                timed = {f"{r['backend']}  {r['level']}" for r in results["runs"]
                         if r["slice"] == one["name"] and r["wall_ns"]}
                assert timed <= set(texts), timed - set(texts)
            assert len(axes) == 1 and axes.pop(), axes


def test_texts():
    """Names and reasons are text: in HTML, in Markdown and on a terminal."""
    results = json.loads(FIXTURES[0].read_text())
    evil = "<img src=x>|*a*`b`[c](d)\x1b[31m\n"
    old = results["slices"][0]["name"]
    results["backends"][0]["summary"] = evil
    results["noise"] = [evil]
    results["slices"][0]["name"] = evil
    for one in results["runs"] + results["aa"] + results["process_runs"] + results["study"]:
        one["slice"] = evil if one["slice"] == old else one["slice"]
    results["runs"][-1]["reason"] = evil
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "evil.json")
        path.write_text(json.dumps(results))
        assert run("report", path, "-o", folder).returncode == 0
        page, text = Path(folder, "index.html").read_text(), Path(folder, "report.md").read_text()
        assert "<img" not in page and "&lt;img src=x&gt;" in page and "\x1b" not in page
        assert "<img" not in text and "|*a*" not in text and "\x1b" not in text
        assert r"&lt;img src=x&gt;\|\*a\*\`b\`\[c\](d)" in text
        bars = None # of the head of the table: no line of it has more
        for line in text.splitlines():
            count = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else None
            assert bars is None or count in (None, bars), line
            bars = count
        table = run("report", path, "--format", "table").stdout
        assert "\x1b" not in table and "<img src=x>|*a*" in table


def test_own_captures():
    """A capture of the user is called one, and has no table of a study of other traffic."""
    results = json.loads(REFERENCE[1].read_text())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "own.json")
        for mine in (False, True):
            if mine:
                for one in results["slices"]:
                    one["origin"] = {"kind": "capture", "part": "start"}
            path.write_text(json.dumps(results))
            assert run("report", path, "-o", folder).returncode == 0
            page, text = Path(folder, "index.html").read_text(), Path(folder, "report.md").read_text()
            table = run("report", path, "--format", "table").stdout
            assert ("Captures tcp-flood and 1 more" in page) == mine
            assert ("## Captures tcp-flood and 1 more" in text) == mine
            assert ("start of your capture" in page) == mine
            for made in (page, text, table):
                assert ("ublished study" in made) == (not mine), made[:300]


def test_sample():
    """The committed sample is made of the reference results; the page carries them as they are."""
    sample = SOURCE / "report/sample"
    names = ("default.json", "cic-iot.json", "languages.json")
    results = [SOURCE / "results/reference" / name for name in names]
    with tempfile.TemporaryDirectory() as folder:
        assert run("report", *results, "-o", folder).returncode == 0
        kept = ("report.md", "headline.svg", "sizes.svg", "2-headline.svg", "2-sizes.svg",
                "3-headline.svg", "3-sizes.svg")
        for name in kept:
            assert Path(folder, name).read_text() == Path(sample, name).read_text(), \
                f"report/sample/{name} is out of date: run ./run update-docs"
        page = Path(folder, "index.html").read_bytes()
        links = re.findall(rb'href="data:application/json;base64,([^"]*)"', page)
        assert [json.loads(base64.b64decode(link)) for link in links] == \
            [json.loads(one.read_bytes()) for one in results]
        assert len(page) < 5e6


def fit_of_raw(*arguments):
    """What `choose` says of raw, which need not be the first."""
    fits = json.loads(run("choose", *arguments, "--format", "json").stdout)["fits"]
    return next(fit for fit in fits if fit["backend"] == "raw")


def test_choice_sums():
    """Cores, times and costs follow from the results by arithmetic."""
    cic_iot = SOURCE / "results/reference/cic-iot.json"
    results = json.loads(cic_iot.read_text())
    runs = {r["slice"]: r for r in results["runs"]
            if r["backend"] == "raw" and r["level"] == "headers"}
    parts = {"tcp-flood": 0.25, "benign-iot": 0.75}
    cost = sum(part * runs[name]["ns_per_packet"] for name, part in parts.items())
    cpu = sum(part * runs[name]["cpu_ns"]["median"] / runs[name]["wall_ns"]["median"]
              * runs[name]["ns_per_packet"] for name, part in parts.items())
    core = max(cost, cpu)
    mix = ["--traffic", "tcp-flood=0.25,benign-iot=0.75"]
    fit = fit_of_raw(cic_iot, *mix, "--rate", "90Mpps", "--cores", "64")
    assert math.isclose(fit["ns_per_packet"], cost, rel_tol=1e-6)
    assert fit["cores_at_least"] == math.ceil(90e6 * core / 1e9)
    slices = {s["name"]: s for s in results["slices"]}
    size = sum(part * slices[name]["bytes"] / slices[name]["packets"]
               for name, part in parts.items())
    fit = fit_of_raw(cic_iot, *mix, "--volume", "500GB", "--sink", "csv")
    packets = 500e9 / size
    assert math.isclose(fit["seconds_on_one_core"], packets * core / 1e9, rel_tol=1e-6)
    assert 50 < fit["output_bytes"] / packets < 400


def test_choice_sinks():
    """Every format that extract writes can be asked for; bytes are those of its own rows."""
    cic_iot = SOURCE / "results/reference/cic-iot.json"
    bytes_of = {}
    for sink in ("csv", "arrow", "parquet"):
        choice = json.loads(run("choose", cic_iot, "--volume", "1TB", "--sink", sink, "--format",
                                "json").stdout)
        assert any(f"bench --sink {sink}" in line for line in choice["assumptions"]), choice
        assert f"--format {sink} -o rows.{sink}" in choice["fits"][0]["command"]
        bytes_of[sink] = choice["fits"][0]["output_bytes"]
    assert bytes_of["parquet"] < bytes_of["csv"] < bytes_of["arrow"], bytes_of


def test_choice_ties():
    """A backend whose interval reaches down to the winner's is a tie, and so is the winner."""
    results = json.loads((SOURCE / "results/reference/default.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tied.json")
        for factor, tied in ((1, False), (0.1, True)):
            for entry in results["runs"]:
                if entry["backend"] == "libpcap" and entry["wall_ns"]:
                    entry["wall_ns"]["ci95"][0] *= factor
                    entry["cpu_ns"]["ci95"][0] *= factor
            path.write_text(json.dumps(results))
            choice = json.loads(run("choose", path, "--format", "json").stdout)
            fits = {fit["backend"]: fit for fit in choice["fits"]}
            assert choice["winner"] == "raw" and fits["raw"]["tied"] == tied
            assert fits["libpcap"]["tied"] == tied, fits["libpcap"]
            assert ("a tie, intervals that are not apart" in run("choose", path).stdout) == tied
            low, high = fits["raw"]["ns_per_packet_ci95"]
            assert low <= fits["raw"]["ns_per_packet"] <= high


def test_choice_of_capture():
    cic_iot = SOURCE / "results/reference/cic-iot.json"
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder, "mirai.pcap")
        assert run("gen", "mirai", "-o", capture).returncode == 0
        choice = json.loads(run("choose", cic_iot, "--traffic", capture, "--format", "json").stdout)
        assert 500 < choice["mean_frame"] < 600 and len(choice["traffic"]) == 2
        assert math.isclose(sum(choice["traffic"].values()), 1)


def test_picture_not_written():
    """The page is made without it, and says so."""
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/headline.svg")
        done = run("report", FIXTURES[1], "-o", folder)
        assert done.returncode == 0 and len(done.stderr.splitlines()) == 1, done
        assert f"{folder}/headline.svg: cannot write: Is a directory" in done.stderr, done.stderr
        assert "headline.svg" not in Path(folder, "report.md").read_text()


def on_terminal(*arguments, **variables):
    """Standard output of the command on a terminal."""
    ours, theirs = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    with subprocess.Popen([PKTBENCH, *map(str, arguments)], stdout=theirs, stderr=subprocess.DEVNULL,
                          env=environment | variables):
        os.close(theirs)
        text = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                piece = b""
            if not piece:
                break
            text += piece
    os.close(ours)
    return text


def test_colours():
    command = ("report", FIXTURES[1], "--format", "table")
    assert b"\x1b[1m" in on_terminal(*command, TERM="xterm")
    assert b"\x1b" not in on_terminal(*command, TERM="dumb")
    assert b"\x1b" not in on_terminal(*command, TERM="xterm", NO_COLOR="1")


def test_choice_options():
    cic_iot = SOURCE / "results/reference/cic-iot.json"
    for options, words in [
            (["--need", "nonsense"], "unknown requirement 'nonsense': not a level, column or feature of a backend"),
            (["--need", "ciciot64"], "(sets such as ciciot46 are none of these); see `pktbench list columns`"),
            (["--need", ""], "none of them empty"), (["--need", "src,"], "none of them empty"),
            (["--need", "ip_src"], "unknown requirement 'ip_src'; did you mean ip.src? `pktbench list columns` shows"),
            (["--volume", "1GB", "--deadline", "soon"], "--deadline soon: must be a duration such as 90m, 2h or 1d"),
            (["--need", "heders"], "unknown requirement 'heders'; did you mean headers?"),
            (["--need", "pcapng,ip.scr"], "unknown requirement 'ip.scr'; did you mean ip.src?"),
            (["--rate", "fast"], "--rate fast"),
            (["--rate", "1Mpps", "--volume", "1GB"], "give one of them"),
            (["--deadline", "2h"], "needs a --volume"),
            (["--traffic", "nobody=1"], "unknown slice 'nobody'; known: tcp-flood, benign-iot"),
            (["--traffic", "flod=1"], "unknown slice 'flod'; did you mean tcp-flood? Known: tcp-flood, benign-iot"),
            (["--traffic", "tcp-flood=x"], "'tcp-flood=x': must be SLICE=SHARE, such as NAME=0.7"),
            (["--traffic", "/nowhere.pcap"], "nowhere.pcap"),
            (["--sink", "punchcards"], "unknown sink 'punchcards'; known: csv, arrow, parquet"), (["--license", "any"], "permissive"),
            (["--format", "xml"], "unknown format 'xml'; known: table, json")]:
        refused(cic_iot, re.escape(words), "choose", cic_iot, *options)


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print(f"ok: {name}")
