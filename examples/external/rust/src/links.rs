//! Links before IP for which neither etherparse nor pnet has a decoder, and numbers of bytes.

const MIN_ETHERTYPE: u16 = 0x0600; // below: a length, IEEE 802.3

pub fn be16(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[0], bytes[1]])
}

pub fn be48(b: [u8; 6]) -> u64 {
    u64::from_be_bytes([0, 0, b[0], b[1], b[2], b[3], b[4], b[5]])
}

/// The high and the low half of an IPv6 address.
pub fn halves(address: [u8; 16]) -> [u64; 2] {
    let number = u128::from_be_bytes(address);
    [(number >> 64) as u64, number as u64]
}

/// The column eth_type.
pub fn shown_type(kind: u16) -> u16 {
    if kind < MIN_ETHERTYPE {
        0
    } else {
        kind
    }
}

/// Where an IP header may begin behind the tags of Ethernet, and the bytes on the wire from there
/// on. None: something else follows.
pub fn datagram(kind: u16, data: &[u8], wire: usize) -> Option<(&[u8], usize)> {
    match kind {
        0x0800 | 0x86dd => Some((data, wire)),
        0x8847 | 0x8848 => mpls(data, wire),
        0x8864 => pppoe(data, wire),
        length if length < MIN_ETHERTYPE => logical_link(data, length.into()),
        _ => None,
    }
}

fn mpls(mut data: &[u8], mut wire: usize) -> Option<(&[u8], usize)> {
    loop {
        let last = data.get(..4)?[2] & 1 != 0;
        data = &data[4..];
        wire -= 4;
        if last {
            return Some((data, wire));
        }
    }
}

/// RFC 2516: version and type, code, session(2), length(2), then the protocol of PPP.
fn pppoe(data: &[u8], wire: usize) -> Option<(&[u8], usize)> {
    match be16(data.get(6..8)?) {
        0x0021 | 0x0057 => Some((&data[8..], wire - 8)),
        0x0281 => mpls(&data[8..], wire - 8),
        _ => None,
    }
}

/// IEEE 802.2 with SNAP: aa aa 03, organization(3), EtherType.
fn logical_link(data: &[u8], length: usize) -> Option<(&[u8], usize)> {
    if data.get(..3)? != [0xaa, 0xaa, 0x03] {
        return None;
    }
    match be16(data.get(6..8)?) {
        0x0800 | 0x86dd => Some((&data[8..], length.checked_sub(8)?)),
        _ => None,
    }
}
