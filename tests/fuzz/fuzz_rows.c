/* Bytes as a capture file, read by raw and by libpcap: if both can read it, rows are equal.
 *
 * Files that only libpcap refuses are not compared: it accepts fewer files (for example interfaces
 * must be equal, pcapng packets must not exceed the snaplen, versions must not be above 2.4). Known
 * differences of libpcap:
 *   - pcap before version 2.4: lengths may be in reverse order; not compared
 *   - pcap packets longer than the file's snaplen are cut to it; in modified captures of Ethernet
 * to 14 bytes more, by the lower 26 bits of the link type
 *   - a fraction of a second of 2^31 or more is negative
 *   - pcapng times in binary fractions below 2^-34 s overflow, and offsets near 2^63 s too
 *   - pcapng times of 2^63 s or more are negative
 *   - reserved bits next to the link type are part of it; not compared
 *   - the trailing length of the first section header is not checked
 *   - the original length of USB packets is computed from their header
 *   - attributes of NFLOG are swapped in place in a file of the other byte order: where an
 * attribute is malformed, what follows is not what the file has; not compared
 *   - link types 11, 15, 16 and 19 are read as 100, 102, 103 and 106, whose old numbers they are */
#include "bench/agreement/rowset.h"
#include "parsers/core/numbers.h"
#include "parsers/source/byte_order.h"
#include "parsers/source/limits.h"
#include "parsers/source/probe.h"
#include "parsers/source/reader.h"
#include "tests/fuzz/fuzz.h"
#include "tests/level_request.h"

enum { LIBPCAP_LINKTYPE = 0x03ffffff, RESERVED_BITS = 0x03ff0000 };

extern const pkt_backend pkt_backend_raw, pkt_backend_libpcap;

typedef struct input {
    pkt_format format;
    uint32_t snaplen; /* pcap: to which libpcap cuts packets; 0: none */
    bool swapped;     /* the byte order is not this machine's */
    bool coarse_time; /* pcapng: times are not compared */
} input;

static pkt_err rows_take(const pkt_backend *backend, const pkt_capture *capture, rowset *rows)
{
    static pkt_batch batch;
    pkt_err err = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    uint64_t count = 0;
    rows->columns = level_columns(backend, PKT_LEVEL_HEADERS);
    pkt_sink sink = rowset_sink(rows);
    const pkt_request request = level_request(PKT_LEVEL_HEADERS);
    int bad = pkt_run(backend, NULL, capture, &request, &batch, &sink, &count, &err);
    must(count == rows->rows, "every row is read");
    must(bad ? err.code != PKT_ERR_NONE && err.msg[0] : err.code == PKT_ERR_NONE,
         "an error has a message");
    return err;
}

/* True if the file may contain an if_tsresol option of 2^-35 or below. */
static bool has_fine_time(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 5 <= size; i++)
        if ((memcmp(data + i, "\x09\x00\x01\x00", 4) == 0 ||
             memcmp(data + i, "\x00\x09\x00\x01", 4) == 0) &&
            data[i + 4] > 0x80 + 34)
            return true;
    return false;
}

/* True if the file may contain an if_tsoffset option of 2^62 s or more. */
static bool has_vast_offset(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 12 <= size; i++) {
        const bool is_little = memcmp(data + i, "\x0e\x00\x08\x00", 4) == 0;
        if (!is_little && memcmp(data + i, "\x00\x0e\x00\x08", 4) != 0)
            continue;
        const uint8_t high = data[i + (is_little ? 11 : 4)];
        if (high >= 0x40 && high < 0xc0)
            return true;
    }
    return false;
}

/* A modified pcap file of Linux in the 1990s; its record headers have 24 bytes. */
static bool is_modified_ethernet(const uint8_t *data, bool swapped)
{
    return file_u32(data, swapped) == PCAP_MAGIC_MODIFIED &&
           (file_u32(data + 20, swapped) & LIBPCAP_LINKTYPE) == LINKTYPE_ETHERNET;
}

