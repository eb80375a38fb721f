// Speaks the protocol of pktbench's external parsers (doc/external-parsers.md), so that a driver
// only fills rows: describe a driver, and call serve(). Needs Node.js 18 or newer, and no package.
'use strict';

const fs = require('fs');
const readline = require('readline');

// Groups of columns: row i has the columns of the groups whose bit is set in rows.has[i].
const HAS = {LINK: 1, VLAN: 2, IP: 4, FRAG: 8, L4: 16, PORTS: 32, TCP: 64, ICMP: 128};

// Name, group (0: level frames), bytes of a cell. Wider ones have several arrays in Rows.
const COLUMNS = [
  ['ts_ns', 0, 8], ['cap_len', 0, 4], ['wire_len', 0, 4], ['link_type', 0, 2],
  ['eth_src', HAS.LINK, 6], ['eth_dst', HAS.LINK, 6], ['eth_type', HAS.LINK, 2],
  ['vlan_id', HAS.VLAN, 2], ['ip_version', HAS.IP, 1], ['ip_proto', HAS.IP, 1],
  ['ip_ttl', HAS.IP, 1], ['ip_tos', HAS.IP, 1], ['ip_len', HAS.IP, 4], ['ip_id', HAS.FRAG, 4],
  ['ip_flags', HAS.FRAG, 1], ['frag_off', HAS.FRAG, 2], ['src', HAS.IP, 16], ['dst', HAS.IP, 16],
  ['src_port', HAS.PORTS, 2], ['dst_port', HAS.PORTS, 2], ['l4_hlen', HAS.L4, 1],
  ['payload_len', HAS.L4, 4], ['tcp_flags', HAS.TCP, 2], ['tcp_seq', HAS.TCP, 4],
  ['tcp_ack', HAS.TCP, 4], ['tcp_window', HAS.TCP, 2], ['icmp_type', HAS.ICMP, 1],
  ['icmp_code', HAS.ICMP, 1],
];
const ARRAYS = {1: Uint8Array, 2: Uint16Array, 4: Uint32Array};
// Arrays of the columns with more than 32 bits: seconds and nanoseconds; 16 and 32 bits of a MAC
// address; 32 bits each of an IP address, of which an IPv4 address is the last.
const PARTS = {
  ts_ns: [['ts_s', 4], ['ts_part', 4]],
  eth_src: [['eth_src_hi', 2], ['eth_src_lo', 4]],
  eth_dst: [['eth_dst_hi', 2], ['eth_dst_lo', 4]],
  src: [['src0', 4], ['src1', 4], ['src2', 4], ['src3', 4]],
  dst: [['dst0', 4], ['dst1', 4], ['dst2', 4], ['dst3', 4]],
};

// The cells of a run: an array for each column.
class Rows {
  constructor() {
    this.count = 0;
    this.room = 0;
    this.has = new Uint16Array(0);
  }

  arrays() {
    return [['has', 2]].concat(...COLUMNS.map(([name, , bytes]) => PARTS[name] || [[name, bytes]]));
  }

  grow() {
    this.room = this.room ? 2 * this.room : 65536;
    for (const [name, bytes] of this.arrays()) {
      const longer = new ARRAYS[bytes](this.room);
      if (this[name])
        longer.set(this[name]);
      this[name] = longer;
    }
  }

  // The arrays are used again: cells of an earlier run must not be left in a row.
  clear() {
    this.count = 0;
    for (const [name] of this.arrays())
      if (this[name])
        this[name].fill(0);
  }
}

const CRC = Uint32Array.from({length: 256}, (_, c) => {
  for (let i = 0; i < 8; i++)
    c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++)
    crc = CRC[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}

// The longest run of two or more zero groups is "::" (RFC 5952).
function ipv6Text(words) {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  if (!words[0] && !words[1] && words[2] === 0xffff)
    return '::ffff:' + ipv4Text(words[3]);
  let best = {at: -1, length: 1};
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0)
      length++;
    if (length > best.length)
      best = {at: i, length};
  }
  const hex = (list) => list.map((group) => group.toString(16)).join(':');
  return best.at < 0 ? hex(groups) :
      hex(groups.slice(0, best.at)) + '::' + hex(groups.slice(best.at + best.length));
}

function ipv4Text(word) {
  return [word >>> 24, word >>> 16 & 255, word >>> 8 & 255, word & 255].join('.');
}

