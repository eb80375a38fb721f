/* TLS handshake messages that are not encrypted, RFC 8446 sections 4 and 5, RFC 5246 section 6.2.
 *
 *   record:  type(1) version(2) length(2) { message }
 *   message: type(1) length(3) body
 *   hello:   version(2) random(32) session(1+) cipher suites(2+, of a client; 2, of a server)
 *            compression(1+, of a client; 1, of a server) extensions(2+)
 */
#include "parsers/app/message.h"
#include "parsers/app/tls_record.h"

enum {
    RECORD_MAX = 16384 + 2048, /* RFC 5246 section 6.2.3 */
    MESSAGE_HEADER = 4,
    CLIENT_HELLO = 1,
    SERVER_HELLO = 2,
    RANDOM_END = 34 /* version and random */
};

/* https://www.iana.org/assignments/tls-parameters */
enum { EXTENSION_SERVER_NAME = 0, EXTENSION_ALPN = 16, EXTENSION_SUPPORTED_VERSIONS = 43 };

bool pkt_app_is_tls(const cursor *c)
{
    cursor begin = *c;
    const uint8_t *h = cursor_take(&begin, TLS_RECORD_HEADER);
    return h && tls_is_record(h) && h[1] == TLS_VERSION_MAJOR &&
           (h[0] == TLS_HANDSHAKE || h[0] == TLS_APPLICATION_DATA) && be16(h + 3) &&
           be16(h + 3) <= RECORD_MAX;
}

/* Split off a vector whose length field has `size` bytes, in what is a complete message. Inlined: a
 * hello has many. */
ALWAYS_INLINE bool vector_take(app_row *r, cursor *c, size_t size, cursor *vector)
{
    const uint8_t *length = cursor_take(c, size);
    const size_t bytes = !length ? 0 : size == 1 ? length[0] : be16(length);
    *vector = (cursor){c->at, bytes, bytes};
    if (__builtin_expect(length && cursor_take(c, bytes), 1))
        return true;
    app_problem(r, PKT_BAD_LENGTH);
    return false;
}

/* RFC 6066 section 3: the first entry that is a host name. */
static void server_name_read(cursor c, app_row *r)
{
    enum { HOST_NAME = 0 };
    cursor list, name;
    if (c.wire == 0 || !vector_take(r, &c, 2, &list))
        return; /* of a server: empty */
    while (list.wire) {
        const uint8_t *type = cursor_take(&list, 1);
        if (!vector_take(r, &list, 2, &name))
            return;
        if (*type == HOST_NAME) {
            if (!(r->part & PKT_PART_LONG)) /* only a server name is that long; the first counts */
                app_text(r, APP_TEXT(r, tls_sni), name.at, name.wire);
            return;
        }
    }
}

/* RFC 7301 section 3.1. */
static void alpn_read(cursor c, app_row *r)
{
    cursor list, name;
    if (vector_take(r, &c, 2, &list) && list.wire && vector_take(r, &list, 1, &name))
        app_text(r, APP_TEXT(r, tls_alpn), name.at, name.wire);
}

/* RFC 8446 section 4.2.1: a list of a client, one of a server. */
static void supported_versions_read(cursor c, unsigned message, app_row *r, bool *is_known)
{
    cursor list = c;
    if (message == CLIENT_HELLO && !vector_take(r, &c, 1, &list))
        return;
    const uint8_t *version = cursor_take(&list, 2);
    if (!version) {
        app_problem(r, PKT_BAD_LENGTH);
        return;
    }
    if (!*is_known)
        PUT(r, tls_version, be16(version));
    *is_known = true;
}

static void extensions_read(cursor c, unsigned message, app_row *r, bool *is_known)
{
    enum { EXTENSION_HEADER = 4 };
    cursor list;
    if (c.wire == 0 || !vector_take(r, &c, 2, &list))
        return;
    while (list.wire) {
        const uint8_t *h = cursor_take(&list, EXTENSION_HEADER);
        const size_t size = h ? be16(h + 2) : 0;
        const cursor data = {list.at, size, size};
        if (!h || !cursor_take(&list, size)) {
            app_problem(r, PKT_BAD_LENGTH);
            return;
        }
        if (be16(h) == EXTENSION_SERVER_NAME)
            server_name_read(data, r);
        else if (be16(h) == EXTENSION_ALPN)
            alpn_read(data, r);
        else if (be16(h) == EXTENSION_SUPPORTED_VERSIONS)
            supported_versions_read(data, message, r, is_known);
    }
}

/* The first hello's version: that of the extension, if there is one in any hello, else its own.
 * *is_known: the column has the version of an extension. */
