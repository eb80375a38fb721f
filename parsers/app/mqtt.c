/* MQTT 3.1.1 and 5.0, OASIS, section 2.
 *
 *   type(4 bits) flags(4 bits) remaining length(1 to 4: 7 bits each, the low ones first)
 */
#include "parsers/app/message.h"

enum { CONNECT = 1, PUBLISH = 3, SUBSCRIBE = 8, UNSUBSCRIBE = 10, VERSION_5 = 5 };

/* A length of 7 bits a byte. False: it does not end here, or has more than 4 bytes. */
static bool length_take(cursor *c, app_row *r, size_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        const uint8_t *byte = app_take(r, c, 1);
        if (!byte)
            return false;
        *value |= (size_t)(*byte & 0x7f) << shift;
        if (*byte < 0x80)
            return true;
    }
    app_problem(r, PKT_BAD_VALUE);
    return false;
}

/* The text whose length stands before it, in a packet that may be incomplete. */
static void topic_read(cursor *c, app_row *r)
{
    const uint8_t *size = app_take(r, c, 2);
    const uint8_t *topic = size ? app_take(r, c, be16(size)) : NULL;
    if (topic)
        app_text(r, APP_TEXT(r, mqtt_topic), topic, be16(size));
}

/* After the packet's number, version 5.0 has properties. Where the version is not known, two bytes
 * of 0 are no properties and the first byte of a length, since a topic has a character at least
 * (section 4.7.3). */
static void subscription_read(cursor *c, app_row *r, unsigned version)
{
    size_t properties;
    if (!app_take(r, c, 2))
        return;
    const bool zeros = version == 0 && c->captured >= 2 && be16(c->at) == 0;
    if ((version == VERSION_5 || zeros) &&
        (!length_take(c, r, &properties) || !app_take(r, c, properties)))
        return;
    topic_read(c, r);
}

/* The protocol's version in CONNECT, section 3.1.2; 0: it is not there. */
static unsigned version_read(cursor c)
{
    const uint8_t *size = cursor_take(&c, 2);
    const uint8_t *version = size && cursor_take(&c, be16(size)) ? cursor_take(&c, 1) : NULL;
    return version ? *version : 0;
}

void pkt_app_mqtt(cursor c, app_row *r)
{
    unsigned version = 0;
    while (c.wire) {
        size_t size;
        cursor packet;
        const uint8_t *h = app_take(r, &c, 1);
        if (!h || !length_take(&c, r, &size))
            break;
        const unsigned type = *h >> 4;
        const bool is_stream = r->is_stream;
        const bool whole = app_split(r, &c, size, &packet);
        r->is_stream = !whole; /* what a complete packet lacks is in no other segment */
        if (!(r->present & PKT_HAS_MQTT))
            PUT(r, mqtt_type, (uint8_t)type);
        r->present |= PKT_HAS_MQTT;
        if (type == CONNECT)
            version = version_read(packet);
        else if (type == PUBLISH)
            topic_read(&packet, r);
        else if (type == SUBSCRIBE || type == UNSUBSCRIBE)
            subscription_read(&packet, r, version);
        r->is_stream = is_stream;
        if (!whole || r->part & PKT_PART_LONG || !app_text_is_null(APP_TEXT(r, mqtt_topic)))
            break;
    }
}
