/* Memory that is touched all over, in large pages: a page fault for each 4 KiB of a table takes
 * longer than to fill it. */
#ifndef PKT_FLOW_PAGES_H
#define PKT_FLOW_PAGES_H

#include <stddef.h>

/* Sizes are multiples of it. */
#define PKT_PAGES_BYTES ((size_t)2 << 20)

/* Zeros, aligned to PKT_PAGES_BYTES. `large`: a whole large page may be taken at the first touch,
 * where the system has them. NULL without memory. */
void *pkt_pages_open(size_t size, int large);
void pkt_pages_close(void *at, size_t size);

#endif
