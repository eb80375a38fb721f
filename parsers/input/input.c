#include "parsers/input/input.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/input/decompress/decompress.h"
#include "parsers/source/limits.h"
#include "parsers/source/probe.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/error.h"

enum { CHUNK_BYTES = 256 << 10, SAVE_BYTES = PKT_OUTFILE_BYTES };

struct pkt_input {
    pkt_capture capture;
    pkt_decompress *decompress; /* NULL: a plain file */
    pkt_pump pump;              /* of its bytes, unless it is a plain file */
    pkt_err fault;              /* of the decompression; the thread's until the pump stops */
    size_t size;                /* of `bytes` */
    uint8_t bytes[CHUNK_BYTES];
};

const char *pkt_input_shown(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* Standard input, a file, or a pipe. A pipe is waited for until it has bytes, or has had a writer:
 * an open() that waits would wait for another one where /dev/stdin names a pipe that has been
 * written already. `pump`: see pkt_pump_wait(). -1 and *err. */
static int input_descriptor(const char *path, const pkt_pump *pump, pkt_err *err)
{
    struct stat st;
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                      : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return pkt_fail_open(err, PKT_ERR_IO, "", path);
    if (standard && isatty(fd)) {
        close(fd);
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "is a terminal: redirect a capture to it");
    }
    if (standard)
        return fd;
    if (pkt_file_check(fd, true, &st, err) == 0) {
        if (S_ISFIFO(st.st_mode))
            (void)pkt_pump_wait(pump, fd);
        if (S_ISFIFO(st.st_mode) || fcntl(fd, F_SETFL, 0) == 0)
            return fd;
    }
    close(fd);
    return -1;
}

static bool is_regular(const char *path)
{
    struct stat st;
    return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static pkt_decompress *decompress_path(const char *path, const pkt_pump *pump, pkt_err *err)
{
    int fd = input_descriptor(path, pump, err);
    return fd < 0 ? NULL : pkt_decompress_open(fd, pump, err);
}

bool pkt_input_is_file(const char *path)
{
    struct stat st;
    if (strcmp(path, "-") == 0 || (stat(path, &st) == 0 && S_ISFIFO(st.st_mode)))
        return false;
    pkt_decompress *decompress = decompress_path(path, NULL, NULL);
    bool packed = decompress && pkt_decompress_format(decompress);
    pkt_decompress_close(decompress);
    return !packed;
}

bool pkt_input_stays(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

/* Read the first bytes and detect the format. 0, or -1 and *err. */
static int head_read(pkt_input *input, pkt_err *err)
{
    bool swapped;
    ssize_t got = 1;
    while (got > 0 && input->size < PKT_HEAD_BYTES) {
        got = pkt_decompress_read(input->decompress, input->bytes + input->size,
                                  CHUNK_BYTES - input->size, err);
        input->size += got > 0 ? (size_t)got : 0;
    }
    if (got < 0)
        return -1;
    return pkt_head_detect(input->bytes, input->size, &input->capture.format, &swapped, err);
}

/* Write all bytes into the pipe, as long as it has a reader. */
static void stream_produce(void *self)
{
    pkt_input *input = self;
    ssize_t got = (ssize_t)input->size;
    while (got > 0 && pkt_pump_write(&input->pump, input->bytes, (size_t)got) == 0)
        got = pkt_decompress_read(input->decompress, input->bytes, CHUNK_BYTES, &input->fault);
}

static int stream_start(pkt_input *input, pkt_err *err)
{
    if (head_read(input, err) != 0 || pkt_pump_open(&input->pump, err) != 0 ||
        pkt_pump_start(&input->pump, stream_produce, input, err) != 0)
        return -1;
    input->capture.path = input->pump.path;
    return 0;
}

static int input_begin(pkt_input *input, const char *path, pkt_err *err)
{
    input->decompress = decompress_path(path, &input->pump, err);
    if (!input->decompress)
        return -1;
    if (!is_regular(path) || pkt_decompress_format(input->decompress))
        return stream_start(input, err);
    pkt_decompress_close(input->decompress);
    input->decompress = NULL;
    return pkt_capture_open(path, &input->capture, err);
}

pkt_input *pkt_input_open_for(const char *path, const pkt_pump *pump, pkt_err *err)
{
    pkt_input *input = malloc(sizeof *input);
    if (!input) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for an input");
        return NULL;
    }
    memset(input, 0, offsetof(pkt_input, bytes));
    input->capture.struct_size = sizeof input->capture;
    input->pump = pkt_pump_of(pump);
    if (input_begin(input, path, err) == 0)
        return input;
    pkt_input_close(input);
    return NULL;
}

pkt_input *pkt_input_open(const char *path, pkt_err *err)
{
    return pkt_input_open_for(path, NULL, err);
}

const pkt_capture *pkt_input_capture(const pkt_input *input)
{
    return &input->capture;
}

const char *pkt_input_compression(const pkt_input *input)
{
    return input->decompress ? pkt_decompress_format(input->decompress) : NULL;
}

int pkt_input_end(pkt_input *input, int bad, pkt_err *err)
{
    pkt_pump_stop(&input->pump);
    if (input->fault.code == PKT_ERR_NONE || (bad && err->code != PKT_ERR_TRUNCATED))
        return bad;
    *err = input->fault;
    return -1;
}

void pkt_input_close(pkt_input *input)
{
    if (!input)
        return;
    pkt_pump_stop(&input->pump);
    pkt_decompress_close(input->decompress);
    free(input);
}

static int is_too_much(const pkt_decompress *decompress, uint64_t written, pkt_err *err)
{
    const uint64_t taken = pkt_decompress_taken(decompress);
    if (!pkt_decompress_format(decompress) || written <= PKT_FREE_DECOMPRESS_BYTES ||
        written / PKT_MAX_DECOMPRESS_RATIO <= taken)
        return 0;
    return pkt_fail(
        err, PKT_ERR_LIMIT, taken,
        "%s: decompresses to more than %u times its size: decompress it yourself if that is "
        "right",
        pkt_decompress_format(decompress), PKT_MAX_DECOMPRESS_RATIO);
}

/* Write whole chunks, even if the input comes in smaller pieces: how a file is written changes what
 * it costs to read (PKT_OUTFILE_BYTES). */
static int all_copy(pkt_decompress *decompress, int to, uint8_t *bytes, pkt_err *err)
{
    uint64_t written = 0;
    size_t have = 0;
    ssize_t got;
    do {
        got = pkt_decompress_read(decompress, bytes + have, SAVE_BYTES - have, err);
        have += got > 0 ? (size_t)got : 0;
        if (got > 0 && have < SAVE_BYTES)
            continue;
        if (pkt_write_all(to, bytes, have) != 0)
            return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot copy it: %s",
                            strerror(errno));
        written += have;
        have = 0;
        if (got > 0 && is_too_much(decompress, written, err))
            return -1;
    } while (got > 0);
    return (int)got;
}

int pkt_input_save(const char *path, const char *to, pkt_err *err)
{
    pkt_decompress *decompress = decompress_path(path, NULL, err);
    if (!decompress)
        return -1;
    uint8_t *bytes = malloc(SAVE_BYTES);
    int fd = bytes ? open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    int bad;
    if (fd < 0) {
        bad = bytes ? pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot copy it to %s: %s", to,
                               strerror(errno))
                    : pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory to copy it");
    } else {
        bad = all_copy(decompress, fd, bytes, err);
        close(fd);
        if (bad && err && err->code != PKT_ERR_TRUNCATED)
            unlink(to);
    }
    free(bytes);
    pkt_decompress_close(decompress);
    return bad;
}
