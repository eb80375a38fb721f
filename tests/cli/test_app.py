"""Level app of `pktbench extract`: Wireshark's names, columns of several levels, every format, texts of
the greatest length.

Usage: test_app.py PKTBENCH"""

import csv
import json
import os
import struct
import subprocess
import sys
import tempfile

PKTBENCH = os.path.realpath(sys.argv[1])
READERS = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")),
                       "pktbench/readers/bin/python3")
BACKENDS = ("raw", "libpcap")
PACKETS = 700
NAME, ALPN = b"n" * 1024, b"p" * 255


def run(*arguments, status=0):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    return done


def extract(capture, *arguments):
    return run("extract", capture, *arguments, "-o", "-").stdout


def test_names():
    """Wireshark's names give our columns; a column of another level brings its work with it."""
    ours = "packet,src,dst_port,dns_qry_name,tls_sni,stream"
    theirs = ("packet,ip.src,tcp.dstport,dns.qry.name,tls.handshake.extensions_server_name,"
              "udp.stream")
    text = extract("c.pcap", "--columns", ours)
    for backend in BACKENDS:
        assert extract("c.pcap", "--backend", backend, "--columns", theirs) == text
    rows = list(csv.DictReader(text.splitlines()))
    assert list(rows[0]) == ours.split(",")
    with open("c.csv", encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    assert len(rows) == len(truth) > 1000
    for row, wanted in zip(rows, truth):
        assert all(row[name] == wanted[name] for name in ours.split(",")[1:]), (row, wanted)
    assert any(row["dns_qry_name"] for row in rows) and any(row["tls_sni"] for row in rows)
    run("extract", "c.pcap", "--columns", "dns.qry.nam", status=2)
    listed = {c["name"]: c for c in json.loads(run("list", "columns", "--format", "json").stdout)}
    assert listed["dns_qry_name"]["wireshark"] == ["dns.qry.name"]
    assert "tls.handshake.extensions_server_name" in run("list", "columns").stdout


def test_truth():
    """Every cell of the level is that of the generator."""
    with open("c.csv", encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    for backend in BACKENDS:
        rows = list(csv.DictReader(extract("c.pcap", "--backend", backend, "--level",
                                           "app").splitlines()))
        for packet, (row, wanted) in enumerate(zip(rows, truth), 1):
            assert all(wanted[name] == cell for name, cell in row.items()), (packet, row, wanted)
        filled = {name for row in rows for name, cell in row.items() if cell}
        assert set(rows[0]) == filled | {"vlan_id"}, set(rows[0]) - filled


def test_formats():
    for form in "arrow", "parquet":
        for backend in BACKENDS:
            run("extract", "c.pcap", "--backend", backend, "--level", "app", "--format", form, "-o",
                f"{backend}.{form}")
        with open(f"raw.{form}", "rb") as one, open(f"libpcap.{form}", "rb") as other:
            assert one.read() == other.read(), form
    if not os.access(READERS, os.X_OK):
        print("SKIP: values of Arrow and Parquet: pyarrow is not installed")
        return
    code = ("import csv,pyarrow as pa,pyarrow.parquet as pq\n"
            "rows=list(csv.DictReader(open('c.csv')))\n"
            "for t in pa.ipc.open_stream('raw.arrow').read_all(), pq.read_table('raw.parquet'):\n"
            "  for name in t.column_names:\n"
            "    if name not in rows[0]: continue\n"
            "    got=['' if v is None else str(v) for v in t[name].to_pylist()]\n"
            "    assert got==[r[name] for r in rows], name\n"
            "  assert str(t.schema.field('tls_sni').type)=='string'\n")
    subprocess.run([READERS, "-c", code], check=True)


def extension(number, data):
    return struct.pack(">HH", number, len(data)) + data


def hello(packet):
    """A client hello whose texts have the greatest length."""
    name = NAME[:-4] + b"%04d" % packet
    body = extension(0, struct.pack(">HBH", len(name) + 3, 0, len(name)) + name)
    body += extension(16, struct.pack(">HB", len(ALPN) + 1, len(ALPN)) + ALPN)
    body = bytes((3, 3)) + bytes(32) + b"\0\0\2\x13\1\1\0" + struct.pack(">H", len(body)) + body
    message = b"\1" + struct.pack(">I", len(body))[1:] + body
    return b"\x16\3\1" + struct.pack(">H", len(message)) + message


def long_capture(path):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))
        for packet in range(PACKETS):
            tcp = struct.pack(">HHIIBBHHH", 40000, 443, 1, 1, 0x50, 0x18, 1000, 0, 0) + hello(packet)
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), packet, 0, 64, 6, 0,
                             bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2)))
            file.write(struct.pack("<IIII", packet, 0, 20 + len(tcp), 20 + len(tcp)) + ip + tcp)


def test_longest():
    """A batch ends before its arena is full: no value is lost."""
    long_capture("long.pcap")
    for backend in BACKENDS:
        rows = list(csv.DictReader(extract("long.pcap", "--backend", backend, "--columns",
                                           "tls_sni,tls_alpn,app_part,stream").splitlines()))
        assert len(rows) == PACKETS
        for packet, row in enumerate(rows):
            assert row == {"tls_sni": (NAME[:-4] + b"%04d" % packet).decode(), "stream": "0",
                           "tls_alpn": ALPN.decode(), "app_part": "0"}, (backend, packet)


def test_verify():
    """The rows of both levels are in the reference: no cell of them is left out."""
    done = run("verify", "c.pcap", "--backends", "libpcap", "--levels", "app,flows", "--reference",
               "raw", "--format", "json", status=1)  # the decoder is the same: unchecked
    entry = json.loads(done.stdout)
    for checked in (entry[0] if isinstance(entry, list) else entry)["runs"]:
        found = checked["agreement"]
        columns = {"app": 52, "flows": 34}[checked["level"]]
        assert found["cells_compared"] == columns * found["rows_compared"] > 0, checked
        assert found["cells_different"] == 0, checked


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run("gen", "benign-iot", "--size", "2000000", "-o", "c.pcap", "--truth", "c.csv")
        test_names()
        test_truth()
        test_formats()
        test_longest()
        test_verify()


if __name__ == "__main__":
    main()
