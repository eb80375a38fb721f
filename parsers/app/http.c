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
               M("RPC_CONNECT"),
               M("RPC_IN_DATA"),
               M("RPC_OUT_DATA"),
               M("CCM_POST"),
               M("VERSION-CONTROL"),
               M("BASELINE-CONTROL")};

/* Bytes before the first CR or LF; `size` without one. Few bytes at a time: of lines that end with
 * one of them, each search for the other would go on to the end of the segment. */
static size_t line_size(const char *at, size_t size)
{
    enum { AT_ONCE = 128 };
    for (size_t done = 0; done < size; done += AT_ONCE) {
        const size_t left = size - done < AT_ONCE ? size - done : AT_ONCE;
        const char *lf = memchr(at + done, '\n', left);
        const size_t before = lf ? (size_t)(lf - at) - done : left;
        const char *cr = memchr(at + done, '\r', before);
        if (cr || lf)
            return (size_t)((cr ? cr : lf) - at);
    }
    return size;
}

/* Take the next line. It ends with CR LF, or with one of them alone. What is left of the segment,
 * if its end is not there: LF may follow a CR that is the last byte. */
static http_line line_take(cursor *c)
{
    const char *at = (const char *)c->at;
    const size_t size = line_size(at, c->captured), left = c->captured - size;
    const bool is_pair = left > 1 && at[size] == '\r' && at[size + 1] == '\n';
    const bool is_whole = left > 1 || (left == 1 && at[size] == '\n');
    const http_line line = {at, is_whole ? size : c->captured, is_whole};
    (void)cursor_take(c, line.size + is_whole + is_pair);
    return line;
}

/* Bytes of the method that the line begins with, with its prefix "M-" (RFC 2774); 0: none. A
 * complete line may have nothing else. */
static size_t method_size(const http_line *line)
{
    const char *space = line->size ? memchr(line->at, ' ', line->size) : NULL;
    const size_t size = space ? (size_t)(space - line->at) : line->is_whole ? line->size : 0;
    const size_t prefix = size > 2 && memcmp(line->at, "M-", 2) == 0 ? 2 : 0;
    for (size_t i = 0; size && i < sizeof methods / sizeof methods[0]; i++)
        if (methods[i].size == size - prefix &&
            memcmp(line->at + prefix, methods[i].name, methods[i].size) == 0)
            return size;
    return 0;
}

/* Of HTTP, or of SHOUTcast: "ICY 200 OK". */
static bool is_status_line(const http_line *line)
{
    static const char version[] = {'H', 'T', 'T', 'P', '/'};
    static const char shoutcast[] = {'I', 'C', 'Y'};
    if (line->size >= sizeof version && memcmp(line->at, version, sizeof version) == 0)
        return true;
    return line->size >= sizeof shoutcast && memcmp(line->at, shoutcast, sizeof shoutcast) == 0 &&
           (line->size == sizeof shoutcast ? line->is_whole : line->at[sizeof shoutcast] == ' ');
}

/* "HTTP/1.0" or "HTTP/1.1" at the end. */
static bool ends_with_version(const http_line *line)
{
    static const char version[] = {'H', 'T', 'T', 'P', '/', '1', '.'};
    return line->size > sizeof version &&
           memcmp(line->at + line->size - sizeof version - 1, version, sizeof version) == 0;
}

/* Does a message begin here, or the rest of one? Else it is a body, or the middle of a line. One
 * empty line may be before it (RFC 9112 section 2.2), and is taken. */
static bool may_be_message(cursor *c)
{
    if (c->captured >= 2 && c->at[0] == '\r' && c->at[1] == '\n')
        (void)cursor_take(c, 2);
    return !c->captured || (c->at[0] >= ' ' && c->at[0] <= '~');
}

/* Can the line, which is not empty, be of a message? A header has a colon; its name may have any
 * bytes, as for Wireshark. */
static bool is_of_message(const http_line *line)
{
    return memchr(line->at, ':', line->size) || is_status_line(line) || method_size(line);
}

bool pkt_app_begins_http(const cursor *c)
{
    cursor begin = *c;
    if (!may_be_message(&begin))
        return false;
    http_line line = line_take(&begin);
    line.is_whole |= c->captured == c->wire; /* nothing follows a datagram */
    return line.size && is_of_message(&line);
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

/* May the line, whose end is not there, go on as a request, a status line or the header of the
 * host?
 */
static bool may_begin(const http_line *line)
{
    static const char version[] = "HTTP/", host[] = "Host:";
    const bool is_cr = line->size && line->at[line->size - 1] == '\r'; /* LF may follow */
    const size_t size = line->size - is_cr;
    if (size < sizeof version && memcmp(line->at, version, size) == 0)
        return true;
    if (strncasecmp(line->at, host, size < sizeof host - 1 ? size : sizeof host - 1) == 0)
        return true;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (size <= methods[i].size && memcmp(line->at, methods[i].name, size) == 0)
            return true;
    return false;
}

/* What was found of a message. */
typedef struct http_message {
    bool lines;    /* any of its lines */
    bool is_begun; /* its request or status line */
    uint64_t body; /* bytes */
} http_message;

/* Is the line, whose end may be missing, a request or a status line? Its values. */
static bool first_line_read(http_line line, app_row *r)
{
    const bool is_status = is_status_line(&line); /* no method is that */
    const size_t method = is_status ? 0 : method_size(&line);
    if (method)
        app_text(r, APP_TEXT(r, http_method), line.at, method);
    else if (is_status)
        status_read(&line, r);
    return is_status || method;
}

/* Read a line that is not empty. False: it is not of the message, or nothing more is wanted. */
static bool line_read(const http_line *line, const cursor *rest, app_row *r, http_message *m)
{
    http_line value, first = *line;
    first.is_whole |= !r->is_stream && !rest->wire; /* nothing follows a datagram */
    if (!m->is_begun)
        m->is_begun = first_line_read(first, r);
    if (!line->is_whole) {
        if (m->lines || m->is_begun || rest->wire || may_begin(line))
            app_short(r, rest, rest->captured + 1);
        return false;
    }
    if (header_value(line, "Host", &value))
        app_text(r, APP_TEXT(r, http_host), value.at, value.size);
    else if (header_value(line, "Content-Length", &value))
        m->body = decimal(&value);
    else if (!is_of_message(line)) {
        if (m->is_begun) /* else it may be a body */
            app_problem(r, PKT_BAD_VALUE);
        return false;
    }
    m->lines = true;
    return !m->is_begun || app_text_is_null(APP_TEXT(r, http_host));
}

/* One message, or the rest of one. False: there is nothing more to read. */
static bool message_read(cursor *c, app_row *r)
{
    http_message m = {.body = 0};
    if (!may_be_message(c)) {
        if (c->captured == 1 && c->at[0] == '\r' && c->wire > 1)
            app_short(r, c, 2);
        return false;
    }
    while (c->wire) {
        const http_line line = line_take(c);
        if (line.size == 0 && line.is_whole)
            return r->is_stream && m.is_begun && !(r->present & PKT_HAS_HTTP_STATUS) &&
                   cursor_take(c, (size_t)m.body) && c->wire;
        if (!line_read(&line, c, r, &m))
            return false;
    }
    app_short(r, c, 1); /* the headers go on */
    return false;
}

void pkt_app_http(cursor c, app_row *r)
{
    while (message_read(&c, r))
        continue;
}
