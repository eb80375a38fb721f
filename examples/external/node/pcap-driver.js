#!/usr/bin/env node
// A complete driver: a pcap reader and a decoder of Ethernet, IP, TCP, UDP and ICMP over a Buffer.
'use strict';

const fs = require('fs');
const {HAS, serve} = require('./pktbench-kit.js');

const MAGICS = {  // little endian?, nanoseconds of the second field
  0xd4c3b2a1: [true, 1000], 0xa1b2c3d4: [false, 1000],
  0x4d3cb2a1: [true, 1], 0xa1b23c4d: [false, 1],
};
const RAW_IP = [12, 14, 101, 228, 229];
const IPV4 = 0x0800, IPV6 = 0x86dd, MPLS = 0x8847, MPLS_UPSTREAM = 0x8848, PPPOE = 0x8864;
const ETHER_MIN = 0x0600, PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057, PPP_MPLS = 0x0281;
const ICMP = 1, TCP = 6, UDP = 17, FRAGMENT = 44, AH = 51, ICMPV6 = 58, UDP_LITE = 136;

const isVlan = (type) => type === 0x8100 || type === 0x88a8 || type === 0x9100;
const isExtension = (proto) => proto === 0 || proto === 43 || proto === 60;

// Decodes one packet into row i of `r`. `limit`: where its captured bytes end in the buffer `b`.
// Each function decodes from `at` on; `end`: where the packet, or the datagram that it is in, ends
// on the wire, as a place in the buffer.
class Decoder {
  constructor(buffer) {
    this.b = buffer;
    this.limit = 0;
  }

  u16(at) {
    return this.b[at] << 8 | this.b[at + 1];
  }

  u32(at) {
    return (this.b[at] << 24 | this.b[at + 1] << 16 | this.b[at + 2] << 8 | this.b[at + 3]) >>> 0;
  }

  packet(r, i, at, captured, wire, linkType) {
    this.limit = at + captured;
    if (captured > wire)
      return;
    if (linkType === 1)
      this.ethernet(r, i, at, at + wire);
    else if (RAW_IP.includes(linkType))
      this.ip(r, i, at, at + wire);
  }

  ethernet(r, i, at, end) {
    if (at + 14 > this.limit)
      return;
    r.has[i] |= HAS.LINK;
    r.eth_dst_hi[i] = this.u16(at);
    r.eth_dst_lo[i] = this.u32(at + 2);
    r.eth_src_hi[i] = this.u16(at + 6);
    r.eth_src_lo[i] = this.u32(at + 8);
    let type = this.u16(at + 12);
    at += 14;
    while (isVlan(type) && at + 4 <= this.limit) {
      if (!(r.has[i] & HAS.VLAN))
        r.vlan_id[i] = this.u16(at) & 0xfff;
      r.has[i] |= HAS.VLAN;
      type = this.u16(at + 2);
      at += 4;
    }
    r.eth_type[i] = type < ETHER_MIN ? 0 : type;
    this.payload(r, i, at, end, type);
  }

  payload(r, i, at, end, type) {
    if (type === IPV4 || type === IPV6) {
      this.ip(r, i, at, end);
    } else if (type === MPLS || type === MPLS_UPSTREAM) {
      this.mpls(r, i, at, end);
    } else if (type === PPPOE && at + 8 <= this.limit) {
      const protocol = this.u16(at + 6);
      if (protocol === PPP_IPV4 || protocol === PPP_IPV6)
        this.ip(r, i, at + 8, end);
      else if (protocol === PPP_MPLS)
        this.mpls(r, i, at + 8, end);
    } else if (type < ETHER_MIN && at + 8 <= this.limit && this.u16(at) === 0xaaaa &&
               this.b[at + 2] === 3) {
      const inner = this.u16(at + 6);
      if (inner === IPV4 || inner === IPV6)
        this.ip(r, i, at + 8, Math.min(end, at + type));
    }
  }

  mpls(r, i, at, end) {
    while (at + 4 <= this.limit) {
      at += 4;
      if (this.b[at - 2] & 1) {
        this.ip(r, i, at, end);
        return;
      }
    }
  }

  ip(r, i, at, end) {
    const version = at < this.limit ? this.b[at] >> 4 : 0;
    if (version === 4 && at + 20 <= this.limit)
      this.ipv4(r, i, at, end);
    else if (version === 6 && at + 40 <= this.limit)
      this.ipv6(r, i, at, end);
  }

  ipv4(r, i, at, end) {
    const size = (this.b[at] & 15) * 4, total = this.u16(at + 2), frag = this.u16(at + 6);
    let proto = this.b[at + 9];
    r.has[i] |= HAS.IP | HAS.FRAG;
    r.ip_version[i] = 4;
    r.ip_tos[i] = this.b[at + 1];
    r.ip_len[i] = total;
    r.ip_id[i] = this.u16(at + 4);
    r.ip_flags[i] = frag >> 13 & 3;
    r.frag_off[i] = (frag & 0x1fff) * 8;
    r.ip_ttl[i] = this.b[at + 8];
    r.ip_proto[i] = proto;
    r.src3[i] = this.u32(at + 12);
    r.dst3[i] = this.u32(at + 16);
    if (size < 20 || size > end - at || (total && (total < size || total > end - at)))
      return;
    if (frag & 0x1fff)
      return;
    if (total)
      end = at + total;
    at += size;
    while (proto === AH && at + 12 <= this.limit) {
      proto = r.ip_proto[i] = this.b[at];
      at += (this.b[at + 1] + 2) * 4;
    }
    this.transport(r, i, at, end, proto);
  }

