"""The features of ciciot46 and ciciot39, computed plainly from a capture's bytes by the published
scripts' description: from complete lists, independent of the engine and of the decoders."""

import collections
import math
import struct

NAMES46 = """flow_duration,Header_Length,Protocol Type,Duration,Rate,Srate,Drate,fin_flag_number,
syn_flag_number,rst_flag_number,psh_flag_number,ack_flag_number,ece_flag_number,cwr_flag_number,
ack_count,syn_count,fin_count,urg_count,rst_count,HTTP,HTTPS,DNS,Telnet,SMTP,SSH,IRC,TCP,UDP,DHCP,
ARP,ICMP,IPv,LLC,Tot sum,Min,Max,AVG,Std,Tot size,IAT,Number,Magnitue,Radius,Covariance,Variance,
Weight""".replace("\n", "").split(",")
NAMES39 = """Header_Length,Protocol Type,Time_To_Live,Rate,fin_flag_number,syn_flag_number,
rst_flag_number,psh_flag_number,ack_flag_number,ece_flag_number,cwr_flag_number,ack_count,syn_count,
fin_count,rst_count,HTTP,HTTPS,DNS,Telnet,SMTP,SSH,IRC,TCP,UDP,DHCP,ARP,ICMP,IGMP,IPv,LLC,Tot sum,
Min,Max,AVG,Std,Tot size,IAT,Number,Variance""".replace("\n", "").split(",")

Packet = collections.namedtuple("Packet", "ts captured ethertype frame ip")
Ip = collections.namedtuple("Ip", "proto ttl src dst l4 sport dport flags header")


def records(path):
    """(seconds, bytes) of each packet of a little-endian microsecond pcap file."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:4] == b"\xd4\xc3\xb2\xa1"
    at = 24
    while at < len(data):
        sec, usec, captured, _ = struct.unpack_from("<IIII", data, at)
        yield sec + usec / 1e6, data[at + 16:at + 16 + captured]
        at += 16 + captured


def ipv4(data):
    """The IP packet; None if its header is incomplete."""
    if len(data) < 20 or data[0] >> 4 != 4 or data[0] & 15 < 5:
        return None
    header, total = (data[0] & 15) * 4, struct.unpack_from(">H", data, 2)[0]
    proto, offset = data[9], struct.unpack_from(">H", data, 6)[0] & 0x1FFF
    body = data[header:total] if total else data[header:]
    l4, sport, dport, flags, length = "", 0, 0, 0, 0
    if proto == 6 and offset == 0 and len(body) >= 20 and body[12] >> 4 >= 5:
        l4, length, flags = "tcp", (body[12] >> 4) * 4, body[13]
    elif proto == 17 and offset == 0 and len(body) >= 8:
        l4, length = "udp", 8
    if l4:
        sport, dport = struct.unpack_from(">HH", body)
    return Ip(proto, data[8], data[12:16], data[16:20], l4, sport, dport, flags, length)


def packets(path):
    """All packets. Those that are neither IPv4 nor ARP are not counted: their `frame` is None."""
    for ts, data in records(path):
        at, ethertype = 14, struct.unpack_from(">H", data, 12)[0] if len(data) >= 14 else 0
        while ethertype in (0x8100, 0x88A8) and len(data) >= at + 4:
            ethertype = struct.unpack_from(">H", data, at + 2)[0]
            at += 4
        ip = ipv4(data[at:]) if ethertype == 0x0800 else None
        if ip or ethertype == 0x0806:
            total = struct.unpack_from(">H", data, at + 2)[0] if ip else 0
            frame = min(at + total, len(data)) if total else len(data)
            yield Packet(ts, len(data), ethertype, frame, ip)
        else:
            yield Packet(ts, len(data), ethertype, None, None)


def pieces(path, limit):
    """Split packets as tcpdump -C does, which checks the file's size before it writes."""
    piece, size = [], 24
    for packet in packets(path):
        if limit and size > limit:
            yield piece
            piece, size = [], 24
        size += 16 + packet.captured
        if packet.frame is not None:
            piece.append(packet)
    yield piece


def mean(values):
    return sum(values) / len(values)


def variance_of(values):
    """Population variance."""
    middle = mean(values)
    return mean([(v - middle) ** 2 for v in values])


