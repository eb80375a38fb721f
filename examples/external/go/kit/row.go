package kit

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Groups of columns: a row has the columns of the groups whose bit is set in Has.
const (
	HasLink  = 1 << iota // EthSrc, EthDst, EthType
	HasVLAN              // VlanID
	HasIP                // IPVersion to IPLen, Src, Dst
	HasFrag              // IPID, IPFlags, FragOff
	HasL4                // L4Hlen, PayloadLen
	HasPorts             // SrcPort, DstPort
	HasTCP               // TCPFlags to TCPWindow
	HasICMP              // ICMPType, ICMPCode
	HasDNS               // DNSResponse
	HasDNSRcode
	HasDNSQuery // DNSName, DNSQryType
	HasDNSA
)

// Row has the cells of a packet. `pktbench list columns` explains them.
type Row struct {
	TsNs                                      int64
	EthSrc, EthDst                            uint64 // 48 bits
	SrcHi, SrcLo, DstHi, DstLo                uint64 // an IPv4 address is 32 bits of Lo
	CapLen, WireLen                           uint32
	IPLen, IPID, PayloadLen, TCPSeq, TCPAck   uint32
	LinkType, EthType, VlanID, FragOff        uint16
	SrcPort, DstPort, TCPFlags, TCPWindow     uint16
	Has                                       uint16
	IPVersion, IPProto, IPTTL, IPTOS, IPFlags uint8
	L4Hlen, ICMPType, ICMPCode                uint8
	App                                       *App // cleared; nil below level app
}

// App has the cells of level app, as far as this kit knows them.
type App struct {
	DNSName                string // labels joined by '.'; of the root ""
	DNSA                   uint32
	DNSQryType             uint16
	DNSResponse, DNSRcode  uint8
}

// Level is the set of columns that a run fills.
type Level int

const (
	Frames  Level = iota
	Headers       // and those of Frames
	Apps          // and those of Headers
)

var levelNames = []string{"frames", "headers", "app"}

type kind int

const (
	number kind = iota
	mac
	address
	ipv4
	text
)

type column struct {
	name  string
	level Level
	has   uint16
	kind  kind
	get   func(r *Row) uint64 // of an address: the low half
	high  func(r *Row) uint64 // of an address
}

var columns = []column{
	{"ts_ns", Frames, 0, number, func(r *Row) uint64 { return uint64(r.TsNs) }, nil},
	{"cap_len", Frames, 0, number, func(r *Row) uint64 { return uint64(r.CapLen) }, nil},
	{"wire_len", Frames, 0, number, func(r *Row) uint64 { return uint64(r.WireLen) }, nil},
	{"link_type", Frames, 0, number, func(r *Row) uint64 { return uint64(r.LinkType) }, nil},
	{"eth_src", Headers, HasLink, mac, func(r *Row) uint64 { return r.EthSrc }, nil},
	{"eth_dst", Headers, HasLink, mac, func(r *Row) uint64 { return r.EthDst }, nil},
	{"eth_type", Headers, HasLink, number, func(r *Row) uint64 { return uint64(r.EthType) }, nil},
	{"vlan_id", Headers, HasVLAN, number, func(r *Row) uint64 { return uint64(r.VlanID) }, nil},
	{"ip_version", Headers, HasIP, number, func(r *Row) uint64 { return uint64(r.IPVersion) }, nil},
	{"ip_proto", Headers, HasIP, number, func(r *Row) uint64 { return uint64(r.IPProto) }, nil},
	{"ip_ttl", Headers, HasIP, number, func(r *Row) uint64 { return uint64(r.IPTTL) }, nil},
	{"ip_tos", Headers, HasIP, number, func(r *Row) uint64 { return uint64(r.IPTOS) }, nil},
	{"ip_len", Headers, HasIP, number, func(r *Row) uint64 { return uint64(r.IPLen) }, nil},
	{"ip_id", Headers, HasFrag, number, func(r *Row) uint64 { return uint64(r.IPID) }, nil},
	{"ip_flags", Headers, HasFrag, number, func(r *Row) uint64 { return uint64(r.IPFlags) }, nil},
	{"frag_off", Headers, HasFrag, number, func(r *Row) uint64 { return uint64(r.FragOff) }, nil},
	{"src", Headers, HasIP, address, func(r *Row) uint64 { return r.SrcLo }, func(r *Row) uint64 { return r.SrcHi }},
	{"dst", Headers, HasIP, address, func(r *Row) uint64 { return r.DstLo }, func(r *Row) uint64 { return r.DstHi }},
	{"src_port", Headers, HasPorts, number, func(r *Row) uint64 { return uint64(r.SrcPort) }, nil},
	{"dst_port", Headers, HasPorts, number, func(r *Row) uint64 { return uint64(r.DstPort) }, nil},
	{"l4_hlen", Headers, HasL4, number, func(r *Row) uint64 { return uint64(r.L4Hlen) }, nil},
	{"payload_len", Headers, HasL4, number, func(r *Row) uint64 { return uint64(r.PayloadLen) }, nil},
	{"tcp_flags", Headers, HasTCP, number, func(r *Row) uint64 { return uint64(r.TCPFlags) }, nil},
	{"tcp_seq", Headers, HasTCP, number, func(r *Row) uint64 { return uint64(r.TCPSeq) }, nil},
	{"tcp_ack", Headers, HasTCP, number, func(r *Row) uint64 { return uint64(r.TCPAck) }, nil},
	{"tcp_window", Headers, HasTCP, number, func(r *Row) uint64 { return uint64(r.TCPWindow) }, nil},
	{"icmp_type", Headers, HasICMP, number, func(r *Row) uint64 { return uint64(r.ICMPType) }, nil},
	{"icmp_code", Headers, HasICMP, number, func(r *Row) uint64 { return uint64(r.ICMPCode) }, nil},
	{"dns_response", Apps, HasDNS, number, func(r *Row) uint64 { return uint64(r.App.DNSResponse) }, nil},
	{"dns_rcode", Apps, HasDNSRcode, number, func(r *Row) uint64 { return uint64(r.App.DNSRcode) }, nil},
	{"dns_qry_name", Apps, HasDNSQuery, text, nil, nil},
	{"dns_qry_type", Apps, HasDNSQuery, number, func(r *Row) uint64 { return uint64(r.App.DNSQryType) }, nil},
	{"dns_a", Apps, HasDNSA, ipv4, func(r *Row) uint64 { return uint64(r.App.DNSA) }, nil},
}

