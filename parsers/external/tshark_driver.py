#!/usr/bin/env python3
"""Driver of tshark: its output as fields and as PDML, read through a pipe."""

from __future__ import annotations

import os
import subprocess
import xml.etree.ElementTree as ElementTree
from typing import Iterator, Optional

import external
import process
import wireshark_rows as rows

# Characters that XML 1.0 does not allow, but some versions of tshark write.
NOT_XML = {code: None for code in range(32) if code not in (9, 10, 13)}


class TsharkRun(external.Run):
    def __init__(self, path: str, level: str, units: dict[int, int], options: list[str]) -> None:
        self.path = path
        self.level = level
        self.units = units
        self.messages = process.Messages()
        self.process = subprocess.Popen(
            [rows.tshark_path(), *rows.tshark_options(), "-r", path, *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.messages.write_end,
            env=rows.tshark_environment(), preexec_fn=process.die_with_parent)
        self.messages.started()
        self.ended = False

    def lines(self) -> Iterator[bytes]:
        assert self.process.stdout
        yield from self.process.stdout
        self.ended = True

    def close(self) -> None:
        assert self.process.stdout
        self.process.stdout.close()
        if not self.ended:
            self.process.kill()
        status = self.process.wait()
        if self.ended and status:
            lines = self.messages.lines() or [f"tshark ended with status {status}"]
            raise external.RequestError(lines[-1].replace(self.path, os.path.basename(self.path)))


class FieldsRun(TsharkRun):
    """One line per packet; a cell holds all occurrences of a field."""

    def __init__(self, path: str, level: str, units: dict[int, int],
                 missing: frozenset[str] = frozenset()) -> None:
        options = ["-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,"]
        self.streams = rows.Streams() if level == "flows" else None
        fields = rows.ALL_FIELDS + (rows.STREAM_FIELDS if self.streams else ())
        fields = tuple(name for name in fields if name not in missing)
        self.number = {name: i for i, name in enumerate(fields)}
        for name in fields:
            options += ["-e", name]
        super().__init__(path, level, units, options)
        self.packets = self.lines()

    def getter(self, packet: bytes) -> rows.Get:
        cells = packet.decode(errors="replace").rstrip("\n").split("\t")

        def get(_: str, field: str, occurrence: int) -> Optional[str]:
            at = self.number.get(field)
            if at is None:
                return None  # this tshark does not have the field
            cell = cells[at]
            if occurrence == 0 and "," not in cell:
                return cell
            values = cell.split(",")
            return values[occurrence] if occurrence < len(values) else None

        return get

    def cells(self, packet: bytes) -> tuple:
        get = self.getter(packet)
        walk = rows.Walk(get, self.units)
        try:
            headers = walk.cells()
        except (ValueError, IndexError):
            headers = external.NO_HEADERS
        cells = rows.frame_cells(get) + headers
        return cells + self.streams.cells(get, headers, walk.cut_port) if self.streams else cells


class PdmlRun(TsharkRun):
    """One XML element per packet, of many lines."""

    def __init__(self, path: str, units: dict[int, int], columns: bool) -> None:
        super().__init__(path, "dissect", units, ["-T", "pdml"])
        self.streams = None
        self.packets = self.elements() if columns else self.packet_ends()

    def packet_ends(self) -> Iterator[None]:
        for line in self.lines():
            if line.startswith(b"</packet>"):
                yield None

    def elements(self) -> Iterator[bytes]:
        element: list[bytes] = []
        for line in self.lines():
            if line.startswith(b"<packet>"):
                element = []
            element.append(line)
            if line.startswith(b"</packet>"):
                yield b"".join(element)

    def getter(self, packet: bytes) -> rows.Get:
        try:
            root = ElementTree.fromstring(packet)
        except ElementTree.ParseError:
            text = packet.decode(errors="replace").translate(NOT_XML)
            root = ElementTree.fromstring(text)
        found: dict[str, list[str]] = {}
        for field in root.iter("field"):
            name = field.get("name", "")
            if name in WANTED:
                # `show` replaces a total length of 0 by the frame's.
                shown = f"0x{field.get('value')}" if name == "ip.len" else field.get("show", "")
                found.setdefault(name, []).append(shown)

        def get(_: str, field: str, occurrence: int) -> Optional[str]:
            values = found.get(field, ())
            return values[occurrence] if occurrence < len(values) else None

        return get

    cells = FieldsRun.cells


WANTED = frozenset(rows.ALL_FIELDS)
ALL = rows.ALL_FIELDS + rows.STREAM_FIELDS


class Tshark(external.Driver):
    name = "tshark"
    summary = "tshark's text output, read through a pipe; every run starts tshark"
    license = "GPL-2.0-or-later"
    decoder = "wireshark"
    columns = tuple(name for name in external.FRAMES if name != "link_type") + external.HEADERS
    levels = {
        "headers": external.Level(f"tshark -n -T fields, {len(rows.ALL_FIELDS)} fields, "
                                  f"{rows.PREFERENCES_TEXT}; each line made into columns", columns),
        "flows": external.Level(f"tshark -n -T fields, {len(ALL)} fields with tcp.stream and "
                                f"udp.stream, {rows.PREFERENCES_TEXT}; each line made into columns",
                                columns + external.STREAM),
        "dissect": external.Level(f"tshark -n -T pdml, {rows.PREFERENCES_TEXT}; the XML of each "
                                  "packet made into columns", columns),
    }
    features = {
        "pcapng": "tested",
        "live": "stated: tshark(1)",
        "stream-numbers": "tested",
        "reassembly": "stated: Wireshark User's Guide, Packet Reassembly",
        "application-layers": "stated: Wireshark Display Filter Reference",
    }
    units: dict[int, int] = {}
    missing: frozenset[str] = frozenset()

    def version(self) -> str:
        return rows.tshark_version()

    def origin(self) -> str:
        return rows.tshark_origin()

    def load(self) -> None:
        """Nothing to import. Every run includes the start of tshark."""

    def check(self) -> None:
        self.units, self.missing = rows.tshark_check()

    def open(self, path: str, level: str, columns: bool) -> external.Run:
        if level == "dissect":
            return PdmlRun(path, self.units, columns)
        return FieldsRun(path, level, self.units, self.missing)


if __name__ == "__main__":
    external.main(Tshark())
