/* `pktbench extract`: writes rows of packets or of features. */
#include <signal.h>
#include <stdlib.h>

#include "cli/extract/extract.h"
#include "cli/message.h"
#include "cli/shared_options.h"

static int extract_loaded(extraction *x)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (x->request.backend->load && x->request.backend->load(&x->context, &err) != 0) {
        message_error("backend %s: %s", x->request.backend->name, err.msg);
        return EXIT_ERROR;
    }
    int status = is_live(x) ? live_run(x) : output_run(x);
    if (x->features)
        pkt_warn_features(&printed_warnings, x->features);
    if (x->request.backend->unload)
        x->request.backend->unload(x->context);
    return status;
}

static int extract_requested(extraction *x)
{
    (void)signal(SIGPIPE, SIG_IGN); /* write() returns EPIPE */
    pkt_err err = {.pos = PKT_POS_NONE};
    x->batch = pkt_batch_new(&err);
    if (!x->batch) {
        message_error("%s", err.msg);
        return EXIT_ERROR;
    }
    int status = EXIT_ERROR;
    if (x->request.features.set)
        x->features = pkt_features_open(&x->request.features, &err);
    if (x->request.features.set && !x->features)
        message_error("--features %s: %s; a smaller --max-flows needs less memory",
                      x->request.features.set->name, err.msg);
    else
        status = extract_loaded(x);
    pkt_features_close(x->features);
    pkt_batch_free(x->batch);
    return status;
}

static int extract_run(const arguments *arguments)
{
    failures bad = {.count = 0};
    extraction x = {.bad = &bad};
    const int status = request_read(&x, arguments) ? extract_requested(&x) : EXIT_ERROR;
    pkt_paths_close(&x.paths);
    return status;
}

