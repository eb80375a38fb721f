/* The comments of the section header:
 *
 *   pktbench mix 1          then, for each capture:      file PATH
 *   order capture|time                                   label TEXT
 *   captures N                                           times FIRST START RATE
 *                                                        map-ip OLD=NEW
 *                                                        map-mac OLD=NEW
 * PATH and TEXT are as pkt_escape() writes them; times are nanoseconds, RATE is in millionths. */
#include "parsers/mix/head.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/core/containers.h"
#include "parsers/input/input.h"
#include "parsers/rows/escape.h"
#include "parsers/source/limits.h"
#include "parsers/util/error.h"

enum { OPTION_NAME = 2, OPTION_DESCRIPTION = 3, OPTION_APPLICATION = 4 };
enum { SECTION_FIXED = 24, TSRESOL_NS = 9, OPTION_MOST = 65535 };
#define TITLE "pktbench mix 1\n"

/* An option of a block, padded. */
static int option_add(pkt_buffer *out, unsigned code, const void *value, size_t size, pkt_err *err)
{
    static const uint8_t zeros[4];
    const uint16_t head[] = {(uint16_t)code, (uint16_t)size};
    if (size > OPTION_MOST)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                        "the description of a capture in the mixture is longer than %d bytes",
                        OPTION_MOST);
    if (pkt_buffer_add(out, head, sizeof head, err) != 0 ||
        pkt_buffer_add(out, value, size, err) != 0)
        return -1;
    return pkt_buffer_add(out, zeros, (4 - size % 4) % 4, err);
}

/* The block that begins at `from` ends here: its length goes to both ends. */
static int block_end(pkt_buffer *out, size_t from, pkt_err *err)
{
    const uint32_t end = 0, total = (uint32_t)(out->size - from + 8);
    if (pkt_buffer_add(out, &end, sizeof end, err) != 0 || /* no more options */
        pkt_buffer_add(out, &total, sizeof total, err) != 0)
        return -1;
    memcpy(out->at + from + 4, &total, sizeof total);
    return 0;
}

static int text_add(pkt_buffer *out, const char *text, pkt_err *err)
{
    return pkt_buffer_add(out, text, strlen(text), err);
}

/* "KEY TEXT\n" with the text escaped; without key and line end if `key` is NULL. */
static int escaped_add(pkt_buffer *out, const char *key, const char *text, pkt_err *err)
{
    const size_t size = strlen(text);
    if ((key && (text_add(out, key, err) != 0 || text_add(out, " ", err) != 0)) ||
        pkt_buffer_reserve(out, size * PKT_ESCAPE_MOST + 1, err) != 0)
        return -1;
    char *at = (char *)out->at + out->size;
    out->size += (size_t)(pkt_escape(at, text, size) - at);
    return key ? text_add(out, "\n", err) : 0;
}

/* The comment about a capture. */
static int origin_text(pkt_buffer *text, const pkt_mix_origin *o, pkt_err *err)
{
    char line[PKT_MAP_TEXT + 32];
    text->size = 0;
    (void)snprintf(line, sizeof line, "times %" PRId64 " %" PRId64 " %" PRIu64 "\n", o->times.first,
                   o->times.start, o->times.rate ? o->times.rate : PKT_MIX_RATE_UNIT);
    if (escaped_add(text, "file", o->path, err) != 0 ||
        escaped_add(text, "label", o->label, err) != 0 || text_add(text, line, err) != 0)
        return -1;
    for (size_t i = 0; i < o->rewrite.count; i++) {
        char map[PKT_MAP_TEXT];
        const bool mac = o->rewrite.maps[i].map->size == PKT_MAC_BYTES;
        (void)snprintf(line, sizeof line, "map-%s %s\n", mac ? "mac" : "ip",
                       pkt_address_map_text(o->rewrite.maps[i].map, map));
        if (text_add(text, line, err) != 0)
            return -1;
    }
    return 0;
}

