/* Replaced addresses and their checksums, as literal bytes. */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/core/numbers.h"
#include "parsers/mix/origin.h"

enum { MOST_MAPS = 4, MOST_BYTES = 128 };

/* Rewrite a copy of the packet with these maps; a MAC address has 17 characters before `=`. */
typedef struct rewriting {
    const char *maps[MOST_MAPS];
    uint16_t link_type;
    uint64_t unsearched;
    uint8_t bytes[MOST_BYTES];
} rewriting;

static void rewrite(rewriting *r, const uint8_t *bytes, size_t size)
{
    pkt_address_map maps[MOST_MAPS];
    pkt_rewrite rewrite = {.count = 0};
    pkt_err err;
    assert_true(size <= MOST_BYTES);
    uint8_t *own = malloc(size ? size : 1); /* sanitizers see what is touched behind it */
    assert_non_null(own);
    memcpy(own, bytes, size);
    for (size_t i = 0; i < MOST_MAPS && r->maps[i]; i++) {
        const bool mac = strncmp(r->maps[i], "02:", 3) == 0;
        assert_int_equal(pkt_address_map_parse(&maps[i], r->maps[i], mac, &err), 0);
        assert_int_equal(pkt_rewrite_add(&rewrite, &maps[i], &err), 0);
    }
    pkt_rewrite_packet(&rewrite, r->link_type, own, size);
    memcpy(r->bytes, own, size);
    free(own);
    r->unsearched = rewrite.unsearched;
    free(rewrite.maps);
}

#define CHECK(r, before, after)                                                                    \
    do {                                                                                           \
        static_assert(sizeof(before) == sizeof(after), "both have one size");                      \
        rewrite(r, before, sizeof(before));                                                        \
        assert_memory_equal((r)->bytes, after, sizeof(after));                                     \
    } while (0)

/* Ethernet, IPv4 10.0.0.5 to 10.0.0.9, TCP with 3 bytes; checksums 0x548c and 0x2ec7. */
static const uint8_t tcp[] = {
    0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x45,
    0x00, 0x00, 0x2b, 0x12, 0x34, 0x00, 0x00, 0x40, 0x06, 0x54, 0x8c, 0x0a, 0x00, 0x00, 0x05,
    0x0a, 0x00, 0x00, 0x09, 0xc3, 0x50, 0x00, 0x50, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
    0x00, 0x50, 0x02, 0x20, 0x00, 0x2e, 0xc7, 0x00, 0x00, 0x68, 0x69, 0x21};
/* The same of 192.168.1.20 and 02:00:00:00:00:aa, computed over all bytes: 0x9cd4 and 0x770f. */
static const uint8_t tcp_mapped[] = {
    0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0xaa, 0x08, 0x00, 0x45,
    0x00, 0x00, 0x2b, 0x12, 0x34, 0x00, 0x00, 0x40, 0x06, 0x9c, 0xd4, 0xc0, 0xa8, 0x01, 0x14,
    0x0a, 0x00, 0x00, 0x09, 0xc3, 0x50, 0x00, 0x50, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
    0x00, 0x50, 0x02, 0x20, 0x00, 0x77, 0x0f, 0x00, 0x00, 0x68, 0x69, 0x21};

static void test_tcp(void **state)
{
    (void)state;
    rewriting r = {.maps = {"10.0.0.5=192.168.1.20", "02:00:00:00:00:01=02:00:00:00:00:AA"},
                   .link_type = LINKTYPE_ETHERNET};
    CHECK(&r, tcp, tcp_mapped);
    r.maps[0] = "10.9.9.9=1.2.3.4"; /* no address of it */
    r.maps[1] = NULL;
    CHECK(&r, tcp, tcp);
}

/* A cut packet has no checksum to mend, or one whose data are not there. */
static void test_cut(void **state)
{
    (void)state;
    rewriting r = {.maps = {"10.0.0.5=192.168.1.20", "02:00:00:00:00:01=02:00:00:00:00:aa"},
                   .link_type = LINKTYPE_ETHERNET};
    for (size_t size = 0; size <= sizeof tcp; size++) {
        rewrite(&r, tcp, size);
        const size_t mapped = size < ETHERNET_HEADER                 ? 0
                              : size < ETHERNET_HEADER + IPV4_HEADER ? ETHERNET_HEADER
                              : size < 52                            ? 34
                                                                     : size;
        assert_memory_equal(r.bytes, tcp_mapped, mapped);
        assert_memory_equal(r.bytes + mapped, tcp + mapped, size - mapped);
    }
}

