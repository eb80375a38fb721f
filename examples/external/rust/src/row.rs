//! The cells of a packet, and how they are written.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Groups of columns: a row has the columns of the groups whose bit is set in `has`.
pub const HAS_LINK: u16 = 1;
pub const HAS_VLAN: u16 = 2;
pub const HAS_IP: u16 = 4;
pub const HAS_FRAG: u16 = 8; // ip_id, ip_flags, frag_off
pub const HAS_L4: u16 = 16; // l4_hlen, payload_len
pub const HAS_PORTS: u16 = 32;
pub const HAS_TCP: u16 = 64;
pub const HAS_ICMP: u16 = 128;

/// `pktbench list columns` explains the cells.
#[derive(Clone, Default)]
pub struct Row {
    pub ts_ns: i64,
    pub eth_src: u64, // 48 bits
    pub eth_dst: u64,
    pub src: [u64; 2], // high and low half; an IPv4 address is 32 bits of the low one
    pub dst: [u64; 2],
    pub cap_len: u32,
    pub wire_len: u32,
    pub ip_len: u32,
    pub ip_id: u32,
    pub payload_len: u32,
    pub tcp_seq: u32,
    pub tcp_ack: u32,
    pub link_type: u16,
    pub eth_type: u16,
    pub vlan_id: u16,
    pub frag_off: u16,
    pub src_port: u16,
    pub dst_port: u16,
    pub tcp_flags: u16,
    pub tcp_window: u16,
    pub has: u16,
    pub ip_version: u8,
    pub ip_proto: u8,
    pub ip_ttl: u8,
    pub ip_tos: u8,
    pub ip_flags: u8,
    pub l4_hlen: u8,
    pub icmp_type: u8,
    pub icmp_code: u8,
}

pub enum Kind {
    Number(fn(&Row) -> u64),
    Mac(fn(&Row) -> u64),
    Address(fn(&Row) -> [u64; 2]),
}
use Kind::{Address, Mac, Number};

pub struct Column {
    pub name: &'static str,
    frames: bool,
    has: u16,
    kind: Kind,
}

const fn column(name: &'static str, has: u16, kind: Kind) -> Column {
    Column {
        name,
        frames: has == 0,
        has,
        kind,
    }
}

static COLUMNS: [Column; 28] = [
    column("ts_ns", 0, Number(|r| r.ts_ns as u64)),
    column("cap_len", 0, Number(|r| r.cap_len.into())),
    column("wire_len", 0, Number(|r| r.wire_len.into())),
    column("link_type", 0, Number(|r| r.link_type.into())),
    column("eth_src", HAS_LINK, Mac(|r| r.eth_src)),
    column("eth_dst", HAS_LINK, Mac(|r| r.eth_dst)),
    column("eth_type", HAS_LINK, Number(|r| r.eth_type.into())),
    column("vlan_id", HAS_VLAN, Number(|r| r.vlan_id.into())),
    column("ip_version", HAS_IP, Number(|r| r.ip_version.into())),
    column("ip_proto", HAS_IP, Number(|r| r.ip_proto.into())),
    column("ip_ttl", HAS_IP, Number(|r| r.ip_ttl.into())),
    column("ip_tos", HAS_IP, Number(|r| r.ip_tos.into())),
    column("ip_len", HAS_IP, Number(|r| r.ip_len.into())),
    column("ip_id", HAS_FRAG, Number(|r| r.ip_id.into())),
    column("ip_flags", HAS_FRAG, Number(|r| r.ip_flags.into())),
    column("frag_off", HAS_FRAG, Number(|r| r.frag_off.into())),
    column("src", HAS_IP, Address(|r| r.src)),
    column("dst", HAS_IP, Address(|r| r.dst)),
    column("src_port", HAS_PORTS, Number(|r| r.src_port.into())),
    column("dst_port", HAS_PORTS, Number(|r| r.dst_port.into())),
    column("l4_hlen", HAS_L4, Number(|r| r.l4_hlen.into())),
    column("payload_len", HAS_L4, Number(|r| r.payload_len.into())),
    column("tcp_flags", HAS_TCP, Number(|r| r.tcp_flags.into())),
    column("tcp_seq", HAS_TCP, Number(|r| r.tcp_seq.into())),
    column("tcp_ack", HAS_TCP, Number(|r| r.tcp_ack.into())),
    column("tcp_window", HAS_TCP, Number(|r| r.tcp_window.into())),
    column("icmp_type", HAS_ICMP, Number(|r| r.icmp_type.into())),
    column("icmp_code", HAS_ICMP, Number(|r| r.icmp_code.into())),
];

/// The columns of level headers, or of level frames.
pub fn shown(headers: bool) -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().filter(move |c| headers || c.frames)
}

/// The column as the digest has it: an address is two columns, src_hi and src_lo. A cell that the
/// row does not have is 0.
pub fn number_of(name: &str) -> Option<Box<dyn Fn(&Row) -> u64>> {
    for c in &COLUMNS {
        match c.kind {
            Number(get) | Mac(get) if c.name == name => return Some(Box::new(get)),
            Address(get) if name.strip_suffix("_hi") == Some(c.name) => {
                return Some(Box::new(move |r| get(r)[0]))
            }
            Address(get) if name.strip_suffix("_lo") == Some(c.name) => {
                return Some(Box::new(move |r| get(r)[1]))
            }
            _ => (),
        }
    }
    None
}

impl Column {
    /// The cell as CSV: empty if the row does not have it.
    pub fn text(&self, r: &Row) -> String {
        if self.has != 0 && r.has & self.has == 0 {
            return String::new();
        }
        match self.kind {
            Number(_) if self.name == "ts_ns" => r.ts_ns.to_string(),
            Number(get) => get(r).to_string(),
            Mac(get) => {
                let bytes: Vec<String> = get(r).to_be_bytes()[2..]
                    .iter()
                    .map(|b| format!("{b:02x}"))
                    .collect();
                bytes.join(":")
            }
            Address(get) if r.ip_version == 4 => Ipv4Addr::from(get(r)[1] as u32).to_string(),
            Address(get) => {
                let [high, low] = get(r);
                Ipv6Addr::from((high as u128) << 64 | low as u128).to_string()
            }
        }
    }
}