static int comments_add(pkt_buffer *out, const pkt_mix_origins *origins, pkt_err *err)
{
    char title[128];
    pkt_buffer text = {0};
    (void)snprintf(title, sizeof title, TITLE "order %s\ncaptures %zu\n",
                   origins->by_time ? "time" : "capture", origins->count);
    int bad = option_add(out, PCAPNG_OPTION_COMMENT, title, strlen(title), err);
    for (size_t i = 0; !bad && i < origins->count; i++) {
        bad = origin_text(&text, &origins->at[i], err);
        if (!bad)
            bad = option_add(out, PCAPNG_OPTION_COMMENT, text.at, text.size, err);
    }
    pkt_buffer_free(&text);
    return bad;
}

int pkt_mix_head_add(pkt_buffer *out, const pkt_mix_origins *origins, pkt_err *err)
{
    static const char application[] = "pktbench";
    const uint32_t fixed[] = {PCAPNG_SECTION, 0, PCAPNG_ORDER_MAGIC, 1, UINT32_MAX, UINT32_MAX};
    const size_t from = out->size;
    if (pkt_buffer_add(out, fixed, sizeof fixed, err) != 0 ||
        option_add(out, OPTION_APPLICATION, application, strlen(application), err) != 0 ||
        comments_add(out, origins, err) != 0)
        return -1;
    return block_end(out, from, err);
}

static int name_add(pkt_buffer *out, unsigned code, const char *text, pkt_err *err)
{
    pkt_buffer escaped = {0};
    int bad = escaped_add(&escaped, NULL, text, err);
    if (!bad && escaped.size)
        bad = option_add(out, code, escaped.at, escaped.size, err);
    pkt_buffer_free(&escaped);
    return bad;
}

int pkt_mix_interface_add(pkt_buffer *out, const pkt_mix_origin *origin, size_t number,
                          uint16_t link_type, uint32_t snaplen, pkt_err *err)
{
    const uint32_t fixed[] = {PCAPNG_INTERFACE, 0, link_type, snaplen};
    const uint8_t resolution = TSRESOL_NS;
    const size_t from = out->size;
    char comment[64];
    (void)snprintf(comment, sizeof comment, "interface %zu of the capture", number);
    if (pkt_buffer_add(out, fixed, sizeof fixed, err) != 0 ||
        name_add(out, OPTION_NAME, origin->path, err) != 0 ||
        name_add(out, OPTION_DESCRIPTION, origin->label, err) != 0 ||
        option_add(out, PCAPNG_OPTION_COMMENT, comment, strlen(comment), err) != 0 ||
        option_add(out, PCAPNG_IF_TSRESOL, &resolution, 1, err) != 0)
        return -1;
    return block_end(out, from, err);
}

static int no_mixture(pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE,
                    "is no mixture that `pktbench mix` of this version and byte order wrote");
}

/* The first block of the file: its bytes, owned by the caller, and their number. NULL and *err. */
static uint8_t *block_load(const char *path, size_t *size, pkt_err *err)
{
    uint32_t words[3];
    uint8_t *bytes = NULL;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        (void)pkt_fail_open(err, PKT_ERR_IO, "", path);
        return NULL;
    }
    *size = 0;
    if (pread(fd, words, sizeof words, 0) == (ssize_t)sizeof words && words[0] == PCAPNG_SECTION &&
        words[2] == PCAPNG_ORDER_MAGIC && words[1] > SECTION_FIXED + 4 && words[1] <= PKT_MAX_BLOCK)
        *size = words[1];
    if (*size && !(bytes = malloc(*size)))
        (void)pkt_fail_memory(err, "the head of a mixture");
    else if (!*size || pread(fd, bytes, *size, 0) != (ssize_t)*size) {
        (void)no_mixture(err);
        free(bytes);
        bytes = NULL;
    }
    close(fd);
    return bytes;
}

/* What is read of a head. */
typedef struct reading {
    pkt_mix_origins *origins;
    pkt_mix_maps **maps;
    size_t expected; /* captures */
    bool begun;
} reading;

