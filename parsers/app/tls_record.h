/* Headers of TLS records, RFC 8446 section 5.1: type(1) version(2) length(2). */
#ifndef PKT_APP_TLS_RECORD_H
#define PKT_APP_TLS_RECORD_H

#include "parsers/decode/cursor.h"

enum {
    TLS_RECORD_HEADER = 5,
    TLS_CONTENT_FIRST = 20,
    TLS_CONTENT_LAST = 24, /* RFC 6520 section 3 */
    TLS_HANDSHAKE = 22,
    TLS_APPLICATION_DATA = 23,
    TLS_VERSION_MAJOR = 3,
    TLS_VERSION_MINOR_MAX = 3 /* TLS 1.3 has the version of 1.2 in its records */
};

/* Or one of TLCP, GB/T 38636, which has the version 1.1. */
static inline bool tls_is_record(const uint8_t *h)
{
    return h[0] >= TLS_CONTENT_FIRST && h[0] <= TLS_CONTENT_LAST &&
           ((h[1] == TLS_VERSION_MAJOR && h[2] <= TLS_VERSION_MINOR_MAX) ||
            (h[1] == 1 && h[2] == 1));
}

/* Is all of the segment a record without messages, as most segments are? Without branches: which
 * segments are is no pattern. */
static inline bool tls_is_encrypted(const uint8_t *at, size_t captured, size_t wire)
{
    enum { FIRST = TLS_APPLICATION_DATA << 16 | TLS_VERSION_MAJOR << 8 };
    static const uint8_t none[TLS_RECORD_HEADER];
    const uint8_t *h = captured > TLS_RECORD_HEADER ? at : none;
    const int is_data = (be32(h) >> 8) - FIRST <= TLS_VERSION_MINOR_MAX;
    const int is_whole = captured == wire;
    const int is_last = wire <= (size_t)be16(h + 3) + TLS_RECORD_HEADER;
    return is_data & is_whole & is_last;
}

#endif
