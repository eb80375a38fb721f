#!/usr/bin/env python3
"""What a mixture says of its packets in comments.

Usage: test_comments.py PKTBENCH"""

import os
import struct
import sys
import tempfile

from test_mix import FOUR, blocks, ended, expect, fail, packets, read, run, scenarios_make, simple, truth_read, write


def comments(data):
    """The comment of every packet of a mixture; None: it has none."""
    for kind, b in blocks(data):
        if kind == 6:
            at = 28 + (struct.unpack_from("<I", b, 20)[0] + 3) // 4 * 4
            code, size = struct.unpack_from("<2H", b, at) if at < len(b) - 4 else (0, 0)
            yield b[at + 4 : at + 4 + size].decode() if code == 1 else None


def check_comments():
    """Each packet says what its row of the truth does; nothing else of the mixture is different."""
    expect(0, "of 4 captures", "mix", *FOUR, "-o", "four.pcapng")
    if set(comments(read("four.pcapng"))) != {None}:
        fail("comments that nobody asked for")
    expect(0, "of 4 captures", "mix", *FOUR, "-o", "said.pcapng", "--comments", "--truth", "said.csv")
    if read("said.csv") != read("four.pcapng.truth.csv"):
        fail("the truth depends on comments")
    rows = truth_read("said.csv")
    wanted = [(f"label {r['label']}\n" if r["label"] else "") + f"file {r['origin']}\npacket {r['origin_packet']}" for r in rows]
    if list(comments(read("said.pcapng"))) != wanted:
        fail(f"comments: {list(comments(read('said.pcapng')))[:3]}")
    if list(packets(read("said.pcapng"))) != list(packets(read("four.pcapng"))):
        fail("packets with comments")
    expect(0, "each packet of 4 captures once", "verify", "--mix", "said.csv", "said.pcapng")
    if run("extract", "said.pcapng").stdout != run("extract", "four.pcapng").stdout:
        fail("rows of packets with comments")
    write("line.pcap", simple(1))
    expect(0, "1 packets", "mix", "--label", "a\n\\b=line.pcap", "-o", "line.pcapng", "--comments")
    if list(comments(read("line.pcapng"))) != ["label a\\x0a\\\\b\nfile line.pcap\npacket 1"]:
        fail(f"a label of two lines: {list(comments(read('line.pcapng')))}")
    expect(2, ["longer than", "shorten"], "mix", "--label", "l" * 65535 + "=line.pcap", "-o", "long.pcapng", "--comments")


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        scenarios_make()
        check_comments()
        os.chdir("/")
    return ended()


if __name__ == "__main__":
    sys.exit(main())
