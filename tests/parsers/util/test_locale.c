/* Numbers are read and written with a point, whatever the locale of the program that uses the
 * library. Usage: test_locale LOCALE, one with a comma. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "parsers/rows/digits.h"
#include "parsers/util/parse.h"

static void test_read(void **state)
{
    (void)state;
    double value = 0;
    assert_true(pkt_parse_seconds("0.5s", &value));
    assert_float_equal(value, 0.5, 1e-12);
    assert_false(pkt_parse_seconds("0,5s", &value));
    assert_true(pkt_parse_bytes("1.5kB", &value));
    assert_float_equal(value, 1500, 1e-9);
    assert_false(pkt_parse_bytes("1,5kB", &value));
    assert_string_equal(pkt_parse_number("2.5Gbps", &value), "Gbps");
    assert_float_equal(value, 2.5, 1e-12);
    assert_string_equal(pkt_parse_number("2,5", &value), ",5");
}

static void test_written(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.5, "0.5"},
                 {1.0 / 3, "0.33333333333333331"},
                 {-1.5e-9, "-1.5e-09"},
                 {1e300, "1.0000000000000001e+300"},
                 {1e-8, "1e-08"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        *pkt_put_double(text, cases[i].value) = '\0';
        assert_string_equal(text, cases[i].text);
    }
    assert_string_equal(localeconv()->decimal_point, ","); /* as it was set */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_read), cmocka_unit_test(test_written)};
    if (argc != 2 || !setlocale(LC_ALL, argv[1]) || strcmp(localeconv()->decimal_point, ",") != 0) {
        print_message("SKIP: no locale with a comma\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
