//! A driver of etherparse and pcap-parser for pktbench: pcap-parser reads the capture, and
//! etherparse's header slices decode in place. MPLS, PPPoE and LLC are not in etherparse: this file
//! has a few lines for each.

mod kit;
mod row;

use etherparse::{
    Ethernet2HeaderSlice, Icmpv4Slice, Icmpv6Slice, IpAuthHeaderSlice, IpNumber, Ipv4HeaderSlice,
    Ipv6FragmentHeaderSlice, Ipv6HeaderSlice, Ipv6RawExtHeaderSlice, SingleVlanHeaderSlice,
    TcpHeaderSlice, UdpHeaderSlice,
};
use pcap_parser::traits::PcapReaderIterator;
use pcap_parser::{create_reader, Block, PcapBlockOwned, PcapError};
use row::*;
use std::fs::File;

const BUFFER: usize = 1 << 20;

/// What pcapng says about an interface, or pcap about all packets.
#[derive(Clone, Copy)]
struct Interface {
    link_type: u16,
    resolution: u64, // units in a second
    offset_s: i64,
}

struct Capture {
    reader: Box<dyn PcapReaderIterator + Send>,
    interfaces: Vec<Interface>,
    headers: bool,
}

fn open(path: &str, headers: bool) -> Result<Box<dyn kit::Source>, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let reader = create_reader(BUFFER, file).map_err(|e| format!("{e:?}"))?;
    Ok(Box::new(Capture {
        reader,
        interfaces: Vec::new(),
        headers,
    }))
}

impl Interface {
    fn nanoseconds(&self, units: u64) -> i64 {
        const SECOND: u64 = 1_000_000_000;
        let part = (units % self.resolution) as u128 * SECOND as u128 / self.resolution as u128;
        (units / self.resolution * SECOND + part as u64) as i64 + self.offset_s * SECOND as i64
    }
}

fn frame(r: &mut Row, interface: &Interface, ts_ns: i64, lengths: (u32, u32)) {
    r.ts_ns = ts_ns;
    r.cap_len = lengths.0;
    r.wire_len = lengths.1;
    r.link_type = interface.link_type;
}

/// true: the block is a packet, and the row is filled.
fn block(
    interfaces: &mut Vec<Interface>,
    block: PcapBlockOwned,
    headers: bool,
    r: &mut Row,
) -> Result<bool, String> {
    let unknown = || "a packet names an interface that was not described".to_string();
    let data = match &block {
        PcapBlockOwned::LegacyHeader(header) => {
            let resolution = if header.is_nanosecond_precision() {
                1_000_000_000
            } else {
                1_000_000
            };
            let link_type = header.network.0 as u16;
            interfaces.push(Interface {
                link_type,
                resolution,
                offset_s: 0,
            });
            return Ok(false);
        }
        PcapBlockOwned::Legacy(packet) => {
            let i = interfaces.first().ok_or_else(unknown)?;
            let unit = 1_000_000_000 / i.resolution as i64;
            let ts_ns = packet.ts_sec as i64 * 1_000_000_000 + packet.ts_usec as i64 * unit;
            frame(r, i, ts_ns, (packet.caplen, packet.origlen));
            packet.data
        }
        PcapBlockOwned::NG(Block::SectionHeader(_)) => {
            interfaces.clear();
            return Ok(false);
        }
        PcapBlockOwned::NG(Block::InterfaceDescription(described)) => {
            interfaces.push(Interface {
                link_type: described.linktype.0 as u16,
                resolution: described
                    .ts_resolution()
                    .ok_or("a time resolution is unknown")?,
                offset_s: described.ts_offset(),
            });
            return Ok(false);
        }
        PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
            let i = interfaces.get(packet.if_id as usize).ok_or_else(unknown)?;
            let ts_ns = i.nanoseconds((packet.ts_high as u64) << 32 | packet.ts_low as u64);
            frame(r, i, ts_ns, (packet.caplen, packet.origlen));
            packet.data
        }
        PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
            let i = interfaces.first().ok_or_else(unknown)?;
            frame(r, i, 0, (packet.data.len() as u32, packet.origlen));
            packet.data
        }
        _ => return Ok(false),
    };
    if headers && r.cap_len <= r.wire_len {
        let captured = &data[..data.len().min(r.cap_len as usize)];
        decode(r, captured, r.wire_len as usize);
    }
    Ok(true)
}

impl kit::Source for Capture {
    fn next(&mut self, r: &mut Row) -> Result<bool, String> {
        loop {
            match self.reader.next() {
                Ok((size, found)) => {
                    let is_packet = block(&mut self.interfaces, found, self.headers, r)?;
                    self.reader.consume(size);
                    if is_packet {
                        return Ok(true);
                    }
                }
                Err(PcapError::Eof) => return Ok(false),
                Err(PcapError::Incomplete(_)) => {
                    self.reader.refill().map_err(|e| format!("{e:?}"))?
                }
                Err(e) => return Err(format!("{e:?}").chars().take(200).collect()),
            }
        }
    }
}