def layers(p):
    """Columns of both sets: flags and protocols."""
    ip = p.ip
    bit = lambda mask: int(bool(ip and ip.l4 == "tcp" and ip.flags & mask))
    port = lambda l4, *numbers: int(bool(ip and ip.l4 == l4 and
                                         (ip.sport in numbers or ip.dport in numbers)))
    return {
        "fin_flag_number": bit(0x01), "syn_flag_number": bit(0x02), "rst_flag_number": bit(0x04),
        "psh_flag_number": bit(0x08), "ack_flag_number": bit(0x10), "ece_flag_number": bit(0x40),
        "cwr_flag_number": bit(0x80),
        "HTTP": port("tcp", 80), "HTTPS": port("tcp", 443), "DNS": port("udp", 53),
        "Telnet": port("tcp", 23), "SMTP": port("tcp", 25), "SSH": port("tcp", 22),
        "IRC": port("tcp", 194, 6667), "DHCP": port("udp", 67, 68),
        "TCP": int(bool(ip and ip.l4 == "tcp")), "UDP": int(bool(ip and ip.l4 == "udp")),
        "ARP": int(p.ethertype == 0x0806), "ICMP": int(bool(ip and ip.proto == 1)),
        "IGMP": int(bool(ip and ip.proto == 2)), "IPv": int(bool(ip)), "LLC": int(bool(ip)),
        "Protocol Type": ip.proto if ip else 0,
    }


def rows46(piece):
    """One row per packet."""
    flows = {"tcp": {}, "udp": {}}
    seen = {}
    sizes, streams, before, rate = [], [], 0, 0
    for p in piece:
        row = layers(p)
        duration = length = 0
        counts = [0, 0, 0, 0, 0]
        if p.ip and p.ip.l4:
            key = tuple(sorted([(p.ip.src, p.ip.sport), (p.ip.dst, p.ip.dport)]))
            flow = flows[p.ip.l4].setdefault(key, [0, 0, p.ts, p.ts])
            flow[0] += 1
            flow[1] += p.frame
            flow[2] = min(flow[2], p.ts)
            flow[3] = max(flow[3], p.ts)
            length, duration = flow[1], flow[3] - flow[2]
            if p.ip.l4 == "tcp":
                counts = seen.setdefault(key, [0, 0, 0, 0, 0])
                for i, mask in enumerate((0x01, 0x02, 0x04, 0x08, 0x10)):
                    counts[i] += bool(p.ip.flags & mask)
            if duration != 0:
                rate = flow[0] / duration
        sizes.append(p.frame)
        if len(sizes) % 20 == 0:
            iat = p.ts
        else:
            iat = p.ts - before
            streams.append(p.frame)
        before = p.ts
        variance = variance_of(streams)
        row.update({
            "flow_duration": duration, "Header_Length": length,
            "Duration": p.ip.ttl if p.ip else 0, "Rate": rate, "Srate": rate, "Drate": 0,
            "ack_count": counts[0], "syn_count": counts[1], "fin_count": counts[2],
            "urg_count": counts[3], "rst_count": counts[4],
            "Tot sum": sum(sizes), "Min": min(sizes), "Max": max(sizes), "AVG": mean(sizes),
            "Std": math.sqrt(variance_of(sizes)), "Tot size": p.frame, "IAT": iat,
            "Magnitue": math.sqrt(2 * mean(streams)), "Radius": math.sqrt(2 * variance),
            "Covariance": variance, "Variance": int(variance != 0), "Weight": len(streams) ** 2,
        })
        if len(sizes) % 20 == 0:
            sizes, streams = [], []
        row["Number"] = len(sizes)
        yield [row[name] for name in NAMES46]


def features46(path, limit, window):
    for piece in pieces(path, limit):
        rows_of_piece = list(rows46(piece))
        for start in range(0, len(rows_of_piece), window):
            yield [mean(column) for column in zip(*rows_of_piece[start:start + window])]


def window39(window, gaps):
    """One row per window."""
    each = [layers(p) for p in window]
    row = {name: mean([e[name] for e in each]) for name in each[0]}
    total = lambda name: sum(e[name] for e in each)
    often = collections.Counter(e["Protocol Type"] for e in each)
    sizes = [p.captured for p in window]
    n = len(window)
    lasted = max(p.ts for p in window) - min(p.ts for p in window)
    variance = variance_of(sizes) * n / (n - 1) if n > 1 else None
    row.update({
        "Header_Length": mean([p.ip.header if p.ip else 0 for p in window]),
        "Protocol Type": min(k for k, count in often.items() if count == max(often.values())),
        "Time_To_Live": mean([p.ip.ttl if p.ip else 0 for p in window]),
        "Rate": n / lasted if lasted else math.inf,
        "ack_count": total("fin_flag_number"), "syn_count": total("syn_flag_number"),
        "fin_count": total("rst_flag_number"), "rst_count": total("ack_flag_number"),
        "Tot sum": sum(sizes), "Min": min(sizes), "Max": max(sizes), "AVG": mean(sizes),
        "Std": None if variance is None else math.sqrt(variance), "Tot size": mean(sizes),
        "IAT": mean(gaps), "Number": n, "Variance": variance,
    })
    return [row[name] for name in NAMES39]


def features39(path, limit, window):
    for piece in pieces(path, limit):
        gaps = [p.ts - before.ts for before, p in zip(piece, piece[1:])]
        gaps = [0] + gaps if piece else []
        for start in range(0, len(piece), window):
            yield window39(piece[start:start + window], gaps[start:start + window])
