/* Malformed or rare MQTT packets. A well-formed PUBLISH follows. */
#include "datasets/malformed/bytes.h"
#include "parsers/core/numbers.h"

#define GOOD "30 06 0003 742f31 78 "
#define IS_GOOD IS_APP("mqtt", "0", "ok") "mqtt_type=3 mqtt_topic=t/1 "

const malformed_case malformed_mqtt[] = {
    {"mqtt-topic-of-any-bytes", "a topic with bytes above 127, a NUL and an escape",
     "MQTT 5.0 1.5.4; the text form of pktbench", .link_type = 1, .port = 1883,
     .transport = PROTO_TCP, .packets = {{"30 08 0006 c328 00 5c ff 61", 0}, {GOOD, 0}},
     .rows = {IS_APP("mqtt", "0", "ok") "mqtt_type=3 mqtt_topic=\\xc3(\\x00\\\\\\xffa ", IS_GOOD}},
    {"mqtt-topic-empty", "a topic of no bytes", "MQTT 5.0 3.3.2.1", .link_type = 1, .port = 1883,
     .transport = PROTO_TCP, .packets = {{"30 03 0000 78", 0}, {GOOD, 0}},
     .rows = {IS_APP("mqtt", "0", "ok") "mqtt_type=3 mqtt_topic=\"\" ", IS_GOOD}},
    {"mqtt-topic-beyond", "a topic of 65535 bytes in a packet of 5", "MQTT 5.0 3.3.2.1",
     .link_type = 1, .port = 1883, .transport = PROTO_TCP,
     .packets = {{"30 05 ffff 742f31", 0}, {GOOD, 0}},
     .rows = {IS_APP("mqtt", "0", "truncated") "mqtt_type=3 ", IS_GOOD}},
    {"mqtt-topic-length-cut", "a packet that ends inside the length of its topic",
     "MQTT 5.0 3.3.2.1", .link_type = 1, .port = 1883, .transport = PROTO_TCP,
     .packets = {{"30 01 00", 0}, {GOOD, 0}},
     .rows = {IS_APP("mqtt", "0", "truncated") "mqtt_type=3 ", IS_GOOD}},
    {"mqtt-length-of-5", "a remaining length of five bytes", "MQTT 5.0 2.1.4: at most four",
     .link_type = 1, .port = 1883, .transport = PROTO_TCP,
     .packets = {{"30 ffffffff01 0003 742f31", 0}, {GOOD, 0}},
     .rows = {IS_APP("mqtt", "0", "bad-value"), IS_GOOD}},
    {"mqtt-length-beyond", "a remaining length of 256 MiB: it goes on", "MQTT 5.0 2.1.4",
     .link_type = 1, .port = 1883, .transport = PROTO_TCP,
     .packets = {{"30 ffffff7f 0003 742f31", 0}, {GOOD, 0}},
     .rows = {IS_APP("mqtt", "1", "ok") "mqtt_type=3 mqtt_topic=t/1 ", IS_GOOD}},
    {"mqtt-length-cut", "a segment that ends inside the remaining length",
     "MQTT 5.0 2.1.4: it goes on", .link_type = 1, .port = 1883, .transport = PROTO_TCP,
     .packets = {{"30 ff", 0}, {GOOD, 0}}, .rows = {IS_APP("mqtt", "1", "ok"), IS_GOOD}},
    {"mqtt-length-0", "200 packets of no bytes", "MQTT 5.0 2.1.4", .link_type = 1, .port = 1883,
     .transport = PROTO_TCP,
     .packets =
         {{"c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c00"
           "0c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c0"
           "00c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c"
           "000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000"
           "c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c00"
           "0c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c0"
           "00c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c"
           "000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000"
           "c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c000c00"
           "0c000c000c000c000",
           0},
          {GOOD, 0}},
     .rows = {IS_APP("mqtt", "0", "ok") "mqtt_type=12 ", IS_GOOD}},
    {"mqtt-type-0", "a packet of type 0", "MQTT 5.0 2.1.2: forbidden", .link_type = 1, .port = 1883,
     .transport = PROTO_TCP, .packets = {{"00 00", 0}, {GOOD, 0}},
     .rows = {IS_APP("mqtt", "0", "ok") "mqtt_type=* ", IS_GOOD}},
    {"mqtt-subscribe-of-1", "SUBSCRIBE that ends inside its number", "MQTT 5.0 3.8.2",
     .link_type = 1, .port = 1883, .transport = PROTO_TCP, .packets = {{"82 01 00", 0}, {GOOD, 0}},
     .rows = {IS_APP("mqtt", "0", "truncated") "mqtt_type=8 ", IS_GOOD}},
    {"mqtt-properties-beyond", "SUBSCRIBE with properties of 127 bytes after CONNECT of version 5",
     "MQTT 5.0 3.8.2.1", .link_type = 1, .port = 1883, .transport = PROTO_TCP,
     .packets = {{"10 0f 0004 4d515454 05 02 003c 00 0002 6964 82 06 0001 7f 0001 61", 0},
                 {GOOD, 0}},
     .rows = {IS_APP("mqtt", "0", "truncated") "mqtt_type=1 ", IS_GOOD}},
    {"mqtt-protocol-name-beyond", "CONNECT with a protocol name of 65535 bytes", "MQTT 5.0 3.1.2.1",
     .link_type = 1, .port = 1883, .transport = PROTO_TCP,
     .packets = {{"10 0e ffff 4d515454 04 02 003c 0002 6964", 0}, {GOOD, 0}},
     .rows = {IS_APP("mqtt", "0", "ok") "mqtt_type=1 ", IS_GOOD}},
    {"mqtt-cut-in-topic", "cut by snaplen inside the topic", "MQTT 5.0 3.3.2.1", .link_type = 1,
     .port = 1883, .transport = PROTO_TCP, .packets = {{"30 06 0003 742f", 62}, {GOOD, 0}},
     .rows = {IS_APP("mqtt", "0", "cut-by-snaplen") "mqtt_type=3 ", IS_GOOD}},
};

const size_t malformed_mqtt_count = sizeof malformed_mqtt / sizeof malformed_mqtt[0];
