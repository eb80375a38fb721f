/* Changes of free fields: which bytes they touch, and that checksums stay valid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "bench/canary/free_fields.h"
#include "parsers/core/numbers.h"

/* Ethernet, 802.1Q, IPv4, UDP from port 50000 to 53, 4 bytes of payload; both checksums valid. */
static const uint8_t udp4[] = {0x02, 0,    0,    0,    0,    0x02, 0x02, 0,    0,   0,
                               0,    0x01, 0x81, 0x00, 0x00, 0x05, 0x08, 0x00, /* link */
                               0x45, 0,    0,    32,   0x12, 0x34, 0x40, 0,    64,  17,
                               0x00, 0x00, 10,   0,    0,    1,    10,   0,    0,   2, /* IPv4 */
                               0xc3, 0x50, 0,    53,   0,    12,   0x00, 0x00, 'a', 'b',
                               'c',  'd'}; /* UDP */
/* Raw IPv6, TCP with ACK. */
static const uint8_t tcp6[] = {0x60, 0,    0,    0,    0,    20,   6,    64,   0x20, 0x01,
                               0x0d, 0xb8, 0,    0,    0,    0,    0,    0,    0,    0,
                               0,    0,    0,    1,    0x20, 0x01, 0x0d, 0xb8, 0,    0,
                               0,    0,    0,    0,    0,    0,    0,    0,    0,    2, /* IPv6 */
                               0xc3, 0x51, 0x00, 0x50, 0,    0,    0,    1,    0,    0,
                               0,    2,    0x50, 0x10, 0x20, 0x00, 0,    0,    0,    0}; /* TCP */

static const field_masks all = {.mac_src = 0x0101,
                                .mac_dst = 0x0203,
                                .vlan = 3,
                                .tos = 0x10,
                                .id = 0xffff,
                                .dont_fragment = true,
                                .ttl = 3,
                                .src = 4,
                                .dst = 8,
                                .src_port = 0x3f,
                                .dst_port = 0x3f,
                                .seq = 0x0f0f,
                                .ack = 0x00ff,
                                .window = 0x55,
                                .icmp_code = 1};