function cellText(rows, i, [name, has]) {
  if (has && !(rows.has[i] & has))
    return '';
  const parts = (PARTS[name] || [[name]]).map(([part]) => rows[part][i]);
  if (name === 'ts_ns')
    return String(BigInt(parts[0]) * 1000000000n + BigInt(parts[1]));
  if (parts.length === 2)
    return (parts[0].toString(16).padStart(4, '0') + parts[1].toString(16).padStart(8, '0'))
        .match(/../g).join(':');
  if (parts.length === 4)
    return rows.ip_version[i] === 4 ? ipv4Text(parts[3]) : ipv6Text(parts);
  return String(parts[0]);
}

// The 32-bit arrays of a column, low one first; of an address of the half that is named.
function digestParts(name) {
  const half = name.slice(-3);
  if (half === '_hi' || half === '_lo') {
    const first = half === '_hi' ? 0 : 2;
    return PARTS[name.slice(0, -3)].slice(first, first + 2).map(([part]) => part).reverse();
  }
  return (PARTS[name] || [[name]]).map(([part]) => part).reverse();
}

function digest(rows, name, bytes) {
  const out = Buffer.alloc(rows.count * bytes);
  const parts = digestParts(name).map((part) => rows[part]);
  for (let i = 0; i < rows.count; i++) {
    if (name === 'ts_ns')
      out.writeBigUInt64LE(BigInt(rows.ts_s[i]) * 1000000000n + BigInt(rows.ts_part[i]), 8 * i);
    else if (bytes === 8) {
      out.writeUInt32LE(parts[0][i], 8 * i);
      out.writeUInt32LE(parts[1][i], 8 * i + 4);
    } else
      out.writeUIntLE(parts[0][i], bytes * i, bytes);
  }
  return crc32(out);
}

class Worker {
  constructor(driver) {
    this.driver = driver;
    this.rows = new Rows();
    this.evicted = Buffer.alloc(0);
  }

  shown(level) {
    return COLUMNS.filter(([, has]) => level === 'headers' || has === 0);
  }

  describe() {
    const {name, summary, version, license, decoder, work} = this.driver;
    const levels = {};
    for (const level of Object.keys(work))
      levels[level] = {work: work[level], columns: this.shown(level).map(([column]) => column)};
    // Unranked runs in each process, in which V8 compiles: warm_up.
    return {protocol: 1, backend: {name, summary, version, license, decoder, levels, warm_up: 3,
      language: `JavaScript, Node.js ${process.versions.node}`}};
  }

  // The run: keeps the rows before an error too.
  run() {
    const {rows} = this;
    const next = this.driver.open(this.slice, this.level);
    for (;;) {
      if (rows.count === rows.room)
        rows.grow();
      if (!next(rows, rows.count))
        return {rows: rows.count};
      rows.count++;
    }
  }

  write(to) {
    const shown = this.shown(this.level);
    const lines = [shown.map(([name]) => name).join(',')];
    const file = fs.openSync(to, 'w');
    for (let i = 0; i <= this.rows.count; i++) {
      if (i < this.rows.count)
        lines.push(shown.map((column) => cellText(this.rows, i, column)).join(','));
      if (lines.length === 4096 || i === this.rows.count)
        fs.writeSync(file, lines.splice(0).join('\n') + '\n');
    }
    fs.closeSync(file);
  }

  // Read memory, so that no run finds its data in the processor's caches.
  evict(size) {
    if (this.evicted.length !== size)
      this.evicted = Buffer.alloc(size, 1);
    let sum = 0;
    for (let i = 0; i < size; i += 64)
      sum += this.evicted[i];
    return sum;
  }

  prepare({slice, level}) {
    this.slice = slice;
    this.level = level;
    this.rows.clear();
  }

  answer(request) {
    switch (request.op) {
      case 'describe':
        return this.describe();
      case 'load':
      case 'empty':
        return {};
      case 'prepare':
        this.prepare(request);
        this.evict(request.evict_bytes);
        return {};
      case 'go':
        return this.run();
      case 'rows': {
        this.prepare(request);
        let done;
        try {
          done = this.run();
        } finally {
          if (done || request.keep) this.write(request.to);
        }
        return done;
      }
      case 'digest':
        return {crc32: digest(this.rows, request.column, request.bytes)};
      default:
        throw new Error(`unknown request: ${request.op}`);
    }
  }
}

// Answer requests until the input ends.
function serve(driver) {
  const worker = new Worker(driver);
  process.stdout.write = (...args) => process.stderr.write(...args);  // for answers only
  const lines = readline.createInterface({input: process.stdin});
  lines.on('line', (line) => {
    const request = JSON.parse(line);
    if (request.op === 'done')
      process.exit(0);
    let reply;
    try {
      reply = {ok: true, ...worker.answer(request)};
    } catch (error) {
      reply = {ok: false, reason: String(error.message)};
    }
    fs.writeSync(1, JSON.stringify(reply) + '\n');
  });
}

module.exports = {HAS, serve};
