//! Captures by pcap-parser, for drivers of libraries that only decode.

use crate::kit;
use crate::row::Row;
use pcap_parser::traits::PcapReaderIterator;
use pcap_parser::{create_reader, Block, PcapBlockOwned, PcapError};
use std::fs::File;

/// Fills the header columns of a packet: the row has those of level frames; `usize`: bytes on the
/// wire, of which fewer may have been captured.
pub type Decode = fn(&mut Row, &[u8], usize);

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
    decode: Option<Decode>,
}

/// `decode`: None at level frames.
pub fn open(path: &str, decode: Option<Decode>) -> Result<Box<dyn kit::Source>, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let reader = create_reader(BUFFER, file).map_err(|e| format!("{e:?}"))?;
    Ok(Box::new(Capture {
        reader,
        interfaces: Vec::new(),
        decode,
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
    decode: Option<Decode>,
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
    if let Some(decode) = decode.filter(|_| r.cap_len <= r.wire_len) {
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
                    let is_packet = block(&mut self.interfaces, found, self.decode, r)?;
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
