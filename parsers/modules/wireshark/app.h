/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The columns of level `app`.
 */
#ifndef PKT_WIRESHARK_APP_H
#define PKT_WIRESHARK_APP_H

#include "parsers/modules/wireshark/fields.h"

#include <epan/packet_info.h>

/* Longest DNS name as text, bytes. */
enum { PKT_WS_NAME = 255 };

/* The most text of a row, bytes: two values. A batch must end before its arena has less room. */
#define WS_APP_ROW_TEXT ((size_t)2 * PKT_TEXT_MAX)

/* Write the columns of the outermost application protocol, after those of the headers. `info`: of
 * the dissection. */
void ws_app_columns(const ws_packet *packet, const packet_info *info, pkt_batch *batch,
                    size_t index);

#endif
