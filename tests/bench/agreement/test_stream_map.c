/* Stream numbers of two backends that number different sets of malformed packets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bench/agreement/stream_map.h"

enum { ROWS_MAX = 8, NONE = -1, TCP = 6, UDP = 17, SERVER = 5094 };

typedef struct place {
    int stream, direction; /* NONE: the row has no stream */
} place;

typedef struct row_case {
    int proto; /* 0: no more rows */
    pkt_verdict verdict;
    place got, expected;
} row_case;

/* `equal`: one letter per row: = both columns are equal, s only the stream, d only the direction, -
 * none; l both, in a stream that Wireshark began for an application, m the stream alone in one. */
typedef struct streams_case {
    const char *name;
    row_case rows[ROWS_MAX];
    const char *equal;
} streams_case;

/* Between clients' ports and one server: negative for packets to the client, 0 without ports.
 * `wireshark`: the expected rows are Wireshark's. */
typedef struct app_case {
    streams_case streams;
    int clients[ROWS_MAX];
    bool wireshark;
} app_case;

#define NO_STREAM                                                                                  \
    {                                                                                              \
        NONE, 0                                                                                    \
    }

static const streams_case cases[] = {
    {"the same numbers",
     {{TCP, PKT_OK, {0, 0}, {0, 0}}, {TCP, PKT_OK, {1, 0}, {1, 0}}, {TCP, PKT_OK, {0, 1}, {0, 1}}},
     "==="},
    {"none on both sides",
     {{UDP, PKT_OK, NO_STREAM, NO_STREAM}, {UDP, PKT_OK, {0, 0}, {0, 0}}},
     "=="},
    {"protocols have separate numbers",
     {{TCP, PKT_OK, {0, 0}, {0, 0}}, {UDP, PKT_OK, {0, 0}, {0, 0}}, {UDP, PKT_OK, {1, 0}, {1, 0}}},
     "==="},
    {"another stream of a well-formed packet",
     {{TCP, PKT_OK, {0, 0}, {0, 0}}, {TCP, PKT_OK, {0, 0}, {1, 0}}, {TCP, PKT_OK, {1, 0}, {2, 0}}},
     "=dd"},
    {"another direction", {{TCP, PKT_OK, {0, 0}, {0, 0}}, {TCP, PKT_OK, {0, 1}, {0, 0}}}, "=s"},
    {"a malformed packet numbered by one side shifts no numbers",
     {{TCP, PKT_BAD_LENGTH, NO_STREAM, {0, 0}},
      {TCP, PKT_OK, {0, 0}, {1, 0}},
      {TCP, PKT_OK, {0, 1}, {1, 1}},
      {TCP, PKT_OK, {1, 0}, {2, 0}}},
     "-==="},
    {"nor does one such packet on each side",
     {{UDP, PKT_BAD_LENGTH, NO_STREAM, {0, 0}},
      {UDP, PKT_CUT_BY_SNAPLEN, {0, 0}, NO_STREAM},
      {UDP, PKT_OK, {1, 0}, {1, 0}},
      {UDP, PKT_OK, {2, 0}, {2, 0}}},
     "--=="},
    {"a malformed packet numbered by both sides counts",
     {{TCP, PKT_CUT_BY_SNAPLEN, {0, 0}, {0, 0}}, {TCP, PKT_OK, {1, 0}, {0, 0}}},
     "=d"},
    {"a well-formed packet numbered by one side shifts all numbers",
     {{TCP, PKT_OK, NO_STREAM, {0, 0}}, {TCP, PKT_OK, {0, 0}, {1, 0}}},
     "-d"},
    {"the direction is that of the first remaining packet",
     {{TCP, PKT_BAD_LENGTH, NO_STREAM, {0, 0}},
      {TCP, PKT_OK, {0, 0}, {0, 1}},
      {TCP, PKT_OK, {0, 1}, {0, 0}}},
     "-=="},
    {"numbers that are not in order are not changed",
     {{TCP, PKT_OK, {0, 0}, {1, 0}}, {TCP, PKT_OK, {1, 0}, {0, 0}}},
     "dd"},
    {"nor is a stream that starts in the second direction",
     {{TCP, PKT_OK, {0, 1}, {0, 0}}, {TCP, PKT_OK, {0, 0}, {0, 1}}},
     "ss"},
    {"nor is an impossible number",
     {{TCP, PKT_OK, {UINT16_MAX, 0}, {0, 0}}, {TCP, PKT_OK, {0, 0}, {1, 0}}},
     "dd"},
    {"an incomplete header with a stream counts as TCP by its IP header",
     {{TCP, PKT_CUT_BY_SNAPLEN, {0, 0}, {0, 0}}, {UDP, PKT_OK, {0, 0}, {0, 0}}},
     "=="},
};

