#!/usr/bin/env python3
"""README.md and doc/: tables and programs equal those of the files that they name; links, commands
and options exist. A page that was changed by hand is detected.

Usage: test_doc.py PKTBENCH SOURCE"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PKTBENCH, SOURCE = sys.argv[1], Path(sys.argv[2]).resolve()
PAGES = [*SOURCE.glob("*.md"), *SOURCE.glob("doc/*.md"), *SOURCE.glob("examples/*/README.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```[^\n]*$", re.M | re.S)


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def tables(root, *options):
    return subprocess.run([sys.executable, str(SOURCE / "scripts/doc_tables.py"), PKTBENCH, "--root",
                           str(root), *options], capture_output=True, text=True, check=False)


def check_blocks():
    done = tables(SOURCE)
    check(done.returncode == 0, done.stdout + done.stderr)
    check(int(done.stdout.split()[0]) >= 10, f"few blocks: {done.stdout}")


def check_planted():
    """A digit, a row, or a line of a program that was changed by hand."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("doc", "results", "examples", "bench/selftest"):
            shutil.copytree(SOURCE / name, root / name)
        shutil.copy(SOURCE / "README.md", root)
        for name, old, new in (("README.md", "| raw (ours) | headers | ", "| raw (ours) | headers | 9"),
                               ("doc/captures-and-limits.md", "| raw | ", "| raw | 1"),
                               ("doc/ci.md", "| time | the same | ", "| times | the same | "),
                               ("doc/library.md", "c->packets[kind]++;", "c->packets[kind] += 2;")):
            page = root / name
            text = page.read_text(encoding="utf-8")
            check(old in text, f"{name} has no '{old}'")
            page.write_text(text.replace(old, new, 1), encoding="utf-8")
            done = tables(root)
            check(done.returncode == 1 and name in done.stdout, f"{name}: {done.stdout}{done.stderr}")
            check(tables(root, "--write").returncode == 0 and
                  page.read_text(encoding="utf-8") == text, f"{name}: not written as it was")


def anchors(page):
    """Names of the headings, as hosts of Git repositories make them."""
    heads = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def check_links():
    count = 0
    for page in PAGES:
        for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
            if "://" in link:
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            check(target.exists(), f"{page.name}: {link} leads nowhere")
            check(not anchor or anchor in anchors(target), f"{page.name}: no heading {link}")
            count += 1
    check(count > 30, f"only {count} links")
    readme = (SOURCE / "README.md").read_text(encoding="utf-8")
    for page in SOURCE.glob("doc/*.md"):
        check(f"(doc/{page.name})" in readme, f"README.md has no link to {page.name}")


def helps():
    """{command: its options}"""
    listed = subprocess.run([PKTBENCH, "help"], capture_output=True, text=True, check=True).stdout
    names = re.findall(r"^  (\w+) ", listed.split("Commands:")[1].split("\n\n")[0], re.M)
    options = {}
    for name in names:
        text = subprocess.run([PKTBENCH, name, "--help"], capture_output=True, text=True,
                              check=True).stdout
        options[name] = set(re.findall(r"^  (--?[\w-]+)", text, re.M))
    return options | {"help": {"--man", "--completion"}}


def check_commands():
    known, count = helps(), 0
    call = re.compile(r"pktbench(?:/bin/pktbench)? (\w+)((?: [^\n`|;#]*)?)")
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        fences = re.findall(r"^ *```(?:sh|yaml)\n(.*?)^ *```", text, re.M | re.S)
        for part in [*fences, *re.findall(r"`([^`\n]+)`", FENCE.sub("", text))]:
            for command, rest in call.findall(part):
                if command not in known:
                    check(part not in fences, f"{page.name}: pktbench {command}")
                    continue
                words = re.sub(r"'[^']*'", "", rest)
                for option in re.findall(r"(?<!\S)--?[a-z][\w-]*", words):
                    check(option in known[command], f"{page.name}: {command} has no {option}")
                count += 1
    check(count > 60, f"only {count} commands")


def main():
    check_blocks()
    check_planted()
    check_links()
    check_commands()
    print("all good")


main()
