#include "parsers/process/tail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Have room for PKT_TAIL_BYTES more. */
static bool room_make(pkt_tail *tail)
{
    if (!tail->bytes)
        tail->bytes = malloc(2 * PKT_TAIL_BYTES);
    if (tail->size > PKT_TAIL_BYTES) {
        memmove(tail->bytes, tail->bytes + tail->size - PKT_TAIL_BYTES, PKT_TAIL_BYTES);
        tail->size = PKT_TAIL_BYTES;
    }
    return tail->bytes != NULL;
}

bool pkt_tail_read(pkt_tail *tail, int fd)
{
    if (!room_make(tail))
        return false;
    const ssize_t got = read(fd, tail->bytes + tail->size, PKT_TAIL_BYTES);
    if (got > 0)
        tail->size += (size_t)got;
    return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

void pkt_tail_line(const pkt_tail *tail, char *line, size_t size)
{
    const size_t kept = tail->size < PKT_TAIL_BYTES ? tail->size : PKT_TAIL_BYTES;
    size_t end = tail->size, from;
    while (tail->size - end < kept &&
           (tail->bytes[end - 1] == '\n' || tail->bytes[end - 1] == '\r'))
        end--;
    for (from = end; tail->size - from < kept && tail->bytes[from - 1] != '\n';)
        from--;
    const size_t length = end - from < size ? end - from : size - 1;
    if (length)
        memcpy(line, tail->bytes + from, length);
    line[length] = '\0';
}

void pkt_tail_free(pkt_tail *tail)
{
    free(tail->bytes);
    *tail = (pkt_tail){.bytes = NULL};
}
