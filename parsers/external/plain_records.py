"""Flow records, computed plainly from rows of packets: independent of the engine. The packets of
each flow are cut into records first; then the records are put in the order in which they end."""

import bisect
import collections

NAMES = ("ts_ns", "src", "dst", "ip_proto", "src_port", "dst_port", "last_ns", "fwd_packets",
         "bwd_packets", "fwd_bytes", "bwd_bytes", "end_reason")
IDLE_NS, ACTIVE_NS = 120 * 10**9, 1800 * 10**9
FIN, RST, ACK = 1, 4, 16

# index: place in the capture; now: time that does not go back.
Packet = collections.namedtuple("Packet", "index now ts length src dst proto sport dport flags")


def packets_of(rows):
    """Packets with IP addresses of rows of `pktbench extract`, and the time at each packet."""
    packets, times = [], []
    for index, cells in enumerate(rows):
        ts = int(cells["ts_ns"])
        times.append(max(ts, times[-1]) if times else ts)
        if cells["src"]:
            packets.append(Packet(index, times[-1], ts, int(cells["wire_len"]), cells["src"],
                                  cells["dst"], cells["ip_proto"], cells["src_port"],
                                  cells["dst_port"], int(cells["tcp_flags"] or 0)))
    return packets, times


def closes(fins, p):
    """How a packet ends its record; None: it does not. fins: by sender that has sent FIN in the
    record, whether the other side has sent ACK since."""
    own, other = (p.src, p.sport), (p.dst, p.dport)
    if p.flags & RST:
        return "rst"
    if p.flags & FIN:
        fins.setdefault(own, False)
    if p.flags & ACK and other in fins:
        fins[other] = True
    return "fin" if len(fins) == 2 and all(fins.values()) else None


def cut(packets, idle, active):
    """Records of the packets of one flow, each with its reason; "": it did not end."""
    record, fins = [], {}
    for p in packets:
        reason = None
        if record and idle and p.now - record[-1].now >= idle:
            reason = "idle"
        elif record and active and p.now - record[0].now >= active:
            reason = "active"
        if reason:
            yield record, reason
            record, fins = [], {}
        record.append(p)
        reason = closes(fins, p)
        if reason:
            yield record, reason
            record, fins = [], {}
    if record:
        yield record, ""


def end_of(record, reason, following, times, idle):
    """Where it ended, and in which order there; the reason."""
    last = record[-1]
    if reason in ("fin", "rst"):
        return (last.index, 2, last.index), reason
    if reason == "active":
        return (following, 1, last.index), reason
    at = bisect.bisect_left(times, last.now + idle) if idle else len(times)
    return ((at, 0, last.index), "idle") if at < len(times) else ((at, 3, last.index), "end")


def row_of(record, reason):
    first = record[0]
    there = [p for p in record if (p.src, p.sport) == (first.src, first.sport)]
    back = [p for p in record if (p.src, p.sport) != (first.src, first.sport)]
    return [str(min(p.ts for p in record)), first.src, first.dst, first.proto, first.sport,
            first.dport, str(max(p.ts for p in record)), str(len(there)), str(len(back)),
            str(sum(p.length for p in there)), str(sum(p.length for p in back)), reason]


def records(rows, idle=IDLE_NS, active=ACTIVE_NS):
    """Rows of records, as texts, of rows of packets (dicts). idle, active: ns; 0: none."""
    packets, times = packets_of(rows)
    flows = collections.defaultdict(list)
    for p in packets:
        ends = sorted([(p.src, p.sport), (p.dst, p.dport)])
        flows[p.proto, *ends[0], *ends[1]].append(p)
    done = []
    for flow in flows.values():
        cuts = list(cut(flow, idle, active))
        after = [part[0].index for part, _ in cuts[1:]] + [None]
        for (record, reason), following in zip(cuts, after):
            place, why = end_of(record, reason, following, times, idle)
            done.append((place, row_of(record, why)))
    return [row for _, row in sorted(done)]