static void hello_read(cursor c, unsigned message, app_row *r, bool *is_known)
{
    cursor vector;
    const uint8_t *h = cursor_take(&c, RANDOM_END);
    if (!h) {
        app_problem(r, PKT_BAD_LENGTH);
        return;
    }
    if (!(r->present & PKT_HAS_TLS_VERSION))
        PUT(r, tls_version, be16(h));
    r->present |= PKT_HAS_TLS_VERSION;
    bool good = vector_take(r, &c, 1, &vector);
    if (message == CLIENT_HELLO)
        good = good && vector_take(r, &c, 2, &vector) && vector_take(r, &c, 1, &vector);
    else if (good && !cursor_take(&c, 3)) {
        app_problem(r, PKT_BAD_LENGTH);
        good = false;
    }
    if (good)
        extensions_read(c, message, r, is_known);
}

/* https://www.iana.org/assignments/tls-parameters#tls-parameters-7 */
static bool is_message_type(unsigned type)
{
    static const uint32_t known = UINT32_C(0x03f1f97f); /* 0-6 8 11-16 20-25 */
    enum { NEXT_PROTOCOL = 67 };
    return type < 32 ? known >> type & 1 : type == NEXT_PROTOCOL;
}

/* An encrypted message looks like any bytes; after a nonce of zeros (RFC 5288 section 3) it looks
 * like requests for a hello. */
static bool is_plain(const cursor *c)
{
    enum { NONCE = 8 };
    static const uint8_t zeros[MESSAGE_HEADER + 1];
    return is_message_type(c->at[0]) &&
           (c->wire <= NONCE || memcmp(c->at, zeros, sizeof zeros) != 0);
}

/* The messages of a complete record. False: the rest is not plain. */
static bool messages_read(cursor c, app_row *r, bool *is_known)
{
    while (c.wire >= MESSAGE_HEADER) {
        if (!is_plain(&c))
            return false;
        const uint8_t *h = cursor_take(&c, MESSAGE_HEADER);
        const uint32_t size = be24(h + 1);
        const cursor body = {c.at, size, size};
        if (!cursor_take(&c, size)) {
            r->part |= PKT_PART_CONTINUES; /* in the next record */
            return false;
        }
        if (!(r->present & PKT_HAS_TLS))
            PUT(r, tls_hs_type, h[0]);
        r->present |= PKT_HAS_TLS;
        if (h[0] == CLIENT_HELLO || h[0] == SERVER_HELLO)
            hello_read(body, h[0], r, is_known);
    }
    return true;
}

/* Text is not TLS, whatever the port says. */
static bool is_printable(const cursor *c)
{
    enum { LOOK = 4 };
    if (c->captured <= LOOK)
        return false;
    for (size_t i = 0; i < LOOK; i++)
        if (c->at[i] < ' ' || c->at[i] > '~')
            return false;
    return true;
}

/* Take the header of a record, which may be the last one of the segment. NULL: none is here. */
static const uint8_t *record_header(cursor *c, app_row *r)
{
    const bool is_handshake = c->captured && c->at[0] == TLS_HANDSHAKE;
    const uint8_t *h = cursor_take(c, TLS_RECORD_HEADER);
    if (!h && (is_handshake || TLS_RECORD_HEADER <= c->wire))
        app_short(r, c, TLS_RECORD_HEADER);
    return h && tls_is_record(h) ? h : NULL; /* else the middle of a record of an earlier segment */
}

/* Skip a record that has no messages. Nothing is missing if it goes on in the next segment. */
static bool record_skip(cursor *c, app_row *r, size_t size)
{
    if (cursor_take(c, size))
        return true;
    if (size <= c->wire)
        app_short(r, c, size);
    return false;
}

/* A client hello of SSL 2 that offers a later version, RFC 5246 appendix E.2: length(2, the first
 * bit set) type(1) version(2). */
static void old_hello_read(cursor c, app_row *r)
{
    enum { HEADER = 5, LENGTH = 0x7fff };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h || h[0] < 0x80 || h[2] != CLIENT_HELLO || h[3] != TLS_VERSION_MAJOR ||
        h[4] > TLS_VERSION_MINOR_MAX)
        return;
    const size_t size = be16(h) & LENGTH;
    if (size < 3) {
        app_problem(r, PKT_BAD_LENGTH);
        return;
    }
    if (!app_take(r, &c, size - 3))
        return;
    r->present |= PKT_HAS_TLS | PKT_HAS_TLS_VERSION;
    PUT(r, tls_hs_type, CLIENT_HELLO);
    PUT(r, tls_version, be16(h + 3));
}

bool pkt_app_tls(cursor c, app_row *r)
{
    if (tls_is_encrypted(c.at, c.captured, c.wire))
        return true;
    bool is_known = false, more = !is_printable(&c);
    const bool is_tls = more;
    cursor record;
    if (is_tls)
        old_hello_read(c, r);
    while (more && c.wire) {
        const uint8_t *h = record_header(&c, r);
        if (!h)
            break;
        if (h[0] == TLS_HANDSHAKE)
            more = app_split(r, &c, be16(h + 3), &record) && messages_read(record, r, &is_known);
        else
            more = record_skip(&c, r, be16(h + 3));
    }
    return is_tls;
}
