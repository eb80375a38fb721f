/* CoAP, RFC 7252 section 3.
 *
 *   version(2 bits) type(2 bits) token length(4 bits) code(1) id(2) token
 *   { option delta(4 bits) length(4 bits) [delta(1 or 2)] [length(1 or 2)] value } [0xff payload]
 */
#include "parsers/app/message.h"

/* A nibble of 13 or 14 stands for one or two bytes more. */
static bool extended(cursor *c, app_row *r, size_t *value)
{
    enum { ONE = 13, TWO = 14, ONE_BASE = 13, TWO_BASE = 269 };
    if (*value < ONE)
        return true;
    if (*value > TWO) {
        app_problem(r, PKT_BAD_VALUE);
        return false;
    }
    const size_t bytes = *value == ONE ? 1 : 2;
    const uint8_t *more = app_take(r, c, bytes);
    if (more)
        *value = bytes == 1 ? (size_t)more[0] + ONE_BASE : (size_t)be16(more) + TWO_BASE;
    return more != NULL;
}

static void options_read(cursor *c, app_row *r)
{
    enum { PAYLOAD = 0xff, URI_PATH = 11 };
    size_t number = 0;
    while (c->wire) {
        const uint8_t *option = app_take(r, c, 1);
        if (!option || *option == PAYLOAD)
            return;
        size_t delta = *option >> 4, size = *option & 15;
        if (!extended(c, r, &delta) || !extended(c, r, &size))
            return;
        number += delta;
        const uint8_t *value = number <= URI_PATH ? app_take(r, c, size) : NULL;
        if (!value)
            return;
        if (number == URI_PATH) {
            app_text(r, APP_TEXT(r, coap_uri_path), value, size);
            return;
        }
    }
}

void pkt_app_coap(cursor c, app_row *r)
{
    enum { VERSION = 1, TOKEN_MAX = 8 };
    const uint8_t *h = app_take(r, &c, 2);
    if (!h)
        return;
    r->present |= PKT_HAS_COAP;
    PUT(r, coap_code, h[1]);
    if (h[0] >> 6 != VERSION || (h[0] & 15) > TOKEN_MAX) {
        app_problem(r, PKT_BAD_VALUE);
        return;
    }
    if (app_take(r, &c, 2 + (h[0] & 15u)))
        options_read(&c, r);
}
