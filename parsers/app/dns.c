/* DNS, RFC 1035 section 4.1; mDNS, RFC 6762; LLMNR, RFC 4795. After TCP: section 4.2.2.
 *
 *   [length(2)] id(2) flags(2) counts of questions, answers, authorities, additional records(2
 * each) question: name type(2) class(2) record:   name type(2) class(2) TTL(4) length(2) data
 */
#include "parsers/app/message.h"

enum {
    HEADER = 12,
    QUESTION_REST = 4, /* after the name */
    RECORD_REST = 10,
    NAME_MAX_TEXT = 253, /* RFC 1035 section 2.3.4: 255 bytes with the first length and the root */
    POINTERS_MAX = 16,
    POINTER = 0xc0,
    LABEL = 63,
    TYPE_A = 1
};

typedef struct dns_name {
    uint8_t text[NAME_MAX_TEXT + 1];
    size_t size;
    bool too_long, loops;
} dns_name;

static void label_add(dns_name *name, const uint8_t *label, size_t size)
{
    const size_t dot = name->size > 0;
    if (name->size + dot + size > NAME_MAX_TEXT) {
        name->too_long = true;
        return;
    }
    if (dot)
        name->text[name->size++] = '.';
    memcpy(name->text + name->size, label, size);
    name->size += size;
}

/* Note why a pointer to this offset leads to no name. */
static void pointer_problem(app_row *r, const cursor *message, size_t offset, bool loops)
{
    if (loops || (offset > message->wire && !r->is_stream))
        app_problem(r, PKT_BAD_VALUE);
    else
        app_short(r, message, offset); /* cut, or in the next segment */
}

/* Read the name, labels joined by dots, and skip it as it stands at *end. False, and the reason
 * noted, if it is not complete. A loop of pointers is no name, but what follows it can be read. */
static bool name_read(const cursor *message, cursor *end, app_row *r, dns_name *name)
{
    unsigned pointers = 0;
    cursor c = *end;
    name->size = 0; /* not all of its text */
    name->too_long = name->loops = false;
    for (;;) {
        const uint8_t *length = app_take(r, &c, 1);
        if (!length)
            return false;
        if (*length == 0) {
            if (pointers == 0)
                *end = c;
            return true;
        }
        if (*length >= POINTER) {
            const uint8_t *low = app_take(r, &c, 1);
            if (!low)
                return false;
            if (pointers == 0)
                *end = c;
            const size_t offset = (*length & (unsigned)LABEL) << 8 | *low;
            name->loops = ++pointers > POINTERS_MAX;
            c = *message;
            if (!name->loops && cursor_take(&c, offset))
                continue;
            pointer_problem(r, &c, offset, name->loops);
            return name->loops;
        }
        if (*length > LABEL) {
            app_problem(r, PKT_BAD_VALUE);
            return false;
        }
        const uint8_t *label = app_take(r, &c, *length);
        if (!label)
            return false;
        label_add(name, label, *length);
        if (name->too_long && pointers)
            return true; /* no name; the records of a message may all lead to it */
    }
}

/* Skip a name as it stands in the message. False, and the reason noted, if it is not complete. Its
 * text is not made, and a pointer to the first name, which was read, is not followed: most names of
 * records are that. */
static bool name_skip(const cursor *message, cursor *c, app_row *r)
{
    for (;;) {
        const cursor begin = *c;
        const uint8_t *length = app_take(r, c, 1);
        if (!length)
            return false;
        if (*length == 0)
            return true;
        if (*length >= POINTER) {
            dns_name name;
            const uint8_t *low = app_take(r, c, 1);
            if (!low)
                return false;
            if (((*length & (unsigned)LABEL) << 8 | *low) == HEADER &&
                begin.at != message->at + HEADER)
                return true;
            *c = begin;
            return name_read(message, c, r, &name);
        }
        if (*length > LABEL) {
            app_problem(r, PKT_BAD_VALUE); /* RFC 6891 section 5: other types are not in use */
            return false;
        }
        if (!app_take(r, c, *length))
            return false;
    }
}

