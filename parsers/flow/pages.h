/* Memory in large pages, for tables that are accessed at random: a page fault for every 4 KiB takes
 * longer than filling them. */
#ifndef PKT_FLOW_PAGES_H
#define PKT_FLOW_PAGES_H

#include <stddef.h>

/* Sizes are multiples of it. */
#define PKT_PAGES_BYTES ((size_t)2 << 20)

/* Addresses without memory, aligned to PKT_PAGES_BYTES; NULL if there are not so many. */
void *pkt_pages_reserve(size_t size);
/* Zeros at reserved addresses. `large`: a whole large page may be taken at the first touch, where
 * the system has them. 0; -1 without memory. */
int pkt_pages_commit(void *at, size_t size, int large);
/* `size` as it was reserved. NULL: nothing. */
void pkt_pages_close(void *at, size_t size);

#endif