fn be16(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[0], bytes[1]])
}

fn be48(b: [u8; 6]) -> u64 {
    u64::from_be_bytes([0, 0, b[0], b[1], b[2], b[3], b[4], b[5]])
}

fn halves(address: [u8; 16]) -> [u64; 2] {
    let number = u128::from_be_bytes(address);
    [(number >> 64) as u64, number as u64]
}

/// The end of the decoding: a header is not there, or has no columns. The row keeps what it has.
type Step = Option<()>;

/// `wire`: bytes of the packet on the wire from `data` on; fewer may have been captured.
fn decode(r: &mut Row, data: &[u8], wire: usize) {
    let _ = match r.link_type {
        1 => ethernet(r, data, wire),
        12 | 14 | 101 | 228 | 229 => ip(r, data, wire),
        _ => None,
    };
}

fn ethernet(r: &mut Row, data: &[u8], wire: usize) -> Step {
    const TAGS: [u16; 3] = [0x8100, 0x88a8, 0x9100];
    let header = Ethernet2HeaderSlice::from_slice(data).ok()?;
    r.has |= HAS_LINK;
    r.eth_src = be48(header.source());
    r.eth_dst = be48(header.destination());
    let mut kind = header.ether_type().0;
    let mut rest = &data[14..];
    let mut wire = wire - 14;
    while TAGS.contains(&kind) {
        r.eth_type = kind;
        let tag = SingleVlanHeaderSlice::from_slice(rest).ok()?;
        if r.has & HAS_VLAN == 0 {
            r.has |= HAS_VLAN;
            r.vlan_id = tag.vlan_identifier().value();
        }
        kind = tag.ether_type().0;
        rest = &rest[4..];
        wire -= 4;
    }
    r.eth_type = if kind < 0x0600 { 0 } else { kind };
    match kind {
        0x0800 | 0x86dd => ip(r, rest, wire),
        0x8847 | 0x8848 => mpls(r, rest, wire),
        0x8864 => pppoe(r, rest, wire),
        length if length < 0x0600 => logical_link(r, rest, length.into()),
        _ => None,
    }
}

fn mpls(r: &mut Row, mut data: &[u8], mut wire: usize) -> Step {
    loop {
        let last = data.get(..4)?[2] & 1 != 0;
        data = &data[4..];
        wire -= 4;
        if last {
            return ip(r, data, wire);
        }
    }
}

/// RFC 2516: version and type, code, session(2), length(2), then the protocol of PPP.
fn pppoe(r: &mut Row, data: &[u8], wire: usize) -> Step {
    match be16(data.get(6..8)?) {
        0x0021 | 0x0057 => ip(r, &data[8..], wire - 8),
        0x0281 => mpls(r, &data[8..], wire - 8),
        _ => None,
    }
}

/// IEEE 802.2 with SNAP: aa aa 03, organization(3), EtherType.
fn logical_link(r: &mut Row, data: &[u8], length: usize) -> Step {
    if data.get(..3)? != [0xaa, 0xaa, 0x03] {
        return None;
    }
    match be16(data.get(6..8)?) {
        0x0800 | 0x86dd => ip(r, &data[8..], length.checked_sub(8)?),
        _ => None,
    }
}

fn ip(r: &mut Row, data: &[u8], wire: usize) -> Step {
    match data.first()? >> 4 {
        4 => ipv4(r, data, wire),
        6 => ipv6(r, data, wire),
        _ => None,
    }
}

fn ipv4(r: &mut Row, data: &[u8], wire: usize) -> Step {
    let ip = Ipv4HeaderSlice::from_slice(data).ok()?;
    r.has |= HAS_IP | HAS_FRAG;
    r.ip_version = 4;
    r.ip_proto = ip.protocol().0;
    r.ip_ttl = ip.ttl();
    r.ip_tos = ip.dcp().value() << 2 | ip.ecn().value();
    r.ip_len = ip.total_len().into();
    r.ip_id = ip.identification().into();
    r.ip_flags = (ip.dont_fragment() as u8) << 1 | ip.more_fragments() as u8;
    r.frag_off = ip.fragments_offset().value() * 8;
    r.src[1] = u32::from_be_bytes(ip.source()).into();
    r.dst[1] = u32::from_be_bytes(ip.destination()).into();
    // 0 with segmentation offload
    let total = if ip.total_len() == 0 {
        wire
    } else {
        ip.total_len().into()
    };
    if total > wire || r.frag_off != 0 {
        return None;
    }
    let mut left = total.checked_sub(ip.slice().len())?;
    let mut rest = &data[ip.slice().len()..data.len().min(total)];
    let mut protocol = ip.protocol();
    while protocol == IpNumber::AUTHENTICATION_HEADER {
        let header = IpAuthHeaderSlice::from_slice(rest).ok()?;
        protocol = header.next_header();
        rest = &rest[header.slice().len()..];
        left = left.checked_sub(header.slice().len())?;
        r.ip_proto = protocol.0;
    }
    transport(r, protocol, rest, left)
}

