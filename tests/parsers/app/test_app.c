/* Application protocols with literal bytes: every case as it is, and every cut of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "parsers/app/app.h"
#include "parsers/app/ports.h"
#include "parsers/rows/escape.h"
#include "parsers/rows/text.h"

enum { UDP, TCP, TEXT = 4096 };

#define BYTES(text) text, sizeof(text) - 1
#define X63 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define Y61 "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
#define X64 "x" X63
#define X256 X64 X64 X64 X64
#define X1025 X256 X256 X256 X256 "x"

typedef struct app_case {
    const char *name;
    int transport;
    uint16_t source, destination;
    const char *payload;
    size_t size;
    const char *row; /* "PROTOCOL PART VERDICT column=value ..."; "": no known protocol */
} app_case;

#include "tests/parsers/app/cases_coap.h"
#include "tests/parsers/app/cases_dhcp.h"
#include "tests/parsers/app/cases_dns.h"
#include "tests/parsers/app/cases_http.h"
#include "tests/parsers/app/cases_mqtt.h"
#include "tests/parsers/app/cases_tls.h"

/* Decode a copy of exactly the captured bytes: a sanitizer then detects a read past the end. */
static void decode(const app_case *c, size_t captured, size_t wire, pkt_batch *batch)
{
    const pkt_column_set columns = PKT_APP_COLUMNS;
    uint8_t *copy = malloc(captured ? captured : 1);
    assert_non_null(copy);
    memcpy(copy, c->payload, captured);
    const pkt_payload payload = {copy, captured, wire, c->transport == TCP};
    pkt_batch_clear(batch, &columns);
    batch->src_port[0] = c->source;
    batch->dst_port[0] = c->destination;
    pkt_app_rows(&payload, 1, batch, 0);
    free(copy);
}

/* The text of the cell; "": there is none. */
static void cell_text(const pkt_batch *batch, size_t column, char text[TEXT])
{
    const pkt_column_info *info = pkt_column_at(column);
    pkt_text cell;
    text[0] = '\0';
    if (info->format_as != PKT_AS_TEXT) {
        if (batch->present[0] & info->present)
            (void)pkt_cell_text(batch, 0, column, text);
        return;
    }
    memcpy(&cell, (const uint8_t *)batch + info->offset, sizeof cell);
    if (cell.offset == PKT_TEXT_NULL)
        return;
    char *end = text;
    *end++ = '"';
    end = pkt_escape(end, batch->text + cell.offset, cell.length);
    *end++ = '"';
    *end = '\0';
}

static void row_text(const pkt_batch *batch, char text[TEXT])
{
    char cell[TEXT];
    size_t n = 0;
    text[0] = '\0';
    for (size_t c = PKT_COL_app_proto; c <= PKT_COL_coap_uri_path; c++) {
        const bool is_named = c > PKT_COL_app_verdict;
        cell_text(batch, c, cell);
        if (*cell)
            n +=
                (size_t)snprintf(text + n, TEXT - n, "%s%s%s%s", n ? " " : "",
                                 is_named ? pkt_column_at(c)->name : "", is_named ? "=" : "", cell);
    }
}

/* A cut leaves a value as it is, or takes all of it away; then, if only fewer bytes were captured,
 * the verdict says so. */
static void check_cut(const app_case *c, const pkt_batch *whole, const pkt_batch *cut, size_t size,
                      bool is_captured)
{
    char one[TEXT], other[TEXT];
    if (whole->app_proto[0] != cut->app_proto[0])
        return; /* of a protocol that is found by its first bytes */
    for (size_t column = PKT_COL_dns_response; column <= PKT_COL_coap_uri_path; column++) {
        cell_text(whole, column, one);
        cell_text(cut, column, other);
        if (*other && strcmp(one, other) != 0)
            fail_msg("%s, %zu bytes: %s is %s, of all bytes %s", c->name, size,
                     pkt_column_at(column)->name, other, one);
        if (*one && !*other && is_captured && cut->app_verdict[0] == PKT_OK)
            fail_msg("%s, %zu bytes: %s is missing without a verdict", c->name, size,
                     pkt_column_at(column)->name);
    }
}

