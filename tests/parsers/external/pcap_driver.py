"""A driver without a library: it reads pcap records by struct, at level frames."""

import struct

import external


class PcapRun(external.Run):
    level = "frames"

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        self.packets = self.records()

    def records(self):
        at = 24
        while at < len(self.data):
            seconds, microseconds, captured, wire = struct.unpack_from("<4I", self.data, at)
            yield seconds * 10**9 + microseconds * 1000, captured, wire
            at += 16 + captured

    def frame_cells(self, packet):
        return packet

    def close(self):
        self.data = b""


class PcapDriver(external.Driver):
    name, summary, license, decoder = "pcap", "records of a pcap file", "MIT", "none"
    levels = {"frames": external.Level("struct.unpack_from() for every record",
                                       ("ts_ns", "cap_len", "wire_len"))}

    def version(self):
        return "1"

    def origin(self):
        return "upstream"

    def load(self):
        pass

    def open(self, path, level, columns):
        return PcapRun(path)


external.main(PcapDriver())
