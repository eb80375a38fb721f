/* A capture file that grows while it is read. */
#ifndef PKT_LIVE_FOLLOW_H
#define PKT_LIVE_FOLLOW_H

#include "parsers/source/source.h"

/* As pkt_ring_read(), of a source that was told that it grows. */
int pkt_follow_read(pkt_source *source, const pkt_live *live, pkt_record *records, size_t max,
                    int wait, pkt_err *err);

#endif
