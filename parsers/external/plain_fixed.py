"""The features of ciciot-fixed, computed plainly from rows of packets: independent of the engine."""

import collections
import math

FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr")
PORTS = {  # of TCP, of UDP
    "http": ({80, 8000, 8080}, set()), "https": ({443, 8443}, {443}), "dns": ({53}, {53, 5353}),
    "telnet": ({23, 2323}, set()), "smtp": ({25, 465, 587}, set()), "ssh": ({22}, set()),
    "irc": ({194, 6667, 6697}, set()), "dhcp": (set(), {67, 68, 546, 547}),
    "mqtt": ({1883, 8883}, set()), "coap": (set(), {5683, 5684}),
}


def mean(values):
    return sum(values) / len(values) if values else None


def variance(values):
    return mean([(v - mean(values)) ** 2 for v in values])


def std(values):
    return math.sqrt(variance(values)) if values else None


class Packet:
    """A row of `pktbench extract`."""

    def __init__(self, cells):
        integer = lambda name: int(cells[name]) if cells[name] else None
        self.ts, self.length = int(cells["ts_ns"]), int(cells["wire_len"])
        self.src, self.dst, self.proto = cells["src"], cells["dst"], integer("ip_proto")
        self.sport, self.dport, self.ttl = cells["src_port"], cells["dst_port"], integer("ip_ttl")
        self.header, self.payload = integer("l4_hlen"), integer("payload_len") or 0
        self.flags = integer("tcp_flags") or 0
        fragment = bool(integer("frag_off")) or bool((integer("ip_flags") or 0) & 1)
        ports = {int(p) for p in (self.sport, self.dport) if p}
        self.kinds = {
            "ipv4": cells["ip_version"] == "4", "ipv6": cells["ip_version"] == "6",
            "arp": cells["eth_type"] == "2054", "tcp": self.proto == 6, "udp": self.proto == 17,
            "icmp": self.proto in (1, 58), "igmp": self.proto == 2, "fragment": fragment,
            "faulty": cells["verdict"] not in ("ok", "fragment", "unsupported"),
        }
        for name, (tcp, udp) in PORTS.items():
            over = tcp if self.proto == 6 else udp if self.proto == 17 else set()
            self.kinds[name] = bool(ports & over)
        self.gap = None  # time since the previous packet of the same key, s
        self.direction_gap = None  # the same, of the same direction
        self.back = False

    def key(self, by):
        """Packets with the same key share a window; None: not counted."""
        if by == "all":
            return "all"
        if not self.src:
            return None
        ends = [(self.src, self.sport), (self.dst, self.dport)]
        if by == "pair":
            return frozenset([self.src, self.dst])
        return frozenset(ends), self.proto


def prepare(packets, by):
    """Set gaps and directions, which do not depend on windows."""
    first, last = {}, {}
    for p in packets:
        key = p.key(by)
        if key is None:
            continue
        if p.src:
            flow = p.key("flow") if by == "all" else key
            ends = (p.src, p.dst) if by == "pair" else (p.src, p.sport, p.dst, p.dport)
            p.back = first.setdefault(flow, ends) != ends
        for name, which in (("gap", (key, None)), ("direction_gap", (key, p.back))):
            if which in last:
                setattr(p, name, max(p.ts - last[which], 0) / 1e9)
            last[which] = p.ts


def measure(window):
    n = len(window)
    seconds = (max(p.ts for p in window) - min(p.ts for p in window)) / 1e9
    lengths = [p.length for p in window]
    directions = [[p.length for p in window if p.back == back] for back in (False, True)]
    gaps = [p.gap for p in window if p.gap is not None]
    direction_gaps = [[p.direction_gap for p in window
                       if p.direction_gap is not None and p.back == back]
                      for back in (False, True)]
    ttls = [p.ttl for p in window if p.ttl is not None]
    row = {
        "packets": n, "bytes": sum(lengths), "duration": seconds,
        "packet_rate": n / seconds if seconds else None,
        "byte_rate": sum(lengths) / seconds if seconds else None,
        "magnitude": math.sqrt((mean(directions[0]) or 0) + (mean(directions[1]) or 0)),
        "radius": math.sqrt((variance(directions[0]) or 0) + (variance(directions[1]) or 0)),
        "variance_ratio": variance(directions[0]) / variance(directions[1])
                          if directions[0] and variance(directions[1]) else None,
        "weight": len(directions[0]) * len(directions[1]),
        "ttl_mean": mean(ttls), "ttl_std": std(ttls),
        "header_len_mean": mean([p.header for p in window if p.header is not None]),
        "payload_bytes": sum(p.payload for p in window),
        "iat_min": min(gaps, default=None), "iat_max": max(gaps, default=None),
        "iat_mean": mean(gaps), "iat_std": std(gaps),
    }
    for name, values in (("len", lengths), ("fwd_len", directions[0]),
                         ("bwd_len", directions[1])):
        row[name + "_min"], row[name + "_max"] = min(values, default=None), max(values, default=None)
        row[name + "_mean"], row[name + "_std"] = mean(values), std(values)
    for name, values, times in (("fwd", directions[0], direction_gaps[0]),
                                ("bwd", directions[1], direction_gaps[1])):
        row[name + "_packets"], row[name + "_bytes"] = len(values), sum(values)
        row[name + "_iat_mean"], row[name + "_iat_std"] = mean(times), std(times)
    for i, flag in enumerate(FLAGS):
        row[flag + "_count"] = sum(p.flags >> i & 1 for p in window)
    for kind in window[0].kinds:
        row[kind] = mean([p.kinds[kind] for p in window])
    return row


def row_of(window):
    """Its values, and its key as text."""
    first = window[0]
    ends = [(first.src, first.sport), (first.dst, first.dport)]
    (src, sport), (dst, dport) = reversed(ends) if first.back else ends
    return measure(window) | {
        "ts_ns": str(first.ts), "src": src, "dst": dst, "src_port": sport, "dst_port": dport,
        "ip_proto": "" if first.proto is None else str(first.proto)}


def windows(packets, by, count, duration):
    """Windows of `count` packets, or of `duration` ns, in the order of their last packets."""
    done = []
    open_now = collections.OrderedDict()

    def end(key):
        done.append(open_now.pop(key))

    start = packets[0].ts if packets else 0
    for p in packets:
        if duration and p.ts >= start + duration:
            while open_now:
                end(next(iter(open_now)))
            start += (p.ts - start) // duration * duration
        key = p.key(by)
        if key is None:
            continue
        open_now.setdefault(key, []).append(p)
        open_now.move_to_end(key)
        if count and len(open_now[key]) == count:
            end(key)
    while open_now:
        end(next(iter(open_now)))
    return done
