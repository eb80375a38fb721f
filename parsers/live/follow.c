#include "parsers/live/follow.h"

int pkt_follow_read(pkt_source *source, const pkt_live *live, pkt_record *records, size_t max,
                    int wait, pkt_err *err)
{
    if (wait && !live->more(live->self, PKT_LIVE_BUSY))
        pkt_source_set_growing(source, false);
    for (;;) {
        int got = pkt_source_read(source, records, max, err);
        if (got != 0 || !wait || !pkt_source_is_growing(source))
            return got;
        if (!live->more(live->self, PKT_LIVE_PAUSE))
            pkt_source_set_growing(source, false);
    }
}
