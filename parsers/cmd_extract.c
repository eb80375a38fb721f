/* `pktbench extract`: a capture through a backend into rows. */
#include <inttypes.h>
#include <stdlib.h>

#include "bench/command.h"
#include "bench/describe.h"
#include "bench/say.h"
#include "sink/outfile.h"
#include "sink/sink.h"

typedef struct extraction {
    const pkt_backend *backend;
    void *context;
    pkt_level level;
    pkt_slice slice;
    pkt_batch *batch;
    pkt_flow_report flows;
    bool strict;
} extraction;

static const pkt_backend *backend_get(const arguments *arguments)
{
    const char *name = option_value(arguments, "backend");
    const char *plugin = option_value(arguments, "plugin");
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_entry entry;
    if (plugin) {
        const pkt_backend *backend = pkt_plugin_open(plugin, &err);
        if (!backend)
            say_error("plug-in %s", err.msg);
        if (backend && name && strcmp(name, backend->name) != 0) {
            say_error("--backend %s: plug-in %s has the name %s", name, plugin, backend->name);
            return NULL;
        }
        return backend;
    }
    name = name ? name : "raw";
    if (pkt_registry_find(name, &entry) != 0) {
        say_error("no backend has the name '%s': `pktbench list` shows them", name);
        return NULL;
    }
    const pkt_backend *backend = pkt_entry_backend(&entry, &err);
    if (!backend)
        say_error("backend %s: %s", name, err.msg);
    return backend;
}

/* Options of the level `flows` into the opened slice. */
static bool flows_get(const arguments *arguments, extraction *x)
{
    uint64_t max;
    if (!flow_rule_option(arguments, "flow-rule", &x->slice.flow_rule) ||
        !option_number(arguments, "max-flows", 1, PKT_MOST_FLOWS, PKT_MAX_FLOWS, &max))
        return false;
    x->slice.max_flows = (uint32_t)max;
    x->slice.flow_report = &x->flows;
    return true;
}

/* What the stream numbers do not show. */
static void flows_say(const extraction *x)
{
    if (x->flows.evicted)
        say_warning("%s: %" PRIu64 " flows were forgotten, least recently used first, to hold no "
                    "more than %" PRIu32 " (--max-flows): those that came again have new streams",
                    x->slice.path, x->flows.evicted, x->slice.max_flows);
    if (x->flows.inner)
        say_warning("%s: %" PRIu64 " packets carry a further IP header (tunnel, ICMP error): "
                    "Wireshark numbers streams in those too, so its numbers may be higher",
                    x->slice.path, x->flows.inner);
}

static bool level_get(const arguments *arguments, const pkt_backend *backend, pkt_level *level)
{
    const char *name = option_value(arguments, "level");
    name = name ? name : "headers";
    if (level_find(name, level) != 0) {
        say_error("no level has the name '%s': frames, headers, flows and dissect do", name);
        return false;
    }
    if (!backend->work[*level]) {
        say_error("backend %s does not offer the level %s: `pktbench list` shows what it offers",
                  backend->name, name);
        return false;
    }
    return true;
}

/* How the run ended: what is said, and the exit status. Rows before a fault stand. */
static int ended(const extraction *x, int bad, uint64_t rows, const pkt_err *err)
{
    char words[sizeof err->msg + 40];
    flows_say(x);
    if (!bad)
        return EXIT_DONE;
    error_words(err, words, sizeof words);
    if (err->code == PKT_ERR_CUT && !x->strict) {
        say_warning("%s: %s: %" PRIu64 " rows before it were written", x->slice.path, words, rows);
        return EXIT_DONE;
    }
    if (err->code == PKT_ERR_CUT || err->code == PKT_ERR_CORRUPT)
        say_error("%s: %s: %" PRIu64 " rows before it were written", x->slice.path, words, rows);
    else
        say_failure(x->slice.path, err);
    return EXIT_TROUBLE;
}

static bool rows_stand(int bad, const pkt_err *err)
{
    return !bad || err->code == PKT_ERR_CUT || err->code == PKT_ERR_CORRUPT;
}

static int extract_none(const extraction *x)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    uint64_t rows;
    pkt_null_sink null = {.columns = x->backend->columns[x->level]};
    pkt_sink sink = pkt_null_sink_open(&null);
    int bad = pkt_drive(x->backend, x->context, &x->slice, x->level, x->batch, &sink, &rows, &err);
    return ended(x, bad, rows, &err);
}

