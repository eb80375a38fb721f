"""Captures of links and tags before IP, from bytes: a packet of TCP in every kind of framing that
tshark 4.0 knows too. Of 149, PKTAP of older Darwin, it knows only that others may use the number; its
decoder is that of 258."""

from __future__ import annotations

import struct
from typing import Iterator

MACS = "020000000002 020000000001"
IPV4 = "4500 0028 abcd 0000 4006 0000 0a000001 0a000002"
IPV6 = "60000000 0014 06 ff fe800000000000000000000000000001 fe800000000000000000000000000002"
TCP = "9c40 01bb 01020304 05060708 5012 7210 0000 0000"
V4, V6 = IPV4 + TCP, IPV6 + TCP
FCS = "deadbeef"
A1, A2, A3, A4 = (f"02000000000{x}" for x in "abcd")
SNAP4, SNAP6 = "aaaa03 000000 0800", "aaaa03 000000 86dd"


def wlan(control: str, body: str) -> str:
    return f"{control} 0000 {A1}{A2}{A3} 0000 {body}"


SEQUENCE = f"0802 0000 {A1}{A2}{A3} 1020"
AGGREGATE = f"8000 020000000012 020000000011 0030 {SNAP4}{V4}"
FRAMES = (wlan("0800", SNAP4 + V4), wlan("0801", SNAP4 + V4), wlan("0802", SNAP6 + V6),
          wlan("0803", A4 + SNAP4 + V4), wlan("8802", "0000" + SNAP4 + V4),
          wlan("8882", "0000 00000000" + SNAP4 + V4), wlan("8802", AGGREGATE),
          wlan("8803", A4 + "0001 00 1f 01000000" + SNAP4 + V4), wlan("4801", ""),
          wlan("8802", "0000 0000" + SNAP4 + V4), wlan("0802", f"{A1}{A3}0800{V4}"),
          wlan("0842", SNAP4 + V4), wlan("8000", "00" * 12), "d4000000" + A1,
          wlan("0803", A4 + "00 1f 01000000" + SNAP4 + V4),
          wlan("0802", "01 1f 01000000" + A4 + SNAP6 + V6),
          wlan("8803", A4 + "0000 00 1f 01000000" + SNAP4 + V4),
          wlan("0802", "0800" + V4), wlan("0801", "86dd" + V6), wlan("0802", "8847 00064140" + V4),
          f"{SEQUENCE} 1020 {SNAP4}{V4}", f"{SEQUENCE} 2010 {SNAP4}{V4}",
          wlan("0802", f"0000 aabbccdd {A1}{A3} 0800 {V4}"),
          wlan("0802", f"0000 aabbccdd {A1}{A4} 0800 {V4}"))
BARE = "00000800 00000000"
PKTAP = "6c000000 01000000 {} " + "00" * 96
PFLOG = "4002" + "00" * 62
COOKED, COOKED2 = "0000 {} 0006 0200000000010000 {} ", "{1} 0000 00000002 {0} 00 06 0200000000010000 "
ARP = "0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002"


def cooked(header: str) -> tuple[str, ...]:
    return tuple(header.format(device, protocol) + frame for device, protocol, frame in (
        ("0001", "0800", V4), ("0001", "0003", f"{MACS} 0800 {V4}"), ("0200", "0007", f"ff03 0021 {V4}"),
        ("0302", "0019", f"1841 03cc {V4}"), ("0001", "0004", SNAP4 + V4),
        *(("0323", "0019", BARE + frame) for frame in FRAMES if not frame.startswith("d4"))))



