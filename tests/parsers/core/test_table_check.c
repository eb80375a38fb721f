/* Tables of plug-ins that are wrong are refused, with the member that is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/core/table_check.h"

#define IS_WRONG "its table is wrong: "

static const struct {
    const char *mode, *reason;
} cases[] = {
    {"table-null", "pkt_module() returned NULL"},
    {"table-wild", "pkt_module() returned no address of a table"},
    {"abi", "was built for interface (PKT_ABI) 99"},
    {"size", IS_WRONG "struct_size is too small"},
    {"fork", IS_WRONG "fork_each_run must be 0 or 1"},
    {"combines", IS_WRONG "combines_levels must be 0 or 1"},
    {"open-null", IS_WRONG "open is NULL"},
    {"next-null", IS_WRONG "next is NULL"},
    {"close-null", IS_WRONG "close is NULL"},
    {"no-version", IS_WRONG "version is NULL"},
    {"version-null", IS_WRONG "version() is NULL"},
    {"version-control", IS_WRONG "version() is not UTF-8, or has control characters"},
    {"name-null", IS_WRONG "name is NULL"},
    {"name-empty", IS_WRONG "name is empty"},
    {"name-markup", IS_WRONG "name is not UTF-8, or has control characters"},
    {"name-letters", IS_WRONG "name must be of a-z, 0-9 and -"},
    {"name-option", IS_WRONG "name must be of a-z, 0-9 and -"},
    {"name-long", IS_WRONG "name is longer than 32 bytes"},
    {"name-huge", IS_WRONG "name is longer than 256 bytes, or no text"},
    {"name-wild", IS_WRONG "name is longer than 256 bytes, or no text"},
    {"summary-null", IS_WRONG "summary is NULL"},
    {"summary-control", IS_WRONG "summary is not UTF-8, or has control characters"},
    {"summary-utf8", IS_WRONG "summary is not UTF-8, or has control characters"},
    {"summary-c1", IS_WRONG "summary is not UTF-8, or has control characters"},
    {"summary-reorders", IS_WRONG "summary is not UTF-8, or has control characters"},
    {"summary-long", IS_WRONG "summary is longer than 256 bytes, or no text"},
    {"summary-endless", IS_WRONG "summary is longer than 256 bytes, or no text"},
    {"license-null", IS_WRONG "license is NULL"},
    {"license-line", IS_WRONG "license is not UTF-8, or has control characters"},
    {"origin-null", IS_WRONG "origin is NULL"},
    {"decoder-null", IS_WRONG "decoder is NULL"},
    {"levels-null", IS_WRONG "levels is NULL"},
    {"levels-wild", IS_WRONG "levels is no list with an end"},
    {"levels-empty", IS_WRONG "levels is empty"},
    {"level-unknown", IS_WRONG "levels has a level that this pktbench does not know"},
    {"level-twice", IS_WRONG "levels has a level twice"},
    {"work-control", IS_WRONG "levels[].work is not UTF-8, or has control characters"},
    {"columns-empty", IS_WRONG "levels[].columns is empty"},
    {"columns-unknown", IS_WRONG "levels[].columns has a column that this pktbench does not know"},
    {"feature-name", IS_WRONG "features[].name must be of a-z, 0-9 and -"},
    {"feature-null", IS_WRONG "features[].evidence is NULL"},
    {"feature-control", IS_WRONG "features[].evidence is not UTF-8, or has control characters"},
    {"features-endless", IS_WRONG "features has more than 64 entries, or no end"},
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pkt_err err = {.pos = PKT_POS_NONE};
        assert_int_equal(setenv("HOSTILE", cases[i].mode, 1), 0);
        if (pkt_plugin_open(HOSTILE_PLUGIN, &err))
            fail_msg("%s: the table was accepted", cases[i].mode);
        if (err.code != PKT_ERR_LIBRARY || !strstr(err.msg, cases[i].reason))
            fail_msg("%s: %s", cases[i].mode, err.msg);
        assert_null(pkt_plugin_open(HOSTILE_PLUGIN, NULL));
    }
}

static void test_accepted(void **state)
{
    (void)state;
    pkt_err err = {.pos = PKT_POS_NONE};
    assert_int_equal(unsetenv("HOSTILE"), 0);
    const pkt_backend *backend = pkt_plugin_open(HOSTILE_PLUGIN, &err);
    assert_string_equal(backend ? backend->name : err.msg, "hostile");
}

/* A module is known by the name in the registry. */
static void test_module_name(void **state)
{
    (void)state;
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_entry entry = PKT_INIT(pkt_entry);
    char folder[] = HOSTILE_PLUGIN;
    *strrchr(folder, '/') = '\0';
    assert_int_equal(setenv("PKTBENCH_MODULES", folder, 1), 0);
    assert_int_equal(pkt_registry_find("libtins", &entry), 0);
    assert_null(pkt_entry_backend(&entry, &err));
    assert_non_null(strstr(err.msg, "its table has the name hostile, not libtins"));
}

/* The tables of this project's own backends pass the same checks. */
static void test_registry(void **state)
{
    (void)state;
    pkt_entry entry = PKT_INIT(pkt_entry);
    for (size_t i = 0; pkt_registry_at(i, &entry) == 0; i++) {
        pkt_err err = {.pos = PKT_POS_NONE};
        if (entry.backend && pkt_table_check(entry.backend, &err) != 0)
            fail_msg("%s: %s", entry.name, err.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_module_name),
        cmocka_unit_test(test_registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
