/* Hosts of the generated network: 192.168.137.0/24 with 105 devices, a gateway and 7 attackers, and
 * servers in the benchmark and documentation ranges (RFC 2544, RFC 3849). */
#ifndef PKT_NETWORK_H
#define PKT_NETWORK_H

#include "datasets/frame.h"

enum { NETWORK_DEVICES = 105, NETWORK_ATTACKERS = 7 };

#define MAC_BROADCAST UINT64_C(0xffffffffffff)
#define MAC_GATEWAY UINT64_C(0x020089000001)

static inline uint32_t network_ip(unsigned host)
{
    return UINT32_C(0xc0a88900) + host; /* 192.168.137.0 */
}

static inline host network_gateway(void)
{
    return (host){MAC_GATEWAY, address4(network_ip(1))};
}

/* .10 to .114 */
static inline host network_device(unsigned index)
{
    return (host){UINT64_C(0x020089010000) + index, address4(network_ip(10 + index))};
}

/* .240 to .246 */
static inline host network_attacker(unsigned index)
{
    return (host){UINT64_C(0x0200890a0000) + index, address4(network_ip(240 + index))};
}

/* The same device with its IPv6 address in fd00:137::/64. */
static inline host network_device6(unsigned index)
{
    return (host){UINT64_C(0x020089010000) + index,
                  address6(UINT64_C(0xfd00013700000000), UINT64_C(0x00008900fe010000) + index)};
}

/* Its link-local address. */
static inline address network_link_local(unsigned index)
{
    return address6(UINT64_C(0xfe80000000000000), UINT64_C(0x00008900fe010000) + index);
}

/* A server on the internet; on the local link it has the gateway's MAC address. */
static inline host network_server(unsigned index)
{
    return (host){MAC_GATEWAY, address4(UINT32_C(0xc6120000) + index * 37 % 65536)};
}

static inline host network_server6(unsigned index)
{
    return (host){MAC_GATEWAY, address6(UINT64_C(0x20010db800000000), 0x100 + index)};
}

/* Put Ethernet and IP headers; the addresses choose IPv4 or IPv6. */
static inline void frame_between(frame *f, host from, host to, unsigned proto, unsigned ttl,
                                 unsigned id)
{
    frame_ethernet(f, from.mac, to.mac, from.ip.version == 4 ? 0x0800 : 0x86dd);
    frame_ip(f, from.ip, to.ip, proto, ttl, id);
}

#endif
