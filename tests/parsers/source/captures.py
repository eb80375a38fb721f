"""Capture files made by hand: pcap and pcapng in every byte order, resolution and block type."""

import struct


def pcap_parse(data):
    """(seconds, fraction, captured, original, bytes) of every record; little-endian, microseconds."""
    at, out = 24, []
    while at < len(data):
        seconds, fraction, captured, original = struct.unpack_from("<4I", data, at)
        out.append((seconds, fraction, captured, original, data[at + 16 : at + 16 + captured]))
        at += 16 + captured
    return out


def pcap_make(records, order="<", magic=0xA1B2C3D4, minor=4, snaplen=0, link=1, scale=1):
    out = struct.pack(order + "IHHIIII", magic, 2, minor, 0, 0, snaplen, link)
    for seconds, fraction, captured, original, data in records:
        lengths = (original, captured) if minor < 3 else (captured, original)
        out += struct.pack(order + "4I", seconds, fraction * scale, *lengths)
        if magic == 0xA1B2CD34:
            out += struct.pack(order + "IHBB", 1, 0x800, 0, 0)
        out += data
    return out


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    total = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + total + body + total


def section(order):
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order, resolution=6, offset=0, snaplen=0, link=1):
    options = struct.pack(order + "HHBxxx", 9, 1, resolution)
    options += struct.pack(order + "HHq", 14, 8, offset) + bytes(4)
    return block(order, 1, struct.pack(order + "HHI", link, 0, snaplen) + options)


def units(resolution, offset, record):
    seconds, microseconds = record[0] - offset, record[1]
    base = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    # Rounded up: the first unit that is not before the record's time.
    return -(-(seconds * 10**6 + microseconds) * base // 10**6)


def enhanced(order, record, number=0, resolution=6, offset=0):
    stamp = units(resolution, offset, record)
    return block(
        order, 6, struct.pack(order + "5I", number, stamp >> 32, stamp & 0xFFFFFFFF, *record[2:4]) + record[4]
    )


def obsolete(order, record):
    stamp = units(6, 0, record)
    return block(
        order, 2, struct.pack(order + "HH4I", 0, 7, stamp >> 32, stamp & 0xFFFFFFFF, *record[2:4]) + record[4]
    )


def other_blocks(order):
    """Blocks that are not packets: name resolution, statistics, custom, unknown."""
    return b"".join(block(order, kind, b"\1\2\3\4\5\6\7\10") for kind in (4, 5, 0xBAD, 0x40000BAD, 10, 0x7777))


def pcapng_variants(records):
    for order, name in (("<", "le"), (">", "be")):
        head = section(order)
        yield f"{name}-us", head + interface(order) + b"".join(enhanced(order, r) for r in records)
        yield f"{name}-ns", head + interface(order, 9) + b"".join(enhanced(order, r, 0, 9) for r in records)
        # Units below a nanosecond, which the reader rounds down.
        yield f"{name}-ps", head + interface(order, 12, 1667000000) + b"".join(
            enhanced(order, r, 0, 12, 1667000000) for r in records
        )
        yield f"{name}-2^-32", head + interface(order, 0xA0) + b"".join(
            enhanced(order, r, 0, 0xA0) for r in records
        )
        yield f"{name}-offset", head + interface(order, 6, -3600) + b"".join(
            enhanced(order, r, 0, 6, -3600) for r in records
        )
        yield f"{name}-obsolete", head + interface(order) + b"".join(obsolete(order, r) for r in records)
        yield f"{name}-other-blocks", other_blocks(order).join(
            [head, interface(order), *(enhanced(order, r) for r in records), b""]
        )
        yield f"{name}-interfaces", head + b"".join(interface(order, n) for n in (6, 9, 8)) + b"".join(
            enhanced(order, r, i % 3, (6, 9, 8)[i % 3]) for i, r in enumerate(records)
        )
    sections = b""
    for i in range(0, len(records), 7):
        order = "<>"[i // 7 % 2]
        sections += section(order) + interface(order)
        sections += b"".join(enhanced(order, r) for r in records[i : i + 7])
    yield "sections-of-both-orders", sections