fn ipv6(r: &mut Row, data: &[u8], wire: usize) -> Step {
    let ip = Ipv6HeaderSlice::from_slice(data).ok()?;
    r.has |= HAS_IP;
    r.ip_version = 6;
    r.ip_proto = ip.next_header().0;
    r.ip_ttl = ip.hop_limit();
    r.ip_tos = ip.traffic_class();
    r.ip_len = 40 + ip.payload_length() as u32;
    r.src = halves(ip.source());
    r.dst = halves(ip.destination());
    // 0: a jumbogram, or segmentation offload
    let left = if ip.payload_length() == 0 {
        wire - 40
    } else {
        ip.payload_length().into()
    };
    if left > wire - 40 {
        return None;
    }
    extensions(
        r,
        ip.next_header(),
        &data[40..data.len().min(40 + left)],
        left,
    )
}

fn extensions(r: &mut Row, mut next: IpNumber, mut rest: &[u8], mut left: usize) -> Step {
    loop {
        let (size, after) = match next {
            IpNumber::IPV6_HEADER_HOP_BY_HOP
            | IpNumber::IPV6_ROUTE_HEADER
            | IpNumber::IPV6_DESTINATION_OPTIONS => {
                let header = Ipv6RawExtHeaderSlice::from_slice(rest).ok()?;
                (header.slice().len(), header.next_header())
            }
            IpNumber::AUTHENTICATION_HEADER => {
                let header = IpAuthHeaderSlice::from_slice(rest).ok()?;
                (header.slice().len(), header.next_header())
            }
            IpNumber::IPV6_FRAGMENTATION_HEADER => {
                let header = Ipv6FragmentHeaderSlice::from_slice(rest).ok()?;
                r.has |= HAS_FRAG;
                r.ip_id = header.identification();
                r.ip_flags = header.more_fragments() as u8;
                r.frag_off = header.fragment_offset().value() * 8;
                (header.slice().len(), header.next_header())
            }
            _ => return transport(r, next, rest, left),
        };
        next = after;
        r.ip_proto = next.0;
        rest = &rest[size..];
        left = left.checked_sub(size)?;
        if r.frag_off != 0 {
            return None;
        }
    }
}

/// `left`: bytes of the datagram from here on, by the IP header.
fn transport(r: &mut Row, protocol: IpNumber, data: &[u8], left: usize) -> Step {
    const UDP_LITE: u8 = 136;
    match protocol {
        IpNumber::TCP => tcp(r, data, left),
        IpNumber::UDP | IpNumber(UDP_LITE) => {
            let header = UdpHeaderSlice::from_slice(data).ok()?;
            r.has |= HAS_PORTS;
            r.src_port = header.source_port();
            r.dst_port = header.destination_port();
            lengths(r, 8, left)
        }
        IpNumber::ICMP if r.ip_version == 4 => {
            let message = Icmpv4Slice::from_slice(data).ok()?;
            icmp(r, message.type_u8(), message.code_u8(), 8, left)
        }
        // RFC 4286 section 5: some messages have 4 bytes, for which etherparse has no slice.
        IpNumber::IPV6_ICMP if r.ip_version == 6 && (4..8).contains(&left) => {
            icmp(r, *data.first()?, *data.get(1)?, 4, left)
        }
        IpNumber::IPV6_ICMP if r.ip_version == 6 => {
            let message = Icmpv6Slice::from_slice(data).ok()?;
            icmp(r, message.type_u8(), message.code_u8(), 8, left)
        }
        _ => None,
    }
}

fn tcp(r: &mut Row, data: &[u8], left: usize) -> Step {
    let header = TcpHeaderSlice::from_slice(data).ok()?;
    r.has |= HAS_PORTS | HAS_TCP;
    r.src_port = header.source_port();
    r.dst_port = header.destination_port();
    r.tcp_seq = header.sequence_number();
    r.tcp_ack = header.acknowledgment_number();
    r.tcp_flags = be16(&header.slice()[12..]) & 0x0fff; // 12 bits, of which it has names for 9
    r.tcp_window = header.window_size();
    lengths(r, header.data_offset() * 4, left)
}

fn icmp(r: &mut Row, kind: u8, code: u8, header: u8, left: usize) -> Step {
    r.has |= HAS_ICMP;
    r.icmp_type = kind;
    r.icmp_code = code;
    lengths(r, header, left)
}

fn lengths(r: &mut Row, header: u8, left: usize) -> Step {
    r.has |= HAS_L4;
    r.l4_hlen = header;
    r.payload_len = left.saturating_sub(header.into()) as u32;
    Some(())
}

fn main() {
    kit::serve(kit::Driver {
        name: "etherparse",
        summary: "etherparse over pcap-parser, Rust crates: header slices decode in place",
        version: "0.21.0, pcap-parser 0.17.0",
        license: "MIT OR Apache-2.0",
        decoder: "etherparse",
        language: "Rust",
        flags: "cargo build --release",
        frames: "create_reader() and next() for every block",
        headers: "next(), and from_slice() of each header",
        open,
    });
}
