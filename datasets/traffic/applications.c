#include "datasets/traffic/applications.h"

/* Store the length of the bytes after a 2-byte or 3-byte field that length_open() put at `at`. */
static void length_patch(frame *f, size_t at, size_t width)
{
    size_t length = f->size - at - width;
    if (width == 3)
        f->bytes[at] = (uint8_t)(length >> 16);
    store_u16(f->bytes + at + width - 2, (unsigned)length);
}

/* Put a length field of `width` bytes; returns its offset, for length_patch(). */
static size_t length_open(frame *f, size_t width)
{
    size_t at = f->size;
    for (size_t i = 0; i < width; i++)
        put_u8(f, 0);
    return at;
}

void tls_client_hello(frame *f, random_state *random)
{
    static const char name[] = "api.example.net";
    const unsigned name_size = sizeof name - 1;
    put_u8(f, 22);
    put_u16(f, 0x0301);
    size_t record = length_open(f, 2);
    put_u8(f, 1);
    size_t message = length_open(f, 3);
    put_u16(f, 0x0303);
    put_random(f, random, 32);
    put_u8(f, 32);
    put_random(f, random, 32);
    put_u16(f, 8); /* cipher suites */
    put_u32(f, 0x13011302);
    put_u32(f, 0xc02bc02f);
    put_u16(f, 0x0100); /* no compression */
    size_t extensions = length_open(f, 2);
    put_u16(f, 0); /* server_name */
    put_u16(f, name_size + 5);
    put_u16(f, name_size + 3);
    put_u8(f, 0);
    put_u16(f, name_size);
    put_text(f, name);
    put_u16(f, 43); /* supported_versions */
    put_u16(f, 3);
    put_u8(f, 2);
    put_u16(f, 0x0303);
    put_u16(f, 10); /* supported_groups: x25519 */
    put_u16(f, 4);
    put_u16(f, 2);
    put_u16(f, 29);
    length_patch(f, extensions, 2);
    length_patch(f, message, 3);
    length_patch(f, record, 2);
}

void tls_server_hello(frame *f, random_state *random)
{
    put_u8(f, 22);
    put_u16(f, 0x0303);
    size_t record = length_open(f, 2);
    put_u8(f, 2);
    size_t message = length_open(f, 3);
    put_u16(f, 0x0303);
    put_random(f, random, 32);
    put_u8(f, 32);
    put_random(f, random, 32);
    put_u16(f, 0xc02f);
    put_u8(f, 0);
    size_t extensions = length_open(f, 2);
    put_u16(f, 0xff01); /* renegotiation_info */
    put_u16(f, 1);
    put_u8(f, 0);
    length_patch(f, extensions, 2);
    length_patch(f, message, 3);
    length_patch(f, record, 2);
}

void tls_data(frame *f, random_state *random, size_t size)
{
    put_u8(f, 23);
    put_u16(f, 0x0303);
    put_u16(f, (unsigned)(size - 5));
    put_random(f, random, size - 5);
}

/* "devNNN" */
static void device_name(frame *f, unsigned device)
{
    char name[16];
    (void)snprintf(name, sizeof name, "dev%03u", device);
    put_text(f, name);
}

enum { DEVICE_NAME = 6 };

void mqtt_connect(frame *f, unsigned device)
{
    put_u8(f, 0x10);
    put_u8(f, 12 + DEVICE_NAME);
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
    put_u32(f, 0x20020000);
}

void mqtt_publish(frame *f, random_state *random, unsigned device)
{
    char reading[40];
    const unsigned humidity = 30 + (unsigned)random_below(random, 60);
    const unsigned tenths = (unsigned)random_below(random, 10);
    const unsigned degrees = 15 + (unsigned)random_below(random, 15);
    int size = snprintf(reading, sizeof reading, "{\"temperature\":%u.%u,\"humidity\":%02u}",
                        degrees, tenths, humidity);
    put_u8(f, 0x30);
    put_u8(f, 2 + DEVICE_NAME + 6 + (unsigned)size);
    put_u16(f, DEVICE_NAME + 6);
    device_name(f, device);
    put_text(f, "/state");
    put_text(f, reading);
}

