#include "datasets/traffic/applications.h"

/* "devNNN" */
static void device_name(frame *f, unsigned device)
{
    char name[16];
    (void)snprintf(name, sizeof name, "dev%03u", device);
    put_text(f, name);
}

enum { DEVICE_NAME = 6 };

/* The fixed header of the first packet of a segment. */
static void mqtt_begin(frame *f, unsigned type, unsigned flags, unsigned size)
{
    frame_app_begin(f, PKT_APP_MQTT);
    put_u8(f, type << 4 | flags);
    put_u8(f, size);
    frame_app_number(f, PKT_COL_mqtt_type, type);
}

void mqtt_connect(frame *f, unsigned device)
{
    mqtt_begin(f, 1, 0, 12 + DEVICE_NAME);
    put_u16(f, 4);
    put_text(f, "MQTT");
    put_u8(f, 4);    /* protocol level */
    put_u8(f, 0x02); /* clean session */
    put_u16(f, 60);  /* keep alive, s */
    put_u16(f, DEVICE_NAME);
    device_name(f, device);
}

void mqtt_connack(frame *f)
{
    mqtt_begin(f, 2, 0, 2);
    put_u16(f, 0);
}

/* "devNNN/name" as a topic. */
static void mqtt_topic(frame *f, unsigned device, const char *name, bool is_first)
{
    char topic[32];
    const int size = snprintf(topic, sizeof topic, "dev%03u/%s", device, name);
    put_u16(f, (unsigned)size);
    put_text(f, topic);
    if (is_first)
        frame_app_text(f, PKT_COL_mqtt_topic, topic, (size_t)size);
}

void mqtt_subscribe(frame *f, unsigned device, unsigned topics)
{
    static const char *const names[] = {"set", "ota/+", "zone/#"};
    unsigned size = 2;
    for (unsigned i = 0; i < topics; i++)
        size += 2 + DEVICE_NAME + 1 + (unsigned)strlen(names[i]) + 1;
    mqtt_begin(f, 8, 2, size);
    put_u16(f, 1 + device);
    for (unsigned i = 0; i < topics; i++) {
        mqtt_topic(f, device, names[i], i == 0);
        put_u8(f, 1); /* QoS */
    }
}

void mqtt_publish(frame *f, random_state *random, unsigned device)
{
    char reading[40];
    const unsigned humidity = 30 + (unsigned)random_below(random, 60);
    const unsigned tenths = (unsigned)random_below(random, 10);
    const unsigned degrees = 15 + (unsigned)random_below(random, 15);
    int size = snprintf(reading, sizeof reading, "{\"temperature\":%u.%u,\"humidity\":%02u}",
                        degrees, tenths, humidity);
    mqtt_begin(f, 3, 0, 2 + DEVICE_NAME + 6 + (unsigned)size);
    mqtt_topic(f, device, "state", true);
    put_text(f, reading);
}

void mqtt_ping(frame *f, bool response)
{
    mqtt_begin(f, response ? 13 : 12, 0, 0);
}

void http_begin(frame *f, const char *method, const char *target, const char *host)
{
    frame_app_begin(f, PKT_APP_HTTP);
    put_text(f, method);
    put_u8(f, ' ');
    frame_app_text(f, PKT_COL_http_method, method, strlen(method));
    put_text(f, target);
    put_text(f, " HTTP/1.1\r\nHost: ");
    put_text(f, host);
    put_text(f, "\r\n");
    frame_app_text(f, PKT_COL_http_host, host, strlen(host));
    frame_app_end(f, 0);
}

static void http_request_rest(frame *f, unsigned device)
{
    put_text(f, "User-Agent: ");
    device_name(f, device);
    put_text(f, "/1.4\r\nAccept: application/json\r\nConnection: keep-alive\r\n\r\n");
}

void http_request(frame *f, unsigned device)
{
    http_begin(f, "GET", "/status", "hub.example.net");
    http_request_rest(f, device);
}

void http_pipeline(frame *f, unsigned device)
{
    http_request(f, device);
    put_text(f, "POST /event HTTP/1.1\r\nHost: events.example.net\r\n");
    http_request_rest(f, device);
}

