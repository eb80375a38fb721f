/* `pktbench extract`: captures through a backend into rows. */
#include <signal.h>
#include <stdlib.h>

#include "cli/extract/extract.h"
#include "cli/message.h"
#include "cli/shared_options.h"

static int extract_loaded(extraction *x)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (x->backend->load && x->backend->load(&x->context, &err) != 0) {
        message_error("backend %s: %s", x->backend->name, err.msg);
        return EXIT_ERROR;
    }
    int status = is_live(x) ? live_run(x) : output_run(x);
    if (x->features)
        features_report(x->features);
    if (x->backend->unload)
        x->backend->unload(x->context);
    return status;
}

static int extract_run(const arguments *arguments)
{
    extraction x = {.backend = NULL};
    if (!request_read(&x, arguments))
        return EXIT_ERROR;
    (void)signal(SIGPIPE, SIG_IGN); /* writing says it */
    pkt_err err = {.pos = PKT_POS_NONE};
    x.batch = pkt_batch_new(&err);
    if (!x.batch) {
        message_error("%s", err.msg);
        return EXIT_ERROR;
    }
    int status = EXIT_ERROR;
    if (x.request.set)
        x.features = pkt_features_open(&x.request, &err);
    if (x.request.set && !x.features)
        message_error("--features %s: %s: --max-flows takes less", x.request.set->name, err.msg);
    else
        status = extract_loaded(&x);
    pkt_features_close(x.features);
    pkt_batch_free(x.batch);
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
    {"features", "SET",
     "Rows of features for a model, one a window of packets, in place of one a packet: ciciot46, "
     "ciciot39 or ciciot-fixed; `pktbench list features` explains them."},
    {"window", "N|TIME",
     "Features: packets of a window, or its duration, such as 1s or 500ms; default 10 packets. "
     "With "
     "-i, one of a duration ends by the clock where no packet comes."},
    {"by", "WHAT",
     "Features: windows of all packets, of each pair of hosts, or of each flow: all, pair or flow; "
     "default all. Of pairs and flows, --max-flows are remembered, default 262144."},
    {"reset-every", "SIZE",
     "Features: all state starts anew after a piece of the capture of this size, such as 10MB "
     "(1,000,000 bytes each), as when tcpdump -C cuts it; none: never. Default 10MB for ciciot46 "
     "and ciciot39, none for ciciot-fixed."},
    {"label", "TEXT",
     "One more column, label, with this text; from-folder: the name of the folder that holds the "
     "capture."},
    {"format", "FORMAT",
     "csv, arrow (an IPC stream), parquet, or none: parse and throw the rows away; default csv."},
    {"o", "FILE", "Write here; default -, standard output."},
    {"f", "FILTER",
     "Only packets that this expression takes, as tcpdump has it; packets keep their numbers."},
    {"i", "INTERFACE",
     "Capture from this network interface, with raw or libpcap (there also any, all of them), in "
     "place of a CAPTURE. -f is then applied by the kernel."},
    {"follow", NULL, "The CAPTURE is still being written: go on as it grows; raw only."},
    {"c", "N", "With -i or --follow: end after N packets."},
    {"count", "N", "The same."},
    {"duration", "TIME", "With -i or --follow: end after this time: 10s, 5m."},
    {"flush-every", "TIME",
     "With -i or --follow: hand on the rows there are this often, however few: 100ms; default 1s."},
    {"rotate-size", "SIZE",
     "With -i or --follow: begin another file once the output has this size: 100MB. Its name is "
     "that of -o with the time and a number: rows-20261231T235959Z-000001.csv."},
    {"rotate-every", "TIME", "The same after this time: 60s. Both may be given."},
    {"snaplen", "BYTES", "With -i: keep so much of a packet; default 65535."},
    {"buffer", "SIZE", "With -i: memory of the kernel for packets; default 32MB."},
    {"immediate", NULL,
     "With -i: take every packet at once, not up to 10 ms later; with libpcap the buffer then "
     "holds fewer packets."},
    {"join", NULL,
     "The captures are rotation of one: packet numbers and stream numbers go on from one to the "
     "next."},
    {"threads", "N", "Write with N threads, in the same order; default 1."},
    {"strict", NULL, "Exit with status 2 if the capture is cut in the middle of a packet."},
    {NULL, NULL, NULL},
};

const command extract_command = {
    .name = "extract",
    .operands = "CAPTURE...|-i INTERFACE",
    .summary = "write one row a packet",
    .details = "CAPTURE is a pcap or pcapng file, also compressed with gzip, zstd or xz, or -, "
               "standard input.\n\n"
               "Every column of the level, with a header line of column names (`pktbench list "
               "columns` explains them). Addresses are text; a cell is empty where the column "
               "does not apply to the packet. Rows of several captures follow one another.\n\n"
               "Rows of features: ciciot46 and ciciot39 are reconstructions of the published ones, "
               "with their defects; ciciot-fixed is what they were meant to be.\n\n"
               "Rows before a fault in the capture are written: a capture that ends inside a "
               "packet gives a warning, one that contradicts itself exit status 2.\n\n"
               "With -i, SIGINT (Ctrl-C) and SIGTERM end the capture; what the kernel has received "
               "until then is still written. It needs the right to capture: root's, or the "
               "program's own (setcap cap_net_raw+ep). Packets that the kernel dropped are counted "
               "and said.",
    .options = options,
    .operands_min = 0,
    .operands_max = SIZE_MAX,
    .run = extract_run,
};
