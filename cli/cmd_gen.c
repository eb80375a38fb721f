/* `pktbench gen`: a scenario into a capture. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/shared_options.h"
#include "datasets/generate.h"
#include "parsers/util/error.h"

static bool format_get(const arguments *arguments, dataset_options *options)
{
    const char *format = option_value(arguments, "format");
    size_t index = 0;
    if (format && !word_find("format", format, "pcap|pcapng", &index))
        return false;
    options->format = index ? PKT_FORMAT_PCAPNG : PKT_FORMAT_PCAP;
    if (option_given(arguments, "interfaces") && options->format != PKT_FORMAT_PCAPNG) {
        message_error("--interfaces: a pcap file has one interface; add --format pcapng");
        return false;
    }
    return true;
}

static bool options_get(const arguments *arguments, dataset_options *options)
{
    uint64_t interfaces, snaplen;
    if (!format_get(arguments, options) ||
        !option_number(arguments, "interfaces", 1, GENERATE_INTERFACES_MAX, 1, &interfaces) ||
        !option_number(arguments, "snaplen", 1, 262144, 0, &snaplen) ||
        !option_bytes(arguments, "size", 1000, UINT64_C(1000000000000), SLICE_BYTES,
                      &options->size) ||
        !option_number(arguments, "seed", 0, UINT64_MAX, options->seed, &options->seed))
        return false;
    options->interfaces = (unsigned)interfaces;
    options->snaplen = (uint32_t)snaplen;
    options->nanoseconds = option_given(arguments, "ns");
    options->big_endian = option_given(arguments, "big-endian");
    options->labels = option_value(arguments, "labels");
    return true;
}

static void scenario_unknown(const char *name)
{
    pkt_names known = {.size = 0};
    pkt_err err;
    const dataset_scenario *scenario;
    for (size_t i = 0; (scenario = dataset_scenario_at(i)) != NULL; i++)
        pkt_names_add(&known, scenario->name);
    pkt_fail_unknown(&err, "scenario", name, &known);
    message_err(&err);
}

/* `truth` and `labels` may be NULL. */
static bool outputs_differ(const char *path, const char *truth, const char *labels)
{
    if (truth && outputs_same(truth, path))
        message_error("gen: the capture and its truth cannot both go to %s", path);
    else if (labels && (outputs_same(labels, path) || (truth && outputs_same(labels, truth))))
        message_error("gen: the labels need a file of their own, not %s", labels);
    else
        return true;
    return false;
}

static int gen_run(const arguments *arguments)
{
    const dataset_scenario *scenario = dataset_scenario_find(arguments->operands[0]);
    const char *path = option_value(arguments, "o"), *truth = option_value(arguments, "truth");
    if (!scenario) {
        scenario_unknown(arguments->operands[0]);
        return EXIT_ERROR;
    }
    if (!path) {
        message_error("gen: -o FILE says where to write; - is standard output");
        return EXIT_ERROR;
    }
    if (output_is_packed("-o", path) || (truth && output_is_packed("--truth", truth)) ||
        terminal_refused(path, "a capture"))
        return EXIT_ERROR;
    dataset_options options = dataset_defaults(scenario);
    if (!options_get(arguments, &options))
        return EXIT_ERROR;
    if ((options.labels && output_is_packed("--labels", options.labels)) ||
        !outputs_differ(path, truth, options.labels))
        return EXIT_ERROR;
    pkt_err err = {.pos = PKT_POS_NONE};
    const bool is_file = !output_is_stream(path), replaced = is_file && access(path, F_OK) == 0;
    uint64_t packets;
    if (dataset_write(scenario, &options, path, truth, &packets, &err) != 0) {
        message_err(&err);
        return EXIT_ERROR;
    }
    if (is_file)
        message_note("%s %s: %" PRIu64 " packets of %s", replaced ? "replaced" : "wrote", path,
                     packets, scenario->name);
    return EXIT_DONE;
}

static const option_spec options[] = {
    {"o", "FILE", "Output file (required); - is standard output. A file of that name is replaced."},
    {"truth", "FILE",
     "Also write the golden rows: the correct value of every column of every packet, as CSV; all "
     "columns but those of the level inner."},
    {"labels", "FILE",
     "Also write the label of every packet, as CSV: the scenario that it is of. Background traffic "
     "of an attack is benign-iot."},
    {"format", "pcap|pcapng", "File format. Default pcap."},
    {"ns", NULL, "Timestamps in nanoseconds. Default: in microseconds."},
    {"big-endian", NULL, "Big-endian file headers. Default: little-endian."},
    {"interfaces", "N", "With --format pcapng: interfaces of the file, used in turns. Default 1."},
    {"snaplen", "N", "Bytes to keep of each packet. Default: all."},
    {"size", "SIZE", "Maximum size as a pcap file without --snaplen, such as 500kB. Default 10MB."},
    {"seed", "N", "Seed of the random generator. Default: that of the scenario."},
    {NULL, NULL, NULL},
};

const command gen_command = {
    .name = "gen",
    .operands = "SCENARIO",
    .summary = "generate a capture with known contents",
    .details = "`pktbench list scenarios` lists the scenarios. The same options give the same "
               "bytes on every machine. The packets do not depend on the file format.",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = gen_run,
};
