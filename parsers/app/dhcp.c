/* DHCP, RFC 2131 section 2; its options, RFC 2132.
 *
 *   BOOTP header(236) cookie(4) { pad 0 | end 255 | option(1) length(1) value }
 */
#include "parsers/app/message.h"

void pkt_app_dhcp(cursor c, app_row *r)
{
    enum { HEADER = 236, COOKIE = 4, MAGIC = 0x63825363, PAD = 0, END = 255, HOST_NAME = 12 };
    if (!app_take(r, &c, HEADER))
        return;
    const uint8_t *cookie = app_take(r, &c, COOKIE);
    if (!cookie || be32(cookie) != MAGIC)
        return; /* BOOTP, RFC 951 */
    for (;;) {  /* up to the end option, which must be there */
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
            app_text(r, APP_TEXT(r, dhcp_hostname), value, *size);
            break;
        }
    }
}