  ipv6(r, i, at, end) {
    const length = this.u16(at + 4), proto = this.b[at + 6];
    r.has[i] |= HAS.IP;
    r.ip_version[i] = 6;
    r.ip_tos[i] = this.u16(at) >> 4 & 255;
    r.ip_len[i] = 40 + length;
    r.ip_proto[i] = proto;
    r.ip_ttl[i] = this.b[at + 7];
    r.src0[i] = this.u32(at + 8);
    r.src1[i] = this.u32(at + 12);
    r.src2[i] = this.u32(at + 16);
    r.src3[i] = this.u32(at + 20);
    r.dst0[i] = this.u32(at + 24);
    r.dst1[i] = this.u32(at + 28);
    r.dst2[i] = this.u32(at + 32);
    r.dst3[i] = this.u32(at + 36);
    at += 40;
    if (length > end - at)
      return;
    if (length)  // 0: a jumbogram, or segmentation offload
      end = at + length;
    this.extensions(r, i, at, end, proto);
  }

  extensions(r, i, at, end, proto) {
    while (isExtension(proto) || proto === AH || proto === FRAGMENT) {
      if (at + 8 > this.limit)
        return;
      let size = (this.b[at + 1] + 1) * 8;
      if (proto === AH)
        size = (this.b[at + 1] + 2) * 4;
      if (proto === FRAGMENT) {
        size = 8;
        r.has[i] |= HAS.FRAG;
        r.frag_off[i] = this.u16(at + 2) & 0xfff8;
        r.ip_flags[i] = this.b[at + 3] & 1;
        r.ip_id[i] = this.u32(at + 4);
      }
      proto = r.ip_proto[i] = this.b[at];
      at += size;
      if (r.frag_off[i])
        return;
    }
    this.transport(r, i, at, end, proto);
  }

  transport(r, i, at, end, proto) {
    const captured = Math.min(end, this.limit) - at, left = end - at;
    if (proto === TCP && captured >= 20) {
      const flags = this.u16(at + 12);
      r.has[i] |= HAS.TCP;
      r.tcp_seq[i] = this.u32(at + 4);
      r.tcp_ack[i] = this.u32(at + 8);
      r.tcp_flags[i] = flags & 0xfff;
      r.tcp_window[i] = this.u16(at + 14);
      this.ports(r, i, at, (flags >> 12) * 4, left);
    } else if ((proto === UDP || proto === UDP_LITE) && captured >= 8) {
      this.ports(r, i, at, 8, left);
    } else if (proto === (r.ip_version[i] === 4 ? ICMP : ICMPV6)) {
      const size = proto === ICMPV6 && left < 8 ? 4 : 8;  // RFC 4286 section 5: 4 are enough
      if (captured < size)
        return;
      r.has[i] |= HAS.L4 | HAS.ICMP;
      r.icmp_type[i] = this.b[at];
      r.icmp_code[i] = this.b[at + 1];
      r.l4_hlen[i] = size;
      r.payload_len[i] = left - size;
    }
  }

  ports(r, i, at, size, left) {
    r.has[i] |= HAS.L4 | HAS.PORTS;
    r.src_port[i] = this.u16(at);
    r.dst_port[i] = this.u16(at + 2);
    r.l4_hlen[i] = size;
    r.payload_len[i] = Math.max(0, left - size);
  }
}

function open(path, level) {
  const file = fs.readFileSync(path);
  const magic = file.length >= 24 ? MAGICS[file.readUInt32BE(0)] : undefined;
  if (!magic)
    throw new Error('is no pcap file; this driver does not read pcapng');
  const [little, unit] = magic;
  const u32 = (at) => little ? file.readUInt32LE(at) : file.readUInt32BE(at);
  const linkType = u32(20) & 0xffff, decoder = new Decoder(file), headers = level === 'headers';
  let at = 24;
  return (r, i) => {
    if (at + 16 > file.length)
      return false;
    const captured = u32(at + 8), wire = u32(at + 12);
    if (at + 16 + captured > file.length)
      throw new Error('the capture ends within a packet');
    r.ts_s[i] = u32(at);
    r.ts_part[i] = u32(at + 4) * unit;
    r.cap_len[i] = captured;
    r.wire_len[i] = wire;
    r.link_type[i] = linkType;
    if (headers)
      decoder.packet(r, i, at + 16, captured, wire, linkType);
    at += 16 + captured;
    return true;
  };
}

serve({
  name: 'pcap-node',
  summary: 'an example driver: pcap and headers over a Buffer',
  version: '1',
  license: 'MIT',
  decoder: 'pcap-node',
  work: {frames: 'readUInt32LE() of every record', headers: 'the bytes of every header'},
  open,
});
