/* RFC 1035 section 4, RFC 2136, RFC 6762, RFC 4795. Included by test_app.c. */
static const app_case dns_cases[] = {
    {"query", UDP, 54321, 53,
     BYTES("\x12"
           "4\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01"),
     "dns 0 ok dns_response=0 dns_qry_name=\"www.example.com\" dns_qry_type=1"},
    {"from port 53: the lower port, though 1900 is known too", UDP, 53, 1900,
     BYTES("\x12"
           "4\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01"),
     "dns 0 ok dns_response=0 dns_qry_name=\"www.example.com\" dns_qry_type=1"},
    {"no such name", UDP, 54321, 53,
     BYTES("\x12"
           "4\x81\x83\x00\x01\x00\x00\x00\x00\x00\x00\x01x\x00\x00\x1c\x00\x01"),
     "dns 0 ok dns_response=1 dns_rcode=3 dns_qry_name=\"x\" dns_qry_type=28"},
    {"an alias, then its address", UDP, 54321, 53,
     BYTES("\x12"
           "4\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01\xc0\x0c\x00\x05\x00\x01\x00\x00\x00<"
           "\x00\x02\xc0\x10\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<\x00\x04\xc0\x00\x02\x01"),
     "dns 0 ok dns_response=1 dns_rcode=0 dns_qry_name=\"www.example.com\" dns_qry_type=1 "
     "dns_a=192.0.2.1"},
    {"an address among the additional records", UDP, 54321, 53,
     BYTES("\x12"
           "4\x81\x80\x00\x00\x00\x01\x00\x00\x00\x01\x01k\x00\x00\x02\x00\x01\x00\x00\x00<"
           "\x00\x01\x00\x01k\x00\x00\x01\x00\x01\x00\x00\x00<\x00\x04\xc0\x00\x02\x01"),
     "dns 0 ok dns_response=1 dns_rcode=0 dns_a=192.0.2.1"},
    {"an address of 3 bytes", UDP, 54321, 53,
     BYTES("\x12"
           "4\x81\x80\x00\x00\x00\x01\x00\x00\x00\x00\x01k\x00\x00\x01\x00\x01\x00\x00\x00<"
           "\x00\x03\xc0\x00\x02"),
     "dns 0 bad-length dns_response=1 dns_rcode=0"},
    {"the name of a record is a loop", UDP, 54321, 53,
     BYTES("\x12"
           "4\x81\x80\x00\x00\x00\x01\x00\x00\x00\x00\x01k\xc0\x0e\x00\x01\x00\x01\x00\x00\x00<"
           "\x00\x04\xc0\x00\x02\x01"),
     "dns 0 bad-value dns_response=1 dns_rcode=0 dns_a=192.0.2.1"},
    {"the name of the first record is a loop, without a question", UDP, 54321, 53,
     BYTES("\x12"
           "4\x81\x80\x00\x00\x00\x01\x00\x00\x00\x00\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<"
           "\x00\x04\xc0\x00\x02\x01"),
     "dns 0 bad-value dns_response=1 dns_rcode=0 dns_a=192.0.2.1"},
    {"the name of a record is out of the message", UDP, 54321, 53,
     BYTES("\x12"
           "4\x81\x80\x00\x00\x00\x01\x00\x00\x00\x00\xcf\xff\x00\x01\x00\x01\x00\x00\x00<"
           "\x00\x04\xc0\x00\x02\x01"),
     "dns 0 bad-value dns_response=1 dns_rcode=0"},
    {"the root", UDP, 54321, 53,
     BYTES("\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"),
     "dns 0 ok dns_response=0 dns_qry_name=\"\" dns_qry_type=2"},
    {"two questions", UDP, 54321, 53,
     BYTES("\x12"
           "4\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x03One\x00\x00\x01\x00\x01\x03two\x00\x00\x02"
           "\x00\x01"),
     "dns 0 ok dns_response=0 dns_qry_name=\"One\" dns_qry_type=1"},
    {"bytes of any value", UDP, 54321, 53,
     BYTES("\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x06"
           "a.b\x00\xff\\\x01"
           "c\x00\x00\x01\x00\x01"),
     "dns 0 ok dns_response=0 dns_qry_name=\"a.b\\x00\\xff\\\\.c\" dns_qry_type=1"},
    {"a pointer to itself", UDP, 54321, 53,
     BYTES("\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x0c\x00\x01\x00\x01"),
     "dns 0 bad-value dns_response=0 dns_qry_type=1"},
    {"a pointer out of the message", UDP, 54321, 53,
     BYTES("\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\xcf\xff\x00\x01\x00\x01"),
     "dns 0 bad-value dns_response=0"},
    {"a label of another type", UDP, 54321, 53,
     BYTES("\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"
           "A\x08"
           "abc\x00\x00\x01\x00\x01"),
     "dns 0 bad-value dns_response=0"},
    {"a name that the datagram cuts", UDP, 54321, 53,
     BYTES("\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\tabc"),
     "dns 0 truncated dns_response=0"},
    {"a name of 253 characters", UDP, 54321, 53,
     BYTES("\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00?"
           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx?"
           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx?"
           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx="
           "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\x00\x00\x01\x00\x01"),
     "dns 0 ok dns_response=0 dns_qry_name=\"" X63 "." X63 "." X63 "." Y61 "\" dns_qry_type=1"},
    {"a name of 254 characters", UDP, 54321, 53,
     BYTES("\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00?"
           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx?"
           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx?"
           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx>"
           "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\x00\x00\x01\x00\x01"),
     "dns 2 ok dns_response=0 dns_qry_type=1"},
    {"a header of 11 bytes", UDP, 54321, 53,
     BYTES("\x12"
           "4\x81\x80\x00\x00\x00\x00\x00\x00\x00"),
     "dns 0 truncated dns_response=1 dns_rcode=0"},
    {"3 bytes", UDP, 54321, 53, BYTES("\x00\x00\x00"), "dns 0 truncated"},
    {"bytes after the message", UDP, 54321, 53,
     BYTES("\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01"
           "abcdef"),
     "dns 0 ok dns_response=0 dns_qry_name=\"www.example.com\" dns_qry_type=1"},
    {"after TCP", TCP, 54321, 53,
     BYTES("\x00!\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01\x00"
           "1\x12"
           "4\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<\x00\x04\xc0\x00\x02\x01"),
     "dns 0 ok dns_response=0 dns_rcode=0 dns_qry_name=\"www.example.com\" dns_qry_type=1 "
     "dns_a=192.0.2.1"},
    {"after TCP, the address in the next segment", TCP, 54321, 53,
     BYTES("\x00"
           "1\x12"
           "4\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<"),
     "dns 1 ok dns_response=1 dns_rcode=0 dns_qry_name=\"www.example.com\" dns_qry_type=1"},
    {"after TCP, a length of 0", TCP, 54321, 53,
     BYTES("\x00\x00\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01"),
     "dns 1 bad-length dns_response=0"},
    {"mDNS", UDP, 5353, 5353,
     BYTES("\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00\x01h\x05local\x00\x00\x01\x80\x01\x00"
           "\x00\x00<\x00\x04\xc0\x00\x02\x01"),
     "mdns 0 ok dns_response=1 dns_rcode=0 dns_a=192.0.2.1"},
    {"LLMNR", UDP, 54321, 5355,
     BYTES("\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04wpad\x00\x00\x01\x00\x01"),
     "llmnr 0 ok dns_response=0 dns_qry_name=\"wpad\" dns_qry_type=1"},
    {"on another port", UDP, 54321, 9999,
     BYTES("\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01"),
     ""},
    {"after TCP, a pointer into the next segment", TCP, 54321, 53,
     BYTES("\x00\x40\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x20\x00\x01\x00\x01"),
     "dns 1 ok dns_response=0"},
    {"after TCP, a pointer out of a complete message", TCP, 54321, 53,
     BYTES("\x00\x12\x12"
           "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x20\x00\x01\x00\x01"),
     "dns 0 bad-value dns_response=0"},
    {"an update that deletes addresses, then adds one: RFC 2136 section 2.5", UDP, 54321, 53,
     BYTES("\x12"
           "4(\x00\x00\x01\x00\x00\x00\x02\x00\x00\x07"
           "example\x03"
           "com\x00\x00\x06\x00\x01\x01h\xc0\x0c\x00\x01\x00\xff\x00\x00\x00\x00\x00\x00\x01h\xc0"
           "\x0c\x00\x01\x00\x01\x00\x00\x04\xb0\x00\x04\xc0\x00\x02\x01"),
     "dns 0 ok dns_response=0 dns_qry_name=\"example.com\" dns_qry_type=6 dns_a=192.0.2.1"},
    {"an update if there is no address: RFC 2136 section 2.4.3", UDP, 54321, 53,
     BYTES("\x12"
           "4(\x00\x00\x01\x00\x01\x00\x01\x00\x00\x07"
           "example\x03"
           "com\x00\x00\x06\x00\x01\x01h\xc0\x0c\x00\x01\x00\xfe\x00\x00\x00\x00\x00\x00\x01h\xc0"
           "\x0c\x00\x01\x00\x01\x00\x00\x04\xb0\x00\x04\xc0\x00\x02\x01"),
     "dns 0 ok dns_response=0 dns_qry_name=\"example.com\" dns_qry_type=6 dns_a=192.0.2.1"},
    {"an address of no bytes in a response", UDP, 54321, 53,
     BYTES("\x12"
           "4\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<"
           "\x00\x00\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<\x00\x04\xc0\x00\x02\x01"),
     "dns 0 bad-length dns_response=1 dns_rcode=0 dns_qry_name=\"www.example.com\" dns_qry_type=1 "
     "dns_a=192.0.2.1"},
    {"after TCP, the address in the second message: RFC 7766 section 6.2.1.1", TCP, 53, 54321,
     BYTES("\x00!\x12"
           "4\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x1c\x00\x01\x00"
           "1\x12"
           "5\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<\x00\x04\xc0\x00\x02\x01"),
     "dns 0 ok dns_response=1 dns_rcode=0 dns_qry_name=\"www.example.com\" dns_qry_type=28 "
     "dns_a=192.0.2.1"},
    {"after TCP, the second message goes on", TCP, 53, 54321,
     BYTES("\x00!\x12"
           "4\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x1c\x00\x01\x00"
           "1\x12"
           "5\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00"),
     "dns 1 ok dns_response=1 dns_rcode=0 dns_qry_name=\"www.example.com\" dns_qry_type=28"},
    {"after TCP, one byte of the second length", TCP, 53, 54321,
     BYTES("\x00!\x12"
           "4\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x1c\x00\x01\x00"),
     "dns 1 ok dns_response=1 dns_rcode=0 dns_qry_name=\"www.example.com\" dns_qry_type=28"},
    {"after TCP, a message of 5 bytes before another", TCP, 53, 54321,
     BYTES("\x00\x05\x12"
           "4\x81\x80\x00\x00"
           "1\x12"
           "5\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<\x00\x04\xc0\x00\x02\x01"),
     "dns 0 bad-length dns_response=1 dns_rcode=0 dns_qry_name=\"www.example.com\" dns_qry_type=1 "
     "dns_a=192.0.2.1"},
    {"after TCP, a name that its message cuts, then another message", TCP, 53, 54321,
     BYTES("\x00\x12\x12"
           "4\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x09"
           "abcde\x00"
           "1\x12"
           "5\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<\x00\x04\xc0\x00\x02\x01"),
     "dns 0 truncated dns_response=1 dns_rcode=0 dns_qry_name=\"www.example.com\" dns_qry_type=1 "
     "dns_a=192.0.2.1"},
    {"after TCP, a name that is a loop: the rest is not read", TCP, 53, 54321,
     BYTES("\x00\x12\x12"
           "4\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x0c\x00\x01\x00\x01\x00"
           "1\x12"
           "5\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00<\x00\x04\xc0\x00\x02\x01"),
     "dns 0 bad-value dns_response=1 dns_rcode=0 dns_qry_type=1"},
    {"after TCP, a query, then a response without a question", TCP, 54321, 53,
     BYTES("\x00!\x12"
           "4\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
           "example\x03"
           "com\x00\x00\x1c\x00\x01\x00\x1d\x12"
           "4\x81\x85\x00\x00\x00\x01\x00\x00\x00\x00\x01k\x00\x00\x01\x00\x01\x00\x00\x00<"
           "\x00\x04\xc0\x00\x02\x01"),
     "dns 0 ok dns_response=0 dns_rcode=5 dns_qry_name=\"www.example.com\" dns_qry_type=28 "
     "dns_a=192.0.2.1"},
    {"after TCP, two empty messages, and nothing of a third", TCP, 53, 54321,
     BYTES("\x00\x00\x00\x00\x00\x00"), "dns 0 bad-length"},
};

