#include "parsers/source/piece.h"

#include <stdlib.h>
#include <unistd.h>

enum { PAGE = 4096, RECORDS = 2048 };

/* Longer records than this begin before few pieces. */
enum { FRONT_BYTES = 16 * PAGE };

int pkt_piece_front(pkt_piece *piece, size_t front, pkt_err *err)
{
    void *bytes = NULL;
    if (piece->bytes && front <= piece->front)
        return 0;
    front = (front + PAGE - 1) / PAGE * PAGE;
    if (posix_memalign(&bytes, PAGE, front + PKT_PIECE_BYTES) != 0)
        return pkt_fail(err, PKT_ERR_MEMORY, piece->offset, "no memory for %zu bytes of it",
                        front + PKT_PIECE_BYTES);
    if (piece->bytes)
        memcpy((uint8_t *)bytes + front, piece->bytes + piece->front, piece->size);
    free(piece->bytes);
    piece->bytes = bytes;
    piece->front = front;
    return 0;
}

int pkt_piece_reserve(pkt_piece *piece, pkt_err *err)
{
    if (piece->count < piece->room)
        return 0;
    const size_t room = piece->room ? 2 * piece->room : RECORDS;
    pkt_record *records = realloc(piece->records, room * sizeof *records);
    if (records)
        piece->records = records;
    uint8_t *timeless = realloc(piece->timeless, room);
    if (timeless)
        piece->timeless = timeless;
    if (!records || !timeless)
        return pkt_fail(err, PKT_ERR_MEMORY, piece->offset, "no memory for its records");
    piece->room = room;
    return 0;
}

void pkt_piece_read(pkt_piece *piece, int fd, uint64_t offset, uint64_t stop)
{
    const uint64_t left = offset < stop ? stop - offset : 0;
    const size_t wanted = left < PKT_PIECE_BYTES ? (size_t)left : PKT_PIECE_BYTES;
    piece->offset = offset;
    piece->size = piece->count = 0;
    piece->fault = (pkt_err){.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    if (pkt_piece_front(piece, FRONT_BYTES, &piece->fault) != 0)
        return;
    ssize_t got = 1;
    while (got > 0 && piece->size < wanted) {
        got = pread(fd, piece->bytes + piece->front + piece->size, wanted - piece->size,
                    (off_t)(offset + piece->size));
        if (got < 0 && errno == EINTR)
            got = 1;
        else
            piece->size += got > 0 ? (size_t)got : 0;
    }
    if (got < 0)
        pkt_fail(&piece->fault, PKT_ERR_IO, offset + piece->size, "cannot read: %s",
                 strerror(errno));
}

void pkt_piece_close(pkt_piece *piece)
{
    free(piece->bytes);
    free(piece->records);
    free(piece->timeless);
    *piece = (pkt_piece){.bytes = NULL};
}
