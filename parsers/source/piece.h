/* Pieces of a capture file, read by any thread, whose records one thread after another finds: the
 * length of each record says where the next one begins, so that this is done in order. */
#ifndef PKT_PIECE_H
#define PKT_PIECE_H

#include <stddef.h>

#include "parsers/core/record.h"
#include "pktbench.h"

/* Bytes of a piece: with its rows, it should stay in the private cache of a processor; and packets
 * of full size should fill most of a batch, which is cleared as a whole. */
#define PKT_PIECE_BYTES ((size_t)128 << 10)

/* Zeroed at first. */
typedef struct pkt_piece {
    uint8_t *bytes;  /* owned */
    size_t front;    /* bytes before those of the file: room for a record that began before */
    size_t size;     /* bytes of the file */
    uint64_t offset; /* of the first one */
    pkt_err fault;   /* why there are no more */
    /* Found in it: */
    pkt_record *records; /* owned; their data are in `bytes` */
    uint8_t *timeless;   /* owned: 1 if the record has no time */
    size_t count, room;
} pkt_piece;

/* Read the piece that begins at this offset of the open file, and ends before `stop`; `size` below
 * PKT_PIECE_BYTES: what is read ends, or it has a fault. */
void pkt_piece_read(pkt_piece *piece, int fd, uint64_t offset, uint64_t stop);
/* At least so many bytes in front. 0, or -1 and *err, as the next one. */
int pkt_piece_front(pkt_piece *piece, size_t front, pkt_err *err);
/* Room for at least one more record. */
int pkt_piece_reserve(pkt_piece *piece, pkt_err *err);
void pkt_piece_close(pkt_piece *piece);

#endif
