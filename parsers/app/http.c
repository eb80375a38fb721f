/* HTTP/1, RFC 9112; SSDP, UPnP Device Architecture 2.0 section 1, which has the same form.
 *
 *   request: method SP target SP version CRLF   status: version SP code SP reason CRLF
 *   { name ":" value CRLF } CRLF [body]
 */
#include "parsers/app/message.h"

#include <strings.h>

/* A line without its end. */
typedef struct http_line {
    const char *at;
    size_t size;
    bool is_whole; /* its end is there */
} http_line;

#define M(word)                                                                                    \
    {                                                                                              \
        word, sizeof(word) - 1                                                                     \
    }
/* https://www.iana.org/assignments/http-methods, and those of UPnP, Microsoft and RPC over HTTP */
static const struct method {
    const char *name;
    size_t size;
} methods[] = {M("GET"),
               M("POST"),
               M("PUT"),
               M("HEAD"),
               M("DELETE"),
               M("OPTIONS"),
               M("CONNECT"),
               M("TRACE"),
               M("PATCH"),
               M("NOTIFY"),
               M("SEARCH"),
               M("SUBSCRIBE"),
               M("UNSUBSCRIBE"),
               M("PROPFIND"),
               M("PROPPATCH"),
               M("MKCOL"),
               M("COPY"),
               M("MOVE"),
               M("LOCK"),
               M("UNLOCK"),
               M("POLL"),
               M("BCOPY"),
               M("BMOVE"),
               M("BDELETE"),
               M("BPROPFIND"),
               M("BPROPPATCH"),
               M("LABEL"),
               M("MERGE"),
               M("REPORT"),
               M("UPDATE"),
               M("CHECKIN"),
               M("CHECKOUT"),
               M("UNCHECKOUT"),
               M("MKACTIVITY"),
               M("MKWORKSPACE"),
               M("RPC_IN_DATA"),
               M("RPC_OUT_DATA"),
               M("CCM_POST"),
               M("VERSION-CONTROL"),
               M("BASELINE-CONTROL")};

/* Take the next line. What is left of the segment, if its end is not there. */
static http_line line_take(cursor *c)
{
    const char *at = (const char *)c->at;
    const char *end = c->captured ? memchr(at, '\n', c->captured) : NULL;
    http_line line = {at, end ? (size_t)(end - at) : c->captured, end != NULL};
    (void)cursor_take(c, line.size + line.is_whole);
    if (line.is_whole && line.size && at[line.size - 1] == '\r')
        line.size--;
    return line;
}

/* Bytes of the method that the line begins with, with its prefix "M-" (RFC 2774); 0: none. */
static size_t method_size(const http_line *line)
{
    const char *space = line->size ? memchr(line->at, ' ', line->size) : NULL;
    const size_t size = space ? (size_t)(space - line->at) : 0;
    const size_t prefix = size > 2 && memcmp(line->at, "M-", 2) == 0 ? 2 : 0;
    for (size_t i = 0; size && i < sizeof methods / sizeof methods[0]; i++)
        if (methods[i].size == size - prefix &&
            memcmp(line->at + prefix, methods[i].name, methods[i].size) == 0)
            return size;
    return 0;
}

static bool is_status_line(const http_line *line)
{
    static const char version[] = {'H', 'T', 'T', 'P', '/'};
    return line->size >= sizeof version && memcmp(line->at, version, sizeof version) == 0;
}

/* "HTTP/1.0" or "HTTP/1.1" at the end. */
static bool ends_with_version(const http_line *line)
{
    static const char version[] = {'H', 'T', 'T', 'P', '/', '1', '.'};
    return line->size > sizeof version &&
           memcmp(line->at + line->size - sizeof version - 1, version, sizeof version) == 0;
}

bool pkt_app_begins_http(const cursor *c)
{
    cursor begin = *c;
    const http_line line = line_take(&begin);
    return is_status_line(&line) || method_size(&line);
}

bool pkt_app_is_http(const cursor *c)
{
    /* Most payloads are no text: their first byte decides. */
    if (!c->captured || c->at[0] < 'A' || c->at[0] > 'Z')
        return false;
    cursor begin = *c;
    const http_line line = line_take(&begin);
    if (!line.is_whole)
        return false;
    return is_status_line(&line) ? line.size > 7 && memcmp(line.at, "HTTP/1.", 7) == 0
                                 : method_size(&line) && ends_with_version(&line);
}

