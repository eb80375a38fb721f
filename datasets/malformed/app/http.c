/* Malformed or rare HTTP and SSDP messages. A well-formed request follows. */
#include "datasets/malformed/bytes.h"
#include "parsers/core/numbers.h"

/* "GET / HTTP/1.1", "Host: ", and the end of a line. */
#define GET "474554202f20485454502f312e31 0d0a "
#define HOST "486f73743a20 "
#define END "0d0a "
#define GOOD GET HOST "612e6578616d706c65 " END END
#define IS_GOOD IS_APP("http", "0", "ok") "http_method=GET http_host=a.example "

const malformed_case malformed_http[] = {
    {"http-host-of-any-bytes", "a host with bytes above 127, a NUL and an escape",
     "RFC 9110 5.5; the text form of pktbench", .link_type = 1, .port = 80, .transport = PROTO_TCP,
     .packets = {{GET HOST "c328 00 5c ff 61 " END END, 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "ok") "http_method=GET http_host=\\xc3(\\x00\\\\\\xffa ",
              IS_GOOD}},
    {"http-host-of-blanks", "a host of blanks", "RFC 9110 5.5: they do not belong to it",
     .link_type = 1, .port = 80, .transport = PROTO_TCP,
     .packets = {{GET HOST "20*500 09*500 " END END, 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "ok") "http_method=GET http_host=\"\" ", IS_GOOD}},
    {"http-host-twice", "two hosts", "RFC 9112 3.2: not allowed; the first", .link_type = 1,
     .port = 80, .transport = PROTO_TCP,
     .packets = {{GET HOST "61 " END HOST "62 " END END, 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "ok") "http_method=GET http_host=a ", IS_GOOD}},
    {"http-host-cut", "a segment that ends inside the host", "RFC 9112 5: it goes on",
     .link_type = 1, .port = 80, .transport = PROTO_TCP,
     .packets = {{GET HOST "612e65", 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "1", "ok") "http_method=GET ", IS_GOOD}},
    {"http-host-without-end", "a host that ends with the segment", "RFC 9112 5: it goes on",
     .link_type = 1, .port = 80, .transport = PROTO_TCP,
     .packets = {{GET HOST "612e6578616d706c65", 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "1", "ok") "http_method=GET ", IS_GOOD}},
    {"http-host-ended-by-cr", "a host that ends with CR alone",
     "RFC 9112 2.2: invalid; an end, as for Wireshark", .link_type = 1, .port = 80,
     .transport = PROTO_TCP, .packets = {{GET HOST "61 0d 58", 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "ok") "http_method=GET http_host=a ", IS_GOOD}},
    {"http-header-without-colon", "a header without a colon before the host",
     "RFC 9112 5.1: no header, and so no more headers", .link_type = 1, .port = 80,
     .transport = PROTO_TCP, .packets = {{GET "5858 " END HOST "61 " END END, 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "bad-value") "http_method=GET ", IS_GOOD}},
    {"http-body-of-2-64", "a body of 2^64 bytes before another request",
     "RFC 9112 6.3: the request is in the body", .link_type = 1, .port = 80, .transport = PROTO_TCP,
     .packets = {{GET "436f6e74656e742d4c656e6774683a20"
                      "3138343436373434303733373039353531363136 " END END GET HOST "62 " END END,
                  0},
                 {GOOD, 0}},
     .rows = {IS_APP("http", "0", "ok") "http_method=GET ", IS_GOOD}},
    {"http-length-negative", "a body of -1 bytes before another request", "RFC 9110 8.6: digits",
     .link_type = 1, .port = 80, .transport = PROTO_TCP,
     .packets = {{GET "436f6e74656e742d4c656e6774683a20"
                      "2d31 " END END GET HOST "62 " END END,
                  0},
                 {GOOD, 0}},
     .rows = {IS_APP("http", "0", "ok") "http_method=GET http_host=* ", IS_GOOD}},
    {"http-status-of-2-digits", "a status of two digits", "RFC 9112 4: three", .link_type = 1,
     .port = 80, .transport = PROTO_TCP,
     .packets = {{"485454502f312e31203230" END END, 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "bad-value"), IS_GOOD}},
    {"http-status-of-letters", "a status with a letter", "RFC 9112 4: three digits", .link_type = 1,
     .port = 80, .transport = PROTO_TCP,
     .packets = {{"485454502f312e3120327830204f4b" END END, 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "bad-value"), IS_GOOD}},
    {"http-status-missing", "a status line without a status", "RFC 9112 4", .link_type = 1,
     .port = 80, .transport = PROTO_TCP, .packets = {{"485454502f312e31" END END, 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "bad-value"), IS_GOOD}},
    {"http-method-alone", "a method without an end of its line", "RFC 9112 3: it goes on",
     .link_type = 1, .port = 80, .transport = PROTO_TCP, .packets = {{"47455420", 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "1", "ok") "http_method=GET ", IS_GOOD}},
    {"http-bytes-on-port-80", "bytes that are no text", "RFC 9112 2: the port says HTTP",
     .link_type = 1, .port = 80, .transport = PROTO_TCP, .packets = {{"00 ff*40", 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "ok"), IS_GOOD}},
    {"http-lines-of-no-bytes", "500 empty lines", "RFC 9112 2.2: may be ignored", .link_type = 1,
     .port = 80, .transport = PROTO_TCP, .packets = {{"0d0a0a*500", 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "ok"), IS_GOOD}},
    {"ssdp-host-cut", "a datagram that ends inside the host", "UPnP Device Architecture 2.0 1.3.2",
     .link_type = 1, .port = 1900, .transport = PROTO_UDP,
     .packets = {{"4d2d534541524348202a20485454502f312e31" END HOST "32", 0}, {GOOD, 0}},
     .rows = {IS_APP("ssdp", "0", "truncated") "http_method=M-SEARCH ",
              IS_APP("ssdp", "0", "ok") "http_method=GET http_host=a.example "}},
    {"http-cut-in-host", "cut by snaplen inside the host", "RFC 9112 5", .link_type = 1, .port = 80,
     .transport = PROTO_TCP, .packets = {{GET HOST "612e65", 89}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "cut-by-snaplen") "http_method=GET ", IS_GOOD}},
};

const size_t malformed_http_count = sizeof malformed_http / sizeof malformed_http[0];
