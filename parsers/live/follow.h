/* A capture file that grows while it is read. */
#ifndef PKT_LIVE_FOLLOW_H
#define PKT_LIVE_FOLLOW_H

#include "parsers/source/source.h"

typedef struct pkt_follow {
    pkt_source *source;
    const pkt_live *live;
    const char *path;
} pkt_follow;

/* Follow the file of the source, which pkt_source_open(path) has opened. All must outlive the
 * reads. */
pkt_follow pkt_follow_of(pkt_source *source, const pkt_live *live, const char *path);
/* Like pkt_ring_read(). A file that became shorter, or that another file has replaced, is an error
 * after its last record. */
int pkt_follow_read(const pkt_follow *follow, pkt_record *records, size_t max, int wait,
                    pkt_err *err);

#endif
