#!/usr/bin/env python3
"""Driver of PyShark: FileCapture with its defaults (PDML), and with JSON."""

from __future__ import annotations

import functools
import os
import sys
from typing import Any, Iterator, Optional

import external
import process
import wireshark_app as app
import wireshark_rows as rows

asyncio: Any = None  # both imported by load(); pyshark imports asyncio
pyshark: Any = None


class PysharkRun(external.Run):
    def __init__(self, path: str, units: dict[int, int], level: str = "dissect",
                 **how: Any) -> None:
        self.level = level
        self.units = units
        preferences = dict(rows.PREFERENCES)
        if level == "app":
            preferences.update(app.PREFERENCES)
            how["custom_parameters"] = list(app.OPTIONS)
        self.capture = pyshark.FileCapture(path, override_prefs=preferences, **how)
        self.packets = iter(self.capture)

    def close(self) -> None:
        self.packets.close()  # ends the tshark process
        self.capture.close()

    def get(self, packet: Any, protocol: str, field: str, occurrence: int) -> Optional[str]:
        raise NotImplementedError

    def cells(self, packet: Any) -> tuple:
        get = functools.partial(self.get, packet)
        try:
            headers = rows.Walk(get, self.units).cells()
        except (AttributeError, ValueError, IndexError):
            headers = rows.NO_CELLS
        cells = rows.frame_cells(get) + headers
        return cells + app.cells(get) if self.level == "app" else cells


class XmlRun(PysharkRun):
    """A layer has all fields of a protocol, and those of nested protocols."""

    def get(self, packet: Any, protocol: str, field: str, occurrence: int) -> Optional[str]:
        if protocol == "frame":
            return packet.frame_info.get_field(field)
        for owner in (protocol.split(".")[0], "ipv6"):  # AH is a layer, or fields of the IPv6 layer
            for layer in packet.get_multiple_layers(owner):
                found = layer.get_field(field)
                every = found.all_fields if found is not None else []
                if occurrence < len(every):
                    # `show` replaces a total length of 0 by the frame's.
                    one = every[occurrence]
                    return f"0x{one.raw_value}" if field == "ip.len" else one.show
                occurrence -= len(every)
        return None


class JsonRun(PysharkRun):
    """A layer has the fields of one protocol; nested protocols are layers inside it."""

    def layers(self, packet: Any, protocol: str) -> Iterator[Any]:
        for layer in packet.get_multiple_layers(protocol):
            yield layer
            yield from layer.duplicate_layers
        for layer in packet.get_multiple_layers("ipv6"):
            nested = layer.get_field(protocol)
            yield from nested if isinstance(nested, list) else [nested]

    def get(self, packet: Any, protocol: str, field: str, occurrence: int) -> Optional[str]:
        layers = iter([packet.frame_info]) if protocol == "frame" else self.layers(packet, protocol)
        try:
            for layer in layers:
                if occurrence == 0:
                    return str(layer.get_field(field))
                occurrence -= 1
        except AttributeError:  # JsonLayer has no such field
            pass
        return None


class PysharkBase(external.Driver):
    package = "pyshark"
    minimum = (0, 6)
    license = "MIT AND GPL-2.0-or-later"
    decoder = "wireshark"
    columns = tuple(name for name in external.FRAMES if name != "link_type") + rows.COLUMNS
    features = {
        "pcapng": "tested",
        "live": "stated: PyShark's README, Reading from a live interface",
        "stream-numbers": "stated: Wireshark Display Filter Reference, tcp.stream and udp.stream",
        "reassembly": "stated: Wireshark User's Guide, Packet Reassembly",
        "application-layers": "stated: Wireshark Display Filter Reference",
    }
    units: dict[int, int] = {}

    def version(self) -> str:
        version = external.package_version("pyshark", self.minimum)
        if sys.version_info >= (3, 14):  # has no asyncio.SafeChildWatcher
            raise external.RequestError(f"pyshark {version} needs a Python before 3.14: set "
                               f"PKTBENCH_PYTHON to one and {external.FIX}")
        return f"{version} ({process.INTERPRETER}, tshark {rows.tshark_version()})"

    def load(self) -> None:
        global asyncio, pyshark
        import asyncio
        import pyshark

    def check(self) -> None:
        self.units, _ = rows.tshark_check()
        os.environ.update(rows.tshark_environment())
        # PyShark starts tshark by this function. tshark must end when this process is killed.
        asyncio.create_subprocess_exec = functools.partial(
            asyncio.create_subprocess_exec, preexec_fn=process.die_with_parent)


class Pyshark(PysharkBase):
    name = "pyshark"
    summary = "PyShark's FileCapture with its defaults: objects from PDML; every run starts tshark"
    levels = {
        "dissect": external.Level(f"FileCapture with its defaults (tshark -T pdml), "
                              f"{rows.PREFERENCES_TEXT}, iterated", PysharkBase.columns),
        "app": external.Level(f"the same with {app.TEXT}; fields of application protocols become "
                              "columns", PysharkBase.columns + app.COLUMNS),
    }

    def open(self, path: str, level: str, columns: bool) -> external.Run:
        return XmlRun(path, self.units, level)


class PysharkJson(PysharkBase):
    name = "pyshark-json"
    summary = "PyShark's FileCapture on tshark's JSON, packets not kept; every run starts tshark"
    levels = {
        "dissect": external.Level(f"FileCapture(use_json=True, keep_packets=False), "
                              f"{rows.PREFERENCES_TEXT}, iterated", PysharkBase.columns),
    }

    def open(self, path: str, level: str, columns: bool) -> external.Run:
        return JsonRun(path, self.units, use_json=True, keep_packets=False)


if __name__ == "__main__":
    external.main(Pyshark(), PysharkJson())