/* False: libpcap reads such a file differently. */
static bool input_look(input *in, const uint8_t *data, size_t size)
{
    pkt_err err;
    if (pkt_format_detect(data, size, &in->format, &in->swapped, &err) != 0)
        return false;
    if (in->format == PKT_FORMAT_PCAPNG) {
        in->coarse_time = has_fine_time(data, size) || has_vast_offset(data, size);
        return true;
    }
    if (file_u32(data + 20, in->swapped) & RESERVED_BITS)
        return false;
    in->snaplen = file_u32(data + 16, in->swapped);
    if (in->snaplen > PKT_MAX_RECORD)
        in->snaplen = 0;
    if (in->snaplen && is_modified_ethernet(data, in->swapped))
        in->snaplen += 14;
    return file_u16(data + 4, in->swapped) == 2 && file_u16(data + 6, in->swapped) == 4;
}

static bool same_time(const input *in, int64_t ours, int64_t theirs)
{
    const int64_t wrap = INT64_C(1) << 32;
    if (in->format == PKT_FORMAT_PCAP)
        return ours == theirs || ours - theirs == wrap || ours - theirs == wrap * 1000;
    return ours == theirs || in->coarse_time || (ours == INT64_MAX && theirs == INT64_MIN);
}

static bool is_old_number(unsigned link_type)
{
    return link_type == 11 || link_type == 15 || link_type == 16 || link_type == 19;
}

/* `other`: libpcap has other bytes of the packet than the file. */
static bool is_compared(const pkt_batch *raw, size_t row, size_t column, bool other)
{
    switch (column) {
    case PKT_COL_ts_ns:
    case PKT_COL_cap_len: /* by the caller */
        return false;
    case PKT_COL_wire_len:
        return raw->link_type[row] != LINKTYPE_USB_LINUX_MMAPPED;
    case PKT_COL_link_type:
        return !is_old_number(raw->link_type[row]);
    case PKT_COL_verdict:
    case PKT_COL_present:
        return !other;
    default:
        return !other || pkt_column_at(column)->level == PKT_LEVEL_FRAMES;
    }
}

static void check_row(const input *in, const pkt_batch *raw, size_t i, const pkt_batch *pcap,
                      size_t k)
{
    const bool over = in->snaplen && raw->cap_len[i] > in->snaplen;
    must(same_time(in, raw->ts_ns[i], pcap->ts_ns[k]), "times are equal");
    must(pcap->cap_len[k] == (over ? in->snaplen : raw->cap_len[i]), "captured lengths are equal");
    const bool other = over || (in->swapped && raw->link_type[i] == LINKTYPE_NFLOG);
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        must(!is_compared(raw, i, c, other) || same_cell(raw, i, pcap, k, c),
             pkt_column_at(c)->name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {.format = PKT_FORMAT_PCAP};
    pkt_capture capture = PKT_INIT(pkt_capture);
    if (pkt_capture_open(memory_file(data, size), &capture, NULL) != 0 ||
        !input_look(&in, data, size))
        return 0;
    rowset raw = {0}, pcap = {0};
    pkt_err raw_err = rows_take(&pkt_backend_raw, &capture, &raw);
    pkt_err pcap_err = rows_take(&pkt_backend_libpcap, &capture, &pcap);
    for (uint64_t row = 0; row < raw.rows && row < pcap.rows; row++) {
        size_t i, k;
        const pkt_batch *a = rowset_at(&raw, row, &i), *b = rowset_at(&pcap, row, &k);
        check_row(&in, a, i, b, k);
    }
    /* Of two captures in one file, libpcap takes the header of the second for a packet. */
    const bool is_joined = strcmp(raw_err.msg, PKT_ANOTHER_FILE) == 0;
    if (pcap_err.code == PKT_ERR_NONE && raw_err.pos != 0 && !is_joined) {
        must(raw_err.code == PKT_ERR_NONE, "raw reads every file that libpcap reads completely");
        must(raw.rows == pcap.rows, "numbers of rows are equal");
    }
    rowset_free(&raw);
    rowset_free(&pcap);
    return 0;
}
