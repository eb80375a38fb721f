import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A complete driver: a pcap reader and a decoder of Ethernet, IP, TCP, UDP and ICMP. */
public final class PcapDriver implements PktbenchKit.Driver {
    private static final int IPV4 = 0x0800, IPV6 = 0x86dd, MPLS = 0x8847, MPLS_UPSTREAM = 0x8848,
            PPPOE = 0x8864, ETHER_MIN = 0x0600, PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057,
            PPP_MPLS = 0x0281;
    private static final int PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_FRAGMENT = 44,
            PROTO_AH = 51, PROTO_ICMPV6 = 58, PROTO_UDP_LITE = 136;

    @Override
    public Map<String, String> description() {
        return Map.of("name", "pcap-java", "summary", "an example driver: pcap and headers by bytes",
                "version", "1", "license", "MIT", "decoder", "pcap-java");
    }

    @Override
    public Map<String, String> work() {
        return Map.of("frames", "getInt() of every record", "headers", "the bytes of every header");
    }

    @Override
    public PktbenchKit.Source open(String path, boolean headers) throws Exception {
        return new Capture(Files.readAllBytes(Path.of(path)), headers);
    }

    private static final class Capture extends PcapFile {
        Capture(byte[] bytes, boolean headers) {
            super(bytes, headers);
        }

        private int u8(int at) {
            return b[at] & 255;
        }

        private int u16(int at) {
            return u8(at) << 8 | u8(at + 1);
        }

        private int i32(int at) {
            return u16(at) << 16 | u16(at + 2);
        }

        private long u32(int at) {
            return Integer.toUnsignedLong(i32(at));
        }

        private long u64(int at) {
            return u32(at) << 32 | u32(at + 4);
        }

        // Each of these decodes from `at` on. `end`: where the packet, or the datagram that it is
        // in, ends on the wire; fewer bytes may have been captured.

        @Override
        protected void packet(PktbenchKit.Row r, int at, int end) {
            switch (r.linkType) {
                case 1:
                    ethernet(r, at, end);
                    break;
                case 12:
                case 14:
                case 101:
                case 228:
                case 229:
                    ip(r, at, end);
                    break;
                default:
                    break;
            }
        }

        private void ethernet(PktbenchKit.Row r, int at, int end) {
            if (at + 14 > limit)
                return;
            r.has |= PktbenchKit.LINK;
            r.ethDst = (long) u16(at) << 32 | u32(at + 2);
            r.ethSrc = (long) u16(at + 6) << 32 | u32(at + 8);
            int type = u16(at + 12);
            at += 14;
            while ((type == 0x8100 || type == 0x88a8 || type == 0x9100) && at + 4 <= limit) {
                if ((r.has & PktbenchKit.VLAN) == 0)
                    r.vlanId = u16(at) & 0xfff;
                r.has |= PktbenchKit.VLAN;
                type = u16(at + 2);
                at += 4;
            }
            r.ethType = type < ETHER_MIN ? 0 : type;
            payload(r, at, end, type);
        }

        private void payload(PktbenchKit.Row r, int at, int end, int type) {
            if (type == IPV4 || type == IPV6) {
                ip(r, at, end);
            } else if (type == MPLS || type == MPLS_UPSTREAM) {
                mpls(r, at, end);
            } else if (type == PPPOE && at + 8 <= limit) {
                int protocol = u16(at + 6);
                if (protocol == PPP_IPV4 || protocol == PPP_IPV6)
                    ip(r, at + 8, end);
                else if (protocol == PPP_MPLS)
                    mpls(r, at + 8, end);
            } else if (type < ETHER_MIN && at + 8 <= limit && i32(at) >>> 8 == 0xaaaa03) {
                int inner = u16(at + 6);
                if (inner == IPV4 || inner == IPV6)
                    ip(r, at + 8, Math.min(end, at + type));
            }
        }

        private void mpls(PktbenchKit.Row r, int at, int end) {
            while (at + 4 <= limit) {
                at += 4;
                if ((u8(at - 2) & 1) != 0) {
                    ip(r, at, end);
                    return;
                }
            }
        }

        private void ip(PktbenchKit.Row r, int at, int end) {
            int version = at < limit ? u8(at) >> 4 : 0;
            if (version == 4 && at + 20 <= limit)
                ipv4(r, at, end);
            else if (version == 6 && at + 40 <= limit)
                ipv6(r, at, end);
        }

