//! A driver of pnet_packet for pktbench: pcap-parser reads the capture, and views of pnet_packet
//! give the fields in place. It has no view of MPLS, PPPoE, LLC and authentication headers: there
//! are a few lines for each here and in links.rs. The kit, and the reader, are those of ../rust.

#[path = "../../rust/src/capture.rs"]
mod capture;
#[path = "../../rust/src/kit.rs"]
mod kit;
#[path = "../../rust/src/links.rs"]
mod links;
#[path = "../../rust/src/row.rs"]
mod row;

use links::{be48, datagram, halves, shown_type};
use pnet_packet::ethernet::EthernetPacket;
use pnet_packet::icmp::IcmpPacket;
use pnet_packet::icmpv6::Icmpv6Packet;
use pnet_packet::ip::{IpNextHeaderProtocol, IpNextHeaderProtocols as Protocols};
use pnet_packet::ipv4::Ipv4Packet;
use pnet_packet::ipv6::{ExtensionPacket, FragmentPacket, Ipv6Packet};
use pnet_packet::tcp::TcpPacket;
use pnet_packet::udp::UdpPacket;
use pnet_packet::vlan::VlanPacket;
use row::*;

const ICMP_HEADER: usize = 8;
const ICMP6_HEADER_LEAST: usize = 4; // RFC 4286 section 5

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

