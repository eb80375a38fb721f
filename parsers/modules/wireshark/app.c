/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Fields of application protocols: those of the protocol directly after the outermost TCP or UDP
 * header, the first item of each field.
 */
#include "parsers/modules/wireshark/app.h"

#include "parsers/modules/wireshark/walk.h"

/* Wireshark's names of the protocols, in the order of pkt_app. */
static const char *const app_names[PKT_APP_COUNT] = {
    [PKT_APP_NONE] = "",       [PKT_APP_DNS] = "dns",   [PKT_APP_MDNS] = "mdns",
    [PKT_APP_LLMNR] = "llmnr", [PKT_APP_TLS] = "tls",   [PKT_APP_HTTP] = "http",
    [PKT_APP_SSDP] = "ssdp",   [PKT_APP_MQTT] = "mqtt", [PKT_APP_DHCP] = "dhcp",
    [PKT_APP_COAP] = "coap",
};

static bool is_ip(const char *name)
{
    return strcmp(name, "ip") == 0 || strcmp(name, "ipv6") == 0;
}

static bool is_transport(const char *name)
{
    return strcmp(name, "tcp") == 0 || strcmp(name, "udp") == 0 || strcmp(name, "udplite") == 0;
}

static pkt_app app_named(const char *name)
{
    for (size_t i = PKT_APP_NONE + 1; i < PKT_APP_COUNT; i++)
        if (strcmp(app_names[i], name) == 0)
            return (pkt_app)i;
    return PKT_APP_NONE;
}

static const char *layer_name(const wmem_list_frame_t *layer)
{
    return proto_get_protocol_filter_name(GPOINTER_TO_INT(wmem_list_frame_data(layer)));
}

/* The protocol directly after the outermost transport header. Quoted and tunnelled headers are
 * after ICMP, GRE or a second IP header. */
static pkt_app outermost_app(const packet_info *info)
{
    size_t headers = 0;
    for (wmem_list_frame_t *at = wmem_list_head(info->layers); at; at = wmem_list_frame_next(at)) {
        const char *name = layer_name(at);
        if (is_transport(name)) {
            wmem_list_frame_t *next = wmem_list_frame_next(at);
            return next ? app_named(layer_name(next)) : PKT_APP_NONE;
        }
        headers += is_ip(name);
        if (headers > 1)
            break;
    }
    return PKT_APP_NONE;
}

static bool number_first(const ws_packet *p, ws_field field, uint32_t *value)
{
    size_t at;
    return ws_first_at(p, field, &at) && ws_number_at(p, field, at, value);
}

/* The bytes of the field's first item. */
static const uint8_t *bytes_first(const ws_packet *p, ws_field field, size_t *size)
{
    size_t at;
    return ws_first_at(p, field, &at) ? ws_item_bytes(p, field, at, size) : NULL;
}

static void text_put(row *r, pkt_text *cell, const void *bytes, size_t size)
{
    if (size <= PKT_TEXT_MAX)
        (void)pkt_batch_text(r->batch, cell, bytes, size);
}

static void text_column(const ws_packet *p, row *r, ws_field field, pkt_text *cell)
{
    size_t size;
    const uint8_t *bytes = bytes_first(p, field, &size);
    if (bytes)
        text_put(r, cell, bytes, size);
}

/* Does Wireshark show these characters as they are on the wire? Not of backslashes, which may be
 * its own, or of the sentences in <> that stand for a name. */
static bool is_as_on_wire(const char *shown)
{
    for (const char *c = shown; *c; c++)
        if (*c <= ' ' || *c > '~' || *c == '\\' || *c == '<')
            return false;
    return true;
}

/* RFC 1035 section 3.1: labels without pointers. Returns the name's size in `name`; -1: no name. */
static int labels_join(const uint8_t *at, size_t size, char name[PKT_WS_NAME])
{
    size_t used = 0;
    for (size_t i = 0; i < size && at[i];) {
        const size_t label = at[i];
        if (label > 63 || label >= size - i || used + label + 1 > PKT_WS_NAME)
            return -1;
        if (used)
            name[used++] = '.';
        memcpy(name + used, at + i + 1, label);
        used += label;
        i += label + 1;
    }
    return (int)used;
}

static void name_column(const ws_packet *p, row *r)
{
    char name[PKT_WS_NAME];
    size_t at, size;
    if (!ws_first_at(p, WS_DNS_QRY_NAME, &at))
        return;
    const char *shown = ws_text_at(p, WS_DNS_QRY_NAME, at);
    if (shown && *shown && is_as_on_wire(shown)) {
        text_put(r, &r->batch->dns_qry_name[r->index], shown, strlen(shown));
        return;
    }
    const uint8_t *bytes = ws_item_bytes(p, WS_DNS_QRY_NAME, at, &size);
    const int joined = bytes ? labels_join(bytes, size, name) : -1;
    if (joined >= 0)
        text_put(r, &r->batch->dns_qry_name[r->index], name, (size_t)joined);
}

