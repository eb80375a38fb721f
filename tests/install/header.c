/* The installed header alone, its macros spelled out; compiled as C and as C++. */
#include <pktbench.h>

extern const pkt_column_set header_columns[];
#define WITHOUT_VLAN(w) (PKT_HEADERS_WORD(w) & ~PKT_IN_WORD(w, vlan_id))
const pkt_column_set header_columns[] = {PKT_FRAMES_COLUMNS, PKT_SET(WITHOUT_VLAN),
                                         PKT_FLOWS_COLUMNS};
