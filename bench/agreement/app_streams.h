/* UDP streams that Wireshark's application dissectors begin.
 *
 * A dissector may set up a conversation for packets that it expects: SNMP and HART-IP for the
 * answer, SDP and Skinny for media. If a stream with these addresses and ports is there already,
 * its packets get another number from then on, and all later streams do. Other backends give one
 * number to each pair of addresses and ports. */
#ifndef PKT_APP_STREAMS_H
#define PKT_APP_STREAMS_H

#include "bench/agreement/rowset.h"

/* A UDP stream of the set, by its number. */
typedef struct app_stream {
    uint32_t first; /* the first stream with these addresses and ports; itself, unless `begun` */
    bool met;
    bool begun;   /* by an application dissector */
    bool flipped; /* its first packet has the other direction than that of `first` */
} app_stream;

/* Streams with numbers below `rows`, found in the first `rows` rows of the set; none is begun by a
 * dissector if the set lacks addresses or ports. The caller frees the array; NULL if memory is
 * exhausted. */
app_stream *app_streams_find(const rowset *set, uint64_t rows);

#endif
