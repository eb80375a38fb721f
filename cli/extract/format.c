/* The format of the output: that of --format, or of the ending of -o. */
#include <strings.h>
#include <sys/stat.h>

#include "cli/extract/extract.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/shared_options.h"
#include "parsers/util/error.h"

static const char *extension(const char *path)
{
    const char *dot = strrchr(base_name(path), '.');
    return dot ? dot + 1 : "";
}

/* The format that the name of the output says; NULL: none. */
static const pkt_encoder *encoder_of_path(const char *path)
{
    const char *name = extension(path);
    const pkt_encoder *encoder;
    if (strcasecmp(name, "arrows") == 0)
        return pkt_encoder_find("arrow");
    for (size_t i = 0; (encoder = pkt_encoder_at(i)) != NULL; i++)
        if (strcasecmp(encoder->name, name) == 0)
            break;
    return encoder;
}

/* Would CSV be a surprise under this name, which is of another format that programs read? */
static bool ending_is_of_others(const char *path)
{
    static const char *const endings[] = {
        "avro",   "cap",    "db",  "duckdb", "feather", "h5",  "hdf5", "ipc",  "json",
        "jsonl",  "ndjson", "npy", "npz",    "ods",     "orc", "parq", "pcap", "pcapng",
        "pickle", "pkl",    "pq",  "sqlite", "tab",     "tsv", "xls",  "xlsx", "xml"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (strcasecmp(extension(path), endings[i]) == 0)
            return true;
    return false;
}

bool ending_valid(const extraction *x, const arguments *arguments)
{
    struct stat st;
    const bool given = option_given(arguments, "format");
    if (x->folder)
        return true;
    if (!x->encoder && !output_is_stream(x->path) &&
        (stat(x->path, &st) != 0 || S_ISREG(st.st_mode))) {
        message_error("-o %s: --format none writes nothing: leave out one of them", x->path);
        return false;
    }
    if (output_is_packed("-o", x->path))
        return false;
    if (given || !ending_is_of_others(x->path))
        return true;
    message_error(
        "-o %s: extract writes no .%s: end the name in .csv, .arrow, .arrows or .parquet, "
        "or choose the format of this file with --format",
        x->path, extension(x->path));
    return false;
}

static void format_unknown(const char *name)
{
    pkt_names known = {.size = 0};
    pkt_err err;
    for (size_t i = 0; pkt_encoder_at(i); i++)
        pkt_names_add(&known, pkt_encoder_at(i)->name);
    pkt_names_add(&known, "none");
    pkt_fail_unknown(&err, "format", name, &known);
    message_err(&err);
}

bool format_get(const arguments *arguments, extraction *x)
{
    const char *name = option_value(arguments, "format");
    const pkt_encoder *named = encoder_of_path(x->path);
    x->encoder = name ? pkt_encoder_find(name) : named ? named : &pkt_encoder_csv;
    if (name && !x->encoder && strcmp(name, "none") != 0) {
        format_unknown(name);
        return false;
    }
    if (named && x->encoder && named != x->encoder) {
        message_error("-o %s: the name says %s, and --format says %s", x->path, named->name, name);
        return false;
    }
    return !x->encoder || x->encoder == &pkt_encoder_csv ||
           !terminal_refused(x->path, x->encoder->name);
}
