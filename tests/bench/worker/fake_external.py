"""A driver with a fault that depends on the backend's name; its rows are those of raw."""
import json
import os
import subprocess
import sys
import time

NAME = sys.argv[2]
PKTBENCH = os.environ["FAKE_PKTBENCH"]
COLUMNS = ["ts_ns", "cap_len", "wire_len", "link_type", "present", "src_port", "dst_port"]
SHOWN = [column for column in COLUMNS if column != "present"]


def raw_rows(path):
    done = subprocess.run([PKTBENCH, "extract", path, "--format", "csv"], check=True,
                          capture_output=True, text=True)
    head, *lines = [line.split(",") for line in done.stdout.splitlines()]
    picked = [head.index(column) for column in SHOWN]
    return [[line[i] for i in picked] for line in lines]


def describe():
    if NAME == "scapy":
        return {"ok": False, "reason": "its library is missing"}
    level = {"work": "raw's rows", "columns": COLUMNS}
    return {"ok": True, "backend": {
        "name": NAME, "summary": "fake", "version": "1", "origin": "upstream", "license": "MIT",
        "decoder": "fake", "fork_each_run": False, "features": [], "levels": {"headers": level}}}


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


def sample(request):
    count = len(raw_rows(request["slice"]))
    slow = NAME == "pyshark-json"
    wall = request["runs"] * (count * 5_000_000 if slow else 1_000_000)
    columns = "cw" if request.get("columns") else "w"
    return {"ok": True, "wall_ns": wall, "cpu_ns": wall, "rows": count,
            "checksum": "other" if NAME == "pyshark" and request.get("columns") else columns,
            "peak_rss_bytes": 1 << 20}


def answer(request):
    what = request["op"]
    if what == "describe":
        return describe()
    if what == "load":
        return {"ok": True, "load_ns": 1000}
    if what == "positions":
        return {"ok": True, "part_ns": [1000] * request["parts"]}
    return rows(request) if what == "rows" else sample(request)


for line in sys.stdin:
    if NAME == "tshark" and json.loads(line)["op"] == "rows":
        print("this is no JSON", flush=True)
    else:
        print(json.dumps(answer(json.loads(line))), flush=True)
