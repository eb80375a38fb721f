import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.pcap4j.packet.Dot1qVlanTagPacket;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IcmpV4CommonPacket;
import org.pcap4j.packet.IcmpV6CommonPacket;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV6ExtFragmentPacket;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;

/**
 * A driver of Pcap4J: newPacket() of each header builds its object, over a walk of the file's
 * records, since its own reader calls libpcap by JNA for each packet. A header is given without what
 * follows it: otherwise its payload is copied, and built up to the application's message. MPLS,
 * PPPoE, SNAP, UDP-Lite and authentication headers are not in the library, and it takes a hop-by-hop
 * header with a router alert and PadN for 6 bytes: this file has a few lines for each, and for IPv6
 * extension headers.
 */
public final class Pcap4jDriver implements PktbenchKit.Driver {
    private static final int IPV4 = 0x0800, IPV6 = 0x86dd, ETHER_MIN = 0x0600,
            ETHERNET_SIZE = 14;
    private static final int PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_FRAGMENT = 44, PROTO_AH = 51,
            PROTO_ICMPV6 = 58, PROTO_UDP_LITE = 136;

    @Override
    public Map<String, String> description() {
        return Map.of("name", "pcap4j", "summary", "Pcap4J, a Java library of packet classes",
                "version", "1.8.2", "license", "MIT", "decoder", "pcap4j");
    }

    @Override
    public Map<String, String> work() {
        return Map.of("frames", "a walk of the file's records, without Pcap4J", "headers",
                "newPacket() of each header, up to TCP, UDP and ICMP, and its getters");
    }

    @Override
    public PktbenchKit.Source open(String path, boolean headers) throws Exception {
        return new Capture(Files.readAllBytes(Path.of(path)), headers);
    }

    private static final class Capture extends PcapFile {
        Capture(byte[] bytes, boolean headers) {
            super(bytes, headers);
        }

        private int u16(int at) {
            return (b[at] & 255) << 8 | b[at + 1] & 255;
        }

        // `at`: where the bytes of the layer begin. `end`: where the packet ends on the wire. `limit`:
        // where its captured bytes end.

        @Override
        protected void packet(PktbenchKit.Row r, int at, int end) {
            try {
                if (r.linkType == 1)
                    ethernet(r, at, end);
                else if (r.linkType == 101 || r.linkType == 228 || r.linkType == 229)
                    ip(r, at, end);
            } catch (IllegalRawDataException e) {
                return; // a malformed packet: the row keeps what it has
            }
        }

        private void ethernet(PktbenchKit.Row r, int at, int end) throws IllegalRawDataException {
            int captured = limit - at;
            if (captured > ETHERNET_SIZE && u16(at + 12) >= ETHER_MIN)
                captured = ETHERNET_SIZE; // a length needs as many bytes
            EthernetPacket eth = EthernetPacket.newPacket(b, at, captured);
            r.has |= PktbenchKit.LINK;
            r.ethSrc = mac(eth.getHeader().getSrcAddr().getAddress());
            r.ethDst = mac(eth.getHeader().getDstAddr().getAddress());
            int type = eth.getHeader().getType().value() & 0xffff;
            at += ETHERNET_SIZE;
            while ((type == 0x8100 || type == 0x88a8 || type == 0x9100) && at + 4 <= limit) {
                Dot1qVlanTagPacket tag = Dot1qVlanTagPacket.newPacket(b, at, 4);
                if ((r.has & PktbenchKit.VLAN) == 0)
                    r.vlanId = tag.getHeader().getVidAsInt();
                r.has |= PktbenchKit.VLAN;
                type = tag.getHeader().getType().value() & 0xffff;
                at += 4;
            }
            r.ethType = type < ETHER_MIN ? 0 : type;
            payload(r, at, end, type);
        }

        private void payload(PktbenchKit.Row r, int at, int end, int type)
                throws IllegalRawDataException {
            if (type == IPV4 || type == IPV6) {
                ip(r, at, end);
            } else if (type == 0x8847 || type == 0x8848) {
                mpls(r, at, end);
            } else if (type == 0x8864 && at + 8 <= limit) { // PPPoE, RFC 2516
                int protocol = u16(at + 6);
                if (protocol == 0x0021 || protocol == 0x0057)
                    ip(r, at + 8, end);
                else if (protocol == 0x0281)
                    mpls(r, at + 8, end);
            } else if (type < ETHER_MIN && at + 8 <= limit && u16(at) == 0xaaaa && b[at + 2] == 3) {
                int inner = u16(at + 6);
                if (inner == IPV4 || inner == IPV6)
                    ip(r, at + 8, Math.min(end, at + type));
            }
        }