void http_status(frame *f, unsigned status, const char *rest)
{
    char line[16];
    frame_app_begin(f, PKT_APP_HTTP);
    (void)snprintf(line, sizeof line, "HTTP/1.1 %03u", status % 1000);
    put_text(f, line);
    frame_app_number(f, PKT_COL_http_status, status);
    put_text(f, rest);
    frame_app_end(f, 0);
}

void http_response(frame *f, random_state *random, size_t body)
{
    char head[128];
    (void)snprintf(head, sizeof head,
                   " OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", body);
    http_status(f, 200, head);
    for (size_t i = 0; i < body; i++)
        put_u8(f, 'a' + (unsigned)random_below(random, 26));
}

static void label(frame *f, const char *text)
{
    put_u8(f, (unsigned)strlen(text));
    put_text(f, text);
}

static void dns_header(frame *f, pkt_app app, unsigned id, unsigned flags, unsigned questions,
                       unsigned answers)
{
    frame_app_begin(f, app);
    put_u16(f, id);
    put_u16(f, flags);
    frame_app_number(f, PKT_COL_dns_response, flags >> 15);
    if (flags >> 15)
        frame_app_number(f, PKT_COL_dns_rcode, flags & 15);
    put_u16(f, questions);
    put_u16(f, answers);
    put_u32(f, 0);
}

/* A name, and the type and class of a question. */
static void dns_question(frame *f, const char *name, unsigned type)
{
    char part[64];
    for (const char *at = name; *at; at += strcspn(at, "."), at += *at == '.') {
        (void)snprintf(part, sizeof part, "%.*s", (int)strcspn(at, "."), at);
        label(f, part);
    }
    put_u8(f, 0);
    put_u16(f, type);
    put_u16(f, 1); /* IN */
    frame_app_text(f, PKT_COL_dns_qry_name, name, strlen(name));
    frame_app_number(f, PKT_COL_dns_qry_type, type);
}

static void server_question(frame *f, unsigned name)
{
    char host[32];
    (void)snprintf(host, sizeof host, "srv%u.example.net", name % 200);
    dns_question(f, host, 1);
}

void dns_query(frame *f, unsigned id, unsigned name)
{
    dns_header(f, PKT_APP_DNS, id, 0x0100, 1, 0);
    server_question(f, name);
}

void dns_answer(frame *f, unsigned id, unsigned name)
{
    const uint32_t address = UINT32_C(0xc6120000) + name % 200;
    dns_header(f, PKT_APP_DNS, id, 0x8180, 1, 1);
    server_question(f, name);
    put_u16(f, 0xc00c); /* pointer to the name in the question */
    put_u16(f, 1);
    put_u16(f, 1);
    put_u32(f, 300);
    put_u16(f, 4);
    put_u32(f, address);
    frame_app_number(f, PKT_COL_dns_a, address);
}

#define SERVICE "_hap._tcp.local"
enum { PTR = 12 };

void mdns_query(frame *f)
{
    dns_header(f, PKT_APP_MDNS, 0, 0, 1, 0);
    dns_question(f, SERVICE, PTR);
}

void mdns_answer(frame *f, unsigned device)
{
    dns_header(f, PKT_APP_MDNS, 0, 0x8400, 0, 1);
    label(f, "_hap");
    label(f, "_tcp");
    label(f, "local");
    put_u8(f, 0);
    put_u16(f, PTR);
    put_u16(f, 1);
    put_u32(f, 4500);
    put_u16(f, 1 + DEVICE_NAME + 2);
    put_u8(f, DEVICE_NAME);
    device_name(f, device);
    put_u16(f, 0xc00c);
}

void llmnr_query(frame *f, unsigned device)
{
    char name[16];
    (void)snprintf(name, sizeof name, "dev%03u", device);
    dns_header(f, PKT_APP_LLMNR, device, 0, 1, 0);
    dns_question(f, name, 1);
}

/* Up to the end of the host, which is the group. */
static void ssdp_begin(frame *f, const char *method)
{
    static const char group[] = "239.255.255.250:1900";
    frame_app_begin(f, PKT_APP_SSDP);
    put_text(f, method);
    put_u8(f, ' ');
    frame_app_known(f);
    frame_app_text(f, PKT_COL_http_method, method, strlen(method));
    put_text(f, "* HTTP/1.1\r\nHOST: ");
    put_text(f, group);
    put_text(f, "\r\n");
    frame_app_text(f, PKT_COL_http_host, group, sizeof group - 1);
    frame_app_end(f, 0);
}

