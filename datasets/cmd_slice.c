/* `pktbench slice`: whole packets of a capture, up to a size. */
#include <string.h>

#include "bench/command.h"
#include "bench/say.h"
#include "datasets/generate.h"
#include "datasets/slicer.h"
#include "sink/outfile.h"

static bool where_get(const arguments *arguments, slice_where *where)
{
    const char *at = option_value(arguments, "at");
    *where = SLICE_START;
    if (!at || strcmp(at, "start") == 0)
        return true;
    *where = strcmp(at, "middle") == 0 ? SLICE_MIDDLE : SLICE_END;
    if (*where == SLICE_MIDDLE || strcmp(at, "end") == 0)
        return true;
    say_error("--at %s: must be start, middle or end", at);
    return false;
}

static int slice_run(const arguments *arguments)
{
    const char *path = option_value(arguments, "o"), *capture = arguments->operands[0];
    bool pieces = option_given(arguments, "tcpdump-C");
    slice_where where;
    uint64_t size, count;
    if (!path) {
        say_error("slice: -o FILE says where to write; - is standard output");
        return EXIT_TROUBLE;
    }
    if (pkt_same_file(path, capture)) {
        say_error("%s: is the capture itself: -o must name another file", path);
        return EXIT_TROUBLE;
    }
    if (!where_get(arguments, &where) ||
        !option_number(arguments, "size", 100, UINT64_C(1000000000000), SLICE_BYTES, &size))
        return EXIT_TROUBLE;
    if (pieces && (option_given(arguments, "at") || strcmp(path, "-") == 0)) {
        say_error("slice: --tcpdump-C writes all pieces, to files: it goes with neither --at nor "
                  "-o -");
        return EXIT_TROUBLE;
    }
    pkt_err err = {.pos = PKT_POS_NONE};
    int bad = pieces ? slice_pieces(capture, path, size, &count, &err)
                     : slice_capture(capture, path, size, where, &err);
    if (bad) {
        say_failure(err.code == PKT_ERR_WRITE ? path : capture, &err);
        return EXIT_TROUBLE;
    }
    return EXIT_DONE;
}

static const option_spec options[] = {
    {"o", "FILE", "Write the slice here; - is standard output."},
    {"size", "BYTES", "At most this many, file header included; default 10000000."},
    {"at", "PLACE", "start, middle or end of the capture; default start."},
    {"tcpdump-C", NULL,
     "Cut the whole capture into FILE, FILE1, FILE2, ... as `tcpdump -C` does: the size is checked "
     "before a packet is written, so that a piece may pass it."},
    {NULL, NULL, NULL},
};

const command slice_command = {
    .name = "slice",
    .operands = "CAPTURE",
    .summary = "cut whole packets out of a capture, up to a size",
    .details = "The last packet that fits is the last one in. The capture's own format stays.",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = slice_run,
};
