#!/usr/bin/env python3
"""Tables and programs in README.md and doc/*.md: check or rewrite them.

    <!-- table: results/reference/NAME.json WHAT -->     ... <!-- end of table -->
    <!-- file: PATH -->                                  ... <!-- end of file -->

WHAT, for results of bench: SLICE; SLICE: BACKEND LEVEL, BACKEND LEVEL, ... (some rows of it); study;
notes; headline. For conformance.json and selftest.json: nothing.

Usage: doc_tables.py PKTBENCH [--root FOLDER] [--write]. Exit status 1: a block differs."""

import argparse
import functools
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"(<!-- (table|file): (\S+)(?: ([^>]*))? -->\n)(.*?)(<!-- end of \2 -->)", re.S)
CONFORMANCE = {"backend": "backend", "survived": "survived", "rows lost": "rows_lost",
               "extra rows": "rows_invented", "cells wrong": "cells_wrong", "crashes": "crashes",
               "hangs": "hangs", "cells compared": "cells_compared"}


@functools.lru_cache
def markdown(pktbench, path):
    """The tables that `pktbench report` makes of one results file, without heading and pictures."""
    with tempfile.TemporaryDirectory() as folder:
        # Without gnuplot in the path: pictures take time and are not needed.
        subprocess.run([pktbench, "report", str(path), "-o", folder], check=True,
                       stderr=subprocess.DEVNULL, env={"PATH": "/nonexistent"})
        text = Path(folder, "report.md").read_text(encoding="utf-8")
    return re.sub(r"^!\[.*\n\n?", "", text, flags=re.M)


def section(text, begin, end):
    """From the line that begins with `begin` up to the next one that begins with one of `end`."""
    lines = text.splitlines(keepends=True)
    first = next((i for i, line in enumerate(lines) if line.startswith(begin)), None)
    if first is None:
        raise ValueError(f"the results have no '{begin}'")
    last = next((i for i in range(first + 1, len(lines)) if lines[i].startswith(end)), len(lines))
    return "".join(lines[first:last])


def rows_chosen(table, wanted):
    """The table with the rows of `wanted` ("raw headers", ...) alone."""
    left = set(wanted)
    lines = []
    for line in table.splitlines(keepends=True):
        cells = [cell.strip() for cell in line.split("|")]
        if line.startswith("| ") and cells[1] != "backend":
            name = f"{cells[1].split(' ')[0]} {cells[2]}"
            if name not in wanted:
                continue
            left.discard(name)
        lines.append(line)
    if left:
        raise ValueError(f"the results have no row {', '.join(sorted(left))}")
    return "".join(lines)


def bench_table(text, what):
    name, _, rows = what.partition(": ")
    if name == "headline":
        return re.search(r"^\*\*(.*)\*\*$", text, re.M)[1] + "\n"
    if name == "notes":
        return section(text, "- At level", ("**", "#"))
    if name == "study":
        return section(text, "**Libraries of the published study", ("**tcp-flood:", "**benign-iot:"))
    table = section(text, f"**{name}: ", ("**", "- "))
    return rows_chosen(table, rows.split(", ")) if rows else table


def conformance_table(conformance):
    cases, backends = conformance["cases"], conformance["backends"]
    lines = [f"**{conformance['suite']}: {len(cases)} captures, "
             f"{sum(case['rows'] for case in cases)} packets**", "",
             "| " + " | ".join(CONFORMANCE) + " |",
             "|:--" + "|--:" * (len(CONFORMANCE) - 1) + "|"]
    lines += ["| " + " | ".join(str(backend[key]) for key in CONFORMANCE.values()) + " |"
              for backend in backends]
    return "\n".join(lines) + "\n"


def selftest_table(root, results):
    place = root / "bench/selftest/selftest.py"
    spec = importlib.util.spec_from_file_location("selftest", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return "\n".join(module.table(results)) + "\n"


def block_text(pktbench, root, kind, path, what):
    if kind == "file":
        language = {".c": "c", ".txt": "cmake"}[Path(path).suffix]
        return f"\n```{language}\n{(root / path).read_text(encoding='utf-8')}```\n\n"
    results = json.loads((root / path).read_text(encoding="utf-8"))
    if "trials" in results:
        table = selftest_table(root, results)
    elif "runs" not in results:
        table = conformance_table(results["conformance"])
    else:
        table = bench_table(markdown(pktbench, root / path), what)
    return "\n" + table.strip("\n") + "\n\n"


def page_update(pktbench, root, page, write):
    """How many blocks the page has, and those that differ."""
    text = page.read_text(encoding="utf-8")
    found, different = [], []

    def replace(match):
        begin, kind, path, what, body, end = match.groups()
        try:
            wanted = block_text(pktbench, root, kind, path, what or "")
        except (OSError, ValueError) as error:
            raise SystemExit(f"{page}: {path} {what or ''}: {error}") from error
        found.append(path)
        if body != wanted:
            different.append(f"{page.relative_to(root)}: {path} {what or ''}".rstrip())
        return begin + wanted + end

    changed = BLOCK.sub(replace, text)
    if len(found) != len(re.findall(r"^<!-- (?:table|file): ", text, re.M)):
        raise SystemExit(f"{page}: a block has no end")
    if write and changed != text:
        page.write_text(changed, encoding="utf-8")
    return len(found), different


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pktbench")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent,
                        help="folder of README.md, doc/ and results/; default that of this script")
    parser.add_argument("--write", action="store_true", help="rewrite blocks that differ")
    options = parser.parse_args()
    count, different = 0, []
    for page in [options.root / "README.md", *sorted((options.root / "doc").glob("*.md"))]:
        blocks, wrong = page_update(options.pktbench, options.root, page, options.write)
        count += blocks
        different += wrong
    for line in different:
        print(line, "rewritten" if options.write else "differs: run ./run update-docs")
    print(f"{count} blocks, {len(different)} {'rewritten' if options.write else 'different'}")
    return 1 if different and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
