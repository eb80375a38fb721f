/* Columns of application protocols by the layers that PcapPlusPlus makes of a payload by its ports:
 * DNS, DHCP and TLS. HTTP is left out: its columns have SSDP too, of which PcapPlusPlus makes no
 * layer.
 */
#ifndef PKT_PCAPPLUSPLUS_APP_H
#define PKT_PCAPPLUSPLUS_APP_H

#include "pktbench.h"

#include <Layer.h>

/* `payload`: the layer after TCP or UDP, or NULL. Throws nothing. */
void pcapplusplus_app_columns(pkt_batch &batch, size_t at, pcpp::Layer *payload);

/* The most text of a row, bytes. A batch must end before its arena has less room. */
constexpr size_t pcapplusplus_row_text = PKT_TEXT_MAX;

#endif
