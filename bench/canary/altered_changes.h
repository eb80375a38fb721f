/* Changes of the packets of a slice: see altered_slice.h. */
#ifndef PKT_ALTERED_CHANGES_H
#define PKT_ALTERED_CHANGES_H

#include "pktbench.h"

typedef struct altered_slice altered_slice;

/* Canaries per run; fewer if the slice has fewer packets. */
#define CANARIES 64
/* Pairs of neighbouring packets per run that change places; fewer in small slices. */
#define SWAPS 32

/* Start from the original bytes and change all packets with a new key. `fixed`: one bit per packet
 * that must stay as it is; NULL: none. Streams stay the same. */
void altered_key(altered_slice *altered, const uint8_t *fixed);
/* Add canaries. Below level flows they change addresses and ports too; at flows one packet is moved
 * to the stream of an earlier one. */
void altered_canaries(altered_slice *altered, pkt_level level, const uint8_t *fixed);
/* Restore the original bytes. */
void altered_restore(altered_slice *altered);

#endif
