#include "datasets/malformed/malformed.h"

#include <inttypes.h>
#include <stdlib.h>

#include "datasets/malformed/bytes.h"
#include "datasets/malformed/packet_bytes.h"
#include "datasets/writer.h"
#include "parsers/core/containers.h"
#include "parsers/core/numbers.h"
#include "parsers/util/atomic_file.h"

/* Longest cell as text, bytes. */
enum { NAME_SIZE = 48, CELL_SIZE = 2 * PKT_TEXT_MAX };

/* Time stamp of the first packet, seconds; the next packets follow one second apart. */
static const int64_t first_time_s = 1000000000;

static const struct case_table {
    const malformed_case *cases;
    const size_t *count;
} tables[] = {{malformed_containers, &malformed_container_count},
              {malformed_packets, &malformed_packet_count},
              {malformed_links, &malformed_link_count},
              {malformed_dns, &malformed_dns_count},
              {malformed_tls, &malformed_tls_count},
              {malformed_http, &malformed_http_count},
              {malformed_mqtt, &malformed_mqtt_count},
              {malformed_datagrams, &malformed_datagram_count},
              {malformed_long_values, &malformed_long_value_count}};

const malformed_case *malformed_case_at(size_t index)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (index < *tables[i].count)
            return &tables[i].cases[index];
        index -= *tables[i].count;
    }
    return NULL;
}

static int raw_file_put(const malformed_case *c, FILE *file, pkt_err *err)
{
    malformed_bytes bytes;
    if (malformed_file_bytes(c, &bytes, err) != 0)
        return -1;
    return fwrite(bytes.at, 1, bytes.size, file) == bytes.size
               ? 0
               : pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
}

/* Packet number `number` of the capture is number `index` of the case. */
static int packet_put(const malformed_case *c, const dataset_options *options, size_t index,
                      size_t number, FILE *file, pkt_err *err)
{
    malformed_bytes bytes;
    int64_t time = (first_time_s + (int64_t)number) * NS_PER_S;
    if (malformed_packet_bytes(c, index, &bytes, err) != 0)
        return -1;
    return writer_packet(file, options, number, &time, bytes.at, (uint32_t)bytes.size, bytes.wire,
                         err);
}

static int packets_put(const malformed_case *c, FILE *file, pkt_err *err)
{
    const dataset_options options = {.format = PKT_FORMAT_PCAP, .interfaces = 1};
    size_t number = 0;
    if (writer_begin(file, &options, err) != 0)
        return -1;
    /* The link type is the last field of the file header, little-endian. */
    if (fseek(file, PCAP_FILE_HEADER - 4, SEEK_SET) != 0 ||
        fputc(c->link_type & 0xff, file) == EOF || fputc(c->link_type >> 8, file) == EOF ||
        fseek(file, 0, SEEK_END) != 0)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    for (size_t time = 0; time < malformed_times(c); time++)
        for (size_t i = 0; i < MALFORMED_ROWS && c->packets[i].hex; i++)
            if (packet_put(c, &options, i, number++, file, err) != 0)
                return -1;
    return 0;
}

/* The column's name in CSV; NULL: not a column of the case's expected rows. */
static const char *csv_name(const malformed_case *c, size_t column, char name[NAME_SIZE])
{
    const pkt_column_info *info = pkt_column_at(column);
    const pkt_level level = c->port ? PKT_LEVEL_APP : PKT_LEVEL_HEADERS;
    if ((info->level != PKT_LEVEL_FRAMES && info->level != level) ||
        info->format_as == PKT_AS_HIDDEN || column == PKT_COL_verdict)
        return NULL;
    const size_t length = strlen(info->name) - (info->format_as == PKT_AS_ADDRESS ? 3 : 0);
    (void)snprintf(name, NAME_SIZE, "%.*s", (int)length, info->name);
    return name;
}

/* The value of the last "name=value" in the text. */
static void value_find(const char *text, const char *name, char value[CELL_SIZE])
{
    const size_t length = strlen(name);
    value[0] = '\0';
    for (const char *at = text; *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            (void)snprintf(value, CELL_SIZE, "%.*s", (int)strcspn(at + length + 1, " "),
                           at + length + 1);
}

static void header_put(const malformed_case *c, FILE *file)
{
    char name[NAME_SIZE];
    const char *separator = "";
    for (size_t column = 0; column < PKT_COLUMN_COUNT; column++)
        if (csv_name(c, column, name)) {
            (void)fprintf(file, "%s%s", separator, name);
            separator = ",";
        }
    (void)fputc('\n', file);
}

static void row_put(const malformed_case *c, const char *text, FILE *file)
{
    char name[NAME_SIZE], value[CELL_SIZE];
    const char *separator = "";
    for (size_t column = 0; column < PKT_COLUMN_COUNT; column++)
        if (csv_name(c, column, name)) {
            value_find(text, name, value);
            (void)fprintf(file, "%s%s", separator, value);
            separator = ",";
        }
    (void)fputc('\n', file);
}

/* Row number `number` of the capture is number `index` of the case. */
static int numbered_row_put(const malformed_case *c, size_t index, size_t number, FILE *file,
                            pkt_err *err)
{
    malformed_bytes bytes;
    char frames[256] = "", *text = NULL;
    if (!c->file) {
        if (malformed_packet_bytes(c, index, &bytes, err) != 0)
            return -1;
        (void)snprintf(frames, sizeof frames,
                       "ts_ns=%" PRId64 "000000000 cap_len=%zu wire_len=%u link_type=%u ",
                       first_time_s + (int64_t)number, bytes.size, (unsigned)bytes.wire,
                       (unsigned)c->link_type);
    }
    if (asprintf(&text, "%s%s", frames, c->rows[index]) < 0)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a row");
    row_put(c, text, file);
    free(text);
    return 0;
}

static int rows_put(const malformed_case *c, FILE *file, pkt_err *err)
{
    size_t number = 0;
    header_put(c, file);
    for (size_t time = 0; time < malformed_times(c); time++)
        for (size_t i = 0; i < MALFORMED_ROWS && c->rows[i]; i++)
            if (numbered_row_put(c, i, number++, file, err) != 0)
                return -1;
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