TAGS = {
    "cmd": f"{MACS} 8909 0101 0001 0064 0800 {V4}",
    "vn-tag": f"{MACS} 8926 80010002 0800 {V4}",
    "time-tag": f"{MACS} 8988 000000000001 0800 {V4}",
    "arista-64": f"{MACS} d28b 0001 0010 00000001 00000002 0800 {V4}",
    "arista-64-utc": f"{MACS} d28b 0001 0110 00000001 00000002 86dd {V6}",
    "arista-48": f"{MACS} d28b 0001 0020 0001 00000002 0800 {V4}",
    "arista-48-utc": f"{MACS} d28b 0001 0120 0001 00000002 8100 0064 0800 {V4}",
    "arista-unknown": f"{MACS} d28b 0001 0030 0001 00000002 0800 {V4}",
    "gigamon": f"{MACS} 22e5 05 02 02 003c 0800 {V4}",
    "bridged": f"{MACS} 6558 020000000012 020000000011 0800 {V4}",
    "vlan-then-bridged": f"{MACS} 8100 0064 6558 020000000012 020000000011 86dd {V6}",
    "e-tag": f"{MACS} 893f 000000010000 0800 {V4}",
    "r-tag": f"{MACS} f1c1 0000 0001 0800 {V4}",
    "hsr": f"{MACS} 892f 002e 0001 0800 {V4}",
    "i-tag": f"{MACS} 88e7 00000064 020000000012 020000000011 0800 {V4}",
    "jumbo-llc": f"{MACS} 8870 {SNAP4}{V4}",
    "vlan-then-cmd": f"{MACS} 8100 0064 8909 0101 0001 0064 86dd {V6}",
    "cmd-then-vlan": f"{MACS} 8909 0101 0001 0064 8100 0064 0800 {V4}",
    "macsec": f"{MACS} 88e5 0000 00000001 0800 {V4}" + "00" * 16,
    "isl": f"01000c000000 {A1} 0046 aaaa03 020000 000a 0000 0000 {MACS} 0800 {V4}{FCS}",
    "unknown": f"{MACS} 1234 0800 {V4}",
}
LINKS = {
    "token-ring": (6, (f"1040 000000000001 000000000002 {SNAP4}{V4}",)),
    "arcnet-bsd": (7, (f"0102 f0 {V4}", f"0102 d4 00 0001 {V4}", f"0102 c4 00 0001 {V6}")),
    "ppp": (9, (f"ff03 0021 {V4}", f"ff03 0057 {V6}", f"21 {V4}", f"ff03 0281 00064140 {V4}",
                "ff03 c021 01010004", f"0f00 0800 {V4}", f"ff03 0800 {V4}", f"ff03 86dd {V6}")),
    "fddi": (10, (f"51 000000000001 000000000002 {SNAP4}{V4}",)),
    "ppp-hdlc": (50, (f"ff03 0021 {V4}",)),
    "atm": (100, (f"{SNAP4}{V4}", f"aaaa03 0080c2 0007 0000 {MACS} 0800 {V4}")),
    "cisco-hdlc": (104, (f"0f00 0800 {V4}", f"8f00 86dd {V6}", "8f00 8035 00000002")),
    "wlan": (105, FRAMES),
    "frame-relay": (107, (f"1841 03cc {V4}", f"1841 038e {V6}", f"1841 0300 80 000000 0800 {V4}",
                          f"1841 0300 80 0080c2 0007 {MACS} 0800 {V4}", f"1841 0800 {V4}",
                          f"1841 03cf 0021 {V4}", f"1841 03cf 57 {V6}")),
    "pflog": (117, (PFLOG + V4,)),
    "prism": (119, tuple("44000000 90000000" + "00" * 136 + frame for frame in FRAMES)
              + ("00000041 00000090" + "00" * 136 + FRAMES[0],
                 wlan("0802", SNAP4 + V4 + "00" * 150))),
    "sunatm": (123, (f"02 00 0064 {SNAP4}{V4}", f"01 00 0064 0001 {MACS} 0800 {V4}",
                     f"02 00 0064 aaaa03 0080c2 0007 0000 {MACS} 0800 {V4}",
                     f"02 00 0064 aaaa03 0080c2 0001 0000 {MACS} 0800 {V4}" + FCS)),
    "radiotap": (127, tuple(BARE + frame for frame in FRAMES)
                 + ("00000900 02000000 10" + wlan("0802", SNAP4 + V4) + FCS,
                    "00000900 02000000 20" + wlan("8802", "0000 0000" + SNAP4 + V4))),
    "arcnet": (129, (f"0102 0000 f0 {V4}", f"0102 0000 d4 000001 {V4}")),
    "avs": (163, tuple("80211001 00000040" + "00" * 56 + frame for frame in FRAMES)),
    "juniper": (178, (f"4d474300 {MACS} 0800 {V4}",)),
    "juniper-ppp": (179, (f"4d474300 ff03 0021 {V4}", f"4d474380 0004 01020304 ff03 0057 {V6}")),
    "juniper-frame-relay": (180, (f"4d474300 1841 03cc {V4}",)),
    "juniper-hdlc": (181, (f"4d474300 0f00 0800 {V4}",)),
    "ppi": (192, tuple("00000800 69000000" + frame for frame in FRAMES)
            + (f"00000800 01000000 {MACS} 0800 {V4}", "00000800 7f000000" + BARE + FRAMES[0],
               "00000800 71000000" + COOKED.format("0001", "0800") + V4)),
    "erf": (197, (f"0000000000000000 0204 0048 0000 0036 0000 {MACS} 0800 {V4}",)),
    "nflog": (239, (f"02000000 08000100 08000100 2c000900 {V4}",
                    f"07000000 08000100 08000100 2c000900 {V4}",
                    f"03000000 08000100 08060100 20000900 {ARP}",
                    f"02000000 08000100 12340100 2c000900 {V4}", f"02000000 2c000900 {V4}")),
    "ipoib": (242, ("00" * 40 + f"0800 0000 {V4}",)),
    "pktap": (258, (PKTAP.format("01000000") + f"{MACS} 0800 {V4}",
                    PKTAP.format("0c000000") + V6,
                    PKTAP.format("00000000") + f"02000000 {V4}",
                    PKTAP.format("7f000000") + BARE + FRAMES[0],
                    PKTAP.format("71000000") + COOKED.format("0001", "0800") + V4,
                    PKTAP.format("14010000") + COOKED2.format("0001", "86dd") + V6,
                    PKTAP.format("77000000") + FRAMES[0], PKTAP.format("75000000") + PFLOG + V4,
                    PKTAP.format("a3000000") + "80211001 00000040" + "00" * 56 + FRAMES[0],
                    PKTAP.format("ef000000") + f"02000000 2c000900 {V4}")),
}
# Links of which other captures are compared, too.
USUAL = {
    "null": (0, (f"02000000 {V4}", f"0000001c {V6}", f"00020000 {V4}", f"00000200 {V4}",
                 f"00000800 {V4}", f"000086dd {V6}", f"0f000800 {V4}", f"00001234 {V4}",
                 f"ff03 0021 {V4}", f"ff03 57 {V6}")),
    "cooked": (113, cooked(COOKED)),
    "cooked2": (276, cooked(COOKED2)),
}


def capture(link: int, packets: tuple[str, ...]) -> bytes:
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    for hexadecimal in packets:
        data = bytes.fromhex(hexadecimal)
        out += struct.pack("<4I", 0, 0, len(data), len(data)) + data
    return out


def captures() -> Iterator[tuple[str, bytes]]:
    for name, packet in TAGS.items():
        yield f"tag/{name}", capture(1, (packet,))
    for name, (link, packets) in {**USUAL, **LINKS}.items():
        yield f"link/{name}", capture(link, packets)
