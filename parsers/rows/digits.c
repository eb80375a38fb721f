#include "parsers/rows/digits.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

/* "%.17g" has at most 24 characters and the end. */
#define DOUBLE_MOST 25
/* Digits that give back any double. */
#define DIGITS 17
#define TEN_16 UINT64_C(10000000000000000)
#define LOG10_2 0.30103

/* 53 bits times 10^21 at most. */
__extension__ typedef unsigned __int128 wide;

/* Up to 10^15. */
static const uint64_t powers_of_ten[16] = {UINT64_C(1),
                                           UINT64_C(10),
                                           UINT64_C(100),
                                           UINT64_C(1000),
                                           UINT64_C(10000),
                                           UINT64_C(100000),
                                           UINT64_C(1000000),
                                           UINT64_C(10000000),
                                           UINT64_C(100000000),
                                           UINT64_C(1000000000),
                                           UINT64_C(10000000000),
                                           UINT64_C(100000000000),
                                           UINT64_C(1000000000000),
                                           UINT64_C(10000000000000),
                                           UINT64_C(100000000000000),
                                           UINT64_C(1000000000000000)};

/* value * 10^places, exact, rounded to the nearest whole number, ties to even, as snprintf()
 * rounds. `value` is from 1e-4 up to 1e17, places from 0 to 21, the product below 2^64. */
static uint64_t scaled(double value, unsigned places)
{
    int exponent;
    const uint64_t mantissa = (uint64_t)ldexp(frexp(value, &exponent), 53);
    wide product = (wide)mantissa * powers_of_ten[places & 15];
    if (places & 16)
        product *= TEN_16;
    exponent -= 53;
    if (exponent >= 0)
        return (uint64_t)(product << exponent);
    const wide below = product & (((wide)1 << -exponent) - 1), half = (wide)1 << (-exponent - 1);
    const uint64_t whole = (uint64_t)(product >> -exponent);
    return whole + (below > half || (below == half && (whole & 1)));
}

/* The zeros are there; write the last `count` digits of the number before `end`. */
static void digits_put(char *end, uint64_t number, unsigned count)
{
    for (; count > 0; count--, number /= 10)
        *--end = (char)('0' + number % 10);
}

/* "%.17g" of a value from 1e-4 up to 1e17, without snprintf(), which takes four times as long. */
static char *put_17_digits(char *text, double value)
{
    int exponent; /* value >= 2^(exponent - 1), which has the same power of ten or the one before */
    (void)frexp(value, &exponent);
    unsigned places = (unsigned)(DIGITS - 1 - (int)floor((exponent - 1) * LOG10_2));
    uint64_t number = scaled(value, places);
    if (number >= 10 * TEN_16)
        number = scaled(value, --places);
    for (; places > 0 && number % 10 == 0; places--)
        number /= 10;
    const uint64_t power = places > 16 ? UINT64_MAX : places == 16 ? TEN_16 : powers_of_ten[places];
    text = put_u64(text, number / power);
    if (places == 0)
        return text;
    *text = '.';
    digits_put(text + 1 + places, number % power, places);
    return text + 1 + places;
}

/* "%.17g" with a point, whatever the locale of the thread. */
static char *put_printed(char *text, double value)
{
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), own = uselocale(plain);
    const int size = snprintf(text, DOUBLE_MOST, "%.17g", value);
    (void)uselocale(own);
    if (plain)
        freelocale(plain);
    return text + size;
}

char *pkt_put_double(char *text, double value)
{
    /* A whole number below 2^53 over a power of ten below 10^22 is rounded once, as a reader's
     * conversion of the same digits is. */
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
    const double most = 9007199254740992.0;
    const double size = fabs(value);
    if (isnan(value))
        return text;
    if (isinf(value))
        return stpcpy(text, value < 0 ? "-inf" : "inf");
    for (unsigned places = 0; places < sizeof powers / sizeof powers[0]; places++) {
        if (size * powers[places] >= most)
            break;
        uint64_t digits_left = (uint64_t)(size * powers[places] + 0.5);
        if ((double)digits_left / powers[places] != size)
            continue;
        const uint64_t power = (uint64_t)powers[places];
        if (value < 0)
            *text++ = '-';
        text = put_u64(text, digits_left / power);
        if (places == 0)
            return text;
        *text = '.';
        digits_put(text + 1 + places, digits_left % power, places);
        return text + places + 1;
    }
    if (size < 1e-4 || size >= 1e17)
        return put_printed(text, value);
    if (value < 0)
        *text++ = '-';
    return put_17_digits(text, size);
}
