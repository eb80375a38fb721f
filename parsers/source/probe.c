#include "parsers/source/probe.h"

#include <fcntl.h>
#include <unistd.h>

#include "parsers/source/byte_order.h"
#include "parsers/util/error.h"

/* The byte-order magic of a pcapng section header stands behind its type and length. */
enum { ORDER_AT = 8, ORDER_END = ORDER_AT + 4 };

typedef struct magic {
    uint8_t bytes[6];
    size_t count;
    const char *words; /* what it is, and what to do */
} magic;

/* Formats that are not read, with what to do about them. */
static const magic known[] = {
    {{0x1f, 0x8b}, 2, "gzip-compressed: decompress it first (gunzip)"},
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, "zstd-compressed: decompress it first (unzstd)"},
    {{0xfd, '7', 'z', 'X', 'Z', 0}, 6, "xz-compressed: decompress it first (unxz)"},
    {{0x04, 0x22, 0x4d, 0x18}, 4, "lz4-compressed: decompress it first (unlz4)"},
    {{'B', 'Z', 'h'}, 3, "bzip2-compressed: decompress it first (bunzip2)"},
    {{0x5d, 0x00, 0x00}, 3, "lzma-compressed: decompress it first (unlzma)"},
    {{'s', 'n', 'o', 'o', 'p'}, 5, "snoop format: convert it with editcap"},
};

static bool is_pcap(uint32_t magic)
{
    return magic == PCAP_MAGIC_US || magic == PCAP_MAGIC_NS || magic == PCAP_MAGIC_MODIFIED;
}

static int other_format_check(const uint8_t *bytes, size_t size, pkt_err *err)
{
    if (size == 0)
        return pkt_fail(err, PKT_ERR_FORMAT, 0, "is empty: a capture has a file header");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (size >= known[i].count && memcmp(bytes, known[i].bytes, known[i].count) == 0)
            return pkt_fail(err, PKT_ERR_FORMAT, 0, "is %s", known[i].words);
    return 0;
}

static int pcapng_detect(const uint8_t *bytes, size_t size, bool *swapped, pkt_err *err)
{
    if (size < ORDER_END || !pcapng_order(bytes + ORDER_AT, swapped))
        return pkt_fail(err, PKT_ERR_FORMAT, ORDER_AT,
                        "starts like pcapng, but has no byte-order magic");
    return 0;
}

int pkt_format_detect(const uint8_t *bytes, size_t size, pkt_format *format, bool *swapped,
                      pkt_err *err)
{
    if (other_format_check(bytes, size, err) != 0)
        return -1;
    const uint32_t first = size >= sizeof first ? file_u32(bytes, false) : 0;
    *format = first == PCAPNG_SECTION ? PKT_FORMAT_PCAPNG : PKT_FORMAT_PCAP;
    if (*format == PKT_FORMAT_PCAPNG)
        return pcapng_detect(bytes, size, swapped, err);
    *swapped = !is_pcap(first);
    if (*swapped && !is_pcap(__builtin_bswap32(first)))
        return pkt_fail(err, PKT_ERR_FORMAT, 0,
                        "is not a capture: it starts with neither a pcap nor a pcapng magic");
    return 0;
}

int pkt_head_detect(const uint8_t *bytes, size_t size, pkt_format *format, bool *swapped,
                    pkt_err *err)
{
    if (pkt_format_detect(bytes, size, format, swapped, err) != 0)
        return -1;
    if (size < PKT_HEAD_BYTES)
        return pkt_fail(err, PKT_ERR_FORMAT, size, "ends inside its file header, after %zu bytes",
                        size);
    return 0;
}

int pkt_file_check(int fd, bool pipes, struct stat *st, pkt_err *err)
{
    if (fstat(fd, st) != 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s", strerror(errno));
    if (S_ISREG(st->st_mode) || (pipes && S_ISFIFO(st->st_mode)))
        return 0;
    if (S_ISDIR(st->st_mode))
        return pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE, "is a directory: name a capture file");
    return pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE,
                    "is not a regular file: save the capture to one first");
}

static int capture_read(int fd, const char *path, pkt_capture *capture, pkt_err *err)
{
    struct stat st;
    if (pkt_file_check(fd, false, &st, err) != 0)
        return -1;
    uint8_t head[PKT_HEAD_BYTES];
    ssize_t got = pread(fd, head, sizeof head, 0);
    if (got < 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s", strerror(errno));
    bool swapped;
    if (pkt_head_detect(head, (size_t)got, &capture->format, &swapped, err) != 0)
        return -1;
    capture->path = path;
    capture->size = (uint64_t)st.st_size;
    return 0;
}

int pkt_capture_open(const char *path, pkt_capture *capture, pkt_err *err)
{
    const size_t size = capture->struct_size;
    if (size <= offsetof(pkt_capture, size))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "the struct_size of the capture is not set");
    /* O_NONBLOCK: a named pipe without a writer must be refused, not waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return pkt_fail_open(err, PKT_ERR_IO, "", path);
    pkt_capture whole = PKT_INIT(pkt_capture);
    int result = capture_read(fd, path, &whole, err);
    close(fd);
    whole.struct_size = size;
    memcpy(capture, &whole, size < sizeof whole ? size : sizeof whole);
    return result;
}
