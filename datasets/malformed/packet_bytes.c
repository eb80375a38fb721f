#include "datasets/malformed/packet_bytes.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

#include "datasets/malformed/bytes.h"
#include "parsers/core/numbers.h"

/* Append one byte `count` times. False: there is no room. */
static bool byte_append(malformed_bytes *bytes, uint8_t byte, unsigned long count)
{
    if (count > MALFORMED_BYTES_MAX - bytes->size)
        return false;
    memset(bytes->at + bytes->size, byte, count);
    bytes->size += count;
    return true;
}

/* Append what the text stands for. False: it is not hexadecimal, or there is no room. */
static bool hex_append(const char *hex, malformed_bytes *bytes)
{
    for (const char *p = hex; *p;) {
        if (*p == ' ') {
            p++;
            continue;
        }
        const char pair[3] = {p[0], p[1], '\0'};
        if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]))
            return false;
        p += 2;
        unsigned long count = 1;
        if (*p == '*') {
            char *end;
            count = strtoul(p + 1, &end, 10);
            p = end;
        }
        if (!byte_append(bytes, (uint8_t)strtoul(pair, NULL, 16), count))
            return false;
    }
    return true;
}

static int fail_hex(const malformed_case *c, pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "case %s: invalid hexadecimal bytes",
                    c->name);
}

int malformed_file_bytes(const malformed_case *c, malformed_bytes *bytes, pkt_err *err)
{
    bytes->size = 0;
    return hex_append(c->file, bytes) ? 0 : fail_hex(c, err);
}

static void be16_put(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* Append headers without lengths. */
static bool headers_append(const malformed_case *c, malformed_bytes *bytes)
{
    return hex_append(c->transport == PROTO_TCP ? ETH_IPV4 IPV4("0000", "0000", "06") TCP("50")
                                                : ETH_IPV4 IPV4("0000", "0000", "11") UDP("0000"),
                      bytes);
}

/* Set the port and the lengths, which are those of the packet on the wire. */
static void headers_finish(const malformed_case *c, malformed_bytes *bytes)
{
    enum { IP = 14, IP_LENGTH = 16, TRANSPORT = 34, DESTINATION = 36, UDP_LENGTH = 38 };
    be16_put(bytes->at + IP_LENGTH, bytes->wire - IP);
    be16_put(bytes->at + DESTINATION, c->port);
    if (c->transport == PROTO_UDP)
        be16_put(bytes->at + UDP_LENGTH, bytes->wire - TRANSPORT);
}

int malformed_packet_bytes(const malformed_case *c, size_t index, malformed_bytes *bytes,
                           pkt_err *err)
{
    const malformed_packet *packet = &c->packets[index];
    bytes->size = 0;
    if (!packet->hex || (c->port && !headers_append(c, bytes)) || !hex_append(packet->hex, bytes))
        return fail_hex(c, err);
    bytes->wire = packet->wire ? packet->wire : (uint32_t)bytes->size;
    if (c->port)
        headers_finish(c, bytes);
    return 0;
}