// numberOf returns the column as the digest has it; nil if there is none. An address is two: src_hi
// and src_lo; a text has no digest. A cell that the row does not have is 0, as Row is cleared.
func numberOf(name string) func(r *Row) uint64 {
	for _, c := range columns {
		switch {
		case c.name == name && c.kind != address, c.name+"_lo" == name && c.kind == address:
			return c.get
		case c.name+"_hi" == name && c.kind == address:
			return c.high
		}
	}
	return nil
}

// text appends the cell as CSV: empty if the row does not have it.
func (c *column) text(out []byte, r *Row) []byte {
	if c.has != 0 && r.Has&c.has == 0 {
		return out
	}
	if c.kind == text {
		return appendText(out, r.App.DNSName)
	}
	if c.name == "ts_ns" {
		return strconv.AppendInt(out, r.TsNs, 10)
	}
	var bytes [16]byte
	binary.BigEndian.PutUint64(bytes[8:], c.get(r))
	switch {
	case c.kind == number:
		return strconv.AppendUint(out, c.get(r), 10)
	case c.kind == ipv4 || c.kind == address && r.IPVersion == 4:
		return netip.AddrFrom4([4]byte{bytes[12], bytes[13], bytes[14], bytes[15]}).AppendTo(out)
	case c.kind == address:
		binary.BigEndian.PutUint64(bytes[:8], c.high(r))
		return netip.AddrFrom16(bytes).AppendTo(out)
	}
	for i := 10; i < 16; i++ {
		if i > 10 {
			out = append(out, ':')
		}
		out = append(out, hex.EncodeToString(bytes[i:i+1])...)
	}
	return out
}

// appendText writes text as bytes on the wire: control characters, and what is not UTF-8, as \xNN.
func appendText(out []byte, cell string) []byte {
	quoted := cell == "" || strings.ContainsAny(cell, ",\"")
	if quoted {
		out = append(out, '"')
	}
	for i := 0; i < len(cell); {
		character, size := utf8.DecodeRuneInString(cell[i:])
		switch {
		case character == utf8.RuneError && size == 1, character < ' ', character == 0x7f:
			out = append(out, '\\', 'x')
			out = append(out, hex.EncodeToString([]byte{cell[i]})...)
			size = 1
		case character == '\\', character == '"':
			out = append(out, byte(character), byte(character))
		default:
			out = append(out, cell[i:i+size]...)
		}
		i += size
	}
	if quoted {
		out = append(out, '"')
	}
	return out
}
