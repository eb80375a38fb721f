#include "cli/dataset/partition.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "parsers/util/error.h"
#include "parsers/util/parse.h"
#include "parsers/util/utf8.h"

#define HOUR_NS INT64_C(3600000000000)
enum { HOURS_A_DAY = 24, HOUR_SECONDS = 3600 };

const char *partition_name(partition_key key)
{
    static const char *const names[PARTITION_KEYS] = {"file", "label", "date", "hour"};
    return names[key];
}

bool partition_has(const partition *keys, partition_key key)
{
    for (size_t i = 0; i < keys->count; i++)
        if (keys->at[i] == key)
            return true;
    return false;
}

bool partition_by_time(const partition *keys)
{
    return partition_has(keys, PARTITION_DATE);
}

static int key_find(const char *word, partition_key *key, pkt_err *err)
{
    pkt_names known = {.size = 0};
    for (unsigned i = 0; i < PARTITION_KEYS; i++) {
        *key = (partition_key)i;
        if (strcmp(word, partition_name(*key)) == 0)
            return 0;
        pkt_names_add(&known, partition_name(*key));
    }
    return pkt_fail_unknown(err, "partition", word, &known);
}

static int key_add(void *self, const char *word, pkt_err *err)
{
    partition *keys = self;
    partition_key key;
    if (key_find(word, &key, err) != 0)
        return -1;
    if (partition_has(keys, key))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "%s is named twice%s", word,
                        key == PARTITION_DATE ? " (hour without date adds it before)" : "");
    if (key == PARTITION_HOUR && !partition_has(keys, PARTITION_DATE))
        keys->at[keys->count++] = PARTITION_DATE;
    keys->at[keys->count++] = key;
    return 0;
}

int partition_parse(partition *keys, const char *list, pkt_err *err)
{
    *keys = (partition){.count = 0};
    return pkt_parse_list(list, key_add, keys, err);
}

/* The characters that Hive's and Spark's escapePathName() replace. */
static bool is_escaped(char c)
{
    return (unsigned char)c < ' ' || c == '\x7f' || strchr("\"#%'*/:=?\\{[]^", c) != NULL;
}

/* Bytes of an escaped character, with a final 0; of one that is not UTF-8. */
enum { HIVE_BYTES = sizeof "%XX", FOREIGN_BYTES = sizeof "%5CxXX" };

/* Write the form of the character at `text`, `length` bytes of UTF-8 or 0. Returns its end. */
static char *character_escape(char *at, const char *text, size_t length, bool first)
{
    const unsigned byte = (unsigned char)*text;
    if (length == 0)
        return at + snprintf(at, FOREIGN_BYTES, "%%5Cx%02X", byte);
    if (length == 1 && (is_escaped(*text) || (first && strchr("_.", *text))))
        return at + snprintf(at, HIVE_BYTES, "%%%02X", byte);
    memcpy(at, text, length);
    return at + length;
}

char *partition_escape(const char *text)
{
    size_t left = strlen(text);
    if (left == 0)
        return strdup("__HIVE_DEFAULT_PARTITION__");
    char *escaped = malloc((FOREIGN_BYTES - 1) * left + 1), *at = escaped;
    for (const char *c = text; escaped && left;) {
        const size_t length = pkt_utf8_length((const uint8_t *)c, left), step = length ? length : 1;
        at = character_escape(at, c, length, c == text);
        c += step;
        left -= step;
    }
    if (at)
        *at = '\0';
    return escaped;
}

/* Rounded down, also before 1970. */
static int64_t divided(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

int64_t partition_hour_of(const partition *keys, int64_t ts_ns)
{
    if (!partition_by_time(keys))
        return 0;
    const int64_t hour = divided(ts_ns, HOUR_NS);
    return partition_has(keys, PARTITION_HOUR) ? hour : divided(hour, HOURS_A_DAY) * HOURS_A_DAY;
}

size_t partition_rows(const partition *keys, const int64_t *ts_ns, size_t from, size_t rows)
{
    const bool by_hour = partition_has(keys, PARTITION_HOUR);
    const uint64_t length = (uint64_t)HOUR_NS * (by_hour ? 1 : HOURS_A_DAY);
    const uint64_t start = (uint64_t)partition_hour_of(keys, ts_ns[from]) * (uint64_t)HOUR_NS;
    size_t end = from + 1;
    if (!partition_by_time(keys))
        return rows - from;
    while (end < rows && (uint64_t)ts_ns[end] - start < length) /* times before it wrap around */
        end++;
    return end - from;
}

void partition_folder(const partition *keys, const char *file, const char *label, int64_t hour,
                      char folder[PATH_MAX])
{
    const time_t seconds = (time_t)hour * HOUR_SECONDS;
    struct tm utc = {.tm_mday = 1};
    char date[40], of_day[8];
    (void)gmtime_r(&seconds, &utc);
    (void)strftime(date, sizeof date, "%Y-%m-%d", &utc);
    (void)strftime(of_day, sizeof of_day, "%H", &utc);
    const char *const values[PARTITION_KEYS] = {file, label, date, of_day};
    size_t size = 0;
    folder[0] = '\0';
    for (size_t i = 0; i < keys->count && size < PATH_MAX; i++)
        size += (size_t)snprintf(folder + size, PATH_MAX - size, "%s=%s/",
                                 partition_name(keys->at[i]), values[keys->at[i]]);
}
