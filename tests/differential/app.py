#!/usr/bin/env python3
"""Compares the columns of level app, of `pktbench extract`, with the tshark program, cell by cell.

Usage: app.py PKTBENCH DRIVERS [--all] [--write] [--only PREFIX] [--show CLASS] [CAPTURE...]

Captures are those of differential.py, or those that are named. tshark does not reassemble, finds no
DNS on other ports, and gives the first occurrence of a field. A cell that differs gets a class by what
tshark says of the packet; app_listed.tsv has the reason of each class, and for every capture the exact
number of its cells. Other numbers fail, and so does a cell without a class. --write rewrites the
numbers. Exit status 77: skipped.
"""

from __future__ import annotations

import argparse
import collections
import csv
import os
import re
import subprocess
import sys
import tempfile
from typing import Iterator, NamedTuple

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from corpus import corpus_folder
import differential

HERE = os.path.dirname(os.path.abspath(__file__))
LIST = os.path.join(HERE, "app_listed.tsv")
BACKENDS = ("raw", "libpcap")
SKIPPED = 77
LIST_VERSION = "4.0."
UNKNOWN = "unknown"
ROOT = "<Root>"

OPTIONS = ["-o", "tcp.desegment_tcp_streams:FALSE", "-o", "ip.defragment:FALSE",
           "-o", "ipv6.defragment:FALSE", "-o", "tcp.analyze_sequence_numbers:FALSE",
           "--disable-heuristic", "dns_udp", "--disable-protocol", "x11"]
# Fields of each column; of two, the first that has a value.
FIELDS = {
    "arp_op": ("arp.opcode",),
    "arp_src_ip": ("arp.src.proto_ipv4",),
    "arp_dst_ip": ("arp.dst.proto_ipv4",),
    "dns_response": ("dns.flags.response",),
    "dns_rcode": ("dns.flags.rcode",),
    "dns_qry_name": ("dns.qry.name",),
    "dns_qry_type": ("dns.qry.type",),
    "dns_a": ("dns.a",),
    "tls_hs_type": ("tls.handshake.type",),
    "tls_sni": ("tls.handshake.extensions_server_name",),
    "tls_version": ("tls.handshake.extensions.supported_version", "tls.handshake.version"),
    "tls_alpn": ("tls.handshake.extensions_alpn_str",),
    "http_method": ("http.request.method",),
    "http_status": ("http.response.code",),
    "http_host": ("http.host",),
    "mqtt_type": ("mqtt.msgtype",),
    "mqtt_topic": ("mqtt.topic",),
    "dhcp_hostname": ("dhcp.option.hostname",),
    "coap_code": ("coap.code",),
    "coap_uri_path": ("coap.opt.uri_path",),
}
COLUMNS = ("app_proto", *FIELDS)
BESIDE = ("verdict", "app_part", "app_verdict", "src_port", "dst_port")
PACKET = ("frame.protocols", "_ws.malformed", "ip.frag_offset", "frame.len", "frame.cap_len",
          "frame.encap_type", "tls.handshake.extensions_server_name_type")
# Of these, all occurrences: do they show what is bad in a message of DNS?
RECORDS = ("dns.resp.type", "dns.resp.len", "dns.length")
PROTOCOLS = ("dns", "mdns", "llmnr", "tls", "http", "ssdp", "mqtt", "dhcp", "coap")
IP = {"ip", "ipv6"}
L4 = {"tcp", "udp", "udplite"}
TEXTS = {"dns_qry_name", "tls_sni", "tls_alpn", "http_method", "http_host", "mqtt_topic",
         "dhcp_hostname", "coap_uri_path"}


class Row(NamedTuple):
    cells: dict[str, str]
    protocols: list[str]  # from the outermost on
    beside: dict[str, str]  # fields of PACKET
    records: dict[str, list[str]]  # fields of RECORDS


def tshark_lines(path: str, tshark: str, environment: dict, fields: list[str],
                 *options: str) -> Iterator[list[str]]:
    """The cells of each packet; tshark escapes the tabs in them."""
    command = [tshark, "-n", "-r", path, *OPTIONS, "-T", "fields", "-E", "separator=/t", *options]
    for name in fields:
        command += ["-e", name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=environment) as process:
        for line in process.stdout:
            yield line.decode(errors="replace").rstrip("\n").split("\t")