static const app_case app_cases[] = {
    {{"a stream of an application, from the answer on",
      {{UDP, PKT_OK, {0, 0}, {0, 0}},
       {UDP, PKT_OK, {0, 1}, {1, 0}},
       {UDP, PKT_OK, {0, 0}, {1, 1}},
       {UDP, PKT_OK, {1, 0}, {2, 0}},
       {UDP, PKT_OK, {0, 1}, {1, 0}}},
      "=ll=l"},
     {9, -9, 9, 8, -9},
     true},
    {{"several of them, and back to the first",
      {{UDP, PKT_OK, {0, 0}, {0, 0}},
       {UDP, PKT_OK, {0, 0}, {1, 0}},
       {UDP, PKT_OK, {0, 1}, {2, 0}},
       {UDP, PKT_OK, {0, 0}, {0, 0}}},
      "=ll="},
     {9, 9, -9, 9},
     true},
    {{"a wrong direction in one of them",
      {{UDP, PKT_OK, {0, 0}, {0, 0}}, {UDP, PKT_OK, {0, 0}, {1, 0}}},
      "=m"},
     {9, -9},
     true},
    {{"other ports are another stream",
      {{UDP, PKT_OK, {0, 0}, {0, 0}}, {UDP, PKT_OK, {0, 0}, {1, 0}}},
      "=d"},
     {9, 8},
     true},
    {{"only of Wireshark", {{UDP, PKT_OK, {0, 0}, {0, 0}}, {UDP, PKT_OK, {0, 0}, {1, 0}}}, "=d"},
     {9, 9},
     false},
    {{"not of TCP, where a new connection is a new stream",
      {{TCP, PKT_OK, {0, 0}, {0, 0}}, {TCP, PKT_OK, {0, 0}, {1, 0}}},
      "=d"},
     {9, 9},
     true},
    {{"nor of packets without ports",
      {{UDP, PKT_OK, {0, 0}, {0, 0}}, {UDP, PKT_OK, {0, 0}, {1, 0}}},
      "=d"},
     {0, 0},
     true},
};

static void ports_put(rowset *set, int client)
{
    pkt_batch *batch = set->batches[0];
    const size_t i = batch->rows - 1;
    if (!client)
        return;
    batch->present[i] |= PKT_HAS_PORTS;
    batch->src_port[i] = (uint16_t)(client > 0 ? client : SERVER);
    batch->dst_port[i] = (uint16_t)(client > 0 ? SERVER : -client);
}

static void row_put(rowset *set, const row_case *row, const place *at)
{
    pkt_batch *batch = set->batches[0];
    const size_t i = batch->rows++;
    set->rows++;
    batch->ip_proto[i] = (uint8_t)row->proto;
    batch->verdict[i] = (uint8_t)row->verdict;
    batch->present[i] = PKT_HAS_IP;
    if (at->stream == NONE)
        return;
    batch->present[i] |= PKT_HAS_STREAM;
    batch->stream[i] = (uint32_t)at->stream;
    batch->stream_dir[i] = (uint8_t)at->direction;
}

static char letter(uint8_t equal)
{
    switch (equal) {
    case STREAM_ALIKE | DIRECTION_ALIKE:
        return '=';
    case STREAM_ALIKE | DIRECTION_ALIKE | STREAM_LISTED:
        return 'l';
    case STREAM_ALIKE | STREAM_LISTED:
        return 'm';
    case STREAM_ALIKE:
        return 's';
    case DIRECTION_ALIKE:
        return 'd';
    default:
        return '-';
    }
}

/* `app` NULL: rows without ports, not of Wireshark. */
static void sides_compare(const streams_case *c, const app_case *app, int swapped,
                          char words[ROWS_MAX + 1])
{
    static pkt_batch batches[2];
    pkt_batch *first = &batches[0], *second = &batches[1];
    rowset got = {.batches = &first, .count = 1}, expected = {.batches = &second, .count = 1};
    size_t rows = 0;
    got.columns = expected.columns = pkt_level_columns(PKT_LEVEL_FLOWS);
    got.wireshark = app && app->wireshark && swapped;
    expected.wireshark = app && app->wireshark && !swapped;
    memset(batches, 0, sizeof batches);
    for (; rows < ROWS_MAX && c->rows[rows].proto; rows++) {
        const row_case *row = &c->rows[rows];
        row_put(&got, row, swapped ? &row->expected : &row->got);
        row_put(&expected, row, swapped ? &row->got : &row->expected);
        ports_put(&got, app ? app->clients[rows] : 0);
        ports_put(&expected, app ? app->clients[rows] : 0);
    }
    uint8_t *equal = streams_compare(&got, &expected, &expected, rows);
    assert_non_null(equal);
    for (size_t i = 0; i < rows; i++)
        words[i] = letter(equal[i]);
    words[rows] = '\0';
    free(equal);
}

static void case_check(const streams_case *c, const app_case *app)
{
    for (int swapped = 0; swapped < 2; swapped++) {
        char words[ROWS_MAX + 1];
        sides_compare(c, app, swapped, words);
        if (strcmp(words, c->equal) != 0)
            fail_msg("%s%s: %s, wanted %s", c->name, swapped ? ", sides swapped" : "", words,
                     c->equal);
    }
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        case_check(&cases[i], NULL);
}

static void test_applications(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof app_cases / sizeof app_cases[0]; i++)
        case_check(&app_cases[i].streams, &app_cases[i]);
}

static void test_no_rows(void **state)
{
    (void)state;
    const rowset none = {.rows = 0};
    uint8_t *equal = streams_compare(&none, &none, &none, 0);
    assert_non_null(equal);
    free(equal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases),
                                       cmocka_unit_test(test_applications),
                                       cmocka_unit_test(test_no_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
