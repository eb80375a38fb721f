#include "parsers/live/follow.h"

#include <sys/stat.h>

pkt_follow pkt_follow_of(pkt_source *source, const pkt_live *live, const char *path)
{
    pkt_source_set_growing(source, true);
    return (pkt_follow){.source = source, .live = live, .path = path};
}

/* Will the file still grow? 0, or -1 and *err. A file without a name may still be written. */
static int file_check(const pkt_follow *follow, pkt_err *err)
{
    struct stat open_file, named;
    const uint64_t offset = pkt_source_offset(follow->source);
    if (fstat(pkt_source_descriptor(follow->source), &open_file) != 0)
        return 0;
    if ((uint64_t)open_file.st_size < offset)
        return pkt_fail(err, PKT_ERR_CORRUPT, offset,
                        "the file became shorter while it was followed: it was truncated or "
                        "overwritten");
    if (stat(follow->path, &named) == 0 &&
        (named.st_ino != open_file.st_ino || named.st_dev != open_file.st_dev) &&
        (uint64_t)open_file.st_size == offset)
        return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE,
                        "the file was replaced by another one while it was followed");
    return 0;
}

int pkt_follow_read(const pkt_follow *follow, pkt_record *records, size_t max, int wait,
                    pkt_err *err)
{
    const pkt_live *live = follow->live;
    pkt_source *source = follow->source;
    if (wait && !live->more(live->self, PKT_LIVE_BUSY))
        pkt_source_set_growing(source, false);
    for (;;) {
        int got = pkt_source_read(source, records, max, err);
        if (got != 0 || !wait || !pkt_source_is_growing(source))
            return got;
        if (file_check(follow, err) != 0)
            return -1;
        if (!live->more(live->self, PKT_LIVE_PAUSE))
            pkt_source_set_growing(source, false);
    }
}
