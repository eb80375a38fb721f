/* Features of what tunnels carry. */
#ifndef PKT_FEATURES_INNER_H
#define PKT_FEATURES_INNER_H

#include "pktbench.h"

/* In rows that have the columns in_, put these in the place of the outer headers'. The batch has
 * the columns of level `inner`. */
void pkt_features_take_inner(pkt_batch *batch);

#endif
