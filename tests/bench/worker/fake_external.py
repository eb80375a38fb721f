"""A driver with a fault that depends on the backend's name; its rows are those of raw."""
import json
import os
import resource
import subprocess
import sys
import time
import zlib

NAME = sys.argv[2]
PKTBENCH = os.environ["FAKE_PKTBENCH"]
COLUMNS = ["ts_ns", "cap_len", "wire_len", "link_type", "present", "src_port", "dst_port"]
# Some columns are equal in all runs: with this many, others are drawn too.
WARM_UP = 5
SHOWN = [column for column in COLUMNS if column != "present"]


def raw_rows(path):
    done = subprocess.run([PKTBENCH, "extract", path, "--format", "csv"], check=True,
                          capture_output=True, text=True)
    head, *lines = [line.split(",") for line in done.stdout.splitlines()]
    picked = [head.index(column) for column in SHOWN]
    return [[line[i] for i in picked] for line in lines]


def unlimited():
    """Which limit of external programs (SECURITY.md) is missing; None if they are there."""
    with open("/proc/self/status", encoding="ascii") as status:
        if "NoNewPrivs:\t1\n" not in status.readlines():
            return "no_new_privs"
    if not 0 < resource.getrlimit(resource.RLIMIT_FSIZE)[1] <= 1 << 30:
        return "size of files"
    return None if os.getpgrp() == os.getppid() == os.getsid(0) else "process group"


def describe():
    if unlimited():
        return {"ok": False, "reason": f"it has no limit: {unlimited()}"}
    if NAME == "scapy":
        return {"ok": False, "reason": "its library is missing"}
    level = {"work": "raw's rows", "columns": COLUMNS}
    return {"ok": True, "protocol": 1, "backend": {
        "name": NAME, "summary": "fake", "version": "1", "origin": "upstream", "license": "MIT",
        "decoder": "fake", "parse_alone": True, "features": [], "levels": {"headers": level},
        "warm_up": WARM_UP if NAME == "pyshark" else 0}}


def rows(request):
    found = raw_rows(request["slice"])
    if NAME == "dpkt":
        found.pop()
    if NAME == "scapy-rdpcap":
        time.sleep(3600)
    with open(request["to"], "w", encoding="ascii") as out:
        for cells in [SHOWN] + found:
            out.write(",".join(cells) + "\n")
    return {"ok": True, "rows": len(found), "checksum": "w", "columns_checksum": "cw"}


# Of the last request `prepare`; the rows of the last run, and of the first one.
prepared, kept, first = {}, [], []


def go():
    """pyshark gives the rows of its first run again; pyshark-json takes 1 ms per packet."""
    global kept, first
    found = raw_rows(prepared["slice"])
    first = first or found
    kept = first if NAME == "pyshark" else found
    if NAME == "pyshark-json":
        time.sleep(len(kept) * 1e-3)
    return {"ok": True, "rows": len(kept), "checksum": "cw" if prepared.get("columns") else "w",
            "peak_rss_bytes": 1 << 20}


def digest(request):
    index, size = SHOWN.index(request["column"]), request["bytes"]
    cells = (int(row[index] or 0) for row in kept)
    return {"ok": True, "crc32": f"{zlib.crc32(b''.join(c.to_bytes(size, 'little') for c in cells)):08x}"}


def answer(request):
    global prepared
    what = request["op"]
    if what == "describe":
        return describe()
    if what == "prepare":
        prepared = request
    answers = {"load": {"ok": True, "load_ns": 1000}, "empty": {"ok": True}, "prepare": {"ok": True}}
    if what in answers:
        return answers[what]
    if what == "positions":
        return {"ok": True, "part_ns": [1000] * request["parts"]}
    if what == "digest":
        return digest(request)
    return go() if what == "go" else rows(request)


for line in sys.stdin:
    if NAME == "tshark" and json.loads(line)["op"] == "rows":
        print("this is no JSON", flush=True)
    else:
        print(json.dumps(answer(json.loads(line))), flush=True)