static int extract_csv(const extraction *x, const char *path)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    uint64_t rows = 0;
    pkt_outfile out;
    pkt_sink sink;
    if (pkt_outfile_open(&out, path, &err) != 0) {
        say_failure(path, &err);
        return EXIT_TROUBLE;
    }
    pkt_csv_sink *csv = pkt_csv_sink_open(out.file, x->backend->columns[x->level], &sink, &err);
    if (!csv) {
        say_failure(path, &err);
        pkt_outfile_abandon(&out);
        return EXIT_TROUBLE;
    }
    int bad = pkt_drive(x->backend, x->context, &x->slice, x->level, x->batch, &sink, &rows, &err);
    pkt_csv_sink_close(csv);
    if (!rows_stand(bad, &err)) {
        if (ferror(out.file))
            say_failure(path, &err);
        else
            (void)ended(x, bad, rows, &err);
        pkt_outfile_abandon(&out);
        return EXIT_TROUBLE;
    }
    pkt_err write_err = {.pos = PKT_POS_NONE};
    if (pkt_outfile_commit(&out, &write_err) != 0) {
        say_failure(path, &write_err);
        return EXIT_TROUBLE;
    }
    return ended(x, bad, rows, &err);
}

static int extract_with(extraction *x, const arguments *arguments)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    const char *format = option_value(arguments, "format");
    const char *path = option_value(arguments, "o");
    bool csv = !format || strcmp(format, "csv") == 0;
    if (!csv && strcmp(format, "none") != 0) {
        say_error("no format has the name '%s': csv and none do", format);
        return EXIT_TROUBLE;
    }
    if (path && pkt_same_file(path, arguments->operands[0])) {
        say_error("%s: is the capture itself: -o must name another file", path);
        return EXIT_TROUBLE;
    }
    if (!level_get(arguments, x->backend, &x->level))
        return EXIT_TROUBLE;
    if (pkt_slice_open(arguments->operands[0], &x->slice, &err) != 0) {
        say_failure(arguments->operands[0], &err);
        return EXIT_TROUBLE;
    }
    if (!flows_get(arguments, x))
        return EXIT_TROUBLE;
    if (x->backend->load && x->backend->load(&x->context, &err) != 0) {
        say_error("backend %s: %s", x->backend->name, err.msg);
        return EXIT_TROUBLE;
    }
    int status = csv ? extract_csv(x, path ? path : "-") : extract_none(x);
    if (x->backend->unload)
        x->backend->unload(x->context);
    return status;
}

static int extract_run(const arguments *arguments)
{
    extraction x = {.backend = backend_get(arguments), .strict = option_given(arguments, "strict")};
    if (!x.backend)
        return EXIT_TROUBLE;
    x.batch = malloc(sizeof *x.batch);
    if (!x.batch) {
        say_error("no memory for a batch");
        return EXIT_TROUBLE;
    }
    int status = extract_with(&x, arguments);
    free(x.batch);
    return status;
}

static const option_spec options[] = {
    {"backend", "NAME", "Parse with this backend; default raw."},
    {"plugin", "FILE", "Parse with the backend in this shared object."},
    {"level", "LEVEL", "Rows of this level: frames, headers, flows or dissect; default headers."},
    {"flow-rule", "RULE", FLOW_RULE_HELP},
    {"max-flows", "N", MAX_FLOWS_HELP},
    {"format", "FORMAT", "csv, or none: parse and throw the rows away; default csv."},
    {"o", "FILE", "Write here; default -, standard output."},
    {"strict", NULL, "Exit with status 2 if the capture is cut in the middle of a packet."},
    {NULL, NULL, NULL},
};

const command extract_command = {
    .name = "extract",
    .operands = "CAPTURE",
    .summary = "write one row a packet",
    .details = "Every column of the level, with a header line of column names (`pktbench list "
               "columns` explains them). Addresses are text; a cell is empty where the column "
               "does not apply to the packet.\n\n"
               "Rows before a fault in the capture are written: a capture that ends inside a "
               "packet gives a warning, one that contradicts itself exit status 2.",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = extract_run,
};