        private void mpls(PktbenchKit.Row r, int at, int end) throws IllegalRawDataException {
            while (at + 4 <= limit) {
                at += 4;
                if ((b[at - 2] & 1) != 0) {
                    ip(r, at, end);
                    return;
                }
            }
        }

        private void ip(PktbenchKit.Row r, int at, int end) throws IllegalRawDataException {
            int captured = Math.min(limit, end) - at;
            int version = captured > 0 ? b[at] >> 4 & 15 : 0;
            if (version == 4 && captured >= 20)
                ipv4(r, IpV4Packet.newPacket(b, at, size(captured, 20, (b[at] & 15) * 4)), at, end);
            else if (version == 6 && captured >= 40)
                ipv6(r, IpV6Packet.newPacket(b, at, 40), at, end);
        }

        /** Bytes of a header of `length` bytes, at least `least`, as far as they were captured. */
        private static int size(int captured, int least, int length) {
            return Math.min(captured, Math.max(least, length));
        }

        private void ipv4(PktbenchKit.Row r, IpV4Packet packet, int at, int end)
                throws IllegalRawDataException {
            IpV4Packet.IpV4Header ip = packet.getHeader();
            r.has |= PktbenchKit.IP | PktbenchKit.FRAG;
            r.ipVersion = 4;
            r.ipTos = ip.getTos().value() & 255;
            r.ipLen = ip.getTotalLengthAsInt();
            r.ipId = ip.getIdentificationAsInt();
            r.ipFlags = (ip.getDontFragmentFlag() ? 2 : 0) | (ip.getMoreFragmentFlag() ? 1 : 0);
            r.fragOff = ip.getFragmentOffset() * 8;
            r.ipTtl = ip.getTtlAsInt();
            r.ipProto = ip.getProtocol().value() & 255;
            r.srcLo = low32(ip.getSrcAddr().getAddress());
            r.dstLo = low32(ip.getDstAddr().getAddress());
            if (r.ipLen > end - at || r.fragOff != 0)
                return;
            end = r.ipLen == 0 ? end : at + r.ipLen;
            at += ip.getIhlAsInt() * 4;
            while (r.ipProto == PROTO_AH && at + 12 <= limit) {
                r.ipProto = b[at] & 255;
                at += ((b[at + 1] & 255) + 2) * 4;
            }
            transport(r, at, end);
        }

        private void ipv6(PktbenchKit.Row r, IpV6Packet packet, int at, int end)
                throws IllegalRawDataException {
            IpV6Packet.IpV6Header ip = packet.getHeader();
            r.has |= PktbenchKit.IP;
            r.ipVersion = 6;
            r.ipTos = ip.getTrafficClass().value() & 255;
            r.ipLen = 40 + ip.getPayloadLengthAsInt();
            r.ipProto = ip.getNextHeader().value() & 255;
            r.ipTtl = ip.getHopLimitAsInt();
            ByteBuffer source = ByteBuffer.wrap(ip.getSrcAddr().getAddress());
            ByteBuffer destination = ByteBuffer.wrap(ip.getDstAddr().getAddress());
            r.srcHi = source.getLong();
            r.srcLo = source.getLong();
            r.dstHi = destination.getLong();
            r.dstLo = destination.getLong();
            at += 40;
            if (r.ipLen - 40 > end - at)
                return;
            end = r.ipLen == 40 ? end : at + r.ipLen - 40;
            extensions(r, at, end);
        }

        private void extensions(PktbenchKit.Row r, int at, int end)
                throws IllegalRawDataException {
            while (isExtension(r.ipProto)) {
                if (at + 8 > limit)
                    return;
                int size = ((b[at + 1] & 255) + 1) * 8;
                if (r.ipProto == PROTO_AH)
                    size = ((b[at + 1] & 255) + 2) * 4;
                if (r.ipProto == PROTO_FRAGMENT) {
                    size = 8;
                    fragment(r, IpV6ExtFragmentPacket.newPacket(b, at, 8).getHeader());
                }
                r.ipProto = b[at] & 255;
                at += size;
                if (r.fragOff != 0)
                    return;
            }
            transport(r, at, end);
        }

