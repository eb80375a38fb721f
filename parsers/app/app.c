/* Which protocol a payload is of: the lower port, then the higher one; then, on TCP, what the first
 * bytes look like. */
#include "parsers/app/app.h"

#include "parsers/app/message.h"
#include "parsers/app/ports.h"
#include "parsers/app/tls_record.h"

/* Ports 67 and 68 come first. Others use 4011 too, so that Wireshark wants DHCP's cookie there. */
static bool is_of_boot_server(const app_row *r)
{
    enum { SERVER = 67, CLIENT = 68 };
    const unsigned src = r->batch->src_port[r->index], dst = r->batch->dst_port[r->index];
    return src != SERVER && src != CLIENT && dst != SERVER && dst != CLIENT;
}

/* Decode as the protocol that owns a port. PKT_APP_NONE: the bytes are of another. */
static pkt_app owner_decode(pkt_app app, cursor c, app_row *r)
{
    if (app == PKT_APP_TLS) /* most payloads; the jump of the switch is often mispredicted */
        return pkt_app_tls(c, r) ? app : PKT_APP_NONE;
    switch (app) {
    case PKT_APP_DNS:
    case PKT_APP_MDNS:
    case PKT_APP_LLMNR:
        pkt_app_dns(c, r);
        return app;
    case PKT_APP_HTTP:
        pkt_app_http(c, r);
        return app;
    case PKT_APP_SSDP:
        if (!pkt_app_begins_http(&c))
            return PKT_APP_NONE;
        pkt_app_http(c, r);
        return app;
    case PKT_APP_MQTT:
        pkt_app_mqtt(c, r);
        return app;
    case PKT_APP_DHCP:
        if (is_of_boot_server(r) && !pkt_app_is_dhcp(&c))
            return PKT_APP_NONE;
        pkt_app_dhcp(c, r);
        return app;
    case PKT_APP_COAP:
        pkt_app_coap(c, r);
        return app;
    default:
        return PKT_APP_NONE;
    }
}

/* A TCP segment between ports without owners. */
static pkt_app content_decode(cursor c, app_row *r)
{
    if (pkt_app_is_tls(&c))
        return pkt_app_tls(c, r) ? PKT_APP_TLS : PKT_APP_NONE;
    if (!pkt_app_is_http(&c))
        return PKT_APP_NONE;
    pkt_app_http(c, r);
    return PKT_APP_HTTP;
}

/* Fill the columns of level `app` in the row, whose header columns are filled. */
static void payload_decode(const pkt_payload *payload, pkt_batch *batch, size_t index)
{
    const unsigned source = batch->src_port[index], destination = batch->dst_port[index];
    const unsigned low = source < destination ? source : destination;
    const unsigned high = source < destination ? destination : source;
    const cursor c = {payload->at, payload->captured, payload->wire};
    app_row r = {.batch = batch, .index = index, .is_stream = payload->is_stream};
    pkt_app app = owner_decode(pkt_app_of_port(low, r.is_stream), c, &r);
    if (app == PKT_APP_NONE)
        app = owner_decode(pkt_app_of_port(high, r.is_stream), c, &r);
    if (app == PKT_APP_NONE && r.is_stream)
        app = content_decode(c, &r);
    if (app == PKT_APP_NONE)
        return;
    PUT(&r, app_proto, (uint8_t)app);
    PUT(&r, app_part, r.part);
    PUT(&r, app_verdict, r.verdict);
    batch->present[index] |= r.present | PKT_HAS_APP;
}

pkt_column_set pkt_app_columns_left(const pkt_request *request)
{
    const pkt_column_set headers = PKT_HEADERS_COLUMNS;
    const pkt_column_set columns = pkt_set_minus(pkt_level_columns(PKT_LEVEL_APP), headers);
    return pkt_set_minus(columns, request->columns);
}

/* Fill the rows of segments of HTTPS that are one encrypted record, most of all payloads, and leave
 * them out of the list. Returns how many rows are left in it. */
static size_t encrypted_rows(const pkt_payload *payloads, uint8_t *list, size_t count,
                             pkt_batch *batch, size_t first)
{
    enum { HTTPS = 443 }; /* as the lower port, its owner decides */
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        const pkt_payload *payload = &payloads[list[i]];
        const size_t row = first + list[i];
        const unsigned source = batch->src_port[row], destination = batch->dst_port[row];
        const unsigned low = source < destination ? source : destination;
        const bool is_encrypted = tls_is_encrypted(payload->at, payload->captured, payload->wire) &
                                  (low == HTTPS) & payload->is_stream;
        batch->app_proto[row] = (uint8_t)(is_encrypted * PKT_APP_TLS);
        batch->present[row] |= is_encrypted * PKT_HAS_APP;
        list[left] = list[i];
        left += !is_encrypted;
    }
    return left;
}

void pkt_app_rows(const pkt_payload *payloads, size_t count, pkt_batch *batch, size_t first)
{
    uint8_t list[PKT_BATCH_ROWS]; /* rows with a payload, counted from `first` */
    size_t with = 0;
    for (size_t i = 0; i < count; i++) {
        list[with] = (uint8_t)i;
        with += payloads[i].wire != 0;
    }
    with = encrypted_rows(payloads, list, with, batch, first);
    for (size_t i = 0; i < with; i++)
        payload_decode(&payloads[list[i]], batch, first + list[i]);
}
