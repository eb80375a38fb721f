"""The commands of README.md and doc/ that need the program alone, as its reader types them, and the files that they
name."""

import re
from pathlib import Path

# Makes the files that the commands name.
FILES = r"""
mkdir -p captures/benign captures/mirai home rows build
pktbench gen benign-iot --size 1MB -o capture.pcap
gzip -kf capture.pcap
for name in big traffic piece1 piece2 home/monday captures/office captures/benign/monday; do cp capture.pcap $name.pcap; done
pktbench gen mirai --size 500kB -o bot.pcap
gzip -kf bot.pcap
cp bot.pcap captures/mirai/bot.pcap
pktbench mix bot.pcap -o nmap.pcapng
printf '#!/bin/sh\ncat >/dev/null\n' >model
chmod +x model
"""
# Takes a minute of its own.
SHORT = "--processes 1 --rounds 1 --budget 200s"
RESULTS = f"pktbench bench --report {SHORT} -o out.json && cp out.json old.json && cp out.json new.json"
# Pattern, what stands for it. The first words make long commands short.
STAND_INS = (
    (r"^(?:sudo )?(?:~/pktbench/bin|build/release|pktbench-\*/bin)/pktbench", "pktbench"),
    (r"--baseline (?:\.\./old/build/release/pktbench|OLD)", '--baseline "$(command -v pktbench)" --backends raw,libpcap'),
    (r"results/local/DATE\.json", "out.json"),
    (r"^(pktbench bench\b.*)", rf"\1 {SHORT}"),
    (r"-i eth0", "-i lo"),
)
# Commands that are not run, and why.
LEFT_OUT = {
    "--plugin": "needs a compiler: the plug-in is built below",
    "--external": "a parser of the reader",
    "--count-instructions": "needs valgrind",
    "frames/bin": "needs the wheel",
    "--sink pandas": "needs the wheel",
    "bench --live": "needs network namespaces and minutes",
    "--live --rate": "needs results of bench --live",
}
# Those whose exit status 1 is an answer.
ANSWERS = ("--fail-on", " choose ", "--suite malformed --backends all")
# Those that end by Ctrl-C.
ENDLESS = ("-i lo", "--follow")


def page_commands(text):
    """The lines of sh blocks of a page, continued lines as one, that begin with the program or lead to it."""
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.M | re.S):
        for line in block.replace("\\\n", " ").splitlines():
            if re.match(r"(sudo )?(\S*/)?pktbench |zcat .*\| pktbench ", line.strip()):
                yield re.sub(r"\s+# .*$", "", line.strip())


def stand_in(command):
    for pattern, instead in STAND_INS:
        command = re.sub(pattern, instead, command)
    return command


def left_out(command):
    return next((why for words, why in LEFT_OUT.items() if words in command), None)


def commands(source):
    """Page and command of all pages."""
    for page in (source / "README.md", *sorted(Path(source / "doc").glob("*.md"))):
        for command in page_commands(page.read_text(encoding="utf-8")):
            yield page.name, command
