#!/usr/bin/env python3
"""`extract --inner`: of a capture whose packets are put into tunnels, the columns in_ and the flows of
features are those of the capture itself.

Usage: test_inner.py PKTBENCH"""

import csv
import io
import os
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../parsers/source"))
from captures import pcap_make, pcap_parse

PKTBENCH = os.path.realpath(sys.argv[1])
ETHERNET, ETHERNET_HEADER, GRE, KEY = 1, 14, 47, 7
PAIRS = (("ip_version", "in_ip_version"), ("ip_proto", "in_ip_proto"), ("ip_ttl", "in_ip_ttl"),
         ("ip_len", "in_ip_len"), ("src", "in_src"), ("dst", "in_dst"), ("src_port", "in_src_port"),
         ("dst_port", "in_dst_port"), ("l4_hlen", "in_l4_hlen"), ("payload_len", "in_payload_len"),
         ("tcp_flags", "in_tcp_flags"))
failures = []


def check(holds, words):
    if not holds:
        failures.append(words)


def run(*arguments, status=0):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True)
    check(done.returncode == status, f"{arguments}: status {done.returncode}: {done.stderr}")
    return done


def rows(*arguments):
    return list(csv.DictReader(io.StringIO(run("extract", *arguments).stdout)))


def wrapped(packet):
    """The IP packet in GRE with a key, in IPv4, in Ethernet; ARP stays as it is."""
    kind, inner = packet[12:14], packet[ETHERNET_HEADER:]
    if kind not in (b"\x08\x00", b"\x86\xdd"):
        return packet
    inner = b"\x20\x00" + kind + KEY.to_bytes(4, "big") + inner
    ip = b"\x45\0" + (20 + len(inner)).to_bytes(2, "big") + bytes([0, 1, 0, 0, 64, GRE, 0, 0])
    return packet[:12] + b"\x08\x00" + ip + bytes([10, 0, 0, 1, 10, 0, 0, 2]) + inner


def captures_make():
    run("gen", "recon", "--size", "300kB", "-o", "plain.pcap")
    with open("plain.pcap", "rb") as file:
        records = pcap_parse(file.read())
    out = []
    for seconds, fraction, _, _, data in records:
        data = wrapped(data)
        out.append((seconds, fraction, len(data), len(data), data))
    with open("tunnel.pcap", "wb") as file:
        file.write(pcap_make(out, link=ETHERNET))
    return len(records)


def check_columns(backend, count):
    plain = rows("plain.pcap")
    inner = rows("tunnel.pcap", "--inner", "--backend", backend)
    check(len(inner) == len(plain) == count, f"{backend}: {len(inner)} of {count} rows")
    for number, (a, b) in enumerate(zip(plain, inner), 1):
        differing = [name for name, other in PAIRS if a[name] != b[other]]
        check(not differing, f"{backend}: packet {number}: {differing}")
        check(b["in_key"] == (str(KEY) if a["ip_version"] else ""), f"{backend}: key of {number}")
        check(not a["ip_version"] or (b["src"], b["dst"]) == ("10.0.0.1", "10.0.0.2"),
              f"{backend}: outer addresses of {number}")


def check_options():
    both = rows("tunnel.pcap", "--inner", "--level", "flows")
    check("stream" in both[0] and "in_src" in both[0], "--inner with flows")
    level = rows("tunnel.pcap", "--level", "inner")
    check("in_src" in level[0] and "stream" not in level[0], "level inner")
    one = rows("tunnel.pcap", "--columns", "in_src,in_key")
    check(list(one[0]) == ["in_src", "in_key"], "--columns in_src,in_key")
    check([row["in_src"] for row in one] == [row["in_src"] for row in level], "in_src alone")
    got = run("extract", "tunnel.pcap", "--inner", "--backend", "read-all", "--level", "frames",
              status=2)
    check("--inner: backend read-all does not fill" in got.stderr, got.stderr)


def check_features():
    names = ("ip_version", "ip_proto", "src", "dst", "src_port", "dst_port")
    words = ("--features", "ciciot-fixed", "--by", "flow", "--window", "1000000s")
    plain, inner = rows("plain.pcap", *words), rows("tunnel.pcap", "--inner", *words)
    outer = rows("tunnel.pcap", *words)
    check(len(plain) > 10 and len(outer) < len(plain), f"{len(plain)} flows, {len(outer)} outside")
    key = [name for name in names if name in plain[0]]
    check(len(key) >= 4, f"columns of a flow: {list(plain[0])[:20]}")
    check([[row[name] for name in key] for row in plain]
          == [[row[name] for name in key] for row in inner], "flows of inner headers")
    none = run("extract", "tunnel.pcap", "--inner", *words, "--format", "none")
    check(none.stdout == "", "--format none")


def main(folder):
    os.chdir(folder)
    count = captures_make()
    for backend in ("raw", "libpcap"):
        check_columns(backend, count)
    check_options()
    check_features()
    for words in failures[:20]:
        print("FAIL:", words, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(main(scratch))
