/* The rules for stream numbers, with literal packets, and the limit of flows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "parsers/core/numbers.h"
#include "parsers/decode/decode.h"
#include "parsers/flow/streams.h"

enum { PACKETS_MAX = 8, PACKET_MAX = 128 };

/* An IPv4 header from a to b, or from b to a: total length, flags and fragment offset, protocol. */
#define AB(length, fragment, proto)                                                                \
    "45 00 " length " 0001 " fragment " 40 " proto " 0000 0a000001 0a000002 "
#define BA(length, fragment, proto)                                                                \
    "45 00 " length " 0001 " fragment " 40 " proto " 0000 0a000002 0a000001 "
#define TCP(seq, ack, offset_flags) seq ack offset_flags " 2000 0000 0000 "
#define A_TO_B(seq, ack, flags) AB("0028", "0000", "06") "03e8 0050 " TCP(seq, ack, flags)
#define B_TO_A(seq, ack, flags) BA("0028", "0000", "06") "0050 03e8 " TCP(seq, ack, flags)
#define SYN "5002"
#define SYN_ACK "5012"
#define ACK "5010"
#define FIN "5011"
#define RST "5004"
#define VNC(port, payload)                                                                         \
    AB("0034", "0000", "06") "03e8 " port " 00000064 00000000 5010 2000 0000 0000 " payload
#define VNC_REST(port)                                                                             \
    AB("0028", "0000", "06") "03e8 " port " 00000070 00000000 5010 2000 0000 0000 "
#define UDP(length) AB("001c", "0000", "11") "03e8 0035 " length " 0000 "

typedef struct stream_case {
    const char *name;
    const char *packets[PACKETS_MAX];
    /* Stream and direction of each packet by Wireshark 4.0 and 4.4; "-": no stream; NULL: as 4.0.
     */
    const char *by_4_0, *by_4_4;
} stream_case;