/* Ones' complement sum of 16-bit words, RFC 1071. */
static uint32_t sum_of(const uint8_t *bytes, size_t size, uint32_t sum)
{
    for (size_t i = 0; i < size; i += 2)
        sum += (uint32_t)(bytes[i] << 8) + (i + 1 < size ? bytes[i + 1] : 0u);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static void put(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* Checksum of the L4 part with its pseudo header; 0xffff if the stored one is valid. */
static uint32_t l4_sum(const uint8_t *packet, size_t size, const field_places *p)
{
    const size_t at = p->version == 4 ? 12 : 8, bytes = p->version == 4 ? 8 : 32;
    const uint32_t pseudo = sum_of(packet + p->ip + at, bytes, p->proto + (uint32_t)(size - p->l4));
    return sum_of(packet + p->l4, size - p->l4, pseudo);
}

static void make_udp4(uint8_t packet[sizeof udp4], field_places *p)
{
    memcpy(packet, udp4, sizeof udp4);
    field_places_find(packet, sizeof udp4, LINKTYPE_ETHERNET, p);
    put(packet + p->ip + 10, ~sum_of(packet + p->ip, 20, 0) & 0xffff);
    put(packet + p->l4 + 6, ~l4_sum(packet, sizeof udp4, p) & 0xffff);
}

static void test_places(void **state)
{
    (void)state;
    field_places p;
    field_places_find(udp4, sizeof udp4, LINKTYPE_ETHERNET, &p);
    assert_int_equal(p.mac, 0);
    assert_int_equal(p.vlan, 14);
    assert_int_equal(p.ip, 18);
    assert_int_equal(p.l4, 38);
    assert_int_equal(p.version, 4);
    assert_int_equal(p.proto, PROTO_UDP);
    field_places_find(tcp6, sizeof tcp6, LINKTYPE_RAW, &p);
    assert_int_equal(p.ip, 0);
    assert_int_equal(p.l4, 40);
    field_places_find(udp4, 30, LINKTYPE_ETHERNET, &p); /* the IP header is cut */
    assert_int_equal(p.ip, NO_FIELD);
    field_places_find(udp4, sizeof udp4, LINKTYPE_NULL, &p);
    assert_int_equal(p.mac, NO_FIELD);
    assert_int_equal(p.ip, NO_FIELD);
}

static void test_checksums_ipv4(void **state)
{
    (void)state;
    uint8_t packet[sizeof udp4];
    field_places p;
    make_udp4(packet, &p);
    assert_int_equal(l4_sum(packet, sizeof packet, &p), 0xffff);
    free_fields_change(packet, sizeof packet, &p, &all);
    assert_int_equal(sum_of(packet + p.ip, 20, 0), 0xffff);
    assert_int_equal(l4_sum(packet, sizeof packet, &p), 0xffff);
    const uint8_t expected[] = {0x02, 0, 0,    0,    0x02, 0x01, 0x02, 0,
                                0,    0, 0x01, 0x00, 0x81, 0,    0,    0x06};
    assert_memory_equal(packet, expected, sizeof expected);
    assert_int_equal(packet[p.ip + 1], 0x10);
    assert_int_equal(packet[p.ip + 4] << 8 | packet[p.ip + 5], 0xedcb);
    assert_int_equal(packet[p.ip + 6], 0);
    assert_int_equal(packet[p.ip + 8], 64 ^ 3);
    assert_int_equal(packet[p.ip + 15], 5);
    assert_int_equal(packet[p.ip + 19], 10);
    assert_int_equal(packet[p.l4 + 1], 0x50 ^ 0x3f);
    assert_int_equal(packet[p.l4 + 3], 53); /* no dynamic port */
    free_fields_change(packet, sizeof packet, &p, &all);
    uint8_t before[sizeof udp4];
    make_udp4(before, &p);
    assert_memory_equal(packet, before, sizeof before);
}

static void test_udp_without_checksum(void **state)
{
    (void)state;
    uint8_t packet[sizeof udp4];
    field_places p;
    make_udp4(packet, &p);
    put(packet + p.l4 + 6, 0);
    free_fields_change(packet, sizeof packet, &p, &all);
    assert_int_equal(packet[p.l4 + 6] << 8 | packet[p.l4 + 7], 0);
}

static void test_ipv6_tcp(void **state)
{
    (void)state;
    uint8_t packet[sizeof tcp6];
    field_places p;
    memcpy(packet, tcp6, sizeof tcp6);
    field_places_find(packet, sizeof packet, LINKTYPE_RAW, &p);
    put(packet + p.l4 + 16, ~l4_sum(packet, sizeof packet, &p) & 0xffff);
    free_fields_change(packet, sizeof packet, &p, &all);
    assert_int_equal(l4_sum(packet, sizeof packet, &p), 0xffff);
    assert_int_equal(packet[0], 0x61);
    assert_int_equal(packet[7], 64 ^ 3);
    assert_int_equal(packet[23], 1 ^ 4);
    assert_int_equal(packet[p.l4 + 6] << 8 | packet[p.l4 + 7], 1 ^ 0x0f0f);
    packet[p.l4 + 13] |= TCP_SYN; /* the numbers of such a packet begin a stream */
    const uint8_t seq = packet[p.l4 + 7];
    free_fields_change(packet, sizeof packet, &p, &all);
    assert_int_equal(packet[p.l4 + 7], seq);
}

/* Special values stay: they mean something else. */
static void test_special_values(void **state)
{
    (void)state;
    uint8_t packet[sizeof udp4];
    field_places p;
    make_udp4(packet, &p);
    packet[0] = 0x01;        /* multicast MAC */
    packet[15] = 0;          /* priority tag */
    packet[p.ip + 8] = 3;    /* TTL: 3 ^ 3 is 0 */
    packet[p.ip + 12] = 0;   /* 0.0.0.1 */
    packet[p.ip + 16] = 224; /* multicast */
    uint8_t before[sizeof packet];
    memcpy(before, packet, sizeof packet);
    free_fields_change(packet, sizeof packet, &p, &all);
    assert_memory_equal(packet, before, 6);
    assert_int_equal(packet[15], 0);
    assert_int_equal(packet[p.ip + 8], 3);
    assert_memory_equal(packet + p.ip + 12, before + p.ip + 12, 8);
}

static void test_join(void **state)
{
    (void)state;
    uint8_t from[sizeof udp4], to[sizeof udp4];
    field_places p;
    make_udp4(from, &p);
    make_udp4(to, &p);
    free_fields_change(from, sizeof from, &p, &all);
    free_fields_join(to, sizeof to, &p, from, &p);
    assert_memory_equal(to + p.ip + 12, from + p.ip + 12, 8);
    assert_memory_equal(to + p.l4, from + p.l4, 4);
    assert_int_equal(sum_of(to + p.ip, 20, 0), 0xffff);
    assert_int_equal(l4_sum(to, sizeof to, &p), 0xffff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_checksums_ipv4),
        cmocka_unit_test(test_udp_without_checksum),
        cmocka_unit_test(test_ipv6_tcp),
        cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_join),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
