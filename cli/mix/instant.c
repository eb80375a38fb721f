#include "cli/mix/instant.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/core/numbers.h"

static bool refuse(const char **why, const char *text)
{
    *why = text;
    return false;
}

/* A fraction of a second, if there is one, and where it ends. */
static bool fraction_read(const char **text, int64_t *ns, const char **why)
{
    const char *at = *text;
    int64_t unit = NS_PER_S;
    *ns = 0;
    if (*at != '.')
        return true;
    for (at++; isdigit((unsigned char)*at) && unit > 1; at++) {
        unit /= 10;
        *ns += (*at - '0') * unit;
    }
    if (unit == NS_PER_S || isdigit((unsigned char)*at))
        return refuse(why, "a fraction of a second has 1 to 9 digits");
    *text = at;
    return true;
}

/* The seconds and the fraction as nanoseconds. Times of a mixture are from 1970 on, and a signed
 * number of 64 bits ends in 2262. */
static bool join(int64_t seconds, int64_t fraction, int64_t *ns, const char **why)
{
    if (seconds < 0 || __builtin_mul_overflow(seconds, (int64_t)NS_PER_S, ns) ||
        __builtin_add_overflow(*ns, fraction, ns))
        return refuse(why, "a mixture holds times from 1970 to 2262-04-11 only");
    return true;
}

static bool epoch_parse(const char *text, int64_t *ns, const char **why)
{
    char *end = NULL;
    const unsigned long long seconds = strtoull(text, &end, 10);
    const char *at = end;
    int64_t fraction;
    if (!fraction_read(&at, &fraction, why) || *at)
        return false;
    return join(seconds > INT64_MAX ? INT64_MAX : (int64_t)seconds, fraction, ns, why);
}

/* Fields of two digits, the first one of `first`, each but the last with the mark behind it.
 * strptime() takes blanks, and fewer digits. */
static bool fields_read(const char **text, size_t first, char mark, int fields[3])
{
    const char *at = *text;
    for (size_t i = 0; i < 3; i++) {
        fields[i] = 0;
        for (size_t digits = i ? 2 : first; digits > 0; digits--, at++) {
            if (!isdigit((unsigned char)*at))
                return false;
            fields[i] = fields[i] * 10 + (*at - '0');
        }
        if (i < 2 && *at++ != mark)
            return false;
    }
    *text = at;
    return true;
}

/* Years, months from 1 and days that are in the calendar: timegm() goes on into the next month. */
static bool is_day(const int day[3])
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (day[1] < 1 || day[1] > 12)
        return false;
    const bool leap = day[0] % 4 == 0 && (day[0] % 100 != 0 || day[0] % 400 == 0);
    return day[2] >= 1 && day[2] <= days[day[1] - 1] + (leap && day[1] == 2);
}

static bool iso_parse(const char *text, int64_t *ns, const char **why)
{
    int day[3], clock[3] = {0};
    int64_t fraction = 0;
    bool good = fields_read(&text, 4, '-', day);
    if (good && *text == 'T') {
        text++;
        good = fields_read(&text, 2, ':', clock);
        if (good && !fraction_read(&text, &fraction, why))
            return false;
    }
    if (!good || (*text && strcmp(text, "Z") != 0))
        return refuse(why, "a time is YYYY-MM-DD or YYYY-MM-DDThh:mm:ss, in UTC, with or without "
                           "Z at its end");
    if (!is_day(day))
        return refuse(why, "the calendar has no such day");
    if (clock[0] > 23 || clock[1] > 59 || clock[2] > 59)
        return refuse(why, "hours are 00 to 23, minutes and seconds 00 to 59");
    struct tm tm = {.tm_year = day[0] - 1900,
                    .tm_mon = day[1] - 1,
                    .tm_mday = day[2],
                    .tm_hour = clock[0],
                    .tm_min = clock[1],
                    .tm_sec = clock[2]};
    return join((int64_t)timegm(&tm), fraction, ns, why);
}

bool instant_parse(const char *text, int64_t *ns, const char **why)
{
    if (!isdigit((unsigned char)*text))
        return false;
    return (strchr(text, '-') ? iso_parse : epoch_parse)(text, ns, why);
}
