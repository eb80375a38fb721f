/* Errors as text, notices, and values that people write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/util/clock.h"
#include "parsers/util/error.h"
#include "parsers/util/notice.h"
#include "parsers/util/output_text.h"
#include "parsers/util/parse.h"
#include "parsers/util/utf8.h"

static void test_err_text(void **state)
{
    (void)state;
    char text[PKT_ERR_TEXT];
    pkt_err err;
    assert_int_equal(pkt_fail(&err, PKT_ERR_FORMAT, 42, "is broken"), -1);
    assert_string_equal(pkt_err_text(&err, text), "is broken (at byte 42)");
    pkt_fail(&err, PKT_ERR_FORMAT, PKT_POS_NONE, "is broken");
    assert_string_equal(pkt_err_text(&err, text), "is broken");
    pkt_fail(&err, PKT_ERR_FORMAT, UINT64_MAX - 1, "%0300d", 7); /* cut, and the position fits */
    assert_non_null(strstr(pkt_err_text(&err, text), "00 (at byte 18446744073709551614)"));
}

static void test_err_about(void **state)
{
    (void)state;
    char name[200];
    pkt_err err;
    pkt_fail(&err, PKT_ERR_IO, 3, "cannot read");
    assert_int_equal(pkt_err_about(&err, "a.pcap"), -1);
    pkt_err_about(&err, "slice");
    assert_string_equal(err.msg, "slice: a.pcap: cannot read");
    assert_int_equal(err.code, PKT_ERR_IO);
    assert_int_equal(err.pos, 3);

    memset(name, 'x', sizeof name - 1);
    memcpy(name + sizeof name - 7, "z.pcap", 7);
    pkt_fail(&err, PKT_ERR_IO, PKT_POS_NONE, "cannot read");
    pkt_err_about(&err, name);
    assert_int_equal(strncmp(err.msg, "...xxx", 6), 0);
    assert_non_null(strstr(err.msg, "xz.pcap: cannot read"));

    pkt_fail(&err, PKT_ERR_IO, PKT_POS_NONE, "%0300d", 7); /* a full message loses its end */
    pkt_err_about(&err, "a.pcap");
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    assert_int_equal(strncmp(err.msg, "a.pcap: 000", 11), 0);
}