def tshark_rows(path: str, tshark: str, environment: dict) -> Iterator[Row]:
    fields = [*PACKET, *(name for names in FIELDS.values() for name in names)]
    # Texts may have any character, so that all occurrences are read of numbers only.
    every = tshark_lines(path, tshark, environment, [*RECORDS], "-E", "occurrence=a",
                         "-E", "aggregator=,")
    for line, lists in zip(tshark_lines(path, tshark, environment, fields, "-E", "occurrence=f"),
                           every):
        values = dict(zip(fields, line))
        if not values["frame.encap_type"]:  # a record of a pcapng that is no packet
            continue
        cells = {column: next((values[name] for name in names if values[name]), "")
                 for column, names in FIELDS.items()}
        yield Row(cells, values["frame.protocols"].split(":"),
                  {name: values[name] for name in PACKET},
                  {name: text.split(",") for name, text in zip(RECORDS, lists)})


def number(text: str) -> str:
    """tshark's number as a decimal; True and False of its newer versions are 1 and 0."""
    if text in ("True", "False"):
        return str(int(text == "True"))
    return str(int(text, 0)) if re.fullmatch(r"0x[0-9a-fA-F]+|\d+", text) else text


def outermost(row: Row) -> str:
    """The protocol directly after the transport header of the outermost IP header; "": none."""
    for place, name in enumerate(row.protocols):
        if name in L4:
            inner = place + 1 < len(row.protocols) and row.protocols[place + 1]
            return inner or ""
        if name in IP and any(other in IP for other in row.protocols[:place]):
            return ""
    return ""


def is_outer_arp(row: Row) -> bool:
    """ARP over the link, not in a tunnel."""
    return "arp" in row.protocols and not IP & set(row.protocols[:row.protocols.index("arp")])


def expected_cells(row: Row) -> dict[str, str]:
    """What the columns should have: nothing of inner headers, or of protocols in other ones."""
    protocol = outermost(row)
    cells = dict.fromkeys(COLUMNS, "")
    for column in FIELDS:
        if is_outer_arp(row) if column.startswith("arp") else protocol in PROTOCOLS:
            text = row.cells[column]
            cells[column] = text if column in TEXTS or column.endswith("_ip") or column == "dns_a" \
                else number(text)
    cells["app_proto"] = protocol if protocol in PROTOCOLS else ""
    return cells


def shown(text: str, column: str) -> str:
    """A text cell as tshark shows the same bytes."""
    if column not in TEXTS or not text:
        return text
    data = re.sub(rb"\\(x[0-9a-f]{2}|\\)", lambda found: b"\\" if found[1] == b"\\" else
                  bytes([int(found[1][1:], 16)]), text.encode())
    if column != "dns_qry_name":
        return data.split(b"\0")[0].decode(errors="replace")
    names = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
    return "".join(names.get(ord(c), f"\\{ord(c):03o}" if ord(c) < 32 or ord(c) == 127 else c)
                   for c in data.decode(errors="replace"))


def printable(text: str) -> str:
    """The text without what tshark shows in several ways: control characters, and no UTF-8."""
    return re.sub(r"\\(x[0-9a-f]{2}|u[0-9A-F]{4}|[0-7]{3}|[abtnvfr\\])|[^ -~]", "", text)


def same_text(got: str, expected: str) -> bool:
    """Do texts with such characters agree in the others? tshark cuts texts that are long then."""
    label = 200
    texts = printable(got), printable(got.split("\\x00")[0])
    return texts[0] != got and (printable(expected) in texts or (
        len(expected) > label and texts[0].startswith(printable(expected))))


def is_same(column: str, got: str, expected: str) -> bool:
    if column == "dhcp_hostname" and re.search(r"(?<!\\)(\\\\)*\\x00$", got):
        return False  # RFC 2132 section 2: a NUL at its end is no part of it
    return expected in (got, shown(got, column)) or \
        column in TEXTS and same_text(got, expected)


def is_utf8(text: str) -> bool:
    """Were the bytes that pktbench shows as this text UTF-8?"""
    found = re.sub(rb"\\x([0-9a-f]{2})", lambda byte: bytes([int(byte[1], 16)]), text.encode())
    try:
        found.decode()
        return True
    except UnicodeDecodeError:
        return False


def is_decrypted(column: str, expected: str) -> bool:
    """Does TLS never send that in plain text? A message of type 20 is Finished."""
    return column.startswith("http") or (column == "tls_hs_type" and expected == "20")


def is_prose(name: str) -> bool:
    return name.startswith("<") and name != ROOT


def is_bad_length(row: Row) -> bool:
    """Does tshark show an address of too few bytes, but of some, or a message of DNS on TCP that is
    shorter than its header? A record without data is valid in an update (RFC 2136 section 2.4)."""
    address, header = 4, 12
    sizes = zip(row.records["dns.resp.type"], row.records["dns.resp.len"])
    return any(kind == "1" and 0 < int(size) < address for kind, size in sizes) or \
        any(size and int(size, 0) < header for size in row.records["dns.length"])


