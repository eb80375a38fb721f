/* Values at their limits, headers of 64 KiB, and batches full of the longest values. */
#include "datasets/malformed/bytes.h"
#include "parsers/core/numbers.h"

#define X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X256 X32 X32 X32 X32 X32 X32 X32 X32
#define X255 X32 X32 X32 X32 X32 X32 X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X1024 X256 X256 X256 X256
/* "GET / HTTP/1.1", "Host: ", and the end of a line. */
#define GET "474554202f20485454502f312e31 0d0a "
#define HOST "486f73743a20 "
#define END "0d0a "
#define GOOD GET HOST "61 " END END
#define IS_GOOD IS_APP("http", "0", "ok") "http_method=GET http_host=a "

const malformed_case malformed_long_values[] = {
    {"http-host-of-1024", "a host of 1,024 bytes", "the limit of pktbench: 1,024 bytes",
     .link_type = 1, .port = 80, .transport = PROTO_TCP,
     .packets = {{GET HOST "78*1024 " END END, 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "ok") "http_method=GET "
                                        "http_host=" X1024,
              IS_GOOD}},
    {"http-host-of-1025", "a host of 1,025 bytes", "the limit of pktbench: 1,024 bytes",
     .link_type = 1, .port = 80, .transport = PROTO_TCP,
     .packets = {{GET HOST "78*1025 " END END, 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "2", "ok") "http_method=GET ", IS_GOOD}},
    {"http-host-of-64-kib", "a host of 65,000 bytes", "the limit of pktbench: 1,024 bytes",
     .link_type = 1, .port = 80, .transport = PROTO_TCP,
     .packets = {{GET HOST "78*65000 " END END, 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "2", "ok") "http_method=GET ", IS_GOOD}},
    {"http-header-of-64-kib", "a header of 65,000 bytes before the host", "RFC 9112 5",
     .link_type = 1, .port = 80, .transport = PROTO_TCP,
     .packets = {{GET "583a20 78*65000 " END HOST "61 " END END, 0}, {GOOD, 0}},
     .rows = {IS_GOOD, IS_GOOD}},
    {"http-header-without-end", "a header of 65,000 bytes that does not end",
     "RFC 9112 5: it goes on", .link_type = 1, .port = 80, .transport = PROTO_TCP,
     .packets = {{GET "583a20 78*65000", 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "1", "ok") "http_method=GET ", IS_GOOD}},
    {"http-lines-of-64-kib", "64,000 empty lines after a header",
     "RFC 9112 2.1: the first ends the headers", .link_type = 1, .port = 80, .transport = PROTO_TCP,
     .packets = {{GET "583a 0a*64000", 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "ok") "http_method=GET ", IS_GOOD}},
    {"tls-name-of-1024", "a server name of 1,024 bytes, a protocol of 255",
     "the limit of pktbench: 1,024 bytes", .link_type = 1, .port = 443, .transport = PROTO_TCP,
     .packets = {{"16 0303 053e 01 00053a 0303 00*32 00 0002 1301 01 00 050f 0000 0405 0403 00 "
                  "0400 78*1024 0010 0102 0100 ff 78*255",
                  0}},
     .rows = {IS_APP("tls", "0", "ok") "tls_hs_type=1 tls_version=771 "
                                       "tls_sni=" X1024 " tls_alpn=" X255}},
    {"tls-name-of-1025", "a server name of 1,025 bytes", "the limit of pktbench: 1,024 bytes",
     .link_type = 1, .port = 443, .transport = PROTO_TCP,
     .packets = {{"16 0303 0439 01 000435 0303 00*32 00 0002 1301 01 00 040a 0000 0406 0404 00 "
                  "0401 78*1025",
                  0}},
     .rows = {IS_APP("tls", "2", "ok") "tls_hs_type=1 tls_version=771 "}},
    {"tls-name-of-16000", "a server name of 16,000 bytes, then a hello with a short one",
     "the limit of pktbench: 1,024 bytes", .link_type = 1, .port = 443, .transport = PROTO_TCP,
     .packets = {{"16 0303 3eb8 01 003eb4 0303 00*32 00 0002 1301 01 00 3e89 0000 3e85 3e83 00 "
                  "3e80 78*16000 16 0303 0041 01 00003d 0303 00*32 00 0002 1301 01 00 0012 0000 "
                  "000e 000c 00 0009 612e6578616d706c65",
                  0}},
     .rows = {IS_APP("tls", "2", "ok") "tls_hs_type=1 tls_version=771 "}},
    {"mqtt-topic-of-1025", "a topic of 1,025 bytes, then a short one",
     "the limit of pktbench: 1,024 bytes", .link_type = 1, .port = 1883, .transport = PROTO_TCP,
     .packets = {{"30 8308 0401 78*1025 30 06 0003 742f31 78", 0}},
     .rows = {IS_APP("mqtt", "2", "ok") "mqtt_type=3 "}},
    {"mqtt-topic-of-64-kib", "a topic of 65,000 bytes", "the limit of pktbench: 1,024 bytes",
     .link_type = 1, .port = 1883, .transport = PROTO_TCP,
     .packets = {{"30 eafb03 fde8 78*65000", 0}},
     .rows = {IS_APP("mqtt", "2", "ok") "mqtt_type=3 "}},
    {"coap-path-of-1025", "a path of 1,025 bytes", "the limit of pktbench: 1,024 bytes",
     .link_type = 1, .port = 5683, .transport = PROTO_UDP,
     .packets = {{"40 01 0001 be 02f4 78*1025 00", 0}},
     .rows = {IS_APP("coap", "2", "ok") "coap_code=1 "}},
    {"batch-of-longest-names", "100 hellos with the longest texts",
     "the values do not depend on where a batch ends", .link_type = 1, .port = 443,
     .transport = PROTO_TCP, .times = 100,
     .packets = {{"16 0303 053e 01 00053a 0303 00*32 00 0002 1301 01 00 050f 0000 0405 0403 00 "
                  "0400 78*1024 0010 0102 0100 ff 78*255",
                  0}},
     .rows = {IS_APP("tls", "0", "ok") "tls_hs_type=1 tls_version=771 "
                                       "tls_sni=" X1024 " tls_alpn=" X255}},
    {"batch-of-longest-hosts", "100 requests with the longest host, and short ones between them",
     "the values do not depend on where a batch ends", .link_type = 1, .port = 80,
     .transport = PROTO_TCP, .times = 100, .packets = {{GET HOST "78*1024 " END END, 0}, {GOOD, 0}},
     .rows = {IS_APP("http", "0", "ok") "http_method=GET "
                                        "http_host=" X1024,
              IS_GOOD}},
};

const size_t malformed_long_value_count =
    sizeof malformed_long_values / sizeof malformed_long_values[0];
