#!/usr/bin/env python3
"""The Scapy driver sees TLS, HTTP and MQTT at level dissect, and none of them at headers.

Usage: test_scapy.py PKTBENCH FOLDER_OF_EXTERNAL_PY"""

import os
import subprocess
import sys
import tempfile

PKTBENCH, FOLDER = (os.path.abspath(argument) for argument in sys.argv[1:3])
CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
PYTHONS = (os.environ.get("PKTBENCH_PYTHON"),
           os.path.join(CACHE, "pktbench", "externals", "bin", "python3"), sys.executable)
LAYERS = """
import sys
import scapy_driver
driver = scapy_driver.Scapy()
driver.load()
for level in "dissect", "headers", "headers", "dissect":
    driver.prepare(level)
    run = driver.open(sys.argv[1], level, False)
    names = {layer.__name__ for packet in run.packets for layer in packet.layers()}
    run.close()
    print(*sorted(names & {"TCP", "DNS", "TLS", "HTTP", "MQTT"}))
"""


def python_with_scapy():
    for python in filter(None, PYTHONS):
        if os.access(python, os.X_OK) and subprocess.run(
                [python, "-c", "import scapy, cryptography"], capture_output=True,
                check=False).returncode == 0:
            return python
    return None


def main():
    python = python_with_scapy()
    if not python:
        print("SKIP: no Python with Scapy and cryptography: run `./run setup externals`")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "capture.pcap")
        subprocess.run([PKTBENCH, "gen", "benign-iot", "--size", "1MB", "-o", capture], check=True)
        done = subprocess.run([python, "-c", LAYERS, capture], capture_output=True, text=True,
                              check=False, env={**os.environ, "PYTHONPATH": FOLDER,
                                                "PYTHONDONTWRITEBYTECODE": "1"})
    whole = "DNS HTTP MQTT TCP TLS"
    wanted = [whole, "TCP", "TCP", whole]
    if done.stdout.splitlines() != wanted:
        print(f"FAIL: layers {done.stdout.splitlines()}, wanted {wanted}\n{done.stderr}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
