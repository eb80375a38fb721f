/* MQTT 3.1.1 and 5.0, sections 2 and 3. Included by test_app.c. */
static const app_case mqtt_cases[] = {
    {"CONNECT", TCP, 54321, 1883, BYTES("\x10\x0e\x00\x04MQTT\x04\x02\x00<\x00\x02id"),
     "mqtt 0 ok mqtt_type=1"},
    {"two of PUBLISH", TCP, 54321, 1883, BYTES("0\x06\x00\x03t/1x2\x08\x00\x03t/2\x00\x01x"),
     "mqtt 0 ok mqtt_type=3 mqtt_topic=\"t/1\""},
    {"CONNECT and SUBSCRIBE", TCP, 54321, 1883,
     BYTES("\x10\x0e\x00\x04MQTT\x04\x02\x00<\x00\x02id\x82\x0c\x00\x01\x00\x03"
           "a/b\x00\x00\x01"
           "c\x00"),
     "mqtt 0 ok mqtt_type=1 mqtt_topic=\"a/b\""},
    {"CONNECT and SUBSCRIBE of version 5", TCP, 54321, 1883,
     BYTES("\x10\x0f\x00\x04MQTT\x05\x02\x00<\x00\x00\x02id\x82\x0b\x00\x01\x02\x0b\x01\x00\x03"
           "a/b\x00"),
     "mqtt 0 ok mqtt_type=1 mqtt_topic=\"a/b\""},
    {"SUBSCRIBE of version 5", TCP, 54321, 1883,
     BYTES("\x82\t\x00\x01\x00\x00\x03"
           "a/b\x00"),
     "mqtt 0 ok mqtt_type=8 mqtt_topic=\"a/b\""},
    {"UNSUBSCRIBE", TCP, 54321, 1883,
     BYTES("\xa2\x07\x00\x01\x00\x03"
           "a/b"),
     "mqtt 0 ok mqtt_type=10 mqtt_topic=\"a/b\""},
    {"PUBLISH whose message goes on", TCP, 54321, 1883, BYTES("0\x7f\x00\x03t/4abc"),
     "mqtt 1 ok mqtt_type=3 mqtt_topic=\"t/4\""},
    {"PUBLISH whose topic goes on", TCP, 54321, 1883, BYTES("0\x7f\x00\tt/4"),
     "mqtt 1 ok mqtt_type=3"},
    {"a topic that is longer than its packet", TCP, 54321, 1883, BYTES("0\x05\x00 abc"),
     "mqtt 0 truncated mqtt_type=3"},
    {"a length of 5 bytes", TCP, 54321, 1883, BYTES("0\xff\xff\xff\xff\x01"), "mqtt 0 bad-value"},
    {"one byte", TCP, 54321, 1883, BYTES("0"), "mqtt 1 ok"},
    {"on another port", TCP, 54321, 1884, BYTES("\x10\x0e\x00\x04MQTT\x04\x02\x00<\x00\x02id"), ""},
    {"a topic of 1,025 bytes, then a short one", TCP, 54321, 1883,
     BYTES("0\x83\x08\x04\x01" X1025 "0\x05\x00\x03t/2"), "mqtt 2 ok mqtt_type=3"},
    {"a short topic, then one of 1,025 bytes", TCP, 54321, 1883,
     BYTES("0\x05\x00\x03t/2"
           "0\x83\x08\x04\x01" X1025),
     "mqtt 0 ok mqtt_type=3 mqtt_topic=\"t/2\""},
};
