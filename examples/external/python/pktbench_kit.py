"""Speaks the protocol of pktbench's external parsers (doc/external-parsers.md), so that a driver only
yields rows: subclass Driver and call serve(). Needs the standard library only."""

import gc
import ipaddress
import json
import os
import sys
import zlib
from array import array

FRAMES = ("ts_ns", "cap_len", "wire_len", "link_type")
HEADERS = FRAMES + (
    "eth_src", "eth_dst", "eth_type", "vlan_id", "ip_version", "ip_proto", "ip_ttl", "ip_tos",
    "ip_len", "ip_id", "ip_flags", "frag_off", "src", "dst", "src_port", "dst_port", "l4_hlen",
    "payload_len", "tcp_flags", "tcp_seq", "tcp_ack", "tcp_window", "icmp_type", "icmp_code")
ARRAY_CODES = {array(code).itemsize: code for code in "BHIQ"}


class Driver:
    """A parser. `columns`: those of the rows at each level, `work`: the calls that it makes."""

    name = summary = version = license = decoder = ""
    work = {"frames": "", "headers": ""}
    columns = {"frames": FRAMES, "headers": HEADERS}

    def load(self):
        """Import the library. Not part of a run."""

    def open(self, path, level):
        """An iterator of the rows of a capture, each a tuple with a cell for each column: a number;
        bytes, of a MAC or IP address; None: the packet does not have it. The run is timed from this
        call to the last row."""
        raise NotImplementedError


def cell_text(cell):
    if cell is None:
        return ""
    if isinstance(cell, bytes):
        return cell.hex(":") if len(cell) == 6 else address_text(cell)
    return str(cell)


def address_text(address):
    """RFC 5952; section 5: an IPv4-mapped address with its IPv4 address."""
    value = ipaddress.ip_address(address)
    mapped = getattr(value, "ipv4_mapped", None)
    return str(value) if mapped is None else f"::ffff:{mapped}"


def cell_number(cell):
    if cell is None:
        return 0
    return int.from_bytes(cell, "big") if isinstance(cell, bytes) else cell


class Worker:
    """Answers requests. It keeps the rows of the last run: pktbench asks for one column of them."""

    def __init__(self, driver):
        self.driver = driver
        self.run = ("", "")  # path, level
        self.rows = []
        self.evicted = b""

    def describe(self):
        driver = self.driver
        return {"protocol": 1, "backend": {
            "name": driver.name, "summary": driver.summary, "version": driver.version,
            "license": driver.license, "decoder": driver.decoder,
            "language": f"Python {sys.version.split()[0]}",
            "levels": {level: {"work": work, "columns": driver.columns[level]}
                       for level, work in driver.work.items()}}}

    def write(self, to, rows):
        count = 0
        with open(to, "w", encoding="ascii", newline="\n") as out:
            out.write(",".join(self.driver.columns[self.run[1]]) + "\n")
            for row in rows:
                out.write(",".join(map(cell_text, row)) + "\n")
                count += 1
        return count

    def digest(self, name, size):
        shown = self.driver.columns[self.run[1]]
        half = name[-3:] if name[-3:] in ("_hi", "_lo") else ""
        index = shown.index(name[:-3] if half else name)
        shift, most = 64 if half == "_hi" else 0, (1 << 8 * size) - 1
        column = array(ARRAY_CODES[size],
                       [cell_number(row[index]) >> shift & most for row in self.rows])
        if sys.byteorder != "little":
            column.byteswap()
        return {"crc32": f"{zlib.crc32(column.tobytes()):08x}"}

    def evict(self, size):
        """Read memory, so that no run finds its data in the processor's caches."""
        if len(self.evicted) != size:
            self.evicted = b"\1" * size
        _ = self.evicted[::64]

    def answer(self, request):
        op = request["op"]
        if op == "describe":
            return self.describe()
        if op == "load":
            self.driver.load()
            return {}
        if op == "empty":
            return {}
        if op == "digest":
            return self.digest(request["column"], request["bytes"])
        if op == "go":
            self.rows = list(self.driver.open(*self.run))
            return {"rows": len(self.rows)}
        if op not in ("rows", "prepare"):
            raise ValueError(f"unknown request: {op}")
        self.run, self.rows = (request["slice"], request["level"]), []
        if op == "rows":
            return {"rows": self.write(request["to"], self.driver.open(*self.run))}
        gc.collect()  # garbage of the last run must not be collected in this one
        self.evict(request["evict_bytes"])
        return {}


def serve(driver):
    """Answer requests until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # standard output is for answers only: a library may print
    worker = Worker(driver)
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "done":
            break
        try:
            reply = {"ok": True, **worker.answer(request)}
        except Exception as error:  # of the library: it fails this request only
            reply = {"ok": False, "reason": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()