def class_of(column: str, got: dict[str, str], expected: str, row: Row) -> str:
    """The class of a cell that differs, by what tshark and pktbench say of the packet."""
    has, protocol = got[column], outermost(row)
    fragment = row.beside["ip.frag_offset"] not in ("", "0")
    if got["verdict"] not in ("ok", "fragment"):
        return "malformed-headers"
    if column.startswith("arp"):
        return UNKNOWN
    if column == "dns_qry_name":
        if expected == ROOT and not has and got["dns_qry_type"]:
            return ""
        if is_prose(expected) and not has:
            return "name-is-prose"
    if column == "app_proto":
        if fragment:
            return UNKNOWN
        if has == "http" and not expected and protocol == "":
            return "no-http-yet"
        if expected in ("tls", "http") and has in ("", "tls", "http"):
            return "conversation"
        if has and protocol and protocol not in PROTOCOLS:
            return "other-owner"
        if has and not protocol and got["app_verdict"] == "cut-by-snaplen":
            return "not-captured"
        return UNKNOWN
    if protocol not in PROTOCOLS and has:
        return "other-owner" if protocol else UNKNOWN
    if column == "mqtt_topic" and has and (not expected or got["mqtt_type"] in ("8", "10")):
        return "mqtt-5"
    if column == "mqtt_topic" and not has and got["app_part"] == "0" and \
            got["app_verdict"] == "ok":
        return "empty-topic"
    if column.startswith("tls") and has and not expected and protocol == "tls":
        return "encrypted-by-state"
    if protocol == "tls" and not has and is_decrypted(column, expected):
        return "decrypted"
    draft = column == "tls_version" and expected.isdigit() and int(expected) >> 8 == 0x7f
    if draft or got["tls_hs_type"] == "6":
        return "draft-of-tls"
    if column in TEXTS and has and expected and not is_utf8(has):
        return "not-utf-8"
    if got["app_part"] == "1" and not has:
        return "half-value"
    if column.startswith("dns") and got["app_verdict"] == "bad-length":
        shown = is_bad_length(row) or is_prose(row.cells["dns_qry_name"])
        return "bad-message" if shown and (not has or column == "dns_a") else UNKNOWN
    if got["app_verdict"] != "ok" and (not has or column == "tls_version"):
        return "bad-message"
    if has and not expected and row.beside["_ws.malformed"]:
        return "malformed-before"
    if column == "tls_sni" and row.beside["tls.handshake.extensions_server_name_type"] not in "0":
        return "other-name-type"
    if column == "http_host" and not has and not got["http_method"] and not got["http_status"]:
        return "body"
    if column == "http_host" and has and re.search(r"( |\\t)$", expected) and \
            printable(expected).rstrip() == printable(has):
        return "trailing-blanks"
    return UNKNOWN


class Outcome:
    def __init__(self) -> None:
        self.rows = self.cells = self.filled = 0
        self.classes: collections.Counter[str] = collections.Counter()
        self.examples: dict[str, list[str]] = {}

    def add(self, packet: int, got: dict[str, str], row: Row) -> None:
        expected = expected_cells(row)
        self.rows += 1
        for column in COLUMNS:
            self.cells += 1
            self.filled += bool(got[column] or expected[column])
            if is_same(column, got[column], expected[column]):
                continue
            name = class_of(column, got, expected[column], row)
            if name:
                self.classes[name] += 1
                self.examples.setdefault(name, []).append(
                    f"packet {packet}, {column}: has '{got[column]}', tshark '{expected[column]}' "
                    f"({':'.join(row.protocols)}; {got['app_proto']} part {got['app_part']} "
                    f"{got['app_verdict']}; ports {got['src_port']} {got['dst_port']})")


def compare(pktbench: str, backend: str, path: str, rows: list[Row], folder: str) -> Outcome:
    out = Outcome()
    table = os.path.join(folder, "rows.csv")
    done = subprocess.run([pktbench, "extract", path, "--backend", backend, "--level", "app",
                           "--columns", ",".join((*BESIDE, *COLUMNS)), "-o", table],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 2):
        sys.exit(f"FAIL: extract --backend {backend} {path}: {done.stderr}")
    ours = []
    if os.path.exists(table):
        with open(table, encoding="utf-8", newline="") as file:
            ours = list(csv.DictReader(file))
        os.unlink(table)
    if len(ours) != len(rows):
        out.classes["rows"] += abs(len(ours) - len(rows))
    for packet, (got, row) in enumerate(zip(ours, rows), 1):
        out.add(packet, got, row)
    return out