static const option_spec options[] = {
    {"backend", "BACKEND", "Backend to use, but none of the external programs. Default raw."},
    {"plugin", "FILE", "Use the backend in this shared object."},
    {"input", "read|mapped",
     "How backend raw reads a plain file: with read(), or by a mapping of it, which is backend "
     "raw-mapped. A file that is changed, or becomes shorter, while it is read by a mapping is an "
     "error. Pipes, compressed captures and files on network file systems are read with read(). "
     "Default read."},
    {"level", "LEVEL",
     "Level of the rows: frames, headers, flows, app, inner or dissect. Default headers."},
    {"inner", NULL,
     "Add the columns in_ to those of the level: the innermost IP header that tunnels carry. With "
     "--features: compute them over the inner headers, where there are any."},
    FLOW_OPTIONS,
    {"columns", "COLUMN,...",
     "Columns to write, in this order, the same in every format. ts (the time in microseconds, as "
     "the format's type for points in time; CSV: ISO 8601), packet (number of the packet in the "
     "capture), file (name of the capture) and label can be named too, and columns by Wireshark's "
     "names, "
     "such as ip.src. With raw and libpcap, columns of every level. Default: all columns of the "
     "level."},
    {"features", "ciciot46|ciciot39|ciciot-fixed|records",
     "Write one row of features for each window of packets; records: one row for each flow record, "
     "as flow exporters do. See `pktbench list features`."},
    {"window", "N|TIME",
     "With --features: length of a window, in packets or in time, such as 500ms, 1s or 1h. With "
     "-i, a "
     "window of time also ends by the clock when no packet arrives. Default 10 packets."},
    {"by", "all|pair|flow",
     "With --features: windows over all packets, of each pair of hosts, or of each flow. "
     "--max-flows limits the pairs and flows in memory, here by default to 262144. Default all."},
    {"idle", "SECONDS|none",
     "With --features records: a record ends when no packet has come for this time; also with a "
     "unit, such as 500ms, 2m or 1h. With -i, by the clock when no packet arrives. Default 120."},
    {"active", "SECONDS|none",
     "With --features records: a packet that comes this time or more after the first one of its "
     "record begins the next record. Default 1800."},
    {"reset-every", "SIZE|none",
     "With --features: reset all state after this much of the capture (10MB is 10,000,000 bytes), "
     "as if `tcpdump -C` had started a new file. Default 10MB for ciciot46 and ciciot39, none for "
     "ciciot-fixed and records."},
    {"label", "TEXT",
     "Add a column `label` with this text. from-folder: the name of the folder that holds the "
     "capture."},
    {"labels", "FILE",
     "Add a column `label` with the label of each packet: FILE is the truth of `pktbench mix`, or "
     "any CSV with the columns packet (number in the capture) and label, in the order of the "
     "packets. Of several captures, with --join. With --features: the label of most packets of "
     "the window (of equally many, the one that came first), and a column label_share, the share "
     "of these packets."},
    {"label-by", "packet|stream",
     "With --labels: each packet has its own label, or that of most packets of its TCP or UDP "
     "stream. stream reads the capture twice, and says how many streams have several labels. "
     "Default packet."},
    {"format", "csv|arrow|parquet|none",
     "Output format. arrow: an IPC stream; none: parse and write nothing. Default: by the ending "
     "of -o (.csv, .arrow, .arrows, .parquet), else csv."},
    {"escape-formulas", NULL,
     "With CSV: put an apostrophe before a text cell (file, label, columns of text) that a "
     "spreadsheet would take for a formula, because it begins with =, +, -, @, a tab or a carriage "
     "return."},
    {"o", "FILE|DIR/",
     "Output file. Default - (standard output). A folder, or a name that ends with a slash: one "
     "file for each capture, with the capture's name and that of the format behind it."},
    {"f", "FILTER",
     "Write only packets that match this pcap-filter(7) expression. They keep their packet "
     "numbers."},
    {"i", "INTERFACE",
     "Capture from this network interface, with raw or libpcap; any: all interfaces (libpcap "
     "only). The kernel applies -f."},
    {"follow", NULL, "Read a CAPTURE that is still being written, as it grows. Backend raw only."},
    {"Z", "USER",
     "With -i, as root: run as this user after the interface is open. The user must be able to "
     "write the output."},
    {"c", "N",
     "Stop after N packets: of each capture, with --join of all together, with -f of those that "
     "match."},
    {"count", "N", "Same as -c."},
    {"duration", "TIME", "With -i or --follow: stop after this time, such as 10s, 5m or 1h."},
    {"flush-every", "TIME",
     "With -i or --follow: write the rows at hand at least this often. Default 1s."},
    {"rotate-size", "SIZE",
     "With -i or --follow: start a new file when the output has this size, such as 100MB. The time "
     "and a number are added to the name given with -o: rows-20261231T235959Z-000001.csv."},
    {"rotate-every", "TIME",
     "With -i or --follow: start a new file after this time, such as 60s or 1h. Can be combined "
     "with "
     "--rotate-size."},
    {"snaplen", "BYTES", "With -i: bytes to capture of each packet. Default 65535."},
    {"buffer", "SIZE", "With -i: size of the kernel's packet buffer. Default 32MB."},
    {"immediate", NULL,
     "With -i: deliver every packet at once, not up to 10 ms later. With libpcap, the buffer then "
     "holds fewer packets."},
    {"join", NULL,
     "The captures are consecutive files of one capture: packet numbers and stream numbers "
     "continue from file to file."},
    FOLDER_OPTION,
    {"partition", PARTITION_WORDS ",...",
     "Write the rows as a dataset into the folder of -o: files in folders KEY=VALUE/, as Hive, "
     "Spark, DuckDB, polars and pandas read them. file: the capture; label: that of --label; date "
     "and hour: of the row's time, UTC; hour alone stands for date,hour."},
    {"resume", NULL,
     "With --partition: go on with a dataset. Captures that are finished and unchanged are "
     "skipped, others are read again; the other options must be the same."},
    {"jobs", "N", "With --partition: read N captures at a time, each in a process. Default 1."},
    {"keep-going", NULL,
     "After a capture that cannot be read, or is damaged, read on with the next one. The bad ones "
     "are listed at the end; the exit status is 2."},
    {"threads", "N",
     "Threads that decode packets and write the output, whose bytes stay the same. With backend "
     "raw, all of them decode a plain file; one decodes with -c, --join, --input mapped, other "
     "backends, compressed captures, pipes and live captures. Default 1."},
    {"strict", NULL, "Exit with status 2 if a capture ends inside a packet."},
    {NULL, NULL, NULL},
};

const command extract_command = {
    .name = "extract",
    .operands = "CAPTURE...|-i INTERFACE",
    .summary = "write one row for each packet, rows of features, or flow records",
    .details =
        "Writes the columns of a level as CSV, Arrow or Parquet; `pktbench list columns` explains "
        "them. CAPTURE is a pcap or pcapng file, plain or compressed with gzip, zstd or xz; - for "
        "standard input; a folder, whose captures are read in the order of their names; or a "
        "pattern in quotes. Rows of several captures follow one another. Addresses are written as "
        "text. A cell is empty if the column does not apply to the packet.\n\n--features writes "
        "rows of features for machine learning instead. ciciot46 and ciciot39 reproduce published "
        "feature sets with their defects; ciciot-fixed corrects them. records are flow records: "
        "addresses, ports, times, packets and bytes each way, and why the record ended.\n\nIf a "
        "capture is damaged, "
        "the rows before the damage are written. A capture that ends inside a packet gives a "
        "warning, other damage gives exit status 2.\n\nWith -i, SIGINT (Ctrl-C), SIGTERM and "
        "SIGHUP end the capture; packets that the kernel has received until then are still "
        "written. Live "
        "capture needs root or the capability CAP_NET_RAW (setcap cap_net_raw+ep), which is given "
        "up when the interface is open. Packets that the kernel dropped are counted and reported.",
    .options = options,
    .operands_min = 0,
    .operands_max = SIZE_MAX,
    .run = extract_run,
    .gives_up_rights = true,
};
