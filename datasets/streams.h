/* The truth's stream numbers: worked out from rows alone, the plain way, so that they are not the
 * answer of the code that they check. */
#ifndef PKT_DATASET_STREAMS_H
#define PKT_DATASET_STREAMS_H

#include "datasets/frame.h"

/* Every conversation of a capture so far. */
typedef struct stream_book {
    void *conversations; /* a tree of search.h */
    uint32_t tcp, udp;   /* streams so far */
} stream_book;

/* Fill stream and stream_dir of the capture's next row, by the rule `wireshark-4.0`. `l4`: what
 * its transport header tells, although it may give the row no columns; NULL: nothing. No
 * scenario writes a UDP header with a length below 8, which would have no stream. 0, or -1 and
 * *err. */
int stream_book_enter(stream_book *book, truth_row *row, const truth_row *l4, pkt_err *err);
void stream_book_free(stream_book *book);

#endif
