//! A driver of etherparse for pktbench: pcap-parser reads the capture, and etherparse's header
//! slices decode in place. MPLS, PPPoE and LLC are not in etherparse: links.rs has a few lines for
//! each.

mod capture;
mod kit;
mod links;
mod row;

use etherparse::{
    Ethernet2HeaderSlice, Icmpv4Slice, Icmpv6Slice, IpAuthHeaderSlice, IpNumber, Ipv4HeaderSlice,
    Ipv6FragmentHeaderSlice, Ipv6HeaderSlice, Ipv6RawExtHeaderSlice, SingleVlanHeaderSlice,
    TcpHeaderSlice, UdpHeaderSlice,
};
use links::{be16, be48, datagram, halves, shown_type};
use row::*;

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
    r.eth_type = shown_type(kind);
    let (rest, wire) = datagram(kind, rest, wire)?;
    ip(r, rest, wire)
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
        open: |path, headers| capture::open(path, headers.then_some(decode as capture::Decode)),
    });
}