/* Three digits after the first space, whatever follows them. */
static void status_read(const http_line *line, app_row *r)
{
    enum { DIGITS = 3 };
    const char *code = memchr(line->at, ' ', line->size);
    if (!code || (size_t)(line->at + line->size - code) < 1 + DIGITS) {
        if (line->is_whole)
            app_problem(r, PKT_BAD_VALUE);
        return;
    }
    unsigned value = 0;
    for (size_t i = 1; i <= DIGITS; i++) {
        if (code[i] < '0' || code[i] > '9') {
            app_problem(r, PKT_BAD_VALUE);
            return;
        }
        value = value * 10 + (unsigned)(code[i] - '0');
    }
    r->present |= PKT_HAS_HTTP_STATUS;
    PUT(r, http_status, (uint16_t)value);
}

/* The value of the header if it has that name, without the blanks around it (RFC 9110 section 5.5).
 */
static bool header_value(const http_line *line, const char *name, http_line *value)
{
    const size_t size = strlen(name);
    if (line->size <= size || line->at[size] != ':' || strncasecmp(line->at, name, size) != 0)
        return false;
    *value = (http_line){line->at + size + 1, line->size - size - 1, line->is_whole};
    for (; value->size && (*value->at == ' ' || *value->at == '\t'); value->size--)
        value->at++;
    while (value->size && (value->at[value->size - 1] == ' ' || value->at[value->size - 1] == '\t'))
        value->size--;
    return true;
}

static uint64_t decimal(const http_line *text)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text->size && text->at[i] >= '0' && text->at[i] <= '9'; i++)
        value = value < UINT32_MAX ? value * 10 + (uint64_t)(text->at[i] - '0') : value;
    return value;
}

/* Read header lines up to the empty one. *body: bytes of the body. False: there is nothing more to
 * read, since the host is known or the segment ends. */
static bool headers_read(cursor *c, app_row *r, uint64_t *body)
{
    http_line value;
    *body = 0;
    while (c->wire) {
        const http_line line = line_take(c);
        if (!line.is_whole) {
            app_short(r, c, c->captured + 1);
            return false;
        }
        if (line.size == 0)
            return true;
        if (header_value(&line, "Host", &value)) {
            app_text(r, APP_TEXT(r, http_host), value.at, value.size);
            return false;
        }
        if (header_value(&line, "Content-Length", &value))
            *body = decimal(&value);
    }
    app_short(r, c, 1); /* the headers go on */
    return false;
}

/* A line of a header: a name, and a colon after it (RFC 9112 section 5.1). */
static bool is_header(const http_line *line)
{
    const char *colon = line->size ? memchr(line->at, ':', line->size) : NULL;
    for (const char *at = line->at; colon && at < colon; at++)
        if (*at <= ' ' || *at > '~')
            return false;
    return colon > line->at;
}

/* May the line, whose end is not there, go on as a request or a status line? */
static bool may_begin(const http_line *line)
{
    static const char version[] = "HTTP/";
    if (line->is_whole)
        return false;
    if (line->size < sizeof version && memcmp(line->at, version, line->size) == 0)
        return true;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (line->size <= methods[i].size && memcmp(line->at, methods[i].name, line->size) == 0)
            return true;
    return false;
}

/* Does a body begin here, or the middle of a line? No request, status line or header begins with
 * these bytes, and no search for the end of the line is needed. */
static bool is_binary(const cursor *c)
{
    return c->captured && c->captured == c->wire &&
           (c->at[0] <= ' ' || c->at[0] > '~' || c->at[0] == ':');
}

/* One message. False: there is nothing more to read. */
static bool message_read(cursor *c, app_row *r)
{
    uint64_t body;
    if (is_binary(c))
        return false;
    const cursor begin = *c;
    const http_line line = line_take(c);
    const bool is_status = is_status_line(&line); /* no method is that */
    const size_t method = is_status ? 0 : method_size(&line);
    if (method)
        app_text(r, APP_TEXT(r, http_method), line.at, method);
    else if (is_status)
        status_read(&line, r);
    else if (line.is_whole && is_header(&line))
        *c = begin; /* the rest of a section of headers */
    else if (line.is_whole || (!c->wire && !may_begin(&line)))
        return false; /* a body */
    if (line.is_whole)
        return headers_read(c, r, &body) && cursor_take(c, (size_t)body) && c->wire;
    app_short(r, c, c->captured + 1);
    return false;
}

void pkt_app_http(cursor c, app_row *r)
{
    while (message_read(&c, r) && !(r->present & PKT_HAS_HTTP_STATUS))
        continue;
}
