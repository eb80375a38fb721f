#!/usr/bin/env python3
"""Stands for data_frames_driver.py, with lists of rows in place of objects of other libraries. Some
ways have a fault.

STUB_FOLDER names a folder for what a way remembers."""

from __future__ import annotations

import csv
import io
import os
import pickle
import subprocess
import time
from typing import Any

import external

COLUMNS = ("ts_ns", "cap_len", "ip_proto", "src", "dst", "src_port", "dst_port", "tcp_flags")
ADDRESSES = ("src", "dst")
SLOW_SECONDS = 0.0005  # a row


def rows_of(path: str) -> list[tuple]:
    done = subprocess.run([os.environ["PKTBENCH_PROGRAM"], "extract", "--format", "csv", "--columns",
                           ",".join(COLUMNS), path], stdout=subprocess.PIPE, text=True, check=True)
    return [tuple(None if not cell else cell if name in ADDRESSES else int(cell)
                  for name, cell in zip(COLUMNS, row))
            for row in list(csv.reader(io.StringIO(done.stdout)))[1:]]


class Rows(external.Run):
    level = "headers"

    def __init__(self, packets: Any) -> None:
        self.packets = iter(packets)

    def cells(self, packet: Any) -> tuple:
        return packet


class Stub(external.Driver):
    """The fault is that of the name."""

    license = "MIT"
    decoder = "stub"
    levels = {"headers": external.Level("rows as a list", COLUMNS)}

    def __init__(self, name: str) -> None:
        self.name = name
        self.summary = name

    def version(self) -> str:
        if self.name == "arrow-pandas":
            raise external.RequestError("no pandas here; run `python3 -m pip install pandas`")
        return "1.0"

    def origin(self) -> str:
        return "upstream"

    def load(self) -> None:
        pass

    def open(self, path: str, level: str, columns: bool) -> Rows:
        rows = rows_of(path)
        if self.name == "csv-pandas":  # it parses once, and never again
            kept = os.path.join(os.environ["STUB_FOLDER"], f"{os.path.basename(path)}.rows")
            if os.path.exists(kept):
                with open(kept, "rb") as file:
                    return Rows(pickle.load(file))
            with open(kept, "wb") as file:
                pickle.dump(rows, file)
        if self.name == "dpkt-pandas":  # a wrong column
            return Rows((*row[:-2], (row[-2] or 0) + 1, row[-1]) for row in rows)
        if self.name == "scapy-pandas" and rows:
            os._exit(3)
        if self.name == "scapy-polars":
            return Rows(time.sleep(SLOW_SECONDS) or row for row in rows)
        return Rows(rows)


if __name__ == "__main__":
    external.main(*(Stub(f"{way}-{kind}") for way in ("read", "arrow", "csv", "dpkt", "scapy")
                    for kind in ("pandas", "polars", "pyarrow")))
