/* `pktbench info`: what a capture is, without its packets. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "bench/outcome/json_values.h"
#include "cli/message.h"
#include "cli/shared_options.h"
#include "parsers/core/numbers.h"
#include "parsers/input/input.h"
#include "parsers/source/source.h"
#include "parsers/util/error.h"

/* Interfaces that are described; further ones are only counted, so that memory stays bounded. */
#define INFO_INTERFACES_MAX 4096u

typedef struct interface_info {
    pkt_interface interface;
    uint64_t section, packets;
} interface_info;

typedef struct capture_info {
    const char *packing;
    pkt_format format;
    uint64_t bytes;    /* of the plain capture; 0: not known */
    uint64_t sections; /* of which are big-endian: */
    uint64_t big_endian;
    interface_info *interfaces;
    size_t described;
    uint64_t interfaces_total, section_first; /* total when the last section began */
    uint64_t packets, cap_bytes, wire_bytes;
    uint64_t timed;            /* packets that have a time: simple packet blocks have none */
    int64_t first_ns, last_ns; /* the earliest and the latest time */
    int64_t previous_ns;
    bool in_order;
    pkt_err fault; /* code PKT_ERR_NONE: read to its end */
} capture_info;

static void section_seen(void *self, bool big_endian)
{
    capture_info *info = self;
    info->sections++;
    info->big_endian += big_endian;
    info->section_first = info->interfaces_total;
}

static void interface_seen(void *self, const pkt_interface *interface)
{
    capture_info *info = self;
    if (info->interfaces_total++ < INFO_INTERFACES_MAX)
        info->interfaces[info->described++] =
            (interface_info){.interface = *interface, .section = info->sections};
}

static void time_seen(capture_info *info, int64_t ns)
{
    const bool first = info->timed++ == 0;
    if (first || ns < info->first_ns)
        info->first_ns = ns;
    if (first || ns > info->last_ns)
        info->last_ns = ns;
    info->in_order = info->in_order && (first || ns >= info->previous_ns);
    info->previous_ns = ns;
}

static void record_seen(capture_info *info, const pkt_source *source, const pkt_record *record)
{
    const uint64_t index = info->section_first + pkt_source_interface(source);
    if (index < info->described)
        info->interfaces[index].packets++;
    if (pkt_source_has_time(source))
        time_seen(info, record->ts_ns);
    info->packets++;
    info->cap_bytes += record->cap_len;
    info->wire_bytes += record->wire_len;
}

/* 0; -1 and *err if the file header cannot be read. A fault behind it is part of the answer. */
static int info_take(capture_info *info, pkt_input *input, pkt_err *err)
{
    const pkt_capture *slice = pkt_input_capture(input);
    pkt_source *source = pkt_source_open(slice->path, err);
    if (!source) {
        (void)pkt_input_end(input, -1, err);
        return -1;
    }
    pkt_record record;
    int got;
    info->packing = pkt_input_compression(input);
    info->format = pkt_source_format(source);
    info->in_order = true;
    pkt_source_set_callbacks(source, &(pkt_source_callbacks){section_seen, interface_seen, info});
    while ((got = pkt_source_next(source, &record, &info->fault)) == 1)
        record_seen(info, source, &record);
    info->bytes = pkt_source_offset(source);
    pkt_source_close(source);
    if (pkt_input_end(input, got, &info->fault) == 0 || pkt_err_rows_stand(&info->fault))
        return 0;
    *err = info->fault;
    return -1;
}

static const char *byte_order(const capture_info *info)
{
    if (info->big_endian == 0)
        return "little-endian";
    return info->big_endian == info->sections ? "big-endian" : "mixed";
}

static void time_text(int64_t ns, char *text, size_t size)
{
    int64_t fraction = ns % NS_PER_S, whole = ns / NS_PER_S - (fraction < 0);
    time_t seconds = (time_t)whole;
    struct tm parts;
    char day[40] = "";
    if (gmtime_r(&seconds, &parts))
        (void)strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(text, size, "%s.%09dZ", day,
                   (int)(fraction < 0 ? fraction + NS_PER_S : fraction));
}