static const stream_case cases[] = {
    {"both directions are one stream",
     {A_TO_B("00000064", "00000000", SYN), B_TO_A("000000c8", "00000065", SYN_ACK),
      A_TO_B("00000065", "000000c9", ACK)},
     "0> 0< 0>",
     NULL},
    {"a SYN with the same sequence number is a retransmission",
     {A_TO_B("00000064", "00000000", SYN), A_TO_B("00000064", "00000000", SYN)},
     "0> 0>",
     NULL},
    {"a SYN with another sequence number starts a stream",
     {A_TO_B("00000064", "00000000", SYN), A_TO_B("00000065", "00000000", SYN)},
     "0> 1>",
     NULL},
    {"a new stream has its own direction",
     {A_TO_B("00000064", "00000000", SYN), B_TO_A("000000c8", "00000065", SYN_ACK),
      B_TO_A("000000c9", "00000000", SYN), A_TO_B("00000001", "000000ca", SYN_ACK)},
     "0> 0< 1> 1<",
     NULL},
    {"later packets belong to the newest stream",
     {A_TO_B("00000064", "00000000", SYN), A_TO_B("00000065", "00000000", SYN),
      B_TO_A("000000c8", "00000065", ACK), A_TO_B("00000065", "00000000", SYN)},
     "0> 1> 1< 1>",
     NULL},
    {"initial sequence numbers known from a segment",
     {A_TO_B("00000065", "000000c9", ACK), A_TO_B("00000064", "00000000", SYN),
      B_TO_A("000000c8", "00000000", SYN), A_TO_B("00000063", "00000000", SYN)},
     "0> 0> 0< 1>",
     NULL},
    {"without ACK, the other side's initial sequence number stays unknown",
     {A_TO_B("00000064", "000000c9", SYN), B_TO_A("00000001", "00000000", SYN)},
     "0> 0<",
     NULL},
    {"a SYN+ACK replaces the initial sequence number",
     {A_TO_B("00000064", "00000000", SYN), B_TO_A("000000c8", "00000065", SYN_ACK),
      B_TO_A("000000d0", "00000065", SYN_ACK), B_TO_A("000000d0", "00000000", SYN),
      B_TO_A("000000c8", "00000000", SYN)},
     "0> 0< 0< 0< 1>",
     NULL},
    {"the same SYN after FIN",
     {A_TO_B("00000064", "00000000", SYN), A_TO_B("00000065", "00000001", FIN),
      A_TO_B("00000064", "00000000", SYN)},
     "0> 0> 0>",
     "0> 0> 1>"},
    {"the same SYN after RST",
     {A_TO_B("00000064", "00000000", SYN), B_TO_A("00000000", "00000000", RST),
      A_TO_B("00000064", "00000000", SYN)},
     "0> 0< 0>",
     "0> 0< 1>"},
    {"a SYN+ACK with another sequence number after RST",
     {A_TO_B("00000064", "00000000", SYN), B_TO_A("000000c8", "00000065", SYN_ACK),
      A_TO_B("00000065", "00000000", RST), B_TO_A("000000d0", "00000065", SYN_ACK)},
     "0> 0< 0> 0<",
     "0> 0< 0> 1>"},
    {"the same SYN+ACK after RST",
     {A_TO_B("00000064", "00000000", SYN), B_TO_A("000000c8", "00000065", SYN_ACK),
      A_TO_B("00000065", "00000000", RST), B_TO_A("000000c8", "00000065", SYN_ACK)},
     "0> 0< 0> 0<",
     NULL},
    {"a fragment sets no initial sequence number",
     {AB("0028", "2000", "06") "03e8 0050 " TCP("00000064", "00000000", SYN),
      A_TO_B("00000070", "00000000", SYN), A_TO_B("00000071", "00000000", SYN)},
     "0> 0> 1>",
     NULL},
    {"a later fragment has no stream",
     {AB("0028", "0001", "06") "03e8 0050 " TCP("00000064", "00000000", SYN)},
     "-",
     NULL},
    {"a header longer than the datagram sets no initial sequence number",
     {A_TO_B("00000064", "00000000", "f002"), A_TO_B("00000070", "00000000", SYN),
      A_TO_B("00000071", "00000000", SYN)},
     "0> 0> 1>",
     NULL},
    {"a header with data offset below 5 sets one",
     {A_TO_B("00000064", "00000000", "4002"), A_TO_B("00000070", "00000000", SYN)},
     "0> 1>",
     NULL},
    {"an incomplete TCP header, up to the window",
     {AB("0027", "0000", "06") "03e8 0050 00000064 00000000 5002 2000 0000 00",
      B_TO_A("000000c8", "00000065", SYN_ACK)},
     "0> 0<",
     NULL},
    {"15 bytes of TCP have no stream, 16 have one",
     {AB("0023", "0000", "06") "03e8 0050 00000064 00000000 5002 20",
      AB("0024", "0000", "06") "03e8 0050 00000064 00000000 5002 2000"},
     "- 0>",
     NULL},
    {"an incomplete header affects later packets",
     {AB("0024", "0000", "06") "03e9 0050 00000064 00000000 5002 2000",
      A_TO_B("00000064", "00000000", SYN),
      BA("0024", "0000", "06") "0050 03e9 000000c8 00000065 5012 2000"},
     "0> 1> 0<",
     NULL},
    {"an incomplete SYN starts a stream, but sets no initial sequence number",
     {A_TO_B("00000064", "00000000", SYN),
      AB("0024", "0000", "06") "03e8 0050 00000065 00000000 5002 2000",
      A_TO_B("00000066", "00000000", SYN), A_TO_B("00000067", "00000000", SYN)},
     "0> 1> 1> 2>",
     NULL},
    {"an incomplete SYN whose data offset is within the datagram sets one",
     {AB("0024", "0000", "06") "03e8 0050 00000065 00000000 4002 2000",
      A_TO_B("00000066", "00000000", SYN)},
     "0> 1>",
     NULL},
    {"an incomplete header in a fragment sets no initial sequence number",
     {AB("0024", "2000", "06") "03e8 0050 00000064 00000000 4002 2000",
      A_TO_B("00000070", "00000000", SYN)},
     "0> 0>",
     NULL},
    {"an incomplete header with FIN closes the stream",
     {A_TO_B("00000064", "00000000", SYN),
      AB("0024", "0000", "06") "03e8 0050 00000065 00000000 5011 2000",
      A_TO_B("00000064", "00000000", SYN)},
     "0> 0> 0>",
     "0> 0> 1>"},
    {"a datagram longer than the frame has a stream",
     {AB("0100", "0000", "06") "03e8 0050 " TCP("00000064", "00000000", SYN),
      AB("0100", "0000", "11") "03e8 0035 0008 0000",
      AB("0100", "0000", "11") "03e8 0035 0007 0000",
      AB("0100", "0000", "88") "03e8 0036 0007 0000",
      AB("0100", "0008", "06") "03e9 0050 " TCP("00000064", "00000000", SYN),
      B_TO_A("000000c8", "00000065", SYN_ACK)},
     "0> 0> - 1> - 0<",
     NULL},
    {"a new stream after a VNC version message",
     {VNC("1af4", "5246422030 30332e3030380a"), VNC("1af4", "5246422030 30332e3030380a"),
      VNC("1af4", "5246422030 30332e3030380a")},
     "0> 1> 1>",
     NULL},
    {"VNC version in lower case, ending with 0",
     {VNC("1af4", "7266622030 30332e30303800"), VNC_REST("1af4")},
     "0> 1>",
     NULL},
    {"no new stream on registered VNC ports, or with another text",
     {VNC("170c", "5246422030 30332e3030380a"), VNC_REST("170c"),
      VNC("1af4", "5246432030 30332e3030380a"), VNC("1af4", "5246422030 30332c3030380a"),
      VNC_REST("1af4")},
     "0> 0> 1> 1> 1>",
     NULL},
    {"UDP: never a new stream, and separate numbers",
     {A_TO_B("00000064", "00000000", SYN), UDP("0008"), UDP("0008")},
     "0> 0> 0>",
     NULL},
    {"a UDP length below 8 has no stream",
     {UDP("0007"), UDP("0000"), UDP("0008"), UDP("0064")},
     "- - 0> 0>",
     NULL},
    {"UDP-Lite shares the numbers of UDP, with any coverage",
     {UDP("0008"), AB("001c", "0000", "88") "03e8 0035 0000 0000",
      AB("001c", "0000", "88") "03e8 0036 0007 0000"},
     "0> 0> 1>",
     NULL},
    {"equal source and destination port",
     {AB("0028", "0000", "06") "0050 0050 " TCP("00000064", "00000000", SYN),
      BA("0028", "0000", "06") "0050 0050 " TCP("00000064", "00000000", SYN)},
     "0> 0<",
     NULL},
    {"ICMP has no stream", {AB("001c", "0000", "01") "0300 0000 0000 0000"}, "-", NULL},
};