        private static boolean isExtension(int proto) {
            return proto == 0 || proto == 43 || proto == 60 || proto == PROTO_AH
                    || proto == PROTO_FRAGMENT;
        }

        private static void fragment(PktbenchKit.Row r,
                IpV6ExtFragmentPacket.IpV6ExtFragmentHeader header) {
            r.has |= PktbenchKit.FRAG;
            r.fragOff = (header.getFragmentOffset() & 0x1fff) * 8;
            r.ipFlags = header.getM() ? 1 : 0;
            r.ipId = header.getIdentification();
        }

        private void transport(PktbenchKit.Row r, int at, int end) throws IllegalRawDataException {
            int captured = Math.min(end, limit) - at, left = end - at;
            if (r.ipProto == PROTO_TCP && captured >= 20)
                tcp(r, TcpPacket.newPacket(b, at, size(captured, 20, (b[at + 12] >> 4 & 15) * 4)), left);
            else if (r.ipProto == PROTO_UDP && captured >= 8)
                udp(r, UdpPacket.newPacket(b, at, 8), left);
            else if (r.ipProto == PROTO_UDP_LITE && captured >= 8)
                ports(r, u16(at), u16(at + 2), 8, left);
            else if (r.ipProto == PROTO_ICMP && r.ipVersion == 4 && captured >= 8)
                icmp4(r, IcmpV4CommonPacket.newPacket(b, at, 4), left);
            else if (r.ipProto == PROTO_ICMPV6 && r.ipVersion == 6
                    && captured >= (left < 8 ? 4 : 8))
                icmp6(r, IcmpV6CommonPacket.newPacket(b, at, 4), left);
        }

        private void tcp(PktbenchKit.Row r, TcpPacket packet, int left) {
            TcpPacket.TcpHeader tcp = packet.getHeader();
            r.has |= PktbenchKit.TCP;
            r.tcpSeq = tcp.getSequenceNumber();
            r.tcpAck = tcp.getAcknowledgmentNumber();
            r.tcpWindow = tcp.getWindowAsInt();
            r.tcpFlags = (tcp.getReserved() & 63) << 6 | (tcp.getUrg() ? 32 : 0)
                    | (tcp.getAck() ? 16 : 0) | (tcp.getPsh() ? 8 : 0) | (tcp.getRst() ? 4 : 0)
                    | (tcp.getSyn() ? 2 : 0) | (tcp.getFin() ? 1 : 0);
            ports(r, tcp.getSrcPort().valueAsInt(), tcp.getDstPort().valueAsInt(),
                    tcp.getDataOffsetAsInt() * 4, left);
        }

        private void udp(PktbenchKit.Row r, UdpPacket packet, int left) {
            UdpPacket.UdpHeader udp = packet.getHeader();
            ports(r, udp.getSrcPort().valueAsInt(), udp.getDstPort().valueAsInt(), 8, left);
        }

        private void icmp4(PktbenchKit.Row r, IcmpV4CommonPacket packet, int left) {
            control(r, packet.getHeader().getType().value(), packet.getHeader().getCode().value(),
                    8, left);
        }

        private void icmp6(PktbenchKit.Row r, IcmpV6CommonPacket packet, int left) {
            // RFC 4286 section 5: some messages have 4 bytes
            control(r, packet.getHeader().getType().value(), packet.getHeader().getCode().value(),
                    left < 8 ? 4 : 8, left);
        }

        private static void control(PktbenchKit.Row r, int type, int code, int size, int left) {
            r.has |= PktbenchKit.L4 | PktbenchKit.ICMP;
            r.icmpType = type & 255;
            r.icmpCode = code & 255;
            r.l4Hlen = size;
            r.payloadLen = left - size;
        }

        private static void ports(PktbenchKit.Row r, int source, int destination, int size,
                int left) {
            r.has |= PktbenchKit.L4 | PktbenchKit.PORTS;
            r.srcPort = source;
            r.dstPort = destination;
            r.l4Hlen = size;
            r.payloadLen = Math.max(0, left - size);
        }

        private static long low32(byte[] address) {
            return Integer.toUnsignedLong(ByteBuffer.wrap(address).getInt());
        }

        private static long mac(byte[] address) {
            return (long) (address[0] & 255) << 40 | (long) (address[1] & 255) << 32
                    | Integer.toUnsignedLong(ByteBuffer.wrap(address).getInt(2));
        }
    }

    public static void main(String[] arguments) throws Exception {
        PktbenchKit.serve(new Pcap4jDriver());
    }
}
