/* `pktbench slice`: whole packets of a capture, up to a size. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/input/scratch.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/shared_options.h"
#include "datasets/generate.h"
#include "datasets/slicer.h"
#include "parsers/input/input.h"

static bool where_get(const arguments *arguments, slice_where *where)
{
    const char *at = option_value(arguments, "at");
    size_t index = 0;
    if (at && !word_find("value of --at", at, "start|middle|end", &index))
        return false;
    *where = (slice_where)index;
    return true;
}

enum { PLAIN_PATH_BYTES = 4096 };

/* The capture's own path; or that of a file without a name, open until the process ends, into which
 * it was decompressed. What is cut is taken up to there. */
static int plain_take(const char *capture, char plain[PLAIN_PATH_BYTES], pkt_err *err)
{
    if (pkt_input_is_file(capture)) {
        (void)snprintf(plain, PLAIN_PATH_BYTES, "%s", capture);
        return 0;
    }
    (void)snprintf(plain, PLAIN_PATH_BYTES, "%s/pktbench.XXXXXX", scratch_parent());
    int fd = mkstemp(plain);
    if (fd < 0) {
        pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot copy it: %s", strerror(errno));
        return scratch_failed(err);
    }
    (void)unlink(plain);
    (void)snprintf(plain, PLAIN_PATH_BYTES, "/proc/self/fd/%d", fd);
    const int bad = pkt_input_save(capture, plain, err);
    if (!bad || err->code == PKT_ERR_TRUNCATED)
        return 0;
    return scratch_failed(err);
}

/* Would a piece replace the capture? Pieces are only counted if one may have its name. An error is
 * that of the pieces, too. */
static bool piece_is_capture(const char *plain, const char *path, uint64_t size,
                             const char *capture)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const size_t length = strlen(base);
    char *folder = slash ? strndup(path, (size_t)(slash + 1 - path)) : strdup(".");
    DIR *files = folder ? opendir(folder) : NULL;
    struct dirent *file;
    bool replaced = false;
    while (files && !replaced && (file = readdir(files)) != NULL) {
        char name[PLAIN_PATH_BYTES], *end;
        uint64_t count = 0;
        pkt_err err;
        if (strncmp(file->d_name, base, length) != 0 || file->d_name[length] < '1' ||
            file->d_name[length] > '9')
            continue;
        const uint64_t number = strtoull(file->d_name + length, &end, 10);
        (void)snprintf(name, sizeof name, "%s%s", path, file->d_name + length);
        if (*end || !output_is(name, capture))
            continue;
        (void)slice_count(plain, size, &count, &err); /* up to an error, too */
        replaced = number < count;
        if (replaced)
            message_error("%s: is the capture itself, and would be a piece: -o must name another "
                          "file",
                          name);
    }
    if (files)
        (void)closedir(files);
    free(folder);
    return replaced;
}

static int slice_run(const arguments *arguments)
{
    const char *path = option_value(arguments, "o"), *capture = arguments->operands[0];
    bool pieces = option_given(arguments, "tcpdump-C");
    slice_where where;
    uint64_t size, count;
    if (!path) {
        message_error("slice: -o FILE says where to write; - is standard output");
        return EXIT_ERROR;
    }
    if (output_is_packed("-o", path) || terminal_refused(path, "a capture"))
        return EXIT_ERROR;
    if (output_is(path, capture)) {
        message_error("%s: is the capture itself: -o must name another file", path);
        return EXIT_ERROR;
    }
    if (!where_get(arguments, &where) ||
        !option_bytes(arguments, "size", 100, UINT64_C(1000000000000), SLICE_BYTES, &size))
        return EXIT_ERROR;
    if (pieces && (option_given(arguments, "at") || output_is_stream(path))) {
        message_error(
            "slice: --tcpdump-C writes all pieces, to files: it goes with neither --at nor "
            "standard output");
        return EXIT_ERROR;
    }
    pkt_err err = {.pos = PKT_POS_NONE};
    char plain[PLAIN_PATH_BYTES];
    if (plain_take(capture, plain, &err) != 0) {
        message_failure(pkt_input_shown(capture), &err);
        return EXIT_ERROR;
    }
    if (pieces && piece_is_capture(plain, path, size, capture))
        return EXIT_ERROR;
    const int bad = pieces ? slice_pieces(plain, path, size, &count, &err)
                           : slice_capture(plain, path, size, where, 0, &err);
    if (bad) {
        message_failure(err.code == PKT_ERR_WRITE ? path : pkt_input_shown(capture), &err);
        return EXIT_ERROR;
    }
    if (err.code == PKT_ERR_TRUNCATED)
        message_truncated(pkt_input_shown(capture), &err, "taken up to there");
    return EXIT_DONE;
}

static const option_spec options[] = {
    {"o", "FILE", "Output file (required); - is standard output."},
    {"size", "SIZE", "Maximum size, file header included, such as 500kB. Default 10MB."},
    {"at", "start|middle|end", "Part of the capture to copy. Default start."},
    {"tcpdump-C", NULL,
     "Split the whole capture into FILE, FILE1, FILE2, ... as `tcpdump -C` does: the size is "
     "checked before a packet is written, so a file may exceed it."},
    {NULL, NULL, NULL},
};

const command slice_command = {
    .name = "slice",
    .operands = "CAPTURE",
    .summary = "copy whole packets out of a capture, up to a size",
    .details =
        "The slice ends with the last packet that fits. It has the format of the capture. A "
        "compressed capture, or - for standard input, is first decompressed into a temporary file.",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = slice_run,
};