void mqtt_ping(frame *f, bool response)
{
    put_u16(f, response ? 0xd000 : 0xc000);
}

void http_request(frame *f, unsigned device)
{
    put_text(f, "GET /status HTTP/1.1\r\nHost: hub.example.net\r\nUser-Agent: ");
    device_name(f, device);
    put_text(f, "/1.4\r\nAccept: application/json\r\nConnection: keep-alive\r\n\r\n");
}

void http_response(frame *f, random_state *random, size_t body)
{
    char head[128];
    (void)snprintf(head, sizeof head,
                   "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n",
                   body);
    put_text(f, head);
    for (size_t i = 0; i < body; i++)
        put_u8(f, 'a' + (unsigned)random_below(random, 26));
}

static void label(frame *f, const char *text)
{
    put_u8(f, (unsigned)strlen(text));
    put_text(f, text);
}

static void dns_header(frame *f, unsigned id, unsigned flags, unsigned questions, unsigned answers)
{
    put_u16(f, id);
    put_u16(f, flags);
    put_u16(f, questions);
    put_u16(f, answers);
    put_u32(f, 0);
}

static void dns_question(frame *f, unsigned name)
{
    char host[16];
    (void)snprintf(host, sizeof host, "srv%u", name % 200);
    label(f, host);
    label(f, "example");
    label(f, "net");
    put_u8(f, 0);
    put_u16(f, 1); /* A */
    put_u16(f, 1); /* IN */
}

void dns_query(frame *f, unsigned id, unsigned name)
{
    dns_header(f, id, 0x0100, 1, 0);
    dns_question(f, name);
}

void dns_answer(frame *f, unsigned id, unsigned name)
{
    dns_header(f, id, 0x8180, 1, 1);
    dns_question(f, name);
    put_u16(f, 0xc00c); /* pointer to the name in the question */
    put_u16(f, 1);
    put_u16(f, 1);
    put_u32(f, 300);
    put_u16(f, 4);
    put_u32(f, UINT32_C(0xc6120000) + name % 200);
}

static void mdns_service(frame *f)
{
    label(f, "_hap");
    label(f, "_tcp");
    label(f, "local");
    put_u8(f, 0);
    put_u16(f, 12); /* PTR */
}

void mdns_query(frame *f)
{
    dns_header(f, 0, 0, 1, 0);
    mdns_service(f);
    put_u16(f, 1);
}

void mdns_answer(frame *f, unsigned device)
{
    dns_header(f, 0, 0x8400, 0, 1);
    mdns_service(f);
    put_u16(f, 1);
    put_u32(f, 4500);
    put_u16(f, 1 + DEVICE_NAME + 2);
    put_u8(f, DEVICE_NAME);
    device_name(f, device);
    put_u16(f, 0xc00c);
}

void ssdp_search(frame *f)
{
    put_text(f, "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
                "MAN: \"ssdp:discover\"\r\nMX: 3\r\nST: ssdp:all\r\n\r\n");
}

void ssdp_notify(frame *f, unsigned device)
{
    put_text(f, "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
                "CACHE-CONTROL: max-age=1800\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\n"
                "SERVER: Linux/4.9 UPnP/1.1 ");
    device_name(f, device);
    put_text(f, "/1.0\r\nUSN: uuid:0200-8901::upnp:rootdevice\r\n\r\n");
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

void dhcp(frame *f, unsigned type, uint32_t transaction, uint64_t mac, uint32_t offered)
{
    const bool reply = type == 2 || type == 5;
    const size_t start = f->size;
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
    put_u8(f, 255);
    while (f->size < start + 300)
        put_u8(f, 0);
}
