/* Packets without IP columns are counted by kind, and said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "parsers/core/undecoded.h"

static pkt_batch batch;

static void row(uint16_t link, pkt_verdict verdict, uint64_t present, uint16_t type)
{
    const size_t i = batch.rows++;
    batch.link_type[i] = link;
    batch.verdict[i] = (uint8_t)verdict;
    batch.present[i] = present;
    batch.eth_type[i] = type;
}

static void said(const pkt_undecoded *u, size_t index, const char *wanted)
{
    char text[PKT_UNDECODED_TEXT];
    assert_int_equal(pkt_undecoded_text(u, index, text), wanted != NULL);
    if (wanted)
        assert_string_equal(text, wanted);
}

static void test_kinds(void **state)
{
    (void)state;
    pkt_undecoded u = {.count = 0};
    memset(&batch, 0, sizeof batch);
    row(1, PKT_OK, PKT_HAS_LINK | PKT_HAS_IP, 0x0800);
    row(1, PKT_FRAGMENT, PKT_HAS_LINK | PKT_HAS_IP, 0x0800);
    for (size_t i = 0; i < 7; i++)
        row(195, PKT_UNSUPPORTED, 0, 0);
    for (size_t i = 0; i < 6; i++)
        row(1, PKT_OK, PKT_HAS_LINK, 0x0806);
    for (size_t i = 0; i < 5; i++)
        row(1, PKT_OK, PKT_HAS_LINK, 0x1234);
    for (size_t i = 0; i < 4; i++)
        row(1, PKT_BAD_VALUE, PKT_HAS_LINK, 0x86dd);
    for (size_t i = 0; i < 3; i++)
        row(101, PKT_BAD_VALUE, 0, 0);
    row(105, PKT_UNSUPPORTED, PKT_HAS_LINK, 0);
    row(105, PKT_UNSUPPORTED, PKT_HAS_LINK, 0);
    row(105, PKT_OK, PKT_HAS_LINK, 0);
    pkt_undecoded_count(&u, &batch);
    pkt_undecoded_sort(&u);
    said(&u, 0, "7 packets of link type 195 are not decoded");
    said(&u, 1, "6 packets of EtherType 0x0806 (ARP) have no IP columns");
    said(&u, 2, "5 packets of EtherType 0x1234 have no IP columns");
    said(&u, 3, "4 packets of EtherType 0x86dd have another IP version");
    said(&u, 4, "3 packets of link type 101 have a header, or an IP version, of no known kind");
    said(&u, 5,
         "2 packets of link type 105 are not decoded up to IP: fragments of the link, or headers "
         "that are nested too deep");
    said(&u, 6, "1 packets of link type 105 have no IP columns");
    said(&u, 7, NULL);
}

static void test_verdicts(void **state)
{
    (void)state;
    pkt_undecoded u = {.count = 0};
    memset(&batch, 0, sizeof batch);
    row(1, PKT_TRUNCATED, 0, 0);
    row(1, PKT_CUT_BY_SNAPLEN, PKT_HAS_LINK, 0x0800);
    row(1, PKT_CUT_BY_SNAPLEN, PKT_HAS_LINK, 0x86dd);
    pkt_undecoded_count(&u, &batch);
    pkt_undecoded_sort(&u);
    said(&u, 0, "2 packets have no IP columns: their verdict is cut-by-snaplen");
    said(&u, 1, "1 packets have no IP columns: their verdict is truncated");
    said(&u, 2, NULL);
}

/* More kinds than are named, and than are told apart. */
static void test_many(void **state)
{
    (void)state;
    pkt_undecoded u = {.count = 0};
    memset(&batch, 0, sizeof batch);
    for (unsigned i = 0; i < 100; i++)
        row(1, PKT_OK, PKT_HAS_LINK, (uint16_t)(0x2000 + i));
    pkt_undecoded_count(&u, &batch);
    pkt_undecoded_sort(&u);
    assert_int_equal(u.count, PKT_UNDECODED_KINDS);
    said(&u, 0, "1 packets of EtherType 0x2000 have no IP columns");
    said(&u, 7, "1 packets of EtherType 0x2007 have no IP columns");
    said(&u, 8, "92 packets of other kinds have no IP columns");
    said(&u, 9, NULL);
}

static void test_none(void **state)
{
    (void)state;
    pkt_undecoded u = {.count = 0};
    memset(&batch, 0, sizeof batch);
    row(1, PKT_OK, PKT_HAS_LINK | PKT_HAS_IP, 0x0800);
    pkt_undecoded_count(&u, &batch);
    said(&u, 0, NULL);
    const pkt_column_set headers = pkt_level_columns(PKT_LEVEL_HEADERS),
                         frames = pkt_level_columns(PKT_LEVEL_FRAMES);
    assert_true(pkt_undecoded_applies(&headers));
    assert_false(pkt_undecoded_applies(&frames));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kinds),
                                       cmocka_unit_test(test_verdicts), cmocka_unit_test(test_many),
                                       cmocka_unit_test(test_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
