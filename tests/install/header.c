/* The installed header alone, its macros spelled out; compiled as C and as C++. */
#include <pktbench.h>

extern const pkt_column_set header_columns[];
const pkt_column_set header_columns[] = {
    PKT_FRAMES_COLUMNS, PKT_HEADERS_COLUMNS & ~PKT_BIT(vlan_id), PKT_FLOWS_COLUMNS};
