"""Signs: what tshark itself reports about a packet. They confirm classes of differences and
verdicts independently of pktbench."""

from __future__ import annotations

import csv
from typing import Iterable

LENGTH, CUT, VERSION, DEEP, DCE = "length", "cut", "version", "deep", "dce"
LATER, LINK, NSH = "later", "link", "nsh"

# Expert items, by field name; present only if tshark found the fault.
ITEMS = {
    LENGTH: ("frame.len_lt_caplen", "eth.len.past_end", "vlan.len.past_end",
             "pppoe.payload_length.bad", "ip.bogus_ip_length", "ip.bogus_header_length",
             "ipv6.plen_exceeds_framing", "tcp.bogus_header_length", "tcp.short_segment",
             "udp.length.bad", "udp.length.bad_zero", "udplite.checksum_coverage.bad"),
    CUT: ("_ws.malformed", "_ws.short"),
    VERSION: ("ip.bogus_ip_version", "ipv6.bogus_ipv6_version", "eth.invalid_lentype.expert"),
}
# Chains of headers, and their limits (parsers/decode/decode.h).
CHAINS = ((("ipv6.hopopts.nxt", "ipv6.routing.nxt", "ipv6.dstopts.nxt", "ipv6.fraghdr.nxt",
            "ah.next_header"), 16), (("mpls.bottom",), 16), (("vlan.id", "ieee8021ad.id"), 8))
# Headers that are not decoded: EtherTypes 0x8903 and 0x894f, as Wireshark calls them.
NOT_DECODED = {DCE: "cfp", NSH: "nsh"}
OFFSETS = ("ip.frag_offset", "ipv6.fraghdr.offset")
# Wireshark's encapsulation numbers (wiretap/wtap.h), and the LINKTYPEs that it maps to them.
LINK_TYPES = {"1": ("1",), "7": ("12", "14", "101"), "15": ("0",), "25": ("113",), "129": ("228",),
              "130": ("229",), "174": ("108",), "210": ("276",),
              # Links other than those of tshark_driver.LINKS.
              "2": ("6",), "4": ("9", "50"), "6": ("10",), "8": ("7",), "9": ("129",),
              "10": ("100",), "13": ("123",), "20": ("105",), "21": ("119",), "23": ("127",),
              "24": ("163",), "26": ("107",), "28": ("104",), "39": ("117",), "83": ("178",),
              "84": ("179",), "85": ("180",), "86": ("181",), "97": ("192",), "98": ("197",),
              "141": ("239",), "171": ("149", "258"), "180": ("242",)}
ENCAPSULATION, CAPTURED, ON_WIRE, PROTOCOLS = ("frame.encap_type", "frame.cap_len", "frame.len",
                                               "frame.protocols")
FIELDS = [ENCAPSULATION, CAPTURED, ON_WIRE, PROTOCOLS, *OFFSETS,
          *(name for names in ITEMS.values() for name in names),
          *(name for names, _ in CHAINS for name in names)]

# The signs that a class, or a verdict, requires. Other classes are assigned by hand, after a look at
# the packets.
OF_CLASS = {"bad-length": {LENGTH}, "cut-header": {CUT}, "not-entered": {DEEP}, "cisco-dce": {DCE},
            "nsh": {NSH}}
OF_VERDICT = {"bad-length": {LENGTH}, "truncated": {CUT, LENGTH}, "cut-by-snaplen": {CUT},
              "bad-value": {VERSION}, "fragment": {LATER}, "unsupported": {DEEP, LINK}}


def of_packet(cells: dict[str, list[str]]) -> frozenset[str]:
    found = {sign for sign, names in ITEMS.items() if any(cells[name] for name in names)}
    if int(cells[CAPTURED][0]) < int(cells[ON_WIRE][0]):
        found.add(CUT)
    if any(sum(len(cells[name]) for name in names) > limit for names, limit in CHAINS):
        found.add(DEEP)
    within = cells[PROTOCOLS][0].split(":") if cells[PROTOCOLS] else []
    found |= {sign for sign, name in NOT_DECODED.items() if name in within}
    if any(int(offset) for name in OFFSETS for offset in cells[name]):
        found.add(LATER)
    if cells[ENCAPSULATION][0] not in LINK_TYPES:
        found.add(LINK)
    return frozenset(found)


def options() -> list[str]:
    words = ["-T", "fields", "-E", "occurrence=a", "-E", "aggregator=;"]
    for name in FIELDS:
        words += ["-e", name]
    return words


def of_lines(lines: Iterable[bytes]) -> list[frozenset[str]]:
    """The signs of every packet, from tshark's output with options()."""
    signs = []
    text = (line.decode(errors="replace") for line in lines)
    for row in csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE):
        cells = {name: cell.split(";") if cell else [] for name, cell in zip(FIELDS, row)}
        if cells[ENCAPSULATION]:  # empty for pcapng records that are not packets
            signs.append(of_packet(cells))
    return signs
