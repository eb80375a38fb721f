/* A capture file that grows while it is read. */
#ifndef PKT_LIVE_FOLLOW_H
#define PKT_LIVE_FOLLOW_H

#include "parsers/source/source.h"

/* Like pkt_ring_read(), from a source marked by pkt_source_grows(). */
int pkt_follow_read(pkt_source *source, const pkt_live *live, pkt_record *records, size_t max,
                    int wait, pkt_err *err);

#endif