/* Raw IPv4, UDP from 10.0.0.5 to 10.0.0.9: 0x548e and 0x528f. */
static const uint8_t udp[] = {0x45, 0x00, 0x00, 0x1e, 0x12, 0x34, 0x00, 0x00, 0x40, 0x11,
                              0x54, 0x8e, 0x0a, 0x00, 0x00, 0x05, 0x0a, 0x00, 0x00, 0x09,
                              0x14, 0xe9, 0x14, 0xe9, 0x00, 0x0a, 0x52, 0x8f, 0x6f, 0x6b};
/* To 192.168.1.20. */
static const uint8_t udp_mapped[] = {0x45, 0x00, 0x00, 0x1e, 0x12, 0x34, 0x00, 0x00, 0x40, 0x11,
                                     0x9c, 0xda, 0x0a, 0x00, 0x00, 0x05, 0xc0, 0xa8, 0x01, 0x14,
                                     0x14, 0xe9, 0x14, 0xe9, 0x00, 0x0a, 0x9a, 0xdb, 0x6f, 0x6b};

static void test_udp(void **state)
{
    (void)state;
    rewriting r = {.maps = {"10.0.0.9=192.168.1.20"}, .link_type = LINKTYPE_RAW};
    CHECK(&r, udp, udp_mapped);
    r.link_type = LINKTYPE_IPV4;
    CHECK(&r, udp, udp_mapped);
    /* No checksum stays none: that of the IP header alone changes. */
    uint8_t none[sizeof udp], none_mapped[sizeof udp];
    memcpy(none, udp, sizeof none);
    memcpy(none_mapped, udp_mapped, sizeof none);
    none[26] = none[27] = none_mapped[26] = none_mapped[27] = 0;
    CHECK(&r, none, none_mapped);
    /* A later fragment has data where the first one has the header. */
    memcpy(none, udp, sizeof none);
    memcpy(none_mapped, udp_mapped, sizeof none);
    none[7] = none_mapped[7] = 1; /* offset 8 bytes; the checksums are wrong by 1, and stay so */
    memcpy(none_mapped + 20, udp + 20, sizeof udp - 20);
    CHECK(&r, none, none_mapped);
}

/* A checksum that becomes 0 is written as 0xffff, for 0 is none: RFC 768. */
static void test_udp_zero(void **state)
{
    (void)state;
    uint8_t before[sizeof udp], after[sizeof udp];
    rewriting r = {.maps = {"10.0.0.9=10.0.0.10"}, .link_type = LINKTYPE_RAW};
    memcpy(before, udp, sizeof before);
    before[26] = 0x00;
    before[27] = 0x01;
    memcpy(after, before, sizeof after);
    after[11] = 0x8d; /* 0x548e - 1 */
    after[19] = 10;
    after[26] = after[27] = 0xff;
    CHECK(&r, before, after);
}

/* A wrong checksum stays wrong by the same difference. */
static void test_wrong(void **state)
{
    (void)state;
    uint8_t before[sizeof udp], after[sizeof udp];
    rewriting r = {.maps = {"10.0.0.9=192.168.1.20"}, .link_type = LINKTYPE_RAW};
    memcpy(before, udp, sizeof before);
    memcpy(after, udp_mapped, sizeof after);
    before[27] -= 3;
    after[27] -= 3;
    CHECK(&r, before, after);
}

/* IPv6 with a hop-by-hop header, ICMPv6: 0x2445 of 2001:db8::1, 0x54fc of fd00::1:1. */
static const uint8_t icmpv6[] = {
    0x60, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x40, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x20, 0x01, 0x0d, 0xb8,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x3a, 0x00,
    0x01, 0x04, 0x00, 0x00, 0x00, 0x00, 0x80, 0x00, 0x24, 0x45, 0x00, 0x01, 0x00, 0x02};
static const uint8_t icmpv6_mapped[] = {
    0x60, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x40, 0xfd, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x20, 0x01, 0x0d, 0xb8,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x3a, 0x00,
    0x01, 0x04, 0x00, 0x00, 0x00, 0x00, 0x80, 0x00, 0x54, 0xfc, 0x00, 0x01, 0x00, 0x02};

static void test_ipv6(void **state)
{
    (void)state;
    rewriting r = {.maps = {"2001:db8::1=fd00::1:1"}, .link_type = LINKTYPE_IPV6};
    CHECK(&r, icmpv6, icmpv6_mapped);
}

