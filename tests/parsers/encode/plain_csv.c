/* Write every row of a capture by fprintf, one call per cell. The CSV of extract must equal it byte
 * by byte. Usage: plain_csv CAPTURE [flows] >ROWS; default level: headers */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>

#include "pktbench.h"
#include "tests/level_request.h"

static void number_print(uint64_t high, uint64_t low, int version)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t bytes[16];
    for (int i = 0; i < 16; i++)
        bytes[i] = (uint8_t)((i < 8 ? high : low) >> (56 - 8 * (i % 8)));
    if (version == 6)
        printf("%s", inet_ntop(AF_INET6, bytes, text, sizeof text));
    else
        printf("%u.%u.%u.%u", bytes[12], bytes[13], bytes[14], bytes[15]);
}

static void mac_print(uint64_t mac)
{
    printf("%02x:%02x:%02x:%02x:%02x:%02x", (unsigned)(mac >> 40 & 255),
           (unsigned)(mac >> 32 & 255), (unsigned)(mac >> 24 & 255), (unsigned)(mac >> 16 & 255),
           (unsigned)(mac >> 8 & 255), (unsigned)(mac & 255));
}

static int push(void *self, const pkt_batch *b, pkt_err *err)
{
    const pkt_level shown = *(const pkt_level *)self;
    (void)err;
    for (size_t i = 0; i < b->rows; i++) {
        const char *comma = "";
#define CELL_NUMBER(name) printf("%lld", (long long)b->name[i]);
#define CELL_MAC(name) mac_print((uint64_t)b->name[i]);
#define CELL_ADDRESS(name)                                                                         \
    number_print((uint64_t)b->name[i],                                                             \
                 PKT_COL_##name == PKT_COL_src_hi ? b->src_lo[i] : b->dst_lo[i],                   \
                 b->ip_version[i]);
#define CELL_VERDICT(name) printf("%s", pkt_verdict_name((pkt_verdict)b->name[i]));
#define CELL_IPV4(name) number_print(0, b->name[i], 4);
/* Of levels that are not shown. */
#define CELL_APP(name)
#define CELL_TEXT(name)
#define CELL_HIDDEN(name)
#define PKT_X(name, type, level, has, format_as, doc)                                              \
    if (PKT_LEVEL_##level <= shown && PKT_AS_##format_as != PKT_AS_HIDDEN) {                       \
        printf("%s", comma);                                                                       \
        comma = ",";                                                                               \
        if (!(has) || b->present[i] & (has)) {                                                     \
            CELL_##format_as(name)                                                                 \
        }                                                                                          \
    }
        PKT_COLUMNS(PKT_X)
#undef PKT_X
        printf("\n");
    }
    return 0;
}

static int finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return fflush(stdout);
}

int main(int argc, char **argv)
{
    static pkt_batch batch;
    pkt_err err;
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_entry entry = PKT_INIT(pkt_entry);
    uint64_t rows;
    pkt_level level = argc == 3 ? PKT_LEVEL_FLOWS : PKT_LEVEL_HEADERS;
    const pkt_sink sink = pkt_sink_make(&level, push, finish);
    const pkt_request request = level_request(level);
    if (argc < 2 || argc > 3 || (argc == 3 && strcmp(argv[2], "flows") != 0) ||
        pkt_capture_open(argv[1], &capture, &err) != 0 || pkt_registry_find("raw", &entry) != 0)
        return EXIT_FAILURE;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        if (info->level > level || info->format_as == PKT_AS_HIDDEN)
            continue;
        int size = (int)strlen(info->name) - (info->format_as == PKT_AS_ADDRESS ? 3 : 0);
        printf("%s%.*s", c ? "," : "", size, info->name);
    }
    printf("\n");
    return pkt_run(entry.backend, NULL, &capture, &request, &batch, &sink, &rows, &err);
}