static void test_names(void **state)
{
    (void)state;
    pkt_names names = {.size = 0};
    pkt_err err;
    pkt_names_add(&names, "one");
    pkt_names_add(&names, "two");
    assert_int_equal(pkt_fail_unknown(&err, "number", "three", &names), -1);
    assert_string_equal(err.msg, "unknown number 'three'; known: one, two");
    assert_int_equal(err.code, PKT_ERR_USAGE);
    assert_int_equal(pkt_fail_unknown_backend(&err, "three", &names), -1);
    assert_string_equal(err.msg,
                        "unknown backend 'three'; known: one, two (a plug-in needs --plugin FILE)");
    for (size_t i = 0; i < 100; i++)
        pkt_names_add(&names, "hundred");
    assert_true(strlen(names.text) < sizeof names.text);
    assert_string_equal(names.text + strlen(names.text) - 12, "hundred, ...");
    char long_name[200];
    memset(long_name, 'x', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    pkt_names alone = {.size = 0};
    pkt_names_add(&alone, long_name);
    pkt_names_add(&alone, "b");
    assert_string_equal(alone.text, "...");
    pkt_names only = {.size = 0};
    for (size_t i = 0; i < sizeof only.text / 2; i++) /* up to the last byte, and beyond */
        pkt_names_add(&only, "");
    assert_true(strlen(only.text) < sizeof only.text);
}

typedef struct near_case {
    const char *word, *known[3], *found;
} near_case;

static void test_nearest(void **state)
{
    (void)state;
    static const near_case cases[] = {
        {"rwa", {"read-all", "raw", NULL}, "raw"},         /* two letters exchanged */
        {"parqet", {"arrow", "parquet", NULL}, "parquet"}, /* one missing */
        {"arroww", {"arrow", "parquet", NULL}, "arrow"},   /* one too many */
        {"srcport", {"dst_port", "src_port", NULL}, "src_port"},
        {"ip_src", {"in_src", "ip.src", NULL}, "ip.src"},   /* other signs between parts */
        {"Iat", {"IAT", "IPv", NULL}, "IAT"},               /* another case */
        {"head", {"flows", "headers", NULL}, "headers"},    /* a beginning */
        {"headrs", {"headers", "header", NULL}, "headers"}, /* the first of two as near */
        {"csv", {"xml", "tsv.gz", NULL}, ""},               /* too short to be that wrong */
        {"fish", {"bash", "zsh", NULL}, ""},                /* two edits of four letters */
        {"hsah", {"bash", "zsh", NULL}, ""},
        {"deep", {"frames", "headers", "flows"}, ""},
        {"", {"a", "b", NULL}, ""},
        {"a-word-that-is-longer-than-any-name-of-this-program", {"a", "b", NULL}, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pkt_nearest nearest = {.word = cases[i].word};
        for (size_t k = 0; k < 3 && cases[i].known[k]; k++)
            pkt_nearest_try(&nearest, cases[i].known[k]);
        assert_string_equal(nearest.found, cases[i].found);
    }
    pkt_names names = {.size = 0};
    pkt_err err;
    for (size_t i = 0; i < 50; i++) /* names that the list does not show are suggested too */
        pkt_names_add(&names, "hundred");
    pkt_names_add(&names, "slower[:P%]");
    pkt_fail_unknown(&err, "word", "slwer", &names);
    assert_non_null(strstr(err.msg, "unknown word 'slwer'; did you mean slower? Known: hundred, "));
    assert_non_null(strstr(err.msg, ", ..."));
    char text[PKT_NEAREST_TEXT];
    pkt_names parts = {.size = 0};
    pkt_names_add(&parts, "tcp-flood");
    pkt_names_add(&parts, "benign-iot-2");
    assert_string_equal(pkt_names_nearest(&parts, "flod", text), "tcp-flood");
    assert_string_equal(pkt_names_nearest(&parts, "iot", text), "benign-iot-2");
    assert_string_equal(pkt_names_nearest(&parts, "fish", text), "");
}

typedef struct heard {
    pkt_notice_kind kind;
    char text[2048];
    double seconds;
    int times;
} heard;

static void hear(void *self, pkt_notice_kind kind, const char *text)
{
    heard *h = self;
    h->kind = kind;
    (void)snprintf(h->text, sizeof h->text, "%s", text);
    h->times++;
}

static void hear_seconds(void *self, double seconds)
{
    ((heard *)self)->seconds = seconds;
}

static void test_notices(void **state)
{
    (void)state;
    heard h = {.times = 0};
    pkt_notices notices = {hear, hear_seconds, &h};
    pkt_err err;
    pkt_notice(&notices, PKT_NOTICE_PROGRESS, "%d of %d", 1, 2);
    assert_string_equal(h.text, "1 of 2");
    assert_int_equal(h.kind, PKT_NOTICE_PROGRESS);
    pkt_fail(&err, PKT_ERR_TRUNCATED, 5, "is cut");
    pkt_notice_err(&notices, "a.pcap", &err, "taken up to there");
    assert_string_equal(h.text, "a.pcap: is cut (at byte 5): taken up to there");
    assert_int_equal(h.kind, PKT_NOTICE_WARNING);
    pkt_notice_err(&notices, "a.pcap", &err, NULL);
    assert_string_equal(h.text, "a.pcap: is cut (at byte 5)");
    pkt_notice(&notices, PKT_NOTICE_NOTE, "%03000d", 7); /* a long one is cut */
    assert_true(strlen(h.text) > 1000 && strlen(h.text) < sizeof h.text - 1);
    assert_int_equal(h.times, 4);
    pkt_notice_expect(&notices, 2.5);
    assert_true(h.seconds > 2.4 && h.seconds < 2.6);
    notices.expect = NULL;
    pkt_notice_expect(&notices, 1);
    pkt_notice(NULL, PKT_NOTICE_NOTE, "nobody takes it");
    pkt_notice_expect(NULL, 1);
    assert_int_equal(h.times, 4);
}

static void test_seconds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double seconds; /* 0: none */
    } cases[] = {{"90", 90},   {"90s", 90},     {"2m", 120},  {"5ms", 0.005}, {"1.5s", 1.5},
                 {"", 0},      {"0", 0},        {"-1", 0},    {"s", 0},       {" 1", 0},
                 {"1h", 3600}, {"0.5d", 43200}, {"1mh", 0},   {"1hs", 0},     {"12d", 0},
                 {"1 s", 0},   {"1e7", 0},      {"nan", 0},   {"1e6", 1e6},   {"0x8", 0},
                 {"0x1p3", 0}, {"0X8s", 0},     {"0.5", 0.5}, {".5", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double seconds = 0;
        if (pkt_parse_seconds(cases[i].text, &seconds) != (cases[i].seconds > 0))
            fail_msg("'%s'", cases[i].text);
        if (cases[i].seconds > 0)
            assert_float_equal(seconds, cases[i].seconds, 1e-12);
    }
}

static void test_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double bytes; /* negative: none */
    } cases[] = {{"0", 0},
                 {"1000000", 1e6},
                 {"64kB", 64e3},
                 {"64KB", 64e3},
                 {"1.5GB", 1.5e9},
                 {"2TB", 2e12},
                 {"7B", 7},
                 {"", -1},
                 {"MB", -1},
                 {"10M", -1},
                 {"0x10", -1},
                 {"1e3", -1},
                 {"-1", -1},
                 {"1 kB", -1},
                 {"64KiB", 65536},
                 {"1MiB", 1048576},
                 {"2GiB", 2147483648.0},
                 {"1TiB", 1099511627776.0},
                 {"8kbit", 1000},
                 {"1Mbit", 125000},
                 {"1Gbit", 125e6},
                 {"1Mib", -1},
                 {"1MIB", -1},
                 {"1Gb", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double bytes = 0;
        if (pkt_parse_bytes(cases[i].text, &bytes) != (cases[i].bytes >= 0))
            fail_msg("'%s'", cases[i].text);
        if (cases[i].bytes >= 0)
            assert_float_equal(bytes, cases[i].bytes, 1e-6);
    }
}

