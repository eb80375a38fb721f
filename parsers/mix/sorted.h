/* The packets of a feed in order of time, as far as a bounded number of them can be put in order.
 */
#ifndef PKT_MIX_SORTED_H
#define PKT_MIX_SORTED_H

#include "parsers/mix/feed.h"

/* Memory that all sorted captures of a mixture have together for packets, and packets that one of
 * them looks ahead at most. */
#define PKT_MIX_SORT_BYTES ((size_t)16 << 20)
#define PKT_MIX_SORT_PACKETS ((size_t)8192)

typedef struct pkt_mix_sorted pkt_mix_sorted;

/* `bytes`: of packets that are kept; one is always kept. NULL and *err. */
pkt_mix_sorted *pkt_mix_sorted_open(pkt_mix_feed *feed, const pkt_mix_origin *origin, size_t bytes,
                                    pkt_err *err);
/* As pkt_mix_feed_next(). A packet that is earlier than one that was given is an error. */
int pkt_mix_sorted_next(pkt_mix_sorted *sorted, pkt_mix_packet *packet, pkt_err *err);
/* The feed stays open. */
void pkt_mix_sorted_close(pkt_mix_sorted *sorted);

#endif
