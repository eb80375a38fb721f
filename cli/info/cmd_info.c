/* `pktbench info`: what captures are, without their packets. */
#include <stdlib.h>

#include "cli/failures.h"
#include "cli/info/capture_info.h"
#include "cli/shared_options.h"
#include "results/escaped.h"

typedef struct description {
    bool json, several;
    json_t *list; /* with `json` and `several` */
    interface_info *interfaces;
    pkt_batch *row;
    failures failures;
    size_t shown;
    int status;
} description;

static void info_show(description *d, const capture_info *info, const char *name)
{
    if (!d->json) {
        if (d->shown++)
            putchar('\n');
        info_print(info, name);
    } else if (d->several) {
        json_array_append_new(d->list, info_json(info, name));
    } else {
        json_t *object = info_json(info, name);
        (void)json_print(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
        json_decref(object);
    }
}

/* Of several captures, faults are listed at the end. */
static void info_failed(description *d, const char *name, const pkt_err *err)
{
    d->status = EXIT_ERROR;
    if (d->several)
        failures_add(&d->failures, name, err, NULL);
    else
        message_failure(name, err);
}

static void info_of(description *d, const char *path)
{
    capture_info info = {
        .interfaces = d->interfaces, .row = d->row, .fault = {.pos = PKT_POS_NONE}};
    pkt_err err = {.pos = PKT_POS_NONE};
    const char *name = pkt_input_shown(path);
    pkt_input *input = pkt_input_open(path, &err);
    if (input && capture_info_take(&info, input, &err) == 0) {
        info_show(d, &info, name);
        if (info.fault.code != PKT_ERR_NONE && info.fault.code != PKT_ERR_TRUNCATED)
            info_failed(d, name, &info.fault);
    } else {
        info_failed(d, name, &err);
    }
    pkt_input_close(input);
}

static void info_all(description *d, const pkt_paths *paths)
{
    d->several = paths->several;
    d->list = json_array();
    for (size_t i = 0; i < paths->count; i++)
        info_of(d, paths->at[i]);
    if (d->json && d->several)
        (void)json_print(d->list, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    json_decref(d->list);
    failures_print(&d->failures, paths->count);
}

static int info_run(const arguments *arguments)
{
    description d = {.status = EXIT_DONE};
    pkt_paths paths;
    if (!json_option(arguments, &d.json) || !captures_find(arguments, true, &paths))
        return EXIT_ERROR;
    d.interfaces = malloc(INFO_INTERFACES_MAX * sizeof *d.interfaces);
    pkt_err err;
    d.row = pkt_batch_new(&err);
    if (d.interfaces && d.row) {
        info_all(&d, &paths);
    } else {
        message_error("no memory for a capture's description");
        d.status = EXIT_ERROR;
    }
    pkt_batch_free(d.row);
    free(d.interfaces);
    pkt_paths_close(&paths);
    return d.status;
}

static const option_spec options[] = {
    {"format", "table|json",
     "Format of standard output; json: an object, of several captures an array. Default table."},
    FOLDER_OPTION,
    {NULL, NULL, NULL},
};

const command info_command = {
    .name = "info",
    .operands = "CAPTURE...",
    .summary = "print format, interfaces, packets and times of a capture",
    .details =
        "CAPTURE is a pcap or pcapng file, plain or compressed with gzip, zstd or xz, or - for "
        "standard input; or a folder, whose captures are described, or a pattern. Link types are "
        "LINKTYPE_ numbers "
        "(https://www.tcpdump.org/linktypes.html). Times are UTC; the first packet is the "
        "earliest, the last packet the latest. Packets are in order if no packet is earlier than "
        "the packet before it. A packet is a duplicate if it has the same bytes as one of the 4 "
        "packets before it, as for `editcap -d`. The lines `without IP` say which packets "
        "`extract` "
        "gives no IP columns: their link type or EtherType is not decoded, or is not IP. The line "
        "`capture bytes` is the size of the capture, decompressed; of a corrupt one that is "
        "compressed or comes through a pipe, the bytes before the corrupt record.\n\nThe "
        "line `end` is whole; truncated (the "
        "capture ends inside a packet); "
        "corrupt (a record contradicts itself); or limit (a limit of this program was exceeded). "
        "The packets before that point are described. For corrupt and limit the exit status is 2. "
        "Of "
        "several captures, those that cannot be described are listed at the end.",
    .options = options,
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .run = info_run,
};
