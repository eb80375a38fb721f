/* Differences from Wireshark of a known kind, which are counted and do not judge the rows. */
#ifndef PKT_LISTED_H
#define PKT_LISTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is the cell of a packet of this link type one that wiretap does not take from the record? The
 * lengths, if it takes off a pseudo header and its bytes; with ERF the time too. */
bool is_pseudo_header_cell(size_t column, uint16_t link_type);

#endif
