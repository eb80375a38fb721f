/* What the decoders of application protocols share: the row to fill, and why a value is missing. */
#ifndef PKT_APP_MESSAGE_H
#define PKT_APP_MESSAGE_H

#include "parsers/decode/cursor.h"

typedef struct app_row {
    pkt_batch *batch;
    size_t index;
    uint64_t present; /* PKT_HAS_ bits of the columns that are set */
    bool is_stream;   /* TCP: what ends here may go on in the next segment */
    uint8_t part;     /* PKT_PART_ bits */
    uint8_t verdict;  /* a pkt_verdict: the first problem */
} app_row;

/* The text cell of the row. */
#define APP_TEXT(r, column) (&(r)->batch->column[(r)->index])

/* Note the first problem. */
static inline void app_problem(app_row *r, pkt_verdict verdict)
{
    if (r->verdict == PKT_OK)
        r->verdict = (uint8_t)verdict;
}

/* n bytes of a value could not be taken from the cursor: not captured, in the next segment, or not
 * in the datagram. */
static inline void app_short(app_row *r, const cursor *c, size_t n)
{
    if (n <= c->wire)
        app_problem(r, PKT_CUT_BY_SNAPLEN);
    else if (r->is_stream)
        r->part |= PKT_PART_CONTINUES;
    else
        app_problem(r, PKT_TRUNCATED);
}

/* cursor_take(), and the reason noted if there are fewer bytes. */
static inline const uint8_t *app_take(app_row *r, cursor *c, size_t n)
{
    const uint8_t *bytes = cursor_take(c, n);
    if (!bytes)
        app_short(r, c, n);
    return bytes;
}

/* Split the next n bytes of *c off as *part, as far as they are there. Returns false, and notes the
 * reason, if some are not. */
static inline bool app_split(app_row *r, cursor *c, size_t n, cursor *part)
{
    *part = *c;
    cursor_narrow(part, n);
    if (app_take(r, c, n))
        return true;
    *c = (cursor){c->at + c->captured, 0, 0};
    return false;
}

static inline bool app_text_is_null(const pkt_text *cell)
{
    return cell->offset == PKT_TEXT_NULL;
}

/* Set the text cell, if it has no value yet and the text is not too long. */
static inline void app_text(app_row *r, pkt_text *cell, const void *bytes, size_t size)
{
    if (!app_text_is_null(cell))
        return;
    if (size > PKT_TEXT_MAX || pkt_batch_text(r->batch, cell, bytes, size) != 0)
        r->part |= PKT_PART_LONG;
}

/* Decoders. `c`: the payload. Those that return bool return false, and set nothing, if the bytes
 * are not of the protocol. */
void pkt_app_dns(cursor c, app_row *r);
bool pkt_app_tls(cursor c, app_row *r);
/* Is it a TLS record on a port that has another owner, or none? */
bool pkt_app_is_tls(const cursor *c);
void pkt_app_http(cursor c, app_row *r);
/* Does a request or a status line begin here? */
bool pkt_app_begins_http(const cursor *c);
/* The same on a port of no owner: the line must be complete. */
bool pkt_app_is_http(const cursor *c);
void pkt_app_mqtt(cursor c, app_row *r);
void pkt_app_dhcp(cursor c, app_row *r);
/* Is it DHCP, and not BOOTP or another protocol? */
bool pkt_app_is_dhcp(const cursor *c);
void pkt_app_coap(cursor c, app_row *r);

#endif
