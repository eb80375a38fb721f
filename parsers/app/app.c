/* Which protocol a payload is of: the lower port, then the higher one; then, on TCP, what the first
 * bytes look like. */
#include "parsers/app/app.h"

#include "parsers/app/message.h"
#include "parsers/app/ports.h"

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

void pkt_app_decode(const pkt_payload *payload, pkt_batch *batch, size_t index)
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

void pkt_app_rows(const pkt_payload *payloads, size_t count, pkt_batch *batch, size_t first)
{
    for (size_t i = 0; i < count; i++)
        if (payloads[i].wire)
            pkt_app_decode(&payloads[i], batch, first + i);
}
