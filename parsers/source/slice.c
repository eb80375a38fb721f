/* Is this file a capture? Told by its first bytes, never by its name. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/source_private.h"

typedef struct magic {
    uint8_t bytes[6];
    size_t count;
    const char *words; /* what it is, and what to do */
} magic;

/* Formats that are not handled, but known well enough to say what to do. */
static const magic known[] = {
    {{0x1f, 0x8b}, 2, "gzip-compressed: unpack it first (gunzip)"},
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, "zstd-compressed: unpack it first (unzstd)"},
    {{0xfd, '7', 'z', 'X', 'Z', 0}, 6, "xz-compressed: unpack it first (unxz)"},
    {{0xa1, 0xb2, 0xcd, 0x34}, 4, "modified pcap of old Linux tools: convert it with editcap"},
    {{0x34, 0xcd, 0xb2, 0xa1}, 4, "modified pcap of old Linux tools: convert it with editcap"},
    {{'s', 'n', 'o', 'o', 'p'}, 5, "snoop format: convert it with editcap"},
};

int pkt_format_tell(const uint8_t *bytes, size_t size, pkt_format *format, int *swapped,
                    pkt_err *err)
{
    if (size == 0)
        return pkt_fail(err, PKT_ERR_FORMAT, 0, "is empty: a capture has a file header");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (size >= known[i].count && memcmp(bytes, known[i].bytes, known[i].count) == 0)
            return pkt_fail(err, PKT_ERR_FORMAT, 0, "is %s", known[i].words);
    uint32_t first = size >= 4 ? file_u32(bytes, 0) : 0;
    uint32_t order = size >= PKT_MAGIC_BYTES ? file_u32(bytes + 8, 0) : 0;
    *swapped = 0;
    if (first == 0x0a0d0d0a) { /* pcapng section header: the byte-order magic stands at 8 */
        *format = PKT_FORMAT_PCAPNG;
        *swapped = order == 0x4d3c2b1a;
        if (size < PKT_MAGIC_BYTES || (order != 0x1a2b3c4d && !*swapped))
            return pkt_fail(err, PKT_ERR_FORMAT, 8,
                            "starts like pcapng, but has no byte-order "
                            "magic");
        return 0;
    }
    *format = PKT_FORMAT_PCAP;
    if (first == 0xd4c3b2a1 || first == 0x4d3cb2a1)
        *swapped = 1;
    else if (first != 0xa1b2c3d4 && first != 0xa1b23c4d)
        return pkt_fail(err, PKT_ERR_FORMAT, 0,
                        "is not a capture: it starts with neither a pcap nor a pcapng magic");
    return 0;
}

static int slice_read(int fd, const char *path, pkt_slice *slice, pkt_err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s", strerror(errno));
    if (S_ISDIR(st.st_mode))
        return pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE, "is a directory: name a capture file");
    if (!S_ISREG(st.st_mode))
        return pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE,
                        "is not a regular file: save the capture to one first");
    uint8_t head[PCAP_FILE_HEADER];
    ssize_t got = pread(fd, head, sizeof head, 0);
    if (got < 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s", strerror(errno));
    int swapped;
    if (pkt_format_tell(head, (size_t)got, &slice->format, &swapped, err) != 0)
        return -1;
    if (got < PCAP_FILE_HEADER)
        return pkt_fail(err, PKT_ERR_FORMAT, (uint64_t)got,
                        "ends inside its file header, after %zd bytes", got);
    slice->path = path;
    slice->size = (uint64_t)st.st_size;
    return 0;
}

int pkt_slice_open(const char *path, pkt_slice *slice, pkt_err *err)
{
    /* O_NONBLOCK: a named pipe without a writer must be refused, not waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s",
                        strcmp(path, "-") == 0 ? "standard input is not read: save the capture to "
                                                 "a file first"
                                               : strerror(errno));
    *slice = (pkt_slice){0};
    int result = slice_read(fd, path, slice, err);
    close(fd);
    return result;
}