static int map_read(reading *r, pkt_mix_origin *origin, const char *text, bool mac, pkt_err *err)
{
    pkt_mix_maps *one = malloc(sizeof *one);
    if (!one)
        return pkt_fail_memory(err, "address maps");
    one->next = *r->maps;
    *r->maps = one;
    if (pkt_address_map_parse(&one->map, text, mac, err) != 0)
        return -1;
    return pkt_rewrite_add(&origin->rewrite, &one->map, err);
}

/* A line of a comment about a capture. */
static int line_read(reading *r, char *line, pkt_err *err)
{
    pkt_mix_origin *o = r->origins->count ? &r->origins->at[r->origins->count - 1] : NULL;
    char *value = strchr(line, ' ');
    if (!value)
        return no_mixture(err);
    *value++ = '\0';
    const bool text = strcmp(line, "file") == 0 || strcmp(line, "label") == 0;
    const int64_t size = text ? pkt_unescape(value, strlen(value)) : 0;
    if (size < 0)
        return no_mixture(err);
    if (text)
        value[size] = '\0';
    if (strcmp(line, "file") == 0)
        return pkt_mix_origins_add(r->origins, value, NULL, err) ? 0 : -1;
    if (!o)
        return no_mixture(err);
    if (strcmp(line, "label") == 0) {
        free(o->label);
        o->label = strdup(value);
        return o->label ? 0 : pkt_fail_memory(err, "labels");
    }
    if (strcmp(line, "map-ip") == 0 || strcmp(line, "map-mac") == 0)
        return map_read(r, o, value, line[4] == 'm', err);
    char *at = value; /* times */
    o->times.first = strtoll(at, &at, 10);
    o->times.start = strtoll(at, &at, 10);
    o->times.rate = strtoull(at, &at, 10);
    return *at || !o->times.rate ? no_mixture(err) : 0;
}

/* `text` has a 0 behind it. */
static int comment_read(reading *r, char *text, pkt_err *err)
{
    static const char by_capture[] = TITLE "order capture\ncaptures ";
    static const char by_time[] = TITLE "order time\ncaptures ";
    if (!r->begun) {
        r->origins->by_time = strncmp(text, by_time, strlen(by_time)) == 0;
        r->begun = r->origins->by_time || strncmp(text, by_capture, strlen(by_capture)) == 0;
        if (!r->begun)
            return no_mixture(err);
        text += strlen(r->origins->by_time ? by_time : by_capture);
        r->expected = strtoull(text, NULL, 10);
        return 0;
    }
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (line_read(r, line, err) != 0)
            return -1;
    return 0;
}

static int options_read(reading *r, const uint8_t *bytes, size_t size, pkt_err *err)
{
    int bad = 0;
    for (size_t at = SECTION_FIXED; !bad && size - at >= 8;) {
        uint16_t head[2];
        memcpy(head, bytes + at, sizeof head);
        at += sizeof head;
        if (head[0] == PCAPNG_OPTION_END || head[1] > size - at)
            break;
        if (head[0] == PCAPNG_OPTION_COMMENT) {
            char *text = strndup((const char *)bytes + at, head[1]);
            bad = text ? comment_read(r, text, err) : pkt_fail_memory(err, "a comment");
            free(text);
        }
        const size_t padded = ((size_t)head[1] + 3) / 4 * 4;
        at += padded < size - at ? padded : size - at;
    }
    if (!bad && (!r->begun || r->origins->count != r->expected))
        bad = no_mixture(err);
    return bad;
}

int pkt_mix_head_read(const char *path, pkt_mix_origins *origins, pkt_mix_maps **maps, pkt_err *err)
{
    reading r = {.origins = origins, .maps = maps};
    size_t size;
    *origins = (pkt_mix_origins){.count = 0};
    *maps = NULL;
    uint8_t *bytes = block_load(path, &size, err);
    if (!bytes)
        return -1;
    const int bad = options_read(&r, bytes, size, err);
    free(bytes);
    if (bad) {
        pkt_mix_origins_close(origins);
        pkt_mix_maps_close(*maps);
        *maps = NULL;
    }
    return bad;
}

void pkt_mix_maps_close(pkt_mix_maps *maps)
{
    while (maps) {
        pkt_mix_maps *next = maps->next;
        free(maps);
        maps = next;
    }
}
