/* Bytes as compressed input: the output does not depend on the size of each read, and a file
 * written from it has the same bytes. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "parsers/input/decompress/decompress.h"
#include "parsers/input/input.h"
#include "tests/fuzz/fuzz.h"

/* Limit of the output: a few bytes may decompress to gigabytes. */
enum { OUTPUT_BYTES = 1 << 16 };

typedef struct output {
    uint8_t *bytes;
    size_t size;
    pkt_err err;
} output;

/* Decompress, `step` bytes at a time, up to the end or the limit. */
static void decompress(const char *path, size_t step, output *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    must(fd >= 0, "the input can be opened");
    out->size = 0;
    out->err = (pkt_err){.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    pkt_decompress *u = pkt_decompress_open(fd, NULL, &out->err);
    ssize_t got = u ? 1 : -1;
    while (got > 0 && out->size < OUTPUT_BYTES) {
        const size_t left = OUTPUT_BYTES - out->size, size = step < left ? step : left;
        got = pkt_decompress_read(u, out->bytes + out->size, size, &out->err);
        must(got <= (ssize_t)size, "no more bytes than requested");
        out->size += got > 0 ? (size_t)got : 0;
    }
    must((got < 0) == (out->err.code != PKT_ERR_NONE), "an error has a code");
    pkt_decompress_close(u);
}

/* The file of pkt_input_save() starts with the decompressed bytes. */
static void save(const char *path, const output *expected)
{
    pkt_err err = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    char to[32];
    uint8_t *bytes = malloc(OUTPUT_BYTES);
    int fd = memfd_create("saved", MFD_CLOEXEC);
    must(fd >= 0 && bytes, "memory is available for the output");
    (void)snprintf(to, sizeof to, "/proc/self/fd/%d", fd);
    int bad = pkt_input_save(path, to, &err);
    must(bad == 0 || err.msg[0], "an error has a message");
    if (bad == 0 || err.code == PKT_ERR_TRUNCATED) {
        ssize_t got = pread(fd, bytes, OUTPUT_BYTES, 0);
        must(got == (ssize_t)expected->size && memcmp(bytes, expected->bytes, (size_t)got) == 0,
             "the file contains the decompressed bytes");
    }
    close(fd);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = memory_file(data, size);
    output one = {.bytes = malloc(OUTPUT_BYTES)}, other = {.bytes = malloc(OUTPUT_BYTES)};
    must(one.bytes && other.bytes, "memory is available for the output");
    decompress(path, OUTPUT_BYTES, &one);
    decompress(path, 61, &other);
    if (one.size < OUTPUT_BYTES && other.size < OUTPUT_BYTES) {
        must(one.err.code == other.err.code, "every way of reading has the same end");
        must(one.err.code != PKT_ERR_NONE || one.size == other.size,
             "every way of reading has the same length");
    }
    const size_t both = one.size < other.size ? one.size : other.size;
    must(memcmp(one.bytes, other.bytes, both) == 0, "every way of reading has the same bytes");
    if (one.size < OUTPUT_BYTES)
        save(path, &one);
    free(one.bytes);
    free(other.bytes);
    return 0;
}
