#!/usr/bin/env python3
"""The columns of level app of the drivers are those of raw, on generated traffic with all protocols.

Usage: test_app.py PKTBENCH FOLDER_OF_EXTERNAL_PY"""

import csv
import json
import os
import subprocess
import sys
import tempfile

from test_scapy import PYTHONS

PKTBENCH, FOLDER = (os.path.abspath(argument) for argument in sys.argv[1:3])
SKIPPED = 77
# Columns that must be there, and have cells in this capture.
LEAST = {"tshark": ("app_proto", "dns_qry_name", "tls_sni", "http_host", "mqtt_topic",
                    "dhcp_hostname", "coap_uri_path", "arp_op", "arp_src_ip"),
         "pyshark": ("app_proto", "dns_qry_name", "tls_sni", "http_host", "mqtt_topic",
                     "dhcp_hostname", "coap_uri_path"),
         "dpkt": ("dns_qry_name", "dns_a", "tls_sni", "tls_alpn", "http_host", "dhcp_hostname"),
         "scapy": ("dns_qry_name", "dns_a", "tls_sni", "tls_alpn", "http_host", "mqtt_topic",
                   "dhcp_hostname")}


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def driver_rows(backend, capture, folder):
    """None: no Python here has the library, or tshark is missing."""
    to = os.path.join(folder, f"{backend}.csv")
    requests = [{"op": "load"}, {"op": "rows", "slice": capture, "level": "app", "to": to},
                {"op": "prepare", "slice": capture, "level": "app", "columns": True}, {"op": "go"},
                {"op": "digest", "column": "dns_a", "bytes": 4}, {"op": "done"}]
    text = "".join(json.dumps(request) + "\n" for request in requests)
    for python in filter(None, PYTHONS):
        if not os.access(python, os.X_OK):
            continue
        done = subprocess.run([python, os.path.join(FOLDER, f"{backend}_driver.py"), "worker",
                               backend], input=text, capture_output=True, text=True, check=False,
                              env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        reasons = [answer.get("reason", "") for answer in answers]
        if answers and answers[0]["ok"] and not any("cannot be loaded" in r for r in reasons):
            assert all(answer["ok"] for answer in answers), reasons
            return rows_of(to)
    return None


def compare(backend, rows, reference):
    assert len(rows) == len(reference), (backend, len(rows))
    filled = {}
    for packet, (row, wanted) in enumerate(zip(rows, reference), 1):
        for column, cell in row.items():
            filled[column] = filled.get(column, 0) + bool(cell)
            # Scapy takes an encrypted message for a plain one if its first byte is a type.
            is_encrypted = (backend, column) == ("scapy", "tls_hs_type") and not wanted[column]
            if cell != wanted[column] and not is_encrypted:
                raise AssertionError(f"{backend}, packet {packet}, {column}: '{cell}', raw has "
                                     f"'{wanted[column]}'")
    empty = [column for column in LEAST[backend] if not filled.get(column)]
    assert not empty, f"{backend}: no cells in {empty}"


def test_texts():
    sys.path.insert(0, FOLDER)
    from csv_rows import App, Text, cell_number, cell_text
    for data, wanted in ((b"", '""'), (b"a.b", "a.b"), (b'a,"b', '"a,""b"'), (b"\\\0", "\\\\\\x00"),
                         (b"\xc3\xa9\xff", "\u00e9\\xff"), (b"1234", "1234"), (b"::1", "::1")):
        assert cell_text(Text(data)) == wanted, (data, cell_text(Text(data)))
    assert cell_text(App.mdns) == "mdns" and cell_number(App.mdns) == 2


def test_wireshark_texts():
    from wireshark_app import cell, name_text, protocol
    assert name_text("<Root>") == b"" and name_text("<Unknown extended label>") is None
    assert name_text("a\\tb\\001.c") == b"a\tb\x01.c"
    assert cell("http_host", "a.example  ") == b"a.example" and cell("dns_response", "True") == 1
    for chain, wanted in (("eth:ethertype:ip:udp:dns", "dns"), ("eth:ethertype:ip:udp:quic:tls", ""),
                          ("eth:ethertype:ip:icmp:ip:udp:dns", ""), ("eth:ip:gre:ip:udp:dns", ""),
                          ("eth:ethertype:ip:tcp", "")):
        assert protocol(chain.split(":")) == wanted, chain


def main():
    test_texts()
    test_wireshark_texts()
    compared = 0
    with tempfile.TemporaryDirectory() as folder:
        capture, raw = (os.path.join(folder, name) for name in ("capture.pcap", "raw.csv"))
        subprocess.run([PKTBENCH, "gen", "benign-iot", "--size", "1MB", "-o", capture], check=True)
        subprocess.run([PKTBENCH, "extract", capture, "--level", "app", "-o", raw], check=True)
        for backend in LEAST:
            rows = driver_rows(backend, capture, folder)
            if rows is None:
                print(f"SKIP: {backend} is not installed: run `./run setup externals`")
                continue
            compare(backend, rows, rows_of(raw))
            compared += 1
    return 0 if compared else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