enum { GATHERED = 64 }; /* room of the text that gather() fills */

static int gather(void *self, const char *item, pkt_err *err)
{
    char *text = self;
    const size_t length = strlen(text);
    (void)snprintf(text + length, GATHERED - length, "%s;", item);
    return strcmp(item, "stop") == 0 ? pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "it says stop")
                                     : 0;
}

static void test_list(void **state)
{
    (void)state;
    char text[GATHERED] = "";
    pkt_err err;
    assert_int_equal(pkt_parse_list("a,,b c,", gather, text, &err), 0);
    assert_string_equal(text, "a;b c;");
    text[0] = '\0';
    assert_int_equal(pkt_parse_list("", gather, text, &err), 0);
    assert_string_equal(text, "");
    assert_int_equal(pkt_parse_list("a,stop,b", gather, text, &err), -1);
    assert_string_equal(text, "a;stop;");
    assert_string_equal(err.msg, "it says stop");
}

static void test_found(void **state)
{
    (void)state;
    pkt_level level;
    pkt_flow_rule rule;
    pkt_err err;
    for (unsigned i = 0; i < PKT_LEVEL_COUNT; i++) {
        assert_int_equal(pkt_level_find(pkt_level_name((pkt_level)i), &level, &err), 0);
        assert_int_equal(level, i);
    }
    assert_int_equal(pkt_level_find("deep", &level, &err), -1);
    assert_string_equal(err.msg, "unknown level 'deep'; known: frames, headers, flows, dissect, "
                                 "app, inner");
    assert_int_equal(pkt_level_find("deep", &level, NULL), -1);
    for (unsigned i = 0; i < PKT_FLOW_RULE_COUNT; i++) {
        assert_int_equal(pkt_flow_rule_find(pkt_flow_rule_name((pkt_flow_rule)i), &rule, &err), 0);
        assert_int_equal(rule, i);
    }
    assert_int_equal(pkt_flow_rule_find("5", &rule, &err), -1);
    assert_string_equal(err.msg, "unknown flow rule '5'; known: wireshark-4.0, wireshark-4.4");
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        assert_int_equal(pkt_column_find(pkt_column_at(c)->name), c);
    assert_int_equal(pkt_column_find("colour"), PKT_COLUMN_COUNT);
}

static void test_clock(void **state)
{
    (void)state;
    const double before = pkt_seconds_now();
    const int64_t ns = pkt_clock_ns(CLOCK_MONOTONIC);
    const double after = pkt_seconds_now();
    assert_true(before > 0 && before <= (double)ns * 1e-9 && (double)ns * 1e-9 <= after);
}