#define NUMBER(p, r, field, bit, column, type)                                                     \
    do {                                                                                           \
        uint32_t number;                                                                           \
        if (number_first(p, field, &number)) {                                                     \
            (r)->present |= (bit);                                                                 \
            PUT(r, column, (type)number);                                                          \
        }                                                                                          \
    } while (0)

static void dns_columns(const ws_packet *p, row *r)
{
    size_t size;
    NUMBER(p, r, WS_DNS_RESPONSE, PKT_HAS_DNS, dns_response, uint8_t);
    NUMBER(p, r, WS_DNS_RCODE, PKT_HAS_DNS_RCODE, dns_rcode, uint8_t);
    NUMBER(p, r, WS_DNS_QRY_TYPE, PKT_HAS_DNS_QRY, dns_qry_type, uint16_t);
    name_column(p, r);
    const uint8_t *address = bytes_first(p, WS_DNS_A, &size);
    if (address && size == 4) {
        r->present |= PKT_HAS_DNS_A;
        PUT(r, dns_a, big_endian(address, 4));
    }
}

/* Is the first handshake message cut by the capture? It has no columns then, and none in Wireshark
 * before 4.4, which shows the fields that are there. */
static bool is_message_cut(const ws_packet *p)
{
    enum { HEADER = 4, LENGTH_AT = 1 };
    size_t at;
    if (p->captured >= p->wire || !ws_first_at(p, WS_TLS_HS_TYPE, &at))
        return false;
    if (at > p->captured || p->captured - at < HEADER)
        return true;
    return big_endian(p->data + at + LENGTH_AT, HEADER - LENGTH_AT) > p->captured - at - HEADER;
}

static void tls_columns(const ws_packet *p, row *r)
{
    if (is_message_cut(p))
        return;
    NUMBER(p, r, WS_TLS_HS_TYPE, PKT_HAS_TLS, tls_hs_type, uint8_t);
    NUMBER(p, r, WS_TLS_VERSION, PKT_HAS_TLS_VERSION, tls_version, uint16_t);
    NUMBER(p, r, WS_TLS_SUPPORTED, PKT_HAS_TLS_VERSION, tls_version, uint16_t);
    text_column(p, r, WS_TLS_SNI, &r->batch->tls_sni[r->index]);
    text_column(p, r, WS_TLS_ALPN, &r->batch->tls_alpn[r->index]);
}

/* RFC 9110 section 5.5: the item is the whole line, whose blanks around the value are not of it. A
 * line without an end may go on in the next segment. */
static void host_column(const ws_packet *p, row *r)
{
    size_t size;
    const uint8_t *line = bytes_first(p, WS_HTTP_HOST, &size);
    const uint8_t *colon = line ? memchr(line, ':', size) : NULL;
    if (!colon || line[size - 1] != '\n')
        return;
    const uint8_t *begin = colon + 1, *end = line + size;
    while (begin < end && (*begin == ' ' || *begin == '\t'))
        begin++;
    while (end > begin && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r' || end[-1] == '\n'))
        end--;
    text_put(r, &r->batch->http_host[r->index], begin, (size_t)(end - begin));
}

static void http_columns(const ws_packet *p, row *r)
{
    text_column(p, r, WS_HTTP_METHOD, &r->batch->http_method[r->index]);
    NUMBER(p, r, WS_HTTP_STATUS, PKT_HAS_HTTP_STATUS, http_status, uint16_t);
    host_column(p, r);
}

static void protocol_columns(const ws_packet *p, row *r, pkt_app app)
{
    switch (app) {
    case PKT_APP_DNS:
    case PKT_APP_MDNS:
    case PKT_APP_LLMNR:
        dns_columns(p, r);
        break;
    case PKT_APP_TLS:
        tls_columns(p, r);
        break;
    case PKT_APP_HTTP:
    case PKT_APP_SSDP:
        http_columns(p, r);
        break;
    case PKT_APP_MQTT:
        NUMBER(p, r, WS_MQTT_TYPE, PKT_HAS_MQTT, mqtt_type, uint8_t);
        text_column(p, r, WS_MQTT_TOPIC, &r->batch->mqtt_topic[r->index]);
        break;
    case PKT_APP_DHCP:
        text_column(p, r, WS_DHCP_HOSTNAME, &r->batch->dhcp_hostname[r->index]);
        break;
    case PKT_APP_COAP:
        NUMBER(p, r, WS_COAP_CODE, PKT_HAS_COAP, coap_code, uint8_t);
        text_column(p, r, WS_COAP_URI_PATH, &r->batch->coap_uri_path[r->index]);
        break;
    default:
        break;
    }
}

void ws_app_columns(const ws_packet *packet, const packet_info *info, pkt_batch *batch,
                    size_t index)
{
    row r = {batch, index, 0};
    const pkt_app app = outermost_app(info);
    if (app == PKT_APP_NONE)
        return;
    r.present = PKT_HAS_APP;
    PUT(&r, app_proto, (uint8_t)app);
    protocol_columns(packet, &r, app);
    batch->present[index] |= r.present;
}