static double duration_s(const capture_info *info)
{
    return (double)((uint64_t)info->last_ns - (uint64_t)info->first_ns) / NS_PER_S;
}

static json_t *time_json(const capture_info *info, int64_t ns)
{
    char text[64];
    if (!info->timed)
        return json_null();
    time_text(ns, text, sizeof text);
    return json_string(text);
}

static void resolution_text(uint8_t resolution, char text[16])
{
    (void)snprintf(text, 16, "%d^-%d s", resolution & 0x80 ? 2 : 10, resolution & 0x7f);
}

static json_t *interfaces_json(const capture_info *info)
{
    json_t *list = json_array();
    for (size_t i = 0; i < info->described; i++) {
        const interface_info *one = &info->interfaces[i];
        char resolution[16];
        resolution_text(one->interface.resolution, resolution);
        json_array_append_new(
            list,
            json_pack("{s:I, s:i, s:I, s:s, s:I, s:I}", "section", (json_int_t)one->section,
                      "link_type", (int)one->interface.link_type, "snaplen",
                      (json_int_t)one->interface.snaplen, "resolution", resolution, "offset_s",
                      (json_int_t)one->interface.offset_s, "packets", (json_int_t)one->packets));
    }
    return list;
}

static const char *ending(const capture_info *info)
{
    switch (info->fault.code) {
    case PKT_ERR_NONE:
        return "whole";
    case PKT_ERR_TRUNCATED:
        return "truncated";
    case PKT_ERR_LIMIT:
        return "limit";
    default:
        return "corrupt";
    }
}

static json_t *info_json(const capture_info *info, const char *name)
{
    const char *slash = strrchr(name, '/');
    json_t *fault = json_null();
    if (info->fault.code != PKT_ERR_NONE)
        fault =
            json_pack("{s:o, s:o}", "reason", json_words(info->fault.msg), "at_byte",
                      info->fault.pos == PKT_POS_NONE ? json_null()
                                                      : json_integer((json_int_t)info->fault.pos));
    return json_pack(
        "{s:o, s:s, s:s?, s:I, s:s, s:I, s:I, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:s, s:o}",
        "file", json_words(slash ? slash + 1 : name), "format",
        info->format == PKT_FORMAT_PCAP ? "pcap" : "pcapng", "compression", info->packing,
        "capture_bytes", (json_int_t)info->bytes, "byte_order", byte_order(info), "sections",
        (json_int_t)info->sections, "interface_count", (json_int_t)info->interfaces_total,
        "interfaces", interfaces_json(info), "packets", (json_int_t)info->packets, "captured_bytes",
        (json_int_t)info->cap_bytes, "original_bytes", (json_int_t)info->wire_bytes, "first",
        time_json(info, info->first_ns), "last", time_json(info, info->last_ns), "duration_s",
        info->timed ? json_real(duration_s(info)) : json_null(), "in_order",
        info->timed ? json_boolean(info->in_order) : json_null(), "end", ending(info), "fault",
        fault);
}

