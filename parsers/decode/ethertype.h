/* EtherTypes, https://www.iana.org/assignments/ieee-802-numbers */
#ifndef PKT_DECODE_ETHERTYPE_H
#define PKT_DECODE_ETHERTYPE_H

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_UPSTREAM = 0x8848, /* RFC 5332; multicast until then */
    ETHERTYPE_PPPOE_SESSION = 0x8864,
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_QINQ_OLD = 0x9100,
    ETHERTYPE_MIN = 0x0600, /* below: a length, of ETHERNET_LENGTH_MAX at most */
    ETHERNET_LENGTH_MAX = 1500
};

#endif
