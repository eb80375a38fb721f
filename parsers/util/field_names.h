/* Columns by the names that Wireshark has for them. */
#ifndef PKT_FIELD_NAMES_H
#define PKT_FIELD_NAMES_H

#include "pktbench.h"

/* A field of Wireshark that is a column here; the first half of an address stands for both. */
typedef struct pkt_field_name {
    const char *field;
    pkt_column column;
} pkt_field_name;

/* NULL: there is no such entry. */
const pkt_field_name *pkt_field_name_at(size_t index);
/* The column of Wireshark's field, or of our name of an address, such as `src`; PKT_COLUMN_COUNT:
 * none. */
size_t pkt_column_of_field(const char *field);

#endif
