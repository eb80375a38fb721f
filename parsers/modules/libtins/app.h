/* Columns of application protocols by libtins' classes for DNS and DHCP. libtins builds no object
 * of a payload by itself: its users call these classes on the data of a datagram, by its ports. */
#ifndef PKT_LIBTINS_APP_H
#define PKT_LIBTINS_APP_H

#include "pktbench.h"

#include <tins/tins.h>

/* `transport`: libtins' object of the TCP or UDP header, whose ports the row has. Throws nothing.
 */
void tins_app_columns(pkt_batch &batch, size_t at, const Tins::PDU &transport);

/* The most text of a row, bytes. A batch must end before its arena has less room. */
constexpr size_t tins_app_row_text = PKT_TEXT_MAX;

#endif