static void run(const app_case *cases, size_t count)
{
    char text[TEXT];
    pkt_batch *whole = pkt_batch_new(NULL), *cut = pkt_batch_new(NULL);
    assert_true(whole && cut);
    for (size_t i = 0; i < count; i++) {
        const app_case *c = &cases[i];
        decode(c, c->size, c->size, whole);
        row_text(whole, text);
        if (strcmp(text, c->row) != 0)
            fail_msg("%s:\n  has    %s\n  wanted %s", c->name, text, c->row);
        for (size_t size = 0; size < c->size; size++) {
            decode(c, size, c->size, cut);
            check_cut(c, whole, cut, size, true);
            decode(c, size, size, cut);
            check_cut(c, whole, cut, size, false);
        }
    }
    pkt_batch_free(whole);
    pkt_batch_free(cut);
}

#define RUN(cases) run(cases, sizeof(cases) / sizeof((cases)[0]))

static void test_dns(void **state)
{
    (void)state;
    RUN(dns_cases);
}

static void test_dns_cuts(void **state)
{
    (void)state;
    char text[TEXT];
    pkt_batch *batch = pkt_batch_new(NULL);
    assert_non_null(batch);
    for (size_t i = 0; i < sizeof dns_cuts / sizeof dns_cuts[0]; i++) {
        const app_case *c = &dns_cuts[i].captured;
        decode(c, c->size, dns_cuts[i].wire, batch);
        row_text(batch, text);
        if (strcmp(text, c->row) != 0)
            fail_msg("%s:\n  has    %s\n  wanted %s", c->name, text, c->row);
    }
    pkt_batch_free(batch);
}

static void test_tls(void **state)
{
    (void)state;
    RUN(tls_cases);
}

static void test_http(void **state)
{
    (void)state;
    RUN(http_cases);
}

static void test_mqtt(void **state)
{
    (void)state;
    RUN(mqtt_cases);
}

static void test_dhcp(void **state)
{
    (void)state;
    RUN(dhcp_cases);
}

static void test_coap(void **state)
{
    (void)state;
    RUN(coap_cases);
}

/* Each has its place in the table of ports. */
static void test_ports(void **state)
{
    (void)state;
    static const struct {
        unsigned port;
        pkt_app tcp, udp;
    } ports[] = {{53, PKT_APP_DNS, PKT_APP_DNS},      {5353, PKT_APP_DNS, PKT_APP_MDNS},
                 {5355, PKT_APP_NONE, PKT_APP_LLMNR}, {1900, PKT_APP_HTTP, PKT_APP_SSDP},
                 {67, PKT_APP_NONE, PKT_APP_DHCP},    {68, PKT_APP_NONE, PKT_APP_DHCP},
                 {5683, PKT_APP_NONE, PKT_APP_COAP},  {1883, PKT_APP_MQTT, PKT_APP_NONE},
                 {80, PKT_APP_HTTP, PKT_APP_NONE},    {8080, PKT_APP_HTTP, PKT_APP_NONE},
                 {443, PKT_APP_TLS, PKT_APP_NONE},    {8883, PKT_APP_TLS, PKT_APP_NONE},
                 {4011, PKT_APP_NONE, PKT_APP_DHCP},  {0, PKT_APP_NONE, PKT_APP_NONE},
                 {65535, PKT_APP_NONE, PKT_APP_NONE}};
    unsigned tcp = 0, udp = 0;
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        assert_int_equal(pkt_app_of_port(ports[i].port, 1), ports[i].tcp);
        assert_int_equal(pkt_app_of_port(ports[i].port, 0), ports[i].udp);
    }
    for (unsigned port = 0; port <= UINT16_MAX; port++) {
        tcp += pkt_app_of_port(port, 1) != PKT_APP_NONE;
        udp += pkt_app_of_port(port, 0) != PKT_APP_NONE;
    }
    assert_int_equal(tcp, 39);
    assert_int_equal(udp, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dns),  cmocka_unit_test(test_dns_cuts), cmocka_unit_test(test_tls),
        cmocka_unit_test(test_http), cmocka_unit_test(test_mqtt),     cmocka_unit_test(test_dhcp),
        cmocka_unit_test(test_coap), cmocka_unit_test(test_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
