/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The calls that differ between Wireshark 4.0 and 4.6, under one name each. Which form is there was
 * found out at configure time.
 */
#ifndef PKT_WIRESHARK_COMPAT_H
#define PKT_WIRESHARK_COMPAT_H

#include <glib.h>

#include <wireshark.h>

#include <epan/disabled_protos.h>
#include <epan/epan.h>
#include <epan/epan_dissect.h>
#include <epan/proto.h>
#include <epan/tvbuff.h>
#include <wiretap/wtap.h>
#include <wsutil/buffer.h>
#include <wsutil/filesystem.h>
#include <wsutil/wslog.h>

/* What report_message_routines takes for a truth value: `int` once, `bool` now. */
#ifdef WS_REPORT_TAKES_GBOOLEAN
typedef gboolean compat_bool;
#else
typedef bool compat_bool;
#endif

/* First size of the packet buffer, bytes; it grows by itself. */
enum { WS_PACKET_SPACE = 2048 };

static inline void compat_log_init(void)
{
#ifdef WS_LOG_INIT_TAKES_PROGRAM
    ws_log_init("pktbench", NULL);
#else
    ws_log_init(NULL);
#endif
}

/* Words of the failure, to be freed with g_free(), or NULL. */
static inline char *compat_configuration_init(void)
{
#ifdef WS_CONFIGURATION_TAKES_NAMESPACE
    return configuration_init("pktbench", NULL);
#else
    return configuration_init("pktbench");
#endif
}

/* A record and its packet's bytes. */
typedef struct ws_record {
    wtap_rec rec;
#ifdef WS_READ_TAKES_BUFFER
    Buffer buffer;
#endif
} ws_record;

static inline void compat_record_init(ws_record *record)
{
#ifdef WS_REC_INIT_TAKES_SPACE
    wtap_rec_init(&record->rec, WS_PACKET_SPACE);
#else
    wtap_rec_init(&record->rec);
#endif
#ifdef WS_READ_TAKES_BUFFER
    ws_buffer_init(&record->buffer, WS_PACKET_SPACE);
#endif
}

static inline void compat_record_cleanup(ws_record *record)
{
    wtap_rec_cleanup(&record->rec);
#ifdef WS_READ_TAKES_BUFFER
    ws_buffer_free(&record->buffer);
#endif
}

static inline bool compat_read(wtap *file, ws_record *record, int *err, char **info)
{
    gint64 offset;
#ifdef WS_READ_TAKES_BUFFER
    return wtap_read(file, &record->rec, &record->buffer, err, info, &offset);
#else
    return wtap_read(file, &record->rec, err, info, &offset);
#endif
}

static inline const uint8_t *compat_data(const ws_record *record)
{
#ifdef WS_READ_TAKES_BUFFER
    return ws_buffer_start_ptr(&record->buffer);
#else
    return ws_buffer_start_ptr(&record->rec.data);
#endif
}

static inline void compat_dissect(epan_dissect_t *dissection, int file_type, ws_record *record,
                                  frame_data *frame)
{
#ifdef WS_DISSECT_TAKES_TVB
    const wtap_packet_header *packet = &record->rec.rec_header.packet_header;
    /* The dissection owns the buffer's handle, the record its bytes. */
    tvbuff_t *bytes = tvb_new_real_data(compat_data(record), packet->caplen, (int)packet->len);
    epan_dissect_run(dissection, file_type, &record->rec, bytes, frame, NULL);
#else
    epan_dissect_run(dissection, file_type, &record->rec, frame, NULL);
#endif
}

static inline void compat_heuristic_allow(const char *name, bool allowed)
{
#ifdef WS_HEURISTIC_TAKES_ENABLE
    (void)proto_enable_heuristic_by_name(name, allowed);
#else
    if (allowed)
        (void)proto_enable_heuristic_by_name(name);
    else
        (void)proto_disable_heuristic_by_name(name);
#endif
}

static inline fvalue_t *compat_value(field_info *item)
{
#ifdef WS_VALUE_IS_POINTER
    return item->value;
#else
    return &item->value;
#endif
}

#endif
