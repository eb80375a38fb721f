/* The library's Arrow stream for an interpreter, which knows nothing of our structures. */
#include "pktbench.h"

#include <stdio.h>

PKT_EXPORT int hand_over(const char *capture, const char *columns, struct ArrowArrayStream *stream,
                         char *reason, size_t size);

/* Rows of `capture`, which must outlive the stream, at the level headers, by raw; see
 * pkt_arrow_stream(). 0, or -1 and a reason. */
int hand_over(const char *capture, const char *columns, struct ArrowArrayStream *stream,
              char *reason, size_t size)
{
    pkt_err err = {0};
    pkt_capture slice = PKT_INIT(pkt_capture);
    pkt_entry entry = PKT_INIT(pkt_entry);
    if (pkt_capture_open(capture, &slice, &err) == 0 && pkt_registry_find("raw", &entry) == 0 &&
        pkt_arrow_stream(entry.backend, NULL, &slice, PKT_LEVEL_HEADERS, columns, stream, &err) ==
            0)
        return 0;
    snprintf(reason, size, "%s", err.msg);
    return -1;
}
