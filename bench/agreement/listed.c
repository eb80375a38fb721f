#include "bench/agreement/listed.h"

#include "parsers/core/numbers.h"
#include "pktbench.h"

/* Link types with a pseudo header: https://www.tcpdump.org/linktypes.html */
static const uint16_t pseudo_headers[] = {
    123 /* SunATM */,
    139 /* MTP2 */,
    144 /* IrDA */,
    177 /* LAPD */,
    196 /* SITA */,
    LINKTYPE_ERF,
    201 /* Bluetooth HCI with direction */,
    204 /* PPP with direction */,
    209 /* I2C */,
    245 /* NFC LLCP */,
    254 /* Bluetooth Linux monitor */,
};

bool is_pseudo_header_cell(size_t column, uint16_t link_type)
{
    if (column == PKT_COL_ts_ns)
        return link_type == LINKTYPE_ERF;
    if (column != PKT_COL_cap_len && column != PKT_COL_wire_len)
        return false;
    for (size_t i = 0; i < sizeof pseudo_headers / sizeof pseudo_headers[0]; i++)
        if (pseudo_headers[i] == link_type)
            return true;
    return false;
}
