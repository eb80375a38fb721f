/* TLS records, RFC 8446. */
#include "datasets/traffic/applications.h"

/* Store the length of the bytes after a 2-byte or 3-byte field that length_open() put at `at`. */
static void length_patch(frame *f, size_t at, size_t width)
{
    size_t length = f->size - at - width;
    if (width == 3)
        f->bytes[at] = (uint8_t)(length >> 16);
    store_u16(f->bytes + at + width - 2, (unsigned)length);
}

/* Put a length field of `width` bytes; returns its offset, for length_patch(). */
static size_t length_open(frame *f, size_t width)
{
    size_t at = f->size;
    for (size_t i = 0; i < width; i++)
        put_u8(f, 0);
    return at;
}

/* server_name, RFC 6066 section 3. */
static void tls_server_name(frame *f, const char *name)
{
    const unsigned size = (unsigned)strlen(name);
    put_u16(f, 0);
    put_u16(f, size + 5);
    put_u16(f, size + 3);
    put_u8(f, 0);
    put_u16(f, size);
    put_text(f, name);
}

/* ALPN, RFC 7301 section 3.1: two protocols. */
static void tls_alpn(frame *f)
{
    put_u16(f, 16);
    put_u16(f, 14);
    put_u16(f, 12);
    put_u8(f, 2);
    put_text(f, "h2");
    put_u8(f, 8);
    put_text(f, "http/1.1");
}

/* Up to the extensions. */
static void tls_hello_begin(frame *f, random_state *random, unsigned type)
{
    put_u16(f, 0x0303);
    put_random(f, random, 32);
    put_u8(f, 32);
    put_random(f, random, 32);
    if (type == 1) {
        put_u16(f, 8); /* cipher suites */
        put_u32(f, 0x13011302);
        put_u32(f, 0xc02bc02f);
        put_u16(f, 0x0100); /* no compression */
    } else {
        put_u16(f, 0x1301);
        put_u8(f, 0);
    }
}

static const char *const server_names[] = {"api.example.net", "hub.example.net",
                                           "updates.firmware.example.com", "t.example"};
enum { SERVER_NAMES = sizeof server_names / sizeof server_names[0] };

void tls_client_hello(frame *f, random_state *random, bool modern)
{
    const char *name = server_names[random_below(random, SERVER_NAMES)];
    frame_app_begin(f, PKT_APP_TLS);
    put_u8(f, 22);
    put_u16(f, 0x0301);
    size_t record = length_open(f, 2);
    put_u8(f, 1);
    size_t message = length_open(f, 3);
    tls_hello_begin(f, random, 1);
    size_t extensions = length_open(f, 2);
    tls_server_name(f, name);
    put_u16(f, 43); /* supported_versions */
    put_u16(f, modern ? 5 : 3);
    put_u8(f, modern ? 4 : 2);
    if (modern)
        put_u16(f, 0x0304);
    put_u16(f, 0x0303);
    put_u16(f, 10); /* supported_groups: x25519 */
    put_u16(f, 4);
    put_u16(f, 2);
    put_u16(f, 29);
    if (modern)
        tls_alpn(f);
    length_patch(f, extensions, 2);
    length_patch(f, message, 3);
    length_patch(f, record, 2);
    frame_app_number(f, PKT_COL_tls_hs_type, 1);
    frame_app_number(f, PKT_COL_tls_version, modern ? 0x0304 : 0x0303);
    frame_app_text(f, PKT_COL_tls_sni, name, strlen(name));
    if (modern)
        frame_app_text(f, PKT_COL_tls_alpn, "h2", 2);
}

/* The key share of X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem) has 1,216 bytes; with the tickets of
 * a resumed session the hello is longer than a segment. */
enum { KEY_SHARE = 1216, TICKET = 320 };
#define LONG_NAME "api.example.net"
enum {
    LONG_EXTENSIONS = 9 + sizeof LONG_NAME - 1 + 10 + KEY_SHARE + 4 + TICKET,
    LONG_HELLO = 2 + 32 + 33 + 10 + 2 + 2 + LONG_EXTENSIONS,
    LONG_RECORD = 5 + 4 + LONG_HELLO
};

void tls_long_hello(frame *f, random_state *random, size_t room)
{
    const size_t begin = f->size;
    frame_app_begin(f, PKT_APP_TLS);
    put_u8(f, 22);
    put_u16(f, 0x0301);
    put_u16(f, LONG_HELLO + 4);
    frame_app_end(f, PKT_PART_CONTINUES); /* the record's length says it */
    put_u8(f, 1);
    put_u8(f, 0);
    put_u16(f, LONG_HELLO);
    tls_hello_begin(f, random, 1);
    put_u16(f, LONG_EXTENSIONS);
    tls_server_name(f, LONG_NAME);
    put_u16(f, 51); /* key_share */
    put_u16(f, 6 + KEY_SHARE);
    put_u16(f, 4 + KEY_SHARE);
    put_u16(f, 0x11ec);
    put_u16(f, KEY_SHARE);
    put_random(f, random, KEY_SHARE);
    put_u16(f, 35); /* session_ticket, RFC 5077 */
    put_u16(f, TICKET);
    put_random(f, random, room - (f->size - begin));
}

void tls_long_hello_rest(frame *f, random_state *random, size_t room)
{
    frame_app_begin(f, PKT_APP_TLS);
    put_u8(f, 0x9a); /* neither text nor what a record begins with */
    put_random(f, random, 4);
    frame_app_end(f, 0);
    put_random(f, random, LONG_RECORD - room - 5);
}

void tls_server_hello(frame *f, random_state *random, bool modern)
{
    frame_app_begin(f, PKT_APP_TLS);
    put_u8(f, 22);
    put_u16(f, 0x0303);
    size_t record = length_open(f, 2);
    put_u8(f, 2);
    size_t message = length_open(f, 3);
    tls_hello_begin(f, random, 2);
    size_t extensions = length_open(f, 2);
    if (modern) {
        put_u16(f, 43); /* supported_versions */
        put_u16(f, 2);
        put_u16(f, 0x0304);
    } else {
        put_u16(f, 0xff01); /* renegotiation_info */
        put_u16(f, 1);
        put_u8(f, 0);
    }
    length_patch(f, extensions, 2);
    length_patch(f, message, 3);
    length_patch(f, record, 2);
    frame_app_number(f, PKT_COL_tls_hs_type, 2);
    frame_app_number(f, PKT_COL_tls_version, modern ? 0x0304 : 0x0303);
}

void tls_data(frame *f, random_state *random, size_t size)
{
    frame_app_begin(f, PKT_APP_TLS);
    put_u8(f, 23);
    put_u16(f, 0x0303);
    put_u16(f, (unsigned)(size - 5));
    put_random(f, random, size - 5);
}
