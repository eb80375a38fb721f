#include "datasets/malformed/malformed.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "datasets/malformed/bytes.h"
#include "datasets/writer.h"
#include "parsers/core/containers.h"
#include "parsers/core/numbers.h"
#include "parsers/util/atomic_file.h"

/* Largest capture of a case, and longest cell as text, bytes. */
enum { CAPTURE_MAX = 4096, CELL_MAX = 48 };

/* Time stamp of the first packet, seconds; the next packets follow one second apart. */
static const int64_t first_time_s = 1000000000;

const malformed_case *malformed_case_at(size_t index)
{
    if (index < malformed_container_count)
        return &malformed_containers[index];
    index -= malformed_container_count;
    if (index < malformed_packet_count)
        return &malformed_packets[index];
    index -= malformed_packet_count;
    return index < malformed_link_count ? &malformed_links[index] : NULL;
}

/* False: not hexadecimal, or longer than CAPTURE_MAX. */
static bool hex_parse(const char *hex, uint8_t bytes[CAPTURE_MAX], size_t *size)
{
    *size = 0;
    for (const char *p = hex; *p; p++) {
        if (*p == ' ')
            continue;
        const char pair[3] = {p[0], p[1], '\0'};
        if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]) ||
            *size == CAPTURE_MAX)
            return false;
        bytes[(*size)++] = (uint8_t)strtoul(pair, NULL, 16);
        p++;
    }
    return true;
}

static int fail_hex(const malformed_case *c, pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "case %s: invalid hexadecimal bytes",
                    c->name);
}

static int raw_file_put(const malformed_case *c, FILE *file, pkt_err *err)
{
    uint8_t bytes[CAPTURE_MAX];
    size_t size;
    if (!hex_parse(c->file, bytes, &size))
        return fail_hex(c, err);
    return fwrite(bytes, 1, size, file) == size
               ? 0
               : pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
}

static int packets_put(const malformed_case *c, FILE *file, pkt_err *err)
{
    const dataset_options options = {.format = PKT_FORMAT_PCAP, .interfaces = 1};
    uint8_t bytes[CAPTURE_MAX];
    size_t size;
    if (writer_begin(file, &options, err) != 0)
        return -1;
    /* The link type is the last field of the file header, little-endian. */
    if (fseek(file, PCAP_FILE_HEADER - 4, SEEK_SET) != 0 ||
        fputc(c->link_type & 0xff, file) == EOF || fputc(c->link_type >> 8, file) == EOF ||
        fseek(file, 0, SEEK_END) != 0)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    for (size_t i = 0; i < MALFORMED_ROWS && c->packets[i].hex; i++) {
        int64_t time = (first_time_s + (int64_t)i) * NS_PER_S;
        if (!hex_parse(c->packets[i].hex, bytes, &size))
            return fail_hex(c, err);
        const uint32_t wire = c->packets[i].wire ? c->packets[i].wire : (uint32_t)size;
        if (writer_packet(file, &options, i, &time, bytes, (uint32_t)size, wire, err) != 0)
            return -1;
    }
    return 0;
}

/* The column's name in CSV; NULL: not a column of the expected rows. */
static const char *csv_name(size_t column, char name[CELL_MAX])
{
    const pkt_column_info *info = pkt_column_at(column);
    if (info->level > PKT_LEVEL_HEADERS || info->format_as == PKT_AS_HIDDEN ||
        info->format_as == PKT_AS_VERDICT)
        return NULL;
    const size_t length = strlen(info->name) - (info->format_as == PKT_AS_ADDRESS ? 3 : 0);
    (void)snprintf(name, CELL_MAX, "%.*s", (int)length, info->name);
    return name;
}

/* The value of the last "name=value" in the text. */
static void value_find(const char *text, const char *name, char value[CELL_MAX])
{
    const size_t length = strlen(name);
    value[0] = '\0';
    for (const char *at = text; *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            (void)snprintf(value, CELL_MAX, "%.*s", (int)strcspn(at + length + 1, " "),
                           at + length + 1);
}

static void header_put(FILE *file)
{
    char name[CELL_MAX];
    const char *separator = "";
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (csv_name(c, name)) {
            (void)fprintf(file, "%s%s", separator, name);
            separator = ",";
        }
    (void)fputc('\n', file);
}

static void row_put(const char *text, FILE *file)
{
    char name[CELL_MAX], value[CELL_MAX];
    const char *separator = "";
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (csv_name(c, name)) {
            value_find(text, name, value);
            (void)fprintf(file, "%s%s", separator, value);
            separator = ",";
        }
    (void)fputc('\n', file);
}

static int rows_put(const malformed_case *c, FILE *file, pkt_err *err)
{
    char frames[256], *text = NULL;
    uint8_t bytes[CAPTURE_MAX];
    size_t size = 0;
    header_put(file);
    for (size_t i = 0; i < MALFORMED_ROWS && c->rows[i]; i++) {
        frames[0] = '\0';
        if (!c->file) {
            if (!c->packets[i].hex || !hex_parse(c->packets[i].hex, bytes, &size))
                return fail_hex(c, err);
            const uint32_t wire = c->packets[i].wire ? c->packets[i].wire : (uint32_t)size;
            (void)snprintf(frames, sizeof frames,
                           "ts_ns=%" PRId64 "000000000 cap_len=%zu wire_len=%u link_type=%u ",
                           first_time_s + (int64_t)i, size, (unsigned)wire, (unsigned)c->link_type);
        }
        if (asprintf(&text, "%s%s", frames, c->rows[i]) < 0)
            return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a row");
        row_put(text, file);
        free(text);
    }
    return 0;
}

/* Create the file and fill it by `put`. 0, or -1 and *err. */
static int file_write(const char *path, const malformed_case *c,
                      int (*put)(const malformed_case *, FILE *, pkt_err *), pkt_err *err)
{
    pkt_atomic_file out;
    if (pkt_atomic_file_open(&out, path, err) != 0)
        return -1;
    if (put(c, out.file, err) != 0) {
        pkt_atomic_file_abandon(&out);
        return -1;
    }
    return pkt_atomic_file_commit(&out, err);
}

int malformed_write(const malformed_case *c, const char *capture, const char *rows, pkt_err *err)
{
    return file_write(capture, c, c->file ? raw_file_put : packets_put, err) != 0 ||
                   file_write(rows, c, rows_put, err) != 0
               ? -1
               : 0;
}
