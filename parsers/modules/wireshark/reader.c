/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parsers/modules/wireshark/reader.h"

#include <stdlib.h>

#include <epan/packet.h>
#include <wiretap/pcap-encap.h>

/* https://www.tcpdump.org/linktypes.html ends far below. */
enum { LINKTYPE_LIMIT = 1024 };
/* What systems call some link types in memory; files have other numbers for them. */
enum { DLT_ONLY_FIRST = 11, DLT_ONLY_LAST = 31 };
/* No LINKTYPE_ number has ever been this one. */
enum { LINKTYPE_UNKNOWN = UINT16_MAX };

int ws_link_types_init(ws_link_types *types, pkt_err *err)
{
    types->count = (size_t)wtap_get_num_encap_types();
    types->of = malloc(types->count * sizeof *types->of);
    if (!types->of)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for link types");
    for (size_t i = 0; i < types->count; i++)
        types->of[i] = LINKTYPE_UNKNOWN;
    /* Downwards: where several numbers mean one encapsulation, the lowest stands. */
    for (int number = LINKTYPE_LIMIT - 1; number >= 0; number--) {
        if (number >= DLT_ONLY_FIRST && number <= DLT_ONLY_LAST)
            continue;
        int encap = wtap_pcap_encap_to_wtap_encap(number);
        if (encap > WTAP_ENCAP_UNKNOWN && (size_t)encap < types->count)
            types->of[encap] = (uint16_t)number;
    }
    return 0;
}

void ws_link_types_free(ws_link_types *types)
{
    free(types->of);
}

/* wiretap's own words; frees `info`. */
static int reader_fail(int code, char *info, pkt_err *err)
{
    pkt_errcode kind = PKT_ERR_LIBRARY;
    if (code > 0) {
        errno = code;
        kind = PKT_ERR_IO;
    } else if (code == WTAP_ERR_SHORT_READ) {
        kind = PKT_ERR_TRUNCATED;
    } else if (code == WTAP_ERR_BAD_FILE) {
        kind = PKT_ERR_CORRUPT;
    } else if (code == WTAP_ERR_UNSUPPORTED || code == WTAP_ERR_FILE_UNKNOWN_FORMAT) {
        kind = PKT_ERR_FORMAT;
    }
    pkt_fail(err, kind, PKT_POS_NONE, "wiretap: %s%s%s%s", wtap_strerror(code), info ? " (" : "",
             info ? info : "", info ? ")" : "");
    g_free(info);
    return -1;
}

int ws_reader_open(ws_reader *reader, const char *path, pkt_err *err)
{
    int code = 0;
    char *info = NULL;
    reader->file = wtap_open_offline(path, WTAP_TYPE_AUTO, &code, &info, FALSE);
    if (!reader->file)
        return reader_fail(code, info, err);
    reader->file_type = wtap_file_type_subtype(reader->file);
    compat_record_init(&reader->record);
    return 0;
}

bool ws_reader_is_dissected(const ws_reader *reader)
{
    const int encap = wtap_file_encap(reader->file); /* below 0: of several link types */
    dissector_table_t table = find_dissector_table("wtap_encap");
    return encap < 0 || dissector_get_uint_handle(table, (guint32)encap) != NULL;
}

int ws_reader_next(ws_reader *reader, pkt_err *err)
{
    int code = 0;
    char *info = NULL;
    while (compat_read(reader->file, &reader->record, &code, &info)) {
        if (reader->record.rec.rec_type == REC_TYPE_PACKET)
            return 1;
        ws_reader_release(reader); /* an event or a report: no packet */
    }
    return code == 0 ? 0 : reader_fail(code, info, err);
}

void ws_reader_release(ws_reader *reader)
{
    wtap_rec_reset(&reader->record.rec);
}

void ws_reader_close(ws_reader *reader)
{
    compat_record_cleanup(&reader->record);
    wtap_close(reader->file);
}

/* Without a time (pcapng's simple packet blocks): 0. */
static int64_t time_ns(const wtap_rec *rec)
{
    if (!(rec->presence_flags & WTAP_HAS_TS))
        return 0;
    return pkt_time_ns(rec->ts.secs, rec->ts.nsecs);
}

void ws_frame_columns(const ws_reader *reader, const ws_link_types *types, pkt_batch *batch,
                      size_t row)
{
    const wtap_rec *rec = &reader->record.rec;
    const wtap_packet_header *packet = &rec->rec_header.packet_header;
    size_t encap = (size_t)packet->pkt_encap;
    batch->ts_ns[row] = time_ns(rec);
    batch->cap_len[row] = packet->caplen;
    batch->wire_len[row] = packet->len;
    batch->link_type[row] = encap < types->count ? types->of[encap] : LINKTYPE_UNKNOWN;
}
