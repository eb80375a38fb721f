/* The packets of a slice in its file. */
#ifndef PKT_ALTERED_PLACES_H
#define PKT_ALTERED_PLACES_H

#include "pktbench.h"

typedef struct altered_slice altered_slice;

/* Find the packets in the file, and which of them may be changed. 0, or -1 and *err. */
int altered_places(altered_slice *altered, pkt_err *err);

#endif