/* Networks keep the host's part, also where the prefix ends inside a byte. */
static void test_network(void **state)
{
    (void)state;
    rewriting r = {.maps = {"10.0.0.0/29=192.168.1.16/29", "10.0.0.0/8=172.0.0.0/8"},
                   .link_type = LINKTYPE_RAW};
    rewrite(&r, udp, sizeof udp);
    const uint8_t addresses[] = {192, 168, 1, 21, 172, 0, 0, 9};
    assert_memory_equal(r.bytes + 12, addresses, sizeof addresses);
}

/* Both addresses of ARP, behind a VLAN tag. */
static void test_arp(void **state)
{
    (void)state;
    static const uint8_t before[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x00, 0x00, 0x00,
                                     0x00, 0x01, 0x81, 0x00, 0x00, 0x05, 0x08, 0x06, 0x00, 0x01,
                                     0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00,
                                     0x00, 0x01, 0x0a, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00,
                                     0x00, 0x00, 0x0a, 0x00, 0x00, 0x09};
    static const uint8_t after[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x00, 0x00, 0x00,
                                    0x00, 0xaa, 0x81, 0x00, 0x00, 0x05, 0x08, 0x06, 0x00, 0x01,
                                    0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00,
                                    0x00, 0xaa, 0xc0, 0xa8, 0x01, 0x05, 0x00, 0x00, 0x00, 0x00,
                                    0x00, 0x00, 0xc0, 0xa8, 0x01, 0x09};
    rewriting r = {.maps = {"10.0.0.0/24=192.168.1.0/24", "02:00:00:00:00:01=02:00:00:00:00:aa"},
                   .link_type = LINKTYPE_ETHERNET};
    CHECK(&r, before, after);
}

static void test_unsearched(void **state)
{
    (void)state;
    rewriting r = {.maps = {"10.0.0.9=192.168.1.20"}, .link_type = LINKTYPE_IEEE802_11};
    CHECK(&r, udp, udp);
    assert_int_equal(r.unsearched, 1);
}

static void test_parse(void **state)
{
    (void)state;
    static const char *const bad[] = {"10.0.0.1",
                                      "10.0.0.1=",
                                      "10.0.0.256=1.2.3.4",
                                      "10.0.0.0/24=10.0.0.0/25",
                                      "10.0.0.0/33=10.0.0.0/33",
                                      "10.0.0.0/=10.0.0.0/24",
                                      "10.0.0.1=fd00::1"};
    static const char *const good[] = {"10.0.0.1=192.168.1.20", "10.0.0.0/24=192.168.1.0/24",
                                       "2001:db8::/32=fd00::/32"};
    char text[PKT_MAP_TEXT];
    pkt_address_map map;
    pkt_err err;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(pkt_address_map_parse(&map, bad[i], false, &err), -1);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(pkt_address_map_parse(&map, good[i], false, &err), 0);
        assert_string_equal(pkt_address_map_text(&map, text), good[i]);
    }
    assert_int_equal(pkt_address_map_parse(&map, "02:00:00:00:00:1=02:00:00:00:00:01", true, &err),
                     -1);
    assert_int_equal(pkt_address_map_parse(&map, "02:00:00:00:00:0A=02:00:00:00:00:01", true, &err),
                     0);
    assert_string_equal(pkt_address_map_text(&map, text), "02:00:00:00:00:0a=02:00:00:00:00:01");
}

static void test_times(void **state)
{
    (void)state;
    int64_t ns;
    pkt_mix_times times = {.first = 1000, .start = 5000};
    assert_int_equal(pkt_mix_time(&times, 1007, &ns), 0);
    assert_int_equal(ns, 5007);
    times.rate = 2 * PKT_MIX_RATE_UNIT;
    assert_int_equal(pkt_mix_time(&times, 1007, &ns), 0);
    assert_int_equal(ns, 5003);
    assert_int_equal(pkt_mix_time(&times, 993, &ns), 0); /* before the first: down as well */
    assert_int_equal(ns, 4996);
    times.rate = PKT_MIX_RATE_UNIT / 4;
    assert_int_equal(pkt_mix_time(&times, 1007, &ns), 0);
    assert_int_equal(ns, 5028);
    assert_int_equal(pkt_mix_time(&times, -1000, &ns), -1);     /* before 1970 */
    assert_int_equal(pkt_mix_time(&times, INT64_MAX, &ns), -1); /* after 2262 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tcp),     cmocka_unit_test(test_cut),
        cmocka_unit_test(test_udp),     cmocka_unit_test(test_udp_zero),
        cmocka_unit_test(test_wrong),   cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_network), cmocka_unit_test(test_arp),
        cmocka_unit_test(test_parse),   cmocka_unit_test(test_unsearched),
        cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