void ssdp_search(frame *f)
{
    ssdp_begin(f, "M-SEARCH");
    put_text(f, "MAN: \"ssdp:discover\"\r\nMX: 3\r\nST: ssdp:all\r\n\r\n");
}

void ssdp_notify(frame *f, unsigned device)
{
    ssdp_begin(f, "NOTIFY");
    put_text(f, "CACHE-CONTROL: max-age=1800\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\n"
                "SERVER: Linux/4.9 UPnP/1.1 ");
    device_name(f, device);
    put_text(f, "/1.0\r\nUSN: uuid:0200-8901::upnp:rootdevice\r\n\r\n");
}

void coap_get(frame *f, unsigned id, unsigned token)
{
    static const char *const paths[] = {"sensors", "status", ".well-known"};
    const char *path = paths[id % 3];
    frame_app_begin(f, PKT_APP_COAP);
    put_u16(f, 0x4201); /* confirmable, GET */
    frame_app_number(f, PKT_COL_coap_code, 1);
    put_u16(f, id);
    put_u16(f, token);
    put_u8(f, 0x39); /* Uri-Host */
    put_text(f, "coap.home");
    put_u8(f, 8 << 4 | (unsigned)strlen(path)); /* Uri-Path */
    put_text(f, path);
    frame_app_text(f, PKT_COL_coap_uri_path, path, strlen(path));
    frame_app_end(f, 0);
    put_u8(f, 0x04);
    put_text(f, "temp");
}

void coap_content(frame *f, unsigned id, unsigned token)
{
    frame_app_begin(f, PKT_APP_COAP);
    put_u16(f, 0x6245); /* acknowledgement, 2.05 */
    frame_app_number(f, PKT_COL_coap_code, 0x45);
    put_u16(f, id);
    put_u16(f, token);
    put_u8(f, 0xff);
    frame_app_end(f, 0);
    put_text(f, "{\"temp\":21.5}");
}

void ntp(frame *f, random_state *random, bool server)
{
    put_u8(f, server ? 0x24 : 0x23);
    put_u8(f, server ? 2 : 0); /* stratum */
    put_u8(f, 6);
    put_u8(f, 0xec);
    put_u32(f, server ? 0x00000123 : 0);
    put_u32(f, server ? 0x00000456 : 0);
    put_u32(f, server ? 0xc6120001 : 0);
    for (int stamp = 0; stamp < 4; stamp++) { /* seconds of NTP era 0 in 2022, fraction */
        bool set = server || stamp == 3;
        put_u32(f, set ? UINT32_C(0xe7000000) : 0);
        put_u32(f, set ? (uint32_t)random_next(random) : 0);
    }
}

void dhcp(frame *f, unsigned type, uint32_t transaction, uint64_t mac, uint32_t offered,
          const char *host_name)
{
    const bool reply = type == 2 || type == 5;
    const size_t start = f->size;
    frame_app_begin(f, PKT_APP_DHCP);
    put_u32(f, reply ? 0x02010600 : 0x01010600);
    put_u32(f, transaction);
    put_u32(f, 0); /* seconds, flags */
    put_u32(f, 0);
    put_u32(f, reply ? offered : 0);
    put_u32(f, reply ? UINT32_C(0xc0a88901) : 0);
    put_u32(f, 0);
    put_mac(f, mac);
    while (f->size < start + 236)
        put_u8(f, 0);
    put_u32(f, 0x63825363); /* magic cookie */
    put_u8(f, 53);
    put_u8(f, 1);
    put_u8(f, type);
    if (reply) {
        put_u16(f, 54 << 8 | 4); /* server identifier */
        put_u32(f, UINT32_C(0xc0a88901));
        put_u16(f, 51 << 8 | 4); /* lease, s */
        put_u32(f, 86400);
    } else if (type == 3) {
        put_u16(f, 50 << 8 | 4); /* requested address */
        put_u32(f, offered);
    }
    if (host_name) {
        put_u8(f, 12);
        put_u8(f, (unsigned)strlen(host_name));
        put_text(f, host_name);
        frame_app_text(f, PKT_COL_dhcp_hostname, host_name, strlen(host_name));
        frame_app_end(f, 0);
    }
    put_u8(f, 255);
    if (!host_name)
        frame_app_end(f, 0);
    while (f->size < start + 300)
        put_u8(f, 0);
}