class Listed:
    """Reasons of classes; cells of each capture and class."""

    def __init__(self) -> None:
        self.reasons: dict[str, str] = {}
        self.counts: dict[tuple[str, str], int] = {}
        with open(LIST, encoding="utf-8") as file:
            for line in file:
                words = line.rstrip("\n").split("\t")
                if words[0] == "class":
                    self.reasons[words[1]] = words[2]
                elif words[0] == "cells":
                    self.counts[words[2], words[1]] = int(words[3])

    def replace(self, capture: str, out: Outcome) -> None:
        self.counts = {key: n for key, n in self.counts.items() if key[0] != capture}
        self.counts.update({(capture, name): n for name, n in out.classes.items()})

    def write(self) -> None:
        with open(LIST, "w", encoding="utf-8") as file:
            file.write("# Cells of level app in which raw and libpcap differ from tshark by choice. "
                       "Written by app.py --write.\n#   class  NAME   REASON\n"
                       "#   cells  CLASS  CAPTURE  CELLS\n")
            for name, reason in sorted(self.reasons.items()):
                file.write(f"class\t{name}\t{reason}\n")
            for (capture, name), count in sorted(self.counts.items()):
                file.write(f"cells\t{name}\t{capture}\t{count}\n")

    def problems(self, capture: str, out: Outcome, exact: bool) -> list[str]:
        known = {name for of, name in self.counts if of == capture}
        return [f"{name}: {out.classes[name]} cells, listed {self.counts.get((capture, name), 0)}"
                for name in sorted(known | set(out.classes))
                if name not in self.reasons
                or (exact and out.classes[name] != self.counts.get((capture, name), 0))]


def captures_of(options: argparse.Namespace) -> list[differential.Capture]:
    if options.captures:
        return [differential.Capture(os.path.basename(path), path, None)
                for path in options.captures]
    captures = differential.scenario_captures(options.pktbench, options.all)
    corpus = corpus_folder("captures of the corpus", "edge", "real10")
    captures += differential.corpus_captures(corpus, options.all) if corpus else []
    return [capture for capture in captures if capture.name.startswith(options.only)]


def examples_show(backend: str, out: Outcome, names: list[str]) -> None:
    for name in names:
        for text in out.examples.get(name, [])[:8]:
            print(f"    {backend}, {name}: {text}")


def options_read() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("pktbench")
    parser.add_argument("drivers")
    parser.add_argument("captures", nargs="*")
    parser.add_argument("--all", action="store_true", help="complete corpus and scenarios")
    parser.add_argument("--write", action="store_true", help="rewrite the numbers of the list")
    parser.add_argument("--only", default="", help="captures whose name begins so")
    parser.add_argument("--show", default=UNKNOWN, help="show cells of this class")
    return parser.parse_intermixed_args()


def run(options: argparse.Namespace, listed: Listed, exact: bool, tshark: str,
        environment: dict) -> bool:
    good = True
    totals: collections.Counter[str] = collections.Counter()
    classes: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for capture in captures_of(options):
            path = capture.path or differential.generated(options.pktbench, capture, options.all,
                                                          folder)
            rows = list(tshark_rows(path, tshark, environment))
            for backend in BACKENDS:
                out = compare(options.pktbench, backend, path, rows, folder)
                if options.write and backend == BACKENDS[0]:
                    listed.replace(capture.name, out)
                complete = out.rows == len(rows) and \
                    out.classes["rows"] == listed.counts.get((capture.name, "rows"), 0)
                wrong = listed.problems(capture.name, out, exact and not options.captures
                                        and (backend == BACKENDS[0] or complete))
                totals.update({f"{backend} rows": out.rows, f"{backend} cells": out.cells,
                               f"{backend} filled": out.filled})
                classes.update(out.classes if backend == BACKENDS[0] else {})
                for text in wrong:
                    print(f"  {capture.name}: {backend} {text}")
                examples_show(backend, out, [options.show] if options.show in out.classes else [])
                good = good and not wrong
    for backend in BACKENDS:
        print(f"{backend}: {totals[backend + ' rows']} rows, {totals[backend + ' cells']} cells, "
              f"{totals[backend + ' filled']} of them with a value on a side")
    for name, count in sorted(classes.items()):
        print(f"  {name} ({count}): {listed.reasons.get(name, 'no reason')}")
    return good


def main() -> int:
    options = options_read()
    sys.path.insert(0, options.drivers)
    import external
    import wireshark_rows
    try:
        version = wireshark_rows.tshark_version()
    except external.RequestError as refusal:
        print(f"SKIP: {refusal}")
        return SKIPPED
    exact = version.startswith(LIST_VERSION)
    if not exact:
        print(f"SKIP: numbers of app_listed.tsv: they are of tshark {LIST_VERSION}x, this is "
              f"{version}")
    listed = Listed()
    good = run(options, listed, exact, wireshark_rows.tshark_path(),
               wireshark_rows.tshark_environment())
    if options.write:
        listed.write()
    return 0 if good or options.write else 1


if __name__ == "__main__":
    sys.exit(main())