fn ethernet(r: &mut Row, data: &[u8], mut wire: usize) -> Step {
    const TAGS: [u16; 3] = [0x8100, 0x88a8, 0x9100];
    let frame = EthernetPacket::new(data)?;
    r.has |= HAS_LINK;
    r.eth_src = be48(frame.get_source().octets());
    r.eth_dst = be48(frame.get_destination().octets());
    let mut kind = frame.get_ethertype().0;
    let mut rest = &data[14..];
    wire -= 14;
    while TAGS.contains(&kind) {
        r.eth_type = kind;
        let tag = VlanPacket::new(rest)?;
        if r.has & HAS_VLAN == 0 {
            r.has |= HAS_VLAN;
            r.vlan_id = tag.get_vlan_identifier();
        }
        kind = tag.get_ethertype().0;
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
    let ip = Ipv4Packet::new(data)?;
    let header = ip.get_header_length() as usize * 4;
    r.has |= HAS_IP | HAS_FRAG;
    r.ip_version = 4;
    r.ip_proto = ip.get_next_level_protocol().0;
    r.ip_ttl = ip.get_ttl();
    r.ip_tos = ip.get_dscp() << 2 | ip.get_ecn();
    r.ip_len = ip.get_total_length().into();
    r.ip_id = ip.get_identification().into();
    r.ip_flags = ip.get_flags() & 3;
    r.frag_off = ip.get_fragment_offset() * 8;
    r.src[1] = u32::from(ip.get_source()).into();
    r.dst[1] = u32::from(ip.get_destination()).into();
    // 0 with segmentation offload
    let total = match ip.get_total_length() {
        0 => wire,
        length => length.into(),
    };
    if total > wire || header < Ipv4Packet::minimum_packet_size() || r.frag_off != 0 {
        return None;
    }
    let rest = data.get(header..data.len().min(total))?;
    upper(r, ip.get_next_level_protocol(), rest, total - header)
}

fn ipv6(r: &mut Row, data: &[u8], wire: usize) -> Step {
    let ip = Ipv6Packet::new(data)?;
    let header = Ipv6Packet::minimum_packet_size();
    r.has |= HAS_IP;
    r.ip_version = 6;
    r.ip_proto = ip.get_next_header().0;
    r.ip_ttl = ip.get_hop_limit();
    r.ip_tos = ip.get_traffic_class();
    r.ip_len = header as u32 + ip.get_payload_length() as u32;
    r.src = halves(ip.get_source().octets());
    r.dst = halves(ip.get_destination().octets());
    // 0: a jumbogram, or segmentation offload
    let left = match ip.get_payload_length() {
        0 => wire - header,
        length => length.into(),
    };
    if left > wire - header {
        return None;
    }
    upper(r, ip.get_next_header(), &data[header..data.len().min(header + left)], left)
}

/// Past extension and authentication headers. `left`: bytes of the datagram from here on, by the IP
/// header.
fn upper(r: &mut Row, first: IpNextHeaderProtocol, mut data: &[u8], mut left: usize) -> Step {
    let mut next = first;
    loop {
        let size;
        match next {
            Protocols::Hopopt | Protocols::Ipv6Route | Protocols::Ipv6Opts if r.ip_version == 6 => {
                let header = ExtensionPacket::new(data)?;
                next = header.get_next_header();
                size = 8 + header.get_hdr_ext_len() as usize * 8;
            }
            Protocols::Ipv6Frag if r.ip_version == 6 => {
                let header = FragmentPacket::new(data)?;
                next = header.get_next_header();
                size = FragmentPacket::minimum_packet_size();
                r.has |= HAS_FRAG;
                r.ip_id = header.get_id();
                r.ip_flags = !header.is_last_fragment() as u8;
                // Of get_fragment_offset(), a reserved bit is a part.
                r.frag_off = header.get_fragment_offset_with_flags() & 0xfff8;
            }
            // RFC 4302 section 2: next header, length in 4 bytes, minus 2.
            Protocols::Ah => {
                next = IpNextHeaderProtocol::new(*data.first()?);
                size = (*data.get(1)? as usize + 2) * 4;
            }
            _ => return transport(r, next, data, left),
        }
        r.ip_proto = next.0;
        if r.frag_off != 0 {
            return None;
        }
        data = data.get(size..)?;
        left = left.checked_sub(size)?;
    }
}

fn transport(r: &mut Row, protocol: IpNextHeaderProtocol, data: &[u8], left: usize) -> Step {
    match protocol {
        Protocols::Tcp => {
            let tcp = TcpPacket::new(data)?;
            r.has |= HAS_PORTS | HAS_TCP;
            r.src_port = tcp.get_source();
            r.dst_port = tcp.get_destination();
            r.tcp_seq = tcp.get_sequence();
            r.tcp_ack = tcp.get_acknowledgement();
            r.tcp_flags = (tcp.get_reserved() as u16) << 8 | tcp.get_flags() as u16;
            r.tcp_window = tcp.get_window();
            lengths(r, tcp.get_data_offset() as usize * 4, left)
        }
        Protocols::Udp | Protocols::UdpLite => {
            let udp = UdpPacket::new(data)?;
            r.has |= HAS_PORTS;
            r.src_port = udp.get_source();
            r.dst_port = udp.get_destination();
            lengths(r, UdpPacket::minimum_packet_size(), left)
        }
        Protocols::Icmp if r.ip_version == 4 => {
            let icmp = IcmpPacket::new(data.get(..ICMP_HEADER)?)?;
            control(r, icmp.get_icmp_type().0, icmp.get_icmp_code().0);
            lengths(r, ICMP_HEADER, left)
        }
        Protocols::Icmpv6 if r.ip_version == 6 => {
            let header = if left < ICMP_HEADER {
                ICMP6_HEADER_LEAST
            } else {
                ICMP_HEADER
            };
            let icmp = Icmpv6Packet::new(data.get(..header)?)?;
            control(r, icmp.get_icmpv6_type().0, icmp.get_icmpv6_code().0);
            lengths(r, header, left)
        }
        _ => None,
    }
}

fn control(r: &mut Row, kind: u8, code: u8) {
    r.has |= HAS_ICMP;
    r.icmp_type = kind;
    r.icmp_code = code;
}

fn lengths(r: &mut Row, header: usize, left: usize) -> Step {
    r.has |= HAS_L4;
    r.l4_hlen = header as u8;
    r.payload_len = left.saturating_sub(header) as u32;
    Some(())
}

fn main() {
    kit::serve(kit::Driver {
        name: "pnet",
        summary: "pnet_packet over pcap-parser, Rust crates: views of headers in place",
        version: "0.35.0, pcap-parser 0.17.0",
        license: "MIT OR Apache-2.0",
        decoder: "pnet",
        language: "Rust",
        flags: "cargo build --release",
        frames: "create_reader() and next() for every block of pcap-parser",
        headers: "next(), and EthernetPacket, Ipv4Packet, ... over the bytes of each header",
        open: |path, headers| capture::open(path, headers.then_some(decode as capture::Decode)),
    });
}
