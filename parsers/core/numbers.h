/* Numbers that protocols assign: the one place for them in this tree. */
#ifndef PKT_NUMBERS_H
#define PKT_NUMBERS_H

#define NS_PER_S 1000000000
#define NS_PER_US 1000
#define US_PER_S 1000000

/* https://www.tcpdump.org/linktypes.html */
enum {
    LINKTYPE_NULL = 0,
    LINKTYPE_ETHERNET = 1,
    LINKTYPE_TOKEN_RING = 6,
    LINKTYPE_ARCNET_BSD = 7,
    LINKTYPE_SLIP = 8,
    LINKTYPE_PPP = 9,
    LINKTYPE_FDDI = 10,
    LINKTYPE_ATM_RFC1483_OLD = 11, /* its DLT number, which libpcap and Wireshark read */
    LINKTYPE_PPP_HDLC = 50,
    LINKTYPE_ATM_RFC1483 = 100,
    LINKTYPE_RAW = 101,
    LINKTYPE_SLIP_BSDOS = 102,
    LINKTYPE_PPP_BSDOS = 103,
    LINKTYPE_CISCO_HDLC = 104,
    LINKTYPE_IEEE802_11 = 105,
    LINKTYPE_ATM_CLIP = 106,
    LINKTYPE_FRAME_RELAY = 107,
    LINKTYPE_LOOP = 108,
    LINKTYPE_LINUX_SLL = 113,
    LINKTYPE_PFLOG = 117,
    LINKTYPE_IEEE802_11_PRISM = 119,
    LINKTYPE_SUNATM = 123,
    LINKTYPE_IEEE802_11_RADIOTAP = 127,
    LINKTYPE_ARCNET_LINUX = 129,
    LINKTYPE_PKTAP_OLD = 149, /* for private use, but written by Darwin */
    LINKTYPE_IEEE802_11_AVS = 163,
    LINKTYPE_JUNIPER_ETHERNET = 178,
    LINKTYPE_JUNIPER_PPP = 179,
    LINKTYPE_JUNIPER_FRAME_RELAY = 180,
    LINKTYPE_JUNIPER_HDLC = 181,
    LINKTYPE_MULTILINK_FRAME_RELAY = 182,
    LINKTYPE_PPI = 192,
    LINKTYPE_ERF = 197,
    LINKTYPE_USB_LINUX_MMAPPED = 220,
    LINKTYPE_IPV4 = 228,
    LINKTYPE_IPV6 = 229,
    LINKTYPE_NFLOG = 239,
    LINKTYPE_IPOIB = 242,
    LINKTYPE_PKTAP = 258,
    LINKTYPE_LINUX_SLL2 = 276,
    LINKTYPE_DSA_TAG_BRCM = 281,
    LINKTYPE_DSA_TAG_BRCM_PREPEND = 282,
    LINKTYPE_DSA_TAG_DSA = 284,
    LINKTYPE_DSA_TAG_EDSA = 285
};

/* https://www.iana.org/assignments/ieee-802-numbers */
enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_ARP = 0x0806,
    ETHERTYPE_RARP = 0x8035,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_UPSTREAM = 0x8848, /* RFC 5332; multicast until then */
    ETHERTYPE_PPPOE_SESSION = 0x8864,
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_QINQ_OLD = 0x9100,
    ETHERTYPE_JUMBO_LLC = 0x8870, /* LLC without a length, IEEE 802.1AC */
    ETHERTYPE_CISCO_CMD = 0x8909, /* Cisco metadata: security group */
    ETHERTYPE_VN_TAG = 0x8926,    /* Cisco virtual interfaces */
    ETHERTYPE_TIME_TAG = 0x8988,  /* time stamp of a switch */
    ETHERTYPE_ARISTA = 0xd28b,    /* of Arista, also a time stamp */
    ETHERTYPE_GIGAMON = 0x22e5,   /* header of Gigamon's taps */
    ETHERTYPE_BRIDGED = 0x6558,   /* RFC 1701, transparent Ethernet bridging */
    ETHERTYPE_E_TAG = 0x893f,     /* IEEE 802.1BR */
    ETHERTYPE_R_TAG = 0xf1c1,     /* IEEE 802.1CB */
    ETHERTYPE_HSR = 0x892f,       /* IEC 62439-3 */
    ETHERTYPE_I_TAG = 0x88e7,     /* IEEE 802.1Q, provider backbone bridges */
    ETHERTYPE_MACSEC = 0x88e5,    /* IEEE 802.1AE */
    ETHERTYPE_MIN = 0x0600,       /* below: a length, of ETHERNET_LENGTH_MAX at most */
    ETHERNET_LENGTH_MAX = 1500
};

/* https://www.iana.org/assignments/ppp-numbers */
enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057, PPP_MPLS = 0x0281, PPP_MPLS_MULTICAST = 0x0283 };

/* https://www.iana.org/assignments/protocol-numbers */
enum {
    PROTO_HOP_BY_HOP = 0,
    PROTO_ICMP = 1,
    PROTO_IGMP = 2,
    PROTO_IPV4 = 4,
    PROTO_TCP = 6,
    PROTO_UDP = 17,
    PROTO_IPV6 = 41,
    PROTO_ROUTING = 43,
    PROTO_FRAGMENT = 44,
    PROTO_GRE = 47,
    PROTO_AH = 51,
    PROTO_ICMPV6 = 58,
    PROTO_DESTINATION = 60,
    PROTO_ETHERIP = 97,
    PROTO_IPCOMP = 108,
    PROTO_SCTP = 132,
    PROTO_UDPLITE = 136,
    PROTO_MPLS = 137,
    PROTO_ETHERNET = 143
};

/* https://www.iana.org/assignments/service-names-port-numbers */
enum {
    PORT_SSH = 22,
    PORT_TELNET = 23,
    PORT_SMTP = 25,
    PORT_DNS = 53,
    PORT_DHCP_SERVER = 67,
    PORT_DHCP_CLIENT = 68,
    PORT_HTTP = 80,
    PORT_NTP = 123,
    PORT_IRC = 194,
    PORT_HTTPS = 443,
    PORT_L2TP = 1701,
    PORT_MQTT = 1883,
    PORT_SSDP = 1900,
    PORT_GTP_U = 2152,
    PORT_TEREDO = 3544,
    PORT_LISP = 4341,
    PORT_GRE = 4754,
    PORT_VXLAN = 4789,
    PORT_VXLAN_GPE = 4790,
    PORT_MDNS = 5353,
    PORT_LLMNR = 5355,
    PORT_COAP = 5683,
    PORT_GENEVE = 6081,
    PORT_MPLS = 6635,
    PORT_IRC_COMMON = 6667 /* not assigned to IRC, but used */
};

/* The column arp_op, RFC 826. */
enum { ARP_REQUEST = 1, ARP_REPLY = 2 };

/* Bits of the column tcp_flags: RFC 9293 section 3.1. */
enum {
    TCP_FIN = 0x001,
    TCP_SYN = 0x002,
    TCP_RST = 0x004,
    TCP_PSH = 0x008,
    TCP_ACK = 0x010,
    TCP_ECE = 0x040,
    TCP_CWR = 0x080
};

/* Bits of the column ip_flags. */
enum { IP_MORE_FRAGMENTS = 1, IP_DONT_FRAGMENT = 2 };

/* Fixed parts of headers, bytes. */
enum {
    ETHERNET_HEADER = 14,
    ETHERNET_ADDRESSES = 12, /* of the header, before its type */
    VLAN_TAG = 4,
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    TCP_HEADER = 20,
    UDP_HEADER = 8
};

#endif