/* The name and the type of the first question of all messages. False: there is no more to read. */
static bool question_read(const cursor *message, cursor *c, app_row *r)
{
    dns_name name;
    if (!name_read(message, c, r, &name))
        return false;
    const uint8_t *rest = app_take(r, c, QUESTION_REST);
    if (!rest)
        return false;
    if (name.too_long)
        r->part |= PKT_PART_LONG;
    else if (!name.loops)
        app_text(r, APP_TEXT(r, dns_qry_name), name.text, name.size);
    r->present |= PKT_HAS_DNS_QRY;
    PUT(r, dns_qry_type, be16(rest));
    return true;
}

static bool questions_read(const cursor *message, cursor *c, unsigned count, app_row *r)
{
    const unsigned first = count && !(r->present & PKT_HAS_DNS_QRY);
    if (first && !question_read(message, c, r))
        return false;
    for (unsigned i = first; i < count; i++)
        if (!name_skip(message, c, r) || !app_take(r, c, QUESTION_REST))
            return false;
    return true;
}

/* The address of the first A record (RFC 1035 section 3.4.1), if there is one. A record without
 * data is none: in an update (RFC 2136 section 2.4) it names what is deleted, or must not be. */
static void records_read(const cursor *message, cursor *c, unsigned count, app_row *r)
{
    enum { CLASS_NONE = 254, CLASS_ANY = 255 };
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *rest = name_skip(message, c, r) ? app_take(r, c, RECORD_REST) : NULL;
        const uint8_t *data = rest ? app_take(r, c, be16(rest + 8)) : NULL;
        if (!data)
            return;
        const unsigned size = be16(rest + 8), class = be16(rest + 2);
        if (be16(rest) != TYPE_A || (!size && (class == CLASS_NONE || class == CLASS_ANY)))
            continue;
        if (size < 4)
            app_problem(r, PKT_BAD_LENGTH);
        if (!size)
            continue;
        if (size < 4)
            return;
        r->present |= PKT_HAS_DNS_A;
        PUT(r, dns_a, be32(data));
        return;
    }
}

static void message_read(cursor c, app_row *r)
{
    enum { FLAGS_END = 4, RESPONSE = 0x80, RCODE = 0x0f };
    const cursor message = c;
    const uint8_t *h = app_take(r, &c, FLAGS_END);
    if (!h)
        return;
    if (!(r->present & PKT_HAS_DNS))
        PUT(r, dns_response, h[2] & RESPONSE ? 1 : 0);
    r->present |= PKT_HAS_DNS;
    if (h[2] & RESPONSE && !(r->present & PKT_HAS_DNS_RCODE)) {
        r->present |= PKT_HAS_DNS_RCODE;
        PUT(r, dns_rcode, h[3] & RCODE);
    }
    if (app_take(r, &c, HEADER - FLAGS_END) && questions_read(&message, &c, be16(h + 4), r) &&
        !(r->present & PKT_HAS_DNS_A))
        records_read(&message, &c, (unsigned)be16(h + 6) + be16(h + 8) + be16(h + 10), r);
}

/* False: a value in the message is wrong; of those behind it, it is not known which are its own. */
static bool is_good(cursor message, app_row *r)
{
    const uint8_t earlier = r->verdict;
    r->verdict = PKT_OK;
    message_read(message, r);
    const bool good = r->verdict != PKT_BAD_VALUE;
    if (earlier != PKT_OK)
        r->verdict = earlier;
    return good;
}

/* Messages on TCP, each behind its length, until all columns have their value: no byte is read for
 * two messages. What a complete one lacks is in no other segment. */
static void stream_read(cursor c, app_row *r)
{
    const uint64_t all = PKT_HAS_DNS | PKT_HAS_DNS_RCODE | PKT_HAS_DNS_QRY | PKT_HAS_DNS_A;
    while (c.wire) {
        const uint8_t *length = app_take(r, &c, 2);
        if (!length)
            return;
        const size_t size = be16(length);
        cursor message = c;
        cursor_narrow(&message, size);
        r->is_stream = size > c.wire;
        if (r->is_stream)
            r->part |= PKT_PART_CONTINUES;
        if (size < HEADER)
            app_problem(r, PKT_BAD_LENGTH);
        if (!is_good(message, r) || (r->present & all) == all)
            return;
        r->is_stream = true;
        if (!app_take(r, &c, size)) /* it goes on, or is not captured */
            return;
    }
}

void pkt_app_dns(cursor c, app_row *r)
{
    if (r->is_stream)
        stream_read(c, r);
    else
        message_read(c, r);
}
