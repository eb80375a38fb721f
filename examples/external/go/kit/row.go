package kit

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"
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
}

type kind int

const (
	number kind = iota
	mac
	address
)

type column struct {
	name   string
	frames bool // a column of level frames
	has    uint16
	kind   kind
	get    func(r *Row) uint64 // of an address: the low half
	high   func(r *Row) uint64 // of an address
}

var columns = []column{
	{"ts_ns", true, 0, number, func(r *Row) uint64 { return uint64(r.TsNs) }, nil},
	{"cap_len", true, 0, number, func(r *Row) uint64 { return uint64(r.CapLen) }, nil},
	{"wire_len", true, 0, number, func(r *Row) uint64 { return uint64(r.WireLen) }, nil},
	{"link_type", true, 0, number, func(r *Row) uint64 { return uint64(r.LinkType) }, nil},
	{"eth_src", false, HasLink, mac, func(r *Row) uint64 { return r.EthSrc }, nil},
	{"eth_dst", false, HasLink, mac, func(r *Row) uint64 { return r.EthDst }, nil},
	{"eth_type", false, HasLink, number, func(r *Row) uint64 { return uint64(r.EthType) }, nil},
	{"vlan_id", false, HasVLAN, number, func(r *Row) uint64 { return uint64(r.VlanID) }, nil},
	{"ip_version", false, HasIP, number, func(r *Row) uint64 { return uint64(r.IPVersion) }, nil},
	{"ip_proto", false, HasIP, number, func(r *Row) uint64 { return uint64(r.IPProto) }, nil},
	{"ip_ttl", false, HasIP, number, func(r *Row) uint64 { return uint64(r.IPTTL) }, nil},
	{"ip_tos", false, HasIP, number, func(r *Row) uint64 { return uint64(r.IPTOS) }, nil},
	{"ip_len", false, HasIP, number, func(r *Row) uint64 { return uint64(r.IPLen) }, nil},
	{"ip_id", false, HasFrag, number, func(r *Row) uint64 { return uint64(r.IPID) }, nil},
	{"ip_flags", false, HasFrag, number, func(r *Row) uint64 { return uint64(r.IPFlags) }, nil},
	{"frag_off", false, HasFrag, number, func(r *Row) uint64 { return uint64(r.FragOff) }, nil},
	{"src", false, HasIP, address, func(r *Row) uint64 { return r.SrcLo }, func(r *Row) uint64 { return r.SrcHi }},
	{"dst", false, HasIP, address, func(r *Row) uint64 { return r.DstLo }, func(r *Row) uint64 { return r.DstHi }},
	{"src_port", false, HasPorts, number, func(r *Row) uint64 { return uint64(r.SrcPort) }, nil},
	{"dst_port", false, HasPorts, number, func(r *Row) uint64 { return uint64(r.DstPort) }, nil},
	{"l4_hlen", false, HasL4, number, func(r *Row) uint64 { return uint64(r.L4Hlen) }, nil},
	{"payload_len", false, HasL4, number, func(r *Row) uint64 { return uint64(r.PayloadLen) }, nil},
	{"tcp_flags", false, HasTCP, number, func(r *Row) uint64 { return uint64(r.TCPFlags) }, nil},
	{"tcp_seq", false, HasTCP, number, func(r *Row) uint64 { return uint64(r.TCPSeq) }, nil},
	{"tcp_ack", false, HasTCP, number, func(r *Row) uint64 { return uint64(r.TCPAck) }, nil},
	{"tcp_window", false, HasTCP, number, func(r *Row) uint64 { return uint64(r.TCPWindow) }, nil},
	{"icmp_type", false, HasICMP, number, func(r *Row) uint64 { return uint64(r.ICMPType) }, nil},
	{"icmp_code", false, HasICMP, number, func(r *Row) uint64 { return uint64(r.ICMPCode) }, nil},
}

// numberOf returns the column as the digest has it; nil if there is none. An address is two: src_hi
// and src_lo. A cell that the row does not have is 0, as Row is cleared.
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
	if c.name == "ts_ns" {
		return strconv.AppendInt(out, r.TsNs, 10)
	}
	var bytes [16]byte
	binary.BigEndian.PutUint64(bytes[8:], c.get(r))
	switch {
	case c.kind == number:
		return strconv.AppendUint(out, c.get(r), 10)
	case c.kind == address && r.IPVersion == 4:
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