static void check_form(pkt_text_form *form, const char *text, const char *wanted)
{
    const size_t room = PKT_FORM_BYTES(strlen(text));
    char *out = malloc(room);
    assert_non_null(out);
    char *end = form(out, text);
    assert_string_equal(out, wanted);
    assert_ptr_equal(end, out + strlen(wanted));
    assert_true(strlen(wanted) < room);
    free(out);
}

static void test_plain(void **state)
{
    (void)state;
    static const char *const plain[] = {"", "caf\xc3\xa9 \xf0\x9f\x98\x80", "a|b<c>\\`*",
                                        "\xc2\xa0"};
    static const char *const others[] = {"\x1b[2J",      "a\nb",         "\x7f",
                                         "\xc2\x9b[J",   "\xff",         "\xc3",
                                         "\xed\xa0\x80", "\xc0\xaf",     "\u202etxt",
                                         "\xe2\x81\xa6", "\xe2\x80\xa8", "\xf4\x90\x80\x80"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (!pkt_text_is_plain(plain[i]))
            fail_msg("%s is plain", plain[i]);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (pkt_text_is_plain(others[i]))
            fail_msg("case %zu is not plain", i);
}

static void test_terminal(void **state)
{
    (void)state;
    check_form(pkt_text_terminal, "a <b> | \\ caf\xc3\xa9", "a <b> | \\ caf\xc3\xa9");
    check_form(pkt_text_terminal, "\x1b]0;x\a\r\n\t\x7f\xff",
               "\\x1b]0;x\\x07\\x0d\\x0a\\x09\\x7f\\xff");
    check_form(pkt_text_terminal,
               "\xc2\x9b"
               "2J\xe2\x80\xae",
               "\\xc2\\x9b2J\\xe2\\x80\\xae");
}

static void test_fit(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        const char *text, *wanted;
    } cases[] = {
        {1, "abc", ""},          {3, "abc", "ab"},
        {4, "abc", "abc"},       {4, "\xe2\x82\xac", "\xe2\x82\xac"},
        {3, "\xe2\x82\xac", ""}, {5, "\xff", "\\xff"},
        {6, "ab\x1b", "ab"},     {7, "ab\x1b", "ab\\x1b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *out = malloc(cases[i].size);
        assert_non_null(out);
        assert_string_equal(pkt_text_fit(out, cases[i].size, cases[i].text), cases[i].wanted);
        free(out);
    }
}

static void test_markdown(void **state)
{
    (void)state;
    check_form(pkt_text_markdown, "read-all 1.0 (ours) src_hi, ~1",
               "read-all 1.0 (ours) src_hi, \\~1");
    check_form(pkt_text_markdown, "<b>&|*x*_y_`z`[a](b)#1$2$\\",
               "&lt;b&gt;&amp;\\|\\*x\\*\\_y\\_\\`z\\`\\[a\\](b)\\#1\\$2\\$\\\\");
    check_form(pkt_text_markdown, "- a\n\n| b", "\\- a\\x0a\\x0a\\| b");
    check_form(pkt_text_markdown, "&&&&&&&&", "&amp;&amp;&amp;&amp;&amp;&amp;&amp;&amp;");
}

static void test_csv(void **state)
{
    (void)state;
    check_form(pkt_text_csv, "a b", "a b");
    check_form(pkt_text_csv, "", "");
    check_form(pkt_text_csv, "\"\"\"\"", "\"\"\"\"\"\"\"\"\"\"");
    check_form(pkt_text_csv, "a,b\n\x1b", "\"a,b\n\\x1b\"");
    check_form(pkt_text_csv, "=1+1", "=1+1");
    check_form(pkt_text_csv_no_formula, "=1+1", "\"'=1+1\"");
    check_form(pkt_text_csv_no_formula, "@a", "\"'@a\"");
    check_form(pkt_text_csv_no_formula, "\t=1", "\"'\t=1\"");
    check_form(pkt_text_csv_no_formula, "1=1", "1=1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fit),       cmocka_unit_test(test_plain),
        cmocka_unit_test(test_terminal),  cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_csv),       cmocka_unit_test(test_err_text),
        cmocka_unit_test(test_err_about), cmocka_unit_test(test_names),
        cmocka_unit_test(test_notices),   cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_seconds),   cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_list),      cmocka_unit_test(test_found),
        cmocka_unit_test(test_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
