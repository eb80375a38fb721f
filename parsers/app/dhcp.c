/* DHCP, RFC 2131 section 2; its options, RFC 2132.
 *
 *   header(44) server name(64) boot file name(128) cookie(4)
 *   { pad 0 | end 255 | option(1) length(1) value }
 *
 * The names may have options, too: option Overload, RFC 2132 section 9.3.
 */
#include "parsers/app/message.h"

enum { PAD = 0, HOST_NAME = 12, OVERLOAD = 52, END = 255 };

/* A host name without NULs at its end, which RFC 2132 section 2 asks receivers to delete. */
static void host_name(app_row *r, const uint8_t *value, size_t size)
{
    while (size && !value[size - 1])
        size--;
    app_text(r, APP_TEXT(r, dhcp_hostname), value, size);
}

/* The options in a name, which must end there (RFC 2131 section 4.1). False: nothing more is to be
 * read. */
static bool name_read(const uint8_t *name, size_t bytes, app_row *r)
{
    cursor c = {name, bytes, bytes};
    while (c.wire) {
        const uint8_t *option = cursor_take(&c, 1);
        if (*option == END)
            return true;
        if (*option == PAD)
            continue;
        const uint8_t *size = cursor_take(&c, 1);
        const uint8_t *value = size ? cursor_take(&c, *size) : NULL;
        if (!value || *option == HOST_NAME) {
            if (value)
                host_name(r, value, *size);
            else
                app_problem(r, PKT_BAD_LENGTH);
            return false;
        }
    }
    app_problem(r, PKT_BAD_LENGTH);
    return true;
}

/* `overload`: the option's value. Wireshark reads the server name first; RFC 2131 section 4.1 says
 * the boot file name. */
static bool names_read(const uint8_t *header, unsigned overload, app_row *r)
{
    enum { SERVER = 44, SERVER_BYTES = 64, FILE = 108, FILE_BYTES = 128 };
    enum { IN_FILE = 1, IN_SERVER = 2, IN_BOTH = 3 };
    if (overload < IN_FILE || overload > IN_BOTH) {
        app_problem(r, PKT_BAD_VALUE);
        return true;
    }
    return (!(overload & IN_SERVER) || name_read(header + SERVER, SERVER_BYTES, r)) &&
           (!(overload & IN_FILE) || name_read(header + FILE, FILE_BYTES, r));
}

enum { HEADER = 236, COOKIE = 4, MAGIC = 0x63825363 };

bool pkt_app_is_dhcp(const cursor *c)
{
    if (c->captured < HEADER + COOKIE)
        return c->wire >= HEADER + COOKIE;
    return be32(c->at + HEADER) == MAGIC;
}

void pkt_app_dhcp(cursor c, app_row *r)
{
    const uint8_t *header = app_take(r, &c, HEADER);
    const uint8_t *cookie = header ? app_take(r, &c, COOKIE) : NULL;
    if (!cookie || be32(cookie) != MAGIC)
        return; /* BOOTP, RFC 951 */
    bool is_overloaded = false, more = true;
    while (more) { /* up to the end option, which must be there */
        const uint8_t *option = app_take(r, &c, 1);
        if (!option || *option == END)
            break;
        if (*option == PAD)
            continue;
        const uint8_t *size = app_take(r, &c, 1);
        const uint8_t *value = size ? app_take(r, &c, *size) : NULL;
        if (!value)
            break;
        if (*option == HOST_NAME) {
            host_name(r, value, *size);
            break;
        }
        if (*option == OVERLOAD && *size && !is_overloaded) { /* the first one counts */
            more = names_read(header, *value, r);
            is_overloaded = true;
        }
    }
}
