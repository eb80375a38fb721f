/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Packet records by wiretap, Wireshark's own file reader.
 */
#ifndef PKT_WIRESHARK_READER_H
#define PKT_WIRESHARK_READER_H

#include "parsers/modules/wireshark/compat.h"
#include "pktbench.h"

/* LINKTYPE_ number of each of wiretap's encapsulations. */
typedef struct ws_link_types {
    uint16_t *of; /* indexed by WTAP_ENCAP_; owned */
    size_t count;
} ws_link_types;

/* Call ws_link_types_free() in any case. 0, or -1 and *err. */
int ws_link_types_init(ws_link_types *types, pkt_err *err);
void ws_link_types_free(ws_link_types *types);

typedef struct ws_reader {
    wtap *file;
    int file_type; /* wiretap's number for the file's format */
    ws_record record;
} ws_reader;

/* 0, or -1 and *err with nothing to close. */
int ws_reader_open(ws_reader *reader, const char *path, pkt_err *err);
/* Has libwireshark a dissector for the file's link type? True if its packets have several. */
bool ws_reader_is_dissected(const ws_reader *reader);
/* The next packet into reader->record, which ws_reader_release() ends. 1, 0 at the end of the file,
 * or -1 and *err. */
int ws_reader_next(ws_reader *reader, pkt_err *err);
void ws_reader_release(ws_reader *reader);
void ws_reader_close(ws_reader *reader);

/* Write the frames columns of the record into the row. */
void ws_frame_columns(const ws_reader *reader, const ws_link_types *types, pkt_batch *batch,
                      size_t row);

#endif
