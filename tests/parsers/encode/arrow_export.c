/* The library's Arrow stream as a function that Python can call by ctypes. */
#include "pktbench.h"

#include <stdio.h>

PKT_EXPORT int arrow_export(const char *path, const char *columns, struct ArrowArrayStream *stream,
                            char *reason, size_t size);

/* Rows of the capture at level headers, by raw; see pkt_arrow_stream(). `path` must outlive the
 * stream. 0, or -1 and a reason. */
int arrow_export(const char *path, const char *columns, struct ArrowArrayStream *stream,
                 char *reason, size_t size)
{
    pkt_err err = {0};
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_entry entry = PKT_INIT(pkt_entry);
    if (pkt_capture_open(path, &capture, &err) == 0 && pkt_registry_find("raw", &entry) == 0 &&
        pkt_arrow_stream(entry.backend, NULL, &capture, PKT_LEVEL_HEADERS, columns, stream, &err) ==
            0)
        return 0;
    snprintf(reason, size, "%s", err.msg);
    return -1;
}
