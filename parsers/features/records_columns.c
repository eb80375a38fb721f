/* Columns of records, in output order. */
#include "parsers/features/records.h"

#define COLUMN(n, u, member, m)                                                                    \
    {                                                                                              \
        .name = (n), .unit = (u), .aggregate = PKT_OTHER, .at = offsetof(record_row, member),      \
        .meaning = (m), .type = PKT_INTEGER                                                        \
    }
#define SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char *const reasons[] = {
    [RECORD_FIN] = "fin",       [RECORD_RST] = "rst",         [RECORD_IDLE] = "idle",
    [RECORD_ACTIVE] = "active", [RECORD_EVICTED] = "evicted", [RECORD_END] = "end"};
_Static_assert(SIZE(reasons) == RECORD_ENDS, "a word for each reason");

static const pkt_feature_column columns[] = {
    COLUMN("last_ns", "ns since 1970-01-01 UTC", last, "time of the latest packet"),
    COLUMN("fwd_packets", "packets", packets[0], "packets from src to dst"),
    COLUMN("bwd_packets", "packets", packets[1], "packets from dst to src"),
    COLUMN("fwd_bytes", "bytes", bytes[0], "sum of the lengths on the wire, from src to dst"),
    COLUMN("bwd_bytes", "bytes", bytes[1], "the same from dst to src"),
    {.name = "end_reason",
     .unit = "",
     .aggregate = PKT_OTHER,
     .at = offsetof(record_row, reason),
     .meaning = "why the record ended: fin, rst, idle, active, evicted or end",
     .type = PKT_WORD,
     .words = reasons},
};

static const char *const notes[] = {
    "one row for each flow record: the packets between two addresses and ports of one protocol, "
    "both directions; packets without ports (ICMP and other protocols, later fragments) between "
    "two addresses of one protocol are a record of their own",
    "src and src_port are those of the sender of the record's first packet; ts_ns is the time of "
    "the earliest packet",
    "packets without IP addresses (ARP) are in no record, and their number is reported",
    "fin: both sides have sent FIN, and each a later ACK, or one with its own FIN; the record ends "
    "with that packet. rst: a packet with RST. A packet that follows begins a record; SYN does not",
    "idle: no packet came for --idle; the record ends when the time of any later packet shows it. "
    "active: a packet came --active or more after the first one; it begins the next record",
    "evicted: --max-flows records were open, and the one whose last packet is the longest ago made "
    "room for a new one. end: the capture, or a piece of it (--reset-every), ended",
    "for the timeouts, time does not go back: a packet that is earlier than one before it counts "
    "as if it came at the time of that one",
    "rows are in the order in which records end; those that one packet ends: idle ones in the "
    "order of their last packets, then active, then evicted, then fin or rst; at the end, in the "
    "order of their last packets",
    NULL};

const pkt_feature_set pkt_feature_records = {
    .name = "records",
    .summary = "flow records, as flow exporters write them",
    .notes = notes,
    .columns = columns,
    .count = SIZE(columns),
    .kind = PKT_SET_RECORDS,
};
