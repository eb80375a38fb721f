/* `pktbench index`: places between packets of captures, kept in files beside them. */
#include "cli/failures.h"
#include "cli/shared_options.h"

static int index_run(const arguments *arguments)
{
    failures failed = {.count = 0};
    pkt_paths paths;
    if (!captures_find(arguments, false, &paths))
        return EXIT_ERROR;
    const bool several = paths.several;
    int status = EXIT_DONE;
    for (size_t i = 0; i < paths.count; i++) {
        pkt_err err = {.pos = PKT_POS_NONE};
        if (pkt_index_write(paths.at[i], &err) == 0)
            continue;
        status = EXIT_ERROR;
        if (several)
            failures_add(&failed, paths.at[i], &err, NULL);
        else
            message_failure(paths.at[i], &err);
    }
    failures_print(&failed, paths.count);
    pkt_paths_close(&paths);
    return status;
}

static const option_spec options[] = {
    FOLDER_OPTION,
    {NULL, NULL, NULL},
};

const command index_command = {
    .name = "index",
    .operands = "CAPTURE...",
    .summary = "find where captures can be divided, and keep it in files",
    .details =
        "For each CAPTURE, a plain pcap or pcapng file, or each capture of a folder or pattern, "
        "the "
        "file CAPTURE.pktindex is written beside it: places between packets, about one in a "
        "megabyte. With it, the plan of parts for Python and Spark need not read the capture. It "
        "has the size, the time of change and a digest of the first bytes of the capture: for any "
        "other file it is refused, not used.\n\nA capture that is damaged, or changes meanwhile, "
        "gets no index, and the exit status is 2.",
    .options = options,
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .run = index_run,
};
