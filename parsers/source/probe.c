#include "parsers/source/probe.h"

#include <fcntl.h>
#include <unistd.h>

#include "parsers/source/byte_order.h"
#include "parsers/util/error.h"

/* The byte-order magic of a pcapng section header stands behind its type and length. */
enum { ORDER_AT = 8, ORDER_END = ORDER_AT + 4 };

typedef struct magic {
    const char *bytes;
    size_t count, at;  /* bytes, and their offset in the file */
    const char *words; /* what it is, and what to do */
} magic;

/* Formats that are not read, with what to do about them. */
static const magic known[] = {
    {"\x1f\x8b", 2, 0, "gzip-compressed: decompress it first (gunzip)"},
    {"\x28\xb5\x2f\xfd", 4, 0, "zstd-compressed: decompress it first (unzstd)"},
    {"\xfd"
     "7zXZ\0",
     6, 0, "xz-compressed: decompress it first (unxz)"},
    {"\x04\x22\x4d\x18", 4, 0, "lz4-compressed: decompress it first (unlz4)"},
    {"BZh", 3, 0, "bzip2-compressed: decompress it first (bunzip2)"},
    {"\x5d\0\0", 3, 0, "lzma-compressed: decompress it first (unlzma)"},
    {"PK\3\4", 4, 0, "a zip archive: unpack it first (unzip)"},
    {"PK\5\6", 4, 0, "an empty zip archive"},
    {"7z\xbc\xaf\x27\x1c", 6, 0, "a 7-Zip archive: unpack it first (7z x)"},
    {"Rar!\x1a\7", 6, 0, "a RAR archive: unpack it first (unrar x)"},
    {"ustar", 5, 257, "a tar archive: unpack it first (tar xf)"},
    {"snoop", 5, 0, "snoop format: convert it with editcap"},
    {"GMBU", 4, 0, "Microsoft Network Monitor format: convert it with editcap"},
    {"RTSS", 4, 0, "Microsoft Network Monitor format: convert it with editcap"},
    {"version https://git-lfs", 23, 0,
     "a Git LFS pointer, not the capture: get it with git lfs pull"},
};

static int other_format_check(const uint8_t *bytes, size_t size, pkt_err *err)
{
    if (size == 0)
        return pkt_fail(err, PKT_ERR_FORMAT, 0, "is empty: a capture has a file header");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (size >= known[i].at + known[i].count &&
            memcmp(bytes + known[i].at, known[i].bytes, known[i].count) == 0)
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
    const bool whole = size >= sizeof(uint32_t);
    if (whole && file_u32(bytes, false) == PCAPNG_SECTION) {
        *format = PKT_FORMAT_PCAPNG;
        return pcapng_detect(bytes, size, swapped, err);
    }
    *format = PKT_FORMAT_PCAP;
    if (whole && pcap_order(bytes, swapped))
        return 0;
    if (other_format_check(bytes, size, err) != 0)
        return -1;
    return pkt_fail(err, PKT_ERR_FORMAT, 0,
                    "is not a capture: it starts with neither a pcap nor a pcapng magic");
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
    uint8_t head[PKT_PROBE_BYTES];
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
