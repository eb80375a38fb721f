/* RFC 7252 section 3. Included by test_app.c. */
static const app_case coap_cases[] = {
    {"GET with a path", UDP, 54321, 5683,
     BYTES("B\x01\x00\x01"
           "ab9localhost\x84temp\x01"
           "a"),
     "coap 0 ok coap_code=1 coap_uri_path=\"temp\""},
    {"a long option", UDP, 54321, 5683, BYTES("@\x01\x00\x01\xbd\x05pppppppppppppppppp"),
     "coap 0 ok coap_code=1 coap_uri_path=\"pppppppppppppppppp\""},
    {"an empty segment", UDP, 54321, 5683, BYTES("@\x01\x00\x01\xb0"),
     "coap 0 ok coap_code=1 coap_uri_path=\"\""},
    {"response with a payload", UDP, 54321, 5683, BYTES("@E\x00\x01\xffhello"),
     "coap 0 ok coap_code=69"},
    {"options after the path alone", UDP, 54321, 5683, BYTES("@\x01\x00\x01\xd1\x08x\x01y"),
     "coap 0 ok coap_code=1"},
    {"an option that is longer than the datagram", UDP, 54321, 5683, BYTES("@\x01\x00\x01\xb9temp"),
     "coap 0 truncated coap_code=1"},
    {"a reserved delta", UDP, 54321, 5683, BYTES("@\x01\x00\x01\xf1temp"),
     "coap 0 bad-value coap_code=1"},
    {"version 3", UDP, 54321, 5683, BYTES("\xc0\x01\x00\x01\xb4temp"),
     "coap 0 bad-value coap_code=1"},
    {"a token of 9 bytes", UDP, 54321, 5683,
     BYTES("I\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\xb4temp"),
     "coap 0 bad-value coap_code=1"},
    {"a segment of 1,025 bytes, then a short one", UDP, 54321, 5683,
     BYTES("@\x01\x00\x01\xbe\x02\xf4" X1025 "\x01y"), "coap 2 ok coap_code=1"},
};