static size_t bytes_of(const char *hex, uint8_t *bytes)
{
    size_t count = 0;
    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        const char pair[3] = {hex[0], hex[1], '\0'};
        assert_true(count < PACKET_MAX);
        bytes[count++] = (uint8_t)strtoul(pair, NULL, 16);
        hex++;
    }
    return count;
}

static void packets_number(const pkt_capture *capture, const char *const *packets, char *text,
                           size_t size)
{
    static pkt_batch batch;
    pkt_stream_hint hints[PACKETS_MAX];
    size_t rows = 0, n = 0;
    pkt_err err;
    memset(&batch, 0, sizeof batch);
    for (; rows < PACKETS_MAX && packets[rows]; rows++) {
        uint8_t bytes[PACKET_MAX];
        uint32_t length = (uint32_t)bytes_of(packets[rows], bytes);
        pkt_record record = {
            .data = bytes, .cap_len = length, .wire_len = length, .link_type = LINKTYPE_IPV4};
        pkt_decode_flows(&record, 1, &batch, rows, &hints[rows]);
    }
    const pkt_column_set cleared = PKT_FLOWS_COLUMNS;
    pkt_streams *streams = pkt_streams_open(capture, &cleared, &err);
    assert_non_null(streams);
    assert_int_equal(pkt_streams_number(streams, &batch, 0, rows, hints, &err), 0);
    pkt_streams_close(streams);
    for (size_t i = 0; i < rows; i++) {
        const char *gap = i ? " " : "";
        if (batch.present[i] & PKT_HAS_STREAM)
            n += (size_t)snprintf(text + n, size - n, "%s%u%c", gap, batch.stream[i],
                                  batch.stream_dir[i] ? '<' : '>');
        else
            n += (size_t)snprintf(text + n, size - n, "%s-", gap);
    }
}

static void test_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[128];
        pkt_capture capture = {.struct_size = sizeof capture, .flow_rule = PKT_FLOW_WIRESHARK_4_0};
        packets_number(&capture, cases[i].packets, text, sizeof text);
        if (strcmp(text, cases[i].by_4_0) != 0)
            fail_msg("%s, 4.0: %s, wanted %s", cases[i].name, text, cases[i].by_4_0);
        const char *wanted = cases[i].by_4_4 ? cases[i].by_4_4 : cases[i].by_4_0;
        capture.flow_rule = PKT_FLOW_WIRESHARK_4_4;
        packets_number(&capture, cases[i].packets, text, sizeof text);
        if (strcmp(text, wanted) != 0)
            fail_msg("%s, 4.4: %s, wanted %s", cases[i].name, text, wanted);
    }
}

#define FROM(port) AB("001c", "0000", "11") port " 0035 0008 0000 "

static void test_eviction(void **state)
{
    (void)state;
    static const char *const packets[PACKETS_MAX] = {FROM("0001"), FROM("0002"), FROM("0001"),
                                                     FROM("0003"), FROM("0001"), FROM("0002")};
    char text[128];
    pkt_flow_report report = PKT_INIT(pkt_flow_report);
    pkt_capture capture = {.struct_size = sizeof capture, .max_flows = 2, .flow_report = &report};
    packets_number(&capture, packets, text, sizeof text);
    assert_string_equal(
        text, "0> 1> 0> 2> 0> 3>"); /* port 2 evicted for port 3, then port 3 for port 2 */
    assert_int_equal(report.evicted, 2);
    assert_int_equal(report.streams, 4);
    capture.max_flows = 3;
    packets_number(&capture, packets, text, sizeof text);
    assert_string_equal(text, "0> 1> 0> 2> 0> 1>");
    assert_int_equal(report.evicted, 0);
}

static void test_inner_headers_are_counted(void **state)
{
    (void)state;
    static const char *const packets[PACKETS_MAX] = {AB("001c", "0000", "01") "0300 0000 0000 0000",
                                                     AB("001c", "0000", "01") "0800 0000 0000 0000",
                                                     AB("0018", "0000", "2f") "0000 0800",
                                                     FROM("0001")};
    char text[128];
    pkt_flow_report report = PKT_INIT(pkt_flow_report);
    pkt_capture capture = {.struct_size = sizeof capture, .flow_report = &report};
    packets_number(&capture, packets, text, sizeof text);
    assert_int_equal(report.inner, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_eviction),
        cmocka_unit_test(test_inner_headers_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
