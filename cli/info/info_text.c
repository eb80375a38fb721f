/* What `info` says, as a table; and the texts that table and JSON share. */
#include <inttypes.h>
#include <time.h>

#include "cli/info/capture_info.h"
#include "cli/message.h"
#include "parsers/core/numbers.h"
#include "parsers/util/error.h"

const char *info_byte_order(const capture_info *info)
{
    if (info->big_endian == 0)
        return "little-endian";
    return info->big_endian == info->sections ? "big-endian" : "mixed";
}

void info_time_text(int64_t ns, char *text, size_t size)
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

double info_duration_s(const capture_info *info)
{
    return (double)((uint64_t)info->last_ns - (uint64_t)info->first_ns) / NS_PER_S;
}

void info_resolution_text(uint8_t resolution, char text[16])
{
    (void)snprintf(text, 16, "%d^-%d s", resolution & 0x80 ? 2 : 10, resolution & 0x7f);
}

const char *info_ending(const capture_info *info)
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

#define ROW(name, format, ...) message_output("%-16s " format, name, __VA_ARGS__)

static void interfaces_print(const capture_info *info)
{
    ROW("interfaces", "%" PRIu64, info->interfaces_total);
    for (size_t i = 0; i < info->described; i++) {
        const interface_info *one = &info->interfaces[i];
        char resolution[16];
        info_resolution_text(one->interface.resolution, resolution);
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
        ROW("", "and %" PRIu64 " more", info->interfaces_total - info->described);
}

static void undecoded_print(const capture_info *info)
{
    char text[PKT_UNDECODED_TEXT];
    for (size_t i = 0; pkt_undecoded_text(&info->undecoded, i, text); i++)
        ROW(i ? "" : "without IP", "%s", text);
}

void info_print(const capture_info *info, const char *name)
{
    char first[64], last[64], fault[PKT_ERR_TEXT];
    info_time_text(info->first_ns, first, sizeof first);
    info_time_text(info->last_ns, last, sizeof last);
    ROW("capture", "%s", name);
    ROW("format", "%s", info->format == PKT_FORMAT_PCAP ? "pcap" : "pcapng");
    ROW("compression", "%s", info->packing ? info->packing : "none");
    ROW("capture bytes", "%" PRIu64, info->bytes);
    ROW("byte order", "%s", info_byte_order(info));
    ROW("sections", "%" PRIu64, info->sections);
    interfaces_print(info);
    ROW("packets", "%" PRIu64, info->packets);
    ROW("captured bytes", "%" PRIu64, info->cap_bytes);
    ROW("original bytes", "%" PRIu64, info->wire_bytes);
    if (info->timed) {
        ROW("first packet", "%s", first);
        ROW("last packet", "%s", last);
        ROW("duration", "%.9f s", info_duration_s(info));
        ROW("in order", "%s", info->late ? "no" : "yes");
    }
    if (info->late)
        ROW("out of order", "%" PRIu64 " packets are earlier than the packet before them",
            info->late);
    if (info->replaced)
        ROW("times replaced", "%" PRIu64 " are outside of 1677 to 2262", info->replaced);
    ROW("duplicates", "%" PRIu64, info->duplicates);
    undecoded_print(info);
    ROW("end", "%s%s%s", info_ending(info), info->fault.code == PKT_ERR_NONE ? "" : ": ",
        info->fault.code == PKT_ERR_NONE ? "" : pkt_err_text(&info->fault, fault));
}