/* Of the datagram or segment, only these bytes are captured. */
static const struct cut_case {
    app_case captured;
    size_t wire; /* bytes in all */
} dns_cuts[] = {
    {{"a pointer to bytes that are not captured", UDP, 54321, 53,
      BYTES("\x12"
            "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x20\x00\x01\x00\x01"),
      "dns 0 cut-by-snaplen dns_response=0"},
     64},
    {{"a pointer to the first byte that is not captured", UDP, 54321, 53,
      BYTES("\x12"
            "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x12\x00\x01\x00\x01"),
      "dns 0 cut-by-snaplen dns_response=0"},
     64},
    {{"a pointer out of the message, of which a part is captured", UDP, 54321, 53,
      BYTES("\x12"
            "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x41\x00\x01\x00\x01"),
      "dns 0 bad-value dns_response=0"},
     64},
    {{"after TCP, a pointer to bytes that are not captured", TCP, 54321, 53,
      BYTES("\x00\x40\x12"
            "4\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x20\x00\x01\x00\x01"),
      "dns 0 cut-by-snaplen dns_response=0"},
     66},
    {{"after TCP, the second message is not captured", TCP, 53, 54321,
      BYTES("\x00!\x12"
            "4\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
            "example\x03"
            "com\x00\x00\x1c\x00\x01"),
      "dns 0 cut-by-snaplen dns_response=1 dns_rcode=0 dns_qry_name=\"www.example.com\" "
      "dns_qry_type=28"},
     86},
};
