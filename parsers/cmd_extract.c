/* `pktbench extract`: captures through a backend into rows. */
#include <signal.h>
#include <stdlib.h>

#include "bench/command.h"
#include "bench/say.h"
#include "extract/extract.h"

static int extract_loaded(extraction *x)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (x->backend->load && x->backend->load(&x->context, &err) != 0) {
        say_error("backend %s: %s", x->backend->name, err.msg);
        return EXIT_TROUBLE;
    }
    int status = output_run(x);
    if (x->backend->unload)
        x->backend->unload(x->context);
    return status;
}

static int extract_run(const arguments *arguments)
{
    extraction x = {.backend = NULL};
    if (!request_read(&x, arguments))
        return EXIT_TROUBLE;
    (void)signal(SIGPIPE, SIG_IGN); /* writing says it */
    x.batch = malloc(sizeof *x.batch);
    if (!x.batch) {
        say_error("no memory for a batch");
        return EXIT_TROUBLE;
    }
    int status = extract_loaded(&x);
    free(x.batch);
    return status;
}

static const option_spec options[] = {
    {"backend", "NAME", "Parse with this backend; default raw."},
    {"plugin", "FILE", "Parse with the backend in this shared object."},
    {"level", "LEVEL", "Rows of this level: frames, headers, flows or dissect; default headers."},
    FLOW_OPTIONS,
    {"columns", "A,B,...",
     "These columns, in this order; packet (its number in the capture) and file (the capture's "
     "name) too. Default: all of the level."},
    {"label", "TEXT",
     "One more column, label, with this text; from-folder: the name of the folder that holds the "
     "capture."},
    {"format", "FORMAT",
     "csv, arrow (an IPC stream), parquet, or none: parse and throw the rows away; default csv."},
    {"o", "FILE", "Write here; default -, standard output."},
    {"f", "FILTER",
     "Only packets that this expression takes, as tcpdump has it; packets keep their numbers."},
    {"join", NULL,
     "The captures are pieces of one: packet numbers and stream numbers go on from one to the "
     "next."},
    {"threads", "N", "Write with N threads, in the same order; default 1."},
    {"strict", NULL, "Exit with status 2 if the capture is cut in the middle of a packet."},
    {NULL, NULL, NULL},
};

const command extract_command = {
    .name = "extract",
    .operands = "CAPTURE...",
    .summary = "write one row a packet",
    .details = "CAPTURE is a pcap or pcapng file, also compressed with gzip, zstd or xz, or -, "
               "standard input.\n\n"
               "Every column of the level, with a header line of column names (`pktbench list "
               "columns` explains them). Addresses are text; a cell is empty where the column "
               "does not apply to the packet. Rows of several captures follow one another.\n\n"
               "Rows before a fault in the capture are written: a capture that ends inside a "
               "packet gives a warning, one that contradicts itself exit status 2.",
    .options = options,
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .run = extract_run,
};