static void row(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void row(const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%-16s ", name);
    message_text(stdout, format, args);
    putchar('\n');
    va_end(args);
}

static void interfaces_print(const capture_info *info)
{
    row("interfaces", "%" PRIu64, info->interfaces_total);
    for (size_t i = 0; i < info->described; i++) {
        const interface_info *one = &info->interfaces[i];
        char resolution[16];
        resolution_text(one->interface.resolution, resolution);
        printf("  %-14zu link type %u, times in %s", i, (unsigned)one->interface.link_type,
               resolution);
        if (one->interface.snaplen)
            printf(", snaplen %" PRIu32, one->interface.snaplen);
        if (one->interface.offset_s)
            printf(", offset %" PRId64 " s", one->interface.offset_s);
        if (info->sections > 1)
            printf(", section %" PRIu64, one->section);
        printf(", packets %" PRIu64 "\n", one->packets);
    }
    if (info->described < info->interfaces_total)
        row("", "and %" PRIu64 " more", info->interfaces_total - info->described);
}

static void info_print(const capture_info *info, const char *name)
{
    char first[64], last[64], fault[PKT_ERR_TEXT];
    time_text(info->first_ns, first, sizeof first);
    time_text(info->last_ns, last, sizeof last);
    row("capture", "%s", name);
    row("format", "%s", info->format == PKT_FORMAT_PCAP ? "pcap" : "pcapng");
    row("compression", "%s", info->packing ? info->packing : "none");
    row("capture bytes", "%" PRIu64, info->bytes);
    row("byte order", "%s", byte_order(info));
    row("sections", "%" PRIu64, info->sections);
    interfaces_print(info);
    row("packets", "%" PRIu64, info->packets);
    row("captured bytes", "%" PRIu64, info->cap_bytes);
    row("original bytes", "%" PRIu64, info->wire_bytes);
    if (info->timed) {
        row("first packet", "%s", first);
        row("last packet", "%s", last);
        row("duration", "%.9f s", duration_s(info));
        row("in order", "%s", info->in_order ? "yes" : "no");
    }
    row("end", "%s%s%s", ending(info), info->fault.code == PKT_ERR_NONE ? "" : ": ",
        info->fault.code == PKT_ERR_NONE ? "" : pkt_err_text(&info->fault, fault));
}

static int info_show(const capture_info *info, const char *name, bool json)
{
    if (json) {
        json_t *object = info_json(info, name);
        json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
        putchar('\n');
        json_decref(object);
    } else {
        info_print(info, name);
    }
    if (info->fault.code == PKT_ERR_NONE || info->fault.code == PKT_ERR_TRUNCATED)
        return EXIT_DONE;
    message_failure(name, &info->fault);
    return EXIT_ERROR;
}

static int info_of(const char *path, interface_info *interfaces, bool json)
{
    capture_info info = {.interfaces = interfaces, .fault = {.pos = PKT_POS_NONE}};
    pkt_err err = {.pos = PKT_POS_NONE};
    const char *name = pkt_input_shown(path);
    pkt_input *input = pkt_input_open(path, &err);
    int status = EXIT_ERROR;
    if (input && info_take(&info, input, &err) == 0)
        status = info_show(&info, name, json);
    else
        message_failure(name, &err);
    pkt_input_close(input);
    return status;
}

static int info_run(const arguments *arguments)
{
    bool json;
    if (!json_option(arguments, &json))
        return EXIT_ERROR;
    interface_info *interfaces = malloc(INFO_INTERFACES_MAX * sizeof *interfaces);
    if (!interfaces) {
        message_error("no memory for interfaces");
        return EXIT_ERROR;
    }
    int status = info_of(arguments->operands[0], interfaces, json);
    free(interfaces);
    return status;
}

static const option_spec options[] = {
    {"format", "table|json", "Format of standard output. Default table."},
    {NULL, NULL, NULL},
};

const command info_command = {
    .name = "info",
    .operands = "CAPTURE",
    .summary = "print format, interfaces, packets and times of a capture",
    .details =
        "CAPTURE is a pcap or pcapng file, plain or compressed with gzip, zstd or xz, or - for "
        "standard input. Link types are LINKTYPE_ numbers "
        "(https://www.tcpdump.org/linktypes.html). Times are UTC; the first packet is the "
        "earliest, the last packet the latest. Packets are in order if no packet is earlier than "
        "the packet before it.\n\nThe line `end` is whole; cut (the capture ends inside a packet); "
        "corrupt (a record contradicts itself); or limit (a limit of this program was exceeded). "
        "The packets before that point are described. For corrupt and limit the exit status is 2.",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = info_run,
};