        private void ipv4(PktbenchKit.Row r, int at, int end) {
            int size = (u8(at) & 15) * 4, total = u16(at + 2), frag = u16(at + 6);
            r.has |= PktbenchKit.IP | PktbenchKit.FRAG;
            r.ipVersion = 4;
            r.ipTos = u8(at + 1);
            r.ipLen = total;
            r.ipId = u16(at + 4);
            r.ipFlags = frag >> 13 & 3;
            r.fragOff = (frag & 0x1fff) * 8;
            r.ipTtl = u8(at + 8);
            r.ipProto = u8(at + 9);
            r.srcLo = u32(at + 12);
            r.dstLo = u32(at + 16);
            int left = end - at;
            if (size < 20 || size > left || (total != 0 && (total < size || total > left)))
                return;
            if (r.fragOff != 0)
                return;
            if (total != 0)
                end = at + total;
            at += size;
            while (r.ipProto == PROTO_AH && at + 12 <= limit) {
                r.ipProto = u8(at);
                at += (u8(at + 1) + 2) * 4;
            }
            transport(r, at, end);
        }

        private void ipv6(PktbenchKit.Row r, int at, int end) {
            int length = u16(at + 4);
            r.has |= PktbenchKit.IP;
            r.ipVersion = 6;
            r.ipTos = u16(at) >> 4 & 255;
            r.ipLen = 40 + length;
            r.ipProto = u8(at + 6);
            r.ipTtl = u8(at + 7);
            r.srcHi = u64(at + 8);
            r.srcLo = u64(at + 16);
            r.dstHi = u64(at + 24);
            r.dstLo = u64(at + 32);
            at += 40;
            if (length > end - at)
                return;
            if (length != 0) // 0: a jumbogram, or segmentation offload
                end = at + length;
            extensions(r, at, end);
        }

        private void extensions(PktbenchKit.Row r, int at, int end) {
            for (;;) {
                int size;
                switch (r.ipProto) {
                    case 0:
                    case 43:
                    case 60:
                        size = at + 8 > limit ? 0 : (u8(at + 1) + 1) * 8;
                        break;
                    case PROTO_AH:
                        size = at + 8 > limit ? 0 : (u8(at + 1) + 2) * 4;
                        break;
                    case PROTO_FRAGMENT:
                        size = at + 8 > limit ? 0 : 8;
                        break;
                    default:
                        transport(r, at, end);
                        return;
                }
                if (size == 0)
                    return;
                if (r.ipProto == PROTO_FRAGMENT) {
                    r.has |= PktbenchKit.FRAG;
                    r.fragOff = u16(at + 2) & 0xfff8;
                    r.ipFlags = u8(at + 3) & 1;
                    r.ipId = i32(at + 4);
                }
                r.ipProto = u8(at);
                at += size;
                if (r.fragOff != 0)
                    return;
            }
        }

        private void transport(PktbenchKit.Row r, int at, int end) {
            int captured = Math.min(end, limit) - at, left = end - at;
            if (r.ipProto == PROTO_TCP && captured >= 20) {
                int flags = u16(at + 12);
                r.has |= PktbenchKit.TCP;
                r.tcpSeq = i32(at + 4);
                r.tcpAck = i32(at + 8);
                r.tcpFlags = flags & 0xfff;
                r.tcpWindow = u16(at + 14);
                ports(r, at, (flags >> 12) * 4, left);
            } else if ((r.ipProto == PROTO_UDP || r.ipProto == PROTO_UDP_LITE) && captured >= 8) {
                ports(r, at, 8, left);
            } else if (r.ipProto == (r.ipVersion == 4 ? PROTO_ICMP : PROTO_ICMPV6)) {
                // RFC 4286 section 5: 4 bytes are enough
                int size = r.ipVersion == 6 && left < 8 ? 4 : 8;
                if (captured < size)
                    return;
                r.has |= PktbenchKit.L4 | PktbenchKit.ICMP;
                r.icmpType = u8(at);
                r.icmpCode = u8(at + 1);
                r.l4Hlen = size;
                r.payloadLen = left - size;
            }
        }

        private void ports(PktbenchKit.Row r, int at, int size, int left) {
            r.has |= PktbenchKit.L4 | PktbenchKit.PORTS;
            r.srcPort = u16(at);
            r.dstPort = u16(at + 2);
            r.l4Hlen = size;
            r.payloadLen = Math.max(0, left - size);
        }
    }

    public static void main(String[] arguments) throws Exception {
        PktbenchKit.serve(new PcapDriver());
    }
}
