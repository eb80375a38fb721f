/* Texts of columns: names that are not UTF-8, and how many rows of long ones a block has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parsers/encode/arrow_export.h"
#include "parsers/rows/column_types.h"
#include "parsers/rows/row_block.h"

#define BAD "\xef\xbf\xbd"

static pkt_fields fields_of(pkt_field_kind kind)
{
    pkt_fields fields = {.count = 0};
    pkt_fields_add(&fields, kind);
    return fields;
}

/* The label of a row in an Arrow array. */
static void check_label(const char *label, const char *expected)
{
    const pkt_fields fields = fields_of(PKT_FIELD_LABEL);
    const pkt_rows rows = {.count = 2, .label = label};
    struct ArrowArray array;
    pkt_err err = {.code = PKT_ERR_NONE};
    assert_int_equal(pkt_arrow_array(&rows, &fields, &array, &err), 0);
    const int32_t *offsets = array.children[0]->buffers[1];
    const char *bytes = array.children[0]->buffers[2];
    const size_t size = strlen(expected);
    assert_int_equal(offsets[0], 0);
    assert_int_equal(offsets[1], size);
    assert_int_equal(offsets[2], 2 * size);
    if (size) {
        assert_memory_equal(bytes, expected, size);
        assert_memory_equal(bytes + size, expected, size);
    }
    array.release(&array);
}

static void test_names(void **state)
{
    (void)state;
    check_label("", "");
    check_label("benign", "benign");
    check_label("a longer name, of ASCII", "a longer name, of ASCII");
    check_label("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
                "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
    check_label("d\xff/", "d" BAD "/");
    check_label("\xfe\xff", BAD BAD);
    check_label("1234567\xe9", "1234567" BAD);
    check_label("12345678\xc3", "12345678" BAD); /* the sequence is not complete */
    check_label("\xe2\x82 \xc3\xbc", BAD BAD " \xc3\xbc");
    check_label("\xed\xa0\x80", BAD BAD BAD); /* a surrogate */
    check_label("\xc0\xaf", BAD BAD);         /* an overlong form */
}

static void test_rows_of_a_block(void **state)
{
    enum { LENGTH = 140000, MOST = 131072 };
    pkt_fields numbers = fields_of(PKT_FIELD_PACKET), label = fields_of(PKT_FIELD_LABEL), texts;
    pkt_column_set app = {{0}};
    char *text = malloc(LENGTH + 1);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', LENGTH);
    text[LENGTH] = '\0';
    assert_int_equal(pkt_row_block_most(&numbers, text, text, SIZE_MAX), SIZE_MAX);
    assert_int_equal(pkt_row_block_most(&label, "a.pcap", "benign", MOST), MOST);
    assert_int_equal(pkt_row_block_most(&label, text, NULL, MOST), MOST); /* it has no `file` */
    const size_t rows = pkt_row_block_most(&label, "a.pcap", text, MOST);
    assert_true(rows > 2000 && rows * PKT_UTF8_MOST * LENGTH <= PKT_BLOCK_TEXT);
    pkt_set_add(&app, PKT_COL_dns_qry_name);
    pkt_fields_all(&texts, app);
    assert_int_equal(pkt_row_block_most(&texts, NULL, NULL, MOST), MOST);
    assert_true(pkt_row_block_most(&texts, NULL, NULL, SIZE_MAX) <= PKT_BLOCK_TEXT / PKT_TEXT_MAX);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_rows_of_a_block),
    };
    return cmocka_run_group_tests_name("texts", tests, NULL, NULL);
}
