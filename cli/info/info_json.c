/* What `info` says, as JSON. */
#include <string.h>

#include "cli/info/capture_info.h"
#include "results/json_values.h"

static json_t *time_json(const capture_info *info, int64_t ns)
{
    char text[64];
    if (!info->timed)
        return json_null();
    info_time_text(ns, text, sizeof text);
    return json_string(text);
}

static json_t *interfaces_json(const capture_info *info)
{
    json_t *list = json_array();
    for (size_t i = 0; i < info->described; i++) {
        const interface_info *one = &info->interfaces[i];
        char resolution[16];
        info_resolution_text(one->interface.resolution, resolution);
        json_array_append_new(
            list,
            json_pack("{s:I, s:i, s:I, s:s, s:I, s:I}", "section", (json_int_t)one->section,
                      "link_type", (int)one->interface.link_type, "snaplen",
                      (json_int_t)one->interface.snaplen, "resolution", resolution, "offset_s",
                      (json_int_t)one->interface.offset_s, "packets", (json_int_t)one->packets));
    }
    return list;
}

/* Packets without IP columns: the most frequent kinds, then the rest. */
static json_t *undecoded_json(const capture_info *info)
{
    char text[PKT_UNDECODED_TEXT];
    json_t *list = json_array();
    for (size_t i = 0; pkt_undecoded_text(&info->undecoded, i, text); i++)
        json_array_append_new(list, json_string(text));
    return list;
}

json_t *info_json(const capture_info *info, const char *name)
{
    const char *slash = strrchr(name, '/');
    json_t *fault = json_null();
    if (info->fault.code != PKT_ERR_NONE)
        fault =
            json_pack("{s:o, s:o}", "reason", json_words(info->fault.msg), "at_byte",
                      info->fault.pos == PKT_POS_NONE ? json_null()
                                                      : json_integer((json_int_t)info->fault.pos));
    return json_pack(
        "{s:o, s:o, s:s, s:s?, s:I, s:s, s:I, s:I, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:I, "
        "s:I, "
        "s:I, s:o, s:s, s:o}",
        "path", json_words(name), "file", json_words(slash ? slash + 1 : name), "format",
        info->format == PKT_FORMAT_PCAP ? "pcap" : "pcapng", "compression", info->packing,
        "capture_bytes", (json_int_t)info->bytes, "byte_order", info_byte_order(info), "sections",
        (json_int_t)info->sections, "interface_count", (json_int_t)info->interfaces_total,
        "interfaces", interfaces_json(info), "packets", (json_int_t)info->packets, "captured_bytes",
        (json_int_t)info->cap_bytes, "original_bytes", (json_int_t)info->wire_bytes, "first",
        time_json(info, info->first_ns), "last", time_json(info, info->last_ns), "duration_s",
        info->timed ? json_real(info_duration_s(info)) : json_null(), "in_order",
        info->timed ? json_boolean(info->late == 0) : json_null(), "out_of_order",
        (json_int_t)info->late, "times_replaced", (json_int_t)info->replaced, "duplicates",
        (json_int_t)info->duplicates, "without_ip", undecoded_json(info), "end", info_ending(info),
        "fault", fault);
}
