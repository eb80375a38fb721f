/* Reads a capture for `pktbench info`. */
#include "cli/info/capture_info.h"

#include <xxhash.h>

#include "parsers/decode/decode.h"
#include "parsers/util/error.h"

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
    info->late += !first && ns < info->previous_ns;
    info->replaced += pkt_time_is_replaced(ns);
    info->previous_ns = ns;
}

static void duplicate_seen(capture_info *info, const pkt_record *record)
{
    const packet_digest own = {XXH3_64bits(record->data, record->cap_len), record->cap_len};
    const uint64_t before =
        info->packets < INFO_DUPLICATE_WINDOW ? info->packets : INFO_DUPLICATE_WINDOW;
    bool seen = false;
    for (size_t i = 0; i < before; i++)
        seen |= info->recent[i].hash == own.hash && info->recent[i].size == own.size;
    info->duplicates += seen;
    info->recent[info->packets % INFO_DUPLICATE_WINDOW] = own;
}

/* What `pktbench extract` would find in the packet. */
static void undecoded_seen(capture_info *info, const pkt_record *record)
{
    pkt_batch *row = info->row;
    row->verdict[0] = PKT_OK;
    row->present[0] = row->eth_type[0] = row->ip_version[0] = 0;
    pkt_decode_headers(record, 1, row, 0);
    row->rows = 1;
    pkt_undecoded_count(&info->undecoded, row);
}

static void record_seen(capture_info *info, const pkt_source *source, const pkt_record *record)
{
    const uint64_t index = info->section_first + pkt_source_interface(source);
    if (index < info->described)
        info->interfaces[index].packets++;
    if (pkt_source_has_time(source))
        time_seen(info, record->ts_ns);
    duplicate_seen(info, record);
    undecoded_seen(info, record);
    info->packets++;
    info->cap_bytes += record->cap_len;
    info->wire_bytes += record->wire_len;
}

/* Of a file, its size. Of a pipe, what was read; but how much of it comes behind a record that
 * cannot be read depends on the buffers. `got`: what the last read returned, with the fault. */
static uint64_t bytes_of(const pkt_source *source, int got, const pkt_err *fault)
{
    const uint64_t size = pkt_source_size(source);
    if (size)
        return size;
    return got < 0 && fault->code != PKT_ERR_TRUNCATED ? pkt_source_position(source)
                                                       : pkt_source_offset(source);
}

int capture_info_take(capture_info *info, pkt_input *input, pkt_err *err)
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
    pkt_source_set_callbacks(source, &(pkt_source_callbacks){section_seen, interface_seen, info});
    while ((got = pkt_source_next(source, &record, &info->fault)) == 1)
        record_seen(info, source, &record);
    info->bytes = bytes_of(source, got, &info->fault);
    pkt_source_close(source);
    pkt_undecoded_sort(&info->undecoded);
    if (pkt_input_end(input, got, &info->fault) == 0 || pkt_err_rows_stand(&info->fault))
        return 0;
    *err = info->fault;
    return -1;
}
