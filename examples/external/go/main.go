// A driver of gopacket for pktbench: pcapgo reads the capture, and the layers' DecodeFromBytes
// decode into structs that are reused. MPLS, PPPoE and UDP-Lite have no such method in gopacket, and
// IPv6 fragments and authentication headers have none in v1.2.0, the last version for Go 1.19: this
// file has a few lines for each. At level app, it decodes DNS.
package main

import (
	"bufio"
	"encoding/binary"
	"os"
	"runtime/debug"

	"example.org/pktbench-gopacket/kit"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

const (
	etherMin   = 0x0600 // below, it is a length of IEEE 802.3
	pppIPv4    = 0x0021
	pppIPv6    = 0x0057
	pppMPLS    = 0x0281
	protoAH    = 51
	protoLite  = 136
	udpHeader  = 8
	dnsHeader  = 12
	readBuffer = 1 << 20
)

// reader is what pcapgo's two readers have in common.
type reader interface {
	ZeroCopyReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

type source struct {
	file    *os.File
	packets reader
	link    layers.LinkType // of a pcap file
	mixed   bool            // pcapng: each packet has its own
	level   kit.Level
	decoder decoder
}

func open(path string, level kit.Level) (kit.Source, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(file, readBuffer)
	s := &source{file: file, level: level}
	magic, _ := in.Peek(4)
	if len(magic) == 4 && binary.BigEndian.Uint32(magic) == 0x0a0d0d0a {
		s.mixed = true
		s.packets, err = pcapgo.NewNgReader(in, pcapgo.NgReaderOptions{WantMixedLinkType: true})
	} else {
		var plain *pcapgo.Reader
		if plain, err = pcapgo.NewReader(in); err == nil {
			s.packets, s.link = plain, plain.LinkType()
		}
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return s, nil
}

func (s *source) Close() error { return s.file.Close() }

func (s *source) Next(r *kit.Row) error {
	data, info, err := s.packets.ZeroCopyReadPacketData()
	if err != nil {
		return err
	}
	link := s.link
	if s.mixed {
		link, _ = info.AncillaryData[0].(layers.LinkType)
	}
	r.TsNs = info.Timestamp.UnixNano()
	r.CapLen, r.WireLen, r.LinkType = uint32(info.CaptureLength), uint32(info.Length), uint16(link)
	if s.level != kit.Frames {
		s.decoder.decode(r, data, info.Length, link)
	}
	return nil
}

// decoder has one layer of each kind, which every packet uses again.
type decoder struct {
	eth   layers.Ethernet
	tag   layers.Dot1Q
	llc   layers.LLC
	snap  layers.SNAP
	ip4   layers.IPv4
	ip6   layers.IPv6
	skip  layers.IPv6ExtensionSkipper
	tcp   layers.TCP
	udp   layers.UDP
	icmp4 layers.ICMPv4
	icmp6 layers.ICMPv6
	dns   layers.DNS
}

var ignored = gopacket.NilDecodeFeedback

func be48(b []byte) uint64 {
	return uint64(binary.BigEndian.Uint16(b))<<32 | uint64(binary.BigEndian.Uint32(b[2:]))
}

// `wire`: bytes of the packet on the wire from `data` on; fewer may have been captured.
func (d *decoder) decode(r *kit.Row, data []byte, wire int, link layers.LinkType) {
	switch link {
	case layers.LinkTypeEthernet:
		d.ethernet(r, data, wire)
	case layers.LinkTypeRaw, layers.LinkTypeIPv4, layers.LinkTypeIPv6, 12, 14:
		d.ip(r, data, wire)
	}
}

func (d *decoder) ethernet(r *kit.Row, data []byte, wire int) {
	if d.eth.DecodeFromBytes(data, ignored) != nil {
		return
	}
	r.Has |= kit.HasLink
	r.EthSrc, r.EthDst = be48(d.eth.SrcMAC), be48(d.eth.DstMAC)
	kind, payload := d.eth.EthernetType, d.eth.Payload
	wire -= 14
	for kind == layers.EthernetTypeDot1Q || kind == layers.EthernetTypeQinQ || kind == 0x9100 {
		if d.tag.DecodeFromBytes(payload, ignored) != nil {
			return
		}
		if r.Has&kit.HasVLAN == 0 {
			r.Has |= kit.HasVLAN
			r.VlanID = d.tag.VLANIdentifier
		}
		kind, payload = d.tag.Type, d.tag.Payload
		wire -= 4
	}
	if kind >= etherMin {
		r.EthType = uint16(kind)
	}
	switch {
	case kind == layers.EthernetTypeIPv4 || kind == layers.EthernetTypeIPv6:
		d.ip(r, payload, wire)
	case kind == layers.EthernetTypeMPLSUnicast || kind == layers.EthernetTypeMPLSMulticast:
		d.mpls(r, payload, wire)
	case kind == layers.EthernetTypePPPoESession:
		d.pppoe(r, payload, wire)
	case kind < etherMin:
		d.logicalLink(r, payload, wire)
	}
}

func (d *decoder) mpls(r *kit.Row, data []byte, wire int) {
	for len(data) >= 4 {
		last := data[2]&1 != 0
		data, wire = data[4:], wire-4
		if last {
			d.ip(r, data, wire)
			return
		}
	}
}

// RFC 2516: version and type, code, session(2), length(2), then the protocol of PPP.
func (d *decoder) pppoe(r *kit.Row, data []byte, wire int) {
	if len(data) < 8 {
		return
	}
	protocol := binary.BigEndian.Uint16(data[6:])
	switch protocol {
	case pppIPv4, pppIPv6:
		d.ip(r, data[8:], wire-8)
	case pppMPLS:
		d.mpls(r, data[8:], wire-8)
	}
}

func (d *decoder) logicalLink(r *kit.Row, data []byte, wire int) {
	if d.llc.DecodeFromBytes(data, ignored) != nil || d.llc.DSAP != 0xaa || d.llc.Control != 3 {
		return
	}
	if d.snap.DecodeFromBytes(d.llc.Payload, ignored) != nil {
		return
	}
	if d.snap.Type == layers.EthernetTypeIPv4 || d.snap.Type == layers.EthernetTypeIPv6 {
		d.ip(r, d.snap.Payload, wire-8)
	}
}

func (d *decoder) ip(r *kit.Row, data []byte, wire int) {
	if len(data) == 0 {
		return
	}
	if data[0]>>4 == 4 {
		d.ipv4(r, data, wire)
	} else if data[0]>>4 == 6 {
		d.ipv6(r, data, wire)
	}
}

func (d *decoder) ipv4(r *kit.Row, data []byte, wire int) {
	ip := &d.ip4
	if ip.DecodeFromBytes(data, ignored) != nil {
		return
	}
	total := int(binary.BigEndian.Uint16(data[2:])) // 0 with segmentation offload
	r.Has |= kit.HasIP | kit.HasFrag
	r.IPVersion, r.IPProto, r.IPTTL, r.IPTOS = 4, uint8(ip.Protocol), ip.TTL, ip.TOS
	r.IPLen, r.IPID, r.IPFlags, r.FragOff = uint32(total), uint32(ip.Id), uint8(ip.Flags)&3, ip.FragOffset*8
	r.SrcLo, r.DstLo = uint64(binary.BigEndian.Uint32(ip.SrcIP)), uint64(binary.BigEndian.Uint32(ip.DstIP))
	if total == 0 {
		total = wire
	}
	if total > wire || ip.FragOffset != 0 {
		return
	}
	protocol, payload, left := ip.Protocol, ip.Payload, total-int(ip.IHL)*4
	for protocol == protoAH {
		size := headerAH(payload)
		if size == 0 {
			return
		}
		protocol, payload, left = layers.IPProtocol(payload[0]), payload[size:], left-size
		r.IPProto = uint8(protocol)
	}
	d.transport(r, protocol, payload, left)
}

func (d *decoder) ipv6(r *kit.Row, data []byte, wire int) {
	ip := &d.ip6
	// Without a payload length it returns an error, and has decoded the fixed header.
	if ip.DecodeFromBytes(data, ignored) != nil && (len(data) < 40 || ip.Length != 0) {
		return
	}
	r.Has |= kit.HasIP
	r.IPVersion, r.IPTTL, r.IPTOS = 6, ip.HopLimit, ip.TrafficClass
	r.IPLen = 40 + uint32(ip.Length)
	r.SrcHi, r.SrcLo = binary.BigEndian.Uint64(ip.SrcIP), binary.BigEndian.Uint64(ip.SrcIP[8:])
	r.DstHi, r.DstLo = binary.BigEndian.Uint64(ip.DstIP), binary.BigEndian.Uint64(ip.DstIP[8:])
	next, payload, left := ip.NextHeader, ip.Payload, int(ip.Length)
	if left == 0 {
		left = wire - 40
	}
	if ip.HopByHop != nil {
		next = ip.HopByHop.NextHeader
		left -= ip.HopByHop.ActualLength
	}
	r.IPProto = uint8(next)
	if left > wire-40 {
		return
	}
	d.extensions(r, next, payload, left)
}

// headerAH returns the bytes of an authentication header; 0: it was not captured.
func headerAH(data []byte) int {
	if len(data) < 12 {
		return 0
	}
	size := (int(data[1]) + 2) * 4
	if size > len(data) {
		return 0
	}
	return size
}

func (d *decoder) extensions(r *kit.Row, next layers.IPProtocol, payload []byte, left int) {
	for {
		switch next {
		case layers.IPProtocolIPv6HopByHop, layers.IPProtocolIPv6Routing, layers.IPProtocolIPv6Destination:
			if d.skip.DecodeFromBytes(payload, ignored) != nil {
				return
			}
			next, payload = d.skip.NextHeader, d.skip.Payload
			left -= len(d.skip.Contents)
		case protoAH:
			size := headerAH(payload)
			if size == 0 {
				return
			}
			next, payload, left = layers.IPProtocol(payload[0]), payload[size:], left-size
		case layers.IPProtocolIPv6Fragment:
			if len(payload) < 8 {
				return
			}
			r.Has |= kit.HasFrag
			r.IPID, r.FragOff = binary.BigEndian.Uint32(payload[4:]), binary.BigEndian.Uint16(payload[2:])&0xfff8
			r.IPFlags = payload[3] & 1
			next, payload, left = layers.IPProtocol(payload[0]), payload[8:], left-8
			if r.FragOff != 0 {
				r.IPProto = uint8(next)
				return
			}
		default:
			d.transport(r, next, payload, left)
			return
		}
		r.IPProto = uint8(next)
	}
}

// `left`: bytes of the datagram from here on, by the IP header.
func (d *decoder) transport(r *kit.Row, protocol layers.IPProtocol, data []byte, left int) {
	switch {
	case protocol == layers.IPProtocolTCP:
		d.transportTCP(r, data, left)
	case protocol == layers.IPProtocolUDP:
		if d.udp.DecodeFromBytes(data, ignored) == nil {
			ports(r, uint16(d.udp.SrcPort), uint16(d.udp.DstPort), udpHeader, left)
			if r.App != nil && (isDNS(r.SrcPort, true) || isDNS(r.DstPort, true)) {
				d.message(r, d.udp.Payload)
			}
		}
	case protocol == protoLite && len(data) >= udpHeader:
		ports(r, binary.BigEndian.Uint16(data), binary.BigEndian.Uint16(data[2:]), udpHeader, left)
	case protocol == layers.IPProtocolICMPv4 && r.IPVersion == 4:
		if d.icmp4.DecodeFromBytes(data, ignored) == nil {
			control(r, d.icmp4.TypeCode.Type(), d.icmp4.TypeCode.Code(), 8, left)
		}
	case protocol == layers.IPProtocolICMPv6 && r.IPVersion == 6:
		if d.icmp6.DecodeFromBytes(data, ignored) == nil {
			header := 8
			if left < 8 { // RFC 4286 section 5: some messages have 4 bytes
				header = 4
			}
			control(r, d.icmp6.TypeCode.Type(), d.icmp6.TypeCode.Code(), header, left)
		}
	}
}

func (d *decoder) transportTCP(r *kit.Row, data []byte, left int) {
	tcp := &d.tcp
	// With an error in the options, the fixed header is decoded.
	if err := tcp.DecodeFromBytes(data, ignored); err != nil && len(data) < 20 {
		return
	}
	ports(r, uint16(tcp.SrcPort), uint16(tcp.DstPort), int(tcp.DataOffset)*4, left)
	r.Has |= kit.HasTCP
	r.TCPFlags = binary.BigEndian.Uint16(data[12:]) & 0x0fff
	r.TCPSeq, r.TCPAck, r.TCPWindow = tcp.Seq, tcp.Ack, tcp.Window
	// RFC 1035 section 4.2.2: a length of 2 bytes comes first.
	if r.App != nil && len(tcp.Payload) > 2 && (isDNS(r.SrcPort, false) || isDNS(r.DstPort, false)) {
		d.message(r, tcp.Payload[2:])
	}
}

// isDNS: a port of DNS, or over UDP of mDNS or LLMNR.
func isDNS(port uint16, udp bool) bool {
	return port == 53 || udp && (port == 5353 || port == 5355)
}

// message fills the columns of DNS; after an error, those before it.
func (d *decoder) message(r *kit.Row, data []byte) {
	if len(data) < dnsHeader {
		return
	}
	_ = d.dns.DecodeFromBytes(data, ignored)
	r.Has |= kit.HasDNS
	if d.dns.QR {
		r.Has |= kit.HasDNSRcode
		r.App.DNSResponse, r.App.DNSRcode = 1, uint8(d.dns.ResponseCode)&15 // EDNS adds bits
	}
	if len(d.dns.Questions) > 0 {
		r.Has |= kit.HasDNSQuery
		question := &d.dns.Questions[0]
		r.App.DNSName, r.App.DNSQryType = string(question.Name), uint16(question.Type)
	}
	for i := range d.dns.Answers {
		if answer := &d.dns.Answers[i]; answer.Type == layers.DNSTypeA && len(answer.IP) == 4 {
			r.Has |= kit.HasDNSA
			r.App.DNSA = binary.BigEndian.Uint32(answer.IP)
			return
		}
	}
}

func ports(r *kit.Row, source, destination uint16, header, left int) {
	r.Has |= kit.HasL4 | kit.HasPorts
	r.SrcPort, r.DstPort, r.L4Hlen = source, destination, uint8(header)
	if left > header {
		r.PayloadLen = uint32(left - header)
	}
}

func control(r *kit.Row, kind, code uint8, header, left int) {
	r.Has |= kit.HasL4 | kit.HasICMP
	r.ICMPType, r.ICMPCode, r.L4Hlen = kind, code, uint8(header)
	if left > header {
		r.PayloadLen = uint32(left - header)
	}
}

// version is the one that the binary was built with.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/gopacket/gopacket" {
				return module.Version
			}
		}
	}
	return "unknown"
}

func main() {
	kit.Main(kit.Driver{
		Name:    "gopacket",
		Summary: "gopacket, a Go library: its layers decode into structs that are reused",
		Version: version(),
		License: "BSD-3-Clause",
		Decoder: "gopacket",
		Flags:   "go build, no cgo",
		Frames:  "pcapgo.Reader.ZeroCopyReadPacketData() for every packet",
		Headers: "ZeroCopyReadPacketData(), and DecodeFromBytes() of each layer",
		App:     "the same, and DNS.DecodeFromBytes() by the ports 53, 5353, 5355",
		Open:    open,
	})
}
